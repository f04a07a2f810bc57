//! What is asked of BigQuery, without how it is reached.

use std::{collections::BTreeMap, fmt, time::Duration};

use chrono::{DateTime, Utc};
use downloads::ProjectName;

use super::{Rows, faults::CREDENTIALS};

/// A query. The only part that comes from outside is the parameter, which is not part of the text.
///
/// It groups its rows, so that no two rows of the answer are equal: one that comes twice is a mistake
/// on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The text, in the SQL of Google.
    pub sql: String,
    /// The names of the columns of the answer, in order.
    pub columns: Vec<&'static str>,
    /// The value of `@projects`, an `ARRAY<STRING>`, sorted.
    pub projects: Vec<ProjectName>,
    /// Labels of the job: lower-case letters, digits, `-` and `_`, at most 63 of them.
    pub labels: BTreeMap<&'static str, String>,
}

/// The id of a job, chosen by us, so that asking again after a lost answer is not asking twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub String);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    /// Whether it has ended, well or not.
    pub done: bool,
    /// Why it failed; `None` if it did not.
    pub error: Option<Failure>,
    /// What was billed, in bytes; `None` while nobody knows.
    pub bytes_billed: Option<u64>,
}

/// Some rows of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many rows the whole answer has.
    pub total_rows: u64,
    /// What to ask the next page with; `None` if this is the last.
    pub next: Option<String>,
    /// The rows, in the columns of the query.
    pub rows: Rows,
}

/// Why something that was asked was not answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct Failure {
    /// The HTTP status; `None` if no whole answer came: no connection, a reset, a timeout, a cut or
    /// unreadable body.
    pub status: Option<u16>,
    /// The reason that BigQuery gives, such as `rateLimitExceeded`, or one of ours; empty if there is
    /// none.
    pub reason: String,
    /// What it says, or what went wrong on the way, without secrets.
    pub message: String,
    /// How long it asks to wait; `None` if it does not say.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// The same, if it means that the credentials are refused. The status and the reason that were
    /// given become part of the message.
    pub(super) fn of_credentials(self) -> Self {
        Self { reason: CREDENTIALS.to_owned(), message: self.text(), ..self }
    }

    fn text(&self) -> String {
        let Self { status, reason, message, .. } = self;
        match (status, reason.as_str()) {
            (None, _) | (_, CREDENTIALS) => message.clone(),
            (Some(status), "") => format!("{message} (HTTP {status})"),
            (Some(status), reason) => format!("{message} (HTTP {status}, {reason})"),
        }
    }
}

/// A service that runs queries. Each method asks once; what to do about a failure is decided above.
#[expect(async_fn_in_trait, reason = "only used with types, in one thread")]
pub trait Warehouse {
    /// The most bytes that the query could bill. Costs nothing.
    async fn dry_run(&self, query: &Query) -> Result<u64, Failure>;

    /// Starts a job that may bill `max_bytes` at most. If there is one with this id, the failure has
    /// status 409.
    async fn insert(&self, query: &Query, job: &JobId, max_bytes: u64) -> Result<(), Failure>;

    /// How far a job is.
    async fn status(&self, job: &JobId) -> Result<JobStatus, Failure>;

    /// A page of the answer of a job that is done; the first one if there is no token.
    async fn page(&self, query: &Query, job: &JobId, token: Option<&str>) -> Result<Page, Failure>;

    /// Asks to stop a job. It may be done all the same.
    async fn cancel(&self, job: &JobId) -> Result<(), Failure>;
}

/// What time it is, and waiting, so that tests need not wait.
#[expect(async_fn_in_trait, reason = "only used with types, in one thread")]
pub trait Clock {
    /// The time.
    fn now(&self) -> DateTime<Utc>;

    /// Waits.
    async fn sleep(&self, time: Duration);
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
