//! What site-gen wrote into an output folder: each unit of the site with its files.
//!
//! A unit is what is made at once from the same inputs: all files of a project, or those that speak of all
//! projects. The format is text, one block for each unit, sorted by name:
//!
//! ```text
//! site-gen 2
//! unit <name> <digest of its inputs> <note>
//! <summary, one line of JSON>
//! <size in bytes> <time> <length> <rest of the path>
//! ...
//! end
//! ```
//!
//! The time of a file is that of its last change, in nanoseconds since that of the file before it in its unit, or
//! since 1970 for the first. Its path begins with as many bytes of the path before it as the length says. A site
//! of thousands of projects has millions of files, and this makes their list a quarter as long.
//!
//! A file is as it was written if it has its size and its time: to read millions of files again, only to find
//! that nothing changed, would take longer than to make many of them.

use std::{collections::BTreeMap, fmt::Write as _, fs::Metadata, ops::Range, time::UNIX_EPOCH};

use rayon::prelude::*;

use crate::site::is_inside;

const HEAD: &str = "site-gen 2\n";
const UNIT: &str = "unit ";
const END: &str = "end\n";

/// Stands for the digest of a unit that is to be made again whatever its inputs are.
const UNFINISHED: &str = "-";

/// All units of an output folder.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What was read. The blocks of units that did not change stay in it.
    text: String,
    units: BTreeMap<String, Unit>,
}

/// What is known of a unit.
#[derive(Debug)]
struct Unit {
    digest: String,
    note: String,
    block: Block,
}

/// Where the summary and the files of a unit stand, as in the format.
#[derive(Debug)]
enum Block {
    Read(Range<usize>),
    New(String),
}

/// A file as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Size in bytes.
    size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    changed: i128,
}

impl Stamp {
    /// Of a file of which the system says this. `None` if the system keeps no times, or wrong ones.
    pub(crate) fn of(metadata: &Metadata) -> Option<Self> {
        let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { size: metadata.len(), changed: i128::try_from(changed.as_nanos()).ok()? })
    }
}

impl State {
    /// Reads the format; `None` if `text` is not a whole one of this version.
    pub(crate) fn parse(text: String) -> Option<Self> {
        let body = text.strip_prefix(HEAD)?.strip_suffix(END)?;
        if !body.is_empty() && !body.ends_with('\n') {
            return None;
        }
        let (mut units, mut from) = (BTreeMap::new(), HEAD.len());
        let end = from + body.len();
        while from < end {
            let rest = &text[from..end];
            let (head, _) = rest.strip_prefix(UNIT)?.split_once('\n')?;
            let [name, digest, note] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
            let start = from + UNIT.len() + head.len() + 1;
            let length = text[start..end].find("\nunit ").map_or(end - start, |at| at + 1);
            // There is a summary at least.
            text[start..start + length].find('\n')?;
            let block = Block::Read(start..start + length);
            let unit = Unit { digest: digest.into(), note: note.into(), block };
            units.insert(name.to_owned(), unit);
            from = start + length;
        }
        let state = Self { text, units };
        // A list that was tampered with must not make us remove files elsewhere.
        let names: Vec<&str> = state.names().collect();
        let is_good = |name: &&str| {
            let mut all_inside = true;
            let read = state.each_file(name, |path, _| all_inside &= is_inside(path));
            read.is_some() && all_inside
        };
        names.par_iter().all(is_good).then_some(state)
    }

    /// Writes the format.
    pub(crate) fn format(&self) -> String {
        let mut text = String::with_capacity(self.text.len() + 1024);
        text.push_str(HEAD);
        for (name, unit) in &self.units {
            let _ = writeln!(text, "{UNIT}{name} {} {}", unit.digest, unit.note);
            text.push_str(self.block(unit));
        }
        text.push_str(END);
        text
    }

    fn block<'a>(&'a self, unit: &'a Unit) -> &'a str {
        match &unit.block {
            Block::Read(range) => &self.text[range.clone()],
            Block::New(text) => text,
        }
    }

    fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.units.get(name).map_or("", |unit| self.block(unit)).lines()
    }

    /// The names of all units, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.units.keys().map(String::as_str)
    }

    /// Whether there is a unit of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.units.contains_key(name)
    }

    /// The digest of the inputs that a unit was made from; `None` if there is no such unit, or if it is to be
    /// made again.
    pub(crate) fn digest(&self, name: &str) -> Option<&str> {
        let digest = &*self.units.get(name)?.digest;
        (digest != UNFINISHED).then_some(digest)
    }

    /// The word that goes with a unit; `None` if there is no such unit.
    pub(crate) fn note(&self, name: &str) -> Option<&str> {
        Some(&self.units.get(name)?.note)
    }

    /// The summary of a unit; `None` if there is no such unit.
    pub(crate) fn summary(&self, name: &str) -> Option<&str> {
        self.lines(name).next()
    }

    /// The files of a unit, in the order in which they were written; none if there is no such unit.
    pub(crate) fn files(&self, name: &str) -> Vec<(String, Stamp)> {
        let mut files = Vec::new();
        self.each_file(name, |path, stamp| files.push((path.to_owned(), stamp)));
        files
    }

    /// Calls `each` with the files of a unit in order. `None` if a line is not as it should be.
    pub(crate) fn each_file(&self, name: &str, mut each: impl FnMut(&str, Stamp)) -> Option<()> {
        let (mut path, mut changed) = (String::new(), 0_i128);
        for line in self.lines(name).skip(1) {
            let (size, rest) = line.split_once(' ')?;
            let (since, rest) = rest.split_once(' ')?;
            let (length, rest) = rest.split_once(' ')?;
            let length: usize = length.parse().ok()?;
            if !path.is_char_boundary(length) {
                return None;
            }
            path.truncate(length);
            path.push_str(rest);
            changed = changed.checked_add(since.parse().ok()?)?;
            each(&path, Stamp { size: size.parse().ok()?, changed });
        }
        Some(())
    }

    /// Sets what is known of a unit. Digest and note must be words, the summary one line.
    pub(crate) fn set(&mut self, name: &str, digest: &str, note: &str, record: String) {
        let unit = Unit { digest: digest.into(), note: note.into(), block: Block::New(record) };
        self.units.insert(name.into(), unit);
    }

    /// Makes a unit be made again by the next run, whatever its inputs are.
    pub(crate) fn forget_inputs(&mut self, name: &str) {
        if let Some(unit) = self.units.get_mut(name) {
            unit.digest = UNFINISHED.into();
        }
    }

    /// Forgets a unit.
    pub(crate) fn remove(&mut self, name: &str) {
        self.units.remove(name);
    }
}

/// The block of a unit: its summary, one line, and its files.
pub(crate) fn record<'a>(summary: &str, files: impl Iterator<Item = (&'a str, Stamp)>) -> String {
    let mut text = format!("{summary}\n");
    let (mut before, mut then) = ("", 0);
    for (path, Stamp { size, changed }) in files {
        let alike = path.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
        let length = (0..=alike).rev().find(|&at| path.is_char_boundary(at)).unwrap_or(0);
        let _ = writeln!(text, "{size} {} {length} {}", changed - then, &path[length..]);
        (before, then) = (path, changed);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut state = State::default();
        let stamp =
            |size: u64| Stamp { size, changed: 1_700_000_000_000_000_000 + i128::from(size % 2) };
        let files = [
            ("data/a.0.cube", stamp(4)),
            ("data/a.csv", stamp(5)),
            ("projects/a/index.html", stamp(3)),
        ];
        state.set("projects/a", "abc", "12", record(r#"{"month":12}"#, files.into_iter()));
        state.set("site", "def", "-", record("{}", [("index.html", stamp(1))].into_iter()));
        state
    }

    #[test]
    fn what_is_written_is_read() {
        let text = state().format();
        insta::assert_snapshot!(text, @r#"
        site-gen 2
        unit projects/a abc 12
        {"month":12}
        4 1700000000000000000 0 data/a.0.cube
        5 1 7 csv
        3 0 0 projects/a/index.html
        unit site def -
        {}
        1 1700000000000000001 0 index.html
        end
        "#);
        let mut read = State::parse(text.clone()).unwrap();
        assert_eq!(read.format(), text);
        assert_eq!(read.digest("projects/a"), Some("abc"));
        assert_eq!(read.summary("projects/a"), Some(r#"{"month":12}"#));
        assert_eq!(read.note("projects/a"), Some("12"));
        let paths = |unit| read.files(unit).into_iter().map(|file| file.0).collect::<Vec<_>>();
        assert_eq!(paths("site"), ["index.html"]);
        assert_eq!(paths("projects/a"), ["data/a.0.cube", "data/a.csv", "projects/a/index.html"]);

        read.forget_inputs("site");
        read.remove("projects/a");
        let read = State::parse(read.format()).unwrap();
        assert_eq!((read.digest("site"), read.has("site")), (None, true));
        assert!(!read.has("projects/a"));
    }

    #[test]
    fn a_list_that_was_cut_or_points_elsewhere_is_none() {
        let text = state().format();
        for end in 0..text.len() {
            assert!(State::parse(text[..end].to_owned()).is_none(), "cut at {end}");
        }
        assert!(State::parse(text.replace("index.html", "../index.html")).is_none());
        assert!(State::parse(text.replace("5 1 7 csv", "5 1 70 csv")).is_none());
        assert!(State::parse(text.replace("site-gen 2", "site-gen 1")).is_none());
    }
}
