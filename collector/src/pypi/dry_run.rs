//! What `--dry-run` tells: the queries in the order in which they would be sent, their prices, and the
//! budget. A day that a check would find changed is read again; nobody knows that before.
//!
//! Without BigQuery the prices are estimates: from the sizes of columns, and from the bills that the
//! store remembers.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName};
use store::Snapshot;

use super::{
    Settings,
    budget::{self, Bill, Books, Caps, Cost, ENOUGH_BILLS, LAST_BILLS, OverBudget, Spent},
    outcome::nothing,
    plan::{Batch, Plan},
    queue::{Planned, Prices, Quotes},
    sql::{RowDetail, What},
};
use crate::{
    bigquery::{Clock, Query, Runner, Warehouse},
    markdown::{self, Column, literal},
};

/// How many rows the log has a day: what it had in August 2026. Earlier days have fewer.
const ROWS_A_DAY: u64 = 6_000_000_000;

/// What is billed for one row, in bytes: the mean sizes of the columns that a query names.
fn bytes_a_row(what: What) -> u64 {
    // Time and project.
    const CHECK: u64 = 8 + 14;
    // Country, version, type, installer, the two of the implementation, system, CPU, CI.
    const STANDARD: u64 = 4 + 7 + 13 + 5 + 9 + 8 + 8 + 8 + 1;
    // Name and version of the distribution, release of the system.
    const FULL: u64 = 10 + 6 + 13;
    match what {
        What::Check => CHECK,
        What::Rows(RowDetail::Standard) => CHECK + STANDARD,
        What::Rows(RowDetail::Full) => CHECK + STANDARD + FULL,
    }
}

/// Stands in for BigQuery, with what docs/SETUP.md says of columns.
struct Documented;

impl Quotes for Documented {
    async fn upper_bound(&self, batch: &Batch, _: &Query) -> anyhow::Result<u64> {
        let a_day = ROWS_A_DAY.saturating_mul(bytes_a_row(batch.what));
        Ok(a_day.saturating_mul(batch.days.len() as u64))
    }
}

/// Where the prices of a dry run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// BigQuery said what each query may bill at worst.
    Asked,
    /// Nobody was asked.
    Estimated {
        /// How many bills of this store there are to learn from.
        bills: usize,
    },
}

/// What a run would do.
#[derive(Clone, Debug)]
pub struct DryRun {
    lines: Vec<budget::Line>,
    projects: Vec<ProjectLine>,
    /// Why there is nothing to do; `None` if there is something.
    nothing: Option<String>,
    spent: Spent,
    caps: Caps,
    basis: Basis,
    /// Why the run would be refused, if it would.
    pub verdict: Result<(), OverBudget>,
}

/// The days of a project that would be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ProjectLine {
    name: ProjectName,
    read: Days,
    checked: usize,
}

/// How many days, the first, and the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Days {
    count: usize,
    ends: Option<(Day, Day)>,
}

/// Asks BigQuery for the prices of a plan.
///
/// # Errors
///
/// If a price cannot be had.
pub async fn dry_run<W: Warehouse, C: Clock>(
    settings: &Settings,
    runner: &Runner<W, C>,
    plan: &Plan,
    stored: &Snapshot,
    now: DateTime<Utc>,
) -> anyhow::Result<DryRun> {
    priced(settings, runner, plan, stored, now, Basis::Asked).await
}

/// Estimates the prices of a plan, without asking anybody.
///
/// # Errors
///
/// None that are known; prices that are asked for have some.
pub async fn estimate(
    settings: &Settings,
    plan: &Plan,
    stored: &Snapshot,
    now: DateTime<Utc>,
) -> anyhow::Result<DryRun> {
    let bills = all_bills(stored, now).len();
    priced(settings, &Documented, plan, stored, now, Basis::Estimated { bills }).await
}

