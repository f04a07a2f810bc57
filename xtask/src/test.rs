//! `cargo xtask test`: everything that must hold before a change is merged.
//!
//! Each step runs even if an earlier one failed, so that one run tells all there is to mend.

mod report;
mod runner;

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::bail;

use self::{
    report::{Outcome, Report},
    runner::run_counted,
};
use crate::{
    alone, chromium, module, site, terminal, tidy,
    workspace::{Workspace, remove_folder},
};

/// Format, lint, test, document, build: all that CI does, in one command.
///
/// Installs what the tests need, where that is possible: the wasm target by rustup, Chromium by apt
/// if it may. Every step runs even if an earlier one failed. The last line sums up. The golden figures
/// are not in the repository: they are left out unless `DOWNLOAD_ANALYTICS_SHARED` names their folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave the browser tests out, and say so.
    #[arg(long)]
    no_browser: bool,

    /// Try ten times as many random histories, kill the collector 500 times, and install site-gen as users
    /// do: minutes more.
    #[arg(long)]
    long: bool,
}

/// What says how often tests try at random, and how often they do with `--long`.
const LONG: [(&str, &str); 2] =
    [("DOWNLOAD_ANALYTICS_HISTORIES", "10000"), ("DOWNLOAD_ANALYTICS_KILLS", "500")];

/// The day after the last one of `fixtures/mini`.
const MINI_TODAY: &str = "2024-04-01";

/// The variable that names the folder of the golden figures.
const SHARED: &str = "DOWNLOAD_ANALYTICS_SHARED";

/// How many tests of a runner passed and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    left_out: u64,
}

/// Runs all steps. The exit code is 1 if one failed.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let mut step = |name: &'static str, work: &mut dyn FnMut() -> anyhow::Result<Counts>| {
        terminal::say(format_args!("\n==> {name}"));
        let start = Instant::now();
        let outcome = match work() {
            Ok(counts) => Outcome::Ran(counts),
            Err(error) => {
                terminal::report(&error);
                Outcome::Broke
            }
        };
        report.add(name, outcome, start.elapsed());
    };

    step("set-up", &mut || module::install_target().map(no_tests));
    step("format", &mut || check(workspace.cargo().args(["fmt", "--all", "--check"])));
    step("module of the browser", &mut || check_module(workspace).map(no_tests));
    step("lints", &mut || {
        let all = ["clippy", "--workspace", "--all-targets", "--all-features"];
        check(with_module(workspace, workspace.cargo().args(all)).args(DENY))
    });
    step("lints in the browser", &mut || {
        let target = ["--package=web", "--package=web-compare", "--target", module::WASM_TARGET];
        check(workspace.cargo().arg("clippy").args(target).args(DENY))
    });
    let often = if args.long { LONG.as_slice() } else { &[] };
    step("tests", &mut || run_counted(unit_tests(workspace).envs(often.iter().copied())));
    step("examples in the documentation", &mut || {
        run_counted(workspace.cargo().args(["test", "--doc", "--workspace", "--no-fail-fast"]))
    });
    step("documentation", &mut || {
        let mut cargo = workspace.cargo();
        check(cargo.args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings"))
    });
    step("tidiness", &mut || tidy::run(workspace).map(no_tests));
    step("program with its module", &mut || {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--package=site-gen", "--features=embedded", "--test=site", "module"]);
        run_counted(with_module(workspace, &mut cargo))
    });
    if args.long {
        step("installed program", &mut || alone::run(workspace, &alone::Args::ALL).map(no_tests));
    }
    step("sites to look at", &mut || render_sites(workspace).map(no_tests));
    let (golden, browser) = (std::env::var_os(SHARED).is_some(), !args.no_browser);
    if golden {
        step("golden figures", &mut || run_counted(&mut golden_tests(workspace)));
    }
    if browser {
        step("browser tests", &mut || browser_tests(workspace));
    }
    for (name, ran) in [("golden figures", golden), ("browser tests", browser)] {
        if !ran {
            report.add(name, Outcome::LeftOut, Duration::ZERO);
        }
    }

    terminal::say(format_args!("\n{report}"));
    Ok(if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What clippy is told after its own options.
const DENY: [&str; 3] = ["--", "-D", "warnings"];

/// Lets cargo embed the module that is built already instead of building it again.
fn with_module<'a>(workspace: &Workspace, cargo: &'a mut Command) -> &'a mut Command {
    cargo.env(explorer_build::VARIABLE, module::folder(workspace))
}

