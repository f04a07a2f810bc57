//! The page of one project.

use askama::Template;
use chrono::{DateTime, Utc};
use cube::{Cube, Days};
use downloads::{BREAKS, DayState, Dimension, Mirrors};

use super::{Asset, Frame};
use crate::{
    regions::{RenderError, Rendered},
    text,
};

/// One project: its figures, and how they are counted.
#[derive(Debug, Template)]
#[template(path = "pages/project.html")]
pub struct ProjectPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The project's name as people read it.
    pub project: &'a str,
    /// One line on what it is, if there is one.
    pub description: Option<&'a str>,
    /// Where else to read about it.
    pub links: &'a [Link<'a>],
    /// How far the data goes.
    pub freshness: &'a Freshness,
    /// The default view. `None` if nothing was collected.
    pub rendered: Option<&'a Rendered>,
    /// The installers that count as mirrors.
    pub mirrors: &'a Mirrors,
    /// What exploring needs. `None` leaves the page without controls.
    pub explorer: Option<Explorer<'a>>,
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
    /// The cube of the project.
    pub cube: Asset<'a>,
    /// Size of the cube's file in bytes.
    pub cube_size: usize,
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

/// How far the data of a project goes, and what is known to be wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Last collected day. `None` if nothing was collected.
    last: Option<String>,
    /// How new it is, with the time. `None` if nobody noted it.
    pub(super) collected: Option<String>,
    late: bool,
    /// How many days are, in words. `None` if none is.
    provisional: Option<String>,
    gaps: Vec<String>,
    /// Dimensions with values that were gathered as *other*, and how many.
    gathered: Vec<String>,
    /// The breaks that lie behind the first day, as sentences without the full stop.
    pub(super) breaks: Vec<&'static str>,
}

/// What is known of the time when the newest day was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It was asked for then.
    At(DateTime<Utc>),
    /// It was read from a file, the newest row of which is of then.
    RowsUpTo(DateTime<Utc>),
}

impl Collected {
    fn words(self) -> String {
        match self {
            Self::At(time) => format!("collected {}", text::moment(time)),
            Self::RowsUpTo(time) => format!("rows up to {}", text::moment(time)),
        }
    }
}

/// Whether the newest day of a project is as new as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// It is.
    InTime,
    /// Newer days should have been collected by now.
    Late,
}

impl Freshness {
    /// Of a project with this cube.
    pub fn of(cube: &Cube, collected: Option<Collected>, lateness: Lateness) -> Self {
        let days: &Days = cube.days();
        let provisional =
            days.states().iter().filter(|&&state| state == DayState::Provisional).count();
        let gathered = Dimension::ALL
            .into_iter()
            .filter(|&dimension| cube.gathered(dimension) > 0)
            .map(|dimension| {
                let values = text::counted(cube.gathered(dimension).into(), "value", "values");
                format!("{} ({values})", dimension.label())
            })
            .collect();
        Self {
            last: days.last_collected().map(text::day),
            collected: collected.map(Collected::words),
            late: lateness == Lateness::Late,
            provisional: (provisional > 0)
                .then(|| text::counted(provisional as u64, "day", "days")),
            gaps: metrics::gaps(days)
                .into_iter()
                .map(|(first, last)| text::days(first, last))
                .collect(),
            gathered,
            breaks: BREAKS
                .into_iter()
                .filter(|it| days.first().is_some_and(|first| first < it.day))
                .map(|it| it.what)
                .collect(),
        }
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

    /// The regions; without the explorer also without what only it can use.
    fn regions<'r>(
        &self,
        rendered: &'r Rendered,
    ) -> impl Iterator<Item = &'r (&'static str, String)> {
        let still = self.explorer.is_none();
        rendered.regions.iter().filter(move |(id, _)| !(still && *id == "controls"))
    }

    fn summary(&self) -> &str {
        self.rendered.map_or("Nothing has been collected yet.", |rendered| &rendered.announcement)
    }

    fn mirror_names(&self) -> String {
        let names: Vec<String> = self.mirrors.iter().map(text::visible).collect();
        text::list(&names)
    }
}
