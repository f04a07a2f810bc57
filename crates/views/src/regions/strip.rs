//! The strip below the chart: all days in small, and which of them are shown.

use std::fmt::Write as _;

use downloads::{Day, days_between};
use metrics::{Bin, ByDay, Interval};

use super::{Counted, OLDER_DAYS};
use crate::{svg, text};

/// With fewer days there is nothing to choose from.
const LEAST_DAYS: u32 = 28;

/// With more days than these, months are drawn and not weeks.
const MOST_WEEKS: u32 = 800;

/// Width and height of the drawing, in its own units. It is stretched.
const SIZE: (u64, u64) = (1000, 36);

/// All days under the filters of a view, with the first and the last one that it shows.
pub(crate) struct Strip {
    /// The first day of all, ISO.
    pub(super) start: String,
    /// Places of days, counted from the first of all: the last of all, and the two ends of what is shown.
    pub(super) last: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    /// The two ends in words.
    pub(super) from_day: String,
    pub(super) to_day: String,
    /// Left edge and width of what is shown.
    pub(super) left: u64,
    pub(super) width: u64,
    /// The downloads by week or month, as the data of paths: of those that are known as a whole, and of those that
    /// are known in part.
    pub(super) path: String,
    pub(super) part: String,
    /// What is said of days that are not there yet. Empty if all are.
    pub(super) waiting: &'static str,
    /// A hatching, as the data of a path, where days were not collected.
    pub(super) gaps: String,
}

impl Strip {
    /// `None` if there are too few days, or if none of those that the view asks for is there.
    pub(super) fn of(counted: &Counted<'_>) -> Option<Self> {
        let days = counted.cube.days();
        let (start, end) = (days.first()?, days.last_collected()?);
        let (first, last) = counted.selection.days?;
        let (first, last) = (first.max(start), last.min(end));
        let length = days_between(start, end);
        if length < LEAST_DAYS || last < first {
            return None;
        }
        let place = |day: Day| days_between(start, day) - 1;
        let x = |days: u32| u64::from(days) * SIZE.0 / u64::from(length);
        let interval = if length > MOST_WEEKS { Interval::Month } else { Interval::Week };
        let all = ByDay::all(counted.answer.by_day.clone());
        let series = all.series(days, (start, end), interval);
        let counts = series.lines.first().map_or(&[][..], |line| &line.counts);
        let highest = counts.iter().copied().max().unwrap_or(0).max(1);
        let (mut path, mut part) = (String::new(), String::new());
        let since = counted.cube.loaded_from().unwrap_or(start);
        let is_there = |bin: &Bin| bin.is_known() && since <= bin.first.max(start);
        for (bin, &count) in series.bins.iter().zip(counts).filter(|(bin, _)| is_there(bin)) {
            let height = count.saturating_mul(SIZE.1 - 2).div_ceil(highest);
            let (from, to) = (bin.first.max(start), bin.last.min(end));
            let (left, right) = (x(place(from)), x(place(to) + 1));
            let path = if bin.is_whole() { &mut path } else { &mut part };
            // Writing to a `String` cannot fail.
            let _ = write!(path, "M{left} {}v-{height}H{right}v{height}z", SIZE.1);
        }
        let gaps = metrics::gaps(days)
            .into_iter()
            .filter(|&(from, to)| start <= from && to <= end)
            .map(|(from, to)| svg::hatched((x(place(from)), x(place(to) + 1)), SIZE.1))
            .collect();
        Some(Self {
            start: start.to_string(),
            last: length - 1,
            from: place(first),
            to: place(last),
            from_day: text::day(first),
            to_day: text::day(last),
            left: x(place(first)),
            width: (x(place(last) + 1) - x(place(first))).max(1),
            path,
            part,
            waiting: if counted.cube.is_whole() { "" } else { OLDER_DAYS },
            gaps,
        })
    }
}
