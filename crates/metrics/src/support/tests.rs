//! What downloads run on, of small cubes worked out by hand, and of any against their rows.

use cube::{Builder, Days};
use downloads::{DayState, Field, Mirrors, parse_day};
use proptest::prelude::*;

use super::*;

const FIRST: &str = "2024-01-01";

/// A cube of final days from rows of day, version, Python, system and downloads.
fn cube(days: usize, rows: &[(usize, &str, &str, &str, u64)]) -> Cube {
    let first = parse_day(FIRST).unwrap();
    let mut builder = Builder::new(Mirrors::default());
    for &(at, version, python, system, downloads) in rows {
        let mut fields = [""; 12];
        fields[Field::Version as usize] = version;
        fields[Field::ImplementationVersion as usize] = python;
        fields[Field::SystemName as usize] = system;
        builder.push(first + chrono::Days::new(at as u64), &fields, downloads).unwrap();
    }
    builder.finish(Days::new(first, vec![DayState::Final; days]), usize::MAX)
}

fn days(from: usize, to: usize) -> Selection {
    let day = |at: usize| parse_day(FIRST).unwrap() + chrono::Days::new(at as u64);
    Selection::default().with_days(Some((day(from), day(to))))
}

fn names(support: &Support) -> Vec<(&str, u64)> {
    support.versions.iter().map(|it| (&*it.name, it.downloads)).collect()
}

fn row<'s>(support: &'s Support, value: &str) -> (u64, &'s [u64]) {
    let row = support.rows.iter().find(|it| it.value == Value::of(value)).unwrap();
    (row.downloads, &row.of_versions)
}

#[test]
fn support_is_told_overall_and_of_the_newest_versions_that_are_used() {
    let cube = cube(
        100,
        &[
            (0, "1.0", "3.8.1", "Linux", 1000),
            (95, "1.0", "3.8.1", "Linux", 300),
            (95, "1.1.0rc1", "3.8.1", "Linux", 10),
            (95, "1.1.2", "3.12.1", "Windows", 90),
            (99, "1.2", "3.12.1", "Linux", 500),
            (99, "1.2.1", "3.12.1", "Linux", 100),
            (99, "1.2.2", "3.8.1", "Linux", 1),
            (99, "99.0", "3.12.1", "Linux", 1),
            (99, "none", "", "", 7),
        ],
    );
    let support = support(&cube, &days(10, 99), Dimension::Python);
    assert_eq!(support.downloads, 1009);
    assert_eq!(
        names(&support),
        [("1.2.1", 100), ("1.2", 601), ("1.1", 100), ("1.0", 300)],
        "neither the release nor the line that hardly anybody uses"
    );
    assert_eq!(
        support.versions.iter().map(|it| it.is_line).collect::<Vec<_>>(),
        [false, true, true, true]
    );
    assert_eq!(row(&support, "3.8"), (311, &[0, 1, 10, 300][..]));
    assert_eq!(row(&support, "3.12"), (691, &[100, 600, 90, 0][..]));
    assert_eq!(row(&support, ""), (7, &[0, 0, 0, 0][..]));
    let systems = super::support(&cube, &days(95, 95), Dimension::System);
    assert_eq!(names(&systems), [("1.1.2", 90), ("1.1", 100), ("1.0", 300)]);
    assert_eq!(row(&systems, "Windows"), (90, &[90, 90, 0][..]));
}

#[test]
fn a_release_that_is_all_there_is_of_its_line_is_not_told_twice() {
    let rows =
        [(0, "1.0", "3.8.1", "", 50), (0, "1.1.0", "3.9.1", "", 50), (1, "1.1.1", "3.9.1", "", 5)];
    assert_eq!(
        names(&support(&cube(2, &rows), &days(0, 0), Dimension::Cpu)),
        [("1.1", 50), ("1.0", 50)]
    );
    let both = support(&cube(2, &rows), &days(0, 1), Dimension::Cpu);
    assert_eq!(names(&both), [("1.1.1", 5), ("1.1", 55), ("1.0", 50)]);
}

