//! Each fault by itself.

use std::time::Duration;

use collector::bigquery::{Clock as _, JobId, Limits, QueryError, Warehouse as _};
use local_bigquery::{Body, Fault, Framing, Kind, RetryAfter, Settings, Target, When};

use crate::world::{ENOUGH, Outcome, Who, World, block_on, limits, query};

/// Runs the query in a world where this happens.
fn with(target: Target, fault: Fault) -> Outcome {
    let world = World::new();
    world.fault(target, fault);
    world.run(Who::ServiceAccount)
}

/// What requests are made of.
const KINDS: [Kind; 4] = [Kind::Token, Kind::Insert, Kind::Status, Kind::Page];

#[test]
fn an_answer_is_read_page_by_page() {
    let outcome = World::new().run(Who::ServiceAccount);
    outcome.assert_right();
    assert_eq!(outcome.taken.restarts, 0);
    assert_eq!((outcome.count(Kind::Insert), outcome.count(Kind::Page)), (1, 4));
    let job = &outcome.ledger.jobs[0];
    assert_eq!(job.id.as_deref(), Some("da-test"));
    assert_eq!(job.maximum_bytes_billed, Some(ENOUGH));
    assert_eq!(job.labels["tool"], "test");
    assert_eq!(job.parameters["projects"], ["one", "two"]);
}

