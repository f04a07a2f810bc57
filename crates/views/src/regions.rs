//! The parts of a project's page that follow the view: in the page as it is sent, and again in the browser.

mod controls;
mod facets;
mod notes;
mod over_time;
mod shown;
mod tiles;

use std::convert::Infallible;

use askama::Template;
use cube::{Cube, Selection};
use downloads::Dimension;
use plotters::drawing::DrawingAreaErrorKind;

use crate::{View, text};

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
    let shown = shown::Shown::of(cube.days(), &selection);
    let chart = over_time::OverTime::of(cube, view, &selection, &shown, context)?;
    let title = match view.split {
        None => format!("{}: downloads", context.project),
        Some(dimension) => format!("{}: downloads by {}", context.project, name(dimension)),
    };
    let announcement = chart.announcement(&selection);
    let [tiles, controls, chips, over_time, facets] = REGIONS;
    Ok(Rendered {
        title,
        announcement,
        regions: vec![
            (tiles, tiles::Tiles::of(cube, &selection).render()?),
            (controls, controls::Controls::of(cube.days(), view).render()?),
            (chips, controls::Chips::of(view).map_or(Ok(String::new()), |chips| chips.render())?),
            (over_time, chart.render()?),
            (facets, facets::Facets::of(cube, view, &selection, &shown).render()?),
        ],
    })
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
