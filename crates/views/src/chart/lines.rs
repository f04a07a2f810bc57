//! The lines of a chart: where they run, where they are dashed, and what stands alone.
//!
//! A line joins whole bins only. A part of a bin is less than the bin: joined, it would look like a rise or a fall.

use std::ops::Range;

use metrics::{Bin, Line, Series};
use plotters::{
    element::{Circle, Polygon},
    series::LineSeries,
    style::Color,
};

use super::{Area, DrawingError, Time};
use crate::svg::{Ink, STEPS, Tone};

/// Radius of the mark of a bin that stands alone or is not whole, in steps.
const MARK: i32 = 3 * STEPS;

/// The stretches of whole bins, as ranges of places: through each of them runs a line.
fn stretches(bins: &[Bin]) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    for at in (0..bins.len()).filter(|&at| bins[at].is_whole()) {
        match stretches.last_mut() {
            Some(stretch) if stretch.end == at => stretch.end = at + 1,
            _ => stretches.push(at..at + 1),
        }
    }
    stretches
}

/// Whether any step of the lines is dashed.
pub(crate) fn has_dashes(series: &Series) -> bool {
    let bins = &series.bins;
    stretches(bins)
        .into_iter()
        .any(|stretch| stretch.len() > 1 && bins[stretch].iter().any(|bin| bin.provisional > 0))
}

/// Whether a bin is drawn as an open ring: only a part of it counts.
pub(crate) fn is_ring(bin: &Bin) -> bool {
    bin.is_known() && !bin.is_whole()
}

/// One line and where it lies.
pub(super) struct Pen<'a> {
    pub(super) series: &'a Series,
    pub(super) line: &'a Line,
    pub(super) time: &'a Time,
    pub(super) ink: Ink,
}

impl Pen<'_> {
    fn point(&self, at: usize) -> (f64, f64) {
        (self.time.middle(&self.series.bins[at]), self.line.counts[at] as f64)
    }

    /// The area below the line.
    pub(super) fn area(&self, plot: &mut Area<'_>) -> Result<(), DrawingError> {
        let stretches = stretches(&self.series.bins);
        for stretch in stretches.into_iter().filter(|stretch| stretch.len() > 1) {
            let mut corners: Vec<_> = stretch.map(|at| self.point(at)).collect();
            if let (Some(&(first, _)), Some(&(last, _))) = (corners.first(), corners.last()) {
                corners.extend([(last, 0.0), (first, 0.0)]);
            }
            plot.draw_series([Polygon::new(corners, self.ink.with(Tone::Faint).filled())])?;
        }
        Ok(())
    }

    /// The line through the whole bins, dashed from and to provisional ones; a dot where one stands alone.
    pub(super) fn line(&self, plot: &mut Area<'_>) -> Result<(), DrawingError> {
        let bins = &self.series.bins;
        for stretch in stretches(bins) {
            let mut from = stretch.start;
            while from + 1 < stretch.end {
                // As far as all steps look the same.
                let dashed = |at: usize| bins[at].provisional + bins[at + 1].provisional > 0;
                let to = (from + 1..stretch.end - 1)
                    .find(|&at| dashed(at) != dashed(from))
                    .unwrap_or(stretch.end - 1);
                let tone = if dashed(from) { Tone::Dashed } else { Tone::Solid };
                let points = (from..=to).map(|at| self.point(at));
                plot.draw_series(LineSeries::new(points, self.ink.with(tone)))?;
                from = to;
            }
            if stretch.len() == 1 {
                let dot = Circle::new(self.point(from), MARK, self.ink.solid().filled());
                plot.draw_series([dot])?;
            }
        }
        Ok(())
    }

    /// Open rings where only a part of a bin counts.
    pub(super) fn rings(&self, plot: &mut Area<'_>) -> Result<(), DrawingError> {
        let parts = (0..self.series.bins.len()).filter(|&at| is_ring(&self.series.bins[at]));
        plot.draw_series(parts.map(|at| Circle::new(self.point(at), MARK, self.ink.solid())))?;
        Ok(())
    }
}
