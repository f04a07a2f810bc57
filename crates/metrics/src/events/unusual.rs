//! Days with far more or far fewer downloads than the same weekdays before them.

use cube::Days;
use downloads::{Day, DayState, break_between, incidents_between};

use super::{Direction, Event, What};

/// How many of the same weekdays before a day say what is usual. All must have been collected.
const WEEKS: usize = 8;

/// How far away an unusual day is, in robust standard deviations.
///
/// Eight days tell the spread of the downloads only roughly, so this is about twice what is common for
/// long series. Together with [`LEAST_CHANGE`] it makes a handful of events a year.
const FAR: f64 = 6.0;

/// The standard deviation of normally distributed figures, in median absolute deviations.
const DEVIATIONS: f64 = 1.4826;

/// How many downloads an unusual day has more or fewer than usual, at least.
const LEAST_DOWNLOADS: f64 = 100.0;

/// How much more or less than usual an unusual day has at least, as a fraction of the usual.
const LEAST_CHANGE: f64 = 0.5;

/// An unusual day belongs to the event before it if fewer days than this lie between their dates: a rise
/// that pauses over a weekend is one rise.
const PAUSE: i64 = 8;

/// An unusual day.
struct Found {
    day: Day,
    direction: Direction,
    downloads: u64,
    usual: u64,
}

impl Found {
    fn distance(&self) -> u64 {
        self.downloads.abs_diff(self.usual)
    }
}

/// The unusual days, those that follow on each other as one event, oldest first.
pub(super) fn unusual(days: &Days, by_day: &[u64]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for (at, day) in days.iter().enumerate() {
        let Some(found) = judge(days, by_day, at, day) else { continue };
        if let Some(event) = events.last_mut()
            && let What::Unusual { direction, last, peak, downloads, usual, .. } = &mut event.what
            && *direction == found.direction
            && (found.day - *last).num_days() < PAUSE
        {
            *last = found.day;
            if found.distance() > downloads.abs_diff(*usual) {
                (*peak, *downloads, *usual) = (found.day, found.downloads, found.usual);
            }
            continue;
        }
        let Found { day, direction, downloads, usual } = found;
        let what = What::Unusual { direction, first: day, last: day, peak: day, downloads, usual };
        events.push(Event { what, day });
    }
    events
}

/// `None` if the day is usual, or if that cannot be told: it is not final, one of the days it is compared with
/// was not collected, the way of counting changed in between, or the source had an incident.
fn judge(days: &Days, by_day: &[u64], at: usize, day: Day) -> Option<Found> {
    let states = days.states();
    if states[at] != DayState::Final || at < 7 * WEEKS {
        return None;
    }
    let mut before = [0_u64; WEEKS];
    for (week, downloads) in before.iter_mut().enumerate() {
        let at = at - 7 * (week + 1);
        if !states[at].is_collected() {
            return None;
        }
        *downloads = by_day[at];
    }
    let (usual, deviation) = median_and_deviation(before);
    let distance = by_day[at] as f64 - usual;
    let least = (FAR * DEVIATIONS * deviation).max(LEAST_DOWNLOADS).max(LEAST_CHANGE * usual);
    let first = day - chrono::Days::new(7 * WEEKS as u64);
    if distance.abs() < least
        || break_between(first, day).is_some()
        || incidents_between(first, day).next().is_some()
    {
        return None;
    }
    let direction = if distance > 0.0 { Direction::Rise } else { Direction::Fall };
    Some(Found { day, direction, downloads: by_day[at], usual: usual.round() as u64 })
}

/// The median of the figures, and the median of their distances from it.
fn median_and_deviation(figures: [u64; WEEKS]) -> (f64, f64) {
    let median = |mut figures: [f64; WEEKS]| {
        figures.sort_by(f64::total_cmp);
        (figures[WEEKS / 2 - 1] + figures[WEEKS / 2]) / 2.0
    };
    let figures = figures.map(|figure| figure as f64);
    let middle = median(figures);
    (middle, median(figures.map(|figure| (figure - middle).abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_wild_days_do_not_move_what_is_usual() {
        assert_eq!(median_and_deviation([1, 2, 3, 4, 5, 6, 7, 8]), (4.5, 2.0));
        assert_eq!(median_and_deviation([10, 10, 10, 10, 10, 900, 900, 0]), (10.0, 0.0));
    }
}
