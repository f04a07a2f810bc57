//! All downloads of a project, counted once in every way that its workbook and its ecosystem need.
//!
//! A cube tells the values apart that pages filter by, and cuts and gathers them. Here all columns count, each value
//! as it was logged, and only sums are kept: by month and value, but for kernels, of which there can be as many as
//! rows.

use std::hash::BuildHasher as _;

use downloads::{Day, Dimension, FIELDS, Field, Mirrors};
use hashbrown::{DefaultHashBuilder, HashTable};

/// What a version of Python ends with whose last part was not collected: `3.11.*`.
const NOT_COLLECTED: &str = ".*";

/// The downloads of a project by month and value.
#[derive(Debug, Default)]
pub struct Tally {
    mirrors: Mirrors,
    /// The first days of the months with rows, in order.
    months: Vec<Day>,
    /// The day of the last row, and the place of its month.
    at: Option<(Day, usize)>,
    dimensions: [Counter; Dimension::COUNT],
    full_python: Counter,
    ci: Counter,
    distro_name: Counter,
    /// The versions of distributions, as they are written.
    distro_version: Texts,
    /// Names and versions of distributions that occur together, by their codes, in the order of first sight.
    distros: Vec<Distro>,
    kernels: Kernels,
    total: u64,
    reduced: u64,
}

/// The downloads with one name and version of a distribution.
#[derive(Debug)]
struct Distro {
    name: u32,
    version: u32,
    downloads: u64,
}

impl Tally {
    /// Nothing counted yet; `mirrors` decide the audience of each row.
    pub fn new(mirrors: Mirrors) -> Self {
        Self { mirrors, ..Self::default() }
    }

    /// Adds `downloads` of one day with these values, which are in the order of [`FIELDS`].
    ///
    /// Rows may come in any order; sorted by day they are counted fastest.
    pub fn push(&mut self, day: Day, fields: &[&str; FIELDS.len()], downloads: u64) {
        let month = match self.at {
            Some((last, month)) if last == day => month,
            _ => self.month(day),
        };
        let field = |field: Field| fields[field as usize];
        for (dimension, counter) in Dimension::ALL.into_iter().zip(&mut self.dimensions) {
            counter.add(month, dimension.value(fields, &self.mirrors), downloads);
        }
        let python = field(Field::ImplementationVersion);
        self.full_python.add(month, python, downloads);
        self.ci.add(month, field(Field::Ci), downloads);
        let name = self.distro_name.add(month, field(Field::DistroName), downloads);
        let version = self.distro_version.code(field(Field::DistroVersion));
        let distro = self.distro(name, version);
        self.distros[distro].downloads += downloads;
        self.kernels.add(distro as u32, field(Field::SystemRelease), downloads);
        self.total += downloads;
        if python.ends_with(NOT_COLLECTED) {
            self.reduced += downloads;
        }
    }

    /// All downloads.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many downloads were collected without distribution, kernel and the last part of the Python version, as far
    /// as it shows: those without any Python version do not tell.
    pub fn reduced(&self) -> u64 {
        self.reduced
    }

    /// The first days of the months with rows, in order.
    pub fn months(&self) -> &[Day] {
        &self.months
    }

    /// The downloads of each of the [`months`](Self::months).
    pub fn by_month(&self) -> impl Iterator<Item = (Day, u64)> {
        let sums = self.ci.by_month.iter().map(|counts| counts.iter().sum());
        self.months.iter().copied().zip(sums)
    }

    /// The downloads by value.
    pub(crate) fn of(&self, dimension: Dimension) -> &Counter {
        &self.dimensions[dimension as usize]
    }

    pub(crate) fn full_python(&self) -> &Counter {
        &self.full_python
    }

    pub(crate) fn ci(&self) -> &Counter {
        &self.ci
    }

    pub(crate) fn distro_name(&self) -> &Counter {
        &self.distro_name
    }

    /// Name, version and downloads of each distribution.
    pub(crate) fn distros(&self) -> impl Iterator<Item = ([&str; 2], u64)> {
        self.distros.iter().map(|it| (self.distro_texts(it), it.downloads))
    }

    /// Name, version, kernel and downloads of each kernel of a distribution.
    pub(crate) fn kernels(&self) -> impl Iterator<Item = ([&str; 3], u64)> {
        self.kernels.kernels.iter().map(|kernel| {
            let [name, version] = self.distro_texts(&self.distros[kernel.distro as usize]);
            ([name, version, &*kernel.release], kernel.downloads)
        })
    }

    fn distro_texts(&self, distro: &Distro) -> [&str; 2] {
        [self.distro_name.texts.text(distro.name), self.distro_version.text(distro.version)]
    }

