//! What is still run with the newest releases: what one asks before dropping a Python.

use cube::{Cube, Selection, Value};
use downloads::Dimension;

use crate::{Grouping, Members, releases::numbers};

/// How many release lines are told apart at most.
const LINES: usize = 6;

/// The least share of all downloads, as one part of so many, that makes versions count as used.
const USED: u64 = 100;

/// What the downloads of some days ran on, overall and of the newest versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// What is told apart, such as Python.
    pub dimension: Dimension,
    /// The downloads of all versions together.
    pub downloads: u64,
    /// Those whose downloads are told apart: first the newest release, if it is not all there is of its line, then
    /// the release lines, newest first.
    pub versions: Vec<Versions>,
    /// Each value that has downloads, in the order of the cube.
    pub rows: Vec<SupportRow>,
}

/// Versions whose downloads are told apart: those that make up at least a hundredth of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// `2.1.3` or `2.1`; anybody can put anything there.
    pub name: String,
    /// Whether it is a release line, which is all versions of one minor [group](Grouping), or a single release.
    pub is_line: bool,
    /// Their downloads.
    pub downloads: u64,
}

/// One value's downloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportRow {
    /// The value.
    pub value: Value,
    /// Of all versions together.
    pub downloads: u64,
    /// Of each of [`Support::versions`].
    pub of_versions: Vec<u64>,
}

/// What the downloads ran on by one dimension, in the days and under the filters of the selection. Its filters by
/// version and by that dimension do not count, because it is these two that are told apart.
pub fn support(cube: &Cube, selection: &Selection, dimension: Dimension) -> Support {
    let mut selection = selection.clone();
    for own in [Dimension::Version, dimension] {
        selection.filter_mut(own).clear();
    }
    let values = cube.values(Dimension::Version);
    let by_version_and_line = |dimension, line_of: &[Option<usize>], count| {
        cube.by_value_and_line(&selection, dimension, Dimension::Version, line_of, count)
    };
    let counts = by_version_and_line(Dimension::Version, &vec![Some(0); values.len()], 1);
    let counts = counts.into_iter().next().unwrap_or_default();
    let told = told_apart(values, &counts);

    // Each version counts once: the newest release by itself and not in its line, and all that is left together.
    let mut line_of = vec![Some(told.len()); values.len()];
    for (at, told) in told.iter().enumerate().rev() {
        told.codes.iter().for_each(|&code| line_of[code] = Some(at));
    }
    let mut parts = by_version_and_line(dimension, &line_of, told.len() + 1);
    let all = |at: usize| parts.iter().map(|part| part[at]).sum::<u64>();
    let all: Vec<u64> = (0..cube.values(dimension).len()).map(all).collect();
    parts.truncate(told.len());
    if let Some((release, lines)) = told.split_first()
        && let Some(line) = lines.iter().position(|line| line.codes.contains(&release.codes[0]))
        && let Some((of_release, of_lines)) = parts.split_first_mut()
    {
        of_lines[line].iter_mut().zip(of_release).for_each(|(sum, own)| *sum += *own);
    }

    let row = |(at, value): (usize, &Value)| SupportRow {
        value: value.clone(),
        downloads: all[at],
        of_versions: parts.iter().map(|part| part[at]).collect(),
    };
    let rows = cube.values(dimension).iter().enumerate().map(row);
    let rows = rows.filter(|row| row.downloads > 0).collect();
    let versions = told.into_iter().zip(&parts).map(|(told, part)| Versions {
        name: told.name,
        is_line: told.is_line,
        downloads: part.iter().sum(),
    });
    Support { dimension, downloads: counts.iter().sum(), versions: versions.collect(), rows }
}

/// A column in the making.
struct Told {
    name: String,
    is_line: bool,
    /// The places of its versions, at least one.
    codes: Vec<usize>,
}

/// The versions that are told apart, in the order of [`Support::versions`], given the downloads of each version.
fn told_apart(values: &[Value], counts: &[u64]) -> Vec<Told> {
    let total: u64 = counts.iter().sum();
    let is_used = |downloads: u64| downloads > 0 && downloads.saturating_mul(USED) >= total;
    let groups = Members::of(values, Some(Grouping::Minor));
    let sums = groups.sums(counts.to_vec());
    // Inserted and not sorted: a sort takes some kilobytes more of the module of the browser.
    let mut newest: Vec<([u64; 3], &String, usize)> = Vec::new();
    for (at, member) in groups.members.iter().enumerate() {
        if let Value::Known(name) = member
            && is_used(sums[at])
            && Grouping::Minor.is_group(name)
        {
            let rank = rank(name);
            let place = newest.partition_point(|(newer, ..)| *newer > rank);
            newest.insert(place, (rank, name, at));
        }
    }
    newest.truncate(LINES);
    let used = |code: &usize| counts[*code] > 0;
    let line = |(_, name, at): ([u64; 3], &String, usize)| Told {
        name: name.clone(),
        is_line: true,
        codes: (0..values.len()).filter(|&code| groups.place(code) == at).filter(used).collect(),
    };
    let mut told: Vec<Told> = newest.into_iter().map(line).collect();

    let releases = values.iter().enumerate().filter_map(|(code, value)| match value {
        Value::Known(version) if is_used(counts[code]) => Some((numbers(version)?, version, code)),
        _ => None,
    });
    let newest = releases.max();
    if let Some((_, version, code)) = newest
        && told.iter().all(|line| line.codes != [code])
    {
        told.insert(0, Told { name: version.clone(), is_line: false, codes: vec![code] });
    }
    told
}

/// Epoch, major and minor number of a group.
fn rank(group: &str) -> [u64; 3] {
    let (epoch, numbers) = group.split_once('!').unwrap_or(("0", group));
    let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
    [epoch, major, minor].map(|number| number.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
