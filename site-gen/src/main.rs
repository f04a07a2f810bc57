//! The program: arguments in, exit code out. The only place that reads the clock.

use std::process::ExitCode;

use clap::Parser;
use site_gen::{Cli, Failure, exit};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(command) = &cli.command {
        return finish(
            site_gen::make_books(command, &mut |line| report(format_args!("{line}"))),
            |books| (!command.place().quiet).then(|| books.to_string()),
            |books| books.failed.is_empty() && !books.lacks_summary,
        );
    }
    let today = cli.today.unwrap_or_else(|| chrono::Utc::now().date_naive());
    finish(
        site_gen::run(&cli, today, &mut |line| report(format_args!("{line}"))),
        |outcome| (!cli.quiet).then(|| outcome.to_string()),
        |outcome| outcome.failed.is_empty(),
    )
}

/// Prints what became of a run, and gives its exit code.
fn finish<T>(
    result: Result<T, Failure>,
    text: impl FnOnce(&T) -> Option<String>,
    is_whole: impl FnOnce(&T) -> bool,
) -> ExitCode {
    match result {
        Ok(outcome) => {
            if let Some(text) = text(&outcome) {
                print(&text);
            }
            ExitCode::from(if is_whole(&outcome) { exit::DONE } else { exit::PARTLY })
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
