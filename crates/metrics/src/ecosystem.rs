//! Ecosystems: projects of one maker, counted without double counting.
//!
//! Who installs a project also downloads what it needs. So of the base of an ecosystem only those downloads count
//! that no parent explains, and of a dependency only those that the base does not explain.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use downloads::{Day, Field};

use crate::{Tally, Versioned};

/// Something of each project of an ecosystem, by the part that the project has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layers<T> {
    /// Projects that install each other.
    Layered {
        /// Of the project that the ecosystem is about.
        base: T,
        /// Of what the base installs.
        dependencies: Vec<T>,
        /// Of what installs the base.
        parents: Vec<T>,
    },
    /// Of projects that have nothing to do with each other.
    Sum(Vec<T>),
}

impl<T> Layers<T> {
    /// All of them: the base, the dependencies, the parents.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let (base, dependencies, parents) = match self {
            Self::Layered { base, dependencies, parents } => {
                (Some(base), dependencies.as_slice(), parents.as_slice())
            }
            Self::Sum(projects) => (None, projects.as_slice(), [].as_slice()),
        };
        base.into_iter().chain(dependencies).chain(parents)
    }

    /// Something else of the same projects.
    pub fn map<U>(&self, mut to: impl FnMut(&T) -> U) -> Layers<U> {
        match self {
            Self::Layered { base, dependencies, parents } => Layers::Layered {
                base: to(base),
                dependencies: dependencies.iter().map(&mut to).collect(),
                parents: parents.iter().map(&mut to).collect(),
            },
            Self::Sum(projects) => Layers::Sum(projects.iter().map(to).collect()),
        }
    }
}

/// The part of a project in an ecosystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The ecosystem is about it.
    Base,
    /// The base installs it.
    Dependency,
    /// It installs the base.
    Parent,
    /// It has nothing to do with the others.
    Member,
}

impl Role {
    /// The word for it in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Dependency => "dependency",
            Self::Parent => "parent",
            Self::Member => "member",
        }
    }
}

impl<T> Layers<T> {
    /// The part of each, in the order of [`iter`](Self::iter).
    pub fn roles(&self) -> Vec<Role> {
        match self {
            Self::Layered { dependencies, parents, .. } => std::iter::once(Role::Base)
                .chain(dependencies.iter().map(|_| Role::Dependency))
                .chain(parents.iter().map(|_| Role::Parent))
                .collect(),
            Self::Sum(projects) => projects.iter().map(|_| Role::Member).collect(),
        }
    }
}

/// The downloads of the projects of an ecosystem in a period, in the order of [`Layers::iter`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodCounts {
    /// Which period.
    pub period: Period,
    /// All downloads of each.
    pub downloads: Vec<u64>,
    /// Those of each that count, see [`Layers::exclusive`].
    pub counted: Vec<u64>,
}

impl PeriodCounts {
    /// The downloads of the ecosystem.
    pub fn total(&self) -> u64 {
        self.counted.iter().sum()
    }
}

/// The downloads of a period, and what is not known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRow {
    /// The downloads.
    pub counts: PeriodCounts,
    /// How many days of single projects were not collected, from the first of each to the newest of all. If there are
    /// any, the figures may be too small, or too large where something is taken off.
    pub missing: u64,
}

impl Layers<Library> {
    /// The downloads of a period, with the versions of one side.
    pub fn counts(&self, period: Period, side: Side) -> PeriodCounts {
        let downloads = self.map(|library| library.downloads(period, side));
        let counted = downloads.exclusive().iter().copied().collect();
        PeriodCounts { period, downloads: downloads.iter().copied().collect(), counted }
    }
}

impl Layers<u64> {
    /// The downloads that count of each project, of all downloads of each:
    ///
    /// 1. of the base those beyond the downloads of the parents, taken off one after the other;
    /// 2. of each dependency those beyond what is left of the base;
    /// 3. of the parents all.
    ///
    /// Nothing goes below zero. Since that is so, the figures of the parts of a time, each counted by itself, need
    /// not add up to the figure of the whole time.
    #[must_use]
    pub fn exclusive(&self) -> Self {
        match self {
            Self::Layered { base, dependencies, parents } => {
                let base = parents.iter().fold(*base, |base, parent| base.saturating_sub(*parent));
                let dependencies = dependencies.iter().map(|it| it.saturating_sub(base)).collect();
                Self::Layered { base, dependencies, parents: parents.clone() }
            }
            Self::Sum(projects) => Self::Sum(projects.clone()),
        }
    }

    /// All of them together.
    pub fn total(&self) -> u64 {
        self.iter().sum()
    }
}

/// Days whose downloads are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// All days that were collected.
    All,
    /// A year.
    Year(i32),
    /// The month that begins on this day.
    Month(Day),
}

impl Period {
    fn contains(self, month: Day) -> bool {
        match self {
            Self::All => true,
            Self::Year(year) => month.year() == year,
            Self::Month(first) => month == first,
        }
    }
}

/// Which versions of a project count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// All.
    Both,
    /// The bound and older ones.
    UpTo,
    /// Those after the bound.
    After,
}

/// The downloads of a project by month, on both sides of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library(BTreeMap<Day, OfMonth>);

