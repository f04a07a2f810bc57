//! Figures of a small cube, worked out by hand.

use cube::{Builder, Cube, Days, Selection, Value};
use downloads::{BREAKS, Day, DayState, Dimension, Mirrors};
use proptest::prelude::*;

use super::*;

/// One state a letter: `f` final, `p` provisional, `-` not collected.
fn cube(first: &str, states: &str, rows: &[(&str, &str, u64)]) -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    for &(day, version, downloads) in rows {
        let mut fields = [""; 12];
        fields[1] = version;
        builder.push(at(day), &fields, downloads).unwrap();
    }
    let states = states
        .chars()
        .map(|letter| match letter {
            'f' => DayState::Final,
            'p' => DayState::Provisional,
            _ => DayState::NotCollected,
        })
        .collect();
    builder.finish(Days::new(at(first), states), 1000)
}

fn at(day: &str) -> Day {
    downloads::parse_day(day).unwrap()
}

fn all() -> Selection {
    Selection::default()
}

fn series_of(cube: &Cube, first: &str, last: &str, interval: Interval) -> Series {
    series(cube, &all(), (at(first), at(last)), interval, None)
}

#[test]
fn growth_from_zero_is_unknown() {
    assert_eq!(growth(0, 5), None);
    assert_eq!(growth(4, 5), Some(0.25));
    assert_eq!(growth(4, 0), Some(-1.0));
}

#[test]
fn the_last_days_end_on_the_last_collected_day() {
    let rows = [("2024-03-01", "1", 4), ("2024-03-02", "1", 5), ("2024-03-03", "1", 6)];
    let cube = cube("2024-03-01", "fpp--", &rows);
    let tiles = tiles(&cube, &all()).unwrap();
    assert_eq!((tiles.last_day.first, tiles.last_day.downloads), (at("2024-03-03"), 6));
    assert_eq!(tiles.last_day.change, Change::Fraction(0.2));
    assert_eq!(tiles.last_day.provisional, 1);
    assert_eq!((tiles.all.downloads, tiles.all.missing, tiles.all.provisional), (15, 0, 2));
    assert_eq!(tiles.all.change, Change::Unknown(NoChange::NoHistory));
    assert_eq!(
        (tiles.week.downloads, tiles.week.missing),
        (15, 4),
        "before the first day nothing is known"
    );
}

#[test]
fn a_missing_day_is_told_and_forbids_the_change() {
    let rows = [("2024-03-01", "1", 4), ("2024-03-03", "1", 6), ("2024-03-04", "1", 6)];
    let cube = cube("2024-03-01", "f-ff", &rows);
    let tiles = tiles(&cube, &all()).unwrap();
    assert_eq!(tiles.last_day.change, Change::Fraction(0.0));
    assert_eq!((tiles.all.downloads, tiles.all.missing), (16, 1));
    let by_day = cube.by_day(&all());
    let last_two = figure(cube.days(), &by_day, at("2024-03-03"), at("2024-03-04"));
    assert_eq!(last_two.change, Change::Unknown(NoChange::Gap));
}

#[test]
fn zero_before_is_not_a_change() {
    let cube = cube("2024-03-01", "ff", &[("2024-03-02", "1", 4)]);
    assert_eq!(tiles(&cube, &all()).unwrap().last_day.change, Change::Unknown(NoChange::FromZero));
}

#[test]
fn a_figure_across_a_break_says_so() {
    let rows = [("2026-08-23", "1", 10), ("2026-08-24", "1", 5), ("2026-08-25", "1", 5)];
    let cube = cube("2026-08-23", "fff", &rows);
    let by_day = cube.by_day(&all());
    let day = |day| figure(cube.days(), &by_day, at(day), at(day));
    assert_eq!(day("2026-08-24").across, Some(BREAKS[1]), "compared with the day before the break");
    assert_eq!(day("2026-08-25").across, None);
}

#[test]
fn nothing_collected_gives_no_tiles_and_no_bins() {
    let nothing = cube("2024-03-01", "--", &[]);
    assert_eq!(tiles(&nothing, &all()), None);
    assert_eq!(series_of(&nothing, "2024-01-01", "2025-01-01", Interval::Day).bins, []);
    assert_eq!(tiles(&cube("2024-03-01", "", &[]), &all()), None);
}

