//! Round numbers and dates for the axes of a chart.

use chrono::{Datelike, Months};
use downloads::{Day, days_between};
use metrics::Interval;

use crate::{svg::text_width, text};

/// Free space between two dates of the time axis, in CSS pixels.
const DATE_GAP: f64 = 14.0;

/// The heights at which a chart for counts up to `highest` has lines: from zero in equal round steps, the last one
/// not below `highest`. At least two, at most `most + 1`.
pub(crate) fn heights(highest: u64, most: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10))
        .take_while(|power| *power <= u64::MAX / 10);
    let step = powers
        .flat_map(|power| [power, 2 * power, power / 2 * 5, 5 * power])
        .find(|&step| step > 0 && highest.div_ceil(step) <= most)
        .unwrap_or(u64::MAX);
    (0..=highest.div_ceil(step).max(1)).map(|at| step.saturating_mul(at)).collect()
}

/// Zero and powers of ten, the first one not above `lowest` if that is above zero, the last one not below `highest`:
/// at least two, at most `most + 1`.
pub(crate) fn powers(lowest: u64, highest: u64, most: u64) -> Vec<u64> {
    let start = lowest.checked_ilog10().unwrap_or(0);
    let reach = (start..=19).find(|&at| 10_u64.pow(at) >= highest).unwrap_or(19);
    // Every power, or every second, or every third, ...
    let step = (u64::from(reach - start) + 1).div_ceil(most).max(1);
    let mut powers: Vec<u64> =
        (start..=reach).rev().step_by(step as usize).map(|at| 10_u64.pow(at)).collect();
    powers.push(0);
    powers.reverse();
    powers
}

/// A round number as it stands at an axis: `0`, `500`, `2.5k`, `1M`.
pub(crate) fn height_label(height: u64) -> String {
    for (unit, name) in [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")] {
        if height >= unit {
            let (whole, rest) = (height / unit, height % unit * 1_000 / unit);
            let decimals = format!("{rest:03}");
            let decimals = decimals.trim_end_matches('0');
            let point = if decimals.is_empty() { "" } else { "." };
            return format!("{}{point}{decimals}{name}", text::thousands(whole));
        }
    }
    height.to_string()
}

/// A date at the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    /// The day that it marks.
    pub(crate) day: Day,
    /// How it is written.
    pub(crate) label: String,
}

/// How far apart dates are.
#[derive(Clone, Copy)]
enum Every {
    Days(i32),
    Months(u32),
    Years(i32),
}

/// Densest first.
const STEPS: [Every; 14] = [
    Every::Days(1),
    Every::Days(2),
    Every::Days(7),
    Every::Days(14),
    Every::Months(1),
    Every::Months(2),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(50),
    Every::Years(500),
];

/// The dates at an axis from `first` to `last` that is `width` CSS pixels wide: as many as stand apart at this
/// size of the font in CSS pixels, and not more than about eight. Where a step is a month, no days.
pub(crate) fn dates(interval: Interval, first: Day, last: Day, width: f64, size: f64) -> Vec<Date> {
    let per_day = width / f64::from(days_between(first, last).max(1));
    let stand_apart = |dates: &[Date]| {
        dates.windows(2).all(|pair| {
            let apart = (pair[1].day - pair[0].day).num_days() as f64 * per_day;
            let widths = text_width(&pair[0].label, size) + text_width(&pair[1].label, size);
            apart >= (widths / 2.0 + DATE_GAP).max(width.min(720.0) / 8.0)
        })
    };
    STEPS
        .into_iter()
        .filter(|every| interval != Interval::Month || !matches!(every, Every::Days(_)))
        .map(|every| every.dates(first, last))
        .find(|dates| stand_apart(dates))
        .unwrap_or_default()
}

/// The days since the first one at an axis from `first` to `last`: as many as stand apart, and not more than about
/// eight.
pub(crate) fn ages(first: Day, last: Day, width: f64, size: f64) -> Vec<Date> {
    let days = u64::from(days_between(first, last));
    let label = |age: u64| match age {
        0 => "first day".into(),
        age => format!("day {}", text::thousands(age)),
    };
    let least = (text_width(&label(days), size) + DATE_GAP).max(width.min(720.0) / 8.0);
    let most = ((width / least) as u64).max(1);
    let heights = heights(days, most);
    let ages = heights.into_iter().filter(|&age| age < days);
    ages.map(|age| Date { day: first + chrono::Days::new(age), label: label(age) }).collect()
}

impl Every {
    /// All dates of this kind from `first` to `last`, and not many more than fit any page.
    fn dates(self, first: Day, last: Day) -> Vec<Date> {
        const MANY: usize = 400;
        let written = |write: fn(Day) -> String| move |day: Day| Date { day, label: write(day) };
        match self {
            Self::Days(step) => first
                .iter_days()
                .take_while(|&day| day <= last)
                // Day 1 of the era was a Monday: weeks start on one.
                .filter(|day| step == 1 || (day.num_days_from_ce() - 1) % step == 0)
                .take(MANY)
                .map(written(text::day_of_year))
                .collect(),
            Self::Months(step) => firsts_of_month(first, last)
                .filter(|day| day.month0() % step == 0)
                .take(MANY)
                .map(written(text::month))
                .collect(),
            Self::Years(step) => firsts_of_month(first, last)
                .filter(|day| day.month() == 1 && day.year() % step == 0)
                .take(MANY)
                .map(written(|day| day.year().to_string()))
                .collect(),
        }
    }
}

