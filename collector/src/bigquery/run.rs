//! A whole query: one job that is billed, whatever fails, and all of its rows or an error.
//!
//! Every request can be asked twice without harm: a job has an id of ours, so that a second insert
//! meets the first. A job that failed unbilled is started anew under the id with `-2`, then `-3`.

mod error;
mod read;
#[cfg(test)]
mod tests;

use std::{cell::RefCell, time::Duration};

use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    Backoff, Clock, Failure, JobId, JobStatus, Query, Row, Warehouse,
    faults::{Act, Asked, act, may_start_anew},
};
pub use error::QueryError;
use error::{give_up, missing, open, refused, untold};

/// How patient a run is with jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// With requests that fail.
    pub backoff: Backoff,
    /// The first pause before a job is looked at again; it doubles.
    pub poll: Duration,
    /// What the pauses between looks grow to.
    pub longest_poll: Duration,
    /// How long a job may take before it is canceled.
    pub job: Duration,
    /// How often a job that cannot be seen is looked for before it is inserted again.
    pub looks: u32,
    /// How often a job is inserted, the first time included.
    pub inserts: u32,
    /// How many jobs are started for a query, the first included, if they fail unbilled.
    pub jobs: u32,
    /// How often all rows are read, the first time included, if they are not whole.
    pub readings: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            poll: Duration::from_millis(500),
            longest_poll: Duration::from_secs(10),
            job: Duration::from_secs(30 * 60),
            looks: 4,
            inserts: 3,
            jobs: 3,
            readings: 4,
        }
    }
}

/// Takes the rows of an answer.
pub trait Sink {
    /// All rows so far are void: they come again from the first.
    fn restart(&mut self) -> anyhow::Result<()>;

    /// Takes the next row. Rows come in no order, from pages that are whole.
    fn row(&mut self, row: Row<'_>) -> anyhow::Result<()>;

    /// So many rows have come, `of` how many.
    fn progress(&mut self, _rows: u64, _of: u64) {}
}

/// A query that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// How many rows the sink has.
    pub total_rows: u64,
    /// What was billed. If BigQuery never told, what could be billed at most.
    pub bytes_billed: u64,
}

/// What came of something that was asked until it was answered.
enum Outcome<T> {
    Answer(T),
    /// A job is there already.
    Exists,
    /// A job is not there.
    Missing,
}

/// How a job ended.
enum Ended {
    Well {
        bytes_billed: Option<u64>,
    },
    Badly {
        failure: Failure,
        bytes_billed: Option<u64>,
    },
    /// There is no such job.
    Never,
}

/// Runs queries, one after the other.
#[derive(Debug)]
pub struct Runner<W, C> {
    warehouse: W,
    clock: C,
    patience: Patience,
    random: RefCell<StdRng>,
    /// How long this run has waited because of failures.
    waited: RefCell<Duration>,
}

impl<W: Warehouse, C: Clock> Runner<W, C> {
    /// A runner. `seed` decides the lengths of its pauses.
    pub fn new(warehouse: W, clock: C, patience: Patience, seed: u64) -> Self {
        let random = RefCell::new(StdRng::seed_from_u64(seed));
        Self { warehouse, clock, patience, random, waited: RefCell::default() }
    }

    /// The most bytes that a query could bill. Bills nothing.
    pub async fn estimate(&self, query: &Query) -> Result<u64, QueryError> {
        match self.ask(Asked::DryRun, async || self.warehouse.dry_run(query).await).await? {
            Outcome::Answer(bytes) => Ok(bytes),
            Outcome::Exists | Outcome::Missing => Err(refused("a dry run makes no job")),
        }
    }

