//! BigQuery: asking it, and being right about the answer.
//!
//! ```text
//! Query         what is asked: the text and its parameter
//! Warehouse     the few things that are asked of a service: dry run, insert, status, page, cancel
//! Rest          the service itself, over HTTP
//! faults        what to do about each kind of failure
//! run           a whole query on top: one job, whatever fails, and all of its rows or an error
//! ```

mod rows;
mod warehouse;

pub use rows::{Row, Rows};
pub use warehouse::{Clock, Failure, JobId, JobStatus, Page, Query, SystemClock, Warehouse};
