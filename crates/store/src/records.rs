//! Records of a CSV file, read strictly and with bounded memory.
//!
//! The CSV crates read on after a broken quote, and collect a record of any length before they hand
//! it out. A file that counts downloads must not be guessed at, and an unclosed quote in a file of
//! many gigabytes must not fill the memory, so both are errors here, with the line.

use std::{
    io::{self, Read},
    ops::Range,
};

use memchr::{memchr, memchr_iter, memchr2};

/// The longest record that is read, in bytes, quotes included.
pub const MAX_RECORD: usize = 1 << 20;

/// The longest field that is read, in bytes.
pub const MAX_FIELD: usize = 64 << 10;

/// Bytes asked for at once.
const CHUNK: usize = 256 << 10;

/// Why the next record cannot be read. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Reading failed.
    #[error("cannot read on after line {line}")]
    Io {
        /// The last line that was read whole.
        line: u64,
        /// What the operating system, or the decompression, said.
        source: io::Error,
    },
    /// The file ends between an opening quote and its closing one.
    #[error(
        "line {line}: the file ends inside a quoted field that starts in this line; it was cut off, or a quote is not closed"
    )]
    Unclosed {
        /// Where the record starts.
        line: u64,
    },
    /// A quote stands inside an unquoted field, or something other than a comma follows a closing quote.
    #[error(
        "line {line}: broken quotes; a field that holds a quote must be quoted as a whole, with the quote doubled"
    )]
    Quote {
        /// Where the quote is.
        line: u64,
    },
    /// A carriage return stands outside quotes and not before a line feed.
    #[error("line {line}: a carriage return outside of quotes; lines must end in LF or CRLF")]
    CarriageReturn {
        /// Where it is.
        line: u64,
    },
    /// The record is longer than [`MAX_RECORD`].
    #[error("line {line}: a record of more than {MAX_RECORD} bytes; perhaps a quote is not closed")]
    LongRecord {
        /// Where the record starts.
        line: u64,
    },
    /// A field is longer than [`MAX_FIELD`].
    #[error("line {line}: field {}: {bytes} bytes, allowed are {MAX_FIELD}", .field + 1)]
    LongField {
        /// Where the record starts.
        line: u64,
        /// Which field, from 0.
        field: usize,
        /// Its length in bytes.
        bytes: usize,
    },
    /// A field holds bytes that are not UTF-8.
    #[error("line {line}: field {}: found bytes that are not UTF-8, `{}`", .field + 1, .found.escape_ascii())]
    NotUtf8 {
        /// Where the record starts.
        line: u64,
        /// Which field, from 0.
        field: usize,
        /// The bytes, and some before and after them.
        found: Vec<u8>,
    },
    /// A field holds a NUL character.
    #[error("line {line}: field {}: found a NUL character", .field + 1)]
    Nul {
        /// Where the record starts.
        line: u64,
        /// Which field, from 0.
        field: usize,
    },
}

/// One record. Its fields are UTF-8 without NUL.
#[derive(Debug)]
pub struct Record<'a> {
    /// The fields with one byte between each two.
    text: &'a str,
    /// Where each field ends in `text`.
    ends: &'a [usize],
    /// The line in which it starts, from 1.
    pub line: u64,
}

impl<'a> Record<'a> {
    /// How many fields there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a record is never empty")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field at this place, from 0.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn field(&self, at: usize) -> &'a str {
        &self.text[field_range(self.ends, at)]
    }
}

fn field_range(ends: &[usize], at: usize) -> Range<usize> {
    let start = if at == 0 { 0 } else { ends[at - 1] + 1 };
    start..ends[at]
}

/// Reads the records of a CSV file one by one. Blank lines are skipped.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    /// The part of `buffer` that was read from `input` and not yet handed out.
    unread: Range<usize>,
    ended: bool,
    /// The line in which the next record starts.
    line: u64,
    ends: Vec<usize>,
    /// The fields of a record with quotes, without them.
    unquoted: Vec<u8>,
}

/// Where a record was found.
enum Found {
    /// In the buffer, without any quote.
    Plain(Range<usize>),
    /// In `unquoted`.
    Quoted,
}

