//! Bringing the store up to date: query after query, each kept as soon as it is answered.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
};

use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, SubsecRound as _, TimeDelta, Utc};
use downloads::{Day, ProjectName, SETTLED_DAYS, days_between, stretches};
use sha2::{Digest as _, Sha256};
use store::{Interval, RevisionKind, Snapshot, Spending, SpendingState, Writer};

use super::{
    budget::{self, Caps},
    gather::Gather,
    merge::{Compared, Merge},
    outcome::Outcome,
    plan::{self, Batch, Known, Look, Plan, Wishes},
    sql::{self, RowDetail, What},
};
use crate::bigquery::{Clock, JobId, Query, Runner, Warehouse};

/// What the coverage says of days that were read from BigQuery.
pub const ORIGIN: &str = "bigquery";

/// For how long the answer of a job that an interrupted run left is still used. BigQuery keeps
/// answers for a day.
const ANSWER_KEPT: TimeDelta = TimeDelta::hours(20);

/// What a run needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the store.
    pub store: PathBuf,
    /// What is to be asked for.
    pub wishes: Wishes,
    /// What may be spent.
    pub caps: Caps,
    /// A day that would lose more than so many millionths of its downloads is kept as it was.
    pub accept_shrink_ppm: u32,
}

impl Settings {
    /// The queries of a plan in the order in which they are sent: the check, then the newest days.
    fn batches(&self, plan: &Plan) -> impl Iterator<Item = Batch> {
        plan::check(&plan.checks).into_iter().chain(self.reads(&plan.reads))
    }

    fn reads(&self, days: &BTreeMap<ProjectName, BTreeSet<Day>>) -> Vec<Batch> {
        let wanted = &self.wishes.projects;
        plan::reads(days, |project| {
            let found = wanted.iter().find(|wanted| wanted.name == *project);
            found.map_or(RowDetail::Full, |wanted| wanted.detail)
        })
    }
}

/// A query that is to be sent.
struct Planned {
    batch: Batch,
    query: Query,
    upper_bound: u64,
    /// The job of an interrupted run that asked the same; what it bills is in the books already.
    asked: Option<Spending>,
}

/// What is known of a day, for the plan.
pub fn known(snapshot: &Snapshot, project: &ProjectName, day: Day) -> Known {
    let Some(interval) = snapshot.interval(project.as_str(), day) else { return Known::Missing };
    let last = snapshot.last_revision(project.as_str(), day);
    let last_look = match last {
        Some(it) if it.kind == RevisionKind::Suspect => Look::Suspect,
        Some(it) if it.kind != RevisionKind::Confirmed && it.seen_at == interval.fetched_at => {
            Look::Changed
        }
        _ => Look::Settled,
    };
    let checkable = snapshot.check(project.as_str(), day).is_some();
    Known::Collected { fetched_at: interval.fetched_at, last_look, checkable }
}

/// A store that is being brought up to date.
pub struct Collector<'a, W, C> {
    settings: &'a Settings,
    runner: &'a Runner<W, C>,
    writer: Writer,
    /// The clock.
    now: &'a dyn Fn() -> DateTime<Utc>,
    outcome: Outcome,
    /// Told what is being done.
    tell: &'a mut dyn FnMut(Doing<'_>),
}

