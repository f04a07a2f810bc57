//! What a cube must hold, whatever is put in.

use std::collections::BTreeMap;

use downloads::{Day, DayState, Dimension, Mirrors};
use proptest::prelude::*;

use crate::{Builder, CountTooLarge, Cube, Days, DecodeError, Selection, Value};

const FIRST: Day = Day::from_ymd_opt(2024, 2, 27).unwrap();

fn day(at: u64) -> Day {
    FIRST + chrono::Days::new(at)
}

/// A row as a test writes it: day, version, country, Python, installer, system, CI mark, downloads.
type Row<'a> = (u64, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, u64);

fn build(rows: &[Row<'_>], days: usize, limit: usize) -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    for &(at, version, country, python, installer, system, ci, downloads) in rows {
        let fields =
            [country, version, "sdist", installer, "CPython", python, "", "", system, "", "", ci];
        builder.push(day(at), &fields, downloads).unwrap();
    }
    builder.finish(Days::new(FIRST, vec![DayState::Final; days]), limit)
}

fn sample() -> Cube {
    build(
        &[
            (0, "1.0", "US", "3.11.4", "pip", "Linux", "", 5),
            (0, "1.0", "US", "3.11.5", "pip", "Linux", "", 2),
            (0, "1.0", "DE", "3.12.0", "uv", "Linux", "true", 1),
            (2, "2.0", "", "", "", "", "", 4),
            (2, "1.0", "US", "", "bandersnatch", "", "", 3),
            (2, "2.0", "NA", "3.12.1", "pip", "Darwin", "", 1),
        ],
        4,
        1000,
    )
}

/// The files of a cube, newest first.
fn files(cube: &Cube) -> Vec<Vec<u8>> {
    cube.parts().map(|(_, file)| file).collect()
}

/// The cube that a browser has when all files are there, whatever order the older ones come in.
fn travelled(cube: &Cube) -> Result<Cube, DecodeError> {
    let files = files(cube);
    let mut arrived = Cube::decode(&files[0])?;
    for file in files[1..].iter().rev() {
        arrived.add(file)?;
    }
    Ok(arrived)
}

fn by_value(cube: &Cube, selection: &Selection, dimension: Dimension) -> BTreeMap<Value, u64> {
    let facets = cube.facets(selection);
    cube.values(dimension).iter().cloned().zip(facets[dimension as usize].iter().copied()).collect()
}

fn known(text: &str) -> Value {
    Value::Known(text.into())
}

#[test]
fn rows_that_differ_only_in_what_the_cube_drops_are_one() {
    let cube = sample();
    assert_eq!(cube.rows(), 5);
    assert_eq!(cube.by_day(&Selection::default()), [8, 0, 8, 0]);
    assert_eq!(by_value(&cube, &Selection::default(), Dimension::Python)[&known("3.11")], 7);
}

#[test]
fn a_country_may_be_called_na_and_the_unknown_is_a_value_of_its_own() {
    let countries = by_value(&sample(), &Selection::default(), Dimension::Country);
    assert_eq!(countries[&known("NA")], 1);
    assert_eq!(countries[&Value::Unknown], 4);
}

#[test]
fn a_facet_counts_under_the_filters_of_the_others() {
    let cube = sample();
    let mut selection = Selection::default();
    selection.filter_mut(Dimension::Country).insert(known("US"));
    assert_eq!(
        by_value(&cube, &selection, Dimension::Country)[&known("DE")],
        1,
        "its own filter does not count"
    );
    assert_eq!(by_value(&cube, &selection, Dimension::Installer)[&known("uv")], 0);
    assert_eq!(by_value(&cube, &selection, Dimension::Installer)[&known("pip")], 7);
    selection.days = Some((day(1), day(9)));
    assert_eq!(by_value(&cube, &selection, Dimension::Installer)[&known("pip")], 0);
    assert_eq!(by_value(&cube, &selection, Dimension::Country)[&Value::Unknown], 4);
    assert_eq!(cube.by_day(&selection), [7, 0, 3, 0], "days are not a matter of the selection");
    selection.filter_mut(Dimension::Version).insert(known("no such version"));
    assert_eq!(cube.by_day(&selection), [0, 0, 0, 0]);
}

