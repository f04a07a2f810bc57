//! The main chart with its legend, its words and its figures.

use askama::Template;
use downloads::Day;
use metrics::{Interval, Line, Series};

use super::{
    Counted, RenderError, filters,
    notes::{self, Note},
    plotted::Plotted,
    strip::Strip,
};
use crate::{
    Extent, Heights, View,
    chart::{self, Chart},
    svg::Ink,
    text,
};

/// The most figures that come with a chart. Longer tables are folded away anyway, and take longer than all the rest.
const FIGURES_AT_ONCE: usize = 1_500;

/// The chart of a view.
#[derive(Template)]
#[template(path = "parts/chart.html")]
pub(crate) struct OverTime {
    pub(crate) title: String,
    /// How many downloads on which days, and how many of those are not known. Empty if nothing was ever collected.
    pub(crate) head: String,
    pub(crate) finding: String,
    /// The drawings; empty if not in sight.
    pub(crate) wide: String,
    pub(crate) narrow: String,
    /// One entry for each line; empty without a split.
    pub(crate) legend: Vec<Entry>,
    /// What one has to know to read the chart, a sentence each.
    pub(crate) notes: Vec<Note>,
    /// `day`, `week` or `month`.
    pub(crate) step: &'static str,
    /// Where each bin ends, in days from the beginning of the first, if they are not all as long; empty if they are.
    pub(crate) ends: String,
    /// What one chooses other days with. `None` if there is nothing to choose from.
    pub(crate) strip: Option<Strip>,
    /// Heads of the columns of figures.
    pub(crate) columns: Vec<String>,
    /// The figures, newest first.
    pub(crate) rows: Vec<Row>,
    /// How many rows come when they are asked for, as [`Figures`]. 0 if all are there.
    pub(crate) later: usize,
}

/// The rows of the table of figures alone.
#[derive(Template)]
#[template(path = "parts/figures.html")]
pub(crate) struct Figures {
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Entry {
    /// `s1` to `s8` or `so`.
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) share: String,
}

/// The figures of one step.
pub(crate) struct Row {
    pub(crate) bin: String,
    pub(crate) counts: Vec<String>,
    /// What is not final or not whole about it; empty if nothing.
    pub(crate) note: String,
}

impl OverTime {
    pub(super) fn of(
        counted: &Counted<'_>,
        plotted: &Plotted,
        strip: Option<Strip>,
        extent: Extent,
    ) -> Result<Self, RenderError> {
        let Counted { view, shown, .. } = counted;
        let chart = plotted.chart();
        let total: u64 = plotted.totals.iter().sum();
        let [wide, narrow] = extent.draw(|form| chart::draw(&chart, form))?;
        let legend = match view.split() {
            None => Vec::new(),
            Some(_) => plotted
                .series
                .lines
                .iter()
                .enumerate()
                .map(|(at, line)| Entry {
                    class: class(line, at),
                    name: plotted.names[at].clone(),
                    share: text::share(plotted.totals[at], total).unwrap_or_default(),
                })
                .collect(),
        };
        let columns = match (view.split(), view.heights()) {
            (None, Heights::Shares) => vec!["Share".into()],
            (None, Heights::Totals) => vec!["Running total".into()],
            (None, _) => vec!["Downloads".into()],
            (Some(_), _) => plotted.names.clone(),
        };
        let steps = match (&shown.nothing, &chart.series.lines[..]) {
            (None, [_, ..]) => chart.series.bins.len(),
            _ => 0,
        };
        let later = later(steps, columns.len());
        Ok(Self {
            title: plotted.title.clone(),
            head: match &shown.nothing {
                Some(_) => shown.days.clone(),
                None => format!("{}, {}", text::downloads(total), shown.days),
            },
            finding: plotted.finding.clone(),
            wide,
            narrow,
            legend,
            notes: notes::of_chart(&chart, view),
            step: chart.series.interval.key(),
            ends: ends(chart.series),
            strip,
            columns,
            rows: if steps > 0 && later == 0 { rows(&chart) } else { Vec::new() },
            later,
        })
    }

    /// The finding, and under which filters.
    pub(super) fn announcement(&self, view: &View) -> String {
        match filters(view) {
            filters if filters.is_empty() => self.finding.clone(),
            filters => format!("{} Filtered by {filters}.", self.finding),
        }
    }

    /// What is shown, in one short sentence.
    pub(super) fn status(&self, view: &View) -> String {
        let log = if view.is_log() { ", log scale" } else { "" };
        let filters = match filters(view) {
            filters if filters.is_empty() => filters,
            filters => format!("; {filters}"),
        };
        format!("{}{log}: {}{filters}.", self.title, self.head)
    }

    /// The last of the places that the script may point at.
    fn last(&self) -> usize {
        self.rows.len().max(self.later).saturating_sub(1)
    }

    /// Whether there is nothing to draw.
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.later == 0
    }
}

/// How many rows of a table come when they are asked for: all of them, or none.
pub(crate) fn later(rows: usize, columns: usize) -> usize {
    if rows * columns > FIGURES_AT_ONCE { rows } else { 0 }
}

/// The class of a line, by its place: `s1` to `s8` or `so`.
pub(crate) fn class(line: &Line, place: usize) -> String {
    match chart::ink(line, place) {
        Ink::Series(place) => format!("s{}", place + 1),
        _ => "so".into(),
    }
}

/// Where each bin ends: only of months, which are not all as long.
pub(crate) fn ends(series: &Series) -> String {
    let (Interval::Month, Some(first)) = (series.interval, series.bins.first()) else {
        return String::new();
    };
    let end = |last: Day| downloads::days_between(first.first, last).to_string();
    series.bins.iter().map(|bin| end(bin.last)).collect::<Vec<_>>().join(" ")
}

/// What is not final, not whole or not known about the figures of a bin; empty if nothing.
pub(super) fn note(chart: &Chart<'_>, at: usize) -> String {
    let bin = &chart.series.bins[at];
    match (chart.is_known(at), chart.missing) {
        (false, _) if bin.is_known() => notes::NOT_ALL_BEFORE.into(),
        (true, Some(missing)) if missing[at] > 0 => notes::of_total(bin, missing[at]),
        _ => notes::of_bin(bin),
    }
}

/// The figures, newest first. None if there is no line.
pub(super) fn rows(chart: &Chart<'_>) -> Vec<Row> {
    let series = chart.series;
    let row = |at: usize| {
        let known = chart.is_known(at);
        let figure = |line: &Line| match chart.heights {
            _ if !known => "–".into(),
            Heights::Shares => {
                text::share(line.counts[at], chart.whole(at)).unwrap_or_else(|| "–".into())
            }
            Heights::Counts | Heights::Totals => text::mean(line.counts[at], chart.per),
        };
        Row {
            bin: notes::bin_name(&series.bins[at], series.interval),
            counts: series.lines.iter().map(figure).collect(),
            note: note(chart, at),
        }
    };
    match series.lines[..] {
        [] => Vec::new(),
        _ => (0..series.bins.len()).rev().map(row).collect(),
    }
}