/// What is being done, for people.
#[derive(Clone, Copy, Debug)]
pub enum Doing<'a> {
    /// A query begins: which, of how many, what it does.
    Query(u64, u64, &'a str),
    /// So many of its rows are here, of how many.
    Rows(&'a str, u64, u64),
}

impl<'a, W: Warehouse, C: Clock> Collector<'a, W, C> {
    /// Takes a store that is open.
    pub fn new(
        settings: &'a Settings,
        runner: &'a Runner<W, C>,
        writer: Writer,
        now: &'a dyn Fn() -> DateTime<Utc>,
        tell: &'a mut dyn FnMut(Doing<'_>),
    ) -> Self {
        Self { settings, runner, writer, now, outcome: Outcome::default(), tell }
    }

    /// Asks for all that the plan says. What was answered before an error is kept, and part of the
    /// outcome.
    pub async fn run(mut self, plan: &Plan) -> (Outcome, anyhow::Result<()>) {
        let result = self.run_all(plan).await;
        (self.outcome, result)
    }

    async fn run_all(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let queue = self.queue(plan).await?;
        self.settle_others(&queue).await?;
        let costs: Vec<u64> = new_costs(&queue).collect();
        let (books, caps) = (self.books(), &self.settings.caps);
        budget::check_plan(&costs, &books.history, &books.spent, caps)?;
        let mut queue = VecDeque::from(queue);
        while let Some(planned) = queue.pop_front() {
            if planned.asked.is_none() {
                let books = self.books();
                let cost = planned.upper_bound;
                budget::check_next(cost, &books.history, &books.spent, &self.settings.caps)?;
            }
            let of = self.outcome.queries + 1 + queue.len() as u64;
            let compared = self.ask(&planned, of).await?;
            let mut next = self.settings.reads(&compared.to_read);
            next.extend(self.recheck(&planned.batch, &compared.backlog));
            for batch in next.into_iter().rev() {
                for planned in self.estimate(batch).await?.into_iter().rev() {
                    queue.push_front(planned);
                }
            }
        }
        self.join_settled()
    }

    /// Joins neighboring stretches of days that nobody looks at again, under the time of their newest
    /// look. Otherwise the list of them would grow by a line a day.
    fn join_settled(&mut self) -> anyhow::Result<()> {
        let stored = self.writer.snapshot();
        let mut joined = Vec::new();
        for wanted in &self.settings.wishes.projects {
            let name = wanted.name.as_str();
            let is_open = |day: Day| match known(stored, &wanted.name, day) {
                Known::Collected { last_look, .. } => last_look != Look::Settled,
                Known::Missing => true,
            };
            let is_settled = |it: &Interval| {
                let end = it.last.succ_opt().unwrap_or(it.last).and_time(NaiveTime::MIN).and_utc();
                it.fetched_at >= end + TimeDelta::days(SETTLED_DAYS.into())
                    && !it.first.iter_days().take_while(|day| *day <= it.last).any(is_open)
            };
            let joins = |a: &Interval, b: &Interval| {
                a.last.succ_opt() == Some(b.first)
                    && a.origin == b.origin
                    && is_settled(a)
                    && is_settled(b)
            };
            for run in stored.coverage(name).chunk_by(joins).filter(|run| run.len() > 1) {
                let newest = run.iter().map(|it| it.fetched_at).max();
                let (Some(first), Some(last), Some(fetched_at)) = (run.first(), run.last(), newest)
                else {
                    continue;
                };
                let interval = Interval { last: last.last, fetched_at, ..first.clone() };
                joined.push((wanted.name.clone(), interval));
            }
        }
        for (project, interval) in joined {
            self.writer.cover(&project, interval);
        }
        self.writer.save()?;
        Ok(())
    }

    /// When rows came in bulk for a day that had left the lookback, the source was behind, and other
    /// days that are not due may have grown too: all days of which a check is known are looked at.
    fn recheck(&self, checked: &Batch, backlog: &BTreeSet<Day>) -> Option<Batch> {
        let looked_at = (self.now)().date_naive();
        let lookback = TimeDelta::days(self.settings.wishes.lookback.into());
        if !backlog.iter().any(|day| looked_at - *day > lookback) {
            return None;
        }
        let days = (looked_at - TimeDelta::days(SETTLED_DAYS.into())).iter_days();
        let days = days.take_while(|day| *day < looked_at);
        let stored = self.writer.snapshot();
        let known = days.filter(|day| {
            !checked.days.contains(day)
                && checked.projects.iter().any(|name| stored.check(name.as_str(), *day).is_some())
        });
        let (what, projects) = (What::Check, checked.projects.clone());
        let batch = Batch { what, days: known.collect(), projects };
        // Found by a look at all days, a backlog is no reason for another.
        (checked.days.len() < batch.days.len()).then_some(batch)
    }

    /// The queries of the plan in the order in which they are sent, with their prices.
    async fn queue(&self, plan: &Plan) -> anyhow::Result<Vec<Planned>> {
        let mut queue = Vec::new();
        for batch in self.settings.batches(plan) {
            queue.extend(self.estimate(batch).await?);
        }
        Ok(queue)
    }

    /// Asks for the price of a query, and divides it as long as it is over the cap for one.
    async fn estimate(&self, batch: Batch) -> anyhow::Result<Vec<Planned>> {
        let now = (self.now)();
        estimate(self.runner, batch, &self.settings.caps, now, |query| self.pending(query, now))
            .await
    }

    /// The job of an interrupted run whose answer can be used for this query.
    fn pending(&self, query: &Query, now: DateTime<Utc>) -> Option<Spending> {
        let hash = hash(query);
        let usable = |it: &&Spending| {
            matches!(it.state, SpendingState::Pending | SpendingState::Billed)
                && now - it.started_at < ANSWER_KEPT
                && it.job.ends_with(&hash)
        };
        self.writer.snapshot().spending().iter().rev().find(usable).cloned()
    }

    /// Finds out what jobs of interrupted runs have billed that nobody needs any more.
    async fn settle_others(&mut self, queue: &[Planned]) -> anyhow::Result<()> {
        let open = |it: &&Spending| it.state == SpendingState::Pending;
        let pending = self.writer.snapshot().spending().iter().filter(open);
        let needed = |job: &str| {
            queue.iter().filter_map(|planned| planned.asked.as_ref()).any(|asked| asked.job == job)
        };
        let others: Vec<_> = pending.filter(|it| !needed(&it.job)).cloned().collect();
        if others.is_empty() {
            return Ok(());
        }
        for spending in others {
            let billed = self.runner.billed(&JobId(spending.job.clone())).await?;
            let state = match billed {
                Some(_) => SpendingState::Billed,
                None => SpendingState::Failed,
            };
            self.writer.spend(Spending { billed, state, ..spending });
        }
        self.writer.save()?;
        Ok(())
    }

    fn books(&self) -> budget::Books {
        budget::Books::of(self.writer.snapshot().spending(), (self.now)())
    }

    /// Sends a query and stores what it answers. Says what a check found.
    async fn ask(&mut self, planned: &Planned, of: u64) -> anyhow::Result<Compared> {
        let Planned { batch, query, upper_bound, asked } = planned;
        let spending = asked.clone().unwrap_or_else(|| {
            let started_at = (self.now)().trunc_subsecs(0);
            Spending {
                started_at,
                job: format!("da-{}-{}", started_at.format("%Y%m%dt%H%M%S"), hash(query)),
                upper_bound: *upper_bound,
                billed: None,
                state: SpendingState::Pending,
            }
        });
        // Before anything can be billed, so that a run that is killed now is not billed twice.
        self.writer.spend(spending.clone());
        self.writer.save()?;
        let what = describe(batch);
        (self.tell)(Doing::Query(self.outcome.queries + 1, of, &what));
        let folder = self.settings.store.join("pypi");
        let tell = &mut *self.tell;
        let mut progress = |rows, of| tell(Doing::Rows(&what, rows, of));
        let mut gather = Gather::new(batch, &query.columns, &folder, &mut progress);
        let job = JobId(spending.job.clone());
        let most = budget::max_bytes(*upper_bound, &self.settings.caps);
        let finished = match self.runner.run(query, &job, most, &mut gather).await {
            Ok(finished) => finished,
            Err(error) => {
                // After any other failure nobody knows; the next run asks.
                if error.is_unbilled() {
                    let state = SpendingState::Failed;
                    self.writer.spend(Spending { billed: None, state, ..spending });
                    self.writer.save()?;
                }
                return Err(error).with_context(|| format!("cannot {what}"));
            }
        };
        let (sorted, totals) = gather.finish()?;
        self.outcome.queries += 1;
        self.outcome.rows += finished.total_rows;
        self.outcome.billed += if asked.as_ref().is_some_and(|it| it.billed.is_some()) {
            0
        } else {
            finished.bytes_billed
        };
        let looked_at = spending.started_at;
        let compared = match batch.what {
            What::Check => self.merge(looked_at).compare(batch, &totals),
            What::Rows(_) => {
                self.merge(looked_at).replace(batch, sorted, &totals)?;
                Compared::default()
            }
        };
        let billed = Some(finished.bytes_billed);
        self.writer.spend(Spending { billed, state: SpendingState::Stored, ..spending });
        self.writer.save()?;
        Ok(compared)
    }

    fn merge(&mut self, looked_at: DateTime<Utc>) -> Merge<'_> {
        Merge {
            writer: &mut self.writer,
            outcome: &mut self.outcome,
            looked_at,
            loss_ppm: self.settings.accept_shrink_ppm,
            accept_shrink: self.settings.wishes.accept_shrink,
        }
    }
}

