//! The files of ecosystems: their pages, the same figures as CSV and JSON, and the workbook of all of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Months};
use downloads::{Day, DayState, ProjectName, days_between, stretches};
use exports::{EcosystemSource, Sides, ecosystem_files};
use metrics::{Bin, Period, PeriodRow, Side};
use views::pages::{DataFile, EcosystemFigures, EcosystemPage, EcosystemSides, EcosystemsPage};
use workbooks::{Counted, Libraries, SUMMARY_FILE};

use crate::{
    Inputs, MakeError, assets::Assets, books::collected_on, frame::frame, summary::Summary,
};

/// What is made of all ecosystems.
#[derive(Default)]
pub(crate) struct MadeEcosystems {
    /// The files, the pages among them.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// The paths of those of `files` that hold figures.
    pub(crate) data: BTreeSet<String>,
    /// Whether there is a workbook of all of them.
    pub(crate) has_summary: bool,
    /// The paths of the pages, with the last day of each.
    pub(crate) pages: Vec<(String, Option<Day>)>,
}

/// Makes the files of all ecosystems; none if there are no ecosystems.
pub(crate) fn make_ecosystems(
    inputs: &Inputs<'_>,
    assets: &Assets,
    summaries: &BTreeMap<&ProjectName, &Summary>,
) -> Result<MadeEcosystems, MakeError> {
    let ecosystems = &inputs.config.ecosystems;
    let mut made = MadeEcosystems::default();
    if ecosystems.is_empty() {
        return Ok(made);
    }
    let libraries: BTreeMap<&ProjectName, Libraries> =
        summaries.iter().map(|(name, summary)| (*name, summary.libraries())).collect();
    let (mut counted, mut left_out) = (Vec::new(), Vec::new());
    for ecosystem in ecosystems {
        match Counted::new(ecosystem, inputs.snapshot, |name| libraries.get(name)) {
            Some(it) => counted.push(it),
            // Its figures would be too small or too large, and nobody would see it.
            None => left_out.push(&*ecosystem.name),
        }
    }
    let date = collected_on(ecosystems, inputs.snapshot).unwrap_or(inputs.today);
    let summary_path = format!("data/{SUMMARY_FILE}");
    let summary = match left_out.is_empty() {
        true => Some(workbooks::summary(&counted, date)?),
        false => None,
    };
    let summary_file = summary.as_ref().map(|it| DataFile { path: &summary_path, size: it.len() });

    let all: Vec<Figures<'_>> = counted.iter().map(|it| Figures::of(inputs, it)).collect();
    let figures: Vec<EcosystemFigures<'_>> = all.iter().map(Figures::of_page).collect();
    let newest = all.iter().filter_map(|it| it.data_to).max();
    for (own, page) in all.iter().zip(&figures) {
        let [csv, json] = ecosystem_files(&own.source(inputs));
        let path = format!("ecosystems/{}/", page.address);
        let html = EcosystemPage {
            frame: frame(inputs, assets, &path, own.data_to),
            figures: *page,
            files: [&csv, &json].map(|it| DataFile { path: &it.path, size: it.bytes.len() }),
            summary: summary_file,
        }
        .html()?;
        made.files.push((format!("{path}index.html"), html.into()));
        made.pages.push((path, own.data_to));
        for file in [csv, json] {
            made.data.insert(file.path.clone());
            made.files.push((file.path, file.bytes));
        }
    }
    let path = "ecosystems/";
    let page = EcosystemsPage {
        frame: frame(inputs, assets, path, newest),
        ecosystems: &figures,
        left_out: &left_out,
        summary: summary_file,
    };
    made.files.push((format!("{path}index.html"), page.html()?.into()));
    made.pages.push((path.into(), newest));
    if let Some(summary) = summary {
        made.has_summary = true;
        made.data.insert(summary_path.clone());
        made.files.push((summary_path, summary));
    }
    Ok(made)
}

