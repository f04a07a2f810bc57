//! The steps of the action with the programs themselves: against a local BigQuery, and a bare repository.
//! Whatever goes wrong on the way, the next run has all, and nothing is paid for twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use downloads::parse_day;
use local_bigquery::{Event, LocalBigquery, Server, Settings, Table, credentials};
use serde_json::json;
use tempfile::TempDir;
use workflow_tests::{
    file,
    runner::{Done, Runner},
};

const CONFIG: &str = "site: {title: Daily}
store: data
projects:
  - {name: alpha, since: 2024-02-20}
  - {name: beta, since: 2024-02-20}
";

/// A BigQuery, and a remote with the configuration.
struct World {
    home: TempDir,
    server: Server,
    /// The number of the last run.
    run: u32,
}

fn table() -> Table {
    let mut table = Table::new();
    for day in parse_day("2024-02-20").unwrap().iter_days().take(30) {
        for (name, count) in [("alpha", 2), ("beta", 1)] {
            for second in 0..count {
                let time = day.and_hms_opt(12, 0, second).unwrap().and_utc();
                table.add(&Event::new(name, time));
            }
        }
    }
    table
}

/// Nobody's own configuration of git counts.
fn shielded(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {err}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = shielded("git", folder);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(args);
    said(command)
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let settings = Settings { rows_factor: 1000, ..Settings::default() };
        let server = Server::start(Arc::new(LocalBigquery::new(settings, table()))).unwrap();
        let world = Self { home, server, run: 0 };
        git(world.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"]);
        let author = world.clone_as("author");
        fs::write(author.join("config.yaml"), CONFIG).unwrap();
        git(&author, &["add", "config.yaml"]);
        git(&author, &["commit", "--quiet", "--message", "config"]);
        git(&author, &["push", "--quiet", "origin", "HEAD:main"]);
        world
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    fn clone_as(&self, name: &str) -> PathBuf {
        let remote = format!("file://{}", self.path().join("remote.git").display());
        git(self.path(), &["clone", "--quiet", &remote, name]);
        self.path().join(name)
    }

    fn in_remote(&self, args: &[&str]) -> String {
        git(&self.path().join("remote.git"), args)
    }

    fn branches(&self) -> String {
        self.in_remote(&["for-each-ref", "--format=%(refname:short)", "refs/heads"])
    }

    fn billed_jobs(&self) -> usize {
        let ledger = self.server.service().ledger();
        assert_eq!(ledger.violations, [] as [String; 0]);
        ledger.jobs.iter().filter(|job| job.billed > 0).count()
    }

    /// What the collector is told that no input of the action can say.
    fn endpoint(&self, now: &str) -> String {
        format!("--bigquery-endpoint={} --now={now}", self.server.url())
    }

    /// Runs the action on a new machine: `now` is when, `around` is a script that may do something else
    /// than to `call` the collector with the arguments.
    fn act(&mut self, now: &str, around: &str) -> Done {
        self.run += 1;
        let mut runner = Runner::new().unwrap();
        let remote = format!("file://{}", self.path().join("remote.git").display());
        git(runner.root(), &["clone", "--quiet", "--depth=1", &remote, "workspace"]);
        let (collector, site_gen) =
            (env!("CARGO_BIN_EXE_daily-tests"), env!("CARGO_BIN_EXE_daily-site-gen"));
        let endpoint = self.endpoint(now);
        let wrapped = format!(
            "call() {{\n  if [[ $1 == pypi ]]; then set -- \"$@\" {endpoint}; fi\n  '{collector}' \"$@\"\n}}\n\
             {around}\ncall \"$@\""
        );
        runner.stubs.add("collector", &wrapped).unwrap();
        let today = &now[..10];
        let wrapped = format!("'{site_gen}' --quiet --no-cards --today={today} \"$@\"");
        runner.stubs.add("site-gen", &wrapped).unwrap();
        runner.stubs.add("rustup", "").unwrap();
        let programs = runner.stubs.folder().display().to_string();
        let cargo = format!(
            "while (( $# )); do case $1 in --target-dir) target=$2 ;; esac; shift; done\n\
             mkdir -p \"$target/release\"; cp '{programs}'/{{collector,site-gen}} \"$target/release/\""
        );
        runner.stubs.add("cargo", &cargo).unwrap();
        runner.contexts = json!({
            "github": {
                "token": "token",
                "run_id": self.run.to_string(),
                "run_attempt": "1",
                "server_url": "https://github.com",
                "action_repository": "",
                "action_ref": "",
            },
            "runner": {"temp": runner.temp()},
        });
        for name in ["actions/cache/restore", "actions/cache/save"] {
            runner.actions.insert(name.into(), BTreeMap::new());
        }
        let key = credentials::service_account(self.server.url());
        let inputs = [("bigquery-credentials".to_owned(), key)].into();
        let done = runner.action(&file::action().unwrap(), &inputs).unwrap();
        let store = runner.temp().join("download-analytics/store");
        let mut fsck = shielded(collector, runner.root());
        fsck.args(["fsck", "--store"]).arg(store);
        assert_eq!(said(fsck), "all is well");
        if done.outputs["site"] == "site" {
            assert!(runner.workspace().join("site/projects/alpha/index.html").exists());
        }
        done
    }

    /// The days that the branch has of a project.
    fn days(&self, project: &str) -> Vec<String> {
        let coverage = self.in_remote(&["show", "data:pypi/coverage.csv"]);
        let mut days = Vec::new();
        for line in coverage.lines() {
            let fields: Vec<_> = line.split(',').collect();
            if fields[0] == project {
                let (first, last) = (parse_day(fields[1]).unwrap(), parse_day(fields[2]).unwrap());
                let all = first.iter_days().take_while(|day| *day <= last);
                days.extend(all.map(|day| day.to_string()));
            }
        }
        days
    }
}

#[test]
fn whatever_happens_to_a_run_the_next_one_has_all_and_pays_for_nothing_twice() {
    let mut world = World::new();
    // A first run that comes before there is anything: no site.
    let done = world.act("2024-02-20T05:00:00Z", "");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "");
    assert_eq!(world.branches(), "main");

    let done = world.act("2024-03-02T08:00:00Z", "");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(world.branches(), "data\nmain");
    let tip = world.in_remote(&["rev-parse", "data"]);
    let jobs = world.billed_jobs();
    assert!(jobs > 0);
    let done = world.act("2024-03-02T11:47:00Z", "");
    assert!(done.ok, "{}", done.printed());
    assert_eq!((world.in_remote(&["rev-parse", "data"]), world.billed_jobs()), (tip, jobs));

    // Somebody else collects one of the projects, and pushes first.
    let other = world.clone_as("other");
    let collector = env!("CARGO_BIN_EXE_daily-tests");
    let run = |arguments: &str| {
        let mut bash = shielded("bash", &other);
        bash.env("BIGQUERY_CREDENTIALS", credentials::service_account(world.server.url()));
        bash.args(["-c", &format!("'{collector}' {arguments}")]);
        said(bash);
    };
    run("branch pull");
    run(&format!("pypi --quiet --projects alpha {}", world.endpoint("2024-03-03T08:00:00Z")));
    let race = format!(
        "if [[ $2 == push && $3 == --branch=data ]]; then (cd '{}'; call branch push); fi",
        other.display()
    );
    let done = world.act("2024-03-03T08:10:00Z", &race);
    assert_eq!(done.failed(), ["Push the data"], "{}", done.printed());
    assert_eq!(done.step("Push the data").unwrap().code, Some(5));
    assert_eq!(done.outputs["site"], "");
    assert_eq!(world.branches(), "data\ndata-kept-4-1\nmain");
    assert!(world.days("alpha").contains(&"2024-03-02".to_owned()), "the other one's");
    assert!(!world.days("beta").contains(&"2024-03-02".to_owned()), "not yet");
    let jobs = world.billed_jobs();
    let done = world.act("2024-03-03T11:47:00Z", "");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(world.billed_jobs(), jobs, "all was paid for");
    assert_eq!(world.branches(), "data\nmain");
    assert_eq!(world.days("beta"), world.days("alpha"));
    assert_eq!(world.days("beta").last().unwrap(), "2024-03-02");

    // Killed when all was collected; and once more, so that two branches wait.
    for (now, branches) in [
        ("2024-03-04T08:00:00Z", "data\ndata-kept-6-1\nmain"),
        ("2024-03-05T08:00:00Z", "data\ndata-kept-6-1\ndata-kept-7-1\nmain"),
    ] {
        let done = world.act(now, "if [[ $1 == pypi ]]; then call \"$@\"; kill -KILL $$; fi");
        assert_eq!(done.failed(), ["Collect"], "{}", done.printed());
        assert_eq!(world.branches(), branches);
    }
    let jobs = world.billed_jobs();
    let done = world.act("2024-03-05T11:47:00Z", "");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(world.billed_jobs(), jobs, "all was paid for");
    assert_eq!(world.branches(), "data\nmain");
    assert_eq!(world.days("alpha").last().unwrap(), "2024-03-04");
    assert_eq!(world.days("alpha").len(), 14, "{:?}", world.days("alpha"));
    // Every job is in the list of spending, once.
    let spending = world.in_remote(&["show", "data:pypi/spending.csv"]);
    assert_eq!(spending.lines().count(), 1 + world.billed_jobs(), "{spending}");
}
