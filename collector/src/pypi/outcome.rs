//! What a run did, for people.

use std::fmt;

use downloads::{Day, ProjectName};
use store::DayCounts;

use super::budget::Spent;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many queries were answered.
    pub queries: u64,
    /// How many rows they had.
    pub rows: u64,
    /// What they billed, in bytes.
    pub billed: u64,
    /// What was spent this month, with them.
    pub spent: Spent,
    /// What became of the days that were read.
    pub counts: DayCounts,
    /// How many days of projects were found by a check to be as they are stored.
    pub confirmed: u64,
    /// The days that were kept because they would shrink.
    pub suspects: Vec<Suspect>,
}

/// A day of a project that was kept as it was, because it would shrink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The project.
    pub project: ProjectName,
    /// The day.
    pub day: Day,
    /// Its stored downloads.
    pub stored: u64,
    /// How many downloads BigQuery has now.
    pub offered: u64,
    /// Whether this was found for the first time.
    pub is_new: bool,
}

impl Outcome {
    /// Whether something was found that a person should look at.
    pub fn has_new_suspects(&self) -> bool {
        self.suspects.iter().any(|suspect| suspect.is_new)
    }
}

/// How many suspect days are named.
const NAMED: usize = 10;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.queries == 0 {
            return f.write_str("nothing to collect: all days are up to date");
        }
        let Self { queries, rows, counts, confirmed, suspects, .. } = self;
        writeln!(f, "queries: {queries}, rows: {rows}")?;
        write!(
            f,
            "days of projects: {} added, {} changed, {} unchanged",
            counts.added,
            counts.changed,
            counts.unchanged + confirmed
        )?;
        if suspects.is_empty() {
            return Ok(());
        }
        let new = suspects.iter().filter(|suspect| suspect.is_new).count();
        write!(f, "\n{} suspect ({new} new), kept as they were:", suspects.len())?;
        for Suspect { project, day, stored, offered, .. } in suspects.iter().take(NAMED) {
            write!(f, "\n  {project} {day}: {stored} downloads stored, {offered} in BigQuery now")?;
        }
        if suspects.len() > NAMED {
            write!(f, "\n  and {} more", suspects.len() - NAMED)?;
        }
        write!(
            f,
            "\nThey are looked at again on the next days. \
             If BigQuery is right, take its rows with --accept-shrink."
        )
    }
}
