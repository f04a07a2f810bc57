//! The releases at the time axis: a tick each, and the version where there is room.

use metrics::Release;

use super::{
    Time,
    labels::{Labels, Side},
};
use crate::{
    svg::{Ink, fit},
    text,
};

/// The most room for a version, in CSS pixels.
const WIDEST: f64 = 84.0;

/// How far apart ticks are at least, in CSS pixels.
const APART: f64 = 4.0;

/// The releases within the time of a chart, given the earliest first: those that say more of the project come
/// first, the newer before the older.
pub(super) fn ranked<'r>(releases: &'r [Release], time: &Time) -> Vec<&'r Release> {
    let of_level = |wanted| {
        let shown = |it: &&Release| time.start <= it.first && it.first < time.end;
        releases.iter().rev().filter(shown).filter(move |it| level(it) == wanted)
    };
    (0..=2).flat_map(of_level).collect()
}

/// 0 for releases such as 2.0, 1 for those such as 2.1, 2 for all others.
fn level(release: &Release) -> usize {
    let numbers = release.numbers().unwrap_or_default();
    let significant = numbers.iter().rposition(|&it| it > 0).map_or(0, |at| at + 1);
    significant.saturating_sub(1).min(2)
}

/// Places the versions on the base line `y`; returns where the ticks stand, in CSS pixels. `x` gives the place
/// of a release.
pub(super) fn place(
    ranked: &[&Release],
    labels: &mut Labels,
    x: impl Fn(&Release) -> f64,
    y: f64,
) -> Vec<f64> {
    let mut ticks: Vec<f64> = Vec::new();
    for release in ranked {
        let x = x(release);
        let version = fit(&text::visible(&release.version), labels.font(), WIDEST);
        let middle = labels.inside(&version, x);
        let is_placed = labels.place(&version, Ink::Release, Side::Middle, (middle, y));
        if is_placed || ticks.iter().all(|it| (it - x).abs() >= APART) {
            ticks.push(x);
        }
    }
    ticks
}
