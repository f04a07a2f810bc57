//! The command line.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};
use config::{BadCloudProject, Size, StorePlace, cloud_project};
use downloads::{Day, ProjectName, parse_day};

use crate::{
    bigquery::Endpoint,
    branch::{self, Remote},
    init::{Address, Index, Title},
    pypi::MaxDays,
    sample,
};

/// Collect download counts of Python packages into a store, a folder of CSV files.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, configuration or credentials, 3 only partly done, a
/// day is suspect or a project late, 4 over budget, 5 the store is held by another run or its branch has
/// moved.
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
    Pypi(Box<Pypi>),
    Import(Import),
    Export(Export),
    Status(Status),
    Fsck(Fsck),
    Branch(Branch),
    Init(Init),
    Sample(sample::Args),
}

/// Where the store is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Folder of the store [default: what the configuration says].
    #[arg(
        long,
        short = 'o',
        value_name = "DIR",
        visible_alias = "output-folder",
        value_parser = PathBufValueParser::new().try_map(StorePlace::named)
    )]
    pub store: Option<StorePlace>,

    /// Configuration, read for what is not said here [default: config.yaml].
    #[arg(long, short, value_name = "FILE", visible_alias = "config-file")]
    pub config: Option<PathBuf>,
}

/// Collect the downloads from PyPI that BigQuery's public dataset has.
///
/// Asks for the days that are missing since each project's first day, and for those whose rows may have
/// changed: 1 day, the lookback and 35 days after they ended. Each query is kept as soon as it is
/// answered, the newest days first, so a run that is stopped goes on where it was. A day that would
/// shrink is kept as it was and reported.
///
/// Before each query BigQuery is asked what it may bill at worst, which is free. Nothing is billed that
/// is over the budget in the configuration.
///
/// Credentials are looked for in this order: `--authentication-credentials`, the variable
/// `BIGQUERY_CREDENTIALS` (JSON or a path), application default credentials (the file that
/// `GOOGLE_APPLICATION_CREDENTIALS` names, that of `gcloud auth application-default login`, the machine's).
/// docs/SETUP.md has the steps.
#[derive(Debug, Args)]
pub struct Pypi {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// Credentials for Google Cloud, JSON.
    #[arg(long, short, value_name = "FILE")]
    pub authentication_credentials: Option<PathBuf>,

    /// Only these projects [default: those of the configuration].
    #[arg(long, short, value_name = "NAME", num_args = 1..)]
    pub projects: Vec<ProjectName>,

    /// The first day to ask for, instead of where histories start. Nothing before it is asked for.
    #[arg(long, short, value_name = "YYYY-MM-DD", value_parser = day)]
    pub start_date: Option<Day>,

    /// The last day to ask for [default: yesterday, from the hour on that the configuration says].
    #[arg(long, short, value_name = "YYYY-MM-DD", value_parser = day)]
    pub end_date: Option<Day>,

    /// How many days back from today histories start, or `all`; gaps among older stored days are
    /// filled all the same. Without effect beside `--start-date` [default: what the configuration says,
    /// else all].
    #[arg(long, short, value_name = "N", value_parser = str::parse::<MaxDays>)]
    pub max_days: Option<MaxDays>,

    /// Read again what is stored, from `--start-date` or as far back as `--max-days` says.
    #[arg(long, short)]
    pub force: bool,

    /// Then write the workbook of each project, `<project>.xlsx`, into the folder of the store.
    #[arg(long, short = 'M', conflicts_with = "dry_run")]
    pub add_metrics: bool,

    /// Take days also if they shrink, and read suspect days again.
    #[arg(long)]
    pub accept_shrink: bool,

    /// Say what would be asked and what it may cost. Nothing is billed or written.
    #[arg(long, short)]
    pub dry_run: bool,

    /// With `--dry-run`: do not ask BigQuery. Needs no credentials; the cost is an estimate from the
    /// sizes of columns and the bills in the store, so it is told, and refuses nothing.
    #[arg(long, requires = "dry_run")]
    pub offline: bool,

    /// With `--dry-run`: write Markdown, for the summary of a job.
    #[arg(long, requires = "dry_run")]
    pub markdown: bool,

    /// The most that one query may bill, such as `200 GiB` [default: what the configuration says].
    #[arg(long, value_name = "SIZE")]
    pub max_query_bytes: Option<Size>,

    /// The most that a calendar month may bill, such as `1 TiB` [default: what the configuration says].
    #[arg(long, value_name = "SIZE")]
    pub max_month_bytes: Option<Size>,

    /// The Google Cloud project that is billed [default: what the configuration or the credentials say].
    #[arg(long, value_name = "ID", value_parser = billed)]
    pub billing_project: Option<String>,

    /// Another address of the service, for emulators.
    #[arg(long, value_name = "URL")]
    pub bigquery_endpoint: Option<Endpoint>,

    /// Say more: jobs, or with `-vv` requests too. Secrets are never shown.
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Write what `-vv` says to this file as well.
    #[arg(long, short, value_name = "FILE")]
    pub logfile: Option<PathBuf>,

    /// Do not say how far the run is.
    #[arg(long, short)]
    pub quiet: bool,

    /// The time to act at, for trials with an emulator [default: now].
    #[arg(long, value_name = "YYYY-MM-DDTHH:MM:SSZ", requires = "bigquery_endpoint", hide = true)]
    pub now: Option<DateTime<Utc>>,
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
// The letter is that of the output.
#[command(mut_arg("store", |store| store.short(None)))]
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

    /// Write Markdown, for the summary of a job.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,

    /// Also name the projects of the configuration whose newest day is more than so many days before
    /// today, in UTC. The exit code is 3 if there are any.
    #[arg(long, value_name = "DAYS")]
    pub late_after: Option<u32>,
}

