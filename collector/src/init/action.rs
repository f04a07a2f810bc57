//! Which address the workflows use for this project's action.

use std::{fmt, fs, path::Path, str::FromStr};

/// Where the action is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// In the folder itself: it is a fork of this project.
    Here,
    /// In a repository on GitHub, at a commit: `owner/name@<40 hex digits>`, perhaps with ` # v1.2.3`.
    Pinned(String),
}

/// A text is not the address of an action that cannot change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not `OWNER/NAME@SHA`, the repository on GitHub and the 40 hex digits of a commit; a tag or \
     branch could be moved to other code", .0.escape_debug()
)]
pub struct BadAction(String);

/// Nobody said where the action is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not known which action the workflows are to use: name a commit of it with \
     `--action OWNER/NAME@SHA`; releases of this program, and forks, know their own"
)]
pub struct NoAction;

impl FromStr for Action {
    type Err = BadAction;

    fn from_str(text: &str) -> Result<Self, BadAction> {
        let bad = || BadAction(text.chars().take(300).collect());
        let (address, comment) = match text.split_once(" # ") {
            Some((address, comment)) => (address, Some(comment)),
            None => (text, None),
        };
        let parts = address.split_once('@').and_then(|(repository, commit)| {
            repository.split_once('/').map(|(owner, name)| (owner, name, commit))
        });
        let (owner, name, commit) = parts.ok_or_else(bad)?;
        let is_word = |text: &str, more: &[u8]| {
            text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
                && text.len() <= 100
                && text.bytes().all(|it| it.is_ascii_alphanumeric() || more.contains(&it))
        };
        let is_commit = commit.len() == 40
            && commit.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        let good = is_word(owner, b"-_")
            && is_word(name, b"-_.")
            && is_commit
            && comment.is_none_or(|comment| is_word(comment, b"-_.+"));
        if good { Ok(Self::Pinned(text.to_owned())) } else { Err(bad()) }
    }
}

/// As it stands behind `uses:`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here => f.write_str("./"),
            Self::Pinned(address) => f.write_str(address),
        }
    }
}

impl Action {
    /// Where to read a document of the project.
    pub(super) fn document(&self, path: &str) -> String {
        let address = match self {
            Self::Here => return path.to_owned(),
            Self::Pinned(address) => address.split(' ').next().unwrap_or_default(),
        };
        let (repository, commit) = address.split_once('@').unwrap_or((address, "HEAD"));
        format!("https://github.com/{repository}/blob/{commit}/{path}")
    }
}

/// The action in the folder, else the one that is named, else the one that was built in.
pub(super) fn choose(
    folder: &Path,
    named: Option<&Action>,
    built_in: Option<&str>,
) -> anyhow::Result<Action> {
    if is_fork(folder) {
        return Ok(Action::Here);
    }
    match (named, built_in.map(str::trim).filter(|text| !text.is_empty())) {
        (Some(named), _) => Ok(named.clone()),
        (None, Some(built_in)) => Ok(built_in.parse()?),
        (None, None) => Err(NoAction.into()),
    }
}

/// Whether the folder has this project's action.
fn is_fork(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join("action.yml")).unwrap_or_default();
    text.lines().any(|line| line.trim_end() == "name: Download Analytics")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn only_a_commit_is_an_address() {
        for good in [format!("owner/name@{SHA}"), format!("o-1/n.a_me@{SHA} # v1.2.3-rc.1+b")] {
            assert_eq!(good.parse::<Action>().unwrap().to_string(), good);
        }
        for bad in [
            "owner/name@v1".to_owned(),
            "owner/name@main".into(),
            "owner/name".into(),
            format!("owner/name@{}", &SHA[1..]),
            format!("owner/name@{}", SHA.to_uppercase()),
            format!("owner/name/sub@{SHA}"),
            format!("owner@{SHA}"),
            format!("-o/name@{SHA}"),
            format!("owner/../x@{SHA}"),
            format!("owner/name@{SHA}\n- run: id"),
            format!("owner/name@{SHA} # v1\n- run: id"),
            format!("owner/name@{SHA} # "),
            format!("owner/name@{SHA} "),
            format!("owner/name@{SHA} ${{{{ secrets.X }}}}"),
            "./".into(),
            String::new(),
        ] {
            assert!(bad.parse::<Action>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_fork_uses_its_own_then_comes_what_is_said_then_what_was_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let named: Action = format!("a/named@{SHA}").parse().unwrap();
        let built_in = format!("a/built-in@{SHA} # v1.2.3");
        let choose = |named, built_in| choose(folder.path(), named, built_in);
        assert_eq!(choose(Some(&named), Some(&built_in)).unwrap(), named);
        assert_eq!(choose(None, Some(&built_in)).unwrap().to_string(), built_in);
        assert!(choose(None, None).unwrap_err().is::<NoAction>());
        assert!(choose(None, Some(" ")).unwrap_err().is::<NoAction>());
        assert!(choose(None, Some("a/b@v1")).unwrap_err().is::<BadAction>());
        fs::write(folder.path().join("action.yml"), "name: Something else\n").unwrap();
        assert_eq!(choose(Some(&named), None).unwrap(), named);
        fs::write(folder.path().join("action.yml"), "# A.\nname: Download Analytics\n").unwrap();
        assert_eq!(choose(Some(&named), Some(&built_in)).unwrap(), Action::Here);
    }

    #[test]
    fn documents_are_read_where_the_action_is() {
        assert_eq!(Action::Here.document("docs/SETUP.md"), "docs/SETUP.md");
        let pinned = Action::Pinned(format!("a/b@{SHA} # v1"));
        assert_eq!(
            pinned.document("docs/SETUP.md"),
            format!("https://github.com/a/b/blob/{SHA}/docs/SETUP.md")
        );
    }
}
