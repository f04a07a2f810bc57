//! The bytes of a cube.
//!
//! # Format, version 1
//!
//! Made to be compressed: whole bytes that repeat, no packing of bits. Files hold it gzipped, so the
//! checksum of gzip guards it. Numbers are unsigned LEB128 (`n`) unless said otherwise.
//!
//! | part     | bytes      | content                                                            |
//! | -------- | ---------- | ------------------------------------------------------------------ |
//! | magic    | 4          | `DLC1`; the digit is the version                                   |
//! | first    | 4          | first day, in days since 1970-01-01 (`i32`, little-endian)         |
//! | days     | n          | number of days, `D`                                                |
//! | states   | (1, n)...  | state (0 not collected, 1 provisional, 2 final), for how many days |
//! | values   | see below  | for each dimension, in the order of [`Dimension::ALL`]             |
//! | combin.  | n          | number of combinations of values, `C`                              |
//! | columns  | see below  | for each dimension, in the order of combinations (below)           |
//! | rows     | n...       | `C` times: how many rows the combination has, at least 1           |
//! | row days | n...       | for each row: its day; after the first of a combination, days since the row before |
//! | counts   | n...       | for each row: downloads, less 1                                    |
//!
//! The values of a dimension: how many were gathered as *other* (n), how many values there are (n), then each: its length
//! in bytes (n) and so much UTF-8; length 0 is *unknown*; length 1 and the byte 0 is *other*.
//!
//! A column: one byte, 0 for runs or 1 for single codes. Runs: code (n), for how many combinations (n), up to `C`.
//! Single codes: `C` low bytes; then, only if there are more than 256 values, `C` high bytes.
//!
//! Combinations are sorted by the codes of audience, file type, system, CPU, installer, Python, version, country:
//! few values first. Rows by combination and not by day, because combinations come back day after day: it
//! took a third off the sample's cubes.
//!
//! A reader of another version gets [`DecodeError::Version`] and should reload the page.

use downloads::{Day, DayState, Dimension};

use crate::{Column, Cube, Days, ROW_ORDER, Value};

const MAGIC: [u8; 3] = *b"DLC";
const VERSION: u8 = b'1';

/// Later than any project starts, in days since 1970-01-01: in the year 2243.
const LATEST_FIRST_DAY: i32 = 100_000;

/// Why bytes are not a cube.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are something else.
    #[error("not a download cube")]
    Magic,
    /// The cube is of another version of the format, given as the character that stands in the file.
    #[error("a download cube of version `{}`, expected `1`", char::from(*.0).escape_default())]
    Version(u8),
    /// The cube is cut off or altered; names the part that cannot be read.
    #[error("the download cube is damaged: {0}")]
    Damaged(&'static str),
}

impl Cube {
    /// The cube as bytes, see [the format](mod@crate::format).
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.rows() * 8);
        out.extend(MAGIC);
        out.push(VERSION);
        let first = self.days().first().map_or(0, |day| day.to_epoch_days());
        out.extend(first.to_le_bytes());
        number(&mut out, self.days().len());
        for run in self.days().states().chunk_by(|a, b| a == b) {
            out.push(match run[0] {
                DayState::NotCollected => 0,
                // The format has no word for it, and the pages have none either.
                DayState::Suspect | DayState::Provisional => 1,
                DayState::Final => 2,
            });
            number(&mut out, run.len());
        }
        for column in &self.columns {
            number(&mut out, column.gathered as usize);
            number(&mut out, column.values.len());
            for value in &column.values {
                let text = match value {
                    Value::Known(text) => text.as_str(),
                    Value::Unknown => "",
                    Value::Other => "\0",
                };
                number(&mut out, text.len());
                out.extend(text.as_bytes());
            }
        }
        number(&mut out, self.starts.len() - 1);
        for dimension in ROW_ORDER {
            encode_column(&mut out, &self.columns[dimension as usize]);
        }
        for rows in self.starts.windows(2) {
            number(&mut out, (rows[1] - rows[0]) as usize);
        }
        for rows in self.starts.windows(2) {
            let mut before = 0;
            for &day in &self.row_days[rows[0] as usize..rows[1] as usize] {
                number(&mut out, usize::from(day - before));
                before = day;
            }
        }
        for count in &self.counts {
            number(&mut out, *count as usize - 1);
        }
        out
    }

    /// Reads a cube. Any bytes give a cube or an error, never a panic.
    ///
    /// # Errors
    ///
    /// If the bytes are not a whole cube of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(DecodeError::Magic)?;
        let (&version, rest) = rest.split_first().ok_or(DecodeError::Damaged("version"))?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let mut input = Input(rest);
        let days = decode_days(&mut input)?;
        let mut columns: [Column; Dimension::COUNT] = Default::default();
        for column in &mut columns {
            decode_values(&mut input, column)?;
        }
        // Each combination and each row has a byte at least, so more of them than bytes are damage.
        let combinations = input.number("combinations", input.0.len())?;
        for dimension in ROW_ORDER {
            decode_codes(&mut input, combinations, &mut columns[dimension as usize])?;
        }
        let mut starts = Vec::with_capacity(combinations + 1);
        let mut rows = 0;
        starts.push(0);
        for _ in 0..combinations {
            let more = input.number("rows", input.0.len().saturating_sub(rows))?;
            if more == 0 {
                return Err(DecodeError::Damaged("rows"));
            }
            rows += more;
            starts.push(rows as u32);
        }
        let row_days = decode_row_days(&mut input, &starts, days.len())?;
        let mut counts = Vec::with_capacity(rows);
        for _ in 0..rows {
            counts.push(input.number("counts", u32::MAX as usize - 1)? as u32 + 1);
        }
        if !input.0.is_empty() {
            return Err(DecodeError::Damaged("bytes after the end"));
        }
        Ok(Self { days, columns, starts, row_days, counts })
    }
}

