//! The time axis that the strips of all projects share.

use chrono::{Datelike, Months};
use downloads::Day;

use crate::text;

/// How far ticks may be apart, in months, and the most that there may be, so that their names fit on a phone: the
/// first that does is taken.
const STEPS: [(u32, usize); 7] = [(1, 3), (3, 3), (6, 3), (12, 5), (24, 5), (60, 5), (240, 5)];

/// A day with a name on the time axis.
#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    /// Where it is, in percent of the axis.
    pub(super) at: String,
    /// The year, or the month with it.
    pub(super) name: String,
}

/// The ticks of the days from `first` to `last`, oldest first. None are so near to an end that the name would not
/// fit.
pub(super) fn ticks(first: Day, last: Day) -> Vec<Tick> {
    let days = f64::from(downloads::days_between(first, last).max(1));
    let of = |(step, most): (u32, usize)| -> Option<Vec<Tick>> {
        let ticks: Vec<Tick> = months(first, last)
            .filter(|day| (day.year().unsigned_abs() * 12 + day.month0()).is_multiple_of(step))
            .filter_map(|day| {
                let at = 100.0 * (day - first).num_days() as f64 / days;
                let name = if step < 12 { text::month(day) } else { day.year().to_string() };
                (10.0..=90.0).contains(&at).then(|| Tick { at: format!("{at:.1}"), name })
            })
            .collect();
        (ticks.len() <= most).then_some(ticks)
    };
    STEPS.into_iter().find_map(of).unwrap_or_default()
}

/// The firsts of the months.
fn months(first: Day, last: Day) -> impl Iterator<Item = Day> {
    let start = first.with_day(1);
    let next = |day: &Day| day.checked_add_months(Months::new(1));
    std::iter::successors(start, next)
        .skip_while(move |day| *day < first)
        .take_while(move |day| *day <= last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::day;

    fn names(first: &str, last: &str) -> Vec<String> {
        ticks(day(first), day(last)).into_iter().map(|tick| tick.name).collect()
    }

    #[test]
    fn ticks_are_few_and_round() {
        assert_eq!(names("2016-01-22", "2026-11-22"), ["2018", "2020", "2022", "2024"]);
        assert_eq!(names("2025-06-15", "2026-11-22"), ["Jan 2026", "Jul 2026"]);
        assert_eq!(names("2026-09-20", "2026-11-22"), ["Oct 2026", "Nov 2026"]);
        assert_eq!(names("2026-11-20", "2026-11-22"), [""; 0]);
        assert_eq!(names("2000-01-01", "2099-12-31"), ["2020", "2040", "2060", "2080"]);
    }

    #[test]
    fn a_tick_stands_where_its_day_is() {
        let ticks = ticks(day("2024-07-01"), day("2025-06-30"));
        let october = ticks.iter().find(|tick| tick.name == "Oct 2024").unwrap();
        assert_eq!(october.at, "25.2");
    }
}
