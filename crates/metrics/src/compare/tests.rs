//! Comparisons of small projects, worked out by hand.

use cube::{Builder, Cube, Days, Selection, Value};
use downloads::{Day, DayState, Dimension, Mirrors, parse_day};
use proptest::prelude::*;

use super::*;
use crate::{Interval, NoChange, series};

fn at(day: &str) -> Day {
    parse_day(day).unwrap()
}

/// One state a letter, `f` final, `p` provisional, `-` not collected; one download count a day.
fn daily(first: &str, letters: &str, downloads: &[u64]) -> Daily {
    let state = |letter| match letter {
        'f' => DayState::Final,
        'p' => DayState::Provisional,
        _ => DayState::NotCollected,
    };
    let days = Days::new(at(first), letters.chars().map(state).collect());
    Daily { days, downloads: downloads.to_vec() }
}

fn compared(
    projects: &[Daily],
    range: (&str, &str),
    interval: Interval,
    measure: Measure,
) -> Comparison {
    let days: Vec<Days> = projects.iter().map(|it| it.days.clone()).collect();
    let days = common_days(&days).unwrap();
    compare(projects, &days, (at(range.0), at(range.1)), interval, Axis::Days, measure)
}

#[test]
fn projects_of_different_days_share_their_bins() {
    let old = daily("2026-01-01", "ffffffffffffff", &[10; 14]);
    let young = daily("2026-01-10", "fffpp", &[1, 2, 3, 4, 5]);
    let week = Interval::Week;
    let both = compared(&[old, young], ("2026-01-01", "2026-01-14"), week, Measure::Counts);
    let bounds: Vec<_> = both.bins.iter().map(|bin| (bin.first, bin.last)).collect();
    let weeks = [(at("2026-01-01"), at("2026-01-07")), (at("2026-01-08"), at("2026-01-14"))];
    assert_eq!(bounds, weeks);
    assert_eq!(both.lines[0].counts, [70, 70]);
    assert_eq!(both.lines[0].known, [true, true]);
    assert_eq!(both.lines[1].counts, [0, 15]);
    assert_eq!(both.lines[1].known, [false, false], "the first week began without the project");
    assert!(!both.lines[1].bins[0].is_known() && both.lines[1].bins[1].is_known());
    assert_eq!(both.lines[1].bins[1].provisional, 2);
}

#[test]
fn a_day_that_one_project_has_not_is_unknown_for_its_line_only() {
    let whole = daily("2026-01-01", "fff", &[1, 2, 3]);
    let holed = daily("2026-01-01", "f-f", &[4, 0, 6]);
    let range = ("2026-01-01", "2026-01-03");
    let both = compared(&[whole, holed], range, Interval::Day, Measure::Counts);
    assert_eq!(both.lines[0].known, [true, true, true]);
    assert_eq!(both.lines[1].known, [true, false, true]);
    assert_eq!(both.bins.iter().map(|bin| bin.missing).collect::<Vec<_>>(), [0, 0, 0]);
}

#[test]
fn a_project_whose_data_ends_earlier_is_not_zero_after_that() {
    let behind = daily("2026-01-01", "ff", &[1, 2]);
    let ahead = daily("2026-01-01", "ffff", &[1, 2, 3, 4]);
    let range = ("2026-01-01", "2026-01-04");
    let both = compared(&[behind.clone(), ahead], range, Interval::Day, Measure::Running);
    assert_eq!(both.lines[0].known, [true, true, false, false]);
    assert_eq!(both.lines[1].counts, [1, 3, 6, 10]);
    let figure = behind.figure((at("2026-01-01"), at("2026-01-04")));
    assert_eq!((figure.downloads, figure.missing), (3, 2));
    assert_eq!(figure.change, crate::Change::Unknown(NoChange::NoHistory));
}

#[test]
fn a_running_total_over_a_provisional_day_is_provisional() {
    let project = daily("2026-01-01", "fpf", &[1, 2, 3]);
    let range = ("2026-01-01", "2026-01-03");
    let it = compared(&[project], range, Interval::Day, Measure::Running);
    assert_eq!(it.lines[0].counts, [1, 3, 6]);
    let provisional: Vec<u32> = it.lines[0].bins.iter().map(|bin| bin.provisional).collect();
    assert_eq!(provisional, [0, 1, 1]);
}

#[test]
fn an_average_reaches_back_before_the_range_and_over_no_gap() {
    let project =
        daily("2026-01-01", "ffffffff-ffffffp", &[7, 7, 7, 7, 7, 7, 7, 14, 0, 1, 1, 1, 1, 1, 1, 8]);
    let range = ("2026-01-07", "2026-01-16");
    let measure = Measure::Average(Average::Week);
    let it = compared(&[project], range, Interval::Day, measure);
    let line = &it.lines[0];
    assert_eq!(line.counts, [7 * 7, 7 * 8, 0, 0, 0, 0, 0, 0, 0, 14], "sums of 7 days");
    assert_eq!(line.known, [true, true, false, false, false, false, false, false, false, true]);
    assert!(!line.bins[3].is_known(), "of an average that is not known nothing is");
    assert_eq!(line.bins[9].provisional, 1);
}

