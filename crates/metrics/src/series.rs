//! Downloads over time, by day, week or month.

use std::str::FromStr;

use chrono::{Datelike, Months};
use cube::{Cube, Days, Selection, Value};
use downloads::{Day, DayState, Dimension, days_between};

use crate::{Grouping, Members};

/// The most lines a split has; the rest is one more, [`LineKey::Rest`].
pub const MAX_LINES: usize = 8;

/// How long a bin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// One day.
    Day,
    /// Seven days. Weeks are counted back from the last collected day, so the last one is whole.
    Week,
    /// A month of the calendar.
    Month,
}

/// A name that is not the key of an [`Interval`].
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownInterval;

impl Interval {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl FromStr for Interval {
    type Err = UnknownInterval;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|interval| interval.key() == key).ok_or(UnknownInterval)
    }
}

/// One step of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// Its first day: in a month, the first of the month, be it selected or not.
    pub first: Day,
    /// Its last day, included.
    pub last: Day,
    /// How many of its days are in the selected range and were collected.
    pub collected: u32,
    /// How many of its days are in the selected range, not after the last collected day, and were not collected.
    pub missing: u32,
    /// How many of the collected days may still change, be they provisional or suspect.
    pub provisional: u32,
    /// How many of those are suspect: a later reading had fewer downloads, and they were kept as they were.
    pub suspect: u32,
    /// How many of its days lie before the selected range or before the first collected day.
    pub before: u32,
    /// How many of its days lie after the last collected day: the bin is not over.
    pub after: u32,
    /// How many of its days lie after the selected range, but not after the last collected day: the range
    /// ends inside of it.
    pub cut: u32,
}

impl Bin {
    /// Whether anything is known of it. If not, its count of 0 means nothing.
    pub fn is_known(&self) -> bool {
        self.collected > 0
    }

    /// Whether all its days count, so that it may be compared with others.
    pub fn is_whole(&self) -> bool {
        self.missing + self.before + self.after + self.cut == 0
    }
}

/// Downloads over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// How long each bin is.
    pub interval: Interval,
    /// The bins, oldest first, without holes.
    pub bins: Vec<Bin>,
    /// One line, or with a split one for each of the values with most downloads in the range, most first,
    /// and one for the rest if there is any.
    pub lines: Vec<Line>,
}

impl Series {
    /// The first and last day that count: those of the range, as far as there is data. `None` without bins.
    pub fn days(&self) -> Option<(Day, Day)> {
        let (first, last) = (self.bins.first()?, self.bins.last()?);
        Some((
            first.first + chrono::Days::new(first.before.into()),
            last.last - chrono::Days::new((last.after + last.cut).into()),
        ))
    }
}

/// One line of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it counts.
    pub key: LineKey,
    /// Downloads in each bin, of its collected days.
    pub counts: Vec<u64>,
}

/// What a line counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKey {
    /// Everything.
    All,
    /// One value of the dimension of the split, or one group of versions by its name.
    Value(Value),
    /// All values that have no line of their own.
    Rest,
}

/// Downloads of each day of a cube in one line or several, or in none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByDay {
    /// What each line counts.
    keys: Vec<LineKey>,
    /// As many lines, each with a count for each day.
    by_day: Vec<Vec<u64>>,
}

impl ByDay {
    /// One line of these counts.
    pub fn all(by_day: Vec<u64>) -> Self {
        Self { keys: vec![LineKey::All], by_day: vec![by_day] }
    }

    /// A line for each of the [`MAX_LINES`] values of a dimension with the most downloads, most first, and one for
    /// the rest if there is any in the days that are `needed`, first and last, of which there may be more than
    /// those of the range. `counts` tells the downloads of each value in the range, which decide, as
    /// [`Cube::facets`] does. Versions may stand in groups.
    pub fn split(
        cube: &Cube,
        selection: &Selection,
        dimension: Dimension,
        grouping: Option<Grouping>,
        counts: &[u64],
        (first, last): (Day, Day),
    ) -> Self {
        let (mut keys, line_of) = split_lines(cube, selection, dimension, grouping, counts);
        let mut by_day =
            cube.by_day_and_line_since(Some(first), selection, dimension, &line_of, keys.len());
        let needed = cube.days().range(first, last);
        if by_day.last().is_some_and(|rest| rest[needed].iter().all(|&count| count == 0)) {
            keys.pop();
            by_day.pop();
        }
        Self { keys, by_day }
    }

