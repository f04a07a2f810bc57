//! The site as a value: every file by its path.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Every file of the site by its path, `/` between folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Site(BTreeMap<String, Vec<u8>>);

impl Site {
    /// Adds a file.
    ///
    /// # Panics
    ///
    /// If the path is taken: two pages must never fight for one address. If the path does not stay
    /// below the root of the site: paths are made of our own words and of normalized names.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let path = path.into();
        assert!(is_inside(&path), "`{path}` is no path inside of a site");
        assert!(!self.0.contains_key(&path), "two files for `{path}`");
        self.0.insert(path, bytes.into());
    }

    /// The bytes of a file; `None` if the site has no such path.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// All files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }
}

/// Whether `path` is relative, in its one normal spelling, and stays below where it starts.
pub(crate) fn is_inside(path: &str) -> bool {
    !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The SHA-256 of a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileDigest([u8; 32]);

impl FileDigest {
    /// Computes it.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// All 64 hexadecimal digits.
    pub fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first 16 hexadecimal digits: what stands in the name of a file that never changes.
    pub fn short(self) -> String {
        let mut hex = self.hex();
        hex.truncate(16);
        hex
    }

    /// As an `integrity` attribute wants it: `sha256-` and base64.
    pub fn integrity(self) -> String {
        use base64::{Engine, engine::general_purpose::STANDARD};
        format!("sha256-{}", STANDARD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_never_share_a_path() {
        let outcome = std::panic::catch_unwind(|| {
            let mut site = Site::default();
            site.add("a/b", "1");
            site.add("a/b", "2");
        });
        let message = outcome.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*message, "two files for `a/b`");
    }

    #[test]
    fn a_path_stays_inside() {
        assert!(is_inside("projects/a-b/index.html"));
        assert!(is_inside(".nojekyll"));
        for path in ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "c:a", "a\0"] {
            assert!(!is_inside(path), "{path:?}");
        }
    }

    #[test]
    fn a_digest_has_three_spellings() {
        let digest = FileDigest::of(b"");
        assert_eq!(digest.short(), "e3b0c44298fc1c14");
        assert!(digest.hex().starts_with(&digest.short()));
        assert_eq!(digest.integrity(), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
