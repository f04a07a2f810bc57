//! The figures of a project's workbook: each sheet by its name, the same ones that the predecessor made.
//!
//! Counts are over all downloads that are stored. A value that is not known is a group of its own.

use std::{
    borrow::Cow,
    cmp::{Ordering, Reverse},
};

use downloads::{Day, Dimension, Field};

use crate::{Tally, Versioned};

/// What the downloads of a workbook are broken down by, each on its sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A dimension of the pages.
    Dimension(Dimension),
    /// The version of Python, whole.
    FullPython,
    /// The name of the distribution.
    DistroName,
    /// Name and version of the distribution.
    DistroVersion,
    /// Name and version of the distribution, and the kernel.
    DistroKernel,
    /// Whether the installer said that it ran in CI.
    Ci,
    /// Whether the version is a pre-release by PEP 440.
    Prerelease,
    /// Whether the version is a post-release by PEP 440.
    Postrelease,
    /// Whether the version is a development release by PEP 440.
    Devrelease,
}

/// The sheets that the predecessor made, in its order.
const INHERITED: [Column; 14] = [
    Column::Dimension(Dimension::Version),
    Column::Dimension(Dimension::Country),
    Column::Dimension(Dimension::Python),
    Column::FullPython,
    Column::Dimension(Dimension::Installer),
    Column::DistroName,
    Column::DistroVersion,
    Column::DistroKernel,
    Column::Dimension(Dimension::System),
    Column::Dimension(Dimension::Cpu),
    Column::Ci,
    Column::Prerelease,
    Column::Postrelease,
    Column::Devrelease,
];

/// The dimensions that are also broken down by month, in the order of their sheets.
pub const MONTHLY: [Dimension; 4] =
    [Dimension::Version, Dimension::Python, Dimension::Country, Dimension::Installer];

/// In which order the values of a sheet stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Most downloads first, equal ones by value.
    MostFirst,
    /// The newest version by PEP 440 first; what is none, and what is not known, last.
    NewestFirst,
    /// By value: false, true, not known.
    ByValue,
}

impl Column {
    /// The sheets of the predecessor, in its order.
    pub fn inherited() -> impl Iterator<Item = Self> {
        INHERITED.into_iter()
    }

    /// The dimensions of the pages that the predecessor had no sheet for, in the order of the pages.
    pub fn added() -> impl Iterator<Item = Self> {
        let all = Dimension::ALL.into_iter().map(Self::Dimension);
        all.filter(|column| !INHERITED.contains(column))
    }

    /// The name of the sheet, and of its first column.
    pub fn sheet(self) -> (&'static str, &'static str) {
        match self {
            Self::Dimension(dimension) => dimension.sheet(),
            Self::FullPython => ("By Full Python Version", "full_python_version"),
            Self::DistroName => ("By Distro Name", "distro_name"),
            Self::DistroVersion => ("By Distro Version", "distro_version"),
            Self::DistroKernel => ("By Distro Kernel", "distro_kernel"),
            Self::Ci => ("By Ci", "ci"),
            Self::Prerelease => ("By Is Prerelease", "is_prerelease"),
            Self::Postrelease => ("By Is Postrelease", "is_postrelease"),
            Self::Devrelease => ("By Is Devrelease", "is_devrelease"),
        }
    }

    /// The order of its values.
    pub fn order(self) -> Order {
        match self {
            Self::Dimension(Dimension::Version) | Self::FullPython => Order::NewestFirst,
            Self::Dimension(_) | Self::DistroName | Self::DistroVersion | Self::DistroKernel => {
                Order::MostFirst
            }
            Self::Ci | Self::Prerelease | Self::Postrelease | Self::Devrelease => Order::ByValue,
        }
    }

    /// Whether the values are not kept of projects that are collected at the level of detail `standard`.
    pub fn needs_full_detail(self) -> bool {
        matches!(
            self,
            Self::FullPython | Self::DistroName | Self::DistroVersion | Self::DistroKernel
        )
    }
}

/// What the downloads of one row of a sheet have in common. The order is that of their values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group<'a> {
    /// Yes or no.
    Flag(bool),
    /// A value as it was logged, or several as one text. Anybody can put anything there.
    Known(Cow<'a, str>),
    /// The log does not say.
    Unknown,
}

impl<'a> Group<'a> {
    fn of(text: &'a str) -> Self {
        if text.is_empty() { Self::Unknown } else { Self::Known(text.into()) }
    }
}

/// The downloads of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRow<'a> {
    /// Which group.
    pub group: Group<'a>,
    /// Its downloads, at least 1.
    pub downloads: u64,
    /// Its part of all downloads, see [`percent`].
    pub percent: f64,
}

/// The groups of a column, in its [`order`](Column::order).
pub fn groups(tally: &Tally, column: Column) -> Vec<GroupRow<'_>> {
    let mut groups =
        match column {
            Column::Dimension(dimension) => known(totals(tally, dimension)),
            Column::FullPython => known(tally.field(Field::ImplementationVersion).totals()),
            Column::DistroName => known(tally.field(Field::DistroName).totals()),
            Column::DistroVersion => {
                joined(tally.distros().map(|([name, version], n)| ([name, version, ""], n)), 2)
            }
            Column::DistroKernel => joined(tally.kernels(), 3),
            Column::Ci => {
                flags(tally.field(Field::Ci).totals().into_iter().map(|(text, downloads)| {
                    ((!text.is_empty()).then(|| text == "true"), downloads)
                }))
            }
            Column::Prerelease => release_kinds(tally, |kind| kind.is_prerelease),
            Column::Postrelease => release_kinds(tally, |kind| kind.is_postrelease),
            Column::Devrelease => release_kinds(tally, |kind| kind.is_devrelease),
        };
    match column.order() {
        Order::MostFirst => {
            // As the pages do it. Almost all kernels have few downloads, and comparing their texts again is dear.
            groups.sort_unstable();
            groups.sort_by_key(|(_, downloads)| Reverse(*downloads));
        }
        Order::NewestFirst => groups = newest_first(groups),
        Order::ByValue => groups.sort_unstable(),
    }
    let total = tally.total();
    let row =
        |(group, downloads)| GroupRow { group, downloads, percent: percent(downloads, total) };
    groups.into_iter().map(row).collect()
}

