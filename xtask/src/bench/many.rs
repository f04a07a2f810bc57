//! `site-gen` with 10,000 small projects, and social cards; beside Hugo with as many plain pages.

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use downloads::{Day, EVENT_COLUMNS};

use super::{data::Bench, figures::Figures, import::seconds, measure::measure};
use crate::{terminal::step, workspace::remove_folder};

/// How many projects there are.
const PROJECTS: u32 = 10_000;
/// How many of them get social cards, which are measured on their own.
const WITH_CARDS: u32 = 500;
/// How many days each was downloaded on, and how often a day.
const DAYS: u64 = 120;
const DOWNLOADS_A_DAY: u32 = 3;

/// What is promised of the first run without cards, and of one that finds nothing or one project changed.
const FIRST_RUN: Duration = Duration::from_secs(60);
const LATER_RUN: Duration = Duration::from_secs(3);
const MEMORY: u64 = 1_000_000_000;
/// Social cards a second on two cores.
const CARDS_A_SECOND: f64 = 50.0;

pub(super) fn measure_many(
    bench: &Bench<'_>,
    explorer: &Path,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let folder = bench.folder.join("many");
    // Left by a run that was interrupted. Just after millions of files were removed, some file systems make new
    // ones slowly: so they are removed in the end, not here.
    remove_folder(&folder)?;
    fs::create_dir_all(&folder)?;
    let (store, output) = (folder.join("store"), folder.join("site"));
    let first_day = Day::from_ymd_opt(2026, 7, 1).unwrap_or_default();
    let last = first_day + chrono::Days::new(DAYS - 1);
    let config = folder.join("config.yaml");
    step("make 10,000 small projects", || {
        fs::write(&config, configuration(PROJECTS))?;
        let file = folder.join("pypi.csv");
        write_events(&file, PROJECTS, first_day, DAYS)?;
        measure(&bench.import(&file, &store))?;
        Ok(fs::remove_file(file)?)
    })?;

    let today = (last + chrono::Days::new(2)).to_string();
    let site_gen = |config: &Path, output: &Path, more: &[&str]| {
        let mut site_gen = bench.program("site-gen");
        site_gen.args(["--quiet", "--today", &today, "--config"]).arg(config);
        site_gen.arg("--store").arg(&store).arg("--output").arg(output);
        site_gen.arg("--explorer").arg(explorer).args(more);
        site_gen
    };
    let whole = site_gen(&config, &output, &["--no-cards"]);
    let first = step("render 10,000 projects", || measure(&whole))?;
    let nothing = step("render them with nothing changed", || measure(&whole))?;
    let file = folder.join("newday.csv");
    write_events(&file, 1, last + chrono::Days::new(1), 1)?;
    measure(&bench.import(&file, &store))?;
    let one = step("render them with one project changed", || measure(&whole))?;

    for (name, usage, bound) in [
        ("10,000 projects: time", first, FIRST_RUN),
        ("10,000 projects, nothing changed: time", nothing, LATER_RUN),
        ("10,000 projects, one changed: time", one, LATER_RUN),
    ] {
        let words = format!("under {} s", bound.as_secs());
        figures.bound(name, seconds(usage.wall), words, usage.wall < bound);
        figures.note(name.replace(": time", ": CPU"), seconds(usage.cpu));
    }
    let peak = first.peak.max(nothing.peak).max(one.peak);
    let memory = format!("{} MB", peak / 1_000_000);
    figures.bound("10,000 projects: memory", memory, "under 1 GB", peak < MEMORY);
    let (files, bytes) = size_of(&output)?;
    figures.note("10,000 projects: files", format!("{files}, {} MB", bytes / 1_000_000));

    let few = folder.join("few.yaml");
    fs::write(&few, configuration(WITH_CARDS))?;
    let times: Vec<f64> = [("without", &["--no-cards"][..]), ("with", &[])]
        .into_iter()
        .map(|(word, more)| {
            let few_of_them = site_gen(&few, &folder.join(word), more);
            let words = format!("render {WITH_CARDS} projects {word} cards");
            Ok(step(&words, || measure(&few_of_them))?.wall.as_secs_f64())
        })
        .collect::<anyhow::Result<_>>()?;
    let a_second = f64::from(WITH_CARDS) / (times[1] - times[0]).max(1e-3);
    figures.bound(
        "social cards a second",
        format!("{a_second:.0}"),
        format!("at least {CARDS_A_SECOND}"),
        a_second >= CARDS_A_SECOND,
    );
    measure_hugo(&folder.join("hugo"), figures)?;
    step("remove the sites", || remove_folder(&folder))
}

