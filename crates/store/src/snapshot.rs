//! Reading: what the store held at one moment.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek as _},
    path::{Path, PathBuf},
};

use downloads::{Day, DayState, ProjectName, SETTLED_DAYS, STORE_COLUMNS};
use sha2::{Digest as _, Sha256};

use crate::{
    Check, Damage, FileEntry, Interval, Month, Revision, RevisionKind, RowRef, Spending,
    StoreError,
    coverage::is_within,
    identity::{Closable, Replaced},
    layout::{Layout, read_if_exists},
    manifest::{Manifest, TableEntry, hex},
    records::{Problem, RecordError, Records},
    rows::{self, BadRow, SpelledDay},
    tables::{self, Table, Tables},
};

/// How often a reader starts again when the files change under it.
const ATTEMPTS: usize = 5;

/// What a store held at one moment: the manifest and the tables, which are small. Rows are read
/// from the disk when they are asked for.
///
/// No lock is taken. If another run changes the store later, reading rows says so
/// ([`StoreError::Changed`]) rather than to mix old and new.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) layout: Layout,
    pub(crate) manifest: Manifest,
    pub(crate) tables: Tables,
    pub(crate) seal: String,
}

impl Snapshot {
    /// Opens the store in a folder. An empty folder is an empty store.
    ///
    /// # Errors
    ///
    /// If the folder does not exist, or what it holds does not agree with its manifest. Month files
    /// are only compared by name here, and by content before their rows are read.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let mut attempts = 1;
        loop {
            match Self::open_once(root) {
                Err(StoreError::Damaged { .. } | StoreError::NoManifest(_))
                    if attempts < ATTEMPTS =>
                {
                    attempts += 1;
                }
                other => return other,
            }
        }
    }

    /// Opens the store in a folder; if there is no folder, what is to become one is empty.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), apart from [`StoreError::Missing`].
    pub fn open_or_empty(root: &Path) -> Result<Self, StoreError> {
        match Self::open(root) {
            Err(StoreError::Missing(_)) => Ok(Self::empty(Layout::new(root))),
            other => other,
        }
    }

    fn open_once(root: &Path) -> Result<Self, StoreError> {
        let layout = Layout::new(root);
        layout.check_folders()?;
        let committed = read_if_exists(&layout.next_manifest())?;
        let in_place = committed.is_none();
        let path = if in_place { layout.manifest() } else { layout.next_manifest() };
        let bytes = match committed {
            Some(bytes) => Some(bytes),
            None => read_if_exists(&path)?,
        };
        let Some(bytes) = bytes else {
            return match layout.data_files()?.as_slice() {
                [] => Ok(Self::empty(layout)),
                _ => Err(StoreError::NoManifest(layout.pypi)),
            };
        };
        let (manifest, seal) =
            Manifest::decode(&bytes).map_err(|damage| StoreError::damaged(&path, damage))?;
        // While a change is put in place, files that it removes may still be there.
        if in_place {
            let unlisted = layout.data_files()?.into_iter().find(|path| !manifest.lists(path));
            if let Some(path) = unlisted {
                return Err(StoreError::damaged(&layout.place(&path), Damage::Unlisted));
            }
        }
        let mut tables = Tables::default();
        for (table, entry) in &manifest.tables {
            read_table(&layout, *table, entry, &mut tables)?;
        }
        Ok(Self { layout, manifest, tables, seal })
    }

    /// The store of a folder with nothing in it.
    fn empty(layout: Layout) -> Self {
        let tables = Tables::default();
        let entries = tables::entries(&tables.encode());
        let manifest = Manifest { tables: entries, files: BTreeMap::new() };
        let seal = manifest.seal();
        Self { layout, manifest, tables, seal }
    }

    /// All projects that were ever collected, sorted.
    pub fn projects(&self) -> impl Iterator<Item = &ProjectName> {
        self.tables.coverage.projects()
    }

    /// The collected days of a project, sorted; empty if it was never collected.
    pub fn coverage(&self, project: &str) -> &[Interval] {
        self.tables.coverage.of(project)
    }

    /// The files of a project, sorted by month. A month without downloads has none.
    pub fn months(&self, project: &str) -> impl Iterator<Item = &FileEntry> {
        self.manifest.files.get(project).into_iter().flat_map(BTreeMap::values)
    }

    /// The interval that a day is in; `None` if it was not collected.
    pub fn interval(&self, project: &str, day: Day) -> Option<&Interval> {
        self.tables.coverage.at(project, day)
    }

    /// What is known of one day of a project.
    ///
    /// It is suspect if its last revision says so. It is provisional if it was fetched less than
    /// `lookback` days after it ended, or if it was found changed when it was fetched, less than
    /// [`SETTLED_DAYS`] after it ended: what has just changed may change again.
    pub fn day_state(&self, project: &str, day: Day, lookback: u32) -> DayState {
        let Some(interval) = self.interval(project, day) else { return DayState::NotCollected };
        let Some(revision) = self.last_revision(project, day) else {
            return interval.state(day, lookback);
        };
        let changed = match revision.kind {
            RevisionKind::Suspect => return DayState::Suspect,
            RevisionKind::Revised | RevisionKind::Accepted => {
                revision.seen_at == interval.fetched_at
            }
            RevisionKind::Confirmed => false,
        };
        if changed && is_within(interval.fetched_at, day, SETTLED_DAYS) {
            DayState::Provisional
        } else {
            interval.state(day, lookback)
        }
    }

    /// All revisions, sorted by time, project and day.
    pub fn revisions(&self) -> &[Revision] {
        self.tables.revisions.all()
    }

    /// The last revision of a day; `None` if it never was changed or suspect.
    pub fn last_revision(&self, project: &str, day: Day) -> Option<&Revision> {
        self.tables.revisions.last(project, day)
    }

    /// The last revision of each day of a project that was changed or suspect, by day.
    pub fn last_revisions(&self, project: &str) -> impl Iterator<Item = &Revision> {
        self.tables.revisions.last_of(project)
    }

    /// What a query that only counts must say of a day if it is unchanged; `None` if that is not
    /// known, so that the day must be read whole to be sure.
    pub fn check(&self, project: &str, day: Day) -> Option<Check> {
        self.tables.checks.of(project, day)
    }

    /// All billed jobs, sorted by time and id.
    pub fn spending(&self) -> &[Spending] {
        self.tables.spending.all()
    }

    /// The downloads of each day of a month that has rows. A collected day that is not among them
    /// had none.
    pub fn day_downloads(
        &self,
        project: &str,
        month: Month,
    ) -> Result<BTreeMap<Day, u64>, StoreError> {
        let mut downloads = BTreeMap::new();
        let entry = self.manifest.files.get(project).and_then(|files| files.get(&month));
        let Some(entry) = entry else { return Ok(downloads) };
        let mut rows = self.open_rows(entry)?;
        while let Some(row) = rows.next()? {
            *downloads.entry(row.day).or_default() += row.downloads;
        }
        Ok(downloads)
    }

    /// The digest of the manifest in hex digits: equal digest, equal store.
    pub fn digest(&self) -> &str {
        &self.seal
    }

    /// Calls `each` with all rows of a project, sorted by day and then by the fields. No row of a
    /// month is handed out before the file was found to be whole.
    ///
    /// After an error the rows that were handed out are not all there are, so do not use them.
    pub fn read_rows(
        &self,
        project: &str,
        mut each: impl FnMut(RowRef<'_>),
    ) -> Result<(), StoreError> {
        for entry in self.months(project) {
            let mut rows = self.open_rows(entry)?;
            while let Some(row) = rows.next()? {
                each(row);
            }
        }
        Ok(())
    }

    /// The rows of one month, after the file was found to be whole.
    pub fn open_rows(&self, entry: &FileEntry) -> Result<Rows, StoreError> {
        let (path, file) = self.open_verified(entry)?;
        Rows::open(path, file, entry.month)
    }

    fn open_verified(&self, entry: &FileEntry) -> Result<(PathBuf, File), StoreError> {
        let look = || open_verified(&self.layout, &entry.path, entry.bytes, &entry.sha256);
        let mut found = look();
        // Perhaps nothing is wrong, and another run replaced the file; or did, and put it back.
        for _ in 1..ATTEMPTS {
            let Err(StoreError::Damaged { path, .. }) = &found else { break };
            if Self::open(&self.layout.root).is_ok_and(|now| now.seal != self.seal) {
                return Err(StoreError::Changed(path.clone()));
            }
            found = look();
        }
        found
    }
}