#[test]
fn passing_troubles_pass() {
    for kind in KINDS {
        for (status, reason, body) in [
            (408, "", Body::Empty),
            (429, "", Body::Html),
            (403, "rateLimitExceeded", Body::Json),
            (429, "rateLimitExceeded", Body::Json),
            (500, "backendError", Body::Json),
            (500, "internalError", Body::Json),
            (502, "", Body::Html),
            (503, "", Body::Empty),
            (599, "neverHeardOfIt", Body::Json),
        ] {
            for when in [When::Before, When::After] {
                let fault = Fault::Refuse { when, status, reason, body, retry_after: None };
                let outcome = with(Target::of(kind, 1), fault);
                outcome.assert_right();
                assert!(outcome.count(kind) >= 2, "{kind:?} {status} {reason}");
            }
        }
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    for kind in KINDS {
        for fault in [Fault::Reset(When::Before), Fault::Reset(When::After), Fault::Html] {
            with(Target::of(kind, 1), fault).assert_right();
        }
    }
}

#[test]
fn what_must_stop_is_asked_once() {
    for (status, reason) in [
        (403, "accessDenied"),
        (403, "billingNotEnabled"),
        (400, "invalidQuery"),
        (404, "notFound"),
        (500, "invalid"),
        (503, "responseTooLarge"),
        (418, "neverHeardOfIt"),
    ] {
        let outcome = with(Target::every(Kind::Insert), Fault::refuse(status, reason));
        assert!(matches!(outcome.error(), QueryError::Refused { .. }), "{}", outcome.error());
        assert_eq!(outcome.count(Kind::Insert), 1, "{reason}");
        outcome.assert_billed(0);
    }
}

#[test]
fn over_the_limit_nothing_is_billed() {
    let world = World::new();
    let outcome = world.run_within(Who::ServiceAccount, limits(), 1 << 20);
    let told = outcome.error().to_string();
    assert!(matches!(outcome.error(), QueryError::OverLimit { .. }), "{told}");
    assert!(told.contains("bytesBilledLimitExceeded"), "{told}");
    assert_eq!(outcome.count(Kind::Insert), 1);
    outcome.assert_billed(0);
}

#[test]
fn a_dry_run_bills_nothing_and_bounds_the_bill() {
    let world = World::new();
    let bound = block_on(async {
        let rest = world.connect(Who::ServiceAccount, limits()).await;
        rest.dry_run(&query("test")).await.expect("a bound")
    });
    let outcome = world.run_within(Who::ServiceAccount, limits(), bound);
    outcome.assert_right();
    assert!(outcome.ledger.billed() <= bound);
    assert_eq!(outcome.count(Kind::DryRun), 1);
}

#[test]
fn a_wait_that_is_asked_for_is_waited() {
    for after in [RetryAfter::Seconds(120), RetryAfter::Date(120)] {
        let world = World::new();
        let start = world.clock.now();
        world.fault(Target::of(Kind::Page, 2), busy(after));
        world.run(Who::ServiceAccount).assert_right();
        let waited = world.clock.now() - start;
        assert!(waited.num_seconds() >= 119, "{after:?}: {waited}");
    }
    let outcome = with(Target::of(Kind::Insert, 1), busy(RetryAfter::Seconds(3600)));
    assert!(matches!(outcome.error(), QueryError::Later { .. }));
    outcome.assert_billed(0);
}

fn busy(after: RetryAfter) -> Fault {
    let (when, reason, body) = (When::Before, "rateLimitExceeded", Body::Json);
    Fault::Refuse { when, status: 429, reason, body, retry_after: Some(after) }
}

#[test]
fn a_job_that_is_there_is_not_made_again() {
    let duplicate = Fault::Refuse {
        when: When::After,
        status: 409,
        reason: "duplicate",
        body: Body::Json,
        retry_after: None,
    };
    let outcome = with(Target::of(Kind::Insert, 1), duplicate);
    outcome.assert_right();
    assert_eq!(outcome.count(Kind::Insert), 1);
}

#[test]
fn a_job_that_cannot_be_seen_yet_is_looked_for() {
    for looks in [1, 3, 6] {
        let outcome = with(Target::of(Kind::Insert, 1), Fault::Hidden(looks));
        outcome.assert_right();
        let made = outcome.ledger.jobs.iter().filter(|job| job.billed > 0).count();
        assert_eq!(made, 1, "hidden for {looks}");
    }
}

#[test]
fn a_job_that_was_out_of_luck_starts_anew() {
    let outcome = with(Target::of(Kind::Insert, 1), Fault::JobFails("jobBackendError"));
    outcome.assert_right();
    let ids: Vec<_> = outcome.ledger.jobs.iter().filter_map(|job| job.id.as_deref()).collect();
    assert_eq!(ids, ["da-test", "da-test-2"]);
    let outcome = with(Target::of(Kind::Insert, 1), Fault::JobFails("invalidQuery"));
    assert!(matches!(outcome.error(), QueryError::Failed { .. }));
    assert!(outcome.error().is_unbilled());
}

#[test]
fn a_job_that_takes_a_while_is_waited_for() {
    let job_time = chrono::TimeDelta::minutes(20);
    let world = World::with(Settings { job_time, ..Settings::default() });
    let outcome = world.run(Who::ServiceAccount);
    outcome.assert_right();
    assert!(outcome.count(Kind::Status) < 20 * 60 / 10 + 10);
}

#[test]
fn rows_that_do_not_add_up_are_read_anew() {
    for page in 1..=4 {
        for fault in [
            Fault::LoseRows(1),
            Fault::RepeatRows(1),
            Fault::WrongTotal(1),
            Fault::WrongTotal(-1),
            Fault::Stale,
            Fault::EmptyPage,
        ] {
            let outcome = with(Target::of(Kind::Page, page), fault.clone());
            outcome.assert_right();
            // The first page can be asked for again as if nothing had happened.
            let harmless = page == 1 && matches!(fault, Fault::Stale | Fault::EmptyPage);
            assert_eq!(outcome.taken.restarts, u32::from(!harmless), "{fault:?} on page {page}");
        }
    }
}

#[test]
fn a_row_that_is_lost_and_one_that_is_twice_there_do_not_make_up_for_each_other() {
    let world = World::new();
    world.fault(Target::of(Kind::Page, 1), Fault::LoseRows(1));
    world.fault(Target::of(Kind::Page, 2), Fault::RepeatRows(1));
    let outcome = world.run(Who::ServiceAccount);
    outcome.assert_right();
    assert_eq!(outcome.taken.restarts, 1);
}

#[test]
fn rows_that_never_add_up_are_an_error() {
    let outcome = with(Target::every(Kind::Page), Fault::LoseRows(1));
    assert!(matches!(outcome.error(), QueryError::NotWhole { .. }), "{}", outcome.error());
    outcome.assert_billed(1);
}

#[test]
fn a_stalled_or_slow_answer_is_cut_off() {
    let short = Duration::from_millis(80);
    let slow = Fault::Drip { bytes: 1, pause: Duration::from_millis(10) };
    let idle = Limits { idle: short, ..limits() };
    let total = Limits { total: short, ..limits() };
    for (limits, fault) in [(idle, Fault::Stall), (total, Fault::Stall), (total, slow)] {
        let world = World::new();
        world.fault(Target::of(Kind::Status, 1), fault.clone());
        let outcome = world.run_within(Who::ServiceAccount, limits, ENOUGH);
        outcome.assert_right();
        assert_eq!(outcome.count(Kind::Status), 2, "{fault:?}");
    }
}

#[test]
fn a_page_that_is_too_large_is_asked_for_in_parts() {
    let world = World::new();
    let limits = Limits { page: 1500, page_rows: 100, ..limits() };
    let outcome = world.run_within(Who::ServiceAccount, limits, ENOUGH);
    outcome.assert_right();
    assert!(outcome.count(Kind::Page) > 4);
    let limits = Limits { page: 100, ..limits };
    let outcome = World::new().run_within(Who::ServiceAccount, limits, ENOUGH);
    assert!(matches!(outcome.error(), QueryError::Refused { .. }), "{}", outcome.error());
}

#[test]
fn a_small_answer_that_is_large_is_refused() {
    let limits = Limits { json: 100, ..limits() };
    let outcome = World::new().run_within(Who::ServiceAccount, limits, ENOUGH);
    assert!(matches!(outcome.error(), QueryError::Refused { .. }), "{}", outcome.error());
}

/// Every answer, cut after every byte, with each way to tell its end.
#[test]
fn an_answer_that_was_cut_is_no_answer() {
    let world = World::new();
    world.run(Who::ServiceAccount).assert_right();
    let (query, done) = (query("test"), JobId("da-test".to_owned()));
    block_on(async {
        let rest = world.connect(Who::ServiceAccount, limits()).await;
        let mut asked = 0;
        for kind in [Kind::DryRun, Kind::Insert, Kind::Status, Kind::Page] {
            for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
                // Answers are at most so long on the wire; a cut beyond the end begins anew.
                for bytes in 0..500 {
                    world.server.service().with_faults(|faults| {
                        faults.clear();
                        faults.script(Target::every(kind), Fault::Cut { bytes, framing });
                    });
                    asked += 1;
                    let new = JobId(format!("da-{asked}"));
                    let answer = match kind {
                        Kind::DryRun => rest.dry_run(&query).await.map(drop),
                        Kind::Insert => rest.insert(&query, &new, ENOUGH).await,
                        Kind::Status => rest.status(&done).await.map(drop),
                        _ => rest.page(&query, &done, None).await.map(drop),
                    };
                    let failure = answer.expect_err("a cut answer");
                    assert_eq!((failure.status, failure.reason.as_str()), (None, ""));
                }
            }
        }
    });
}
