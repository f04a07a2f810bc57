//! The files that others take figures from: JSON in the shapes that clients know, our own JSON with its
//! schemas, CSV and Parquet.
//!
//! Pure: figures in, bytes out; no file, no clock, no network. [docs/DATA.md](../../../docs/DATA.md)
//! tells what each file holds.

mod about;
mod csv;
mod cubes;
mod day;
mod ecosystem;
mod json;
mod lists;
mod parquet;
mod pepy;
mod project;
mod pypistats;
mod schemas;
mod summary;
mod table;

pub use cubes::{CubePart, cubes};
pub use ecosystem::{EcosystemSource, Sides, ecosystem_files};
pub use lists::{INCIDENTS_PATH, INDEX_PATH, IndexEntry, PROJECTS_PATH, STATUS_PATH};
pub use lists::{incidents, index, projects, status};
pub use pypistats::Pypistats;
pub use schemas::schemas;
pub use summary::{Coverage, Summary, Totals};

use chrono::{DateTime, Utc};
use cube::Cube;
use downloads::{Counted, Mirrors, ProjectName};
use metrics::Tiles;

/// One project and what its files are made from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Which project.
    pub project: &'a ProjectName,
    /// The name as its makers spell it.
    pub spelled: &'a str,
    /// One line on what it is. `None` if nobody said.
    pub description: Option<&'a str>,
    /// When the newest day was last looked at; of an import, the time of its newest row. `None` if no day
    /// was collected.
    pub collected: Option<DateTime<Utc>>,
    /// All downloads, every value told apart. The JSON files count these.
    pub whole: &'a Cube,
    /// The same with the smallest values gathered, as the browser gets it. CSV and Parquet are its rows.
    pub published: &'a Cube,
    /// What [`metrics::recent`] says of `whole`. `None` if no day was collected.
    pub recent: Option<&'a [(Counted, Tiles); Counted::ALL.len()]>,
    /// The installers that the cubes count as mirrors.
    pub mirrors: &'a Mirrors,
    /// Where the site is found, with a slash at the end. `None` if nobody said: links are relative then.
    pub base_url: Option<&'a str>,
}

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is, from the root of the site.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What is made of one project.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Its files. Of a project of which no day was collected, only `api/v1/projects/<project>.json`: the
    /// others have no word for what is not known.
    pub files: Vec<File>,
    /// What the lists of the site say of it.
    pub summary: Summary,
}

/// Makes all files of one project. `pypistats` was given the rows that `source.whole` was built from.
pub fn project_files(source: &Source<'_>, pypistats: Pypistats) -> Exported {
    let about = about::About::new(source);
    let summary = Summary::new(source, about.as_ref());
    let project = source.project;
    let mut files = vec![File {
        path: format!("api/v1/projects/{project}.json"),
        bytes: project::project(source, &summary, about.as_ref()),
    }];
    if let Some(about) = &about {
        // The clients ask for the address without the ending, and some hosts serve it as something that a
        // browser does not show: so both are there.
        let mut twice = |path: String, bytes: Vec<u8>| {
            files.push(File { path: format!("{path}.json"), bytes: bytes.clone() });
            files.push(File { path, bytes });
        };
        for (name, bytes) in pypistats.files(source, about) {
            twice(format!("api/packages/{project}/{name}"), bytes);
        }
        twice(format!("api/v2/projects/{project}"), pepy::project(source, about));
        let table = table::Table::new(source.published);
        files.push(File { path: format!("data/{project}.csv"), bytes: csv::csv(&table) });
        files.push(File {
            path: format!("data/{project}.parquet"),
            bytes: parquet::parquet(&table, source, about),
        });
    }
    Exported { files, summary }
}

#[cfg(test)]
mod tests;
