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
fn summaries_of_jobs_are_told_the_same() {
    let home = store();
    let mut status = read(home.path());
    let names = ["sdv", "rdt", "never"].map(|name| name.parse::<ProjectName>().unwrap());
    status.look_for_late(&names, 2, now());
    insta::assert_snapshot!(status.to_markdown(Some("budget: 1 TiB a month; $6.25 a TiB\n")));
}

#[test]
fn an_empty_store_is_late_in_markdown() {
    let home = tempfile::tempdir().unwrap();
    let mut status = read(home.path());
    status.look_for_late(&["sdv".parse().unwrap()], 1, now());
    insta::assert_snapshot!(status.to_markdown(None), @r"
        ### What the store holds

        The store is empty.

        **Late, the newest day is more than 1 day ago:**

        - sdv: nothing was collected
        ");
}

#[test]
fn late_is_what_has_no_day_as_new_as_it_should() {
    let home = store();
    let names = ["sdv", "rdt", "never"].map(|name| name.parse::<ProjectName>().unwrap());
    let late = |after: u32, at: &str| {
        let mut status = read(home.path());
        status.look_for_late(&names, after, time(at));
        let late = status.late.unwrap().projects;
        late.into_iter().map(|it| (it.project, it.last_day)).collect::<Vec<_>>()
    };
    let rdt = ("rdt".to_owned(), Some(day("2026-11-14")));
    let never = ("never".to_owned(), None);
    // The newest day of sdv is 2026-11-22.
    assert_eq!(late(1, "2026-11-23T23:59:59Z"), [rdt.clone(), never.clone()]);
    let sdv = ("sdv".to_owned(), Some(day("2026-11-22")));
    assert_eq!(late(1, "2026-11-24T00:00:00Z"), [sdv, rdt.clone(), never.clone()]);
    assert_eq!(late(2, "2026-11-24T00:00:00Z"), [rdt, never.clone()]);
    assert_eq!(late(9, "2026-11-23T00:00:00Z"), std::slice::from_ref(&never));
    assert_eq!(late(u32::MAX, "2026-11-23T00:00:00Z"), [never]);
    assert_eq!(late(0, "2026-11-22T00:00:00Z").len(), 2, "today is as new as can be");
    // A clock that is behind makes nothing late.
    assert_eq!(late(0, "2020-01-01T00:00:00Z").len(), 1);
}

#[test]
fn people_and_programs_are_told_who_is_late() {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(home.path(), "test", now()).unwrap();
    collect(&mut writer, "sdv", "2026-11-01", "2026-11-20");
    writer.commit().unwrap();
    let mut status = read(home.path());
    assert!(!status.is_late() && !status.to_json().unwrap().contains("late"));
    status.look_for_late(&["sdv", "rdt"].map(|name| name.parse().unwrap()), 2, now());
    assert!(status.is_late());
    insta::assert_snapshot!(status.to_text(None), @r"
        project  first day   last day    days  provisional  rows  downloads
        sdv      2026-11-01  2026-11-20    20            1    20        200
        total                                                 20        200

        late, the newest day is more than 2 days ago:
          sdv  2026-11-20
          rdt  nothing was collected
        ");
    let json: serde_json::Value = serde_json::from_str(&status.to_json().unwrap()).unwrap();
    insta::assert_snapshot!(json["late"].to_string(), @r#"{"after_days":2,"projects":[{"last_day":"2026-11-20","project":"sdv"},{"last_day":null,"project":"rdt"}]}"#);
    status.look_for_late(&["sdv".parse().unwrap()], 3, now());
    assert!(!status.is_late() && !status.to_text(None).contains("late"));
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
