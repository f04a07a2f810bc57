//! Writing: the one run that changes the store.

mod replace;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName};

use crate::{
    Check, FileEntry, Interval, Month, MonthWriter, Revision, Snapshot, Spending, StoreError,
    fs::{Disk, Fs, Output},
    journal,
    layout::{Layout, names},
    lock::Lock,
    manifest::month_path,
    spending::is_job,
    tables::{self, is_word, to_seconds},
};

/// What became of days that were collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Days that were not collected before.
    pub added: u64,
    /// Days whose rows are not what they were.
    pub changed: u64,
    /// Days whose rows are what they were.
    pub unchanged: u64,
}

impl AddAssign for DayCounts {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
    }
}

/// What became of the days of one month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many there are of each kind.
    pub counts: DayCounts,
    /// The days that were collected before and whose rows are not what they were, sorted.
    pub changes: Vec<DayChange>,
}

/// A collected day whose rows are replaced by others. Its downloads may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayChange {
    /// The day.
    pub day: Day,
    /// The downloads that were stored.
    pub before: u64,
    /// The downloads that are to be stored.
    pub after: u64,
}

/// What a commit did to the files of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Month files that are new or changed.
    pub written: usize,
    /// Month files that are gone, because their last row is.
    pub removed: usize,
}

/// Holds the lock of a store and changes it in steps, each a [`save`](Self::save).
///
/// What was not saved when it is dropped does not happen.
#[derive(Debug)]
pub struct Writer {
    fs: Arc<dyn Fs>,
    /// What the store holds.
    stored: Snapshot,
    /// What it is to hold, apart from `covered`.
    next: Snapshot,
    /// The month files that are not what they were.
    changed: BTreeSet<(ProjectName, Month)>,
    /// The days whose rows are not what they were.
    differing: BTreeMap<ProjectName, BTreeSet<Day>>,
    /// What is to be said of days, in order.
    covered: Vec<(ProjectName, Interval)>,
    /// Whether the last change is not yet in place.
    unfinished: bool,
    /// The folders that were created for the store, the outermost first, until something is in it.
    created: Vec<PathBuf>,
    _lock: Lock,
}

