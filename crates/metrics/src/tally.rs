//! All downloads of a project, counted once in every way that its workbook and its ecosystem need.
//!
//! A cube tells the values apart that pages filter by, and cuts and gathers them. Here all columns count, each value
//! as it was logged, and only sums are kept: by month and value, but for distributions and kernels, of which there can
//! be as many as rows.

use chrono::Datelike as _;
use downloads::{Day, Dimension, FIELDS, Field, Mirrors};

use crate::packed::{Codes, Pairs};

/// What a version of Python ends with whose last part was not collected: `3.11.*`.
const NOT_COLLECTED: &str = ".*";

/// Which columns of the log are counted by month, each by itself, in the order of [`Field::ALL`]: those that the catalogue
/// of dimensions needs, and what else a workbook tells. Installers are counted by CI mark.
const COUNTED: [bool; FIELDS.len()] = {
    let mut counted = [false; FIELDS.len()];
    counted[Field::ImplementationVersion as usize] = true;
    counted[Field::DistroName as usize] = true;
    counted[Field::Ci as usize] = true;
    let mut at = 0;
    while at < Dimension::COUNT {
        match Dimension::ALL[at].fields() {
            [Field::InstallerName] | [Field::InstallerName, Field::Ci] => {}
            [field] => counted[*field as usize] = true,
            _ => panic!("columns together need a counter of their own"),
        }
        at += 1;
    }
    counted
};

/// What is counted of each download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that a workbook tells.
    #[default]
    Everything,
    /// Only the version, which is all that an ecosystem needs.
    Versions,
}

/// The downloads of a project by month and value.
#[derive(Debug, Default)]
pub struct Tally {
    scope: Scope,
    mirrors: Mirrors,
    /// The first days of the months with rows, in order.
    months: Vec<Day>,
    /// The day of the last row, and the place of its month.
    at: Option<(Day, usize)>,
    /// In the order of [`Field::ALL`]; those that are not [`COUNTED`] stay empty.
    fields: [Counter; FIELDS.len()],
    /// Installers by the codes of their CI marks: what an audience is told by.
    installers: Counter,
    /// The versions of distributions by the codes of their names, and their downloads.
    distros: (Codes, Vec<u64>),
    kernels: Codes,
    /// The downloads by the codes of distributions and kernels.
    pairs: Pairs,
    /// Downloads by month.
    sums: Vec<u64>,
}

impl Tally {
    /// Nothing counted yet; `mirrors` decide the audience of each row.
    pub fn new(scope: Scope, mirrors: Mirrors) -> Self {
        Self { scope, mirrors, ..Self::default() }
    }

    /// Adds `downloads` of one day with these values, which are in the order of [`FIELDS`].
    ///
    /// Rows may come in any order; sorted by day they are counted fastest.
    pub fn push(&mut self, day: Day, fields: &[&str; FIELDS.len()], downloads: u64) {
        let month = match self.at {
            Some((last, month)) if last == day => month,
            _ => self.month(day),
        };
        self.sums[month] += downloads;
        let field = |field: Field| fields[field as usize];
        if self.scope == Scope::Versions {
            let version = &mut self.fields[Field::Version as usize];
            version.add(month, (0, field(Field::Version)), downloads);
            return;
        }
        let mut codes = [0; FIELDS.len()];
        for at in 0..FIELDS.len() {
            if COUNTED[at] {
                codes[at] = self.fields[at].add(month, (0, fields[at]), downloads);
            }
        }
        let ci = codes[Field::Ci as usize];
        self.installers.add(month, (ci, field(Field::InstallerName)), downloads);
        let name = codes[Field::DistroName as usize];
        let (distros, counts) = &mut self.distros;
        let distro = distros.code(name, field(Field::DistroVersion));
        add(counts, distro, downloads);
        let kernel = self.kernels.code(0, field(Field::SystemRelease));
        self.pairs.add(distro, kernel, downloads);
    }

    /// All downloads.
    pub fn total(&self) -> u64 {
        self.sums.iter().sum()
    }

    /// How many downloads were collected without distribution, kernel and the last part of the Python version, as far
    /// as it shows: those without any Python version do not tell. Whoever downloads decides what is logged, so few do not
    /// tell either.
    pub fn reduced(&self) -> u64 {
        let versions = self.field(Field::ImplementationVersion).totals().into_iter();
        versions.filter(|(text, _)| is_reduced(text)).map(|(_, count)| count).sum()
    }

    /// The first days of the months with rows, in order.
    pub fn months(&self) -> &[Day] {
        &self.months
    }

