//! What to do about each kind of failure: one table, and no other place that decides.
//!
//! The reason that BigQuery gives decides before the HTTP status does, because statuses mislead: the
//! limit on the bytes of a query is reported as a 500, and a rate that was too high as a 403.

use super::Failure;

/// What was asked when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What a query would bill.
    DryRun,
    /// To start a job.
    Insert,
    /// How far a job is.
    Status,
    /// For rows.
    Page,
    /// To stop a job.
    Cancel,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Wait, and ask the same again.
    Retry,
    /// The token is not taken: get another and ask again, once. A second time it is a refusal.
    RefreshOnce,
    /// The job is there already: go on with it.
    Exists,
    /// The job is not there, or cannot be seen yet: look again, then insert it again.
    Missing,
    /// It would bill more than it may.
    OverLimit,
    /// A quota is used up. It comes back in hours, not in seconds.
    Later,
    /// Asking again gives the same answer.
    Stop,
}

/// The credentials were refused, or no token came of them; a reason of our own.
pub(super) const CREDENTIALS: &str = "credentials";
/// The answer was asked for before the job was done; a reason of our own.
pub(super) const NOT_DONE: &str = "notDone";
/// The answer is larger than we read; a reason of our own.
pub(super) const TOO_LARGE: &str = "tooLarge";

/// Reasons that decide whatever the status is.
const REASONS: [(&str, Act); 30] = [
    // Ours.
    (CREDENTIALS, Act::Stop),
    (NOT_DONE, Act::Retry),
    (TOO_LARGE, Act::Stop),
    // Passing troubles of the service, as its error page says. On an insert it is open whether there
    // is a job, but the same id never makes a second one.
    ("backendError", Act::Retry),
    ("badGateway", Act::Retry),
    ("internalError", Act::Retry),
    ("jobBackendError", Act::Retry),
    ("jobInternalError", Act::Retry),
    ("tableUnavailable", Act::Retry),
    // Too many at a time. It passes in seconds.
    ("jobRateLimitExceeded", Act::Retry),
    ("rateLimitExceeded", Act::Retry),
    ("userRateLimitExceeded", Act::Retry),
    // Used up for the day. To ask on would only be counted, too.
    ("dailyLimitExceeded", Act::Later),
    ("quotaExceeded", Act::Later),
    // Comes as HTTP 500, and nothing was billed.
    ("bytesBilledLimitExceeded", Act::OverLimit),
    // Somebody must do something first.
    ("accessDenied", Act::Stop),
    ("accessNotConfigured", Act::Stop),
    ("billingNotEnabled", Act::Stop),
    ("billingTierLimitExceeded", Act::Stop),
    ("blocked", Act::Stop),
    ("forbidden", Act::Stop),
    ("invalid", Act::Stop),
    ("invalidQuery", Act::Stop),
    ("invalidUser", Act::Stop),
    ("notImplemented", Act::Stop),
    ("resourceInUse", Act::Stop),
    ("resourcesExceeded", Act::Stop),
    ("responseTooLarge", Act::Stop),
    ("stopped", Act::Stop),
    ("timeout", Act::Stop),
];

/// What to do about a request that failed.
pub fn act(asked: Asked, failure: &Failure) -> Act {
    if let Some((_, act)) = REASONS.iter().find(|(reason, _)| *reason == failure.reason) {
        return *act;
    }
    match (failure.status, asked) {
        // Whether it arrived is not known. Everything we ask can be asked twice.
        (None, _) => Act::Retry,
        (Some(401), _) => Act::RefreshOnce,
        // A new job cannot be seen everywhere at once.
        (Some(404), Asked::Status | Asked::Page) => Act::Missing,
        (Some(409), Asked::Insert) => Act::Exists,
        (Some(408 | 429), _) => Act::Retry,
        // Also without a body, or with one that is not of BigQuery: from a proxy on the way. A
        // `notFound` is final whatever comes with it.
        (Some(500..=599), _) if failure.reason != "notFound" => Act::Retry,
        (Some(_), _) => Act::Stop,
    }
}

