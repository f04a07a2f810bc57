//! `site-gen`, the browser's module, and the cubes that it reads.

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use cube::Cube;
use flate2::read::MultiGzDecoder;

use super::{
    ROUNDS,
    data::{Bench, TODAY},
    figures::Figures,
    import::seconds,
    measure::{Usage, measure},
};
use crate::{
    module, site,
    terminal::step,
    workspace::{Workspace, remove_folder},
};

/// Processor time that `site-gen` may take for the whole site of the 5 million downloads.
const FIRST_RUN: Duration = Duration::from_secs(10);

/// And with nothing changed since.
const SECOND_RUN: Duration = Duration::from_secs(1);

/// How many bytes of a cube, as it is sent, a row may take.
const BYTES_A_ROW: f64 = 1.5;

pub(super) fn measure_site_gen(
    bench: &Bench<'_>,
    explorer: &Path,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let store = bench.folder.join("store");
    let file = bench.file("pypi_5m.csv")?;
    step("import 5 million downloads", || measure(&bench.import(&file, &store)))?;

    let output = bench.folder.join("site");
    let mut site_gen = bench.program("site-gen");
    site_gen.args(["--quiet", "--today", TODAY, "--config"]);
    site_gen.arg(bench.workspace.root.join("config.yaml")).arg("--store").arg(&store);
    site_gen.arg("--output").arg(&output).arg("--explorer").arg(explorer);
    let mut best: Option<[Usage; 2]> = None;
    for round in 1..=ROUNDS {
        remove_folder(&output)?;
        let first = step(&format!("render the site ({round} of {ROUNDS})"), || measure(&site_gen))?;
        let second = step("render it with nothing changed", || measure(&site_gen))?;
        best = Some(match best {
            None => [first, second],
            Some([one, two]) => [one.best(first), two.best(second)],
        });
    }
    let Some([first, second]) = best else { return Ok(()) };
    for (name, usage, bound) in [
        ("site-gen, 5M rows: CPU", first, FIRST_RUN),
        ("site-gen, nothing changed: CPU", second, SECOND_RUN),
    ] {
        let words = format!("under {} s", bound.as_secs());
        figures.bound(name, seconds(usage.cpu), words, usage.cpu < bound);
    }
    figures.note("site-gen, 5M rows: time", seconds(first.wall));
    figures.note("site-gen, 5M rows: memory", format!("{} MB", first.peak / 1_000_000));
    Ok(())
}

pub(super) fn measure_cubes(
    workspace: &Workspace,
    explorer: &Path,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let size = module::gzipped_size(explorer, "web")?;
    let budget = format!("at most {} kB", module::SIZE_BUDGET / 1000);
    let value = format!("{:.1} kB", size as f64 / 1000.0);
    figures.bound("module and JavaScript, gzipped", value, budget, size <= module::SIZE_BUDGET);

    let folder = workspace.target.join("bench/sample-site");
    step("render the site of the sample data", || {
        let sample = workspace.target.join("sample");
        site::make_sample(workspace, &sample)?;
        site::render_sample(workspace, &sample, &folder, explorer)
    })?;
    let (bytes, rows) = largest_cube(&folder)?;
    let ratio = bytes as f64 / rows as f64;
    figures.note("largest cube of the sample: rows", rows.to_string());
    figures.note("largest cube of the sample: size", format!("{} kB", bytes / 1000));
    figures.bound(
        "largest cube of the sample: bytes a row",
        format!("{ratio:.2}"),
        format!("at most {BYTES_A_ROW}"),
        ratio <= BYTES_A_ROW,
    );

    let times = step("explore it in the browser", || explore(workspace, &folder))?;
    for line in times.lines() {
        if let Some((name, time)) = line.split_once('\t') {
            figures.note(format!("in the browser: {name}"), format!("{time} ms"));
        }
    }
    Ok(())
}

/// Bytes as they are sent, and rows, of the cube with the most rows.
fn largest_cube(site: &Path) -> anyhow::Result<(usize, usize)> {
    let mut largest = (0, 0);
    for path in cubes(site)? {
        let sent = fs::read(&path)?;
        let mut bytes = Vec::new();
        if sent.starts_with(&[0x1f, 0x8b]) {
            MultiGzDecoder::new(sent.as_slice()).read_to_end(&mut bytes)?;
        } else {
            bytes.clone_from(&sent);
        }
        let cube = Cube::decode(&bytes).with_context(|| format!("`{}`", path.display()))?;
        if cube.rows() > largest.1 {
            largest = (sent.len(), cube.rows());
        }
    }
    if largest.1 == 0 {
        bail!("there is no cube in `{}`", site.display());
    }
    Ok(largest)
}

fn cubes(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(cubes(&path)?);
        } else if path.extension() == Some(OsStr::new("cube")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Times in the browser: lines of a name, a tabulator and milliseconds.
fn explore(workspace: &Workspace, site: &Path) -> anyhow::Result<String> {
    let output = workspace
        .cargo()
        .args(["run", "--quiet", "--package=browser-tests", "--bin=explorer-times", "--"])
        .arg(site)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("the browser could not be measured, see above");
    }
    Ok(String::from_utf8(output.stdout)?)
}
