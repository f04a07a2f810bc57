//! The words of the project: what was downloaded, on which day, by whom, how often.
//!
//! Plain data only. Nothing here reads a file, a clock or the network, so every other crate may
//! depend on it, including the one that runs in the browser.

mod audience;
mod breaks;
mod columns;
mod day;
mod dimension;
mod project;

pub use audience::{Audience, Mirrors};
pub use breaks::{BREAKS, Break, MARKS, Mark, break_between};
pub use columns::{EVENT_COLUMNS, FIELDS, Field, STORE_COLUMNS, python_minor};
pub use day::{
    Day, DayState, EARLIEST_DAY, LOOKBACK_DAYS, SETTLED_DAYS, days_between, parse_day,
    parse_day_bytes, stretches,
};
pub use dimension::{Dimension, UnknownDimension};
pub use project::{BadProjectName, ProjectName};
