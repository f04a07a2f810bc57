//! `manifest.csv`: every file of the store, sealed.
//!
//! # Format, version 1
//!
//! ```text
//! format,1
//! path,bytes,rows,downloads,sha256
//! coverage.csv,123,2,,<64 hex digits>
//! checks.csv,45,1,,<64 hex digits>
//! sdv/2024-01.csv,4567,89,123,<64 hex digits>
//! seal,<SHA-256 of everything above>
//! ```
//!
//! Paths are relative to the folder of the manifest and sorted; `coverage.csv` is first, then come the
//! other tables that have rows. Every line ends in LF. The file is text so that it can be read and
//! compared; there is only one way to write it, so any other byte is damage.

use std::{collections::BTreeMap, fmt::Write as _, str::Lines};

use downloads::ProjectName;
use sha2::{Digest as _, Sha256};

use crate::{
    Damage, Month,
    tables::{Table, fields},
};

/// The version of the layout and of this file.
const FORMAT: &str = "1";

const HEADER: &str = "path,bytes,rows,downloads,sha256";

/// What the manifest says of one month file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The month that the file holds.
    pub month: Month,
    /// Where it is, relative to the folder `pypi` of the store, with `/` between folders.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// How many rows it has, the header not counted.
    pub rows: u64,
    /// The sum of its downloads.
    pub downloads: u64,
    /// Its SHA-256 in lower-case hex digits.
    pub sha256: String,
}

/// The path of a month file, relative to the folder `pypi`.
pub(crate) fn month_path(project: &ProjectName, month: Month) -> String {
    format!("{project}/{month}.csv")
}

/// What the manifest says of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableEntry {
    pub(crate) bytes: u64,
    /// The header not counted.
    pub(crate) rows: u64,
    pub(crate) sha256: String,
}

/// The files of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The tables that have a file. The coverage always has.
    pub(crate) tables: BTreeMap<Table, TableEntry>,
    /// By project and month.
    pub(crate) files: BTreeMap<ProjectName, BTreeMap<Month, FileEntry>>,
}

impl Manifest {
    /// All month files, sorted by project and month.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &FileEntry> {
        self.files.values().flat_map(BTreeMap::values)
    }

    /// The paths of all files, tables first.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.keys().map(|table| table.path());
        tables.chain(self.entries().map(|entry| entry.path.as_str()))
    }

    /// Whether there is a file with this path.
    pub(crate) fn lists(&self, path: &str) -> bool {
        if let Some(table) = Table::of(path) {
            return self.tables.contains_key(&table);
        }
        let found = path.strip_suffix(".csv").and_then(|path| path.split_once('/'));
        found.is_some_and(|(project, month)| {
            let month = month.parse().ok();
            self.files
                .get(project)
                .zip(month)
                .is_some_and(|(files, month)| files.contains_key(&month))
        })
    }

    /// The text of the file.
    pub(crate) fn encode(&self) -> String {
        let mut text = self.encode_unsealed();
        let seal = hex_digest(text.as_bytes());
        let _ = writeln!(text, "seal,{seal}");
        text
    }

    /// The digest of everything above the last line.
    pub(crate) fn seal(&self) -> String {
        hex_digest(self.encode_unsealed().as_bytes())
    }

    fn encode_unsealed(&self) -> String {
        let mut text = format!("format,{FORMAT}\n{HEADER}\n");
        for (table, TableEntry { bytes, rows, sha256 }) in &self.tables {
            let _ = writeln!(text, "{},{bytes},{rows},,{sha256}", table.path());
        }
        for FileEntry { path, bytes, rows, downloads, sha256, .. } in self.entries() {
            let _ = writeln!(text, "{path},{bytes},{rows},{downloads},{sha256}");
        }
        text
    }

    /// Reads the text of the file, and its seal.
    pub(crate) fn decode(bytes: &[u8]) -> Result<(Self, String), Damage> {
        let text = str::from_utf8(bytes).map_err(|_| Damage::Seal)?;
        let mut lines = text.lines();
        match lines.next().and_then(|line| line.strip_prefix("format,")) {
            None => return Err(Damage::Seal),
            Some(FORMAT) => {}
            Some(version) if version.parse::<u32>().is_ok_and(|version| version > 1) => {
                return Err(Damage::LaterFormat(version.into()));
            }
            Some(_) => return Err(Damage::Seal),
        }
        let manifest = Self::decode_lines(lines).ok_or(Damage::Seal)?;
        // There is one way to write a manifest, so this compares the seal and all else.
        if manifest.encode() != text {
            return Err(Damage::Seal);
        }
        let seal = manifest.seal();
        Ok((manifest, seal))
    }

    fn decode_lines(mut lines: Lines<'_>) -> Option<Self> {
        if lines.next() != Some(HEADER) {
            return None;
        }
        let mut tables = BTreeMap::new();
        let mut files: BTreeMap<ProjectName, BTreeMap<Month, FileEntry>> = BTreeMap::new();
        for line in lines.take_while(|line| !line.starts_with("seal,")) {
            let [path, bytes, rows, downloads, sha256] = fields(line)?;
            if let Some(table) = Table::of(path) {
                let (bytes, rows) = (bytes.parse().ok()?, rows.parse().ok()?);
                tables.insert(table, TableEntry { bytes, rows, sha256: sha256.into() });
                continue;
            }
            let (project, month) = path.strip_suffix(".csv")?.split_once('/')?;
            let (project, month) = (ProjectName::new(project).ok()?, month.parse().ok()?);
            let entry = FileEntry {
                month,
                path: path.into(),
                bytes: bytes.parse().ok()?,
                rows: rows.parse().ok()?,
                downloads: downloads.parse().ok()?,
                sha256: sha256.into(),
            };
            files.entry(project).or_default().insert(month, entry);
        }
        tables.contains_key(&Table::Coverage).then_some(Self { tables, files })
    }
}

