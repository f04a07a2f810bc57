//! `site-gen workbooks` and `site-gen summary`: the workbooks alone, without a site around them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use config::{Config, Ecosystem, Project};
use downloads::{Day, ProjectName};
use metrics::Scope;
use rayon::prelude::*;
use store::{Snapshot, StoreError};
use workbooks::{BookError, Counted, Libraries, SUMMARY_FILE};

use crate::{
    BooksPlace, Command, Failure, SummaryArgs, WorkbooksArgs,
    run::{ATTEMPTS, check_projects, one_line, read_config, tell_left_out},
};

impl Command {
    /// Where it reads from and writes to.
    pub fn place(&self) -> &BooksPlace {
        match self {
            Self::Workbooks(args) => &args.place,
            Self::Summary(args) => &args.place,
        }
    }
}

/// What became of workbooks.
#[derive(Debug)]
pub struct Books {
    /// What they are, in a word.
    pub what: &'static str,
    /// The folder that has them.
    pub output: PathBuf,
    /// How many were written, in the last attempt if there were several.
    pub written: usize,
    /// How many were there already, byte for byte.
    pub unchanged: usize,
    /// The projects that have none, because they failed.
    pub failed: Vec<ProjectName>,
    /// Whether the summary was asked for beside them, and failed.
    pub lacks_summary: bool,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, output, written, unchanged, failed, took, .. } = self;
        write!(f, "{what}: {written} written, {unchanged} unchanged")?;
        if !failed.is_empty() {
            write!(f, ", {} failed", failed.len())?;
        }
        write!(f, ", in {} ({:.1} s)", output.display(), took.as_secs_f64())
    }
}

/// Makes what the command says. `tell` gets a line for each thing that is worth knowing and is no failure of the whole.
pub fn make_books(command: &Command, tell: &mut dyn FnMut(&str)) -> Result<Books, Failure> {
    let start = Instant::now();
    let place = command.place();
    let config = read_config(&place.config)?;
    let store = match &place.store {
        Some(store) => store.as_path(),
        None => config.store.folder()?,
    };
    workbooks::remove_left_over(&place.output);
    let mut attempt = 1;
    loop {
        let snapshot = Snapshot::open(store)?;
        let run = Run { place, config: &config, snapshot: &snapshot };
        let mut told = Vec::new();
        let made = match command {
            Command::Workbooks(args) => run.workbooks(args, &mut told),
            Command::Summary(args) => run.summary(args, &mut told),
        };
        let is_changed = match &made {
            Ok((_, is_changed)) => *is_changed,
            Err(Failure::Other(error)) => store_changed(error),
            Err(Failure::Config(_)) => false,
        };
        if is_changed && attempt < ATTEMPTS {
            attempt += 1;
            tell("note: another program changed the store meanwhile: starting again");
            continue;
        }
        told.iter().for_each(|line| tell(&one_line(line)));
        let (mut books, _) = made?;
        books.took = start.elapsed();
        return Ok(books);
    }
}

/// Whether a newer snapshot may help.
fn store_changed(error: &anyhow::Error) -> bool {
    let of_book = match error.downcast_ref() {
        Some(BookError::Store(error)) => Some(error),
        _ => None,
    };
    matches!(of_book.or_else(|| error.downcast_ref()), Some(StoreError::Changed(_)))
}

/// One attempt, from one snapshot.
struct Run<'a> {
    place: &'a BooksPlace,
    config: &'a Config,
    snapshot: &'a Snapshot,
}

