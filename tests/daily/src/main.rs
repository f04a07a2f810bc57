//! The collector, once more, for the test of the daily path: a test finds only programs of its own package.

use std::process;

use clap::Parser as _;
use collector::cli::Cli;

fn main() -> process::ExitCode {
    process::ExitCode::from(collector::run(Cli::parse(), chrono::Utc::now()) as u8)
}
