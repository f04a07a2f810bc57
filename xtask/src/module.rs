//! The module of the browser: the crate `web` as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use flate2::{Compression, write::GzEncoder};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    terminal::{is_watched, run},
    workspace::Workspace,
};

/// What the module is compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

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
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print=target-libdir", "--target", WASM_TARGET])
        .output()
        .context("cannot run rustc")?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(output.status.success() && folder.is_dir())
}

/// Builds the [`MODULES`] and writes `web.js`, `web_bg.wasm` and those of the other one to the folder that is returned.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    build_package(workspace, "web", "explorer")?;
    build_package(workspace, "web-compare", "explorer")
}

/// Builds a package as the module is built, and writes its JavaScript and WebAssembly to this folder of the
/// target folder, which is returned.
pub(crate) fn build_package(
    workspace: &Workspace,
    package: &str,
    folder: &str,
) -> anyhow::Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--profile=wasm", "--package", package]);
    cargo.args(["--target", WASM_TARGET, "--config", &keep_paths_out(workspace)?]);
    if !is_watched() {
        cargo.arg("--quiet");
    }
    run(&mut cargo)?;

    let output = workspace.target.join(folder);
    let file = format!("{}.wasm", package.replace('-', "_"));
    Bindgen::new()
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .input_path(workspace.target.join(WASM_TARGET).join("wasm").join(file))
        .generate(&output)
        .context("cannot generate the JavaScript of the module")?;
    Ok(output)
}

/// A setting for cargo by which messages of panics name `/cargo/...` and `crates/...`, wherever the
/// module was built: the same source gives the same bytes, and no machine's folders are published.
fn keep_paths_out(workspace: &Workspace) -> anyhow::Result<String> {
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir().context("there is no home folder")?.join(".cargo"),
    };
    let flags = [(&cargo_home, "/cargo"), (&workspace.target, "/target"), (&workspace.root, ".")]
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    // A JSON list of strings is a TOML list of strings.
    let flags = serde_json::to_string(&flags)?;
    Ok(format!("target.{WASM_TARGET}.rustflags={flags}"))
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
