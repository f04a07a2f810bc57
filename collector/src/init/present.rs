//! What a folder has already: a configuration, and a repository around it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use config::Config;
use downloads::ProjectName;

use super::Title;

/// Something was asked for that the configuration which is there decides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("config.yaml is there and stays as it is, so {what} there instead")]
pub struct AlreadyConfigured {
    what: String,
}

/// The configuration of the folder; `None` if there is none.
pub(super) fn config(folder: &Path) -> anyhow::Result<Option<Config>> {
    let path = folder.join("config.yaml");
    match fs::symlink_metadata(&path) {
        // What is in the way of the folder itself is found when it is made.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        _ => crate::run::load_config(Some(&path), "").map(Some),
    }
}

/// Refuses what a configuration does not say, since it is not changed.
pub(super) fn check(
    config: &Config,
    projects: &[ProjectName],
    title: Option<&Title>,
) -> Result<(), AlreadyConfigured> {
    let unknown = projects.iter().find(|name| config.project(name).is_none());
    let what = match unknown {
        Some(name) => format!("add `{name}` to its `projects`"),
        None if title.is_none_or(|title| title.as_str() == config.site.title) => return Ok(()),
        None => "set the title".to_owned(),
    };
    Err(AlreadyConfigured { what })
}

/// The repository that a folder is, or is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    /// The folder, as far as it exists.
    folder: PathBuf,
    /// The uppermost folder of the repository; `None` if the folder is in none.
    top: Option<PathBuf>,
}

impl Repository {
    /// Looks for it.
    pub(super) fn of(folder: &Path) -> Self {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let folder = fs::canonicalize(&absolute).unwrap_or(absolute);
        // A linked working tree has a file of this name.
        let top = folder.ancestors().find(|it| it.join(".git").exists()).map(Path::to_owned);
        Self { folder, top }
    }

    /// Whether it is the folder itself.
    pub(super) fn is_top(&self) -> bool {
        self.top.as_ref() == Some(&self.folder)
    }

    /// The repository that the folder is only a part of.
    pub(super) fn outer(&self) -> Option<&Path> {
        self.top.as_deref().filter(|_| !self.is_top())
    }

    /// Whether git has files at this path of the folder. Without git there are none.
    pub(super) fn tracks(&self, path: &str) -> bool {
        if self.top.is_none() || !self.folder.exists() {
            return false;
        }
        let mut git = Command::new("git");
        // The repository may be anybody's, and names programs that git would run.
        git.args([
            "-c",
            "core.fsmonitor=false",
            "--literal-pathspecs",
            "ls-files",
            "-z",
            "--",
            path,
        ])
        .current_dir(&self.folder);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        let listed = git.stdin(Stdio::null()).stderr(Stdio::null()).output();
        listed.is_ok_and(|it| it.status.success() && !it.stdout.is_empty())
    }
}
