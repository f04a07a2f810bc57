//! Where the history of a project is divided into parts.

use chrono::Datelike as _;

use crate::Days;

/// With so many rows or fewer a cube is one part, and years go together until they have so many: a file of so many rows
/// has about 80 kB, and dividing it would make nobody's wait shorter, as each file has to be asked for.
const ONE_PART: usize = 65_536;

/// How many days the newest part has at least: those of the default view, 52 weeks.
const NEWEST: u64 = 364;

/// The places of the first days of the parts, oldest first, for so many rows on each day. Without days there is one
/// part.
///
/// The newest part begins with the month in which the last 52 weeks begin, the others with years. So only the newest
/// changes daily; the one before it, which may have some small years besides that in which the newest begins, changes
/// once a month; and the others stay as they are as long as no older day changes.
pub(crate) fn starts(days: &Days, rows: &[usize]) -> Vec<usize> {
    let mut starts = vec![0];
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return starts };
    if rows.iter().sum::<usize>() <= ONE_PART {
        return starts;
    }
    let newest = last
        .checked_sub_days(chrono::Days::new(NEWEST - 1))
        .and_then(|day| day.with_day(1))
        .unwrap_or(first);
    let years = (first.year() + 1..=newest.year())
        .filter_map(|year| days.index(chrono::NaiveDate::from_ymd_opt(year, 1, 1)?));
    let mut start = 0;
    for year in years {
        if rows[start..year].iter().sum::<usize>() >= ONE_PART {
            starts.push(year);
            start = year;
        }
    }
    starts.extend(days.index(newest));
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests {
    use downloads::{DayState, parse_day};

    use super::*;

    /// The first days of the parts of a cube with so many rows on each day.
    fn first_days(first: &str, last: &str, rows: usize) -> Vec<String> {
        let (first, last) = (parse_day(first).unwrap(), parse_day(last).unwrap());
        let length = downloads::days_between(first, last) as usize;
        let days = Days::new(first, vec![DayState::Final; length]);
        starts(&days, &vec![rows; length]).into_iter().map(|at| days.day(at).to_string()).collect()
    }

    #[test]
    fn the_newest_part_has_a_year_and_the_others_end_with_theirs() {
        let many = ONE_PART;
        assert_eq!(
            first_days("2023-05-17", "2026-11-23", many),
            ["2023-05-17", "2024-01-01", "2025-01-01", "2025-11-01"]
        );
        assert_eq!(first_days("2024-06-01", "2025-12-30", many), ["2024-06-01", "2025-01-01"]);
        assert_eq!(first_days("2025-12-01", "2026-11-23", many), ["2025-12-01"]);
        assert_eq!(first_days("2025-11-01", "2026-11-23", many), ["2025-11-01"]);
        assert_eq!(first_days("2025-10-31", "2026-11-23", many), ["2025-10-31", "2025-11-01"]);
    }

    #[test]
    fn small_years_go_together() {
        // 180 rows a day: a year has a little more than one part needs.
        assert_eq!(
            first_days("2021-12-01", "2026-11-23", 180),
            ["2021-12-01", "2023-01-01", "2024-01-01", "2025-01-01", "2025-11-01"]
        );
        assert_eq!(
            first_days("2021-12-01", "2026-11-23", 100),
            ["2021-12-01", "2024-01-01", "2025-11-01"]
        );
        assert_eq!(first_days("2021-12-01", "2026-11-23", 40), ["2021-12-01", "2025-11-01"]);
        assert_eq!(first_days("2021-12-01", "2026-11-23", 35), ["2021-12-01"]);
    }

    /// The first days of the parts of a cube from 2023-05-17 to 2026-11-23 with rows on two days only.
    fn with_rows(on: [(&str, usize); 2]) -> Vec<String> {
        let [first, last] = ["2023-05-17", "2026-11-23"].map(|it| parse_day(it).unwrap());
        let days =
            Days::new(first, vec![DayState::Final; downloads::days_between(first, last) as usize]);
        let mut rows = vec![0; days.len()];
        for (day, count) in on {
            rows[days.index(parse_day(day).unwrap()).unwrap()] = count;
        }
        starts(&days, &rows).into_iter().map(|at| days.day(at).to_string()).collect()
    }

    #[test]
    fn so_many_rows_are_enough_for_a_part_and_not_yet_for_two() {
        assert_eq!(with_rows([("2023-06-01", ONE_PART), ("2026-11-01", 0)]), ["2023-05-17"]);
        assert_eq!(
            with_rows([("2023-06-01", ONE_PART), ("2026-11-01", 1)]),
            ["2023-05-17", "2024-01-01", "2025-11-01"]
        );
        assert_eq!(
            with_rows([("2023-06-01", ONE_PART - 1), ("2026-11-01", 2)]),
            ["2023-05-17", "2025-11-01"]
        );
    }

    #[test]
    fn parts_that_are_done_stay_as_they_are_when_days_come() {
        let all = parse_day("2022-03-01").unwrap().iter_days().take_while(|it| it.year() < 2029);
        let mut before: Vec<String> = Vec::new();
        for last in all.filter(|it| it.day() == 9) {
            let starts = first_days("2021-12-01", &last.to_string(), 150);
            // All but the newest and the one before it.
            let done = starts.len().saturating_sub(1).min(before.len().saturating_sub(1));
            assert_eq!(starts[..done], before[..done], "{last}");
            before = starts;
        }
        assert_eq!(before, ["2021-12-01", "2024-01-01", "2026-01-01", "2027-12-01"]);
    }
}
