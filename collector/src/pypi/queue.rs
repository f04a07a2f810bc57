//! The queries of a run, with their prices and the ids of their jobs.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use downloads::stretches;
use sha2::{Digest as _, Sha256};
use store::{Snapshot, Spending, SpendingState};

use super::{
    budget::{self, Bill, Books, Caps, Cost, Spent},
    plan::Batch,
    sql,
};
use crate::bigquery::{Clock, Query, Runner, Warehouse};

/// For how long the answer of a job that an interrupted run left is still used. BigQuery keeps
/// answers for a day.
const ANSWER_KEPT: TimeDelta = TimeDelta::hours(20);

/// A query that is to be sent.
pub(super) struct Planned {
    pub(super) batch: Batch,
    pub(super) query: Query,
    /// The most that it may bill, in bytes.
    pub(super) upper_bound: u64,
    /// Whether BigQuery said so; else it is the share of a larger query that was divided.
    pub(super) is_exact: bool,
    /// The job of an interrupted run that asked the same, or was about to.
    pub(super) asked: Option<Spending>,
    kind: String,
    hash: String,
}

/// Says what a query may bill.
pub(super) trait Quotes {
    /// The most that it may bill, in bytes.
    async fn upper_bound(&self, batch: &Batch, query: &Query) -> anyhow::Result<u64>;
}

/// BigQuery knows. It costs nothing to ask.
impl<W: Warehouse, C: Clock> Quotes for Runner<W, C> {
    async fn upper_bound(&self, _: &Batch, query: &Query) -> anyhow::Result<u64> {
        self.estimate(query).await.context("cannot ask what the query would cost")
    }
}

/// What prices depend on.
pub(super) struct Prices<'a, Q> {
    pub(super) quotes: &'a Q,
    pub(super) stored: &'a Snapshot,
    pub(super) caps: &'a Caps,
    /// The project that is billed.
    pub(super) payer: &'a str,
    pub(super) now: DateTime<Utc>,
}

impl<Q: Quotes> Prices<'_, Q> {
    /// Asks for the price of a query. One over the cap is divided; what its parts cost is then a guess,
    /// because to ask for thousands would take longer than most runs.
    pub(super) async fn of(&self, batch: Batch) -> anyhow::Result<Vec<Planned>> {
        let mut planned = self.planned(batch);
        if planned.asked.is_none() {
            planned.upper_bound = self.quotes.upper_bound(&planned.batch, &planned.query).await?;
            planned.is_exact = true;
        }
        // Nothing fits under a cap that is less than any query costs.
        let cap = self.caps.query.max(budget::LEAST_BILLED);
        if planned.upper_bound <= cap || planned.batch.halves().is_none() {
            return Ok(vec![planned]);
        }
        let per_day = planned.upper_bound.div_ceil(planned.batch.days.len() as u64);
        let mut parts = Vec::new();
        let mut rest = vec![planned.batch];
        while let Some(batch) = rest.pop() {
            let upper_bound = per_day.saturating_mul(batch.days.len() as u64);
            match batch.halves().filter(|_| upper_bound > cap) {
                Some([newer, older]) => rest.extend([older, newer]),
                None => {
                    let part = self.planned(batch);
                    let known = part.asked.as_ref().map(|asked| asked.upper_bound);
                    parts.push(Planned { upper_bound: known.unwrap_or(upper_bound), ..part });
                }
            }
        }
        Ok(parts)
    }

    fn planned(&self, batch: Batch) -> Planned {
        let projects: Vec<_> = batch.projects.iter().cloned().collect();
        let ranges = stretches(batch.days.iter().copied());
        let run = self.now.format("%Y%m%dt%H%M%S").to_string();
        let query = sql::query(batch.what, &ranges, &projects, &run);
        let names = || projects.iter().map(|name| name.as_str());
        let kind = digest(3, [batch.what.word()].into_iter().chain(names()));
        let hash = digest(6, [query.sql.as_str()].into_iter().chain(names()));
        let (upper_bound, is_exact, asked) = (0, false, None);
        let mut planned = Planned { batch, query, upper_bound, is_exact, asked, kind, hash };
        planned.asked = self.asked(&planned);
        if let Some(asked) = &planned.asked {
            planned.upper_bound = asked.upper_bound;
        }
        planned
    }

    /// The job of an interrupted run that can be gone on with: it is young, and no older than what is
    /// stored of its days. Whether BigQuery has it turns out when it is inserted again.
    fn asked(&self, planned: &Planned) -> Option<Spending> {
        let tail = planned.tail(self.payer);
        let usable = |it: &&Spending| {
            it.state == SpendingState::Pending
                && self.now - it.started_at < ANSWER_KEPT
                && it.job.ends_with(&tail)
        };
        let found = self.stored.spending().iter().rev().find(usable)?;
        let Batch { days, projects, .. } = &planned.batch;
        let is_newer = projects.iter().all(|name| {
            let mut intervals =
                days.iter().filter_map(|day| self.stored.interval(name.as_str(), *day));
            intervals.all(|it| it.fetched_at <= found.started_at)
        });
        is_newer.then(|| found.clone())
    }

    /// What a query may cost, as the bills of others like it teach.
    pub(super) fn cost(&self, planned: &Planned) -> Cost {
        Cost::new(planned.upper_bound, &self.history(planned))
    }

    /// The bills of queries like this one.
    pub(super) fn history(&self, planned: &Planned) -> Vec<Bill> {
        let like = |it: &Spending| it.job.split('-').nth(3) == Some(&planned.kind);
        Books::of(self.stored.spending(), self.now, like).history
    }
}

impl Planned {
    /// The id of the job that asks this at `time`: `da-<time>-<who pays>-<kind>-<query>`. Equal queries
    /// of one second are one job.
    pub(super) fn job(&self, time: DateTime<Utc>, payer: &str) -> String {
        format!("da-{}-{}", time.format("%Y%m%dt%H%M%S"), self.tail(payer))
    }

    fn tail(&self, payer: &str) -> String {
        format!("{}-{}-{}", payer_mark(payer), self.kind, self.hash)
    }
}

/// What was spent this month, apart from the jobs that these queries go on with.
pub(super) fn spent_before<'a>(
    queue: impl IntoIterator<Item = &'a Planned>,
    stored: &Snapshot,
    now: DateTime<Utc>,
) -> Spent {
    let asked = queue.into_iter().filter_map(|planned| planned.asked.as_ref());
    let asked: BTreeSet<&str> = asked.map(|asked| asked.job.as_str()).collect();
    let others = stored.spending().iter().filter(|it| !asked.contains(it.job.as_str()));
    Spent::of(others, now)
}

/// Whether a job is billed to this project.
pub(super) fn is_paid_by(spending: &Spending, payer: &str) -> bool {
    spending.job.split('-').nth(2) == Some(&payer_mark(payer))
}

fn payer_mark(payer: &str) -> String {
    digest(3, [payer])
}

/// The first bytes of a digest in hex digits.
fn digest<'a>(bytes: usize, parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}
