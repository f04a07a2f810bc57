//! The rows of a cube as a table has them: day by day.

use downloads::Dimension;

use crate::{Cube, part::Part};

/// The downloads of one combination of values on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The day, counted from the first day of the cube.
    pub day: u16,
    /// Which combination: what [`Cube::code`] takes.
    pub combination: u32,
    /// How many, at least 1.
    pub downloads: u64,
}

impl Cube {
    /// How many combinations of values there are: distinct ones within each part of the history.
    pub fn combinations(&self) -> u32 {
        self.parts.iter().map(|part| part.leaves.len() as u32).sum()
    }

    /// Which of the [`values`](Self::values) of a dimension a combination has.
    ///
    /// # Panics
    ///
    /// If there are not so many combinations.
    pub fn code(&self, dimension: Dimension, combination: u32) -> usize {
        let (part, combination) = self.part_of(combination);
        part.code(dimension, combination)
    }

    /// The rows of a combination as day, counted from the first day of the cube, and downloads. The days do not
    /// fall, and are equal only where a count is more than fits.
    ///
    /// # Panics
    ///
    /// If there are not so many combinations.
    pub fn rows_of(&self, combination: u32) -> impl Iterator<Item = (u16, u32)> {
        let (part, combination) = self.part_of(combination);
        let first = part.first as u16;
        part.rows(combination).map(move |row| (first + part.row_days[row], part.counts.get(row)))
    }

    /// All rows by day, those of one day by their values: compared dimension by dimension in the order of
    /// [`Dimension::ALL`], known values in byte order, then *unknown*, then *other*.
    ///
    /// No two have the same day and combination.
    pub fn rows_by_day(&self) -> Vec<Row> {
        let mut order: Vec<(u128, u32)> =
            (0..self.combinations()).map(|at| (self.sort_key(at), at)).collect();
        order.sort_unstable();

        let mut ends = vec![0_usize; self.days.len() + 1];
        for part in &self.parts {
            for &day in &part.row_days {
                ends[part.first + usize::from(day) + 1] += 1;
            }
        }
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let mut rows = vec![Row::default(); self.rows()];
        for (_, combination) in order {
            for (day, count) in self.rows_of(combination) {
                let end = &mut ends[usize::from(day)];
                rows[*end] = Row { day, combination, downloads: count.into() };
                *end += 1;
            }
        }
        // A count that was too large for one row of the cube stands in several.
        rows.dedup_by(|next, row| {
            let same = (next.day, next.combination) == (row.day, row.combination);
            if same {
                row.downloads += next.downloads;
            }
            same
        });
        rows
    }

    /// The codes of a combination, the first dimension highest.
    fn sort_key(&self, combination: u32) -> u128 {
        Dimension::ALL
            .into_iter()
            .fold(0, |key, dimension| key << u16::BITS | self.code(dimension, combination) as u128)
    }

    /// The part that a combination is in, and its place there. Combinations are numbered from part to part.
    fn part_of(&self, combination: u32) -> (&Part, usize) {
        let mut at = combination as usize;
        for part in &self.parts {
            match at.checked_sub(part.leaves.len()) {
                None => return (part, at),
                Some(rest) => at = rest,
            }
        }
        panic!("there are {} combinations, not {combination}", self.combinations())
    }
}
