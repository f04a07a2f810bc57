//! Which rows count.

use downloads::{Day, Dimension, Set};

use crate::Value;

/// Which rows count: a range of days, and for each dimension the values that are let through.
///
/// The default lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// First and last day, both included. `None` means all days.
    pub days: Option<(Day, Day)>,
    filters: [Set<Value>; Dimension::COUNT],
}

impl Selection {
    /// The values of a dimension that are let through. Empty means all.
    pub fn filter(&self, dimension: Dimension) -> &Set<Value> {
        &self.filters[dimension as usize]
    }

    /// The values of a dimension that are let through, to change. Empty means all.
    pub fn filter_mut(&mut self, dimension: Dimension) -> &mut Set<Value> {
        &mut self.filters[dimension as usize]
    }

    /// Whether any value is filtered out.
    pub fn is_filtered(&self) -> bool {
        self.filters.iter().any(|values| !values.is_empty())
    }

    /// The same filters for other days. `None` means all days.
    #[must_use]
    pub fn with_days(&self, days: Option<(Day, Day)>) -> Self {
        Self { days, filters: self.filters.clone() }
    }
}
