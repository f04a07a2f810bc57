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
        let count = |count: &u64| *count as f64;
        match chart.heights {
            Heights::Counts => {
                let heights = axis::heights(highest(series), steps);
                let ticks = heights.iter().map(|&it| (it as f64, axis::height_label(it)));
                Self::new(ticks.collect(), values(series, count))
            }
            Heights::Log => {
                let lowest = lowest(series);
                let base = lowest.checked_ilog10().map_or(1, |power| 10_u64.pow(power));
                let powers = axis::powers(lowest, highest(series), steps);
                let ticks = powers.iter().map(|&it| (log(it, base), axis::height_label(it)));
                Self::new(ticks.collect(), values(series, |&it| log(it, base)))
            }
            Heights::Shares => Self::of_shares(chart, steps),
        }
    }

    fn of_shares(chart: &Chart<'_>, steps: u64) -> Self {
        let is_stacked = chart.is_split();
        let mut lines = vec![Vec::new(); chart.series.lines.len()];
        for at in 0..chart.series.bins.len() {
            let whole = chart.whole(at);
            let mut sum = 0;
            for (line, heights) in chart.series.lines.iter().zip(&mut lines) {
                sum = line.counts[at].saturating_add(if is_stacked { sum } else { 0 });
                heights.push(if whole == 0 { 0.0 } else { 100.0 * sum as f64 / whole as f64 });
            }
        }
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

fn values(series: &Series, height: impl Fn(&u64) -> f64) -> Vec<Vec<f64>> {
    series.lines.iter().map(|line| line.counts.iter().map(&height).collect()).collect()
}

pub(super) fn highest(series: &Series) -> u64 {
    series.lines.iter().flat_map(|line| &line.counts).copied().max().unwrap_or(0)
}

/// The least count above zero; zero if there is none.
fn lowest(series: &Series) -> u64 {
    let counts = series.lines.iter().flat_map(|line| &line.counts).copied();
    counts.filter(|&count| count > 0).min().unwrap_or(0)
}

/// Of one `base` more, so that zero has a height too: a third of a step below `base`.
fn log(count: u64, base: u64) -> f64 {
    (count as f64 / base as f64 + 1.0).log10()
}
