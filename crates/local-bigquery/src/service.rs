//! The service as plain methods, for tests that need no HTTP.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    columns::Type,
    events::Table,
    faults::{Fault, Faults, RetryAfter, When},
    jobs::{AnswerPage, JobStatus, Settings, State},
    ledger::{Kind, Ledger},
    request::{JobRequest, Refusal},
    text::{NULL, Texts},
};

/// A BigQuery with one table. A server speaks for it over HTTP ([`crate::Server`]).
///
/// The methods that a client would call go wrong as [`Faults`] tell. Where a fault leaves no whole
/// answer, the [`Refusal`] has no status.
pub struct LocalBigquery {
    state: Mutex<State>,
}

impl LocalBigquery {
    /// A service with this table.
    pub fn new(settings: Settings, table: Table) -> Self {
        Self { state: Mutex::new(State::new(settings, table)) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked and done so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// Looks at what was asked and done so far, without a copy.
    pub fn with_ledger<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock().ledger)
    }

    /// Changes the table.
    pub fn with_table<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.lock().table)
    }

    /// Changes what goes wrong from now on.
    pub fn with_faults<T>(&self, change: impl FnOnce(&mut Faults) -> T) -> T {
        change(&mut self.lock().faults)
    }

    /// The most bytes that the query could read.
    ///
    /// # Errors
    ///
    /// If it is refused, or a fault says so.
    pub fn dry_run(&self, request: &JobRequest) -> Result<u64, Refusal> {
        let request = JobRequest { dry_run: true, ..request.clone() };
        self.call(Kind::DryRun, "", |state, fault| state.insert(&request, fault))
    }

    /// Makes a job.
    ///
    /// # Errors
    ///
    /// If it is refused, or a fault says so.
    pub fn insert(&self, request: &JobRequest) -> Result<(), Refusal> {
        let request = JobRequest { dry_run: false, ..request.clone() };
        let about = request.id.clone().unwrap_or_default();
        self.call(Kind::Insert, &about, |state, fault| state.insert(&request, fault).map(drop))
    }

    /// How far a job is.
    ///
    /// # Errors
    ///
    /// If there is none, or a fault says so.
    pub fn status(&self, id: &str, location: Option<&str>) -> Result<JobStatus, Refusal> {
        self.call(Kind::Status, id, |state, fault| {
            if let (Some(Fault::Stale), Some(older)) = (fault, state.older.statuses.get(id)) {
                return Ok(older.clone());
            }
            let status = state.status(id, location)?;
            if state.faults.any() {
                state.older.statuses.insert(id.to_owned(), status.clone());
            }
            Ok(status)
        })
    }

    /// Rows of an answer; `None` while the job runs.
    ///
    /// `token` is that of the page before, `None` for the first; `max_rows` bounds the page, `None`
    /// leaves that to the service.
    ///
    /// # Errors
    ///
    /// If there is no such job or page, the job failed, or a fault says so.
    pub fn page(
        &self,
        id: &str,
        location: Option<&str>,
        token: Option<&str>,
        max_rows: Option<usize>,
    ) -> Result<Option<AnswerPage>, Refusal> {
        self.call(Kind::Page, id, |state, fault| {
            if let (Some(Fault::Stale), Some(older)) = (fault, state.older.pages.get(id)) {
                return Ok(Some(older.clone()));
            }
            let Some(slice) = state.slice(id, location, token, max_rows, fault)? else {
                return Ok(None);
            };
            let answer = state.job(id, location)?.answer.clone();
            let width = answer.columns.len();
            let rows = slice.rows.iter().map(|&row| {
                let cells = answer.cells[row * width..(row + 1) * width].iter();
                let values = cells.zip(&answer.columns);
                values.map(|(&cell, (_, kind))| text(&state.table.texts, cell, *kind)).collect()
            });
            let page =
                AnswerPage { total_rows: slice.total_rows, next: slice.next, rows: rows.collect() };
            if state.faults.any() {
                state.older.pages.insert(id.to_owned(), page.clone());
            }
            Ok(Some(page))
        })
    }

    /// Ends a job that runs.
    ///
    /// # Errors
    ///
    /// If there is none, or a fault says so.
    pub fn cancel(&self, id: &str, location: Option<&str>) -> Result<(), Refusal> {
        self.call(Kind::Cancel, id, |state, _| state.cancel(id, location))
    }

    /// Does `work` as the faults let it.
    fn call<T>(
        &self,
        kind: Kind,
        about: &str,
        work: impl FnOnce(&mut State, Option<&Fault>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut state = self.lock();
        let fault = state.ask(kind, about);
        let lost = |message: &str| Refusal {
            status: None,
            reason: String::new(),
            message: message.to_owned(),
            retry_after: None,
        };
        match fault {
            Some(Fault::Refuse { when, status, reason, retry_after, .. }) => {
                if when == When::After {
                    work(&mut state, None).ok();
                }
                let retry_after = retry_after.map(|after| match after {
                    RetryAfter::Seconds(seconds) | RetryAfter::Date(seconds) => seconds,
                });
                Err(Refusal { retry_after, ..Refusal::new(status, reason, "A fault of a test") })
            }
            Some(Fault::Revoke) => Err(Refusal::new(401, "authError", "Invalid Credentials")),
            Some(Fault::Reset(When::Before)) => Err(lost("connection reset")),
            Some(
                fault
                @ (Fault::Reset(When::After) | Fault::Html | Fault::Cut { .. } | Fault::Stall),
            ) => {
                work(&mut state, None).ok();
                Err(lost(&format!("no whole answer: {fault:?}")))
            }
            fault => work(&mut state, fault.as_ref()),
        }
    }
}

/// A value as BigQuery writes it; `None` is null.
pub(crate) fn text(texts: &Texts, cell: i64, kind: Type) -> Option<String> {
    if cell == NULL {
        return None;
    }
    Some(match kind {
        Type::Text => texts.text(cell).to_string(),
        Type::Bool => (cell == 1).to_string(),
        Type::Date => day(cell),
        Type::Int | Type::Timestamp => cell.to_string(),
    })
}

fn day(days: i64) -> String {
    let day = downloads::Day::default().checked_add_signed(chrono::TimeDelta::days(days));
    day.map_or_else(String::new, |day| day.to_string())
}
