//! The parts of a project's page that follow the view: in the page as it is sent, and again in the browser.

mod adoption;
mod basis;
pub(crate) mod controls;
mod counted;
mod facets;
mod finding;
mod found;
pub(crate) mod notes;
pub(crate) mod over_time;
mod plotted;
mod shown;
mod strip;
mod support;
pub mod take;
pub(crate) mod tiles;

use std::{convert::Infallible, sync::OnceLock};

use askama::Template;
use cube::Cube;
use downloads::{Dimension, Mirrors};
use metrics::Release;
use plotters::drawing::DrawingAreaErrorKind;

use crate::{Extent, View, text, view::Filter};
pub use found::{Found, found};
pub(crate) use notes::Note;
use {counted::Counted, over_time::OverTime, plotted::Plotted};

/// The regions by the id of their element, in the order of the page.
pub const REGIONS: [&str; 7] =
    ["tiles", "controls", "chips", "chart", "facets", "support", "releases"];

/// What stands where a figure needs more than the parts of the cube that are there.
pub(crate) const OLDER_DAYS: &str = "Older days are not here yet.";

/// One of the [`REGIONS`] with its HTML.
pub type Region = (&'static str, String);

/// What a page says that is not in the cube.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The name of the project, as people read it.
    pub project: &'a str,
    /// The installers that count as mirrors: those that the cube was built with.
    pub mirrors: &'a Mirrors,
    /// How much of the page is rendered.
    pub extent: Extent,
    /// Keeps the releases of the cube for the next view. `None` if there is none.
    pub releases: Option<&'a Releases>,
}

/// The releases of a cube, once it is whole and they were needed: then they are the same for each view.
pub type Releases = OnceLock<Vec<Release>>;

/// What a view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The title of the page.
    pub title: String,
    /// What is shown, in one short sentence, to be read out after a change.
    pub status: String,
    /// What is shown, in a sentence or two: the page's description.
    pub announcement: String,
    /// The regions in the order of the page, as many as the extent has.
    pub regions: Vec<Region>,
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
    let counted = Counted::of(cube, view);
    let plotted = Plotted::of(&counted, context);
    let chart = OverTime::of(&counted, &plotted, strip::Strip::of(&counted), context.extent)?;
    let title = match view.split() {
        None => format!("{}: downloads", context.project),
        Some(dimension) => format!("{}: downloads by {}", context.project, name(dimension)),
    };
    let status = chart.status(view);
    let announcement = chart.announcement(view);
    let below = match context.extent.is_whole() {
        true => below(&counted, &plotted.releases, context)?.into(),
        false => Vec::new(),
    };
    let [tiles, controls, chips, over_time, facets, ..] = REGIONS;
    let over_time = (over_time, chart.render()?);
    let OverTime { title: chart_title, head, wide, narrow, notes, .. } = chart;
    let mut regions = vec![
        (tiles, tiles::Tiles::of(&counted).render()?),
        (controls, controls::Controls::of(cube.days(), view).render()?),
        (chips, controls::Chips::of(view).map_or(Ok(String::new()), |chips| chips.render())?),
        over_time,
        (facets, facets::Facets::of(&counted, context.extent).render()?),
    ];
    regions.extend(below);
    Ok(Rendered {
        title,
        status,
        announcement,
        regions,
        chart: Drawn { title: chart_title, head, wide, narrow, notes },
    })
}

/// Renders the regions below all others, which do not come with what is in sight.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be shown.
pub fn render_below(
    cube: &Cube,
    view: &View,
    context: &Context<'_>,
) -> Result<[Region; 2], RenderError> {
    let counted = Counted::of(cube, view);
    below(&counted, &plotted::releases(cube, context), context)
}

fn below(
    counted: &Counted<'_>,
    dated: &[Release],
    context: &Context<'_>,
) -> Result<[Region; 2], RenderError> {
    let [.., support, releases] = REGIONS;
    let adoption = adoption::Releases::of(counted, dated, context)?;
    Ok([
        (support, support::MayWeDrop::of(counted, context).render()?),
        (releases, adoption.map_or(Ok(String::new()), |it| it.render())?),
    ])
}

/// The rows of the table of figures of a view, newest first: where the chart has too many of them, it comes without.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be shown.
pub fn figures(cube: &Cube, view: &View, context: &Context<'_>) -> Result<String, RenderError> {
    let counted = Counted::of(cube, view);
    let plotted = Plotted::of(&counted, context);
    let rows = over_time::rows(&plotted.chart());
    Ok(over_time::Figures { rows }.render()?)
}

/// What is folded away below the list of a dimension: where it is not in sight, it comes without.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be shown.
pub fn folded(cube: &Cube, view: &View, dimension: Dimension) -> Result<String, RenderError> {
    Ok(facets::folded(&Counted::of(cube, view), dimension).render()?)
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

/// The filters in words: `version 1.0 or 2.31.x, country DE`. Empty if there are none.
pub(crate) fn filters(view: &View) -> String {
    /// More are counted, not named.
    const NAMED: usize = 4;
    let all: Vec<Filter> = view.all_filters().collect();
    let of_dimension = |filters: &[Filter]| {
        let mut words: Vec<String> = filters.iter().take(NAMED).map(text::filter).collect();
        if filters.len() > NAMED {
            words.push(format!("{} more", filters.len() - NAMED));
        }
        format!("{} {}", name(filters[0].dimension()), words.join(" or "))
    };
    let words: Vec<String> =
        all.chunk_by(|a, b| a.dimension() == b.dimension()).map(of_dimension).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests;
