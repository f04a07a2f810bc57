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
    /// The script of all pages: light and dark, stale data, copying.
    pub script: Asset<'a>,
    /// The picture in the tab of the browser: its path from the root of the site.
    pub icon: &'a str,
    /// Where the site will be found, with `/` at the end; `None` if nobody knows yet.
    pub base_url: Option<&'a str>,
    /// Where the page is, from the root of the site, such as `projects/x/`; `None` if it may be shown at any
    /// address.
    pub path: Option<&'a str>,
    /// The picture that other sites show for a link to the page: its path from the root of the site. `None` if
    /// there is none.
    pub card: Option<&'a str>,
    /// The folder from the root of the site that has the page's `feed.xml` and `feed.json`: empty, or ends in `/`.
    pub feeds: &'a str,
    /// The last collected day of what the page shows. `None` if nothing was collected.
    pub data_to: Option<downloads::Day>,
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
