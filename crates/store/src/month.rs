//! Months: what one file of the store holds.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Months};
use downloads::{Day, parse_day};

/// A calendar month in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Day);

/// A text that is not a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a month, `YYYY-MM`", .0.escape_debug())]
pub struct BadMonth(pub String);

impl Month {
    /// The month that this day is in.
    pub fn of(day: Day) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        self.0
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.next().0.pred_opt().unwrap_or(self.0)
    }

    /// The month after it.
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    /// Whether the day is in it.
    pub fn contains(self, day: Day) -> bool {
        Self::of(day) == self
    }
}

/// `YYYY-MM`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = BadMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_day(&format!("{text}-01")).map(Self).ok_or_else(|| BadMonth(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_knows_its_days() {
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!(month.last_day(), Day::from_ymd_opt(2024, 2, 29).unwrap());
        assert_eq!(month.next().to_string(), "2024-03");
        assert_eq!(Month::of(month.last_day()), month);
        assert!(!month.contains(month.next().first_day()));
    }

    #[test]
    fn only_the_one_spelling_of_a_month_is_read() {
        for bad in ["2024-2", "2024-13", "24-01", "2024-01-01", "", "2024-01.csv"] {
            assert_eq!(bad.parse::<Month>(), Err(BadMonth(bad.into())));
        }
    }
}
