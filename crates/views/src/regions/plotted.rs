//! What the chart of a view is drawn from.

use cube::{Cube, Selection};
use downloads::Day;
use metrics::{Average, Averages, Axis, ByDay, Interval, Line, LineKey, Release, Series, Totals};

use super::{Context, Counted, finding, name};
use crate::{Heights, View, chart::Chart, text, view::Filter};

/// The figures of a view over time, with the words for them.
pub(super) struct Plotted {
    /// What was counted.
    pub(super) series: Series,
    /// What is drawn of it.
    drawn: Drawn,
    heights: Heights,
    is_log: bool,
    is_stacked: bool,
    /// What the shares of a chart without a split are of; empty otherwise.
    wholes: Vec<u64>,
    /// The stretches of days in the range that were not collected.
    pub(super) gaps: Vec<(Day, Day)>,
    pub(super) releases: Vec<Release>,
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

/// What is drawn of a series.
enum Drawn {
    Counts,
    Averages(Averages, Average),
    Totals(Totals),
}

impl Plotted {
    pub(super) fn of(counted: &Counted<'_>, context: &Context<'_>) -> Self {
        let Counted { cube, view, selection, answer, shown } = counted;
        let (days, interval) = (cube.days(), view.interval(cube.days()));
        let range = selection.days;
        let by_day = match view.split() {
            None => ByDay::all(answer.by_day.clone()),
            Some(dimension) => {
                let counts = &answer.facets[dimension as usize];
                let grouping = view.grouping_of(dimension);
                let needed = range.map(|(first, last)| {
                    (view.first_needed(days).map_or(first, |it| it.min(first)), last)
                });
                match needed {
                    Some(it) => ByDay::split(cube, selection, dimension, grouping, counts, it),
                    None => ByDay::default(),
                }
            }
        };
        let series = match range {
            Some(range) => by_day.series(days, range, interval),
            None => Series { interval, bins: Vec::new(), lines: Vec::new() },
        };
        let drawn = match (view.heights(), view.average(), range) {
            (Heights::Totals, ..) => Drawn::Totals(metrics::running_totals(series.clone())),
            (_, Some(average), Some(range)) => {
                Drawn::Averages(metrics::averages(&by_day, days, range, average), average)
            }
            _ => Drawn::Counts,
        };
        let wholes = match (view.heights(), range) {
            (Heights::Shares, Some(range)) if view.split().is_none() => {
                let everything = ByDay::all(match selection.is_filtered() {
                    true => cube.by_day(&Selection::default()),
                    false => answer.by_day.clone(),
                });
                let whole = match view.average() {
                    Some(average) => metrics::averages(&everything, days, range, average).series,
                    None => everything.series(days, range, interval),
                };
                whole.lines.into_iter().next().map_or(Vec::new(), |line| line.counts)
            }
            _ => Vec::new(),
        };
        let names: Vec<String> = series.lines.iter().map(|line| line_name(line, view)).collect();
        let totals: Vec<u64> = series.lines.iter().map(|line| line.counts.iter().sum()).collect();
        let title = title(view, interval);
        let finding = match &shown.nothing {
            Some(why) => why.clone(),
            None => finding::of(&series, &names, &totals, &shown.days, view),
        };
        Self {
            svg_title: format!("{}: {}", text::visible(context.project), text::lower_first(&title)),
            gaps: range.map_or(Vec::new(), |range| gaps_within(cube, range)),
            releases: releases(cube, context),
            heights: view.heights(),
            is_log: view.is_log(),
            is_stacked: view.is_stacked(),
            drawn,
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
        let (series, known, missing) = match &self.drawn {
            Drawn::Counts => (&self.series, None, None),
            Drawn::Averages(it, _) => (&it.series, Some(&*it.known), None),
            Drawn::Totals(totals) => (&totals.series, None, Some(&*totals.missing)),
        };
        let per = match &self.drawn {
            Drawn::Averages(_, average) => average.days().into(),
            Drawn::Counts | Drawn::Totals(_) => 1,
        };
        Chart {
            series,
            per,
            names: &self.names,
            gaps: &self.gaps,
            releases: &self.releases,
            heights: self.heights,
            is_log: self.is_log,
            is_stacked: self.is_stacked,
            wholes: &self.wholes,
            known,
            missing,
            own: &[],
            axis: Axis::Days,
            title: &self.svg_title,
            finding: &self.finding,
        }
    }
}

/// The releases whose first day is known.
pub(super) fn releases(cube: &Cube, context: &Context<'_>) -> Vec<Release> {
    // Without the older days nobody knows which of the newer ones was the first.
    if !cube.is_whole() {
        return Vec::new();
    }
    let dated = || metrics::dated_releases(cube);
    context.releases.map_or_else(dated, |known| known.get_or_init(dated).clone())
}

/// `Downloads per week, by Python`, `Share of downloads per day, average of 7 days`.
fn title(view: &View, interval: Interval) -> String {
    let what = match (view.heights(), view.split()) {
        (Heights::Shares, None) => "Share of all downloads",
        (Heights::Shares, Some(_)) => "Share of downloads",
        (Heights::Counts, _) => "Downloads",
        (Heights::Totals, _) => "Running total of downloads",
    };
    let average =
        view.average().map_or(String::new(), |it| format!(", average of {} days", it.days()));
    let by = view.split().map_or(String::new(), |dimension| match view.grouping_of(dimension) {
        Some(grouping) => format!(", by {} version", grouping.key()),
        None => format!(", by {}", name(dimension)),
    });
    let per = match view.heights() {
        Heights::Totals => String::new(),
        Heights::Counts | Heights::Shares => format!(" per {}", interval.key()),
    };
    format!("{what}{per}{average}{by}")
}

fn line_name(line: &Line, view: &View) -> String {
    match (&line.key, view.split()) {
        (LineKey::Value(value), Some(dimension)) => {
            text::filter(&Filter::of(dimension, view.grouping_of(dimension), value))
        }
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
