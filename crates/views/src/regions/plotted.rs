//! What the chart of a view is drawn from.

use cube::{Cube, Selection};
use downloads::{Day, Dimension};
use metrics::{Interval, Line, LineKey, Release, Series};

use super::{Context, name, shown::Shown};
use crate::{Heights, View, chart::Chart, text};

/// The figures of a view over time, with the words for them.
pub(super) struct Plotted {
    /// What was counted.
    pub(super) series: Series,
    /// What is drawn instead, if it is averages, and which bins have one.
    averages: Option<(Series, Vec<bool>)>,
    heights: Heights,
    /// What the shares of a chart without a split are of; empty otherwise.
    wholes: Vec<u64>,
    /// The stretches of days in the range that were not collected.
    pub(super) gaps: Vec<(Day, Day)>,
    releases: Vec<Release>,
    /// The names of the lines, in order.
    pub(super) names: Vec<String>,
    /// The downloads of each line.
    pub(super) totals: Vec<u64>,
    /// What the chart is of.
    pub(super) title: String,
    /// The title, with the name of the project.
    svg_title: String,
    /// What one sees in it, in words.
    pub(super) finding: String,
}

impl Plotted {
    pub(super) fn of(
        cube: &Cube,
        view: &View,
        selection: &Selection,
        shown: &Shown,
        context: &Context<'_>,
    ) -> Self {
        let interval = view.interval(cube.days());
        let nothing = || Series { interval, bins: Vec::new(), lines: Vec::new() };
        let series = match selection.days {
            Some(range) => metrics::series(cube, selection, range, interval, view.split),
            None => nothing(),
        };
        let averages = view
            .average()
            .zip(selection.days)
            .map(|(average, range)| metrics::averages(cube, selection, range, average, view.split));
        let everything = Selection::default();
        let wholes = match (view.heights, selection.days) {
            (Heights::Shares, Some(range)) if series.lines.len() == 1 => {
                let whole = match view.average() {
                    Some(average) => metrics::averages(cube, &everything, range, average, None).0,
                    None => metrics::series(cube, &everything, range, interval, None),
                };
                whole.lines.into_iter().next().map_or(Vec::new(), |line| line.counts)
            }
            _ => Vec::new(),
        };
        let names: Vec<String> =
            series.lines.iter().map(|line| line_name(line, view.split)).collect();
        let totals: Vec<u64> = series.lines.iter().map(|line| line.counts.iter().sum()).collect();
        let title = title(view, interval);
        let finding = match &shown.nothing {
            Some(why) => why.clone(),
            None => super::finding::of(&series, &names, &totals, &shown.days),
        };
        Self {
            svg_title: format!("{}: {}", text::visible(context.project), text::lower_first(&title)),
            gaps: selection.days.map_or(Vec::new(), |range| gaps_within(cube, range)),
            releases: metrics::dated_releases(cube),
            heights: view.heights,
            averages,
            wholes,
            series,
            names,
            totals,
            title,
            finding,
        }
    }

    /// What is drawn, and stands in the table.
    pub(super) fn chart(&self) -> Chart<'_> {
        let averages = self.averages.as_ref();
        Chart {
            series: averages.map_or(&self.series, |it| &it.0),
            names: &self.names,
            gaps: &self.gaps,
            releases: &self.releases,
            heights: self.heights,
            wholes: &self.wholes,
            known: averages.map(|it| &*it.1),
            title: &self.svg_title,
            finding: &self.finding,
        }
    }
}

/// `Downloads per week, by Python`, `Share of downloads per day, average of 7 days`.
fn title(view: &View, interval: Interval) -> String {
    let what = match (view.heights, view.split) {
        (Heights::Shares, None) => "Share of all downloads",
        (Heights::Shares, Some(_)) => "Share of downloads",
        _ => "Downloads",
    };
    let average =
        view.average().map_or(String::new(), |it| format!(", average of {} days", it.days()));
    let by = view.split.map_or(String::new(), |dimension| format!(", by {}", name(dimension)));
    format!("{what} per {}{average}{by}", interval.key())
}

fn line_name(line: &Line, split: Option<Dimension>) -> String {
    match (&line.key, split) {
        (LineKey::Value(value), Some(dimension)) => text::value(dimension, value),
        (LineKey::Rest, _) => "other".into(),
        (LineKey::All | LineKey::Value(_), _) => "all".into(),
    }
}

/// The gaps as far as they touch the range, cut at its ends.
fn gaps_within(cube: &Cube, (first, last): (Day, Day)) -> Vec<(Day, Day)> {
    metrics::gaps(cube.days())
        .into_iter()
        .filter(|&(from, to)| from <= last && first <= to)
        .map(|(from, to)| (from.max(first), to.min(last)))
        .collect()
}
