//! Sorting more rows than fit into memory.
//!
//! Rows gather in a buffer of fixed size. A full buffer is sorted, equal rows become one with a
//! count, and the result (a run) goes to a temporary file without a name. In the end the runs are
//! merged. When all rows fit into the buffer, nothing is written.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, binary_heap::PeekMut},
    fs::File,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
    sync::Arc,
};

use chrono::Datelike as _;
use downloads::Day;

/// Bytes of keys that are held at once.
const BUFFER: usize = 64 << 20;

/// Rows that are held at once.
const ROWS: usize = 1 << 20;

/// Bytes read ahead of all runs together.
const READ_AHEAD: usize = 16 << 20;

/// The project of a row, by the order of first appearance, and its day: the first sort key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Group(u64);

impl Group {
    fn new(project: u32, day: Day) -> Self {
        Self(u64::from(project) << 32 | u64::from(day.num_days_from_ce().unsigned_abs()))
    }

    fn project(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn day(self) -> Day {
        Day::from_num_days_from_ce_opt(self.0 as u32 as i32).unwrap_or_default()
    }
}

/// A row in the buffer.
#[derive(Clone, Copy)]
struct Entry {
    group: Group,
    /// The first bytes of the key, so that most comparisons need not look at it.
    prefix: u128,
    start: u32,
    length: u32,
}

/// Takes rows in any order.
pub(crate) struct Sorter {
    /// Where temporary files are made.
    folder: PathBuf,
    buffer: Vec<u8>,
    entries: Vec<Entry>,
    max_bytes: usize,
    max_rows: usize,
    weight: Weight,
    spill: Option<Spill>,
}

/// What a row in the buffer stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// One download.
    One,
    /// As many as the eight bytes after its key say.
    Counted,
}

impl Weight {
    /// How many bytes come after each key in the buffer.
    fn bytes(self) -> usize {
        match self {
            Self::One => 0,
            Self::Counted => size_of::<u64>(),
        }
    }
}

/// The runs that were written.
struct Spill {
    output: BufWriter<File>,
    /// Where each run ends in the file.
    ends: Vec<u64>,
    written: u64,
}

impl Sorter {
    /// Sorts single downloads, with temporary files in this folder if it needs any.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self::with_buffer(folder, BUFFER, ROWS, Weight::One)
    }

    /// Sorts rows that have a count. Takes half the memory, which leaves room for an answer.
    pub(crate) fn of_counts(folder: PathBuf) -> Self {
        Self::with_buffer(folder, BUFFER / 2, ROWS / 2, Weight::Counted)
    }

    fn with_buffer(folder: PathBuf, max_bytes: usize, max_rows: usize, weight: Weight) -> Self {
        let (buffer, entries) = (Vec::new(), Vec::new());
        Self { folder, buffer, entries, max_bytes, max_rows, weight, spill: None }
    }

    /// Adds one download.
    pub(crate) fn push(&mut self, project: u32, day: Day, key: &[u8]) -> io::Result<()> {
        debug_assert_eq!(self.weight, Weight::One);
        self.add(project, day, key)
    }

    /// Adds so many downloads that are equal.
    pub(crate) fn push_count(
        &mut self,
        project: u32,
        day: Day,
        key: &[u8],
        count: u64,
    ) -> io::Result<()> {
        debug_assert_eq!(self.weight, Weight::Counted);
        self.add(project, day, key)?;
        self.buffer.extend_from_slice(&count.to_le_bytes());
        Ok(())
    }

    fn add(&mut self, project: u32, day: Day, key: &[u8]) -> io::Result<()> {
        let bytes = key.len() + self.weight.bytes();
        if self.buffer.len() + bytes > self.max_bytes || self.entries.len() == self.max_rows {
            self.write_run()?;
        }
        // Memory counts only when it is first touched, so ask once for all that may be needed.
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(self.max_bytes);
            self.entries.reserve_exact(self.max_rows.min(self.max_bytes / 16));
        }
        let mut prefix = [0; 16];
        let known = key.len().min(16);
        prefix[..known].copy_from_slice(&key[..known]);
        self.entries.push(Entry {
            group: Group::new(project, day),
            prefix: u128::from_be_bytes(prefix),
            start: self.buffer.len() as u32,
            length: key.len() as u32,
        });
        self.buffer.extend_from_slice(key);
        Ok(())
    }

    fn sort(&mut self) {
        let buffer = self.buffer.as_slice();
        self.entries.sort_unstable_by(|a, b| {
            let first = (a.group, a.prefix).cmp(&(b.group, b.prefix));
            first.then_with(|| key(buffer, a).cmp(key(buffer, b)))
        });
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.sort();
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill {
                output: BufWriter::with_capacity(256 << 10, tempfile::tempfile_in(&self.folder)?),
                ends: Vec::new(),
                written: 0,
            }),
        };
        let mut rest = self.entries.as_slice();
        while let Some((entry, count)) = take_equal(&self.buffer, self.weight, &mut rest) {
            let key = key(&self.buffer, &entry);
            spill.output.write_all(&entry.group.0.to_le_bytes())?;
            spill.output.write_all(&count.to_le_bytes())?;
            spill.output.write_all(&entry.length.to_le_bytes())?;
            spill.output.write_all(key)?;
            spill.written += (HEAD + key.len()) as u64;
        }
        spill.ends.push(spill.written);
        self.buffer.clear();
        self.entries.clear();
        Ok(())
    }

    /// All rows in order.
    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if self.spill.is_some() {
            self.write_run()?;
        }
        let rows = match self.spill.take() {
            None => {
                self.sort();
                Source::Memory {
                    buffer: self.buffer,
                    weight: self.weight,
                    entries: self.entries,
                    next: 0,
                }
            }
            Some(spill) => {
                drop((self.buffer, self.entries));
                let file = Arc::new(spill.output.into_inner()?);
                let ahead = (READ_AHEAD / spill.ends.len()).clamp(16 << 10, 1 << 20);
                let starts = [0].into_iter().chain(spill.ends.iter().copied());
                let mut heap = BinaryHeap::with_capacity(spill.ends.len());
                for (start, &end) in starts.zip(&spill.ends) {
                    let mut run = Run::new(Arc::clone(&file), start, end, ahead);
                    if run.advance()? {
                        heap.push(Reverse(run));
                    }
                }
                Source::Runs(heap)
            }
        };
        let mut sorted = Sorted { rows, row: None, key: Vec::new() };
        sorted.advance()?;
        Ok(sorted)
    }
}

