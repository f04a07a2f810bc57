//! The values of each dimension by downloads.

use askama::Template;
use cube::{Cube, Selection, Value};
use downloads::Dimension;
use metrics::{Share, Shares};

use crate::{View, text};

/// How many values are in sight.
const IN_SIGHT: usize = 10;

/// How many more are listed behind a click; those after them are summed up.
const BEHIND: usize = 90;

/// All dimensions.
#[derive(Template)]
#[template(path = "parts/facets.html")]
pub(super) struct Facets {
    /// The days that are counted; empty if there are none.
    days: String,
    facets: Vec<Facet>,
}

struct Facet {
    key: &'static str,
    label: &'static str,
    top: Vec<Row>,
    more: Vec<Row>,
    /// What is not listed, in words; empty if nothing.
    rest: String,
}

struct Row {
    /// The query of the view with this value on or off.
    view: String,
    label: String,
    /// The value in full, where the label is cut; empty where it is not.
    full: String,
    count: String,
    share: String,
    /// Thousandths of the total.
    width: u32,
    chosen: bool,
}

impl Facets {
    pub(super) fn of(cube: &Cube, view: &View, selection: &Selection) -> Self {
        let facets =
            metrics::shares(cube, selection).iter().map(|shares| facet(shares, view)).collect();
        let days = selection.days.map_or(String::new(), |(first, last)| text::days(first, last));
        Self { days, facets }
    }
}

fn facet(shares: &Shares, view: &View) -> Facet {
    let dimension = shares.dimension;
    let (mut top, mut more) = (Vec::new(), Vec::new());
    let (mut unlisted, mut unlisted_downloads) = (0, 0);
    for (at, share) in shares.rows.iter().enumerate() {
        if at < IN_SIGHT || share.chosen {
            top.push(row(share, shares, view));
        } else if at < IN_SIGHT + BEHIND {
            more.push(row(share, shares, view));
        } else {
            unlisted += 1;
            unlisted_downloads += share.downloads;
        }
    }
    let rest = match unlisted {
        0 => String::new(),
        _ => format!(
            "{} with {} together are not listed.",
            text::counted(unlisted, "more value", "more values"),
            text::downloads(unlisted_downloads)
        ),
    };
    Facet { key: dimension.key(), label: dimension.label(), top, more, rest }
}

fn row(share: &Share, shares: &Shares, view: &View) -> Row {
    let dimension: Dimension = shares.dimension;
    let label = match &share.value {
        Value::Other if shares.gathered > 0 => {
            format!(
                "other ({})",
                text::counted(shares.gathered.into(), "small value", "small values")
            )
        }
        value => text::value(dimension, value),
    };
    let full = match &share.value {
        Value::Known(value) => text::spelled_out(value),
        Value::Unknown | Value::Other => String::new(),
    };
    Row {
        view: view.toggled(dimension, &share.value).query(),
        full: if label.ends_with('…') { full } else { String::new() },
        label,
        count: text::thousands(share.downloads),
        share: text::share(share.downloads, shares.total).unwrap_or_default(),
        width: (share.share * 1000.0).round() as u32,
        chosen: share.chosen,
    }
}
