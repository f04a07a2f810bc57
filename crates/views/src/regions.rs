//! The parts of a project's page that follow the view: in the page as it is sent, and again in the browser.

mod controls;
mod facets;
mod finding;
mod notes;
mod over_time;
mod plotted;
mod shown;
mod strip;
mod tiles;

use std::convert::Infallible;

use askama::Template;
use cube::{Cube, Selection};
use downloads::Dimension;
use plotters::drawing::DrawingAreaErrorKind;

use crate::{
    View,
    chart::{self, Head},
    svg::Palette,
    text,
};
pub(crate) use notes::Note;
use {over_time::OverTime, plotted::Plotted, shown::Shown};

/// The regions by the id of their element, in the order of the page.
pub const REGIONS: [&str; 5] = ["tiles", "controls", "chips", "chart", "facets"];

/// What a page says that is not in the cube.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The name of the project, as people read it.
    pub project: &'a str,
}

/// What a view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The title of the page.
    pub title: String,
    /// What is shown, in a sentence or two: for a screen reader after a change, and as the page's description.
    pub announcement: String,
    /// The [`REGIONS`] with their HTML.
    pub regions: Vec<(&'static str, String)>,
    /// The chart alone, as it is in its region too.
    pub(crate) chart: Drawn,
}

/// A chart with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) title: String,
    /// How many downloads on which days.
    pub(crate) head: String,
    pub(crate) wide: String,
    pub(crate) narrow: String,
    /// What one has to know to read it.
    pub(crate) notes: Vec<Note>,
}

/// Which colors a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Why a view could not be rendered. Neither depends on what is in the cube.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template could not be filled in.
    #[error("cannot fill in a template")]
    Template(#[from] askama::Error),
    /// A chart could not be drawn.
    #[error("cannot draw a chart")]
    Drawing(#[from] DrawingAreaErrorKind<Infallible>),
}

/// Renders all regions for a view of a cube.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be shown.
pub fn render(cube: &Cube, view: &View, context: &Context<'_>) -> Result<Rendered, RenderError> {
    let selection = view.selection(cube.days());
    let shown = Shown::of(cube.days(), &selection);
    let plotted = Plotted::of(cube, view, &selection, &shown, context);
    let strip = strip::Strip::of(cube, &selection);
    let chart = OverTime::of(view, &plotted, &shown, strip)?;
    let title = match view.split {
        None => format!("{}: downloads", context.project),
        Some(dimension) => format!("{}: downloads by {}", context.project, name(dimension)),
    };
    let announcement = chart.announcement(&selection);
    let [tiles, controls, chips, over_time, facets] = REGIONS;
    let over_time = (over_time, chart.render()?);
    let OverTime { title: chart_title, head, wide, narrow, notes, .. } = chart;
    Ok(Rendered {
        title,
        announcement,
        regions: vec![
            (tiles, tiles::Tiles::of(cube, &selection).render()?),
            (controls, controls::Controls::of(cube.days(), view).render()?),
            (chips, controls::Chips::of(view).map_or(Ok(String::new()), |chips| chips.render())?),
            over_time,
            (facets, facets::Facets::of(cube, view, &selection, &shown).render()?),
        ],
        chart: Drawn { title: chart_title, head, wide, narrow, notes },
    })
}

/// The chart of the default view as an SVG file that needs nothing beside it: 800 by 340 CSS pixels, with the
/// name of the project, the days, how many downloads, and how far the data goes.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be drawn.
pub fn chart_file(
    cube: &Cube,
    context: &Context<'_>,
    colors: Colors,
) -> Result<String, RenderError> {
    let view = View::default();
    let selection = view.selection(cube.days());
    let shown = Shown::of(cube.days(), &selection);
    let plotted = Plotted::of(cube, &view, &selection, &shown, context);
    let total = match &shown.nothing {
        None => format!("{}, {}", text::downloads(plotted.totals.iter().sum()), shown.days),
        Some(_) => shown.days.clone(),
    };
    let last = cube.days().last_collected();
    let head = Head {
        project: &text::visible(context.project),
        what: &plotted.title,
        total: &total,
        data_to: &last.map_or(String::new(), |last| format!("data to {}", text::day(last))),
    };
    let palette = match colors {
        Colors::Light => &Palette::LIGHT,
        Colors::Dark => &Palette::DARK,
    };
    Ok(chart::draw_file(&plotted.chart(), &head, palette)?)
}

/// A dimension in the middle of a sentence.
fn name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Version => "version",
        Dimension::Python => "Python",
        Dimension::Country => "country",
        Dimension::Installer => "installer",
        Dimension::System => "operating system",
        Dimension::FileType => "file type",
        Dimension::Audience => "audience",
        Dimension::Cpu => "CPU",
    }
}

/// The filters in words: `version 1.0 or 1.1, country DE`. Empty if there are none.
fn filters(selection: &Selection) -> String {
    /// More are counted, not named.
    const NAMED: usize = 4;
    let of_dimension = |dimension| {
        let values = selection.filter(dimension);
        let mut words: Vec<String> =
            values.iter().take(NAMED).map(|value| text::value(dimension, value)).collect();
        if values.len() > NAMED {
            words.push(format!("{} more", values.len() - NAMED));
        }
        (!words.is_empty()).then(|| format!("{} {}", name(dimension), words.join(" or ")))
    };
    let words: Vec<String> = Dimension::ALL.into_iter().filter_map(of_dimension).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests;
