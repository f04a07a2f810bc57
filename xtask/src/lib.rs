//! What is done to the project by the project itself: build the site, serve it, test, measure.
//!
//! `cargo xtask --help` lists the commands. The browser tests use the [`server`] from here.

mod alone;
mod audit;
mod bench;
pub mod chromium;
mod ci;
pub mod cli;
mod docs;
mod module;
mod node;
mod python;
mod release;
pub mod server;
mod site;
mod terminal;
mod test;
mod tidy;
mod workspace;
