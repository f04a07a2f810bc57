//! What the table of projects shows of one: counted once, kept until its data changes.

use std::fmt::Write as _;

use cube::{Cube, Days, Value};
use downloads::{Audience, Day, Dimension, break_between};
use metrics::{Change, NoChange};
use serde::{Deserialize, Serialize};

/// How far back the small charts go, in weeks.
const WEEKS: u32 = 52;

/// Steps of the small chart from one week to the next.
const STEP: u32 = 4;
/// Its height in the same steps.
const HEIGHT: u32 = 56;
/// What is left free above and below, so that the line is not cut.
const MARGIN: u32 = 3;

/// What the table of projects shows of one with data. All of it counts every download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFigures {
    /// The first day of the history.
    pub first: Day,
    /// The last collected day.
    pub last: Day,
    /// Downloads on that day.
    pub last_day: u64,
    /// Downloads of the 30 days that end with it, as far as they were collected.
    pub month: u64,
    /// How many of these 30 days were not collected.
    pub month_missing: u32,
    /// What is known of the 30 days before.
    pub before: Before,
    /// The day of the newest break in the way of counting within the days that are compared. `None` if there
    /// is none.
    pub across: Option<Day>,
    /// Downloads of all collected days.
    pub all: u64,
    /// How many days between the first and the last were not collected.
    pub missing: u32,
    /// Downloads of the 30 days by audience, in the order of [`Audience::ALL`].
    pub audiences: [u64; 4],
    /// The small chart of the last 52 weeks.
    pub spark: Spark,
}

/// What is known of the 30 days before the last 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Before {
    /// Their downloads.
    Downloads(u64),
    /// Nothing to compare with: a day of the 60 was not collected.
    Gap,
    /// They reach back beyond the first collected day.
    NoHistory,
}

/// A small chart, 208 by 56 steps, zero at the bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spark {
    /// The line as the data of an SVG path: one point for each week that was collected whole.
    pub line: String,
    /// Bands for the weeks that were not, as the data of an SVG path; empty if there are none.
    pub gaps: String,
    /// The downloads of the first and of the last whole week. `None` with fewer than two.
    pub ends: Option<(u64, u64)>,
}

impl RowFigures {
    /// Counts a whole cube. `None` if no day was collected.
    pub fn of(cube: &Cube) -> Option<Self> {
        let days = cube.days();
        let (first, last) = (days.first()?, days.last_collected()?);
        let audience_of = |value: &Value| match value {
            Value::Known(key) => Audience::from_key(key).map(|audience| audience as usize),
            Value::Unknown | Value::Other => None,
        };
        let lines: Vec<_> = cube.values(Dimension::Audience).iter().map(audience_of).collect();
        let by_audience = cube.by_day_and_line(
            &cube::Selection::default(),
            Dimension::Audience,
            &lines,
            Audience::ALL.len(),
        );
        let by_day: Vec<u64> =
            (0..days.len()).map(|day| by_audience.iter().map(|it| it[day]).sum()).collect();

        let start = last - chrono::Days::new(29);
        let month = metrics::figure(days, &by_day, start, last);
        let all = metrics::figure(days, &by_day, first, last);
        let range = days.range(start, last);
        let mut audiences = [0; 4];
        for (sum, counts) in audiences.iter_mut().zip(&by_audience) {
            *sum = counts[range.clone()].iter().sum();
        }
        Some(Self {
            first,
            last,
            last_day: by_day.get(days.index(last)?).copied().unwrap_or(0),
            month: month.downloads,
            month_missing: month.missing,
            before: match month.change {
                Change::Fraction(_) | Change::Unknown(NoChange::FromZero) => {
                    let before = start - chrono::Days::new(30);
                    let end = start - chrono::Days::new(1);
                    Before::Downloads(by_day[days.range(before, end)].iter().sum())
                }
                Change::Unknown(NoChange::Gap) => Before::Gap,
                Change::Unknown(NoChange::NoHistory) => Before::NoHistory,
            },
            across: month.across.map(|it| it.day),
            all: all.downloads,
            missing: all.missing,
            audiences,
            spark: Spark::of(days, &by_day, last),
        })
    }
}

