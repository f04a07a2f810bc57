//! The address of this project's action, as workflows name it: a commit, which nobody can move to other
//! code, and the version that it is, for those who read it.
//!
//! Releases write it into the programs, and `collector init` into workflows.

use std::{fmt, str::FromStr};

/// `OWNER/NAME@SHA # vX.Y.Z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// All of it, in its one spelling.
    text: String,
    /// Where the parts of the text end: repository, commit.
    ends: (usize, usize),
}

/// A text is no such address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not the address of an action that cannot change: `OWNER/NAME@SHA # v1.2.3`, with the repository \
     on GitHub, the 40 hex digits of a commit, and its version; a tag or branch could be moved to other code",
    .0.escape_debug()
)]
pub struct BadAddress(String);

/// What stands before the version.
const COMMENT: &str = " # v";

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        parse(text).ok_or_else(|| BadAddress(text.chars().take(300).collect()))
    }
}

fn parse(text: &str) -> Option<Address> {
    let (pinned, version) = text.split_once(COMMENT)?;
    let (repository, commit) = pinned.split_once('@')?;
    let (owner, name) = repository.split_once('/')?;
    let is_commit = commit.len() == 40
        && commit.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
    let good = is_name(owner, b"-_") && is_name(name, b"-_.") && is_commit && is_version(version);
    let ends = (repository.len(), pinned.len());
    good.then(|| Address { text: text.to_owned(), ends })
}

fn is_name(text: &str, more: &[u8]) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && text.len() <= 100
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || more.contains(&it))
}

/// Whether a text is a version as Cargo has them: three numbers, perhaps `-` and what comes before the
/// release, perhaps `+` and a build.
fn is_version(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let are_words = |words: &str| words.split('.').all(is_word);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, it)| (text, Some(it)));
    let (text, before) = text.split_once('-').map_or((text, None), |(text, it)| (text, Some(it)));
    let is_number = |part: &str| {
        part.len() <= 9
            && part.bytes().all(|it| it.is_ascii_digit())
            && (part == "0" || part.starts_with(|first: char| ('1'..='9').contains(&first)))
    };
    text.split('.').count() == 3
        && text.split('.').all(is_number)
        && before.is_none_or(are_words)
        && build.is_none_or(are_words)
        && before.unwrap_or_default().len() + build.unwrap_or_default().len() <= 60
}

impl Address {
    /// `OWNER/NAME`.
    pub fn repository(&self) -> &str {
        &self.text[..self.ends.0]
    }

    /// The commit, 40 hex digits.
    pub fn commit(&self) -> &str {
        &self.text[self.ends.0 + 1..self.ends.1]
    }

    /// The version, without `v`.
    pub fn version(&self) -> &str {
        &self.text[self.ends.1 + COMMENT.len()..]
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// As it stands behind `uses:`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn an_address_names_repository_commit_and_version() {
        for version in
            ["1.2.3", "0.1.0", "1.0.0-rc.1", "1.2.3-alpha-2.x+build.5", "10.20.30+b", "1.0.0-0.3.7"]
        {
            let text = format!("o-1/n.a_me@{SHA} # v{version}");
            let address: Address = text.parse().unwrap();
            assert_eq!(address.repository(), "o-1/n.a_me");
            assert_eq!((address.commit(), address.version()), (SHA, version));
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn nothing_else_is_an_address() {
        for bad in [
            String::new(),
            "./".into(),
            "owner/name@v1".into(),
            "owner/name@main # v1.2.3".into(),
            "owner/name".into(),
            format!("owner/name@{SHA}"),
            format!("owner/name@{SHA} # main"),
            format!("owner/name@{SHA} # 1.2.3"),
            format!("owner/name@{SHA} # v1"),
            format!("owner/name@{SHA} # v1.2"),
            format!("owner/name@{SHA} # v1.2.3.4"),
            format!("owner/name@{SHA} # v1.2.03"),
            format!("owner/name@{SHA} # v1.2."),
            format!("owner/name@{SHA} # v1.2.3-"),
            format!("owner/name@{SHA} # v1.2.3-rc..1"),
            format!("owner/name@{SHA} # v1.2.3+"),
            format!("owner/name@{SHA} # v1.2.3 "),
            format!("owner/name@{SHA} # v1.2.3\n- run: id"),
            format!("owner/name@{SHA}\n- run: id # v1.2.3"),
            format!("owner/name@{SHA} ${{{{ secrets.X }}}} # v1.2.3"),
            format!("owner/name@{SHA} # v1.2.3-${{{{ x }}}}"),
            format!("owner/name@{} # v1.2.3", &SHA[1..]),
            format!("owner/name@{} # v1.2.3", SHA.to_uppercase().replace('0', "A")),
            format!("owner/name/sub@{SHA} # v1.2.3"),
            format!("owner@{SHA} # v1.2.3"),
            format!("-o/name@{SHA} # v1.2.3"),
            format!("owner/../x@{SHA} # v1.2.3"),
            format!("a/$(b)@{SHA} # v1.2.3"),
            format!("owner/name@{SHA} # v1.2.3-{}", "a".repeat(100)),
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad:?}");
        }
    }
}
