//! Ledgers of made-up projects.

use proptest::prelude::*;

use super::*;
use crate::fixture::day;

fn of(letters: &str) -> Option<QualityFigures> {
    let state = |letter| match letter {
        'f' => DayState::Final,
        'p' => DayState::Provisional,
        's' => DayState::Suspect,
        _ => DayState::NotCollected,
    };
    QualityFigures::of(day("2026-01-01"), letters.chars().map(state), 0, None)
}

#[test]
fn days_before_the_first_and_after_the_last_collected_one_do_not_count() {
    let figures = of("--ff-fp--").unwrap();
    assert_eq!((figures.first(), figures.last()), (day("2026-01-03"), day("2026-01-07")));
    assert_eq!((figures.days(), figures.missing(), figures.provisional()), (5, 1, 1));
    assert_eq!(of("---"), None);
    assert_eq!(of(""), None);
}

#[test]
fn the_words_name_what_is_missing() {
    assert_eq!(of("fff").unwrap().words(), "1 to 3 Jan 2026: all 3 days.");
    let figures = QualityFigures { revisions: 2, ..of("f-f--f-f-fsp").unwrap() };
    assert_eq!(
        figures.words(),
        "1 to 12 Jan 2026: 5 of 12 days not collected, 2 Jan 2026, 4 to 5 Jan 2026, 7 Jan 2026 and 1 more stretches. \
         1 provisional. 1 suspect. 2 revisions."
    );
}

#[test]
fn a_strip_has_a_path_for_each_state() {
    let figures = of("ff-p").unwrap();
    let strip = figures.strip((day("2026-01-01"), day("2026-01-04")), 300);
    assert_eq!(
        strip,
        "<path class=\"final\" d=\"M0 0h480v12h-480z\"/><path class=\"provisional\" d=\"M720 6h240v6h-240z\"/>\
         <path fill=\"url(#gap)\" d=\"M480 0h240v12h-240z\"/>"
    );
}

#[test]
fn a_strip_lies_on_the_common_axis() {
    let strip = of("ff").unwrap().strip((day("2026-01-01"), day("2026-01-08")), 300);
    assert_eq!(strip, "<path class=\"final\" d=\"M0 0h240v12h-240z\"/>");
    let strip = of("----ffff").unwrap().strip((day("2026-01-01"), day("2026-01-08")), 300);
    assert_eq!(strip, "<path class=\"final\" d=\"M480 0h480v12h-480z\"/>");
}

#[test]
fn one_missing_day_of_ten_years_is_seen() {
    let letters = format!("{}-{}", "f".repeat(2000), "f".repeat(1650));
    let figures = of(&letters).unwrap();
    let strip = figures.strip((figures.first(), figures.last()), 200);
    assert!(strip.contains("url(#gap)"), "{strip}");
}

#[test]
fn figures_come_back_whole_from_json() {
    let collected = DateTime::from_timestamp(1_800_000_000, 0);
    let figures = QualityFigures { collected, ..of("ff--p").unwrap() };
    let json = serde_json::to_string(&figures).unwrap();
    assert_eq!(serde_json::from_str::<QualityFigures>(&json).unwrap(), figures);
}

/// What a strip of many may have.
const LONGEST: usize = 200;

proptest! {
    #[test]
    fn a_strip_is_bounded_and_inside(letters in "[fps-]{1,400}", later in 0_u64..4000) {
        if let Some(figures) = of(&letters) {
            let strip =
                figures.strip((day("2025-12-01"), figures.last() + chrono::Days::new(later)), LONGEST);
            prop_assert!(strip.len() <= LONGEST, "{}: {strip}", strip.len());
            for command in strip.split('M').skip(1) {
                let numbers: Vec<u64> = command
                    .split(|it: char| !it.is_ascii_digit())
                    .filter_map(|it| it.parse().ok())
                    .collect();
                prop_assert!(numbers[0] + numbers[2] <= WIDTH, "{strip}");
            }
        }
    }
}
