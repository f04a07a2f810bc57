//! From an answer to the store: what is taken, what is kept, what is written down about it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use downloads::{Day, ProjectName, SETTLED_DAYS, stretches};
use store::{Check, Interval, Month, Revision, RevisionKind, Writer};

use super::{
    collect::ORIGIN,
    gather::{TEMPORARY, Totals, seen},
    outcome::{Outcome, Suspect},
    plan::Batch,
};
use crate::sort::Sorted;

/// Whether a day may lose so many downloads without being asked about: at most `ppm` millionths.
fn is_small_loss(before: u64, after: u64, ppm: u32) -> bool {
    let lost = u128::from(before.saturating_sub(after));
    lost * 1_000_000 <= u128::from(before) * u128::from(ppm)
}

/// A day that grows by more than this share, over all projects that were looked at, was not merely
/// joined by stragglers.
const BACKLOG_PERCENT: u128 = 10;

/// What came of a check.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// The days that are not what is stored, so that they have to be read.
    pub(crate) to_read: BTreeMap<ProjectName, BTreeSet<Day>>,
    /// The days that grew so much that the source must have been behind.
    pub(crate) backlog: BTreeSet<Day>,
}

/// Puts what was looked at into the store.
pub(crate) struct Merge<'a> {
    pub(crate) writer: &'a mut Writer,
    pub(crate) outcome: &'a mut Outcome,
    /// When BigQuery was asked. Later rows are not in the answer.
    pub(crate) looked_at: DateTime<Utc>,
    /// A day that would lose more than so many millionths of its downloads is kept as it was.
    pub(crate) loss_ppm: u32,
    /// Whether such a loss is accepted.
    pub(crate) accept_shrink: bool,
}