/// Reads a table that is as listed into `tables`.
fn read_table(
    layout: &Layout,
    table: Table,
    entry: &TableEntry,
    tables: &mut Tables,
) -> Result<(), StoreError> {
    let (path, mut file) = open_verified(layout, table.path(), entry.bytes, &entry.sha256)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(StoreError::io("read", &path))?;
    let read = tables.decode(table, &text);
    read.map_err(|line| StoreError::damaged(&path, Damage::Line(line)))
}

/// Opens a file whose content is as listed: the one that is about to be put in place, if that is
/// it, else the one in place.
pub(crate) fn open_verified(
    layout: &Layout,
    path: &str,
    bytes: u64,
    sha256: &str,
) -> Result<(PathBuf, File), StoreError> {
    let mut found = Err(StoreError::damaged(&layout.place(path), Damage::Missing));
    // In place again, because a file may be moved there between the first two looks.
    for path in [layout.place(path), layout.staged(path), layout.place(path)] {
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::io("read", &path)(error)),
            Ok(mut file) => match verify(&mut file, bytes, sha256) {
                Ok(None) => return Ok((path, file)),
                Ok(Some(damage)) => found = Err(StoreError::damaged(&path, damage)),
                Err(error) => return Err(StoreError::io("read", &path)(error)),
            },
        }
    }
    found
}

