//! `site-gen`, once more, for the test of the action, and for the same reason as the collector.

use std::process;

use clap::Parser as _;
use site_gen::{Cli, exit};

fn main() -> process::ExitCode {
    let cli = Cli::parse();
    let today = cli.today.unwrap_or_else(|| chrono::Utc::now().date_naive());
    let code = match site_gen::run(&cli, today, &mut |_| {}) {
        Ok(outcome) if outcome.failed.is_empty() => exit::DONE,
        Ok(_) => exit::PARTLY,
        Err(failure) => failure.exit_code(),
    };
    process::ExitCode::from(code)
}
