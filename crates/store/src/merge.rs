//! Writing one month: fresh rows take the place of stored ones, day by day.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
};

use downloads::{Day, FIELDS, ProjectName};
use sha2::{Digest as _, Sha256};

use crate::{
    FileEntry, Month, Rows, StoreError,
    fs::Output,
    journal,
    manifest::{hex, month_path},
    rows,
    writer::{DayChange, Writer, Written},
};

/// Takes the fresh rows of one project and month, sorted, and merges them with the stored ones.
///
/// Made by [`Writer::month`]; nothing happens before [`finish`](Self::finish).
#[derive(Debug)]
pub struct MonthWriter<'a> {
    writer: &'a mut Writer,
    project: ProjectName,
    month: Month,
    /// The days that are replaced.
    days: BTreeSet<Day>,
    file: NewFile,
    stored: Stored,
    /// The last row that was pushed, which the next one may add to.
    pending: Option<OwnedRow>,
    /// The day whose fresh rows are being written, and whether they equal the stored ones so far.
    current: Option<(Day, bool)>,
    /// The replaced days whose rows are not what they were.
    differing: BTreeSet<Day>,
    /// The stored and the fresh downloads of the replaced days that have any.
    before: BTreeMap<Day, u64>,
    after: BTreeMap<Day, u64>,
}

/// A row, by its key.
#[derive(Debug)]
struct OwnedRow {
    day: Day,
    key: Vec<u8>,
    downloads: u64,
}

impl<'a> MonthWriter<'a> {
    pub(crate) fn new(
        writer: &'a mut Writer,
        project: ProjectName,
        month: Month,
        days: BTreeSet<Day>,
    ) -> Result<Self, StoreError> {
        let entry = writer.snapshot().manifest.files.get(&project).and_then(|it| it.get(&month));
        let rows = entry.map(|entry| writer.snapshot().open_rows(entry)).transpose()?;
        let stored = Stored::new(rows)?;
        let path = month_path(&project, month);
        let file = NewFile::create(writer, path)?;
        Ok(Self {
            writer,
            project,
            month,
            days,
            file,
            stored,
            pending: None,
            current: None,
            differing: BTreeSet::new(),
            before: BTreeMap::new(),
            after: BTreeMap::new(),
        })
    }

    /// Adds a row. Rows come sorted by day and key; the counts of equal ones are added up.
    ///
    /// `key` is made as [`Key`](crate::Key) makes it.
    ///
    /// # Panics
    ///
    /// If the day is not one of those to be replaced, or the row is not in order: what is written
    /// would not be what was meant.
    pub fn push(&mut self, day: Day, key: &[u8], downloads: u64) -> Result<(), StoreError> {
        if let Some(pending) = &mut self.pending {
            match (pending.day, pending.key.as_slice()).cmp(&(day, key)) {
                Ordering::Less => {}
                Ordering::Equal => {
                    pending.downloads += downloads;
                    return Ok(());
                }
                Ordering::Greater => panic!("rows must be sorted"),
            }
        }
        let mut row = self.pending.take();
        if let Some(row) = &row {
            self.write_fresh(row)?;
        }
        // The allocation of the row that was just written is used again.
        let mut key_buffer =
            row.as_mut().map(|row| std::mem::take(&mut row.key)).unwrap_or_default();
        key_buffer.clear();
        key_buffer.extend_from_slice(key);
        if row.is_none_or(|row| row.day != day) {
            assert!(self.days.contains(&day), "{day} is not one of the days to be replaced");
        }
        self.pending = Some(OwnedRow { day, key: key_buffer, downloads });
        Ok(())
    }

    fn write_fresh(&mut self, row: &OwnedRow) -> Result<(), StoreError> {
        if self.current.is_none_or(|(day, _)| day != row.day) {
            self.end_day()?;
            self.pass_stored(Some(row.day))?;
            self.current = Some((row.day, true));
        }
        if let Some((_, same)) = &mut self.current {
            let stored = self.stored.peek().filter(|stored| stored.day == row.day);
            *same &= stored
                .is_some_and(|stored| stored.key == row.key && stored.downloads == row.downloads);
            if *same {
                self.replace_stored()?;
            }
        }
        *self.after.entry(row.day).or_default() += row.downloads;
        self.file.write_row(row)
    }

    /// Skips what is left of the stored rows of the day whose fresh rows are all written.
    fn end_day(&mut self) -> Result<(), StoreError> {
        let Some((day, mut same)) = self.current.take() else { return Ok(()) };
        while self.stored.peek().is_some_and(|stored| stored.day == day) {
            same = false;
            self.replace_stored()?;
        }
        if !same {
            self.differing.insert(day);
        }
        Ok(())
    }

