//! The tables beside the rows: small files that are read whole.
//!
//! A table with nothing in it has no file, apart from the coverage. All are CSV without quotes,
//! because no value in them can need any.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, Utc};

use crate::{
    checks::Checks,
    coverage::Coverage,
    manifest::{TableEntry, hex_digest},
    revisions::Revisions,
    spending::Jobs,
};

/// A file of the manifest that is no month file, in the order of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Coverage,
    Checks,
    Revisions,
    Spending,
}

impl Table {
    pub(crate) const ALL: [Self; 4] =
        [Self::Coverage, Self::Checks, Self::Revisions, Self::Spending];

    /// Its file, relative to the folder `pypi`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Coverage => "coverage.csv",
            Self::Checks => "checks.csv",
            Self::Revisions => "revisions.csv",
            Self::Spending => "spending.csv",
        }
    }

    /// The table whose file this is.
    pub(crate) fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.path() == path)
    }
}

/// What all tables hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    pub(crate) coverage: Coverage,
    pub(crate) checks: Checks,
    pub(crate) revisions: Revisions,
    pub(crate) spending: Jobs,
}

impl Tables {
    /// The text of each file there is to be.
    pub(crate) fn encode(&self) -> BTreeMap<Table, String> {
        let side = [
            (Table::Checks, self.checks.encode()),
            (Table::Revisions, self.revisions.encode()),
            (Table::Spending, self.spending.encode()),
        ];
        // A header alone says nothing.
        let side = side.into_iter().filter(|(_, text)| row_count(text) > 0);
        side.chain([(Table::Coverage, self.coverage.encode())]).collect()
    }

    /// Takes over the text of a file; the error is the number of the first line that is wrong.
    pub(crate) fn decode(&mut self, table: Table, bytes: &[u8]) -> Result<(), u64> {
        match table {
            Table::Coverage => self.coverage = Coverage::decode(bytes)?,
            Table::Checks => self.checks = Checks::decode(bytes)?,
            Table::Revisions => self.revisions = Revisions::decode(bytes)?,
            Table::Spending => self.spending = Jobs::decode(bytes)?,
        }
        Ok(())
    }
}

/// What the manifest says of these files.
pub(crate) fn entries(texts: &BTreeMap<Table, String>) -> BTreeMap<Table, TableEntry> {
    let entry = |text: &String| TableEntry {
        bytes: text.len() as u64,
        rows: row_count(text),
        sha256: hex_digest(text.as_bytes()),
    };
    texts.iter().map(|(table, text)| (*table, entry(text))).collect()
}

/// How many lines there are below the header.
fn row_count(text: &str) -> u64 {
    (memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64).saturating_sub(1)
}

/// Reads each line below the header; the error is the number of the first line that is wrong.
pub(crate) fn decode_lines(
    bytes: &[u8],
    header: &str,
    mut add: impl FnMut(&str) -> Option<()>,
) -> Result<(), u64> {
    let line_of = |at: usize| 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count() as u64;
    let text = str::from_utf8(bytes).map_err(|error| line_of(error.valid_up_to()))?;
    let mut rest = text;
    for number in 1.. {
        // A line without its end was cut off, perhaps inside its last number.
        let Some((line, after)) = rest.split_once('\n') else {
            return if rest.is_empty() && number > 1 { Ok(()) } else { Err(number) };
        };
        rest = after;
        let good = if number == 1 { (line == header).then_some(()) } else { add(line) };
        good.ok_or(number)?;
    }
    Ok(())
}

/// The fields of a line that has so many.
pub(crate) fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut parts = line.split(',');
    let mut fields = [""; N];
    for field in &mut fields {
        *field = parts.next()?;
    }
    parts.next().is_none().then_some(fields)
}

/// A whole number in its one spelling.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| plain)
}

/// Whether a text is made of letters, digits and hyphens, and `also`, and is not empty.
pub(crate) fn is_word(text: &str, also: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || also.contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// How times are written: UTC, to the second.
const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// A time as it is written.
pub(crate) fn time_text(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format(TIME_FORMAT)
}

/// Reads a time as it is written.
pub(crate) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    Some(NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok()?.and_utc())
}

/// A time as exact as it is written.
pub(crate) fn to_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(0)
}
