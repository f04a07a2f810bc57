//! `checks.csv`: what a query that only counts must say of a day if it is unchanged.

use std::{collections::BTreeMap, fmt::Write as _};

use downloads::{Day, ProjectName, parse_day};

use crate::tables::{decode_lines, fields, parse_number};

const HEADER: &str = "project,day,downloads,seconds";

/// The mark of the rows of a day, cheap to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// How many downloads there are.
    pub downloads: u64,
    /// The sum over all downloads of the seconds since midnight.
    pub seconds: u64,
}

/// The checks of recent days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checks(BTreeMap<ProjectName, BTreeMap<Day, Check>>);

impl Checks {
    pub(crate) fn of(&self, project: &str, day: Day) -> Option<Check> {
        self.0.get(project)?.get(&day).copied()
    }

    /// Sets the check of a day, or removes it.
    pub(crate) fn set(&mut self, project: &ProjectName, day: Day, check: Option<Check>) {
        match check {
            Some(check) => {
                self.0.entry(project.clone()).or_default().insert(day, check);
            }
            None => {
                let days = self.0.get_mut(project);
                let is_empty = days.is_some_and(|days| {
                    days.remove(&day);
                    days.is_empty()
                });
                if is_empty {
                    self.0.remove(project);
                }
            }
        }
    }

    /// Removes the checks of all days before this one.
    pub(crate) fn drop_before(&mut self, day: Day) {
        self.0.values_mut().for_each(|days| *days = days.split_off(&day));
        self.0.retain(|_, days| !days.is_empty());
    }

    /// The text of the file.
    pub(crate) fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (project, days) in &self.0 {
            for (day, Check { downloads, seconds }) in days {
                let _ = writeln!(text, "{project},{day},{downloads},{seconds}");
            }
        }
        text
    }

    /// Reads the text of the file; the error is the number of the first line that is wrong.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, u64> {
        let mut checks = Self::default();
        let mut last = None;
        decode_lines(bytes, HEADER, |line| {
            let [project, day, downloads, seconds] = fields(line)?;
            let key = (ProjectName::new(project).ok()?, parse_day(day)?);
            let check =
                Check { downloads: parse_number(downloads)?, seconds: parse_number(seconds)? };
            if last.as_ref().is_some_and(|last| *last >= key) {
                return None;
            }
            checks.set(&key.0, key.1, Some(check));
            last = Some(key);
            Some(())
        })?;
        Ok(checks)
    }
}
