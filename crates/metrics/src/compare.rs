//! Projects beside each other: a line for each, on bins that all of them have in common.
//!
//! A day that one project has not is unknown for its line only. With [`Axis::Ages`] the days of each project are
//! counted from its first download on.

use cube::{Answer, Cube, Days, Selection};
use downloads::{Day, DayState, Dimension, days_between};

use crate::{
    Average, Bin, Figure, Interval, Share, Shares, figure,
    series::{bin, bounds},
    shares::sorted,
};

/// What the time axis of a chart counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Days of the calendar.
    #[default]
    Days,
    /// Days since the first download of each line: [`AGE_ZERO`] stands for that day.
    Ages,
}

/// What stands for the day of the first download with [`Axis::Ages`]: long before anything is known.
pub const AGE_ZERO: Day = match Day::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => panic!("0001-01-01 is a day"),
};

/// How many days a month of [`Axis::Ages`] has.
pub const MONTH_OF_AGE: u64 = 30;

/// The downloads of one project, day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Daily {
    /// The days, and what is known of each.
    pub days: Days,
    /// The downloads of each of them; 0 means nothing where the day was not collected.
    pub downloads: Vec<u64>,
}

impl Daily {
    /// The days from `start` on, of which [`AGE_ZERO`] is the first.
    #[must_use]
    pub fn since(self, start: Day) -> Self {
        let skipped = self.days.index(start).unwrap_or(0);
        let states = self.days.states()[skipped..].to_vec();
        let downloads = self.downloads.into_iter().skip(skipped).collect();
        Self { days: Days::new(AGE_ZERO, states), downloads }
    }

    /// The downloads from `first` to `last`, and how they changed.
    pub fn figure(&self, (first, last): (Day, Day)) -> Figure {
        figure(&self.days, &self.downloads, first, last)
    }
}

/// The days of a cube. Those whose rows are not there yet are as unknown as those that were not collected.
pub fn loaded_days(cube: &Cube) -> Days {
    let days = cube.days();
    let Some((first, from)) = days.first().zip(cube.loaded_from()) else { return days.clone() };
    let mut states = days.states().to_vec();
    let missing = days.range(first, from).len().saturating_sub(1);
    states[..missing].fill(DayState::NotCollected);
    Days::new(first, states)
}

/// The first day with a download, of the rows that are there; `None` if there is none.
pub fn first_download(cube: &Cube) -> Option<Day> {
    cube.first_days(Dimension::Audience).into_iter().flatten().min()
}

/// The days from the first to the last of any project. A day is as uncertain as the least certain project that has it.
/// `None` if there are none.
pub fn common_days(projects: &[Days]) -> Option<Days> {
    let first = projects.iter().filter_map(Days::first).min()?;
    let last = projects.iter().filter_map(Days::last).max()?;
    let state = |day| {
        let states = projects.iter().map(|it| it.state(day));
        states.filter(|state| state.is_collected()).min().unwrap_or(DayState::NotCollected)
    };
    let days = first.iter_days().take_while(|&day| day <= last);
    Some(Days::new(first, days.map(state).collect()))
}

/// What a point of a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The downloads of its bin.
    Counts,
    /// The downloads of its bin and of all before it in the range.
    Running,
    /// The average of the days up to it, as their sum. For bins of a day.
    Average(Average),
}

/// Projects beside each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// How long each bin is.
    pub interval: Interval,
    /// The bins by what is known of any project, oldest first, without holes.
    pub bins: Vec<Bin>,
    /// One line for each project, in their order.
    pub lines: Vec<Compared>,
}

/// The line of one project.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The bins by what is known of this project; of an average that is not known, nothing is. Averages and running
    /// totals have the provisional days of all their days.
    pub bins: Vec<Bin>,
    /// What stands at each bin; 0 means nothing where nothing is known. Of averages it is the sum of their days.
    pub counts: Vec<u64>,
    /// Whether all is known that a figure of the bin needs, so that it may be compared with others.
    pub known: Vec<bool>,
    /// Of running totals, how many days of the range up to the end of each bin were not collected. Empty otherwise.
    pub missing: Vec<u32>,
}

impl Compared {
    /// The first bin that may be compared, does not begin before the range, and is not zero: what an index is of.
    /// `None` if there is none.
    pub fn base(&self) -> Option<usize> {
        (0..self.counts.len())
            .find(|&at| self.known[at] && self.bins[at].before == 0 && self.counts[at] > 0)
    }

    /// The bin with the highest figure of those that may be compared, the newest of equal ones.
    pub fn highest(&self) -> Option<usize> {
        (0..self.counts.len()).filter(|&at| self.known[at]).max_by_key(|&at| self.counts[at])
    }
}

