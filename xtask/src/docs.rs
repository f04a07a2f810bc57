//! `cargo xtask docs`: the page of the command lines, out of the programs.

use crate::{terminal, workspace::Workspace};

/// Write docs/COMMANDS.md anew from the command lines of the programs.
///
/// A crate of its own does it, `tests/docs`, so that the other commands need not build the programs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing, and fail if the page is not current.
    #[arg(long)]
    check: bool,
}

/// Builds what knows all command lines, and runs it.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--package=docs-tests", "--bin=write-commands", "--"]);
    if args.check {
        cargo.arg("--check");
    }
    terminal::run(&mut cargo)
}
