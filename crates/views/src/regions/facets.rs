//! The values of each dimension by downloads.

use askama::Template;
use cube::{Cube, Value};
use downloads::Dimension;
use metrics::{Members, Share, Shares};

use super::{Counted, notes};
use crate::{Extent, View, text, view::Filter};

/// How many values are in sight.
const IN_SIGHT: usize = 10;

/// How many more are listed behind a click; those after them are summed up.
const BEHIND: usize = 90;

/// All dimensions.
#[derive(Template)]
#[template(path = "parts/facets.html")]
pub(super) struct Facets {
    /// The days that are counted, and how many of them are not known. Empty if nothing was ever collected.
    days: String,
    /// Why there is nothing to list, in a sentence or two. `None` if there is.
    nothing: Option<String>,
    /// What is said of a dimension without values.
    none: &'static str,
    facets: Vec<Facet>,
}

struct Facet {
    key: &'static str,
    label: &'static str,
    top: Vec<Row>,
    /// How many more are listed behind a click.
    behind: usize,
    /// Their list. `None` if it comes when it is unfolded, as [`folded`] makes it.
    folded: Option<Folded>,
    /// What the log began to tell of this dimension within the days, a sentence each.
    notes: Vec<String>,
}

/// The values after those in sight.
#[derive(Template)]
#[template(path = "parts/folded.html")]
pub(super) struct Folded {
    key: &'static str,
    rows: Vec<Row>,
    /// What is not listed, in words; empty if nothing.
    rest: String,
}

/// A value to choose.
pub(super) struct Row {
    /// Its place in the page, the same in every view.
    pub(super) key: String,
    /// The query of the view with this value on or off.
    pub(super) view: String,
    pub(super) label: String,
    /// The value in full, where the label is cut; empty where it is not.
    pub(super) full: String,
    pub(super) count: String,
    pub(super) share: String,
    /// Thousandths of the total.
    pub(super) width: u32,
    pub(super) chosen: bool,
}

impl Facets {
    pub(super) fn of(counted: &Counted<'_>, extent: Extent) -> Self {
        let Counted { selection, shown, .. } = counted;
        let facets = match shown.nothing {
            Some(_) => Vec::new(),
            None => Dimension::ALL.into_iter().map(|it| facet(counted, it, extent)).collect(),
        };
        Self {
            days: shown.days.clone(),
            nothing: shown.nothing.clone(),
            none: match selection.is_filtered() {
                true => "Nothing passes the filters in these days.",
                false => "No downloads in these days.",
            },
            facets,
        }
    }
}

/// All values of a dimension, counted for a facet, those without downloads too.
pub(super) fn all_of(cube: &Cube, view: &View, dimension: Dimension) -> Shares {
    let grouping = view.grouping_of(dimension);
    let mut counts = cube.facets(&view.selection(cube));
    let counts = std::mem::take(&mut counts[dimension as usize]);
    let all = Members::of(cube.values(dimension), grouping).members.iter().cloned().collect();
    let mut shares = metrics::shares(cube, dimension, counts, grouping, &all);
    for row in &mut shares.rows {
        row.chosen = view.has(&Filter::of(dimension, grouping, &row.value));
    }
    shares
}

fn facet(counted: &Counted<'_>, dimension: Dimension, extent: Extent) -> Facet {
    let view = counted.view;
    let shares = shares_of(counted, dimension);
    let (top, more) = divided(&shares);
    Facet {
        key: dimension.key(),
        label: dimension.label(),
        top: top.into_iter().map(|share| row(share, &shares, view)).collect(),
        behind: more.len().min(BEHIND),
        folded: extent.is_whole().then(|| Folded::of(&more, &shares, view)),
        notes: notes::of_dimension(dimension, counted.selection.days),
    }
}

/// The list of a dimension's values after those in sight.
pub(super) fn folded(counted: &Counted<'_>, dimension: Dimension) -> Folded {
    let shares = shares_of(counted, dimension);
    Folded::of(&divided(&shares).1, &shares, counted.view)
}

fn shares_of(counted: &Counted<'_>, dimension: Dimension) -> Shares {
    let Counted { cube, view, answer, .. } = counted;
    let counts = answer.facets[dimension as usize].clone();
    metrics::shares(cube, dimension, counts, view.grouping_of(dimension), &view.chosen(dimension))
}

/// The values in sight, and the others.
fn divided(shares: &Shares) -> (Vec<&Share>, Vec<&Share>) {
    let (mut top, mut more) = (Vec::new(), Vec::new());
    for (at, share) in shares.rows.iter().enumerate() {
        if at < IN_SIGHT || share.chosen { &mut top } else { &mut more }.push(share);
    }
    (top, more)
}

impl Folded {
    fn of(more: &[&Share], shares: &Shares, view: &View) -> Self {
        let (listed, unlisted) = more.split_at(more.len().min(BEHIND));
        let rest = match unlisted.len() {
            0 => String::new(),
            count => format!(
                "{} with {} together are not listed.",
                text::counted(count as u64, "more value", "more values"),
                text::downloads(unlisted.iter().map(|it| it.downloads).sum())
            ),
        };
        let rows = listed.iter().map(|share| row(share, shares, view)).collect();
        Self { key: shares.dimension.key(), rows, rest }
    }
}

/// The row of a value.
pub(super) fn row(share: &Share, shares: &Shares, view: &View) -> Row {
    let filter = Filter::of(shares.dimension, view.grouping_of(shares.dimension), &share.value);
    let label = match &share.value {
        Value::Other if shares.gathered > 0 => {
            format!(
                "other ({})",
                text::counted(shares.gathered.into(), "small value", "small values")
            )
        }
        _ => text::filter(&filter),
    };
    let full = match &share.value {
        Value::Known(value) => {
            Some(text::spelled_out(value)).filter(|it| *it != text::visible(value))
        }
        Value::Unknown | Value::Other => None,
    };
    Row {
        key: format!("value-{}", filter.key()),
        view: view.toggled(&filter).query(),
        full: full.unwrap_or_default(),
        label,
        count: text::thousands(share.downloads),
        share: text::share(share.downloads, shares.total).unwrap_or_default(),
        width: (share.share * 1000.0).round() as u32,
        chosen: share.chosen,
    }
}