impl Run<'_> {
    /// Writes the workbooks, and tells whether the store changed meanwhile, so that some failed.
    fn workbooks(
        &self,
        args: &WorkbooksArgs,
        told: &mut Vec<String>,
    ) -> Result<(Books, bool), Failure> {
        let Self { place, config, snapshot } = *self;
        let projects = self.projects(&args.projects, told).map_err(Failure::Config)?;
        if args.summary {
            self.check_ecosystems()?;
        }
        let counted = (&config.mirrors, config.lookback);
        let made = workbooks::write_projects(
            &place.output,
            &projects,
            snapshot,
            counted,
            // Not what was counted: the next project needs the room.
            |name, tally| match args.summary {
                true => workbooks::libraries(&config.ecosystems, name, tally),
                false => Libraries::new(),
            },
        );
        let (mut books, mut known) = (self.none("workbooks"), BTreeMap::new());
        let mut is_changed = false;
        for (project, made) in projects.iter().zip(made) {
            let name = &project.name;
            match made {
                Ok(Some((is_written, libraries))) => {
                    books.add(is_written);
                    known.insert(name, libraries);
                }
                Ok(None) => told.push(format!(
                    "note: nothing was collected of `{name}`, so it has no workbook"
                )),
                Err(error) => {
                    let error = anyhow::Error::from(error);
                    is_changed |= store_changed(&error);
                    told.push(format!("error: no workbook of `{name}`: {error:#}"));
                    books.failed.push(name.clone());
                }
            }
        }
        if args.summary && !is_changed {
            match self.write_summary(args.today, known, told) {
                Ok(is_written) => books.add(is_written),
                Err(Failure::Other(error)) if !store_changed(&error) => {
                    told.push(format!("error: no summary: {error:#}"));
                    books.lacks_summary = true;
                }
                Err(error) => return Err(error),
            }
        }
        Ok((books, is_changed))
    }

    fn summary(
        &self,
        args: &SummaryArgs,
        told: &mut Vec<String>,
    ) -> Result<(Books, bool), Failure> {
        self.check_ecosystems()?;
        let mut books = self.none(SUMMARY_FILE);
        books.add(self.write_summary(args.today, BTreeMap::new(), told)?);
        Ok((books, false))
    }

    /// The projects of these names, of the configuration if there are none.
    fn projects(
        &self,
        names: &[ProjectName],
        told: &mut Vec<String>,
    ) -> anyhow::Result<Vec<Project>> {
        let Self { place, config, snapshot } = *self;
        if names.is_empty() {
            check_projects(config, snapshot, &place.config)?;
            tell_left_out(config, snapshot, &mut |line| told.push(line.into()));
            return Ok(config.projects.clone());
        }
        let names: BTreeSet<&ProjectName> = names.iter().collect();
        let is_known = |name: &&ProjectName| {
            config.project(name).is_some() || !snapshot.coverage(name.as_str()).is_empty()
        };
        if let Some(name) = names.iter().find(|name| !is_known(name)) {
            let file = place.config.display();
            anyhow::bail!("there is no project `{name}` in `{file}`, nor in the store");
        }
        Ok(names.into_iter().map(|name| config.project_or_new(name)).collect())
    }

    /// Fails if there is nothing to summarize.
    fn check_ecosystems(&self) -> Result<(), Failure> {
        if self.config.ecosystems.is_empty() {
            let file = self.place.config.display();
            return Err(Failure::Config(anyhow::anyhow!(
                "`{file}` has no ecosystems, so there is nothing to summarize; list them under `ecosystems:`, \
                 or name another file with --config"
            )));
        }
        Ok(())
    }

    /// Writes the summary, counting the projects that are not yet known. Returns whether it had to be written. `today`
    /// is the day that it is as of; `None` stands for the one on which the newest data was collected.
    fn write_summary<'b>(
        &'b self,
        today: Option<Day>,
        mut known: BTreeMap<&'b ProjectName, Libraries>,
        told: &mut Vec<String>,
    ) -> Result<bool, Failure> {
        let Self { place, config, snapshot } = *self;
        let date = today.or_else(|| collected_on(&config.ecosystems, snapshot));
        let date = date.context("nothing was collected of any project of an ecosystem")?;
        let members = config.ecosystems.iter().flat_map(|it| it.members.iter());
        let missing: BTreeSet<&ProjectName> =
            members.filter(|name| !known.contains_key(name)).collect();
        let missing: Vec<&ProjectName> = missing.into_iter().collect();
        let counted: Vec<(&ProjectName, Libraries)> = missing
            .into_par_iter()
            .with_max_len(1)
            .map(|name| {
                let tally = workbooks::count(snapshot, name, Scope::Versions, &config.mirrors)?;
                Ok((name, workbooks::libraries(&config.ecosystems, name, &tally)))
            })
            .collect::<anyhow::Result<_>>()?;
        known.extend(counted);
        let ecosystems = config.ecosystems.iter();
        // All are there: those that were not counted before were now.
        let counted: Vec<Counted<'_>> = ecosystems
            .filter_map(|it| Counted::new(it, snapshot, |name| known.get(name)))
            .collect();
        for Counted { ecosystem, never, .. } in &counted {
            told.extend(never.iter().map(|name| {
                let ecosystem = &ecosystem.name;
                format!(
                    "note: nothing was collected of `{name}`, so it counts as 0 in `{ecosystem}`"
                )
            }));
        }
        let workbook = workbooks::summary(&counted, date).map_err(anyhow::Error::from)?;
        let written = workbooks::write_whole(&place.output.join(SUMMARY_FILE), &workbook);
        Ok(written.map_err(anyhow::Error::from)?)
    }

    fn none(&self, what: &'static str) -> Books {
        let (written, unchanged, failed, took) = (0, 0, Vec::new(), Duration::ZERO);
        let (output, lacks_summary) = (self.place.output.clone(), false);
        Books { what, output, written, unchanged, failed, lacks_summary, took }
    }
}

impl Books {
    fn add(&mut self, is_written: bool) {
        self.written += usize::from(is_written);
        self.unchanged += usize::from(!is_written);
    }
}

/// The day on which the newest data of an ecosystem was collected; of an import, that of its newest row. `None` if
/// nothing was collected.
pub(crate) fn collected_on(ecosystems: &[Ecosystem], snapshot: &Snapshot) -> Option<Day> {
    let names = ecosystems.iter().flat_map(|it| it.members.iter());
    let times = names.flat_map(|name| snapshot.coverage(name.as_str())).map(|it| it.fetched_at);
    times.max().map(|time| time.date_naive())
}
