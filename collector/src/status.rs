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
    /// A table for people, with a line for the total.
    pub fn to_text(&self) -> String {
        if self.projects.is_empty() {
            return "the store is empty\n".into();
        }
        let head = ["project", "first day", "last day", "days", "provisional", "rows", "downloads"];
        let mut rows = vec![(head.map(String::from), "not collected".to_owned())];
        rows.extend(self.projects.iter().map(|it| {
            let cells = [
                it.project.clone(),
                it.first_day.to_string(),
                it.last_day.to_string(),
                it.days.to_string(),
                it.provisional_days.to_string(),
                it.rows.to_string(),
                it.downloads.to_string(),
            ];
            (cells, gaps_text(&it.gaps))
        }));
        let (rows_total, downloads) = (self.rows.to_string(), self.downloads.to_string());
        let total = ["total", "", "", "", "", &rows_total, &downloads].map(String::from);
        rows.push((total, String::new()));
        let mut widths = [0; 7];
        for (cells, _) in &rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.len().max(*width);
            }
        }
        let mut text = String::new();
        for (cells, gaps) in rows {
            let mut line = String::new();
            for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
                // Numbers end below each other, words start so.
                let _ = if at < 3 {
                    write!(line, "{cell:<width$}  ")
                } else {
                    write!(line, "{cell:>width$}  ")
                };
            }
            line += &gaps;
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// The same for programs, with all gaps.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// The first gaps, and how many more there are.
fn gaps_text(gaps: &[Gap]) -> String {
    const SHOWN: usize = 3;
    let shown = gaps.iter().take(SHOWN).map(|Gap { first_day, last_day }| {
        if first_day == last_day {
            first_day.to_string()
        } else {
            format!("{first_day} to {last_day}")
        }
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if gaps.len() > SHOWN {
        let _ = write!(text, " and {} more", gaps.len() - SHOWN);
    }
    text
}
