//! Named figures from a cube: what the tiles, the chart and the tables of a page say.
//!
//! Every figure carries what is not known of it: days that were not collected, days that may still
//! change, and the breaks in the way of counting that it spans.

mod adoption;
mod average;
mod compare;
mod events;
mod figure;
mod groups;
mod recent;
mod releases;
mod series;
mod shares;
mod support;
mod total;

pub use adoption::{AFTER_DAYS, Adoption, adoption, dated_releases};
pub use average::{Average, Averages, averages};
pub use compare::{
    AGE_ZERO, Axis, Compared, Comparison, Daily, MONTH_OF_AGE, Measure, common_days, compare,
    first_download, loaded_days, shares_of_all,
};
pub use events::{Direction, Event, LATE_AFTER, What, events};
pub use figure::{Change, Figure, NoChange, Tiles, figure, growth, tiles, tiles_of};
pub use groups::{Grouping, Members};
pub use recent::{recent, selection};
pub use releases::{Release, releases};
pub use series::{Bin, ByDay, Interval, Line, LineKey, MAX_LINES, Series, UnknownInterval, series};
pub use shares::{Share, Shares, gaps, shares};
pub use support::{Support, SupportRow, Versions, support};
pub use total::{Totals, running_totals};

#[cfg(test)]
mod tests;
