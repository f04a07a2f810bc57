//! Which files the pages read the figures of a project from.

use cube::Days;
use downloads::{Day, ProjectName};
use serde::Serialize;

use crate::{File, day::IsoDay, json};

/// A file with the rows of some days of a project.
#[derive(Clone, Copy, Debug)]
pub struct CubePart<'a> {
    /// Where it is, from the root of the site.
    pub path: &'a str,
    /// What an `integrity` attribute says of it.
    pub integrity: &'a str,
    /// Its size.
    pub bytes: usize,
    /// The first of its days. Its last one is the day before the first of the part before it; that of the newest is
    /// the last of all.
    pub first: Day,
}

#[derive(Serialize)]
struct Cubes<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    format: u32,
    project: &'a str,
    name: &'a str,
    first_day: Option<IsoDay>,
    last_day: Option<IsoDay>,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    path: &'a str,
    integrity: &'a str,
    bytes: usize,
    first_day: IsoDay,
}

impl<'a> From<&CubePart<'a>> for Part<'a> {
    fn from(&CubePart { path, integrity, bytes, first }: &CubePart<'a>) -> Self {
        Self { path, integrity, bytes, first_day: IsoDay(first) }
    }
}

/// The list of the parts of a project's cube, newest first. Without parts nothing was collected.
pub fn cubes(project: &ProjectName, spelled: &str, days: &Days, parts: &[CubePart<'_>]) -> File {
    let list = Cubes {
        schema: "../schema/cubes.json",
        format: 1,
        project: project.as_str(),
        name: spelled,
        first_day: days.first().map(IsoDay),
        last_day: days.last_collected().map(IsoDay),
        parts: parts.iter().map(Part::from).collect(),
    };
    File { path: format!("api/v1/cubes/{project}.json"), bytes: json::bytes(&list) }
}
