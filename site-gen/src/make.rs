//! From the store to all files of the site: what is made of which inputs, and what need not be made again.

use std::{collections::BTreeMap, fmt, sync::Mutex};

use config::{Config, Project};
use downloads::{Day, ProjectName};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use store::{Month, Snapshot, StoreError};
use views::RenderError;
use workbooks::WorkbookError;

use crate::{
    Module, OutputError, Site,
    assets::Assets,
    output::{Output, Unit},
    project::{MadeProject, Rank, make_project},
    publish::CubeError,
    shared::make_shared,
    site::FileDigest,
    summary::Summary,
};

/// Newer days than the newest should be there if it is longer ago than this, in days. A day is
/// collected on the one after it, and a run may fail once without anybody having to know.
const LATE_AFTER_DAYS: i64 = 3;

/// A site of more projects tells no ranks, so that a project that moves does not make thousands change.
const MOST_RANKED: usize = 100;

/// The units of the site beside those of projects.
const ASSETS: &str = "assets";
const SHARED: &str = "site";

/// Everything that the site is made from.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// Which projects, and what the site says of itself.
    pub config: &'a Config,
    /// The downloads.
    pub snapshot: &'a Snapshot,
    /// The day on which the site is made.
    pub today: Day,
    /// The module of the browser. `None` makes pages that cannot be explored.
    pub module: Option<Module>,
    /// Whether there are pictures for links to the pages.
    pub cards: Cards,
}

/// Whether a site has social cards, the files that take longest to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cards {
    /// One for each project and one for the site.
    Made,
    /// None.
    LeftOut,
}

impl Inputs<'_> {
    /// Whether newer days of a project should have been collected by now.
    pub(crate) fn is_late(&self, project: &ProjectName) -> bool {
        let newest = self.snapshot.coverage(project.as_str()).last();
        newest.is_some_and(|it| (self.today - it.last).num_days() > LATE_AFTER_DAYS)
    }
}

/// What became of the projects.
#[derive(Debug, Default)]
pub struct Made {
    /// The projects whose rows cannot be had: they keep the files that they had.
    pub failed: Vec<(ProjectName, CubeError)>,
    /// The cubes that were made, in the order of the configuration.
    pub cubes: Vec<CubeSize>,
}

/// How large the published cube of a project is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CubeSize {
    /// Whose cube it is.
    pub project: ProjectName,
    /// Number of rows.
    pub rows: usize,
    /// Size of the file.
    pub bytes: usize,
}

impl fmt::Display for CubeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, rows, bytes } = self;
        let per_row = *bytes as f64 / (*rows).max(1) as f64;
        write!(f, "{project}: {rows} rows in {bytes} bytes, {per_row:.2} bytes a row")
    }
}

/// Why a site could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The program is wrong.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// There is no room for the workbook of ecosystems.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// The files could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The summary of a project is not as it was written.
    #[error(
        "the list of files says something of `{0}` that cannot be read; remove it to start anew"
    )]
    Summary(ProjectName),
}

/// Where units go, and what is known of those that are there.
pub(crate) trait Place: Sync {
    /// The word that goes with a unit that was made from such a digest; `None` if it is to be made again.
    fn note(&self, unit: &str, is_digest: &dyn Fn(&str) -> bool) -> Option<String>;
    /// The summary of a unit; `None` if there is no such unit.
    fn summary(&self, unit: &str) -> Option<String>;
    /// Whether the unit is there as it was made from inputs of this digest. If so it stays.
    fn keep(&self, unit: &str, digest: &str) -> bool;
    /// Keeps the files of a unit that cannot be made now.
    fn keep_old(&self, unit: &str);
    /// Takes the files of a unit.
    fn put(&self, unit: &str, digest: &str, made: Unit) -> Result<(), OutputError>;
}

impl Place for Output {
    fn note(&self, unit: &str, is_digest: &dyn Fn(&str) -> bool) -> Option<String> {
        self.note(unit, is_digest)
    }

    fn summary(&self, unit: &str) -> Option<String> {
        self.summary(unit)
    }

    fn keep(&self, unit: &str, digest: &str) -> bool {
        self.keep(unit, digest)
    }

    fn keep_old(&self, unit: &str) {
        self.keep_old(unit);
    }

    fn put(&self, unit: &str, digest: &str, made: Unit) -> Result<(), OutputError> {
        self.put(unit, digest, made)
    }
}

/// A site in memory.
#[derive(Default)]
struct InMemory {
    site: Mutex<Site>,
    summaries: Mutex<BTreeMap<String, String>>,
}

impl Place for InMemory {
    fn note(&self, _: &str, _: &dyn Fn(&str) -> bool) -> Option<String> {
        None
    }

    fn summary(&self, unit: &str) -> Option<String> {
        self.summaries.lock().ok()?.get(unit).cloned()
    }

    fn keep(&self, _: &str, _: &str) -> bool {
        false
    }

    fn keep_old(&self, _: &str) {}

