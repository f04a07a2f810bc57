//! Jobs and what they answer, bill and refuse: the service without HTTP.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{
    billing,
    columns::Type,
    engine::{self, Answer, Parameters},
    events::{Table, days_since_1970},
    faults::{Fault, Faults},
    ledger::{Asked, Job, Kind, Ledger},
    parse::{self, Refused},
    plan::Plan,
    request::{JobRequest, Refusal, check, status_of},
    text::NULL,
};

/// Tells what time it is.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Where the table is.
pub(crate) const LOCATION: &str = "US";

/// How the service behaves.
#[derive(Clone)]
pub struct Settings {
    /// What time it is: for rows, jobs and tokens.
    pub clock: Clock,
    /// Whether queries are billed only the rows of the projects that they ask for. The estimate
    /// always counts all.
    pub clustered: bool,
    /// How many rows of the real table each event stands for in bills.
    pub rows_factor: u64,
    /// How long a job runs.
    pub job_time: TimeDelta,
    /// How long an access token lives.
    pub token_life: TimeDelta,
    /// How many bytes of JSON a page of rows may have.
    pub page_bytes: usize,
    /// For the order of the rows of answers, and for tokens.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Arc::new(|| std::time::SystemTime::now().into()),
            clustered: false,
            rows_factor: 1,
            job_time: TimeDelta::zero(),
            token_life: TimeDelta::hours(1),
            page_bytes: 10_000_000,
            seed: 0,
        }
    }
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    /// Whether it has ended, well or not.
    pub done: bool,
    /// Reason and message if it failed; `None` if it did not.
    pub error: Option<(String, String)>,
    /// The estimate, in bytes.
    pub bytes_processed: u64,
    /// What was billed, in bytes; `None` while it runs.
    pub bytes_billed: Option<u64>,
}

/// Some rows of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerPage {
    /// How many rows the whole answer has.
    pub total_rows: u64,
    /// What to ask the next page with; `None` if this is the last.
    pub next: Option<String>,
    /// The rows; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Which rows a page has, before they are written.
pub(crate) struct Slice {
    pub(crate) total_rows: u64,
    pub(crate) next: Option<String>,
    /// Places in the answer.
    pub(crate) rows: Vec<usize>,
}

/// A job that was made.
pub(crate) struct MadeJob {
    pub(crate) request: JobRequest,
    pub(crate) created: DateTime<Utc>,
    pub(crate) ends: DateTime<Utc>,
    pub(crate) error: Option<(String, String)>,
    pub(crate) estimate: u64,
    billed: u64,
    pub(crate) partitions: u64,
    pub(crate) answer: Arc<Answer>,
    /// The order in which the rows come: BigQuery promises none.
    order: Vec<u32>,
    /// For how many requests more it is not found.
    hidden: u32,
    place_in_ledger: usize,
}

/// The last answers about each job, for [`Fault::Stale`].
#[derive(Default)]
pub(crate) struct Older {
    pub(crate) statuses: HashMap<String, JobStatus>,
    pub(crate) pages: HashMap<String, AnswerPage>,
}

/// All that the service knows.
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) table: Table,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
    pub(crate) numbers: StdRng,
    pub(crate) older: Older,
    jobs: HashMap<String, MadeJob>,
}

