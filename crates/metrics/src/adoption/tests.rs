//! Releases of small cubes, worked out by hand.

use cube::{Builder, Days};
use downloads::{DayState, Field, Mirrors, parse_day};
use proptest::prelude::*;

use super::*;

const FIRST: &str = "2024-01-01";

/// A cube whose days have these letters (`-` is not collected, `p` provisional), from rows of day, version, Python and downloads.
fn cube(letters: &str, rows: &[(usize, &str, &str, u64)]) -> Cube {
    let first = parse_day(FIRST).unwrap();
    let mut builder = Builder::new(Mirrors::default());
    for &(at, version, python, downloads) in rows {
        let mut fields = [""; 12];
        fields[Field::Version as usize] = version;
        fields[Field::ImplementationVersion as usize] = python;
        builder.push(first + chrono::Days::new(at as u64), &fields, downloads).unwrap();
    }
    let state = |letter| match letter {
        '-' => DayState::NotCollected,
        'p' => DayState::Provisional,
        _ => DayState::Final,
    };
    builder.finish(Days::new(first, letters.chars().map(state).collect()), usize::MAX)
}

/// How the newest `most` of the dated releases were taken up, the newest first.
fn newest(cube: &Cube, selection: &Selection, most: usize) -> Vec<Adoption> {
    let newest: Vec<Release> = dated_releases(cube).into_iter().rev().take(most).collect();
    adoption(cube, selection, &newest)
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
    let found = newest(&cube(&"f".repeat(40), &rows), &Selection::default(), 5);
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
    let found = newest(&cube(&letters, &rows), &Selection::default(), 5);
    assert_eq!(found[0].after[0], None, "a day of that week is not known");
}

#[test]
fn nothing_is_told_of_nothing() {
    assert_eq!(newest(&cube("--", &[]), &Selection::default(), 9), []);
    assert_eq!(newest(&cube("ff", &[(0, "1.0", "", 1)]), &Selection::default(), 9), []);
    let later = cube("ff", &[(0, "1.0", "", 1), (1, "1.1", "", 1)]);
    let told = newest(&later, &Selection::default(), 9);
    assert_eq!((told[0].peak, told[0].half_life, &told[0].curve[..]), (None, None, &[][..]));
}

/// A release that begins on day 10 with these downloads a day of 100.
fn taken_up(letters: &str, shares: &[u64]) -> Adoption {
    let mut rows = vec![(0, "1.0", "", 100)];
    for (at, &share) in shares.iter().enumerate() {
        rows.extend([(10 + at, "1.1", "", share), (10 + at, "1.0", "", 100 - share)]);
    }
    let collected = |row: &(usize, &str, &str, u64)| letters.as_bytes()[row.0] != b'-';
    rows.retain(collected);
    newest(&cube(letters, &rows), &Selection::default(), 1).remove(0)
}

#[test]
fn half_life_is_from_the_peak_to_half_of_it() {
    let mut shares = vec![60; 14];
    shares.extend([30; 20]);
    let told = taken_up(&"f".repeat(44), &shares);
    assert_eq!((told.peak, told.half), (Some(0.6), Some(7)));
    // The first 7 days with 60 each end on day 6 after its first; with 30 each the first end on day 20.
    assert_eq!(told.half_life, Some(20 - 6));
    assert_eq!(told.curve, [Some(0.6), Some(0.6), Some(0.3), Some(0.3)]);

    shares.extend([90; 10]);
    let again = taken_up(&"f".repeat(54), &shares);
    assert_eq!((again.peak, again.half_life), (Some(0.9), None), "it rose again");
}

#[test]
fn what_happened_in_a_gap_has_no_day() {
    let mut shares = vec![20; 10];
    shares.extend([60; 30]);
    shares.extend([10; 20]);
    let letters = |gap: std::ops::Range<usize>| {
        (0..70).map(|at| if gap.contains(&at) { '-' } else { 'f' }).collect::<String>()
    };
    let whole = taken_up(&letters(0..0), &shares);
    assert_eq!((whole.half, whole.half_life), (Some(16), Some(40 + 4 - 17 + 1)));
    let rise = taken_up(&letters(22..23), &shares);
    assert_eq!((rise.half, rise.peak), (None, Some(0.6)), "it was half at some time in the gap");
    let fall = taken_up(&letters(52..53), &shares);
    assert_eq!((fall.half, fall.half_life), (whole.half, None));
    assert_eq!(fall.curve[6], None, "not drawn across it");
}

