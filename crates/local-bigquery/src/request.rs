//! What a client sends for a job, and how it is turned away.

use std::collections::BTreeMap;

use crate::parse::Refused;

/// A query that is to become a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRequest {
    /// The id that it is to have; `None` if the caller leaves that to the service.
    pub id: Option<String>,
    /// Where it is to run; `None` if the caller does not say.
    pub location: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its text.
    pub sql: String,
    /// Whether it is in the old dialect; `None`, if the caller does not say, means that it is.
    pub use_legacy_sql: Option<bool>,
    /// The named parameters, each an array of texts.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// The most it may bill, in bytes; `None` for no limit.
    pub maximum_bytes_billed: Option<u64>,
    /// Whether only the estimate is wanted.
    pub dry_run: bool,
}

/// A request that is not answered as it was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({reason}, HTTP {status:?})")]
pub struct Refusal {
    /// The HTTP status; `None` if no whole answer comes.
    pub status: Option<u16>,
    /// Google's reason; empty if the answer gives none.
    pub reason: String,
    /// What it says.
    pub message: String,
    /// `Retry-After` in seconds; `None` for none.
    pub retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status: Some(status), reason: reason.into(), message, retry_after: None }
    }

    pub(crate) fn query(refused: Refused) -> Self {
        let reason = if refused.0.starts_with("Not found") { "notFound" } else { "invalidQuery" };
        Self::new(if reason == "notFound" { 404 } else { 400 }, reason, refused.0)
    }
}

/// The HTTP status with which an error of a job is told.
pub(crate) fn status_of(reason: &str) -> u16 {
    match reason {
        "rateLimitExceeded" | "quotaExceeded" | "billingNotEnabled" | "accessDenied" => 403,
        "notFound" => 404,
        "duplicate" => 409,
        "internalError" | "bytesBilledLimitExceeded" => 500,
        "backendError" => 503,
        _ => 400,
    }
}

/// What every job of ours must have.
pub(crate) fn check(request: &JobRequest) -> Result<(), String> {
    let fine = |text: &str| {
        text.len() <= 63
            && text.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter)
            })
    };
    let id_is_fine = |id: &String| {
        (1..=1024).contains(&id.len())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))
    };
    if request.use_legacy_sql != Some(false) {
        return Err("The job does not say useLegacySql: false".to_owned());
    }
    if request.location.is_none() {
        return Err("The job has no location".to_owned());
    }
    if request.labels.is_empty() {
        return Err("The job has no labels".to_owned());
    }
    for (key, value) in &request.labels {
        if !fine(key)
            || !fine(value)
            || !key.starts_with(|letter: char| letter.is_ascii_lowercase())
        {
            return Err(format!("Invalid label `{key}`: `{value}`"));
        }
    }
    match &request.id {
        Some(id) if !id_is_fine(id) => return Err(format!("Invalid job ID \"{id}\"")),
        None if !request.dry_run => return Err("The job has no id of the client".to_owned()),
        _ => {}
    }
    if request.maximum_bytes_billed.is_none() && !request.dry_run {
        return Err("The job has no maximumBytesBilled".to_owned());
    }
    Ok(())
}
