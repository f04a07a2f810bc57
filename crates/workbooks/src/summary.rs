//! The workbook of all ecosystems.

use std::{borrow::Cow, iter::once};

use chrono::Datelike as _;
use config::{Ecosystem, Split};
use downloads::Day;
use metrics::{Layers, Period, PeriodCounts, Side};

use crate::{
    Counted, WorkbookError,
    book::{Cell, Table, make},
    limits::sheet_name,
};

/// The first year with a column of its own, as the predecessor had it.
pub const FIRST_YEAR: i32 = 2021;

/// What the file is called.
pub const SUMMARY_FILE: &str = "Downloads_Summary.xlsx";

/// The periods of the summary of a day: all time, and each year from [`FIRST_YEAR`] to that of the day.
///
/// Each is counted by itself, so the years need not add up to the total.
pub fn periods(date: Day) -> impl Iterator<Item = Period> + Clone {
    once(Period::All).chain((FIRST_YEAR..=date.year()).map(Period::Year))
}

/// Makes the summary of the ecosystems, as of `date`.
///
/// # Errors
///
/// If there is no room for it.
pub fn summary(ecosystems: &[Counted<'_>], date: Day) -> Result<Vec<u8>, WorkbookError> {
    let mut tables = vec![all(ecosystems, date), vendors(ecosystems)];
    for counted in ecosystems {
        if counted.ecosystem.breakdown {
            tables.push(breakdown(counted, date));
        }
        if let Some(split) = &counted.ecosystem.split {
            tables.push(sides(counted, split, date));
        }
    }
    tables.push(metainfo(date));
    tables.push(notes(ecosystems));

    // Our own names stay as they are, those of ecosystems make room.
    let mut taken: Vec<String> = Vec::new();
    let (last, count) = (tables.len() - 2, tables.len());
    taken.extend(tables[..2].iter().chain(&tables[last..]).map(|it| it.name.to_string()));
    for table in &mut tables[2..count - 2] {
        let name = sheet_name(&table.name, &taken);
        taken.push(name.clone());
        table.name = name.into();
    }
    make(|book| tables.into_iter().try_for_each(|table| book.add(table)))
}

fn header(first: &'static str, date: Day) -> Vec<Cow<'static, str>> {
    let periods = periods(date).map(|period| match period {
        Period::All => "Total Since Beginning".into(),
        Period::Year(year) => year.to_string().into(),
        Period::Month(month) => month.format("%Y-%m").to_string().into(),
    });
    once(first.into()).chain(periods).collect()
}

fn row<'a>(name: &'a str, date: Day, downloads: impl Fn(Period) -> u64) -> Vec<Cell<'a>> {
    let counts = periods(date).map(|period| Cell::count(downloads(period)));
    once(Cell::text(name)).chain(counts).collect()
}

/// Each ecosystem as a whole.
fn all<'a>(ecosystems: &[Counted<'a>], date: Day) -> Table<'a> {
    let of_ecosystem = |counted: &Counted<'a>| {
        row(&counted.ecosystem.name, date, |period| counted.counts(period, Side::Both).total())
    };
    Table {
        name: "all".into(),
        header: header("Ecosystem", date),
        rows: ecosystems.iter().map(of_ecosystem).collect(),
        note: None,
    }
}

/// Who is behind the ecosystems whose names do not say so.
fn vendors<'a>(ecosystems: &[Counted<'a>]) -> Table<'a> {
    let of_ecosystem = |counted: &Counted<'a>| {
        let Ecosystem { name, vendor, members, .. } = counted.ecosystem;
        let projects: Vec<String> = members.iter().map(|name| format!("'{name}'")).collect();
        let projects = format!("[{}]", projects.join(", "));
        Some(vec![Cell::text(name), Cell::text(vendor.as_deref()?), Cell::text(projects)])
    };
    Table {
        name: "vendor-mapping".into(),
        header: ["Ecosystem", "name", "projects"].map(Cow::from).into(),
        rows: ecosystems.iter().filter_map(of_ecosystem).collect(),
        note: None,
    }
}

