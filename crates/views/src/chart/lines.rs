//! The lines of a chart: where they run, where they are dashed, and what stands alone.
//!
//! A line joins whole bins only. A part of a bin is less than the bin: joined, it would look like a rise or a fall.

use std::ops::Range;

use metrics::Bin;
use plotters::{
    element::{Circle, Polygon},
    style::Color,
};

use super::{Chart, DrawingError, Plot, scale::Scale};
use crate::svg::{Ink, STEPS, Tone};

/// Radius of the mark of a bin that stands alone or is not whole, in steps.
const MARK: i32 = 3 * STEPS;

impl Chart<'_> {
    /// How many lines, from the first on, may differ in what is known of their bins: those of one project do not.
    fn known_apart(&self) -> usize {
        if self.own.is_empty() { self.series.lines.len().min(1) } else { self.own.len() }
    }

    /// Where each line runs, for as many as [differ](Self::known_apart).
    pub(super) fn runs(&self) -> Vec<Run> {
        let rings =
            |line| (0..self.series.bins.len()).filter(|&at| self.has_ring(line, at)).collect();
        (0..self.known_apart())
            .map(|line| Run { stretches: self.stretches(line), rings: rings(line) })
            .collect()
    }

    /// The stretches of bins that are joined, as ranges of places: through each of them runs a line.
    fn stretches(&self, line: usize) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for at in (0..self.series.bins.len()).filter(|&at| self.is_joined(line, at)) {
            match stretches.last_mut() {
                Some(stretch) if stretch.end == at => stretch.end = at + 1,
                _ => stretches.push(at..at + 1),
            }
        }
        stretches
    }

    /// Whether any step of the lines is dashed.
    pub(crate) fn has_dashes(&self) -> bool {
        (0..self.known_apart()).any(|line| {
            let bins = self.bins(line);
            self.stretches(line).into_iter().any(|stretch| {
                stretch.len() > 1 && bins[stretch].iter().any(|bin| bin.provisional > 0)
            })
        })
    }
}

/// Whether only a part of a bin counts.
pub(crate) fn is_ring(bin: &Bin) -> bool {
    bin.is_known() && !bin.is_whole()
}

/// Which bins of a line are joined, and which stand for themselves.
pub(super) struct Run {
    /// The stretches of bins that are joined.
    stretches: Vec<Range<usize>>,
    /// The bins with an open ring.
    rings: Vec<usize>,
}

/// One line and where it lies.
pub(super) struct Pen<'a> {
    pub(super) chart: &'a Chart<'a>,
    pub(super) run: &'a Run,
    pub(super) scale: &'a Scale,
    /// Which line, counted from 0.
    pub(super) place: usize,
    /// Where the middles of the bins lie on the time axis.
    pub(super) middles: &'a [f64],
    pub(super) ink: Ink,
}

impl Pen<'_> {
    fn point(&self, at: usize) -> (f64, f64) {
        (self.middles[at], self.scale.lines[self.place][at])
    }

    /// The area below a line that is alone, and of a part of a whole. On a log scale an area means nothing.
    pub(super) fn area(&self, plot: &Plot<'_>) -> Result<(), DrawingError> {
        let tone = match self.chart.is_stacked {
            true => Tone::Full,
            false if self.chart.is_log || self.chart.is_split() => return Ok(()),
            false => Tone::Faint,
        };
        for stretch in self.run.stretches.iter().filter(|stretch| stretch.len() > 1) {
            let mut corners: Vec<_> = stretch.clone().map(|at| self.point(at)).collect();
            let floor = |at: usize| (self.point(at).0, self.scale.floor(self.place, at));
            match self.chart.is_stacked {
                true => corners.extend(stretch.clone().rev().map(floor)),
                false => corners.extend([floor(stretch.end - 1), floor(stretch.start)]),
            }
            let corners: Vec<_> = corners.into_iter().map(|it| plot.at(it)).collect();
            plot.root.draw(&Polygon::new(corners, self.ink.with(tone).filled()))?;
        }
        Ok(())
    }

    /// The line through the joined bins, dashed from and to provisional ones; a dot where one stands alone.
    pub(super) fn line(&self, plot: &Plot<'_>) -> Result<(), DrawingError> {
        let bins = self.chart.bins(self.place);
        for stretch in &self.run.stretches {
            let mut from = stretch.start;
            while from + 1 < stretch.end {
                // As far as all steps look the same.
                let dashed = |at: usize| bins[at].provisional + bins[at + 1].provisional > 0;
                let to = (from + 1..stretch.end - 1)
                    .find(|&at| dashed(at) != dashed(from))
                    .unwrap_or(stretch.end - 1);
                let tone = if dashed(from) { Tone::Dashed } else { Tone::Solid };
                let points = (from..=to).map(|at| self.point(at)).collect();
                plot.line(points, self.ink.with(tone))?;
                from = to;
            }
            if stretch.len() == 1 {
                let at = plot.at(self.point(from));
                plot.root.draw(&Circle::new(at, MARK, self.ink.solid().filled()))?;
            }
        }
        Ok(())
    }

    /// Open rings where only a part of a bin counts.
    pub(super) fn rings(&self, plot: &Plot<'_>) -> Result<(), DrawingError> {
        // Stacked, a ring of nothing would lie on the one below.
        let counts = &self.chart.series.lines[self.place].counts;
        let is_seen = |at: usize| !self.chart.is_stacked || counts[at] > 0;
        for &at in self.run.rings.iter().filter(|&&at| is_seen(at)) {
            plot.root.draw(&Circle::new(plot.at(self.point(at)), MARK, self.ink.solid()))?;
        }
        Ok(())
    }
}
