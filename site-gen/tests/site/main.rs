//! Whole sites, from events to files.

mod checker;
mod fixture;
mod golden;
mod pages;
mod program;
