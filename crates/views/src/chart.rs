//! Downloads over time as a drawing.
//!
//! A day that was not collected is a hatched band and never a zero; what may still change is dashed.
//! What is only a part of a week or month is a ring beside the line, and never a rise or a fall.

mod curves;
mod file;
mod labels;
mod lines;
mod releases;
mod scale;

use std::convert::Infallible;

use downloads::{BREAKS, Break, Day, Incident, days_between, incidents_between};
use metrics::{Axis, Bin, Compared, Line, LineKey, MAX_LINES, Release, Series};
use plotters::{
    coord::{CoordTranslate, Shift, cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{PathElement, Rectangle},
    style::{Color, RGBColor},
};

use crate::{
    Heights, axis,
    svg::{self, Ink, Palette, STEPS, Svg, fit, text_width},
    text::decimals,
};
pub(crate) use curves::{Curve, draw as draw_curves};
pub(crate) use file::{Head, draw_file};
use labels::{Labels, Side};
use lines::Pen;
pub(crate) use lines::is_ring;
use scale::Scale;

/// Why a drawing could not be made. The drawing itself never fails, so this is a mistake in the layout.
pub(crate) type DrawingError = DrawingAreaErrorKind<Infallible>;

/// The drawing as plotters sees it, in steps.
type Root<'a> = DrawingArea<Svg<'a>, Shift>;

/// The drawing, and where days and heights lie in it.
struct Plot<'a> {
    root: &'a Root<'a>,
    coordinates: Cartesian2d<RangedCoordf64, RangedCoordf64>,
}

impl<'a> Plot<'a> {
    /// Between these margins (top, bottom, left and right, in CSS pixels), from 0 to so many days and to this height.
    fn new(root: &'a Root<'a>, margins: [f64; 4], length: f64, top: f64) -> Self {
        let [upper, lower, left, right] = margins.map(|it| steps(it).max(0));
        let (x, y) = root.margin(upper, lower, left, right).get_pixel_range();
        let pixels = (x.start..x.end - 1, y.end - 1..y.start);
        Self { root, coordinates: Cartesian2d::new(0.0..length, 0.0..top, pixels) }
    }

    /// In steps of the drawing.
    fn at(&self, point: (f64, f64)) -> (i32, i32) {
        self.coordinates.translate(&point)
    }

    /// In CSS pixels.
    fn pixel(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.at((x, y));
        (f64::from(x) / f64::from(STEPS), f64::from(y) / f64::from(STEPS))
    }

    fn line(&self, points: Vec<(f64, f64)>, color: RGBColor) -> Result<(), DrawingError> {
        draw_path(self.root, points.into_iter().map(|it| self.at(it)).collect(), color)
    }
}

/// Draws a line through these points, in steps. One function for all lines: the browser has it once.
fn draw_path(
    root: &Root<'_>,
    points: Vec<(i32, i32)>,
    color: RGBColor,
) -> Result<(), DrawingError> {
    root.draw(&PathElement::new(points, color))
}

/// The form of a drawing. It scales, so that two serve all screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For screens from 760 CSS pixels.
    Wide,
    /// For phones.
    Narrow,
    /// A file of its own in these colors, with a head.
    File(&'static Palette),
}

impl Form {
    /// Width and height in CSS pixels.
    fn size(self) -> (u32, u32) {
        match self {
            Self::Wide => (1088, 376),
            Self::Narrow => (344, 256),
            Self::File(_) => (800, 340),
        }
    }

    /// Size of the font in CSS pixels: the largest that the style sheet uses for this form.
    fn font(self) -> f64 {
        match self {
            Self::Wide => 15.0,
            Self::Narrow => 12.0,
            Self::File(_) => 13.0,
        }
    }

    /// The most steps of the height axis.
    fn steps(self) -> u64 {
        match self {
            Self::Wide => 6,
            Self::Narrow | Self::File(_) => 4,
        }
    }

    /// The most room for the names at the ends of the lines, in CSS pixels.
    fn names(self) -> f64 {
        match self {
            Self::Wide | Self::File(_) => 170.0,
            Self::Narrow => 84.0,
        }
    }

    /// What is left free above the chart, in CSS pixels.
    fn head(self) -> f64 {
        match self {
            Self::Wide | Self::Narrow => 0.0,
            Self::File(_) => file::HEAD,
        }
    }

    /// What is left free at the left edge, in CSS pixels.
    fn edge(self) -> f64 {
        match self {
            Self::Wide | Self::Narrow => 0.0,
            Self::File(_) => file::EDGE,
        }
    }

