//! The one place that prints, and how programs are run and timed.

use std::{
    io::{self, IsTerminal},
    process::{Command, ExitStatus},
    time::Instant,
};

use anyhow::{Context, bail};

/// Prints a line for whoever ran the command.
#[expect(clippy::print_stdout, reason = "the one place that prints")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Prints why the command failed: one line, outermost cause first.
#[expect(clippy::print_stderr, reason = "the one place that reports errors")]
pub(crate) fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Does a step and prints one line for it with its time.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let start = Instant::now();
    let done = work().with_context(|| format!("cannot {what}"))?;
    say(format_args!("{:>7.1} s  {what}", start.elapsed().as_secs_f64()));
    Ok(done)
}

/// Runs a program that prints for itself. Fails if the program does.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = name_of(command);
    let status = command.status().with_context(|| format!("cannot run `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed ({status}), see above", status = in_words(status));
    }
    Ok(())
}

/// Whether somebody watches, so that progress is worth showing.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// The program and what it was asked to do, for messages: `cargo build`, `site-gen`.
fn name_of(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy();
    match command.get_args().next().map(|first| first.to_string_lossy()) {
        Some(first) if !first.starts_with('-') => format!("{program} {first}"),
        _ => program.into_owned(),
    }
}

fn in_words(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}
