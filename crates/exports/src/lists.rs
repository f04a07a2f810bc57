//! The files that speak of all projects.

use downloads::{BREAKS, Day};
use serde::Serialize;

use crate::{
    Coverage, Summary,
    about::{self, BreakRecord},
    day::IsoDay,
    json,
    summary::Stretch,
};

/// Where the list of all projects is, from the root of the site.
pub const PROJECTS_PATH: &str = "api/v1/projects.json";
/// Where the list of all files is.
pub const INDEX_PATH: &str = "data/index.json";
/// Where the breaks and incidents of the source are.
pub const INCIDENTS_PATH: &str = "data/incidents.json";
/// Where it stands how new the data is.
pub const STATUS_PATH: &str = "status.json";

/// All projects with their totals, one a line, in the order in which they are given.
pub fn projects(summaries: &[Summary], base_url: Option<&str>) -> Vec<u8> {
    let head = Head {
        schema: "schema/projects.json",
        format: 1,
        data_to: data_to(summaries),
        docs: about::docs(base_url, "../"),
    };
    let mut out = start(&head);
    let breaks: Vec<_> = BREAKS.iter().map(BreakRecord::of).collect();
    append(&mut out, "breaks", &breaks);
    append(&mut out, "projects", summaries);
    end(out)
}

/// A published file.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct IndexEntry<'a> {
    /// Where it is, from the root of the site.
    pub path: &'a str,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: &'a str,
    /// The project that it is about. `None` if it is about several.
    pub project: Option<&'a str>,
    /// What it is, in a word: `csv`, `parquet`, `cube`, `json`, `pypistats`, `pepy`.
    pub kind: &'a str,
}

/// Which days of each project are in the files, and every published file, one a line, in the order in which
/// they are given.
pub fn index(entries: &[IndexEntry<'_>], summaries: &[Summary], base_url: Option<&str>) -> Vec<u8> {
    let head = Head {
        schema: "../api/v1/schema/index.json",
        format: 1,
        data_to: data_to(summaries),
        docs: base_url.map_or_else(|| "./".into(), |base| format!("{base}data/")),
    };
    let of = |it| {
        let Summary { project, coverage, .. }: &Summary = it;
        ProjectDays { project, coverage }
    };
    let projects: Vec<_> = summaries.iter().map(of).collect();
    let mut out = start(&head);
    append(&mut out, "projects", &projects);
    append(&mut out, "files", entries);
    end(out)
}

/// How new the data is, one project a line. There is no clock in it: ages are counted from the newest day of
/// the site, so a reader compares `data_to` with the own date.
pub fn status(summaries: &[Summary], base_url: Option<&str>) -> Vec<u8> {
    let newest = data_to(summaries);
    let head = Head {
        schema: "api/v1/schema/status.json",
        format: 1,
        data_to: newest,
        docs: about::docs(base_url, "api/"),
    };
    let age = |day: Day| newest.map_or(0, |newest| (newest.0 - day).num_days());
    let of = |summary: &Summary| {
        let coverage = summary.coverage.as_ref();
        ProjectStatus {
            project: summary.project.clone(),
            data_to: coverage.map(|it| IsoDay(it.last_day())),
            behind_days: coverage.map(|it| age(it.last_day())),
            collected_at: coverage.and_then(|it| it.collected_at()).map(String::from),
            gaps: coverage
                .map_or(&[][..], |it| it.gaps())
                .iter()
                .map(|gap| Gap { stretch: gap.clone(), age_days: age(gap.last_day()) })
                .collect(),
            provisional: coverage.map_or(&[][..], |it| it.provisional()).to_vec(),
        }
    };
    let mut out = start(&head);
    append(&mut out, "projects", &summaries.iter().map(of).collect::<Vec<_>>());
    end(out)
}

/// Everything that is known of the source: breaks, incidents, and days from which on it tells more.
pub fn incidents() -> Vec<u8> {
    crate::project::known()
}

#[derive(Serialize)]
struct Head {
    #[serde(rename = "$schema")]
    schema: &'static str,
    format: u32,
    /// The newest day of all projects. `None` if nothing was collected.
    data_to: Option<IsoDay>,
    docs: String,
}

/// Which days of a project are in its files.
#[derive(Serialize)]
struct ProjectDays<'a> {
    project: &'a str,
    /// `None` if no day was collected.
    coverage: &'a Option<Coverage>,
}

#[derive(Serialize)]
struct ProjectStatus {
    project: String,
    data_to: Option<IsoDay>,
    /// How many days after its newest day the newest of the site is.
    behind_days: Option<i64>,
    collected_at: Option<String>,
    gaps: Vec<Gap>,
    provisional: Vec<Stretch>,
}

#[derive(Serialize)]
struct Gap {
    #[serde(flatten)]
    stretch: Stretch,
    /// How many days after its last day the newest of the site is.
    age_days: i64,
}

fn data_to(summaries: &[Summary]) -> Option<IsoDay> {
    summaries.iter().filter_map(|it| it.coverage.as_ref()).map(|it| IsoDay(it.last_day())).max()
}

/// A file that begins with the head, and is not at its end.
fn start(head: &Head) -> Vec<u8> {
    let mut out = Vec::new();
    json::append(&mut out, head);
    out.pop();
    out
}

/// Appends the records under `key`, one a line.
fn append(out: &mut Vec<u8>, key: &str, records: &[impl Serialize]) {
    out.extend(format!(",\"{key}\":[").as_bytes());
    for (at, record) in records.iter().enumerate() {
        out.extend(if at == 0 { &b"\n"[..] } else { b",\n" });
        json::append(out, record);
    }
    out.extend(b"\n]");
}

fn end(mut out: Vec<u8>) -> Vec<u8> {
    out.extend(b"}\n");
    out
}
