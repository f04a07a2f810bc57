//! Collects download counts into the store. See `collector --help`.

use std::{process, time::SystemTime};

use clap::Parser as _;
use collector::cli::Cli;

fn main() -> process::ExitCode {
    let code = collector::run(Cli::parse(), SystemTime::now().into());
    process::ExitCode::from(code as u8)
}
