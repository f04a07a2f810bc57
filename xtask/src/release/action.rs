//! The address of this project's action, as workflows name it.

use std::str::FromStr;

use anyhow::bail;

/// `OWNER/NAME@SHA # vX.Y.Z`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// All of it.
    pub(super) address: String,
    version: String,
}

/// A text that is no such address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected the address of the action, such as `owner/name@<40 hexadecimal digits> # v1.2.3`"
)]
pub(super) struct NoAction;

impl FromStr for Action {
    type Err = NoAction;

    fn from_str(address: &str) -> Result<Self, NoAction> {
        let (action, version) = address.split_once(" # v").ok_or(NoAction)?;
        let (repository, sha) = action.split_once('@').ok_or(NoAction)?;
        let (owner, name) = repository.split_once('/').ok_or(NoAction)?;
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
        };
        let is_sha =
            sha.len() == 40 && sha.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        let is_version = version.split('.').count() == 3
            && version.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it))
            && version.starts_with(|it: char| it.is_ascii_digit());
        if is_name(owner) && is_name(name) && is_sha && is_version {
            Ok(Self { address: address.into(), version: version.into() })
        } else {
            Err(NoAction)
        }
    }
}

impl Action {
    /// Fails unless the tag is that of this version of the programs.
    pub(super) fn check_version(&self, version: &str) -> anyhow::Result<()> {
        if self.version != version {
            bail!(
                "the tag is v{}, and Cargo.toml says {version}: set `version` there before tagging",
                self.version
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_repository_commit_and_version() {
        let sha = "8e8c483db84b4bee98b60c0593521ed34d9990e8";
        let action: Action = format!("some-one/down.loads@{sha} # v1.2.3").parse().unwrap();
        action.check_version("1.2.3").unwrap();
        let error = action.check_version("1.2.4").unwrap_err().to_string();
        assert_eq!(
            error,
            "the tag is v1.2.3, and Cargo.toml says 1.2.4: set `version` there before tagging"
        );
        for bad in [
            String::new(),
            format!("a/b@{sha}"),
            format!("a/b@{sha} # main"),
            format!("a/b@{sha} # v1"),
            "a/b@v1.2.3 # v1.2.3".into(),
            format!("a/b/c@{sha} # v1.2.3"),
            format!("a/b@{} # v1.2.3", sha.to_uppercase()),
            format!("a/b@{sha} # v1.2.3\n      - run: evil"),
            format!("a/$(b)@{sha} # v1.2.3"),
        ] {
            assert_eq!(bad.parse::<Action>(), Err(NoAction), "{bad}");
        }
    }
}
