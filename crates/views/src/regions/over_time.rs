//! The main chart with its legend, its words and its figures.

use askama::Template;
use cube::{Cube, Selection};
use downloads::{Day, Dimension};
use metrics::{Line, LineKey, Series};

use super::{Context, RenderError, filters, name, notes, shown::Shown};
use crate::{
    View,
    chart::{self, Chart, Form},
    svg::Ink,
    text,
};

/// The chart of a view.
#[derive(Template)]
#[template(path = "parts/chart.html")]
pub(super) struct OverTime {
    title: String,
    /// How many downloads on which days, and how many of those are not known. Empty if nothing was ever collected.
    head: String,
    finding: String,
    wide: String,
    narrow: String,
    /// One entry for each line; empty without a split.
    legend: Vec<Entry>,
    /// What one has to know to read the chart, a sentence each.
    notes: Vec<String>,
    /// Heads of the columns of figures.
    columns: Vec<String>,
    rows: Vec<Row>,
}

struct Entry {
    /// `s1` to `s8` or `so`.
    class: String,
    name: String,
    share: String,
}

struct Row {
    bin: String,
    counts: Vec<String>,
    /// What is not final or not whole about it; empty if nothing.
    note: String,
}

impl OverTime {
    pub(super) fn of(
        cube: &Cube,
        view: &View,
        selection: &Selection,
        shown: &Shown,
        context: &Context<'_>,
    ) -> Result<Self, RenderError> {
        let days = cube.days();
        let interval = view.interval(days);
        let series = match selection.days {
            Some(range) => metrics::series(cube, selection, range, interval, view.split),
            None => Series { interval, bins: Vec::new(), lines: Vec::new() },
        };
        let gaps = match selection.days {
            Some(range) => gaps_within(cube, range),
            None => Vec::new(),
        };
        let names: Vec<String> =
            series.lines.iter().map(|line| line_name(line, view.split)).collect();
        let totals: Vec<u64> = series.lines.iter().map(|line| line.counts.iter().sum()).collect();
        let total: u64 = totals.iter().sum();

        let by = view.split.map_or(String::new(), |dimension| format!(", by {}", name(dimension)));
        let title = format!("Downloads per {}{by}", interval.key());
        let finding = match &shown.nothing {
            Some(why) => why.clone(),
            None => finding(&series, &names, &totals, &shown.days),
        };
        let svg_title = format!("{}: {}", context.project, title.to_lowercase());
        let chart = Chart {
            series: &series,
            names: &names,
            gaps: &gaps,
            title: &svg_title,
            finding: &finding,
        };
        let (wide, narrow) = (chart::draw(&chart, Form::Wide)?, chart::draw(&chart, Form::Narrow)?);

        let legend = match view.split {
            None => Vec::new(),
            Some(_) => series
                .lines
                .iter()
                .enumerate()
                .map(|(at, line)| Entry {
                    class: match chart::ink(line, at) {
                        Ink::Series(place) => format!("s{}", place + 1),
                        _ => "so".into(),
                    },
                    name: names[at].clone(),
                    share: text::share(totals[at], total).unwrap_or_default(),
                })
                .collect(),
        };
        let columns = match view.split {
            None => vec!["Downloads".into()],
            Some(_) => names.clone(),
        };
        Ok(Self {
            title,
            head: match &shown.nothing {
                Some(_) => shown.days.clone(),
                None => format!("{}, {}", text::downloads(total), shown.days),
            },
            finding,
            wide,
            narrow,
            legend,
            notes: notes::of_chart(&series, &gaps, view),
            columns,
            rows: if shown.nothing.is_none() { rows(&series) } else { Vec::new() },
        })
    }

    /// The finding, and under which filters.
    pub(super) fn announcement(&self, selection: &Selection) -> String {
        match filters(selection) {
            filters if filters.is_empty() => self.finding.clone(),
            filters => format!("{} Filtered by {filters}.", self.finding),
        }
    }
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

/// What the chart shows, in a few sentences.
fn finding(series: &Series, names: &[String], totals: &[u64], days: &str) -> String {
    if series.lines.is_empty() {
        return "No downloads of these days match the filters.".into();
    }
    let total: u64 = totals.iter().sum();
    let mut words = format!("{}, {days}.", text::downloads(total));
    let of_bin = |at: usize| series.lines.iter().map(|line| line.counts[at]).sum::<u64>();
    let (bins, interval) = (&series.bins, series.interval.key());
    // A part of a bin is no match for a whole one.
    let highest =
        (0..bins.len()).rev().filter(|&at| bins[at].is_whole()).max_by_key(|&at| of_bin(at));
    if let Some(at) = highest.filter(|_| total > 0 && bins.len() > 1) {
        let which = if bins.iter().any(chart::is_ring) { "a whole" } else { "one" };
        words += &format!(
            " Most in {which} {interval}: {} ({}).",
            text::thousands(of_bin(at)),
            notes::bin_name(&bins[at], series.interval)
        );
    }
    if names.len() > 1 {
        let shares: Vec<String> = names
            .iter()
            .zip(totals)
            .take(3)
            .filter_map(|(name, &part)| Some(format!("{name} {}", text::share(part, total)?)))
            .collect();
        words += &format!(" Largest: {}.", text::list(&shares));
    }
    words
}

/// The figures, newest first. None if there is no line.
fn rows(series: &Series) -> Vec<Row> {
    let row = |at: usize| {
        let bin = &series.bins[at];
        let count = |line: &Line| match bin.is_known() {
            true => text::thousands(line.counts[at]),
            false => "–".into(),
        };
        Row {
            bin: notes::bin_name(bin, series.interval),
            counts: series.lines.iter().map(count).collect(),
            note: notes::of_bin(bin),
        }
    };
    match series.lines[..] {
        [] => Vec::new(),
        _ => (0..series.bins.len()).rev().map(row).collect(),
    }
}