/// The first days of months from `first` to `last`.
fn firsts_of_month(first: Day, last: Day) -> impl Iterator<Item = Day> {
    let start = first.with_day(1).unwrap_or(first);
    std::iter::successors(Some(start), |day| day.checked_add_months(Months::new(1)))
        .skip_while(move |&day| day < first)
        .take_while(move |&day| day <= last)
}

#[cfg(test)]
mod tests {
    use downloads::parse_day;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn heights_are_round_and_reach_the_highest() {
        assert_eq!(heights(0, 4), [0, 1]);
        assert_eq!(heights(3, 4), [0, 1, 2, 3]);
        assert_eq!(heights(7, 4), [0, 2, 4, 6, 8]);
        assert_eq!(heights(38_000, 4), [0, 10_000, 20_000, 30_000, 40_000]);
        assert_eq!(heights(1_100, 4), [0, 500, 1_000, 1_500]);
        assert_eq!(heights(42, 4), [0, 20, 40, 60]);
        assert_eq!(heights(95, 4), [0, 25, 50, 75, 100]);
    }

    #[test]
    fn powers_of_ten_reach_the_highest() {
        assert_eq!(powers(0, 0, 4), [0, 1]);
        assert_eq!(powers(0, 7, 4), [0, 1, 10]);
        assert_eq!(powers(0, 1_000, 4), [0, 1, 10, 100, 1_000]);
        assert_eq!(powers(0, 1_001, 4), [0, 1, 100, 10_000]);
        assert!(powers(1, u64::MAX, 4).len() <= 5);
        assert_eq!(
            powers(500, 50_000, 4),
            [0, 100, 1_000, 10_000, 100_000],
            "no room below the least"
        );
        assert_eq!(powers(u64::MAX, u64::MAX, 4).len(), 2);
    }

    #[test]
    fn labels_of_heights_are_short() {
        let cases = [
            (0, "0"),
            (500, "500"),
            (2_500, "2.5k"),
            (40_000, "40k"),
            (1_000_000, "1M"),
            (12_050_000, "12.05M"),
        ];
        for (height, label) in cases {
            assert_eq!(height_label(height), label);
        }
    }

    fn labels(first: &str, last: &str, width: f64) -> Vec<String> {
        let day = |text| parse_day(text).unwrap();
        let dates = dates(Interval::Day, day(first), day(last), width, 13.0);
        dates.into_iter().map(|date| date.label).collect()
    }

    #[test]
    fn dates_fit_the_range_and_the_width() {
        assert_eq!(labels("2026-11-20", "2026-11-22", 900.0), ["20 Nov", "21 Nov", "22 Nov"]);
        assert_eq!(
            labels("2026-10-24", "2026-11-22", 280.0),
            ["26 Oct", "2 Nov", "9 Nov", "16 Nov"]
        );
        assert_eq!(labels("2025-11-23", "2026-11-22", 280.0), ["Jan 2026", "Jul 2026"]);
        assert_eq!(labels("2024-01-01", "2026-11-22", 280.0), ["2024", "2025", "2026"]);
    }

    #[test]
    fn an_axis_of_months_names_no_days() {
        let day = |text| parse_day(text).unwrap();
        let dates = dates(Interval::Month, day("2026-10-01"), day("2026-11-30"), 900.0, 13.0);
        let labels: Vec<_> = dates.into_iter().map(|date| date.label).collect();
        assert_eq!(labels, ["Oct 2026", "Nov 2026"]);
    }

    proptest! {
        #[test]
        fn heights_are_few_and_none_is_beyond_the_next_step(highest in any::<u64>()) {
            let heights = heights(highest / 2, 4);
            prop_assert!((2..=5).contains(&heights.len()));
            prop_assert!(heights.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(*heights.last().unwrap() >= highest / 2);
            prop_assert!(heights[heights.len() - 2] <= highest / 2);
        }

        #[test]
        fn dates_never_touch(start in 0..20_000_u64, length in 0..12_000_u64, width in 100.0..1200.0_f64) {
            let first = parse_day("2000-01-01").unwrap() + chrono::Days::new(start);
            let last = first + chrono::Days::new(length);
            let per_day = width / (length + 1) as f64;
            for pair in dates(Interval::Day, first, last, width, 13.0).windows(2) {
                let apart = (pair[1].day - pair[0].day).num_days() as f64 * per_day;
                let widths = text_width(&pair[0].label, 13.0) + text_width(&pair[1].label, 13.0);
                prop_assert!(apart > widths / 2.0);
            }
        }
    }
}
