//! The pages of ecosystems: projects of one maker, counted without double counting.

use askama::Template;
use downloads::{Day, ProjectName};
use metrics::{Axis, Bin, Interval, Line, LineKey, MAX_LINES, Period, PeriodRow, Role, Series};

use super::{DataFile, Frame};
use crate::{
    Heights,
    chart::{self, Chart, Form},
    regions::RenderError,
    text,
};

/// What a page tells of an ecosystem.
#[derive(Clone, Copy, Debug)]
pub struct EcosystemFigures<'a> {
    /// Its name, for people.
    pub name: &'a str,
    /// The word for it in addresses.
    pub address: &'a str,
    /// Who makes it. `None` if its name says so, or nobody does.
    pub vendor: Option<&'a str>,
    /// How it is counted, with the names of its projects.
    pub formula: &'a str,
    /// Its projects, and their parts in it.
    pub projects: &'a [(&'a ProjectName, Role)],
    /// Those of them of which nothing was collected.
    pub never: &'a [&'a str],
    /// Its downloads: of all time, of each year, of each month, the oldest first.
    pub rows: &'a [PeriodRow],
    /// The months of `rows`, with what is known of their days.
    pub months: &'a [Bin],
    /// The stretches of days that were not collected of all its projects.
    pub gaps: &'a [(Day, Day)],
    /// How it is divided by versions. `None` if it is not.
    pub sides: Option<EcosystemSides<'a>>,
}

/// An ecosystem counted with the versions up to a bound, and with those after it.
#[derive(Clone, Copy, Debug)]
pub struct EcosystemSides<'a> {
    /// What the comparison is called.
    pub name: &'a str,
    /// What the sides are called.
    pub names: [&'a str; 2],
    /// The last versions of the first side, by project.
    pub bounds: &'a [(&'a str, &'a str)],
    /// The downloads of both sides: of all time, then of each year.
    pub rows: &'a [(Period, [u64; 2])],
}

/// One ecosystem.
#[derive(Debug, Template)]
#[template(path = "pages/ecosystem.html")]
pub struct EcosystemPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// What it tells.
    pub figures: EcosystemFigures<'a>,
    /// The same as CSV and JSON.
    pub files: [DataFile<'a>; 2],
    /// The workbook of all ecosystems. `None` if there is none now.
    pub summary: Option<DataFile<'a>>,
}

/// All ecosystems in a table.
#[derive(Debug, Template)]
#[template(path = "pages/ecosystems.html")]
pub struct EcosystemsPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// They, in the order of the configuration.
    pub ecosystems: &'a [EcosystemFigures<'a>],
    /// The names of those that cannot be counted now.
    pub left_out: &'a [&'a str],
    /// The workbook of all ecosystems. `None` if one of them cannot be counted now.
    pub summary: Option<DataFile<'a>>,
}

/// A table of figures.
struct Table {
    rows: Vec<Row>,
    /// Whether days were not collected in any of its periods.
    has_missing: bool,
}

struct Row {
    period: String,
    total: String,
    counts: Vec<String>,
    /// How many days were not collected; empty if all were.
    missing: String,
}

/// A chart, and the names of its lines with the classes of their colors.
struct Drawn {
    wide: String,
    narrow: String,
    legend: Vec<(String, String)>,
    notes: Vec<String>,
}

