//! Writes `docs/COMMANDS.md`, or with `--check` says whether it is current. `cargo xtask docs` runs it.

use std::{fs, process::ExitCode};

use anyhow::{Context, bail};
use docs_tests::{commands, root};

fn main() -> ExitCode {
    let only_check = std::env::args().skip(1).any(|argument| argument == "--check");
    match run(only_check) {
        Ok(message) => {
            print(&message);
            ExitCode::SUCCESS
        }
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(only_check: bool) -> anyhow::Result<String> {
    let file = root().join(commands::PATH);
    let text = commands::document();
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(format!("{} is current", commands::PATH));
    }
    if only_check {
        bail!("`{}` is not current: run `{}`", commands::PATH, commands::REMEDY);
    }
    fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    Ok(format!("{} was brought up to date", commands::PATH))
}

#[expect(clippy::print_stdout, reason = "the one place that prints")]
fn print(message: &str) {
    println!("{message}");
}

#[expect(clippy::print_stderr, reason = "the one place that reports errors")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