impl<R: Read> Records<R> {
    /// Reads from the start of a CSV file, its header being the first record.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; 2 * CHUNK],
            unread: 0..0,
            ended: false,
            line: 1,
            ends: Vec::new(),
            unquoted: Vec::new(),
        }
    }

    /// The next record; `None` at the end of the file.
    #[expect(clippy::should_implement_trait, reason = "each record borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, RecordError> {
        let (found, line) = loop {
            let line = self.line;
            match self.find()? {
                None => return Ok(None),
                Some(Found::Plain(range)) if range.is_empty() => {}
                Some(found) => break (found, line),
            }
        };
        let bytes = match found {
            Found::Plain(range) => {
                let bytes = &self.buffer[range];
                if memchr(b'\r', bytes).is_some() {
                    return Err(RecordError::CarriageReturn { line });
                }
                self.ends.clear();
                self.ends.extend(memchr_iter(b',', bytes));
                self.ends.push(bytes.len());
                bytes
            }
            Found::Quoted => self.unquoted.as_slice(),
        };
        let text = check(bytes, &self.ends, line)?;
        Ok(Some(Record { text, ends: &self.ends, line }))
    }

    /// Whether the last record that was handed out is followed by nothing, not even a line feed.
    pub fn at_end_of_input(&self) -> bool {
        self.ended && self.unread.is_empty()
    }

    /// Takes the next record off the buffer, reading more where it is not yet whole.
    fn find(&mut self) -> Result<Option<Found>, RecordError> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.unread.clone()];
            match memchr2(b'\n', b'"', &rest[searched..]).map(|at| searched + at) {
                Some(at) if rest[at] == b'"' => {
                    if let Some(found) = self.find_quoted()? {
                        return Ok(Some(found));
                    }
                }
                Some(at) => {
                    let start = self.unread.start;
                    let end = start + at - usize::from(rest[..at].ends_with(b"\r"));
                    self.unread.start += at + 1;
                    self.line += 1;
                    return Ok(Some(Found::Plain(start..end)));
                }
                None if self.ended && rest.is_empty() => return Ok(None),
                None if self.ended => {
                    let found = self.unread.clone();
                    self.unread.start = self.unread.end;
                    return Ok(Some(Found::Plain(found)));
                }
                None => searched = rest.len(),
            }
            self.fill()?;
        }
    }

    /// Takes a record with quotes off the buffer; `None` if its end was not read yet.
    fn find_quoted(&mut self) -> Result<Option<Found>, RecordError> {
        let rest = &self.buffer[self.unread.clone()];
        let (ends, out) = (&mut self.ends, &mut self.unquoted);
        ends.clear();
        out.clear();
        let (mut at, mut line) = (0, self.line);
        loop {
            if rest.get(at) == Some(&b'"') {
                let start = out.len();
                match take_quoted(&rest[at + 1..], out) {
                    Some(length) => at += 1 + length,
                    None if self.ended => return Err(RecordError::Unclosed { line: self.line }),
                    None => return Ok(None),
                }
                line += memchr_iter(b'\n', &out[start..]).count() as u64;
            } else {
                let length = rest[at..].iter().position(|byte| b",\n\"\r".contains(byte));
                let length = length.unwrap_or(rest.len() - at);
                out.extend_from_slice(&rest[at..at + length]);
                at += length;
            }
            let after = match rest[at..] {
                [b',', ..] => {
                    ends.push(out.len());
                    out.push(b',');
                    at += 1;
                    continue;
                }
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                [] if self.ended => 0,
                [] | [b'\r'] if !self.ended => return Ok(None),
                [b'\r', ..] => return Err(RecordError::CarriageReturn { line }),
                _ => return Err(RecordError::Quote { line }),
            };
            ends.push(out.len());
            self.unread.start += at + after;
            self.line = line + 1;
            return Ok(Some(Found::Quoted));
        }
    }

    /// Reads more behind what is unread.
    fn fill(&mut self) -> Result<(), RecordError> {
        if self.unread.len() > MAX_RECORD {
            return Err(RecordError::LongRecord { line: self.line });
        }
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        if self.buffer.len() < self.unread.end + CHUNK {
            self.buffer.resize(self.unread.end + CHUNK, 0);
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.unread.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(RecordError::Io { line: self.line - 1, source }),
                Ok(read) => break read,
            }
        };
        self.unread.end += read;
        self.ended = read == 0;
        Ok(())
    }
}

/// Appends a quoted field, without quotes, to `out`. `text` starts behind the opening quote.
///
/// Returns how many bytes it has with the closing quote; `None` if that is not in `text`.
fn take_quoted(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        let length = memchr(b'"', &text[at..])?;
        out.extend_from_slice(&text[at..at + length]);
        at += length + 1;
        if text.get(at) != Some(&b'"') {
            return Some(at);
        }
        out.push(b'"');
        at += 1;
    }
}

/// The bytes as text, if all is well with them.
fn check<'a>(bytes: &'a [u8], ends: &[usize], line: u64) -> Result<&'a str, RecordError> {
    let field_at = |at: usize| ends.partition_point(|&end| end < at);
    if bytes.len() > MAX_RECORD {
        return Err(RecordError::LongRecord { line });
    }
    if bytes.len() > MAX_FIELD {
        let lengths = (0..ends.len()).map(|field| (field, field_range(ends, field).len()));
        if let Some((field, bytes)) = lengths.into_iter().find(|&(_, bytes)| bytes > MAX_FIELD) {
            return Err(RecordError::LongField { line, field, bytes });
        }
    }
    if let Some(at) = memchr(0, bytes) {
        return Err(RecordError::Nul { line, field: field_at(at) });
    }
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let field = field_at(at);
        let range = field_range(ends, field);
        let found = &bytes[range.start.max(at.saturating_sub(20))..range.end.min(at + 20)];
        RecordError::NotUtf8 { line, field, found: found.to_vec() }
    })
}
