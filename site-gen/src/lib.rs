//! From the store to the site: reads rows, makes pages and cubes, writes what changed.

mod output;
mod site;
mod state;

pub use output::{OutputError, Written};
pub use site::{FileDigest, Site};
