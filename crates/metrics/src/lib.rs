//! Named figures from a cube: what the tiles, the chart and the tables of a page say.
//!
//! Every figure carries what is not known of it: days that were not collected, days that may still
//! change, and the breaks in the way of counting that it spans.

mod adoption;
mod average;
mod events;
mod figure;
mod recent;
mod releases;
mod series;
mod shares;

pub use adoption::{
    AFTER_DAYS, Adoption, Support, SupportOf, SupportRow, adoption, dated_releases, support,
};
pub use average::{Average, averages};
pub use events::{Direction, Event, LATE_AFTER, What, events};
pub use figure::{Change, Figure, NoChange, Tiles, figure, growth, tiles};
pub use recent::{recent, selection};
pub use releases::{Release, releases};
pub use series::{Bin, Interval, Line, LineKey, MAX_LINES, Series, UnknownInterval, series};
pub use shares::{Share, Shares, gaps, shares};

#[cfg(test)]
mod tests;
