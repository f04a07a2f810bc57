//! Which days of one project were collected: counted once, kept until its data changes.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use downloads::{Day, DayState};
use serde::{Deserialize, Serialize};

use crate::text;

/// How wide a strip is, in steps of its own.
const WIDTH: u64 = 960;
/// How high it is.
const HEIGHT: u64 = 12;

/// How each state is drawn: its attribute, and how far from the top. The patterns are on the page once. No state
/// differs from the others by its color alone.
const PAINTS: [(char, &str, u64); 4] = [
    ('f', "class=\"final\"", 0),
    ('p', "class=\"provisional\"", HEIGHT / 2),
    ('s', "fill=\"url(#suspect)\"", 0),
    ('-', "fill=\"url(#gap)\"", 0),
];

/// In how many cells a strip may be told, the finest first.
const CELLS: [u64; 6] = [480, 240, 120, 60, 30, 15];
/// More gaps than this are counted, not named.
const GAPS_NAMED: usize = 3;

/// Which days of a project were collected, and what is known of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityFigures {
    /// The first collected day.
    first: Day,
    /// Stretches of days in the same state, from the first to the last collected day: a letter, and how many
    /// days. `f` final, `p` provisional, `s` suspect, anything else not collected.
    runs: Vec<(char, u32)>,
    /// How many times a day of it was found changed.
    revisions: u32,
    /// When the newest day was collected; `None` if it is of a file.
    collected: Option<DateTime<Utc>>,
}

impl QualityFigures {
    /// Of a project whose days from `first` on have these states. `None` if no day was collected.
    ///
    /// `revisions` is how many times a day of it was found changed, `collected` when its newest day was
    /// collected, or `None` if it was read from a file.
    pub fn of(
        first: Day,
        states: impl IntoIterator<Item = DayState>,
        revisions: u32,
        collected: Option<DateTime<Utc>>,
    ) -> Option<Self> {
        let mut runs: Vec<(char, u32)> = Vec::new();
        let mut before = 0;
        for state in states {
            let letter = letter(state);
            match runs.last_mut() {
                None if letter == '-' => before += 1,
                Some((last, days)) if *last == letter => *days += 1,
                _ => runs.push((letter, 1)),
            }
        }
        runs.pop_if(|(letter, _)| *letter == '-');
        let first = first + chrono::Days::new(before);
        (!runs.is_empty()).then_some(Self { first, runs, revisions, collected })
    }

    /// The first collected day.
    pub(super) fn first(&self) -> Day {
        self.first
    }

    /// The last collected day.
    pub(super) fn last(&self) -> Day {
        self.first + chrono::Days::new(self.days().saturating_sub(1))
    }

    /// When the newest day was collected; `None` if it is of a file.
    pub(super) fn collected(&self) -> Option<DateTime<Utc>> {
        self.collected
    }

    /// How many days there are from the first to the last.
    pub(super) fn days(&self) -> u64 {
        self.runs.iter().map(|(_, days)| u64::from(*days)).sum()
    }

    /// How many of them were not collected.
    pub(super) fn missing(&self) -> u64 {
        self.days() - self.count('f') - self.count('p') - self.count('s')
    }

    /// How many may still change.
    pub(super) fn provisional(&self) -> u64 {
        self.count('p')
    }

    /// Of how many a later reading had fewer downloads.
    pub(super) fn suspect(&self) -> u64 {
        self.count('s')
    }

    fn count(&self, wanted: char) -> u64 {
        self.runs.iter().filter(|(it, _)| *it == wanted).map(|(_, days)| u64::from(*days)).sum()
    }

    /// The stretches of days with their state, by letter.
    fn stretches(&self) -> impl Iterator<Item = (char, Day, Day)> {
        let mut next = self.first;
        self.runs.iter().map(move |&(letter, days)| {
            let first = next;
            next = first + chrono::Days::new(days.into());
            (letter, first, first + chrono::Days::new(u64::from(days.saturating_sub(1))))
        })
    }

    /// What is known of the days, in a few words.
    pub(super) fn words(&self) -> String {
        let days = text::days(self.first, self.last());
        let of = text::counted(self.days(), "day", "days");
        let mut words = match self.missing() {
            0 => format!("{days}: all {of}."),
            missing => {
                let gaps: Vec<_> = self
                    .stretches()
                    .filter(|(letter, ..)| !"fps".contains(*letter))
                    .map(|(_, first, last)| text::days(first, last))
                    .collect();
                let mut named = gaps.get(..GAPS_NAMED).unwrap_or(&gaps).to_vec();
                if gaps.len() > GAPS_NAMED {
                    named.push(format!("{} more stretches", gaps.len() - GAPS_NAMED));
                }
                format!(
                    "{days}: {} of {of} not collected, {}.",
                    text::thousands(missing),
                    text::list(&named)
                )
            }
        };
        let mut add = |count: u64, what: &str| {
            if count > 0 {
                // Writing to a `String` cannot fail.
                let _ = write!(words, " {} {what}.", text::thousands(count));
            }
        };
        add(self.provisional(), "provisional");
        add(self.suspect(), "suspect");
        add(self.revisions.into(), if self.revisions == 1 { "revision" } else { "revisions" });
        words
    }

    /// The states as paths of an SVG, 960 by 12 steps for the days of `span`, in at most `longest` bytes. Each
    /// cell tells the worst of its days.
    pub(super) fn strip(&self, span: (Day, Day), longest: usize) -> String {
        let of = |cells: u64| self.paths(span, cells);
        let fits = CELLS.into_iter().map(of).find(|paths| paths.len() <= longest);
        fits.unwrap_or_else(|| of(1))
    }

    fn paths(&self, (start, end): (Day, Day), cells: u64) -> String {
        let all = u64::from(downloads::days_between(start, end)).max(1);
        let mut states = vec![' '; cells as usize];
        for (letter, first, last) in self.stretches() {
            let cell = |days: i64| (u64::try_from(days).unwrap_or(0) * cells / all) as usize;
            let from = cell((first - start).num_days());
            // A stretch of less than a cell still has one.
            let to = cell((last - start).num_days() + 1).clamp(from + 1, states.len());
            for state in states.get_mut(from..to).unwrap_or_default() {
                if weight(letter) > weight(*state) {
                    *state = letter;
                }
            }
        }
        let mut paths = String::new();
        for (letter, paint, top) in PAINTS {
            let mut path = String::new();
            let mut at = 0;
            for stretch in states.chunk_by(|a, b| a == b) {
                let (x, width) = (at * WIDTH / cells, stretch.len() as u64 * WIDTH / cells);
                if stretch.first().is_some_and(|it| *it == letter) {
                    let height = HEIGHT - top;
                    let _ = write!(path, "M{x} {top}h{width}v{height}h-{width}z");
                }
                at += stretch.len() as u64;
            }
            if !path.is_empty() {
                let _ = write!(paths, "<path {paint} d=\"{path}\"/>");
            }
        }
        paths
    }
}

fn letter(state: DayState) -> char {
    match state {
        DayState::Final => 'f',
        DayState::Provisional => 'p',
        DayState::Suspect => 's',
        DayState::NotCollected => '-',
    }
}

/// Which of two states in one cell is shown: the one that a reader must know of.
fn weight(letter: char) -> u8 {
    match letter {
        ' ' => 0,
        'f' => 1,
        'p' => 2,
        's' => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests;
