//! The module of the browser: the crate `web` as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
pub(crate) use explorer_build::TARGET as WASM_TARGET;
use explorer_build::{Build, Output, PACKAGES};
use flate2::{Compression, write::GzEncoder};

use crate::{
    terminal::is_watched,
    workspace::{Workspace, cargo},
};

/// How many bytes a module and its JavaScript may take together, gzipped.
pub(crate) const SIZE_BUDGET: u64 = 150_000;

/// The module of the pages of projects, and that of the page of comparisons: as their files are called.
pub(crate) const MODULES: [&str; 2] = ["web", "web_compare"];

/// Installs the standard library for [`WASM_TARGET`] if the toolchain does not have it.
pub(crate) fn install_target() -> anyhow::Result<()> {
    if has_target()? {
        return Ok(());
    }
    let rustup = Command::new("rustup").args(["target", "add", WASM_TARGET]).output();
    match rustup {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => bail!(
            "rustup could not add the target {WASM_TARGET} (is there a network?): {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "the Rust toolchain lacks the target {WASM_TARGET} and there is no rustup to add it; \
             install the package of your system that has it, or rustup"
        ),
        Err(error) => Err(error).context("cannot run rustup"),
    }
}

fn has_target() -> anyhow::Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    explorer_build::has_target(&rustc).context("cannot run rustc")
}

/// Builds the [`MODULES`] and writes `web.js`, `web_bg.wasm` and those of the other one to the folder that is returned.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    for package in PACKAGES {
        build_package(workspace, package, FOLDER)?;
    }
    Ok(folder(workspace))
}

/// Where [`build`] writes the module.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join(FOLDER)
}

/// The folder of the module in cargo's target folder.
const FOLDER: &str = "explorer";

/// Builds a package as the module is built, and writes its JavaScript and WebAssembly to this folder of the
/// target folder, which is returned.
pub(crate) fn build_package(
    workspace: &Workspace,
    package: &str,
    folder: &str,
) -> anyhow::Result<PathBuf> {
    let folder = workspace.target.join(folder);
    let build = Build {
        cargo: &cargo(),
        workspace: &workspace.root,
        target: &workspace.target,
        package,
        output: if is_watched() { Output::Progress } else { Output::Quiet },
    };
    build.run(&folder)?;
    Ok(folder)
}

/// How many bytes the files of one of the [`MODULES`] take as a web server sends them, gzipped.
pub(crate) fn gzipped_size(explorer: &Path, module: &str) -> anyhow::Result<u64> {
    let mut sum = 0;
    for name in [format!("{module}.js"), format!("{module}_bg.wasm")] {
        let path = explorer.join(name);
        let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes)?;
        sum += encoder.finish()?.len() as u64;
    }
    Ok(sum)
}