/// Asks for the price of a query, and divides it as long as it is over the cap for one. `asked` finds
/// the job of an interrupted run.
async fn estimate<W: Warehouse, C: Clock>(
    runner: &Runner<W, C>,
    batch: Batch,
    caps: &Caps,
    now: DateTime<Utc>,
    asked: impl Fn(&Query) -> Option<Spending>,
) -> anyhow::Result<Vec<Planned>> {
    let run = now.format("%Y%m%dt%H%M%S").to_string();
    let mut rest = vec![batch];
    let mut planned = Vec::new();
    while let Some(batch) = rest.pop() {
        let projects: Vec<_> = batch.projects.iter().cloned().collect();
        let query = sql::query(batch.what, &stretches(batch.days.iter().copied()), &projects, &run);
        let asked = asked(&query);
        let upper_bound = match &asked {
            Some(asked) => asked.upper_bound,
            None => {
                let estimate = runner.estimate(&query).await;
                estimate.context("cannot ask what the query would cost")?
            }
        };
        match batch.halves().filter(|_| upper_bound > caps.query) {
            Some([newer, older]) => rest.extend([older, newer]),
            None => planned.push(Planned { batch, query, upper_bound, asked }),
        }
    }
    Ok(planned)
}

/// What a dry run tells: the queries in the order in which they would be sent, and the budget. A day
/// that a check would find changed is read again; nobody knows that before.
///
/// # Errors
///
/// If a price cannot be had.
pub async fn dry_run<W: Warehouse, C: Clock>(
    settings: &Settings,
    runner: &Runner<W, C>,
    plan: &Plan,
    books: &budget::Books,
    now: DateTime<Utc>,
) -> anyhow::Result<(String, Result<(), budget::OverBudget>)> {
    let caps = &settings.caps;
    let (mut lines, mut costs) = (Vec::new(), Vec::new());
    for batch in settings.batches(plan) {
        for Planned { batch, upper_bound, .. } in
            estimate(runner, batch, caps, now, |_| None).await?
        {
            let (Some(&first), Some(&last)) = (batch.days.first(), batch.days.last()) else {
                continue;
            };
            costs.push(upper_bound);
            lines.push(budget::Line {
                what: batch.what.word(),
                first,
                last,
                days: batch.days.len(),
                projects: batch.projects.len(),
                upper_bound: upper_bound.max(budget::LEAST_BILLED),
                expected: budget::expected(upper_bound, &books.history),
            });
        }
    }
    let verdict = budget::check_plan(&costs, &books.history, &books.spent, caps);
    Ok((budget::table(&lines, &books.spent, caps), verdict))
}

/// The new costs among these, at worst.
fn new_costs(queue: &[Planned]) -> impl Iterator<Item = u64> {
    queue.iter().filter(|planned| planned.asked.is_none()).map(|planned| planned.upper_bound)
}

/// A short digest of what is asked: equal hash, equal answer at the same moment.
fn hash(query: &Query) -> String {
    let mut digest = Sha256::new();
    digest.update(&query.sql);
    for project in &query.projects {
        digest.update([0]);
        digest.update(project.as_str());
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// What a query does, for people: `read 2024-01-01 to 2024-01-31 of 20 projects`.
fn describe(batch: &Batch) -> String {
    let verb = match batch.what {
        What::Check => "check",
        What::Rows(_) => "read",
    };
    let days = batch.days.len();
    let days = match (batch.days.first(), batch.days.last()) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) if days as u32 == days_between(*first, *last) => {
            format!("{first} to {last}")
        }
        (Some(first), Some(last)) => format!("{days} days from {first} to {last}"),
        _ => String::new(),
    };
    let projects = match batch.projects.iter().collect::<Vec<_>>().as_slice() {
        [one] => one.to_string(),
        several => format!("{} projects", several.len()),
    };
    format!("{verb} {days} of {projects}")
}
