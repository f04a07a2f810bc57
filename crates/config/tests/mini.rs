//! `fixtures/mini` is what its README says: other tests lean on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use config::Config;
use downloads::{Day, EVENT_COLUMNS, ProjectName, parse_day};

const CONFIG: &str = include_str!("../../../fixtures/mini/config.yaml");
const EVENTS: &str = include_str!("../../../fixtures/mini/pypi.csv");

/// The rows of a project, or of all.
fn rows(project: Option<&str>) -> Vec<BTreeMap<&'static str, String>> {
    let is_meant = |row: &BTreeMap<_, String>| {
        project.is_none_or(|project| name(&row["project"]) == name(project))
    };
    csv::Reader::from_reader(EVENTS.as_bytes())
        .into_records()
        .map(|record| record.unwrap_or_else(|error| panic!("{error}")))
        .map(|record| EVENT_COLUMNS.into_iter().zip(record.iter().map(String::from)).collect())
        .filter(is_meant)
        .collect()
}

fn name(spelled: &str) -> ProjectName {
    ProjectName::new(spelled).unwrap_or_else(|error| panic!("{error}"))
}

fn day_of(row: &BTreeMap<&str, String>) -> Day {
    parse_day(&row["timestamp"][..10]).unwrap_or_else(|| panic!("{row:?}"))
}

fn days(project: Option<&str>) -> BTreeSet<Day> {
    rows(project).iter().map(day_of).collect()
}

fn day(month: u32, day: u32) -> Day {
    Day::from_ymd_opt(2024, month, day).unwrap_or_default()
}

fn values(project: &str, column: &str) -> BTreeSet<String> {
    rows(Some(project)).into_iter().map(|row| row[column].clone()).collect()
}

#[test]
fn downloads_and_days_of_each_project_are_as_listed() {
    let mut found: BTreeMap<_, (u32, Day, Day)> = BTreeMap::new();
    for row in rows(None) {
        let day = day_of(&row);
        let (count, first, last) = found.entry(name(&row["project"])).or_insert((0, day, day));
        (*count, *first, *last) = (*count + 1, day.min(*first), day.max(*last));
    }
    let expected = [
        ("foo-bar", 265, day(1, 13), day(3, 31)),
        ("hostile-strings", 69, day(3, 25), day(3, 31)),
        ("one-day", 3, day(2, 29), day(2, 29)),
        ("quiet", 20, day(1, 13), day(3, 9)),
        ("stray", 8, day(1, 15), day(3, 25)),
    ];
    let expected =
        expected.map(|(project, count, first, last)| (name(project), (count, first, last)));
    assert_eq!(found, BTreeMap::from(expected));
}

#[test]
fn the_configuration_reads_and_does_not_quite_fit() {
    let config = Config::parse(CONFIG, "fixtures/mini/config.yaml", &mut |_| {
        Err(io::ErrorKind::NotFound.into())
    })
    .unwrap();
    let configured: BTreeSet<_> = config.projects.into_iter().map(|project| project.name).collect();
    let in_file: BTreeSet<_> = rows(None).iter().map(|row| name(&row["project"])).collect();
    assert_eq!(configured.difference(&in_file).collect::<Vec<_>>(), [&name("not-collected-yet")]);
    assert_eq!(in_file.difference(&configured).collect::<Vec<_>>(), [&name("stray")]);
    assert_eq!(config.site.base_url.as_deref(), Some("https://example.org/a/b/"));
    assert_eq!(config.store.folder().unwrap(), "fixtures/mini/data");
    assert_eq!(config.ecosystems.len(), 2);
}

#[test]
fn the_gap_is_a_gap_and_the_zeros_are_zeros() {
    let all = days(None);
    let missing: Vec<_> =
        day(1, 13).iter_days().take(79).filter(|day| !all.contains(day)).collect();
    assert_eq!(missing, [day(2, 10), day(2, 11), day(2, 12)]);
    let foo_bar = days(Some("foo-bar"));
    let zero: Vec<_> = all.into_iter().filter(|day| !foo_bar.contains(day)).collect();
    assert_eq!(zero, [day(2, 20), day(2, 21)]);
    assert!(days(Some("quiet")).is_superset(&zero.into_iter().collect()));
}

#[test]
fn the_parts_are_not_in_the_order_of_time() {
    let all = rows(None);
    let (first, last) = (day_of(&all[0]), day_of(&all[all.len() - 1]));
    assert_eq!((first, last), (day(3, 1), day(2, 29)));
}

#[test]
fn the_awkward_values_are_there() {
    let spelled: BTreeSet<_> =
        rows(Some("foo-bar")).into_iter().map(|row| row["project"].clone()).collect();
    assert_eq!(spelled, ["Foo_Bar", "foo-bar", "foo.bar"].map(String::from).into());
    let has = |project, column, value: &str| {
        assert!(values(project, column).contains(value), "{project} {column} {value:?}");
    };
    for value in ["True", "False", ""] {
        has("one-day", "ci", value);
        has("foo-bar", "ci", value);
    }
    for version in ["2004d", "0.9.1-final-build", "1.1.dev0", "1!1.0", "1.0.post1", "1.0rc1", ""] {
        has("foo-bar", "version", version);
    }
    for installer in ["pip", "uv", "bandersnatch", "devpi", "poetry", "None", ""] {
        has("foo-bar", "installer_name", installer);
    }
    for (column, value) in [
        ("country_code", "NA"),
        ("distro_name", "null"),
        ("distro_version", "N/A"),
        ("system_name", "FreeBSD"),
    ] {
        has("foo-bar", column, value);
    }
    has("foo-bar", "timestamp", "2024-03-06 00:00:00");
    has("foo-bar", "timestamp", "2024-03-06 23:59:59.999999");
    let nothing = rows(Some("foo-bar")).into_iter().find(|row| row["type"].is_empty());
    assert_eq!(nothing.map(|row| row.values().filter(|value| !value.is_empty()).count()), Some(2));
    let twin =
        rows(Some("foo-bar")).into_iter().filter(|row| row["timestamp"] == "2024-03-05 12:00:00");
    let twins: Vec<_> = twin.collect();
    assert!(matches!(twins.as_slice(), [one, two] if one == two), "{twins:?}");
}

#[test]
fn hostile_strings_stand_in_every_column_that_is_text() {
    for column in &EVENT_COLUMNS[1..13] {
        if *column != "project" {
            assert!(
                values("hostile-strings", column).contains("<script>alert(1)</script>"),
                "{column}"
            );
        }
    }
    let versions = values("hostile-strings", "version");
    for part in ["\n", "\"", "'", "&", ",", "\u{202e}", "\u{1b}", "=1+1", "  "] {
        assert!(versions.iter().any(|version| version.contains(part)), "{part:?}");
    }
    assert!(versions.iter().any(|version| version.len() == 300));
}
