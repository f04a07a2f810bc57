//! The file of pepy.tech's API.

use std::collections::BTreeMap;

use chrono::{Datelike, Months};
use cube::{Cube, Value};
use downloads::{Day, Dimension};
use metrics::Versioned;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    Source,
    about::{About, Meaning},
    day::IsoDay,
    json,
};

/// How many months before the last day the days begin, with the first of that month.
const MONTHS: u32 = 4;

/// The answer for one project: everything that was downloaded, of the last months by day and version.
pub(crate) fn project(source: &Source<'_>, about: &About) -> Vec<u8> {
    let first = first_day(about);
    let total: u64 = about.by_audience.iter().flatten().sum();
    json::bytes(&Answer {
        id: source.project.as_str(),
        total_downloads: total,
        versions: versions(source.whole),
        downloads: Downloads(by_day(source.whole, first)),
        meaning: about.meaning(first, about.last),
    })
}

/// The first of the month, [`MONTHS`] before the last day, or the first collected day if that is later.
fn first_day(about: &About) -> Day {
    let earlier = about.last.checked_sub_months(Months::new(MONTHS)).unwrap_or(about.last);
    earlier.with_day(1).unwrap_or(earlier).max(about.first)
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    total_downloads: u64,
    versions: Vec<&'a str>,
    downloads: Downloads<'a>,
    meaning: Meaning<'a>,
}

/// The shape wants days and versions as keys. The key of downloads of an unknown version is empty.
struct Downloads<'a>(BTreeMap<Day, Vec<(&'a str, u64)>>);

struct OfDay<'a>(&'a [(&'a str, u64)]);

impl Serialize for Downloads<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(day, counts)| (IsoDay(*day), OfDay(counts))))
    }
}

impl Serialize for OfDay<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (version, downloads) in self.0 {
            map.serialize_entry(version, downloads)?;
        }
        map.end()
    }
}

/// Downloads by day and version from `first` on, days without any left out; versions in byte order, the
/// unknown one last.
fn by_day(cube: &Cube, first: Day) -> BTreeMap<Day, Vec<(&str, u64)>> {
    let days = cube.days();
    let start = days.first().map_or(0, |start| (first - start).num_days().max(0));
    let mut rows: Vec<(u16, usize, u32)> = Vec::new();
    for combination in 0..cube.combinations() {
        let version = cube.code(Dimension::Version, combination);
        let recent = cube.rows_of(combination).filter(|(day, _)| i64::from(*day) >= start);
        rows.extend(recent.map(|(day, count)| (day, version, count)));
    }
    rows.sort_unstable();

    let values = cube.values(Dimension::Version);
    let mut by_day: BTreeMap<Day, Vec<(&str, u64)>> = BTreeMap::new();
    for of_day in rows.chunk_by(|a, b| a.0 == b.0) {
        let Some(day) = days.first().map(|start| start + chrono::Days::new(of_day[0].0.into()))
        else {
            continue;
        };
        let counts = by_day.entry(day).or_default();
        for &(_, version, count) in of_day {
            let version = if let Value::Known(version) = &values[version] { version } else { "" };
            match counts.last_mut() {
                Some((last, sum)) if *last == version => *sum += u64::from(count),
                _ => counts.push((version, count.into())),
            }
        }
    }
    by_day
}

/// All versions: those of PEP 440 in their order, then the others in that of their text.
fn versions(cube: &Cube) -> Vec<&str> {
    let known = cube.values(Dimension::Version).iter().filter_map(|value| match value {
        Value::Known(version) => Some(version.as_str()),
        Value::Unknown | Value::Other => None,
    });
    let mut versions: Vec<Versioned<'_>> = known.map(Versioned::read).collect();
    versions.sort();
    versions.iter().map(Versioned::text).collect()
}