#[test]
fn ages_begin_with_the_first_download_and_in_whole_bins() {
    let early = daily("2026-01-01", "fffffffffff", &[0, 0, 5, 1, 1, 1, 1, 1, 1, 1, 1]);
    let late = daily("2026-06-01", "fff", &[9, 9, 9]);
    let projects = [early.since(at("2026-01-03")), late.since(at("2026-06-01"))];
    let days: Vec<Days> = projects.iter().map(|it| it.days.clone()).collect();
    let days = common_days(&days).unwrap();
    assert_eq!((days.first(), days.len()), (Some(AGE_ZERO), 9));
    let range = (AGE_ZERO, days.last().unwrap());
    let it = compare(&projects, &days, range, Interval::Week, Axis::Ages, Measure::Counts);
    assert_eq!(it.lines[0].counts, [11, 2]);
    assert_eq!(it.lines[0].known, [true, false], "the second week is not over");
    assert_eq!(it.lines[1].counts, [27, 0]);
    assert_eq!(it.lines[1].known, [false, false]);
}

#[test]
fn an_index_is_of_the_first_whole_bin_with_downloads() {
    let line = |counts: &[u64], known: &[bool], before: u32| {
        let whole = daily("2026-01-01", "fff", &[0; 3]);
        let range = ("2026-01-01", "2026-01-03");
        let mut it = compared(&[whole], range, Interval::Day, Measure::Counts).lines.remove(0);
        it.bins[0].before = before;
        Compared { counts: counts.to_vec(), known: known.to_vec(), ..it }
    };
    assert_eq!(line(&[5, 0, 7], &[false, true, true], 0).base(), Some(2));
    assert_eq!(line(&[0, 0, 0], &[true, true, true], 0).base(), None);
    assert_eq!(line(&[5, 6, 7], &[true, true, true], 0).base(), Some(0));
    assert_eq!(line(&[5, 6, 7], &[true, true, true], 1).base(), Some(1), "the range cuts it");
    assert_eq!(line(&[9, 5, 7], &[false, true, true], 0).highest(), Some(2));
}

#[test]
fn the_highest_of_equal_bins_is_the_newest() {
    let (bins, counts, missing) = (Vec::new(), vec![3, 3, 1], Vec::new());
    let line = Compared { bins, counts, known: vec![true; 3], missing };
    assert_eq!(line.highest(), Some(1));
}

fn cube(rows: &[(&str, &str, u64)]) -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    for &(day, version, downloads) in rows {
        let mut fields = [""; 12];
        fields[1] = version;
        builder.push(at(day), &fields, downloads).unwrap();
    }
    builder.finish(Days::new(at("2026-01-01"), vec![DayState::Final; 3]), 1000)
}

#[test]
fn values_of_several_projects_add_up() {
    let one = cube(&[("2026-01-01", "1.0", 5), ("2026-01-02", "2.0", 7)]);
    let other = cube(&[("2026-01-01", "0.9", 1), ("2026-01-03", "1.0", 4)]);
    let mut selection = Selection::default();
    selection.filter_mut(Dimension::Version).insert(Value::of("1.0"));
    let answers = [one.answer(&selection), other.answer(&selection)];
    let cubes = [(&one, &selection, &answers[0]), (&other, &selection, &answers[1])];
    let shares = &shares_of_all(cubes.into_iter())[Dimension::Version as usize];
    let rows: Vec<_> =
        shares.rows.iter().map(|row| (row.value.clone(), row.downloads, row.chosen)).collect();
    let expected =
        [(Value::of("1.0"), 9, true), (Value::of("2.0"), 7, false), (Value::of("0.9"), 1, false)];
    assert_eq!(rows, expected);
    assert_eq!(shares.total, 17);
}

#[test]
fn the_first_download_is_no_day_of_zeros() {
    let cube = cube(&[("2026-01-02", "1.0", 5)]);
    assert_eq!(first_download(&cube), Some(at("2026-01-02")));
    assert_eq!(first_download(&self::cube(&[])), None);
}

proptest! {
    /// A project alone is what its own page shows, whatever the range and the steps.
    #[test]
    fn a_line_is_the_series_of_its_project(
        letters in "[fp-]{1,80}",
        counts in proptest::collection::vec(0..1000_u64, 80),
        (from, length) in (0..90_u64, 1..90_u64),
        interval in 0..3_usize,
    ) {
        let first = at("2026-01-20");
        let mut builder = Builder::new(Mirrors::default());
        let state = |letter| match letter {
            'f' => DayState::Final,
            'p' => DayState::Provisional,
            _ => DayState::NotCollected,
        };
        let states: Vec<DayState> = letters.chars().map(state).collect();
        for ((day, state), &count) in first.iter_days().zip(&states).zip(&counts) {
            if state.is_collected() && count > 0 {
                builder.push(day, &[""; 12], count).unwrap();
            }
        }
        let cube = builder.finish(Days::new(first, states), 1000);
        let all = Selection::default();
        let own = Daily { days: loaded_days(&cube), downloads: cube.by_day(&all) };
        let Some(end) = cube.days().last_collected() else { return Ok(()) };
        let from = first + chrono::Days::new(from);
        let range = (from, (from + chrono::Days::new(length)).min(end));
        prop_assume!(range.0 <= range.1);
        let interval = Interval::ALL[interval];
        let of_page = series(&cube, &all, range, interval, None);
        let days = common_days(std::slice::from_ref(&own.days)).unwrap();
        let alone = compare(&[own], &days, range, interval, Axis::Days, Measure::Counts);
        prop_assert_eq!(&alone.bins, &of_page.bins);
        prop_assert_eq!(&alone.lines[0].bins, &of_page.bins);
        prop_assert_eq!(&alone.lines[0].counts, &of_page.lines[0].counts);
    }
}