/// Reads a file to its end and goes back to its start; `None` if it is as listed.
fn verify(file: &mut File, bytes: u64, sha256: &str) -> io::Result<Option<Damage>> {
    let found = file.metadata()?.len();
    if found != bytes {
        return Ok(Some(Damage::Size { found, listed: bytes }));
    }
    let (_, found) = digest(file)?;
    Ok((found != sha256).then_some(Damage::Digest))
}

/// The length in bytes and the SHA-256 of a file from where it stands, which is then at its start.
pub(crate) fn digest(file: &mut File) -> io::Result<(u64, String)> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                digest.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok((bytes, hex(&digest.finalize())))
}

/// The rows of one month file, one after the other.
#[derive(Debug)]
pub struct Rows {
    path: PathBuf,
    month: Month,
    records: Records<Closable>,
    /// The day of the last row.
    day: Option<SpelledDay>,
}

impl Rows {
    /// Reads the header.
    pub(crate) fn open(path: PathBuf, file: File, month: Month) -> Result<Self, StoreError> {
        let file = Closable::new(path.clone(), file).map_err(StoreError::io("read", &path))?;
        let mut rows = Self { path, month, records: Records::new(file), day: None };
        let header = rows.records.next();
        let header = header.map_err(|error| unreadable(&rows.path, None, error))?;
        let as_it_should = header.is_some_and(|header| {
            header.len() == STORE_COLUMNS.len()
                && STORE_COLUMNS.iter().enumerate().all(|(at, name)| header.field(at) == *name)
        });
        if as_it_should {
            Ok(rows)
        } else {
            let damage = Damage::Row { line: 1, day: None, what: BadRow::Header };
            Err(StoreError::damaged(&rows.path, damage))
        }
    }

    /// Lets go of the file until the next row is asked for, so that any number of them can be read
    /// side by side. That it is replaced meanwhile is [`StoreError::Changed`].
    pub fn close(&mut self) {
        self.records.input_mut().close();
    }

    /// The next row; `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "each row borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<RowRef<'_>>, StoreError> {
        let (path, day) = (&self.path, self.day.map(|(_, day)| day));
        let record = self.records.next();
        let record = record.map_err(|error| unreadable(path, day, error))?;
        let Some(record) = record else { return Ok(None) };
        let row = rows::parse(&record, self.month, &mut self.day).map_err(|what| {
            StoreError::damaged(path, Damage::Row { line: record.line, day, what })
        })?;
        Ok(Some(row))
    }
}

/// What it means that a record cannot be read. That the disk cannot be read says nothing of the file.
fn unreadable(path: &Path, day: Option<Day>, error: RecordError) -> StoreError {
    match error.problem {
        Problem::Io(source) if source.get_ref().is_some_and(|it| it.is::<Replaced>()) => {
            StoreError::Changed(path.into())
        }
        Problem::Io(source) => StoreError::io("read", path)(source),
        _ => StoreError::damaged(path, Damage::Record { day, what: error }),
    }
}
