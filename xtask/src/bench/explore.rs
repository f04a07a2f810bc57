//! The explorer in Chromium, beside crossfilter2, arquero and DuckDB in WebAssembly: one question, one run.

mod project;
mod verdict;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, bail};
use downloads::Day;
use serde_json::{Value, json};

use self::project::{DAYS, LAST_DAY, entropy_of_day, question, write};
use super::{data::Bench, figures::Figures};
use crate::{
    chromium, module,
    node::Node,
    server::{BasePath, StaticServer},
    site,
    terminal::{run, step},
    workspace::remove_folder,
};

/// The projects, and how many downloads they have: about 1.5 million and 100,000 rows.
const PROJECTS: [(&str, u32); 2] = [("large", 2_141_488), ("typical", 106_300)];

/// The package with the cube alone, and where it is built to.
const ENGINE: &str = "explore-bench";

/// Its scripts, and what they need from npm.
const SCRIPTS: &str = "tests/explore-bench";

pub(super) fn measure(
    bench: &Bench<'_>,
    explorer: &Path,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let browser = chromium::provide()?;
    let folder = bench.folder.join("explore");
    let node = Node::provide(bench.workspace, SCRIPTS, folder.join("node"), browser)?;
    let engine = step("build the cube alone for the browser", || {
        module::build_package(bench.workspace, ENGINE, ENGINE)
    })?;
    let site = folder.join("site");
    step("make two projects and their site", || make_site(bench, &folder, &site, explorer))?;
    let shared = folder.join("engines");
    let plan = step("make the files of the other engines", || {
        remove_folder(&shared)?;
        copy_folder(explorer, &shared.join("web"))?;
        copy_folder(&engine, &shared.join("engine"))?;
        let data = site.join("data");
        fs::copy(data.join("large.parquet"), shared.join("table.parquet"))?;
        let mut table = node.script("table.mjs");
        table.arg(data.join("large.csv")).arg(shared.join("table.arrow.gz"));
        run(table.arg(first_day().to_string()))?;
        let [large, typical] = PROJECTS.map(|(name, _)| project_plan(&data, &shared, name));
        Ok(json!({ "folder": shared, "siteFolder": site, "projects": [large?, typical?] }))
    })?;
    let measured = step("load, ask and click in Chromium", || {
        let (engines, pages) = (serve(&shared)?, serve(&site)?);
        let mut plan = plan;
        plan["address"] = engines.url().into();
        plan["site"] = pages.url().into();
        let file = folder.join("plan.json");
        fs::write(&file, plan.to_string())?;
        let mut script = node.script("measure.mjs");
        let output = script.arg(file).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!("the browser could not be measured, see above");
        }
        Ok(serde_json::from_slice::<Value>(&output.stdout)?)
    })?;
    let module = module::gzipped_size(explorer, "web")?;
    verdict::add(&measured, module, fs::metadata(shared.join("table.parquet"))?.len(), figures)?;
    let [(name, downloads), _] = PROJECTS;
    let days = downloads::days_between(newest_part_from(&site, name)?, LAST_DAY);
    let least = entropy_of_day(downloads) * f64::from(days);
    let words = format!("{name} project: rows of the newest part, in any format");
    figures.note(words, format!("{:.0} kB on average", least / 1e3));
    Ok(())
}

/// The first day of the newest part of a project's cube.
fn newest_part_from(site: &Path, project: &str) -> anyhow::Result<Day> {
    let path = site.join("api/v1/cubes").join(format!("{project}.json"));
    let cubes: Value = serde_json::from_slice(&fs::read(&path)?)?;
    let first = cubes["parts"][0]["first_day"].as_str().and_then(downloads::parse_day);
    first.with_context(|| format!("`{}` does not say where the newest part begins", path.display()))
}

fn first_day() -> Day {
    LAST_DAY - chrono::Days::new(DAYS - 1)
}

/// Makes the projects the way all projects come about: events are imported into a store, and that is rendered.
fn make_site(bench: &Bench<'_>, folder: &Path, site: &Path, explorer: &Path) -> anyhow::Result<()> {
    let (store, config) = (folder.join("store"), folder.join("config.yaml"));
    remove_folder(&store)?;
    let names: String = PROJECTS.iter().map(|(name, _)| format!("  - {name}\n")).collect();
    fs::write(&config, format!("site: {{title: Two projects}}\nprojects:\n{names}"))?;
    for (name, downloads) in PROJECTS {
        let file = folder.join(format!("{name}.csv"));
        write(&file, name, downloads)?;
        run(bench.import(&file, &store).stdout(Stdio::null()))?;
        fs::remove_file(file)?;
    }
    let today = (LAST_DAY + chrono::Days::new(1)).to_string();
    site::render(bench.workspace, &config, &store, site, explorer, Some(&today))
}

/// Copies the parts of a project's cube to where the engines are, and tells what is to be done with them.
fn project_plan(data: &Path, shared: &Path, name: &str) -> anyhow::Result<Value> {
    let files = parts(data, name)?;
    let names = files.iter().filter_map(|path| path.file_name().and_then(OsStr::to_str));
    let names: Vec<&str> = names.collect();
    for (path, name) in files.iter().zip(&names) {
        fs::copy(path, shared.join(name))?;
    }
    let first_day = first_day().to_string();
    Ok(json!({ "project": name, "parts": names, "question": question(), "firstDay": first_day }))
}

/// The files of a cube, the newest part first: `<name>.<digest>.cube`, then `<name>.<first day>.<digest>.cube`.
fn parts(data: &Path, name: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        let file = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let words: Vec<&str> = file.split('.').collect();
        if let [first, middle @ .., _, "cube"] = &words[..]
            && *first == name
        {
            found.push((middle.first().map(ToString::to_string), path));
        }
    }
    // The one without a day first, then from the newest to the oldest.
    found.sort_by(|(one, _), (other, _)| {
        one.is_some().cmp(&other.is_some()).then_with(|| other.cmp(one))
    });
    if found.is_empty() {
        bail!("there is no cube of {name} in `{}`", data.display());
    }
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn serve(folder: &Path) -> anyhow::Result<StaticServer> {
    StaticServer::start(folder, Some(0), BasePath::default())
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list `{}`", from.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_part_comes_first() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let names =
            ["a.2023-01-01.f0.cube", "a.99.cube", "a.2025-01-01.00.cube", "ab.1.cube", "a.csv"];
        for name in names {
            fs::write(folder.path().join(name), "")?;
        }
        let found = parts(folder.path(), "a")?;
        let found: Vec<_> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(found, ["a.99.cube", "a.2025-01-01.00.cube", "a.2023-01-01.f0.cube"]);
        assert!(parts(folder.path(), "b").is_err());
        Ok(())
    }
}