/// Check that every file of the store is what it was when it was written.
///
/// Says for each file what is wrong with it, and from which day on if that can be told. The exit code
/// is 1 if anything is wrong. Damaged files are best taken from a copy of the store. Or remove them,
/// run `fsck --accept`, which takes their days out of what was collected, and collect or import them
/// again.
#[derive(Debug, Args)]
pub struct Fsck {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// Take the month files as they are, if all rows of all of them can be read, and list them anew.
    ///
    /// For files that were copied or edited by hand. What was lost stays lost: without `spending.csv`
    /// nobody knows what the month has cost, and its cap begins anew.
    #[arg(long)]
    pub accept: bool,
}

/// Keep the store in a branch of a git repository, for machines that forget everything.
///
/// The repository is that of the current folder. Nothing is checked out in it, and neither its index nor
/// what you are working on changes.
#[derive(Debug, Args)]
pub struct Branch {
    /// What to do.
    #[command(subcommand)]
    pub command: BranchCommand,
}

/// What can be done with the branch.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the text of each stands at its arguments, and is the help")]
pub enum BranchCommand {
    Pull(Pull),
    Push(Push),
    Merge(Merge),
}

/// Which branch.
#[derive(Clone, Debug, Args)]
pub struct BranchPlace {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// The branch that holds the store, and nothing else that matters.
    #[arg(long, value_name = "NAME", default_value = "data")]
    pub branch: branch::Branch,

    /// The remote of the repository that has the branch.
    #[arg(long, value_name = "NAME", default_value = "origin")]
    pub remote: Remote,
}

/// Bring the folder of the store to what the branch holds.
///
/// All files are verified before any is put in place, and readers see the old store or the new one. If
/// there is no branch yet, the store is an empty folder. A folder that holds something else than what was
/// pulled or pushed last is never overwritten: exit code 1.
#[derive(Debug, Args)]
pub struct Pull {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub at: BranchPlace,
}

/// Commit the store to the branch, and push it.
///
/// First every file is verified, as `fsck` does. Then one commit is made of what changed since the last
/// pull or push, and pushed without force. If nothing changed there is no commit. If somebody else
/// pushed meanwhile, or is about to, nothing is overwritten: exit code 5, and it is to be pulled and run
/// again. A folder
/// that lacks days that the branch has, as one does that was emptied and filled anew, is refused.
///
/// Who commits is what git is configured to say, or a neutral name.
#[derive(Debug, Args)]
pub struct Push {
    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub at: BranchPlace,

    /// The message of the commit [default: the newest day, and how many projects changed].
    #[arg(long, value_name = "TEXT", value_parser = message)]
    pub message: Option<String>,

    /// Push also if days, or bills, that the branch has are not in the folder.
    #[arg(long)]
    pub accept_loss: bool,
}

/// Put what another branch holds into the folder of the store, and lose nothing of either.
///
/// For what was collected at the same time elsewhere, or could not be pushed: the workflows keep that on
/// branches such as `data-kept-1234567890-1`. Days that the folder lacks are added, with what is known of
/// them, and so are bills. Of a day that both have with other rows, the later look counts, unless it has
/// fewer downloads and nobody accepted that. Merging again changes nothing.
///
/// The branch stays as it is. `collector branch push` pushes the result to where the folder was pulled from.
#[derive(Debug, Args)]
pub struct Merge {
    /// The branch that is merged.
    #[arg(value_name = "NAME")]
    pub from: branch::Branch,

    #[command(flatten)]
    #[expect(missing_docs, reason = "its text would stand in the help")]
    pub place: Place,

    /// The remote of the repository that has the branch.
    #[arg(long, value_name = "NAME", default_value = "origin")]
    pub remote: Remote,
}

/// Set up a folder, so that its site is made and published every day by GitHub Actions.
///
/// Writes config.yaml, the workflows `daily`, `manual` and `dry-run`, and what is missing in .gitignore,
/// and says what remains to be done. Each name is looked up on PyPI. A config.yaml that is there, and is
/// one, stays as it is, and its projects count.
///
/// If another file is there with other content, nothing is written: exit code 1. Running it again changes
/// nothing.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder, usually that of a git repository; created if it is missing.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// The projects on PyPI [default: those of config.yaml; else asked for, in a terminal].
    #[arg(long, short, value_name = "NAME", num_args = 1..)]
    pub projects: Vec<ProjectName>,

    /// The title of the site [default: made of the projects].
    #[arg(long, value_name = "TEXT")]
    pub title: Option<Title>,

    /// The action that the workflows use: its repository on GitHub, the commit, 40 hex digits, and its
    /// version [default: the one of this release; in a fork, its own].
    #[arg(long, value_name = "OWNER/NAME@SHA # vX.Y.Z")]
    pub action: Option<Address>,

    /// Renew workflows that an earlier version wrote and nobody changed. Others are never written over.
    #[arg(long)]
    pub update: bool,

    /// Do not ask PyPI whether the projects exist.
    #[arg(long)]
    pub offline: bool,

    /// Another index to ask, for tests.
    #[arg(long, value_name = "URL", default_value = "https://pypi.org/simple/", hide = true)]
    pub index: Index,
}

/// A message that says something.
fn message(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() { Err("expected a message") } else { Ok(text.to_owned()) }
}

/// The id of a billed project, or nothing for none.
fn billed(text: &str) -> Result<String, BadCloudProject> {
    if text.trim().is_empty() { Ok(String::new()) } else { cloud_project(text) }
}

fn day(text: &str) -> Result<Day, String> {
    parse_day(text).ok_or_else(|| "expected a day as YYYY-MM-DD".into())
}