    /// The place of a name and a version that occur together. There are some dozens of each: the newest are found
    /// last.
    fn distro(&mut self, name: u32, version: u32) -> usize {
        let hash = self.kernels.hasher.hash_one((name, version));
        let distros = &mut self.distros;
        let is = |&at: &u32| {
            let distro: &Distro = &distros[at as usize];
            (distro.name, distro.version) == (name, version)
        };
        if let Some(&at) = self.kernels.distros.find(hash, is) {
            return at as usize;
        }
        let at = distros.len();
        distros.push(Distro { name, version, downloads: 0 });
        let hasher = &self.kernels.hasher;
        self.kernels.distros.insert_unique(hash, at as u32, |&at| {
            let distro = &distros[at as usize];
            hasher.hash_one((distro.name, distro.version))
        });
        at
    }

    /// The place of the month of a day, which is made if it is new.
    fn month(&mut self, day: Day) -> usize {
        use chrono::Datelike as _;
        let first = day.with_day(1).unwrap_or(day);
        let place = self.months.binary_search(&first).unwrap_or_else(|place| {
            self.months.insert(place, first);
            let single = [&mut self.full_python, &mut self.ci, &mut self.distro_name];
            for counter in self.dimensions.iter_mut().chain(single) {
                counter.by_month.insert(place, Vec::new());
            }
            place
        });
        self.at = Some((day, place));
        place
    }
}

/// Downloads by month and value.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) texts: Texts,
    /// For each month, the downloads of each value by its code. Values that come later have none.
    pub(crate) by_month: Vec<Vec<u64>>,
}

impl Counter {
    /// Counts downloads of a value, and gives its code.
    fn add(&mut self, month: usize, text: &str, downloads: u64) -> u32 {
        let code = self.texts.code(text);
        let counts = &mut self.by_month[month];
        let place = code as usize;
        if counts.len() <= place {
            counts.resize(place + 1, 0);
        }
        counts[place] += downloads;
        code
    }

    /// All values with their downloads, in the order of first sight.
    pub(crate) fn totals(&self) -> Vec<(&str, u64)> {
        let mut totals: Vec<(&str, u64)> = self.texts.iter().map(|text| (text, 0)).collect();
        for counts in &self.by_month {
            totals.iter_mut().zip(counts).for_each(|((_, total), count)| *total += count);
        }
        totals
    }
}

/// Gives each text a code, in the order of first sight.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    hasher: DefaultHashBuilder,
    codes: HashTable<u32>,
    texts: Vec<Box<str>>,
    /// The code of the text before: rows come sorted, so texts come in runs.
    last: u32,
}

impl Texts {
    fn code(&mut self, text: &str) -> u32 {
        if self.texts.get(self.last as usize).is_some_and(|last| **last == *text) {
            return self.last;
        }
        let hash = self.hasher.hash_one(text);
        let Self { hasher, codes, texts, last } = self;
        *last = match codes.find(hash, |&code| *texts[code as usize] == *text) {
            Some(&code) => code,
            None => {
                let code = texts.len() as u32;
                texts.push(text.into());
                codes.insert_unique(hash, code, |&code| hasher.hash_one(&*texts[code as usize]));
                code
            }
        };
        *last
    }

    pub(crate) fn text(&self, code: u32) -> &str {
        &self.texts[code as usize]
    }

    /// All texts by their codes.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}

/// Downloads by distribution and kernel. There can be a hundred thousand kernels.
#[derive(Debug, Default)]
struct Kernels {
    hasher: DefaultHashBuilder,
    /// Places of distributions by name and version.
    distros: HashTable<u32>,
    places: HashTable<u32>,
    kernels: Vec<Kernel>,
}

#[derive(Debug)]
struct Kernel {
    distro: u32,
    release: Box<str>,
    downloads: u64,
}

impl Kernels {
    fn add(&mut self, distro: u32, release: &str, downloads: u64) {
        let Self { hasher, places, kernels, .. } = self;
        let hash = hasher.hash_one((distro, release));
        let is = |&at: &u32| {
            let kernel: &Kernel = &kernels[at as usize];
            kernel.distro == distro && *kernel.release == *release
        };
        if let Some(&at) = places.find(hash, is) {
            kernels[at as usize].downloads += downloads;
            return;
        }
        let at = kernels.len() as u32;
        kernels.push(Kernel { distro, release: release.into(), downloads });
        places.insert_unique(hash, at, |&at| {
            let kernel = &kernels[at as usize];
            hasher.hash_one((kernel.distro, &*kernel.release))
        });
    }
}
