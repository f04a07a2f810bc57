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
const CHUNK: usize = 64 << 10;

/// Why the next record cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RecordError {
    /// The line in which the record starts, from 1.
    pub line: u64,
    /// Which field is wrong, from 0; `None` if it is the record as a whole.
    pub field: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Reading failed.
    #[error("cannot read on: {0}")]
    Io(#[from] io::Error),
    /// The file ends between an opening quote and its closing one.
    #[error("the file ends inside a quoted field; it was cut off, or a quote is not closed")]
    Unclosed,
    /// A quote stands inside an unquoted field, or something other than a comma follows a closing quote.
    #[error(
        "broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled"
    )]
    Quote,
    /// A carriage return stands outside quotes and not before a line feed.
    #[error("a carriage return outside of quotes; lines must end in LF or CRLF")]
    CarriageReturn,
    /// The record is longer than [`MAX_RECORD`].
    #[error("a record of more than {MAX_RECORD} bytes; perhaps a quote is not closed")]
    LongRecord,
    /// A field has this many bytes, more than [`MAX_FIELD`].
    #[error("found {0} bytes, allowed are {MAX_FIELD}")]
    LongField(usize),
    /// A field holds these bytes, which are not UTF-8.
    #[error("found `{}`, allowed is UTF-8", .0.escape_ascii())]
    NotUtf8(Vec<u8>),
    /// A field holds a NUL character.
    #[error("found a NUL character, which is not allowed")]
    Nul,
}

impl Problem {
    fn in_line(self, line: u64) -> RecordError {
        RecordError { line, field: None, problem: self }
    }
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
    /// Whether the file ends right behind it, without a line feed.
    pub ends_input: bool,
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
    /// Whether a carriage return or a NUL is in `unread`. Nearly no file has any, so they are looked for in a chunk at
    /// once and not in each record.
    has_rare: bool,
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
            buffer: Vec::new(),
            unread: 0..0,
            has_rare: false,
            ended: false,
            line: 1,
            ends: Vec::new(),
            unquoted: Vec::new(),
        }
    }

    /// What is read from.
    pub(crate) fn input_mut(&mut self) -> &mut R {
        &mut self.input
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
                if self.has_rare && memchr(b'\r', bytes).is_some() {
                    return Err(Problem::CarriageReturn.in_line(line));
                }
                self.ends.clear();
                push_commas(bytes, &mut self.ends);
                self.ends.push(bytes.len());
                bytes
            }
            Found::Quoted => self.unquoted.as_slice(),
        };
        let text = check(bytes, &self.ends, line, self.has_rare)?;
        let ends_input = self.ended && self.unread.is_empty();
        Ok(Some(Record { text, ends: &self.ends, line, ends_input }))
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
                    None if self.ended => return Err(Problem::Unclosed.in_line(self.line)),
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
                [b'\r', ..] => return Err(Problem::CarriageReturn.in_line(line)),
                _ => return Err(Problem::Quote.in_line(line)),
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
            return Err(Problem::LongRecord.in_line(self.line));
        }
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        if self.buffer.len() < self.unread.end + CHUNK {
            self.buffer.resize(self.unread.end + CHUNK, 0);
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.unread.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::Io(error).in_line(self.line)),
                Ok(read) => break read,
            }
        };
        self.unread.end += read;
        self.has_rare = memchr2(b'\r', 0, &self.buffer[self.unread.clone()]).is_some();
        self.ended = read == 0;
        Ok(())
    }
}

/// Appends the places of all commas. They stand so close that the start of each search by `memchr` would cost more than
/// looking at all bytes, eight at a time.
fn push_commas(bytes: &[u8], ends: &mut Vec<usize>) {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        // Zero where a comma is. The sum carries into the high bit of each byte that is not zero, and no further.
        let other = u64::from_le_bytes(*word) ^ u64::from_le_bytes([b','; 8]);
        let mut commas = !(((other & LOW) + LOW) | other | LOW);
        while commas != 0 {
            ends.push(at * 8 + commas.trailing_zeros() as usize / 8);
            commas &= commas - 1;
        }
    }
    let start = words.len() * 8;
    ends.extend((start..).zip(rest).filter(|(_, byte)| **byte == b',').map(|(at, _)| at));
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

/// The bytes as text, if all is well with them. They have no NUL unless `may_have_nul`.
fn check<'a>(
    bytes: &'a [u8],
    ends: &[usize],
    line: u64,
    may_have_nul: bool,
) -> Result<&'a str, RecordError> {
    let wrong = |field, problem| RecordError { line, field: Some(field), problem };
    let field_at = |at: usize| ends.partition_point(|&end| end < at);
    if bytes.len() > MAX_RECORD {
        return Err(Problem::LongRecord.in_line(line));
    }
    if bytes.len() > MAX_FIELD {
        let lengths = (0..ends.len()).map(|field| field_range(ends, field).len());
        if let Some((field, length)) = lengths.enumerate().find(|(_, length)| *length > MAX_FIELD) {
            return Err(wrong(field, Problem::LongField(length)));
        }
    }
    if may_have_nul && let Some(at) = memchr(0, bytes) {
        return Err(wrong(field_at(at), Problem::Nul));
    }
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let field = field_at(at);
        let range = field_range(ends, field);
        // Enough around it to find it by.
        let found = &bytes[range.start.max(at.saturating_sub(20))..range.end.min(at + 20)];
        wrong(field, Problem::NotUtf8(found.to_vec()))
    })
}
