//! Sums over the last days, and how they changed.

use cube::{Cube, Days, Selection};
use downloads::{Break, Day, DayState, break_between};

/// The downloads of a range of days.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// First day of the range.
    pub first: Day,
    /// Last day of the range, included.
    pub last: Day,
    /// Downloads on the days of the range that were collected.
    pub downloads: u64,
    /// How many days of the range were not collected: their downloads are unknown.
    pub missing: u32,
    /// How many days of the range may still change, suspect ones included.
    pub provisional: u32,
    /// How many of those are suspect: a later reading had fewer downloads, and they were kept as they were.
    pub suspect: u32,
    /// The change against the same number of days right before.
    pub change: Change,
    /// The newest break in the way of counting inside the range or the one before it, which makes
    /// the change doubtful. `None` if there is none.
    pub across: Option<Break>,
}

/// How a figure differs from the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// As a fraction: `0.25` is 25 % more.
    Fraction(f64),
    /// It cannot be told, and why.
    Unknown(NoChange),
}

/// Why a change cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoChange {
    /// There were no downloads before: growth from zero is unknown, not infinite.
    FromZero,
    /// A day of the range, or of the one before it, was not collected.
    Gap,
    /// The range before it reaches back beyond the first collected day.
    NoHistory,
}

/// The figures at the head of a page. All end on the last day that was collected.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiles {
    /// The last collected day alone.
    pub last_day: Figure,
    /// The last 7 days.
    pub week: Figure,
    /// The last 30 days.
    pub month: Figure,
    /// All days since the first.
    pub all: Figure,
}

/// Change from one period to the next, as a fraction: `0.25` is 25 % more.
///
/// `None` if there were no downloads before: growth from zero is unknown, not infinite.
pub fn growth(before: u64, after: u64) -> Option<f64> {
    (before > 0).then(|| (after as f64 - before as f64) / before as f64)
}

/// The figures at the head of a page, under the filters of the selection; its days do not matter.
///
/// `None` if no day was collected.
pub fn tiles(cube: &Cube, selection: &Selection) -> Option<Tiles> {
    tiles_of(cube.days(), &cube.by_day(selection))
}

/// The figures at the head of a page, given the downloads of each day of `days`. `None` if no day was collected.
pub fn tiles_of(days: &Days, by_day: &[u64]) -> Option<Tiles> {
    let (first, last) = (days.first()?, days.last_collected()?);
    let of_last = |count: u64| figure(days, by_day, last - chrono::Days::new(count - 1), last);
    Some(Tiles {
        last_day: of_last(1),
        week: of_last(7),
        month: of_last(30),
        all: figure(days, by_day, first, last),
    })
}

/// The downloads from `first` to `last`, both included, given those of each day of `days`.
pub fn figure(days: &Days, by_day: &[u64], first: Day, last: Day) -> Figure {
    let length = downloads::days_between(first, last);
    let before = (first - chrono::Days::new(u64::from(length)), first - chrono::Days::new(1));
    let (downloads, missing) = sum(days, by_day, first, last);
    let states = &days.states()[days.range(first, last)];
    let count =
        |wanted: fn(&DayState) -> bool| states.iter().filter(|it| wanted(it)).count() as u32;
    let provisional = count(|state| state.is_collected() && *state != DayState::Final);
    let suspect = count(|state| *state == DayState::Suspect);
    let (downloads_before, missing_before) = sum(days, by_day, before.0, before.1);
    let change = if days.first().is_none_or(|start| before.0 < start) {
        Change::Unknown(NoChange::NoHistory)
    } else if missing + missing_before > 0 {
        Change::Unknown(NoChange::Gap)
    } else {
        growth(downloads_before, downloads)
            .map_or(Change::Unknown(NoChange::FromZero), Change::Fraction)
    };
    let compared_from = if matches!(change, Change::Fraction(_)) { before.0 } else { first };
    Figure {
        first,
        last,
        downloads,
        missing,
        provisional,
        suspect,
        change,
        across: break_between(compared_from, last),
    }
}

/// The downloads of the collected days from `first` to `last`, and how many days were not collected.
fn sum(days: &Days, by_day: &[u64], first: Day, last: Day) -> (u64, u32) {
    let range = days.range(first, last);
    let collected =
        days.states()[range.clone()].iter().filter(|state| state.is_collected()).count() as u32;
    (by_day[range].iter().sum(), downloads::days_between(first, last) - collected)
}
