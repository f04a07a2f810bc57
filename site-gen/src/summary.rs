//! What the files that speak of all projects have to know of one.
//!
//! It is kept beside the list of files, so that a project that did not change need not be counted again.

use std::{borrow::Cow, collections::BTreeMap};

use downloads::{Day, ProjectName};
use metrics::Library;
use serde::{Deserialize, Serialize};
use views::pages::{QualityFigures, RowFigures};

use crate::site::FileDigest;

/// What is known of one project.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Its row in the table of projects. `None` if nothing was collected.
    pub(crate) row: Option<RowFigures>,
    /// What was collected of it. `None` if nothing was.
    pub(crate) quality: Option<QualityFigures>,
    /// What the lists of figures say of it.
    pub(crate) exported: exports::Summary,
    /// Its files that are listed with their digests.
    pub(crate) files: Vec<Listed>,
    /// How some of them begin.
    pub(crate) excerpts: Vec<Excerpt>,
    /// What happened to it, newest first.
    pub(crate) news: Vec<feeds::Entry>,
    /// Its downloads by month for each ecosystem that has it, by the address of the ecosystem.
    pub(crate) libraries: BTreeMap<String, Vec<(Day, [u64; 3])>>,
}

/// A published file that is listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    path: String,
    bytes: u64,
    sha256: String,
    /// What it is, in a word.
    kind: Cow<'static, str>,
}

impl Listed {
    /// The entry of a file of a project.
    pub(crate) fn of(path: &str, bytes: &[u8]) -> Self {
        let kind = match path.rsplit_once('.') {
            Some((_, "csv")) => "csv",
            Some((_, "parquet")) => "parquet",
            Some((_, "xlsx")) => "workbook",
            Some((_, "cube")) => "cube",
            _ if path.starts_with("api/packages/") => "pypistats",
            _ if path.starts_with("api/v2/") => "pepy",
            _ => "json",
        };
        let (bytes, sha256) = (bytes.len() as u64, FileDigest::of(bytes).hex());
        Self { path: path.into(), bytes, sha256, kind: kind.into() }
    }

    /// As it is listed; `project` is whose file it is, `None` if it is about several.
    pub(crate) fn entry<'a>(&'a self, project: Option<&'a str>) -> exports::IndexEntry<'a> {
        let Self { path, bytes, sha256, kind } = self;
        exports::IndexEntry { path, bytes: *bytes, sha256, project, kind }
    }
}

/// The beginning of a file, to show what such files look like.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Excerpt {
    pub(crate) title: Cow<'static, str>,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The longest excerpt, in characters.
const EXCERPT: usize = 400;

impl Excerpt {
    /// The beginnings of the files whose shapes other sites made known.
    pub(crate) fn of_project(name: &ProjectName, files: &[(String, Vec<u8>)]) -> Vec<Self> {
        let shown = [
            ("The last day, week and month, as pypistats.org has them", "packages", "/recent"),
            ("Versions by day, as pepy.tech has them", "v2/projects", ""),
            ("Everything that is known of a project", "v1/projects", ".json"),
        ];
        let excerpt = |(title, folder, end): (&'static str, &str, &str)| {
            let path = format!("api/{folder}/{name}{end}");
            let (_, bytes) = files.iter().find(|(it, _)| *it == path)?;
            let whole = std::str::from_utf8(bytes).ok()?.trim_end();
            let mut text: String = whole.chars().take(EXCERPT).collect();
            if text.len() < whole.len() {
                text.push_str(" …");
            }
            Some(Self { title: title.into(), path, text })
        };
        shown.into_iter().filter_map(excerpt).collect()
    }
}

impl Summary {
    /// Its downloads as ecosystems count them.
    pub(crate) fn libraries(&self) -> workbooks::Libraries {
        let library = |(address, rows): (&String, &Vec<_>)| {
            (address.clone(), Library::from_rows(rows.iter().copied()))
        };
        self.libraries.iter().map(library).collect()
    }

    /// Downloads in the last 30 days; 0 if nothing was collected.
    pub(crate) fn month(&self) -> u64 {
        self.row.as_ref().map_or(0, |row| row.month)
    }
}
