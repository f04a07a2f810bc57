//! The list of what site-gen wrote into an output folder, kept beside it.
//!
//! # Format, version 1
//!
//! Lines of UTF-8. The first is `site-gen 1 ` and the fingerprint of what the site was made from, or
//! `unfinished`. Then one line a file, sorted by path: SHA-256, bytes, path, with a space between.
//! The last is `end`, so that a file that was cut is noticed.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::site::{FileDigest, Site, is_inside};

/// What stands first.
const HEAD: &str = "site-gen 1 ";
/// What stands for the fingerprint while files are being written, or if a project failed.
const UNFINISHED: &str = "unfinished";

/// What is in an output folder, as far as site-gen made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Of the inputs that the files were made from; `None` if the files are not those of one finished run.
    pub(crate) fingerprint: Option<String>,
    /// Size and digest of each file by its path.
    pub(crate) files: BTreeMap<String, Entry>,
}

/// One file of a [`State`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The SHA-256, in hexadecimal.
    pub(crate) sha256: String,
    /// Size of the file.
    pub(crate) bytes: u64,
}

impl Entry {
    /// The entry of a file with these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { sha256: FileDigest::of(bytes).hex(), bytes: bytes.len() as u64 }
    }
}

impl State {
    /// The files of `site`, not finished.
    pub(crate) fn of(site: &Site) -> Self {
        let files = site.files().map(|(path, bytes)| (path.to_owned(), Entry::of(bytes))).collect();
        Self { fingerprint: None, files }
    }

    /// Reads the format; `None` if `text` is not a whole one of this version.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix("end\n")?.lines();
        let fingerprint = lines.next()?.strip_prefix(HEAD)?;
        let fingerprint = (fingerprint != UNFINISHED).then(|| fingerprint.to_owned());
        let mut files = BTreeMap::new();
        for line in lines {
            let (sha256, rest) = line.split_once(' ')?;
            let (bytes, path) = rest.split_once(' ')?;
            // A list that was tampered with must not make us remove files elsewhere.
            if !is_inside(path) {
                return None;
            }
            let entry = Entry { sha256: sha256.to_owned(), bytes: bytes.parse().ok()? };
            files.insert(path.to_owned(), entry);
        }
        Some(Self { fingerprint, files })
    }

    /// Writes the format.
    pub(crate) fn format(&self) -> String {
        let mut text = format!("{HEAD}{}\n", self.fingerprint.as_deref().unwrap_or(UNFINISHED));
        for (path, Entry { sha256, bytes }) in &self.files {
            let _ = writeln!(text, "{sha256} {bytes} {path}");
        }
        text.push_str("end\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut site = Site::default();
        site.add("index.html", "<!doctype html>");
        site.add("data/a.0.cube", [1, 2, 3]);
        State { fingerprint: Some("abc".into()), ..State::of(&site) }
    }

    #[test]
    fn what_is_written_is_read() {
        let state = state();
        insta::assert_snapshot!(state.format(), @r"
        site-gen 1 abc
        039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81 3 data/a.0.cube
        fe26c59e91ac8de694b2531dc3bdc1b7faf471d3d7e4e00870af60f5f22897cb 15 index.html
        end
        ");
        assert_eq!(State::parse(&state.format()), Some(state.clone()));
        let unfinished = State { fingerprint: None, ..state };
        assert_eq!(State::parse(&unfinished.format()), Some(unfinished));
    }

    #[test]
    fn a_list_that_was_cut_or_points_elsewhere_is_none() {
        let text = state().format();
        for end in 0..text.len() {
            assert_eq!(State::parse(&text[..end]), None, "cut at {end}");
        }
        assert_eq!(State::parse(&text.replace("index.html", "../index.html")), None);
        assert_eq!(State::parse(&text.replace("site-gen 1", "site-gen 2")), None);
    }
}
