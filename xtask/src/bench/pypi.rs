//! `collector pypi` reading a large answer from the local BigQuery.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
};

use anyhow::Context;

use super::{
    ROUNDS,
    data::Bench,
    figures::Figures,
    import::{megabytes, seconds},
    measure::{Usage, measure as run},
};
use crate::{
    terminal::{self, step},
    workspace::remove_folder,
};

/// How many rows the answer has: each download of the file is different from all others.
const ROWS: usize = 1_000_000;

/// The most memory that reading them may take, in bytes.
const MEMORY: u64 = 150_000_000;

/// All days are of one month, so that there is one query.
const MONTH: &str = "2026-06";
const DAYS: usize = 30;
const PROJECTS: usize = 20;

pub(super) fn measure(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    step("build the local BigQuery", || {
        let mut cargo = bench.workspace.cargo();
        cargo.args(["build", "--release", "--quiet", "--package=local-bigquery"]);
        terminal::run(&mut cargo)
    })?;
    let folder = bench.folder.join("pypi");
    fs::create_dir_all(&folder)?;
    let (events, config) = (folder.join("events.csv"), folder.join("config.yaml"));
    step("write a million different downloads", || write_events(&events))?;
    fs::write(&config, format!("projects: [{}]\n", names().join(", ")))?;

    let (store, key) = (folder.join("store"), folder.join("key.json"));
    let mut best: Option<Usage> = None;
    for round in 1..=ROUNDS {
        remove_folder(&store)?;
        // A new one each time: it remembers the jobs of the time before.
        let server = step("start the local BigQuery", || Server::start(bench, &events, &key))?;
        let mut collector = bench.program("collector");
        collector.args(["pypi", "--quiet"]);
        collector.args(["--start-date", &format!("{MONTH}-01")]);
        collector.args(["--end-date", &format!("{MONTH}-{DAYS}")]);
        collector.arg("--config").arg(&config).arg("--store").arg(&store);
        collector.arg("--authentication-credentials").arg(&key);
        collector.arg("--bigquery-endpoint").arg(&server.url);
        let what = format!("read a million rows from BigQuery ({round} of {ROUNDS})");
        let usage = step(&what, || run(&collector))?;
        best = Some(best.map_or(usage, |before| before.best(usage)));
        let stored = stored_rows(&store)?;
        anyhow::ensure!(stored == ROWS, "{stored} rows were stored, not {ROWS}");
    }
    remove_folder(&store)?;
    let Some(usage) = best else { return Ok(()) };

    let rate = ROWS as f64 / usage.wall.as_secs_f64();
    figures.note("pypi, 1M rows: rows a second", format!("{rate:.0}"));
    figures.note("pypi, 1M rows: time", seconds(usage.wall));
    figures.note("pypi, 1M rows: CPU", seconds(usage.cpu));
    let holds = usage.peak < MEMORY;
    figures.bound("pypi, 1M rows: memory", megabytes(usage.peak), "under 150 MB", holds);
    Ok(())
}

fn names() -> Vec<String> {
    (0..PROJECTS).map(|number| format!("project-{number:02}")).collect()
}

/// Writes an event file without two equal rows, even after the time of the day is left out.
fn write_events(path: &Path) -> anyhow::Result<()> {
    const VERSIONS: usize = 40;
    const COUNTRIES: [&str; 8] = ["US", "DE", "CN", "IN", "BR", "JP", "FR", ""];
    const PYTHONS: [&str; 7] = ["3.9.25", "3.10.19", "3.11.14", "3.12.12", "3.13.9", "3.14.0", ""];
    const SYSTEMS: [(&str, &str, &str, &str); 4] = [
        ("Ubuntu", "24.04", "Linux", "6.8.0-1029-aws"),
        ("Debian GNU/Linux", "12", "Linux", "6.1.155+"),
        ("macOS", "15.6.1", "Darwin", "24.6.0"),
        ("", "", "Windows", "10"),
    ];
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(
        file,
        "timestamp,country_code,project,version,type,installer_name,implementation_name,\
         implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci"
    )?;
    let names = names();
    for number in 0..ROWS {
        let (project, rest) = (number % PROJECTS, number / PROJECTS);
        let (day, mut rest) = (rest % DAYS + 1, rest / DAYS);
        // What is left tells the rows of a day of a project apart, digit by digit.
        let mut digit = |base: usize| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let (version, country) = (digit(VERSIONS), digit(COUNTRIES.len()));
        let (python, system) = (digit(PYTHONS.len()), digit(SYSTEMS.len()));
        let (distro, distro_version, name, release) = SYSTEMS[(system + version) % SYSTEMS.len()];
        let (hour, minute, second) = (number % 24, number / 7 % 60, number / 3 % 60);
        writeln!(
            file,
            "{MONTH}-{day:02} {hour:02}:{minute:02}:{second:02},{},{},1.{}.{},bdist_wheel,{},CPython,{},{distro},\
             {distro_version},{name},{release},{},{}",
            COUNTRIES[country],
            names[project],
            version / 10,
            version % 10,
            ["pip", "uv"][(version + country) % 2],
            PYTHONS[(python + country) % PYTHONS.len()],
            ["x86_64", "arm64"][version % 2],
            ["True", ""][country % 2],
        )?;
    }
    Ok(file.into_inner()?.sync_all()?)
}

/// How many rows the files of the months have.
fn stored_rows(store: &Path) -> anyhow::Result<usize> {
    let mut rows = 0;
    for name in names() {
        let path = store.join("pypi").join(name).join(format!("{MONTH}.csv"));
        let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        rows += BufReader::new(file).lines().count() - 1;
    }
    Ok(rows)
}

/// The local BigQuery, until it is dropped.
struct Server {
    child: Child,
    url: String,
    /// Held open, so that the server can still write.
    stderr: BufReader<ChildStderr>,
}

impl Server {
    /// Serves the file, and writes a key that is accepted.
    fn start(bench: &Bench<'_>, events: &Path, key: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(bench.workspace.release_program("local-bigquery"));
        command.arg("--events").arg(events).arg("--write-credentials").arg(key);
        command.args(["--port", "0"]).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start the local BigQuery")?;
        let stderr = child.stderr.take().context("the local BigQuery has no standard error")?;
        let mut server = Self { child, url: String::new(), stderr: BufReader::new(stderr) };
        let mut line = String::new();
        server.stderr.read_line(&mut line)?;
        let line = line.trim();
        let (_, url) = line
            .split_once(" at ")
            .with_context(|| format!("the local BigQuery did not start, it says `{line}`"))?;
        server.url = url.to_owned();
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
