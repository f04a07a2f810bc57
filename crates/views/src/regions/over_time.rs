//! The main chart with its legend, its words and its figures.

use askama::Template;
use cube::{Cube, Selection};
use downloads::{BREAKS, Day, Dimension};
use metrics::{Bin, Interval, Line, LineKey, Series};

use super::{Context, RenderError, filters, name};
use crate::{
    View,
    chart::{self, Chart, Form},
    svg::Ink,
    text,
};

/// More gaps than this are counted, not named.
const GAPS_NAMED: usize = 4;

/// The chart of a view.
#[derive(Template)]
#[template(path = "parts/chart.html")]
pub(super) struct OverTime {
    title: String,
    /// The days in words; empty if nothing was collected.
    days: String,
    total: String,
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
        let words = selection.days.map_or(String::new(), |(first, last)| text::days(first, last));
        let finding = finding(&series, &names, &totals, &words);
        let svg_title = format!("{}: {}", context.project, title.to_lowercase());
        let drawn = drawn(&series);
        let chart = Chart {
            series: &drawn,
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
            days: words,
            total: text::downloads(total),
            finding,
            wide,
            narrow,
            legend,
            notes: notes(&series, &gaps, view.split),
            columns,
            rows: rows(&series),
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

/// The series as it is drawn: without the first bin if only its end lies in the range, which would look like a rise.
fn drawn(series: &Series) -> Series {
    let mut drawn = series.clone();
    if begins_late(series) {
        drawn.bins.remove(0);
        for line in &mut drawn.lines {
            line.counts.remove(0);
        }
    }
    drawn
}

/// Whether the first bin is of a part only, and enough others follow.
fn begins_late(series: &Series) -> bool {
    series.bins.len() > 2 && series.bins[0].before > 0
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
    if series.bins.is_empty() {
        return "Nothing was collected in these days.".into();
    }
    if series.lines.is_empty() {
        return "No downloads of these days match the filters.".into();
    }
    let total: u64 = totals.iter().sum();
    let mut words = format!("{}, {days}.", text::downloads(total));
    let of_bin = |at: usize| series.lines.iter().map(|line| line.counts[at]).sum::<u64>();
    let highest = (0..series.bins.len()).rev().max_by_key(|&at| of_bin(at));
    if let Some(at) = highest.filter(|_| total > 0 && series.bins.len() > 1) {
        words += &format!(
            " Most in one {}: {} ({}).",
            series.interval.key(),
            text::thousands(of_bin(at)),
            bin_name(&series.bins[at], series.interval)
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

/// When a bin was.
fn bin_name(bin: &Bin, interval: Interval) -> String {
    match interval {
        Interval::Day => text::day(bin.first),
        Interval::Week => text::days(bin.first, bin.last),
        Interval::Month => text::month(bin.first),
    }
}

/// What one has to know to read the chart.
fn notes(series: &Series, gaps: &[(Day, Day)], split: Option<Dimension>) -> Vec<String> {
    let mut notes = Vec::new();
    let Some((first, last)) = series.bins.first().zip(series.bins.last()) else { return notes };
    if series.interval == Interval::Week {
        notes.push(format!("Weeks are counted back from {}.", text::day(last.last)));
    }
    let provisional: u32 = series.bins.iter().map(|bin| bin.provisional).sum();
    if provisional > 0 {
        notes.push(match provisional {
            1 => "Dashed: the last day is provisional and may still change.".into(),
            days => format!("Dashed: the last {days} days are provisional and may still change."),
        });
    }
    let counted = |bin: &Bin| {
        let length = downloads::days_between(bin.first, bin.last);
        format!("{} of the {length} days of {}", bin.collected, bin_name(bin, series.interval))
    };
    if begins_late(series) {
        notes.push(format!("Not drawn: {}, at the beginning.", counted(first)));
    }
    if last.after > 0 {
        notes.push(format!("Open ring at the end: so far {}.", counted(last)));
    }
    if series.bins.iter().any(|bin| bin.is_known() && bin.missing > 0) {
        let interval = series.interval.key();
        notes.push(format!("Open rings at hatching: what was collected of that {interval}."));
    }
    if !gaps.is_empty() {
        let mut named: Vec<String> =
            gaps.iter().take(GAPS_NAMED).map(|&(first, last)| text::days(first, last)).collect();
        if gaps.len() > GAPS_NAMED {
            named.push(format!("{} more stretches of days", gaps.len() - GAPS_NAMED));
        }
        notes.push(format!(
            "Hatched: {} not collected. What is not collected is unknown, not zero.",
            text::list(&named)
        ));
    }
    for it in BREAKS.into_iter().filter(|it| first.first < it.day && it.day <= last.last) {
        notes.push(format!("Dotted line, {}: {}.", it.short, it.what));
    }
    if let Some(dimension) = split
        && series.lines.iter().any(|line| line.key == LineKey::Rest)
    {
        notes.push(format!("“other” is every {} without a line of its own.", name(dimension)));
    }
    notes
}

/// The figures, newest first. None if there is no line.
fn rows(series: &Series) -> Vec<Row> {
    let row = |at: usize| {
        let bin = &series.bins[at];
        let mut notes = Vec::new();
        if bin.missing > 0 {
            notes.push(match bin.collected {
                0 => "not collected".into(),
                _ => format!("{} not collected", text::counted(bin.missing.into(), "day", "days")),
            });
        }
        if bin.before + bin.after > 0 {
            notes.push(match bin.after {
                0 => "not from its first day".into(),
                _ => "not over".into(),
            });
        }
        if bin.provisional > 0 {
            notes.push("provisional".into());
        }
        let count = |line: &Line| match bin.is_known() {
            true => text::thousands(line.counts[at]),
            false => "–".into(),
        };
        Row {
            bin: bin_name(bin, series.interval),
            counts: series.lines.iter().map(count).collect(),
            note: text::list(&notes),
        }
    };
    match series.lines[..] {
        [] => Vec::new(),
        _ => (0..series.bins.len()).rev().map(row).collect(),
    }
}