/// The SHA-256 of some bytes in lower-case hex digits.
pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let month: Month = "2024-01".parse().unwrap();
        let entry = FileEntry {
            month,
            path: "sdv/2024-01.csv".into(),
            bytes: 4567,
            rows: 89,
            downloads: 123,
            sha256: hex_digest(b"rows"),
        };
        let files = BTreeMap::from([(month, entry)]);
        let coverage = TableEntry { bytes: 123, rows: 2, sha256: hex_digest(b"coverage") };
        let tables = BTreeMap::from([(Table::Coverage, coverage)]);
        Manifest { tables, files: BTreeMap::from([(ProjectName::new("sdv").unwrap(), files)]) }
    }

    /// Pins the format: if this test must change, so must `FORMAT`.
    #[test]
    fn version_1_looks_like_this() {
        insta::assert_snapshot!(manifest().encode(), @r"
        format,1
        path,bytes,rows,downloads,sha256
        coverage.csv,123,2,,c3a3091b9d32267d0b3175ee14f70a1e0b3d7292d0a0fa45020ced5fb764d620
        sdv/2024-01.csv,4567,89,123,bc51e9e65d79e1c90ba544ab2eae1044ccdf8c1af7a559ba375cba4276f7d99e
        seal,0bed7458cf161ae09947100218176eae7c9fccae5f8946638bcb318720e98a72
        ");
    }

    #[test]
    fn a_manifest_leads_back() {
        let text = manifest().encode();
        let (decoded, seal) = Manifest::decode(text.as_bytes()).unwrap();
        assert_eq!(decoded, manifest());
        assert!(text.ends_with(&format!("\nseal,{seal}\n")));
        assert!(decoded.lists("sdv/2024-01.csv"));
        assert!(!decoded.lists("sdv/2024-02.csv"));
        assert!(!decoded.lists("sdv"));
        assert!(decoded.lists("coverage.csv") && !decoded.lists("checks.csv"));
    }

    #[test]
    fn tables_stand_above_the_month_files() {
        let mut manifest = manifest();
        let entry = |bytes| TableEntry { bytes, rows: 1, sha256: hex_digest(b"table") };
        manifest.tables.extend([(Table::Spending, entry(80)), (Table::Checks, entry(45))]);
        let text = manifest.encode();
        let paths: Vec<_> = text.lines().map(|line| line.split(',').next().unwrap()).collect();
        insta::assert_snapshot!(paths.join(" "), @"format path coverage.csv checks.csv spending.csv sdv/2024-01.csv seal");
        assert_eq!(Manifest::decode(text.as_bytes()).unwrap().0, manifest);
    }

    #[test]
    fn a_manifest_without_coverage_is_damaged() {
        let mut manifest = manifest();
        manifest.tables.clear();
        assert!(matches!(Manifest::decode(manifest.encode().as_bytes()), Err(Damage::Seal)));
    }

    #[test]
    fn any_other_byte_is_damage() {
        let text = manifest().encode().into_bytes();
        for at in 0..text.len() {
            assert!(Manifest::decode(&text[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut changed = text.clone();
                changed[at] ^= 1 << bit;
                assert!(Manifest::decode(&changed).is_err(), "bit {bit} of byte {at}");
            }
        }
        for more in ["\n", "x", "seal,\n"] {
            assert!(Manifest::decode(&[text.as_slice(), more.as_bytes()].concat()).is_err());
        }
    }

    #[test]
    fn a_later_format_is_named() {
        let later = Manifest::decode(b"format,2\nanything\n").unwrap_err();
        assert!(matches!(later, Damage::LaterFormat(version) if version == "2"));
        assert!(matches!(Manifest::decode(b"format,0\n"), Err(Damage::Seal)));
    }
}
