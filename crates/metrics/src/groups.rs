//! Versions in groups: those of one minor or one major release line.
//!
//! A version belongs to the group of its release: `2.31.0rc1` and `2.31.4.post1` are of the minor group `2.31` and
//! of the major group `2`. What is no version by PEP 440 is in a group with itself alone.

use std::borrow::Cow;

use cube::Value;

/// How versions are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grouping {
    /// By the first two numbers of the release.
    Minor,
    /// By the first.
    Major,
}

impl Grouping {
    /// Both: `ALL[grouping as usize] == grouping`.
    pub const ALL: [Self; 2] = [Self::Minor, Self::Major];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The group of a version, such as `2.31` or `2`, with the epoch in front if there is one: `1!2.31`.
    ///
    /// `None` of what is no version by PEP 440.
    pub fn of(self, version: &str) -> Option<String> {
        let (epoch, major, minor) = release(version)?;
        let epoch = if epoch == "0" { String::new() } else { format!("{epoch}!") };
        Some(match self {
            Self::Minor => format!("{epoch}{major}.{minor}"),
            Self::Major => format!("{epoch}{major}"),
        })
    }

    /// Whether a text is the name of a group.
    pub fn is_group(self, text: &str) -> bool {
        self.of(text).is_some_and(|group| group == text)
    }
}

/// What stands together in a breakdown: the values themselves, or groups of versions.
///
/// A group is a known value by its name. No value is mistaken for one: each value that could be is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members<'a> {
    /// In the order of their first values, so *unknown* and *other* stay last.
    pub members: Cow<'a, [Value]>,
    /// The member that each value belongs to, in the order of the values. `None` if each is its own.
    member_of: Option<Vec<usize>>,
}

impl<'a> Members<'a> {
    /// Of the values of a dimension of a cube; versions in these groups, `None` leaves each by itself.
    pub fn of(values: &'a [Value], grouping: Option<Grouping>) -> Self {
        let Some(grouping) = grouping else {
            return Self { members: values.into(), member_of: None };
        };
        let mut members: Vec<Value> = Vec::new();
        // The places of the members in the order of their names.
        let mut sorted: Vec<usize> = Vec::new();
        let member_of = values
            .iter()
            .map(|value| {
                let group = match value {
                    Value::Known(version) => grouping.of(version).map(Value::Known),
                    Value::Unknown | Value::Other => None,
                };
                let member = group.unwrap_or_else(|| value.clone());
                let place = sorted.partition_point(|&at| members[at] < member);
                match sorted.get(place) {
                    Some(&at) if members[at] == member => at,
                    _ => {
                        sorted.insert(place, members.len());
                        members.push(member);
                        members.len() - 1
                    }
                }
            })
            .collect();
        Self { members: members.into(), member_of: Some(member_of) }
    }

    /// The place of the member that a value belongs to, by the place of the value.
    pub fn place(&self, value: usize) -> usize {
        self.member_of.as_ref().map_or(value, |it| it[value])
    }

    /// Counts of values added up by member.
    pub fn sums(&self, counts: Vec<u64>) -> Vec<u64> {
        let Some(member_of) = &self.member_of else { return counts };
        let mut sums = vec![0; self.members.len()];
        for (&member, count) in member_of.iter().zip(counts) {
            sums[member] += count;
        }
        sums
    }
}

/// Epoch, major and minor number of a version by PEP 440, without zeros in front. Of what follows on the release
/// nothing counts, but it has to be well-formed.
fn release(version: &str) -> Option<(&str, &str, &str)> {
    let mut rest = Rest(version.trim());
    rest.take(&["v"]);
    let mut first = rest.number()?;
    let mut epoch = "0";
    if rest.take(&["!"]) {
        epoch = std::mem::replace(&mut first, rest.number()?);
    }
    let mut minor = None;
    while let Some(number) = rest.next_number() {
        minor = minor.or(Some(number));
    }
    rest.labeled(&["alpha", "a", "beta", "b", "preview", "pre", "rc", "c"]);
    if !rest.implicit_post() {
        rest.labeled(&["post", "rev", "r"]);
    }
    rest.labeled(&["dev"]);
    (rest.0.is_empty() || rest.is_local()).then_some((epoch, first, minor.unwrap_or("0")))
}

/// What is still to be read of a version.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Passes over the first of these words that comes next, in whatever case. Tells whether one did.
    fn take(&mut self, words: &[&str]) -> bool {
        let found = words.iter().find_map(|word| {
            let (start, rest) = self.0.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then_some(rest)
        });
        self.0 = found.unwrap_or(self.0);
        found.is_some()
    }

    /// The number that comes next, without zeros in front.
    fn number(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|it| !it.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        let last = digits.len().checked_sub(1)?;
        self.0 = rest;
        Some(&digits[digits.bytes().position(|it| it != b'0').unwrap_or(last)..])
    }

    /// A point and the number behind it.
    fn next_number(&mut self) -> Option<&'a str> {
        let mut after = Self(self.0.strip_prefix('.')?);
        let number = after.number()?;
        *self = after;
        Some(number)
    }

    /// Passes over one of these words with what may stand before and behind it: `-rc.1`, `a1`, `dev`.
    fn labeled(&mut self, words: &[&str]) {
        let separator = ["-", "_", "."];
        let mut after = *self;
        after.take(&separator);
        if after.take(words) {
            after.take(&separator);
            after.number();
            *self = after;
        }
    }

    /// Passes over `-1`, a post-release without its word.
    fn implicit_post(&mut self) -> bool {
        let after = self.0.strip_prefix('-').map(Self);
        let number = after.and_then(|mut after| after.number().map(|_| after));
        *self = number.unwrap_or(*self);
        number.is_some()
    }

    /// Whether all the rest is a local version: `+cpu.1`.
    fn is_local(&self) -> bool {
        self.0.strip_prefix('+').is_some_and(|local| {
            let part =
                |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric());
            local.split(['-', '_', '.']).all(part)
        })
    }
}

