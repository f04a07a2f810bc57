//! The page on which projects are compared. What it compares stands in its address, so the figures come in the browser.

use askama::Template;

use super::{Asset, Frame, ProjectRow};
use crate::{compare::MAX_PROJECTS, regions::RenderError, text};

/// The most projects that are offered to be chosen from the table: the others are chosen by name.
const OFFERED: usize = 30;

/// The most names that are proposed while one is typed.
const PROPOSED: usize = 300;

/// The page of comparisons.
#[derive(Debug, Template)]
#[template(path = "pages/compare.html")]
pub struct ComparePage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// All projects, those with most downloads in the last 30 days first.
    pub rows: &'a [ProjectRow<'a>],
    /// What counts in the browser. `None` for a site without it, on which nothing can be compared.
    pub comparer: Option<Comparer<'a>>,
}

/// What the page needs for comparing.
#[derive(Clone, Copy, Debug)]
pub struct Comparer<'a> {
    /// The script that starts the module.
    pub start: Asset<'a>,
    /// The script of the module.
    pub module: Asset<'a>,
    /// The module.
    pub wasm: Asset<'a>,
}

impl ComparePage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("Compare projects – {}", self.frame.site)
    }

    fn summary(&self) -> String {
        format!("Downloads of up to {MAX_PROJECTS} projects of {} in one chart.", self.frame.site)
    }

    fn most(&self) -> usize {
        MAX_PROJECTS
    }

    /// The projects in the table.
    fn offered(&self) -> impl Iterator<Item = &ProjectRow<'_>> {
        self.rows.iter().filter(|row| row.figures.is_some()).take(OFFERED)
    }

    /// The names that are proposed.
    fn proposed(&self) -> impl Iterator<Item = &ProjectRow<'_>> {
        self.rows.iter().filter(|row| row.figures.is_some()).take(PROPOSED)
    }

    /// How many projects are not in the table, and the verb.
    fn more(&self) -> String {
        let count = self.rows.len() - self.offered().count();
        text::counted(count as u64, "more project is", "more projects are")
    }

    fn has_more(&self) -> bool {
        self.offered().count() < self.rows.len()
    }
}