/// The downloads of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OfMonth {
    all: u64,
    up_to: u64,
    after: u64,
}

impl Library {
    /// The downloads of a project. Without a bound all of them count on both sides. With one, those whose version is
    /// not known, or no version by PEP 440, count on neither.
    pub fn of(tally: &Tally, bound: Option<&str>) -> Self {
        let versions = tally.field(Field::Version);
        let bound = bound.map(Versioned::read);
        let is_up_to: Vec<Option<bool>> = versions
            .codes
            .texts()
            .map(|text| Versioned::read(text).is_up_to(bound.as_ref()?))
            .collect();
        let of_month = |counts: &Vec<u64>| {
            let mut sums = OfMonth::default();
            for (&count, is_up_to) in counts.iter().zip(&is_up_to) {
                sums.all += count;
                match is_up_to {
                    Some(true) => sums.up_to += count,
                    Some(false) => sums.after += count,
                    None => {}
                }
            }
            if bound.is_none() {
                (sums.up_to, sums.after) = (sums.all, sums.all);
            }
            sums
        };
        let counts = versions.by_month.iter().map(of_month);
        Self(tally.months().iter().copied().zip(counts).collect())
    }

    /// Its downloads in a period.
    pub fn downloads(&self, period: Period, side: Side) -> u64 {
        let months = self.0.iter().filter(|(month, _)| period.contains(**month));
        let count = |of: &OfMonth| match side {
            Side::Both => of.all,
            Side::UpTo => of.up_to,
            Side::After => of.after,
        };
        months.map(|(_, of)| count(of)).sum()
    }

    /// The first days of the months with downloads, in order.
    pub fn months(&self) -> impl Iterator<Item = Day> {
        self.0.keys().copied()
    }

    /// For each month its first day, and its downloads: all, up to the bound, after it.
    pub fn to_rows(&self) -> Vec<(Day, [u64; 3])> {
        let row = |(month, of): (&Day, &OfMonth)| (*month, [of.all, of.up_to, of.after]);
        self.0.iter().map(row).collect()
    }

    /// What [`to_rows`](Self::to_rows) gave.
    pub fn from_rows(rows: impl IntoIterator<Item = (Day, [u64; 3])>) -> Self {
        let of = |[all, up_to, after]: [u64; 3]| OfMonth { all, up_to, after };
        Self(rows.into_iter().map(|(month, counts)| (month, of(counts))).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layered(base: u64, dependencies: &[u64], parents: &[u64]) -> Layers<u64> {
        Layers::Layered { base, dependencies: dependencies.into(), parents: parents.into() }
    }

    #[test]
    fn each_is_counted_once() {
        let counted = layered(100, &[150, 80], &[30, 10]).exclusive();
        assert_eq!(counted, layered(60, &[90, 20], &[30, 10]));
        assert_eq!(counted.total(), 210);
    }

    #[test]
    fn nothing_goes_below_zero() {
        let counted = layered(100, &[150], &[70, 60]).exclusive();
        assert_eq!(counted, layered(0, &[150], &[70, 60]), "and what is gone is not owed");
    }

    #[test]
    fn projects_without_a_base_are_summed() {
        assert_eq!(Layers::Sum(vec![1, 2, 3]).exclusive().total(), 6);
    }

    #[test]
    fn versions_are_on_one_side_and_what_is_none_on_neither() {
        let day = |text| downloads::parse_day(text).unwrap();
        let mut tally = Tally::default();
        for (date, version, downloads) in [
            ("2023-01-01", "1.0", 1),
            ("2023-01-31", "1.0.post1", 2),
            ("2023-02-01", "1.1.dev0", 4),
            ("2024-01-01", "latest", 8),
            ("2024-01-01", "", 16),
        ] {
            let mut fields = [""; 12];
            fields[1] = version;
            tally.push(day(date), &fields, downloads);
        }
        let library = Library::of(&tally, Some("1.0.post1"));
        let all = |side| library.downloads(Period::All, side);
        assert_eq!([all(Side::Both), all(Side::UpTo), all(Side::After)], [31, 3, 4]);
        assert_eq!(library.downloads(Period::Year(2023), Side::Both), 7);
        assert_eq!(library.downloads(Period::Month(day("2024-01-01")), Side::Both), 24);
        let whole = Library::of(&tally, None);
        assert_eq!(whole.downloads(Period::All, Side::UpTo), 31);
        assert_eq!(whole.downloads(Period::All, Side::After), 31);
        assert_eq!(Library::from_rows(library.to_rows()), library);
    }

    proptest! {
        /// A reader can take the formula on the page and a calculator.
        #[test]
        fn the_formula_holds(
            base in 0..1000_u64,
            dependencies in prop::collection::vec(0..1000_u64, 0..5),
            parents in prop::collection::vec(0..1000_u64, 0..5),
        ) {
            let left = (base as i64 - parents.iter().sum::<u64>() as i64).max(0);
            let more: i64 = dependencies.iter().map(|it| (*it as i64 - left).max(0)).sum();
            let expected = left + more + parents.iter().sum::<u64>() as i64;
            let counted = layered(base, &dependencies, &parents).exclusive().total();
            prop_assert_eq!(counted as i64, expected);
        }
    }
}