    fn palette(self) -> Option<&'static Palette> {
        match self {
            Self::Wide | Self::Narrow => None,
            Self::File(palette) => Some(palette),
        }
    }
}

/// What a chart shows.
#[derive(Clone, Copy)]
pub(crate) struct Chart<'a> {
    /// The figures.
    pub(crate) series: &'a Series,
    /// What each count is divided by to be shown: the days of an average, else 1. Of an index, whose counts are
    /// thousandths, 1,000.
    pub(crate) per: u64,
    /// The names of the lines, in order, fit to be shown.
    pub(crate) names: &'a [String],
    /// Stretches of days that were not collected.
    pub(crate) gaps: &'a [(Day, Day)],
    /// The releases that may be marked.
    pub(crate) releases: &'a [Release],
    /// What the heights stand for.
    pub(crate) heights: Heights,
    /// Whether equal steps of the heights are equal factors. Neither shares nor stacked areas are drawn so.
    pub(crate) is_log: bool,
    /// Whether the lines are the upper edges of areas on top of each other.
    pub(crate) is_stacked: bool,
    /// What the shares of a chart without a split are of: a count for each bin. Empty otherwise.
    pub(crate) wholes: &'a [u64],
    /// Of averages, which bins have one. `None` if the figures are no averages.
    pub(crate) known: Option<&'a [bool]>,
    /// Of running totals, how many days up to the end of each bin were not collected. `None` if the figures are no
    /// running totals.
    pub(crate) missing: Option<&'a [u32]>,
    /// What is known of each line, if they are of different projects. Empty if the same is known of all.
    pub(crate) own: &'a [Compared],
    /// What the time axis counts.
    pub(crate) axis: Axis,
    /// What the chart is of.
    pub(crate) title: &'a str,
    /// What one sees in it, in words.
    pub(crate) finding: &'a str,
}

impl Chart<'_> {
    /// Whether there is more than one line.
    pub(crate) fn is_split(&self) -> bool {
        self.series.lines.len() > 1
    }

    /// What the shares of a bin are of.
    pub(crate) fn whole(&self, at: usize) -> u64 {
        match self.wholes.get(at) {
            Some(&whole) => whole,
            None => {
                self.series.lines.iter().fold(0, |sum, line| sum.saturating_add(line.counts[at]))
            }
        }
    }

    /// Whether there is a figure of a bin.
    pub(crate) fn is_known(&self, at: usize) -> bool {
        self.known.map_or(self.series.bins[at].is_known(), |known| known[at])
    }

    /// The bins of a line.
    pub(crate) fn bins(&self, line: usize) -> &[Bin] {
        self.own.get(line).map_or(&self.series.bins, |own| &own.bins)
    }

    /// Whether a line may join a bin with its neighbors: all of it is known.
    pub(crate) fn is_joined(&self, line: usize, at: usize) -> bool {
        let known = match (self.own.get(line), self.known) {
            (Some(own), _) => own.known[at],
            (None, Some(known)) => known[at],
            (None, None) if self.missing.is_some() => is_total(&self.series.bins[at]),
            (None, None) => self.series.bins[at].is_whole(),
        };
        known && (self.heights != Heights::Shares || self.whole(at) > 0)
    }

    /// Whether a bin is drawn as an open ring: only a part of it counts. Parts of a whole and averages have none.
    pub(crate) fn has_ring(&self, line: usize, at: usize) -> bool {
        let may = self.known.is_none() && !(self.heights == Heights::Shares && self.is_stacked);
        let bin = &self.bins(line)[at];
        if let Some(own) = self.own.get(line) {
            return bin.is_known() && !own.known[at];
        }
        match self.missing {
            Some(_) => bin.is_known() && !is_total(bin),
            None => may && is_ring(bin),
        }
    }

    /// The releases that are marked.
    pub(crate) fn has_releases(&self) -> bool {
        Time::of(&self.series.bins)
            .is_some_and(|time| !releases::ranked(self.releases, &time).is_empty())
    }
}

/// The drawing as an `<svg>` element. Without bins it has no lines.
///
/// `data-plot` says where its time axis begins and ends, in CSS pixels of the drawing, for the script that
/// points at a bin.
pub(crate) fn draw(chart: &Chart<'_>, form: Form) -> Result<String, DrawingError> {
    let (body, ends) = draw_body(chart, form)?;
    let class = if form == Form::Narrow { "chart narrow" } else { "chart wide" };
    let plot = ends.map(|ends| <[f64; 2]>::from(ends).map(|it| decimals(it, 0)).join(" "));
    let plot = plot.map_or(String::new(), |ends| format!(" data-plot=\"{ends}\""));
    let attributes = format!("class=\"{class}\"{plot}");
    Ok(svg::document(&attributes, form.size(), chart.title, chart.finding, &body))
}

