//! What a run did, for people.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use downloads::{Day, ProjectName};
use store::DayCounts;

use super::{
    budget::Spent,
    plan::{Wishes, last_complete_day},
};

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many queries were answered.
    pub queries: u64,
    /// How many rows they had.
    pub rows: u64,
    /// What they billed, in bytes.
    pub billed: u64,
    /// What was spent this month, with them.
    pub spent: Spent,
    /// What became of the days that were read.
    pub counts: DayCounts,
    /// How many days of projects were found by a check to be as they are stored.
    pub confirmed: u64,
    /// The days that were kept because they would shrink.
    pub suspects: Vec<Suspect>,
}

/// A day of a project that was kept as it was, because it would shrink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The project.
    pub project: ProjectName,
    /// The day.
    pub day: Day,
    /// Its stored downloads.
    pub stored: u64,
    /// How many downloads BigQuery has now.
    pub offered: u64,
    /// Whether this was found for the first time.
    pub is_new: bool,
}

impl Outcome {
    /// Whether something was found that a person should look at.
    pub fn has_new_suspects(&self) -> bool {
        self.suspects.iter().any(|suspect| suspect.is_new)
    }
}

/// Says why there was nothing to collect.
pub(super) fn nothing(wishes: &Wishes, now: DateTime<Utc>) -> String {
    let complete = last_complete_day(now, wishes.not_before);
    let last = wishes.last.map_or(complete, |last| last.min(complete));
    let first = wishes.projects.iter().map(|wanted| wanted.start).min();
    let why = match first.filter(|first| *first > last) {
        None => "all days are up to date".into(),
        Some(first) if last < complete => {
            format!("the last day asked for is {last}, and the first that there can be {first}")
        }
        Some(first) => {
            format!("the first day asked for is {first}, and the newest that can be read {last}")
        }
    };
    let yesterday = now.date_naive() - TimeDelta::days(1);
    let is_awaited = complete < yesterday
        && wishes.last.is_none_or(|last| yesterday <= last)
        && first.is_some_and(|first| first <= yesterday);
    if is_awaited {
        let from = wishes.not_before.format("%H:%M");
        format!("nothing to collect: {why}; {yesterday} is read from {from} UTC on")
    } else {
        format!("nothing to collect: {why}")
    }
}

/// How many suspect days are named.
const NAMED: usize = 10;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queries, rows, counts, confirmed, suspects, .. } = self;
        writeln!(f, "queries: {queries}, rows: {rows}")?;
        write!(
            f,
            "days of projects: {} added, {} changed, {} unchanged",
            counts.added,
            counts.changed,
            counts.unchanged + confirmed
        )?;
        if suspects.is_empty() {
            return Ok(());
        }
        let new = suspects.iter().filter(|suspect| suspect.is_new).count();
        write!(f, "\n{} suspect ({new} new), kept as they were:", suspects.len())?;
        for Suspect { project, day, stored, offered, .. } in suspects.iter().take(NAMED) {
            write!(f, "\n  {project} {day}: {stored} downloads stored, {offered} in BigQuery now")?;
        }
        if suspects.len() > NAMED {
            write!(f, "\n  and {} more", suspects.len() - NAMED)?;
        }
        write!(
            f,
            "\nThey are looked at again on the next days. \
             If BigQuery is right, take its rows with --accept-shrink."
        )
    }
}