impl EcosystemPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("{} · {}", text::visible(self.figures.name), self.frame.site)
    }

    fn summary(&self) -> String {
        format!(
            "{} of {} in all, without double counting; by year and by month.",
            text::downloads(self.figures.total()),
            text::counted(self.figures.projects.len() as u64, "project", "projects"),
        )
    }

    fn count(&self) -> u64 {
        self.figures.projects.len() as u64
    }

    /// The tables of periods, the newest first: the word for each, its title.
    fn tables(&self) -> [(&'static str, &'static str, Table); 2] {
        [
            ("by-year", "By year", self.table(|period| !matches!(period, Period::Month(_)))),
            ("by-month", "By month", self.table(|period| matches!(period, Period::Month(_)))),
        ]
    }

    fn table(&self, is_in: impl Fn(Period) -> bool) -> Table {
        let rows = self.figures.rows.iter().filter(|row| is_in(row.counts.period));
        let row = |PeriodRow { counts, missing }: &PeriodRow| Row {
            period: self.figures.name_of(counts.period),
            total: text::thousands(counts.total()),
            counts: self
                .figures
                .projects
                .iter()
                .zip(&counts.counted)
                .map(|((name, _), &count)| match self.figures.is_known(name) {
                    true => text::thousands(count),
                    false => "–".into(),
                })
                .collect(),
            missing: match missing {
                0 => String::new(),
                &days => text::counted(days, "day", "days"),
            },
        };
        let rows: Vec<Row> = rows.rev().map(row).collect();
        Table { has_missing: rows.iter().any(|row| !row.missing.is_empty()), rows }
    }

    /// Each project with its part, all its downloads, and those that count; nothing for those that are not known.
    fn projects(&self) -> Vec<(&ProjectName, &'static str, Option<[String; 2]>)> {
        let Some(all) = self.figures.all() else { return Vec::new() };
        let counts = all.counts.downloads.iter().zip(&all.counts.counted);
        let projects = self.figures.projects.iter().zip(counts);
        projects
            .map(|((name, role), (downloads, counted))| {
                let is_known = self.figures.is_known(name);
                let figures = is_known.then(|| [downloads, counted].map(|it| text::thousands(*it)));
                (*name, words(*role), figures)
            })
            .collect()
    }

    /// What is said of the figure of all time.
    fn note_of_all(&self) -> String {
        self.figures.all().map_or(String::new(), |row| missing_days(row.missing))
    }

    /// The newest year, with what it is called, and the one before it.
    fn tiles(&self) -> Vec<(String, u64, String)> {
        let years = self.figures.years();
        let mut tiles = Vec::new();
        for (at, row) in years.iter().enumerate().rev().take(2) {
            let Period::Year(year) = row.counts.period else { continue };
            let before = at.checked_sub(1).map(|before| years[before]);
            // Only what is known whole can be compared.
            let before = before
                .filter(|it| it.missing == 0 && self.figures.start_of(it.counts.period).is_none());
            let is_open = self.figures.is_open(row.counts.period);
            let note = match before {
                _ if is_open && row.missing > 0 => format!("so far, {}", missing_days(row.missing)),
                _ if is_open => "so far".into(),
                _ if row.missing > 0 => missing_days(row.missing),
                Some(before) => change(before.counts.total(), row.counts.total(), year),
                None => String::new(),
            };
            tiles.push((year.to_string(), row.counts.total(), note));
        }
        tiles
    }

    fn chart(&self) -> Result<Drawn, RenderError> {
        let figures = self.figures;
        let months: Vec<&PeriodRow> = figures.month_rows().collect();
        let known: Vec<(usize, &ProjectName)> = figures
            .projects
            .iter()
            .map(|(name, _)| *name)
            .enumerate()
            .filter(|(_, name)| figures.is_known(name))
            .collect();
        // As areas on top of each other the projects are the whole.
        let is_stacked = (2..=MAX_LINES).contains(&known.len());
        let lines: Vec<Line> = if is_stacked {
            let line = |&(at, name): &(usize, &ProjectName)| {
                let counts = months.iter().map(|row| row.counts.counted[at]).collect();
                Line { key: LineKey::Value(cube::Value::Known(name.to_string())), counts }
            };
            known.iter().map(line).collect()
        } else {
            let counts = months.iter().map(|row| row.counts.total()).collect();
            vec![Line { key: LineKey::All, counts }]
        };
        let names: Vec<String> = match is_stacked {
            true => known.iter().map(|(_, name)| name.to_string()).collect(),
            false => vec![text::visible(figures.name)],
        };
        let series = Series { interval: Interval::Month, bins: figures.months.to_vec(), lines };
        let title = format!("{}: downloads by month", text::visible(figures.name));
        let finding = self.finding();
        let chart = Chart {
            series: &series,
            per: 1,
            names: &names,
            gaps: figures.gaps,
            releases: &[],
            heights: Heights::Counts,
            is_log: false,
            is_stacked,
            wholes: &[],
            known: None,
            missing: None,
            own: &[],
            axis: Axis::Days,
            title: &title,
            finding: &finding,
        };
        let legend = match is_stacked {
            true => names
                .iter()
                .enumerate()
                .map(|(at, name)| (format!("s{}", at + 1), name.clone()))
                .collect(),
            false => Vec::new(),
        };
        let mut notes = Vec::new();
        if series.bins.iter().any(|bin| bin.is_known() && !bin.is_whole()) {
            notes.push("A month of which not all days are there is a ring beside the line.".into());
        }
        if !figures.gaps.is_empty() {
            notes.push("Days that were not collected of every project are hatched.".into());
        }
        let breaks = chart::breaks(&series).map(|it| it.what);
        let incidents = chart::incidents(&series).map(|it| it.what);
        notes.extend(breaks.map(|what| format!("The way of counting changed: {what}.")));
        notes.extend(incidents.map(|what| format!("Known of the source: {what}.")));
        Ok(Drawn {
            wide: chart::draw(&chart, Form::Wide)?,
            narrow: chart::draw(&chart, Form::Narrow)?,
            legend,
            notes,
        })
    }

    /// What one sees in the chart.
    fn finding(&self) -> String {
        let months = self.figures.month_rows().zip(self.figures.months);
        let whole = months.filter(|(_, bin)| bin.is_whole());
        let most = whole.max_by_key(|(row, _)| row.counts.total());
        most.map_or("No month is whole yet.".into(), |(row, bin)| {
            format!(
                "The month with the most downloads was {}, with {}.",
                text::month(bin.first),
                text::thousands(row.counts.total())
            )
        })
    }
}

