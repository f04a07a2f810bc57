//! Runs a command, and tells how it ended.

use std::{
    collections::BTreeMap,
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use config::{Budget, Config, ConfigError, Detail, StoreUnavailable};
use downloads::{LOOKBACK_DAYS, ProjectName};
use store::StoreError;

use crate::{
    bigquery::{ConnectError, CredentialsError, QueryError},
    branch::{self, Busy, Moved},
    cli::{BranchCommand, Cli, Command, Place, Pull, Push},
    export, fsck, import,
    init::{self, AlreadyConfigured, BadAddress, NoAction, NoProjects},
    progress::{Progress, Verbosity},
    pypi::{self, NoWorkbook, StartAfterEnd, budget::OverBudget},
    sample, status,
};

/// How the program ended, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything was done.
    Done = 0,
    /// Nothing, or not what was asked for, was done.
    Failed = 1,
    /// The command line or the configuration is wrong. Clap uses the same.
    Usage = 2,
    /// Some of it was done and is kept, or a day was found suspect, or a project late.
    Partly = 3,
    /// It would cost more than is allowed.
    OverBudget = 4,
    /// Another run holds the store, or has changed the branch.
    Held = 5,
}

/// Runs the command. `now` is the only clock.
pub fn run(cli: Cli, now: DateTime<Utc>) -> ExitCode {
    let (code, error) = match dispatch(cli.command, now) {
        Ok(code) => (code, None),
        Err(error) => (code_of(&error), Some(error)),
    };
    if let Some(error) = error {
        report(&error);
    }
    code
}

fn dispatch(command: Command, now: DateTime<Utc>) -> anyhow::Result<ExitCode> {
    match command {
        Command::Pypi(args) => {
            let config = load_config(args.place.config.as_deref(), "")?;
            let done = pypi::run(&args, &config, now)?;
            print(&done.text)?;
            match done.result {
                Ok(()) if done.outcome.has_new_suspects() => Ok(ExitCode::Partly),
                Ok(()) => Ok(ExitCode::Done),
                Err(error) => {
                    report(&error);
                    // Whatever ended it, what was paid for before is kept, and worth to be shown.
                    let partly = done.outcome.queries > 0 || error.is::<NoWorkbook>();
                    Ok(if partly { ExitCode::Partly } else { code_of(&error) })
                }
            }
        }
        Command::Import(args) => {
            let settings = Settings::load(&args.place)?;
            let options = import::Options {
                store: settings.store,
                today: args.today.unwrap_or(now.date_naive()),
                now,
                details: settings.details,
                verbosity: if args.quiet { Verbosity::Quiet } else { Verbosity::Normal },
            };
            let mut done = 0;
            let mut printed = Ok(());
            let result = import::run(&args.files, &options, |summary| {
                done += 1;
                if let Err(error) = print(&format!("{summary}\n")) {
                    printed = Err(error);
                }
            });
            match result {
                Err(error) if done > 0 && code_of(&error) == ExitCode::Failed => {
                    report(&error);
                    Ok(ExitCode::Partly)
                }
                other => other.and(printed).map(|()| ExitCode::Done),
            }
        }
        Command::Export(args) => {
            let settings = Settings::load(&args.place)?;
            export::run(&settings.store, &args.project, args.output.as_deref())?;
            Ok(ExitCode::Done)
        }
        Command::Status(args) => {
            let settings = Settings::load(&args.place)?;
            let mut status = status::read(&settings.store, settings.lookback, now)?;
            if let Some(days) = args.late_after {
                let projects = settings.configured.as_ref().ok_or(NobodyExpected)?;
                status.look_for_late(projects, days, now);
            }
            let is_billed = !status.spending.months.is_empty();
            let budget = is_billed.then(|| pypi::budget::caps_line(&settings.budget));
            let budget = budget.as_deref();
            print(&match (args.json, args.markdown) {
                (true, _) => status.to_json()?,
                (_, true) => status.to_markdown(budget),
                _ => status.to_text(budget),
            })?;
            Ok(if status.is_late() { ExitCode::Partly } else { ExitCode::Done })
        }
        Command::Fsck(args) => {
            let settings = Settings::load(&args.place)?;
            let outcome = fsck::run(&settings.store, args.accept, now)?;
            print(&outcome.to_string())?;
            Ok(if outcome.is_good() { ExitCode::Done } else { ExitCode::Failed })
        }
        Command::Branch(args) => {
            let (branch, remote, place) = match &args.command {
                BranchCommand::Pull(Pull { at }) | BranchCommand::Push(Push { at, .. }) => {
                    (&at.branch, &at.remote, &at.place)
                }
                BranchCommand::Merge(args) => (&args.from, &args.remote, &args.place),
            };
            let store = &Settings::load(place)?.store;
            let place = branch::Place { branch, remote, store };
            print(&match &args.command {
                BranchCommand::Pull(_) => branch::pull(&place, now)?,
                BranchCommand::Push(args) => {
                    let (message, accept_loss) = (args.message.as_deref(), args.accept_loss);
                    branch::push(&place, branch::Push { message, accept_loss }, now)?
                }
                BranchCommand::Merge(_) => branch::merge(&place, now)?,
            })?;
            Ok(ExitCode::Done)
        }
        Command::Init(args) => {
            print(&init::run(&args)?)?;
            Ok(ExitCode::Done)
        }
        Command::Sample(args) => {
            let progress = Progress::start("sample", None, Verbosity::Normal);
            let summary = sample::run(&args, now, &mut |done, of| {
                progress.now(&format!("{done} of {of} projects"));
            })?;
            progress.finish();
            print(&format!("{summary}\n"))?;
            Ok(ExitCode::Done)
        }
    }
}

