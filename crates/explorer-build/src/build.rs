//! The two steps: cargo compiles, wasm-bindgen writes the JavaScript.

use std::{
    env,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{environment::forget_outer_build, sources, toolchain::TARGET};

/// What is built, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The cargo to run.
    pub cargo: &'a OsStr,
    /// The folder with the workspace's `Cargo.toml`.
    pub workspace: &'a Path,
    /// Where cargo builds to. Never that of a build which waits for this one.
    pub target: &'a Path,
    /// The package, a `cdylib`: `web`, or one that is measured beside it.
    pub package: &'a str,
    /// Whether cargo tells how far it is.
    pub output: Output,
}

/// How much cargo says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// What it compiles.
    Progress,
    /// Warnings and errors.
    Quiet,
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder of cargo is not known, so its path cannot be kept out of the module.
    #[error("there is no home folder; set CARGO_HOME")]
    Home,
    /// Something of the workspace is not where it should be.
    #[error("there is no `{}` to make the module of the browser from: build in a checkout of the whole repository", .0.display())]
    Sources(PathBuf),
    /// cargo does not start.
    #[error("cannot run cargo")]
    Cargo(#[source] io::Error),
    /// cargo said what is wrong.
    #[error("`cargo build` of the module of the browser failed, see above")]
    Compile,
    /// wasm-bindgen does not like what was compiled.
    #[error("cannot generate the JavaScript of the module: {0}")]
    Bindgen(String),
    /// What cargo wrote beside the module cannot be read.
    #[error("cannot read `{}`", path.display())]
    DepInfo {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Build<'_> {
    /// Writes JavaScript and WebAssembly of the package to this folder, and returns the files of the workspace that
    /// they were made from.
    pub fn run(&self, folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
        let manifest = self.workspace.join("Cargo.toml");
        if !manifest.is_file() {
            return Err(BuildError::Sources(manifest));
        }
        let status = self.cargo()?.status().map_err(BuildError::Cargo)?;
        if !status.success() {
            return Err(BuildError::Compile);
        }
        let built = self.target.join(TARGET).join("wasm");
        let stem = self.package.replace('-', "_");
        generate(&built.join(format!("{stem}.wasm")), folder)?;
        let path = built.join(format!("{stem}.d"));
        sources::of(&path, self.workspace).map_err(|source| BuildError::DepInfo { path, source })
    }

    fn cargo(&self) -> Result<Command, BuildError> {
        let mut cargo = Command::new(self.cargo);
        forget_outer_build(&mut cargo);
        // Standard output is where a build script talks to the outer cargo.
        cargo.current_dir(self.workspace).stdout(Stdio::null());
        // The lock file counts whatever the outer build resolved: the same source gives the same bytes.
        cargo.args(["build", "--locked", "--profile=wasm", "--package", self.package]);
        cargo.args(["--target", TARGET, "--target-dir"]).arg(self.target);
        let home = cargo_home().ok_or(BuildError::Home)?;
        let folders = keep_paths_out(TARGET, &home, self.target, self.workspace);
        cargo.args(["--config", &folders]);
        if self.output == Output::Quiet {
            cargo.arg("--quiet");
        }
        Ok(cargo)
    }
}

fn generate(module: &Path, folder: &Path) -> Result<(), BuildError> {
    let mut bindgen = Bindgen::new();
    bindgen.typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.input_path(module).generate(folder))
        .map_err(|error| BuildError::Bindgen(format!("{error:#}")))
}

/// Where cargo keeps the sources of others; `None` if nothing tells.
pub fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").filter(|home| !home.is_empty());
    named.map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// A setting for cargo by which messages of panics name `/cargo/...` and `./crates/...`, wherever a program was built
/// for `target`: the same source gives the same bytes, and no machine's folders are published.
pub fn keep_paths_out(target: &str, home: &Path, build: &Path, workspace: &Path) -> String {
    let mut folders = [(home, "/cargo"), (workspace, "."), (build, "/target")];
    // rustc takes the last one that fits, and each of them may be inside of another.
    folders.sort_by_key(|(from, _)| from.components().count());
    let flags = folders
        .map(|(from, to)| toml_text(&format!("--remap-path-prefix={}={to}", from.display())));
    format!("target.{target}.rustflags=[{}]", flags.join(","))
}

/// A text as TOML writes it: backslashes of Windows, and whatever else a path may have.
fn toml_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for it in text.chars() {
        match it {
            '"' | '\\' => quoted.extend(['\\', it]),
            it if it.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(it))),
            it => quoted.push(it),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_for_cargo_survives_any_path() {
        assert_eq!(toml_text("C:\\my \"code\"\t"), r#""C:\\my \"code\"\u0009""#);
    }

    #[test]
    fn the_innermost_folder_has_its_name() {
        let setting = |home: &str, build: &str, workspace: &str| {
            keep_paths_out("t", Path::new(home), Path::new(build), Path::new(workspace))
                .replace("--remap-path-prefix=", "")
        };
        let here = setting("/h", "/w/target", "/w");
        assert_eq!(here, r#"target.t.rustflags=["/h=/cargo","/w=.","/w/target=/target"]"#);
        let by_git = setting("/h", "/tmp/b", "/h/git/w");
        assert_eq!(by_git, r#"target.t.rustflags=["/h=/cargo","/tmp/b=/target","/h/git/w=."]"#);
    }

    #[test]
    fn a_folder_without_the_workspace_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let build = Build {
            cargo: OsStr::new("no-such-cargo"),
            workspace: folder.path(),
            target: folder.path(),
            package: "web",
            output: Output::Quiet,
        };
        let said = build.run(folder.path()).unwrap_err().to_string();
        assert!(said.contains("Cargo.toml` to make the module of the browser from"), "{said}");
        std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
        assert_eq!(build.run(folder.path()).unwrap_err().to_string(), "cannot run cargo");
    }
}
