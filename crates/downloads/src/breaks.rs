//! Days on which the source began to count differently, or to tell more.

use crate::{Day, Dimension};

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

/// A day from which on the log tells something that it did not tell before. The downloads are the same; their
/// values in some dimensions are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The first day on which it is told.
    pub day: Day,
    /// What is told, as one sentence without the full stop.
    pub what: &'static str,
    /// The dimensions whose values change on that day without any change in what was downloaded.
    pub dimensions: &'static [Dimension],
}

impl Mark {
    /// Whether it lies between the two days: `first` is before it, `last` on or after it.
    pub fn is_between(&self, first: Day, last: Day) -> bool {
        first < self.day && self.day <= last
    }
}

/// All known marks, oldest first.
pub const MARKS: [Mark; 2] = [
    Mark {
        day: day(2024, 2, 23),
        what: "before 23 Feb 2024 the log did not record CI, so no download is marked as CI",
        dimensions: &[Dimension::Audience],
    },
    Mark {
        day: day(2024, 4, 22),
        what: "before 22 Apr 2024 downloads by uv did not name their installer, so they are unknown",
        dimensions: &[Dimension::Installer, Dimension::Audience],
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
    fn a_mark_lies_between_the_day_before_and_its_own() {
        let [ci, uv] = MARKS;
        assert!(ci.is_between(day(2024, 2, 22), day(2024, 2, 23)));
        assert!(!ci.is_between(day(2024, 2, 23), day(2024, 4, 21)));
        assert!(!uv.is_between(day(2024, 2, 22), day(2024, 4, 21)));
    }

    #[test]
    fn the_documentation_has_each_break_and_mark_in_its_table() {
        const DOCUMENT: &str = include_str!("../../../docs/COLLECTED_DATA.md");
        let days = BREAKS.map(|it| it.day).into_iter().chain(MARKS.map(|it| it.day));
        for day in days {
            assert!(DOCUMENT.contains(&format!("| {day} |")), "{day}");
        }
    }

    #[test]
    fn a_break_lies_between_the_day_before_and_its_own() {
        let [_, last] = BREAKS;
        assert_eq!(break_between(day(2026, 8, 23), day(2026, 8, 24)), Some(last));
        assert_eq!(break_between(day(2026, 8, 24), day(2026, 9, 1)), None);
        assert_eq!(break_between(day(2026, 8, 1), day(2026, 8, 23)), None);
    }
}