/// The marks of a drawing, and where its time axis begins and ends in CSS pixels.
fn draw_body(chart: &Chart<'_>, form: Form) -> Result<(String, Option<(f64, f64)>), DrawingError> {
    let mut body = String::with_capacity(8 << 10);
    let mut ends = None;
    if !chart.series.bins.is_empty() {
        let root = Svg::new(&mut body, form.size(), form.palette()).into_drawing_area();
        ends = draw_marks(chart, form, &root)?;
    }
    Ok((body, ends))
}

/// The ink of a line, by its place among the lines.
pub(crate) fn ink(line: &Line, place: usize) -> Ink {
    match (&line.key, u8::try_from(place)) {
        (LineKey::Rest, _) | (_, Err(_)) => Ink::Other,
        (_, Ok(place)) if usize::from(place) < MAX_LINES => Ink::Series(place),
        _ => Ink::Other,
    }
}

/// Whether a running total of a bin may be joined with its neighbors: it is that of its end, and nothing is missing
/// in it. Where the range begins inside of the bin, it begins with that day.
fn is_total(bin: &Bin) -> bool {
    bin.is_known() && bin.missing + bin.after + bin.cut == 0
}

/// The breaks that are drawn: those between days that count.
pub(crate) fn breaks(series: &Series) -> impl Iterator<Item = Break> {
    let days = series.days();
    BREAKS
        .into_iter()
        .filter(move |it| days.is_some_and(|(first, last)| first < it.day && it.day <= last))
}

/// The incidents that are drawn: those that touch days that count.
pub(crate) fn incidents(series: &Series) -> impl Iterator<Item = Incident> {
    series.days().into_iter().flat_map(|(first, last)| incidents_between(first, last))
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

    fn length(&self) -> f64 {
        self.at(self.end)
    }

    /// The part of a stretch of days that can be seen. `None` if there is none.
    fn band(&self, first: Day, last: Day) -> Option<(f64, f64)> {
        let (from, to) = (self.at(first).max(0.0), (self.at(last) + 1.0).min(self.length()));
        (from < to).then_some((from, to))
    }
}

/// The middles of bins without holes, in days from the beginning of the first.
fn middles(bins: &[Bin]) -> Vec<f64> {
    let mut start = 0.0;
    let middle = |bin: &Bin| {
        let length = f64::from(days_between(bin.first, bin.last));
        start += length;
        start - length / 2.0
    };
    bins.iter().map(middle).collect()
}

