//! Counting: the questions that a page asks of a cube.

mod cross;

use std::ops::Range;

use downloads::{Day, Dimension};

use crate::{Cube, PROFILE, ROW_ORDER, Selection, part::Part};

/// What a page asks of a cube at once: see [`Cube::answer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The downloads of each day of the cube, in order, under the filters. The range of days of the selection
    /// does not matter. A day that was not collected has 0 here: ask [`Days`](crate::Days).
    pub by_day: Vec<u64>,
    /// For each dimension, the downloads of each of its [`values`](Cube::values), in the range of days and under the
    /// filters of the *other* dimensions: what one would get by choosing that value.
    pub facets: [Vec<u64>; Dimension::COUNT],
}

/// For each dimension, whether each of the cube's values fails its filter. `None` without a filter.
type Failing = [Option<Vec<bool>>; Dimension::COUNT];

/// What a part needs to know of a selection, by its own codes.
struct Filter {
    /// For each profile the dimensions that fail it: bit `p` for the one at place `p` of [`ROW_ORDER`].
    profiles: Vec<u8>,
    /// Whether each version, and each country, fails.
    leaves: [Vec<bool>; 2],
}

impl Cube {
    /// Counts by day and all facets, in one pass over the rows.
    pub fn answer(&self, selection: &Selection) -> Answer {
        let mut answer = Answer {
            by_day: vec![0; self.days.len()],
            facets: Dimension::ALL.map(|dimension| vec![0; self.values(dimension).len()]),
        };
        let days =
            selection.days.map_or(0..self.days.len(), |(first, last)| self.days.range(first, last));
        let failing = self.failing(selection);
        for part in &self.parts {
            part.answer(&Filter::of(part, &failing), &days, &mut answer);
        }
        answer
    }

    /// The downloads of each day, as [`Answer::by_day`].
    pub fn by_day(&self, selection: &Selection) -> Vec<u64> {
        let mut by_day = vec![0; self.days.len()];
        let failing = self.failing(selection);
        for part in &self.parts {
            let by_day = &mut by_day[part.first..part.first + part.days];
            part.passing(&Filter::of(part, &failing), |_, _, rows| {
                part.counts.add_by_day(rows, &part.row_days, by_day);
            });
        }
        by_day
    }

    /// The downloads of each value of each dimension, as [`Answer::facets`].
    pub fn facets(&self, selection: &Selection) -> [Vec<u64>; Dimension::COUNT] {
        self.answer(selection).facets
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
        self.by_day_and_line_since(None, selection, dimension, lines, count)
    }

    /// [`by_day_and_line`](Self::by_day_and_line) of one who does not need the days before `since`, which may be 0
    /// then: the parts before it are passed over. `None` needs all days.
    pub fn by_day_and_line_since(
        &self,
        since: Option<Day>,
        selection: &Selection,
        dimension: Dimension,
        lines: &[Option<usize>],
        count: usize,
    ) -> Vec<Vec<u64>> {
        let mut figures = vec![vec![0; self.days.len()]; count];
        let failing = self.failing(selection);
        let place = place(dimension);
        let since = since.and_then(|day| self.days.index(day)).unwrap_or(0);
        for part in self.parts.iter().filter(|part| part.first + part.days > since) {
            let line_of: Vec<Option<usize>> = part.codes[dimension as usize]
                .iter()
                .map(|&code| lines.get(usize::from(code)).copied().flatten())
                .map(|line| line.filter(|&line| line < count))
                .collect();
            part.passing(&Filter::of(part, &failing), |profile, leaves, rows| {
                let local = match place.checked_sub(PROFILE) {
                    Some(leaf) => leaves[leaf],
                    None => usize::from(part.profiles[place][profile]),
                };
                if let Some(line) = line_of[local] {
                    let by_day = &mut figures[line][part.first..part.first + part.days];
                    part.counts.add_by_day(rows, &part.row_days, by_day);
                }
            });
        }
        figures
    }

    /// For each of the [`values`](Self::values) of a dimension, the first day with a download of it; `None`
    /// if there is none.
    pub fn first_days(&self, dimension: Dimension) -> Vec<Option<Day>> {
        let mut firsts: Vec<Option<usize>> = vec![None; self.values(dimension).len()];
        let place = place(dimension);
        let everything = self.failing(&Selection::default());
        for part in &self.parts {
            let codes = &part.codes[dimension as usize];
            part.passing(&Filter::of(part, &everything), |profile, leaves, rows| {
                let local = match place.checked_sub(PROFILE) {
                    Some(leaf) => leaves[leaf],
                    None => usize::from(part.profiles[place][profile]),
                };
                // Within a combination days do not fall.
                let first = part.row_days[rows].first().map(|&day| part.first + usize::from(day));
                let known = &mut firsts[usize::from(codes[local])];
                *known = (*known).into_iter().chain(first).min();
            });
        }
        firsts.into_iter().map(|first| Some(self.days.day(first?))).collect()
    }

