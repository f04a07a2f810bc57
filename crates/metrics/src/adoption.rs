//! How the releases of a project are taken up, and what is still run with the newest of them.

use std::collections::BTreeMap;

use cube::{Cube, Selection, Value};
use downloads::{Day, Dimension, days_between};

use crate::{Release, releases};

/// Shares are taken over as many days, so that the days of a week do not matter.
const WINDOW: usize = 7;

/// How far the curve of a release goes, in days since its first.
const CURVE_DAYS: usize = 182;

/// The days since its first after which the share of a release is told.
pub const AFTER_DAYS: [u32; 3] = [7, 30, 90];

/// How many of the newest release lines [`support`] tells apart.
const LINES: usize = 2;

/// The least share of all downloads, as one part of so many, that makes a release line count as used.
const USED_LINE: u64 = 100;

/// How one release was taken up since its first day.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    /// The release.
    pub release: Release,
    /// Its downloads in the last 30 days.
    pub month: u64,
    /// Its share of the 7 days that end so many days after its first, as [`AFTER_DAYS`] has them: from 0 to 1.
    /// `None` if that is still to come, or if those days had no downloads or were not all collected.
    pub after: [Option<f64>; AFTER_DAYS.len()],
    /// The days until it was at least half of the downloads of the last 7 days, the first day included, so at
    /// least 7. `None` if it never was.
    pub half: Option<u32>,
    /// Its share of the last 7 days, at the end of each week since its first day, half a year at most. `None`
    /// as above.
    pub curve: Vec<Option<f64>>,
}

/// The final releases whose first day can be told, the earliest first.
///
/// Left out is what was there when the data begins or after a gap, and what was first downloaded after a later
/// release of its line: nobody noticed when it came out.
pub fn dated_releases(cube: &Cube) -> Vec<Release> {
    let mut releases = releases(cube);
    // From the highest number down, so that all higher ones of a line come right before a release. Inserted
    // and not sorted: a sort takes some kilobytes more of the module of the browser.
    let mut ranked: Vec<(Vec<u32>, usize)> = Vec::new();
    for (at, release) in releases.iter().enumerate() {
        if let Some(numbers) = release.numbers().map(significant) {
            let place = ranked.partition_point(|(higher, _)| *higher >= numbers);
            ranked.insert(place, (numbers, at));
        }
    }
    let mut is_dated = vec![false; releases.len()];
    // For each length of the numbers so far, the earliest first day of a higher release that begins with them.
    let mut earliest: Vec<Day> = Vec::new();
    // The same for the line of the release.
    let mut of_line = None;
    let mut before: &[u32] = &[];
    for (numbers, at) in &ranked {
        let release = &releases[*at];
        if before != numbers {
            let same = numbers.iter().zip(before).take_while(|(a, b)| a == b).count();
            earliest.truncate(same + 1);
            of_line = earliest.get(numbers.len() - 1).copied();
        }
        let overtaken = of_line.is_some_and(|day| day < release.first);
        is_dated[*at] = !overtaken && !release.maybe_older;
        for day in earliest.iter_mut().take(numbers.len()) {
            *day = release.first.min(*day);
        }
        earliest.resize(numbers.len().max(earliest.len()), release.first);
        before = numbers;
    }
    let mut is_dated = is_dated.into_iter();
    releases.retain(|_| is_dated.next().unwrap_or(false));
    releases
}

/// The numbers of a version without the zeros at their end: 1.0 is 1.
fn significant(mut numbers: Vec<u32>) -> Vec<u32> {
    while numbers.len() > 1 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// How the newest `most` of the [`dated_releases`] were taken up, the newest first, under the filters of the
/// selection; its days do not matter.
pub fn adoption(cube: &Cube, selection: &Selection, most: usize) -> Vec<Adoption> {
    let days = cube.days();
    let Some(last) = days.last_collected() else { return Vec::new() };
    let mut newest = dated_releases(cube);
    newest.reverse();
    newest.truncate(most);
    if newest.is_empty() {
        return Vec::new();
    }
    let values = cube.values(Dimension::Version);
    let line_of: Vec<Option<usize>> = values
        .iter()
        .map(|value| match value {
            Value::Known(version) => newest.iter().position(|it| it.version == *version),
            Value::Unknown | Value::Other => None,
        })
        .collect();
    let lines = cube.by_day_and_line(selection, Dimension::Version, &line_of, newest.len());
    let total = cube.by_day(selection);
    let month = days.range(last - chrono::Days::new(29), last);
    let end = days.index(last).map_or(0, |at| at + 1);

    newest
        .into_iter()
        .zip(lines)
        .map(|(release, by_day)| {
            let start = days.index(release.first).unwrap_or(end);
            // The share of the window that ends with this day.
            let share = |at: usize| {
                let window = (at + 1).checked_sub(WINDOW)?..at + 1;
                let all: u64 = total.get(window.clone())?.iter().sum();
                let known = days.states()[window.clone()].iter().all(|it| it.is_collected());
                let own: u64 = by_day[window].iter().sum();
                (known && all > 0).then(|| own as f64 / all as f64)
            };
            let whole = start + WINDOW - 1..end;
            Adoption {
                month: by_day[month.clone()].iter().sum(),
                after: AFTER_DAYS
                    .map(|it| Some(start + it as usize).filter(|&at| at < end).and_then(share)),
                half: whole
                    .clone()
                    .find(|&at| share(at).is_some_and(|it| it >= 0.5))
                    .map(|at| (at + 1 - start) as u32),
                curve: whole.take(CURVE_DAYS).step_by(WINDOW).map(share).collect(),
                release,
            }
        })
        .collect()
}

/// What downloads run on, overall and of the newest release lines: what one asks before dropping a Python.
#[derive(Clone, Debug, PartialEq)]
pub struct Support {
    /// First and last of the last 90 days, as far back as there is data.
    pub quarter: (Day, Day),
    /// How many of the 90 days were not collected.
    pub missing: u32,
    /// First and last of the last 30 days, as far back as there is data.
    pub month: (Day, Day),
    /// The newest release lines that make up at least a hundredth of the downloads, such as `1.20`, the
    /// highest first.
    pub lines: Vec<String>,
    /// By Python.
    pub python: SupportOf,
    /// By operating system.
    pub system: SupportOf,
}

/// The downloads of the last 90 and 30 days by one dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportOf {
    /// Those of the last 90 days.
    pub quarter: u64,
    /// Those of the last 30 days.
    pub month: u64,
    /// Those of the last 90 days of each of the lines.
    pub lines: Vec<u64>,
    /// Each value with downloads in the last 90 days, in the order of the cube.
    pub rows: Vec<SupportRow>,
}

