//! `collector sample`: made-up downloads, so that there is something to look at without an account.
//!
//! Every row is a pure function of seed, project and day: the same on every machine, and a sample
//! up to a later day only adds days.

mod curve;
mod projects;
mod random;
mod releases;
mod rows;
#[cfg(test)]
mod tests;
mod users;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Days, Utc};
use downloads::{Day, EARLIEST_DAY, ProjectName, days_between, parse_day};
use store::{DayCounts, Interval, Key, Month, Writer};

use self::{
    projects::{BASE, DEPENDENCIES, PARENTS, PLANS},
    rows::Project,
};

/// What coverage says of the rows.
const ORIGIN: &str = "sample";

/// By this a configuration file is known to be ours, and may be replaced.
const FIRST_LINE: &str = "# Made by `collector sample`.";

/// Make up downloads, to try things out.
///
/// Writes DIR/config.yaml and brings the store DIR/data up to date. The projects, their downloads and
/// everything about them are made up. The same options give the same files, byte for byte.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder for the configuration and the store.
    #[arg(long, value_name = "DIR", default_value = "sample")]
    pub output: PathBuf,

    /// Another number makes other downloads of the same kind.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// The last day of the downloads; three days before it the days are final.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = last_day, default_value = "2026-11-21")]
    pub last_day: Day,

    /// How many projects, 12 at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=12), default_value_t = 12)]
    pub projects: u8,

    /// How many days, 4000 at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4000), default_value_t = 1096)]
    pub days: u32,
}

fn last_day(text: &str) -> Result<Day, String> {
    parse_day(text)
        .filter(|day| EARLIEST_DAY <= *day)
        .ok_or_else(|| format!("expected a day as YYYY-MM-DD, not before {EARLIEST_DAY}"))
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The configuration that was written.
    pub config: PathBuf,
    /// How many projects there are.
    pub projects: usize,
    /// Rows of all projects.
    pub rows: u64,
    /// What became of the days.
    pub days: DayCounts,
    /// How many month files are new or changed.
    pub files_written: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DayCounts { added, changed, unchanged } = self.days;
        writeln!(f, "{} made-up projects in {} rows", self.projects, self.rows)?;
        writeln!(f, "days: {added} added, {changed} changed, {unchanged} unchanged")?;
        writeln!(f, "files written: {}", self.files_written)?;
        write!(f, "configuration: {}", self.config.display())
    }
}

