//! Makes the module of the browser, or takes one that was made before, into the folder that `assets.rs` includes.

use std::{
    env,
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
};

use explorer_build::{Build, Output, PACKAGES, VARIABLE, find_target, take_ready};

/// Writes the files to `OUT_DIR/explorer`, and returns all that they depend on. Errors are one line.
pub(crate) fn module() -> Result<Vec<PathBuf>, String> {
    provide().map_err(|error| {
        let mut line = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            line.push_str(&format!(": {error}"));
            cause = error.source();
        }
        line
    })
}

fn provide() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let output = PathBuf::from(variable("OUT_DIR")?);
    let folder = output.join("explorer");
    if let Some(ready) = env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
        return Ok(take_ready(Path::new(&ready), &folder)?);
    }
    let toolchain = env::var("RUSTUP_TOOLCHAIN").ok();
    find_target(&variable("RUSTC")?, toolchain.as_deref())?;
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let workspace = package.parent().ok_or("the package has no folder around it")?;
    let cargo = variable("CARGO")?;
    // A short name: Windows has an end of paths.
    let target = output.join("t");
    let mut inputs = Vec::new();
    for package in PACKAGES {
        let output = Output::Quiet;
        let build = Build { cargo: &cargo, workspace, target: &target, package, output };
        inputs.extend(build.run(&folder)?);
    }
    Ok(inputs)
}

fn variable(name: &str) -> Result<OsString, String> {
    env::var_os(name).ok_or_else(|| format!("cargo does not set {name}"))
}
