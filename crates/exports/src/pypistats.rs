//! The files of pypistats.org's API, counted by its rules.

use downloads::{Day, Field};
use hashbrown::HashMap;
use serde::Serialize;

use crate::{
    Source,
    about::{About, Meaning},
    day::IsoDay,
    json,
};

/// The installers that pypistats.org leaves out. Not what the configuration calls mirrors.
const MIRRORS: [&str; 4] = ["bandersnatch", "z3c.pypimirror", "Artifactory", "devpi"];

/// The operating systems that have a category of their own, sorted.
const SYSTEMS: [&str; 3] = ["Darwin", "Linux", "Windows"];

/// The category of what is not known.
const UNKNOWN: &str = "null";

/// Counts the rows of one project as pypistats.org does.
///
/// It needs rows of the store: a cube cuts Python versions by another rule.
#[derive(Default)]
pub struct Pypistats {
    with_mirrors: Series,
    without_mirrors: Series,
    /// In the order of [`SYSTEMS`], then other, then unknown.
    systems: [Series; SYSTEMS.len() + 2],
    pythons: Pythons,
    major: Categories,
    minor: Categories,
}

impl Pypistats {
    /// Adds `downloads` of one day with these values, which are in the order of [`downloads::FIELDS`].
    ///
    /// Rows may come in any order, those in the order of days are added faster.
    pub fn push(&mut self, day: Day, fields: &[&str; 12], downloads: u64) {
        let field = |field: Field| fields[field as usize];
        // PyPy tells its own version, and not which Python it is.
        let version = match field(Field::ImplementationName) {
            "PyPy" => "",
            _ => field(Field::ImplementationVersion),
        };
        let Python { counts, major, minor } =
            self.pythons.of(version, &mut self.major, &mut self.minor);
        if !counts || downloads == 0 {
            return;
        }
        self.with_mirrors.add(day, downloads);
        let installer = field(Field::InstallerName);
        if installer.is_empty() || MIRRORS.contains(&installer) {
            return;
        }
        self.without_mirrors.add(day, downloads);
        let system = match field(Field::SystemName) {
            "" => SYSTEMS.len() + 1,
            name => SYSTEMS.iter().position(|it| *it == name).unwrap_or(SYSTEMS.len()),
        };
        self.systems[system].add(day, downloads);
        self.major.series[major].add(day, downloads);
        if let Some(minor) = minor {
            self.minor.series[minor].add(day, downloads);
        }
    }

    /// The files by the last part of their address.
    pub(crate) fn files(self, source: &Source<'_>, about: &About) -> Vec<(&'static str, Vec<u8>)> {
        let package = source.project.as_str();
        let overall =
            [("with_mirrors", self.with_mirrors), ("without_mirrors", self.without_mirrors)];
        let overall = overall.map(|(name, series)| (name, series.finish()));
        let [darwin, linux, windows, other, unknown] = self.systems;
        // In byte order, as pypistats.org has them.
        let systems = [
            ("Darwin", darwin),
            ("Linux", linux),
            ("Windows", windows),
            (UNKNOWN, unknown),
            ("other", other),
        ];
        let systems = systems.map(|(name, series)| (name, series.finish()));
        let (major, minor) = (self.major.finish(), self.minor.finish());
        let meaning = || about.meaning(about.first, about.last);
        let list = |kind, series: &[(&str, Vec<(Day, u64)>)]| {
            json::bytes(&Answer { data: rows(series), meaning: meaning(), package, kind })
        };
        vec![
            ("recent", recent(&overall[1].1, package, about)),
            ("overall", list("overall_downloads", &overall)),
            ("python_major", list("python_major_downloads", &major.borrowed())),
            ("python_minor", list("python_minor_downloads", &minor.borrowed())),
            ("system", list("system_downloads", &systems)),
        ]
    }
}

/// The keys are in the order of their text, as that site has them.
#[derive(Serialize)]
struct Answer<'a, T> {
    data: T,
    meaning: Meaning<'a>,
    package: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct AnswerRow<'a> {
    category: &'a str,
    date: IsoDay,
    downloads: u64,
}

#[derive(Serialize)]
struct Recent {
    last_day: u64,
    last_month: u64,
    last_week: u64,
}

