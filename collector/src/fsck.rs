//! `collector fsck`: whether the store is what it was when it was written.

use std::{collections::BTreeSet, fmt, path::Path};

use chrono::{DateTime, Utc};
use store::{Accepted, Finding, StoreError};

/// What was found.
#[derive(Debug)]
pub enum Outcome {
    /// The store was only looked at; nothing is wrong if the list is empty.
    Checked(Vec<Finding>),
    /// It was to be taken as it is.
    Accepted(Accepted),
}

/// Checks the store, or takes it as it is.
pub fn run(store: &Path, accept: bool, now: DateTime<Utc>) -> Result<Outcome, StoreError> {
    if accept {
        store::accept(store, "collector fsck --accept", now).map(Outcome::Accepted)
    } else {
        store::check(store).map(Outcome::Checked)
    }
}

impl Outcome {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        match self {
            Self::Checked(findings) => findings.is_empty(),
            Self::Accepted(accepted) => matches!(accepted, Accepted::Taken { .. }),
        }
    }
}

/// A line for each thing that is wrong, and one for the whole.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = match self {
            Self::Checked(findings) | Self::Accepted(Accepted::Refused(findings)) => {
                findings.as_slice()
            }
            Self::Accepted(Accepted::Taken { .. }) => &[],
        };
        for Finding { path, damage } in findings {
            writeln!(f, "{} {damage}", path.display().to_string().escape_debug())?;
        }
        match self {
            Self::Checked(findings) if findings.is_empty() => writeln!(f, "all is well"),
            Self::Checked(findings) => {
                // More than one thing may be said of a file.
                let files: BTreeSet<&Path> = findings.iter().map(|it| it.path.as_path()).collect();
                writeln!(f, "problems: {}", files.len())
            }
            Self::Accepted(Accepted::Taken { files, rows, downloads, uncovered, lost }) => {
                writeln!(
                    f,
                    "taken as they are: {files} month files, {rows} rows, {downloads} downloads"
                )?;
                if *uncovered > 0 {
                    writeln!(
                        f,
                        "days whose rows are gone, not collected from now on: {uncovered}"
                    )?;
                }
                for table in lost {
                    writeln!(f, "gone: {}", table.display().to_string().escape_debug())?;
                }
                if lost.iter().any(|table| table.ends_with("spending.csv")) {
                    writeln!(
                        f,
                        "what was paid is forgotten: the budget of the month begins anew; \
                         a copy of spending.csv, put in its place and taken with --accept, restores it"
                    )?;
                }
                Ok(())
            }
            Self::Accepted(Accepted::Refused(_)) => {
                writeln!(f, "not taken, nothing was changed: mend or remove these files first")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use store::Damage;

    use super::*;

    #[test]
    fn a_file_of_which_two_things_are_said_is_one_problem() {
        let of = |path: &str, damage| Finding { path: path.into(), damage };
        let checked = Outcome::Checked(vec![
            of("revisions.csv", Damage::Digest),
            of("revisions.csv", Damage::Line(2)),
            of("spending.csv", Damage::Missing),
        ]);
        assert!(checked.to_string().ends_with("\nproblems: 2\n"), "{checked}");
    }

    #[test]
    fn spending_that_is_gone_is_told_with_what_that_means() {
        let taken = |table: &str| {
            let (files, rows, downloads, uncovered) = (1, 2, 3, 0);
            let lost = vec![table.into()];
            Outcome::Accepted(Accepted::Taken { files, rows, downloads, uncovered, lost })
                .to_string()
        };
        assert!(taken("data/pypi/spending.csv").contains("what was paid is forgotten"));
        assert!(!taken("data/pypi/checks.csv").contains("forgotten"));
    }
}
