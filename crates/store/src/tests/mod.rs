//! The rules of the store, and what the tests of all of them need.

mod crash;
mod damage;
mod disk;
mod failure;
mod files;
mod ledger;
mod records;
mod replace;
mod rules;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName, parse_day};
use tempfile::TempDir;

use crate::{
    Check, Committed, DayCounts, Interval, Key, Month, Revision, RevisionKind, Snapshot, Spending,
    SpendingState, StoreError, Writer, fs::Fs,
};

/// A row in short: day, version, downloads.
type Row = (&'static str, &'static str, u64);

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

/// Some time after all days of the tests.
fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn key(version: &str) -> Key {
    let mut fields = [""; 12];
    fields[1] = version;
    Key::new(fields).unwrap()
}

/// Says that the days `first..=last` of a project have these rows, and no others.
fn collect(
    writer: &mut Writer,
    project: &str,
    (first, last): (&str, &str),
    rows: &[Row],
) -> Result<DayCounts, StoreError> {
    let project = ProjectName::new(project).unwrap();
    let (first, last) = (day(first), day(last));
    let mut counts = DayCounts::default();
    let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        months.entry(Month::of(day)).or_default().insert(day);
    }
    for (month, days) in months {
        let mut output = writer.month(&project, month, days)?;
        for (date, version, downloads) in rows.iter().filter(|row| month.contains(day(row.0))) {
            output.push(day(date), key(version).as_bytes(), *downloads)?;
        }
        counts += output.finish()?.counts;
    }
    let origin = "test".into();
    writer.cover(&project, Interval { first, last, fetched_at: now(), origin });
    Ok(counts)
}

/// The store in which all the tests of crashes, failures and damage begin.
fn write_old(fs: Arc<dyn Fs>, root: &Path) -> Result<Committed, StoreError> {
    let mut writer = Writer::open_on(fs, root, "test", now())?;
    let rows = [("2024-01-31", "1.0", 3), ("2024-02-01", "1,\n\"1", 1), ("2024-02-01", "1.0", 2)];
    collect(&mut writer, "sdv", ("2024-01-30", "2024-02-02"), &rows)?;
    collect(&mut writer, "rdt", ("2024-02-01", "2024-02-01"), &[("2024-02-01", "0.1", 1)])?;
    collect(&mut writer, "gone", ("2024-02-01", "2024-02-01"), &[("2024-02-01", "0.1", 1)])?;
    let check = Check { downloads: 3, seconds: 12_345 };
    writer.set_check(&ProjectName::new("sdv").unwrap(), day("2024-02-01"), Some(check));
    writer.spend(job("job-1", None, SpendingState::Pending));
    writer.commit()
}

/// A change of it with everything that can happen to a file: kept, changed, new, removed.
fn write_new(fs: Arc<dyn Fs>, root: &Path) -> Result<Committed, StoreError> {
    let mut writer = Writer::open_on(fs, root, "test", now())?;
    change(&mut writer)?;
    writer.commit()
}

/// Takes over another store, which holds what [`write_new`] makes of the old one.
fn replace_by_new(fs: Arc<dyn Fs>, root: &Path) -> Result<Committed, StoreError> {
    let other = folder();
    write_old(disk(), other.path())?;
    write_new(disk(), other.path())?;
    Writer::open_on(fs, root, "test", now())?.replace_by(other.path())
}

/// The same in two steps under one lock, as a run does that pays for what it collects.
fn write_new_in_two_steps(
    fs: Arc<dyn Fs>,
    root: &Path,
    mut saved: impl FnMut(),
) -> Result<Committed, StoreError> {
    let mut writer = Writer::open_on(fs, root, "test", now())?;
    writer.spend(job("job-1", Some(10), SpendingState::Billed));
    let first = writer.save()?;
    assert_eq!(first, Committed::default(), "no month file");
    saved();
    change(&mut writer)?;
    writer.commit()
}

fn change(writer: &mut Writer) -> Result<(), StoreError> {
    let rows = [("2024-02-01", "1.0", 5), ("2024-03-01", "1.1", 7)];
    // The rows of the only day with a check change, so that the file of checks goes.
    collect(writer, "sdv", ("2024-02-01", "2024-03-01"), &rows)?;
    collect(writer, "new", ("2024-02-01", "2024-02-01"), &[("2024-02-01", "0.1", 1)])?;
    collect(writer, "gone", ("2024-02-01", "2024-02-01"), &[])?;
    if writer.snapshot().revisions().is_empty() {
        writer.revise(revision("sdv", "2024-02-01", now(), RevisionKind::Revised));
    }
    writer.spend(job("job-1", Some(10), SpendingState::Stored));
    Ok(())
}

fn job(id: &str, billed: Option<u64>, state: SpendingState) -> Spending {
    Spending { started_at: now(), job: id.into(), upper_bound: 20, billed, state }
}

fn revision(project: &str, date: &str, seen_at: DateTime<Utc>, kind: RevisionKind) -> Revision {
    let project = ProjectName::new(project).unwrap();
    Revision { project, day: day(date), seen_at, before: 3, after: 5, kind }
}

/// A folder that is removed in the end, in memory where that can be.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The real disk, without waiting for it.
fn disk() -> Arc<dyn Fs> {
    Arc::new(disk::Recorder::default())
}

/// Everything that a reader can get out of a store, as lines.
fn content(root: &Path) -> Result<Vec<String>, StoreError> {
    let snapshot = Snapshot::open(root)?;
    let mut lines = Vec::new();
    for project in snapshot.projects() {
        for Interval { first, last, fetched_at, origin } in snapshot.coverage(project.as_str()) {
            lines.push(format!("{project} {first} {last} {fetched_at} {origin}"));
        }
        snapshot.read_rows(project.as_str(), |row| lines.push(format!("{project} {row:?}")))?;
        for date in ["2024-01-31", "2024-02-01"] {
            let check = snapshot.check(project.as_str(), day(date));
            lines.extend(check.map(|check| format!("{project} {date} {check:?}")));
        }
    }
    lines.extend(snapshot.revisions().iter().map(|it| format!("{it:?}")));
    lines.extend(snapshot.spending().iter().map(|it| format!("{it:?}")));
    Ok(lines)
}

/// All files below a folder with their bytes, apart from the lock.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            if path.is_dir() {
                files.insert(name + "/", Vec::new());
                folders.push(path);
            } else if !name.ends_with(".lock") {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}
