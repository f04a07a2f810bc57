//! `collector import` against the table engines, and against itself.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use super::{
    ROUNDS,
    data::{Bench, NEW_MONTH},
    figures::Figures,
    measure::{Usage, measure as run},
};
use crate::{terminal::step, workspace::remove_folder};

/// The most memory an import may hold, in bytes.
const MEMORY: u64 = 200_000_000;

/// One more day may take this part of the time of the whole file.
const ONE_MORE_DAY: f64 = 1.0 / 20.0;

pub(super) fn measure(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let (whole, twice, day) =
        (bench.file("pypi_5m.csv")?, bench.file("pypi_10m.csv")?, bench.file("newday.csv")?);
    let store = bench.folder.join("store");
    let mut best: [Option<Usage>; 3] = [None; 3];
    for round in 1..=ROUNDS {
        let peer = |engine: &str| -> anyhow::Result<Command> {
            let mut python = Command::new(bench.python()?);
            python.arg(bench.workspace.root.join("xtask/bench/peers.py")).arg(engine).arg(&whole);
            Ok(python)
        };
        remove_folder(&store)?;
        let commands = [
            ("import", bench.import(&whole, &store)),
            ("polars", peer("polars")?),
            ("DuckDB", peer("duckdb")?),
        ];
        for ((name, command), best) in commands.iter().zip(&mut best) {
            let what = format!("run {name} over 5 million downloads ({round} of {ROUNDS})");
            let usage = step(&what, || run(command))?;
            *best = Some(best.map_or(usage, |before| before.best(usage)));
        }
    }
    let [Some(ours), Some(polars), Some(duckdb)] = best else { return Ok(()) };

    let large = bench.folder.join("store-10m");
    remove_folder(&large)?;
    let ten = step("import 10 million downloads", || run(&bench.import(&twice, &large)))?;
    remove_folder(&large)?;
    let (more, changed) = one_more_day(bench, &store, &day)?;

    let least = polars.cpu.min(duckdb.cpu);
    figures.note("polars, 5M rows: CPU", seconds(polars.cpu));
    figures.note("DuckDB, 5M rows: CPU", seconds(duckdb.cpu));
    figures.bound(
        "import, 5M rows: CPU",
        seconds(ours.cpu),
        format!("less than both: {:.2} of the better one", ours.cpu.div_duration_f64(least)),
        ours.cpu < least,
    );
    figures.note("import, 5M rows: time", seconds(ours.wall));
    figures.note("polars, 5M rows: memory", megabytes(polars.peak));
    figures.note("DuckDB, 5M rows: memory", megabytes(duckdb.peak));
    for (name, peak) in [("5M", ours.peak), ("10M", ten.peak)] {
        let name = format!("import, {name} rows: memory");
        figures.bound(name, megabytes(peak), "under 200 MB", peak < MEMORY);
    }
    figures.note("import, 10M rows: CPU", seconds(ten.cpu));
    figures.note("import of one more day: CPU", seconds(more.cpu));
    figures.note("import of one more day: time", seconds(more.wall));
    for (name, part) in [
        ("one more day to all: CPU", more.cpu.div_duration_f64(ours.cpu)),
        ("one more day to all: time", more.wall.div_duration_f64(ours.wall)),
    ] {
        figures.bound(name, format!("1/{:.0}", 1.0 / part), "under 1/20", part < ONE_MORE_DAY);
    }
    let others = changed.iter().filter(|path| is_other_month(path)).count();
    figures.bound(
        "one more day: month files written",
        (changed.iter().filter(|path| is_month(path)).count()).to_string(),
        format!("{others} of another month, none allowed"),
        others == 0,
    );
    Ok(())
}

/// Imports one more day into a copy of the store. Returns the best figures and the files written.
fn one_more_day(
    bench: &Bench<'_>,
    store: &Path,
    day: &Path,
) -> anyhow::Result<(Usage, Vec<PathBuf>)> {
    let copy = bench.folder.join("store-and-a-day");
    let mut best: Option<Usage> = None;
    let mut changed = Vec::new();
    for round in 1..=ROUNDS {
        remove_folder(&copy)?;
        copy_folder(store, &copy)?;
        let before = stamps(&copy)?;
        let what = format!("import one more day ({round} of {ROUNDS})");
        let usage = step(&what, || run(&bench.import(day, &copy)))?;
        let after = stamps(&copy)?;
        changed = after
            .into_iter()
            .filter(|(path, stamp)| before.get(path) != Some(stamp))
            .map(|(path, _)| path)
            .collect();
        best = Some(best.map_or(usage, |before| before.best(usage)));
    }
    remove_folder(&copy)?;
    let best = best.ok_or_else(|| anyhow::anyhow!("nothing was measured"))?;
    Ok((best, changed))
}

/// Whether a file of the store holds a month: the others are the store's own.
fn is_month(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.len() == NEW_MONTH.len() && name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_other_month(path: &Path) -> bool {
    is_month(path) && path.file_name().is_none_or(|name| name != NEW_MONTH)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Every file with its size in bytes and the time it was written.
fn stamps(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, (u64, SystemTime)>> {
    let mut stamps = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            stamps.extend(self::stamps(&entry.path())?);
        } else {
            let metadata = entry.metadata()?;
            stamps.insert(entry.path(), (metadata.len(), metadata.modified()?));
        }
    }
    Ok(stamps)
}

pub(super) fn seconds(time: std::time::Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}
