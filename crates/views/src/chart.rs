//! Downloads over time as a drawing.
//!
//! A day that was not collected is a hatched band and never a zero; what may still change is dashed.
//! What is only a part of a week or month is a ring beside the line, and never a rise or a fall.

mod labels;
mod lines;

use std::convert::Infallible;

use downloads::{BREAKS, Break, Day};
use metrics::{Bin, Line, LineKey, MAX_LINES, Series};
use plotters::{
    chart::{ChartBuilder, ChartContext},
    coord::{cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{PathElement, Rectangle},
    series::LineSeries,
    style::Color,
};

use crate::{
    axis,
    svg::{self, Ink, STEPS, Svg, fit, text_width},
};
use labels::{Labels, Side};
use lines::Pen;
pub(crate) use lines::{has_dashes, is_ring};

/// Why a drawing could not be made. The drawing itself never fails, so this is a mistake in the layout.
pub(crate) type DrawingError = DrawingAreaErrorKind<Infallible>;

type Area<'a> = ChartContext<'a, Svg<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The form of a drawing. It scales, so that two serve all screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For screens from 760 CSS pixels.
    Wide,
    /// For phones.
    Narrow,
    /// For a row of a table: no text.
    Spark,
}

impl Form {
    /// Width and height in CSS pixels.
    fn size(self) -> (u32, u32) {
        match self {
            Self::Wide => (1088, 360),
            Self::Narrow => (344, 240),
            Self::Spark => (120, 28),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Wide => "chart wide",
            Self::Narrow => "chart narrow",
            Self::Spark => "chart spark",
        }
    }

    /// Size of the font in CSS pixels: the largest that the style sheet uses for this form.
    fn font(self) -> f64 {
        match self {
            Self::Wide => 15.0,
            Self::Narrow | Self::Spark => 12.0,
        }
    }

    /// The most steps of the height axis.
    fn steps(self) -> u64 {
        match self {
            Self::Wide => 6,
            Self::Narrow | Self::Spark => 4,
        }
    }

    /// The most room for the names at the ends of the lines, in CSS pixels.
    fn names(self) -> f64 {
        match self {
            Self::Wide => 170.0,
            Self::Narrow => 84.0,
            Self::Spark => 0.0,
        }
    }
}

/// What a chart shows.
pub(crate) struct Chart<'a> {
    /// The figures.
    pub(crate) series: &'a Series,
    /// The names of the lines, in order, fit to be shown.
    pub(crate) names: &'a [String],
    /// Stretches of days that were not collected.
    pub(crate) gaps: &'a [(Day, Day)],
    /// What the chart is of.
    pub(crate) title: &'a str,
    /// What one sees in it, in words.
    pub(crate) finding: &'a str,
}

/// The drawing as an `<svg>` element. Without bins it has no lines.
pub(crate) fn draw(chart: &Chart<'_>, form: Form) -> Result<String, DrawingError> {
    let mut body = String::new();
    if !chart.series.bins.is_empty() {
        let (width, height) = form.size();
        let root = Svg::new(&mut body, width, height).into_drawing_area();
        match form {
            Form::Spark => spark(chart, &root)?,
            Form::Wide | Form::Narrow => draw_body(chart, form, &root)?,
        }
    }
    Ok(svg::document(form.class(), form.size(), chart.title, chart.finding, &body))
}

/// The ink of a line, by its place among the lines.
pub(crate) fn ink(line: &Line, place: usize) -> Ink {
    match (&line.key, u8::try_from(place)) {
        (LineKey::Rest, _) | (_, Err(_)) => Ink::Other,
        (_, Ok(place)) if usize::from(place) < MAX_LINES => Ink::Series(place),
        _ => Ink::Other,
    }
}

/// The breaks that are drawn: those between days that count.
pub(crate) fn breaks(series: &Series) -> impl Iterator<Item = Break> {
    let days = series.days();
    BREAKS
        .into_iter()
        .filter(move |it| days.is_some_and(|(first, last)| first < it.day && it.day <= last))
}

/// Where the days of a chart lie on its time axis, whose unit is a day.
struct Time {
    start: Day,
    /// The day after the last.
    end: Day,
}

impl Time {
    fn of(bins: &[Bin]) -> Option<Self> {
        let (first, last) = (bins.first()?, bins.last()?);
        Some(Self { start: first.first, end: last.last + chrono::Days::new(1) })
    }

    /// The morning of a day.
    fn at(&self, day: Day) -> f64 {
        (day - self.start).num_days() as f64
    }

    fn middle(&self, bin: &Bin) -> f64 {
        (self.at(bin.first) + self.at(bin.last) + 1.0) / 2.0
    }

    fn length(&self) -> f64 {
        self.at(self.end)
    }
}

