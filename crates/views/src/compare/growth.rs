//! The table of a comparison: how much, and how it changed.

use downloads::days_between;
use metrics::Axis;

use super::{CompareView, plotted::Plotted};
use crate::{
    regions::tiles::{Told, told, uncertain},
    text,
};

/// One row for each project.
pub(super) struct Growth {
    pub(super) days: String,
    /// What changes are against. `None` if there are no changes: before the first download there is nothing.
    pub(super) before: Option<String>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) class: String,
    pub(super) downloads: String,
    pub(super) share: String,
    pub(super) change: Told,
    /// The highest figure of a whole bin, and when.
    pub(super) highest: String,
    pub(super) when: String,
    /// The day of the first download.
    pub(super) first: String,
    /// What is not final or not whole; empty if nothing.
    pub(super) notes: String,
}

impl Growth {
    /// `None` if no days are shown.
    pub(super) fn of(plotted: &Plotted<'_>, view: &CompareView) -> Option<Self> {
        let range = plotted.range?;
        let length = u64::from(days_between(range.0, range.1));
        let before = match length {
            1 => "the day before".into(),
            _ => format!("the {} days before", text::thousands(length)),
        };
        let total: u64 = plotted.totals().sum();
        // Beside a project of which days are missing here, shares would be wrong.
        let is_there = view.axis() == Axis::Ages
            || plotted.members.iter().all(|it| it.not_loaded(range.0, range.1) == 0);
        let rows = (0..plotted.members.len()).map(|at| {
            let (member, daily, line) =
                (&plotted.members[at], &plotted.daily[at], &plotted.counts[at]);
            let figure = daily.figure(range);
            let (highest, when) = match line.highest() {
                Some(at) => (text::thousands(line.counts[at]), plotted.bin_name(&line.bins[at])),
                None => ("–".into(), String::new()),
            };
            let mut notes = Vec::new();
            // Days before the first one or after the last are no gaps.
            let first = daily.days.first().filter(|&first| first > range.0);
            let last = daily.days.last_collected().filter(|&last| last < range.1);
            let outside = first.map_or(0, |it| days_between(range.0, it) - 1)
                + last.map_or(0, |it| days_between(it, range.1) - 1);
            if let Some(first) = first {
                notes.push(format!("no data before {}", text::day(first)));
            }
            if let Some(last) = last {
                notes.push(match view.axis() {
                    Axis::Days => format!("no data after {}", text::day(last)),
                    Axis::Ages => {
                        let days = days_between(range.0, last);
                        format!("so far {}", text::counted(days.into(), "day", "days"))
                    }
                });
            }
            if let Some(since) = member.cube.loaded_from().filter(|_| !member.cube.is_whole()) {
                notes.push(format!("days before {} not loaded", text::day(since)));
            }
            let missing =
                figure.missing.saturating_sub(outside + member.not_loaded(range.0, range.1));
            if missing > 0 {
                let days = text::counted(missing.into(), "day", "days");
                notes.push(format!("{days} not collected"));
            }
            notes.extend(uncertain(&figure));
            if let Some(it) = figure.across {
                notes.push(format!("{} on {}", it.short, text::day(it.day)));
            }
            let first = match member.first_download {
                _ if !member.cube.is_whole() => "–".into(),
                Some(first) => format!("{}{}", text::day(first), member.or_before()),
                None => "none".into(),
            };
            Row {
                name: member.name.into(),
                label: text::visible(member.label),
                class: format!("s{}", at + 1),
                downloads: text::thousands(figure.downloads),
                share: text::share(figure.downloads, total)
                    .filter(|_| is_there)
                    .unwrap_or_else(|| "–".into()),
                change: told(figure.change, &before),
                highest,
                when,
                first,
                notes: text::list(&notes),
            }
        });
        Some(Self {
            days: plotted.span(range),
            before: (view.axis() == Axis::Days).then(|| before.clone()),
            rows: rows.collect(),
        })
    }
}
