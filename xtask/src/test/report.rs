//! The table at the end of `cargo xtask test`, and its last line.

use std::{fmt, ops::Add, time::Duration};

use super::Counts;

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            left_out: self.left_out + other.left_out,
        }
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// It ran to its end; tests that it had may have failed.
    Ran(Counts),
    /// It failed as a whole.
    Broke,
    /// It was not asked for.
    LeftOut,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Ran(Counts { failed: 0, .. }) => "passed",
            Self::Ran(_) | Self::Broke => "FAILED",
            Self::LeftOut => "left out",
        }
    }

    /// A step that broke counts as one failed test, one that was left out as one left out; a step
    /// without tests that passed adds nothing.
    fn counts(self) -> Counts {
        match self {
            Self::Ran(counts) => counts,
            Self::Broke => Counts { failed: 1, ..Counts::default() },
            Self::LeftOut => Counts { left_out: 1, ..Counts::default() },
        }
    }
}

/// All steps so far.
#[derive(Default)]
pub(super) struct Report {
    steps: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    pub(super) fn add(&mut self, name: &'static str, outcome: Outcome, time: Duration) {
        self.steps.push((name, outcome, time));
    }

    /// Whether nothing failed.
    pub(super) fn is_ok(&self) -> bool {
        self.total().failed == 0
    }

    fn total(&self) -> Counts {
        self.steps.iter().map(|(_, outcome, _)| outcome.counts()).fold(Counts::default(), Add::add)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.steps.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        for (name, outcome, time) in &self.steps {
            write!(f, "{name:width$}  {:8}  {:>7.1} s", outcome.word(), time.as_secs_f64())?;
            let counts = outcome.counts();
            if matches!(outcome, Outcome::Ran(_)) && counts != Counts::default() {
                let Counts { passed, failed, left_out } = counts;
                write!(f, "  {passed} passed, {failed} failed, {left_out} left out")?;
            }
            writeln!(f)?;
        }
        let Counts { passed, failed, left_out } = self.total();
        let word = if self.is_ok() { "ok" } else { "FAILED" };
        write!(f, "\ntest result: {word}. {passed} passed; {failed} failed; {left_out} left out")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests(passed: u64, failed: u64) -> Outcome {
        Outcome::Ran(Counts { passed, failed, left_out: 0 })
    }

    fn report(outcomes: &[Outcome]) -> Report {
        let mut report = Report::default();
        for &outcome in outcomes {
            report.add("step", outcome, Duration::from_millis(1500));
        }
        report
    }

    #[test]
    fn the_table_names_each_step_and_the_last_line_sums_up() {
        let report = report(&[tests(0, 0), tests(8, 0), Outcome::LeftOut]);
        insta::assert_snapshot!(report, @r"
        step  passed        1.5 s
        step  passed        1.5 s  8 passed, 0 failed, 0 left out
        step  left out      1.5 s

        test result: ok. 8 passed; 0 failed; 1 left out
        ");
        assert!(report.is_ok());
    }

    #[test]
    fn a_step_that_broke_is_a_failure_even_without_a_failed_test() {
        let report = report(&[tests(8, 0), Outcome::Broke]);
        assert!(!report.is_ok());
        assert!(
            report.to_string().ends_with("test result: FAILED. 8 passed; 1 failed; 0 left out")
        );
    }

    #[test]
    fn a_failed_test_fails_the_whole() {
        assert!(!report(&[tests(7, 1), tests(3, 0)]).is_ok());
    }
}
