//! `coverage.csv`: which days were collected, when and how.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, TimeDelta, Utc};
use downloads::{Day, DayState, ProjectName, parse_day};

use crate::tables::{decode_lines, fields, parse_time, time_text};

const HEADER: &str = "project,first_day,last_day,fetched_at,origin";

/// Consecutive days of a project that were collected together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first day.
    pub first: Day,
    /// The last day, which is part of it.
    pub last: Day,
    /// When the days were asked for, to the second.
    pub fetched_at: DateTime<Utc>,
    /// Where the rows come from, for example `import`.
    pub origin: String,
}

impl Interval {
    /// What is known of the days in it from the time alone: a day that was fetched less than
    /// `lookback` days after it ended may still change.
    pub fn state(&self, day: Day, lookback: u32) -> DayState {
        if is_within(self.fetched_at, day, lookback) {
            DayState::Provisional
        } else {
            DayState::Final
        }
    }

    /// Whether the day is in it.
    pub fn contains(&self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// Whether a time is less than so many days after the end of a day.
pub(crate) fn is_within(time: DateTime<Utc>, day: Day, days: u32) -> bool {
    let end = day.succ_opt().map(|next| next.and_time(chrono::NaiveTime::MIN).and_utc());
    end.is_none_or(|end| time - end < TimeDelta::days(days.into()))
}

/// The collected days of every project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage(BTreeMap<ProjectName, Vec<Interval>>);

impl Coverage {
    /// The intervals of a project, sorted and apart from each other; empty if it was never collected.
    pub(crate) fn of(&self, project: &str) -> &[Interval] {
        self.0.get(project).map_or(&[], Vec::as_slice)
    }

    /// The projects that were ever collected, sorted.
    pub(crate) fn projects(&self) -> impl Iterator<Item = &ProjectName> {
        self.0.keys()
    }

    /// The interval that a day is in; `None` if it was not collected.
    pub(crate) fn at(&self, project: &str, day: Day) -> Option<&Interval> {
        let intervals = self.of(project);
        let after = intervals.partition_point(|interval| interval.first <= day);
        after.checked_sub(1).map(|at| &intervals[at]).filter(|interval| interval.contains(day))
    }

    /// Says of the days of `fresh` what `fresh` says, and keeps what is known of all others.
    ///
    /// Doing it twice changes nothing.
    pub(crate) fn replace(&mut self, project: &ProjectName, fresh: Interval) {
        let mut intervals = self.without(project, fresh.first, fresh.last);
        intervals.push(fresh);
        intervals.sort_by_key(|interval| interval.first);
        intervals.dedup_by(|next, interval| {
            let joins = interval.last.succ_opt() == Some(next.first)
                && (interval.fetched_at, &interval.origin) == (next.fetched_at, &next.origin);
            if joins {
                interval.last = next.last;
            }
            joins
        });
        self.0.insert(project.clone(), intervals);
    }

    /// Says that a day was not collected.
    pub(crate) fn remove(&mut self, project: &ProjectName, day: Day) {
        let intervals = self.without(project, day, day);
        if intervals.is_empty() {
            self.0.remove(project);
        } else {
            self.0.insert(project.clone(), intervals);
        }
    }

    /// What is known of a project apart from the days from `first` to `last`.
    fn without(&mut self, project: &ProjectName, first: Day, last: Day) -> Vec<Interval> {
        let stored = self.0.remove(project).unwrap_or_default();
        let mut intervals = Vec::with_capacity(stored.len() + 2);
        for interval in stored {
            let before = first
                .pred_opt()
                .map(|last| Interval { last: last.min(interval.last), ..interval.clone() });
            let after = last
                .succ_opt()
                .map(|first| Interval { first: first.max(interval.first), ..interval });
            intervals
                .extend([before, after].into_iter().flatten().filter(|it| it.first <= it.last));
        }
        intervals
    }

    /// The text of the file.
    pub(crate) fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (project, intervals) in &self.0 {
            for Interval { first, last, fetched_at, origin } in intervals {
                let time = time_text(*fetched_at);
                let _ = writeln!(text, "{project},{first},{last},{time},{origin}");
            }
        }
        text
    }

    /// Reads the text of the file; the error is the number of the first line that is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, u64> {
        let mut coverage = Self::default();
        decode_lines(bytes, HEADER, |line| {
            let (project, interval) = decode_line(line)?;
            let intervals = coverage.0.entry(project).or_default();
            let sorted = intervals.last().is_none_or(|before| before.last < interval.first);
            sorted.then(|| intervals.push(interval))
        })?;
        Ok(coverage)
    }
}