#[test]
fn lines_are_sets_of_values() {
    let cube = sample();
    let lines = [Some(1), None, Some(0), Some(0)];
    assert_eq!(
        cube.values(Dimension::Country),
        [known("DE"), known("NA"), known("US"), Value::Unknown]
    );
    let figures = cube.by_day_and_line(&Selection::default(), Dimension::Country, &lines, 2);
    assert_eq!(figures, [[7, 0, 7, 0], [1, 0, 0, 0]]);
}

#[test]
fn the_smallest_values_are_gathered_and_nothing_is_lost() {
    let cube = sample().gather(1);
    assert_eq!(cube.values(Dimension::Country), [known("US"), Value::Unknown, Value::Other]);
    assert_eq!(cube.gathered(Dimension::Country), 2);
    assert_eq!(by_value(&cube, &Selection::default(), Dimension::Country)[&Value::Other], 2);
    assert_eq!(cube.values(Dimension::Audience).len(), 4, "audiences stay");
    assert_eq!(cube.gather(1), cube, "gathering again changes nothing");
}

#[test]
fn a_count_beyond_reason_is_refused() {
    let mut builder = Builder::new(Mirrors::default());
    assert_eq!(builder.push(FIRST, &[""; 12], 1 << 32), Err(CountTooLarge(1 << 32)));
    builder.push(FIRST, &[""; 12], u64::from(u32::MAX)).unwrap();
    builder.push(FIRST, &[""; 12], u64::from(u32::MAX)).unwrap();
    let cube = builder.finish(Days::new(FIRST, vec![DayState::Final]), 9);
    assert_eq!(cube.by_day(&Selection::default()), [2 * u64::from(u32::MAX)]);
    let row = crate::Row { day: 0, combination: 0, downloads: 2 * u64::from(u32::MAX) };
    assert_eq!(cube.rows_by_day(), [row]);
    assert_eq!(travelled(&cube), Ok(cube));
}

#[test]
fn long_values_are_cut() {
    let long = "é".repeat(400);
    let cube = build(&[(0, &long, "", "", "", "", "", 1)], 1, 9);
    assert_eq!(cube.values(Dimension::Version), [Value::Known(format!("{}…", "é".repeat(127)))]);
}

#[test]
fn rows_come_by_day_and_then_by_value() {
    let cube = sample();
    let version = |row: &crate::Row| {
        &cube.values(Dimension::Version)[cube.code(Dimension::Version, row.combination)]
    };
    let country = |row: &crate::Row| {
        &cube.values(Dimension::Country)[cube.code(Dimension::Country, row.combination)]
    };
    let rows = cube.rows_by_day();
    let table: Vec<_> =
        rows.iter().map(|row| (row.day, version(row), country(row), row.downloads)).collect();
    assert_eq!(
        table,
        [
            (0, &known("1.0"), &known("US"), 7),
            (0, &known("1.0"), &known("DE"), 1),
            (2, &known("1.0"), &known("US"), 3),
            (2, &known("2.0"), &known("NA"), 1),
            (2, &known("2.0"), &Value::Unknown, 4),
        ],
        "Python comes before country"
    );
}