fn number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn encode_column(out: &mut Vec<u8>, column: &Column) {
    let codes = &column.codes;
    let wide = column.values.len() > 256;
    let mut runs = Vec::new();
    for run in codes.chunk_by(|a, b| a == b) {
        number(&mut runs, usize::from(run[0]));
        number(&mut runs, run.len());
    }
    // Runs pay if they are few: single codes are squeezed to about a third by gzip, runs much less.
    if runs.len() < codes.len() / 2 {
        out.push(0);
        out.extend(runs);
        return;
    }
    out.push(1);
    out.extend(codes.iter().map(|code| *code as u8));
    if wide {
        out.extend(codes.iter().map(|code| (code >> 8) as u8));
    }
}

fn decode_days(input: &mut Input<'_>) -> Result<Days, DecodeError> {
    let first = i32::from_le_bytes(*input.take::<4>("first day")?);
    let first = Some(first)
        .filter(|first| (0..=LATEST_FIRST_DAY).contains(first))
        .and_then(Day::from_epoch_days)
        .ok_or(DecodeError::Damaged("first day"))?;
    let count = input.number("days", Days::MAX)?;
    let mut states = Vec::with_capacity(count);
    while states.len() < count {
        let state = match input.take("states")? {
            [0] => DayState::NotCollected,
            [1] => DayState::Provisional,
            [2] => DayState::Final,
            _ => return Err(DecodeError::Damaged("states")),
        };
        let run = input.number("states", count - states.len())?;
        if run == 0 {
            return Err(DecodeError::Damaged("states"));
        }
        states.resize(states.len() + run, state);
    }
    Ok(Days::new(first, states))
}

fn decode_values(input: &mut Input<'_>, column: &mut Column) -> Result<(), DecodeError> {
    const DAMAGED: DecodeError = DecodeError::Damaged("values");
    column.gathered = input.number("values", u32::MAX as usize)? as u32;
    let count = input.number("values", usize::from(u16::MAX))?;
    for _ in 0..count {
        let length = input.number("values", input.0.len())?;
        let (text, rest) = input.0.split_at_checked(length).ok_or(DAMAGED)?;
        input.0 = rest;
        let value = match text {
            b"\0" => Value::Other,
            text => Value::of(std::str::from_utf8(text).map_err(|_| DAMAGED)?),
        };
        if column.values.last().is_some_and(|last| *last >= value) {
            return Err(DAMAGED);
        }
        column.values.push(value);
    }
    Ok(())
}

fn decode_row_days(
    input: &mut Input<'_>,
    starts: &[u32],
    days: usize,
) -> Result<Vec<u16>, DecodeError> {
    let rows = starts.last().copied().unwrap_or(0) as usize;
    let mut row_days = Vec::with_capacity(rows);
    for rows in starts.windows(2) {
        let mut day = 0;
        for _ in rows[0]..rows[1] {
            day += input.number("days of rows", days)?;
            if day >= days {
                return Err(DecodeError::Damaged("days of rows"));
            }
            row_days.push(day as u16);
        }
    }
    Ok(row_days)
}

fn decode_codes(
    input: &mut Input<'_>,
    combinations: usize,
    column: &mut Column,
) -> Result<(), DecodeError> {
    const DAMAGED: DecodeError = DecodeError::Damaged("columns");
    let values = column.values.len();
    let codes = &mut column.codes;
    codes.reserve_exact(combinations);
    if *input.take("columns")? == [0] {
        while codes.len() < combinations {
            let code = input.number("columns", values.saturating_sub(1))? as u16;
            let run = input.number("columns", combinations - codes.len())?;
            if run == 0 {
                return Err(DAMAGED);
            }
            codes.resize(codes.len() + run, code);
        }
    } else {
        let (low, rest) = input.0.split_at_checked(combinations).ok_or(DAMAGED)?;
        input.0 = rest;
        codes.extend(low.iter().map(|&low| u16::from(low)));
        if values > 256 {
            let (high, rest) = input.0.split_at_checked(combinations).ok_or(DAMAGED)?;
            input.0 = rest;
            for (code, &high) in codes.iter_mut().zip(high) {
                *code |= u16::from(high) << 8;
            }
        }
    }
    // Counting indexes by code without looking again.
    if combinations > 0 && codes.iter().max().is_none_or(|&code| usize::from(code) >= values) {
        return Err(DAMAGED);
    }
    Ok(())
}

/// The bytes that are still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self, part: &'static str) -> Result<&'a [u8; N], DecodeError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(DecodeError::Damaged(part))?;
        self.0 = tail;
        Ok(head)
    }

    /// The next number, which is at most `most`.
    fn number(&mut self, part: &'static str, most: usize) -> Result<usize, DecodeError> {
        let mut number = 0_u64;
        for shift in (0..35).step_by(7) {
            let [byte] = *self.take(part)?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return usize::try_from(number)
                    .ok()
                    .filter(|&it| it <= most)
                    .ok_or(DecodeError::Damaged(part));
            }
        }
        Err(DecodeError::Damaged(part))
    }
}
