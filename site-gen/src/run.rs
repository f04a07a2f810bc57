//! One run of the program: read the configuration, make the site, write it.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use config::{Config, ConfigError};
use downloads::{Day, ProjectName};
use store::{Snapshot, StoreError};

use crate::{
    Cli, CubeError, Module, OutputError, Written,
    make::{Cards, Inputs, Made, make_in, telling_files},
    output::Output,
    progress::Progress,
    site::FileDigest,
};

/// How often is started again before a store that changes meanwhile is a failure.
pub(crate) const ATTEMPTS: u32 = 3;

/// How many names a message lists of those that the configuration or the store has.
const NAMES: usize = 5;

/// Why pages cannot be explored if nobody did anything wrong, and what to do.
const NO_MODULE: &str = "this site-gen was built without the module of the browser; take a released one, \
    build it with `--features embedded`, or name the folder of the module with --explorer";

/// Exit codes of the program.
pub mod exit {
    /// The site is there.
    pub const DONE: u8 = 0;
    /// There is no new site.
    pub const FAILED: u8 = 1;
    /// Wrong usage (as clap has it), or a configuration that cannot be understood.
    pub const USAGE: u8 = 2;
    /// Some projects failed; the others are there.
    pub const PARTLY: u8 = 3;
    /// Another run is writing to the output folder.
    pub const HELD: u8 = 5;
}

/// Why there is no new site.
#[derive(Debug)]
pub enum Failure {
    /// The configuration cannot be read or understood.
    Config(anyhow::Error),
    /// Anything else.
    Other(anyhow::Error),
}

impl Failure {
    /// The code that the program ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => exit::USAGE,
            Self::Other(error) => match error.downcast_ref() {
                Some(OutputError::Held(_)) => exit::HELD,
                _ => exit::FAILED,
            },
        }
    }

    /// What to tell the reader: causes on one line, outermost first, and the place in the
    /// configuration below it.
    pub fn message(&self) -> String {
        let (Self::Config(error) | Self::Other(error)) = self;
        let excerpt = error.downcast_ref().and_then(ConfigError::excerpt);
        let excerpt = excerpt.map(|lines| format!("\n{lines}")).unwrap_or_default();
        format!("{}{excerpt}", one_line(&format!("{error:#}")))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// What a run did.
#[derive(Debug)]
pub struct Outcome {
    /// The output folder.
    pub output: PathBuf,
    /// Number of projects that have a page.
    pub projects: usize,
    /// What was written; `None` if the site was there already, whole.
    pub written: Option<Written>,
    /// The projects whose data cannot be read.
    pub failed: Vec<ProjectName>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { output, projects, written, failed, took } = self;
        let (output, seconds) = (output.display(), took.as_secs_f64());
        match written {
            None if failed.is_empty() => {
                write!(f, "nothing changed: {output} is up to date ({seconds:.1} s)")
            }
            None => {
                let failed = failed.len();
                write!(
                    f,
                    "{output}: {projects} projects, {failed} of them failed; nothing changed"
                )?;
                write!(f, " ({seconds:.1} s)")
            }
            Some(Written { written, unchanged, removed }) => {
                write!(f, "{output}: {projects} projects")?;
                if !failed.is_empty() {
                    write!(f, ", {} of them failed", failed.len())?;
                }
                write!(f, "; files: {written} written, {unchanged} unchanged, {removed} removed")?;
                write!(f, " ({seconds:.1} s)")
            }
        }
    }
}

