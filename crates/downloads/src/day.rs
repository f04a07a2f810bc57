//! Days: whole UTC days, and what is known of one.

/// A UTC day, half-open: from midnight up to, but not including, the next midnight.
pub type Day = chrono::NaiveDate;

/// No download of a Python package can be older. An earlier day in a file is a mistake in the file.
pub const EARLIEST_DAY: Day = match Day::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => panic!("2000-01-01 is a day"),
};

/// How many days after a day ends its rows may still change, unless the configuration says otherwise.
///
/// The loader of the public dataset works on "yesterday" for most of the following day, and stragglers
/// follow; three days catch all but the incidents.
pub const LOOKBACK_DAYS: u32 = 3;

/// How many days after a day ends it is taken for settled, whatever was seen of it before.
///
/// The longest back-filling on record, that of November 2021, took less.
pub const SETTLED_DAYS: u32 = 35;

/// What is known of one day of one project, the less certain first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayState {
    /// The day was not collected: its downloads are unknown, which is not zero.
    NotCollected,
    /// The day was collected, and a later reading would have shrunk it. It is kept as it was, and
    /// which of the two is right is not known.
    Suspect,
    /// The day was collected so soon after it ended that its rows may still change, or the last look
    /// at it found that they had.
    Provisional,
    /// The day was collected, and late enough to stay as it is. Without rows it had no downloads.
    Final,
}

impl DayState {
    /// Whether the day has rows, be they suspect, provisional or final. Without any it had no downloads.
    pub fn is_collected(self) -> bool {
        self != Self::NotCollected
    }
}

/// Reads `YYYY-MM-DD`, exactly that.
pub fn parse_day(text: &str) -> Option<Day> {
    parse_day_bytes(text.as_bytes())
}

/// Reads `YYYY-MM-DD`, exactly that, from bytes that need not be UTF-8.
pub fn parse_day_bytes(text: &[u8]) -> Option<Day> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |sum, &digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    Day::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// How many days lie from `first` to `last`, both counted; 0 if `last` is before `first`.
pub fn days_between(first: Day, last: Day) -> u32 {
    u32::try_from((last - first).num_days() + 1).unwrap_or(0)
}

/// The stretches of consecutive days among sorted days, each with its first and last day.
pub fn stretches(days: impl IntoIterator<Item = Day>) -> Vec<(Day, Day)> {
    let mut stretches: Vec<(Day, Day)> = Vec::new();
    for day in days {
        match stretches.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
            _ => stretches.push((day, day)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_spelling_of_a_day_is_read() {
        assert_eq!(parse_day("2024-02-29"), Day::from_ymd_opt(2024, 2, 29));
        for bad in
            ["2023-02-29", "2024-2-29", "2024-02-29 ", "24-02-2029", "2024-13-01", "2024/02/29", ""]
        {
            assert_eq!(parse_day(bad), None, "{bad:?}");
        }
        assert_eq!(parse_day_bytes(b"2024-02-\xff9"), None);
    }

    #[test]
    fn both_ends_count() {
        let day = |d| Day::from_ymd_opt(2024, 2, d).unwrap();
        assert_eq!(days_between(day(28), day(29)), 2);
        assert_eq!(days_between(day(29), day(29)), 1);
        assert_eq!(days_between(day(29), day(1)), 0);
    }

    #[test]
    fn days_that_follow_each_other_are_one_stretch() {
        let day = |d| Day::from_ymd_opt(2024, 2, d).unwrap();
        let march = Day::from_ymd_opt(2024, 3, 1).unwrap();
        let days = [day(1), day(3), day(4), day(29), march];
        assert_eq!(stretches(days), [(day(1), day(1)), (day(3), day(4)), (day(29), march)]);
        assert_eq!(stretches([]), []);
    }
}
