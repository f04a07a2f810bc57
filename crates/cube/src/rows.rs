//! The rows of a cube as a table has them: day by day.

use downloads::Dimension;

use crate::Cube;

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
    /// How many distinct combinations of values there are.
    pub fn combinations(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// Which of the [`values`](Self::values) of a dimension a combination has.
    ///
    /// # Panics
    ///
    /// If there are not so many combinations.
    pub fn code(&self, dimension: Dimension, combination: u32) -> usize {
        usize::from(self.columns[dimension as usize].codes[combination as usize])
    }

    /// The rows of a combination as day, counted from the first day of the cube, and downloads. The days do not
    /// fall, and are equal only where a count is more than fits.
    ///
    /// # Panics
    ///
    /// If there are not so many combinations.
    pub fn rows_of(&self, combination: u32) -> impl Iterator<Item = (u16, u32)> {
        let bounds = self.starts[combination as usize] as usize
            ..self.starts[combination as usize + 1] as usize;
        self.row_days[bounds.clone()].iter().copied().zip(self.counts[bounds].iter().copied())
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
        for &day in &self.row_days {
            ends[usize::from(day) + 1] += 1;
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
        self.columns.iter().fold(0, |key, column| {
            key << u16::BITS | u128::from(column.codes[combination as usize])
        })
    }
}
