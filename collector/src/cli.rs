//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use downloads::{Day, ProjectName, parse_day};

use crate::sample;

/// Collect download counts of Python packages into a store, a folder of CSV files.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 only partly done, 5 the store is
/// held by another run.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the text of each stands at its arguments, and is the help")]
pub enum Command {
    Import(Import),
    Export(Export),
    Status(Status),
    Fsck(Fsck),
    Sample(sample::Args),
}

/// Where the store is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Folder of the store [default: what the configuration says].
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// Configuration, read for what is not said here [default: config.yaml].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Import event files: CSV with one row per download, also gzipped.
///
/// A file covers, for each project, the days from its first to its last row on which any project has a
/// row; a project without rows on such a day had no downloads. Covered days replace the stored ones
/// whole, so importing a file twice changes nothing. With several files the later ones win.
///
/// A file with anything wrong in it is refused as a whole, and the store stays as it was.
#[derive(Debug, Args)]
pub struct Import {
    /// Event files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// The day after which no download can be [default: today in UTC].
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub today: Option<Day>,

    /// Do not say how far the import is.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Write the store as an event file: CSV with one row per download.
///
/// The rows are sorted by day, project and values, and the time of each is midnight, because the
/// store holds days. Importing the file gives the same rows again; when the days were collected, and
/// days without downloads of a project that is exported alone, are not in the file.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// Only this project; may be given several times [default: all].
    #[arg(long, value_name = "NAME")]
    pub project: Vec<ProjectName>,

    /// File to write, gzipped if its name ends in `.gz` [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Say what the store holds: days, gaps, provisional days, rows, downloads.
///
/// Reads only the lists of files and days, so it is fast and does not find damaged rows; see `fsck`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// Check that every file of the store is what it was when it was written.
///
/// Says for each file what is wrong with it, and from which day on if that can be told. The exit code
/// is 1 if anything is wrong. Damaged files are best taken from a copy of the store. Or remove them,
/// run `fsck --accept`, which takes their days out of what was collected, and import the days again.
#[derive(Debug, Args)]
pub struct Fsck {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// Take the month files as they are, if all rows of all of them can be read, and list them anew.
    ///
    /// For files that were copied or edited by hand. What was lost stays lost.
    #[arg(long)]
    pub accept: bool,
}

fn day(text: &str) -> Result<Day, String> {
    parse_day(text).ok_or_else(|| "expected a day as YYYY-MM-DD".into())
}
