//! Whole days are replaced, twice is once, and the same data is the same bytes.

use std::{collections::BTreeMap, ops::RangeInclusive, path::Path};

use downloads::{Day, DayState, days_between};
use proptest::prelude::*;

use super::{collect, day, disk, now, tree};
use crate::{Committed, DayCounts, Interval, Snapshot, Writer};

fn counts(added: u64, changed: u64, unchanged: u64) -> DayCounts {
    DayCounts { added, changed, unchanged }
}

/// Collects and commits.
fn run(
    root: &Path,
    project: &str,
    days: (&str, &str),
    rows: &[super::Row],
) -> (DayCounts, Committed) {
    let mut writer = Writer::open_on(disk(), root, "test", now()).unwrap();
    let counts = collect(&mut writer, project, days, rows).unwrap();
    (counts, writer.commit().unwrap())
}

/// Downloads by day and version.
fn read(root: &Path, project: &str) -> BTreeMap<(Day, String), u64> {
    let mut rows = BTreeMap::new();
    let each = |row: crate::RowRef<'_>| {
        let before = rows.insert((row.day, row.fields[1].to_owned()), row.downloads);
        assert_eq!(before, None, "one row for equal downloads");
    };
    Snapshot::open(root).unwrap().read_rows(project, each).unwrap();
    rows
}

#[test]
fn a_collected_day_without_rows_becomes_zero() {
    let home = super::folder();
    let rows = [("2024-01-01", "1", 10), ("2024-01-02", "1", 20), ("2024-01-03", "1", 30)];
    run(home.path(), "sdv", ("2024-01-01", "2024-01-03"), &rows);
    let (found, _) = run(home.path(), "sdv", ("2024-01-02", "2024-01-02"), &[]);
    assert_eq!(found, counts(0, 1, 0));
    let days: Vec<_> =
        read(home.path(), "sdv").into_keys().map(|(day, _)| day.to_string()).collect();
    assert_eq!(days, ["2024-01-01", "2024-01-03"]);
    let snapshot = Snapshot::open(home.path()).unwrap();
    let states = ["2023-12-31", "2024-01-02"].map(|text| snapshot.day_state("sdv", day(text), 3));
    assert_eq!(states, [DayState::NotCollected, DayState::Final]);
}

#[test]
fn collecting_twice_writes_nothing() {
    let home = super::folder();
    let rows = [("2024-01-01", "1", 10), ("2024-02-02", "1", 20)];
    let days = ("2024-01-01", "2024-02-03");
    assert_eq!(
        run(home.path(), "sdv", days, &rows),
        (counts(34, 0, 0), Committed { written: 2, removed: 0 })
    );
    let before = tree(home.path());
    assert_eq!(run(home.path(), "sdv", days, &rows), (counts(0, 0, 34), Committed::default()));
    assert_eq!(tree(home.path()), before);
}

#[test]
fn the_last_row_of_a_month_takes_its_file_with_it() {
    let home = super::folder();
    run(home.path(), "sdv", ("2024-01-01", "2024-01-01"), &[("2024-01-01", "1", 1)]);
    let (found, committed) = run(home.path(), "sdv", ("2024-01-01", "2024-01-01"), &[]);
    assert_eq!((found, committed), (counts(0, 1, 0), Committed { written: 0, removed: 1 }));
    let snapshot = Snapshot::open(home.path()).unwrap();
    assert_eq!(snapshot.months("sdv").count(), 0);
    assert_eq!(snapshot.projects().count(), 1, "it was collected, with no downloads");
}

#[test]
fn rows_that_are_equal_are_added_up() {
    let home = super::folder();
    let rows = [("2024-01-01", "1", 2), ("2024-01-01", "1", 3)];
    run(home.path(), "sdv", ("2024-01-01", "2024-01-01"), &rows);
    assert_eq!(read(home.path(), "sdv").into_values().collect::<Vec<_>>(), [5]);
}

#[test]
fn rows_out_of_order_are_a_mistake_of_the_caller() {
    let home = super::folder();
    let rows = [("2024-01-01", "2", 2), ("2024-01-01", "1", 3)];
    let write = || run(home.path(), "sdv", ("2024-01-01", "2024-01-01"), &rows);
    assert!(std::panic::catch_unwind(write).is_err());
    assert_eq!(Snapshot::open(home.path()).unwrap().projects().count(), 0);
}

#[test]
fn days_fetched_soon_are_provisional() {
    let interval = |fetched_at: &str| Interval {
        first: day("2024-01-01"),
        last: day("2024-01-02"),
        fetched_at: fetched_at.parse().unwrap(),
        origin: "test".into(),
    };
    let state = |fetched_at: &str| interval(fetched_at).state(day("2024-01-02"), 3);
    assert_eq!(state("2024-01-05T23:59:59Z"), DayState::Provisional);
    assert_eq!(state("2024-01-06T00:00:00Z"), DayState::Final);
    assert_eq!(state("2024-01-02T12:00:00Z"), DayState::Provisional);
    assert_eq!(interval("2024-01-03T00:00:00Z").state(day("2024-01-02"), 0), DayState::Final);
}