/// Pins the format: if this test must change, so must the version.
#[test]
fn version_3_looks_like_this() {
    let first = Day::from_ymd_opt(2026, 8, 23).unwrap();
    let cube = {
        let mut builder = Builder::new(Mirrors::default());
        let mut push = |at, version, downloads| {
            let fields = ["", version, "", "", "", "", "", "", "", "", "", ""];
            builder.push(first + chrono::Days::new(at), &fields, downloads).unwrap();
        };
        push(0, "a", 300);
        push(2, "b", 1);
        push(2, "a", 2);
        let states = vec![DayState::Final, DayState::NotCollected, DayState::Suspect];
        builder.finish(Days::new(first, states), 9)
    };
    #[rustfmt::skip]
    let expected = [
        b'D', b'L', b'C', b'3',
        0, // the newest part
        0xd0, 0x50, 0, 0, // first day of all: 20,688 days after 1970-01-01
        3, // days of all
        2, 1, 0, 1, 3, 1, // final, not collected, suspect
        0, 0, 0, 0, 0, 0, 0, 0, // gathered values
        1, 1, 16, b'c', b'o', b'u', b'n', b't', b'i', b'n', b'g', b'-', b'c', b'h', b'a', b'n', b'g', b'e', b'd', // breaks
        0xd0, 0x50, 0, 0, // first day
        3, // days
        2, 1, b'a', 1, b'b', // versions
        1, 0, // Python: unknown only
        1, 0, // country
        1, 0, // installer
        1, 0, // system
        1, 0, // file type
        1, 7, b'u', b'n', b'k', b'n', b'o', b'w', b'n', // audience
        1, 0, // CPU
        1, // profiles
        1, 0, // audience: single codes
        1, 0, // file type
        1, 0, // system
        1, 0, // CPU
        1, 0, // installer
        1, 0, // Python
        2, // versions of each profile
        2, // versions of all profiles
        0, 1, 1, 1, // version a, one country; the next version, one country
        0, 0, // countries
        2, 1, // rows of each
        2, // days: of the combination with one row
        0, 2, // of the one with two rows
        1, 2, // one row with 1 download, two with more
        0xaa, 0x02, 0, // counts less 2: 298, 0
    ];
    assert_eq!(files(&cube), [expected]);
    assert_eq!(Cube::decode(&expected), Ok(cube));
}

#[test]
fn the_runs_are_of_ones_first_and_cover_all_rows() {
    let cube = |counts: &[u64]| {
        let mut builder = Builder::new(Mirrors::default());
        for (at, &count) in counts.iter().enumerate() {
            builder.push(day(at as u64), &[""; 12], count).unwrap();
        }
        builder.finish(Days::new(FIRST, vec![DayState::Final; counts.len()]), 9)
    };
    for (counts, written) in [
        (&[1, 1, 1][..], &[3][..]),
        (&[2, 3], &[0, 2, 0, 1]),
        (&[1, 9, 1, 1, 5], &[1, 1, 2, 1, 7, 3]),
    ] {
        let cube = cube(counts);
        let bytes = files(&cube).remove(0);
        assert!(bytes.ends_with(written), "{counts:?}: {bytes:?}");
        // Its first length one too long, and one too short.
        for wrong in [1_u8, 255] {
            let mut bytes = bytes.clone();
            let at = bytes.len() - written.len();
            bytes[at] = bytes[at].wrapping_add(wrong);
            assert_ne!(Cube::decode(&bytes).as_ref(), Ok(&cube), "{counts:?}");
        }
        assert_eq!(Cube::decode(&bytes), Ok(cube));
    }
}

#[test]
fn damage_is_named() {
    assert_eq!(Cube::decode(b"<!DOCTYPE html>"), Err(DecodeError::Magic));
    assert_eq!(Cube::decode(b"DLC2"), Err(DecodeError::Version(b'2')));
    assert_eq!(Cube::decode(b"DLC3\x02"), Err(DecodeError::Damaged("kind")));
    assert_eq!(Cube::decode(b"DLC3\0\0"), Err(DecodeError::Damaged("first day")));
    assert_eq!(Cube::decode(b"DLC3\0\xff\xff\xff\x7f"), Err(DecodeError::Damaged("first day")));
    let bytes = files(&sample()).remove(0);
    for length in 0..bytes.len() {
        assert!(Cube::decode(&bytes[..length]).is_err(), "cut at {length}");
    }
    assert_eq!(
        Cube::decode(&[&bytes[..], b"x"].concat()),
        Err(DecodeError::Damaged("bytes after the end"))
    );
}

/// A cube that is large enough for four parts: 290 rows a day from May 2023 to November 2026, with a value that
/// only the first year has and one that only the last has.
fn long_cube() -> Cube {
    let first = downloads::parse_day("2023-05-17").unwrap();
    let days = 1_287;
    let mut builder = Builder::new(Mirrors::default());
    for at in 0..days {
        let version = match at {
            0..100 => "0.1",
            1_200.. => "3.0",
            _ => "1.0",
        };
        for country in 0..290 {
            let country = format!("C{country}");
            let fields = [&country, version, "sdist", "pip", "", "", "", "", "", "", "", ""];
            builder.push(first + chrono::Days::new(at), &fields, at + 1).unwrap();
        }
    }
    builder.finish(Days::new(first, vec![DayState::Final; days as usize]), 1000)
}