/// The figures of an ecosystem, and what is known of its days.
struct Figures<'a> {
    counted: &'a Counted<'a>,
    formula: String,
    projects: Vec<(&'a ProjectName, metrics::Role)>,
    names: Vec<(&'a str, metrics::Role)>,
    /// The projects of which nothing was collected.
    never: Vec<&'a str>,
    /// The newest day of all its projects. `None` if nothing was collected.
    data_to: Option<Day>,
    rows: Vec<PeriodRow>,
    months: Vec<Bin>,
    gaps: Vec<(Day, Day)>,
    bounds: Vec<(&'a str, &'a str)>,
    sides: Vec<(Period, [u64; 2])>,
}

/// What is known of a day of all projects.
#[derive(Clone, Copy, Default)]
struct DayOfAll {
    /// Whether any project had begun.
    begun: bool,
    /// How many projects have it not.
    missing: u32,
    /// Whether it may still change of any.
    provisional: bool,
}

impl<'a> Figures<'a> {
    fn of(inputs: &Inputs<'_>, counted: &'a Counted<'a>) -> Self {
        let projects: Vec<_> = counted.names.iter().copied().zip(counted.names.roles()).collect();
        let coverage = |name: &&ProjectName| inputs.snapshot.coverage(name.as_str()).last();
        let data_to = counted.names.iter().filter_map(coverage).map(|it| it.last).max();
        let first = counted.libraries.iter().filter_map(|it| it.months().next()).min();
        let span = first.zip(data_to).filter(|(first, last)| first <= last);
        let days = span.map_or(Vec::new(), |span| days(inputs, &projects, span));
        let months: Vec<Bin> = span.map_or(Vec::new(), |span| months(&days, span));
        let missing = |is_in: &dyn Fn(Day) -> bool| -> u64 {
            let days = days.iter().filter(|(day, _)| is_in(*day));
            days.map(|(_, it)| u64::from(it.missing)).sum()
        };
        let years: BTreeSet<i32> = months.iter().map(|bin| bin.first.year()).collect();
        let row = |period: Period| PeriodRow {
            counts: counted.counts(period, Side::Both),
            missing: match period {
                // Also before the first downloads.
                Period::All => counted.missing_days,
                Period::Year(year) => missing(&|day| day.year() == year),
                Period::Month(first) => {
                    missing(&|day| (day.year(), day.month()) == (first.year(), first.month()))
                }
            },
        };
        let long = || {
            let years = years.iter().map(|&year| Period::Year(year));
            std::iter::once(Period::All).chain(years)
        };
        let periods = long().chain(months.iter().map(|bin| Period::Month(bin.first)));
        let split = counted.ecosystem.split.as_ref();
        let of_sides = |period| {
            let total = |side| counted.counts(period, side).total();
            (period, [total(Side::UpTo), total(Side::After)])
        };
        Self {
            counted,
            formula: workbooks::formula(&counted.names),
            never: counted.never.iter().map(|it| it.as_str()).collect(),
            names: projects.iter().map(|(name, role)| (name.as_str(), *role)).collect(),
            projects,
            data_to,
            rows: periods.map(row).collect(),
            gaps: stretches(days.iter().filter(|(_, it)| it.missing > 0).map(|(day, _)| *day)),
            bounds: split
                .map(|it| {
                    it.bounds.iter().map(|(name, version)| (name.as_str(), &**version)).collect()
                })
                .unwrap_or_default(),
            sides: split.map(|_| long().map(of_sides).collect()).unwrap_or_default(),
            months,
        }
    }

    fn of_page(&self) -> EcosystemFigures<'_> {
        let ecosystem = self.counted.ecosystem;
        EcosystemFigures {
            name: &ecosystem.name,
            address: &ecosystem.address,
            vendor: ecosystem.vendor.as_deref(),
            formula: &self.formula,
            projects: &self.projects,
            never: &self.never,
            rows: &self.rows,
            months: &self.months,
            gaps: &self.gaps,
            sides: ecosystem.split.as_ref().map(|split| EcosystemSides {
                name: &split.name,
                names: [&split.up_to, &split.after],
                bounds: &self.bounds,
                rows: &self.sides,
            }),
        }
    }

    fn source<'b>(&'b self, inputs: &'b Inputs<'_>) -> EcosystemSource<'b> {
        let ecosystem = self.counted.ecosystem;
        EcosystemSource {
            name: &ecosystem.name,
            address: &ecosystem.address,
            vendor: ecosystem.vendor.as_deref(),
            formula: &self.formula,
            projects: &self.names,
            never: &self.never,
            rows: &self.rows,
            sides: ecosystem.split.as_ref().map(|split| Sides {
                name: &split.name,
                names: [&split.up_to, &split.after],
                bounds: &self.bounds,
                rows: &self.sides,
            }),
            data_to: self.data_to,
            base_url: inputs.config.site.base_url.as_deref(),
        }
    }
}

/// What is known of each day of the months from the first one on. A project has no days before its first collected
/// one.
fn days(
    inputs: &Inputs<'_>,
    projects: &[(&ProjectName, metrics::Role)],
    (first, last): (Day, Day),
) -> Vec<(Day, DayOfAll)> {
    let lookback = inputs.config.lookback;
    let starts = projects.iter().map(|(name, _)| {
        let start = inputs.snapshot.coverage(name.as_str()).first();
        (name.as_str(), start.map(|it| it.first))
    });
    let starts: Vec<(&str, Option<Day>)> = starts.collect();
    let of_day = |day: Day| {
        let begun = starts.iter().filter(|(_, start)| start.is_some_and(|start| start <= day));
        let mut all = DayOfAll::default();
        for (name, _) in begun {
            all.begun = true;
            match inputs.snapshot.day_state(name, day, lookback) {
                DayState::NotCollected => all.missing += 1,
                DayState::Provisional | DayState::Suspect => all.provisional = true,
                DayState::Final => {}
            }
        }
        (day, all)
    };
    first.iter_days().take_while(|day| *day <= last).map(of_day).collect()
}

/// The months of these days.
fn months(days: &[(Day, DayOfAll)], (first, last): (Day, Day)) -> Vec<Bin> {
    let next = |month: Day| month.checked_add_months(Months::new(1));
    let months = std::iter::successors(Some(first), |month| next(*month));
    let bin = |first: Day| {
        let end = next(first).and_then(|it| it.pred_opt()).unwrap_or(first);
        let inside = || {
            let days = days.iter().skip_while(move |(day, _)| *day < first);
            days.take_while(move |(day, _)| *day <= end)
        };
        let count = |is: fn(&DayOfAll) -> bool| inside().filter(|(_, it)| is(it)).count() as u32;
        Bin {
            first,
            last: end,
            collected: count(|it| it.begun && it.missing == 0),
            missing: count(|it| it.missing > 0),
            provisional: count(|it| it.missing == 0 && it.provisional),
            suspect: 0,
            before: count(|it| !it.begun),
            after: if last < end { days_between(last, end) - 1 } else { 0 },
            cut: 0,
        }
    };
    months.take_while(|month| *month <= last).map(bin).collect()
}
