//! The rollup of one project as columns: small enough to send to a browser, fast enough to filter there.
//!
//! A [`Cube`] is made by a [`Builder`] from the rows of the store, counted with a [`Selection`], and
//! travels as the files described in [`mod@format`]: the newest first, so that a page can answer before
//! all years are there.
//! Pure: no file, no clock, no network, so that the page and the browser count with the same code.

mod build;
mod count;
mod days;
pub mod format;
mod gather;
mod join;
mod part;
mod rows;
mod selection;
mod split;
mod value;

pub use build::{Builder, CountTooLarge};
pub use count::Answer;
pub use days::Days;
pub use format::DecodeError;
pub use rows::Row;
pub use selection::Selection;
pub use value::Value;

use downloads::{Day, Dimension};
use part::Part;

/// All downloads of one project, by day and by every [`Dimension`].
///
/// The days are divided into parts (see [`mod@format`]), of which a browser may have some only:
/// then everything here speaks of the [days](Self::loaded_from) that it has.
#[derive(Clone, PartialEq, Eq)]
pub struct Cube {
    days: Days,
    dictionaries: [Dictionary; Dimension::COUNT],
    /// Those that are there, by their days, which do not overlap.
    parts: Vec<Part>,
}

/// The values of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Dictionary {
    /// What the codes stand for: known values in byte order, then *unknown*, then *other*, if there are any.
    values: Vec<Value>,
    /// How many values were gathered as [`Value::Other`].
    gathered: u32,
}

/// The order of the dimensions when combinations of values are sorted: few values first, which packs best.
///
/// The last two have many values; the others together make the *profile* of a combination.
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

/// How many dimensions make a profile.
const PROFILE: usize = 6;

impl Cube {
    /// The days the cube speaks of, and what is known of each. All of them, also those whose part is not there.
    pub fn days(&self) -> &Days {
        &self.days
    }

    /// The first day of those whose rows are there without a hole up to the last day. `None` without days, or if
    /// the newest part is missing, which only happens to a cube that was not decoded from it.
    pub fn loaded_from(&self) -> Option<Day> {
        let mut from = self.days.len();
        for part in self.parts.iter().rev() {
            if part.first + part.days != from {
                break;
            }
            from = part.first;
        }
        (from < self.days.len()).then(|| self.days.day(from))
    }

    /// Whether the rows of all days are there.
    pub fn is_whole(&self) -> bool {
        self.parts.iter().map(|part| part.days).sum::<usize>() == self.days.len()
    }

    /// How many rows there are: distinct combinations of day and values.
    pub fn rows(&self) -> usize {
        self.parts.iter().map(|part| part.row_days.len()).sum()
    }

    /// The values of a dimension that occur, in the order of the counts that [`facets`](Self::facets)
    /// gives: known values in byte order, then *unknown*, then *other*.
    pub fn values(&self, dimension: Dimension) -> &[Value] {
        &self.dictionaries[dimension as usize].values
    }

    /// How many values of a dimension were gathered as [`Value::Other`]; 0 if none were.
    pub fn gathered(&self, dimension: Dimension) -> u32 {
        self.dictionaries[dimension as usize].gathered
    }
}

/// A table of the rows, for tests and for finding out.
impl std::fmt::Debug for Cube {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<usize> = self.parts.iter().map(|part| part.first).collect();
        writeln!(f, "{:?}, parts from {parts:?}", self.days)?;
        for combination in 0..self.combinations() {
            for dimension in Dimension::ALL {
                let code = self.code(dimension, combination);
                write!(f, "{:?} ", self.values(dimension)[code])?;
            }
            writeln!(f)?;
            for (day, downloads) in self.rows_of(combination) {
                writeln!(f, "    day {day}: {downloads}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
