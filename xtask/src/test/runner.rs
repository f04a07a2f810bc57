//! Running a test runner: its output goes on to the reader, and what it counted is read off.

use std::{
    io::{self, BufRead, BufReader},
    process::Command,
};

use anyhow::{Context, bail};

use super::Counts;
use crate::terminal;

/// Runs a test runner and adds up what its summaries say.
///
/// Fails if the runner fails without having counted a failed test: it did not compile, for example.
pub(super) fn run_counted(command: &mut Command) -> anyhow::Result<Counts> {
    let (reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().context("cannot run cargo")?;
    // The pipe ends when the last writer is closed, and the command still holds two.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());

    let mut counts = Counts::default();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if let Some(found) = counts_in(&line) {
            counts = counts + found;
        }
        terminal::say(line);
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        bail!("the tests could not be run ({status}), see above");
    }
    Ok(counts)
}

/// What a line counts, if it is the summary of `cargo test` or of nextest.
///
/// Nextest repeats, indented, what a failed test printed: a summary of `cargo test` among it.
fn counts_in(line: &str) -> Option<Counts> {
    let summary = match line.strip_prefix("test result: ") {
        Some(libtest) => libtest.split_once(". ")?.1,
        None => line.trim_start().strip_prefix("Summary [")?.split_once(" run: ")?.1,
    };
    let mut counts = Counts::default();
    for part in summary.split([';', ',']) {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse::<u64>), words.next())
        else {
            continue;
        };
        match word {
            "passed" => counts.passed += number,
            "failed" | "exec" | "timed" => counts.failed += number,
            "ignored" | "skipped" => counts.left_out += number,
            _ => {}
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, left_out: u64) -> Option<Counts> {
        Some(Counts { passed, failed, left_out })
    }

    #[test]
    fn the_summaries_of_both_runners_are_understood() {
        for (line, expected) in [
            (
                "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; \
                 finished in 0.03s",
                counts(8, 0, 1),
            ),
            ("test result: FAILED. 7 passed; 1 failed; 0 ignored; 0 measured", counts(7, 1, 0)),
            ("     Summary [   0.014s] 8 tests run: 8 passed, 0 skipped", counts(8, 0, 0)),
            (
                "     Summary [  61.0s] 9/11 tests run: 6 passed (1 slow), 2 failed, 1 timed out, \
                 2 skipped",
                counts(6, 3, 2),
            ),
            ("    test result: FAILED. 0 passed; 1 failed; 0 ignored", None),
            ("test server::tests::it ... ok", None),
            ("running 8 tests", None),
        ] {
            assert_eq!(counts_in(line), expected, "{line}");
        }
    }
}