/// Downloads as part of a total, in percent with three decimals; 0 if there are none at all.
///
/// Rounded half to even, as the predecessor did, so that its figures are found again digit by digit.
pub fn percent(downloads: u64, total: u64) -> f64 {
    if total == 0 {
        return 0.0;
    }
    let percent = downloads as f64 * 100.0 / total as f64;
    (percent * 1000.0).round_ties_even() / 1000.0
}

type Counted<'a> = Vec<(Group<'a>, u64)>;

fn known(totals: Vec<(&str, u64)>) -> Counted<'_> {
    totals.into_iter().map(|(text, downloads)| (Group::of(text), downloads)).collect()
}

/// The values of a dimension with their downloads.
fn totals(tally: &Tally, dimension: Dimension) -> Vec<(&str, u64)> {
    let (values, by_month) = tally.dimension(dimension);
    let mut totals: Vec<(&str, u64)> = values.into_iter().map(|value| (value, 0)).collect();
    for counts in by_month {
        totals.iter_mut().zip(counts).for_each(|((_, total), count)| *total += count);
    }
    totals
}

/// Groups of `parts` texts each, written as name, version and kernel of a distribution are. Those of which a part is
/// not known are one group, not known as a whole.
fn joined<'a>(counts: impl Iterator<Item = ([&'a str; 3], u64)>, parts: usize) -> Counted<'a> {
    let mut unknown = 0;
    let mut groups: Counted<'a> = counts
        .filter_map(|(texts, downloads)| {
            if texts[..parts].contains(&"") {
                unknown += downloads;
                return None;
            }
            let [name, version, kernel] = texts;
            let text = if parts == 2 {
                format!("{name} {version}")
            } else {
                format!("{name} {version} - {kernel}")
            };
            Some((Group::Known(text.into()), downloads))
        })
        .collect();
    if unknown > 0 {
        groups.push((Group::Unknown, unknown));
    }
    merged(groups)
}

/// Adds up groups of one text: `a b` and `c`, or `a` and `b c`, are written alike.
fn merged(mut groups: Counted<'_>) -> Counted<'_> {
    groups.sort_unstable();
    groups.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    groups
}

fn flags<'a>(counts: impl Iterator<Item = (Option<bool>, u64)>) -> Counted<'a> {
    let group = |flag: Option<bool>| flag.map_or(Group::Unknown, Group::Flag);
    merged(counts.map(|(flag, downloads)| (group(flag), downloads)).collect())
}

fn release_kinds(tally: &Tally, is: impl Fn(crate::ReleaseKind) -> bool) -> Counted<'_> {
    let versions = totals(tally, Dimension::Version).into_iter();
    flags(versions.map(|(text, downloads)| (Versioned::read(text).kind().map(&is), downloads)))
}

fn newest_first(groups: Counted<'_>) -> Counted<'_> {
    let mut read: Vec<(Option<Versioned<'_>>, usize)> = groups
        .iter()
        .enumerate()
        .map(|(at, (group, _))| match group {
            Group::Known(text) => (Some(Versioned::read(text)), at),
            Group::Flag(_) | Group::Unknown => (None, at),
        })
        .collect();
    read.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => a.newest_first(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    read.iter().map(|&(_, at)| groups[at].clone()).collect()
}

/// The downloads of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthRow {
    /// Its first day.
    pub month: Day,
    /// Its downloads, at least 1.
    pub downloads: u64,
    /// How many more than in the month with downloads before it; less than 0 if fewer. `None` of the first.
    pub increase: Option<i64>,
}

/// The months with downloads, the newest first.
pub fn months(tally: &Tally) -> Vec<MonthRow> {
    let mut before: Option<u64> = None;
    let mut rows: Vec<MonthRow> = tally
        .by_month()
        .map(|(month, downloads)| {
            let increase = before.replace(downloads).map(|it| downloads as i64 - it as i64);
            MonthRow { month, downloads, increase }
        })
        .collect();
    rows.reverse();
    rows
}

/// The downloads of each value in each month. What is not known has no column, so the columns need not add up to the
/// total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthsBy<'a> {
    /// The values, in byte order.
    pub values: Vec<&'a str>,
    /// All downloads, and those of each value.
    pub totals: (u64, Vec<u64>),
    /// The same of each month with downloads, the newest first.
    pub rows: Vec<(Day, u64, Vec<u64>)>,
}

/// The months with downloads by the values of a dimension.
pub fn months_by(tally: &Tally, dimension: Dimension) -> MonthsBy<'_> {
    let (values, by_month) = tally.dimension(dimension);
    // What is not known is the empty text, which is first.
    let skipped = usize::from(values.first().is_some_and(|text| text.is_empty()));
    let of_month = |(counts, (month, total)): (Vec<u64>, (Day, u64))| {
        (month, total, counts[skipped..].to_vec())
    };
    let mut rows: Vec<_> = by_month.into_iter().zip(tally.by_month()).map(of_month).collect();
    rows.reverse();
    let values = values[skipped..].to_vec();
    let mut totals = vec![0; values.len()];
    for (_, _, counts) in &rows {
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    MonthsBy { values, totals: (tally.total(), totals), rows }
}
