//! What happened to a project, told by its downloads alone: milestones, unusual days, adopted releases,
//! days without data.
//!
//! Only days that are final make events, and each follows from the days before it, so what was told once is
//! told again on every later run, under the same id. An event goes only if the days that made it change:
//! if a gap is filled, or a day is corrected.

mod adoption;
mod unusual;

use cube::{Cube, Days, Selection};
use downloads::{Day, DayState, days_between};

use crate::gaps;

/// The first milestone, in downloads.
const FIRST_MILESTONE: u64 = 1_000;

/// A gap that is shorter may be filled by the next run, so it is told only when the day after it is final.
/// The same number of days makes data late. In days.
pub const LATE_AFTER: u32 = 3;

/// Something that happened to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub what: What,
    /// The day whose downloads, or lack of data, made it known. It does not change when more days come.
    pub day: Day,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The downloads since the first collected day reached 1, 2 or 5 times a power of ten. How many there
    /// were before that day is not known, and days that were not collected count nothing.
    Milestone {
        /// The round number that was reached.
        downloads: u64,
        /// The first collected day, from which on is counted.
        since: Day,
    },
    /// Days far from what the same weekdays before them had.
    Unusual {
        /// More or less than usual.
        direction: Direction,
        /// The first of the days.
        first: Day,
        /// The last of them so far; up to seven usual days may lie between two of them.
        last: Day,
        /// The one that is furthest away.
        peak: Day,
        /// The downloads of that day.
        downloads: u64,
        /// The median of the same weekdays before that day.
        usual: u64,
    },
    /// A final release had half of the downloads of all known final releases in a week for the first time.
    Adopted {
        /// The version: numbers and dots, nothing else.
        version: String,
        /// Its downloads in the week that ends with the day of the event.
        downloads: u64,
        /// The downloads of all known final releases in that week.
        of: u64,
    },
    /// Days that were not collected.
    Missing {
        /// The first of them.
        first: Day,
        /// The last of them so far.
        last: Day,
        /// Whether a later day was collected. If not, the data is late.
        is_over: bool,
    },
}

/// More or less than usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More downloads than usual.
    Rise,
    /// Fewer downloads than usual.
    Fall,
}

impl Event {
    /// A word for the event among all of its project that stays the same when more days come: ASCII letters,
    /// digits, `.`, `-` and `/`.
    pub fn id(&self) -> String {
        match &self.what {
            What::Milestone { downloads, .. } => format!("milestone/{downloads}"),
            What::Unusual { direction: Direction::Rise, first, .. } => format!("rise/{first}"),
            What::Unusual { direction: Direction::Fall, first, .. } => format!("fall/{first}"),
            What::Adopted { version, .. } => format!("adopted/{version}"),
            What::Missing { first, .. } => format!("missing/{first}"),
        }
    }

    /// The last day that it speaks of, so far.
    pub fn last_day(&self) -> Day {
        match self.what {
            What::Unusual { last, .. } | What::Missing { last, .. } => last.max(self.day),
            What::Milestone { .. } | What::Adopted { .. } => self.day,
        }
    }
}

/// What happened, the newest first, at most `limit` events. All downloads count.
///
/// `newest` is the newest collected day of all projects of the site: a project that ends days before it is
/// late.
pub fn events(cube: &Cube, newest: Day, limit: usize) -> Vec<Event> {
    let days = cube.days();
    let by_day = cube.by_day(&Selection::default());
    let mut events = milestones(days, &by_day);
    events.extend(unusual::unusual(days, &by_day));
    events.extend(adoption::adopted(cube));
    events.extend(missing(days, newest));
    // Stable, so that several of one day always come in the order of their kinds.
    events.sort_by_key(|event| std::cmp::Reverse(event.day));
    events.truncate(limit);
    events
}

/// Of several milestones on one day only the highest is told, and none of the first day: what it would be of
/// the downloads before is not known.
fn milestones(days: &Days, by_day: &[u64]) -> Vec<Event> {
    let states = days.states();
    let (Some(since), Some(last_final)) =
        (days.first(), states.iter().rposition(|state| *state == DayState::Final))
    else {
        return Vec::new();
    };
    let mut events = Vec::new();
    let mut next = milestones_from(FIRST_MILESTONE).peekable();
    let mut total = 0_u64;
    for (day, downloads) in days.iter().zip(by_day).take(last_final + 1) {
        total = total.saturating_add(*downloads);
        let mut reached = None;
        while let Some(milestone) = next.next_if(|&milestone| milestone <= total) {
            reached = Some(milestone);
        }
        if let Some(downloads) = reached.filter(|_| day > since) {
            events.push(Event { what: What::Milestone { downloads, since }, day });
        }
    }
    events
}

/// 1, 2 and 5 times `first`, ten times it, a hundred times it and so on.
fn milestones_from(first: u64) -> impl Iterator<Item = u64> {
    let powers = std::iter::successors(Some(first), |power| power.checked_mul(10));
    powers.flat_map(|power| [1, 2, 5].into_iter().filter_map(move |it| power.checked_mul(it)))
}

fn missing(days: &Days, newest: Day) -> Vec<Event> {
    let late = days
        .last_collected()
        .and_then(|last| last.succ_opt())
        .filter(|first| *first <= newest)
        .map(|first| (first, newest, false));
    let over = gaps(days).into_iter().map(|(first, last)| (first, last, true));
    over.chain(late)
        .filter(|&(first, last, _)| {
            let after = last.succ_opt().map(|day| days.state(day));
            days_between(first, last) >= LATE_AFTER || after == Some(DayState::Final)
        })
        .map(|(first, last, is_over)| {
            let told = (first + chrono::Days::new(u64::from(LATE_AFTER) - 1))
                .min(last + chrono::Days::new(1));
            Event { what: What::Missing { first, last, is_over }, day: told }
        })
        .collect()
}

#[cfg(test)]
mod tests;
