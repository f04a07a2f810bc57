//! The words of the project: what was downloaded, on which day, by whom, how often.
//!
//! Plain data only. Nothing here reads a file, a clock or the network, so every other crate may
//! depend on it, including the one that runs in the browser.

mod audience;
mod columns;
mod counted;
mod day;
mod dimension;
mod known;
mod project;
mod sorting;

pub use audience::{Audience, Mirrors};
pub use columns::{EVENT_COLUMNS, FIELDS, Field, STORE_COLUMNS, python_minor};
pub use counted::Counted;
pub use day::{
    Day, DayState, EARLIEST_DAY, LOOKBACK_DAYS, SETTLED_DAYS, days_between, parse_day,
    parse_day_bytes, stretches,
};
pub use dimension::{Dimension, UnknownDimension};
pub use known::{
    BREAKS, Break, INCIDENTS, Incident, MARKS, Mark, break_between, incidents_between,
};
pub use project::{BadProjectName, ProjectName};
pub use sorting::{Set, places_by, sorted_by};
