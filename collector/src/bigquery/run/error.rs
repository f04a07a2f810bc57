//! Why a query has no answer.

use crate::bigquery::{
    Failure, JobId, WAYS,
    faults::{Act, CREDENTIALS},
};

/// Why a query has no answer. Each variant asks for something else.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It would bill more than it may. Nothing was billed; a higher limit helps.
    #[error("the query would bill more than the {max_bytes} bytes that it may: {failure}")]
    OverLimit {
        /// The limit, in bytes.
        max_bytes: u64,
        /// What BigQuery says.
        failure: Failure,
    },
    /// It may work in some time: a later run goes on from here.
    #[error("{failure}; a later run goes on from here")]
    Later {
        /// The last failure.
        failure: Failure,
    },
    /// Other credentials are needed.
    #[error("{failure}\n{WAYS}")]
    Credentials {
        /// What is wrong with these.
        failure: Failure,
    },
    /// The job ended badly. Nothing was billed, and its id is used up.
    #[error("the job `{job}` failed: {failure}")]
    Failed {
        /// The job.
        job: JobId,
        /// Why.
        failure: Failure,
    },
    /// Asking again would give the same answer.
    #[error("{failure}")]
    Refused {
        /// What BigQuery says.
        failure: Failure,
    },
    /// The rows of a job do not add up, however often they are read.
    #[error("the rows of the job `{job}` are not whole: {what}")]
    NotWhole {
        /// The job.
        job: JobId,
        /// What does not add up.
        what: String,
    },
    /// What a job answered is not kept any more, as it is not after a day. A new id is needed.
    #[error("the rows of the job `{job}` are no longer kept")]
    Gone {
        /// The job.
        job: JobId,
    },
    /// The rows could not be put away.
    #[error(transparent)]
    Sink(anyhow::Error),
}

impl QueryError {
    /// Whether it is certain that nothing was billed for the id, and nothing will be.
    pub fn is_unbilled(&self) -> bool {
        matches!(self, Self::OverLimit { .. } | Self::Failed { .. })
    }
}

/// The error for a failure that is not asked about again.
pub(super) fn give_up(act: Act, failure: Failure, max_bytes: u64) -> QueryError {
    match act {
        Act::OverLimit => QueryError::OverLimit { max_bytes, failure },
        Act::Later | Act::Retry => QueryError::Later { failure },
        Act::RefreshOnce => QueryError::Credentials { failure },
        _ if failure.reason == CREDENTIALS => QueryError::Credentials { failure },
        Act::Stop | Act::Exists | Act::Missing => QueryError::Refused { failure },
    }
}

pub(super) fn missing(id: &JobId) -> Failure {
    let message = format!("the job `{id}` cannot be found");
    Failure { status: Some(404), message, ..Failure::default() }
}

/// An insert was refused, but whether an earlier one was taken is not known.
pub(super) fn open(id: &JobId, error: &QueryError) -> Failure {
    let message = format!("whether there is a job `{id}` is not known, for now {error}");
    Failure { message, ..Failure::default() }
}

/// A job does not tell what it billed.
pub(super) fn untold(id: &JobId) -> Failure {
    let message = format!("what the job `{id}` billed is not known yet");
    Failure { message, ..Failure::default() }
}

pub(super) fn refused(message: &str) -> QueryError {
    QueryError::Refused { failure: Failure { message: message.to_owned(), ..Failure::default() } }
}
