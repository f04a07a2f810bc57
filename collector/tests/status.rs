//! What the status says of days that changed, and of what was billed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use chrono::{DateTime, Days, TimeDelta, Utc};
use collector::status;
use downloads::{Day, ProjectName};
use store::{Interval, Key, Month, Revision, RevisionKind, Spending, SpendingState, Writer};
use tempfile::TempDir;

const LOOKBACK: u32 = 3;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    time("2026-11-23T12:00:00Z")
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Says that a project had ten downloads a day, read long after.
fn collect(writer: &mut Writer, project: &str, first: &str, last: &str) {
    let project: ProjectName = project.parse().unwrap();
    let (first, last) = (day(first), day(last));
    let mut month = Month::of(first);
    while month.first_day() <= last {
        let days = first.iter_days().take_while(|day| *day <= last);
        let days: Vec<Day> = days.filter(|day| month.contains(*day)).collect();
        let mut rows = writer.month(&project, month, days.iter().copied().collect()).unwrap();
        for day in days {
            rows.push(day, Key::new([""; 12]).unwrap().as_bytes(), 10).unwrap();
        }
        rows.finish().unwrap();
        month = month.next();
    }
    let fetched_at = now() - TimeDelta::hours(6);
    writer.cover(&project, Interval { first, last, fetched_at, origin: "bigquery".into() });
    writer.save().unwrap();
}

fn revise(writer: &mut Writer, project: &str, date: Day, seen_at: &str, kind: RevisionKind) {
    let project = project.parse().unwrap();
    let seen_at = time(seen_at);
    writer.revise(Revision { project, day: date, seen_at, before: 10, after: 4, kind });
}

fn spend(writer: &mut Writer, at: &str, billed: Option<u64>, state: SpendingState) {
    let started_at = time(at);
    let job = format!("job-{}", started_at.timestamp());
    writer.spend(Spending { started_at, job, upper_bound: 9 << 30, billed, state });
}

/// A store with everything that the status speaks of.
fn store() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(home.path(), "test", now()).unwrap();
    collect(&mut writer, "sdv", "2026-09-30", "2026-11-22");
    collect(&mut writer, "rdt", "2026-11-01", "2026-11-03");
    collect(&mut writer, "rdt", "2026-11-05", "2026-11-05");
    for gap_end in ["2026-11-08", "2026-11-10", "2026-11-12", "2026-11-14"] {
        collect(&mut writer, "rdt", gap_end, gap_end);
    }
    for number in 0..11 {
        let date = day("2026-10-01") + Days::new(number);
        revise(&mut writer, "sdv", date, "2026-11-20T06:00:00Z", RevisionKind::Suspect);
    }
    revise(&mut writer, "rdt", day("2026-11-05"), "2026-11-21T06:00:00Z", RevisionKind::Suspect);
    let (confirmed, date) = (RevisionKind::Confirmed, day("2026-10-03"));
    revise(&mut writer, "sdv", date, "2026-11-21T06:00:00Z", confirmed);
    // The last look at this day changed it, so it may change again.
    let fetched = "2026-11-23T06:00:00Z";
    revise(&mut writer, "sdv", day("2026-11-10"), fetched, RevisionKind::Revised);
    revise(&mut writer, "sdv", day("2026-09-30"), "2026-10-05T06:00:00Z", RevisionKind::Revised);
    spend(&mut writer, "2026-10-31T23:59:59Z", Some(7 << 30), SpendingState::Stored);
    spend(&mut writer, "2026-11-01T00:00:00Z", Some(1 << 30), SpendingState::Stored);
    spend(&mut writer, "2026-11-22T06:00:00Z", Some(10 << 20), SpendingState::Billed);
    spend(&mut writer, "2026-11-22T07:00:00Z", None, SpendingState::Failed);
    spend(&mut writer, "2026-11-23T06:00:00Z", None, SpendingState::Pending);
    writer.commit().unwrap();
    home
}

fn read(store: &Path) -> status::Status {
    status::read(store, LOOKBACK, now()).unwrap()
}

#[test]
fn people_are_told_what_deserves_a_look() {
    let home = store();
    let text = read(home.path()).to_text(Some("of at most 100.00 GiB\n"));
    assert!(text.lines().all(|line| line.len() <= 80));
    insta::assert_snapshot!(text);
}

#[test]
fn programs_are_told_everything() {
    let home = store();
    insta::assert_snapshot!(read(home.path()).to_json().unwrap());
}

#[test]
fn a_store_that_only_paid_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(home.path(), "test", now()).unwrap();
    spend(&mut writer, "2026-10-31T23:59:59Z", Some(1), SpendingState::Billed);
    writer.commit().unwrap();
    insta::assert_snapshot!(read(home.path()).to_text(None), @r"
        the store is empty

        BigQuery billed in 2026-11: 0 B
        ");
}
