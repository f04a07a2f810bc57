//! Days on which the meaning of a count changed at the source.

use crate::Day;

/// A day from which on the source counts differently. History is not restated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first day of the new way of counting.
    pub day: Day,
    /// What changed, as one sentence without the full stop.
    pub what: &'static str,
    /// Two or three words for the mark in a chart.
    pub short: &'static str,
}

const fn day(year: i32, month: u32, day: u32) -> Day {
    match Day::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => panic!("a day that is not in the calendar"),
    }
}

/// All known breaks, oldest first. Source: announcements of PyPI and of the maintainers of the log.
pub const BREAKS: [Break; 2] = [
    Break {
        day: day(2018, 7, 26),
        what: "before 26 Jul 2018 PyPI's log lost about half of its rows",
        short: "log repaired",
    },
    Break {
        day: day(2026, 8, 24),
        what: "since 24 Aug 2026 PyPI counts only requests for .whl, .tar.gz and .zip files, no metadata or signatures",
        short: "counting changed",
    },
];

/// The newest break that lies between the two days: `first` is before it, `last` on or after it.
///
/// Figures of such a range, and changes between its two halves, compare two ways of counting.
pub fn break_between(first: Day, last: Day) -> Option<Break> {
    BREAKS.into_iter().rev().find(|it| first < it.day && it.day <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_lies_between_the_day_before_and_its_own() {
        let [_, last] = BREAKS;
        assert_eq!(break_between(day(2026, 8, 23), day(2026, 8, 24)), Some(last));
        assert_eq!(break_between(day(2026, 8, 24), day(2026, 9, 1)), None);
        assert_eq!(break_between(day(2026, 8, 1), day(2026, 8, 23)), None);
    }
}
