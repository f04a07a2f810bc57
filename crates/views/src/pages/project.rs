//! The page of one project.

mod audience;
mod freshness;
mod share;

use askama::Template;
use downloads::{Counted, Day, Mirrors, ProjectName};
use metrics::Tiles;

use super::{Asset, Frame};
use crate::{
    regions::{RenderError, Rendered},
    text,
};
use audience::Audiences;
pub use freshness::{Collected, Freshness, Lateness};
pub use share::{BadgeSnippet, DataFile, DataFiles};

/// One project: its figures, how they are counted, and how to take them along.
#[derive(Debug, Template)]
#[template(path = "pages/project.html")]
pub struct ProjectPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The project's name in addresses.
    pub name: &'a ProjectName,
    /// The project's name as people read it.
    pub project: &'a str,
    /// One line on what it is, if there is one.
    pub description: Option<&'a str>,
    /// Where else to read about it, apart from PyPI.
    pub links: &'a [Link<'a>],
    /// How far the data goes.
    pub freshness: &'a Freshness,
    /// The place among the projects of the site by the downloads of the last 30 days, from 1, and how many
    /// projects there are. `None` if it is alone or not known.
    pub rank: Option<(u64, u64)>,
    /// The default view. `None` if nothing was collected.
    pub rendered: Option<&'a Rendered>,
    /// What stands beside the view. `None` if nothing was collected.
    pub sections: Option<&'a Sections>,
    /// The badges to choose from. Without any there is nothing about sharing on the page.
    pub badges: &'a [BadgeSnippet<'a>],
    /// The files with the figures. `None` if there are none.
    pub files: Option<DataFiles<'a>>,
    /// The installers that count as mirrors.
    pub mirrors: &'a Mirrors,
    /// What exploring needs. `None` leaves the page without controls.
    pub explorer: Option<Explorer<'a>>,
}

/// What a page says beside the view: who downloads.
#[derive(Debug)]
pub struct Sections {
    audiences: Audiences,
}

impl Sections {
    /// Of a project with these [`metrics::recent`] figures.
    pub fn of(recent: &[(Counted, Tiles)]) -> Self {
        Self { audiences: Audiences::of(recent) }
    }
}

/// The files of the explorer.
#[derive(Clone, Copy, Debug)]
pub struct Explorer<'a> {
    /// The script that starts it.
    pub start: Asset<'a>,
    /// The script of the module, which the first one imports: fetched early, and checked.
    pub module: Asset<'a>,
    /// The WebAssembly module.
    pub wasm: Asset<'a>,
    /// The newest part of the project's cube.
    pub newest: Part<'a>,
    /// The other parts, the newest first.
    pub older: &'a [Part<'a>],
}

/// A part of a cube: some of its days.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// Its file.
    pub file: Asset<'a>,
    /// Size of the file in bytes.
    pub size: usize,
    /// The first of its days. Its last is the day before the first of the next newer part.
    pub first: Day,
}

/// A link to another site.
#[derive(Clone, Debug)]
pub struct Link<'a> {
    label: &'a str,
    address: &'a str,
}

impl<'a> Link<'a> {
    /// A link with this text. `None` unless the address begins with `http://` or `https://`: any other kind
    /// could run something.
    pub fn new(label: &'a str, address: &'a str) -> Option<Self> {
        let web = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
        web.then_some(Self { label, address })
    }
}

impl ProjectPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        self.rendered.map_or_else(
            || format!("{}: downloads", self.project),
            |rendered| rendered.title.clone(),
        )
    }

    fn summary(&self) -> String {
        let said = self
            .rendered
            .map_or("Nothing has been collected yet.", |rendered| &rendered.announcement);
        format!("{}: {said}", self.project)
    }

    /// The HTML of one of the regions; empty if it has none. The controls are left out where nothing answers
    /// them.
    fn region<'r>(&self, rendered: &'r Rendered, id: &str) -> &'r str {
        rendered.regions.iter().find(|it| it.0 == id).map_or("", |it| &it.1)
    }

    /// `3rd of 20 projects`. `None` as in [`rank`](Self::rank).
    fn place(&self) -> Option<String> {
        let (place, of) = self.rank?;
        Some(format!("{} of {}", text::ordinal(place), text::counted(of, "project", "projects")))
    }

    /// What begins the addresses that one copies from the page.
    fn base(&self) -> &str {
        self.frame.base_url.unwrap_or(super::SOMEWHERE)
    }

    /// The mirrors as the module reads them, a line each.
    fn mirror_lines(&self) -> String {
        self.mirrors.iter().collect::<Vec<_>>().join("\n")
    }

    fn mirror_names(&self) -> String {
        let names: Vec<String> = self.mirrors.iter().map(text::visible).collect();
        text::list(&names)
    }
}
