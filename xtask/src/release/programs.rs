//! The programs of a release: no debug information, no folder of this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use action_address::Address;
use anyhow::{Context, bail};
use explorer_build::{forget_outer_build, keep_paths_out};

use crate::{
    terminal::{self, is_watched},
    workspace::{Workspace, cargo_home},
};

/// The programs that people run.
const PROGRAMS: [&str; 2] = ["collector", "site-gen"];

/// What tells the collector the address of its action while it is compiled.
const ACTION: &str = "DOWNLOAD_ANALYTICS_ACTION";

/// The system this program runs on, as rustc names it.
pub(super) fn host() -> anyhow::Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` does not name the host")
}

/// Builds the programs for a system, and returns where they are.
pub(super) fn build(
    workspace: &Workspace,
    target: &str,
    action: Option<&Address>,
) -> anyhow::Result<Vec<PathBuf>> {
    let home = cargo_home()?;
    let mut cargo = workspace.cargo();
    forget_outer_build(&mut cargo);
    cargo.args(["build", "--locked", "--release", "--target", target, "--target-dir"]);
    cargo.arg(&workspace.target);
    cargo.args(PROGRAMS.map(|name| format!("--package={name}")));
    cargo.arg("--features=site-gen/embedded");
    cargo.args(["--config", "profile.release.debug=false"]);
    cargo.args(["--config", "profile.release.strip='debuginfo'"]);
    cargo.arg("--config");
    cargo.arg(keep_paths_out(target, &home, &workspace.target, &workspace.root));
    match action {
        Some(action) => cargo.env(ACTION, action.as_str()),
        None => cargo.env_remove(ACTION),
    };
    if !is_watched() {
        cargo.arg("--quiet");
    }
    terminal::run(&mut cargo)?;

    let extension = if target.contains("windows") { "exe" } else { "" };
    let folder = workspace.target.join(target).join("release");
    let programs = PROGRAMS.map(|name| folder.join(name).with_extension(extension));
    let folders = [&workspace.root, &workspace.target, &home];
    for program in &programs {
        let bytes =
            fs::read(program).with_context(|| format!("cannot read `{}`", program.display()))?;
        if let Some(folder) = folders.into_iter().find(|folder| names(&bytes, folder)) {
            bail!(
                "`{}` names the folder `{}` of this machine: it would read from there, or differ elsewhere",
                program.display(),
                folder.display()
            );
        }
    }
    Ok(programs.to_vec())
}

/// Whether a folder stands somewhere in a program.
fn names(program: &[u8], folder: &Path) -> bool {
    let folder = folder.as_os_str().as_encoded_bytes();
    program.windows(folder.len()).any(|it| it == folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_found_anywhere_in_a_program() {
        assert!(names(b"\x7fELF/home/a/code/src\0", Path::new("/home/a/code")));
        assert!(!names(b"\x7fELF./src\0", Path::new("/home/a/code")));
    }

    #[test]
    fn this_machine_has_a_name() {
        assert!(host().unwrap().contains(env::consts::ARCH));
    }
}
