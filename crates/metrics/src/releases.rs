//! When each version was first downloaded.

use cube::{Cube, Value};
use downloads::{Day, Dimension, sorted_by};

/// A version and the first day on which it was downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The version as published; anybody can put anything there.
    pub version: String,
    /// Its first day.
    pub first: Day,
    /// Whether that day is the first that is known, or follows on one that was not collected: then the
    /// version may be older.
    pub maybe_older: bool,
}

impl Release {
    /// The numbers of a final release such as `1.20.3`. `None` of everything else: pre-releases, `.post1`,
    /// local versions, and what is no version at all.
    pub fn numbers(&self) -> Option<Vec<u32>> {
        numbers(&self.version)
    }
}

/// The numbers of a version that consists of nothing else, at most eight.
pub(crate) fn numbers(version: &str) -> Option<Vec<u32>> {
    let part = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let numbers: Option<Vec<u32>> = version.split('.').take(9).map(part).collect();
    numbers.filter(|it| it.len() <= 8)
}

/// The versions of a cube, the earliest first, those of one day in the order of their text.
pub fn releases(cube: &Cube) -> Vec<Release> {
    let days = cube.days();
    let first_days = cube.first_days(Dimension::Version);
    let releases = cube
        .values(Dimension::Version)
        .iter()
        .zip(first_days)
        .filter_map(|(value, first)| match (value, first) {
            (Value::Known(version), Some(first)) => Some(Release {
                version: version.clone(),
                first,
                maybe_older: first.pred_opt().is_none_or(|day| !days.state(day).is_collected()),
            }),
            _ => None,
        })
        .collect();
    // The values come in the order of their text.
    sorted_by(releases, |a, b| a.first.cmp(&b.first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_final_releases_have_numbers() {
        assert_eq!(numbers("1.20.3"), Some(vec![1, 20, 3]));
        assert_eq!(numbers("2024"), Some(vec![2024]));
        for other in [
            "",
            "1.",
            "1..2",
            "1.0rc1",
            "1.0.post1",
            "v1",
            "1.0+cu",
            "99999999999",
            "1.2.3.4.5.6.7.8.9",
        ] {
            assert_eq!(numbers(other), None, "{other:?}");
        }
    }
}