fn configuration(projects: u32) -> String {
    let mut text = String::from("site: {title: Many projects}\nprojects:\n");
    for project in 0..projects {
        let _ = writeln!(text, "  - {}", name(project));
    }
    text
}

fn name(project: u32) -> String {
    format!("project-{project:05}")
}

/// Downloads of the first `projects` projects on `days` days, the same on every run.
fn write_events(path: &Path, projects: u32, first: Day, days: u64) -> anyhow::Result<()> {
    const COUNTRIES: [&str; 5] = ["US", "DE", "CN", "IN", ""];
    const PYTHONS: [&str; 4] = ["3.12.4", "3.11.9", "3.10.14", "3.13.0"];
    const INSTALLERS: [&str; 4] = ["pip", "uv", "bandersnatch", "pip"];
    const SYSTEMS: [&str; 3] = ["Linux", "Darwin", "Windows"];
    let mut file = BufWriter::new(fs::File::create(path)?);
    writeln!(file, "{}", EVENT_COLUMNS.join(","))?;
    for day in first.iter_days().take(usize::try_from(days)?) {
        for project in 0..projects {
            for download in 0..DOWNLOADS_A_DAY {
                // Spread enough that neither days nor projects look alike.
                let mut spread = u64::from(project) * 7_919 + u64::from(download) * 104_729;
                spread += day.to_string().bytes().map(u64::from).sum::<u64>() * 31;
                let mut pick = |of: usize| {
                    spread = spread.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (spread >> 33) as usize % of
                };
                writeln!(
                    file,
                    "{day} {:02}:00:00,{},{},1.{}.0,bdist_wheel,{},CPython,{},,,{},,x86_64,{}",
                    pick(24),
                    COUNTRIES[pick(5)],
                    name(project),
                    pick(4),
                    INSTALLERS[pick(4)],
                    PYTHONS[pick(4)],
                    SYSTEMS[pick(3)],
                    if pick(3) == 0 { "True" } else { "" },
                )?;
            }
        }
    }
    Ok(file.flush()?)
}

/// Hugo, making a plain page for each of as many projects from figures that are ready.
fn measure_hugo(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    if Command::new("hugo").arg("version").output().is_err() {
        figures.note("Hugo, 10,000 plain pages", "left out: not installed");
        return Ok(());
    }
    remove_folder(folder)?;
    let projects = folder.join("content/projects");
    let layouts = folder.join("layouts/_default");
    fs::create_dir_all(&projects)?;
    fs::create_dir_all(&layouts)?;
    fs::write(
        folder.join("config.toml"),
        "baseURL = '/'\ndisableKinds = ['RSS', 'sitemap', 'taxonomy', 'term']\n",
    )?;
    let page = "<!doctype html><title>{{ .Title }}</title><h1>{{ .Title }}</h1><p>{{ .Params.month }} downloads</p>";
    fs::write(layouts.join("single.html"), page)?;
    fs::write(
        layouts.join("list.html"),
        "{{ range .Pages }}<a href=\"{{ .RelPermalink }}\">{{ .Title }}</a>{{ end }}",
    )?;
    for project in 0..PROJECTS {
        let name = name(project);
        let text = format!("---\ntitle: {name}\nmonth: {}\n---\n", u64::from(project) * 37);
        fs::write(projects.join(format!("{name}.md")), text)?;
    }
    let mut hugo = Command::new("hugo");
    hugo.arg("--quiet").arg("--source").arg(folder);
    let usage = step("let Hugo make 10,000 plain pages", || measure(&hugo))?;
    figures.note("Hugo, 10,000 plain pages: time", seconds(usage.wall));
    figures.note("Hugo, 10,000 plain pages: CPU", seconds(usage.cpu));
    figures.note("Hugo, 10,000 plain pages: memory", format!("{} MB", usage.peak / 1_000_000));
    Ok(())
}

/// How many files a folder has, and their size in bytes.
fn size_of(folder: &Path) -> anyhow::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    let mut folders: Vec<PathBuf> = vec![folder.into()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok((files, bytes))
}