/// By category, then by day.
fn rows<'a>(series: &'a [(&'a str, Vec<(Day, u64)>)]) -> Vec<AnswerRow<'a>> {
    let of = |(category, days): &'a (&'a str, Vec<(Day, u64)>)| {
        days.iter().map(move |&(day, downloads)| AnswerRow {
            category,
            date: IsoDay(day),
            downloads,
        })
    };
    series.iter().flat_map(of).collect()
}

fn recent(without_mirrors: &[(Day, u64)], package: &str, about: &About) -> Vec<u8> {
    let first = |days: u64| about.last - chrono::Days::new(days - 1);
    let of_last = |days| {
        let from = first(days);
        let counted = without_mirrors.iter().filter(|(day, _)| (from..=about.last).contains(day));
        counted.map(|(_, downloads)| downloads).sum()
    };
    let data = Recent { last_day: of_last(1), last_month: of_last(30), last_week: of_last(7) };
    let meaning = about.meaning(first(30).max(about.first), about.last);
    json::bytes(&Answer { data, meaning, package, kind: "recent_downloads" })
}

/// Downloads by day.
#[derive(Default)]
struct Series {
    days: Vec<(Day, u64)>,
    /// Whether a day came after a later one.
    unsorted: bool,
}

impl Series {
    fn add(&mut self, day: Day, downloads: u64) {
        match self.days.last_mut() {
            Some((last, sum)) if *last == day => *sum += downloads,
            last => {
                self.unsorted |= last.is_some_and(|(last, _)| *last > day);
                self.days.push((day, downloads));
            }
        }
    }

    /// The days in order, each once.
    fn finish(mut self) -> Vec<(Day, u64)> {
        if self.unsorted {
            self.days.sort_unstable();
            self.days.dedup_by(|next, sum| {
                let same = next.0 == sum.0;
                if same {
                    sum.1 += next.1;
                }
                same
            });
        }
        self.days
    }
}

/// Series by a category that is found in the data.
#[derive(Default)]
struct Categories {
    names: Vec<String>,
    series: Vec<Series>,
}

impl Categories {
    /// Where a category stands. There are few.
    fn place(&mut self, name: &str) -> usize {
        self.names.iter().position(|it| it == name).unwrap_or_else(|| {
            self.names.push(name.into());
            self.series.push(Series::default());
            self.names.len() - 1
        })
    }

    fn finish(self) -> Finished {
        let series = self.series.into_iter().map(Series::finish);
        let mut all: Vec<_> = self.names.into_iter().zip(series).collect();
        all.sort();
        Finished(all)
    }
}

struct Finished(Vec<(String, Vec<(Day, u64)>)>);

impl Finished {
    fn borrowed(&self) -> Vec<(&str, Vec<(Day, u64)>)> {
        self.0.iter().map(|(name, days)| (name.as_str(), days.clone())).collect()
    }
}

/// What pypistats.org makes of a Python version.
#[derive(Clone, Copy)]
struct Python {
    /// Whether its downloads count at all.
    counts: bool,
    /// Its place among the majors.
    major: usize,
    /// Its place among the minors; `None` if it counts in none.
    minor: Option<usize>,
}

/// What was made of each version so far.
#[derive(Default)]
struct Pythons {
    known: HashMap<Box<str>, Python>,
}

impl Pythons {
    fn of(&mut self, version: &str, major: &mut Categories, minor: &mut Categories) -> Python {
        if let Some(python) = self.known.get(version) {
            return *python;
        }
        let python = match parts(version) {
            None if version.is_empty() => Python {
                counts: true,
                major: major.place(UNKNOWN),
                minor: Some(minor.place(UNKNOWN)),
            },
            None => Python { counts: false, major: 0, minor: None },
            Some((major_part, minor_part)) => Python {
                counts: true,
                major: major.place(major_part),
                minor: minor_part.map(|it| minor.place(it)),
            },
        };
        self.known.insert(version.into(), python);
        python
    }
}

/// The version up to the first dot, and up to the second; `None` of what does not begin with a digit, a dot
/// and a digit. The minor one is `None` if its second number has more than two digits, or more than digits
/// follow it up to the next dot.
fn parts(version: &str) -> Option<(&str, Option<&str>)> {
    let [major, b'.', rest @ ..] = version.as_bytes() else { return None };
    let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    if !major.is_ascii_digit() || digits == 0 || version.contains('\n') {
        return None;
    }
    let ends = matches!(rest.get(digits), None | Some(b'.'));
    Some((&version[..1], (digits <= 2 && ends).then(|| &version[..2 + digits])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_as_there() {
        assert_eq!(parts("3.11.4"), Some(("3", Some("3.11"))));
        assert_eq!(parts("3.13.0rc2"), Some(("3", Some("3.13"))));
        assert_eq!(parts("3.12.*"), Some(("3", Some("3.12"))), "the standard level of detail");
        assert_eq!(parts("2.7"), Some(("2", Some("2.7"))));
        assert_eq!(parts("3.100.1"), Some(("3", None)));
        assert_eq!(parts("3.7b1"), Some(("3", None)));
        for other in ["", "3", "3.", "3.x", "10.1", "v3.1", "3.1\n", ".1", "٣.1"] {
            assert_eq!(parts(other), None, "{other:?}");
        }
    }
}