/// The configuration cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the configuration `{file}`{hint}")]
struct NoConfig {
    file: String,
    /// What would do without, if anything.
    hint: &'static str,
    source: io::Error,
}

/// Nobody said which projects should have new days.
#[derive(Debug, thiserror::Error)]
#[error(
    "`--late-after` looks at the projects of the configuration, and there is none; name it with --config"
)]
struct NobodyExpected;

/// What the commands need to know of the configuration.
struct Settings {
    store: PathBuf,
    /// The projects in the configuration; `None` if there is no configuration.
    configured: Option<Vec<ProjectName>>,
    lookback: u32,
    details: BTreeMap<ProjectName, Detail>,
    budget: Budget,
}

impl Settings {
    /// Reads the configuration. It may be missing if the command line does not name it, and says
    /// where the store is.
    fn load(place: &Place) -> anyhow::Result<Self> {
        let path = place.config.as_deref().unwrap_or(Path::new("config.yaml"));
        if let (Some(store), None, false) = (&place.store, &place.config, path.exists()) {
            let store = store.folder()?.into();
            let (details, budget) = (BTreeMap::new(), Budget::default());
            let (lookback, configured) = (LOOKBACK_DAYS, None);
            return Ok(Self { store, configured, lookback, details, budget });
        }
        let is_named = place.config.is_some() || place.store.is_some();
        let hint = if is_named { "" } else { ", which `--store DIR` would do without" };
        let config = load_config(place.config.as_deref(), hint)?;
        let store = place.store.as_ref().unwrap_or(&config.store).folder()?.into();
        let configured = config.projects.iter().map(|project| project.name.clone()).collect();
        let details = config.projects.into_iter().map(|project| (project.name, project.detail));
        let (details, lookback) = (details.collect(), config.lookback);
        Ok(Self { store, configured: Some(configured), lookback, details, budget: config.budget })
    }
}

/// Reads the configuration, `config.yaml` if no other is named. `hint` is said if it cannot be read.
pub(crate) fn load_config(path: Option<&Path>, hint: &'static str) -> anyhow::Result<Config> {
    let path = path.unwrap_or(Path::new("config.yaml"));
    let file = path.display().to_string();
    let text =
        fs::read_to_string(path).map_err(|source| NoConfig { file: file.clone(), hint, source })?;
    Ok(Config::parse(&text, &file, &mut |path| fs::read_to_string(Path::new(path)))?)
}

fn code_of(error: &anyhow::Error) -> ExitCode {
    let usage = error.is::<ConfigError>()
        || error.is::<NoConfig>()
        || error.is::<StoreUnavailable>()
        || error.is::<StartAfterEnd>()
        || error.is::<NobodyExpected>()
        || error.is::<NoProjects>()
        || error.is::<NoAction>()
        || error.is::<BadAddress>()
        || error.is::<AlreadyConfigured>()
        || matches!(error.downcast_ref(), Some(ConnectError::Credentials(_)))
        || error.is::<CredentialsError>()
        || matches!(error.downcast_ref(), Some(QueryError::Credentials { .. }));
    if usage {
        ExitCode::Usage
    } else if error.is::<OverBudget>()
        || matches!(error.downcast_ref(), Some(QueryError::OverLimit { .. }))
    {
        ExitCode::OverBudget
    } else if matches!(error.downcast_ref(), Some(StoreError::Held { .. }))
        || error.is::<Moved>()
        || error.is::<Busy>()
    {
        ExitCode::Held
    } else {
        ExitCode::Failed
    }
}

/// Writes a result. Whoever reads it may stop to, as `head` does.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// One line, outermost cause first, escaped so that no text from outside drives the terminal.
fn report(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "error: {}", escape(&format!("{error:#}")));
}

/// Escapes control characters and marks of direction, apart from line feeds.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\'' | '"' | '\\' => escaped.push(character),
            other => escaped.extend(other.escape_debug()),
        }
    }
    escaped
}
