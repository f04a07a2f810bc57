//! Random schedules of faults: the answer is right or there is an error, and one job is billed at
//! most.
//!
//! `DOWNLOAD_ANALYTICS_FAULTS` is how many schedules there are. Without it there are 10,000, which take
//! half a minute on two cores.

use std::{cell::Cell, rc::Rc, thread};

use collector::bigquery::{
    Failure, JobId, JobStatus, Page, Patience, Query, QueryError, Rest, Runner, Warehouse,
};

use crate::world::{ENOUGH, Taken, TestClock, Who, World, block_on, limits, query, rows};

const SCHEDULES: u64 = 10_000;
/// How many schedules one server sees.
const EACH: u64 = 50;

/// One client for many runs.
#[derive(Clone)]
struct Shared(Rc<Rest<TestClock>>);

impl Warehouse for Shared {
    async fn dry_run(&self, query: &Query) -> Result<u64, Failure> {
        self.0.dry_run(query).await
    }

    async fn insert(&self, query: &Query, job: &JobId, max_bytes: u64) -> Result<(), Failure> {
        self.0.insert(query, job, max_bytes).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, Failure> {
        self.0.status(job).await
    }

    async fn page(&self, query: &Query, job: &JobId, token: Option<&str>) -> Result<Page, Failure> {
        self.0.page(query, job, token).await
    }

    async fn cancel(&self, job: &JobId) -> Result<(), Failure> {
        self.0.cancel(job).await
    }
}

/// How the schedules ended.
#[derive(Debug, Default)]
struct Tally {
    right: u64,
    wrong: u64,
}

#[test]
fn under_any_schedule_of_faults_the_answer_is_right_or_there_is_an_error() {
    let count = std::env::var("DOWNLOAD_ANALYTICS_FAULTS");
    let count = count.map_or(SCHEDULES, |count| count.parse().expect("a number"));
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let tallies = thread::scope(|scope| {
        let of_thread = |first| {
            let worlds = (first..count.div_ceil(EACH)).step_by(threads as usize);
            let mut tally = Tally::default();
            worlds.for_each(|world| {
                schedules(world * EACH..count.min((world + 1) * EACH), &mut tally)
            });
            tally
        };
        let handles: Vec<_> = (0..threads).map(|n| scope.spawn(move || of_thread(n))).collect();
        handles.into_iter().map(|handle| handle.join().expect("no panic")).collect::<Vec<_>>()
    });
    let right: u64 = tallies.iter().map(|tally| tally.right).sum();
    let wrong: u64 = tallies.iter().map(|tally| tally.wrong).sum();
    assert_eq!(right + wrong, count);
    assert!(right > count * 9 / 10, "{right} of {count} have an answer");
    if count >= 1000 {
        assert!(wrong > 0, "no schedule is bad enough to be an error");
    }
}

fn schedules(seeds: std::ops::Range<u64>, tally: &mut Tally) {
    let world = World::new();
    let service = world.server.service();
    let who = Who::ALL[(seeds.start / EACH) as usize % Who::ALL.len()];
    let expected = rows();
    block_on(async {
        let rest = Rc::new(world.connect(who, limits()).await);
        for seed in seeds {
            // From a fault now and then to hardly anything that works.
            let (percent, most) = (5 + seed % 13 * 5, if seed % 5 == 0 { u32::MAX } else { 12 });
            service.with_faults(|faults| faults.random(seed, percent as u32, most));
            let warehouse = Shared(rest.clone());
            let runner = Runner::new(warehouse, world.clock.clone(), Patience::default(), seed);
            let (run, job) = (seed.to_string(), JobId(format!("da-{seed}")));
            let query = query(&run);
            let mut taken = Taken::default();
            let result = runner.run(&query, &job, ENOUGH, &mut taken).await;
            service.with_faults(|faults| faults.clear());
            let billed = Cell::new(0);
            let jobs = service.with_ledger(|ledger| {
                assert_eq!(ledger.violations, [] as [&str; 0]);
                let ours = ledger.jobs.iter().rev().filter(|job| job.labels["run"] == run);
                ours.filter(|job| job.billed > 0).inspect(|job| billed.set(job.billed)).count()
            });
            assert!(jobs <= 1, "seed {seed}: {jobs} jobs were billed");
            match result {
                Ok(finished) => {
                    assert_eq!(taken.sorted(), expected, "seed {seed}");
                    assert_eq!((jobs, finished.bytes_billed), (1, billed.get()), "seed {seed}");
                    tally.right += 1;
                }
                Err(error) => {
                    assert!(!error.is_unbilled() || jobs == 0, "seed {seed}: {error}");
                    let known = matches!(
                        error,
                        QueryError::Later { .. }
                            | QueryError::Failed { .. }
                            | QueryError::NotWhole { .. }
                            | QueryError::Credentials { .. }
                    );
                    assert!(known, "seed {seed}: {error:?}");
                    tally.wrong += 1;
                    if matches!(error, QueryError::Failed { .. }) {
                        continue;
                    }
                    // A later run goes on with the same job.
                    let warehouse = Shared(rest.clone());
                    let later = Runner::new(warehouse, world.clock.clone(), Patience::default(), 0);
                    let mut taken = Taken::default();
                    let result = later.run(&query, &job, ENOUGH, &mut taken).await;
                    result.unwrap_or_else(|error| panic!("seed {seed}, a later run: {error}"));
                    assert_eq!(taken.sorted(), expected, "seed {seed}");
                    let jobs = service.with_ledger(|ledger| {
                        let ours = ledger.jobs.iter().filter(|job| job.labels["run"] == run);
                        ours.filter(|job| job.billed > 0).count()
                    });
                    assert_eq!(jobs, 1, "seed {seed}: a later run");
                }
            }
        }
    });
}
