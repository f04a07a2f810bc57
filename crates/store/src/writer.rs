//! Writing: the one run that changes the store.

use std::{collections::BTreeSet, ops::AddAssign, path::Path, sync::Arc};

use chrono::{DateTime, SubsecRound as _, Utc};
use downloads::{Day, ProjectName};

use crate::{
    FileEntry, Interval, Month, MonthWriter, Snapshot, StoreError,
    fs::{Disk, Fs, Output},
    journal,
    layout::Layout,
    lock::Lock,
    manifest::{CoverageEntry, month_path},
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

/// What a commit did to the files of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Month files that are new or changed.
    pub written: usize,
    /// Month files that are gone, because their last row is.
    pub removed: usize,
}

/// Holds the lock of a store and changes it in one step, the [`commit`](Self::commit).
///
/// Dropping it without that changes nothing.
#[derive(Debug)]
pub struct Writer {
    fs: Arc<dyn Fs>,
    /// What the store holds.
    stored: Snapshot,
    /// What it is to hold.
    next: Snapshot,
    changed: BTreeSet<(ProjectName, Month)>,
    _lock: Lock,
}

impl Writer {
    /// Opens the store in a folder for writing, and creates the folder if it is missing. A change
    /// that an earlier run did not finish is finished first.
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
        for folder in [&layout.root, &layout.pypi] {
            if !Layout::is_folder(folder)? {
                journal::create_dirs(&*fs, folder)?;
            }
        }
        let lock = Lock::take(&layout.lock(), command, now)?;
        journal::recover(&*fs, &layout)?;
        let stored = Snapshot::open(root)?;
        Ok(Self { fs, next: stored.clone(), stored, changed: BTreeSet::new(), _lock: lock })
    }

    /// What the store holds, without what was not committed.
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
    /// # Panics
    ///
    /// If a day is not of this month, or the month was already written.
    pub fn month(
        &mut self,
        project: &ProjectName,
        month: Month,
        days: BTreeSet<Day>,
    ) -> Result<MonthWriter<'_>, StoreError> {
        assert!(days.iter().all(|day| month.contains(*day)), "days outside of {month}");
        assert!(!self.changed.contains(&(project.clone(), month)), "{project} {month} twice");
        MonthWriter::new(self, project.clone(), month, days)
    }

    /// Records that the days of `interval` were collected. Their rows are written with
    /// [`month`](Self::month).
    ///
    /// # Panics
    ///
    /// If the origin is not a word of letters, digits and hyphens, or the interval ends before it starts.
    pub fn cover(&mut self, project: &ProjectName, interval: Interval) {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        assert!(
            !interval.origin.is_empty() && interval.origin.bytes().all(word),
            "`{}` is not a word",
            interval.origin
        );
        assert!(interval.first <= interval.last, "an interval has at least one day");
        let fetched_at = interval.fetched_at.trunc_subsecs(0);
        self.next.coverage.replace(project, Interval { fetched_at, ..interval });
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

    /// Makes all changes at once, and lastingly. If there are none, no byte on the disk changes.
    pub fn commit(mut self) -> Result<Committed, StoreError> {
        let manifest = &mut self.next.manifest;
        manifest.coverage = CoverageEntry::of(&self.next.coverage);
        if *manifest == self.stored.manifest {
            return Ok(Committed::default());
        }
        let coverage = self.next.coverage.encode();
        journal::commit(&*self.fs, self.layout(), &self.next.manifest, &coverage)?;
        let exists = |(project, month): &&(ProjectName, Month)| {
            self.next.manifest.files.get(project).is_some_and(|files| files.contains_key(month))
        };
        let written = self.changed.iter().filter(exists).count();
        Ok(Committed { written, removed: self.changed.len() - written })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // If this fails, or the run is killed, the next writer does it.
        let committed = self.layout().next_manifest().exists();
        if !committed {
            let _ = journal::discard(&*self.fs, self.layout());
        }
    }
}
