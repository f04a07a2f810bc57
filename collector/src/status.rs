//! `collector status`: what the store holds, from the lists of files and days alone.

use std::{fmt::Write as _, path::Path};

use downloads::{Day, DayState, days_between};
use serde::{Serialize, Serializer};
use store::{Interval, Snapshot, StoreError};

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// One for each project, sorted by name.
    pub projects: Vec<ProjectStatus>,
    /// Rows of all projects.
    pub rows: u64,
    /// Downloads of all projects.
    pub downloads: u64,
}

/// What a store holds of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProjectStatus {
    /// Its name.
    pub project: String,
    /// The first collected day.
    #[serde(serialize_with = "as_text")]
    pub first_day: Day,
    /// The last collected day.
    #[serde(serialize_with = "as_text")]
    pub last_day: Day,
    /// How many days are collected.
    pub days: u32,
    /// How many of them may still change.
    pub provisional_days: u32,
    /// Days between the first and the last that were not collected, in runs.
    pub gaps: Vec<Gap>,
    /// Combinations of day and values.
    pub rows: u64,
    /// Downloads.
    pub downloads: u64,
}

/// Consecutive days that were not collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The first of them.
    #[serde(serialize_with = "as_text")]
    pub first_day: Day,
    /// The last of them.
    #[serde(serialize_with = "as_text")]
    pub last_day: Day,
}

/// `YYYY-MM-DD`.
fn as_text<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// Reads the lists of a store. Days that were fetched less than `lookback` days after they ended are provisional.
pub fn read(store: &Path, lookback: u32) -> Result<Status, StoreError> {
    let snapshot = Snapshot::open(store)?;
    let mut status = Status { projects: Vec::new(), rows: 0, downloads: 0 };
    for project in snapshot.projects() {
        let intervals = snapshot.coverage(project.as_str());
        let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else { continue };
        let months = || snapshot.months(project.as_str());
        let project = ProjectStatus {
            project: project.to_string(),
            first_day: first.first,
            last_day: last.last,
            days: intervals.iter().map(|it| days_between(it.first, it.last)).sum(),
            provisional_days: intervals.iter().map(|it| provisional_days(it, lookback)).sum(),
            gaps: gaps(intervals),
            rows: months().map(|entry| entry.rows).sum(),
            downloads: months().map(|entry| entry.downloads).sum(),
        };
        status.rows += project.rows;
        status.downloads += project.downloads;
        status.projects.push(project);
    }
    Ok(status)
}

/// Only the last days of an interval can be provisional.
fn provisional_days(interval: &Interval, lookback: u32) -> u32 {
    let days = interval.last.iter_days().rev();
    let days = days.take_while(|day| {
        interval.first <= *day && interval.state(*day, lookback) == DayState::Provisional
    });
    days.count() as u32
}

fn gaps(intervals: &[Interval]) -> Vec<Gap> {
    let pairs = intervals.windows(2).filter_map(|pair| {
        let gap = Gap { first_day: pair[0].last.succ_opt()?, last_day: pair[1].first.pred_opt()? };
        (gap.first_day <= gap.last_day).then_some(gap)
    });
    pairs.collect()
}

impl Status {
    /// A table.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{self:#?}");
        text
    }

    /// todo
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