#[cfg(test)]
mod tests {
    use pep440_rs::Version;
    use proptest::prelude::*;

    use super::*;

    /// The groups as the library reads the version.
    fn by_library(version: &str) -> Option<[String; 2]> {
        let version: Version = version.parse().ok()?;
        let epoch = match version.epoch() {
            0 => String::new(),
            epoch => format!("{epoch}!"),
        };
        let number = |at: usize| version.release().get(at).copied().unwrap_or(0);
        Some([format!("{epoch}{}.{}", number(0), number(1)), format!("{epoch}{}", number(0))])
    }

    fn groups(version: &str) -> Option<[String; 2]> {
        let [minor, major] = Grouping::ALL.map(|it| it.of(version));
        minor.zip(major).map(|(minor, major)| [minor, major])
    }

    #[test]
    fn a_version_is_in_the_group_of_its_release() {
        for (version, minor, major) in [
            ("2.31.0", "2.31", "2"),
            ("2.31", "2.31", "2"),
            ("2", "2.0", "2"),
            ("2.31.0rc1", "2.31", "2"),
            ("2.31.post1.dev3+cpu.1", "2.31", "2"),
            ("1!2.31", "1!2.31", "1!2"),
            ("v02.031", "2.31", "2"),
            ("2024.11.7", "2024.11", "2024"),
            ("99999999999999999999.1", "99999999999999999999.1", "99999999999999999999"),
        ] {
            assert_eq!(groups(version), Some([minor.into(), major.into()]), "{version}");
        }
    }

    #[test]
    fn what_is_no_version_has_no_group() {
        for text in [
            "",
            "latest",
            "1.0-final",
            "2004d",
            "1..2",
            "1.0+",
            "1.0+a..b",
            ".1",
            "1.0é",
            "<b>1",
            "1!",
        ] {
            assert_eq!(groups(text), None, "{text:?}");
            assert_eq!(by_library(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_name_of_a_group_is_in_that_group() {
        for text in ["2.31", "1!2.0", "0.0"] {
            assert!(Grouping::Minor.is_group(text), "{text}");
        }
        for text in ["2", "2.31.0", "v2.31", "02.31", "0!2.31", "2.x", "latest"] {
            assert!(!Grouping::Minor.is_group(text), "{text}");
        }
    }

    #[test]
    fn members_keep_what_has_no_group_apart() {
        let known = |text: &str| Value::Known(text.into());
        let values = [
            known("1.0"),
            known("1.0.1"),
            known("1.10"),
            known("1.9"),
            known("x"),
            Value::Unknown,
            Value::Other,
        ];
        let members = Members::of(&values, Some(Grouping::Minor));
        let names =
            [known("1.0"), known("1.10"), known("1.9"), known("x"), Value::Unknown, Value::Other];
        let counts = vec![1, 2, 4, 8, 16, 32, 64];
        assert_eq!(*members.members, names);
        assert_eq!(members.sums(counts.clone()), [3, 4, 8, 16, 32, 64]);
        assert_eq!([0, 1, 2, 6].map(|value| members.place(value)), [0, 0, 1, 5]);
        let major = Members::of(&values, Some(Grouping::Major));
        assert_eq!(major.sums(counts.clone()), [15, 16, 32, 64]);
        let each = Members::of(&values, None);
        assert_eq!(
            (&*each.members, each.place(6), each.sums(counts.clone())),
            (&values[..], 6, counts)
        );
    }

    fn any_version() -> impl Strategy<Value = String> {
        let number = "0{0,2}[0-9]{1,4}";
        let separator = "[-_.]{0,1}";
        let pre = format!(
            "({separator}(alpha|A|a|beta|b|preview|pre|RC|rc|c){separator}([0-9]{{0,3}}))?"
        );
        let post = format!("((-[0-9]{{1,2}})|({separator}(post|rev|r){separator}[0-9]{{0,2}}))?");
        let dev = format!("({separator}(dev|DEV){separator}[0-9]{{0,2}})?");
        let local = "(\\+[a-zA-Z0-9]{1,3}([-_.][a-z0-9]{1,3}){0,2})?";
        let pattern = format!(
            "[ ]{{0,1}}[vV]{{0,1}}({number}!)?{number}(\\.{number}){{0,4}}{pre}{post}{dev}{local}"
        );
        prop::string::string_regex(&pattern).expect("a pattern of ours")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn versions_are_read_as_the_library_reads_them(version in any_version()) {
            prop_assert!(groups(&version).is_some());
            prop_assert_eq!(groups(&version), by_library(&version));
        }

        #[test]
        fn damaged_versions_are_read_as_the_library_reads_them(
            version in any_version(), at in any::<prop::sample::Index>(), put in "[-_.!+v0-9a-z ]{0,2}",
        ) {
            let at = at.index(version.len() + 1);
            let damaged = format!("{}{put}{}", &version[..at], &version[at..]);
            prop_assert_eq!(groups(&damaged), by_library(&damaged));
        }

        #[test]
        fn any_text_is_read_as_the_library_reads_it(text in "\\PC{0,12}|[-_.!+a-z0-9]{0,12}") {
            prop_assert_eq!(groups(&text), by_library(&text));
        }
    }
}