impl Writer {
    /// Opens the store in a folder for writing, and creates the folder if it is missing; it is
    /// removed again if nothing is saved. A change that an earlier run did not finish is finished
    /// first.
    ///
    /// `command` and `now` are what others are told who come while the lock is held.
    ///
    /// # Errors
    ///
    /// [`StoreError::Held`] at once if another run has the lock.
    pub fn open(root: &Path, command: &str, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(Disk), root, command, now)
    }

    pub(crate) fn open_on(
        fs: Arc<dyn Fs>,
        root: &Path,
        command: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        let mut created = Vec::new();
        for folder in [&layout.root, &layout.pypi] {
            if !Layout::is_folder(folder)? {
                journal::create_dirs(&*fs, folder, &mut created)?;
            }
        }
        let lock = Lock::take(&layout.lock(), command, now)?;
        journal::recover(&*fs, &layout)?;
        let stored = Snapshot::open(root)?;
        Ok(Self {
            fs,
            next: stored.clone(),
            stored,
            changed: BTreeSet::new(),
            differing: BTreeMap::new(),
            covered: Vec::new(),
            unfinished: false,
            created,
            _lock: lock,
        })
    }

    /// What the store holds, without what was not saved.
    pub fn snapshot(&self) -> &Snapshot {
        &self.stored
    }

    pub(crate) fn fs(&self) -> &dyn Fs {
        &*self.fs
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.stored.layout
    }

    /// Replaces the rows of these days of a project, all of one month. A day for which no row is
    /// pushed becomes a day without downloads.
    ///
    /// If the returned writer is dropped before it has finished, the rows stay as they are.
    ///
    /// # Panics
    ///
    /// If a day is not of this month, or the month was already written since the last save.
    pub fn month(
        &mut self,
        project: &ProjectName,
        month: Month,
        days: BTreeSet<Day>,
    ) -> Result<MonthWriter<'_>, StoreError> {
        assert!(days.iter().all(|day| month.contains(*day)), "days outside of {month}");
        assert!(!self.changed.contains(&(project.clone(), month)), "{project} {month} twice");
        self.finish_last()?;
        MonthWriter::new(self, project.clone(), month, days)
    }

    /// Records that the days of `interval` were collected. Their rows are written with
    /// [`month`](Self::month), before or after.
    ///
    /// A day whose rows stay as they are, and of which a later reading is known, keeps what is known
    /// of that one: that something older says the same makes it no older.
    ///
    /// # Panics
    ///
    /// If the origin is not a word of letters, digits and hyphens, or the interval ends before it starts.
    pub fn cover(&mut self, project: &ProjectName, interval: Interval) {
        assert!(is_word(&interval.origin, b""), "`{}` is not a word", interval.origin);
        assert!(interval.first <= interval.last, "an interval has at least one day");
        let fetched_at = to_seconds(interval.fetched_at);
        self.covered.push((project.clone(), Interval { fetched_at, ..interval }));
    }

    /// Records that a day was looked at again.
    pub fn revise(&mut self, revision: Revision) {
        let seen_at = to_seconds(revision.seen_at);
        self.next.tables.revisions.add(Revision { seen_at, ..revision });
    }

    /// Records what a query that only counts must say of a day if it is unchanged; `None` if that is
    /// not known. To be called when the rows of the day have been written, if they are.
    pub fn set_check(&mut self, project: &ProjectName, day: Day, check: Option<Check>) {
        self.next.tables.checks.set(project, day, check);
    }

    /// Drops the checks of all days before this one.
    pub fn drop_checks_before(&mut self, day: Day) {
        self.next.tables.checks.drop_before(day);
    }

    /// Records a billed job, in place of what was recorded of the one with this id.
    ///
    /// # Panics
    ///
    /// If the id is not made of letters, digits, `-` and `_`.
    pub fn spend(&mut self, spending: Spending) {
        assert!(is_job(&spending.job), "`{}` is not the id of a job", spending.job);
        let started_at = to_seconds(spending.started_at);
        self.next.tables.spending.set(Spending { started_at, ..spending });
    }

    /// Takes over a month file that was written to `.next`; `None` if no row is left.
    pub(crate) fn set_file(
        &mut self,
        project: &ProjectName,
        month: Month,
        entry: Option<FileEntry>,
        output: &dyn Output,
    ) -> Result<(), StoreError> {
        let stored = self.stored.manifest.files.get(project).and_then(|files| files.get(&month));
        let staged = self.layout().staged(&month_path(project, month));
        if stored == entry.as_ref() || entry.is_none() {
            self.fs.remove_file(&staged).map_err(StoreError::io("remove", &staged))?;
        }
        if stored == entry.as_ref() {
            return Ok(());
        }
        if entry.is_some() {
            output.sync().map_err(StoreError::io("write", &staged))?;
        }
        let files = self.next.manifest.files.entry(project.clone()).or_default();
        match entry {
            Some(entry) => drop(files.insert(month, entry)),
            None => drop(files.remove(&month)),
        }
        if files.is_empty() {
            self.next.manifest.files.remove(project);
        }
        self.changed.insert((project.clone(), month));
        Ok(())
    }

    /// Takes note of days whose rows are not what they were.
    pub(crate) fn set_differing(&mut self, project: &ProjectName, days: BTreeSet<Day>) {
        for day in &days {
            self.next.tables.checks.set(project, *day, None);
        }
        self.differing.entry(project.clone()).or_default().extend(days);
    }

    /// Makes all changes at once, and lastingly, and goes on holding the lock. If there are none, no
    /// byte on the disk changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unfinished`] if the change is made and something failed then. After any other
    /// the store is what it was, and saving may be tried again.
    pub fn save(&mut self) -> Result<Committed, StoreError> {
        self.finish_last()?;
        self.apply_covered();
        let texts = self.next.tables.encode();
        self.next.manifest.tables = tables::entries(&texts);
        if self.next.manifest == self.stored.manifest {
            return Ok(Committed::default());
        }
        self.drop_abandoned()?;
        let entries = &self.next.manifest.tables;
        let known = &self.stored.manifest.tables;
        // An empty store is empty without its files.
        let first = !self.layout().manifest().exists();
        let texts =
            texts.into_iter().filter(|(table, _)| first || entries.get(table) != known.get(table));
        let saved =
            journal::commit(&*self.fs, self.layout(), &self.next.manifest, &texts.collect());
        match saved {
            Err(StoreError::Unfinished(_)) => self.unfinished = true,
            Err(_) => return saved.map(|()| Committed::default()),
            Ok(()) => {}
        }
        self.next.seal = self.next.manifest.seal();
        self.stored = self.next.clone();
        self.created.clear();
        self.differing.clear();
        let changed = std::mem::take(&mut self.changed);
        saved?;
        let exists = |(project, month): &&(ProjectName, Month)| {
            self.stored.manifest.files.get(project).is_some_and(|files| files.contains_key(month))
        };
        let written = changed.iter().filter(exists).count();
        Ok(Committed { written, removed: changed.len() - written })
    }

    /// Saves, and lets go of the lock.
    ///
    /// # Errors
    ///
    /// As for [`save`](Self::save).
    pub fn commit(mut self) -> Result<Committed, StoreError> {
        self.save()
    }

    /// Puts the last change in place, if that failed when it was made.
    fn finish_last(&mut self) -> Result<(), StoreError> {
        if self.unfinished {
            journal::recover(&*self.fs, self.layout())?;
            self.unfinished = false;
        }
        Ok(())
    }

    /// Says of the days what was said of them with [`cover`](Self::cover).
    fn apply_covered(&mut self) {
        let coverage = &mut self.next.tables.coverage;
        for (project, fresh) in std::mem::take(&mut self.covered) {
            let none = BTreeSet::new();
            let differing = self.differing.get(&project).unwrap_or(&none);
            let newer = coverage.of(project.as_str()).iter();
            let newer: Vec<Interval> = newer
                .filter(|known| known.fetched_at > fresh.fetched_at)
                .flat_map(|known| unchanged(known, &fresh, differing))
                .collect();
            coverage.replace(&project, fresh);
            newer.into_iter().for_each(|known| coverage.replace(&project, known));
        }
    }

    /// Removes the month files that were begun and not finished.
    fn drop_abandoned(&self) -> Result<(), StoreError> {
        let layout = self.layout();
        let staged =
            |(project, month): &(ProjectName, Month)| layout.staged(&month_path(project, *month));
        let finished: BTreeSet<PathBuf> = self.changed.iter().map(staged).collect();
        for name in names(&layout.next())? {
            let path = layout.next().join(name);
            if !finished.contains(&path) {
                self.fs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        Ok(())
    }
}

/// What is known of the days of `fresh` whose rows do not differ.
fn unchanged(known: &Interval, fresh: &Interval, differing: &BTreeSet<Day>) -> Vec<Interval> {
    let mut parts: Vec<Interval> = Vec::new();
    let (first, last) = (known.first.max(fresh.first), known.last.min(fresh.last));
    for day in first.iter_days().take_while(|day| *day <= last) {
        match parts.last_mut() {
            _ if differing.contains(&day) => {}
            Some(part) if part.last.succ_opt() == Some(day) => part.last = day,
            _ => parts.push(Interval { first: day, last: day, ..known.clone() }),
        }
    }
    parts
}

impl Drop for Writer {
    fn drop(&mut self) {
        // If any of this fails, or the run is killed, the next writer does it.
        let layout = self.layout();
        if layout.next_manifest().exists() {
            return;
        }
        let discarded = journal::discard(&*self.fs, layout);
        if discarded.is_ok() && !self.created.is_empty() {
            let _ = self.fs.remove_file(&layout.lock());
            for folder in self.created.iter().rev() {
                let _ = self.fs.remove_dir(folder);
            }
        }
    }
}
