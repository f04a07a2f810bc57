//! Releases of small cubes, worked out by hand.

use cube::{Builder, Days};
use downloads::{DayState, Field, Mirrors, parse_day};
use proptest::prelude::*;

use super::*;

const FIRST: &str = "2024-01-01";

/// A cube whose days have these letters (`-` is not collected), from rows of day, version, Python and downloads.
fn cube(letters: &str, rows: &[(usize, &str, &str, u64)]) -> Cube {
    let first = parse_day(FIRST).unwrap();
    let mut builder = Builder::new(Mirrors::default());
    for &(at, version, python, downloads) in rows {
        let mut fields = [""; 12];
        fields[Field::Version as usize] = version;
        fields[Field::ImplementationVersion as usize] = python;
        builder.push(first + chrono::Days::new(at as u64), &fields, downloads).unwrap();
    }
    let state = |letter| if letter == '-' { DayState::NotCollected } else { DayState::Final };
    builder.finish(Days::new(first, letters.chars().map(state).collect()), usize::MAX)
}

fn dated(letters: &str, versions: &[(usize, &str)]) -> Vec<String> {
    let rows: Vec<_> = versions.iter().map(|&(at, version)| (at, version, "", 1)).collect();
    dated_releases(&cube(letters, &rows)).into_iter().map(|it| it.version).collect()
}

#[test]
fn only_releases_whose_first_day_is_known_are_dated() {
    let versions = [(0, "1.0"), (1, "1.1rc1"), (2, "1.1"), (4, "1.2"), (5, "1.2.1")];
    assert_eq!(dated("fff-ff", &versions), ["1.1", "1.2.1"]);
}

#[test]
fn what_a_later_release_of_its_line_overtook_came_out_unnoticed() {
    let versions = [(1, "2.0"), (1, "1.9.3"), (2, "1.9.2"), (3, "1.9.4"), (3, "1.8"), (4, "1.0.0")];
    assert_eq!(
        dated("ffffff", &versions),
        ["1.9.3", "2.0", "1.9.4"],
        "a later fix of an older line is news, an older feature release is not"
    );
}

proptest! {
    #[test]
    fn a_release_is_overtaken_if_any_higher_one_of_its_line_came_earlier(
        versions in prop::collection::vec((1..9_usize, "[012]([.][012]){0,3}"), 1..12),
    ) {
        let versions: Vec<_> = versions.iter().map(|(at, version)| (*at, &**version)).collect();
        let dated = dated("fffffffff", &versions);
        let first = |version: &str| versions.iter().filter(|it| it.1 == version).map(|it| it.0).min();
        let numbers = |version: &str| {
            significant(version.split('.').map(|part| part.parse().unwrap()).collect())
        };
        for (_, version) in &versions {
            let own = numbers(version);
            let line = &own[..own.len() - 1];
            let overtaken = versions.iter().any(|(_, other)| {
                let other_numbers = numbers(other);
                other_numbers > own
                    && other_numbers.len() > line.len()
                    && other_numbers.starts_with(line)
                    && first(other) < first(version)
            });
            prop_assert_eq!(dated.iter().any(|it| it == version), !overtaken, "{}", version);
        }
    }
}

#[test]
fn adoption_is_told_by_weeks_and_never_across_a_gap() {
    let mut rows = Vec::new();
    for day in 0..40 {
        rows.push((day, "1.0", "", if day < 20 { 10 } else { 2 }));
        if day >= 10 {
            rows.push((day, "1.1", "", if day < 20 { 5 } else { 8 }));
        }
    }
    let found = adoption(&cube(&"f".repeat(40), &rows), &Selection::default(), 5);
    let [release] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&*release.release.version, release.month), ("1.1", 10 * 5 + 20 * 8));
    let third = 1.0 / 3.0;
    assert_eq!(release.after, [Some(third), None, None], "day 40 is still to come");
    // From day 20 on it is 8 of 10: half of a window with two such days is (5 * 5 + 2 * 8) of 95, and so on.
    assert_eq!(release.half, Some(14));
    assert_eq!(release.curve.len(), 4);
    assert_eq!(release.curve[0], Some(third));

    let mut letters = "f".repeat(40);
    letters.replace_range(14..15, "-");
    rows.retain(|row| row.0 != 14);
    let found = adoption(&cube(&letters, &rows), &Selection::default(), 5);
    assert_eq!(found[0].after[0], None, "a day of that week is not known");
}

#[test]
fn support_is_told_overall_and_of_the_newest_lines_that_are_used() {
    let rows = [
        (0, "1.0", "3.8.1", 1000),
        (95, "1.0", "3.8.1", 300),
        (95, "1.1.0rc1", "3.8.1", 10),
        (95, "1.1.2", "3.12.1", 90),
        (99, "1.2", "3.12.1", 600),
        (99, "99.0", "3.12.1", 1),
        (99, "none", "", 7),
    ];
    let support = support(&cube(&"f".repeat(100), &rows), &Selection::default()).unwrap();
    assert_eq!(support.lines, ["1.2", "1.1"], "not the one that hardly anybody uses");
    assert_eq!(support.quarter.0, parse_day("2024-01-11").unwrap());
    let python = &support.python;
    assert_eq!((python.quarter, python.month), (1008, 1008));
    assert_eq!(python.lines, [600, 100]);
    let of = |text: &str| python.rows.iter().find(|it| it.value == Value::of(text)).unwrap();
    assert_eq!((of("3.8").quarter, &of("3.8").lines[..]), (310, &[0, 10][..]));
    assert_eq!((of("3.12").quarter, &of("3.12").lines[..]), (691, &[600, 90][..]));
    assert_eq!(of("").quarter, 7);
}

#[test]
fn nothing_is_told_of_nothing() {
    let nothing = cube("--", &[]);
    assert_eq!(support(&nothing, &Selection::default()), None);
    assert_eq!(adoption(&nothing, &Selection::default(), 9), []);
    assert_eq!(adoption(&cube("ff", &[(0, "1.0", "", 1)]), &Selection::default(), 9), []);
}
