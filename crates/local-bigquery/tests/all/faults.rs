//! Each fault does what it says.

use std::time::Duration;

use chrono::TimeDelta;
use local_bigquery::{
    Body, Event, Fault, Framing, JobRequest, Kind, LocalBigquery, RetryAfter, Settings, Target,
    When,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::Caller,
    common::{Hands, at, query, request, service_with},
};

/// A server with 12 rows for a query, 5 of them a page.
fn caller() -> Caller {
    let event = |n: usize| Event::new(&format!("p{n}"), at("2025-07-01 10:00:00"));
    let events: Vec<Event> = (0..12).map(event).collect();
    let clock = Hands::at("2025-09-01 00:00:00").clock();
    Caller::new(service_with(&events, Settings { clock, ..Settings::default() }))
}

fn by_project(id: &str) -> JobRequest {
    let names: Vec<String> = (0..12).map(|n| format!("p{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    request(id, &query("project, COUNT(*)", "2025-07-01", "2025-07-02", " GROUP BY 1"), &names)
}

fn break_nth(caller: &Caller, kind: Kind, nth: u64, fault: Fault) {
    caller.server.service().with_faults(|faults| faults.script(Target::of(kind, nth), fault));
}

fn executed(service: &LocalBigquery) -> u32 {
    service.with_ledger(|ledger| ledger.jobs.iter().map(|job| job.executed).sum())
}

fn rows(caller: &Caller) -> (usize, String, bool) {
    let page = caller.page("a", None, 5).unwrap().json();
    let rows = page["rows"].as_array().map_or(0, Vec::len);
    (rows, page["totalRows"].as_str().unwrap().to_owned(), page["pageToken"].is_string())
}

#[test]
fn an_error_comes_before_or_after_the_work() {
    let caller = caller();
    let refuse = |when, status, body, retry_after| Fault::Refuse {
        when,
        status,
        reason: "backendError",
        body,
        retry_after,
    };
    let date = Some(RetryAfter::Date(90));
    break_nth(&caller, Kind::Insert, 1, refuse(When::Before, 503, Body::Json, date));
    let seconds = Some(RetryAfter::Seconds(7));
    break_nth(&caller, Kind::Insert, 2, refuse(When::After, 503, Body::Html, seconds));
    break_nth(&caller, Kind::Status, 1, refuse(When::Before, 502, Body::Empty, None));
    let before = caller.insert(&by_project("a")).unwrap();
    assert_eq!((before.status, before.reason().as_str()), (503, "backendError"));
    assert_eq!(before.headers["retry-after"], "Mon, 01 Sep 2025 00:01:30 GMT");
    assert_eq!(executed(caller.server.service()), 0);
    let after = caller.insert(&by_project("a")).unwrap();
    assert_eq!((after.status, after.headers["retry-after"].as_str()), (503, "7"));
    assert!(after.body.starts_with("<!DOCTYPE html>"), "{}", after.body);
    assert_eq!(executed(caller.server.service()), 1);
    let empty = caller.status("a").unwrap();
    assert_eq!((empty.status, empty.body.as_str()), (502, ""));
    assert_eq!(caller.insert(&by_project("a")).unwrap().status, 409);
    let faults = caller.server.service().ledger().requests;
    assert_eq!(faults.iter().filter(|asked| asked.fault.is_some()).count(), 3);
}

#[test]
fn a_reset_comes_before_or_after_the_work() {
    let caller = caller();
    break_nth(&caller, Kind::Insert, 1, Fault::Reset(When::Before));
    break_nth(&caller, Kind::Insert, 2, Fault::Reset(When::After));
    caller.insert(&by_project("a")).unwrap_err();
    assert_eq!(executed(caller.server.service()), 0);
    caller.insert(&by_project("a")).unwrap_err();
    assert_eq!(executed(caller.server.service()), 1);
    assert_eq!(caller.status("a").unwrap().status, 200);
}

#[test]
fn a_cut_is_seen_unless_the_connection_was_to_close() {
    let caller = caller();
    caller.insert(&by_project("a")).unwrap();
    let whole = caller.page("a", None, 5).unwrap().body;
    // Long enough to be compressed: whoever decompresses it sees any cut.
    for (nth, framing) in [(2, Framing::Length), (3, Framing::Chunked), (4, Framing::Close)] {
        break_nth(&caller, Kind::Page, nth, Fault::Cut { bytes: 100, framing });
        caller.page("a", None, 5).unwrap_err();
    }
    for (nth, framing) in [(1, Framing::Length), (2, Framing::Chunked), (3, Framing::Close)] {
        break_nth(&caller, Kind::Token, 1 + nth, Fault::Cut { bytes: 40, framing });
        let sent = raw(&caller, "POST /token HTTP/1.1\r\ncontent-length: 0\r\n\r\n");
        let (head, body) = sent.split_once("\r\n\r\n").unwrap();
        let body = match framing {
            Framing::Chunked => body.strip_prefix("28\r\n").unwrap().strip_suffix("\r\n").unwrap(),
            _ => body,
        };
        assert_eq!(body.len(), 40);
        assert_eq!(head.contains("content-length"), framing == Framing::Length);
        assert_eq!(head.contains("transfer-encoding: chunked"), framing == Framing::Chunked);
    }
    assert_eq!(caller.page("a", None, 5).unwrap().body, whole);
}

/// Sends bytes, and waits until the server closes the connection.
fn raw(caller: &Caller, text: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = caller.server.url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut sent = String::new();
        stream.read_to_string(&mut sent).await.unwrap();
        sent
    })
}

