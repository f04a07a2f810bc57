//! Names of projects.

use std::{borrow::Borrow, fmt, str::FromStr};

/// The name of a PyPI project in its normal form (PEP 503), for example `ruamel-yaml` for `Ruamel.YAML`.
///
/// Lower-case letters, digits and single hyphens between them, so it is safe as a folder name and
/// as a part of an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

/// A text that cannot be the name of a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a project name: it may hold the letters a to z, digits, and `-`, `_` or `.` between them, \
     {} characters at most", .0.escape_debug(), ProjectName::MAX_LENGTH
)]
pub struct BadProjectName(pub String);

impl ProjectName {
    /// The longest name that is accepted, in characters. Long enough for any on PyPI, short enough
    /// for a file name.
    pub const MAX_LENGTH: usize = 200;

    /// Normalizes `text` as PEP 503 tells: runs of `-`, `_` and `.` become one `-`, letters lower case.
    ///
    /// # Errors
    ///
    /// If `text` holds anything else, or starts or ends with a separator.
    pub fn new(text: &str) -> Result<Self, BadProjectName> {
        let bad = || BadProjectName(text.chars().take(Self::MAX_LENGTH + 1).collect());
        let mut name = String::with_capacity(text.len());
        let mut separated = false;
        for (at, character) in text.chars().enumerate() {
            match character {
                '-' | '_' | '.' if at > 0 => separated = true,
                'a'..='z' | 'A'..='Z' | '0'..='9' if at < Self::MAX_LENGTH => {
                    if separated {
                        name.push('-');
                    }
                    separated = false;
                    name.push(character.to_ascii_lowercase());
                }
                _ => return Err(bad()),
            }
        }
        if name.is_empty() || separated { Err(bad()) } else { Ok(Self(name)) }
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectName {
    type Err = BadProjectName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl AsRef<str> for ProjectName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for ProjectName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_project_are_one_name() {
        for text in ["Ruamel.YAML", "ruamel-yaml", "ruamel__yaml", "RUAMEL.-_yaml"] {
            assert_eq!(ProjectName::new(text).unwrap().as_str(), "ruamel-yaml", "{text}");
        }
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for text in [
            "", "-a", "a-", ".", "..", "../etc", "a/b", "a\\b", "a b", "a\0", "é", "a\n", "_",
            "%2e",
        ] {
            assert_eq!(ProjectName::new(text), Err(BadProjectName(text.into())));
        }
        assert!(ProjectName::new(&"a".repeat(200)).is_ok());
        assert!(ProjectName::new(&"a".repeat(201)).is_err());
    }

    proptest! {
        #[test]
        fn a_name_is_one_safe_folder(text in any::<String>()) {
            if let Ok(name) = ProjectName::new(&text) {
                prop_assert!(name.as_str().split('-').all(|part| !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())));
                prop_assert_eq!(ProjectName::new(name.as_str()), Ok(name));
            }
        }
    }
}
