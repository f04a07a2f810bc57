//! `spending.csv`: every job that was asked for, and what was billed.

use std::{fmt, fmt::Write as _};

use chrono::{DateTime, Utc};

use crate::tables::{decode_lines, fields, is_word, parse_number, parse_time, time_text};

const HEADER: &str = "started_at,job,upper_bound,billed,state";

/// A billed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// When it was asked for, to the second.
    pub started_at: DateTime<Utc>,
    /// Its id, chosen by us: letters, digits, `-` and `_`.
    pub job: String,
    /// The most that it may bill, in bytes.
    pub upper_bound: u64,
    /// What it billed, in bytes; `None` while nobody knows.
    pub billed: Option<u64>,
    /// How far it is.
    pub state: SpendingState,
}

/// How far a billed job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpendingState {
    /// It is about to be asked for, or was.
    Pending,
    /// It has ended, and its rows are not stored yet.
    Billed,
    /// Its rows are stored.
    Stored,
    /// It failed, and billed nothing.
    Failed,
}

impl SpendingState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Billed, Self::Stored, Self::Failed];

    /// The word that stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Billed => "billed",
            Self::Stored => "stored",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for SpendingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a text can be the id of a job.
pub(crate) fn is_job(text: &str) -> bool {
    is_word(text, b"_")
}

/// All jobs by time and id. Each id is there once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jobs(Vec<Spending>);

impl Jobs {
    pub(crate) fn all(&self) -> &[Spending] {
        &self.0
    }

    /// Adds a job, in place of the one with the same id.
    pub(crate) fn set(&mut self, spending: Spending) {
        self.0.retain(|it| it.job != spending.job);
        let at = self.0.partition_point(|it| order(it) < order(&spending));
        self.0.insert(at, spending);
    }

    /// The text of the file.
    pub(crate) fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for Spending { started_at, job, upper_bound, billed, state } in &self.0 {
            let billed = billed.map(|bytes| bytes.to_string()).unwrap_or_default();
            let time = time_text(*started_at);
            let _ = writeln!(text, "{time},{job},{upper_bound},{billed},{state}");
        }
        text
    }

    /// Reads the text of the file; the error is the number of the first line that is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, u64> {
        let mut jobs = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        decode_lines(bytes, HEADER, |line| {
            let spending = decode_line(line)?;
            let sorted = jobs.last().is_none_or(|last| order(last) < order(&spending));
            let good = sorted && ids.insert(spending.job.clone());
            good.then(|| jobs.push(spending))
        })?;
        Ok(Self(jobs))
    }
}

fn order(spending: &Spending) -> (DateTime<Utc>, &str) {
    (spending.started_at, &spending.job)
}

fn decode_line(line: &str) -> Option<Spending> {
    let [started_at, job, upper_bound, billed, state] = fields(line)?;
    Some(Spending {
        started_at: parse_time(started_at)?,
        job: Some(job).filter(|job| is_job(job))?.into(),
        upper_bound: parse_number(upper_bound)?,
        billed: match billed {
            "" => None,
            bytes => Some(parse_number(bytes)?),
        },
        state: SpendingState::ALL.into_iter().find(|it| it.as_str() == state)?,
    })
}
