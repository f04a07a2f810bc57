//! A run that ends early says that it has done something, whatever ended it: what was paid for is kept and shown.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use downloads::parse_day;
use local_bigquery::{
    Event, Fault, Kind, LocalBigquery, Server, Settings, Table, Target, credentials,
};

const CONFIG: &str = "projects: [{name: alpha, since: 2024-01-15}]\n";

/// A download on each day of three months, so three queries.
fn server() -> Server {
    let mut table = Table::new();
    for day in parse_day("2024-01-15").unwrap().iter_days().take(60) {
        table.add(&Event::new("alpha", day.and_hms_opt(12, 0, 0).unwrap().and_utc()));
    }
    let settings = Settings { rows_factor: 1000, ..Settings::default() };
    Server::start(Arc::new(LocalBigquery::new(settings, table))).unwrap()
}

fn collect(home: &Path, server: &Server, more: &[&str]) -> Output {
    fs::write(home.join("config.yaml"), CONFIG).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command.args(["pypi", "--quiet", "--store", "data", "--now", "2024-03-12T08:00:00Z"]);
    command.args(["--bigquery-endpoint", server.url()]).args(more).current_dir(home);
    command.env("BIGQUERY_CREDENTIALS", credentials::service_account(server.url()));
    command.output().unwrap()
}

#[test]
fn credentials_that_are_refused_half_way_leave_a_run_that_was_done_in_part() {
    let server = server();
    let home = tempfile::tempdir().unwrap();
    server.service().with_faults(|faults| {
        faults.script(Target::of(Kind::Insert, 2), Fault::Revoke);
        for number in 2..20 {
            let refused = Fault::refuse(400, "invalid_grant");
            faults.script(Target::of(Kind::Token, number), refused);
        }
    });
    let output = collect(home.path(), &server, &["--add-metrics"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: cannot read 2024-02"), "{said}");
    assert!(home.path().join("data/pypi/alpha/2024-03.csv").exists());
    assert!(home.path().join("data/alpha.xlsx").exists(), "of what was collected until then");
    // Before the first query they are a mistake of whoever set them up.
    let home = tempfile::tempdir().unwrap();
    let every = Fault::refuse(400, "invalid_grant");
    server.service().with_faults(|faults| {
        faults.clear();
        faults.script(Target::every(Kind::Token), every);
    });
    let output = collect(home.path(), &server, &[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
