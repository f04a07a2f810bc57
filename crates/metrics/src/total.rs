//! Running totals: what was counted since the first day of a range.

use crate::Series;

/// A series of sums: each count is that of its bin and of all before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// The sums. The provisional days of a bin are those of all bins up to it: each may change its sum.
    pub series: Series,
    /// For each bin, how many days of the range up to its end were not collected. If there are any, its sums are
    /// the least that can be true.
    pub missing: Vec<u32>,
}

/// The running totals of a series. In a bin of which nothing is known they mean nothing.
pub fn running_totals(mut series: Series) -> Totals {
    for line in &mut series.lines {
        let mut sum = 0_u64;
        for count in &mut line.counts {
            sum = sum.saturating_add(*count);
            *count = sum;
        }
    }
    let (mut missing, mut provisional) = (0, 0);
    let missing = series
        .bins
        .iter_mut()
        .map(|bin| {
            provisional += bin.provisional;
            bin.provisional = provisional;
            missing += bin.missing;
            missing
        })
        .collect();
    Totals { series, missing }
}

#[cfg(test)]
mod tests {
    use cube::{Builder, Days, Selection};
    use downloads::{DayState, Dimension, Mirrors, parse_day};
    use proptest::prelude::*;

    use super::*;
    use crate::{Interval, series};

    #[test]
    fn a_total_counts_what_is_missing_below_it() {
        let day = |at: u64| parse_day("2024-01-01").unwrap() + chrono::Days::new(at);
        let mut builder = Builder::new(Mirrors::default());
        let mut states = vec![DayState::Final; 9];
        (states[3], states[4], states[7]) =
            (DayState::NotCollected, DayState::NotCollected, DayState::Provisional);
        for at in [0, 1, 2, 5, 6, 7, 8] {
            builder.push(day(at), &[""; 12], 1 << at).unwrap();
        }
        let cube = builder.finish(Days::new(day(0), states), 9);
        let counts = series(&cube, &Selection::default(), (day(1), day(8)), Interval::Day, None);
        let Totals { series, missing } = running_totals(counts);
        assert_eq!(
            series.lines[0].counts,
            [2, 6, 6, 6, 38, 102, 230, 486],
            "from the first day on"
        );
        assert_eq!(missing, [0, 0, 1, 2, 2, 2, 2, 2]);
        let provisional: Vec<u32> = series.bins.iter().map(|bin| bin.provisional).collect();
        assert_eq!(provisional, [0, 0, 0, 0, 0, 0, 1, 1], "what is added to it may change");
    }

    proptest! {
        /// The last total is the sum of the range, in every interval and line.
        #[test]
        fn the_last_total_is_the_sum(
            rows in prop::collection::vec((0..60_u64, 0..12_u8, 1..9_u64), 0..80),
            interval in prop::sample::select(&Interval::ALL[..]),
        ) {
            let first = parse_day("2024-01-20").unwrap();
            let mut builder = Builder::new(Mirrors::default());
            for (at, version, downloads) in rows {
                let mut fields = [""; 12];
                let version = version.to_string();
                fields[1] = &version;
                builder.push(first + chrono::Days::new(at), &fields, downloads).unwrap();
            }
            let cube = builder.finish(Days::new(first, vec![DayState::Final; 60]), 9);
            let range = (first + chrono::Days::new(5), first + chrono::Days::new(50));
            let counts =
                series(&cube, &Selection::default(), range, interval, Some(Dimension::Version));
            let sums: Vec<u64> = counts.lines.iter().map(|line| line.counts.iter().sum()).collect();
            let totals = running_totals(counts).series;
            let last: Vec<u64> =
                totals.lines.iter().filter_map(|line| line.counts.last().copied()).collect();
            prop_assert_eq!(last, sums);
            for line in &totals.lines {
                prop_assert!(line.counts.is_sorted());
            }
        }
    }
}
