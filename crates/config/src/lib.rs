//! `config.yaml`: which projects, how the site is named, where the store is, what may be spent.
//!
//! Takes text and gives a [`Config`], or an error that says where and what. Nothing here reads a
//! file: the caller does, also for the files that are imported.

mod address;
mod amount;
mod bigquery;
mod check;
mod error;
mod file;
mod import;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use downloads::{Day, Mirrors, ProjectName};

pub use amount::{BadPrice, BadShare, BadSize, GIB, MIB, MicroDollars, Share, Size, TIB};
pub use bigquery::{
    BadCloudProject, BigQuery, Budget, FREE_PER_MONTH, PRICE_PER_TIB, cloud_project,
};
pub use error::ConfigError;
use error::plain;

/// The longest [`lookback`](Config::lookback), in days.
pub const MAX_LOOKBACK_DAYS: u32 = 60;

/// What a file may say of the [largest year](Config::largest_year), in kB: with less, the values that are always told
/// apart would not find room in it; for more no phone would wait.
pub const YEAR_KILOBYTES: std::ops::RangeInclusive<u32> = 300..=20_000;

/// The [largest year](Config::largest_year) of a file that says nothing of it: some seconds on a slow phone connection.
pub const LARGEST_YEAR: usize = 2_000_000;

/// Everything that the file decides, checked and with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the site says of itself.
    pub site: Site,
    /// Where the rows are kept.
    pub store: StorePlace,
    /// The installers whose downloads count as mirrors.
    pub mirrors: Mirrors,
    /// How many days after a day ends its rows may still change.
    pub lookback: u32,
    /// How many days before today the history of a project starts, unless it was collected from an
    /// earlier day on; `None` means all of it.
    pub max_days: Option<u32>,
    /// How many bytes a browser may get of a year of one project to filter it, compressed, before its smallest values are
    /// gathered.
    pub largest_year: usize,
    /// How BigQuery is asked.
    pub bigquery: BigQuery,
    /// What that may cost.
    pub budget: Budget,
    /// The projects in the order of the file, then those that only an ecosystem names. At least one.
    pub projects: Vec<Project>,
    /// The ecosystems in the order of the file, no two of one name.
    pub ecosystems: Vec<Ecosystem>,
}

/// What the site says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the site.
    pub title: String,
    /// Where the site will be found, with `/` at the end; `None` if nobody knows yet, so that there
    /// are no absolute addresses in it.
    pub base_url: Option<String>,
    /// One line on what the site is, if there is one.
    pub description: Option<String>,
    /// A line on top of every page, if there is one.
    pub notice: Option<String>,
}

impl Default for Site {
    fn default() -> Self {
        Self { title: "Download Analytics".into(), base_url: None, description: None, notice: None }
    }
}

/// A project that is collected and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its name, normalized.
    pub name: ProjectName,
    /// Its name as the file spells it, for people to read.
    pub spelled: String,
    /// How much of each download is kept.
    pub detail: Detail,
    /// One line on what the project is, if there is one.
    pub description: Option<String>,
    /// Address of its source code, if there is one: `http://` or `https://`.
    pub repository: Option<String>,
    /// Its name on conda, if it has one.
    pub conda: Option<String>,
    /// Its first day: nothing before is asked for. `None` if its history decides.
    pub since: Option<Day>,
}

/// How much of each download is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// All columns.
    #[default]
    Full,
    /// Without distribution, kernel and the last part of the Python version: for projects with
    /// millions of downloads a day.
    Standard,
}

/// Projects that are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ecosystem {
    /// Its name, for people to read.
    pub name: String,
    /// Who makes it, if the file says so and the name does not.
    pub vendor: Option<String>,
    /// Whose downloads it counts.
    pub members: Members,
    /// Whether the counts of the single projects are shown as well.
    pub breakdown: bool,
    /// How its versions are divided, if they are.
    pub split: Option<Split>,
    /// The word for it in addresses and file names: lower-case letters, digits and single hyphens between them. No
    /// two ecosystems have the same.
    pub address: String,
}