fn key<'a>(buffer: &'a [u8], entry: &Entry) -> &'a [u8] {
    &buffer[entry.start as usize..][..entry.length as usize]
}

/// Takes the first entry and those equal to it off `rest`, and says how many downloads they are.
fn take_equal(buffer: &[u8], weight: Weight, rest: &mut &[Entry]) -> Option<(Entry, u64)> {
    let first = *rest.first()?;
    let equal = |entry: &&Entry| {
        (entry.group, entry.prefix) == (first.group, first.prefix)
            && key(buffer, entry) == key(buffer, &first)
    };
    let (equal, others) = rest.split_at(rest.iter().take_while(equal).count());
    *rest = others;
    let count = match weight {
        Weight::One => equal.len() as u64,
        Weight::Counted => equal.iter().map(|entry| count(buffer, entry)).sum(),
    };
    Some((first, count))
}

/// The count after the key.
fn count(buffer: &[u8], entry: &Entry) -> u64 {
    let after = &buffer[entry.start as usize + entry.length as usize..];
    after.first_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// A row with the number of downloads that are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SortedRow {
    /// The number that the project was pushed with.
    pub(crate) project: u32,
    /// The day.
    pub(crate) day: Day,
    /// How many there are. Equal rows may come one after the other and are then to be added up.
    pub(crate) count: u64,
}

/// All rows, sorted by project, day and key.
pub(crate) struct Sorted {
    rows: Source,
    row: Option<SortedRow>,
    key: Vec<u8>,
}

enum Source {
    Memory { buffer: Vec<u8>, weight: Weight, entries: Vec<Entry>, next: usize },
    Runs(BinaryHeap<Reverse<Run>>),
}

impl Sorted {
    /// The row at the front with its key; `None` if there is no more.
    pub(crate) fn row(&self) -> Option<(SortedRow, &[u8])> {
        self.row.map(|row| (row, self.key.as_slice()))
    }

    /// Goes on to the next row.
    pub(crate) fn advance(&mut self) -> io::Result<()> {
        self.key.clear();
        let found = match &mut self.rows {
            Source::Memory { buffer, weight, entries, next } => {
                let mut rest = &entries[*next..];
                let found = take_equal(buffer, *weight, &mut rest);
                *next = entries.len() - rest.len();
                found.map(|(entry, count)| {
                    self.key.extend_from_slice(key(buffer, &entry));
                    (entry.group, count)
                })
            }
            Source::Runs(heap) => match heap.peek_mut() {
                None => None,
                Some(mut first) => {
                    let run = &mut first.0;
                    let found = (run.group, run.count);
                    self.key.extend_from_slice(run.key());
                    if !run.advance()? {
                        PeekMut::pop(first);
                    }
                    Some(found)
                }
            },
        };
        self.row = found.map(|(group, count)| SortedRow {
            project: group.project(),
            day: group.day(),
            count,
        });
        Ok(())
    }
}

/// Bytes before the key of a row in a run: group, count, length of the key.
const HEAD: usize = 8 + 8 + 4;

