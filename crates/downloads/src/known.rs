//! What is known of the source: days on which it began to count differently or to tell more, and days of
//! which it lost rows. The one list that charts, pages and exports draw from.

use crate::{Day, Dimension};

/// A day from which on the source counts differently. History is not restated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// A word for it in files and addresses, which stays.
    pub id: &'static str,
    /// The first day of the new way of counting.
    pub day: Day,
    /// What changed, as one sentence without the full stop.
    pub what: &'static str,
    /// Two or three words for the mark in a chart.
    pub short: &'static str,
    /// Where to read about it.
    pub reference: &'static str,
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
        id: "log-repaired",
        day: day(2018, 7, 26),
        what: "before 26 Jul 2018 PyPI’s log lost about half of its rows",
        short: "log repaired",
        reference: "https://github.com/pypi/linehaul/issues/30",
    },
    Break {
        id: "counting-changed",
        day: day(2026, 8, 24),
        what: "since 24 Aug 2026 PyPI counts only requests for .whl, .tar.gz and .zip files; before, signatures counted too, and from about May 2024 on metadata files, almost a fifth of the downloads of some projects",
        short: "counting changed",
        reference: "https://github.com/pypi/warehouse/blob/main/docs/blog/posts/2026-08-31-download-counts.md",
    },
];

/// Days of which the source lost rows, or had too many of them. Whether a later reading finds them again is
/// not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// A word for it in files and addresses, which stays.
    pub id: &'static str,
    /// The first day.
    pub first: Day,
    /// The last day, included.
    pub last: Day,
    /// What happened, as one sentence without the full stop.
    pub what: &'static str,
    /// Two or three words for the mark in a chart.
    pub short: &'static str,
    /// Where to read about it.
    pub reference: &'static str,
}

/// All known incidents, by first day. Source: the issues that `reference` names.
pub const INCIDENTS: [Incident; 6] = [
    Incident {
        id: "holes-2016",
        first: day(2016, 1, 23),
        last: day(2016, 5, 22),
        what: "from 23 Jan to 22 May 2016 PyPI’s log has large holes",
        short: "holes in the log",
        reference: "https://github.com/jantman/pypi-download-stats/issues/16",
    },
    Incident {
        id: "outage-2020-04",
        first: day(2020, 4, 8),
        last: day(2020, 4, 8),
        what: "on 8 Apr 2020 PyPI’s log lost rows",
        short: "rows lost",
        reference: "https://github.com/psf/pypistats.org/issues/29",
    },
    Incident {
        id: "outage-2020-07",
        first: day(2020, 7, 18),
        last: day(2020, 7, 19),
        what: "on 18 and 19 Jul 2020 PyPI’s log lost rows",
        short: "rows lost",
        reference: "https://github.com/psf/pypistats.org/issues/29",
    },
    Incident {
        id: "time-outs-2021-06",
        first: day(2021, 6, 1),
        last: day(2021, 6, 30),
        what: "in June 2021 time-outs of the loader lost rows of some days",
        short: "rows lost",
        reference: "https://github.com/pypi/linehaul-cloud-function/issues/14",
    },
    Incident {
        id: "quota-2021-11",
        first: day(2021, 11, 22),
        last: day(2021, 12, 10),
        what: "from 22 Nov to 10 Dec 2021 rows were lost, then loaded twice, then loaded again",
        short: "rows lost or doubled",
        reference: "https://github.com/pypi/linehaul-cloud-function/issues/54",
    },
    Incident {
        id: "backlog-2024-06",
        first: day(2024, 6, 13),
        last: day(2024, 6, 22),
        what: "rows of 13 to 22 Jun 2024 arrived days late, and a part of 18 Jun never did",
        short: "rows late or lost",
        reference: "https://github.com/psf/pypistats.org/issues/68",
    },
];

/// The incidents that touch the days from `first` to `last`, both included.
pub fn incidents_between(first: Day, last: Day) -> impl Iterator<Item = Incident> {
    INCIDENTS.into_iter().filter(move |it| it.first <= last && first <= it.last)
}

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
        for day in days.chain(INCIDENTS.map(|it| it.first)) {
            assert!(DOCUMENT.contains(&format!("| {day} |")), "{day}");
        }
    }

    #[test]
    fn incidents_are_in_order_and_have_ids_of_their_own() {
        let ids = INCIDENTS.map(|it| it.id).into_iter().chain(BREAKS.map(|it| it.id));
        assert_eq!(
            ids.collect::<std::collections::BTreeSet<_>>().len(),
            INCIDENTS.len() + BREAKS.len()
        );
        assert!(INCIDENTS.is_sorted_by_key(|it| it.first));
        assert!(INCIDENTS.iter().all(|it| it.first <= it.last));
        let of = |first, last| incidents_between(first, last).map(|it| it.id).collect::<Vec<_>>();
        assert_eq!(of(day(2024, 6, 22), day(2024, 6, 30)), ["backlog-2024-06"]);
        assert_eq!(of(day(2024, 6, 23), day(2024, 6, 30)), [""; 0]);
    }

    #[test]
    fn a_break_lies_between_the_day_before_and_its_own() {
        let [_, last] = BREAKS;
        assert_eq!(break_between(day(2026, 8, 23), day(2026, 8, 24)), Some(last));
        assert_eq!(break_between(day(2026, 8, 24), day(2026, 9, 1)), None);
        assert_eq!(break_between(day(2026, 8, 1), day(2026, 8, 23)), None);
    }
}
