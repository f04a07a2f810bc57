//! What the small programs of this package share: how they end.

use std::process::ExitCode;

/// The exit code of a program that is done or failed; why it failed goes to the terminal.
#[expect(clippy::print_stderr, reason = "the one place that reports errors")]
pub fn end(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