/// A run that is being read, compared by the row at its front.
struct Run {
    file: Arc<File>,
    /// What was not yet read from the file.
    start: u64,
    end: u64,
    ahead: usize,
    buffer: Vec<u8>,
    /// Where the unread part of `buffer` starts, and the key of the row before it.
    at: usize,
    key_start: usize,
    group: Group,
    count: u64,
}

impl Run {
    fn new(file: Arc<File>, start: u64, end: u64, ahead: usize) -> Self {
        let (group, count) = (Group::default(), 0);
        Self { file, start, end, ahead, buffer: Vec::new(), at: 0, key_start: 0, group, count }
    }

    fn key(&self) -> &[u8] {
        &self.buffer[self.key_start..self.at]
    }

    /// Reads the next row; false if there is none.
    fn advance(&mut self) -> io::Result<bool> {
        if self.at == self.buffer.len() && self.start == self.end {
            return Ok(false);
        }
        self.need(HEAD)?;
        let mut head = &self.buffer[self.at..];
        let mut take = |bytes: usize| {
            let (taken, rest) = head.split_at(bytes);
            head = rest;
            taken.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
        };
        let (group, count, length) = (take(8), take(8), take(4) as usize);
        self.at += HEAD;
        self.need(length)?;
        self.key_start = self.at;
        self.at += length;
        (self.group, self.count) = (Group(group), count);
        Ok(true)
    }

    /// Makes sure that so many bytes are in the buffer from `at` on.
    fn need(&mut self, bytes: usize) -> io::Result<()> {
        if self.buffer.len() - self.at >= bytes {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let known = self.buffer.len();
        let left = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
        let more = left.min(self.ahead.max(bytes));
        self.buffer.resize(known + more, 0);
        read_exact_at(&self.file, &mut self.buffer[known..], self.start)?;
        self.start += more as u64;
        Ok(())
    }
}

/// Reads without regard to where others read in the file.
#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

impl Ord for Run {
    fn cmp(&self, other: &Self) -> Ordering {
        self.group.cmp(&other.group).then_with(|| self.key().cmp(other.key()))
    }
}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Run {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> Day {
        Day::from_ymd_opt(2024, 1, day).unwrap()
    }

    /// Project, day, key.
    type Row = (u32, Day, Vec<u8>);

    /// All rows of a sorter with such a buffer, equal ones added up, and how many runs it wrote.
    fn sorted(
        rows: &[(u32, u32, Vec<u8>)],
        buffer: usize,
        weight: Weight,
    ) -> (Vec<(Row, u64)>, usize) {
        let mut sorter = Sorter::with_buffer(std::env::temp_dir(), buffer, 64, weight);
        for (project, date, key) in rows {
            match weight {
                Weight::One => sorter.push(*project, day(*date), key),
                Weight::Counted => sorter.push_count(*project, day(*date), key, 7),
            }
            .unwrap();
        }
        let runs = sorter.spill.as_ref().map_or(0, |spill| spill.ends.len());
        let mut sorted = sorter.finish().unwrap();
        let mut found: Vec<(Row, u64)> = Vec::new();
        while let Some((row, key)) = sorted.row() {
            let key = (row.project, row.day, key.to_vec());
            match found.last_mut() {
                Some((last, count)) if *last == key => *count += row.count,
                _ => found.push((key, row.count)),
            }
            sorted.advance().unwrap();
        }
        (found, runs)
    }

    proptest! {
        #[test]
        fn any_buffer_gives_the_order_of_a_map(
            rows in proptest::collection::vec(
                (0..3_u32, 1..4_u32, proptest::collection::vec(0..3_u8, 0..20)), 0..200
            ),
        ) {
            let mut expected = BTreeMap::new();
            for (project, date, key) in &rows {
                *expected.entry((*project, day(*date), key.clone())).or_insert(0) += 1;
            }
            let expected: Vec<_> = expected.into_iter().collect();
            let weighted = expected.iter().cloned().map(|(row, count)| (row, 7 * count));
            let weighted: Vec<_> = weighted.collect();
            for buffer in [20, 100, 1 << 20] {
                prop_assert_eq!(&sorted(&rows, buffer, Weight::One).0, &expected);
                prop_assert_eq!(&sorted(&rows, buffer, Weight::Counted).0, &weighted);
            }
        }
    }

    #[test]
    fn runs_are_written_only_when_the_buffer_is_full() {
        let rows: Vec<_> = (0..100).map(|at| (0, 1, vec![at; 10])).collect();
        assert_eq!(sorted(&rows[..50], 500, Weight::One).1, 0);
        assert_eq!(sorted(&rows, 100, Weight::One).1, 9);
        assert_eq!(sorted(&rows, 1000, Weight::One).1, 1, "no more than 64 rows");
        assert_eq!(sorted(&rows[..50], 500, Weight::Counted).1, 1);
    }
}
