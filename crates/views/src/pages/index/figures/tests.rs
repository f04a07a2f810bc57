//! Figures of made-up projects.

use cube::Builder;
use downloads::{Field, Mirrors};

use super::*;
use crate::fixture::{awkward, day, row, states};

/// A cube with one state a letter, and this many downloads on each collected day.
fn cube(first: &str, letters: &str, downloads: impl Fn(usize) -> u64) -> Cube {
    let states = states(letters);
    let mut builder = Builder::new(Mirrors::default());
    for (at, date) in day(first).iter_days().take(states.len()).enumerate() {
        if states[at].is_collected() && downloads(at) > 0 {
            let fields = row(&[(Field::InstallerName, "pip")]);
            builder.push(date, &fields, downloads(at)).unwrap();
        }
    }
    builder.finish(Days::new(day(first), states), usize::MAX)
}

#[test]
fn the_figures_are_those_of_the_tiles() {
    let cube = awkward();
    let figures = RowFigures::of(&cube).unwrap();
    let tiles = metrics::tiles(&cube, &cube::Selection::default()).unwrap();
    assert_eq!(figures.last, tiles.month.last);
    assert_eq!(figures.last_day, tiles.last_day.downloads);
    assert_eq!((figures.month, figures.month_missing), (tiles.month.downloads, 0));
    assert_eq!((figures.all, figures.missing), (tiles.all.downloads, tiles.all.missing));
    assert_eq!(figures.before, Before::Gap);
    assert_eq!(figures.audiences.iter().sum::<u64>(), figures.month);
    for (at, (_, tiles)) in
        metrics::recent(&cube, &Mirrors::default()).unwrap().iter().skip(2).enumerate()
    {
        assert_eq!(figures.audiences[at], tiles.month.downloads, "audience {at}");
    }
}

#[test]
fn the_days_before_are_known_unknown_or_not_there() {
    let before =
        |letters: &str| RowFigures::of(&cube("2025-01-01", letters, |_| 2)).unwrap().before;
    assert_eq!(before(&"f".repeat(60)), Before::Downloads(60));
    assert_eq!(before(&"f".repeat(59)), Before::NoHistory);
    assert_eq!(before(&format!("{}-{}", "f".repeat(20), "f".repeat(39))), Before::Gap);
    let late = cube("2025-01-01", &"f".repeat(60), |at| u64::from(at >= 30));
    assert_eq!(RowFigures::of(&late).unwrap().before, Before::Downloads(0));
}

#[test]
fn a_break_between_the_days_that_are_compared_is_kept() {
    let across = |first: &str| RowFigures::of(&cube(first, &"f".repeat(60), |_| 2)).unwrap().across;
    assert_eq!(across("2026-08-01"), Some(day("2026-08-24")));
    assert_eq!(across("2026-08-24"), None);
}

#[test]
fn a_break_within_the_small_chart_has_its_place() {
    let at = |first: &str, days: usize| {
        RowFigures::of(&cube(first, &"f".repeat(days), |_| 2)).unwrap().break_at()
    };
    // The last day is the break itself: the last of the 364 days.
    assert_eq!(at("2025-01-01", 601), Some(207));
    assert_eq!(at("2025-01-01", 600), None);
    assert_eq!(at("2026-08-24", 30), None);
    assert_eq!(at("2026-08-23", 1 + 182), Some(104));
}

#[test]
fn nothing_collected_has_no_figures() {
    assert_eq!(RowFigures::of(&cube("2025-01-01", "---", |_| 0)), None);
}

#[test]
fn the_line_has_a_point_for_each_whole_week_and_a_band_for_each_gap() {
    // Three days too many at the beginning, two weeks, a week with a hole, three weeks.
    let letters = format!("fff{}fff-fff{}", "f".repeat(14), "f".repeat(21));
    let figures = RowFigures::of(&cube("2025-01-01", &letters, |at| 10 * at as u64)).unwrap();
    assert_eq!(figures.spark.ends, Some((420, 2_870)));
    let spark = figures.spark;
    assert_eq!(spark.line, "M186 46h0l4-9M198 20h0l4-8 4-9");
    assert_eq!(spark.gaps, "M192 0h4v56h-4z");
}

#[test]
fn a_path_never_ends_within_a_command() {
    for letters in ["", "f", "-f", "f-", "fff-", "f-f-f"] {
        let letters: String = letters.chars().flat_map(|it| [it; 7]).collect();
        let days = Days::new(day("2025-01-01"), states(&letters));
        let by_day = vec![3; days.len()];
        let last = days.last_collected().unwrap_or(day("2025-01-01"));
        let path = Spark::of(&days, &by_day, last).line;
        assert!(!path.ends_with('l') && !path.contains("lM"), "{path}");
    }
}

#[test]
fn figures_are_small_as_json_and_come_back_whole() {
    let cube = cube("2024-01-01", &"f".repeat(500), |at| 1_000_000 + 7_919 * (at as u64 % 83));
    let figures = RowFigures::of(&cube).unwrap();
    let json = serde_json::to_string(&figures).unwrap();
    assert_eq!(serde_json::from_str::<RowFigures>(&json).unwrap(), figures);
    assert!(json.len() < 700, "{} bytes: {json}", json.len());
}