impl EcosystemsPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("Ecosystems · {}", self.frame.site)
    }

    fn summary(&self) -> String {
        format!(
            "{}, each counted without double counting, in all and by year.",
            text::counted(self.ecosystems.len() as u64, "ecosystem", "ecosystems")
        )
    }

    /// Whether any figure has a mark, which is to be explained.
    fn has_marks(&self) -> bool {
        self.ecosystems
            .iter()
            .any(|it| !it.never.is_empty() || it.rows.iter().any(|row| row.missing > 0))
    }

    /// The years, the newest first.
    fn years(&self) -> Vec<i32> {
        let rows = self.ecosystems.iter().flat_map(|it| it.years());
        let mut years: Vec<i32> = rows
            .filter_map(|row| match row.counts.period {
                Period::Year(year) => Some(year),
                Period::All | Period::Month(_) => None,
            })
            .collect();
        years.sort_unstable();
        years.dedup();
        years.reverse();
        years
    }
}

impl EcosystemFigures<'_> {
    /// Whether anything was collected of this project.
    fn is_known(&self, project: &ProjectName) -> bool {
        !self.never.contains(&project.as_str())
    }

    fn all(&self) -> Option<&PeriodRow> {
        self.rows.iter().find(|row| row.counts.period == Period::All)
    }

    /// The downloads of all time.
    fn total(&self) -> u64 {
        self.all().map_or(0, |row| row.counts.total())
    }

    /// All time and these years, as cells. A dash stands for a year that the ecosystem has nothing of.
    fn cells(&self, years: &[i32]) -> Vec<String> {
        let periods = std::iter::once(Period::All).chain(years.iter().map(|&it| Period::Year(it)));
        let cell = |period| {
            let row = self.rows.iter().find(|row| row.counts.period == period);
            row.map_or("–".into(), |row| {
                let is_marked = row.missing > 0 || !self.never.is_empty();
                let mark = if is_marked { "*" } else { "" };
                format!("{}{mark}", text::thousands(row.counts.total()))
            })
        };
        periods.map(cell).collect()
    }

    fn years(&self) -> Vec<&PeriodRow> {
        self.rows.iter().filter(|row| matches!(row.counts.period, Period::Year(_))).collect()
    }

    fn month_rows(&self) -> impl Iterator<Item = &PeriodRow> {
        self.rows.iter().filter(|row| matches!(row.counts.period, Period::Month(_)))
    }

    /// Whether a period goes on after the last day with data.
    fn is_open(&self, period: Period) -> bool {
        use chrono::Datelike as _;
        let Some(last) = self.months.last() else { return false };
        match period {
            Period::All => false,
            Period::Year(year) => {
                year == last.first.year() && (last.after > 0 || last.first.month() < 12)
            }
            Period::Month(first) => first == last.first && last.after > 0,
        }
    }

    fn name_of(&self, period: Period) -> String {
        let name = match period {
            Period::All => "All time".into(),
            Period::Year(year) => year.to_string(),
            Period::Month(first) => text::month(first),
        };
        match self.start_of(period) {
            _ if self.is_open(period) => format!("{name}, so far"),
            Some(day) => format!("{name}, from {}", text::day_of_year(day)),
            None => name,
        }
    }

    /// The first day with data, if the period began before it.
    fn start_of(&self, period: Period) -> Option<Day> {
        use chrono::Datelike as _;
        let first = self.months.first().filter(|it| it.before > 0)?;
        let is_first = match period {
            Period::All => false,
            Period::Year(year) => year == first.first.year(),
            Period::Month(month) => month == first.first,
        };
        is_first.then(|| first.first + chrono::Days::new(first.before.into()))
    }
}

/// How many days of projects are missing; empty if none is.
fn missing_days(days: u64) -> String {
    match days {
        0 => String::new(),
        days => format!("{} not collected", text::counted(days, "day", "days")),
    }
}

/// How a year compares with the one before it, in words. Empty if that had no downloads.
fn change(before: u64, after: u64, year: i32) -> String {
    let Some(growth) = metrics::growth(before, after) else { return String::new() };
    let day = |year, month, day| Day::from_ymd_opt(year, month, day).unwrap_or_default();
    let across = match downloads::break_between(day(year - 1, 1, 1), day(year, 12, 31)) {
        Some(_) => "; the way of counting changed",
        None => "",
    };
    format!("{} against the year before{across}", text::change(growth))
}

/// What the part of a project means.
fn words(role: Role) -> &'static str {
    match role {
        Role::Base => "base",
        Role::Dependency => "the base installs it",
        Role::Parent => "installs the base",
        Role::Member => "counted whole",
    }
}
