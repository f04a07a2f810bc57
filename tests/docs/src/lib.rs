//! What the documents say of the programs, held against the programs.
//!
//! [`commands`] writes `docs/COMMANDS.md` out of the definitions of the command lines, [`markdown`]
//! finds the commands in the documents, [`sections`] its headings, [`usage`] checks that they are ones that the programs
//! understand, and [`scene`] runs them.

pub mod commands;
pub mod markdown;
pub mod scene;
pub mod sections;
pub mod usage;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").components().collect()
}

/// The documents with commands: their paths in the repository, and their texts.
///
/// Not `docs/COMMANDS.md`, which is made of the programs, and not the changelog, which tells of the past.
pub fn documents() -> anyhow::Result<Vec<(String, String)>> {
    let root = root();
    let mut paths: Vec<String> =
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"].map(String::from).into();
    for entry in fs::read_dir(root.join("docs")).context("cannot list `docs`")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && format!("docs/{name}") != commands::PATH {
            paths.push(format!("docs/{name}"));
        }
    }
    paths.sort();
    let read = |path: String| {
        let text = fs::read_to_string(root.join(&path));
        let text = text.with_context(|| format!("cannot read `{path}`"))?;
        Ok((path, text))
    };
    paths.into_iter().map(read).collect()
}
