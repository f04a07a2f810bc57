//! The page for addresses that do not exist.

use askama::Template;

use super::Frame;
use crate::regions::RenderError;

/// The page for addresses that do not exist. Its script tries the normal spelling of a project's name.
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

    fn title(&self) -> String {
        format!("Page not found · {}", self.frame.site)
    }

    #[expect(clippy::unused_self, reason = "what the frame asks of every page")]
    fn summary(&self) -> &'static str {
        "There is no page at this address."
    }
}
