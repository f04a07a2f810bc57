//! Programs that npm installs, run by node.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{terminal, workspace::Workspace};

/// What installs node, for messages.
const INSTALL: &str =
    "install Node.js 20.19, 22.12 or newer with npm (https://nodejs.org, or your system's package)";

/// A folder of scripts with the packages they need, installed.
pub(crate) struct Node {
    folder: PathBuf,
    browser: PathBuf,
}

impl Node {
    /// Copies the scripts of `source`, a folder of the workspace with a `package.json`, to `folder`, and
    /// installs their packages beside them, unless they are there already.
    pub(crate) fn provide(
        workspace: &Workspace,
        source: &str,
        folder: PathBuf,
        browser: PathBuf,
    ) -> anyhow::Result<Self> {
        for program in ["node", "npm"] {
            if !Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success())
            {
                bail!("there is no {program}: {INSTALL}");
            }
        }
        fs::create_dir_all(&folder)?;
        // Beside the packages, where node looks for them.
        let entries = fs::read_dir(workspace.root.join(source));
        for entry in entries.with_context(|| format!("cannot list `{source}`"))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), folder.join(entry.file_name()))?;
            }
        }
        install(&folder)?;
        Ok(Self { folder, browser })
    }

    /// One of the scripts.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join(name)).env("CHROMIUM", &self.browser);
        command
    }
}

/// What the lock file says, nothing else, and no script of a package is run.
fn install(folder: &Path) -> anyhow::Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/installed-lock.json");
    if fs::read(&installed).is_ok_and(|it| it == lock) {
        return Ok(());
    }
    terminal::step("install packages by npm", || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        terminal::run(npm.current_dir(folder))?;
        Ok(fs::write(&installed, lock)?)
    })
}
