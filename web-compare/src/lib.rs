//! What JavaScript may call on the page of comparisons: projects beside each other, a thin skin over `views` like `web`.
//!
//! A module of its own, so that the pages of projects do not wait for what only this page needs.

use cube::Cube;
use downloads::{ProjectName, parse_day};
use views::{
    Extent, Range, Screen,
    compare::{self, CompareView, Project, State},
    take::Colors,
};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Projects and their cubes, to be compared.
#[wasm_bindgen]
#[derive(Default)]
pub struct Comparison {
    known: Vec<Known>,
}

/// What is there of a project.
struct Known {
    name: String,
    /// As its makers spell it.
    label: String,
    cube: Result<Cube, String>,
    /// Whether older parts will not come.
    given_up: bool,
}

#[wasm_bindgen]
impl Comparison {
    /// Without any project.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The projects that an address asks for, as their files are called.
    pub fn wanted(&self, query: &str) -> Vec<String> {
        CompareView::parse(query).projects().iter().map(ProjectName::to_string).collect()
    }

    /// What an address asks for and does not get, in a sentence or two. Empty if it gets everything.
    pub fn left_out(&self, query: &str) -> String {
        CompareView::left_out(query)
    }

    /// Adds a project with the newest part of its cube, not compressed.
    pub fn open(&mut self, name: &str, label: &str, part: &[u8]) -> Result<(), JsError> {
        let cube = Cube::decode(part)?;
        self.set(Known { name: name.into(), label: label.into(), cube: Ok(cube), given_up: false });
        Ok(())
    }

    /// Adds the next older part of a project.
    pub fn add(&mut self, name: &str, part: &[u8]) -> Result<(), JsError> {
        if let Some(Known { cube: Ok(cube), .. }) = self.known.iter_mut().find(|it| it.name == name)
        {
            cube.add(part)?;
        }
        Ok(())
    }

    /// Says why there is nothing of a project.
    pub fn lose(&mut self, name: &str, why: &str) {
        let (name, label, cube) = (name.into(), String::new(), Err(why.into()));
        self.set(Known { name, label, cube, given_up: true });
    }

    /// Says that older parts of a project will not come: what is there is shown.
    pub fn give_up(&mut self, name: &str) {
        if let Some(known) = self.known.iter_mut().find(|it| it.name == name) {
            known.given_up = true;
        }
    }

    /// Whether all parts of all projects are there that will ever come.
    #[wasm_bindgen(getter)]
    pub fn whole(&self) -> bool {
        let is_whole = |it: &Known| it.given_up || it.cube.as_ref().is_ok_and(Cube::is_whole);
        self.known.iter().all(is_whole)
    }

    /// Whether the projects and days that an address asks for are there, as far as they will ever come.
    pub fn covers(&self, query: &str) -> bool {
        let view = CompareView::parse(query);
        let known = |name: &ProjectName| self.known.iter().find(|it| it.name == name.as_str());
        let known: Option<Vec<&Known>> = view.projects().iter().map(known).collect();
        known.is_some_and(|known| {
            let coming = known.into_iter().filter(|it| !it.given_up);
            let cubes: Vec<&Cube> = coming.filter_map(|it| it.cube.as_ref().ok()).collect();
            compare::covers(&cubes, &view)
        })
    }

    /// Shows the comparison that the query of an address asks for: all of it, as it is printed.
    pub fn render(&self, query: &str) -> Result<RenderedComparison, JsError> {
        self.rendered(query, Extent::Whole)
    }

    /// Shows as much of the comparison as is in sight on a screen, wide or narrow.
    pub fn render_in_sight(
        &self,
        query: &str,
        is_wide: bool,
    ) -> Result<RenderedComparison, JsError> {
        let screen = if is_wide { Screen::Wide } else { Screen::Narrow };
        self.rendered(query, Extent::InSight(screen))
    }

