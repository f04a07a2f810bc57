//! What was asked and what was done, for tests to look at.

use std::collections::{BTreeMap, BTreeSet};

use downloads::Day;

use crate::columns::Column;

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Anything that ends in a token.
    Token,
    /// A job with `dryRun`.
    DryRun,
    /// A new job.
    Insert,
    /// How far a job is.
    Status,
    /// Rows of an answer.
    Page,
    /// Stopping a job.
    Cancel,
    /// Anything else.
    Other,
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What it is about.
    pub kind: Kind,
    /// The id of the job, or the path of anything else.
    pub about: String,
    /// What was done wrongly on purpose; `None` if all went right.
    pub fault: Option<String>,
}

/// A query that came, whether it became a job or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id; `None` if a dry run has none.
    pub id: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its text.
    pub sql: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// The days whose partitions it reads; empty if the text is not understood.
    pub days: Vec<Day>,
    /// The columns that it refers to; empty if the text is not understood.
    pub columns: BTreeSet<Column>,
    /// Whether it is a dry run.
    pub dry_run: bool,
    /// The most it may bill, in bytes; `None` if it does not say.
    pub maximum_bytes_billed: Option<u64>,
    /// The upper bound of what it reads, in bytes.
    pub estimate: u64,
    /// What was billed, in bytes. 0 for a dry run and for a query that failed.
    pub billed: u64,
    /// How often it was executed: 0 or 1, because an id is used once.
    pub executed: u32,
    /// The reason for which it was refused or failed; `None` if it did well.
    pub failed: Option<String>,
}

/// What was asked and what was done.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Every request, in order.
    pub requests: Vec<Asked>,
    /// Every query, in order.
    pub jobs: Vec<Job>,
    /// What a job lacked that each must have. Tests want none.
    pub violations: Vec<String>,
    /// How many access tokens were given out.
    pub tokens: u64,
}

impl Ledger {
    /// How many requests of this kind came.
    pub fn count(&self, kind: Kind) -> usize {
        self.requests.iter().filter(|request| request.kind == kind).count()
    }

    /// What was billed in all, in bytes.
    pub fn billed(&self) -> u64 {
        self.jobs.iter().map(|job| job.billed).sum()
    }

    /// How often each query was executed and billed, by text and parameters.
    pub fn executions(&self) -> BTreeMap<(&str, &BTreeMap<String, Vec<String>>), u32> {
        let mut executions = BTreeMap::new();
        for job in &self.jobs {
            if job.billed > 0 {
                *executions.entry((job.sql.as_str(), &job.parameters)).or_default() += job.executed;
            }
        }
        executions
    }
}
