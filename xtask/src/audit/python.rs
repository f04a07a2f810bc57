//! The clients that others wrote, from PyPI, against our JSON.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use super::folder;
use crate::{
    server::{BasePath, StaticServer},
    terminal,
    workspace::Workspace,
};

/// What the check is called.
pub(super) const CHECK: &str = "clients of others";

/// Compares what the clients say with the files they read.
const SCRIPT: &str = "crates/exports/tests/pypistats_client.py";

/// The clients, and the versions that the script was written for.
const CLIENTS: [&str; 2] = ["pypistats==1.14.0", "pepystats==0.2.2"];

/// Whether there is a Python to make another one with.
pub(super) fn is_there() -> bool {
    Command::new("python3").arg("--version").output().is_ok_and(|it| it.status.success())
}

/// Runs the clients against the first project of the site. `None` if they understand everything.
pub(super) fn check(workspace: &Workspace, site: &Path) -> anyhow::Result<Option<String>> {
    let python = provide(&folder(workspace))?;
    let server = StaticServer::start(site, Some(0), BasePath::default())?;
    let project = first_project(site)?;
    let mut command = Command::new(python);
    command.arg(workspace.root.join(SCRIPT)).arg(server.url()).arg(project);
    let output = command.output().context("cannot run Python")?;
    Ok((!output.status.success()).then(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines().last().unwrap_or("it failed and said nothing").to_owned()
    }))
}

/// A Python with the clients, made once.
fn provide(folder: &Path) -> anyhow::Result<PathBuf> {
    let environment = folder.join("clients");
    let python = environment.join("bin/python");
    let complete = environment.join("complete");
    let wanted = CLIENTS.join("\n");
    if fs::read_to_string(&complete).is_ok_and(|it| it == wanted) {
        return Ok(python);
    }
    terminal::step("install the clients by pip", || {
        terminal::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        terminal::run(Command::new(&python).args(install).args(CLIENTS))?;
        Ok(fs::write(&complete, wanted)?)
    })?;
    Ok(python)
}

fn first_project(site: &Path) -> anyhow::Result<String> {
    let folder = site.join("projects");
    let entries = fs::read_dir(&folder).with_context(|| format!("no `{}`", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.min().context("the site has no project")
}