#[test]
fn lines_are_ordered_by_number_and_only_the_newest_are_told() {
    let versions = ["1.2", "1.10", "1.9", "0.1", "2.0", "1!0.1", "1.0", "v1.1", "10.0", "latest"];
    let rows: Vec<_> = versions.iter().map(|it| (0, *it, "", "", 10)).collect();
    let support = support(&cube(1, &rows), &days(0, 0), Dimension::Python);
    let lines: Vec<&str> = names(&support).into_iter().map(|it| it.0).collect();
    assert_eq!(lines, ["1!0.1", "10.0", "2.0", "1.10", "1.9", "1.2"]);
}

#[test]
fn filters_by_what_is_told_apart_do_not_count() {
    let rows = [(0, "1.0", "3.8.1", "Linux", 10), (0, "1.1", "3.9.1", "Windows", 20)];
    let cube = cube(1, &rows);
    let all = support(&cube, &days(0, 0), Dimension::Python);
    let filtered = |dimension, value: &str| {
        let mut selection = days(0, 0);
        selection.filter_mut(dimension).insert(Value::of(value));
        support(&cube, &selection, Dimension::Python)
    };
    assert_eq!(filtered(Dimension::Version, "1.0"), all);
    assert_eq!(filtered(Dimension::Python, "3.8"), all);
    assert_eq!(filtered(Dimension::System, "Linux").downloads, 10);
}

#[test]
fn nothing_is_told_of_nothing() {
    let none = Support { dimension: Dimension::Cpu, downloads: 0, versions: vec![], rows: vec![] };
    assert_eq!(support(&cube(0, &[]), &Selection::default(), Dimension::Cpu), none);
    assert_eq!(support(&cube(3, &[(0, "1", "", "", 1)]), &days(1, 2), Dimension::Cpu), none);
}

proptest! {
    #[test]
    fn each_figure_is_the_sum_of_its_rows(
        rows in prop::collection::vec((0..9_usize, "[01]([.][0-2]){0,2}(rc1)?|x", "(3[.][789][.]1)?", "(Linux|Windows)?", 0..99_u64), 0..120),
        (from, to) in (0..9_usize, 0..9_usize),
        of in 0..3_usize,
        system in prop::option::of("(Linux|Windows)?"),
    ) {
        let rows: Vec<_> = rows.iter().map(|it| (it.0, &*it.1, &*it.2, &*it.3, it.4)).collect();
        let cube = cube(9, &rows);
        let dimension = [Dimension::Python, Dimension::System, Dimension::Cpu][of];
        let mut selection = days(from.min(to), from.max(to));
        if let Some(system) = &system {
            selection.filter_mut(Dimension::System).insert(Value::of(system));
        }
        let support = support(&cube, &selection, dimension);

        let at = |dimension, combination| &cube.values(dimension)[cube.code(dimension, combination)];
        let sum = |value: Option<&Value>, versions: Option<&Versions>| -> u64 {
            let is_of = |version: &Value| match (version, versions) {
                (_, None) => true,
                (Value::Known(version), Some(it)) if it.is_line => {
                    Grouping::Minor.of(version).as_deref() == Some(&it.name)
                }
                (version, Some(it)) => *version == Value::Known(it.name.clone()),
            };
            let counts = |row: &&cube::Row| {
                let row_system = at(Dimension::System, row.combination);
                (from.min(to)..=from.max(to)).contains(&usize::from(row.day))
                    && value.is_none_or(|it| it == at(dimension, row.combination))
                    && is_of(at(Dimension::Version, row.combination))
                    && (dimension == Dimension::System
                        || system.as_ref().is_none_or(|it| *row_system == Value::of(it)))
            };
            cube.rows_by_day().iter().filter(counts).map(|row| row.downloads).sum()
        };
        prop_assert_eq!(support.downloads, sum(None, None));
        prop_assert_eq!(support.rows.iter().map(|it| it.downloads).sum::<u64>(), support.downloads);
        for (at, versions) in support.versions.iter().enumerate() {
            prop_assert_eq!(versions.downloads, sum(None, Some(versions)));
            prop_assert!(100 * versions.downloads >= support.downloads);
            for row in &support.rows {
                prop_assert_eq!(row.of_versions[at], sum(Some(&row.value), Some(versions)));
            }
        }
        for row in &support.rows {
            prop_assert_eq!(row.downloads, sum(Some(&row.value), None));
        }
    }
}