impl Merge<'_> {
    /// Compares what was counted with what is stored.
    pub(crate) fn compare(&mut self, batch: &Batch, totals: &Totals) -> Compared {
        let mut to_read: BTreeMap<ProjectName, BTreeSet<Day>> = BTreeMap::new();
        let mut sums: BTreeMap<Day, (u64, u64)> = BTreeMap::new();
        for (number, project) in batch.projects.iter().enumerate() {
            for (day, found) in seen(totals, number as u32, &batch.days) {
                // Days of other projects are in the answer too, and there may be nothing to compare.
                let Some(stored) = self.writer.snapshot().check(project.as_str(), day) else {
                    continue;
                };
                let (before, now) = sums.entry(day).or_default();
                *before = before.saturating_add(stored.downloads);
                *now = now.saturating_add(found.downloads);
                if found == stored {
                    self.confirm(project, day, stored);
                } else if self.is_loss(stored.downloads, found.downloads) {
                    self.suspect(project, day, stored.downloads, found.downloads);
                } else {
                    to_read.entry(project.clone()).or_default().insert(day);
                }
            }
        }
        let grew = |(before, now): (u64, u64)| {
            u128::from(now.saturating_sub(before)) * 100 > u128::from(now) * BACKLOG_PERCENT
        };
        let backlog =
            sums.into_iter().filter(|(_, sums)| grew(*sums)).map(|(day, _)| day).collect();
        Compared { to_read, backlog }
    }

    /// Replaces the days of a batch by what was read.
    pub(crate) fn replace(
        &mut self,
        batch: &Batch,
        mut sorted: Sorted,
        totals: &Totals,
    ) -> anyhow::Result<()> {
        for (number, project) in batch.projects.iter().enumerate() {
            let found = seen(totals, number as u32, &batch.days);
            let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
            for &day in &batch.days {
                months.entry(Month::of(day)).or_default().insert(day);
            }
            for (month, days) in months {
                self.replace_month(number as u32, project, month, &days, &found, &mut sorted)?;
            }
        }
        Ok(())
    }

    fn replace_month(
        &mut self,
        number: u32,
        project: &ProjectName,
        month: Month,
        days: &BTreeSet<Day>,
        found: &BTreeMap<Day, Check>,
        sorted: &mut Sorted,
    ) -> anyhow::Result<()> {
        let (name, last) = (project.as_str(), month.last_day());
        let is_stored = |day: &&Day| self.writer.snapshot().interval(name, **day).is_some();
        let before = match days.iter().any(|day| is_stored(&day)) {
            true => self.writer.snapshot().day_downloads(name, month)?,
            false => BTreeMap::new(),
        };
        let stored: BTreeSet<Day> = days.iter().filter(is_stored).copied().collect();
        let downloads = |day: &Day| before.get(day).copied().unwrap_or_default();
        let (held, replaced): (BTreeSet<Day>, BTreeSet<Day>) = days.iter().partition(|day| {
            stored.contains(day) && self.is_loss(downloads(day), found[*day].downloads)
        });
        let mut output = match replaced.is_empty() {
            true => None,
            false => Some(self.writer.month(project, month, replaced.clone())?),
        };
        while let Some((row, key)) = sorted.row() {
            if row.project != number || row.day > last {
                break;
            }
            if let Some(output) = output.as_mut().filter(|_| !held.contains(&row.day)) {
                output.push(row.day, key, row.count)?;
            }
            sorted.advance().context(TEMPORARY)?;
        }
        let mut changed = BTreeSet::new();
        if let Some(output) = output {
            let written = output.finish()?;
            self.outcome.counts += written.counts;
            changed = written.changes.iter().map(|change| change.day).collect();
        }
        for &day in &held {
            self.suspect(project, day, downloads(&day), found[&day].downloads);
        }
        for &day in replaced.intersection(&stored) {
            let (before, after) = (downloads(&day), found[&day].downloads);
            if !changed.contains(&day) {
                self.settle_suspicion(project, day, before);
                continue;
            }
            let kind = match is_small_loss(before, after, self.loss_ppm) {
                true => RevisionKind::Revised,
                false => RevisionKind::Accepted,
            };
            self.revise(project, day, before, after, kind);
        }
        for (first, last) in stretches(replaced.iter().copied()) {
            let (fetched_at, origin) = (self.looked_at, ORIGIN.into());
            self.writer.cover(project, Interval { first, last, fetched_at, origin });
        }
        // The first day of an imported history says by its origin that nothing belongs before it.
        let first = self.writer.snapshot().coverage(name).first().map(|it| it.first);
        if let Some(first) = first.filter(|first| replaced.contains(first)) {
            self.look(project, first);
        }
        for day in replaced {
            self.keep_check(project, day, found[&day]);
        }
        Ok(())
    }

    fn is_loss(&self, before: u64, after: u64) -> bool {
        !self.accept_shrink && !is_small_loss(before, after, self.loss_ppm)
    }

    /// A day is as it is stored.
    fn confirm(&mut self, project: &ProjectName, day: Day, stored: Check) {
        self.outcome.confirmed += 1;
        self.settle_suspicion(project, day, stored.downloads);
        self.look(project, day);
        self.keep_check(project, day, stored);
    }

    /// A day that was suspect is not any more.
    fn settle_suspicion(&mut self, project: &ProjectName, day: Day, downloads: u64) {
        let last = self.writer.snapshot().last_revision(project.as_str(), day);
        if last.is_some_and(|last| last.kind == RevisionKind::Suspect) {
            self.revise(project, day, downloads, downloads, RevisionKind::Confirmed);
        }
    }

    /// A day stays as it is, because it would shrink.
    fn suspect(&mut self, project: &ProjectName, day: Day, stored: u64, offered: u64) {
        let last = self.writer.snapshot().last_revision(project.as_str(), day);
        let known = last.is_some_and(|last| {
            (last.kind, last.before, last.after) == (RevisionKind::Suspect, stored, offered)
        });
        // Written once, or the list would grow each day.
        if !known {
            self.revise(project, day, stored, offered, RevisionKind::Suspect);
        }
        let suspect = Suspect { project: project.clone(), day, stored, offered, is_new: !known };
        self.outcome.suspects.push(suspect);
        self.look(project, day);
    }

    fn revise(
        &mut self,
        project: &ProjectName,
        day: Day,
        before: u64,
        after: u64,
        kind: RevisionKind,
    ) {
        let last = self.writer.snapshot().last_revision(project.as_str(), day);
        // The last word must be the last in the file, also if the clock was ahead at the one before.
        let later = last.map(|last| last.seen_at + TimeDelta::seconds(1));
        let seen_at = later.map_or(self.looked_at, |later| later.max(self.looked_at));
        let project = project.clone();
        self.writer.revise(Revision { project, day, seen_at, before, after, kind });
    }

    /// Writes down that a day was looked at; where its rows come from stays.
    fn look(&mut self, project: &ProjectName, day: Day) {
        let interval = self.writer.snapshot().interval(project.as_str(), day);
        let Some(origin) = interval.map(|interval| interval.origin.clone()) else { return };
        let fetched_at = self.looked_at;
        self.writer.cover(project, Interval { first: day, last: day, fetched_at, origin });
    }

    /// Keeps what a check of a day must say, if there will be one.
    fn keep_check(&mut self, project: &ProjectName, day: Day, check: Check) {
        let end = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc();
        let will_be = self.looked_at < end + TimeDelta::days(SETTLED_DAYS.into());
        self.writer.set_check(project, day, will_be.then_some(check));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_small_up_to_the_share() {
        assert!(is_small_loss(1000, 995, 5000));
        assert!(!is_small_loss(1000, 994, 5000));
        assert!(is_small_loss(0, 0, 0));
        assert!(is_small_loss(10, 20, 0), "more is no loss");
        assert!(!is_small_loss(u64::MAX, 0, 999_999));
        assert!(is_small_loss(u64::MAX, 0, 1_000_000));
    }
}
