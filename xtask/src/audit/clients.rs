//! The clients that others wrote, from PyPI, against our JSON.

use std::{fs, path::Path, process::Command};

use anyhow::Context;

use super::folder;
use crate::{
    python,
    server::{BasePath, StaticServer},
    workspace::Workspace,
};

/// What the check is called.
pub(super) const CHECK: &str = "clients of others";

/// Compares what the clients say with the files they read.
const SCRIPT: &str = "crates/exports/tests/pypistats_client.py";

/// The clients, and the versions that the script was written for.
const CLIENTS: [&str; 2] = ["pypistats==1.14.0", "pepystats==0.2.2"];

/// Runs the clients against the first project of the site. `None` if they understand everything.
pub(super) fn check(workspace: &Workspace, site: &Path) -> anyhow::Result<Option<String>> {
    let environment = folder(workspace).join("clients");
    let python = python::provide(&environment, "the clients", &CLIENTS)?.join("python");
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

fn first_project(site: &Path) -> anyhow::Result<String> {
    let folder = site.join("projects");
    let entries = fs::read_dir(&folder).with_context(|| format!("no `{}`", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.min().context("the site has no project")
}