/// The downloads that count of each project. The sheet has the name of the ecosystem in capitals, as it had before.
fn breakdown<'a>(counted: &Counted<'a>, date: Day) -> Table<'a> {
    let columns: Vec<PeriodCounts> =
        periods(date).map(|period| counted.counts(period, Side::Both)).collect();
    let rows = counted.names.iter().enumerate().map(|(at, name)| {
        let counts = columns.iter().map(|column| Cell::count(column.counted[at]));
        once(Cell::text(name.as_str())).chain(counts).collect()
    });
    Table {
        name: counted.ecosystem.name.to_uppercase().into(),
        header: header("Library", date),
        rows: rows.collect(),
        note: None,
    }
}

/// The ecosystem counted with the versions on one side of their bounds only.
fn sides<'a>(counted: &Counted<'a>, split: &'a Split, date: Day) -> Table<'a> {
    let of_side = |(name, side): (&'a str, Side)| {
        row(name, date, |period| counted.counts(period, side).total())
    };
    Table {
        name: split.name.as_str().into(),
        header: header("Type", date),
        rows: [(split.up_to.as_str(), Side::UpTo), (split.after.as_str(), Side::After)]
            .map(of_side)
            .into(),
        note: None,
    }
}

fn metainfo(date: Day) -> Table<'static> {
    let date = date.format("%B %-d, %Y").to_string();
    Table {
        name: "metainfo".into(),
        header: ["index", "value"].map(Cow::from).into(),
        rows: vec![vec![Cell::text("date"), Cell::text(date)]],
        note: None,
    }
}

/// How each ecosystem is counted.
fn notes<'a>(ecosystems: &[Counted<'a>]) -> Table<'a> {
    let of_ecosystem = |counted: &Counted<'a>| {
        vec![Cell::text(&*counted.ecosystem.name), Cell::text(formula(&counted.names))]
    };
    let mut rows: Vec<_> = ecosystems.iter().map(of_ecosystem).collect();
    rows.push(vec![
        Cell::text("every figure"),
        Cell::text(
            "is counted by itself from the downloads of its time, so that years need not add up to the total; \
             pre-releases count",
        ),
    ]);
    rows.extend(ecosystems.iter().flat_map(unknown));
    for split in ecosystems.iter().filter_map(|it| it.ecosystem.split.as_ref()) {
        let bounds: Vec<String> =
            split.bounds.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let text = format!(
            "{}: versions up to and with {}; {}: those after them; other projects count whole on both sides",
            split.up_to,
            bounds.join(", "),
            split.after
        );
        rows.push(vec![Cell::text(&*split.name), Cell::text(text)]);
    }
    Table {
        name: "Notes".into(),
        header: ["what", "how it is counted"].map(Cow::from).into(),
        rows,
        note: None,
    }
}

/// What was not collected of an ecosystem.
fn unknown<'a>(counted: &Counted<'a>) -> impl Iterator<Item = Vec<Cell<'a>>> {
    const THEREFORE: &str =
        "the figures may be too small, or too large where something is taken off";
    let never: Vec<&str> = counted.never.iter().map(|it| it.as_str()).collect();
    let never = (!never.is_empty())
        .then(|| format!("nothing was collected of {}: {THEREFORE}", never.join(", ")));
    let days = counted.missing_days;
    let days = (days > 0).then(|| {
        let days = if days == 1 { "1 day".into() } else { format!("{days} days") };
        format!("{days} of single projects not collected: {THEREFORE}")
    });
    let name = &*counted.ecosystem.name;
    never.into_iter().chain(days).map(move |text| vec![Cell::text(name), Cell::text(text)])
}

/// How an ecosystem is counted, as a formula with the names of its projects.
pub fn formula(names: &Layers<impl AsRef<str>>) -> String {
    let list = |names: &[&str]| names.join(" + ");
    match names {
        Layers::Layered { base, dependencies, parents } => {
            let base = base.as_ref();
            let parents: Vec<&str> = parents.iter().map(AsRef::as_ref).collect();
            let first = match &*parents {
                [] => base.to_owned(),
                _ => format!("max(0, {base} − {})", parents.join(" − ")),
            };
            let of_dependency = |name: &str| format!("max(0, {name} − B)");
            let dependencies = dependencies.iter().map(|name| of_dependency(name.as_ref()));
            let sum = once("B".to_owned()).chain(dependencies);
            let sum = sum.chain(parents.iter().map(|&name| name.to_owned()));
            format!("{}, with B = {first}", sum.collect::<Vec<_>>().join(" + "))
        }
        Layers::Sum(projects) => list(&projects.iter().map(AsRef::as_ref).collect::<Vec<&str>>()),
    }
}
