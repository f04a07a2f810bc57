//! Two stores become one: what another store has is put into this one, day by day.
//!
//! It does not matter in which order stores are joined, nor how often. Of a day that both have with other
//! rows, the later look counts, unless it has fewer downloads and nobody accepted that: a day never
//! shrinks silently.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName, stretches};
use sha2::{Digest as _, Sha256};
use store::{
    FileEntry, Interval, Month, RevisionKind, Snapshot, Spending, SpendingState, StoreError, Writer,
};

/// What was taken from the other store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Joined {
    /// Days of projects that were not there.
    pub(super) added: usize,
    /// Days that were there with other rows, and now have those of the other store.
    pub(super) replaced: usize,
    /// Days that were there with other rows, and kept them.
    pub(super) kept: usize,
    /// Days whose rows were the same, and that the other store has looked at later.
    pub(super) looked: usize,
    /// Jobs that were not known, or not so far.
    pub(super) jobs: usize,
    /// Revisions that were not known.
    pub(super) revisions: usize,
}

/// Puts what `theirs` holds into the store. Nothing happens before it is saved.
pub(super) fn join(writer: &mut Writer, theirs: &Snapshot) -> Result<Joined, StoreError> {
    let ours = writer.snapshot().clone();
    let mut joined = Joined::default();
    for project in theirs.projects() {
        let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
        for interval in theirs.coverage(project.as_str()) {
            for day in days(interval) {
                months.entry(Month::of(day)).or_default().insert(day);
            }
        }
        for (month, days) in months {
            OneMonth { ours: &ours, theirs, project, month }.join(writer, &days, &mut joined)?;
        }
    }
    for revision in theirs.revisions().iter().filter(|it| !ours.revisions().contains(it)) {
        writer.revise(revision.clone());
        joined.revisions += 1;
    }
    for job in theirs.spending() {
        let known = ours.spending().iter().find(|it| it.job == job.job);
        if known.is_none_or(|known| progress(known) < progress(job)) {
            writer.spend(job.clone());
            joined.jobs += 1;
        }
    }
    Ok(joined)
}

/// How far a job is: what is known of it only grows.
fn progress(job: &Spending) -> (u8, Option<u64>) {
    let state = match job.state {
        SpendingState::Pending => 0,
        SpendingState::Failed => 1,
        SpendingState::Billed => 2,
        SpendingState::Stored => 3,
    };
    (state, job.billed)
}

fn days(interval: &Interval) -> impl Iterator<Item = Day> {
    interval.first.iter_days().take_while(|day| *day <= interval.last)
}

/// What a store has of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    fetched_at: DateTime<Utc>,
    downloads: u64,
    /// Whether somebody accepted that it has no more downloads.
    accepted: bool,
}

/// Whether the rows of a day are taken from the other store, if both have the day with other rows.
fn is_taken(ours: Seen, theirs: Seen) -> bool {
    let is_newer = theirs.fetched_at > ours.fetched_at;
    let (newer, older) = if is_newer { (theirs, ours) } else { (ours, theirs) };
    let newer_counts = newer.accepted || newer.downloads >= older.downloads;
    newer_counts == is_newer
}

/// The rows of a day, as far as they have to be compared.
#[derive(Clone, Debug, Default)]
struct Rows {
    downloads: u64,
    digest: Sha256,
}

struct OneMonth<'a> {
    ours: &'a Snapshot,
    theirs: &'a Snapshot,
    project: &'a ProjectName,
    month: Month,
}

impl OneMonth<'_> {
    fn join(
        &self,
        writer: &mut Writer,
        days: &BTreeSet<Day>,
        joined: &mut Joined,
    ) -> Result<(), StoreError> {
        let name = self.project.as_str();
        let (our_file, their_file) = (self.file(self.ours), self.file(self.theirs));
        let digest = |file: Option<&FileEntry>| file.map(|file| file.sha256.clone());
        let (ours, theirs) = if digest(our_file) == digest(their_file) {
            Default::default()
        } else {
            (rows(self.ours, our_file)?, rows(self.theirs, their_file)?)
        };
        let mut taken = BTreeSet::new();
        let mut looked = BTreeSet::new();
        for &day in days {
            let Some(their) = self.theirs.interval(name, day) else { continue };
            let Some(our) = self.ours.interval(name, day) else {
                joined.added += 1;
                taken.insert(day);
                continue;
            };
            let (a, b) = (ours.get(&day).cloned(), theirs.get(&day).cloned());
            let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
            let seen = |store: &Snapshot, interval: &Interval, downloads: u64| Seen {
                fetched_at: interval.fetched_at,
                downloads,
                accepted: self.is_accepted(store, day, downloads),
            };
            let (our_seen, their_seen) =
                (seen(self.ours, our, a.downloads), seen(self.theirs, their, b.downloads));
            if a.digest.finalize() == b.digest.finalize() {
                if their.fetched_at > our.fetched_at {
                    looked.insert(day);
                }
            } else if is_taken(our_seen, their_seen) {
                joined.replaced += 1;
                taken.insert(day);
            } else {
                joined.kept += 1;
            }
        }
        joined.looked += looked.len();
        if !taken.is_empty() {
            self.take(writer, &taken, their_file)?;
        }
        for interval in self.theirs.coverage(name) {
            let days = taken.union(&looked).copied().filter(|day| interval.contains(*day));
            for (first, last) in stretches(days) {
                writer.cover(self.project, Interval { first, last, ..interval.clone() });
            }
        }
        for &day in taken.union(&looked) {
            let check = self.theirs.check(name, day);
            if taken.contains(&day) || check.is_some() {
                writer.set_check(self.project, day, check);
            }
        }
        Ok(())
    }

    fn file<'a>(&self, store: &'a Snapshot) -> Option<&'a FileEntry> {
        store.months(self.project.as_str()).find(|file| file.month == self.month)
    }

    fn is_accepted(&self, store: &Snapshot, day: Day, downloads: u64) -> bool {
        store.revisions().iter().any(|it| {
            it.kind == RevisionKind::Accepted
                && (&it.project, it.day, it.after) == (self.project, day, downloads)
        })
    }

    /// Puts the rows of these days in place of those that are there.
    fn take(
        &self,
        writer: &mut Writer,
        days: &BTreeSet<Day>,
        file: Option<&FileEntry>,
    ) -> Result<(), StoreError> {
        let mut month = writer.month(self.project, self.month, days.clone())?;
        if let Some(file) = file {
            let mut rows = self.theirs.open_rows(file)?;
            while let Some(row) = rows.next()? {
                if days.contains(&row.day) {
                    month.push(row.day, &key(row.fields), row.downloads)?;
                }
            }
        }
        month.finish().map(drop)
    }
}

/// What the days of a month have.
fn rows(store: &Snapshot, file: Option<&FileEntry>) -> Result<BTreeMap<Day, Rows>, StoreError> {
    let mut days: BTreeMap<Day, Rows> = BTreeMap::new();
    let Some(file) = file else { return Ok(days) };
    let mut rows = store.open_rows(file)?;
    while let Some(row) = rows.next()? {
        let day = days.entry(row.day).or_default();
        day.downloads = day.downloads.saturating_add(row.downloads);
        day.digest.update(key(row.fields));
        day.digest.update([0]);
        day.digest.update(row.downloads.to_le_bytes());
    }
    Ok(days)
}

/// The key of a row of a store, in which no field has a NUL.
fn key<const N: usize>(fields: [&str; N]) -> Vec<u8> {
    fields.join("\0").into_bytes()
}