/// Whether a job that failed for this reason, of which nothing was billed, may be started anew.
pub fn may_start_anew(failure: &Failure) -> bool {
    const REASONS: [&str; 6] = [
        "backendError",
        "internalError",
        "jobBackendError",
        "jobInternalError",
        "jobRateLimitExceeded",
        "rateLimitExceeded",
    ];
    REASONS.contains(&failure.reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: Option<u16>, reason: &str) -> Failure {
        Failure { status, reason: reason.to_owned(), ..Failure::default() }
    }

    const ASKED: [Asked; 5] =
        [Asked::DryRun, Asked::Insert, Asked::Status, Asked::Page, Asked::Cancel];

    #[test]
    fn what_must_stop_stops_whatever_the_status_and_the_request() {
        for reason in [
            "accessDenied",
            "billingNotEnabled",
            "blocked",
            "invalid",
            "invalidQuery",
            "resourcesExceeded",
            "responseTooLarge",
            CREDENTIALS,
        ] {
            for status in [None, Some(400), Some(401), Some(403), Some(409), Some(429), Some(500)] {
                for asked in ASKED {
                    assert_eq!(act(asked, &failure(status, reason)), Act::Stop, "{reason}");
                }
            }
        }
    }

    #[test]
    fn limits_are_known_by_their_reason() {
        for status in [None, Some(400), Some(403), Some(500), Some(503)] {
            for asked in ASKED {
                let of = |reason| act(asked, &failure(status, reason));
                assert_eq!(of("bytesBilledLimitExceeded"), Act::OverLimit);
                assert_eq!(of("quotaExceeded"), Act::Later);
                assert_eq!(of("rateLimitExceeded"), Act::Retry);
                assert_eq!(of("backendError"), Act::Retry);
            }
        }
    }

    #[test]
    fn without_a_known_reason_the_status_decides() {
        for (status, expected) in [
            (None, Act::Retry),
            (Some(302), Act::Stop),
            (Some(400), Act::Stop),
            (Some(401), Act::RefreshOnce),
            (Some(403), Act::Stop),
            (Some(408), Act::Retry),
            (Some(413), Act::Stop),
            (Some(418), Act::Stop),
            (Some(429), Act::Retry),
            (Some(500), Act::Retry),
            (Some(502), Act::Retry),
            (Some(503), Act::Retry),
            (Some(504), Act::Retry),
            (Some(599), Act::Retry),
        ] {
            for asked in ASKED {
                for reason in ["", "neverHeardOfIt"] {
                    assert_eq!(act(asked, &failure(status, reason)), expected, "{status:?}");
                }
            }
        }
    }

    #[test]
    fn only_a_job_can_be_missing_or_there_already() {
        let not_found = failure(Some(404), "notFound");
        assert_eq!(
            ASKED.map(|asked| act(asked, &not_found)),
            [Act::Stop, Act::Stop, Act::Missing, Act::Missing, Act::Stop]
        );
        let duplicate = failure(Some(409), "duplicate");
        assert_eq!(
            ASKED.map(|asked| act(asked, &duplicate)),
            [Act::Stop, Act::Exists, Act::Stop, Act::Stop, Act::Stop]
        );
        for status in [400, 403, 500, 503] {
            for asked in ASKED {
                assert_eq!(act(asked, &failure(Some(status), "notFound")), Act::Stop);
            }
        }
    }

    #[test]
    fn each_reason_is_in_the_table_once() {
        let mut reasons = REASONS.map(|(reason, _)| reason).to_vec();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), REASONS.len());
    }

    #[test]
    fn only_jobs_that_were_out_of_luck_start_anew() {
        for reason in ["jobBackendError", "jobInternalError", "jobRateLimitExceeded"] {
            assert!(may_start_anew(&failure(None, reason)));
        }
        for reason in ["", "invalidQuery", "stopped", "timeout", "quotaExceeded", "neverHeardOfIt"]
        {
            assert!(!may_start_anew(&failure(None, reason)));
        }
    }
}