/// Lays the downloads of projects from `first` to `last` on common bins; `days` are those of [`common_days`].
pub fn compare(
    projects: &[Daily],
    days: &Days,
    (first, last): (Day, Day),
    interval: Interval,
    axis: Axis,
    measure: Measure,
) -> Comparison {
    let bounds = match axis {
        Axis::Days => bounds(interval, first, last),
        Axis::Ages => ages(interval, first, last),
    };
    let bins_of = |days: &Days| -> Vec<Bin> {
        let start = days.first().map_or(first, |start| first.max(start));
        let end = days.last_collected().map_or(last, |end| last.min(end));
        bounds.iter().map(|&bounds| bin(days, bounds, (start, end))).collect()
    };
    let line = |project: &Daily| {
        let mut bins = bins_of(&project.days);
        let inside = |bin: &Bin| project.days.range(bin.first.max(first), bin.last.min(last));
        let mut counts: Vec<u64> =
            bins.iter().map(|bin| project.downloads[inside(bin)].iter().sum()).collect();
        let mut known: Vec<bool> =
            bins.iter().map(|bin| bin.is_known() && bin.is_whole()).collect();
        let mut missing = Vec::new();
        match measure {
            Measure::Counts => {}
            Measure::Running => {
                let (mut sum, mut provisional, mut unknown) = (0_u64, 0, 0);
                for (at, bin) in bins.iter_mut().enumerate() {
                    sum = sum.saturating_add(counts[at]);
                    counts[at] = sum;
                    // Each day that may still change may change all totals after it.
                    provisional += bin.provisional;
                    bin.provisional = provisional;
                    unknown += bin.missing;
                    missing.push(unknown);
                    // Where the range begins inside of a bin, the total begins with that day.
                    known[at] = bin.is_known() && bin.missing + bin.after + bin.cut == 0;
                }
            }
            Measure::Average(average) => {
                for (at, bin) in bins.iter_mut().enumerate() {
                    (counts[at], known[at], bin.provisional) = average_at(project, bin, average);
                    if !known[at] {
                        bin.collected = 0;
                    }
                }
            }
        }
        Compared { bins, counts, known, missing }
    };
    Comparison { interval, bins: bins_of(days), lines: projects.iter().map(line).collect() }
}

/// The sum of the days up to a bin that an average is of, whether all of them are known, and how many may still
/// change.
fn average_at(project: &Daily, bin: &Bin, average: Average) -> (u64, bool, u32) {
    let length = u64::from(average.days());
    let window = project.days.range(bin.last - chrono::Days::new(length - 1), bin.last);
    let states = &project.days.states()[window.clone()];
    let is_known = window.len() as u64 == length && states.iter().all(|it| it.is_collected());
    if !is_known {
        return (0, false, bin.provisional);
    }
    let provisional = states.iter().filter(|&&it| it != DayState::Final).count() as u32;
    let sum: u64 = project.downloads[window].iter().sum();
    (sum, true, provisional)
}

/// The bins of ages: whole ones from the first download on.
fn ages(interval: Interval, first: Day, last: Day) -> Vec<(Day, Day)> {
    let length = match interval {
        Interval::Day => 1,
        Interval::Week => 7,
        Interval::Month => MONTH_OF_AGE,
    };
    let count = u64::from(days_between(first, last)).div_ceil(length);
    let start = |at: u64| first + chrono::Days::new(at * length);
    (0..count).map(|at| (start(at), start(at + 1) - chrono::Days::new(1))).collect()
}

/// For each dimension how the downloads of several cubes together divide. Each cube comes with its selection and the
/// answer to that.
pub fn shares_of_all<'a>(
    cubes: impl Iterator<Item = (&'a Cube, &'a Selection, &'a Answer)>,
) -> [Shares; Dimension::COUNT] {
    let mut all = Dimension::ALL.map(|dimension| Shares {
        dimension,
        rows: Vec::new(),
        total: 0,
        gathered: 0,
    });
    for (cube, selection, answer) in cubes {
        for (shares, counts) in all.iter_mut().zip(&answer.facets) {
            let values = cube.values(shares.dimension);
            shares.total += counts.iter().sum::<u64>();
            shares.gathered = shares.gathered.max(cube.gathered(shares.dimension));
            // Both are sorted by value.
            let mut at = 0;
            for (value, &downloads) in values.iter().zip(counts).filter(|it| *it.1 > 0) {
                while shares.rows.get(at).is_some_and(|row| row.value < *value) {
                    at += 1;
                }
                match shares.rows.get_mut(at) {
                    Some(row) if row.value == *value => row.downloads += downloads,
                    _ => {
                        let chosen = selection.filter(shares.dimension).contains(value);
                        let row = Share { value: value.clone(), downloads, share: 0.0, chosen };
                        shares.rows.insert(at, row);
                    }
                }
            }
        }
    }
    for shares in &mut all {
        for row in &mut shares.rows {
            row.share = row.downloads as f64 / shares.total as f64;
        }
        shares.rows = sorted(std::mem::take(&mut shares.rows));
    }
    all
}

#[cfg(test)]
mod tests;
