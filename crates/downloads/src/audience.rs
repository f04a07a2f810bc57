//! Who downloaded: the one question that decides what a count means.

use crate::Set;

/// Who a download was for, as far as the log tells. Every download has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// An installer that is known, is no mirror and was not marked as CI. Not "a human": much
    /// automation says nothing of itself.
    Interactive,
    /// The installer said that it ran in CI. The mark exists since 2024-02-23.
    Ci,
    /// The installer is one that copies the whole index.
    Mirror,
    /// No installer was parsed from the user agent.
    Unknown,
}

impl Audience {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::Ci, Self::Mirror, Self::Unknown];

    /// The audience of a download with this installer and this CI mark (`true`, `false` or empty).
    pub fn of(installer: &str, ci: &str, mirrors: &Mirrors) -> Self {
        if ci == "true" {
            Self::Ci
        } else if installer.is_empty() {
            Self::Unknown
        } else if mirrors.contains(installer) {
            Self::Mirror
        } else {
            Self::Interactive
        }
    }

    /// The word for it in files and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Ci => "ci",
            Self::Mirror => "mirror",
            Self::Unknown => "unknown",
        }
    }

    /// The audience of this [`key`](Self::key); `None` if there is no such.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.key() == key)
    }
}

/// The installers whose downloads count as mirrors: names as they stand in the log, case and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrors(Set<String>);

impl Mirrors {
    /// A list of one's own.
    pub fn new(installers: impl IntoIterator<Item = String>) -> Self {
        Self(installers.into_iter().collect())
    }

    /// Whether this installer is one.
    pub fn contains(&self, installer: &str) -> bool {
        self.0.contains(installer)
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The four that pypistats.org leaves out, so that the sums agree with its "without mirrors".
impl Default for Mirrors {
    fn default() -> Self {
        Self::new(["bandersnatch", "z3c.pypimirror", "Artifactory", "devpi"].map(String::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_download_has_one_audience() {
        let mirrors = Mirrors::default();
        let of = |installer, ci| Audience::of(installer, ci, &mirrors);
        assert_eq!(of("pip", ""), Audience::Interactive);
        assert_eq!(of("pip", "false"), Audience::Interactive);
        assert_eq!(of("pip", "true"), Audience::Ci);
        assert_eq!(of("bandersnatch", ""), Audience::Mirror);
        assert_eq!(of("Bandersnatch", ""), Audience::Interactive, "names are compared as logged");
        assert_eq!(of("", ""), Audience::Unknown);
    }

    #[test]
    fn keys_lead_back() {
        for audience in Audience::ALL {
            assert_eq!(Audience::from_key(audience.key()), Some(audience));
        }
        assert_eq!(Audience::from_key("human"), None);
    }
}
