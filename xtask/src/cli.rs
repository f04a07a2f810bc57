//! The commands of `cargo xtask`.

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser};

use crate::{
    alone, audit, bench, ci, docs, release, site, terminal::report, test, tidy,
    workspace::Workspace,
};

/// Build, look at, test and measure Download Analytics.
///
/// Needs the Rust toolchain and nothing else; what a command needs beyond that it installs, or says
/// what is missing.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
enum Cli {
    Site(site::Args),
    Serve(site::ServeArgs),
    Shots(ShotsArgs),
    Test(test::Args),
    Ci(ci::Args),
    Audit(audit::Args),
    Bench(bench::Args),
    Release(release::Args),
    Alone(alone::Args),
    Docs(docs::Args),
    /// Check what the compiler does not: file heads, file sizes, links, pinned actions.
    Tidy,
    /// Run a program and print what it took.
    #[command(hide = true)]
    Measure(bench::MeasureArgs),
}

/// Take pictures of the main pages, for people to look at.
///
/// Wants a rendered site (`cargo xtask site --no-serve`) and Chromium. Each page is taken at 360 and
/// 1280 pixels, light and dark.
#[derive(Debug, clap::Args)]
struct ShotsArgs {
    /// The folder the pictures are written to.
    pictures: PathBuf,

    /// The rendered site.
    #[arg(long, value_name = "DIR", default_value = "site")]
    site: PathBuf,
}

/// All commands, for the page that lists them.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the program's arguments ask for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli {
        Cli::Site(args) => site::run(&Workspace::find()?, args)?,
        Cli::Serve(args) => site::serve(&args)?,
        Cli::Test(args) => return test::run(&Workspace::find()?, &args),
        Cli::Ci(args) => return ci::run(&Workspace::find()?, &args),
        Cli::Audit(args) => return audit::run(&Workspace::find()?, &args),
        Cli::Bench(args) => return bench::run(&Workspace::find()?, &args),
        Cli::Release(args) => release::run(&Workspace::find()?, &args)?,
        Cli::Alone(args) => alone::run(&Workspace::find()?, &args)?,
        Cli::Tidy => tidy::run(&Workspace::find()?)?,
        Cli::Docs(args) => docs::run(&Workspace::find()?, &args)?,
        // Without the workspace: cargo's memory would be told instead of the program's.
        Cli::Measure(args) => bench::measure_here(&args)?,
        Cli::Shots(args) => site::shots(&Workspace::find()?, &args.site, &args.pictures)?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_fit_together_and_each_says_what_it_does() {
        let cli = Cli::command();
        cli.clone().debug_assert();
        for command in cli.get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
        }
    }
}
