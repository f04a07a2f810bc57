//! Whole runs against the local BigQuery, without HTTP and by a clock that the tests move.

mod histories;
mod plans;
mod scenarios;
mod spending;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use config::Config;
use downloads::{Day, ProjectName};
use local_bigquery::{Event, JobRequest, Ledger, LocalBigquery, Refusal, Table};
use store::{RowRef, Snapshot, Writer};
use tempfile::TempDir;

use super::{Collector, Doing, MaxDays, Options, Outcome, Settings, is_up_to_date, settings};
use crate::bigquery::{
    Clock, Failure, JobId, JobStatus, Page, Patience, Query, Rows, Runner, Warehouse,
};

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn project(name: &str) -> ProjectName {
    ProjectName::new(name).unwrap()
}

/// A clock that stands still until it is set. Waiting moves it.
#[derive(Clone, Debug)]
pub(super) struct Hands(Arc<AtomicI64>);

impl Hands {
    fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    pub(super) fn set(&self, time: DateTime<Utc>) {
        self.0.store(time.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }

    async fn sleep(&self, time: Duration) {
        self.set(self.now() + time);
    }
}

/// The local BigQuery as the collector sees it, until the run is killed.
struct Local<'a> {
    bigquery: &'a LocalBigquery,
    /// After so many more requests the answer never comes.
    calls_left: AtomicI64,
}

fn request(query: &Query, job: Option<&JobId>, max_bytes: Option<u64>) -> JobRequest {
    let projects = query.projects.iter().map(|name| name.as_str().to_owned()).collect();
    JobRequest {
        id: job.map(|job| job.0.clone()),
        location: Some("US".into()),
        labels: query.labels.iter().map(|(key, value)| ((*key).into(), value.clone())).collect(),
        sql: query.sql.clone(),
        use_legacy_sql: Some(false),
        parameters: BTreeMap::from([("projects".into(), projects)]),
        maximum_bytes_billed: max_bytes,
        dry_run: job.is_none(),
    }
}

fn failure(refusal: Refusal) -> Failure {
    let Refusal { status, reason, message, retry_after } = refusal;
    Failure { status, reason, message, retry_after: retry_after.map(Duration::from_secs) }
}

impl Local<'_> {
    async fn answer<T>(&self, answer: Result<T, Refusal>) -> Result<T, Failure> {
        if self.calls_left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            std::future::pending::<()>().await;
        }
        answer.map_err(failure)
    }
}

impl Warehouse for Local<'_> {
    async fn dry_run(&self, query: &Query) -> Result<u64, Failure> {
        self.answer(self.bigquery.dry_run(&request(query, None, None))).await
    }

    async fn insert(&self, query: &Query, job: &JobId, max_bytes: u64) -> Result<(), Failure> {
        self.answer(self.bigquery.insert(&request(query, Some(job), Some(max_bytes)))).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, Failure> {
        let status = self.answer(self.bigquery.status(&job.0, Some("US"))).await?;
        let error = status.error.map(|(reason, message)| Failure {
            status: Some(200),
            reason,
            message,
            retry_after: None,
        });
        Ok(JobStatus { done: status.done, error, bytes_billed: status.bytes_billed })
    }

    async fn page(&self, query: &Query, job: &JobId, token: Option<&str>) -> Result<Page, Failure> {
        let page = self.bigquery.page(&job.0, Some("US"), token, Some(500));
        let page = self.answer(page).await?.expect("the job is done");
        let mut rows = Rows::new(query.columns.len());
        for value in page.rows.iter().flatten() {
            rows.push(value.as_deref());
        }
        Ok(Page { total_rows: page.total_rows, next: page.next, rows })
    }

    async fn cancel(&self, job: &JobId) -> Result<(), Failure> {
        self.answer(self.bigquery.cancel(&job.0, Some("US"))).await
    }
}

/// What came of a run.
#[derive(Debug)]
pub(super) enum Ran {
    Finished(Outcome),
    Failed(Outcome, anyhow::Error),
    /// It never got the answer that it waited for.
    Killed,
}

