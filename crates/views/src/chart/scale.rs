//! How high things stand in a chart: counts, counts on a log scale, or shares.

use metrics::Series;

use super::Chart;
use crate::{Heights, axis};

/// The heights of all lines, in units of the axis.
pub(super) struct Scale {
    /// The height of the upper edge.
    pub(super) top: f64,
    /// The heights that have a line to read them by, and its label, from zero upwards.
    pub(super) ticks: Vec<(f64, String)>,
    /// The height of each line at each bin. Stacked, each stands on the one before.
    pub(super) lines: Vec<Vec<f64>>,
    /// Whether the lines are the edges of parts of a whole.
    pub(super) is_stacked: bool,
}

impl Scale {
    /// With at most so many steps from zero to the upper edge.
    pub(super) fn of(chart: &Chart<'_>, steps: u64) -> Self {
        let series = chart.series;
        match (chart.heights, chart.is_log) {
            (Heights::Shares, _) => Self::of_shares(chart, steps),
            (Heights::Counts | Heights::Totals, true) => {
                let lowest = lowest(series) / chart.per;
                let base = lowest.checked_ilog10().map_or(1, |power| 10_u64.pow(power));
                let powers = axis::powers(lowest, highest(series).div_ceil(chart.per), steps);
                // Of one `base` more, so that zero has a height too: a third of a step below `base`.
                let height = |count: f64| (count / base as f64 + 1.0).log10();
                let ticks = powers.iter().map(|&it| (height(it as f64), axis::height_label(it)));
                let lines = edges(series, false);
                let heights = |line: Vec<u64>| {
                    line.into_iter().map(|it| height(it as f64 / chart.per as f64)).collect()
                };
                Self::new(ticks.collect(), lines.into_iter().map(heights).collect())
            }
            (Heights::Counts | Heights::Totals, false) => {
                let lines = edges(series, chart.is_stacked);
                let highest = lines.iter().flatten().copied().max().unwrap_or(0);
                let ticks = axis::heights(highest.div_ceil(chart.per), steps);
                let ticks = ticks.iter().map(|&it| (it as f64, axis::height_label(it)));
                let heights = |line: Vec<u64>| {
                    line.into_iter().map(|it| it as f64 / chart.per as f64).collect()
                };
                let lines = lines.into_iter().map(heights).collect();
                Self { is_stacked: chart.is_stacked, ..Self::new(ticks.collect(), lines) }
            }
        }
    }

    fn of_shares(chart: &Chart<'_>, steps: u64) -> Self {
        let is_stacked = chart.is_stacked;
        let wholes: Vec<u64> = (0..chart.series.bins.len()).map(|at| chart.whole(at)).collect();
        let percent = |(sum, &whole): (u64, &u64)| match whole {
            0 => 0.0,
            whole => 100.0 * sum as f64 / whole as f64,
        };
        let lines: Vec<Vec<f64>> = edges(chart.series, is_stacked)
            .into_iter()
            .map(|line| line.into_iter().zip(&wholes).map(percent).collect())
            .collect();
        let highest = match is_stacked {
            true => 100,
            false => lines.iter().flatten().copied().fold(0.0, f64::max).ceil() as u64,
        };
        let ticks = axis::heights(highest, steps.min(5))
            .into_iter()
            .filter(|&it| it <= 100)
            .map(|it| (it as f64, format!("{it}\u{a0}%")));
        Self { is_stacked, ..Self::new(ticks.collect(), lines) }
    }

    fn new(ticks: Vec<(f64, String)>, lines: Vec<Vec<f64>>) -> Self {
        let top = ticks.last().map_or(1.0, |it| it.0);
        Self { top, ticks, lines, is_stacked: false }
    }

    /// On what a line stands at a bin.
    pub(super) fn floor(&self, line: usize, at: usize) -> f64 {
        match line.checked_sub(1) {
            Some(below) if self.is_stacked => self.lines[below][at],
            _ => 0.0,
        }
    }
}

/// The counts of each line; stacked, with those of the lines before.
fn edges(series: &Series, is_stacked: bool) -> Vec<Vec<u64>> {
    let mut below = vec![0_u64; series.bins.len()];
    let mut edge = |counts: &Vec<u64>| {
        if !is_stacked {
            return counts.clone();
        }
        for (below, &count) in below.iter_mut().zip(counts) {
            *below = below.saturating_add(count);
        }
        below.clone()
    };
    series.lines.iter().map(|line| edge(&line.counts)).collect()
}

pub(super) fn highest(series: &Series) -> u64 {
    series.lines.iter().flat_map(|line| &line.counts).copied().max().unwrap_or(0)
}

/// The least count above zero; zero if there is none.
fn lowest(series: &Series) -> u64 {
    let counts = series.lines.iter().flat_map(|line| &line.counts).copied();
    counts.filter(|&count| count > 0).min().unwrap_or(0)
}