    /// Runs a query as the job with this id, or goes on with that job if there is one, and hands all
    /// of its rows to `sink`. It bills `max_bytes` at most, and never more than once.
    pub async fn run(
        &self,
        query: &Query,
        job: &JobId,
        max_bytes: u64,
        sink: &mut dyn Sink,
    ) -> Result<Finished, QueryError> {
        for attempt in 1.. {
            let id = nth(job, attempt);
            let (failure, bytes_billed) = match self.start(query, &id, max_bytes).await? {
                Ended::Well { bytes_billed } => {
                    let bytes_billed = self.certain(&id, bytes_billed, max_bytes).await?;
                    log::info!("job {id}: done, {bytes_billed} bytes billed");
                    let total_rows = self.read(query, &id, sink).await?;
                    return Ok(Finished { total_rows, bytes_billed });
                }
                Ended::Badly { failure, bytes_billed } => (failure, bytes_billed),
                Ended::Never => return Err(QueryError::Later { failure: missing(&id) }),
            };
            log::info!("job {id}: {failure}");
            if bytes_billed.is_some_and(|bytes| bytes > 0) {
                return Err(QueryError::Refused { failure });
            }
            if act(Asked::Insert, &failure) == Act::OverLimit {
                return Err(QueryError::OverLimit { max_bytes, failure });
            }
            if !may_start_anew(&failure) || attempt >= self.patience.jobs {
                return Err(QueryError::Failed { job: id, failure });
            }
            self.pause(attempt, &failure).await?;
        }
        Err(refused("there are no more ids for jobs"))
    }

    /// What the job with this id has billed, or the one that was started anew in its place, in bytes,
    /// after it has ended. `None` if there is no such job. Starts none.
    ///
    /// # Errors
    ///
    /// Also if a job has ended well, but what it billed is not known yet.
    pub async fn billed(&self, job: &JobId) -> Result<Option<u64>, QueryError> {
        let mut billed = None;
        for attempt in 1..=self.patience.jobs {
            let id = nth(job, attempt);
            let (bytes, failed) = match self.await_end(&id).await? {
                Ended::Never => break,
                Ended::Well { bytes_billed } => {
                    let bytes = self.told(&id, bytes_billed).await?;
                    (bytes.ok_or_else(|| QueryError::Later { failure: untold(&id) })?, false)
                }
                Ended::Badly { bytes_billed, .. } => (bytes_billed.unwrap_or(0), true),
            };
            billed = Some(billed.unwrap_or(0) + bytes);
            if !failed {
                break;
            }
        }
        Ok(billed)
    }

    /// Inserts a job and waits for its end. A job that stays out of sight is inserted again: under
    /// the same id, so that it cannot become two.
    async fn start(&self, query: &Query, id: &JobId, max_bytes: u64) -> Result<Ended, QueryError> {
        for _ in 0..self.patience.inserts {
            let insert = async || self.warehouse.insert(query, id, max_bytes).await;
            match self.ask_up_to(max_bytes, Asked::Insert, insert).await {
                Ok(Outcome::Answer(())) => {
                    log::info!("job {id}: started, {max_bytes} bytes at most");
                }
                Ok(Outcome::Exists) => log::info!("job {id}: is there already"),
                Ok(Outcome::Missing) => return Err(refused("an insert does not look for a job")),
                Err(error @ QueryError::Credentials { .. }) => return Err(error),
                Err(error) => self.is_there(id, error).await?,
            }
            match self.await_end(id).await? {
                Ended::Never => log::info!("job {id}: cannot be seen"),
                ended => return Ok(ended),
            }
        }
        Err(QueryError::Later { failure: missing(id) })
    }

    /// Looks for a job whose insert failed: an earlier one may have made it, of which the answer was
    /// lost. Without a certain answer, nobody may believe that nothing was billed.
    async fn is_there(&self, id: &JobId, error: QueryError) -> Result<(), QueryError> {
        match self.ask(Asked::Status, async || self.warehouse.status(id).await).await {
            Ok(Outcome::Answer(_)) => {
                log::info!("job {id}: is there already, although: {error}");
                Ok(())
            }
            Err(look) if error.is_unbilled() => {
                log::warn!("job {id}: cannot be looked for: {look}");
                Err(QueryError::Later { failure: open(id, &error) })
            }
            Ok(Outcome::Exists | Outcome::Missing) | Err(_) => Err(error),
        }
    }

    /// Waits for the end of a job, and cancels it if that does not come.
    async fn await_end(&self, id: &JobId) -> Result<Ended, QueryError> {
        let deadline = self.after(self.patience.job);
        let mut poll = self.patience.poll;
        let mut unseen = 0;
        loop {
            match self.ask(Asked::Status, async || self.warehouse.status(id).await).await? {
                Outcome::Answer(JobStatus { done: true, error, bytes_billed }) => {
                    return Ok(match error {
                        None => Ended::Well { bytes_billed },
                        Some(failure) => Ended::Badly { failure, bytes_billed },
                    });
                }
                Outcome::Answer(_) => unseen = 0,
                Outcome::Exists | Outcome::Missing => unseen += 1,
            }
            if unseen >= self.patience.looks {
                return Ok(Ended::Never);
            }
            if self.clock.now() >= deadline {
                return self.give_up_on(id).await;
            }
            self.clock.sleep(poll).await;
            poll = (poll * 2).min(self.patience.longest_poll);
        }
    }

