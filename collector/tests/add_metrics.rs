//! `collector pypi --add-metrics`: workbooks beside the store, of what was collected.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use config::Config;
use downloads::parse_day;
use local_bigquery::{Event, LocalBigquery, Server, Settings, Table, credentials};
use store::Snapshot;
use tempfile::TempDir;

/// The second is named in another spelling than its files.
const CONFIG: &str = "projects:
- {name: alpha, since: 2024-01-15}
- {name: Beta_Two, since: 2024-02-01, detail: standard}
- {name: nobody-asked, since: 2024-03-05}
";

/// The projects above, by the names of their files.
const NAMES: [&str; 3] = ["alpha", "beta-two", "nobody-asked"];

/// A download of each of the first two projects on each day, one more of the first on some.
fn server() -> Server {
    let mut table = Table::new();
    for (at, day) in parse_day("2024-01-15").unwrap().iter_days().take(56).enumerate() {
        let noon = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
        let version = Some(format!("1.{}", at % 11));
        table.add(&Event { version: version.clone(), ci: Some(true), ..Event::new("alpha", noon) });
        if at % 3 == 0 {
            table.add(&Event::new("alpha", noon));
        }
        table.add(&Event { version, ..Event::new("beta-two", noon) });
    }
    let settings = Settings { clock: Arc::new(now), rows_factor: 1000, ..Settings::default() };
    Server::start(Arc::new(LocalBigquery::new(settings, table))).unwrap()
}

/// The day after the last one.
fn now() -> DateTime<Utc> {
    "2024-03-12T08:00:00Z".parse().unwrap()
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.yaml"), CONFIG).unwrap();
    home
}

/// The command line without `--add-metrics`.
fn command(home: &Path, server: &Server) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command.args(["pypi", "--quiet", "--store", "data", "--now", "2024-03-12T08:00:00Z"]);
    command.args(["--bigquery-endpoint", server.url()]).current_dir(home);
    command.env("BIGQUERY_CREDENTIALS", credentials::service_account(server.url()));
    command
}

fn collect(home: &Path, server: &Server, more: &[&str]) -> Output {
    command(home, server).arg("--add-metrics").args(more).output().unwrap()
}

fn last_line(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap().lines().last().unwrap_or_default()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The workbook that a store has beside it. `None` if there is none.
fn workbook(home: &Path, name: &str) -> Option<Vec<u8>> {
    fs::read(home.join(format!("data/{name}.xlsx"))).ok()
}

/// What a workbook of the store is to be.
fn expected(home: &Path, name: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::parse(CONFIG, "config.yaml", &mut |_| unreachable!()).unwrap();
    let snapshot = Snapshot::open(&home.join("data")).unwrap();
    let project = config.project(&name.parse().unwrap()).unwrap();
    let (mirrors, lookback) = (&config.mirrors, config.lookback);
    let counted = (mirrors, lookback);
    let projects = std::slice::from_ref(project);
    let made = workbooks::write_projects(folder.path(), projects, &snapshot, counted, |_, _| ());
    assert!(matches!(made[..], [Ok(Some((true, ())))]));
    fs::read(folder.path().join(format!("{name}.xlsx"))).ok()
}

/// The downloads that a store has of a project.
fn downloads(home: &Path, name: &str) -> u64 {
    let mut downloads = 0;
    let snapshot = Snapshot::open(&home.join("data")).unwrap();
    snapshot.read_rows(name, |row| downloads += row.downloads).unwrap();
    downloads
}

#[test]
fn workbooks_of_what_was_collected_are_beside_the_store() {
    let (home, server) = (home(), server());
    let output = collect(home.path(), &server, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // A project without downloads has been collected too.
    assert_eq!(last_line(&output), "workbooks: 3 written, 0 unchanged, in data");
    for name in NAMES {
        let (found, expected) = (workbook(home.path(), name), expected(home.path(), name));
        assert!(expected.is_some() && found == expected, "{name}");
    }
    assert_eq!(NAMES.map(|name| downloads(home.path(), name)), [56 + 19, 29 + 10, 0]);
    let jobs = server.service().ledger().jobs.len();
    let again = collect(home.path(), &server, &[]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(last_line(&again), "workbooks: 0 written, 3 unchanged, in data");
    assert_eq!(server.service().ledger().jobs.len(), jobs, "nothing is asked again");
}

#[test]
fn only_the_projects_that_are_named_get_a_workbook() {
    let (home, server) = (home(), server());
    let output = collect(home.path(), &server, &["--projects", "beta.two"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(last_line(&output), "workbooks: 1 written, 0 unchanged, in data");
    let found = NAMES.map(|name| workbook(home.path(), name));
    assert_eq!(found, [None, expected(home.path(), "beta-two"), None]);
}

#[test]
fn without_the_flag_there_are_none() {
    let (home, server) = (home(), server());
    let output = command(home.path(), &server).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(NAMES.map(|name| workbook(home.path(), name)), [None, None, None]);
}

#[test]
fn a_dry_run_writes_no_workbooks() {
    let (home, server) = (home(), server());
    let output = collect(home.path(), &server, &["--dry-run"]);
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    assert!(said.contains("'--add-metrics' cannot be used with '--dry-run'"), "{said}");
    assert!(!home.path().join("data").exists());
}

#[test]
fn a_workbook_that_cannot_be_written_takes_nothing_else_with_it() {
    let (home, server) = (home(), server());
    let in_the_way = home.path().join("data/alpha.xlsx");
    fs::create_dir_all(in_the_way.join("something")).unwrap();
    let output = collect(home.path(), &server, &[]);
    let error = "error: cannot write the workbook of `alpha`: cannot write `data/alpha.xlsx`: ";
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).starts_with(error), "{}", said(&output));
    assert_eq!(downloads(home.path(), "alpha"), 56 + 19);
    for name in &NAMES[1..] {
        let (found, expected) = (workbook(home.path(), name), expected(home.path(), name));
        assert!(expected.is_some() && found == expected, "{name}");
    }
    assert!(in_the_way.join("something").exists());
    let left = fs::read_dir(home.path().join("data")).unwrap();
    let mut left: Vec<_> = left.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["alpha.xlsx", "beta-two.xlsx", "nobody-asked.xlsx", "pypi"]);

    // It is tried again, though there is nothing left to collect.
    let output = collect(home.path(), &server, &[]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).starts_with(error), "{}", said(&output));
    assert_eq!(last_line(&output), "workbooks: 0 written, 2 unchanged, in data");

    fs::remove_dir_all(&in_the_way).unwrap();
    let output = collect(home.path(), &server, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(last_line(&output), "workbooks: 1 written, 2 unchanged, in data");
    assert_eq!(workbook(home.path(), "alpha"), expected(home.path(), "alpha"));
}