impl Ecosystem {
    /// The last version of a project on the first side of the [`split`](Self::split). `None` if the project is not
    /// divided.
    pub fn bound(&self, project: &ProjectName) -> Option<&str> {
        self.split.as_ref()?.bounds.get(project).map(String::as_str)
    }
}

/// An ecosystem counted twice: with the versions up to a bound, and with those after it. A project without a bound
/// counts whole on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// What the comparison is called, for people.
    pub name: String,
    /// What the versions up to and with the bounds are called.
    pub up_to: String,
    /// What the versions after the bounds are called.
    pub after: String,
    /// The last version on the first side, by project: one by PEP 440. At least one.
    pub bounds: BTreeMap<ProjectName, String>,
}

/// Whose downloads an ecosystem counts. No project is in it twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    /// Projects that install each other: who installs a parent also downloads the base, and who
    /// installs the base also downloads its dependencies.
    Layered {
        /// The project that the ecosystem is about.
        base: ProjectName,
        /// What the base installs.
        dependencies: Vec<ProjectName>,
        /// What installs the base.
        parents: Vec<ProjectName>,
    },
    /// Projects that have nothing to do with each other: their sum.
    Sum(Vec<ProjectName>),
}

impl Members {
    /// All of them: the base, the dependencies, the parents.
    pub fn iter(&self) -> impl Iterator<Item = &ProjectName> {
        let (base, dependencies, parents) = match self {
            Self::Layered { base, dependencies, parents } => {
                (Some(base), dependencies.as_slice(), parents.as_slice())
            }
            Self::Sum(projects) => (None, projects.as_slice(), [].as_slice()),
        };
        base.into_iter().chain(dependencies).chain(parents)
    }
}

/// Where the rows are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePlace {
    /// A folder. A relative one is meant from the folder of the file that names it, and is
    /// already joined with that.
    Folder(PathBuf),
    /// A folder in Google Drive, by its id.
    GoogleDrive(String),
}

/// The store is in a place that no program of ours can use yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the store `gdrive://{0}` is in Google Drive, which is not available yet; \
     name a local folder with `store:`"
)]
pub struct StoreUnavailable(pub String);

/// A text names no place for a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place for a store, expected a folder or `gdrive://` and the id of a folder")]
pub struct BadPlace(String);

impl StorePlace {
    /// Reads the name of a place, as the configuration and the command line have it.
    ///
    /// # Errors
    ///
    /// If it looks like an address, but is not one that is known.
    pub fn named(place: PathBuf) -> Result<Self, BadPlace> {
        match place.to_str().and_then(|text| text.split_once("://")) {
            Some(("gdrive", id)) if !id.is_empty() => Ok(Self::GoogleDrive(id.into())),
            Some(_) => Err(BadPlace(plain(&place.to_string_lossy()))),
            None => Ok(Self::Folder(place)),
        }
    }

    /// The folder on this machine.
    ///
    /// # Errors
    ///
    /// If the store is elsewhere.
    pub fn folder(&self) -> Result<&Path, StoreUnavailable> {
        match self {
            Self::Folder(folder) => Ok(folder),
            Self::GoogleDrive(id) => Err(StoreUnavailable(id.clone())),
        }
    }
}

impl Config {
    /// Reads the text of the configuration file `file`, and of the files that it imports.
    ///
    /// `load` gives the text of an imported file by its path, which is already joined with the
    /// folder of the file that imports it.
    ///
    /// # Errors
    ///
    /// If anything in the text is not as it should be, or an imported file cannot be had.
    pub fn parse(
        text: &str,
        file: &str,
        load: &mut dyn FnMut(&str) -> io::Result<String>,
    ) -> Result<Self, ConfigError> {
        import::read(text, file, load)
    }

    /// The project of this name; `None` if it is not among the [`projects`](Self::projects).
    pub fn project(&self, name: &ProjectName) -> Option<&Project> {
        self.projects.iter().find(|project| project.name == *name)
    }

    /// The project of this name; one that is not listed is collected at full detail.
    pub fn project_or_new(&self, name: &ProjectName) -> Project {
        self.project(name).cloned().unwrap_or_else(|| Project {
            name: name.clone(),
            spelled: name.to_string(),
            detail: Detail::Full,
            description: None,
            repository: None,
            conda: None,
            since: None,
        })
    }
}
