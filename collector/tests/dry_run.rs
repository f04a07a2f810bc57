//! The plan of a run without BigQuery: what is told, and that nobody is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use chrono::{DateTime, TimeDelta, Utc};
use downloads::{Day, ProjectName};
use store::{Check, Interval, Spending, SpendingState, Writer};
use tempfile::TempDir;

/// How the program ended, and what it wrote.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A folder with a configuration and a store in which `sdv` was up to date the day before.
fn home(config: &str) -> TempDir {
    home_at(config, "2024-03-31T08:00:00Z")
}

/// The same, of which everything was looked at last at this time.
fn home_at(config: &str, fetched_at: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.yaml"), config).unwrap();
    let sdv: ProjectName = "sdv".parse().unwrap();
    let mut writer =
        Writer::open(&home.path().join("data"), "test", time("2024-04-01T08:00:00Z")).unwrap();
    let day = |text: &str| text.parse::<Day>().unwrap();
    let (first, last, fetched_at) = (day("2024-01-01"), day("2024-03-30"), time(fetched_at));
    writer.cover(&sdv, Interval { first, last, fetched_at, origin: "bigquery".into() });
    for day in day("2024-02-01").iter_days().take_while(|day| *day <= last) {
        writer.set_check(&sdv, day, Some(Check { downloads: 0, seconds: 0 }));
    }
    writer.commit().unwrap();
    home
}

/// Bills of which each is a tenth of the upper bound.
fn bill(home: &Path, count: i64) {
    let mut writer =
        Writer::open(&home.join("data"), "test", time("2024-04-01T08:00:00Z")).unwrap();
    for n in 0..count {
        writer.spend(Spending {
            started_at: time("2024-03-01T08:00:00Z") + TimeDelta::days(n),
            job: format!("da-20240301t080000-abc-def-{n}"),
            upper_bound: 600 << 30,
            billed: Some(60 << 30),
            state: SpendingState::Stored,
        });
    }
    writer.commit().unwrap();
}

/// A dry run without credentials, at a fixed time. The address is that of nobody.
fn offline(home: &Path, args: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command
        .args(["pypi", "--dry-run", "--offline", "--bigquery-endpoint", "http://127.0.0.1:1"])
        .args(["--now", "2024-04-01T08:00:00Z"])
        .args(args)
        .current_dir(home)
        .env("HOME", home)
        .env("BIGQUERY_CREDENTIALS", "/no/such/file")
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const CONFIG: &str = "projects: [{name: sdv, since: 2024-01-01}]\n";

/// A library is added, of which two months are to be read.
const ADDED: &str = "projects:
  - {name: sdv, since: 2024-01-01}
  - {name: rdt, since: 2024-02-28, detail: standard}
budget: {query: 100 TiB, month: 1 TiB}
";

#[test]
fn the_plan_of_a_day_is_told_without_credentials() {
    let home = home(CONFIG);
    let ended = offline(home.path(), &[]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out);
}

#[test]
fn the_plan_of_an_added_library_is_told_with_what_the_bills_let_expect() {
    let home = home(ADDED);
    bill(home.path(), 2);
    let few = offline(home.path(), &[]);
    assert_eq!(few.code, 0, "an estimate refuses nothing: {few:?}");
    assert!(
        few.out.contains("By this estimate the run would be refused. Over budget: "),
        "{few:?}"
    );
    bill(home.path(), 3);
    let ended = offline(home.path(), &[]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out);
    let ended = offline(home.path(), &["--markdown"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out);
    let cheap = offline(home.path(), &["--max-month-bytes", "100TiB"]);
    assert!(!cheap.out.contains("refused"), "{cheap:?}");
}

#[test]
fn nothing_to_do_is_told_too() {
    let home = home_at(CONFIG, "2024-04-01T07:00:00Z");
    let ended = offline(home.path(), &["--end-date", "2024-03-30"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r"
        nothing to collect: all days are up to date
        no query is needed
        0 B of the free 1 TiB used this month
        budget: 1 TiB a month, 1 TiB a query; $6.25 a TiB
        ");
    let ended = offline(home.path(), &["--end-date", "2024-03-30", "--markdown"]);
    insta::assert_snapshot!(ended.out, @r"
        ### What `collector pypi` would ask

        nothing to collect\: all days are up to date.

        no query is needed  
        0 B of the free 1 TiB used this month  
        budget\: 1 TiB a month, 1 TiB a query; \$6.25 a TiB  
        ");
}

#[test]
fn nothing_is_written_not_even_a_store() {
    let home = home(CONFIG);
    fs::remove_dir_all(home.path().join("data")).unwrap();
    let ended = offline(home.path(), &["--max-days", "3"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_long_history_makes_a_summary_that_is_short_enough() {
    let home = home("projects: [sdv, rdt]\n");
    let ended = offline(home.path(), &["--markdown"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains(" more, of older days\n"), "{ended:?}");
    assert!(ended.out.len() < 20_000, "{}", ended.out.len());
}

#[test]
fn a_configuration_with_a_mistake_is_refused_as_ever() {
    let home = home("projects: [sdv]\nlookbak: 3\n");
    let ended = offline(home.path(), &["--markdown"]);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{ended:?}");
    assert!(ended.err.contains("`lookbak`"), "{ended:?}");
}

#[test]
fn it_is_only_for_dry_runs() {
    let home = home(CONFIG);
    for flag in ["--offline", "--markdown"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
        let output = command.args(["pypi", flag]).current_dir(home.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("--dry-run"), "{err}");
    }
}