#[test]
fn a_stalled_answer_never_comes() {
    let caller = caller();
    break_nth(&caller, Kind::Token, 2, Fault::Stall);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = caller.server.url().strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST /token HTTP/1.1\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        // The client gives up.
        stream.shutdown().await.unwrap();
        let mut sent = Vec::new();
        stream.read_to_end(&mut sent).await.unwrap();
        assert_eq!(sent, b"");
    });
    assert_eq!(caller.server.service().ledger().requests[1].kind, Kind::Token);
}

#[test]
fn slow_answers_are_whole() {
    let caller = caller();
    caller.insert(&by_project("a")).unwrap();
    let whole = caller.status("a").unwrap();
    break_nth(&caller, Kind::Status, 2, Fault::Delay(Duration::from_millis(1)));
    let drip = Fault::Drip { bytes: 50, pause: Duration::from_micros(1) };
    break_nth(&caller, Kind::Status, 3, drip);
    assert_eq!(caller.status("a").unwrap(), whole);
    assert_eq!(caller.status("a").unwrap(), whole);
}

#[test]
fn an_older_answer_comes_again() {
    let event = Event::new("p0", at("2025-07-01 10:00:00"));
    let hands = Hands::at("2025-09-01 00:00:00");
    let job_time = TimeDelta::seconds(9);
    let settings = Settings { clock: hands.clock(), job_time, ..Settings::default() };
    let caller = Caller::new(service_with(&[event], settings));
    break_nth(&caller, Kind::Status, 2, Fault::Stale);
    break_nth(&caller, Kind::Status, 4, Fault::Stale);
    caller.insert(&by_project("a")).unwrap();
    let state =
        |id| caller.status(id).unwrap().json()["status"]["state"].as_str().map(str::to_owned);
    assert_eq!(state("a").as_deref(), Some("RUNNING"));
    hands.pass(job_time);
    assert_eq!(state("a").as_deref(), Some("RUNNING"), "again");
    assert_eq!(state("a").as_deref(), Some("DONE"));
    caller.insert(&by_project("b")).unwrap();
    assert_eq!(state("b").as_deref(), Some("RUNNING"), "of another job there is none");
}

#[test]
fn a_token_can_be_revoked() {
    let mut caller = caller();
    break_nth(&caller, Kind::Insert, 1, Fault::Revoke);
    assert_eq!(caller.insert(&by_project("a")).unwrap().status, 401);
    assert_eq!(caller.insert(&by_project("a")).unwrap().status, 401);
    caller.token = caller.token();
    assert_eq!(caller.insert(&by_project("a")).unwrap().status, 200);
}

