//! How downloads divide over the values of a dimension, and which days are missing.

use cube::{Cube, Days, Value};
use downloads::{Day, DayState, Dimension, Set, sorted_by};

use crate::{Grouping, Members};

/// The values of one dimension by downloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Which dimension.
    pub dimension: Dimension,
    /// Most downloads first, equal ones by value. A value without downloads is listed only if it is chosen.
    pub rows: Vec<Share>,
    /// Downloads of all values together: what the other filters let through.
    pub total: u64,
    /// How many values *other* stands for; 0 if it does not occur.
    pub gathered: u32,
}

/// One value's part.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The value.
    pub value: Value,
    /// Its downloads.
    pub downloads: u64,
    /// Its part of the total, from 0 to 1; 0 if the total is 0.
    pub share: f64,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// How the downloads of a cube divide over the values of a dimension, of which each has so many; versions in groups
/// or not. Those in `chosen` are listed in any case.
pub fn shares(
    cube: &Cube,
    dimension: Dimension,
    counts: Vec<u64>,
    grouping: Option<Grouping>,
    chosen: &Set<Value>,
) -> Shares {
    let members = Members::of(cube.values(dimension), grouping);
    let counts = members.sums(counts);
    let total: u64 = counts.iter().sum();
    let share = |downloads: u64| if total == 0 { 0.0 } else { downloads as f64 / total as f64 };
    let absent = chosen.iter().filter(|value| !members.members.contains(value));
    let rows: Vec<Share> = members
        .members
        .iter()
        .zip(counts)
        .chain(absent.map(|value| (value, 0)))
        .map(|(value, downloads)| (value, downloads, chosen.contains(value)))
        .filter(|&(_, downloads, chosen)| downloads > 0 || chosen)
        .map(|(value, downloads, chosen)| Share {
            value: value.clone(),
            downloads,
            share: share(downloads),
            chosen,
        })
        .collect();
    Shares { dimension, rows: sorted(rows), total, gathered: cube.gathered(dimension) }
}

/// Most downloads first, equal ones by value.
pub(crate) fn sorted(rows: Vec<Share>) -> Vec<Share> {
    sorted_by(rows, |a, b| b.downloads.cmp(&a.downloads).then_with(|| a.value.cmp(&b.value)))
}

/// The stretches of days, first and last included, that were not collected between the first and the
/// last day that was.
pub fn gaps(days: &Days) -> Vec<(Day, Day)> {
    let Some(last) = days.last_collected() else { return Vec::new() };
    let mut gaps: Vec<(Day, Day)> = Vec::new();
    let missing = days
        .iter()
        .zip(days.states())
        .skip_while(|(_, state)| !state.is_collected())
        .filter(|&(day, state)| day < last && *state == DayState::NotCollected);
    for (day, _) in missing {
        match gaps.last_mut() {
            Some((_, end)) if end.succ_opt() == Some(day) => *end = day,
            _ => gaps.push((day, day)),
        }
    }
    gaps
}
