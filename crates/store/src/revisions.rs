//! `revisions.csv`: how the days in the store were changed after they were collected.

use std::{collections::BTreeMap, fmt, fmt::Write as _};

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName, parse_day};

use crate::tables::{decode_lines, fields, parse_number, parse_time, time_text};

const HEADER: &str = "project,day,seen_at,before,after,kind";

/// What was found when a day in the store was looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Whose day it is.
    pub project: ProjectName,
    /// The day.
    pub day: Day,
    /// When it was looked at, to the second.
    pub seen_at: DateTime<Utc>,
    /// The downloads that the store held.
    pub before: u64,
    /// The downloads that were found.
    pub after: u64,
    /// What became of them.
    pub kind: RevisionKind,
}

/// What became of a day that was looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevisionKind {
    /// Its rows were replaced by others.
    Revised,
    /// What was found would have shrunk it. It was kept as it was.
    Suspect,
    /// What was found shrank it, and the user had said to take that.
    Accepted,
    /// The day had been suspect, and what was found now is what is stored.
    Confirmed,
}

impl RevisionKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Revised, Self::Suspect, Self::Accepted, Self::Confirmed];

    /// The word that stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revised => "revised",
            Self::Suspect => "suspect",
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
        }
    }
}

impl fmt::Display for RevisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All revisions by time, project and day. None is ever removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revisions {
    all: Vec<Revision>,
    /// The last one of each day.
    last: BTreeMap<ProjectName, BTreeMap<Day, Revision>>,
}

impl Revisions {
    pub(crate) fn all(&self) -> &[Revision] {
        &self.all
    }

    /// The last revision of each day of a project that has any, by day.
    pub(crate) fn last_of(&self, project: &str) -> impl Iterator<Item = &Revision> {
        self.last.get(project).into_iter().flat_map(BTreeMap::values)
    }

    /// The last one of a day; `None` if it was never changed.
    pub(crate) fn last(&self, project: &str, day: Day) -> Option<&Revision> {
        self.last.get(project)?.get(&day)
    }

    /// Adds a revision behind those of the same time, project and day.
    pub(crate) fn add(&mut self, revision: Revision) {
        let days = self.last.entry(revision.project.clone()).or_default();
        if days.get(&revision.day).is_none_or(|last| last.seen_at <= revision.seen_at) {
            days.insert(revision.day, revision.clone());
        }
        let at = self.all.partition_point(|it| order(it) <= order(&revision));
        self.all.insert(at, revision);
    }

    /// The text of the file.
    pub(crate) fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for Revision { project, day, seen_at, before, after, kind } in &self.all {
            let time = time_text(*seen_at);
            let _ = writeln!(text, "{project},{day},{time},{before},{after},{kind}");
        }
        text
    }

    /// Reads the text of the file; the error is the number of the first line that is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, u64> {
        let mut revisions = Self::default();
        decode_lines(bytes, HEADER, |line| {
            let revision = decode_line(line)?;
            let sorted = revisions.all.last().is_none_or(|last| order(last) <= order(&revision));
            sorted.then(|| revisions.add(revision))
        })?;
        Ok(revisions)
    }
}

fn order(revision: &Revision) -> (DateTime<Utc>, &ProjectName, Day) {
    (revision.seen_at, &revision.project, revision.day)
}

fn decode_line(line: &str) -> Option<Revision> {
    let [project, day, seen_at, before, after, kind] = fields(line)?;
    Some(Revision {
        project: ProjectName::new(project).ok()?,
        day: parse_day(day)?,
        seen_at: parse_time(seen_at)?,
        before: parse_number(before)?,
        after: parse_number(after)?,
        kind: RevisionKind::ALL.into_iter().find(|it| it.as_str() == kind)?,
    })
}
