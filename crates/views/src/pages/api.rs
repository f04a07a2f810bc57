//! The page of the JSON files: their addresses, shapes and meaning.

use askama::Template;
use downloads::ProjectName;

use super::Frame;
use crate::regions::RenderError;

/// The JSON files, each with an example.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "pages/api.html")]
pub struct ApiPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The project in the addresses of the page. `None` if there is none with data.
    pub project: Option<&'a ProjectName>,
    /// Excerpts of real files.
    pub examples: &'a [Example<'a>],
    /// The paths of the published JSON schemas, from the root of the site.
    pub schemas: &'a [&'a str],
}

/// An excerpt of a file.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    /// What it shows, in a few words.
    pub title: &'a str,
    /// The path of the whole file, from the root of the site.
    pub address: &'a str,
    /// The beginning of the file, or what is typical of it.
    pub excerpt: &'a str,
}

/// A file or a set of them: the path, where `NAME` is a project, and what is in it.
type Address = (&'static str, &'static str);

/// Our own shapes.
const OURS: [Address; 6] = [
    ("api/v1/projects.json", "all projects with their totals"),
    (
        "api/v1/projects/NAME.json",
        "one project: coverage, totals by audience with their change, downloads by day and audience, the values of every dimension, releases, what is known of the source",
    ),
    ("data/index.json", "every data file with size and SHA-256"),
    ("data/incidents.json", "what is known of the source: breaks, incidents, marks"),
    ("status.json", "how new the data is, and which days are missing"),
    ("feed.json", "what happened, as JSON Feed; also projects/NAME/feed.json"),
];

/// The shapes of other services.
const THEIRS: [Address; 7] = [
    ("api/packages/NAME/recent", "pypistats.org: last day, week and month, without mirrors"),
    ("api/packages/NAME/overall", "pypistats.org: by day, with and without mirrors"),
    ("api/packages/NAME/python_major", "pypistats.org: by day and major Python version"),
    ("api/packages/NAME/python_minor", "pypistats.org: by day and minor Python version"),
    ("api/packages/NAME/system", "pypistats.org: by day and operating system"),
    (
        "api/v2/projects/NAME",
        "pepy.tech: total, versions, downloads of the last months by day and version",
    ),
    (
        "badges/NAME/month.json",
        "shields.io endpoint: also day, week and total, and for each audience, such as month-ci.json",
    ),
];

impl ApiPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("JSON · {}", self.frame.site)
    }

    #[expect(clippy::unused_self, reason = "what the frame asks of every page")]
    fn summary(&self) -> &'static str {
        "The figures of this site as JSON files, in our own shape and in those of pypistats.org, pepy.tech and shields.io. No key, no limit."
    }

    /// The project of the examples, or what stands for one.
    fn name(&self) -> &str {
        self.project.map_or("NAME", ProjectName::as_str)
    }
}
