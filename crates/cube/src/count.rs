//! Counting: the questions that a page asks of a cube.

use std::ops::Range;

use downloads::Dimension;

use crate::{Cube, Selection, Value};

/// For each dimension that is filtered, which codes are let through.
struct Masks<'a> {
    /// Codes of the dimension, and for each value 0 if it is let through, 1 if not.
    filtered: Vec<(Dimension, &'a [u16], Vec<u8>)>,
}

impl Cube {
    /// The downloads of each day of the cube, in order, under the filters. The range of days of the
    /// selection does not matter. A day that was not collected has 0 here: ask [`Days`](crate::Days).
    pub fn by_day(&self, selection: &Selection) -> Vec<u64> {
        let masks = self.masks(selection);
        self.starts
            .windows(2)
            .map(|rows| {
                let rows = rows[0] as usize..rows[1] as usize;
                if masks.filtered.is_empty() {
                    return self.counts[rows].iter().map(|&count| u64::from(count)).sum();
                }
                rows.filter(|&row| masks.failed(row) == 0)
                    .map(|row| u64::from(self.counts[row]))
                    .sum()
            })
            .collect()
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
        let masks = self.masks(selection);
        let mut figures = vec![vec![0; self.days.len()]; count];
        let codes = &self.columns[dimension as usize].codes;
        for (day, rows) in self.starts.windows(2).enumerate() {
            let rows = rows[0] as usize..rows[1] as usize;
            for (row, &code) in rows.clone().zip(&codes[rows]) {
                if masks.failed(row) == 0
                    && let Some(line) = lines.get(usize::from(code)).copied().flatten()
                    && let Some(figures) = figures.get_mut(line)
                {
                    figures[day] += u64::from(self.counts[row]);
                }
            }
        }
        figures
    }

    /// For each dimension, the downloads of each of its [`values`](Self::values), in the range of days
    /// and under the filters of the *other* dimensions: what one would get by choosing that value.
    pub fn facets(&self, selection: &Selection) -> [Vec<u64>; Dimension::COUNT] {
        let masks = self.masks(selection);
        let mut totals = Dimension::ALL.map(|dimension| vec![0_u64; self.values(dimension).len()]);
        let rows = self.rows_of(selection);
        // A row counts in a dimension if no other dimension fails it: in all if none does, in one if only that one does.
        let mut whole: Vec<u32> = Vec::new();
        for row in rows.clone() {
            match masks.failed(row) {
                0 => whole.push(row as u32),
                1 => {
                    if let Some(&(dimension, codes, _)) = masks
                        .filtered
                        .iter()
                        .find(|(_, codes, fails)| fails[usize::from(codes[row])] == 1)
                    {
                        totals[dimension as usize][usize::from(codes[row])] +=
                            u64::from(self.counts[row]);
                    }
                }
                _ => {}
            }
        }
        for (column, totals) in self.columns.iter().zip(&mut totals) {
            if whole.len() == rows.len() {
                for (code, count) in
                    column.codes[rows.clone()].iter().zip(&self.counts[rows.clone()])
                {
                    totals[usize::from(*code)] += u64::from(*count);
                }
            } else {
                for &row in &whole {
                    totals[usize::from(column.codes[row as usize])] +=
                        u64::from(self.counts[row as usize]);
                }
            }
        }
        totals
    }

    /// The rows of the selected days.
    fn rows_of(&self, selection: &Selection) -> Range<usize> {
        let days =
            selection.days.map_or(0..self.days.len(), |(first, last)| self.days.range(first, last));
        self.starts[days.start] as usize..self.starts[days.end] as usize
    }

    fn masks(&self, selection: &Selection) -> Masks<'_> {
        let filtered = Dimension::ALL
            .into_iter()
            .filter(|&dimension| !selection.filter(dimension).is_empty())
            .map(|dimension| {
                let column = &self.columns[dimension as usize];
                let fails = |value: &Value| u8::from(!selection.filter(dimension).contains(value));
                (dimension, column.codes.as_slice(), column.values.iter().map(fails).collect())
            })
            .collect();
        Masks { filtered }
    }
}

impl Masks<'_> {
    /// How many of the filters a row fails.
    #[inline]
    fn failed(&self, row: usize) -> u8 {
        self.filtered.iter().map(|(_, codes, fails)| fails[usize::from(codes[row])]).sum()
    }
}
