//! Programs and libraries from PyPI, in a virtual environment of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::terminal;

/// What to say where there is none.
pub(crate) const INSTALL: &str = "install Python 3.10 or newer, with venv";

/// Whether there is a Python to make another one with.
pub(crate) fn is_there() -> bool {
    Command::new("python3").arg("--version").output().is_ok_and(|it| it.status.success())
}

/// The folder of the programs of an environment that has exactly these packages, each as `name==version`. Made
/// once; `what` says for whom.
pub(crate) fn provide(
    environment: &Path,
    what: &str,
    packages: &[&str],
) -> anyhow::Result<PathBuf> {
    let programs = environment.join("bin");
    let complete = environment.join("complete");
    let wanted = packages.join("\n");
    if fs::read_to_string(&complete).is_ok_and(|it| it == wanted) {
        return Ok(programs);
    }
    terminal::step(&format!("install {what} by pip"), || {
        // `--clear`, so that nothing of other versions stays.
        let venv = ["-m", "venv", "--clear"];
        terminal::run(Command::new("python3").args(venv).arg(environment))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        terminal::run(Command::new(programs.join("python")).args(install).args(packages))?;
        Ok(fs::write(&complete, wanted)?)
    })?;
    Ok(programs)
}
