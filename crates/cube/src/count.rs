//! Counting: the questions that a page asks of a cube.

use std::ops::Range;

use downloads::Dimension;

use crate::{Cube, Selection};

/// For each combination, the filters that it fails: bit `d` for dimension `d`.
type Failed = Vec<u8>;

impl Cube {
    /// The downloads of each day of the cube, in order, under the filters. The range of days of the
    /// selection does not matter. A day that was not collected has 0 here: ask [`Days`](crate::Days).
    pub fn by_day(&self, selection: &Selection) -> Vec<u64> {
        let mut by_day = vec![0; self.days.len()];
        for (&failed, rows) in self.failed(selection).iter().zip(self.rows_of_combinations()) {
            if failed == 0 {
                self.add_by_day(rows, &mut by_day);
            }
        }
        by_day
    }

    /// The downloads of each day of the cube for each of `lines`, which are sets of values of one
    /// dimension by code: `lines[code]` is the line that a value belongs to, `None` for none of them.
    /// The result has `count` lines, each with as many figures as there are days.
    pub fn by_day_and_line(
        &self,
        selection: &Selection,
        dimension: Dimension,
        lines: &[Option<usize>],
        count: usize,
    ) -> Vec<Vec<u64>> {
        let mut figures = vec![vec![0; self.days.len()]; count];
        let codes = &self.columns[dimension as usize].codes;
        let failed = self.failed(selection);
        for ((&failed, rows), &code) in failed.iter().zip(self.rows_of_combinations()).zip(codes) {
            if failed == 0
                && let Some(line) = lines.get(usize::from(code)).copied().flatten()
                && let Some(by_day) = figures.get_mut(line)
            {
                self.add_by_day(rows, by_day);
            }
        }
        figures
    }

    /// For each dimension, the downloads of each of its [`values`](Self::values), in the range of days
    /// and under the filters of the *other* dimensions: what one would get by choosing that value.
    pub fn facets(&self, selection: &Selection) -> [Vec<u64>; Dimension::COUNT] {
        let mut totals = Dimension::ALL.map(|dimension| vec![0_u64; self.values(dimension).len()]);
        let days =
            selection.days.map_or(0..self.days.len(), |(first, last)| self.days.range(first, last));
        let failed = self.failed(selection);
        for (combination, (&failed, rows)) in
            failed.iter().zip(self.rows_of_combinations()).enumerate()
        {
            // A combination counts in a dimension if no other dimension fails it: in all of them if none
            // does, in one if only that one does.
            if failed.count_ones() > 1 {
                continue;
            }
            let sum = self.sum(rows, &days);
            for (at, (column, totals)) in self.columns.iter().zip(&mut totals).enumerate() {
                if failed & !(1 << at) == 0 {
                    totals[usize::from(column.codes[combination])] += sum;
                }
            }
        }
        totals
    }

    /// For each of the [`values`](Self::values) of a dimension, the first day with a download of it; `None`
    /// if there is none.
    pub fn first_days(&self, dimension: Dimension) -> Vec<Option<downloads::Day>> {
        let mut firsts: Vec<Option<u16>> = vec![None; self.values(dimension).len()];
        let codes = &self.columns[dimension as usize].codes;
        for (rows, &code) in self.rows_of_combinations().zip(codes) {
            // Within a combination days do not fall.
            let first = self.row_days[rows].first().copied();
            let known = &mut firsts[usize::from(code)];
            *known = (*known).into_iter().chain(first).min();
        }
        let day = |at: u16| Some(self.days.first()? + chrono::Days::new(at.into()));
        firsts.into_iter().map(|first| first.and_then(day)).collect()
    }

    fn rows_of_combinations(&self) -> impl Iterator<Item = Range<usize>> {
        self.starts.windows(2).map(|rows| rows[0] as usize..rows[1] as usize)
    }

    fn add_by_day(&self, rows: Range<usize>, by_day: &mut [u64]) {
        for (&day, &count) in self.row_days[rows.clone()].iter().zip(&self.counts[rows]) {
            by_day[usize::from(day)] += u64::from(count);
        }
    }

    fn sum(&self, rows: Range<usize>, days: &Range<usize>) -> u64 {
        if *days == (0..self.days.len()) {
            return self.counts[rows].iter().map(|&count| u64::from(count)).sum();
        }
        let inside = |day: u16| u64::from(days.contains(&usize::from(day)));
        let (row_days, counts) = (&self.row_days[rows.clone()], &self.counts[rows]);
        row_days.iter().zip(counts).map(|(&day, &count)| inside(day) * u64::from(count)).sum()
    }

    fn failed(&self, selection: &Selection) -> Failed {
        let mut failed = vec![0; self.starts.len() - 1];
        for (at, dimension) in Dimension::ALL.into_iter().enumerate() {
            let filter = selection.filter(dimension);
            if filter.is_empty() {
                continue;
            }
            let column = &self.columns[at];
            let bits: Vec<u8> =
                column.values.iter().map(|value| u8::from(!filter.contains(value)) << at).collect();
            for (failed, &code) in failed.iter_mut().zip(&column.codes) {
                *failed |= bits[usize::from(code)];
            }
        }
        failed
    }
}