/// One value's downloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportRow {
    /// The value.
    pub value: Value,
    /// In the last 90 days.
    pub quarter: u64,
    /// In the last 30 days.
    pub month: u64,
    /// In the last 90 days, of each of the lines.
    pub lines: Vec<u64>,
}

/// What the downloads of the last days ran on, under the filters of the selection; its days do not matter.
/// `None` if no day was collected.
pub fn support(cube: &Cube, selection: &Selection) -> Option<Support> {
    let days = cube.days();
    let (start, last) = (days.first()?, days.last_collected()?);
    let of_last = |count: u64| ((last - chrono::Days::new(count - 1)).max(start), last);
    let (quarter, month) = (of_last(90), of_last(30));
    let counts = cube.facets(&selection.with_days(Some(quarter)));
    let of_month = cube.facets(&selection.with_days(Some(month)));
    let lines = newest_lines(cube, &counts[Dimension::Version as usize]);
    let of_lines: Vec<_> = lines
        .iter()
        .map(|(_, versions)| {
            let mut of_line = selection.with_days(Some(quarter));
            of_line.filter_mut(Dimension::Version).extend(versions.iter().map(|&it| it.clone()));
            cube.facets(&of_line)
        })
        .collect();
    let by = |dimension: Dimension| {
        let at = dimension as usize;
        let row = |(code, value): (usize, &Value)| SupportRow {
            value: value.clone(),
            quarter: counts[at][code],
            month: of_month[at][code],
            lines: of_lines.iter().map(|it| it[at][code]).collect(),
        };
        let rows = cube.values(dimension).iter().enumerate().map(row);
        SupportOf {
            quarter: counts[at].iter().sum(),
            month: of_month[at].iter().sum(),
            lines: of_lines.iter().map(|it| it[at].iter().sum()).collect(),
            rows: rows.filter(|row| row.quarter > 0).collect(),
        }
    };
    let collected = days.states()[days.range(quarter.0, quarter.1)]
        .iter()
        .filter(|state| state.is_collected())
        .count() as u32;
    Some(Support {
        quarter,
        missing: days_between(quarter.0, quarter.1) - collected,
        month,
        python: by(Dimension::Python),
        system: by(Dimension::System),
        lines: lines.into_iter().map(|(name, _)| name).collect(),
    })
}

/// The newest release lines by number that are used, with all their versions, given the downloads of each.
fn newest_lines<'c>(cube: &'c Cube, counts: &[u64]) -> Vec<(String, Vec<&'c Value>)> {
    let mut lines: BTreeMap<[u32; 2], (u64, Vec<&Value>)> = BTreeMap::new();
    for (value, &count) in cube.values(Dimension::Version).iter().zip(counts) {
        if let Value::Known(version) = value
            && let Some(line) = line_of(version)
        {
            let (sum, versions) = lines.entry(line).or_default();
            *sum += count;
            versions.push(value);
        }
    }
    let total: u64 = counts.iter().sum();
    lines
        .into_iter()
        .rev()
        .filter(|(_, (sum, _))| *sum > 0 && sum.saturating_mul(USED_LINE) >= total)
        .take(LINES)
        .map(|([major, minor], (_, it))| (format!("{major}.{minor}"), it))
        .collect()
}

/// The first two numbers of a version, be it final or not. `None` of what begins with no number.
fn line_of(version: &str) -> Option<[u32; 2]> {
    let mut parts = version.split('.');
    let digits = |part: &str| {
        let end = part.bytes().take_while(u8::is_ascii_digit).count();
        part.get(..end)?.parse().ok()
    };
    let major = digits(parts.next()?)?;
    Some([major, parts.next().and_then(digits).unwrap_or(0)])
}

#[cfg(test)]
mod tests;
