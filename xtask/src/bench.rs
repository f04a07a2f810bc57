//! `cargo xtask bench`: the figures that the project promises, each beside its bound.
//!
//! Ours and the others' programs run in turn in one run on one machine, so that figures compare.

mod data;
mod explore;
mod figures;
mod import;
mod many;
mod measure;
mod pypi;
mod site;
mod workbooks;

use std::{path::PathBuf, process::ExitCode};

use self::figures::Figures;
pub(crate) use self::measure::{MeasureArgs, measure_here};
use crate::{module, site::build_programs, terminal, workspace::Workspace};

/// How often a figure is taken; the best one counts, since others only add to it.
const ROUNDS: usize = 3;

/// Measure what the project promises: time, memory and size, each beside its bound.
///
/// The first run makes the files it measures with, which takes some minutes and needs Python and,
/// for the generator, the folder in `DOWNLOAD_ANALYTICS_SHARED`. The exit code is 1 if a bound is missed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to measure.
    #[arg(value_enum, default_value_t = Topic::All)]
    topic: Topic,

    /// A folder with `pypi_5m.csv`, `pypi_10m.csv` and `newday.csv`, instead of making them.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Topic {
    /// All of the others.
    All,
    /// `collector import`: CPU time against polars and DuckDB, memory, one more day.
    Import,
    /// `collector pypi`: memory and speed of reading a million rows from the local BigQuery.
    Pypi,
    /// The predecessor's day: one more day merged, 20 workbooks, the summary.
    Workbooks,
    /// `site-gen`: the first run and one with nothing changed.
    Site,
    /// `site-gen` with 10,000 small projects, and social cards, beside Hugo.
    Many,
    /// The browser's module and cubes: size, and time to decode, filter and draw.
    Cube,
    /// The explorer with 1.5 million rows in Chromium, beside crossfilter2, arquero and DuckDB. Needs Node.js.
    Explore,
}

impl Topic {
    fn includes(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

/// Measures, prints the table, and fails if a bound is missed.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<ExitCode> {
    let mut figures = Figures::default();
    terminal::step("build collector and site-gen", || build_programs(workspace))?;
    let bench = data::Bench::new(workspace, args.data.as_deref())?;
    if args.topic.includes(Topic::Import) {
        import::measure(&bench, &mut figures)?;
    }
    if args.topic.includes(Topic::Pypi) {
        pypi::measure(&bench, &mut figures)?;
    }
    if args.topic.includes(Topic::Workbooks) {
        workbooks::measure_workbooks(&bench, &mut figures)?;
    }
    if [Topic::Site, Topic::Many, Topic::Cube, Topic::Explore]
        .iter()
        .any(|&it| args.topic.includes(it))
    {
        let explorer = terminal::step("build the module of the browser", || {
            module::install_target()?;
            module::build(workspace)
        })?;
        if args.topic.includes(Topic::Site) {
            site::measure_site_gen(&bench, &explorer, &mut figures)?;
        }
        if args.topic.includes(Topic::Many) {
            many::measure_many(&bench, &explorer, &mut figures)?;
        }
        if args.topic.includes(Topic::Cube) {
            site::measure_cubes(workspace, &explorer, &mut figures)?;
        }
        if args.topic.includes(Topic::Explore) {
            explore::measure(&bench, &explorer, &mut figures)?;
        }
    }
    terminal::say(format_args!("\n{figures}"));
    Ok(if figures.all_hold() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
