//! `cargo install`, as users call it.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::{
    terminal::{self, is_watched},
    workspace::{Workspace, remove_folder},
};

/// Where `cargo install` takes the sources from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Way {
    /// From the checkout.
    Path,
    /// From a repository of git.
    Git,
}

impl Way {
    pub(super) const ALL: [Self; 2] = [Self::Path, Self::Git];
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Git => "git",
        })
    }
}

/// Installs site-gen with its module below `root`, and returns where it is.
pub(super) fn site_gen(workspace: &Workspace, way: Way, root: &Path) -> anyhow::Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.arg("install");
    match way {
        Way::Path => cargo.args(["--path", "site-gen"]),
        Way::Git => {
            let repository = repository(workspace)?;
            cargo.args(["--git", &address(&repository)?, "--branch", BRANCH, "site-gen"])
        }
    };
    // What other builds compiled can be used: their folder is the same.
    cargo.args(["--features=embedded", "--locked", "--force", "--no-track", "--root"]).arg(root);
    cargo.arg("--target-dir").arg(&workspace.target);
    if !is_watched() {
        cargo.arg("--quiet");
    }
    // It says that the folder is not on the path, which it need not be.
    cargo.stderr(if is_watched() { Stdio::inherit() } else { Stdio::piped() });
    let output = cargo.output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("`cargo install`: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(root.join("bin").join("site-gen").with_extension(std::env::consts::EXE_EXTENSION))
}

/// The one branch of [`repository`].
const BRANCH: &str = "main";

/// A repository that has what is committed here, and nothing of its history: a clone of a few commits has not all.
fn repository(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let bare = workspace.target.join("alone").join("download-analytics.git");
    remove_folder(&bare)?;
    fs::create_dir_all(&bare)?;
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(&workspace.root);
        git.args(["-c", "user.name=xtask", "-c", "user.email=xtask@localhost"]);
        git
    };
    terminal::run(
        git().args(["init", "--quiet", "--bare", "--initial-branch", BRANCH]).arg(&bare),
    )?;
    let commit = git().args(["commit-tree", "HEAD^{tree}", "-m", "what is committed"]).output()?;
    if !commit.status.success() {
        bail!("git commit-tree: {}", String::from_utf8_lossy(&commit.stderr).trim());
    }
    let commit = String::from_utf8(commit.stdout)?;
    let to = format!("{}:refs/heads/{BRANCH}", commit.trim());
    terminal::run(git().args(["push", "--quiet"]).arg(&bare).arg(to))?;
    Ok(bare)
}

/// The address of a folder: `file:///home/...`, `file:///C:/...`.
fn address(folder: &Path) -> anyhow::Result<String> {
    let path = folder.to_str().context("the path of the target folder is not UTF-8")?;
    let path = path.replace('\\', "/");
    Ok(format!("file:///{}", path.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_an_address_on_every_system() {
        assert_eq!(address(Path::new("/a/b.git")).unwrap(), "file:///a/b.git");
        assert_eq!(address(Path::new("C:\\a\\b.git")).unwrap(), "file:///C:/a/b.git");
    }
}
