//! The releases of a made-up project.

use chrono::Days;
use downloads::Day;

use super::{projects::Plan, random::Random};

/// A version and the day from which on it can be downloaded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) day: Day,
    pub(crate) version: String,
    /// Not a pre-release: `pip install` takes it.
    pub(crate) is_stable: bool,
}

/// All releases of a project, oldest first. They end in 2030.
pub(crate) fn of(plan: &Plan, mut random: Random) -> Vec<Release> {
    const FIRST: [u32; 3] = [0, 1, 0];
    let (year, month) = plan.founded;
    let founded = Day::from_ymd_opt(year, month, 1 + random.below(20) as u32);
    let last = Day::from_ymd_opt(2030, 1, 1);
    let (Some(mut day), Some(last)) = (founded, last) else { return Vec::new() };
    let mut releases = Vec::new();
    let mut version = FIRST;
    while day < last {
        let [major, minor, patch] = version;
        let number = format!("{major}.{minor}.{patch}");
        let mut add = |days_before: u64, version: String, is_stable| {
            let day = day.checked_sub_days(Days::new(days_before)).unwrap_or(day);
            releases.push(Release { day, version, is_stable });
        };
        if patch == 0 && version != FIRST {
            match random.below(20) {
                0..7 => add(6, format!("{number}rc1"), false),
                7..10 => {
                    add(14, format!("{number}a1"), false);
                    add(9, format!("{number}b1"), false);
                }
                10..12 => add(12, format!("{number}.dev0"), false),
                // Spellings that no longer could be uploaded, but stay in the log.
                12 => add(8, format!("{number}-nightly-build"), false),
                _ => {}
            }
        }
        add(0, number.clone(), true);
        if random.happens(0.06) {
            day = day + Days::new(2);
            releases.push(Release { day, version: format!("{number}.post1"), is_stable: true });
        }
        version = match random.below(20) {
            0 => [major + 1, 0, 0],
            1..8 => [major, minor + 1, 0],
            _ => [major, minor, patch + 1],
        };
        let pause = plan.days_between_releases * random.between(0.4, 1.6);
        day = day + Days::new((pause as u64).max(3));
    }
    releases.sort_by(|a, b| (a.day, &a.version).cmp(&(b.day, &b.version)));
    releases
}
