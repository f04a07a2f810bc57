//! What the tables of versions count: one who asks what to support means installs, not mirrors.

use cube::Selection;
use downloads::{Dimension, Mirrors};

use super::{Counted, controls::Choice, filters, name};
use crate::{View, text, view::Filter};

/// What turns a filter of a view on, or off; `table` is where it stands.
pub(super) fn toggle(table: &str, filter: &Filter, view: &View) -> Choice {
    Choice {
        key: format!("{table}-{}", filter.key()),
        view: view.toggled(filter).query(),
        label: text::filter(filter),
        current: view.has(filter),
    }
}

/// The filters of a view as far as a table follows them.
pub(super) struct Basis {
    /// Without a filter by audience or installer, known installers without mirrors. Its days are those of the view.
    pub(super) selection: Selection,
    /// `by known installers without mirrors, CI or not, filtered by country DE`.
    pub(super) words: String,
    /// The filters in words, as [`filters`] has them.
    pub(super) filters: String,
    /// Which filters of the view the table does not follow, in a sentence. `None` if it follows all.
    pub(super) passed_over: Option<String>,
}

impl Basis {
    /// Of a table that tells these dimensions apart, so that filters by them would leave nothing to compare.
    pub(super) fn of(counted: &Counted<'_>, mirrors: &Mirrors, told: &[Dimension]) -> Self {
        let mut view = counted.view.clone();
        let mut selection = counted.selection.clone();
        let mut passed_over = Vec::new();
        for &dimension in told {
            if view.is_filtered_by(dimension) {
                passed_over.push(name(dimension).to_owned());
            }
            view = view.unfiltered(dimension);
            selection.filter_mut(dimension).clear();
        }
        let filters = filters(&view);
        let filtered =
            if filters.is_empty() { String::new() } else { format!("filtered by {filters}") };
        let chosen = [Dimension::Audience, Dimension::Installer];
        let words = if chosen.into_iter().any(|it| view.is_filtered_by(it)) {
            filtered
        } else {
            let known =
                metrics::selection(counted.cube, downloads::Counted::WithoutMirrors, mirrors);
            *selection.filter_mut(Dimension::Installer) =
                known.filter(Dimension::Installer).clone();
            let comma = if filtered.is_empty() { "" } else { ", " };
            format!("by known installers without mirrors, CI or not{comma}{filtered}")
        };
        let passed_over = (!passed_over.is_empty())
            .then(|| format!("Filters by {} do not count here.", text::list(&passed_over)));
        Self { selection, words, filters, passed_over }
    }
}
