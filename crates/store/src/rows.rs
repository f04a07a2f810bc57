//! Rows of a month file: how they are compared, written and read.

use std::io::Write as _;

use downloads::{Day, FIELDS, STORE_COLUMNS, parse_day};
use memchr::{memchr, memchr3};

use crate::{Month, records::Record};

/// How often one combination of values was downloaded on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowRef<'a> {
    /// The UTC day.
    pub day: Day,
    /// The values, in the order of [`FIELDS`]; the empty text means *not known*.
    pub fields: [&'a str; FIELDS.len()],
    /// Number of downloads, at least 1.
    pub downloads: u64,
}

/// The fields of a row joined by NUL: bytes that compare as the fields do, one after the other.
///
/// No field can hold a NUL, and it comes before any other byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

/// A field that holds a NUL character, which no field may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a field holds a NUL character")]
pub struct NulInField;

impl Key {
    /// The key of these fields.
    pub fn new(fields: [&str; FIELDS.len()]) -> Result<Self, NulInField> {
        if fields.iter().any(|field| memchr(0, field.as_bytes()).is_some()) {
            return Err(NulInField);
        }
        Ok(Self(fields.join("\0").into_bytes()))
    }

    /// The bytes, to be compared and to be written with a [`MonthWriter`](crate::MonthWriter).
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The first line of every month file.
pub(crate) fn header() -> String {
    STORE_COLUMNS.join(",") + "\n"
}

/// Appends a row as it stands in a file: quotes only where a value needs them, LF at the end.
pub(crate) fn encode(day_text: &[u8], key: &[u8], downloads: u64, line: &mut Vec<u8>) {
    line.extend_from_slice(day_text);
    line.push(b',');
    if needs_quotes(key) {
        for (at, field) in key.split(|&byte| byte == 0).enumerate() {
            if at > 0 {
                line.push(b',');
            }
            push_csv_field(field, line);
        }
    } else {
        let start = line.len();
        line.extend_from_slice(key);
        line[start..].iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b',');
    }
    // Nearly all counts have one digit.
    match downloads {
        0..10 => line.extend_from_slice(&[b',', b'0' + downloads as u8, b'\n']),
        _ => drop(writeln!(line, ",{downloads}")),
    }
}

/// Appends a CSV field, quoted only if it must be.
pub fn push_csv_field(field: &[u8], line: &mut Vec<u8>) {
    if !needs_quotes(field) {
        line.extend_from_slice(field);
        return;
    }
    line.push(b'"');
    for &byte in field {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

fn needs_quotes(text: &[u8]) -> bool {
    memchr3(b',', b'"', b'\n', text).is_some() || memchr(b'\r', text).is_some()
}

/// What is wrong with a row of a month file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// The first line is not the header.
    #[error("the first line must be `{}`", STORE_COLUMNS.join(","))]
    Header,
    /// There are not as many fields as columns.
    #[error("found {0} fields, allowed are {count}", count = STORE_COLUMNS.len())]
    Length(usize),
    /// The date is none.
    #[error("column `date`: found `{}`, allowed is a day `YYYY-MM-DD` of {month}", .found.escape_debug())]
    Date {
        /// What stands there.
        found: String,
        /// The month of the file.
        month: Month,
    },
    /// The CI mark is none.
    #[error("column `ci`: found `{}`, allowed are `true`, `false` and nothing", .0.escape_debug())]
    Ci(String),
    /// The count is none.
    #[error("column `downloads`: found `{}`, allowed is a whole number from 1", .0.escape_debug())]
    Downloads(String),
    /// The row should stand before the one above it, or be one with it.
    #[error("the row is not sorted, or repeats the one above it")]
    Order,
}

/// A day of a month file, and how it is spelled.
pub(crate) type SpelledDay = ([u8; 10], Day);

/// Reads the fields of a record of a month file. `last` is the day of the row before: days come in runs.
pub(crate) fn parse<'a>(
    record: &Record<'a>,
    month: Month,
    last: &mut Option<SpelledDay>,
) -> Result<RowRef<'a>, BadRow> {
    if record.len() != STORE_COLUMNS.len() {
        return Err(BadRow::Length(record.len()));
    }
    let date = record.field(0);
    let day = match *last {
        Some((spelled, day)) if spelled == *date.as_bytes() => day,
        _ => {
            let day = parse_day(date).filter(|day| month.contains(*day));
            let day = day.ok_or_else(|| BadRow::Date { found: shortened(date), month })?;
            *last = date.as_bytes().first_chunk().map(|spelled| (*spelled, day));
            day
        }
    };
    let fields = std::array::from_fn(|at| record.field(at + 1));
    if !["", "true", "false"].contains(&fields[FIELDS.len() - 1]) {
        return Err(BadRow::Ci(shortened(fields[FIELDS.len() - 1])));
    }
    let count = record.field(STORE_COLUMNS.len() - 1);
    let downloads = parse_count(count).ok_or_else(|| BadRow::Downloads(shortened(count)))?;
    Ok(RowRef { day, fields, downloads })
}

/// A whole number from 1 in its one spelling.
fn parse_count(text: &str) -> Option<u64> {
    match text.as_bytes() {
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => text.parse().ok(),
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
