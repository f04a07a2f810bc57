//! Which days of which projects are asked for. Pure: no clock, no disk, no network.
//!
//! A day is *missing* until its rows were read. Rows arrive late, so a collected day is looked at again
//! when a checkpoint passes: as soon as it was readable at all, 1 day, the lookback and 35 days
//! after it ended. If the last look found it changed or suspect, it is looked at on each later day, until
//! a look finds it as it was, or 70 days are over. To look is cheap where it is known what a check must
//! say; otherwise the rows are read again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveTime, TimeDelta, Utc};
use downloads::{Day, ProjectName, SETTLED_DAYS};
use store::Month;

use super::sql::{RowDetail, What};

/// How many days after a day ended it is looked at each day, as long as it does not settle. Incidents
/// of the source have taken weeks.
const WATCHED_DAYS: u32 = 2 * SETTLED_DAYS;

/// How far ahead a clock may be without harm: less than there is between two looks.
const CLOCK_ERROR: TimeDelta = TimeDelta::hours(12);

/// What the plan is made from, besides what is stored.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The projects, with their level of detail and the day that their history starts.
    pub projects: Vec<Wanted>,
    /// The last day that may be asked for; `None` if it is the newest that is complete.
    pub last: Option<Day>,
    /// From which day on days that are stored are read again; `None` if they are not.
    pub force: Option<Day>,
    /// Whether suspect days are read again, to take them as they are now.
    pub accept_shrink: bool,
    /// How many days after a day ends its rows may still change.
    pub lookback: u32,
    /// From which time on, in UTC, the day before is complete enough to be read.
    pub not_before: NaiveTime,
}

/// A project that is to be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: ProjectName,
    /// How much of each download is kept.
    pub detail: RowDetail,
    /// The first day that may be asked for.
    pub start: Day,
}

/// What is stored of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Missing,
    /// Its rows.
    Collected {
        /// When it was looked at last.
        fetched_at: DateTime<Utc>,
        /// What that look found.
        last_look: Look,
        /// Whether it is known what a check must say.
        checkable: bool,
    },
}

/// What a look at a collected day found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The day as it was before, or for the first time.
    Settled,
    /// Other rows than before.
    Changed,
    /// A day that would shrink, and was kept as it was.
    Suspect,
}

/// One query: what, about which days of which projects. All days are asked of all projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What is asked.
    pub what: What,
    /// The days, at least one.
    pub days: BTreeSet<Day>,
    /// The projects, at least one.
    pub projects: BTreeSet<ProjectName>,
}

/// All that is to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Days that are only checked, per project.
    pub checks: BTreeMap<ProjectName, BTreeSet<Day>>,
    /// Days whose rows are read, per project.
    pub reads: BTreeMap<ProjectName, BTreeSet<Day>>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty() && self.reads.is_empty()
    }
}

/// The newest day that can be read: yesterday, or the day before it early in the morning.
pub fn last_complete_day(now: DateTime<Utc>, not_before: NaiveTime) -> Day {
    let back = if now.time() < not_before { 2 } else { 1 };
    now.date_naive() - TimeDelta::days(back)
}

/// Says what is to be asked. `known` tells what is stored.
pub fn plan(
    wishes: &Wishes,
    now: DateTime<Utc>,
    known: impl Fn(&ProjectName, Day) -> Known,
) -> Plan {
    let mut plan = Plan::default();
    let complete = last_complete_day(now, wishes.not_before);
    let last = wishes.last.map_or(complete, |last| last.min(complete));
    for project in &wishes.projects {
        for day in project.start.iter_days().take_while(|day| *day <= last) {
            let list = match need(wishes, now, day, known(&project.name, day)) {
                None => continue,
                Some(Need::Check) => &mut plan.checks,
                Some(Need::Read) => &mut plan.reads,
            };
            list.entry(project.name.clone()).or_default().insert(day);
        }
    }
    plan
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Check,
    Read,
}