fn draw_marks<'a>(
    chart: &Chart<'_>,
    form: Form,
    root: &'a Root<'a>,
) -> Result<Option<(f64, f64)>, DrawingError> {
    let series = chart.series;
    let Some(time) = Time::of(&series.bins) else { return Ok(None) };
    let (width, font) = (f64::from(form.size().0), form.font());
    let scale = Scale::of(chart, form.steps());
    let releases = releases::ranked(chart.releases, &time);

    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text_width(text, font)).fold(0.0, f64::max)
    };
    let left = widest(&mut scale.ticks.iter().map(|it| &*it.1)) + form.edge() + 8.0;
    let names = widest(&mut chart.names.iter().map(String::as_str));
    let right = if chart.is_split() { names.min(form.names()) + 10.0 } else { 10.0 };
    // One lane for the dates, and one for the releases if there are any.
    let lane = font + 4.0;
    let lanes = if releases.is_empty() { lane } else { 2.0 * lane };

    let margins = [form.head() + font + 12.0, lanes + 8.0, left, right];
    let plot = Plot::new(root, margins, time.length(), scale.top);
    let mut labels = Labels::new(form.size(), form.head(), font);

    let gaps: Vec<_> = chart.gaps.iter().filter_map(|&(from, to)| time.band(from, to)).collect();
    let incidents: Vec<_> = incidents(series)
        .filter_map(|it| Some((time.band(it.first, it.last)?, it.short)))
        .collect();
    // A day of many years would be too narrow to be seen.
    let least = 2.0 * time.length() / (width - left - right);
    let bands = gaps.iter().map(|&band| (band, Ink::Gap));
    let bands = bands.chain(incidents.iter().map(|&((from, to), _)| {
        let more = ((least - (to - from)) / 2.0).max(0.0);
        (((from - more).max(0.0), (to + more).min(time.length())), Ink::Incident)
    }));
    for ((from, to), ink) in bands {
        let corners = [plot.at((from, scale.top)), plot.at((to, 0.0))];
        root.draw(&Rectangle::new(corners, ink.solid().filled()))?;
    }

    for (at, (height, label)) in scale.ticks.iter().enumerate() {
        let ink = if at == 0 { Ink::Axis } else { Ink::Grid };
        plot.line(vec![(0.0, *height), (time.length(), *height)], ink.solid())?;
        let (x, y) = plot.pixel(0.0, *height);
        labels.place(label, Ink::Axis, Side::Left, (x - 6.0, y + font * 0.35));
    }
    let (_, base) = plot.pixel(0.0, 0.0);
    let (start, last) = (time.start, time.end - chrono::Days::new(1));
    let room = width - left - right;
    let dates = match chart.axis {
        Axis::Days => axis::dates(series.interval, start, last, room, font),
        Axis::Ages => axis::ages(start, last, room, font),
    };
    for date in dates {
        let (x, _) = plot.pixel(time.at(date.day), 0.0);
        draw_path(root, vec![at((x, base)), at((x, base + 4.0))], Ink::Axis.solid())?;
        labels.place(&date.label, Ink::Axis, Side::Middle, (x, base + lane));
    }
    let middle = |release: &Release| plot.pixel(time.at(release.first) + 0.5, 0.0).0;
    for x in releases::place(&releases, &mut labels, middle, base + 2.0 * lane) {
        draw_path(root, vec![at((x, base - 7.0)), at((x, base))], Ink::Release.solid())?;
    }

    let middles = middles(&series.bins);
    let runs = chart.runs();
    for (place, line) in series.lines.iter().enumerate().rev() {
        let Some(run) = runs.get(place).or(runs.first()) else { continue };
        let ink = ink(line, place);
        let pen = Pen { chart, run, scale: &scale, place, middles: &middles, ink };
        pen.area(&plot)?;
        pen.line(&plot)?;
        pen.rings(&plot)?;
    }

    if chart.is_split() {
        // Few, so they are inserted and not sorted: a sort is large in the module of the browser.
        let mut ends: Vec<(f64, String, Ink)> = Vec::new();
        for (place, (line, name)) in series.lines.iter().zip(chart.names).enumerate() {
            // A name belongs to the end of the line, not to the ring behind it.
            let joined = (0..series.bins.len()).rev().find(|&at| chart.is_joined(place, at));
            let last = joined.or_else(|| chart.bins(place).iter().rposition(Bin::is_known));
            let Some(last) = last else { continue };
            if line.counts[last] == 0 {
                // Many lines may end at zero: their names would pile up far from them.
                continue;
            }
            let height = match chart.is_stacked {
                true => (scale.lines[place][last] + scale.floor(place, last)) / 2.0,
                false => scale.lines[place][last],
            };
            let (_, y) = plot.pixel(time.length(), height);
            let name = fit(name, font, form.names());
            let below = ends.partition_point(|it| it.0 <= y);
            ends.insert(below, (y, name, ink(line, place)));
        }
        labels.place_ends(ends, width - right + 6.0, base);
    }

    let mut above = |text: &str, ink, x: f64| {
        let (x, y) = plot.pixel(x, scale.top);
        let sides = [Side::Middle, Side::Left, Side::Right];
        let _ = sides.into_iter().any(|side| labels.place(text, ink, side, (x, y - 6.0)));
    };
    for it in breaks(series) {
        above(it.short, Ink::Break, time.at(it.day));
    }
    for ((from, to), short) in incidents {
        above(short, Ink::Incident, (from + to) / 2.0);
    }
    let words = "not collected";
    let wide = |(from, to): (f64, f64)| {
        let per_day = (width - left - right) / time.length();
        (to - from) * per_day > text_width(words, font) + 8.0
    };
    for &(from, to) in gaps.iter().filter(|&&gap| !wide(gap)) {
        above(words, Ink::Gap, (from + to) / 2.0);
    }
    for it in breaks(series) {
        let x = time.at(it.day);
        plot.line(vec![(x, 0.0), (x, scale.top)], Ink::Break.solid())?;
    }
    for (from, to) in gaps.into_iter().filter(|&gap| wide(gap)) {
        let (x, y) = plot.pixel((from + to) / 2.0, scale.top);
        labels.place(words, Ink::Gap, Side::Middle, (x, y + font + 8.0));
    }
    labels.draw(root)?;
    Ok(Some((left, width - right)))
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