/// Runs a program that has no tests to count.
fn check(command: &mut Command) -> anyhow::Result<Counts> {
    terminal::run(command).map(no_tests)
}

fn no_tests((): ()) -> Counts {
    Counts::default()
}

/// Everything but the browser tests and those against golden figures, by nextest if there is one: it
/// runs tests of all crates at once.
fn unit_tests(workspace: &Workspace) -> Command {
    let has_nextest = workspace
        .cargo()
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let mut cargo = workspace.cargo();
    let (runner, without_golden): (&[&str], &[&str]) = if has_nextest {
        let runner = &["nextest", "run", "--no-tests=pass", "--status-level=fail"];
        (runner, &["--filterset", "not test(golden)"])
    } else {
        (&["test", "--lib", "--bins", "--tests"], &["--", "--skip", "golden"])
    };
    cargo.args(runner);
    cargo.args(["--workspace", "--exclude=browser-tests", "--no-fail-fast"]);
    cargo.args(without_golden);
    cargo
}

/// The tests that compare with figures that are not in the repository.
fn golden_tests(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package=site-gen", "--package=collector", "--tests"]);
    cargo.args([
        "--features=site-gen/shared-data,collector/shared-data",
        "--no-fail-fast",
        "golden",
    ]);
    cargo
}

fn check_module(workspace: &Workspace) -> anyhow::Result<()> {
    let explorer = module::build(workspace)?;
    let budget = module::SIZE_BUDGET;
    for name in module::MODULES {
        let size = module::gzipped_size(&explorer, name)?;
        terminal::say(format_args!(
            "module `{name}` and JavaScript: {size} bytes gzipped, {budget} allowed"
        ));
        if size > budget {
            bail!("the module `{name}` of the browser is {} bytes too large", size - budget);
        }
    }
    Ok(())
}

/// The sites that the browser tests look at: of the sample data, and of the awkward fixture.
pub(crate) struct Sites {
    /// That of the sample data.
    pub sample: PathBuf,
    /// That of `fixtures/mini`.
    pub mini: PathBuf,
}

impl Sites {
    /// The variables that tell the browser tests where they are.
    pub(crate) const SAMPLE: &str = "DOWNLOAD_ANALYTICS_SITE";
    pub(crate) const MINI: &str = "DOWNLOAD_ANALYTICS_MINI_SITE";

    /// Where they are.
    pub(crate) fn of(workspace: &Workspace) -> Self {
        let folder = workspace.target.join("test-sites");
        Self { sample: folder.join("sample"), mini: folder.join("mini") }
    }
}

/// Renders both sites with the programs and the module that are built.
pub(crate) fn render_sites(workspace: &Workspace) -> anyhow::Result<()> {
    site::build_programs(workspace)?;
    let explorer = module::folder(workspace);
    let sites = Sites::of(workspace);

    let sample = workspace.target.join("sample");
    site::make_sample(workspace, &sample)?;
    remove_folder(&sites.sample)?;
    site::render_sample(workspace, &sample, &sites.sample, &explorer)?;

    let fixture = workspace.root.join("fixtures/mini");
    let store = workspace.target.join("mini-store");
    remove_folder(&store)?;
    remove_folder(&sites.mini)?;
    site::import(workspace, &fixture.join("pypi.csv"), &store)?;
    let config = fixture.join("config.yaml");
    site::render(workspace, &config, &store, &sites.mini, &explorer, Some(MINI_TODAY))
}

fn browser_tests(workspace: &Workspace) -> anyhow::Result<Counts> {
    let browser = chromium::provide()?;
    let sites = Sites::of(workspace);
    run_counted(
        workspace
            .cargo()
            .args(["test", "--package=browser-tests", "--no-fail-fast"])
            .args(["--lib", "--bins", "--tests"])
            .env("CHROMIUM", browser)
            .env(Sites::SAMPLE, &sites.sample)
            .env(Sites::MINI, &sites.mini),
    )
}
