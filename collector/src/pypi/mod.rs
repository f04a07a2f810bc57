//! `collector pypi`: the downloads of each project from BigQuery's public dataset, kept up to date.
//!
//! ```text
//! plan      which days of which projects are asked for            pure
//! sql       the queries, as text                                  pure
//! budget    what may be spent                                     pure
//! queue     the queries with their prices, divided, with the ids of their jobs
//! gather    an answer: checked, added up by day, sorted
//! merge     what of it is taken, kept, written down
//! collect   query after query, each kept as soon as it is answered
//! dry_run   the plan with its prices, for people; estimated without BigQuery
//! workbooks what `--add-metrics` writes
//! command   from the command line to the exit code
//! ```

pub mod budget;
mod collect;
mod command;
mod dry_run;
mod gather;
mod merge;
#[cfg(test)]
mod options_tests;
mod outcome;
mod plan;
mod queue;
mod sql;
#[cfg(test)]
mod tests;
mod workbooks;

use std::{path::PathBuf, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use config::{Budget, Config, Detail};
use downloads::{Day, ProjectName};
use store::{Snapshot, Spending, SpendingState};

pub use collect::{Collector, Doing, ORIGIN, Settings, known};
pub use command::{Done, StartAfterEnd, run};
pub use dry_run::{Basis, DryRun, dry_run, estimate};
pub use outcome::{Outcome, Suspect};
pub use plan::{Batch, Known, Look, Plan, Wanted, Wishes, last_complete_day, plan};
pub use sql::{FIRST_DAY, RowDetail, TABLE, What, query};
pub(crate) use workbooks::NoWorkbook;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these projects; empty means those of the configuration.
    pub projects: Vec<ProjectName>,
    /// The first day to ask for, instead of where each history starts.
    pub start_date: Option<Day>,
    /// The last day to ask for.
    pub end_date: Option<Day>,
    /// How many days back from today histories start; `None` if the configuration says it.
    pub max_days: Option<MaxDays>,
    /// Whether stored days are read again.
    pub force: bool,
    /// Whether days may shrink.
    pub accept_shrink: bool,
    /// The most that a query may bill, in bytes; `None` if the configuration says it.
    pub max_query: Option<u64>,
    /// The most that a month may bill, in bytes; `None` if the configuration says it.
    pub max_month: Option<u64>,
}

/// How many days back from today histories start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxDays {
    /// All that there are.
    All,
    /// So many.
    Days(u32),
}

/// A text is not a number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number of days, or `all`")]
pub struct BadMaxDays;

/// Reads `30`, and `all` or nothing for all.
impl FromStr for MaxDays {
    type Err = BadMaxDays;

    fn from_str(text: &str) -> Result<Self, BadMaxDays> {
        match text.trim() {
            "" | "all" => Ok(Self::All),
            days => days.parse().map(Self::Days).map_err(|_| BadMaxDays),
        }
    }
}

/// What a run needs to know, from the command line, the configuration and what is stored.
pub fn settings(
    options: &Options,
    config: &Config,
    store: PathBuf,
    stored: &Snapshot,
    payer: String,
    now: DateTime<Utc>,
) -> Settings {
    let asked: Vec<ProjectName> = match options.projects.as_slice() {
        [] => config.projects.iter().map(|project| project.name.clone()).collect(),
        some => some.to_vec(),
    };
    let max_days = match options.max_days {
        Some(MaxDays::All) => None,
        Some(MaxDays::Days(days)) => Some(days),
        None => config.max_days,
    };
    let back = max_days.map(|days| {
        let back = now.date_naive().checked_sub_signed(TimeDelta::days(days.into()));
        back.unwrap_or(FIRST_DAY)
    });
    let projects = asked.into_iter().map(|name| {
        let configured = config.project(&name);
        let detail = configured.map_or(Detail::Full, |project| project.detail).into();
        let since = configured.and_then(|project| project.since);
        let start = match options.start_date {
            Some(day) => day.max(earliest(since)),
            None => start(&name, since, back, stored),
        };
        Wanted { name, detail, start }
    });
    let mut projects: Vec<Wanted> = projects.collect();
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    projects.dedup_by(|a, b| a.name == b.name);
    let Budget { query, month, price_per_tib } = config.budget;
    Settings {
        store,
        wishes: Wishes {
            projects,
            last: options.end_date,
            // As far back as a run goes, which need not be as far as the store does.
            force: options.force.then(|| options.start_date.or(back).unwrap_or(FIRST_DAY)),
            accept_shrink: options.accept_shrink,
            lookback: config.lookback,
            not_before: config.bigquery.not_before,
        },
        caps: Budget {
            query: options.max_query.unwrap_or(query),
            month: options.max_month.unwrap_or(month),
            price_per_tib,
        },
        accept_shrink_ppm: config.bigquery.accept_shrink.parts_per_million(),
        payer,
    }
}

/// The first day on which a project can have downloads.
fn earliest(since: Option<Day>) -> Day {
    since.map_or(FIRST_DAY, |since| since.max(FIRST_DAY))
}

/// The first day of a project's history.
///
/// Days that are stored always belong to it, so gaps among them are found however few days back a run
/// was asked to go. An imported history is whole: what it succeeds began there.
fn start(name: &ProjectName, since: Option<Day>, back: Option<Day>, stored: &Snapshot) -> Day {
    let collected = stored.coverage(name.as_str()).first();
    let start = match (back, collected) {
        (Some(back), Some(collected)) => back.min(collected.first),
        (Some(back), None) => back,
        (None, Some(collected)) if collected.origin != ORIGIN && since.is_none() => collected.first,
        (None, _) => FIRST_DAY,
    };
    start.max(earliest(since))
}

impl Settings {
    /// What is to be asked for, given what is stored.
    pub fn plan(&self, stored: &Snapshot, now: DateTime<Utc>) -> Plan {
        plan(&self.wishes, now, |project, day| known(stored, project, day))
    }
}

/// Whether a store has nothing to ask for: no day, and no job of the last days whose bill is not known.
/// Older ones have been asked for in vain.
pub fn is_up_to_date(plan: &Plan, stored: &Snapshot, now: DateTime<Utc>) -> bool {
    let is_open = |it: &Spending| {
        it.state == SpendingState::Pending && now - it.started_at < TimeDelta::days(3)
    };
    plan.is_empty() && !stored.spending().iter().any(is_open)
}