/// What is to be asked about a day, if anything.
fn need(wishes: &Wishes, now: DateTime<Utc>, day: Day, known: Known) -> Option<Need> {
    let Known::Collected { fetched_at, last_look, checkable } = known else {
        return Some(Need::Read);
    };
    // The clock was ahead then. What it called over may not have begun.
    if fetched_at - now > CLOCK_ERROR {
        return Some(Need::Read);
    }
    let is_forced = wishes.force.is_some_and(|first| first <= day);
    if is_forced || (wishes.accept_shrink && last_look == Look::Suspect) {
        return Some(Need::Read);
    }
    let checkable = if checkable { Need::Check } else { Need::Read };
    is_due(wishes, now, day, fetched_at, last_look).then_some(checkable)
}

/// Whether a collected day is to be looked at again.
fn is_due(
    wishes: &Wishes,
    now: DateTime<Utc>,
    day: Day,
    fetched_at: DateTime<Utc>,
    last_look: Look,
) -> bool {
    let Some(end) = day.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_utc()) else {
        return false;
    };
    let after = |days: u32| end + TimeDelta::days(days.into());
    let readable = end + (wishes.not_before - NaiveTime::MIN);
    let checkpoints =
        [readable, after(wishes.lookback.min(1)), after(wishes.lookback), after(SETTLED_DAYS)];
    let passed = |checkpoint: &DateTime<Utc>| fetched_at < *checkpoint && *checkpoint <= now;
    let unsettled = last_look != Look::Settled && fetched_at < after(WATCHED_DAYS);
    // By the calendar, so that a run that starts a minute earlier than yesterday's is not left out.
    let another_day = fetched_at.date_naive() < now.date_naive();
    checkpoints.iter().any(passed) || (unsettled && another_day)
}

/// The queries for these days, the newest first: all projects of a day in one query for each level of
/// detail, and no query over the end of a month.
pub(super) fn reads(
    days: &BTreeMap<ProjectName, BTreeSet<Day>>,
    detail: impl Fn(&ProjectName) -> RowDetail,
) -> Vec<Batch> {
    let mut projects_of: BTreeMap<(RowDetail, Day), BTreeSet<ProjectName>> = BTreeMap::new();
    for (project, days) in days {
        for &day in days {
            projects_of.entry((detail(project), day)).or_default().insert(project.clone());
        }
    }
    // A partition that is read twice is paid twice, so a day is in one query; which days share one
    // depends on nothing but their projects, so that nothing is asked that is not needed.
    let mut batches: BTreeMap<_, BTreeSet<Day>> = BTreeMap::new();
    for ((detail, day), projects) in projects_of {
        batches.entry((Month::of(day), detail, projects)).or_default().insert(day);
    }
    let mut batches: Vec<Batch> = batches
        .into_iter()
        .map(|((_, detail, projects), days)| Batch { what: What::Rows(detail), days, projects })
        .collect();
    batches.sort_by_key(|batch| std::cmp::Reverse(batch.days.last().copied()));
    batches
}

/// The one query that checks these days; `None` if there are none. It also asks about days of
/// projects that need no check, which costs nothing more than a second query would.
pub(super) fn check(days: &BTreeMap<ProjectName, BTreeSet<Day>>) -> Option<Batch> {
    let batch = Batch {
        what: What::Check,
        days: days.values().flatten().copied().collect(),
        projects: days.keys().cloned().collect(),
    };
    (!batch.days.is_empty()).then_some(batch)
}

impl Batch {
    /// Two queries for a part of the days each, the newer part first; `None` if it is one day.
    ///
    /// Where it is divided depends on the calendar, not on how many days are left: a run that goes on
    /// after another was killed asks the same queries, and finds the answer that was already paid.
    pub fn halves(&self) -> Option<[Self; 2]> {
        let number = |day: &Day| day.num_days_from_ce();
        let (first, last) = (number(self.days.first()?), number(self.days.last()?));
        let level = (first ^ last).checked_ilog2()?;
        let middle = Day::from_num_days_from_ce_opt(last >> level << level)?;
        let (mut older, newer) = (self.clone(), self.clone());
        let newer = Self { days: older.days.split_off(&middle), ..newer };
        Some([newer, older])
    }
}
