//! Whole queries against a warehouse that does as it is told.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::*;
use crate::bigquery::{Page, Rows};

const ROWS: usize = 10;
const PAGE_ROWS: usize = 4;
const BILLED: u64 = 1 << 20;

/// A clock that only runs when somebody waits.
#[derive(Clone, Debug, Default)]
struct Waiting(Rc<Cell<Duration>>);

impl Clock for Waiting {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + self.0.get()
    }

    async fn sleep(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }
}

/// Makes another page of one.
type Change = fn(&mut Page);

/// What happens instead of the next answer to something that was asked.
enum Trouble {
    /// Nothing was done.
    Before(Failure),
    /// All was done, but the answer is lost.
    After,
    /// The page is another.
    Page(Change),
}

/// How jobs go.
#[derive(Clone, Default)]
struct Fate {
    /// How often they are asked about until they are done.
    looks: u32,
    /// How often they cannot be found before that.
    hidden: u32,
    /// Why they fail; empty if they do not.
    fails: &'static str,
    /// How often it is not known what they bill.
    untold: u32,
}

#[derive(Default)]
struct Local {
    jobs: RefCell<BTreeMap<String, Fate>>,
    /// Of the next jobs, in order; all goes well with those after them.
    fates: RefCell<VecDeque<Fate>>,
    troubles: RefCell<VecDeque<(Asked, Trouble)>>,
    asked: RefCell<Vec<Asked>>,
}

impl Local {
    fn trouble(&self, asked: Asked) -> Option<Trouble> {
        self.asked.borrow_mut().push(asked);
        let mut troubles = self.troubles.borrow_mut();
        let at = troubles.iter().position(|(on, _)| *on == asked)?;
        troubles.remove(at).map(|(_, trouble)| trouble)
    }

    /// Does what is asked, unless something is in the way.
    fn answer<T>(
        &self,
        asked: Asked,
        act: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(T, Option<Change>), Failure> {
        match self.trouble(asked) {
            None => Ok((act()?, None)),
            Some(Trouble::Before(failure)) => Err(failure),
            Some(Trouble::After) => act().and(Err(failure(None, ""))),
            Some(Trouble::Page(change)) => Ok((act()?, Some(change))),
        }
    }

    fn count(&self, asked: Asked) -> usize {
        self.asked.borrow().iter().filter(|it| **it == asked).count()
    }

    fn jobs(&self) -> Vec<String> {
        self.jobs.borrow().keys().cloned().collect()
    }
}

impl Warehouse for &Local {
    async fn dry_run(&self, _: &Query) -> Result<u64, Failure> {
        self.answer(Asked::DryRun, || Ok(BILLED)).map(|(bytes, _)| bytes)
    }

