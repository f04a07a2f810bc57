//! Downloads over time, by day, week or month.

use std::str::FromStr;

use chrono::{Datelike, Months};
use cube::{Cube, Days, Selection, Value};
use downloads::{Day, DayState, Dimension, days_between};

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
    /// How many of the collected days may still change.
    pub provisional: u32,
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
    /// One value of the dimension of the split.
    Value(Value),
    /// All values that have no line of their own.
    Rest,
}

/// Downloads from `first` to `last` under the filters of the selection, in bins, split by a dimension or
/// not. The days of the selection do not matter. Bins start with the first day of the cube and end
/// with the last collected one, whatever is asked for. No bins if the range lies outside of those; bins
/// of which nothing is known if it lies in a gap.
pub fn series(
    cube: &Cube,
    selection: &Selection,
    (first, last): (Day, Day),
    interval: Interval,
    split: Option<Dimension>,
) -> Series {
    let days = cube.days();
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
    let inside = |bin: &Bin| days.range(bin.first.max(first), bin.last.min(last));
    let binned = |by_day: &[u64]| bins.iter().map(|bin| by_day[inside(bin)].iter().sum()).collect();
    let lines = match split {
        None => vec![Line { key: LineKey::All, counts: binned(&cube.by_day(selection)) }],
        Some(dimension) => {
            let (keys, line_of) =
                split_lines(cube, &selection.with_days(Some((first, last))), dimension);
            let figures = cube.by_day_and_line(selection, dimension, &line_of, keys.len());
            keys.into_iter()
                .zip(figures)
                .map(|(key, by_day)| Line { key, counts: binned(&by_day) })
                .collect()
        }
    };
    Series { interval, bins, lines }
}

/// Which lines a split has, and the line of each value.
fn split_lines(
    cube: &Cube,
    selection: &Selection,
    dimension: Dimension,
) -> (Vec<LineKey>, Vec<Option<usize>>) {
    let values = cube.values(dimension);
    let filter = selection.filter(dimension);
    let counts = &cube.facets(selection)[dimension as usize];
    let mut codes: Vec<usize> = (0..values.len())
        .filter(|&code| counts[code] > 0 && (filter.is_empty() || filter.contains(&values[code])))
        .collect();
    codes.sort_unstable_by(|&a, &b| counts[b].cmp(&counts[a]).then(a.cmp(&b)));
    let mut line_of = vec![None; values.len()];
    let mut keys = Vec::new();
    let mut rest = Vec::new();
    for code in codes {
        if keys.len() < MAX_LINES && values[code] != Value::Other {
            line_of[code] = Some(keys.len());
            keys.push(LineKey::Value(values[code].clone()));
        } else {
            rest.push(code);
        }
    }
    if !rest.is_empty() {
        rest.into_iter().for_each(|code| line_of[code] = Some(keys.len()));
        keys.push(LineKey::Rest);
    }
    (keys, line_of)
}

/// The first and last day of each bin that touches the range, oldest first.
fn bounds(interval: Interval, first: Day, last: Day) -> Vec<(Day, Day)> {
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

fn bin(days: &Days, (start, end): (Day, Day), (first, last): (Day, Day)) -> Bin {
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
        provisional: count(|state| state == DayState::Provisional),
        before: days_between(start, end.min(first - chrono::Days::new(1))),
        after,
        cut: behind(last) - after,
    }
}
