//! Averages over the days before.

use cube::Days;
use downloads::Day;

use crate::{Bin, ByDay, Interval, Series};

/// How many days an average is over, the last of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Average {
    /// Seven: weekdays and weekends even out.
    Week,
    /// Twenty-eight: four whole weeks.
    FourWeeks,
}

impl Average {
    /// All of them, shortest first.
    pub const ALL: [Self; 2] = [Self::Week, Self::FourWeeks];

    /// How many days.
    pub fn days(self) -> u32 {
        match self {
            Self::Week => 7,
            Self::FourWeeks => 28,
        }
    }
}

/// Moving averages, exact: what they are divided by is left to whoever shows them, so that shares and sums of
/// several lines are of the downloads themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Averages {
    /// The [`series`](ByDay::series) by day, in which each count is the sum of the days up to it: the average is that
    /// divided by [`Average::days`]. It reaches back before the first bin. A bin is provisional if any of its
    /// days is.
    pub series: Series,
    /// For each bin whether its average is known: not if one of its days was not collected, or lies before the
    /// first. Then its counts are 0 and mean nothing.
    pub known: Vec<bool>,
}

/// The averages from `first` to `last`.
pub fn averages(
    daily: &ByDay,
    days: &Days,
    (first, last): (Day, Day),
    average: Average,
) -> Averages {
    let none = daily.series(days, (first, last), Interval::Day);
    if none.bins.is_empty() {
        return Averages { series: none, known: Vec::new() };
    }
    let length = average.days() as usize;
    let from = first - chrono::Days::new(u64::from(average.days()) - 1);
    let mut series = daily.series(days, (from, last), Interval::Day);
    let shown = series.bins.iter().position(|bin| bin.first >= first).unwrap_or(series.bins.len());
    let window = |at: usize| (at + 1).saturating_sub(length)..at + 1;
    let whole = |at: usize| {
        let window = window(at);
        window.len() == length && series.bins[window].iter().all(|bin| bin.is_whole())
    };
    let known: Vec<bool> = (shown..series.bins.len()).map(whole).collect();
    for line in &mut series.lines {
        line.counts = known
            .iter()
            .enumerate()
            .map(|(at, known)| match known {
                true => line.counts[window(shown + at)].iter().sum(),
                false => 0,
            })
            .collect();
    }
    let worst = |at: usize, of: fn(&Bin) -> u32| series.bins[window(at)].iter().map(of).max();
    let uncertain: Vec<(u32, u32)> = (shown..series.bins.len())
        .map(|at| {
            let suspect = worst(at, |bin| bin.suspect).unwrap_or(0);
            (worst(at, |bin| bin.provisional).unwrap_or(0), suspect)
        })
        .collect();
    series.bins.drain(..shown);
    for (bin, (provisional, suspect)) in series.bins.iter_mut().zip(uncertain) {
        (bin.provisional, bin.suspect) = (provisional, suspect);
    }
    Averages { series, known }
}

#[cfg(test)]
mod tests {
    use cube::{Builder, Selection};
    use downloads::{DayState, Mirrors, parse_day};

    use super::*;

    #[test]
    fn an_average_needs_all_of_its_days_and_reaches_back() {
        let day = |at: u64| parse_day("2024-01-01").unwrap() + chrono::Days::new(at);
        let mut builder = Builder::new(Mirrors::default());
        let mut states = vec![DayState::Final; 20];
        (states[10], states[19]) = (DayState::NotCollected, DayState::Provisional);
        for at in (0..20).filter(|&at| at != 10) {
            builder.push(day(at), &[""; 12], at + 1).unwrap();
        }
        let cube = builder.finish(Days::new(day(0), states), 9);
        let of = |first, last| {
            let daily = ByDay::all(cube.by_day(&Selection::default()));
            averages(&daily, cube.days(), (day(first), day(last)), Average::Week)
        };
        let Averages { series, known } = of(5, 11);
        assert_eq!(known, [false, true, true, true, true, false, false]);
        assert_eq!(series.lines[0].counts, [0, 7 * 4, 7 * 5, 7 * 6, 7 * 7, 0, 0]);
        assert_eq!(series.bins.len(), 7);
        let Averages { series, known } = of(16, 19);
        assert_eq!(known, [false, true, true, true]);
        let provisional: Vec<u32> = series.bins.iter().map(|bin| bin.provisional).collect();
        assert_eq!(provisional, [0, 0, 0, 1]);
        for (first, last) in [(22, 25), (40, 45)] {
            let beyond = of(first, last);
            assert!(beyond.series.bins.is_empty() && beyond.series.lines.is_empty(), "no data");
        }
    }
}
