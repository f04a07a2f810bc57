//! When a release became the one that is downloaded most of the time.

use std::collections::BTreeSet;

use cube::{Cube, Selection, Value};
use downloads::{DayState, Dimension, break_between};

use super::{Event, What};
use crate::{Release, releases};

/// The days over which the share is taken: each weekday once.
const WEEK: usize = 7;

/// A week with fewer downloads of known final releases says nothing.
const LEAST_DOWNLOADS: u64 = 100;

/// The first week in which each final release had half of the downloads of all known ones, oldest first.
///
/// The first week of which anything is known tells nobody's adoption: whether it happened then or
/// long before cannot be told, and of a new project it is no news.
pub(super) fn adopted(cube: &Cube) -> Vec<Event> {
    let days = cube.days();
    let is_final = |release: &Release| release.numbers().is_some();
    let finals: BTreeSet<String> =
        releases(cube).into_iter().filter(is_final).map(|release| release.version).collect();
    let versions: Vec<&String> = finals.iter().collect();
    let line = |value: &Value| match value {
        Value::Known(version) => versions.binary_search(&version).ok(),
        Value::Unknown | Value::Other => None,
    };
    let lines: Vec<Option<usize>> = cube.values(Dimension::Version).iter().map(line).collect();
    let selection = Selection::default();
    let by_day = cube.by_day_and_line(&selection, Dimension::Version, &lines, versions.len());

    let mut events = Vec::new();
    let mut in_week = vec![0_u64; versions.len()];
    let mut is_adopted = vec![false; versions.len()];
    let mut is_first_week = true;
    for (at, day) in days.iter().enumerate() {
        for (sum, by_day) in in_week.iter_mut().zip(&by_day) {
            *sum += by_day[at];
            if let Some(left) = at.checked_sub(WEEK) {
                *sum -= by_day[left];
            }
        }
        let Some(first) = (at + 1).checked_sub(WEEK) else { continue };
        let is_whole = days.states()[first..at].iter().all(|state| state.is_collected());
        let week_before = day - chrono::Days::new(WEEK as u64 - 1);
        let of: u64 = in_week.iter().sum();
        if days.states()[at] != DayState::Final
            || !is_whole
            || of < LEAST_DOWNLOADS
            || break_between(week_before, day).is_some()
        {
            continue;
        }
        for (version, &downloads) in in_week.iter().enumerate() {
            if 2 * downloads < of || std::mem::replace(&mut is_adopted[version], true) {
                continue;
            }
            if !is_first_week {
                let version = versions[version].clone();
                events.push(Event { what: What::Adopted { version, downloads, of }, day });
            }
        }
        is_first_week = false;
    }
    events
}