/// Days from the last of January to the first of March, by number.
const LAST: u32 = 31;

fn nth_day(number: u32) -> Day {
    day("2024-01-30") + chrono::Days::new(number.into())
}

/// One collection: its days, and the downloads by day and version.
type Step = (RangeInclusive<u32>, BTreeMap<(u32, u8), u64>);

fn any_step() -> impl Strategy<Value = Step> {
    let days = (0..=LAST, 0..=LAST).prop_map(|(a, b)| a.min(b)..=a.max(b));
    days.prop_flat_map(|days| {
        let rows = proptest::collection::btree_map((days.clone(), 0..3_u8), 1..50_u64, 0..12);
        (Just(days), rows)
    })
}

fn write_steps(root: &Path, steps: &[Step]) {
    for (days, rows) in steps {
        let mut writer = Writer::open_on(disk(), root, "test", now()).unwrap();
        let texts: Vec<_> = (rows.iter())
            .map(|((day, version), downloads)| {
                (nth_day(*day).to_string(), version.to_string(), *downloads)
            })
            .collect();
        let project = downloads::ProjectName::new("sdv").unwrap();
        let (first, last) = (nth_day(*days.start()), nth_day(*days.end()));
        let mut month = crate::Month::of(first);
        while month.first_day() <= last {
            let in_month = first.iter_days().take_while(|day| *day <= last);
            let in_month = in_month.filter(|day| month.contains(*day)).collect();
            let mut output = writer.month(&project, month, in_month).unwrap();
            for (date, version, downloads) in &texts {
                if month.contains(day(date)) {
                    output.push(day(date), super::key(version).as_bytes(), *downloads).unwrap();
                }
            }
            output.finish().unwrap();
            month = month.next();
        }
        writer.cover(&project, Interval { first, last, fetched_at: now(), origin: "test".into() });
        writer.commit().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whole_days_are_replaced_and_no_other_day_changes(
        steps in proptest::collection::vec(any_step(), 1..4),
    ) {
        let home = super::folder();
        write_steps(home.path(), &steps);
        let mut expected = BTreeMap::new();
        let mut covered = std::collections::BTreeSet::new();
        for (days, rows) in &steps {
            expected.retain(|(day, _): &(Day, String), _| !days.clone().any(|it| nth_day(it) == *day));
            expected.extend(rows.iter().map(|((day, version), downloads)| {
                ((nth_day(*day), version.to_string()), *downloads)
            }));
            covered.extend(days.clone());
        }
        prop_assert_eq!(read(home.path(), "sdv"), expected);

        let snapshot = Snapshot::open(home.path()).unwrap();
        for number in 0..=LAST {
            let state = snapshot.day_state("sdv", nth_day(number), 3);
            prop_assert_eq!(state.is_collected(), covered.contains(&number));
        }
        let intervals = snapshot.coverage("sdv");
        prop_assert!(intervals.windows(2).all(|it| days_between(it[0].last, it[1].first) > 2));
    }

    #[test]
    fn the_way_there_does_not_show_in_the_bytes(
        steps in proptest::collection::vec(any_step(), 1..4),
    ) {
        let (home, direct) = (super::folder(), super::folder());
        write_steps(home.path(), &steps);
        let last: Step = (0..=LAST, BTreeMap::from([((3, 1), 7), ((31, 0), 1)]));
        write_steps(home.path(), std::slice::from_ref(&last));
        write_steps(direct.path(), &[last]);
        prop_assert_eq!(tree(home.path()), tree(direct.path()));
    }
}

#[test]
fn a_reader_beside_a_writer_sees_one_commit_or_says_that_it_changed() {
    let home = super::folder();
    let root = home.path();
    super::write_old(disk(), root).unwrap();
    let old = super::content(root).unwrap();
    super::write_new(disk(), root).unwrap();
    let new = super::content(root).unwrap();
    // What `write_old` does to the store of `write_new`.
    super::write_old(disk(), root).unwrap();
    let back = super::content(root).unwrap();
    let (mut seen, mut changed) = (std::collections::BTreeSet::new(), 0);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..100 {
                super::write_new(disk(), root).unwrap();
                super::write_old(disk(), root).unwrap();
            }
        });
        while !writer.is_finished() {
            match super::content(root) {
                Ok(content) => {
                    seen.insert(content);
                }
                Err(crate::StoreError::Changed(_)) => changed += 1,
                Err(error) => panic!("{error}"),
            }
        }
    });
    let known = [old, new, back];
    assert!(seen.iter().all(|content| known.contains(content)), "a mixture; {changed} changed");
}
