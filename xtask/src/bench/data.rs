//! The files to measure with: generated once and kept, or brought along.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{terminal, workspace::Workspace};

/// How the generator is told to make each file. The same arguments give the same bytes.
const FILES: [(&str, &str); 3] = [
    ("pypi_5m.csv", "--rows 5000000 --seed 1 --start 2021-01-01 --end 2025-11-01"),
    ("pypi_10m.csv", "--rows 10000000 --seed 1 --start 2021-01-01 --end 2025-11-01"),
    ("newday.csv", "--rows 5000 --seed 2 --start 2025-11-01 --end 2025-11-02"),
];

/// The day after [`FILES`] end, on which a site of them is up to date.
pub(super) const TODAY: &str = "2025-11-02";

/// The month that the last of [`FILES`] belongs to.
pub(super) const NEW_MONTH: &str = "2025-11.csv";

/// What the measurements share.
pub(super) struct Bench<'a> {
    pub(super) workspace: &'a Workspace,
    /// For whatever is made while measuring.
    pub(super) folder: PathBuf,
    /// Where [`FILES`] are.
    data: PathBuf,
}

impl<'a> Bench<'a> {
    /// Uses `data`, or a folder of its own if that is `None`.
    pub(super) fn new(workspace: &'a Workspace, data: Option<&Path>) -> anyhow::Result<Self> {
        let folder = workspace.target.join("bench");
        fs::create_dir_all(&folder)?;
        let data = data.map_or_else(|| folder.clone(), Path::to_owned);
        Ok(Self { workspace, folder, data })
    }

    /// One of [`FILES`], generated if it is not there.
    pub(super) fn file(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.data.join(name);
        if path.is_file() {
            return Ok(path);
        }
        let arguments =
            FILES.iter().find(|(file, _)| *file == name).map(|(_, arguments)| arguments);
        let arguments = arguments.with_context(|| format!("nobody knows how to make `{name}`"))?;
        let shared = env::var_os("DOWNLOAD_ANALYTICS_SHARED").map(PathBuf::from);
        let generator = shared.map(|folder| folder.join("data/tools/gen_pypi_csv.py"));
        let Some(generator) = generator.filter(|file| file.is_file()) else {
            bail!(
                "`{}` is missing, and so is its generator: set DOWNLOAD_ANALYTICS_SHARED or use --data",
                path.display()
            );
        };
        terminal::step(&format!("generate {name}"), || {
            // Under another name until it is whole: an interrupted run must not leave half a file.
            let unfinished = path.with_extension("unfinished");
            let mut python = Command::new(self.python()?);
            python.arg(generator).args(arguments.split(' ')).args(["--invalid-rate", "0", "--out"]);
            terminal::run(python.arg(&unfinished))?;
            Ok(fs::rename(&unfinished, &path)?)
        })?;
        Ok(path)
    }

    /// A Python with the table engines, made once.
    pub(super) fn python(&self) -> anyhow::Result<PathBuf> {
        let environment = self.folder.join("venv");
        let python = environment.join("bin/python");
        let complete = environment.join("complete");
        if !complete.is_file() {
            terminal::step("install polars, DuckDB, numpy and pandas for Python", || {
                terminal::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
                let install = ["-m", "pip", "install", "--quiet"];
                let packages = ["polars", "duckdb", "numpy", "pandas"];
                terminal::run(Command::new(&python).args(install).args(packages))?;
                Ok(fs::write(&complete, "")?)
            })?;
        }
        Ok(python)
    }

    /// A program of ours.
    pub(super) fn program(&self, name: &str) -> Command {
        Command::new(self.workspace.release_program(name))
    }

    /// An import of `file` into `store`.
    pub(super) fn import(&self, file: &Path, store: &Path) -> Command {
        let mut collector = self.program("collector");
        collector.arg("import").arg("--quiet").arg(file).arg("--store").arg(store);
        collector
    }
}
