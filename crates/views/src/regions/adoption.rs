//! How the newest releases were taken up since their first days.

use askama::Template;
use downloads::Dimension;
use metrics::{AFTER_DAYS, Adoption, Release};

use super::{
    Context, Counted, OLDER_DAYS,
    basis::{self, Basis},
    controls::Choice,
};
use crate::{
    Extent,
    chart::{Curve, DrawingError, draw_curves},
    text,
    view::Filter,
};

/// How many releases are told of.
const MOST: usize = 10;

/// How many of them have a curve: as many as there are inks.
const CURVES: usize = 8;

/// Days from one point of a curve to the next.
const WEEK: usize = 7;

/// How many weeks the chart is wide.
const WEEKS: usize = 26;

/// The region.
#[derive(Template)]
#[template(path = "parts/releases.html")]
pub(super) struct Releases {
    /// Whose downloads these are shares of.
    basis: String,
    /// Why there is nothing to show yet. `None` if there is.
    wait: Option<&'static str>,
    rows: Vec<Row>,
    /// The chart for wide screens and for phones, one of them empty if not in sight. `None` if no share is known.
    drawings: Option<[String; 2]>,
    /// The figures of the chart by the days they are told after, and one for each curve.
    weeks: Vec<(usize, Vec<String>)>,
    /// What one has to know to read it, a sentence each.
    notes: Vec<String>,
}

/// One release.
struct Row {
    choice: Choice,
    /// Its place among the curves, from 1; 0 if it has none.
    place: usize,
    /// When it was first downloaded.
    first: String,
    first_iso: String,
    /// Its share of the last 30 days.
    month: String,
    /// Its share after so many days.
    after: [String; AFTER_DAYS.len()],
    /// How long it took to half of the downloads, and from its peak to half of that.
    half: String,
    half_life: String,
}

impl Releases {
    /// Of the dated releases of the cube, the earliest first, which are known only if the cube is whole. `None` if
    /// there are none.
    pub(super) fn of(
        counted: &Counted<'_>,
        dated: &[Release],
        context: &Context<'_>,
    ) -> Result<Option<Self>, DrawingError> {
        let is_whole = counted.cube.is_whole();
        if is_whole && dated.is_empty() {
            return Ok(None);
        }
        let basis = Basis::of(counted, context.mirrors, &[Dimension::Version]);
        let mut region = Self {
            basis: basis.words,
            wait: None,
            rows: Vec::new(),
            drawings: None,
            weeks: Vec::new(),
            notes: basis.passed_over.into_iter().collect(),
        };
        if !is_whole {
            region.wait = Some(OLDER_DAYS);
            return Ok(Some(region));
        }
        let newest: Vec<Release> = dated.iter().rev().take(MOST).cloned().collect();
        let adoption = metrics::adoption(counted.cube, &basis.selection, &newest);
        region.rows = adoption.iter().enumerate().map(|(at, it)| row(at, it, counted)).collect();
        let curves = &adoption[..adoption.len().min(CURVES)];
        let first = newest.iter().map(|it| it.first).min();
        if let Some((first, last)) = first.zip(counted.cube.days().last_collected())
            && let Some(it) = downloads::break_between(first, last)
        {
            let day = text::day(it.day);
            region
                .notes
                .push(format!("Shares before and after {day} count differently: {}.", it.what));
        }
        if curves.iter().any(|it| it.peak.is_some()) {
            region.draw(curves, context.extent)?;
        }
        Ok(Some(region))
    }

    /// The names of the curves.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter(|row| row.place > 0).map(|row| &*row.choice.label)
    }

    /// Adds the chart of these releases and its figures.
    fn draw(&mut self, adoption: &[Adoption], extent: Extent) -> Result<(), DrawingError> {
        let curves: Vec<Curve<'_>> = adoption
            .iter()
            .zip(&self.rows)
            .map(|(it, row)| Curve {
                name: &row.choice.label,
                shares: &it.curve,
                provisional: it.provisional,
            })
            .collect();
        let finding = finding(adoption);
        let draw = |form| {
            let title = "Share of downloads since the first day of each release";
            draw_curves(&curves, (WEEK, WEEK * WEEKS), (title, &finding), form)
        };
        self.drawings = Some(extent.draw(draw)?);
        if adoption.iter().any(|it| it.curve.iter().any(Option::is_none)) {
            self.notes.push("Where a curve is interrupted, not all days were collected.".into());
        }
        if adoption.iter().any(|it| it.provisional > 0) {
            self.notes.push("Dashed: with provisional days, which may still change.".into());
        }
        let weeks = adoption.iter().map(|it| it.curve.len()).max().unwrap_or(0);
        let share = |it: &Adoption, week: usize| match it.curve.get(week) {
            Some(share) => share.map_or_else(|| "–".into(), text::fraction),
            None => String::new(),
        };
        self.weeks = (0..weeks)
            .map(|week| (WEEK * (week + 1), adoption.iter().map(|it| share(it, week)).collect()))
            .collect();
        Ok(())
    }
}

/// What one sees in the curves, in words.
fn finding(adoption: &[Adoption]) -> String {
    let mut highest: Option<(&Adoption, f64)> = None;
    for (it, peak) in adoption.iter().filter_map(|it| Some((it, it.peak?))) {
        if highest.is_none_or(|(_, most)| peak > most) {
            highest = Some((it, peak));
        }
    }
    let halves = adoption.iter().filter(|it| it.peak.is_some_and(|it| it >= 0.5)).count();
    let highest = highest.map_or(String::new(), |(it, peak)| {
        let version = text::visible(&it.release.version);
        format!("The highest share of 7 days: {} of {version}. ", text::fraction(peak))
    });
    format!(
        "{highest}{halves} of {} releases had half of the downloads at some time.",
        adoption.len()
    )
}

fn row(at: usize, adoption: &Adoption, counted: &Counted<'_>) -> Row {
    let Adoption { release, .. } = adoption;
    let filter = Filter::Value(Dimension::Version, cube::Value::Known(release.version.clone()));
    let days = |days: Option<u32>| match days {
        Some(days) => text::counted(days.into(), "day", "days"),
        None => "–".into(),
    };
    Row {
        choice: basis::toggle("release", &filter, counted.view),
        place: if at < CURVES { at + 1 } else { 0 },
        first: text::day(release.first),
        first_iso: release.first.to_string(),
        month: text::share(adoption.month, adoption.month_of).unwrap_or_else(|| "–".into()),
        after: adoption.after.map(|it| it.map_or_else(|| "–".into(), text::fraction)),
        half: days(adoption.half),
        half_life: days(adoption.half_life),
    }
}

#[cfg(test)]
mod tests;