#[test]
fn weeks_end_on_the_last_collected_day() {
    let states = "f".repeat(9) + "p" + "-";
    let cube = cube("2024-02-24", &states, &[("2024-02-29", "1", 7), ("2024-03-04", "1", 1)]);
    let series = series_of(&cube, "2024-01-01", "2025-01-01", Interval::Week);
    let bins: Vec<_> =
        series.bins.iter().map(|bin| (bin.first, bin.last, bin.collected, bin.before)).collect();
    assert_eq!(
        bins,
        [(at("2024-02-20"), at("2024-02-26"), 3, 4), (at("2024-02-27"), at("2024-03-04"), 7, 0)],
        "the first week starts before the first day"
    );
    assert!(series.bins[1].is_whole());
    assert_eq!(series.bins[1].provisional, 1);
    assert_eq!(series.lines, [Line { key: LineKey::All, counts: vec![0, 8] }]);
}

#[test]
fn the_month_that_is_not_over_is_open() {
    let rows = [("2024-01-31", "1", 2), ("2024-02-29", "1", 3), ("2024-03-02", "1", 4)];
    let states = "f".repeat(31) + "-" + &"f".repeat(28) + "ff";
    let cube = cube("2024-01-01", &states, &rows);
    let series = series_of(&cube, "2024-01-01", "2024-12-31", Interval::Month);
    assert_eq!(series.lines[0].counts, [2, 3, 4]);
    assert_eq!(series.days(), Some((at("2024-01-01"), at("2024-03-02"))));
    let [january, february, march] = series.bins[..] else { panic!("three months") };
    assert!(january.is_whole());
    assert_eq!((february.collected, february.missing, february.after), (28, 1, 0));
    assert_eq!(
        (march.collected, march.missing, march.after, march.last),
        (2, 0, 29, at("2024-03-31"))
    );
}

#[test]
fn a_range_that_ends_inside_a_month_cuts_it() {
    let cube =
        cube("2024-01-01", &"f".repeat(40), &[("2024-01-10", "1", 2), ("2024-01-20", "1", 3)]);
    let series = series_of(&cube, "2024-01-05", "2024-01-15", Interval::Month);
    let [january] = series.bins[..] else { panic!("one month") };
    assert_eq!((january.before, january.collected, january.cut, january.after), (4, 11, 16, 0));
    assert!(!january.is_whole());
    assert_eq!(series.days(), Some((at("2024-01-05"), at("2024-01-15"))));
    assert_eq!(series.lines[0].counts, [2]);
}

#[test]
fn a_range_in_a_gap_has_bins_of_which_nothing_is_known() {
    let cube = cube("2024-03-01", "f--f", &[]);
    let series = series_of(&cube, "2024-03-02", "2024-03-03", Interval::Day);
    assert_eq!(series.bins.iter().filter(|bin| bin.is_known()).count(), 0);
    assert_eq!(series.bins.len(), 2);
    assert_eq!(series_of(&cube, "2024-04-01", "2024-04-02", Interval::Day).bins, []);
}

#[test]
fn a_day_that_was_not_collected_is_a_bin_without_knowledge() {
    let cube = cube("2024-03-01", "f-f", &[("2024-03-01", "1", 1)]);
    let series = series_of(&cube, "2024-03-01", "2024-03-09", Interval::Day);
    let known: Vec<_> = series.bins.iter().map(Bin::is_known).collect();
    assert_eq!(known, [true, false, true]);
    assert_eq!(series.lines[0].counts, [1, 0, 0]);
}

