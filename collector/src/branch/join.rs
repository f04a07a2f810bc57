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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use store::{Check, Key, Revision};
    use tempfile::TempDir;

    use super::*;

    fn name() -> ProjectName {
        "alpha".parse().unwrap()
    }

    fn day(number: u32) -> Day {
        Day::from_ymd_opt(2024, 2, number).unwrap()
    }

    fn time(hour: u32) -> DateTime<Utc> {
        Day::from_ymd_opt(2024, 3, 1).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
    }

    /// A day of a store: which, when it was looked at, its downloads, and whether they were accepted.
    type Held = (u32, u32, u64, bool);

    fn job(id: &str, billed: Option<u64>, state: SpendingState) -> Spending {
        Spending { started_at: time(1), job: id.into(), upper_bound: 10, billed, state }
    }

    fn open(folder: &TempDir) -> Writer {
        Writer::open(folder.path(), "test", time(0)).unwrap()
    }

    fn store(held: &[Held], jobs: &[Spending]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = open(&folder);
        let days = held.iter().map(|it| day(it.0)).collect();
        let mut month = writer.month(&name(), Month::of(day(1)), days).unwrap();
        let mut sorted = held.to_vec();
        sorted.sort_unstable();
        for &(number, _, downloads, _) in &sorted {
            let key = Key::new([""; downloads::FIELDS.len()]).unwrap();
            if downloads > 0 {
                month.push(day(number), key.as_bytes(), downloads).unwrap();
            }
        }
        month.finish().unwrap();
        for &(number, hour, downloads, accepted) in held {
            let (first, last) = (day(number), day(number));
            let (fetched_at, origin) = (time(hour), "bigquery".to_owned());
            writer.cover(&name(), Interval { first, last, fetched_at, origin });
            let check = Check { downloads, seconds: u64::from(hour) };
            writer.set_check(&name(), day(number), Some(check));
            if accepted {
                let (project, day, seen_at) = (name(), day(number), time(hour));
                let (before, after, kind) = (100, downloads, RevisionKind::Accepted);
                writer.revise(Revision { project, day, seen_at, before, after, kind });
            }
        }
        jobs.iter().for_each(|job| writer.spend(job.clone()));
        writer.save().unwrap();
        folder
    }

    fn joined(into: &TempDir, from: &TempDir) -> Joined {
        let mut writer = open(into);
        let done = join(&mut writer, &Snapshot::open(from.path()).unwrap()).unwrap();
        writer.save().unwrap();
        assert!(store::check(into.path()).unwrap().is_empty());
        done
    }

    /// Day, hour of the look, downloads, hour of the check.
    fn held(folder: &TempDir) -> Vec<(u32, u32, u64, Option<u64>)> {
        use chrono::{Datelike as _, Timelike as _};
        let snapshot = Snapshot::open(folder.path()).unwrap();
        let downloads = snapshot.day_downloads("alpha", Month::of(day(1))).unwrap();
        let all = snapshot
            .coverage("alpha")
            .iter()
            .flat_map(|interval| days(interval).map(|day| (day, interval.fetched_at.hour())));
        all.map(|(day, hour)| {
            let check = snapshot.check("alpha", day).map(|it| it.seconds);
            (day.day(), hour, downloads.get(&day).copied().unwrap_or_default(), check)
        })
        .collect()
    }

    #[test]
    fn days_that_are_missing_are_added_with_what_is_known_of_them() {
        let ours = store(&[(1, 1, 10, false)], &[]);
        let theirs = store(&[(1, 1, 10, false), (2, 3, 0, false), (4, 4, 7, false)], &[]);
        assert_eq!(joined(&ours, &theirs), Joined { added: 2, ..Joined::default() });
        assert_eq!(held(&ours), [(1, 1, 10, Some(1)), (2, 3, 0, Some(3)), (4, 4, 7, Some(4))]);
        assert_eq!(joined(&ours, &theirs), Joined::default());
    }

    #[test]
    fn the_later_look_counts_unless_the_day_would_shrink_unasked() {
        for (our, their, expected) in [
            // A day that grew.
            ((1, 10, false), (2, 20, false), (2, 20)),
            ((2, 20, false), (1, 10, false), (2, 20)),
            // One that would shrink stays, and the next look finds out.
            ((1, 20, false), (2, 10, false), (1, 20)),
            ((2, 10, false), (1, 20, false), (1, 20)),
            // One that somebody let shrink.
            ((1, 20, false), (2, 10, true), (2, 10)),
            ((2, 10, true), (1, 20, false), (2, 10)),
            // The same, looked at again.
            ((1, 20, false), (2, 20, false), (2, 20)),
            ((2, 20, false), (1, 20, false), (2, 20)),
        ] {
            let (ours, theirs) = (
                store(&[(1, our.0, our.1, our.2)], &[]),
                store(&[(1, their.0, their.1, their.2)], &[]),
            );
            joined(&ours, &theirs);
            let (hour, downloads) = expected;
            let all = [(1, hour, downloads, Some(u64::from(hour)))];
            assert_eq!(held(&ours), all, "{our:?} and {their:?}");
        }
    }

    #[test]
    fn of_a_job_what_is_known_only_grows_and_no_revision_is_written_twice() {
        use SpendingState::{Billed, Failed, Pending, Stored};
        let ours = store(
            &[(1, 1, 5, true)],
            &[job("a", None, Pending), job("b", Some(7), Stored), job("c", None, Failed)],
        );
        let theirs = store(
            &[(1, 1, 5, true), (2, 2, 5, true)],
            &[job("a", Some(3), Billed), job("b", None, Pending), job("d", None, Pending)],
        );
        let done = joined(&ours, &theirs);
        assert_eq!(done, Joined { added: 1, jobs: 2, revisions: 1, ..Joined::default() });
        let snapshot = Snapshot::open(ours.path()).unwrap();
        let jobs: Vec<_> =
            snapshot.spending().iter().map(|it| (it.job.as_str(), it.billed, it.state)).collect();
        assert_eq!(
            jobs,
            [
                ("a", Some(3), Billed),
                ("b", Some(7), Stored),
                ("c", None, Failed),
                ("d", None, Pending)
            ]
        );
        assert_eq!(snapshot.revisions().len(), 2);
    }

    fn any_store() -> impl Strategy<Value = Vec<Held>> {
        let held = (1..4_u32, 1..5_u32, 0..3_u64, any::<bool>());
        proptest::collection::vec(held, 0..4).prop_map(|mut held| {
            held.sort_unstable();
            held.dedup_by_key(|it| it.0);
            held
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn the_order_does_not_matter_and_no_day_is_lost(a in any_store(), b in any_store()) {
            // Two looks at the same moment with different rows do not happen.
            prop_assume!(a.iter().all(|x| b.iter().all(|y| x.0 != y.0 || x.1 != y.1 || x == y)));
            let (ab, ba) = (store(&a, &[]), store(&b, &[]));
            joined(&ab, &store(&b, &[]));
            joined(&ba, &store(&a, &[]));
            let seal = |it: &TempDir| Snapshot::open(it.path()).unwrap().digest().to_owned();
            prop_assert_eq!(held(&ab), held(&ba));
            prop_assert_eq!(seal(&ab), seal(&ba));
            for number in a.iter().chain(&b).map(|it| it.0) {
                prop_assert!(held(&ab).iter().any(|it| it.0 == number));
            }
        }
    }
}