    /// The rows of the table of figures of the comparison, for a table that does not come with it.
    pub fn figures(&self, query: &str) -> Result<String, JsError> {
        let view = CompareView::parse(query);
        Ok(compare::figures(&self.projects(&view), &view)?)
    }

    /// The query for the same comparison with more projects, separated by commas.
    pub fn with_projects(&self, query: &str, names: &str) -> String {
        CompareView::query_with(&CompareView::parse(query).query(), names)
    }

    /// The query for the same comparison of days of one's own, each `YYYY-MM-DD`, in either order. Unless
    /// both are days, it is the query of the same comparison.
    pub fn with_dates(&self, query: &str, from: &str, to: &str) -> String {
        let view = CompareView::parse(query);
        match (parse_day(from), parse_day(to)) {
            (Some(one), Some(other)) => {
                let range = Range::Own(one.min(other), one.max(other));
                view.with_view(view.view().with_range(range)).query()
            }
            _ => view.query(),
        }
    }

    /// The comparison of a query as `csv`, `markdown`, `svg` or `svg-dark`. `address` is where it is on the web.
    pub fn take(&self, query: &str, kind: &str, address: &str) -> Result<Taken, JsError> {
        let view = CompareView::parse(query);
        let projects = self.projects(&view);
        let (text, ending) = match kind {
            "csv" => (compare::csv(&projects, &view), "csv"),
            "markdown" => (compare::markdown(&projects, &view, address), "md"),
            "svg" => (compare::chart_file(&projects, &view, Colors::Light)?, "svg"),
            "svg-dark" => (compare::chart_file(&projects, &view, Colors::Dark)?, "dark.svg"),
            _ => return Err(JsError::new(&format!("a comparison cannot be taken as `{kind}`"))),
        };
        Ok(Taken { name: format!("{}.{ending}", compare::file_name(&view)), text })
    }
}

impl Comparison {
    fn rendered(&self, query: &str, extent: Extent) -> Result<RenderedComparison, JsError> {
        let view = CompareView::parse(query);
        let rendered = compare::render(&self.projects(&view), &view, extent)?;
        Ok(RenderedComparison { query: view.query(), rendered })
    }

    fn set(&mut self, known: Known) {
        self.known.retain(|it| it.name != known.name);
        self.known.push(known);
    }

    /// The projects of a view in its order.
    fn projects<'a>(&'a self, view: &'a CompareView) -> Vec<Project<'a>> {
        let state = |name: &ProjectName| match self.known.iter().find(|it| it.name == name.as_str())
        {
            Some(Known { cube: Ok(cube), label, .. }) => State::Here(label, cube),
            Some(Known { cube: Err(why), .. }) => State::Absent(why),
            None => State::Absent("is being loaded"),
        };
        view.projects().iter().map(|name| Project { name, state: state(name) }).collect()
    }
}

/// A comparison as the page shows it.
#[wasm_bindgen]
pub struct RenderedComparison {
    query: String,
    rendered: compare::RenderedComparison,
}

#[wasm_bindgen]
impl RenderedComparison {
    /// The query that leads back to it, without the question mark.
    #[wasm_bindgen(getter)]
    pub fn query(&self) -> String {
        self.query.clone()
    }

    /// The title of the page.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.rendered.title.clone()
    }

    /// What changed, in words to be read out.
    #[wasm_bindgen(getter)]
    pub fn announcement(&self) -> String {
        self.rendered.announcement.clone()
    }

    /// What stands in the region of the page. `None` if there is no region of that name.
    pub fn html(&self, region: &str) -> Option<String> {
        (region == compare::REGION).then(|| self.rendered.html.clone())
    }
}

/// A file with a comparison.
#[wasm_bindgen]
pub struct Taken {
    name: String,
    text: String,
}

#[wasm_bindgen]
impl Taken {
    /// What the file is called.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// What is in it.
    #[wasm_bindgen(getter)]
    pub fn text(&self) -> String {
        self.text.clone()
    }
}
