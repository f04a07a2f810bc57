//! The program is killed at any moment, and nothing is lost or paid twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use downloads::{Day, DayState};
use local_bigquery::{Event, LocalBigquery, Server, Settings, Table, credentials};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use store::Snapshot;

/// How often the program is killed. `DOWNLOAD_ANALYTICS_KILLS` says another number.
const KILLS: u32 = 100;

const FIRST: &str = "2024-01-01";
const DAYS: usize = 40;

/// Each day is a query of its own, so that there is much that can be cut off.
const CONFIG: &str = "projects: [{name: a, since: 2024-01-01}, {name: b, since: 2024-01-01}]
budget: {query: 15 MiB, month: 100 TiB}
";

fn table() -> Table {
    let mut table = Table::new();
    for (n, day) in FIRST.parse::<Day>().unwrap().iter_days().take(DAYS).enumerate() {
        for (name, count) in [("a", n % 4), ("b", n % 3)] {
            let noon = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
            (0..count).for_each(|_| table.add(&Event::new(name, noon)));
        }
    }
    table
}

fn start(folder: &Path, url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_collector"))
        .args(["pypi", "--config", "config.yaml", "--store", "data", "--quiet"])
        .args(["--authentication-credentials", "key.json", "--bigquery-endpoint", url])
        .args(["--now", "2024-02-10T08:00:00Z"])
        .current_dir(folder)
        .env_remove("BIGQUERY_CREDENTIALS")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The downloads of each collected day. Reading checks every file against the manifest.
fn downloads(store: &Path) -> BTreeMap<(String, Day), u64> {
    let Ok(snapshot) = Snapshot::open(store) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for project in snapshot.projects() {
        let name = project.as_str();
        for interval in snapshot.coverage(name) {
            let days = interval.first.iter_days().take_while(|day| *day <= interval.last);
            found.extend(days.map(|day| ((name.to_owned(), day), 0)));
        }
        snapshot
            .read_rows(name, |row| {
                *found.get_mut(&(name.to_owned(), row.day)).unwrap() += row.downloads
            })
            .unwrap();
    }
    found
}

#[test]
fn a_run_that_is_killed_at_any_moment_loses_nothing() {
    let kills = env::var("DOWNLOAD_ANALYTICS_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let mut random = StdRng::seed_from_u64(1);
    // A row of the 14 columns is 111 bytes, so most days are a query of their own.
    let settings = Settings { rows_factor: 20_000, ..Settings::default() };
    let mut killed = 0;
    let mut whole = 0;
    while killed < kills {
        let server =
            Server::start(Arc::new(LocalBigquery::new(settings.clone(), table()))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("data");
        fs::write(folder.path().join("config.yaml"), CONFIG).unwrap();
        let key = folder.path().join("key.json");
        fs::write(&key, credentials::service_account(server.url())).unwrap();
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let mut before = BTreeMap::new();
        for runs in 1.. {
            let mut run = start(folder.path(), server.url());
            // Most are killed at work, some before they have begun. A run that has to find out what
            // became of a job takes its time, so that now and then it gets some.
            let at_most = if runs % 16 == 0 { 10_000 } else { 300 };
            thread::sleep(Duration::from_millis(random.random_range(0..at_most)));
            run.kill().unwrap();
            let output = run.wait_with_output().unwrap();
            let ended = output.status.code().is_some();
            assert!(
                !ended || output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let after = downloads(&store);
            for (day, count) in &before {
                assert_eq!(after.get(day), Some(count), "{day:?} was there before");
            }
            before = after;
            if ended {
                break;
            }
            killed += 1;
        }
        whole += 1;
        assert_whole(&store, &before, &server);
    }
    assert!(whole > 0);
}

/// Every day is there, as it is in the table, and each query was paid once.
fn assert_whole(store: &Path, found: &BTreeMap<(String, Day), u64>, server: &Server) {
    let snapshot = Snapshot::open(store).unwrap();
    for (n, day) in FIRST.parse::<Day>().unwrap().iter_days().take(DAYS).enumerate() {
        for (name, count) in [("a", n % 4), ("b", n % 3)] {
            assert_eq!(found.get(&(name.into(), day)), Some(&(count as u64)), "{name} {day}");
            assert_ne!(snapshot.day_state(name, day, 3), DayState::NotCollected);
        }
    }
    let ledger = server.service().ledger();
    assert_eq!(ledger.violations, [] as [String; 0]);
    let paid: Vec<_> = ledger.jobs.iter().filter(|job| job.billed > 0).collect();
    let different: BTreeSet<_> = paid.iter().map(|job| &job.sql).collect();
    assert_eq!(paid.len(), different.len(), "a query was paid twice");
    let booked: u64 = snapshot.spending().iter().filter_map(|it| it.billed).sum();
    assert_eq!(booked, ledger.billed());
}
