//! Where the history of a project is divided into parts.

use chrono::Datelike as _;

use crate::Days;

/// With so many rows or fewer a cube is one part: its file has about 80 kB, and dividing it would make nobody's
/// wait shorter.
const ONE_PART: usize = 65_536;

/// How many days the newest part has at least: those of the default view, 52 weeks.
const NEWEST: u64 = 364;

/// The places of the first days of the parts, oldest first. Without days there is one part.
///
/// The newest part begins with the month in which the last 52 weeks begin, the others with years. So the files of
/// past years stay as they are, that of the year in which the newest part begins changes once a month, and only the
/// newest changes daily.
pub(crate) fn starts(days: &Days, rows: usize) -> Vec<usize> {
    let mut starts = vec![0];
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return starts };
    if rows <= ONE_PART {
        return starts;
    }
    let newest = last
        .checked_sub_days(chrono::Days::new(NEWEST - 1))
        .and_then(|day| day.with_day(1))
        .unwrap_or(first);
    let years = first.year() + 1..=newest.year();
    starts
        .extend(years.filter_map(|year| days.index(chrono::NaiveDate::from_ymd_opt(year, 1, 1)?)));
    starts.extend(days.index(newest));
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests {
    use downloads::{DayState, parse_day};

    use super::*;

    fn first_days(first: &str, last: &str, rows: usize) -> Vec<String> {
        let (first, last) = (parse_day(first).unwrap(), parse_day(last).unwrap());
        let length = downloads::days_between(first, last) as usize;
        let days = Days::new(first, vec![DayState::Final; length]);
        starts(&days, rows).into_iter().map(|at| days.day(at).to_string()).collect()
    }

    #[test]
    fn the_newest_part_has_a_year_and_the_others_end_with_theirs() {
        let many = ONE_PART + 1;
        assert_eq!(
            first_days("2023-05-17", "2026-11-23", many),
            ["2023-05-17", "2024-01-01", "2025-01-01", "2025-11-01"]
        );
        assert_eq!(first_days("2024-06-01", "2025-12-30", many), ["2024-06-01", "2025-01-01"]);
        assert_eq!(first_days("2025-12-01", "2026-11-23", many), ["2025-12-01"]);
        assert_eq!(first_days("2025-11-01", "2026-11-23", many), ["2025-11-01"]);
        assert_eq!(first_days("2025-10-31", "2026-11-23", many), ["2025-10-31", "2025-11-01"]);
        assert_eq!(first_days("2023-05-17", "2026-11-23", ONE_PART), ["2023-05-17"]);
    }
}