impl Ran {
    pub(super) fn finished(self) -> Outcome {
        match self {
            Self::Finished(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }
}

/// A store, a BigQuery and a clock.
pub(super) struct World {
    pub(super) bigquery: LocalBigquery,
    pub(super) clock: Hands,
    pub(super) config: Config,
    folder: TempDir,
}

/// A configuration from its text.
pub(super) fn parsed(config: &str) -> Config {
    Config::parse(config, "config.yaml", &mut |_| unreachable!()).unwrap()
}

/// A folder in memory where there is one: these tests sync files a million times.
pub(super) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

impl World {
    /// `config` is the text of the configuration.
    pub(super) fn new(config: &str, events: &[Event]) -> Self {
        Self::with(config, events, local_bigquery::Settings::default())
    }

    pub(super) fn with(config: &str, events: &[Event], settings: local_bigquery::Settings) -> Self {
        let (config, clock) = (parsed(config), Hands::at(DateTime::UNIX_EPOCH));
        let mut table = Table::new();
        for event in events {
            table.add(event);
        }
        let hands = clock.clone();
        let settings =
            local_bigquery::Settings { clock: Arc::new(move || hands.now()), ..settings };
        Self { bigquery: LocalBigquery::new(settings, table), clock, config, folder: folder() }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot::open_or_empty(&self.store()).unwrap()
    }

    pub(super) fn ledger(&self) -> Ledger {
        let ledger = self.bigquery.ledger();
        assert_eq!(ledger.violations, [] as [String; 0]);
        ledger
    }

    /// A run that nothing happens to.
    pub(super) fn run_at(&self, now: &str) -> Outcome {
        self.run(time(now), &Options::default(), i64::MAX).finished()
    }

    /// A run that is killed when it waits for the answer after `calls`.
    pub(super) fn run(&self, now: DateTime<Utc>, options: &Options, calls: i64) -> Ran {
        self.clock.set(now);
        self.run_in(&self.store(), options, calls)
    }

    pub(super) fn settings(&self, store: &Path, options: &Options, stored: &Snapshot) -> Settings {
        settings(options, &self.config, store.into(), stored, "test".into(), self.clock.now())
    }

    /// As `command::run` does it.
    fn run_in(&self, store: &Path, options: &Options, calls: i64) -> Ran {
        let now = self.clock.now();
        let stored = Snapshot::open_or_empty(store).unwrap();
        let settings = self.settings(store, options, &stored);
        let plan = settings.plan(&stored, now);
        if is_up_to_date(&plan, &stored, now) {
            return Ran::Finished(Outcome::default());
        }
        let local = Local { bigquery: &self.bigquery, calls_left: AtomicI64::new(calls) };
        let runner = Runner::new(local, self.clock.clone(), Patience::default(), 7);
        let writer = Writer::open(store, "test", now).unwrap();
        let now = || self.clock.now();
        let mut tell = |_: Doing<'_>| {};
        let collector = Collector::new(&settings, &runner, writer, &now, &mut tell);
        let run = pin!(collector.run(&plan));
        match run.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Ran::Killed,
            Poll::Ready((outcome, Ok(()))) => Ran::Finished(outcome),
            Poll::Ready((outcome, Err(error))) => Ran::Failed(outcome, error),
        }
    }

    /// The rows that a fresh store gets from a full pull now.
    pub(super) fn oracle(&self) -> BTreeMap<String, Vec<String>> {
        let folder = folder();
        self.run_in(folder.path(), &Options::default(), i64::MAX).finished();
        rows(&Snapshot::open(folder.path()).unwrap())
    }
}

use std::future::Future as _;

/// All rows of a store by project.
pub(super) fn rows(snapshot: &Snapshot) -> BTreeMap<String, Vec<String>> {
    let projects = snapshot.projects().map(|project| {
        let mut rows = Vec::new();
        let text = |row: RowRef<'_>| format!("{} {:?} {}", row.day, row.fields, row.downloads);
        snapshot.read_rows(project.as_str(), |row| rows.push(text(row))).unwrap();
        (project.to_string(), rows)
    });
    projects.collect()
}

/// Every file of a folder with its bytes, apart from the lock.
pub(super) fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes(&path));
        } else if !path.ends_with(".lock") {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

/// A download that is in the table at once.
pub(super) fn event(name: &str, at: &str) -> Event {
    Event { version: Some("1.0".into()), ..Event::new(name, time(at)) }
}

/// A download that gets into the table so many days after its own day has ended.
pub(super) fn late(name: &str, at: &str, days: i64) -> Event {
    let event = event(name, at);
    let end = event.timestamp.date_naive().succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap();
    Event { arrives: end.and_utc() + TimeDelta::days(days) - TimeDelta::seconds(1), ..event }
}
