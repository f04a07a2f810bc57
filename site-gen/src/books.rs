//! `site-gen workbooks` and `site-gen summary`: the workbooks alone, without a site around them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use config::{Config, Ecosystem, Project};
use downloads::{Day, ProjectName};
use metrics::{Scope, Tally};
use rayon::prelude::*;
use store::Snapshot;
use workbooks::{Counted, Libraries, SUMMARY_FILE};

use crate::{
    BooksPlace, Command, Failure, WorkbooksArgs,
    run::{one_line, read_config},
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
    /// The folder that has them.
    pub output: PathBuf,
    /// How many were written.
    pub written: usize,
    /// How many were there already, byte for byte.
    pub unchanged: usize,
    /// The projects that have none, because they failed.
    pub failed: Vec<ProjectName>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { output, written, unchanged, failed, took } = self;
        write!(f, "{}: workbooks: {written} written, {unchanged} unchanged", output.display())?;
        if !failed.is_empty() {
            write!(f, ", {} failed", failed.len())?;
        }
        write!(f, " ({:.1} s)", took.as_secs_f64())
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
    let snapshot = Snapshot::open(store)?;
    let mut books = match command {
        Command::Workbooks(args) => of_projects(args, &config, &snapshot, tell)?,
        Command::Summary(args) => {
            let mut books = Books::none(&place.output);
            let sums = Sums { config: &config, snapshot: &snapshot, today: args.today };
            sums.check(&place.config)?;
            books.add(sums.write(&place.output, BTreeMap::new())?);
            books
        }
    };
    books.took = start.elapsed();
    Ok(books)
}

fn of_projects(
    args: &WorkbooksArgs,
    config: &Config,
    snapshot: &Snapshot,
    tell: &mut dyn FnMut(&str),
) -> Result<Books, Failure> {
    let output = &args.place.output;
    let unknown = args.projects.iter().find(|name| config.project(name).is_none());
    if let Some(name) = unknown {
        let file = args.place.config.display();
        return Err(Failure::Config(anyhow::anyhow!("there is no project `{name}` in `{file}`")));
    }
    let is_chosen =
        |project: &&Project| args.projects.is_empty() || args.projects.contains(&project.name);
    let projects: Vec<&Project> = config.projects.iter().filter(is_chosen).collect();
    let sums = Sums { config, snapshot, today: args.today };
    if args.summary {
        sums.check(&args.place.config)?;
    }
    let made: Vec<_> = projects
        .par_iter()
        .with_max_len(1)
        .map(|project| {
            let made = workbooks::write_project(
                output,
                project,
                snapshot,
                &config.mirrors,
                config.lookback,
            )?;
            // Not what was counted: the next project needs the room.
            let libraries = |tally: &Tally| match args.summary {
                true => workbooks::libraries(&config.ecosystems, &project.name, tally),
                false => Libraries::new(),
            };
            anyhow::Ok(made.map(|(is_written, tally)| (is_written, libraries(&tally))))
        })
        .collect();
    let (mut books, mut known) = (Books::none(output), BTreeMap::new());
    for (project, made) in projects.into_iter().zip(made) {
        match made {
            Ok(Some((is_written, libraries))) => {
                books.add(is_written);
                known.insert(&project.name, libraries);
            }
            Ok(None) => tell(&format!(
                "note: nothing was collected of `{}`, so it has no workbook",
                project.name
            )),
            Err(error) => {
                tell(&one_line(&format!("error: no workbook of `{}`: {error:#}", project.name)));
                books.failed.push(project.name.clone());
            }
        }
    }
    if args.summary {
        books.add(sums.write(output, known)?);
    }
    Ok(books)
}

/// What the summary of all ecosystems is made of.
struct Sums<'a> {
    config: &'a Config,
    snapshot: &'a Snapshot,
    /// The day that it is as of. `None` stands for the one on which the newest data was collected.
    today: Option<Day>,
}

impl<'a> Sums<'a> {
    /// Fails if there is nothing to summarize in this file.
    fn check(&self, file: &Path) -> Result<(), Failure> {
        if self.config.ecosystems.is_empty() {
            let file = file.display();
            return Err(Failure::Config(anyhow::anyhow!(
                "`{file}` has no ecosystems, so there is nothing to summarize; list them under `ecosystems:`, \
                 or name another file with --config"
            )));
        }
        Ok(())
    }

    /// Writes the summary into a folder, counting the projects that are not yet known. Returns whether it had to be
    /// written.
    fn write(
        &self,
        output: &Path,
        mut known: BTreeMap<&'a ProjectName, Libraries>,
    ) -> Result<bool, Failure> {
        let Self { config, snapshot, today } = *self;
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
        let counted: Vec<Counted<'_>> =
            ecosystems.map(|it| Counted::new(it, |name| known.get(name))).collect();
        let workbook = workbooks::summary(&counted, date).map_err(anyhow::Error::from)?;
        let written = workbooks::write_whole(&output.join(SUMMARY_FILE), &workbook);
        Ok(written.map_err(anyhow::Error::from)?)
    }
}

/// The day on which the newest data of an ecosystem was collected; of an import, that of its newest row. `None` if
/// nothing was collected.
pub(crate) fn collected_on(ecosystems: &[Ecosystem], snapshot: &Snapshot) -> Option<Day> {
    let names = ecosystems.iter().flat_map(|it| it.members.iter());
    let times = names.flat_map(|name| snapshot.coverage(name.as_str())).map(|it| it.fetched_at);
    times.max().map(|time| time.date_naive())
}

impl Books {
    fn none(output: &Path) -> Self {
        let (written, unchanged, failed, took) = (0, 0, Vec::new(), Duration::ZERO);
        Self { output: output.into(), written, unchanged, failed, took }
    }

    fn add(&mut self, is_written: bool) {
        self.written += usize::from(is_written);
        self.unchanged += usize::from(!is_written);
    }
}
