//! Named figures from a cube: what the tiles, the chart and the tables of a page say.
//!
//! Every figure carries what is not known of it: days that were not collected, days that may still
//! change, and the breaks in the way of counting that it spans.

mod adoption;
mod average;
mod compare;
mod ecosystem;
mod events;
mod figure;
mod groups;
mod packed;
mod pep440;
mod recent;
mod releases;
mod series;
mod shares;
mod sheets;
mod support;
mod tally;
mod total;

pub use adoption::{AFTER_DAYS, Adoption, adoption, dated_releases};
pub use average::{Average, Averages, averages};
pub use compare::{
    AGE_ZERO, Axis, Compared, Comparison, Daily, MONTH_OF_AGE, Measure, common_days, compare,
    first_download, loaded_days, shares_of_all,
};
pub use ecosystem::{Layers, Library, Period, PeriodCounts, PeriodRow, Role, Side};
pub use events::{Direction, Event, LATE_AFTER, What, events};
pub use figure::{Change, Figure, NoChange, Tiles, figure, growth, tiles, tiles_of};
pub use groups::{Grouping, Members};
pub use pep440::{ReleaseKind, Versioned};
pub use recent::{recent, selection};
pub use releases::{Release, releases};
pub use series::{Bin, ByDay, Interval, Line, LineKey, MAX_LINES, Series, UnknownInterval, series};
pub use shares::{Share, Shares, gaps, shares};
pub use sheets::{
    Column, Group, GroupRow, MONTHLY, MonthRow, MonthsBy, Order, groups, months, months_by, percent,
};
pub use support::{Support, SupportRow, Versions, support};
pub use tally::{Scope, Tally};
pub use total::{Totals, running_totals};

#[cfg(test)]
mod tests;
