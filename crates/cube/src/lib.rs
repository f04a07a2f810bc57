//! The rollup of one project as columns: small enough to send to a browser, fast enough to filter there.
//!
//! A [`Cube`] is made by a [`Builder`] from the rows of the store, counted with a [`Selection`], and
//! travels as the bytes described in [`mod@format`].
//! Pure: no file, no clock, no network, so that the page and the browser count with the same code.

mod build;
mod count;
mod days;
pub mod format;
mod gather;
mod rows;
mod selection;
mod value;

pub use build::{Builder, CountTooLarge};
pub use days::Days;
pub use format::DecodeError;
pub use rows::Row;
pub use selection::Selection;
pub use value::Value;

use downloads::Dimension;

/// All downloads of one project, by day and by every [`Dimension`].
///
/// Most combinations of values come back day after day, so each is kept once, with its days and counts
/// behind it. Filters look at combinations, of which there are few, and pass over the rows of the others.
#[derive(Clone, PartialEq, Eq)]
pub struct Cube {
    days: Days,
    /// The values of each combination. Combinations are sorted by code in the order of [`ROW_ORDER`];
    /// no two are equal.
    columns: [Column; Dimension::COUNT],
    /// The rows of combination `c` are `starts[c]..starts[c + 1]`.
    starts: Vec<u32>,
    /// The day of each row, counted from the first day. Within a combination they do not fall, and are
    /// equal only where a count is more than fits.
    row_days: Vec<u16>,
    /// The downloads of each row, at least 1.
    counts: Vec<u32>,
}

/// One dimension of all combinations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Column {
    /// What the codes stand for: known values in byte order, then *unknown*, then *other*, if there are any.
    values: Vec<Value>,
    /// How many values were gathered as [`Value::Other`].
    gathered: u32,
    /// The code of each combination: an index into `values`.
    codes: Vec<u16>,
}

/// The order of the columns when combinations are sorted: few values first, which packs best.
const ROW_ORDER: [Dimension; Dimension::COUNT] = [
    Dimension::Audience,
    Dimension::FileType,
    Dimension::System,
    Dimension::Cpu,
    Dimension::Installer,
    Dimension::Python,
    Dimension::Version,
    Dimension::Country,
];

impl Cube {
    /// The days the cube speaks of, and what is known of each.
    pub fn days(&self) -> &Days {
        &self.days
    }

    /// How many rows there are: distinct combinations of day and values.
    pub fn rows(&self) -> usize {
        self.counts.len()
    }

    /// The values of a dimension that occur, in the order of the counts that [`facets`](Self::facets)
    /// gives: known values in byte order, then *unknown*, then *other*.
    pub fn values(&self, dimension: Dimension) -> &[Value] {
        &self.columns[dimension as usize].values
    }

    /// How many values of a dimension were gathered as [`Value::Other`]; 0 if none were.
    pub fn gathered(&self, dimension: Dimension) -> u32 {
        self.columns[dimension as usize].gathered
    }
}

/// A table of the rows, for tests and for finding out.
impl std::fmt::Debug for Cube {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:?}", self.days)?;
        for (combination, rows) in self.starts.windows(2).enumerate() {
            for column in &self.columns {
                let code = usize::from(column.codes[combination]);
                write!(f, "{:?} ", column.values[code])?;
            }
            writeln!(f)?;
            for row in rows[0] as usize..rows[1] as usize {
                writeln!(f, "    day {}: {}", self.row_days[row], self.counts[row])?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
