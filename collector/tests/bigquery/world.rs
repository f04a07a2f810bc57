//! A local BigQuery with some downloads, a clock that only runs when somebody waits, and a client.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use collector::bigquery::{
    Clock, Credentials, Endpoint, Finished, JobId, Limits, Patience, Query, QueryError, Rest, Row,
    Runner, Sink,
};
use local_bigquery::{
    Event, Fault, Kind, Ledger, LocalBigquery, Server, Settings, Table, Target, credentials,
};

/// Enough for any of the queries here, in bytes.
pub(crate) const ENOUGH: u64 = 1 << 40;

/// A clock in milliseconds, shared with the server.
#[derive(Clone, Debug)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        let start = Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).unwrap();
        Self(Arc::new(AtomicI64::new(start.timestamp_millis())))
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).expect("a time")
    }

    async fn sleep(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as i64, Ordering::SeqCst);
    }
}

/// Which credentials the client has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    ServiceAccount,
    Workload,
    ImpersonatingWorkload,
    User,
}

impl Who {
    pub(crate) const ALL: [Self; 4] =
        [Self::ServiceAccount, Self::Workload, Self::ImpersonatingWorkload, Self::User];

    pub(crate) fn json(self, url: &str) -> String {
        match self {
            Self::ServiceAccount => credentials::service_account(url),
            Self::Workload => credentials::external_account(url),
            Self::ImpersonatingWorkload => credentials::external_account_impersonating(url),
            Self::User => credentials::authorized_user(url),
        }
    }
}

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) clock: TestClock,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    /// The clock of the settings is replaced.
    pub(crate) fn with(settings: Settings) -> Self {
        let clock = TestClock::new();
        let shared = clock.clone();
        let settings = Settings { clock: Arc::new(move || shared.now()), ..settings };
        let service = Arc::new(LocalBigquery::new(settings, table()));
        Self { server: Server::start(service).expect("a free port"), clock }
    }

    /// A client that reads seven rows at a time.
    pub(crate) async fn connect(&self, who: Who, limits: Limits) -> Rest<TestClock> {
        let url = self.server.url();
        let json = who.json(url);
        let env = |name: &str| match name {
            "BIGQUERY_CREDENTIALS" => Some(json.clone()),
            "GOOGLE_CLOUD_PROJECT" => Some("local-project".to_owned()),
            _ => None,
        };
        let found = Credentials::find(None, None, &env).expect("credentials");
        let endpoint: Endpoint = url.parse().expect("an address");
        let job = Duration::from_secs(1800);
        Rest::connect(endpoint, found, self.clock.clone(), limits, job).await.expect("a client")
    }

    /// Runs the query with a client of its own.
    pub(crate) fn run(&self, who: Who) -> Outcome {
        self.run_within(who, limits(), ENOUGH)
    }

    pub(crate) fn run_within(&self, who: Who, limits: Limits, max_bytes: u64) -> Outcome {
        block_on(async {
            let rest = self.connect(who, limits).await;
            let runner = Runner::new(rest, self.clock.clone(), Patience::default(), 1);
            let mut taken = Taken::default();
            let job = JobId("da-test".to_owned());
            let result = runner.run(&query("test"), &job, max_bytes, &mut taken).await;
            Outcome { result, taken, ledger: self.server.service().ledger() }
        })
    }

    pub(crate) fn fault(&self, target: Target, fault: Fault) {
        self.server.service().with_faults(|faults| faults.script(target, fault));
    }
}

/// What came of a query.
pub(crate) struct Outcome {
    pub(crate) result: Result<Finished, QueryError>,
    pub(crate) taken: Taken,
    pub(crate) ledger: Ledger,
}

impl Outcome {
    /// The answer is right, and one job was billed.
    pub(crate) fn assert_right(&self) {
        let finished = self.result.as_ref().expect("an answer");
        assert_eq!(finished.total_rows, rows().len() as u64);
        assert_eq!(self.taken.sorted(), rows());
        assert_eq!(finished.bytes_billed, self.ledger.billed());
        self.assert_billed(1);
    }

    pub(crate) fn error(&self) -> &QueryError {
        self.assert_billed_once_at_most();
        self.result.as_ref().expect_err("an error")
    }