    /// What is counted from `first` to `last`, in bins. Bins start with the first day of the cube and end with the
    /// last collected one, whatever is asked for. No bins if the range lies outside of those; bins of which
    /// nothing is known if it lies in a gap.
    pub fn series(&self, days: &Days, (first, last): (Day, Day), interval: Interval) -> Series {
        let ends = days
            .first()
            .zip(days.last_collected())
            .map(|(start, end)| (first.max(start), last.min(end)));
        let Some((first, last)) = ends.filter(|(first, last)| first <= last) else {
            return Series { interval, bins: Vec::new(), lines: Vec::new() };
        };
        let bins: Vec<Bin> = bounds(interval, first, last)
            .into_iter()
            .map(|bounds| bin(days, bounds, (first, last)))
            .collect();
        let inside: Vec<_> =
            bins.iter().map(|bin| days.range(bin.first.max(first), bin.last.min(last))).collect();
        let lines = self
            .keys
            .iter()
            .zip(&self.by_day)
            .map(|(key, by_day)| Line {
                key: key.clone(),
                counts: inside.iter().map(|days| by_day[days.clone()].iter().sum()).collect(),
            })
            .collect();
        Series { interval, bins, lines }
    }
}

/// Downloads from `first` to `last` under the filters of the selection, in bins as [`ByDay::series`] makes them,
/// split by a dimension or not. The days of the selection do not matter.
pub fn series(
    cube: &Cube,
    selection: &Selection,
    (first, last): (Day, Day),
    interval: Interval,
    split: Option<Dimension>,
) -> Series {
    let daily = match split {
        None => ByDay::all(cube.by_day(selection)),
        Some(dimension) => {
            let counts = cube.facets(&selection.with_days(Some((first, last))));
            let counts = &counts[dimension as usize];
            ByDay::split(cube, selection, dimension, None, counts, (first, last))
        }
    };
    daily.series(cube.days(), (first, last), interval)
}

/// Which lines a split has, and the line of each value. The last one is that of the rest.
fn split_lines(
    cube: &Cube,
    selection: &Selection,
    dimension: Dimension,
    grouping: Option<Grouping>,
    counts: &[u64],
) -> (Vec<LineKey>, Vec<Option<usize>>) {
    let values = cube.values(dimension);
    let filter = selection.filter(dimension);
    let passing = |value: &Value| filter.is_empty() || filter.contains(value);
    let counts = values.iter().zip(counts).map(|(it, &count)| if passing(it) { count } else { 0 });
    let members = Members::of(values, grouping);
    let sums = members.sums(counts.collect());
    // Few, so they are inserted and not sorted: a sort is large in the module of the browser.
    let mut largest: Vec<usize> = Vec::new();
    for (at, &sum) in sums.iter().enumerate().filter(|it| *it.1 > 0) {
        if members.members[at] != Value::Other {
            largest.insert(largest.partition_point(|&it| sums[it] >= sum), at);
            largest.truncate(MAX_LINES);
        }
    }
    // Also what has no downloads in the range: averages reach back before it.
    let mut line_of = vec![Some(largest.len()); sums.len()];
    let mut keys = Vec::new();
    for at in largest {
        line_of[at] = Some(keys.len());
        keys.push(LineKey::Value(members.members[at].clone()));
    }
    keys.push(LineKey::Rest);
    let line_of = (0..values.len()).map(|value| line_of[members.place(value)]).collect();
    (keys, line_of)
}

/// The first and last day of each bin that touches the range, oldest first.
pub(crate) fn bounds(interval: Interval, first: Day, last: Day) -> Vec<(Day, Day)> {
    let mut bounds = Vec::new();
    let mut end = match interval {
        Interval::Day | Interval::Week => last,
        Interval::Month => last_of_month(last),
    };
    while end >= first {
        let start = match interval {
            Interval::Day => end,
            Interval::Week => end - chrono::Days::new(6),
            Interval::Month => end.with_day(1).unwrap_or(end),
        };
        bounds.push((start, end));
        end = start - chrono::Days::new(1);
    }
    bounds.reverse();
    bounds
}

fn last_of_month(day: Day) -> Day {
    let first = day.with_day(1).unwrap_or(day);
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(day)
}

pub(crate) fn bin(days: &Days, (start, end): (Day, Day), (first, last): (Day, Day)) -> Bin {
    let states = &days.states()[days.range(start.max(first), end.min(last))];
    let count =
        |wanted: fn(DayState) -> bool| states.iter().filter(|&&state| wanted(state)).count() as u32;
    let behind = |day: Day| days_between(start.max(day + chrono::Days::new(1)), end);
    let after = days.last_collected().map_or(0, behind);
    Bin {
        first: start,
        last: end,
        collected: count(DayState::is_collected),
        missing: count(|state| state == DayState::NotCollected),
        provisional: count(|state| state.is_collected() && state != DayState::Final),
        suspect: count(|state| state == DayState::Suspect),
        before: days_between(start, end.min(first - chrono::Days::new(1))),
        after,
        cut: behind(last) - after,
    }
}
