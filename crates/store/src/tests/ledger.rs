//! The tables beside the rows: revisions, checks and spending, and what they say of days.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use downloads::{DayState, ProjectName, SETTLED_DAYS};
use proptest::prelude::*;

use super::{collect, day, disk, job, key, now, revision, tree};
use crate::{
    Check, DayChange, Interval, Month, RevisionKind, Snapshot, SpendingState, StoreError, Writer,
    checks::Checks, revisions::Revisions, spending::Jobs,
};

fn open(root: &Path) -> Writer {
    Writer::open_on(disk(), root, "test", now()).unwrap()
}

fn name(text: &str) -> ProjectName {
    ProjectName::new(text).unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Says that a day has so many downloads, as was seen at that time.
fn write_day(writer: &mut Writer, date: &str, downloads: u64, seen_at: &str) -> Vec<DayChange> {
    let (project, date) = (name("sdv"), day(date));
    let mut month = writer.month(&project, Month::of(date), BTreeSet::from([date])).unwrap();
    if downloads > 0 {
        month.push(date, key("1.0").as_bytes(), downloads).unwrap();
    }
    let written = month.finish().unwrap();
    let (fetched_at, origin) = (time(seen_at), "test".into());
    writer.cover(&project, Interval { first: date, last: date, fetched_at, origin });
    written.changes
}

/// A store with one day.
fn one_day(seen_at: &str) -> tempfile::TempDir {
    let home = super::folder();
    let mut writer = open(home.path());
    write_day(&mut writer, "2024-02-01", 300, seen_at);
    writer.commit().unwrap();
    home
}

fn state(root: &Path) -> DayState {
    Snapshot::open(root).unwrap().day_state("sdv", day("2024-02-01"), 3)
}

#[test]
fn what_was_recorded_is_read_again() {
    let home = one_day("2024-02-02T06:00:00Z");
    let mut writer = open(home.path());
    let check = Check { downloads: 300, seconds: 300 * 86_399 };
    writer.set_check(&name("sdv"), day("2024-02-01"), Some(check));
    writer.spend(job("b", None, SpendingState::Pending));
    writer.spend(job("a_1-X", Some(0), SpendingState::Stored));
    let mut failed = job("late", None, SpendingState::Failed);
    failed.started_at = now() + TimeDelta::milliseconds(1_999);
    writer.spend(failed);
    for kind in RevisionKind::ALL {
        writer.revise(revision("sdv", "2024-02-01", now(), kind));
    }
    writer.revise(revision("rdt", "2024-02-01", now(), RevisionKind::Suspect));
    writer.commit().unwrap();

    let snapshot = Snapshot::open(home.path()).unwrap();
    assert_eq!(snapshot.check("sdv", day("2024-02-01")), Some(check));
    assert_eq!(snapshot.check("sdv", day("2024-02-02")), None);
    let last = |project: &str| snapshot.last_revision(project, day("2024-02-01")).map(|it| it.kind);
    assert_eq!(last("sdv"), Some(RevisionKind::Confirmed), "the last of the same moment");
    assert_eq!(last("rdt"), Some(RevisionKind::Suspect));
    assert_eq!(last("other"), None);
    let read = |name: &str| fs::read_to_string(home.path().join("pypi").join(name)).unwrap();
    insta::assert_snapshot!(read("checks.csv") + &read("revisions.csv") + &read("spending.csv"), @r"
        project,day,downloads,seconds
        sdv,2024-02-01,300,25919700
        project,day,seen_at,before,after,kind
        rdt,2024-02-01,2026-11-23T12:00:00Z,3,5,suspect
        sdv,2024-02-01,2026-11-23T12:00:00Z,3,5,revised
        sdv,2024-02-01,2026-11-23T12:00:00Z,3,5,suspect
        sdv,2024-02-01,2026-11-23T12:00:00Z,3,5,accepted
        sdv,2024-02-01,2026-11-23T12:00:00Z,3,5,confirmed
        started_at,job,upper_bound,billed,state
        2026-11-23T12:00:00Z,a_1-X,20,0,stored
        2026-11-23T12:00:00Z,b,20,,pending
        2026-11-23T12:00:01Z,late,20,,failed
        ");
}

#[test]
fn a_store_without_them_has_no_file_of_them_and_one_that_has_them_no_longer_neither() {
    let home = one_day("2024-02-02T06:00:00Z");
    let before = tree(home.path());
    assert!(!before.keys().any(|name| name.contains("checks.csv")));
    let mut writer = open(home.path());
    let check = Some(Check { downloads: 300, seconds: 0 });
    for date in ["2024-01-31", "2024-02-01"] {
        writer.set_check(&name("sdv"), day(date), check);
    }
    writer.save().unwrap();
    assert!(tree(home.path()).contains_key("pypi/checks.csv"));
    writer.set_check(&name("sdv"), day("2024-02-01"), None);
    writer.drop_checks_before(day("2024-02-01"));
    writer.save().unwrap();
    drop(writer);
    assert_eq!(tree(home.path()), before);
}

#[test]
fn saving_again_writes_nothing_and_what_was_saved_is_what_the_writer_sees() {
    let home = one_day("2024-02-02T06:00:00Z");
    let mut writer = open(home.path());
    writer.spend(job("a", None, SpendingState::Pending));
    writer.save().unwrap();
    assert_eq!(writer.snapshot().spending().len(), 1);
    let saved = tree(home.path());
    assert_eq!(writer.snapshot().digest(), Snapshot::open(home.path()).unwrap().digest());
    writer.spend(job("a", None, SpendingState::Pending));
    writer.save().unwrap();
    assert_eq!(tree(home.path()), saved);

    // The same month after it was saved.
    for downloads in [1, 2] {
        write_day(&mut writer, "2024-02-01", downloads, "2024-02-02T06:00:00Z");
        let committed = writer.save().unwrap();
        assert_eq!(committed.written, 1);
        let days = writer.snapshot().day_downloads("sdv", "2024-02".parse().unwrap()).unwrap();
        assert_eq!(days, BTreeMap::from([(day("2024-02-01"), downloads)]));
    }
    assert_eq!(writer.save().unwrap().written, 0);
    let second = Writer::open(home.path(), "test", now());
    assert!(matches!(second, Err(StoreError::Held { .. })), "still held");
}

#[test]
fn rows_that_were_given_up_are_not_put_in_place() {
    let home = one_day("2024-02-02T06:00:00Z");
    let mut writer = open(home.path());
    let date = day("2024-02-01");
    let (project, month) = (name("sdv"), Month::of(date));
    let mut given_up = writer.month(&project, month, BTreeSet::from([date])).unwrap();
    given_up.push(date, key("1.0").as_bytes(), 1).unwrap();
    drop(given_up);
    writer.spend(job("a", Some(0), SpendingState::Failed));
    writer.save().unwrap();
    let days = Snapshot::open(home.path()).unwrap().day_downloads("sdv", month).unwrap();
    assert_eq!(days, BTreeMap::from([(date, 300)]));
}

#[test]
fn a_change_of_a_collected_day_is_told_with_its_downloads() {
    let home = one_day("2024-02-02T06:00:00Z");
    let mut writer = open(home.path());
    let seen_at = "2024-02-03T06:00:00Z";
    assert_eq!(write_day(&mut writer, "2024-02-03", 1, seen_at), [], "it is new");
    writer.save().unwrap();
    assert_eq!(write_day(&mut writer, "2024-02-03", 1, seen_at), [], "it is the same");
    let change = |before, after| DayChange { day: day("2024-02-01"), before, after };
    writer.save().unwrap();
    assert_eq!(write_day(&mut writer, "2024-02-01", 301, seen_at), [change(300, 301)]);
    writer.save().unwrap();
    assert_eq!(write_day(&mut writer, "2024-02-01", 0, seen_at), [change(301, 0)]);
    writer.save().unwrap();
    assert_eq!(write_day(&mut writer, "2024-02-01", 7, seen_at), [change(0, 7)]);
}

#[test]
fn a_check_goes_with_the_rows_that_it_speaks_of() {
    let home = one_day("2024-02-02T06:00:00Z");
    let check = Check { downloads: 300, seconds: 0 };
    let mut writer = open(home.path());
    writer.set_check(&name("sdv"), day("2024-02-01"), Some(check));
    writer.save().unwrap();
    write_day(&mut writer, "2024-02-01", 300, "2024-02-03T06:00:00Z");
    writer.save().unwrap();
    assert_eq!(writer.snapshot().check("sdv", day("2024-02-01")), Some(check));
    write_day(&mut writer, "2024-02-01", 299, "2024-02-03T06:00:00Z");
    writer.save().unwrap();
    assert_eq!(writer.snapshot().check("sdv", day("2024-02-01")), None);
}

#[test]
fn an_older_reading_that_says_the_same_makes_a_day_no_older() {
    let home = super::folder();
    let mut writer = open(home.path());
    let rows = [("2024-01-30", "1.0", 1), ("2024-02-01", "1.0", 2), ("2024-02-02", "1.0", 3)];
    collect(&mut writer, "sdv", ("2024-01-30", "2024-02-03"), &rows).unwrap();
    writer.save().unwrap();
    let covered = |snapshot: &Snapshot| {
        let lines = snapshot.coverage("sdv").iter().map(|it| {
            format!("{} {} {} {}", it.first, it.last, it.fetched_at.date_naive(), it.origin)
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(covered(writer.snapshot()), ["2024-01-30 2024-02-03 2026-11-23 test"]);

    // One day more before it, the same days, and one that differs.
    let project = name("sdv");
    let cover = |writer: &mut Writer, fetched_at: &str| {
        let (first, last) = (day("2024-01-29"), day("2024-02-02"));
        let (fetched_at, origin) = (time(fetched_at), "import".into());
        writer.cover(&project, Interval { first, last, fetched_at, origin });
    };
    cover(&mut writer, "2024-02-05T00:00:00Z");
    write_day(&mut writer, "2024-02-01", 7, "2024-02-05T00:00:00Z");
    cover(&mut writer, "2024-02-05T00:00:00Z");
    writer.save().unwrap();
    assert_eq!(
        covered(writer.snapshot()),
        [
            "2024-01-29 2024-01-29 2024-02-05 import",
            "2024-01-30 2024-01-31 2026-11-23 test",
            "2024-02-01 2024-02-01 2024-02-05 import",
            "2024-02-02 2024-02-03 2026-11-23 test",
        ]
    );
    cover(&mut writer, "2027-01-01T00:00:00Z");
    writer.save().unwrap();
    assert_eq!(
        covered(writer.snapshot()),
        ["2024-01-29 2024-02-02 2027-01-01 import", "2024-02-03 2024-02-03 2026-11-23 test"],
        "a newer one counts"
    );
}

#[test]
fn a_day_that_would_have_shrunk_is_suspect_until_it_is_looked_at_again() {
    let home = one_day("2024-02-20T06:00:00Z");
    assert_eq!(state(home.path()), DayState::Final);
    let mut writer = open(home.path());
    let mut revise = |seen_at: &str, kind| {
        writer.revise(revision("sdv", "2024-02-01", time(seen_at), kind));
        writer.save().unwrap();
        state(home.path())
    };
    assert_eq!(revise("2024-02-21T06:00:00Z", RevisionKind::Suspect), DayState::Suspect);
    assert_eq!(revise("2024-02-22T06:00:00Z", RevisionKind::Confirmed), DayState::Final);
    assert_eq!(revise("2024-02-23T06:00:00Z", RevisionKind::Suspect), DayState::Suspect);
    assert_eq!(revise("2024-02-24T06:00:00Z", RevisionKind::Accepted), DayState::Final);
    let before = "2024-02-01T00:00:00Z";
    assert_eq!(revise(before, RevisionKind::Suspect), DayState::Final, "not the last one");
}

#[test]
fn a_day_that_the_last_look_changed_is_provisional_until_it_is_settled() {
    let settled = time("2024-02-02T00:00:00Z") + TimeDelta::days(SETTLED_DAYS.into());
    let just_before = settled - TimeDelta::seconds(1);
    for (seen_at, changed) in [
        (time("2024-02-04T23:59:59Z"), DayState::Provisional),
        (time("2024-02-05T00:00:00Z"), DayState::Provisional),
        (just_before, DayState::Provisional),
        (settled, DayState::Final),
    ] {
        for kind in [RevisionKind::Revised, RevisionKind::Accepted] {
            let home = one_day(&seen_at.to_rfc3339());
            let mut writer = open(home.path());
            writer.revise(revision("sdv", "2024-02-01", seen_at, kind));
            writer.save().unwrap();
            assert_eq!(state(home.path()), changed, "{seen_at}");
            // A later look that finds it unchanged.
            write_day(&mut writer, "2024-02-01", 300, "2024-06-01T00:00:00Z");
            writer.save().unwrap();
            assert_eq!(state(home.path()), DayState::Final);
        }
    }
}

#[test]
fn a_suspect_day_is_collected_and_one_that_is_not_covered_is_not() {
    assert!(DayState::Suspect.is_collected());
    let home = one_day("2024-02-20T06:00:00Z");
    let mut writer = open(home.path());
    writer.revise(revision("sdv", "2024-02-09", now(), RevisionKind::Suspect));
    writer.commit().unwrap();
    let snapshot = Snapshot::open(home.path()).unwrap();
    assert_eq!(snapshot.day_state("sdv", day("2024-02-09"), 3), DayState::NotCollected);
    assert_eq!(snapshot.interval("sdv", day("2024-02-09")), None);
    assert!(snapshot.interval("sdv", day("2024-02-01")).is_some());
}

fn any_kind() -> impl Strategy<Value = RevisionKind> {
    prop::sample::select(&RevisionKind::ALL[..])
}

proptest! {
    #[test]
    fn revisions_are_sorted_and_none_is_lost(
        steps in prop::collection::vec((0..2_usize, 1..4_u32, 0..3_i64, any_kind()), 0..12),
    ) {
        let mut revisions = Revisions::default();
        let mut last = BTreeMap::new();
        for (project, date, seconds, kind) in &steps {
            let project = ["a", "b"][*project];
            let (date, seen_at) = (format!("2024-02-0{date}"), now() + TimeDelta::seconds(*seconds));
            let fresh = revision(project, &date, seen_at, *kind);
            revisions.add(fresh.clone());
            let known = last.entry((project, date)).or_insert_with(|| fresh.clone());
            if known.seen_at <= fresh.seen_at {
                *known = fresh;
            }
        }
        prop_assert_eq!(revisions.all().len(), steps.len());
        prop_assert!(revisions.all().is_sorted_by_key(|it| (it.seen_at, it.project.clone(), it.day)));
        for ((project, date), expected) in &last {
            prop_assert_eq!(revisions.last(project, day(date)), Some(expected));
        }
        prop_assert_eq!(Revisions::decode(revisions.encode().as_bytes()), Ok(revisions));
    }

    #[test]
    fn a_job_is_there_once_as_it_was_told_last(
        steps in prop::collection::vec((0..4_u32, 0..3_i64, prop::option::of(0..9_u64)), 0..12),
    ) {
        let mut jobs = Jobs::default();
        let mut told = BTreeMap::new();
        for (id, seconds, billed) in steps {
            let mut fresh = job(&id.to_string(), billed, SpendingState::Billed);
            fresh.started_at += TimeDelta::seconds(seconds);
            jobs.set(fresh.clone());
            told.insert(id, fresh);
        }
        prop_assert!(jobs.all().is_sorted_by_key(|it| (it.started_at, it.job.clone())));
        prop_assert_eq!(jobs.all().len(), told.len());
        for it in told.values() {
            prop_assert!(jobs.all().contains(it));
        }
        prop_assert_eq!(Jobs::decode(jobs.encode().as_bytes()), Ok(jobs));
    }

    #[test]
    fn no_text_makes_the_readers_panic(text: String) {
        let _ = Revisions::decode(text.as_bytes());
        let _ = Jobs::decode(text.as_bytes());
        let _ = Checks::decode(text.as_bytes());
    }
}

#[test]
fn a_wrong_line_is_named() {
    let revisions = "project,day,seen_at,before,after,kind\n";
    let spending = "started_at,job,upper_bound,billed,state\n";
    let checks = "project,day,downloads,seconds\n";
    let revision = "a,2024-02-01,2024-02-02T00:00:00Z,1,2,revised\n";
    let (job, check) = ("2024-02-02T00:00:00Z,a,1,,pending\n", "a,2024-02-01,1,2\n");
    let read = |text: &str| match text {
        it if it.starts_with(revisions) => Revisions::decode(it.as_bytes()).map(drop),
        it if it.starts_with(spending) => Jobs::decode(it.as_bytes()).map(drop),
        it => Checks::decode(it.as_bytes()).map(drop),
    };
    for (header, line) in [(revisions, revision), (spending, job), (checks, check)] {
        assert_eq!(read(&format!("{header}{line}")), Ok(()));
        let whole = header.len() + line.len() - 1;
        for end in header.len() + 1..=whole {
            assert_eq!(read(&format!("{header}{line}")[..end]), Err(2), "cut at {end} of {line}");
        }
        for end in 0..header.len() {
            assert_eq!(Revisions::decode(&header.as_bytes()[..end]), Err(1));
        }
    }
    for (header, lines) in [
        (revisions, "a,2024-02-01,2024-02-03T00:00:00Z,1,2,revised\n".to_owned() + revision),
        (spending, job.repeat(2)),
        (spending, job.to_owned() + &job.replace("02T", "03T")),
        (checks, check.repeat(2)),
        (checks, check.to_owned() + "a,2024-02-02,01,2\n"),
        (checks, check.to_owned() + "a,2024-02-02,+1,2\n"),
        (checks, check.to_owned() + "a,2024-02-02,18446744073709551616,2\n"),
        (spending, job.to_owned() + &job.replace(",a,", ",a b,")),
        (spending, job.to_owned() + &job.replace("pending", "paid")),
        (revisions, revision.to_owned() + "a,2024-02-01,2024-02-02 00:00:00,1,2,revised\n"),
        (revisions, revision.to_owned() + &revision.replace("revised", "Revised")),
    ] {
        assert_eq!(read(&format!("{header}{lines}")), Err(3), "{lines}");
    }
}

/// A reading: its days, when it was, where it came from, and the downloads of each day by number.
type Reading = (std::ops::RangeInclusive<u32>, i64, &'static str, Vec<u64>, bool);

fn any_reading() -> impl Strategy<Value = Reading> {
    let days = (0..8_u32, 0..8_u32).prop_map(|(a, b)| a.min(b)..=a.max(b));
    let origin = prop::sample::select(&["import", "bigquery"][..]);
    (days, 0..3_i64, origin, prop::collection::vec(0..2_u64, 8), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_day_is_as_old_as_the_last_reading_that_changed_it_or_a_later_one_that_agrees(
        readings in prop::collection::vec(any_reading(), 1..5),
    ) {
        let home = super::folder();
        let mut writer = open(home.path());
        let project = name("sdv");
        let mut expected = BTreeMap::new();
        let nth = |number: u32| day("2024-02-01") + chrono::Days::new(number.into());
        for (days, seconds, origin, downloads, covers_first) in readings {
            let fetched_at = now() + TimeDelta::seconds(seconds);
            let of = |number: u32| downloads[number as usize];
            let interval = Interval {
                first: nth(*days.start()),
                last: nth(*days.end()),
                fetched_at,
                origin: origin.into(),
            };
            if covers_first {
                writer.cover(&project, interval.clone());
            }
            let month = Month::of(interval.first);
            let mut rows = writer.month(&project, month, days.clone().map(nth).collect()).unwrap();
            for number in days.clone().filter(|number| of(*number) > 0) {
                rows.push(nth(number), key("1.0").as_bytes(), of(number)).unwrap();
            }
            let written = rows.finish().unwrap();
            let mut changes = Vec::new();
            for number in days {
                let known = expected.entry(nth(number));
                let known = known.or_insert((of(number), fetched_at, origin));
                let before = known.0;
                if before != of(number) {
                    changes.push(DayChange { day: nth(number), before, after: of(number) });
                }
                if before != of(number) || known.1 <= fetched_at {
                    *known = (of(number), fetched_at, origin);
                }
            }
            prop_assert_eq!(written.changes, changes);
            if !covers_first {
                writer.cover(&project, interval);
            }
            writer.save().unwrap();
        }
        let found = |date| {
            let interval = writer.snapshot().interval("sdv", date)?;
            Some((interval.fetched_at, interval.origin.as_str()))
        };
        for number in 0..9 {
            let expected = expected.get(&nth(number)).map(|(_, time, origin)| (*time, *origin));
            prop_assert_eq!(found(nth(number)), expected);
        }
    }
}
