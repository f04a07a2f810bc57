//! Projects beside each other: what the page of a comparison shows.
//!
//! There is no such page without the browser: any projects of a site may be asked for.

mod address;
mod growth;
mod notes;
mod plotted;
mod take;

use askama::Template;
use cube::{Cube, Days};
use downloads::{Dimension, ProjectName};
use metrics::{Axis, Shares};

pub use address::{CompareView, MAX_PROJECTS};
use growth::Growth;
use plotted::Plotted;
pub use take::{chart_file, csv, file_name, markdown};

use crate::{
    Extent, View,
    regions::{
        RenderError,
        controls::{Chips, Choice, Controls, Group},
        over_time::{Figures, OverTime},
    },
    text,
    view::Filter,
};

/// The id of the region of the page that follows the view.
pub const REGION: &str = "comparison";

/// How many values of a dimension are offered as filters.
const OFFERED: usize = 8;

/// One of the projects that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Project<'a> {
    /// Its name.
    pub name: &'a ProjectName,
    /// What is there of it.
    pub state: State<'a>,
}

/// What is there of a project.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Its downloads, and its name as its makers spell it.
    Here(&'a str, &'a Cube),
    /// Nothing, and why, in a few words.
    Absent(&'a str),
}

/// What a comparison shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedComparison {
    /// The title of the page.
    pub title: String,
    /// What is shown, in one short sentence: for a screen reader after a change.
    pub announcement: String,
    /// The region of the page.
    pub html: String,
}

/// The region of the page.
#[derive(Template)]
#[template(path = "parts/compare.html")]
struct Comparison {
    members: Vec<Member>,
    controls: String,
    chips: String,
    /// Empty if there is nothing to compare.
    chart: String,
    growth: Option<Growth>,
    offers: Vec<Offer>,
}

/// A project in the list of those that are compared.
struct Member {
    name: String,
    label: String,
    /// The color of its line: `s1` to `s8`. `None` if it has none.
    class: Option<String>,
    /// Why it has no line; empty if it has one.
    why: String,
    /// The comparison without it.
    view: String,
}

/// Values of a dimension to filter by.
struct Offer {
    label: &'static str,
    rows: Vec<OfferedValue>,
}

struct OfferedValue {
    choice: Choice,
    share: String,
}