impl State {
    pub(crate) fn new(settings: Settings, table: Table) -> Self {
        Self {
            numbers: StdRng::seed_from_u64(settings.seed),
            settings,
            table,
            faults: Faults::default(),
            ledger: Ledger::default(),
            older: Older::default(),
            jobs: HashMap::new(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.settings.clock)()
    }

    /// Notes a request, and says what is to go wrong with it.
    pub(crate) fn ask(&mut self, kind: Kind, about: &str) -> Option<Fault> {
        let fault = self.faults.next(kind);
        let text = fault.as_ref().map(|fault| format!("{fault:?}"));
        self.ledger.requests.push(Asked { kind, about: about.to_owned(), fault: text });
        fault
    }

    fn parameters(&mut self, plan: &Plan, request: &JobRequest) -> Result<Parameters, Refused> {
        let values = plan.parameters.iter().map(|name| {
            let given =
                request.parameters.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
            let (_, values) =
                given.ok_or_else(|| Refused(format!("Query parameter '{name}' not found")))?;
            let mut numbers: Vec<u32> =
                values.iter().map(|value| self.table.texts.number(value)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            Ok(numbers)
        });
        values.collect()
    }

    /// Makes a job, or estimates one.
    pub(crate) fn insert(
        &mut self,
        request: &JobRequest,
        fault: Option<&Fault>,
    ) -> Result<u64, Refusal> {
        let place_in_ledger = self.ledger.jobs.len();
        self.ledger.jobs.push(Job {
            id: request.id.clone(),
            labels: request.labels.clone(),
            sql: request.sql.clone(),
            parameters: request.parameters.clone(),
            days: Vec::new(),
            columns: Default::default(),
            dry_run: request.dry_run,
            maximum_bytes_billed: request.maximum_bytes_billed,
            estimate: 0,
            billed: 0,
            executed: 0,
            failed: None,
        });
        let done = self.try_insert(request, fault, place_in_ledger);
        if let Err(refusal) = &done {
            self.ledger.jobs[place_in_ledger].failed = Some(refusal.reason.clone());
        }
        done
    }

    fn try_insert(
        &mut self,
        request: &JobRequest,
        fault: Option<&Fault>,
        place_in_ledger: usize,
    ) -> Result<u64, Refusal> {
        if let Err(violation) = check(request) {
            self.ledger.violations.push(violation.clone());
            return Err(Refusal::new(400, "invalid", violation));
        }
        let location = request.location.as_deref().unwrap_or(LOCATION);
        if !location.eq_ignore_ascii_case(LOCATION) {
            let message = format!(
                "Not found: Dataset bigquery-public-data:pypi was not found in location {location}"
            );
            return Err(Refusal::new(404, "notFound", message));
        }
        if let Some(id) = request.id.as_ref().filter(|id| self.jobs.contains_key(*id)) {
            let message = format!("Already Exists: Job {LOCATION}.{id}");
            return Err(Refusal::new(409, "duplicate", message));
        }
        let plan = parse::parse(&request.sql).map_err(Refusal::query)?;
        let parameters = self.parameters(&plan, request).map_err(Refusal::query)?;
        let now = self.now();
        let bill = billing::bill(&mut self.table, &plan, &parameters, now, &self.settings);
        let job = &mut self.ledger.jobs[place_in_ledger];
        job.estimate = bill.estimate;
        job.columns = plan.columns.clone();
        job.days = days_of(&plan);
        if request.dry_run {
            return Ok(bill.estimate);
        }
        if let Some(most) = request.maximum_bytes_billed.filter(|&most| most < bill.estimate_billed)
        {
            let message = format!(
                "Query exceeded limit for bytes billed: {most}. {} or higher required.",
                bill.estimate_billed
            );
            return Err(Refusal::new(500, "bytesBilledLimitExceeded", message));
        }
        let mut error = None;
        let mut answer = Answer { columns: Vec::new(), cells: Vec::new(), rows: 0 };
        if let Some(Fault::JobFails(reason)) = fault {
            let message = "The job encountered an error during execution. Retrying the job may solve the problem.";
            error = Some(((*reason).to_owned(), message.to_owned()));
        } else {
            match engine::answer(&mut self.table, &plan, &parameters, now) {
                Ok(found) => answer = found,
                Err(refused) => error = Some(("invalidQuery".to_owned(), refused.0)),
            }
        }
        let mut order: Vec<u32> = (0..answer.rows as u32).collect();
        order.shuffle(&mut self.numbers);
        let billed = if error.is_some() { 0 } else { bill.billed };
        let job = &mut self.ledger.jobs[place_in_ledger];
        (job.billed, job.executed) = (billed, u32::from(error.is_none()));
        job.failed = error.as_ref().map(|(reason, _)| reason.clone());
        let made = MadeJob {
            request: request.clone(),
            created: now,
            ends: now + self.settings.job_time,
            error,
            estimate: bill.estimate,
            billed,
            partitions: bill.partitions,
            answer: Arc::new(answer),
            order,
            hidden: if let Some(Fault::Hidden(requests)) = fault { *requests } else { 0 },
            place_in_ledger,
        };
        self.jobs.insert(request.id.clone().unwrap_or_default(), made);
        Ok(bill.estimate)
    }

    /// The job of this id, as a request about it finds it.
    pub(crate) fn job(
        &mut self,
        id: &str,
        location: Option<&str>,
    ) -> Result<&mut MadeJob, Refusal> {
        let missing = || not_found(id);
        let here = location.is_none_or(|location| location.eq_ignore_ascii_case(LOCATION));
        let job = self.jobs.get_mut(id).filter(|_| here).ok_or_else(missing)?;
        if job.hidden > 0 {
            job.hidden -= 1;
            return Err(missing());
        }
        Ok(job)
    }

    /// The job of this id, hidden or not.
    pub(crate) fn made(&self, id: &str) -> Result<&MadeJob, Refusal> {
        self.jobs.get(id).ok_or_else(|| not_found(id))
    }

    pub(crate) fn status(
        &mut self,
        id: &str,
        location: Option<&str>,
    ) -> Result<JobStatus, Refusal> {
        let now = self.now();
        Ok(self.job(id, location)?.status(now))
    }

    /// Which rows are on a page; `None` while the job runs.
    pub(crate) fn slice(
        &mut self,
        id: &str,
        location: Option<&str>,
        token: Option<&str>,
        max_rows: Option<usize>,
        fault: Option<&Fault>,
    ) -> Result<Option<Slice>, Refusal> {
        let (now, page_bytes) = (self.now(), self.settings.page_bytes);
        self.job(id, location)?;
        let job = &self.jobs[id];
        if now < job.ends {
            return Ok(None);
        }
        if let Some((reason, message)) = &job.error {
            return Err(Refusal::new(status_of(reason), reason, message.clone()));
        }
        let total = job.answer.rows;
        let from = match token {
            None => 0,
            Some(token) => from_token(token, id)
                .filter(|&from| from <= total)
                .ok_or_else(|| Refusal::new(400, "invalid", "Invalid page token"))?,
        };
        let (mut end, mut bytes) = (from, 0);
        while end < total && end - from < max_rows.unwrap_or(usize::MAX) {
            bytes += self.json_bytes(&job.answer, job.order[end] as usize);
            if bytes > page_bytes && end > from {
                break;
            }
            end += 1;
        }
        if fault == Some(&Fault::EmptyPage) {
            end = from;
        }
        let mut rows: Vec<usize> = job.order[from..end].iter().map(|&row| row as usize).collect();
        match fault {
            Some(Fault::LoseRows(count)) => rows.truncate(rows.len().saturating_sub(*count)),
            Some(Fault::RepeatRows(count)) => rows.extend_from_within(..rows.len().min(*count)),
            _ => {}
        }
        let wrong = if let Some(Fault::WrongTotal(by)) = fault { *by } else { 0 };
        Ok(Some(Slice {
            total_rows: (total as u64).saturating_add_signed(wrong),
            next: (end < total || fault == Some(&Fault::EmptyPage)).then(|| to_token(end, id)),
            rows,
        }))
    }

    /// How many bytes of JSON a row takes.
    fn json_bytes(&self, answer: &Answer, row: usize) -> usize {
        let width = answer.columns.len();
        let cells = &answer.cells[row * width..(row + 1) * width];
        let each = cells.iter().zip(&answer.columns).map(|(&cell, (_, kind))| match (cell, kind) {
            (NULL, _) => 11,
            (cell, Type::Text) => 7 + self.table.texts.json_bytes(cell),
            _ => 20,
        });
        each.sum::<usize>() + 8
    }

    /// Ends a job that runs. What it billed stays.
    pub(crate) fn cancel(&mut self, id: &str, location: Option<&str>) -> Result<(), Refusal> {
        let now = self.now();
        let job = self.job(id, location)?;
        if now < job.ends {
            job.ends = now;
            job.error = Some(("stopped".to_owned(), "Job execution was cancelled".to_owned()));
            let place = job.place_in_ledger;
            self.ledger.jobs[place].failed = Some("stopped".to_owned());
        }
        Ok(())
    }
}

impl MadeJob {
    pub(crate) fn status(&self, now: DateTime<Utc>) -> JobStatus {
        let done = now >= self.ends;
        JobStatus {
            done,
            error: self.error.clone().filter(|_| done),
            bytes_processed: self.estimate,
            bytes_billed: done.then_some(self.billed),
        }
    }
}

fn days_of(plan: &Plan) -> Vec<downloads::Day> {
    let epoch = downloads::Day::default();
    debug_assert_eq!(days_since_1970(epoch), 0);
    let days = engine::days(plan).into_iter().flatten();
    days.filter_map(|day| epoch.checked_add_signed(TimeDelta::days(day))).collect()
}

fn not_found(id: &str) -> Refusal {
    Refusal::new(404, "notFound", format!("Not found: Job {id}"))
}

/// A token for a place in an answer. Like real ones, it needs care in an address.
fn to_token(place: usize, id: &str) -> String {
    format!("BF+{place}/{id}==")
}

fn from_token(token: &str, id: &str) -> Option<usize> {
    let (place, of) = token.strip_prefix("BF+")?.strip_suffix("==")?.split_once('/')?;
    place.parse().ok().filter(|_| of == id)
}