impl RowFigures {
    /// Where in the small chart the newest break in the way of counting is, in steps from the left. `None` if it
    /// has none.
    pub(super) fn break_at(&self) -> Option<u32> {
        let start = self.last - chrono::Days::new(u64::from(7 * WEEKS) - 1);
        let day = break_between(self.first.max(start), self.last)?.day;
        Some((downloads::days_between(start, day) - 1) * STEP / 7)
    }
}

/// What is known of one week.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Week {
    /// It begins before the first collected day.
    Before,
    /// Not all its days were collected.
    Gap,
    /// Its downloads.
    Downloads(u64),
}

impl Spark {
    /// Weeks are counted back from the last collected day, so the last one is whole or has a gap.
    fn of(days: &Days, by_day: &[u64], last: Day) -> Self {
        let week = |back: u32| {
            let end = last - chrono::Days::new(u64::from(7 * back));
            let start = end - chrono::Days::new(6);
            if days.first().is_none_or(|first| start < first) {
                return Week::Before;
            }
            let range = days.range(start, end);
            if !days.states()[range.clone()].iter().all(|state| state.is_collected()) {
                return Week::Gap;
            }
            Week::Downloads(by_day[range].iter().sum())
        };
        let weeks: Vec<Week> = (0..WEEKS).rev().map(week).collect();
        let mut counts = weeks.iter().filter_map(|week| match week {
            Week::Downloads(count) => Some(*count),
            Week::Before | Week::Gap => None,
        });
        let ends = counts.next().zip(counts.next_back());
        Self { line: line(&weeks), gaps: gaps(&weeks), ends }
    }
}

/// A line through the weeks that are known, as steps from each to the next.
fn line(weeks: &[Week]) -> String {
    let top = weeks.iter().filter_map(|week| match week {
        Week::Downloads(count) => Some(*count),
        Week::Before | Week::Gap => None,
    });
    let top = top.max().unwrap_or(0).max(1);
    let height = |count: u64| {
        let room = f64::from(HEIGHT - 2 * MARGIN);
        i64::from(HEIGHT - MARGIN) - (room * count as f64 / top as f64).round() as i64
    };
    let mut path = String::with_capacity(240);
    let mut pen: Option<i64> = None;
    for (at, week) in (0_u32..).zip(weeks) {
        let Week::Downloads(count) = week else {
            pen = None;
            continue;
        };
        let y = height(*count);
        let space = |rise: i64| if rise < 0 { "" } else { " " };
        // Writing to a `String` cannot fail.
        let _ = match pen {
            // A point of its own would not be seen without a line.
            None => write!(path, "M{} {y}h0l", STEP / 2 + STEP * at),
            Some(before) => {
                let rise = y - before;
                let start = if path.ends_with('l') { "" } else { " " };
                write!(path, "{start}{STEP}{}{rise}", space(rise))
            }
        };
        pen = Some(y);
    }
    // A command without its steps is no path.
    path.replace("lM", "M").trim_end_matches('l').to_owned()
}

/// A band for each stretch of weeks that were not collected whole.
fn gaps(weeks: &[Week]) -> String {
    let mut path = String::new();
    let mut at = 0;
    for stretch in weeks.chunk_by(|a, b| (*a == Week::Gap) == (*b == Week::Gap)) {
        let length = u32::try_from(stretch.len()).unwrap_or(WEEKS);
        if stretch.first() == Some(&Week::Gap) {
            let width = STEP * length;
            let _ = write!(path, "M{} 0h{width}v{HEIGHT}h-{width}z", STEP * at);
        }
        at += length;
    }
    path
}

#[cfg(test)]
mod tests;