    pub(crate) fn assert_billed(&self, jobs: usize) {
        assert_eq!(self.ledger.violations, [] as [&str; 0]);
        assert_eq!(self.ledger.jobs.iter().filter(|job| job.billed > 0).count(), jobs);
    }

    fn assert_billed_once_at_most(&self) {
        assert_eq!(self.ledger.violations, [] as [&str; 0]);
        assert!(self.ledger.jobs.iter().filter(|job| job.billed > 0).count() <= 1);
    }

    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.ledger.count(kind)
    }
}

/// Keeps the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    rows: Vec<Vec<Option<String>>>,
    pub(crate) restarts: u32,
}

impl Taken {
    pub(crate) fn sorted(&self) -> Vec<Vec<Option<String>>> {
        let mut rows = self.rows.clone();
        rows.sort();
        rows
    }
}

impl Sink for Taken {
    fn restart(&mut self) -> anyhow::Result<()> {
        self.rows.clear();
        self.restarts += 1;
        Ok(())
    }

    fn row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.rows.push(row.values().map(|value| value.map(str::to_owned)).collect());
        Ok(())
    }
}

/// A server that answers each request, head and body, with a status line and a body of JSON. It runs
/// until the process ends.
pub(crate) fn serve(answer: impl Fn(&str) -> (&'static str, String) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(&stream);
            let (mut request, mut length) = (String::new(), 0);
            while let Ok(read) = reader.read_line(&mut request)
                && read > 2
            {
                let line = request[request.len() - read..].to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let (status, body) = answer(&(request + &String::from_utf8_lossy(&body)));
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n");
            let rest =
                "Metadata-Flavor: Google\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n";
            (&stream).write_all((head + rest + &body).as_bytes()).ok();
        }
    });
    url
}

pub(crate) fn limits() -> Limits {
    Limits { page_rows: 7, ..Limits::default() }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// Downloads by country of two projects on two days; `run` tells queries apart in the ledger.
pub(crate) fn query(run: &str) -> Query {
    let sql = "SELECT project, DATE(timestamp) AS date, country_code, COUNT(*) AS downloads \
               FROM `bigquery-public-data.pypi.file_downloads` \
               WHERE timestamp >= TIMESTAMP '2026-11-01 00:00:00+00' \
               AND timestamp < TIMESTAMP '2026-11-03 00:00:00+00' \
               AND project IN UNNEST(@projects) GROUP BY 1, 2, 3";
    Query {
        sql: sql.to_owned(),
        columns: vec!["project", "date", "country_code", "downloads"],
        projects: ["one", "two"].map(|name| name.parse().expect("a name")).to_vec(),
        labels: BTreeMap::from([("tool", "test".to_owned()), ("run", run.to_owned())]),
    }
}

const COUNTRIES: [Option<&str>; 6] =
    [None, Some("AT"), Some("DE"), Some("FR"), Some("JP"), Some("US")];

/// The n-th project has, on the n-th day, as many downloads from the n-th country as all of that.
fn events() -> impl Iterator<Item = (&'static str, i64, Option<&'static str>, u64)> {
    let projects = ["one", "three", "two"].into_iter().enumerate();
    projects.flat_map(|(at, project)| {
        (0..3).flat_map(move |day| {
            let countries = COUNTRIES.into_iter().enumerate();
            countries.map(move |(n, country)| (project, day, country, 1 + (at + n) as u64 % 3))
        })
    })
}

fn table() -> Table {
    let start = Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap();
    let mut table = Table::new();
    for (project, day, country, downloads) in events() {
        for second in 0..downloads {
            let time = start + TimeDelta::days(day) + TimeDelta::seconds(second as i64);
            let country_code = country.map(str::to_owned);
            table.add(&Event { country_code, ..Event::new(project, time) });
        }
    }
    table
}

/// What the query answers, sorted.
pub(crate) fn rows() -> Vec<Vec<Option<String>>> {
    let asked = events().filter(|(project, day, ..)| *project != "three" && *day < 2);
    let mut rows: Vec<_> = asked
        .map(|(project, day, country, downloads)| {
            let date = format!("2026-11-0{}", day + 1);
            vec![
                Some(project.to_owned()),
                Some(date),
                country.map(str::to_owned),
                Some(downloads.to_string()),
            ]
        })
        .collect();
    rows.sort();
    rows
}
