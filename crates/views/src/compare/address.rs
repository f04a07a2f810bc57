//! From the query of an address to a comparison, and back.
//!
//! | key                            | value                                                        | default         |
//! | ------------------------------ | ------------------------------------------------------------ | --------------- |
//! | `p`, `package`, `packages`     | a project, in any spelling, or several with commas; again    | none            |
//! | `align`                        | `release`: days are counted from the first download of each  | calendar        |
//! | `index`                        | `100`: of each line, relative to its first whole step        | counts          |
//!
//! The other keys are those of [`View`], but for those of one project: `split`, `group`, `draw`, `share`, `drop`, `over`.
//! The same is told to readers in `docs/VIEWS.md`.

use cube::Days;
use downloads::{Day, ProjectName};
use metrics::{AGE_ZERO, Axis};

use crate::{Heights, Range, View, text, view::address};

/// The most projects that stand beside each other: as many as there are colors.
pub const MAX_PROJECTS: usize = metrics::MAX_LINES;

/// Which projects a reader compares, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompareView {
    projects: Vec<ProjectName>,
    axis: Axis,
    /// Whether each line is 100 at its first whole step.
    indexed: bool,
    view: View,
}

impl CompareView {
    /// Reads a query, with or without the question mark in front. What is not understood is passed over.
    pub fn parse(query: &str) -> Self {
        Self::read(query).0
    }

    /// What of the projects of a query is not shown, in a sentence or two; empty if all are.
    pub fn left_out(query: &str) -> String {
        let (_, more, bad) = Self::read(query);
        let mut sentences = Vec::new();
        if more > 0 {
            sentences.push(format!(
                "At most {MAX_PROJECTS} projects are compared: the first {MAX_PROJECTS} are shown, {more} left out."
            ));
        }
        if !bad.is_empty() {
            sentences.push(format!("Not the name of a project: {}.", text::list(&bad)));
        }
        sentences.join(" ")
    }

    /// The view, how many projects are too many, and what is no name, fit to be shown.
    fn read(query: &str) -> (Self, usize, Vec<String>) {
        let mut view = Self::default();
        let (mut more, mut bad) = (0, Vec::new());
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (key, value) in form_urlencoded::parse(address::readable(query).as_bytes()) {
            match &*key {
                "p" | "package" | "packages" => {
                    let names = value.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty());
                    for name in names {
                        match ProjectName::new(name) {
                            Ok(name) if view.projects.contains(&name) => {}
                            Ok(name) if view.projects.len() < MAX_PROJECTS => {
                                view.projects.push(name)
                            }
                            Ok(_) => more += 1,
                            Err(_) => bad.push(text::visible(name)),
                        }
                    }
                }
                "align" if value == "release" => view.axis = Axis::Ages,
                "index" if value == "100" => view.indexed = true,
                "split" | "group" | "draw" | "share" | "drop" | "over" => {}
                _ => {
                    rest.append_pair(&key, &value);
                }
            }
        }
        bad.truncate(MAX_PROJECTS);
        let most = address::MAX_QUERY - view.query().len();
        view.view = View::parse_within(&rest.finish(), most);
        (view.settled(), more, bad)
    }

    /// Days of one's own are days of the calendar, so ages have none.
    fn settled(mut self) -> Self {
        if self.axis == Axis::Ages && matches!(self.view.range(), Range::Own(..)) {
            self.view = self.view.with_range(Range::All);
        }
        self
    }

    /// The query that [`parse`](Self::parse) reads back, without the question mark. Empty for the default.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for project in &self.projects {
            query.append_pair("p", project.as_str());
        }
        if self.axis == Axis::Ages {
            query.append_pair("align", "release");
        }
        if self.indexed {
            query.append_pair("index", "100");
        }
        let (own, rest) = (query.finish(), self.view.query());
        let and = if own.is_empty() || rest.is_empty() { "" } else { "&" };
        own + and + &rest
    }

    /// The projects, in their order.
    pub fn projects(&self) -> &[ProjectName] {
        &self.projects
    }

    /// What the time axis counts.
    pub fn axis(&self) -> Axis {
        self.axis
    }

    /// Whether each line is 100 at its first whole step.
    pub fn is_indexed(&self) -> bool {
        self.indexed
    }

    /// Range, steps, heights and filters.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The first and last day that are shown of projects with these common days. `None` if there is none.
    pub(crate) fn days(&self, days: &Days) -> Option<(Day, Day)> {
        let length = match (self.axis, self.view.range()) {
            (Axis::Days, _) => return self.view.days(days),
            (Axis::Ages, Range::Days30) => 30,
            (Axis::Ages, Range::Days90) => 90,
            (Axis::Ages, Range::Year) => 364,
            (Axis::Ages, Range::All | Range::Own(..)) => u64::MAX,
        };
        let end = days.last_collected()?;
        let last = AGE_ZERO.checked_add_days(chrono::Days::new(length - 1));
        Some((AGE_ZERO, last.map_or(end, |last| last.min(end))))
    }

    /// The same comparison without a project.
    #[must_use]
    pub fn without(&self, project: &ProjectName) -> Self {
        let projects = self.projects.iter().filter(|it| *it != project).cloned().collect();
        Self { projects, ..self.clone() }
    }

    /// The same comparison with more projects, given as in an address; those beyond the first
    /// [`MAX_PROJECTS`] stay in the query, so that the page can say so.
    pub fn query_with(query: &str, names: &str) -> String {
        let added: String = form_urlencoded::byte_serialize(names.as_bytes()).collect();
        let query = query.strip_prefix('?').unwrap_or(query);
        let and = if query.is_empty() { "" } else { "&" };
        format!("{query}{and}p={added}")
    }

    /// The same comparison along another axis.
    #[must_use]
    pub fn with_axis(&self, axis: Axis) -> Self {
        Self { axis, ..self.clone() }.settled()
    }

    /// The same comparison with each line relative to its first whole step, or not.
    #[must_use]
    pub fn with_index(&self, indexed: bool) -> Self {
        Self { indexed, ..self.clone() }
    }

    /// The same projects in another view.
    #[must_use]
    pub fn with_view(&self, view: View) -> Self {
        Self { view, ..self.clone() }.settled()
    }

    /// Whether running totals are shown.
    pub(crate) fn is_running(&self) -> bool {
        self.view.heights() == Heights::Totals
    }
}
