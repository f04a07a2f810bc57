//! The bytes of a cube.
//!
//! # Format, version 3
//!
//! A cube is one or more files, one for each part of its history: the newest part holds the last 12 to 13 months, from
//! the first of a month on; the part before it ends with the day before; the others end with calendar years. A part ends
//! with the first year with which it has 65,536 rows or more, so only the one before the newest may have fewer. A cube of
//! up to so many rows is one part. Each file can be read by itself, so a page may show the newest year while the others
//! are on their way.
//!
//! Made to be compressed: whole bytes that repeat, no packing of bits. Files hold it gzipped, so the
//! checksum of gzip guards it. Numbers are unsigned LEB128 (`n`) unless said otherwise.
//!
//! | part     | bytes      | content                                                            |
//! | -------- | ---------- | ------------------------------------------------------------------ |
//! | magic    | 4          | `DLC3`; the digit is the version                                   |
//! | kind     | 1          | 0: the newest part, which has a history; 1: an older part          |
//! | history  | see below  | of the whole cube; only in the newest part                         |
//! | first    | 4          | first day of the part, in days since 1970-01-01 (`i32`, little-endian) |
//! | days     | n          | number of days of the part                                         |
//! | values   | see below  | for each dimension, in the order of [`Dimension::ALL`](downloads::Dimension::ALL)             |
//! | profiles | see below  | the combinations of all dimensions but version and country         |
//! | versions | n, (n, n)... | how many pairs of profile and version there are, `V`; then for each profile and version: version, number of countries |
//! | countries| n...       | for each combination: its country                                  |
//! | rows     | n...       | for each combination: how many rows it has, at least 1             |
//! | row days | n...       | for each row: its day                                              |
//! | runs     | n...       | lengths of runs of rows, in turn with 1 download and with more; the first may be 0; together all rows |
//! | counts   | n...       | for each row with more than 1: downloads, less 2                   |
//!
//! The history: first day (`i32`) and number of days (n) of the whole cube; for runs of days their state (one byte: 0 not
//! collected, 1 provisional, 2 final, 3 suspect) and length (n) up to that number; for each dimension how many values were
//! gathered as *other* (n); then the number of breaks in these days (n), and for each its place among the days (n) and
//! its id (length n, UTF-8) as in `data/incidents.json`.
//!
//! The values of a dimension: how many there are (n), then each: its length in bytes (n) and so much UTF-8; length 0
//! is *unknown*; length 1 and the byte 0 is *other*. They are sorted by bytes, then *unknown*, then *other*; the place of a
//! value is its code in this part.
//!
//! Profiles: how many there are (n); then six columns of codes, one for each dimension in the order audience, file
//! type, system, CPU, installer, Python, by which profiles are sorted; then for each profile how many versions it has (n, at
//! least 1). A column: one byte, 0 for runs or 1 for single codes. Runs: code (n), for how many profiles (n). Single codes: all
//! low bytes; then, only if there are more than 256 values, all high bytes.
//!
//! Versions within a profile, countries within a version, and days within a combination rise, so after the first of each
//! the difference to the one before stands there. Days count from the first of the part and may be equal, where a
//! count is more than fits.
//!
//! Row days, runs and counts stand by how many rows their combination has, fewest first, and where that is equal in
//! the order of combinations: rare combinations have long pauses, frequent ones short pauses, and apart from
//! each other both pack better.
//!
//! A reader of another version gets [`DecodeError::Version`] and should reload the page.

mod read;
mod write;

pub(crate) use read::{History, Read, decode};
pub(crate) use write::encode;

const MAGIC: [u8; 3] = *b"DLC";
const VERSION: u8 = b'3';

/// The kind of a file.
const NEWEST: u8 = 0;
const OLDER: u8 = 1;

/// How a column is written.
const RUNS: u8 = 0;
const SINGLE: u8 = 1;

/// With more values than these a code has two bytes.
const ONE_BYTE: usize = 256;

/// Why bytes are not a cube, or not a part of the one at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are something else.
    #[error("not a download cube")]
    Magic,
    /// The cube is of another version of the format, given as the character that stands in the file.
    #[error("a download cube of version `{}`, expected `3`", char::from(*.0).escape_default())]
    Version(u8),
    /// The cube is cut off or altered; names the part that cannot be read.
    #[error("the download cube is damaged: {0}")]
    Damaged(&'static str),
    /// An older part, where the newest was expected.
    #[error("an older part of a download cube, expected the newest")]
    NotTheNewest,
    /// A part of another cube, or one that is there already.
    #[error("a part of another download cube")]
    OtherHistory,
}

/// The combinations in the order in which their rows are written.
fn by_rows(starts: &[u32]) -> Vec<u32> {
    let rows = |at: usize| starts[at + 1] - starts[at];
    let combinations = starts.len() - 1;
    let most = (0..combinations).map(rows).max().unwrap_or(0) as usize;
    let mut order: Vec<u32> = (0..combinations as u32).collect();
    if most > 4 * combinations {
        // Few combinations with many rows each, or a forged file: no room for every number of rows, just for those here.
        let places = downloads::places_by(combinations, &|a, b| rows(a).cmp(&rows(b)));
        return places.into_iter().map(|at| at as u32).collect();
    }
    let mut ends = vec![0_u32; most + 2];
    (0..combinations).for_each(|at| ends[rows(at) as usize + 1] += 1);
    for at in 1..ends.len() {
        ends[at] += ends[at - 1];
    }
    for at in 0..combinations {
        let end = &mut ends[rows(at) as usize];
        order[*end as usize] = at as u32;
        *end += 1;
    }
    order
}