/// Renders a comparison of these projects, which are those of the view in its order.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cubes hold can be shown.
pub fn render(
    projects: &[Project<'_>],
    view: &CompareView,
    extent: Extent,
) -> Result<RenderedComparison, RenderError> {
    let plotted = Plotted::of(projects, view);
    let chart =
        if plotted.members.is_empty() { None } else { Some(plotted.over_time(view, extent)?) };
    let lead = |choice: &mut Choice| {
        choice.view = view.with_view(View::parse(&choice.view)).query();
    };
    let chips = Chips::of(view.view()).map(|mut chips| {
        chips.chips.iter_mut().for_each(lead);
        chips.none = view.with_view(View::parse(&chips.none)).query();
        chips
    });
    let names: Vec<String> =
        plotted.members.iter().map(|member| text::visible(member.label)).collect();
    let title = match names.len() {
        0 => "Compare projects".into(),
        _ => format!("{}: downloads compared", text::list(&names)),
    };
    let announcement = plotted.status(view);
    let html = Comparison {
        members: members(projects, view),
        controls: match &plotted.days {
            Some(days) => controls(Controls::of(days, view.view()), view, lead).render()?,
            None => String::new(),
        },
        chips: chips.map_or(Ok(String::new()), |chips| chips.render())?,
        chart: chart.map_or(Ok(String::new()), |chart: OverTime| chart.render())?,
        growth: Growth::of(&plotted, view),
        offers: offers(&plotted.shares(), view),
    }
    .render()?;
    Ok(RenderedComparison { title, announcement, html })
}

/// The rows of the table of figures of a comparison, for a table that does not come with it.
///
/// # Errors
///
/// Only if the program is wrong.
pub fn figures(projects: &[Project<'_>], view: &CompareView) -> Result<String, RenderError> {
    Ok(Figures { rows: Plotted::of(projects, view).rows() }.render()?)
}

/// Whether the days that a comparison shows are there in each cube. What changes are against may follow.
pub fn covers(cubes: &[&Cube], view: &CompareView) -> bool {
    if cubes.iter().all(|cube| cube.is_whole()) {
        return true;
    }
    let days: Vec<Days> = cubes.iter().map(|cube| cube.days().clone()).collect();
    let first = metrics::common_days(&days).and_then(|days| view.view().first_needed(&days));
    let is_there =
        |cube: &&Cube| first.zip(cube.loaded_from()).is_none_or(|(first, since)| since <= first);
    // Where a project begins is not known before all of it is there.
    view.axis() == Axis::Days && cubes.iter().all(is_there)
}

/// All projects that are asked for, also those without a line.
fn members(projects: &[Project<'_>], view: &CompareView) -> Vec<Member> {
    let mut lines = 0;
    let mut member = |project: &Project<'_>| {
        let (label, class, why) = match plotted::settled(project, view) {
            State::Here(label, _) => {
                lines += 1;
                (text::visible(label), Some(format!("s{lines}")), String::new())
            }
            State::Absent(why) => (text::visible(project.name.as_str()), None, text::visible(why)),
        };
        let name = project.name.to_string();
        Member { name, label, class, why, view: view.without(project.name).query() }
    };
    projects.iter().map(&mut member).collect()
}

/// Those controls of one project's page that speak of any number of projects, and two more.
fn controls(mut all: Controls, view: &CompareView, lead: impl Fn(&mut Choice)) -> Controls {
    all.groups.retain(|group| ["Show", "Scale", "Average", "Audience"].contains(&group.legend));
    let groups = all.leading.iter_mut().chain(&mut all.groups);
    for group in groups {
        group.choices.retain(|choice| choice.key != "show-shares");
        group.choices.iter_mut().for_each(&lead);
    }
    let choice = |key: &str, label: &str, view: CompareView, current| Choice {
        key: key.into(),
        view: view.query(),
        label: label.into(),
        current,
    };
    let index = [(false, "index-none", "None"), (true, "index-100", "Start is 100")];
    let index = index.map(|(indexed, key, label)| {
        choice(key, label, view.with_index(indexed), view.is_indexed() == indexed)
    });
    let axes = [
        (Axis::Days, "align-none", "Calendar"),
        (Axis::Ages, "align-release", "Days since the first download"),
    ];
    let axes = axes
        .map(|(axis, key, label)| choice(key, label, view.with_axis(axis), view.axis() == axis));
    if view.axis() == Axis::Ages {
        all.dates = None;
        if let Some(ranges) = all.leading.first_mut() {
            ranges.legend = "First";
        }
    }
    all.folded = match view.axis() {
        Axis::Days => "Own dates, time axis, index, scale, average, audience",
        Axis::Ages => "Time axis, index, scale, average, audience",
    };
    all.groups.insert(0, Group { legend: "Index", choices: index.into() });
    all.groups.insert(0, Group { legend: "Time axis", choices: axes.into() });
    all
}

/// The values with the most downloads of all projects together.
fn offers(shares: &[Shares], view: &CompareView) -> Vec<Offer> {
    let offer = |shares: &Shares| {
        let offered = shares.rows.iter().take(OFFERED).map(|row| {
            let filter = Filter::Value(shares.dimension, row.value.clone());
            OfferedValue {
                choice: Choice {
                    key: format!("offer-{}", filter.key()),
                    view: view.with_view(view.view().toggled(&filter)).query(),
                    label: text::filter(&filter),
                    current: view.view().has(&filter),
                },
                share: text::share(row.downloads, shares.total).unwrap_or_default(),
            }
        });
        Offer { label: Dimension::label(shares.dimension), rows: offered.collect() }
    };
    shares.iter().map(offer).filter(|offer| !offer.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests;