/// Makes the sample. `now` is only told to others who want the same store meanwhile; `progress`
/// hears how many projects of how many are done.
///
/// # Errors
///
/// If a configuration that is not a sample is in the way, or the store cannot be written.
pub fn run(
    args: &Args,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Summary> {
    let config = args.output.join("config.yaml");
    refuse_another_config(&config)?;
    let folder = args.output.join("data");
    let mut writer = Writer::open(&folder, "collector sample", now)
        .with_context(|| format!("cannot make the sample in `{}`", args.output.display()))?;
    refuse_another_store(&writer, &folder)?;
    let projects: Vec<_> =
        (0..usize::from(args.projects)).map(|at| Project::new(args.seed, at)).collect();
    let (mut days, mut rows) = (DayCounts::default(), 0);
    for (done, project) in projects.iter().enumerate() {
        progress(done, projects.len());
        let context = || format!("cannot make the sample project {}", project.plan.name);
        let (project_days, project_rows) =
            write_project(project, args, &mut writer).with_context(context)?;
        days += project_days;
        rows += project_rows;
    }
    let committed = writer.commit().context("cannot put the sample in place")?;
    write_config(&config, &config_text(projects.len()))?;
    progress(projects.len(), projects.len());
    Ok(Summary { config, projects: projects.len(), rows, days, files_written: committed.written })
}

/// The intervals that were collected: from the first release on, without the gap.
fn covered(project: &Project, first: Day, last: Day) -> Vec<(Day, Day)> {
    let Some(first) = project.first_day().map(|released| released.max(first)) else {
        return Vec::new();
    };
    let parts = match project.gap() {
        Some((from, to)) => {
            vec![(first, last.min(from - Days::new(1))), (first.max(to + Days::new(1)), last)]
        }
        None => vec![(first, last)],
    };
    parts.into_iter().filter(|(first, last)| first <= last).collect()
}

fn write_project(
    project: &Project,
    args: &Args,
    writer: &mut Writer,
) -> anyhow::Result<(DayCounts, u64)> {
    /// When the last day was asked for, after its midnight: too early for the last days to be final.
    const FETCHED_AFTER: chrono::TimeDelta = chrono::TimeDelta::minutes(6 * 60 + 10);
    let name = ProjectName::new(project.plan.name)?;
    let first = (args.last_day - Days::new(u64::from(args.days - 1))).max(EARLIEST_DAY);
    let midnight = args.last_day + Days::new(1);
    let fetched_at = midnight.and_time(chrono::NaiveTime::MIN).and_utc() + FETCHED_AFTER;
    let (mut counts, mut written) = (DayCounts::default(), 0);
    // A month can have days before and behind the gap, but its file is written once.
    let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
    for (first, last) in covered(project, first, args.last_day) {
        for day in first.iter_days().take(days_between(first, last) as usize) {
            months.entry(Month::of(day)).or_default().insert(day);
        }
        writer.cover(&name, Interval { first, last, fetched_at, origin: ORIGIN.into() });
    }
    for (month, days) in months {
        let mut file = writer.month(&name, month, days.clone())?;
        for day in days {
            for (fields, downloads) in project.rows(day) {
                file.push(day, Key::new(fields)?.as_bytes(), downloads)?;
                written += 1;
            }
        }
        counts += file.finish()?.counts;
    }
    Ok((counts, written))
}

/// The configuration of a sample with this many projects.
fn config_text(projects: usize) -> String {
    let plans = &PLANS[..projects.min(PLANS.len())];
    let present = |names: &[&str]| {
        let present: Vec<_> =
            names.iter().copied().filter(|name| plans.iter().any(|it| it.name == *name)).collect();
        present.join(", ")
    };
    let mut text = format!(
        "{FIRST_LINE} It replaces this file when it runs again.\n\
         \n\
         site:\n\
         \x20 title: Sample data\n\
         \x20 description: Made-up downloads of projects that do not exist\n\
         \x20 notice: This is made-up sample data, not real downloads.\n\
         \n\
         store: data\n\
         \n\
         projects:\n"
    );
    for plan in plans {
        let _ =
            writeln!(text, "  - name: {}\n    description: \"{}\"", plan.name, plan.description);
    }
    let _ = write!(
        text,
        "\n\
         ecosystems:\n\
         \x20 - name: Sample ecosystem\n\
         \x20   base: {BASE}\n\
         \x20   dependencies: [{}]\n\
         \x20   parents: [{}]\n\
         \x20   breakdown: true\n",
        present(&DEPENDENCIES),
        present(&PARENTS),
    );
    text
}

/// Nobody's own configuration is overwritten, and nobody's own store gets made-up projects.
fn refuse_another_config(path: &Path) -> anyhow::Result<()> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    };
    if text.starts_with(FIRST_LINE) {
        return Ok(());
    }
    bail!(
        "`{}` is not of a sample and would be overwritten; choose another folder with --output",
        path.display()
    )
}

fn refuse_another_store(writer: &Writer, folder: &Path) -> anyhow::Result<()> {
    let is_made_up = |name: &ProjectName| PLANS.iter().any(|plan| plan.name == name.as_str());
    match writer.snapshot().projects().find(|name| !is_made_up(name)) {
        None => Ok(()),
        Some(name) => bail!(
            "the store `{}` is not of a sample, it holds `{name}`; choose another folder with --output",
            folder.display()
        ),
    }
}

fn write_config(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read(path).is_ok_and(|stored| stored == text.as_bytes()) {
        return Ok(());
    }
    // Half a file would not be known as ours by the next run.
    let half = path.with_extension("yaml.new");
    fs::write(&half, text)
        .and_then(|()| fs::rename(&half, path))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