    fn put(&self, unit: &str, _: &str, made: Unit) -> Result<(), OutputError> {
        let (mut site, mut summaries) = (
            self.site.lock().expect("no other thread panicked"),
            self.summaries.lock().expect("no other thread panicked"),
        );
        for (path, bytes) in made.files {
            site.add(path, bytes);
        }
        summaries.insert(unit.into(), made.summary);
        Ok(())
    }
}

/// Makes the site in memory. The same inputs give the same bytes, with any number of threads.
///
/// # Errors
///
/// Only if the program is wrong: what cannot be read is in [`Made::failed`].
///
/// # Panics
///
/// If two files have the same path.
pub fn make(inputs: &Inputs<'_>) -> Result<(Site, Made), MakeError> {
    let place = InMemory::default();
    let made = make_in(inputs, "", &place, &|_| {})?;
    Ok((place.site.into_inner().expect("no thread panicked"), made))
}

/// Makes the site and puts it in its place, apart from what is there already. `program` is a digest of this
/// program; `step` is called after each project.
pub(crate) fn make_in(
    inputs: &Inputs<'_>,
    program: &str,
    place: &impl Place,
    step: &(dyn Fn(&ProjectName) + Sync),
) -> Result<Made, MakeError> {
    let assets = Assets::new(inputs.module.clone());
    let common = common_digest(inputs, program);
    let newest = newest(inputs);
    let digests: Vec<String> = inputs
        .config
        .projects
        .par_iter()
        .map(|it| project_digest(inputs, &common, newest, it))
        .collect();
    if !place.keep(ASSETS, &common) {
        let unit = Unit { files: assets.files(), note: "-".into(), summary: "{}".into() };
        place.put(ASSETS, &common, unit)?;
    }

    let ranks = ranks(inputs, &digests, place);
    let outcomes: Vec<(String, Outcome)> = (inputs.config.projects.par_iter(), &digests, ranks)
        .into_par_iter()
        .with_max_len(1)
        .map(|(project, digest, rank)| {
            let (at, of) = rank.map_or((0, 0), |Rank { place, of }| (place, of));
            let digest = format!("{digest}.{at}.{of}");
            let outcome = bring_project(inputs, &assets, project, (rank, newest), &digest, place)?;
            step(&project.name);
            Ok((digest, outcome))
        })
        .collect::<Result<_, MakeError>>()?;

    let mut made = Made::default();
    let mut shared_digest = Sha256::new();
    shared_digest.update(&common);
    shared_digest.update(inputs.snapshot.digest());
    shared_digest.update(format!("{:?} {:?}", inputs.config.budget, inputs.config.ecosystems));
    let mut there = Vec::with_capacity(outcomes.len());
    for (project, (digest, outcome)) in inputs.config.projects.iter().zip(outcomes) {
        match outcome {
            Outcome::Kept => {}
            Outcome::Made(cube) => made.cubes.extend(cube),
            Outcome::Failed(error) => {
                made.failed.push((project.name.clone(), error));
                // It is told of with what was known of it, if anything was.
                if summary_of(place, project).is_err() {
                    continue;
                }
            }
        }
        shared_digest.update(&digest);
        there.push(project);
    }
    let digest = hex(&shared_digest.finalize());
    if !place.keep(SHARED, &digest) {
        let summaries: Vec<Summary> =
            there.par_iter().map(|it| summary_of(place, it)).collect::<Result<_, _>>()?;
        let files = make_shared(inputs, &assets, &there, &summaries)?;
        let unit = Unit { files: pages_last(files), note: "-".into(), summary: "{}".into() };
        place.put(SHARED, &digest, unit)?;
    }
    Ok(made)
}

fn summary_of(place: &impl Place, project: &Project) -> Result<Summary, MakeError> {
    let text = place.summary(&unit_of(&project.name));
    let summary = text.and_then(|text| serde_json::from_str(&text).ok());
    summary.ok_or_else(|| MakeError::Summary(project.name.clone()))
}

/// What became of a project.
enum Outcome {
    Kept,
    Made(Option<CubeSize>),
    Failed(CubeError),
}

fn bring_project(
    inputs: &Inputs<'_>,
    assets: &Assets,
    project: &Project,
    (rank, newest): (Option<Rank>, Option<Day>),
    digest: &str,
    place: &impl Place,
) -> Result<Outcome, MakeError> {
    let unit = unit_of(&project.name);
    if place.keep(&unit, digest) {
        return Ok(Outcome::Kept);
    }
    match make_project(inputs, assets, project, rank, newest)? {
        Ok(MadeProject { files, summary, cube }) => {
            // Without data there is no month, and no rank.
            let note = summary.row.as_ref().map_or("-".into(), |row| row.month.to_string());
            let summary = serde_json::to_string(&summary)
                .map_err(|_| MakeError::Summary(project.name.clone()))?;
            place.put(&unit, digest, Unit { files: pages_last(files), note, summary })?;
            Ok(Outcome::Made(cube))
        }
        Err(error) => {
            place.keep_old(&unit);
            Ok(Outcome::Failed(error))
        }
    }
}

