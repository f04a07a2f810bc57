//! `cargo xtask audit`: what must hold on every page, checked by a browser and by the checkers of others.
//!
//! The checks that need a browser only are in `tests/browser`, those that need node in `tests/audit`. Both tell
//! what they find in lines of JSON, which [`findings`] reads.

mod clients;
mod findings;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use self::findings::Findings;
use crate::{
    chromium, module,
    node::Node,
    python,
    server::{BasePath, StaticServer},
    terminal,
    test::{self, Sites},
    workspace::Workspace,
};

/// Check the pages: accessibility, HTML, links, keyboard, weight, and that they work without scripts.
///
/// Renders the sample and the site of `fixtures/mini`, and looks at one page of each kind; HTML and links are
/// checked on all pages of the second. Installs axe-core and html-validate by npm, clients of our JSON by pip,
/// into the target folder. Fails if there is no node, unless --without-node is given. What is left out for want
/// of Java or Python stands in the last lines.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run Lighthouse too: minutes more.
    #[arg(long)]
    lighthouse: bool,

    /// Leave out what needs node, and say so.
    #[arg(long, conflicts_with = "lighthouse")]
    without_node: bool,

    /// Look at the sites that the last audit or test rendered.
    #[arg(long)]
    no_render: bool,
}

/// Runs all checks. The exit code is 1 if there is a finding, or if a check could not be made.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<ExitCode> {
    let browser = chromium::provide()?;
    if !args.no_render {
        terminal::step("build the module of the browser", || {
            module::install_target()?;
            module::build(workspace).map(drop)
        })?;
        terminal::step("render the sites", || test::render_sites(workspace))?;
    }
    let sites = Sites::of(workspace);
    let mut findings = Findings::default();
    for (name, site) in [("sample", &sites.sample), ("mini", &sites.mini)] {
        let mut cargo = workspace.cargo();
        cargo.args(["run", "--quiet", "--package=browser-tests", "--bin=audit", "--", name]);
        cargo.env("CHROMIUM", &browser);
        cargo.env(Sites::SAMPLE, &sites.sample).env(Sites::MINI, &sites.mini);
        findings.of(name, &mut cargo);
        if !site.join("index.html").is_file() {
            anyhow::bail!("there is no site in `{}`; audit without --no-render", site.display());
        }
    }
    if args.without_node {
        findings.leave_out("what needs node", "it was not asked for");
    } else {
        match Node::provide(workspace, "tests/audit", folder(workspace), browser) {
            Ok(node) => by_node(&node, &sites, args.lighthouse, &mut findings)?,
            Err(error) => findings.miss("axe-core, html-validate, Nu, Lighthouse", &error),
        }
    }
    if !args.lighthouse {
        findings.leave_out("Lighthouse", "--lighthouse runs it");
    }
    if python::is_there() {
        match clients::check(workspace, &sites.sample) {
            Ok(problem) => findings.add("sample", clients::CHECK, problem),
            Err(error) => findings.miss(clients::CHECK, &error),
        }
    } else {
        let reason = format!("there is no python3; {}", python::INSTALL);
        findings.leave_out(clients::CHECK, &reason);
    }
    terminal::say(format_args!("\n{findings}"));
    Ok(if findings.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn by_node(
    node: &Node,
    sites: &Sites,
    lighthouse: bool,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    findings.of("sample", &mut html(node, &sites.sample, "each"));
    findings.of("mini", &mut html(node, &sites.mini, "every"));
    let server = StaticServer::start(&sites.sample, Some(0), BasePath::default())?;
    let mut on_sample = |script: &str| {
        let mut node = node.script(script);
        findings.of("sample", node.arg(&sites.sample).arg(server.url()));
    };
    on_sample("axe.mjs");
    if lighthouse {
        on_sample("lighthouse.mjs");
    }
    Ok(())
}

/// `which` pages: `every`, or one of `each` kind.
fn html(node: &Node, site: &Path, which: &str) -> Command {
    let mut command = node.script("html.mjs");
    command.arg(site).arg(which);
    command
}

/// The folder in the target folder that belongs to the audit.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("audit")
}
