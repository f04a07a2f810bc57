//! Names of branches and remotes: a part of what git allows, in which nothing can be an option, a path
//! that leads elsewhere, or a pattern.

use std::{fmt, str::FromStr};

/// The longest name, in bytes.
const MAX_LENGTH: usize = 200;

/// The name of a branch, without `refs/heads/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch(String);

/// The name of a remote that is set up in the repository; an address is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote(String);

/// A text cannot be the name of a branch or a remote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not the name of a {what}: it may hold letters, digits, `.`, `_` and `-`, and `/` between \
     parts, each of which begins with a letter or digit",
    .text.escape_debug()
)]
pub struct BadName {
    what: &'static str,
    text: String,
}

impl Branch {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Remote {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Branch {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        checked("branch", text).map(Self)
    }
}

impl FromStr for Remote {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        checked("remote", text).map(Self)
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn checked(what: &'static str, text: &str) -> Result<String, BadName> {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            && !part.contains("..")
            && !part.ends_with('.')
            && !part.ends_with(".lock")
    };
    let is_good = text.len() <= MAX_LENGTH
        && text.split('/').all(is_part)
        && !text.starts_with("refs/")
        && text != "HEAD";
    if is_good {
        return Ok(text.to_owned());
    }
    Err(BadName { what, text: text.chars().take(MAX_LENGTH + 1).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_names() {
        for name in ["data", "data-2", "bot/data_v1.2", "0", "A"] {
            assert_eq!(name.parse::<Branch>().unwrap().as_str(), name);
            assert_eq!(name.parse::<Remote>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn options_paths_patterns_and_addresses_are_none() {
        for bad in [
            "",
            "-d",
            "--upload-pack=x",
            "../x",
            "a/../b",
            "a..b",
            ".hidden",
            "a/.b",
            "/a",
            "a/",
            "a//b",
            "a b",
            "a\tb",
            "a\nb",
            "a\0b",
            "a~1",
            "a^",
            "a:b",
            "a?b",
            "a*",
            "a[b",
            "a\\b",
            "@",
            "a@{1}",
            "a.lock",
            "a.",
            "HEAD",
            "refs/heads/main",
            "é",
            "$(id)",
            "`id`",
            "a;b",
            "+a",
            ":a",
            "https://example.org/a",
            "ext::sh",
            "file:///tmp",
        ] {
            assert!(bad.parse::<Branch>().is_err(), "{bad:?}");
            assert!(bad.parse::<Remote>().is_err(), "{bad:?}");
        }
        assert!("a".repeat(201).parse::<Branch>().is_err());
        let message = "a\u{1b}b".parse::<Branch>().unwrap_err().to_string();
        assert!(message.starts_with("`a\\u{1b}b` is not the name of a branch"), "{message}");
    }
}