/// The newest collected day of all projects; `None` if nothing was collected.
fn newest(inputs: &Inputs<'_>) -> Option<Day> {
    let newest =
        |project: &Project| Some(inputs.snapshot.coverage(project.name.as_str()).last()?.last);
    inputs.config.projects.iter().filter_map(newest).max()
}

/// The unit of a project.
pub(crate) fn unit_of(project: &ProjectName) -> String {
    format!("projects/{project}")
}

/// The path of the first file of each unit that somebody else might have put there.
pub(crate) fn telling_files(config: &Config) -> impl Iterator<Item = (String, String)> {
    let projects = config.projects.iter().map(|project| {
        let unit = unit_of(&project.name);
        let page = format!("{unit}/index.html");
        (unit, page)
    });
    [(SHARED.to_owned(), "index.html".to_owned())].into_iter().chain(projects)
}

/// The place of each project among all by the downloads of its last 30 days.
fn ranks(inputs: &Inputs<'_>, digests: &[String], place: &impl Place) -> Vec<Option<Rank>> {
    let projects = &inputs.config.projects;
    let months: Vec<Option<u64>> = (projects, digests)
        .into_par_iter()
        .map(|(project, digest)| {
            let is_digest = |it: &str| it.split_once('.').is_some_and(|(base, _)| base == digest);
            let known = place.note(&unit_of(&project.name), &is_digest);
            // What cannot be read has no rank, and is reported when its page is made.
            known
                .and_then(|month| month.parse().ok())
                .or_else(|| last_month(inputs, project).ok()?)
        })
        .collect();
    let mut sorted: Vec<u64> = months.iter().copied().flatten().collect();
    sorted.sort_unstable_by_key(|&month| std::cmp::Reverse(month));
    let of = sorted.len();
    let rank = |month: u64| {
        // Equal ones share the better place.
        let place = sorted.partition_point(|&it| it > month) + 1;
        (2..=MOST_RANKED).contains(&of).then_some(Rank { place, of })
    };
    months.into_iter().map(|month| month.and_then(rank)).collect()
}

/// The downloads of the last 30 days of a project, as its page counts them. `None` if no day was collected.
fn last_month(inputs: &Inputs<'_>, project: &Project) -> Result<Option<u64>, StoreError> {
    let name = project.name.as_str();
    let Some(last) = inputs.snapshot.coverage(name).last().map(|newest| newest.last) else {
        return Ok(None);
    };
    let first = last - chrono::Days::new(29);
    let (mut month, mut sum) = (Month::of(first), 0);
    while month <= Month::of(last) {
        let days = inputs.snapshot.day_downloads(name, month)?;
        sum += days.range(first..=last).map(|(_, downloads)| downloads).sum::<u64>();
        month = month.next();
    }
    Ok(Some(sum))
}

/// The same files, pages behind what they speak of.
fn pages_last(mut files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    files.sort_by_key(|(path, _)| path.ends_with(".html"));
    files
}

/// A digest of what every unit depends on.
fn common_digest(inputs: &Inputs<'_>, program: &str) -> String {
    let Config { site, mirrors, lookback, largest_year, .. } = inputs.config;
    let mut digest = Sha256::new();
    digest.update(program);
    digest.update(format!("{site:?} {mirrors:?} {lookback} {largest_year} {:?}", inputs.cards));
    // Every page leads to the ecosystems, if there are any.
    digest.update(format!("{}", inputs.config.ecosystems.is_empty()));
    if let Some(Module { script, wasm, compare_script, compare_wasm }) = &inputs.module {
        for file in [script, wasm, compare_script, compare_wasm] {
            digest.update(FileDigest::of(file).hex());
        }
    }
    hex(&digest.finalize())
}

/// A digest of what the files of a project are made from, apart from its rank.
fn project_digest(
    inputs: &Inputs<'_>,
    common: &str,
    newest: Option<Day>,
    project: &Project,
) -> String {
    let name = project.name.as_str();
    let snapshot = inputs.snapshot;
    let mut digest = Sha256::new();
    digest.update(common);
    digest.update(format!("{project:?} {}", inputs.is_late(&project.name)));
    // Its downloads are kept for each ecosystem that has it.
    for ecosystem in &inputs.config.ecosystems {
        if ecosystem.members.iter().any(|member| *member == project.name) {
            digest.update(format!("{} {:?}", ecosystem.address, ecosystem.bound(&project.name)));
        }
    }
    // Whether a project is behind the others is told, and since when they went on.
    let last = snapshot.coverage(name).last().map(|newest| newest.last);
    let is_behind = newest
        .zip(last)
        .is_some_and(|(newest, last)| (newest - last).num_days() >= i64::from(metrics::LATE_AFTER));
    digest.update(format!("{:?}", newest.filter(|_| is_behind)));
    for month in snapshot.months(name) {
        digest.update(&month.sha256);
    }
    digest.update(format!("{:?}", snapshot.coverage(name)));
    for revision in snapshot.last_revisions(name) {
        digest.update(format!("{revision:?}"));
    }
    hex(&digest.finalize())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
