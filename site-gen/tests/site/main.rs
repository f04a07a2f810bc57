//! Whole sites, from events to files.

// Says to clippy that the helpers are tests too.
#![cfg(test)]

mod checker;
mod fixture;
mod golden;
mod pages;
mod program;