#[test]
fn a_job_can_be_hidden_at_first_or_fail_at_its_end() {
    let caller = caller();
    break_nth(&caller, Kind::Insert, 1, Fault::Hidden(2));
    break_nth(&caller, Kind::Insert, 2, Fault::JobFails("jobBackendError"));
    assert_eq!(caller.insert(&by_project("a")).unwrap().status, 200);
    assert_eq!(caller.status("a").unwrap().status, 404);
    assert_eq!(caller.page("a", None, 5).unwrap().status, 404);
    assert_eq!(caller.status("a").unwrap().status, 200);
    let failed = caller.insert(&by_project("b")).unwrap();
    assert_eq!(failed.status, 200);
    let status = caller.status("b").unwrap().json();
    assert_eq!(status["status"]["errorResult"]["reason"], "jobBackendError");
    assert_eq!(status["statistics"]["query"]["totalBytesBilled"], "0");
    let page = caller.page("b", None, 5).unwrap();
    assert_eq!((page.status, page.reason().as_str()), (400, "jobBackendError"));
    let jobs = caller.server.service().ledger().jobs;
    assert_eq!(jobs.iter().map(|job| job.executed).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn pages_can_be_wrong() {
    let caller = caller();
    caller.insert(&by_project("a")).unwrap();
    let wrong = [Fault::EmptyPage, Fault::WrongTotal(-1), Fault::LoseRows(2), Fault::RepeatRows(2)];
    for (nth, fault) in wrong.into_iter().enumerate() {
        break_nth(&caller, Kind::Page, 1 + nth as u64, fault);
    }
    break_nth(&caller, Kind::Page, 6, Fault::Html);
    assert_eq!(rows(&caller), (0, "12".to_owned(), true));
    assert_eq!(rows(&caller), (5, "11".to_owned(), true));
    assert_eq!(rows(&caller), (3, "12".to_owned(), true));
    assert_eq!(rows(&caller), (7, "12".to_owned(), true));
    assert_eq!(rows(&caller), (5, "12".to_owned(), true));
    let html = caller.page("a", None, 5).unwrap();
    assert_eq!((html.status, &html.body[..5]), (200, "<!DOC"));
}

#[test]
fn the_token_of_an_empty_page_leads_to_the_same_place() {
    let caller = caller();
    caller.insert(&by_project("a")).unwrap();
    let first = caller.page("a", None, 5).unwrap().json();
    break_nth(&caller, Kind::Page, 2, Fault::EmptyPage);
    let empty = caller.page("a", None, 5).unwrap().json();
    let again = caller.page("a", empty["pageToken"].as_str(), 5).unwrap().json();
    assert_eq!(again["rows"], first["rows"]);
}

#[test]
fn the_plain_methods_go_wrong_too() {
    let caller = caller();
    let service = caller.server.service();
    break_nth(&caller, Kind::Insert, 1, Fault::Reset(When::Before));
    break_nth(&caller, Kind::Insert, 2, Fault::Cut { bytes: 1, framing: Framing::Close });
    break_nth(&caller, Kind::Status, 1, Fault::refuse(429, "rateLimitExceeded"));
    let lost = service.insert(&by_project("a")).unwrap_err();
    assert_eq!((lost.status, executed(service)), (None, 0));
    let cut = service.insert(&by_project("a")).unwrap_err();
    assert_eq!((cut.status, executed(service)), (None, 1));
    let busy = service.status("a", None).unwrap_err();
    assert_eq!((busy.status, busy.reason.as_str()), (Some(429), "rateLimitExceeded"));
    assert!(service.status("a", None).unwrap().done);
    service.with_faults(|faults| faults.script(Target::every(Kind::Page), Fault::LoseRows(1)));
    assert_eq!(service.page("a", None, None, None).unwrap().unwrap().rows.len(), 11);
    service.with_faults(|faults| faults.clear());
    assert_eq!(service.page("a", None, None, None).unwrap().unwrap().rows.len(), 12);
}

#[test]
fn faults_at_random_are_the_same_for_a_seed_and_come_to_an_end() {
    let run = |seed| {
        let caller = caller();
        let service = caller.server.service();
        service.with_faults(|faults| faults.random(seed, 60, 40));
        for n in 0..200 {
            let id = format!("job{n}");
            service.insert(&by_project(&id)).ok();
            service.status(&id, None).ok();
            service.page(&id, None, None, Some(5)).ok();
        }
        let requests = service.ledger().requests;
        let faults: Vec<_> = requests.into_iter().filter_map(|asked| asked.fault).collect();
        assert_eq!(faults.len(), 40);
        faults
    };
    let first = run(1);
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
    let seen = (1..20).flat_map(run).collect::<Vec<_>>().join(" ");
    for name in [
        "Refuse",
        "Reset(Before)",
        "Reset(After)",
        "Cut",
        "Html",
        "Revoke",
        "Hidden",
        "JobFails",
        "duplicate",
        "Stale",
        "EmptyPage",
        "WrongTotal",
        "LoseRows",
        "RepeatRows",
        "Date(",
        "Seconds(",
    ] {
        assert!(seen.contains(name), "{name}");
    }
}