    async fn insert(&self, _: &Query, job: &JobId, max_bytes: u64) -> Result<(), Failure> {
        let insert = || {
            if max_bytes < BILLED {
                return Err(failure(Some(500), "bytesBilledLimitExceeded"));
            }
            if self.jobs.borrow().contains_key(&job.0) {
                return Err(failure(Some(409), "duplicate"));
            }
            let fate = self.fates.borrow_mut().pop_front().unwrap_or_default();
            self.jobs.borrow_mut().insert(job.0.clone(), fate);
            Ok(())
        };
        self.answer(Asked::Insert, insert).map(drop)
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, Failure> {
        let status = || {
            let mut jobs = self.jobs.borrow_mut();
            let fate = jobs.get_mut(&job.0).ok_or_else(|| failure(Some(404), "notFound"))?;
            if fate.hidden > 0 {
                fate.hidden -= 1;
                return Err(failure(Some(404), "notFound"));
            }
            let done = fate.looks == 0;
            fate.looks = fate.looks.saturating_sub(1);
            let told = fate.untold == 0;
            fate.untold = fate.untold.saturating_sub(1);
            let error = (!fate.fails.is_empty() && done).then(|| failure(None, fate.fails));
            let bytes_billed = if error.is_some() { 0 } else { BILLED };
            Ok(JobStatus { done, error, bytes_billed: (done && told).then_some(bytes_billed) })
        };
        self.answer(Asked::Status, status).map(|(status, _)| status)
    }

    async fn page(&self, _: &Query, job: &JobId, token: Option<&str>) -> Result<Page, Failure> {
        let page = || {
            assert!(self.jobs.borrow().contains_key(&job.0), "rows of no job");
            let start: usize = token.map_or(0, |token| token.parse().unwrap());
            let end = (start + PAGE_ROWS).min(ROWS);
            let mut rows = Rows::new(1);
            (start..end).for_each(|row| rows.push(Some(&row.to_string())));
            let next = (end < ROWS).then(|| end.to_string());
            Ok(Page { total_rows: ROWS as u64, next, rows })
        };
        let (mut page, change) = self.answer(Asked::Page, page)?;
        change.inspect(|change| change(&mut page));
        Ok(page)
    }

    async fn cancel(&self, _: &JobId) -> Result<(), Failure> {
        self.answer(Asked::Cancel, || Ok(())).map(drop)
    }
}

#[derive(Debug, Default)]
struct Taken {
    rows: Vec<String>,
    restarts: u32,
}

impl Sink for Taken {
    fn restart(&mut self) -> anyhow::Result<()> {
        self.rows.clear();
        self.restarts += 1;
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let value = row.values().next().flatten();
        anyhow::ensure!(value != Some("unwanted"), "no room");
        self.rows.extend(value.map(str::to_owned));
        Ok(())
    }
}

fn failure(status: Option<u16>, reason: &str) -> Failure {
    let message = "trouble".to_owned();
    Failure { status, reason: reason.to_owned(), message, retry_after: None }
}

fn query() -> Query {
    let (sql, columns) = ("SELECT".to_owned(), vec!["n"]);
    Query { sql, columns, projects: Vec::new(), labels: BTreeMap::new() }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn runner(local: &Local) -> Runner<&Local, Waiting> {
    Runner::new(local, Waiting::default(), Patience::default(), 1)
}

fn job() -> JobId {
    JobId("job".to_owned())
}

/// Runs the query. Whatever came of it, it billed once at most.
fn run(local: &Local) -> (Result<Finished, QueryError>, Taken) {
    run_with(local, &runner(local), BILLED)
}

fn run_with(
    local: &Local,
    runner: &Runner<&Local, Waiting>,
    max_bytes: u64,
) -> (Result<Finished, QueryError>, Taken) {
    let mut taken = Taken::default();
    let result = block_on(runner.run(&query(), &job(), max_bytes, &mut taken));
    let billing = local.jobs.borrow().values().filter(|fate| fate.fails.is_empty()).count();
    assert!(billing <= 1, "{billing} jobs bill");
    (result, taken)
}

fn assert_whole((result, taken): (Result<Finished, QueryError>, Taken)) -> Taken {
    let finished = result.expect("an answer");
    assert_eq!(finished, Finished { total_rows: ROWS as u64, bytes_billed: BILLED });
    assert_eq!(taken.rows, (0..ROWS).map(|row| row.to_string()).collect::<Vec<_>>());
    taken
}

fn local(troubles: impl IntoIterator<Item = (Asked, Trouble)>) -> Local {
    Local { troubles: RefCell::new(troubles.into_iter().collect()), ..Local::default() }
}

fn fated(fates: impl IntoIterator<Item = Fate>) -> Local {
    Local { fates: RefCell::new(fates.into_iter().collect()), ..Local::default() }
}

#[test]
fn a_query_is_one_job_and_all_of_its_rows() {
    let local = fated([Fate { looks: 5, ..Fate::default() }]);
    assert_whole(run(&local));
    assert_eq!(local.count(Asked::Insert), 1);
    assert_eq!(local.count(Asked::Status), 6);
    assert_eq!(local.count(Asked::Page), 3);
}

#[test]
fn a_lost_answer_is_not_a_second_job() {
    let local = local([(Asked::Insert, Trouble::After)]);
    assert_whole(run(&local));
    assert_eq!(local.count(Asked::Insert), 2);
    assert_eq!(local.jobs(), ["job"]);
}

#[test]
fn a_job_of_an_interrupted_run_is_gone_on_with() {
    let local = local([]);
    assert_whole(run(&local));
    assert_whole(run(&local));
    assert_eq!(local.jobs(), ["job"]);
}

#[test]
fn a_job_that_cannot_be_seen_is_inserted_again_under_its_own_id() {
    let local = fated([Fate { hidden: 6, ..Fate::default() }]);
    assert_whole(run(&local));
    assert_eq!(local.count(Asked::Insert), 2);
    assert_eq!(local.jobs(), ["job"]);
}

#[test]
fn a_job_that_stays_out_of_sight_is_left_to_a_later_run() {
    let local = fated([Fate { hidden: u32::MAX, ..Fate::default() }]);
    assert!(matches!(run(&local).0, Err(QueryError::Later { .. })));
    assert_eq!(local.jobs(), ["job"]);
}

#[test]
fn a_job_that_was_out_of_luck_starts_anew_under_another_id() {
    let unlucky = Fate { fails: "jobBackendError", ..Fate::default() };
    let local = fated([unlucky.clone(), unlucky]);
    assert_whole(run(&local));
    assert_eq!(local.jobs(), ["job", "job-2", "job-3"]);
    assert_eq!(block_on(runner(&local).billed(&job())).unwrap(), Some(BILLED));
}

#[test]
fn three_jobs_are_enough() {
    let unlucky = Fate { fails: "jobInternalError", ..Fate::default() };
    let local = fated(vec![unlucky; 5]);
    let error = run(&local).0.expect_err("all failed");
    assert!(matches!(error, QueryError::Failed { .. }) && error.is_unbilled(), "{error}");
    assert_eq!(local.jobs(), ["job", "job-2", "job-3"]);
    assert_eq!(block_on(runner(&local).billed(&job())).unwrap(), Some(0));
}

#[test]
fn a_job_that_is_wrong_is_not_started_anew() {
    for reason in ["invalidQuery", "stopped", "timeout", "neverHeardOfIt"] {
        let local = fated([Fate { fails: reason, ..Fate::default() }]);
        let error = run(&local).0.expect_err("it failed");
        assert!(matches!(error, QueryError::Failed { .. }), "{reason}: {error}");
        assert_eq!(local.jobs(), ["job"]);
    }
}

#[test]
fn what_is_over_the_limit_is_asked_once() {
    let local = local([]);
    let error = run_with(&local, &runner(&local), BILLED - 1).0.expect_err("too dear");
    assert!(matches!(error, QueryError::OverLimit { max_bytes: 1_048_575, .. }), "{error}");
    assert!(error.is_unbilled());
    assert_eq!(local.count(Asked::Insert), 1);
}

#[test]
fn a_job_that_was_made_and_lost_is_used_even_if_it_is_refused_now() {
    for reason in ["bytesBilledLimitExceeded", "quotaExceeded", "accessDenied"] {
        let refused = Trouble::Before(failure(Some(403), reason));
        let local = local([(Asked::Insert, Trouble::After), (Asked::Insert, refused)]);
        assert_whole(run(&local));
        assert_eq!(local.jobs(), ["job"]);
    }
}

#[test]
fn what_is_over_the_limit_is_unbilled_only_if_there_is_certainly_no_job() {
    let over = || Trouble::Before(failure(Some(500), "bytesBilledLimitExceeded"));
    // The job is there: looked for until somebody answers, it is found.
    for looks in [1, 3, 9] {
        let mut troubles = vec![(Asked::Insert, Trouble::After), (Asked::Insert, over())];
        let blind = || (Asked::Status, Trouble::Before(failure(Some(503), "")));
        troubles.extend(std::iter::repeat_with(blind).take(looks));
        let local = local(troubles);
        assert_whole(run(&local));
        assert_eq!(local.jobs(), ["job"]);
    }
    // Whether it is there is not told.
    for (status, reason) in
        [(None, ""), (Some(503), ""), (Some(403), "accessDenied"), (Some(401), "credentials")]
    {
        let mut troubles = vec![(Asked::Insert, Trouble::After), (Asked::Insert, over())];
        let blind = || (Asked::Status, Trouble::Before(failure(status, reason)));
        troubles.extend(std::iter::repeat_with(blind).take(20));
        let error = run(&local(troubles)).0.expect_err("nobody can look");
        assert!(matches!(error, QueryError::Later { .. }), "{reason}: {error}");
        assert!(!error.is_unbilled(), "{reason}: {error}");
    }
}

#[test]
fn what_must_stop_is_asked_once() {
    for (status, reason) in [
        (403, "accessDenied"),
        (403, "billingNotEnabled"),
        (404, "notFound"),
        (400, "invalidQuery"),
        (500, "invalid"),
    ] {
        let local = local([(Asked::Insert, Trouble::Before(failure(Some(status), reason)))]);
        let error = run(&local).0.expect_err("refused");
        assert!(matches!(error, QueryError::Refused { .. }), "{reason}: {error}");
        assert_eq!(local.count(Asked::Insert), 1, "{reason}");
    }
}

#[test]
fn a_used_up_quota_is_left_to_a_later_run_without_waiting() {
    let local = local([(Asked::Insert, Trouble::Before(failure(Some(403), "quotaExceeded")))]);
    let runner = runner(&local);
    assert!(matches!(run_with(&local, &runner, BILLED).0, Err(QueryError::Later { .. })));
    assert_eq!(runner.clock.0.get(), Duration::ZERO);
}

#[test]
fn a_wait_is_as_long_as_asked_for_but_not_over_five_minutes() {
    let busy = |seconds| {
        let retry_after = Some(Duration::from_secs(seconds));
        let failure = Failure { retry_after, ..failure(Some(429), "") };
        local([(Asked::Insert, Trouble::Before(failure))])
    };
    let patient = busy(300);
    let runner_of_patient = runner(&patient);
    assert_whole(run_with(&patient, &runner_of_patient, BILLED));
    assert!(runner_of_patient.clock.0.get() >= Duration::from_secs(300));
    let long = busy(301);
    assert!(matches!(run(&long).0, Err(QueryError::Later { .. })));
    assert_eq!(long.count(Asked::Insert), 1);
}

#[test]
fn a_run_waits_fifteen_minutes_in_all() {
    let local = local([]);
    let runner = runner(&local);
    let mut done = 0;
    loop {
        let retry_after = Some(Duration::from_secs(240));
        let failure = Failure { retry_after, ..failure(Some(503), "") };
        local.troubles.borrow_mut().push_back((Asked::DryRun, Trouble::Before(failure)));
        match block_on(runner.estimate(&query())) {
            Ok(_) => done += 1,
            Err(error) => break assert!(matches!(error, QueryError::Later { .. })),
        }
    }
    assert_eq!(done, 3);
}

#[test]
fn a_service_that_stays_away_is_asked_ten_times() {
    let away = || (Asked::Insert, Trouble::Before(failure(None, "")));
    let local = local(std::iter::repeat_with(away).take(20));
    assert!(matches!(run(&local).0, Err(QueryError::Later { .. })));
    assert_eq!(local.count(Asked::Insert), 10);
}

#[test]
fn refused_credentials_are_told_apart() {
    for (status, reason) in [(401, "authError"), (400, "credentials"), (404, "credentials")] {
        let local = local([(Asked::Status, Trouble::Before(failure(Some(status), reason)))]);
        let error = run(&local).0.expect_err("refused");
        assert!(matches!(error, QueryError::Credentials { .. }), "{status}: {error}");
    }
}

#[test]
fn rows_that_do_not_add_up_are_read_anew_from_the_same_job() {
    let changes: [Change; 7] = [
        |page| page.total_rows += 1,
        |page| page.total_rows -= 1,
        |page| page.next = None,
        |page| page.rows = Rows::new(1),
        |page| page.rows.push(Some("again")),
        |page| page.next = Some("4".to_owned()),
        // As many as there should be, but one is twice there and one is lost.
        |page| {
            let mut rows = Rows::new(1);
            let first =
                page.rows.iter().next().unwrap().values().next().unwrap().map(str::to_owned);
            page.rows.iter().for_each(|_| rows.push(first.as_deref()));
            page.rows = rows;
        },
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let first_is_good = || (Asked::Page, Trouble::Page(|_| ()));
        let local = local([first_is_good(), (Asked::Page, Trouble::Page(change))]);
        let taken = assert_whole(run(&local));
        assert_eq!(taken.restarts, 1, "change {at}");
        assert_eq!(local.jobs(), ["job"]);
    }
}

#[test]
fn rows_that_never_add_up_are_an_error() {
    let short = || (Asked::Page, Trouble::Page(|page| page.total_rows = 3));
    let local = local(std::iter::repeat_with(short).take(100));
    let (result, taken) = run(&local);
    assert!(matches!(result, Err(QueryError::NotWhole { .. })));
    assert_eq!(taken.restarts, 3);
}

#[test]
fn pages_without_end_are_an_error() {
    let empty = || (Asked::Page, Trouble::Page(|page| page.rows = Rows::new(1)));
    let local = local(std::iter::repeat_with(empty).take(1000));
    assert!(matches!(run(&local).0, Err(QueryError::NotWhole { .. })));
}

#[test]
fn rows_that_are_no_longer_kept_say_so() {
    let missing = || (Asked::Page, Trouble::Before(failure(Some(404), "notFound")));
    let hidden = local(std::iter::repeat_with(missing).take(3));
    assert_whole(run(&hidden));
    let gone = local(std::iter::repeat_with(missing).take(4));
    assert!(matches!(run(&gone).0, Err(QueryError::Gone { .. })));
}

#[test]
fn a_job_that_takes_too_long_is_canceled() {
    let local = fated([Fate { looks: u32::MAX, ..Fate::default() }]);
    assert!(matches!(run(&local).0, Err(QueryError::Later { .. })));
    assert_eq!(local.count(Asked::Cancel), 1);
    let minutes = 30 * 60 / 10;
    assert!((minutes..minutes + 10).contains(&local.count(Asked::Status)), "polls every 10 s");
}

#[test]
fn a_job_that_ends_well_although_canceled_is_used() {
    let local = fated([Fate { looks: 185, ..Fate::default() }]);
    let looks = || local.count(Asked::Status);
    assert_whole(run(&local));
    assert_eq!((looks(), local.count(Asked::Cancel)), (186, 1));
}

#[test]
fn what_was_billed_is_asked_until_it_is_known() {
    let local = fated([Fate { untold: 3, ..Fate::default() }]);
    assert_whole(run(&local));
    let local = fated([Fate { untold: u32::MAX, ..Fate::default() }]);
    let (result, _) = run_with(&local, &runner(&local), 7 * BILLED);
    assert_eq!(result.unwrap().bytes_billed, 7 * BILLED, "at most");
}

#[test]
fn what_is_not_told_is_not_nothing() {
    let local = fated([Fate { untold: 7, ..Fate::default() }]);
    assert_eq!(run_with(&local, &runner(&local), 7 * BILLED).0.unwrap().bytes_billed, 7 * BILLED);
    // Two more looks are without an answer.
    assert_eq!(block_on(runner(&local).billed(&job())).unwrap(), Some(BILLED));
    let local = fated([Fate { untold: u32::MAX, ..Fate::default() }]);
    run(&local).0.expect("an answer");
    let error = block_on(runner(&local).billed(&job())).expect_err("nobody tells");
    assert!(matches!(error, QueryError::Later { .. }), "{error}");
    assert!(error.to_string().contains("not known yet"), "{error}");
}

#[test]
fn no_job_has_billed_nothing_that_is_known() {
    let local = local([]);
    assert_eq!(block_on(runner(&local).billed(&job())).unwrap(), None);
    assert_eq!(local.count(Asked::Insert), 0);
    assert_whole(run(&local));
    assert_eq!(block_on(runner(&local).billed(&job())).unwrap(), Some(BILLED));
}

#[test]
fn a_sink_that_refuses_ends_the_query() {
    let local = local([(
        Asked::Page,
        Trouble::Page(|page| {
            page.rows = Rows::new(1);
            page.rows.push(Some("unwanted"));
        }),
    )]);
    let error = run(&local).0.expect_err("refused");
    assert_eq!(error.to_string(), "no room");
}