fn draw_body<'a>(
    chart: &Chart<'_>,
    form: Form,
    root: &'a DrawingArea<Svg<'a>, plotters::coord::Shift>,
) -> Result<(), DrawingError> {
    let series = chart.series;
    let Some(time) = Time::of(&series.bins) else { return Ok(()) };
    let (width, font) = (f64::from(form.size().0), form.font());
    let split = series.lines.len() > 1;

    let heights = axis::heights(highest(series), form.steps());
    let top = heights.last().copied().unwrap_or(1);
    let left =
        heights.iter().map(|&it| text_width(&axis::height_label(it), font)).fold(0.0, f64::max)
            + 8.0;
    let widest = chart.names.iter().map(|name| text_width(name, font)).fold(0.0, f64::max);
    let right = if split { widest.min(form.names()) + 10.0 } else { 10.0 };

    let plot = ChartBuilder::on(root)
        .margin_left(steps(left))
        .margin_right(steps(right))
        .margin_top(steps(font + 12.0))
        .margin_bottom(steps(font + 12.0))
        .build_cartesian_2d(0.0..time.length(), 0.0..top as f64)?;
    let mut plot = plot;
    let mut labels = Labels::new(form.size(), font);
    let pixel = |plot: &Area<'_>, x: f64, y: f64| {
        let (x, y) = plot.backend_coord(&(x, y));
        (f64::from(x) / f64::from(STEPS), f64::from(y) / f64::from(STEPS))
    };

    let gaps = bands(chart.gaps, &time);
    plot.draw_series(gaps.iter().map(|&(from, to)| {
        Rectangle::new([(from, top as f64), (to, 0.0)], Ink::Gap.solid().filled())
    }))?;

    for &height in &heights {
        let ink = if height == 0 { Ink::Axis } else { Ink::Grid };
        let line = [(0.0, height as f64), (time.length(), height as f64)];
        plot.draw_series(LineSeries::new(line, ink.solid()))?;
        let (x, y) = pixel(&plot, 0.0, height as f64);
        labels.place(
            &axis::height_label(height),
            Ink::Axis,
            Side::Left,
            (x - 6.0, y + font * 0.35),
        );
    }
    let (_, base) = pixel(&plot, 0.0, 0.0);
    let (start, last) = (time.start, time.end - chrono::Days::new(1));
    let plot_width = width - left - right;
    for date in axis::dates(series.interval, start, last, plot_width, font) {
        let (x, _) = pixel(&plot, time.at(date.day), 0.0);
        root.draw(&PathElement::new([at((x, base)), at((x, base + 4.0))], Ink::Axis.solid()))?;
        labels.place(&date.label, Ink::Axis, Side::Middle, (x, base + font + 6.0));
    }

    for (place, line) in series.lines.iter().enumerate().rev() {
        let pen = Pen { series, line, time: &time, ink: ink(line, place) };
        if !split {
            pen.area(&mut plot)?;
        }
        pen.line(&mut plot)?;
        pen.rings(&mut plot)?;
    }

    if split {
        // A name belongs to the end of the line, not to the ring behind it.
        let last = series.bins.iter().rposition(Bin::is_whole);
        let last = last.or_else(|| series.bins.iter().rposition(Bin::is_known));
        let ends: Vec<_> = (0..series.lines.len())
            .filter_map(|place| {
                let line = &series.lines[place];
                let (_, y) = pixel(&plot, time.length(), line.counts[last?] as f64);
                Some((y, fit(chart.names.get(place)?, font, form.names()), ink(line, place)))
            })
            .collect();
        labels.place_ends(ends, width - right + 6.0, base);
    }

    for it in breaks(series) {
        let x = time.at(it.day);
        plot.draw_series(LineSeries::new([(x, 0.0), (x, top as f64)], Ink::Break.solid()))?;
        let (x, y) = pixel(&plot, x, top as f64);
        let at = (x, y - 6.0);
        let _ = labels.place(it.short, Ink::Break, Side::Middle, at)
            || labels.place(it.short, Ink::Break, Side::Left, at)
            || labels.place(it.short, Ink::Break, Side::Right, at);
    }
    for (from, to) in gaps {
        let ((from, y), (to, _)) = (pixel(&plot, from, top as f64), pixel(&plot, to, 0.0));
        let words = "not collected";
        if to - from > text_width(words, font) + 8.0 {
            labels.place(words, Ink::Gap, Side::Middle, ((from + to) / 2.0, y + font + 8.0));
        }
    }
    labels.draw(root)
}

/// A line in a row of a table.
fn spark<'a>(
    chart: &Chart<'_>,
    root: &'a DrawingArea<Svg<'a>, plotters::coord::Shift>,
) -> Result<(), DrawingError> {
    let Some(time) = Time::of(&chart.series.bins) else { return Ok(()) };
    let top = highest(chart.series).max(1) as f64;
    let mut plot = ChartBuilder::on(root)
        .margin(2 * STEPS)
        .build_cartesian_2d(0.0..time.length(), 0.0..top)?;
    plot.draw_series(
        bands(chart.gaps, &time)
            .into_iter()
            .map(|(from, to)| Rectangle::new([(from, top), (to, 0.0)], Ink::Gap.solid().filled())),
    )?;
    for line in &chart.series.lines {
        let pen = Pen { series: chart.series, line, time: &time, ink: Ink::Series(0) };
        pen.area(&mut plot)?;
        pen.line(&mut plot)?;
    }
    Ok(())
}

fn highest(series: &Series) -> u64 {
    series.lines.iter().flat_map(|line| &line.counts).copied().max().unwrap_or(0)
}

/// The gaps that can be seen, as stretches of the time axis.
fn bands(gaps: &[(Day, Day)], time: &Time) -> Vec<(f64, f64)> {
    gaps.iter()
        .map(|&(first, last)| (time.at(first).max(0.0), (time.at(last) + 1.0).min(time.length())))
        .filter(|(from, to)| from < to)
        .collect()
}

/// CSS pixels as steps of the drawing.
fn steps(pixels: f64) -> i32 {
    (pixels * f64::from(STEPS)).round() as i32
}

/// A point in CSS pixels as one in steps of the drawing.
fn at((x, y): (f64, f64)) -> (i32, i32) {
    (steps(x), steps(y))
}

#[cfg(test)]
mod tests;
