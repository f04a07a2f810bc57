//! What JavaScript may call: a thin skin over `views`, which makes the same HTML for `site-gen`.
//!
//! Nothing here panics, because a module that did could not be called again: what comes from outside
//! is text, and any text is a view.

mod figures;
mod found;
mod parts;
mod take;

use cube::Cube;
use downloads::{Mirrors, parse_day};
use views::{
    Extent, Range, Screen, View,
    regions::{self, Region},
};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// The cube of one project, ready to be asked.
#[wasm_bindgen]
pub struct Explorer {
    cube: Cube,
    project: String,
    mirrors: Mirrors,
    releases: regions::Releases,
}

#[wasm_bindgen]
impl Explorer {
    /// Opens the bytes of a cube, not compressed. `mirrors` are the installers that count as such, a line each.
    #[wasm_bindgen(constructor)]
    pub fn new(cube: &[u8], project: &str, mirrors: &str) -> Result<Explorer, JsError> {
        let mirrors = Mirrors::new(mirrors.lines().map(String::from));
        let (cube, releases) = (Cube::decode(cube)?, regions::Releases::new());
        Ok(Self { cube, project: project.into(), mirrors, releases })
    }

    /// Shows the view that the query of an address asks for: all of it, as pages are sent.
    pub fn render(&self, query: &str) -> Result<Rendered, JsError> {
        self.rendered(query, Extent::Whole)
    }

    /// Shows as much of the view as is in sight on a screen, wide or narrow. The regions below come by
    /// [`render_below`](Self::render_below), lists that are folded away by [`folded`](Self::folded).
    pub fn render_in_sight(&self, query: &str, is_wide: bool) -> Result<Rendered, JsError> {
        self.rendered(query, in_sight(is_wide))
    }

    /// The regions below all others, for a screen, wide or narrow.
    pub fn render_below(&self, query: &str, is_wide: bool) -> Result<Below, JsError> {
        let context = self.context(in_sight(is_wide));
        Ok(Below(regions::render_below(&self.cube, &View::parse(query), &context)?))
    }

    /// The list of a dimension, by its key in addresses, that is folded away in the view of a query.
    pub fn folded(&self, query: &str, dimension: &str) -> Result<String, JsError> {
        Ok(regions::folded(&self.cube, &View::parse(query), dimension.parse()?)?)
    }

    /// The query for the same view of days of one's own, each `YYYY-MM-DD`, in either order. Unless
    /// both are days, it is the query of the same view.
    pub fn with_dates(&self, query: &str, from: &str, to: &str) -> String {
        let view = View::parse(query);
        match (parse_day(from), parse_day(to)) {
            (Some(one), Some(other)) => {
                view.with_range(Range::Own(one.min(other), one.max(other))).query()
            }
            _ => view.query(),
        }
    }
}

impl Explorer {
    fn rendered(&self, query: &str, extent: Extent) -> Result<Rendered, JsError> {
        let view = View::parse(query);
        let rendered = regions::render(&self.cube, &view, &self.context(extent))?;
        Ok(Rendered { query: view.query(), rendered })
    }

    fn context(&self, extent: Extent) -> regions::Context<'_> {
        let Self { project, mirrors, releases, .. } = self;
        regions::Context { project, mirrors, extent, releases: Some(releases) }
    }
}

fn in_sight(is_wide: bool) -> Extent {
    Extent::InSight(if is_wide { Screen::Wide } else { Screen::Narrow })
}

/// The HTML of a region, if it is one of these.
fn html_of(regions: &[Region], region: &str) -> Option<String> {
    regions.iter().find(|(id, _)| *id == region).map(|(_, html)| html.clone())
}

/// The regions below all others.
#[wasm_bindgen]
pub struct Below([Region; 2]);

#[wasm_bindgen]
impl Below {
    /// What stands in a region of the page. `None` if it is none of these.
    pub fn html(&self, region: &str) -> Option<String> {
        html_of(&self.0, region)
    }
}

/// A view as the page shows it.
#[wasm_bindgen]
pub struct Rendered {
    query: String,
    rendered: regions::Rendered,
}

#[wasm_bindgen]
impl Rendered {
    /// The query that leads back to this view, without the question mark. Empty for the default.
    #[wasm_bindgen(getter)]
    pub fn query(&self) -> String {
        self.query.clone()
    }

    /// The title of the page.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.rendered.title.clone()
    }

    /// What is shown, in one short sentence, to be read out.
    #[wasm_bindgen(getter)]
    pub fn announcement(&self) -> String {
        self.rendered.status.clone()
    }

    /// What stands in a region of the page. `None` if there is no region of that name, or if it is below what is in
    /// sight.
    pub fn html(&self, region: &str) -> Option<String> {
        html_of(&self.rendered.regions, region)
    }
}

#[cfg(test)]
mod tests;
