//! What happens every day, from end to end: pull the data, collect, render, push the data. Each day begins
//! on a machine that knows nothing but the configuration, as those of GitHub Actions do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use clap::Parser as _;
use downloads::{Day, parse_day};
use local_bigquery::{Event, LocalBigquery, Server, Settings, Table, credentials};
use tempfile::TempDir;

const CONFIG: &str = "site: {title: Daily, base-url: https://example.org/daily/}
store: data
projects:
  - {name: alpha, since: 2024-01-30}
  - {name: beta, since: 2024-01-30}
  - {name: gamma, since: 2024-01-30}
";

/// All files of a folder, by their path in it.
type Files = BTreeMap<String, Vec<u8>>;

/// A BigQuery, a remote with the configuration, and a folder for the machines of the days.
struct World {
    home: TempDir,
    server: Server,
}

/// What a day left behind.
struct Done {
    machine: PathBuf,
    site: Files,
    /// What was said when the data was pushed.
    pushed: String,
}

/// Two projects with downloads on each day; one that had its last in February.
fn table() -> Table {
    let mut table = Table::new();
    let first = day("2024-01-30");
    for (at, day) in first.iter_days().take(60).enumerate() {
        for (name, count) in [("alpha", 2 + at % 3), ("beta", 1), ("gamma", usize::from(at < 20))] {
            for number in 0..count {
                let time = day.and_hms_opt(12, 0, number as u32).unwrap().and_utc();
                let version = Some(format!("1.{}", at / 10));
                table.add(&Event { version, ..Event::new(name, time) });
            }
        }
    }
    table
}

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

/// Nobody's own configuration of git counts.
fn shielded(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("EMAIL")
        .env_remove("BIGQUERY_CREDENTIALS")
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS");
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

fn collector(folder: &Path, args: &[&str]) -> String {
    let mut command = shielded(env!("CARGO_BIN_EXE_daily-tests"), folder);
    command.args(args);
    said(command)
}

fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with('.') && !name.ends_with(".lock") {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The paths of what was added, changed or removed.
fn changed(before: &Files, after: &Files) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        // A download stands for many rows, so that there is something to bill.
        let settings = Settings { rows_factor: 1000, ..Settings::default() };
        let server = Server::start(Arc::new(LocalBigquery::new(settings, table()))).unwrap();
        let world = Self { home, server };
        git(world.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"]);
        git(world.path(), &["clone", "--quiet", "remote.git", "author"]);
        let author = world.path().join("author");
        fs::write(author.join("config.yaml"), CONFIG).unwrap();
        git(&author, &["add", "config.yaml"]);
        git(&author, &["commit", "--quiet", "--message", "config"]);
        git(&author, &["push", "--quiet", "origin", "HEAD:main"]);
        world
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    fn in_remote(&self, args: &[&str]) -> String {
        git(&self.path().join("remote.git"), args)
    }

    fn billed_jobs(&self) -> usize {
        let ledger = self.server.service().ledger();
        assert_eq!(ledger.violations, [] as [String; 0]);
        ledger.jobs.iter().filter(|job| job.billed > 0).count()
    }

    /// What the action does, on a new machine: `now` is when, `more` are arguments for the collector.
    fn run(&self, name: &str, now: &str, more: &[&str]) -> Done {
        let remote = format!("file://{}", self.path().join("remote.git").display());
        git(self.path(), &["clone", "--quiet", "--depth=1", &remote, name]);
        let machine = self.path().join(name);
        let key = machine.join("key.json");
        fs::write(&key, credentials::service_account(self.server.url())).unwrap();
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        collector(&machine, &["branch", "pull"]);
        let fixed = ["pypi", "--quiet", "--authentication-credentials", "key.json"];
        let endpoint = ["--bigquery-endpoint", self.server.url(), "--now", now];
        collector(&machine, &[&fixed[..], &endpoint, more].concat());
        let written = self.render(&machine, now);
        assert!(written);
        let pushed = collector(&machine, &["branch", "push"]);
        assert_eq!(collector(&machine, &["fsck"]), "all is well");
        Done { site: files(&machine.join("site")), machine, pushed }
    }

    /// Renders as the program does; says whether anything was written.
    fn render(&self, machine: &Path, now: &str) -> bool {
        let path = |name: &str| machine.join(name).display().to_string();
        let (config, output) = (path("config.yaml"), path("site"));
        let args = ["site-gen", "--quiet", "--no-cards", "--config", &config, "--output", &output];
        let cli = site_gen::Cli::try_parse_from(args).unwrap();
        let outcome = site_gen::run(&cli, day(&now[..10]), &mut |_| {}).unwrap();
        assert!(outcome.failed.is_empty());
        outcome.written.is_some()
    }

    /// The files that the newest commit of the data changed.
    fn committed(&self) -> BTreeSet<String> {
        let names = self.in_remote(&["diff", "--name-only", "data~", "data"]);
        names.lines().map(String::from).collect()
    }
}

/// The lists of the store that speak of all projects.
const LISTS: [&str; 5] = [
    "pypi/checks.csv",
    "pypi/coverage.csv",
    "pypi/manifest.csv",
    "pypi/revisions.csv",
    "pypi/spending.csv",
];

/// What of the changed files is no list.
fn months(committed: &BTreeSet<String>) -> Vec<&str> {
    let names = committed.iter().map(String::as_str);
    names.filter(|name| !LISTS.contains(name)).collect()
}

/// The files of the site that speak of one project only, by its name in their path.
fn of_project<'a>(names: &'a BTreeSet<String>, project: &str) -> Vec<&'a str> {
    let is_of = |name: &str| {
        let parts = name.split(['/', '.']).flat_map(|part| part.split("-light").next());
        parts.flat_map(|part| part.split("-dark").next()).any(|part| part == project)
    };
    names.iter().map(String::as_str).filter(|name| is_of(name)).collect()
}

