//! The browser that the tests drive.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, bail};

use crate::terminal;
/// The names under which systems install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program in `$CHROMIUM`, else the first one on the path. `None` if there is none.
pub fn find() -> Option<PathBuf> {
    if let Some(program) = env::var_os("CHROMIUM").filter(|program| !program.is_empty()) {
        return Some(program.into());
    }
    NAMES.into_iter().find_map(on_path)
}

/// Finds Chromium, or installs it where that needs nobody's leave: as root, by apt.
pub(crate) fn provide() -> anyhow::Result<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    let may_install = is_root() && on_path("apt-get").is_some();
    if !may_install {
        bail!(
            "the browser tests need Chromium: install the package `chromium` (Debian: \
             `sudo apt-get install chromium`) or set CHROMIUM to the program; \
             `cargo xtask test --no-browser` leaves them out"
        );
    }
    let apt = |arguments: &[&str]| {
        terminal::run(
            Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"),
        )
        .context("cannot install Chromium, which the browser tests need")
    };
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", "chromium"])?;
    find().context("apt installed Chromium, and yet it is not on the path")
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}
