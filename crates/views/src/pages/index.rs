//! The page of all projects.

use askama::Template;
use cube::{Cube, Selection};
use downloads::ProjectName;
use metrics::{Change, Interval};

use super::Frame;
use crate::{
    chart::{self, Chart, Form},
    regions::{RenderError, Told, told},
    text,
};

/// How far back the small charts go, in days: 52 weeks.
const SPARK_DAYS: u64 = 364;

/// All projects in a table.
#[derive(Debug, Template)]
#[template(path = "pages/index.html")]
pub struct IndexPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// One line on what the site is, if there is one.
    pub description: Option<&'a str>,
    /// The projects in the order in which they are shown.
    pub projects: &'a [ProjectRow],
}

/// One project in the table.
#[derive(Debug)]
pub struct ProjectRow {
    name: ProjectName,
    /// As people read it.
    label: String,
    /// `None` if nothing was collected.
    figures: Option<Figures>,
}

#[derive(Debug)]
struct Figures {
    month: u64,
    month_days: String,
    /// What is not known of the last 30 days, in words; empty if nothing.
    month_note: String,
    change: Told,
    change_known: bool,
    spark: String,
    all: u64,
    last: String,
    last_iso: String,
}

impl ProjectRow {
    /// The row of a project with this cube; without one if nothing was collected.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn of(name: &ProjectName, label: &str, cube: Option<&Cube>) -> Result<Self, RenderError> {
        let figures = cube.map(|cube| Figures::of(cube, label)).transpose()?.flatten();
        Ok(Self { name: name.clone(), label: text::visible(label), figures })
    }
}

impl Figures {
    fn of(cube: &Cube, label: &str) -> Result<Option<Self>, RenderError> {
        let everything = Selection::default();
        let Some(tiles) = metrics::tiles(cube, &everything) else { return Ok(None) };
        let (month, last) = (&tiles.month, tiles.month.last);
        let first = last - chrono::Days::new(SPARK_DAYS - 1);
        let series = metrics::series(cube, &everything, (first, last), Interval::Week, None);
        let gaps = metrics::gaps(cube.days());
        let counts = series.lines.first().map_or(&[][..], |line| &line.counts);
        let mut weeks = series.bins.iter().zip(counts).filter(|(bin, _)| bin.is_whole());
        let finding = match (weeks.next(), weeks.next_back()) {
            (Some((_, &first)), Some((_, &last))) => {
                format!("From {} to {} a week.", text::short(first), text::short(last))
            }
            _ => "Less than two whole weeks.".into(),
        };
        let title = format!("{}: downloads per week", text::visible(label));
        let chart =
            Chart { series: &series, names: &[], gaps: &gaps, title: &title, finding: &finding };
        let mut notes = Vec::new();
        if month.missing > 0 {
            notes.push(format!(
                "{} not collected",
                text::counted(month.missing.into(), "day", "days")
            ));
        }
        if month.provisional > 0 {
            notes.push(format!(
                "{} provisional",
                text::counted(month.provisional.into(), "day", "days")
            ));
        }
        Ok(Some(Self {
            month: month.downloads,
            month_days: text::days(month.first, month.last),
            month_note: text::list(&notes),
            change: told(month.change, "the 30 days before"),
            change_known: matches!(month.change, Change::Fraction(_)),
            spark: chart::draw(&chart, Form::Spark)?,
            all: tiles.all.downloads,
            last: text::day(last),
            last_iso: last.to_string(),
        }))
    }
}

impl IndexPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    /// What all projects were downloaded in the last 30 days of each.
    fn month(&self) -> u64 {
        self.figures().map(|figures| figures.month).sum()
    }

    fn count(&self) -> String {
        text::thousands(self.projects.len() as u64)
    }

    fn all(&self) -> u64 {
        self.figures().map(|figures| figures.all).sum()
    }

    fn figures(&self) -> impl Iterator<Item = &Figures> {
        self.projects.iter().filter_map(|project| project.figures.as_ref())
    }
}