    fn failing(&self, selection: &Selection) -> Failing {
        Dimension::ALL.map(|dimension| {
            let filter = selection.filter(dimension);
            let fails = || self.values(dimension).iter().map(|value| !filter.contains(value));
            (!filter.is_empty()).then(|| fails().collect())
        })
    }
}

/// Where a dimension stands in [`ROW_ORDER`].
fn place(dimension: Dimension) -> usize {
    ROW_ORDER.iter().position(|it| *it == dimension).unwrap_or(0)
}

impl Filter {
    fn of(part: &Part, failing: &Failing) -> Self {
        let fails = |dimension: Dimension| {
            let fails = failing[dimension as usize].as_ref();
            let of_code = move |&code: &u16| fails.is_some_and(|fails| fails[usize::from(code)]);
            part.codes[dimension as usize].iter().map(of_code).collect::<Vec<bool>>()
        };
        let mut profiles = vec![0; part.combinations.len() - 1];
        for (place, codes) in part.profiles.iter().enumerate() {
            if failing[ROW_ORDER[place] as usize].is_some() {
                let fails = fails(ROW_ORDER[place]);
                for (failed, &code) in profiles.iter_mut().zip(codes) {
                    *failed |= u8::from(fails[usize::from(code)]) << place;
                }
            }
        }
        Self { profiles, leaves: [fails(ROW_ORDER[PROFILE]), fails(ROW_ORDER[PROFILE + 1])] }
    }
}

impl Part {
    /// Calls `f` with the profile, version and country, and the rows of each combination that passes all filters.
    fn passing(&self, filter: &Filter, mut f: impl FnMut(usize, [usize; 2], Range<usize>)) {
        for (profile, &failed) in filter.profiles.iter().enumerate() {
            if failed != 0 {
                continue;
            }
            for combination in self.combinations_of(profile) {
                let leaves @ [version, country] = self.leaves.get(combination);
                if !filter.leaves[0][version] && !filter.leaves[1][country] {
                    f(profile, leaves, self.rows(combination));
                }
            }
        }
    }

    fn answer(&self, filter: &Filter, days: &Range<usize>, answer: &mut Answer) {
        let by_day = &mut answer.by_day[self.first..self.first + self.days];
        let inside = |day: usize| day.clamp(self.first, self.first + self.days) - self.first;
        let inside = inside(days.start)..inside(days.end);
        let version_codes = &self.codes[ROW_ORDER[PROFILE] as usize];
        let country_codes = &self.codes[ROW_ORDER[PROFILE + 1] as usize];
        let mut versions = vec![0_u64; version_codes.len()];
        let mut countries = vec![0_u64; country_codes.len()];
        for (profile, &failed) in filter.profiles.iter().enumerate() {
            // A combination counts in a dimension if no other dimension fails it: in all of them if none
            // does, in one if only that one does.
            if failed.count_ones() > 1 {
                continue;
            }
            let mut total = 0;
            for combination in self.combinations_of(profile) {
                let [version, country] = self.leaves.get(combination);
                let (fails_version, fails_country) =
                    (filter.leaves[0][version], filter.leaves[1][country]);
                let fails =
                    u8::from(failed != 0) + u8::from(fails_version) + u8::from(fails_country);
                if fails > 1 {
                    continue;
                }
                let rows = self.rows(combination);
                if fails == 0 {
                    self.counts.add_by_day(rows.clone(), &self.row_days, by_day);
                }
                let sum = self.sum(rows, &inside);
                match (failed != 0, fails_version, fails_country) {
                    (false, true, _) => versions[version] += sum,
                    (false, _, true) => countries[country] += sum,
                    (true, ..) => total += sum,
                    (false, false, false) => {
                        total += sum;
                        versions[version] += sum;
                        countries[country] += sum;
                    }
                }
            }
            for (place, codes) in self.profiles.iter().enumerate() {
                if failed & !(1 << place) == 0 {
                    let dimension = ROW_ORDER[place] as usize;
                    let code = self.codes[dimension][usize::from(codes[profile])];
                    answer.facets[dimension][usize::from(code)] += total;
                }
            }
        }
        let leaves = [(PROFILE, versions, version_codes), (PROFILE + 1, countries, country_codes)];
        for (place, totals, codes) in leaves {
            let facet = &mut answer.facets[ROW_ORDER[place] as usize];
            for (total, &code) in totals.into_iter().zip(codes) {
                facet[usize::from(code)] += total;
            }
        }
    }

    fn combinations_of(&self, profile: usize) -> Range<usize> {
        self.combinations[profile] as usize..self.combinations[profile + 1] as usize
    }

    /// The downloads of these rows in a range of days, counted from the first of the part.
    fn sum(&self, rows: Range<usize>, days: &Range<usize>) -> u64 {
        if *days == (0..self.days) {
            return self.counts.sum(rows);
        }
        // Within a combination days do not fall.
        let row_days = &self.row_days[rows.clone()];
        let place = |day: usize| match day < self.days {
            true => row_days.partition_point(|&it| usize::from(it) < day),
            false => row_days.len(),
        };
        self.counts.sum(rows.start + place(days.start)..rows.start + place(days.end))
    }
}
