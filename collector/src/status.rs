//! `collector status`: what the store holds, from its lists alone.

mod late;
mod markdown;
mod text;

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use downloads::{Day, DayState, SETTLED_DAYS, days_between};
use serde::{Serialize, Serializer};
use store::{Interval, Month, Revision, RevisionKind, Snapshot, SpendingState, StoreError};

pub use late::{Late, LateProject};

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// One for each project, sorted by name.
    pub projects: Vec<ProjectStatus>,
    /// Rows of all projects.
    pub rows: u64,
    /// Downloads of all projects.
    pub downloads: u64,
    /// What BigQuery billed.
    pub spending: SpendingStatus,
    /// Which projects are late; `None` if nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
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
    /// Days that a later reading would have shrunk, sorted.
    pub suspect_days: Vec<SuspectDay>,
    /// What was found when days were looked at again, in the last [`SETTLED_DAYS`] days, by time.
    pub revisions: Vec<RevisionStatus>,
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

/// A day that was kept as it was, because a later reading had fewer downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SuspectDay {
    /// The day.
    #[serde(serialize_with = "as_text")]
    pub day: Day,
    /// The downloads in the store.
    pub downloads: u64,
    /// The downloads of the later reading.
    pub offered: u64,
    /// When that was.
    #[serde(serialize_with = "as_time")]
    pub seen_at: DateTime<Utc>,
}

/// A day that was looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RevisionStatus {
    /// The day.
    #[serde(serialize_with = "as_text")]
    pub day: Day,
    /// When it was looked at.
    #[serde(serialize_with = "as_time")]
    pub seen_at: DateTime<Utc>,
    /// The downloads in the store before.
    pub before: u64,
    /// The downloads that were found.
    pub after: u64,
    /// What became of them.
    #[serde(serialize_with = "as_text")]
    pub kind: RevisionKind,
}

/// What BigQuery billed, by UTC calendar months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpendingStatus {
    /// This month.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// Bytes billed in it, as far as known.
    pub billed_bytes: u64,
    /// The months with a job, sorted.
    pub months: Vec<MonthSpending>,
    /// Jobs of which it is not known what they cost, sorted by time.
    pub pending: Vec<PendingJob>,
}

/// What was billed in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MonthSpending {
    /// The month in which the jobs were asked for.
    #[serde(serialize_with = "as_text")]
    pub month: Month,
    /// How many jobs there were, failed ones included.
    pub jobs: u64,
    /// Bytes billed, as far as known.
    pub billed_bytes: u64,
}

/// A job that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingJob {
    /// Its id.
    pub job: String,
    /// When it was asked for.
    #[serde(serialize_with = "as_time")]
    pub started_at: DateTime<Utc>,
    /// The most that it may bill.
    pub upper_bound_bytes: u64,
}

/// Days, months and words, as they are printed.
fn as_text<S: Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The same, or null.
fn as_text_or_null<S: Serializer>(
    value: &Option<impl std::fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`.
fn as_time<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.format("%Y-%m-%dT%H:%M:%SZ"))
}

/// Reads the lists of a store. Days that were fetched less than `lookback` days after they ended are
/// provisional. `now` tells which revisions are recent, and which month it is.
pub fn read(store: &Path, lookback: u32, now: DateTime<Utc>) -> Result<Status, StoreError> {
    let snapshot = Snapshot::open(store)?;
    let spending = spending(&snapshot, now);
    let mut status = Status { projects: Vec::new(), rows: 0, downloads: 0, spending, late: None };
    let mut revisions = recent_revisions(&snapshot, now);
    for project in snapshot.projects() {
        let intervals = snapshot.coverage(project.as_str());
        let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else { continue };
        let months = || snapshot.months(project.as_str());
        let days = || {
            let days = intervals
                .iter()
                .flat_map(|it| it.first.iter_days().take_while(|day| it.contains(*day)));
            days.map(|day| (day, snapshot.day_state(project.as_str(), day, lookback)))
        };
        let suspect = days().filter(|(_, state)| *state == DayState::Suspect);
        let suspect = suspect.filter_map(|(day, _)| {
            let Revision { before, after, seen_at, .. } =
                snapshot.last_revision(project.as_str(), day)?;
            Some(SuspectDay { day, downloads: *before, offered: *after, seen_at: *seen_at })
        });
        let project = ProjectStatus {
            project: project.to_string(),
            first_day: first.first,
            last_day: last.last,
            days: intervals.iter().map(|it| days_between(it.first, it.last)).sum(),
            provisional_days: days().filter(|(_, it)| *it == DayState::Provisional).count() as u32,
            gaps: gaps(intervals),
            suspect_days: suspect.collect(),
            revisions: revisions.remove(project.as_str()).unwrap_or_default(),
            rows: months().map(|entry| entry.rows).sum(),
            downloads: months().map(|entry| entry.downloads).sum(),
        };
        status.rows += project.rows;
        status.downloads += project.downloads;
        status.projects.push(project);
    }
    Ok(status)
}

fn gaps(intervals: &[Interval]) -> Vec<Gap> {
    let pairs = intervals.windows(2).filter_map(|pair| {
        let gap = Gap { first_day: pair[0].last.succ_opt()?, last_day: pair[1].first.pred_opt()? };
        (gap.first_day <= gap.last_day).then_some(gap)
    });
    pairs.collect()
}

/// By project.
fn recent_revisions(
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> BTreeMap<&str, Vec<RevisionStatus>> {
    let since = now - TimeDelta::days(SETTLED_DAYS.into());
    let mut recent: BTreeMap<&str, Vec<RevisionStatus>> = BTreeMap::new();
    for it in snapshot.revisions().iter().filter(|it| it.seen_at > since) {
        let Revision { day, seen_at, before, after, kind, .. } = *it;
        let project = recent.entry(it.project.as_str()).or_default();
        project.push(RevisionStatus { day, seen_at, before, after, kind });
    }
    recent
}

fn spending(snapshot: &Snapshot, now: DateTime<Utc>) -> SpendingStatus {
    let mut months: BTreeMap<Month, MonthSpending> = BTreeMap::new();
    for job in snapshot.spending() {
        let month = Month::of(job.started_at.date_naive());
        let empty = MonthSpending { month, jobs: 0, billed_bytes: 0 };
        let known = months.entry(month).or_insert(empty);
        known.jobs += 1;
        known.billed_bytes += job.billed.unwrap_or(0);
    }
    let month = Month::of(now.date_naive());
    let pending = snapshot.spending().iter().filter(|job| job.state == SpendingState::Pending);
    let pending = pending.map(|job| PendingJob {
        job: job.job.clone(),
        started_at: job.started_at,
        upper_bound_bytes: job.upper_bound,
    });
    SpendingStatus {
        month,
        billed_bytes: months.get(&month).map_or(0, |it| it.billed_bytes),
        pending: pending.collect(),
        months: months.into_values().collect(),
    }
}

impl Status {
    /// The same for programs, with all days.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
