//! `cargo xtask release`: the archive of the programs that people download.

mod archive;
mod programs;

use std::path::{Path, PathBuf};

use action_address::Address;
use anyhow::{Context, bail};

use self::archive::{Entry, pack};
use crate::{
    alone, module,
    terminal::{say, step},
    workspace::Workspace,
};

/// What the archive has beside the programs.
const TEXTS: [&str; 2] = ["LICENSE", "README.md"];

/// Build `collector` and `site-gen` for a system and pack them, as the release workflow does.
///
/// The programs need no checkout: site-gen holds the module of the browser. The same commit gives the same
/// bytes, wherever it is checked out. Programs for this machine are unpacked again and make a site in an
/// empty folder. Writes the archive, and beside it a file with its SHA-256.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to build for, as rustc names it. The default is this machine.
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    /// Where the archive is written to. The default is `release-archives` in cargo's target folder.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// The address of the action of this version, `OWNER/NAME@SHA # vX.Y.Z`: `collector init` writes it
    /// into workflows.
    #[arg(long, value_name = "ADDRESS")]
    action: Option<Address>,
}

/// Builds, packs, tries.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let version = workspace.version("site-gen")?;
    if let Some(action) = &args.action {
        check_version(action, &version)?;
    }
    let host = programs::host()?;
    let target = args.target.as_deref().unwrap_or(&host);
    let output = args.output.clone().unwrap_or_else(|| workspace.target.join("release-archives"));

    step("find the wasm target", module::install_target)?;
    let built = step("build collector and site-gen", || {
        programs::build(workspace, target, args.action.as_ref())
    })?;
    for program in &built {
        let size = std::fs::metadata(program)?.len();
        say(format_args!("{:>10.1} MB  {}", mega(size), name_of(program)?));
    }
    let stem = format!("download-analytics-{version}-{target}");
    let archive = step("pack the archive", || {
        let entries = entries(workspace, &built)?;
        let time = archive::commit_time(&workspace.root)?;
        archive::write(&output, &stem, &pack(&stem, entries, time)?)
    })?;
    say(format_args!("{:>10.1} MB  {}", mega(archive.size), archive.path.display()));
    if target == host {
        step("make a site with what is in the archive", || try_out(&archive.path, &stem))?;
    } else {
        say(format_args!("not tried: {target} is another system than this one, {host}"));
    }
    Ok(())
}

/// Fails unless the tag is that of this version of the programs.
fn check_version(action: &Address, version: &str) -> anyhow::Result<()> {
    if action.version() != version {
        bail!(
            "the tag is v{}, and Cargo.toml says {version}: set `version` there before tagging",
            action.version()
        );
    }
    Ok(())
}

fn entries(workspace: &Workspace, programs: &[PathBuf]) -> anyhow::Result<Vec<Entry>> {
    let texts = TEXTS.map(|name| workspace.root.join(name));
    let mut entries = Vec::new();
    for path in programs.iter().chain(&texts) {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let is_program = programs.contains(path);
        entries.push(Entry { name: name_of(path)?.to_owned(), bytes, is_program });
    }
    Ok(entries)
}

/// Unpacks the archive as a user would, and makes a site with nothing else.
fn try_out(archive: &Path, stem: &str) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    archive::unpack(archive, folder.path())?;
    let program = |name: &str| {
        folder.path().join(stem).join(name).with_extension(std::env::consts::EXE_EXTENSION)
    };
    let empty = tempfile::tempdir()?;
    alone::make_sample(&program("collector"), empty.path())?;
    alone::make_site(&program("site-gen"), empty.path(), "site", None)?;
    let pages = alone::check_site(&empty.path().join("site"))?;
    if pages == 0 {
        bail!("the site has no page of a project");
    }
    Ok(())
}

fn name_of(path: &Path) -> anyhow::Result<&str> {
    path.file_name().and_then(|name| name.to_str()).context("a file without a name")
}

fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_that_of_the_programs_also_before_a_release() {
        let sha = "8e8c483db84b4bee98b60c0593521ed34d9990e8";
        let address = |version: &str| -> Address {
            format!("some-one/down.loads@{sha} # v{version}").parse().unwrap()
        };
        check_version(&address("1.2.3"), "1.2.3").unwrap();
        check_version(&address("1.0.0-rc.1"), "1.0.0-rc.1").unwrap();
        for (tag, version) in [("1.2.3", "1.2.4"), ("1.0.0-rc.1", "1.0.0")] {
            let error = check_version(&address(tag), version).unwrap_err().to_string();
            let expected = format!(
                "the tag is v{tag}, and Cargo.toml says {version}: set `version` there before tagging"
            );
            assert_eq!(error, expected);
        }
    }
}
