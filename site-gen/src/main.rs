//! The program: arguments in, exit code out. The only place that reads the clock.

use std::process::ExitCode;

use clap::Parser;
use site_gen::{Cli, exit};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let today = cli.today.unwrap_or_else(|| chrono::Utc::now().date_naive());
    match site_gen::run(&cli, today, &mut |line| report(format_args!("{line}"))) {
        Ok(outcome) => {
            if !cli.quiet {
                print(&outcome.to_string());
            }
            ExitCode::from(if outcome.failed.is_empty() { exit::DONE } else { exit::PARTLY })
        }
        Err(failure) => {
            report(format_args!("error: {}", failure.message()));
            ExitCode::from(failure.exit_code())
        }
    }
}

#[expect(clippy::print_stdout, reason = "the one place that prints what was done")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the one place that prints what went wrong")]
fn report(text: std::fmt::Arguments<'_>) {
    eprintln!("{text}");
}