#[test]
fn the_newest_part_answers_by_itself_and_the_others_add_to_it() {
    let whole = long_cube();
    let files = files(&whole);
    assert_eq!(files.len(), 4);
    let mut cube = Cube::decode(&files[0]).unwrap();
    let newest = downloads::parse_day("2025-11-01").unwrap();
    assert_eq!((cube.days(), cube.loaded_from()), (whole.days(), Some(newest)));
    assert!(!cube.is_whole());
    assert_eq!(cube.values(Dimension::Version), [known("1.0"), known("3.0")]);

    let mut selection = Selection::default();
    selection.filter_mut(Dimension::Country).insert(known("C7"));
    selection.days = Some((newest, whole.days().last().unwrap()));
    let known_days = whole.days().index(newest).unwrap()..;
    let (part, all) = (cube.answer(&selection), whole.answer(&selection));
    assert_eq!(part.by_day[known_days.clone()], all.by_day[known_days]);
    assert_eq!(
        part.facets[Dimension::Version as usize],
        all.facets[Dimension::Version as usize][1..]
    );

    // A hole: the days before it are there, but not without a break to the last.
    cube.add(&files[2]).unwrap();
    assert_eq!(cube.loaded_from(), Some(newest));
    assert_eq!(cube.add(&files[2]), Err(DecodeError::OtherHistory), "there already");
    assert_eq!(cube.add(&files[0]), Err(DecodeError::OtherHistory), "no older part");
    assert_eq!(Cube::decode(&files[1]), Err(DecodeError::NotTheNewest));
    cube.add(&files[3]).unwrap();
    assert!(!cube.is_whole());
    cube.add(&files[1]).unwrap();
    assert!(cube.is_whole());
    assert_eq!(cube.loaded_from(), whole.days().first());
    assert_eq!(cube, whole);
}

#[test]
fn a_new_value_leaves_the_files_of_past_years_as_they_are() {
    let whole = long_cube();
    let day = whole.days().last().unwrap();
    let rows = |extra: Option<&str>| {
        let mut builder = Builder::new(Mirrors::default());
        for row in whole.rows_by_day() {
            let value = |dimension| match &whole.values(dimension)
                [whole.code(dimension, row.combination)]
            {
                Value::Known(text) => text.clone(),
                Value::Unknown | Value::Other => String::new(),
            };
            let (country, version) = (value(Dimension::Country), value(Dimension::Version));
            let fields = [&country, &version, "sdist", "pip", "", "", "", "", "", "", "", ""];
            let on = whole.days().first().unwrap() + chrono::Days::new(row.day.into());
            builder.push(on, &fields, row.downloads).unwrap();
        }
        if let Some(version) = extra {
            builder.push(day, &["", version, "", "", "", "", "", "", "", "", "", ""], 1).unwrap();
        }
        files(&builder.finish(whole.days().clone(), 1000))
    };
    let (before, after) = (rows(None), rows(Some("0.0.1")));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..], after[1..]);
}

