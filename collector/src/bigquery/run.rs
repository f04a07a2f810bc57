//! A whole query: one job that is billed, whatever fails, and all of its rows or an error.
//!
//! Every request can be asked twice without harm: a job has an id of ours, so that a second insert
//! meets the first. A job that failed unbilled is started anew under the id with `-2`, then `-3`.

use std::{cell::RefCell, collections::HashSet, time::Duration};

use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    Backoff, Clock, Failure, JobId, JobStatus, Query, Row, Warehouse,
    faults::{Act, Asked, CREDENTIALS, act, may_start_anew},
};

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

/// Why a query has no answer. Each variant asks for something else.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It would bill more than it may. Nothing was billed; a higher limit helps.
    #[error("the query would bill more than the {max_bytes} bytes that it may: {failure}")]
    OverLimit {
        /// The limit, in bytes.
        max_bytes: u64,
        /// What BigQuery says.
        failure: Failure,
    },
    /// It may work in some time: a later run goes on from here.
    #[error("{failure}; a later run goes on from here")]
    Later {
        /// The last failure.
        failure: Failure,
    },
    /// Other credentials are needed.
    #[error("{failure}")]
    Credentials {
        /// What is wrong with these.
        failure: Failure,
    },
    /// Asking again would give the same answer.
    #[error("{failure}")]
    Refused {
        /// What BigQuery says.
        failure: Failure,
    },
    /// The rows of a job do not add up, however often they are read.
    #[error("the rows of the job `{job}` are not whole: {what}")]
    NotWhole {
        /// The job.
        job: JobId,
        /// What does not add up.
        what: String,
    },
    /// What a job answered is not kept any more, as it is not after a day. A new id is needed.
    #[error("the rows of the job `{job}` are no longer kept")]
    Gone {
        /// The job.
        job: JobId,
    },
    /// The rows could not be put away.
    #[error(transparent)]
    Sink(anyhow::Error),
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

