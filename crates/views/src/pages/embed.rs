//! The chart of a project alone, to be shown in a page elsewhere.

use askama::Template;
use downloads::ProjectName;

use super::Frame;
use crate::regions::{RenderError, Rendered};

/// The chart of the default view, its words, and a link to the page of the project.
#[derive(Debug, Template)]
#[template(path = "pages/embed.html")]
pub struct EmbedPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The project's name in addresses.
    pub name: &'a ProjectName,
    /// The project's name as people read it.
    pub project: &'a str,
    /// The default view, as on the page of the project. `None` if nothing was collected.
    pub rendered: Option<&'a Rendered>,
}

impl EmbedPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    /// `22 Nov 2026`. `None` if nothing was collected.
    fn data_to(&self) -> Option<String> {
        self.frame.data_to.map(crate::text::day)
    }
}
