//! BigQuery: asking it, and being right about the answer.
//!
//! ```text
//! Query         what is asked: the text and its parameter
//! Warehouse     the few things that are asked of a service: dry run, insert, status, page, cancel
//! Rest          the service itself, over HTTP
//! faults        what to do about each kind of failure
//! Runner        a whole query on top: one job, whatever fails, and all of its rows or an error
//! ```

mod backoff;
mod credentials;
mod endpoint;
mod exchange;
pub mod faults;
mod http;
mod job;
mod page;
mod rest;
mod rows;
mod run;
mod secrets;
mod tokens;
mod warehouse;

pub use backoff::Backoff;
pub use credentials::{Credentials, CredentialsError, WAYS};
pub use endpoint::{Endpoint, EndpointError};
pub use http::Limits;
pub(crate) use http::is_loopback;
pub use rest::{ConnectError, Rest};
pub use rows::{Row, Rows};
pub use run::{Finished, Patience, QueryError, Runner, Sink};
pub use warehouse::{Clock, Failure, JobId, JobStatus, Page, Query, SystemClock, Warehouse};