impl DryRun {
    /// There is nothing to do.
    pub(super) fn of_nothing(
        settings: &Settings,
        stored: &Snapshot,
        now: DateTime<Utc>,
        basis: Basis,
    ) -> Self {
        Self {
            lines: Vec::new(),
            projects: Vec::new(),
            nothing: Some(nothing(&settings.wishes, now)),
            spent: Spent::of(stored.spending(), now),
            caps: settings.caps.clone(),
            basis,
            verdict: Ok(()),
        }
    }
}

fn all_bills(stored: &Snapshot, now: DateTime<Utc>) -> Vec<Bill> {
    Books::of(stored.spending(), now, |_| true).history
}

async fn priced<Q: Quotes>(
    settings: &Settings,
    quotes: &Q,
    plan: &Plan,
    stored: &Snapshot,
    now: DateTime<Utc>,
    basis: Basis,
) -> anyhow::Result<DryRun> {
    let (caps, payer) = (&settings.caps, settings.payer.as_str());
    let prices = Prices { quotes, stored, caps, payer, now };
    // A project that is added makes other queries of which there is no bill yet.
    let cost = |planned: &Planned| match basis {
        Basis::Estimated { .. } if prices.history(planned).len() < ENOUGH_BILLS => {
            Cost::new(planned.upper_bound, &all_bills(stored, now))
        }
        _ => prices.cost(planned),
    };
    let (mut lines, mut costs) = (Vec::new(), Vec::new());
    for batch in settings.batches(plan) {
        for planned in prices.of(batch).await? {
            let Batch { what, days, projects } = &planned.batch;
            let (Some(&first), Some(&last)) = (days.first(), days.last()) else { continue };
            let cost = cost(&planned);
            costs.push(cost);
            lines.push(budget::Line {
                what: what.word(),
                first,
                last,
                days: days.len(),
                projects: projects.len(),
                upper_bound: cost.upper_bound,
                expected: cost.expected,
            });
        }
    }
    let spent = Spent::of(stored.spending(), now);
    let verdict = budget::check_plan(&costs, &spent, caps);
    let nothing = plan.is_empty().then(|| nothing(&settings.wishes, now));
    let caps = caps.clone();
    Ok(DryRun { lines, projects: by_project(plan), nothing, spent, caps, basis, verdict })
}

fn by_project(plan: &Plan) -> Vec<ProjectLine> {
    let names: BTreeSet<&ProjectName> = plan.reads.keys().chain(plan.checks.keys()).collect();
    let line = |name: &ProjectName| {
        let read = plan.reads.get(name).map(|days| Days {
            count: days.len(),
            ends: days.first().copied().zip(days.last().copied()),
        });
        let checked = plan.checks.get(name).map_or(0, BTreeSet::len);
        ProjectLine { name: name.clone(), read: read.unwrap_or_default(), checked }
    };
    names.into_iter().map(line).collect()
}

/// How many queries Markdown lists. A summary of a job may have a mebibyte.
const MOST_LINES: usize = 100;