/// The files of the site that speak of all projects, or of how new the data is.
const OF_ALL: [&str; 12] = [
    "about/index.html",
    "api/index.html",
    "api/v1/projects.json",
    "compare/index.html",
    "data/index.html",
    "data/index.json",
    "feed.json",
    "feed.xml",
    "index.html",
    "quality/index.html",
    "sitemap.xml",
    "status.json",
];

/// The files that neither speak of these projects nor of all.
fn others<'a>(names: &'a BTreeSet<String>, projects: &[&str]) -> Vec<&'a str> {
    let of_projects: BTreeSet<&str> =
        projects.iter().flat_map(|project| of_project(names, project)).collect();
    let names = names.iter().map(String::as_str);
    names.filter(|name| !OF_ALL.contains(name) && !of_projects.contains(name)).collect()
}

#[test]
fn every_day_changes_what_is_new_and_nothing_else() {
    let world = World::new();
    let first = world.run("monday", "2024-03-02T08:00:00Z", &[]);
    assert!(first.pushed.starts_with("pushed "), "{}", first.pushed);
    let tip = world.in_remote(&["rev-parse", "data"]);
    let jobs = world.billed_jobs();
    assert!(jobs > 0);
    let held = world.in_remote(&["ls-tree", "-r", "--name-only", "data"]);
    for month in ["alpha/2024-01", "alpha/2024-02", "alpha/2024-03", "gamma/2024-02"] {
        assert!(held.contains(&format!("pypi/{month}.csv")), "{held}");
    }

    // The same day again, on another machine: nothing is billed, committed or different.
    let again = world.run("monday-again", "2024-03-02T11:47:00Z", &[]);
    assert!(again.pushed.starts_with("nothing to push"), "{}", again.pushed);
    assert_eq!(world.in_remote(&["rev-parse", "data"]), tip);
    assert_eq!(world.billed_jobs(), jobs);
    assert_eq!(changed(&first.site, &again.site), BTreeSet::new());
    assert!(!world.render(&again.machine, "2024-03-02"), "the site was there already, whole");

    // A new day: rows of its month, and of no other.
    let tuesday = world.run("tuesday", "2024-03-03T08:00:00Z", &[]);
    assert_eq!(world.in_remote(&["rev-list", "--count", "data"]), "2");
    assert_eq!(months(&world.committed()), ["pypi/alpha/2024-03.csv", "pypi/beta/2024-03.csv"]);
    let message = world.in_remote(&["show", "--no-patch", "--format=%s", "data"]);
    assert_eq!(message, "data: 2024-03-02, 2 projects");
    let names = changed(&first.site, &tuesday.site);
    for page in ["projects/alpha/index.html", "projects/beta/index.html", "index.html"] {
        assert!(names.contains(page), "{page} of {names:?}");
    }
    assert_eq!(others(&names, &["alpha", "beta", "gamma"]), [""; 0]);

    // A new day of one project: its month and its pages, and those that speak of all.
    let wednesday = world.run("wednesday", "2024-03-04T08:00:00Z", &["--projects", "alpha"]);
    assert_eq!(months(&world.committed()), ["pypi/alpha/2024-03.csv"]);
    // A day later, so that only the data differs and not the age of it.
    world.render(&tuesday.machine, "2024-03-04");
    let before = files(&tuesday.machine.join("site"));
    let names = changed(&before, &wednesday.site);
    assert!(names.contains("projects/alpha/index.html"), "{names:?}");
    assert_eq!(others(&names, &["alpha"]), [""; 0]);

    // After days without a run the next one catches up.
    world.run("sunday", "2024-03-10T08:00:00Z", &[]);
    assert_eq!(months(&world.committed()), ["pypi/alpha/2024-03.csv", "pypi/beta/2024-03.csv"]);
    let status = collector(&world.path().join("sunday"), &["status", "--json"]);
    assert!(!status.contains("\"gaps\": [\n"), "{status}");
    assert_eq!(status.matches("\"last_day\": \"2024-03-09\"").count(), 3, "{status}");
}
