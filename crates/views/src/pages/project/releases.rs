//! How each release was taken up since its first day.

use cube::{Cube, Selection};
use metrics::{AFTER_DAYS, Adoption};

use crate::{svg, text};

/// How many releases are told of.
const MOST: usize = 10;

/// How many of them have a curve.
const CURVES: usize = 8;

/// Width and height of a curve, in CSS pixels.
const SIZE: (u32, u32) = (200, 64);

/// How many weeks a curve is wide.
const WEEKS: usize = 26;

/// The section.
#[derive(Debug)]
pub(super) struct Releases {
    pub(super) rows: Vec<Row>,
    /// What changed in the way of counting while they were taken up, if anything did.
    pub(super) note: Option<String>,
}

/// One release.
#[derive(Debug)]
pub(super) struct Row {
    /// Fit to be shown.
    pub(super) version: String,
    /// When it was first downloaded.
    pub(super) first: String,
    pub(super) first_iso: String,
    /// Its share of the last 30 days.
    pub(super) month: String,
    /// Its share after so many days.
    pub(super) after: [String; AFTER_DAYS.len()],
    /// How long it took to half of the downloads.
    pub(super) half: String,
    /// The curve as an `<svg>` element; empty where there is too little for one.
    pub(super) curve: String,
}

impl Releases {
    /// `None` if there is no release whose first day is known.
    pub(super) fn of(cube: &Cube, selection: &Selection) -> Option<Self> {
        let adoption = metrics::adoption(cube, selection, MOST);
        let last = cube.days().last_collected()?;
        let month = cube.days().range(last - chrono::Days::new(29), last);
        let total: u64 = match adoption.is_empty() {
            true => return None,
            false => cube.by_day(selection)[month].iter().sum(),
        };
        let rows = adoption.iter().enumerate().map(|(at, it)| {
            let curve = if at < CURVES { curve(it) } else { String::new() };
            row(it, total, curve)
        });
        let first = adoption.iter().map(|it| it.release.first).min().unwrap_or(last);
        let note = downloads::break_between(first, last).map(|it| {
            format!("Shares before and after {} count differently: {}.", text::day(it.day), it.what)
        });
        Some(Self { rows: rows.collect(), note })
    }

    /// Those that have a curve.
    pub(super) fn curves(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.curve.is_empty())
    }
}

fn row(adoption: &Adoption, total: u64, curve: String) -> Row {
    let first = adoption.release.first;
    Row {
        version: text::visible(&adoption.release.version),
        first: text::day(first),
        first_iso: first.to_string(),
        month: text::share(adoption.month, total).unwrap_or_else(|| "–".into()),
        after: adoption.after.map(|it| it.map_or_else(|| "–".into(), text::fraction)),
        half: adoption
            .half
            .map_or_else(|| "–".into(), |days| text::counted(days.into(), "day", "days")),
        curve,
    }
}

/// The share of a release from nothing to all, week by week. A week that is not known interrupts it.
fn curve(adoption: &Adoption) -> String {
    let known = adoption.curve.iter().flatten();
    let Some(peak) = known.copied().max_by(f64::total_cmp) else { return String::new() };
    let (width, height) = SIZE;
    let (step, floor) = (f64::from(width - 8) / (WEEKS - 1) as f64, f64::from(height - 4));
    let mut path = String::new();
    let mut dots = String::new();
    let share = |at: usize| adoption.curve.get(at).copied().flatten();
    for at in 0..adoption.curve.len() {
        let Some(known) = share(at) else { continue };
        let x = 4.0 + step * at as f64;
        let y = floor - known * f64::from(height - 8);
        let before = at.checked_sub(1).and_then(share);
        path += &format!("{}{x:.1} {y:.1}", if before.is_none() { 'M' } else { 'L' });
        if before.is_none() && share(at + 1).is_none() {
            dots += &format!("<circle class=\"dot s1\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>");
        }
    }
    let right = width - 4;
    let half = floor - f64::from(height - 8) / 2.0;
    let body = format!(
        "<path class=\"grid\" d=\"M4 {half:.0}H{right}\"/><path class=\"axis\" d=\"M4 {floor:.0}H{right}\"/><path class=\"s1\" d=\"{path}\"/>{dots}"
    );
    let version = text::visible(&adoption.release.version);
    let finding = format!(
        "Share of all downloads, week by week since {}. Highest: {}.",
        text::day(adoption.release.first),
        text::fraction(peak)
    );
    svg::document(
        "class=\"chart curve\"",
        SIZE,
        &format!("{version}: share of downloads"),
        &finding,
        &body,
    )
}