#[test]
fn a_split_has_the_largest_values_and_the_rest() {
    let versions: Vec<String> = (0..12).map(|it| format!("1.{it}")).collect();
    let mut rows: Vec<(&str, &str, u64)> = versions
        .iter()
        .zip(1..)
        .map(|(version, downloads)| ("2024-03-01", version.as_str(), downloads))
        .collect();
    rows.push(("2024-03-01", "", 50));
    let cube = cube("2024-03-01", "f", &rows);
    let range = (at("2024-03-01"), at("2024-03-01"));
    let split = |selection: &Selection| {
        series(&cube, selection, range, Interval::Day, Some(Dimension::Version))
    };
    let lines = split(&all()).lines;
    assert_eq!(lines.len(), MAX_LINES + 1);
    assert_eq!(lines[0], Line { key: LineKey::Value(Value::Unknown), counts: vec![50] });
    assert_eq!(
        lines[1],
        Line { key: LineKey::Value(Value::Known("1.11".into())), counts: vec![12] }
    );
    assert_eq!(lines[MAX_LINES], Line { key: LineKey::Rest, counts: vec![15] });
    let mut selection = all();
    selection.filter_mut(Dimension::Version).insert(Value::Known("1.0".into()));
    let chosen = Line { key: LineKey::Value(Value::Known("1.0".into())), counts: vec![1] };
    assert_eq!(split(&selection).lines, [chosen]);
}

#[test]
fn shares_are_sorted_and_a_chosen_value_stays_listed() {
    let cube = cube(
        "2024-03-01",
        "f",
        &[("2024-03-01", "1", 1), ("2024-03-01", "2", 3), ("2024-03-01", "0", 1)],
    );
    let chosen = [Value::Known("2".into()), Value::Known("gone".into())].into();
    let counts = cube.facets(&all())[Dimension::Version as usize].clone();
    let shares = shares(&cube, Dimension::Version, counts, None, &chosen);
    let rows: Vec<_> = shares
        .rows
        .iter()
        .map(|row| (format!("{:?}", row.value), row.downloads, row.share, row.chosen))
        .collect();
    let row =
        |value: &str, downloads, share, chosen| (format!("{value:?}"), downloads, share, chosen);
    let expected = [
        row("2", 3, 0.6, true),
        row("0", 1, 0.2, false),
        row("1", 1, 0.2, false),
        row("gone", 0, 0.0, true),
    ];
    assert_eq!(rows, expected);
    assert_eq!(shares.total, 5);
}

#[test]
fn gaps_lie_between_collected_days() {
    let cube = cube("2024-02-27", "-f--p-f--", &[]);
    assert_eq!(
        gaps(cube.days()),
        [(at("2024-02-29"), at("2024-03-01")), (at("2024-03-03"), at("2024-03-03"))]
    );
}

proptest! {
    /// Whatever the interval and the split, nothing is lost and every day of the range is in one bin.
    #[test]
    fn bins_and_lines_sum_to_the_total(
        states in "[fp-]{1,100}",
        downloads in prop::collection::vec((0..100_u64, 0..20_u8, 1..9_u64), 0..200),
        from in 0..120_u64, length in 0..120_u64,
        interval in prop::sample::select(&Interval::ALL[..]),
    ) {
        let first = at("2023-12-20");
        let days: Vec<String> = (0..100).map(|it| (first + chrono::Days::new(it)).to_string()).collect();
        let versions: Vec<String> = (0..20).map(|it| it.to_string()).collect();
        let rows: Vec<(&str, &str, u64)> = downloads
            .iter()
            .filter(|(day, ..)| states.chars().nth(*day as usize).is_some_and(|state| state != '-'))
            .map(|&(day, version, count)| (days[day as usize].as_str(), versions[version as usize].as_str(), count))
            .collect();
        let cube = cube("2023-12-20", &states, &rows);
        let range = (first + chrono::Days::new(from), first + chrono::Days::new(from + length));
        let plain = series(&cube, &all(), range, interval, None);
        let split = series(&cube, &all(), range, interval, Some(Dimension::Version));
        prop_assert_eq!(&plain.bins, &split.bins);
        for at in 0..plain.bins.len() {
            prop_assert_eq!(plain.lines[0].counts[at], split.lines.iter().map(|line| line.counts[at]).sum::<u64>());
            let bin = plain.bins[at];
            let length = bin.collected + bin.missing + bin.before + bin.after + bin.cut;
            prop_assert_eq!(length, downloads::days_between(bin.first, bin.last));
        }
        for pair in plain.bins.windows(2) {
            prop_assert_eq!(pair[0].last.succ_opt(), Some(pair[1].first));
        }
        let figure = figure(cube.days(), &cube.by_day(&all()), range.0, range.1);
        let total: u64 = plain.lines.iter().flat_map(|line| &line.counts).sum();
        prop_assert_eq!(total, figure.downloads);
    }
}