    /// Cancels a job that takes too long. It may end well all the same, and then it was billed.
    async fn give_up_on(&self, id: &JobId) -> Result<Ended, QueryError> {
        log::info!("job {id}: takes too long, is canceled");
        self.ask(Asked::Cancel, async || self.warehouse.cancel(id).await).await?;
        self.clock.sleep(self.patience.longest_poll).await;
        let status = self.ask(Asked::Status, async || self.warehouse.status(id).await).await?;
        let minutes = self.patience.job.as_secs() / 60;
        let message = format!("the job `{id}` was canceled after {minutes} minutes");
        match status {
            Outcome::Answer(JobStatus { done: true, error: None, bytes_billed }) => {
                Ok(Ended::Well { bytes_billed })
            }
            _ => Err(QueryError::Later { failure: Failure { message, ..Failure::default() } }),
        }
    }

    /// What a job that ended well has billed, or could have at most.
    async fn certain(
        &self,
        id: &JobId,
        bytes_billed: Option<u64>,
        max_bytes: u64,
    ) -> Result<u64, QueryError> {
        let told = self.told(id, bytes_billed).await?;
        Ok(told.unwrap_or_else(|| {
            log::warn!("job {id}: what was billed is not known, at most {max_bytes} bytes");
            max_bytes
        }))
    }

    /// What a job that ended well has billed: asked again while it is not known, some times.
    async fn told(
        &self,
        id: &JobId,
        mut bytes_billed: Option<u64>,
    ) -> Result<Option<u64>, QueryError> {
        for _ in 0..self.patience.looks {
            if bytes_billed.is_some() {
                break;
            }
            self.clock.sleep(self.patience.poll).await;
            if let Ended::Well { bytes_billed: now } = self.await_end(id).await? {
                bytes_billed = now;
            }
        }
        Ok(bytes_billed)
    }

    /// Asks until there is an answer, as long as asking again may help.
    async fn ask<T>(
        &self,
        asked: Asked,
        request: impl AsyncFn() -> Result<T, Failure>,
    ) -> Result<Outcome<T>, QueryError> {
        self.ask_up_to(0, asked, request).await
    }

    /// The same for a request that has a limit on what it bills, in bytes.
    async fn ask_up_to<T>(
        &self,
        max_bytes: u64,
        asked: Asked,
        request: impl AsyncFn() -> Result<T, Failure>,
    ) -> Result<Outcome<T>, QueryError> {
        let mut failures = 0;
        loop {
            let failure = match request().await {
                Ok(answer) => return Ok(Outcome::Answer(answer)),
                Err(failure) => failure,
            };
            failures += 1;
            match act(asked, &failure) {
                Act::Exists => return Ok(Outcome::Exists),
                Act::Missing => return Ok(Outcome::Missing),
                Act::Retry if failures < self.patience.backoff.tries => {
                    self.pause(failures, &failure).await?;
                }
                last => return Err(give_up(last, failure, max_bytes)),
            }
        }
    }

    /// Waits after a failure, or ends the run if that would be too long.
    async fn pause(&self, failures: u32, failure: &Failure) -> Result<(), QueryError> {
        let backoff = &self.patience.backoff;
        let random = self.random.borrow_mut().random_range(0.0..1.0);
        let later = || QueryError::Later { failure: failure.clone() };
        let pause = backoff.pause(failures, failure.retry_after, random).ok_or_else(later)?;
        let waited = *self.waited.borrow() + pause;
        if waited > backoff.total {
            return Err(later());
        }
        *self.waited.borrow_mut() = waited;
        log::warn!("{failure}; asking again in {:.1} s", pause.as_secs_f64());
        self.clock.sleep(pause).await;
        Ok(())
    }

    fn after(&self, time: Duration) -> DateTime<Utc> {
        let now = self.clock.now();
        now.checked_add_signed(chrono::TimeDelta::from_std(time).unwrap_or_default()).unwrap_or(now)
    }
}

/// The id of the n-th job for a query.
fn nth(job: &JobId, attempt: u32) -> JobId {
    if attempt == 1 { job.clone() } else { JobId(format!("{job}-{attempt}")) }
}
