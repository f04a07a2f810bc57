//! Bringing the store up to date: query after query, each kept as soon as it is answered.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
};

use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, SubsecRound as _, TimeDelta, Utc};
use downloads::{Day, ProjectName, SETTLED_DAYS, days_between};
use store::{Interval, RevisionKind, Snapshot, Spending, SpendingState, Writer};

use super::{
    budget::{self, Caps},
    gather::Gather,
    merge::{Compared, Merge},
    outcome::Outcome,
    plan::{self, Batch, Known, Look, Plan, Wishes},
    queue::{Planned, Prices, is_paid_by, spent_before},
    sql::{RowDetail, What},
};
use crate::bigquery::{Clock, JobId, QueryError, Runner, Warehouse};

/// What the coverage says of days that were read from BigQuery.
pub const ORIGIN: &str = "bigquery";

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
    /// The Google Cloud project that is billed.
    pub payer: String,
}

impl Settings {
    /// The queries of a plan in the order in which they are sent: the check, then the newest days.
    pub(super) fn batches(&self, plan: &Plan) -> impl Iterator<Item = Batch> {
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
    /// Prices are asked for; so many queries have one.
    Prices(u64),
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
        self.outcome.spent = self.spent();
        (self.outcome, result)
    }

    async fn run_all(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let mut queue = VecDeque::new();
        for batch in self.settings.batches(plan) {
            (self.tell)(Doing::Prices(queue.len() as u64));
            queue.extend(self.prices().of(batch).await?);
        }
        self.check_plan(&queue).await?;
        while let Some(planned) = queue.pop_front() {
            if !planned.is_exact && planned.asked.is_none() {
                let exact = self.prices().of(planned.batch).await?;
                exact.into_iter().rev().for_each(|planned| queue.push_front(planned));
                continue;
            }
            let spent = spent_before([&planned], self.writer.snapshot(), (self.now)());
            budget::check_next(self.prices().cost(&planned), &spent, &self.settings.caps)?;
            let of = self.outcome.queries + 1 + queue.len() as u64;
            let mut compared = self.ask(&planned, of).await?;
            // What is read anyhow must not be read twice.
            compared.to_read.retain(|project, days| {
                let planned = plan.reads.get(project);
                days.retain(|day| planned.is_none_or(|planned| !planned.contains(day)));
                !days.is_empty()
            });
            // First the look at all days, for after a kill nobody would know that it is needed.
            let next = self.recheck(&planned.batch, &compared.backlog).into_iter();
            let next: Vec<_> = next.chain(self.settings.reads(&compared.to_read)).collect();
            for batch in next.into_iter().rev() {
                let next = self.prices().of(batch).await?;
                next.into_iter().rev().for_each(|planned| queue.push_front(planned));
            }
        }
        self.settle_others().await?;
        self.join_settled()
    }

    /// Refuses what is over the budget. What interrupted runs may have billed counts only after it was
    /// tried to find out what they have.
    async fn check_plan(&mut self, queue: &VecDeque<Planned>) -> anyhow::Result<()> {
        let check = |collector: &Self| {
            let costs: Vec<_> = queue.iter().map(|it| collector.prices().cost(it)).collect();
            let spent = spent_before(queue, collector.writer.snapshot(), (collector.now)());
            budget::check_plan(&costs, &spent, &collector.settings.caps)
        };
        if check(self).is_err() {
            self.settle_others().await?;
        }
        check(self)?;
        Ok(())
    }

    fn prices(&self) -> Prices<'_, Runner<W, C>> {
        Prices {
            quotes: self.runner,
            stored: self.writer.snapshot(),
            caps: &self.settings.caps,
            payer: &self.settings.payer,
            now: (self.now)(),
        }
    }

    fn spent(&self) -> budget::Spent {
        budget::Spent::of(self.writer.snapshot().spending(), (self.now)())
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

    /// Finds out what jobs of interrupted runs have billed that nobody went on with. A job that cannot
    /// be looked up counts as much as it may have billed, and stops nothing.
    async fn settle_others(&mut self) -> anyhow::Result<()> {
        let is_other = |it: &&Spending| {
            it.state == SpendingState::Pending && is_paid_by(it, &self.settings.payer)
        };
        let spending = self.writer.snapshot().spending();
        let others: Vec<_> = spending.iter().filter(is_other).cloned().collect();
        for spending in others {
            let (billed, state) = match self.runner.billed(&JobId(spending.job.clone())).await {
                Ok(None) => (None, SpendingState::Failed),
                Ok(billed) => (billed, SpendingState::Billed),
                Err(error) => {
                    log::warn!("what the job `{}` billed is not known: {error}", spending.job);
                    continue;
                }
            };
            self.writer.spend(Spending { billed, state, ..spending });
        }
        self.writer.save()?;
        Ok(())
    }

    /// Sends a query and stores what it answers. Says what a check found.
    async fn ask(&mut self, planned: &Planned, of: u64) -> anyhow::Result<Compared> {
        let Planned { batch, query, upper_bound, asked, .. } = planned;
        let spending = asked.clone().unwrap_or_else(|| {
            let started_at = (self.now)().trunc_subsecs(0);
            Spending {
                started_at,
                job: planned.job(started_at, &self.settings.payer),
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
                self.close(spending, &error).await?;
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

    /// Writes down what is known of a job that has no answer. After most failures that is nothing, and
    /// the next run asks for it again.
    async fn close(&mut self, spending: Spending, error: &QueryError) -> anyhow::Result<()> {
        let ended = match error {
            error if error.is_unbilled() => Some((None, SpendingState::Failed)),
            QueryError::Refused { .. } | QueryError::Gone { .. } => {
                let billed = self.runner.billed(&JobId(spending.job.clone())).await;
                billed.ok().map(|billed| match billed {
                    None => (None, SpendingState::Failed),
                    some => (some, SpendingState::Billed),
                })
            }
            _ => None,
        };
        if let Some((billed, state)) = ended {
            self.writer.spend(Spending { billed, state, ..spending });
            self.writer.save()?;
        }
        Ok(())
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