/// Brings the site up to date. `today` is the day it is made on; `tell` gets a line for each thing that
/// is worth knowing and is no failure of the whole.
pub fn run(cli: &Cli, today: Day, tell: &mut dyn FnMut(&str)) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let config = read_config(&cli.config)?;
    let store = match &cli.store {
        Some(store) => store.as_path(),
        None => config.store.folder()?,
    };
    let module = match &cli.explorer {
        Some(folder) => Module::read(folder),
        None => Module::embedded().ok_or_else(|| io::Error::other(NO_MODULE)),
    };
    let module = module
        .inspect_err(|error| {
            tell(&one_line(&format!("note: the pages cannot be explored: {error}")));
        })
        .ok();
    let mut snapshot = Snapshot::open(store)?;
    check_projects(&config, &snapshot, &cli.config).map_err(Failure::Config)?;
    tell_left_out(&config, &snapshot, tell);

    let output = Output::open(&cli.output)?;
    output.check_foreign(telling_files(&config))?;
    let program = program_digest()?;
    let cards = if cli.no_cards { Cards::LeftOut } else { Cards::Made };
    let mut attempt = 1;
    let Made { failed, cubes } = loop {
        let module = module.clone();
        let inputs = Inputs { config: &config, snapshot: &snapshot, today, module, cards };
        let progress = Progress::new(config.projects.len(), cli.quiet);
        let made = make_in(&inputs, &program, &output, &|_| progress.step())?;
        if attempt == ATTEMPTS || !made.failed.iter().any(|(_, error)| store_changed(error)) {
            break made;
        }
        attempt += 1;
        output.restart();
        snapshot = Snapshot::open(store)?;
        tell("note: another program changed the store meanwhile: the site is made from the start");
    };
    if cli.verbose {
        cubes.iter().for_each(|cube| tell(&cube.to_string()));
    }
    let mut names = Vec::new();
    for (project, error) in failed {
        let error = anyhow::Error::new(error);
        tell(&one_line(&format!("error: cannot make the page of `{project}`: {error:#}")));
        names.push(project);
    }
    if !names.is_empty() {
        tell(
            "note: what failed keeps its old files and figures; without any it is not in the list of projects",
        );
    }
    Ok(Outcome {
        output: cli.output.clone(),
        projects: config.projects.len(),
        written: output.finish()?,
        failed: names,
        took: start.elapsed(),
    })
}

/// Whether making it again from a newer snapshot may help.
fn store_changed(error: &CubeError) -> bool {
    matches!(error, CubeError::Store(StoreError::Changed(_)))
}

/// Tells of the projects that are in the store and of which nothing is made.
pub(crate) fn tell_left_out(config: &Config, snapshot: &Snapshot, tell: &mut dyn FnMut(&str)) {
    for project in left_out(config, snapshot).take(NAMES) {
        tell(&format!("note: `{project}` is in the store but not in the configuration: left out"));
    }
    match left_out(config, snapshot).count().saturating_sub(NAMES) {
        0 => {}
        more => tell(&format!("note: so are {more} more")),
    }
}

/// The projects that are in the store and get no page.
fn left_out<'a>(
    config: &'a Config,
    snapshot: &'a Snapshot,
) -> impl Iterator<Item = &'a ProjectName> {
    let listed: BTreeSet<&ProjectName> =
        config.projects.iter().map(|project| &project.name).collect();
    snapshot.projects().filter(move |name| !listed.contains(name))
}

/// Fails if the store has projects and the configuration lists none of them: it is that of another
/// store, and a site of empty pages is of use to nobody.
pub(crate) fn check_projects(
    config: &Config,
    snapshot: &Snapshot,
    path: &Path,
) -> anyhow::Result<()> {
    let stored = snapshot.projects().count();
    if stored == 0 || left_out(config, snapshot).count() < stored {
        return Ok(());
    }
    anyhow::bail!(
        "`{}` lists {}, and the store holds {}: list the projects of the store under `projects:`",
        path.display(),
        some_of(config.projects.iter().map(|project| &project.name)),
        some_of(snapshot.projects()),
    )
}

/// The first few of some names, and how many more there are.
fn some_of<'a>(names: impl Iterator<Item = &'a ProjectName>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    let first = names[..names.len().min(NAMES)].join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

pub(crate) fn read_config(path: &Path) -> Result<Config, Failure> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    let text = read(path).map_err(Failure::Config)?;
    let mut load = |path: &str| fs::read_to_string(path);
    let config = Config::parse(&text, &path.to_string_lossy(), &mut load);
    config.map_err(|error| Failure::Config(error.into()))
}

/// A digest of this program: another one may make other bytes of the same inputs.
fn program_digest() -> anyhow::Result<String> {
    let program = std::env::current_exe().and_then(fs::read).context("cannot read this program")?;
    Ok(FileDigest::of(&program).hex())
}

/// A message that cannot drive a terminal, whatever names it quotes.
pub(crate) fn one_line(message: &str) -> String {
    message
        .chars()
        .flat_map(|it| {
            let escaped = it.is_control().then(|| it.escape_default());
            let plain = escaped.is_none().then_some(it);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
