//! Whole sites, from events to files.

// Says to clippy that the helpers are tests too.
#![cfg(test)]

mod beside;
mod checker;
mod fixture;
#[cfg(feature = "shared-data")]
mod golden;
#[cfg(feature = "shared-data")]
mod golden_sheets;
mod pages;
mod program;
mod sheets;
mod workbooks;
