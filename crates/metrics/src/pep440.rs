//! What PEP 440 says of versions: their order, and what kind of release each is.

use std::cmp::Ordering;

use pep440_rs::Version;

/// A version as it is compared: those of PEP 440 by their meaning, and any other text after them.
///
/// The order is oldest first. Spellings of one version, such as `1.0` and `1.0.0`, stand in the order of their text,
/// and so do texts that are no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<'a> {
    /// `None` if the text is no version by PEP 440.
    version: Option<Version>,
    text: &'a str,
}

/// What kind of release a version is. A version can be of several kinds, `1.0rc1.post2.dev3` is of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseKind {
    /// An alpha, a beta, a release candidate, or a development release of whatever.
    pub is_prerelease: bool,
    /// A release that was corrected without a new number.
    pub is_postrelease: bool,
    /// A snapshot on the way to a release.
    pub is_devrelease: bool,
}

impl<'a> Versioned<'a> {
    /// Reads the text of a version; anything is accepted.
    pub fn read(text: &'a str) -> Self {
        // Space around a version is allowed; the library knows only some kinds of it.
        Self { version: text.trim().parse().ok(), text }
    }

    /// The text, as it was logged.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What kind of release it is; `None` if it is no version by PEP 440.
    pub fn kind(&self) -> Option<ReleaseKind> {
        self.version.as_ref().map(|version| ReleaseKind {
            is_prerelease: version.any_prerelease(),
            is_postrelease: version.is_post(),
            is_devrelease: version.is_dev(),
        })
    }

    /// Whether it is `bound` or older; `None` if either is no version by PEP 440.
    pub fn is_up_to(&self, bound: &Self) -> Option<bool> {
        Some(self.version.as_ref()? <= bound.version.as_ref()?)
    }

    /// The newest first; what is no version is last here too.
    pub fn newest_first(&self, other: &Self) -> Ordering {
        let by_version = other.version.cmp(&self.version);
        self.no_version_last(other).then(by_version).then_with(|| self.text.cmp(other.text))
    }

    fn no_version_last(&self, other: &Self) -> Ordering {
        self.version.is_none().cmp(&other.version.is_none())
    }
}

impl Ord for Versioned<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_version = self.version.cmp(&other.version);
        self.no_version_last(other).then(by_version).then_with(|| self.text.cmp(other.text))
    }
}

impl PartialOrd for Versioned<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type By = fn(&Versioned<'static>, &Versioned<'static>) -> Ordering;

    fn sorted(texts: &[&'static str], by: By) -> Vec<&'static str> {
        let mut read: Vec<_> = texts.iter().map(|text| Versioned::read(text)).collect();
        read.sort_by(by);
        read.iter().map(Versioned::text).collect()
    }

    #[test]
    fn what_is_no_version_is_last_in_both_directions() {
        let texts =
            ["latest", "1.10", "1.9", "1.9rc1", "1.9.dev0", "1.9.post1", "1!0.1", "", "2004d"];
        assert_eq!(
            sorted(&texts, |a, b| a.cmp(b)),
            ["1.9.dev0", "1.9rc1", "1.9", "1.9.post1", "1.10", "1!0.1", "", "2004d", "latest"]
        );
        assert_eq!(
            sorted(&texts, |a, b| a.newest_first(b)),
            ["1!0.1", "1.10", "1.9.post1", "1.9", "1.9rc1", "1.9.dev0", "", "2004d", "latest"]
        );
    }

    #[test]
    fn spellings_of_one_version_stand_by_their_text() {
        assert_eq!(sorted(&["1.0.0", "1", "1.0"], |a, b| a.cmp(b)), ["1", "1.0", "1.0.0"]);
        assert_eq!(sorted(&["1.0.0", "1", "1.0"], |a, b| a.newest_first(b)), ["1", "1.0", "1.0.0"]);
    }

    #[test]
    fn a_bound_includes_itself_and_its_spellings() {
        let bound = Versioned::read("0.3.0.post1");
        let is_up_to = |text| Versioned::read(text).is_up_to(&bound);
        assert_eq!(is_up_to("0.3.0"), Some(true));
        assert_eq!(is_up_to("0.3.0-1"), Some(true));
        assert_eq!(is_up_to("0.3.0.post2"), Some(false));
        assert_eq!(is_up_to("latest"), None);
    }

    /// 2,316 real and made-up versions, as the reference implementation reads and sorts them.
    #[cfg(feature = "shared-data")]
    #[test]
    fn golden_versions_are_read_as_the_reference_reads_them() {
        let shared = std::env::var_os("DOWNLOAD_ANALYTICS_SHARED")
            .expect("DOWNLOAD_ANALYTICS_SHARED names the folder with the golden figures");
        let path = std::path::Path::new(&shared).join("data/real/packaging/vectors.json");
        let vectors: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let vectors = vectors["versions"].as_array().unwrap();
        assert_eq!(vectors.len(), 2316);
        let (mut ranked, mut differing) = (Vec::new(), Vec::new());
        for vector in vectors {
            let text = vector["raw"].as_str().unwrap();
            let version = Versioned::read(text);
            let expected = (vector["valid"] == true).then(|| ReleaseKind {
                is_prerelease: vector["pre"] == true,
                is_postrelease: vector["post"] == true,
                is_devrelease: vector["dev"] == true,
            });
            if version.kind() != expected {
                differing.push(text);
            }
            if let Some(rank) = vector["rank"].as_u64() {
                ranked.push((version, rank));
            }
        }
        assert_eq!(differing, [""; 0]);
        ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert!(ranked.is_sorted_by_key(|(_, rank)| *rank));
    }
}