/// Rows with few and with many values, so that runs, single codes and wide codes all occur.
fn any_cube() -> impl Strategy<Value = Cube> {
    // Most rows have one download, so that there are runs of such rows.
    let downloads = prop_oneof![3 => Just(1), 1 => 2..4_u64, 1 => 1..400_u64];
    let row = (0..40_u64, 0..600_u32, 0..4_u8, "[a-c]{0,2}", prop::bool::ANY, downloads);
    (prop::collection::vec(row, 0..800), 1..700_usize).prop_map(|(rows, limit)| {
        let mut builder = Builder::new(Mirrors::default());
        for (at, version, country, installer, ci, downloads) in rows {
            let (version, country) = (format!("1.{version}"), format!("C{country}"));
            let ci = if ci { "true" } else { "" };
            let fields =
                [&country, &version, "sdist", &installer, "", "", "", "", "Linux", "", "", ci];
            builder.push(day(at), &fields.map(|it| it as &str), downloads).unwrap();
        }
        builder.finish(Days::new(FIRST, vec![DayState::Final; 30]), limit)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_decoded_is_what_was_encoded(cube in any_cube()) {
        prop_assert_eq!(travelled(&cube), Ok(cube));
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Cube::decode(&[b"DLC3\0", &bytes[..]].concat());
        let _ = sample().add(&[b"DLC3\x01", &bytes[..]].concat());
    }

    /// A byte that is altered gives an error or another cube, whose counting does not panic.
    #[test]
    fn an_altered_byte_does_no_harm(cube in any_cube(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = files(&cube).remove(0);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(cube) = Cube::decode(&bytes) {
            let mut selection = Selection::default();
            selection.filter_mut(Dimension::Country).insert(known("C1"));
            let _ = (cube.facets(&selection), cube.by_day(&selection), cube.gather(2));
            let _ = (cube.first_days(Dimension::Country), cube.rows_by_day());
        }
    }

    /// Unknown and other are values too: each breakdown sums to the total.
    #[test]
    fn every_breakdown_sums_to_the_total(cube in any_cube(), limit in 0..20_usize) {
        let total: u64 = cube.by_day(&Selection::default()).iter().sum();
        for cube in [cube.gather(limit), cube] {
            for counts in cube.facets(&Selection::default()) {
                prop_assert_eq!(counts.iter().sum::<u64>(), total);
            }
        }
    }

    #[test]
    fn the_rows_are_the_cube(cube in any_cube()) {
        let rows = cube.rows_by_day();
        let key = |row: &crate::Row| (row.day, Dimension::ALL.map(|it| cube.code(it, row.combination)));
        prop_assert!(rows.is_sorted_by(|a, b| key(a) < key(b)));
        let mut by_day = vec![0; 30];
        for row in &rows {
            by_day[usize::from(row.day)] += row.downloads;
        }
        prop_assert_eq!(by_day, cube.by_day(&Selection::default()));
        for dimension in Dimension::ALL {
            let mut totals = vec![0; cube.values(dimension).len()];
            for row in &rows {
                totals[cube.code(dimension, row.combination)] += row.downloads;
            }
            prop_assert_eq!(&totals, &cube.facets(&Selection::default())[dimension as usize]);
        }
    }

    /// The quick count agrees with the plain one.
    #[test]
    fn filters_agree_with_filtering_row_by_row(
        cube in any_cube(),
        versions in prop::collection::btree_set(0..600_u32, 0..300),
        countries in prop::collection::btree_set(0..4_u8, 0..3),
        first in 0..30_u64, length in 0..30_u64,
    ) {
        let mut selection = Selection::default().with_days(Some((day(first), day(first + length))));
        selection.filter_mut(Dimension::Version).extend(versions.iter().map(|it| known(&format!("1.{it}"))));
        selection.filter_mut(Dimension::Country).extend(countries.iter().map(|it| known(&format!("C{it}"))));
        let passes = |combination: u32, but: Option<Dimension>| {
            Dimension::ALL.into_iter().all(|it| {
                let filter = selection.filter(it);
                let value = &cube.values(it)[cube.code(it, combination)];
                Some(it) == but || filter.is_empty() || filter.contains(value)
            })
        };
        let mut facets = Dimension::ALL.map(|dimension| vec![0; cube.values(dimension).len()]);
        let mut by_day = vec![0; 30];
        for crate::Row { day: at, combination, downloads } in cube.rows_by_day() {
            if passes(combination, None) {
                by_day[usize::from(at)] += downloads;
            }
            if !(first..=first + length).contains(&at.into()) {
                continue;
            }
            for dimension in Dimension::ALL {
                if passes(combination, Some(dimension)) {
                    facets[dimension as usize][cube.code(dimension, combination)] += downloads;
                }
            }
        }
        let answer = cube.answer(&selection);
        prop_assert_eq!((&answer.by_day, &answer.facets), (&by_day, &facets));
        prop_assert_eq!(&cube.facets(&selection), &facets);
        prop_assert_eq!(&cube.by_day(&selection), &by_day);
        let lines = vec![Some(0); cube.values(Dimension::Country).len()];
        prop_assert_eq!(&cube.by_day_and_line(&selection, Dimension::Country, &lines, 1)[0], &by_day);
    }
}