fn decode_line(line: &str) -> Option<(ProjectName, Interval)> {
    let [project, first, last, fetched_at, origin] = fields(line)?;
    let project = ProjectName::new(project).ok()?;
    let (first, last) = (parse_day(first)?, parse_day(last)?);
    let fetched_at = parse_time(fetched_at)?;
    let plain = !origin.is_empty() && !origin.contains('"');
    let interval = Interval { first, last, fetched_at, origin: origin.into() };
    (plain && first <= last).then_some((project, interval))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_interval() -> impl Strategy<Value = Interval> {
        (1..=28_u32, 1..=28_u32, 0..2_i64, 0..2_usize).prop_map(|(a, b, time, origin)| Interval {
            first: Day::from_ymd_opt(2024, 2, a.min(b)).unwrap(),
            last: Day::from_ymd_opt(2024, 2, a.max(b)).unwrap(),
            fetched_at: DateTime::from_timestamp(1_800_000_000 + time, 0).unwrap(),
            origin: ["import", "sample"][origin].into(),
        })
    }

    /// What is known of each day.
    fn days(intervals: &[Interval]) -> BTreeMap<Day, (DateTime<Utc>, &str)> {
        let each = intervals.iter().flat_map(|it| {
            let days = it.first.iter_days().take_while(|day| *day <= it.last);
            days.map(|day| (day, (it.fetched_at, it.origin.as_str())))
        });
        each.collect()
    }

    proptest! {
        #[test]
        fn each_day_is_as_was_said_last_and_equal_neighbors_are_one(
            intervals in proptest::collection::vec(any_interval(), 0..8),
        ) {
            let project = ProjectName::new("sdv").unwrap();
            let mut coverage = Coverage::default();
            for interval in &intervals {
                coverage.replace(&project, interval.clone());
                let once = coverage.clone();
                coverage.replace(&project, interval.clone());
                prop_assert_eq!(&coverage, &once);
            }
            let found = coverage.of("sdv");
            prop_assert_eq!(days(found), days(&intervals));
            for pair in found.windows(2) {
                prop_assert!(pair[0].last < pair[1].first);
                let equal = (pair[0].fetched_at, &pair[0].origin) == (pair[1].fetched_at, &pair[1].origin);
                prop_assert!(!equal || pair[0].last.succ_opt() != Some(pair[1].first));
            }
            prop_assert_eq!(Coverage::decode(coverage.encode().as_bytes()), Ok(coverage));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = Coverage::decode(text.as_bytes());
        }
    }

    #[test]
    fn a_wrong_line_is_named() {
        let with = |line: &str| Coverage::decode(format!("{HEADER}\n{line}\n").as_bytes());
        assert!(with("sdv,2024-02-01,2024-02-02,2024-02-03T00:00:00Z,import").is_ok());
        for bad in [
            "sdv,2024-02-02,2024-02-01,2024-02-03T00:00:00Z,import",
            "sdv,2024-02-01,2024-02-02,2024-02-03 00:00:00,import",
            "sdv,2024-02-01,2024-02-02,2024-02-03T00:00:00Z",
            "sdv,2024-02-01,2024-02-02,2024-02-03T00:00:00Z,",
            "a/b,2024-02-01,2024-02-02,2024-02-03T00:00:00Z,import",
            "",
        ] {
            assert_eq!(with(bad), Err(2), "{bad}");
        }
        assert_eq!(Coverage::decode(b""), Err(1));
        assert_eq!(Coverage::decode(format!("{HEADER}\nx\n\u{0}").as_bytes()), Err(2));
    }
}