    /// The downloads of each of the [`months`](Self::months).
    pub fn by_month(&self) -> impl Iterator<Item = (Day, u64)> {
        self.months.iter().copied().zip(self.sums.iter().copied())
    }

    /// The downloads by the values of a column.
    pub(crate) fn field(&self, field: Field) -> &Counter {
        &self.fields[field as usize]
    }

    /// The values of a dimension, in byte order, and for each month their downloads.
    pub(crate) fn dimension(&self, dimension: Dimension) -> (Vec<&str>, Vec<Vec<u64>>) {
        let mut fields = [""; FIELDS.len()];
        let (counter, values): (&Counter, Vec<&str>) = match dimension.fields() {
            [field] => {
                let counter = match field {
                    Field::InstallerName => &self.installers,
                    field => self.field(*field),
                };
                let value = |text| {
                    fields[*field as usize] = text;
                    dimension.value(&fields, &self.mirrors)
                };
                (counter, counter.codes.texts().map(value).collect())
            }
            // By installer and CI mark: COUNTED knows of no other columns together.
            _ => {
                let marks: Vec<&str> = self.field(Field::Ci).codes.texts().collect();
                let value = |(mark, installer): (u32, _)| {
                    fields[Field::InstallerName as usize] = installer;
                    fields[Field::Ci as usize] = marks[mark as usize];
                    dimension.value(&fields, &self.mirrors)
                };
                (&self.installers, self.installers.codes.pairs().map(value).collect())
            }
        };
        let mut known: Vec<&str> = values.clone();
        known.sort_unstable();
        known.dedup();
        let places: Vec<usize> =
            values.iter().map(|value| known.partition_point(|it| it < value)).collect();
        let of_month = |counts: &Vec<u64>| {
            let mut sums = vec![0; known.len()];
            counts.iter().zip(&places).for_each(|(count, &place)| sums[place] += count);
            sums
        };
        let by_month = counter.by_month.iter().map(of_month).collect();
        (known, by_month)
    }

    /// Name, version and downloads of each distribution.
    pub(crate) fn distros(&self) -> impl Iterator<Item = ([&str; 2], u64)> {
        let names = &self.field(Field::DistroName).codes;
        let (distros, counts) = &self.distros;
        let texts = distros.pairs().map(|(name, version)| [names.pair(name).1, version]);
        texts.zip(counts.iter().copied())
    }

    /// Name, version, kernel and downloads of each kernel of a distribution, in any order.
    pub(crate) fn kernels(&self) -> impl Iterator<Item = ([&str; 3], u64)> {
        let names = &self.field(Field::DistroName).codes;
        self.pairs.iter().map(|([distro, kernel], downloads)| {
            let (name, version) = self.distros.0.pair(distro);
            ([names.pair(name).1, version, self.kernels.pair(kernel).1], downloads)
        })
    }

    /// The place of the month of a day, which is made if it is new.
    fn month(&mut self, day: Day) -> usize {
        let first = day.with_day(1).unwrap_or(day);
        let place = self.months.binary_search(&first).unwrap_or_else(|place| {
            self.months.insert(place, first);
            self.sums.insert(place, 0);
            for counter in self.fields.iter_mut().chain([&mut self.installers]) {
                counter.by_month.insert(place, Vec::new());
            }
            place
        });
        self.at = Some((day, place));
        place
    }
}

/// Whether it is a version without its last part, such as `3.11.*`.
fn is_reduced(version: &str) -> bool {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let parts = version.strip_suffix(NOT_COLLECTED).and_then(|it| it.split_once('.'));
    parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// Downloads by month and value.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) codes: Codes,
    /// For each month, the downloads of each value by its code. Values that come later have none.
    pub(crate) by_month: Vec<Vec<u64>>,
}

impl Counter {
    /// Counts downloads of a value, and gives its code.
    fn add(&mut self, month: usize, (number, text): (u32, &str), downloads: u64) -> u32 {
        let code = self.codes.code(number, text);
        add(&mut self.by_month[month], code, downloads);
        code
    }

    /// The downloads of each value by its code.
    fn sums(&self) -> Vec<u64> {
        let mut sums = vec![0; self.codes.texts().len()];
        for counts in &self.by_month {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        sums
    }

    /// All values with their downloads, in the order of first sight.
    pub(crate) fn totals(&self) -> Vec<(&str, u64)> {
        self.codes.texts().zip(self.sums()).collect()
    }
}

/// Adds to the count of a code; those that are missing are 0.
fn add(counts: &mut Vec<u64>, code: u32, downloads: u64) {
    let place = code as usize;
    if counts.len() <= place {
        counts.resize(place + 1, 0);
    }
    counts[place] += downloads;
}