    /// Copies the stored rows before `until` (all, if `None`), apart from those of replaced days.
    fn pass_stored(&mut self, until: Option<Day>) -> Result<(), StoreError> {
        while let Some(row) = self.stored.peek().filter(|row| until.is_none_or(|day| row.day < day))
        {
            if self.days.contains(&row.day) {
                self.differing.insert(row.day);
                self.replace_stored()?;
            } else {
                self.file.write_row(row)?;
                self.stored.advance()?;
            }
        }
        Ok(())
    }

    /// Leaves out the stored row at the front, which fresh ones take the place of.
    fn replace_stored(&mut self) -> Result<(), StoreError> {
        if let Some(row) = self.stored.peek() {
            *self.before.entry(row.day).or_default() += row.downloads;
        }
        self.stored.advance()
    }

    /// Writes what is left, and says what became of the days. The file is put in place by
    /// [`Writer::save`]; one that is as it was is not written.
    ///
    /// The checks of days whose rows are not what they were are dropped.
    pub fn finish(mut self) -> Result<Written, StoreError> {
        if let Some(row) = self.pending.take() {
            self.write_fresh(&row)?;
        }
        self.end_day()?;
        self.pass_stored(None)?;
        let snapshot = self.writer.snapshot();
        let mut written = Written::default();
        for &day in &self.days {
            let known = snapshot.interval(self.project.as_str(), day).is_some();
            match (known, self.differing.contains(&day)) {
                (false, _) => written.counts.added += 1,
                (true, true) => {
                    written.counts.changed += 1;
                    let count = |of: &BTreeMap<Day, u64>| of.get(&day).copied().unwrap_or_default();
                    let (before, after) = (count(&self.before), count(&self.after));
                    written.changes.push(DayChange { day, before, after });
                }
                (true, false) => written.counts.unchanged += 1,
            }
        }
        let (entry, output) = self.file.finish(self.month)?;
        self.writer.set_file(&self.project, self.month, entry, &*output)?;
        self.writer.set_differing(&self.project, self.differing);
        Ok(written)
    }
}

/// The stored rows of the month, one ahead.
#[derive(Debug)]
struct Stored {
    rows: Option<Rows>,
    row: OwnedRow,
}

impl Stored {
    fn new(rows: Option<Rows>) -> Result<Self, StoreError> {
        let row = OwnedRow { day: Day::MIN, key: Vec::new(), downloads: 0 };
        let mut stored = Self { rows, row };
        stored.advance()?;
        Ok(stored)
    }

    fn peek(&self) -> Option<&OwnedRow> {
        self.rows.as_ref().map(|_| &self.row)
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        match rows.next()? {
            None => self.rows = None,
            Some(row) => {
                self.row.day = row.day;
                self.row.downloads = row.downloads;
                self.row.key.clear();
                for (at, field) in row.fields.iter().enumerate() {
                    self.row.key.extend_from_slice(field.as_bytes());
                    if at + 1 < FIELDS.len() {
                        self.row.key.push(0);
                    }
                }
            }
        }
        Ok(())
    }
}

/// A month file that is being written.
#[derive(Debug)]
struct NewFile {
    path: String,
    /// Where it is written, for messages.
    staged: PathBuf,
    output: Box<dyn Output>,
    digest: Sha256,
    /// What was not yet given to `digest` and `output`.
    block: Vec<u8>,
    day: Option<Day>,
    day_text: String,
    bytes: u64,
    rows: u64,
    downloads: u64,
}

/// Bytes that are digested and written at once.
const BLOCK: usize = 64 << 10;

impl NewFile {
    fn create(writer: &Writer, path: String) -> Result<Self, StoreError> {
        let output = journal::stage(writer.fs(), writer.layout(), &path)?;
        Ok(Self {
            staged: writer.layout().staged(&path),
            path,
            output,
            digest: Sha256::new(),
            block: rows::header().into_bytes(),
            day: None,
            day_text: String::new(),
            bytes: 0,
            rows: 0,
            downloads: 0,
        })
    }

    fn write_row(&mut self, row: &OwnedRow) -> Result<(), StoreError> {
        if self.day != Some(row.day) {
            self.day = Some(row.day);
            self.day_text.clear();
            let _ = write!(self.day_text, "{}", row.day);
        }
        rows::encode(self.day_text.as_bytes(), &row.key, row.downloads, &mut self.block);
        self.rows += 1;
        self.downloads += row.downloads;
        if self.block.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.digest.update(&self.block);
        self.bytes += self.block.len() as u64;
        let written = self.output.write_all(&self.block);
        self.block.clear();
        written.map_err(StoreError::io("write", &self.staged))
    }

    /// `None` if there is no row in it.
    fn finish(mut self, month: Month) -> Result<(Option<FileEntry>, Box<dyn Output>), StoreError> {
        self.flush()?;
        let entry = (self.rows > 0).then(|| FileEntry {
            month,
            path: self.path,
            bytes: self.bytes,
            rows: self.rows,
            downloads: self.downloads,
            sha256: hex(&self.digest.finalize()),
        });
        Ok((entry, self.output))
    }
}
