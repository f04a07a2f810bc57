//! Social cards: what other sites show for a link.

use cards::{Card, Figure};
use config::{Config, Project, Site};
use cube::{Cube, Selection};
use metrics::{Interval, growth};
use views::{
    pages::{Before, RowFigures},
    text,
};

use crate::summary::Summary;

/// How far back the chart goes, in days: 52 weeks.
const CHART_DAYS: u64 = 364;

/// The card of a project. Without `row` nothing was collected.
pub(crate) fn of_project(
    project: &Project,
    site: &Site,
    cube: &Cube,
    row: Option<&RowFigures>,
) -> Vec<u8> {
    let figures = row.map(figures).unwrap_or_default();
    let figures: Vec<Figure<'_>> =
        figures.iter().map(|(value, label)| Figure { value, label }).collect();
    let data_to = match row {
        Some(row) => format!("Data to {}", text::day(row.last)),
        None => "Nothing has been collected yet".into(),
    };
    let weeks = weeks(cube);
    let across = row.and_then(|row| {
        let start = row.last - chrono::Days::new(CHART_DAYS - 1);
        downloads::break_between(start, row.last)
    });
    let caption = match across {
        _ if weeks.len() < 2 => String::new(),
        Some(it) => format!("Per week, {} {}", it.short, text::day(it.day)),
        None => "Downloads per week".into(),
    };
    cards::png(&Card {
        site: &site.title,
        title: &project.spelled,
        subtitle: project.description.as_deref().unwrap_or_default(),
        figures: &figures,
        chart: &weeks,
        caption: &caption,
        data_to: &data_to,
    })
}

/// Values and labels.
fn figures(row: &RowFigures) -> Vec<(String, &'static str)> {
    let change = match row.before {
        // A change across a break in the way of counting is none that a picture could explain.
        Before::Downloads(before) if row.across.is_none() => growth(before, row.month),
        _ => None,
    };
    let mut figures =
        vec![(text::short(row.month), "last 30 days"), (text::short(row.all), "all time")];
    figures.extend(change.map(|change| (text::change(change), "vs 30 days before")));
    figures
}

/// The downloads of the last whole weeks, oldest first; `None` for weeks that were not collected whole.
fn weeks(cube: &Cube) -> Vec<Option<u64>> {
    let days = cube.days();
    let Some(last) = days.last_collected() else { return Vec::new() };
    let range = (last - chrono::Days::new(CHART_DAYS - 1), last);
    let series = metrics::series(cube, &Selection::default(), range, Interval::Week, None);
    let counts = series.lines.first().map_or(&[][..], |line| &line.counts);
    let weeks = series.bins.iter().zip(counts);
    // A week that begins before the first day is no week.
    weeks
        .skip_while(|(bin, _)| bin.before > 0)
        .map(|(bin, &count)| bin.is_whole().then_some(count))
        .collect()
}

/// The card of the site.
pub(crate) fn of_site(config: &Config, summaries: &[Summary]) -> Vec<u8> {
    let rows = || summaries.iter().filter_map(|summary| summary.row.as_ref());
    let month: u64 = rows().map(|row| row.month).sum();
    let all: u64 = rows().map(|row| row.all).sum();
    let values = [text::short(month), text::short(all), text::thousands(summaries.len() as u64)];
    let labels = ["last 30 days", "all time", "projects"];
    let figures: Vec<Figure<'_>> =
        values.iter().zip(labels).map(|(value, label)| Figure { value, label }).collect();
    let data_to = rows().map(|row| row.last).max();
    let data_to = data_to.map(|day| format!("Data to {}", text::day(day))).unwrap_or_default();
    cards::png(&Card {
        site: "",
        title: &config.site.title,
        subtitle: config.site.description.as_deref().unwrap_or_default(),
        figures: &figures,
        chart: &[],
        caption: "",
        data_to: &data_to,
    })
}
