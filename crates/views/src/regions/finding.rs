//! What a chart shows, in words.

use metrics::Series;

use super::notes;
use crate::{Heights, View, chart, text};

/// What the chart shows, in a few sentences.
pub(super) fn of(
    series: &Series,
    names: &[String],
    totals: &[u64],
    days: &str,
    view: &View,
) -> String {
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
    if view.heights() == Heights::Totals && bins.iter().any(|bin| bin.missing > 0) {
        words += " Days that were not collected are missing in the running total.";
    }
    for it in chart::breaks(series) {
        words += &format!(" The way of counting changed on {}.", text::day(it.day));
    }
    words
}