/// Why reading stopped.
enum Reading {
    /// It may be begun anew.
    NotWhole(String),
    Failed(QueryError),
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
                Ended::Never => (missing(&id), None),
            };
            log::info!("job {id}: {failure}");
            let unbilled = bytes_billed.unwrap_or(0) == 0;
            if !may_start_anew(&failure) || !unbilled {
                let last = act(Asked::Insert, &failure);
                return Err(give_up(last, failure, max_bytes));
            }
            if attempt >= self.patience.jobs {
                return Err(QueryError::Later { failure });
            }
            self.pause(attempt, &failure).await?;
        }
        Err(refused("no job was started"))
    }

    /// What the job with this id has billed, or the one that was started anew in its place, in bytes,
    /// after it has ended. `None` if there is no such job. Starts none.
    pub async fn billed(&self, job: &JobId) -> Result<Option<u64>, QueryError> {
        let mut billed = None;
        for attempt in 1..=self.patience.jobs {
            let ended = self.await_end(&nth(job, attempt)).await?;
            let (bytes, failed) = match ended {
                Ended::Never => break,
                Ended::Well { bytes_billed } => (bytes_billed, false),
                Ended::Badly { bytes_billed, .. } => (bytes_billed, true),
            };
            billed = Some(billed.unwrap_or(0) + bytes.unwrap_or(0));
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
            match self.ask_up_to(max_bytes, Asked::Insert, insert).await? {
                Outcome::Answer(()) => log::info!("job {id}: started, {max_bytes} bytes at most"),
                Outcome::Exists => log::info!("job {id}: is there already"),
                Outcome::Missing => return Err(refused("an insert does not look for a job")),
            }
            match self.await_end(id).await? {
                Ended::Never => log::info!("job {id}: cannot be seen"),
                ended => return Ok(ended),
            }
        }
        Err(QueryError::Later { failure: missing(id) })
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

    /// What a job that ended well has billed: asked again while it is not known.
    async fn certain(
        &self,
        id: &JobId,
        mut bytes_billed: Option<u64>,
        max_bytes: u64,
    ) -> Result<u64, QueryError> {
        for _ in 0..self.patience.looks {
            if let Some(bytes) = bytes_billed {
                return Ok(bytes);
            }
            self.clock.sleep(self.patience.poll).await;
            if let Ended::Well { bytes_billed: now } = self.await_end(id).await? {
                bytes_billed = now;
            }
        }
        log::warn!("job {id}: what was billed is not known, at most {max_bytes} bytes");
        Ok(bytes_billed.unwrap_or(max_bytes))
    }

    /// Reads all rows, and all of them anew if they do not add up.
    async fn read(
        &self,
        query: &Query,
        id: &JobId,
        sink: &mut dyn Sink,
    ) -> Result<u64, QueryError> {
        let mut reading = 1;
        loop {
            match self.read_once(query, id, sink).await {
                Ok(rows) => return Ok(rows),
                Err(Reading::Failed(error)) => return Err(error),
                Err(Reading::NotWhole(what)) if reading >= self.patience.readings => {
                    return Err(QueryError::NotWhole { job: id.clone(), what });
                }
                Err(Reading::NotWhole(what)) => {
                    log::warn!("job {id}: {what}; reading it anew");
                    let failure = Failure { message: what, ..Failure::default() };
                    self.pause(reading, &failure).await?;
                    sink.restart().map_err(QueryError::Sink)?;
                }
            }
            reading += 1;
        }
    }

    async fn read_once(
        &self,
        query: &Query,
        id: &JobId,
        sink: &mut dyn Sink,
    ) -> Result<u64, Reading> {
        let not_whole = |what: String| Err(Reading::NotWhole(what));
        let mut total = None;
        let mut rows = 0;
        let mut tokens = HashSet::new();
        let mut empty_pages = 0;
        let mut token: Option<String> = None;
        loop {
            let page = async || self.warehouse.page(query, id, token.as_deref()).await;
            let page = match self.ask(Asked::Page, page).await.map_err(Reading::Failed)? {
                Outcome::Answer(page) => page,
                _ => return Err(Reading::Failed(QueryError::Gone { job: id.clone() })),
            };
            let of = *total.get_or_insert(page.total_rows);
            if of != page.total_rows {
                return not_whole(format!("there are {of} rows, then {}", page.total_rows));
            }
            let before = rows;
            rows += page.rows.len() as u64;
            if rows > of {
                return not_whole(format!("{rows} rows came instead of {of}"));
            }
            for row in page.rows.iter() {
                sink.row(row).map_err(|error| Reading::Failed(QueryError::Sink(error)))?;
            }
            sink.progress(rows, of);
            empty_pages = if rows == before { empty_pages + 1 } else { 0 };
            token = match page.next {
                None if rows == of => return Ok(rows),
                None => return not_whole(format!("{rows} rows came instead of {of}")),
                Some(_) if empty_pages > EMPTY_PAGES => {
                    return not_whole(format!("{empty_pages} pages without rows"));
                }
                Some(next) if !tokens.insert(next.clone()) => {
                    return not_whole("a page leads back to an earlier one".to_owned());
                }
                next => next,
            };
        }
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

/// How many pages without rows may follow each other. BigQuery may send some.
const EMPTY_PAGES: u32 = 20;

/// The id of the n-th job for a query.
fn nth(job: &JobId, attempt: u32) -> JobId {
    if attempt == 1 { job.clone() } else { JobId(format!("{job}-{attempt}")) }
}

/// The error for a failure that is not asked about again.
fn give_up(act: Act, failure: Failure, max_bytes: u64) -> QueryError {
    match act {
        Act::OverLimit => QueryError::OverLimit { max_bytes, failure },
        Act::Later | Act::Retry => QueryError::Later { failure },
        Act::RefreshOnce => QueryError::Credentials { failure },
        _ if failure.reason == CREDENTIALS => QueryError::Credentials { failure },
        Act::Stop | Act::Exists | Act::Missing => QueryError::Refused { failure },
    }
}

fn missing(id: &JobId) -> Failure {
    let message = format!("the job `{id}` cannot be found");
    Failure { status: Some(404), message, ..Failure::default() }
}

fn refused(message: &str) -> QueryError {
    QueryError::Refused { failure: Failure { message: message.to_owned(), ..Failure::default() } }
}
