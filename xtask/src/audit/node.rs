//! The checkers that npm installs, run by node.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use super::folder;
use crate::{terminal, workspace::Workspace};

/// The scripts and their list of packages.
const SOURCE: &str = "tests/audit";

/// What installs node, for messages.
const INSTALL: &str =
    "install Node.js 20.19, 22.12 or newer with npm (https://nodejs.org, or your system's package)";

/// The checkers, installed.
pub(super) struct Node {
    folder: PathBuf,
    browser: PathBuf,
}

impl Node {
    /// Installs the checkers into the target folder, unless they are there already.
    pub(super) fn provide(workspace: &Workspace, browser: PathBuf) -> anyhow::Result<Self> {
        for program in ["node", "npm"] {
            if !Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success())
            {
                bail!("there is no {program}: {INSTALL}; --without-node leaves this out");
            }
        }
        let (source, folder) = (workspace.root.join(SOURCE), folder(workspace));
        fs::create_dir_all(&folder)?;
        // Beside the packages, where node looks for them.
        for entry in fs::read_dir(&source).with_context(|| format!("cannot list `{SOURCE}`"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        install(&folder)?;
        Ok(Self { folder, browser })
    }

    /// A script of `tests/audit`.
    pub(super) fn script(&self, name: &str) -> Command {
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
    terminal::step("install the checkers by npm", || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        terminal::run(npm.current_dir(folder))?;
        Ok(fs::write(&installed, lock)?)
    })
}
