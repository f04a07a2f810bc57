//! Two dimensions at once.

use downloads::Dimension;

use super::{Filter, place};
use crate::{Cube, PROFILE, Selection};

impl Cube {
    /// The downloads of each of the [`values`](Self::values) of a dimension for each of `lines`, in the range of days
    /// and under the filters. The lines are sets of values of the dimension `of`, as
    /// [`by_day_and_line`](Self::by_day_and_line) has them: the result has `count`, each with as many figures as
    /// there are values.
    pub fn by_value_and_line(
        &self,
        selection: &Selection,
        dimension: Dimension,
        of: Dimension,
        lines: &[Option<usize>],
        count: usize,
    ) -> Vec<Vec<u64>> {
        let mut figures = vec![vec![0; self.values(dimension).len()]; count];
        let failing = self.failing(selection);
        let days =
            selection.days.map_or(0..self.days.len(), |(first, last)| self.days.range(first, last));
        let places = [place(dimension), place(of)];
        for part in &self.parts {
            let inside = |day: usize| day.clamp(part.first, part.first + part.days) - part.first;
            let days = inside(days.start)..inside(days.end);
            if days.is_empty() {
                continue;
            }
            let line_of: Vec<Option<usize>> = part.codes[of as usize]
                .iter()
                .map(|&code| lines.get(usize::from(code)).copied().flatten())
                .map(|line| line.filter(|&line| line < count))
                .collect();
            let codes = &part.codes[dimension as usize];
            part.passing(&Filter::of(part, &failing), |profile, leaves, rows| {
                let [value, version] = places.map(|place| match place.checked_sub(PROFILE) {
                    Some(leaf) => leaves[leaf],
                    None => usize::from(part.profiles[place][profile]),
                });
                if let Some(line) = line_of[version] {
                    figures[line][usize::from(codes[value])] += part.sum(rows, &days);
                }
            });
        }
        figures
    }
}