impl DryRun {
    /// For a terminal.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(nothing) = &self.nothing {
            let _ = writeln!(text, "{nothing}");
        }
        text += &budget::table(&self.lines, &self.spent, &self.caps);
        let Some(note) = self.note() else { return text };
        if !self.projects.is_empty() {
            text += "\n";
            for ProjectLine { name, read, checked } in &self.projects {
                let _ = writeln!(text, "{name}: {}", days_in_words(read, *checked));
            }
        }
        if self.nothing.is_none() {
            let _ = writeln!(text, "\n{note}");
        }
        if let Err(over) = &self.verdict {
            let _ = writeln!(text, "By this estimate the run would be refused. {}", refusal(over));
        }
        text
    }

    /// For the summary of a job.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("### What `collector pypi` would ask\n\n");
        if let Some(nothing) = &self.nothing {
            let _ = writeln!(text, "{}.\n", literal(nothing));
        }
        if !self.lines.is_empty() {
            text += &self.queries_as_markdown();
        }
        let totals = budget::totals(&self.lines, &self.spent, &self.caps);
        for line in totals.lines() {
            let _ = writeln!(text, "{}  ", literal(line));
        }
        if let Err(over) = &self.verdict {
            let by = if self.note().is_some() { "By this estimate the" } else { "The" };
            let _ = writeln!(text, "\n**{by} run would be refused.** {}", literal(&refusal(over)));
        }
        if let Some(note) = self.note().filter(|_| self.nothing.is_none()) {
            let _ = writeln!(text, "\n{}", literal(&note));
        }
        if !self.projects.is_empty() {
            text += "\n#### By project\n\n";
            let head = [
                ("project", Column::Left),
                ("days to read", Column::Right),
                ("first", Column::Left),
                ("last", Column::Left),
                ("days to check", Column::Right),
            ];
            text += &markdown::table(head, self.projects.iter().map(ProjectLine::cells));
        }
        text
    }

    fn queries_as_markdown(&self) -> String {
        let head = [
            ("query", Column::Left),
            ("first day", Column::Left),
            ("last day", Column::Left),
            ("days", Column::Right),
            ("projects", Column::Right),
            ("at worst", Column::Right),
            ("", Column::Right),
            ("expected", Column::Right),
            ("", Column::Right),
        ];
        let lines = self.lines.iter().take(MOST_LINES);
        let mut text = markdown::table(head, lines.map(|line| line.cells(&self.caps)));
        if let more @ 1.. = self.lines.len().saturating_sub(MOST_LINES) {
            let _ = writeln!(text, "\nand {more} more, of older days");
        }
        text + "\n"
    }

    /// That it is an estimate, and of what; `None` if BigQuery said it.
    fn note(&self) -> Option<String> {
        let Basis::Estimated { bills } = self.basis else { return None };
        let expected = if bills < ENOUGH_BILLS {
            "as there are too few bills yet, the same is expected".to_owned()
        } else {
            let bills = bills.min(LAST_BILLS);
            format!("what is expected is learned from the last {bills} bills of this store")
        };
        Some(format!(
            "All prices are estimates, BigQuery was not asked. At worst: the sizes of the columns for a day \
             like those of August 2026, older days cost less; {expected}."
        ))
    }
}

/// Its first line: what it would take, and what is allowed.
fn refusal(over: &OverBudget) -> String {
    let text = over.to_string();
    let line = text.lines().next().unwrap_or_default();
    let mut line = line.to_owned() + ".";
    if let Some(first) = line.get(..1).map(str::to_uppercase) {
        line.replace_range(..1, &first);
    }
    line
}

fn days_in_words(read: &Days, checked: usize) -> String {
    let days = |count: usize| if count == 1 { "1 day".into() } else { format!("{count} days") };
    let mut parts = Vec::new();
    if let Some((first, last)) = read.ends {
        let when = if first == last { first.to_string() } else { format!("{first} to {last}") };
        parts.push(format!("read {} ({when})", days(read.count)));
    }
    if checked > 0 {
        parts.push(format!("check {}", days(checked)));
    }
    parts.join(", ")
}

impl ProjectLine {
    fn cells(&self) -> [String; 5] {
        let Self { name, read, checked } = self;
        let ends = read.ends.map(|(first, last)| [first, last].map(|day| day.to_string()));
        let [first, last] = ends.unwrap_or_default();
        [name.to_string(), read.count.to_string(), first, last, checked.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_are_those_of_the_documentation() {
        let a_day = |what| ROWS_A_DAY * bytes_a_row(what) / (1 << 30);
        assert_eq!(a_day(What::Check), 122);
        assert_eq!(a_day(What::Rows(RowDetail::Standard)), 474);
        assert_eq!(a_day(What::Rows(RowDetail::Full)), 637);
        let setup = include_str!("../../../docs/SETUP.md");
        assert!(setup.contains("| `full` | 640 GiB |") && setup.contains("| `check` | 120 GiB |"));
    }
}
