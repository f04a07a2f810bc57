//! Which address the workflows use for this project's action.

use std::{fmt, fs, path::Path};

use action_address::Address;

/// Where the action is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// In the folder itself: it is a fork of this project.
    Here,
    /// In a repository on GitHub, at a commit.
    Pinned(Address),
}

/// Nobody said where the action is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not known which action the workflows are to use: name a commit of it with \
     `--action \"OWNER/NAME@SHA # v1.2.3\"`; releases of this program, and forks, know their own"
)]
pub struct NoAction;

/// As it stands behind `uses:`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here => f.write_str("./"),
            Self::Pinned(address) => address.fmt(f),
        }
    }
}

impl Action {
    /// Where to read a document of the project.
    pub(super) fn document(&self, path: &str) -> String {
        match self {
            Self::Here => path.to_owned(),
            Self::Pinned(address) => {
                let (repository, commit) = (address.repository(), address.commit());
                format!("https://github.com/{repository}/blob/{commit}/{path}")
            }
        }
    }
}

/// The action in the folder, else the one that is named, else the one that was built in.
pub(super) fn choose(
    folder: &Path,
    named: Option<&Address>,
    built_in: Option<&str>,
) -> anyhow::Result<Action> {
    if is_fork(folder) {
        return Ok(Action::Here);
    }
    match (named, built_in.map(str::trim).filter(|text| !text.is_empty())) {
        (Some(named), _) => Ok(Action::Pinned(named.clone())),
        (None, Some(built_in)) => Ok(Action::Pinned(built_in.parse()?)),
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
    use action_address::BadAddress;

    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_fork_uses_its_own_then_comes_what_is_said_then_what_was_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let named: Address = format!("a/named@{SHA} # v1.2.3").parse().unwrap();
        let built_in = format!("a/built-in@{SHA} # v1.2.3");
        let choose = |named, built_in| choose(folder.path(), named, built_in);
        let pinned = Action::Pinned(named.clone());
        assert_eq!(choose(Some(&named), Some(&built_in)).unwrap(), pinned);
        assert_eq!(choose(None, Some(&built_in)).unwrap().to_string(), built_in);
        assert!(choose(None, None).unwrap_err().is::<NoAction>());
        assert!(choose(None, Some(" ")).unwrap_err().is::<NoAction>());
        assert!(choose(None, Some("a/b@v1")).unwrap_err().is::<BadAddress>());
        fs::write(folder.path().join("action.yml"), "name: Something else\n").unwrap();
        assert_eq!(choose(Some(&named), None).unwrap(), pinned);
        fs::write(folder.path().join("action.yml"), "# A.\nname: Download Analytics\n").unwrap();
        assert_eq!(choose(Some(&named), Some(&built_in)).unwrap(), Action::Here);
    }

    #[test]
    fn documents_are_read_where_the_action_is() {
        assert_eq!(Action::Here.document("docs/SETUP.md"), "docs/SETUP.md");
        let pinned = Action::Pinned(format!("a/b@{SHA} # v1.2.3").parse().unwrap());
        assert_eq!(
            pinned.document("docs/SETUP.md"),
            format!("https://github.com/a/b/blob/{SHA}/docs/SETUP.md")
        );
    }
}
