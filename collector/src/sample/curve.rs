//! Values that change over the years, as lines between points in the calendar.

use chrono::Datelike as _;
use downloads::Day;

/// Year, month and the value on the first of that month.
pub(crate) type Point = (i32, u32, f64);

/// The value on `day`. Before the first point it is the first value, after the last the last.
pub(crate) fn at(points: &[Point], day: Day) -> f64 {
    let now = f64::from(months(day.year(), day.month())) + f64::from(day.day0()) / 31.0;
    let mut before = None;
    for &(year, month, value) in points {
        let then = f64::from(months(year, month));
        if then > now {
            return match before {
                None => value,
                Some((since, old)) => old + (value - old) * (now - since) / (then - since),
            };
        }
        before = Some((then, value));
    }
    before.map_or(0.0, |(_, value)| value)
}

/// Whole months from the first of one month to `day`; 0 if that is later.
pub(crate) fn months_since(year: i32, month: u32, day: Day) -> u32 {
    months(day.year(), day.month()).saturating_sub(months(year, month)).max(0).unsigned_abs()
}

fn months(year: i32, month: u32) -> i32 {
    year * 12 + month.cast_signed() - 1
}
