//! The files of one ecosystem: its downloads without double counting, by year and month.

use std::fmt::Write as _;

use downloads::Day;
use metrics::{Period, PeriodRow, Role};
use serde::Serialize;

use crate::{File, about, day::IsoDay, json};

/// An ecosystem and what its files are made from.
#[derive(Clone, Copy)]
pub struct EcosystemSource<'a> {
    /// Its name, for people.
    pub name: &'a str,
    /// The word for it in addresses.
    pub address: &'a str,
    /// Who makes it. `None` if its name says so, or nobody does.
    pub vendor: Option<&'a str>,
    /// How it is counted, with the names of its projects.
    pub formula: &'a str,
    /// Its projects, and their parts in it.
    pub projects: &'a [(&'a str, Role)],
    /// Those of them of which nothing was collected.
    pub never: &'a [&'a str],
    /// Its downloads: of all time, of each year, of each month.
    pub rows: &'a [PeriodRow],
    /// How it is divided by versions. `None` if it is not.
    pub sides: Option<Sides<'a>>,
    /// The newest collected day of its projects. `None` if nothing was collected.
    pub data_to: Option<Day>,
    /// Where the site is found, with a slash at the end. `None` if nobody said.
    pub base_url: Option<&'a str>,
}

/// An ecosystem counted with the versions up to a bound, and with those after it.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// What the comparison is called.
    pub name: &'a str,
    /// What the sides are called.
    pub names: [&'a str; 2],
    /// The last versions of the first side, by project.
    pub bounds: &'a [(&'a str, &'a str)],
    /// The downloads of both sides: of all time, then of each year.
    pub rows: &'a [(Period, [u64; 2])],
}

/// Makes both files.
pub fn ecosystem_files(source: &EcosystemSource<'_>) -> [File; 2] {
    let address = source.address;
    [
        File { path: format!("data/ecosystems/{address}.csv"), bytes: csv(source).into() },
        File { path: format!("api/v1/ecosystems/{address}.json"), bytes: json(source) },
    ]
}

/// A line for each project and period, and one for the whole, whose project is empty.
fn csv(source: &EcosystemSource<'_>) -> String {
    let mut out = String::from("period,project,role,downloads,counted\n");
    for PeriodRow { counts, .. } in source.rows {
        let period = text(counts.period);
        let _ =
            writeln!(out, "{period},,,{},{}", counts.downloads.iter().sum::<u64>(), counts.total());
        // Names of projects and roles need no quotes.
        for ((name, role), (all, counted)) in
            source.projects.iter().zip(counts.downloads.iter().zip(&counts.counted))
        {
            let _ = match source.never.contains(name) {
                // Unknown, which is not zero.
                true => writeln!(out, "{period},{name},{},,", role.key()),
                false => writeln!(out, "{period},{name},{},{all},{counted}", role.key()),
            };
        }
    }
    out
}

/// `all`, `2025` or `2025-11`.
fn text(period: Period) -> String {
    match period {
        Period::All => "all".into(),
        Period::Year(year) => year.to_string(),
        Period::Month(first) => first.format("%Y-%m").to_string(),
    }
}

fn json(source: &EcosystemSource<'_>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Ecosystem<'a> {
        #[serde(rename = "$schema")]
        schema: &'static str,
        format: u32,
        ecosystem: &'a str,
        vendor: Option<&'a str>,
        formula: &'a str,
        data_to: Option<IsoDay>,
        docs: String,
        projects: Vec<Project<'a>>,
        periods: Vec<Row<'a>>,
        split: Option<Split<'a>>,
    }
    #[derive(Serialize)]
    struct Project<'a> {
        project: &'a str,
        role: &'static str,
        collected: bool,
    }
    #[derive(Serialize)]
    struct Row<'a> {
        period: String,
        total: u64,
        missing_days: u64,
        downloads: &'a [u64],
        counted: &'a [u64],
    }
    #[derive(Serialize)]
    struct Split<'a> {
        name: &'a str,
        up_to: &'a str,
        after: &'a str,
        bounds: Vec<Bound<'a>>,
        periods: Vec<SplitRow>,
    }
    #[derive(Serialize)]
    struct Bound<'a> {
        project: &'a str,
        version: &'a str,
    }
    #[derive(Serialize)]
    struct SplitRow {
        period: String,
        up_to: u64,
        after: u64,
    }
    let split = source.sides.map(|sides| Split {
        name: sides.name,
        up_to: sides.names[0],
        after: sides.names[1],
        bounds: sides.bounds.iter().map(|&(project, version)| Bound { project, version }).collect(),
        periods: sides
            .rows
            .iter()
            .map(|&(period, [up_to, after])| SplitRow { period: text(period), up_to, after })
            .collect(),
    });
    json::bytes(&Ecosystem {
        schema: "../schema/ecosystem.json",
        format: 1,
        ecosystem: source.name,
        vendor: source.vendor,
        formula: source.formula,
        data_to: source.data_to.map(IsoDay),
        docs: about::docs(source.base_url, "../../"),
        projects: source
            .projects
            .iter()
            .map(|&(project, role)| Project {
                project,
                role: role.key(),
                collected: !source.never.contains(&project),
            })
            .collect(),
        periods: source
            .rows
            .iter()
            .map(|PeriodRow { counts, missing }| Row {
                period: text(counts.period),
                total: counts.total(),
                missing_days: *missing,
                downloads: &counts.downloads,
                counted: &counts.counted,
            })
            .collect(),
        split,
    })
}