#[test]
fn provisional_days_are_counted_in_weeks_from_the_end() {
    let letters = format!("{}ppp", "f".repeat(35));
    assert_eq!(taken_up(&letters, &[50; 28]).provisional, 1);
    assert_eq!(taken_up(&"f".repeat(38), &[50; 28]).provisional, 0);
    let letters = format!("{}ppp", "f".repeat(36));
    assert_eq!(
        taken_up(&letters, &[50; 29]).provisional,
        1,
        "two of them, and one after the last week"
    );
}

#[test]
fn filters_by_version_do_not_count_and_others_do() {
    let mut rows = vec![(0, "1.0", "3.8.1", 1)];
    for day in 2..20 {
        rows.extend([(day, "1.0", "3.8.1", 90), (day, "1.1", "3.9.1", 10)]);
    }
    let cube = cube(&"f".repeat(20), &rows);
    let peak = |dimension, value: &str| {
        let mut selection = Selection::default();
        selection.filter_mut(dimension).insert(Value::of(value));
        newest(&cube, &selection, 1)[0].peak
    };
    assert_eq!(peak(Dimension::Version, "1.1"), Some(0.1));
    assert_eq!(peak(Dimension::Python, "3.9"), Some(1.0));
    assert_eq!(peak(Dimension::Python, "3.8"), Some(0.0));
}

/// One of the days, with a version and its downloads.
fn any_rows() -> impl Strategy<Value = Vec<(usize, &'static str, &'static str, u64)>> {
    let version = prop::sample::select(vec!["1.0", "1.1", "1.2", "2.0", "2.0rc1", "x"]);
    let python = prop::sample::select(vec!["3.8.1", "3.9.1", ""]);
    prop::collection::vec((0..60_usize, version, python, 0..50_u64), 0..300)
}

proptest! {
    #[test]
    fn adoption_is_what_the_rows_say(
        rows in any_rows(), letters in "[fp]{0,30}-{0,3}[fp]{10,40}", filtered in any::<bool>(),
    ) {
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| letters.as_bytes().get(row.0).is_some_and(|it| *it != b'-'))
            .collect();
        let cube = cube(&letters, &rows);
        let mut selection = Selection::default();
        if filtered {
            selection.filter_mut(Dimension::Python).insert(Value::of("3.8"));
        }
        let passes = |python: &str| !filtered || python == "3.8.1";
        let sum = |days: std::ops::Range<usize>, version: Option<&str>| -> u64 {
            let counts = |row: &&(usize, &str, &str, u64)| {
                days.contains(&row.0) && passes(row.2) && version.is_none_or(|it| it == row.1)
            };
            rows.iter().filter(counts).map(|row| row.3).sum()
        };
        let last = letters.len();
        for told in newest(&cube, &selection, 3) {
            let version = &*told.release.version;
            let start = (told.release.first - parse_day(FIRST).unwrap()).num_days() as usize;
            let share = |at: usize| {
                let days = (at + 1).checked_sub(7)?..at + 1;
                let known = at < last && letters.as_bytes()[days.clone()].iter().all(|it| *it != b'-');
                let all = sum(days.clone(), None);
                (known && all > 0).then(|| sum(days, Some(version)) as f64 / all as f64)
            };
            let shares: Vec<Option<f64>> = (start + 6..last).map(share).collect();
            prop_assert_eq!(told.after, AFTER_DAYS.map(|it| share(start + it as usize)));
            prop_assert_eq!(&told.curve[..], &shares.iter().copied().step_by(7).take(26).collect::<Vec<_>>()[..]);
            let peak = shares.iter().flatten().copied().max_by(f64::total_cmp);
            prop_assert_eq!(told.peak, peak);
            if let Some(half) = told.half {
                let at = half as usize - 7;
                prop_assert!(shares[at].unwrap() >= 0.5);
                prop_assert!(at == 0 || shares[at - 1].unwrap() < 0.5);
                prop_assert!(shares[..at].iter().flatten().all(|it| *it < 0.5));
            }
            if let (Some(peak), Some(days)) = (peak, told.half_life) {
                let top = shares.iter().position(|it| *it == Some(peak)).unwrap();
                prop_assert!(shares[top + days as usize].unwrap() <= peak / 2.0);
                prop_assert!(shares[top..top + days as usize].iter().flatten().all(|it| *it > peak / 2.0));
            }
            let month = last.saturating_sub(30)..last;
            prop_assert_eq!((told.month, told.month_of), (sum(month.clone(), Some(version)), sum(month, None)));
        }
    }
}
