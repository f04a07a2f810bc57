//! A BigQuery for tests: holds download events, and answers the queries that the collector sends.
//!
//! ```text
//! Table          the events, when each becomes visible, days that are shown wrongly for a while
//! parse, plan    the text of a query, understood; anything else is refused
//! engine         the answer over the rows that are visible
//! billing        what it costs, by partitions and columns
//! jobs           jobs, pages, refusals; the ledger of all that was asked and done
//! LocalBigquery  that as plain methods
//! Server         that over HTTP, with Google's token services
//! Faults         what goes wrong on purpose
//! ```

mod billing;
mod columns;
pub mod credentials;
mod engine;
mod events;
mod faults;
mod http;
mod jobs;
mod ledger;
mod literals;
mod parse;
mod plan;
mod request;
mod rest;
mod server;
mod service;
mod text;
mod tokens;

pub use columns::{Column, TABLE};
pub use events::{Effect, Event, EventFileError, Spell, Table};
pub use faults::{Body, Fault, Faults, Framing, RetryAfter, Target, When};
pub use jobs::{AnswerPage, Clock, JobStatus, Settings};
pub use ledger::{Asked, Job, Kind, Ledger};
pub use request::{JobRequest, Refusal};
pub use server::Server;
pub use service::LocalBigquery;
