//! The pages of the site. The regions of a project's page are in [`regions`](crate::regions).

mod index;
mod project;

use askama::Template;

use crate::regions::RenderError;
pub use index::{IndexPage, ProjectRow};
pub use project::{Collected, Explorer, Freshness, Lateness, Link, ProjectPage};

/// What all pages have in common.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What leads from the page to the root of the site: empty, or ends in `/`.
    pub root: &'a str,
    /// The name of the site.
    pub site: &'a str,
    /// A line on top of every page, if there is one.
    pub notice: Option<&'a str>,
    /// The style sheet.
    pub style: Asset<'a>,
    /// The script that remembers light and dark.
    pub theme: Asset<'a>,
    /// The picture in the tab of the browser: its path from the root of the site.
    pub icon: &'a str,
}

/// A file that pages load.
#[derive(Clone, Copy, Debug)]
pub struct Asset<'a> {
    /// Where it is, from the root of the site.
    pub path: &'a str,
    /// What its `integrity` attribute says.
    pub integrity: &'a str,
}

/// The page for addresses that do not exist.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "pages/not_found.html")]
pub struct NotFoundPage<'a> {
    /// What all pages have. Its root must work at any depth.
    pub frame: Frame<'a>,
}

impl NotFoundPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }
}

#[cfg(test)]
mod tests;
