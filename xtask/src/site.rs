//! `cargo xtask site`: from nothing to a site that can be looked at.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::bail;
use downloads::Day;

use crate::{
    module,
    server::{BasePath, StaticServer},
    terminal::{self, is_watched, say, step},
    workspace::{Workspace, remove_folder},
};

/// The last day of the sample data in tests and benchmarks, which need the same bytes every day.
const SAMPLE_LAST_DAY: Day = match Day::from_ymd_opt(2026, 11, 21) {
    Some(day) => day,
    None => panic!("a day that is not in the calendar"),
};

/// Build the site and serve it on this machine: `cargo xtask site`, then open the address.
///
/// Builds the programs and the module of the browser, makes sample data, renders the site, and
/// serves it until Ctrl-C. With --data it renders a store of your own instead of the sample, as
/// `collector import FILE --store DIR` makes it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stop after rendering instead of serving the site.
    #[arg(long)]
    no_serve: bool,

    /// Render this store instead of sample data.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The configuration that goes with --data.
    #[arg(long, value_name = "FILE", default_value = "config.yaml", requires = "data")]
    config: PathBuf,

    /// Where the site is written to.
    #[arg(long, value_name = "DIR", default_value = "site")]
    output: PathBuf,

    /// Serve on this port; without it 8000 if that is free, any free one otherwise.
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Serve the site below this path, as a host for projects does.
    #[arg(long, value_name = "PATH", default_value = "/")]
    base_path: BasePath,
}

/// Serve a folder on this machine as a host of static pages would.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The folder with the site.
    folder: PathBuf,

    /// The port; without it 8000 if that is free, any free one otherwise.
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Serve the folder below this path.
    #[arg(long, value_name = "PATH", default_value = "/")]
    base_path: BasePath,
}

/// Builds, renders and, unless told otherwise, serves.
pub(crate) fn run(workspace: &Workspace, args: Args) -> anyhow::Result<()> {
    step("find the wasm target", module::install_target)?;
    step("build collector and site-gen", || build_programs(workspace))?;
    let explorer = step("build the module of the browser", || module::build(workspace))?;
    match &args.data {
        Some(store) => step("render the site", || {
            render(workspace, &args.config, store, &args.output, &explorer, None)
        })?,
        None => {
            let sample = workspace.target.join("sample-of-today");
            // As if it were collected today: old data would be marked as such.
            let yesterday = chrono::Utc::now().date_naive() - chrono::Days::new(1);
            step("make the sample data", || make_sample_to(workspace, &sample, yesterday))?;
            step("render the site", || {
                let (config, store) = (sample.join("config.yaml"), sample.join("data"));
                render(workspace, &config, &store, &args.output, &explorer, None)
            })?;
        }
    }
    if args.no_serve {
        say(format_args!("The site is in {}", workspace.show(&args.output)));
        return Ok(());
    }
    serve(&ServeArgs { folder: args.output, port: args.port, base_path: args.base_path })
}

/// Serves until Ctrl-C.
pub(crate) fn serve(args: &ServeArgs) -> anyhow::Result<()> {
    let server = StaticServer::start(&args.folder, args.port, args.base_path.clone())?;
    say(format_args!("Serving {} on {} (Ctrl-C to stop)", args.folder.display(), server.url()));
    server.serve_forever();
    Ok(())
}

/// Builds the two programs with the release profile.
pub(crate) fn build_programs(workspace: &Workspace) -> anyhow::Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package=collector", "--package=site-gen"]);
    if !is_watched() {
        cargo.arg("--quiet");
    }
    terminal::run(&mut cargo)
}

/// Makes the sample data in `folder`, `config.yaml` and the store `data`, the same on every day.
pub(crate) fn make_sample(workspace: &Workspace, folder: &Path) -> anyhow::Result<()> {
    make_sample_to(workspace, folder, SAMPLE_LAST_DAY)
}

fn make_sample_to(workspace: &Workspace, folder: &Path, last: Day) -> anyhow::Result<()> {
    remove_folder(folder)?;
    terminal::run(
        Command::new(workspace.release_program("collector"))
            .args(["sample", "--last-day", &last.to_string(), "--output"])
            .arg(folder),
    )
}

/// Imports a file of downloads into a store.
pub(crate) fn import(workspace: &Workspace, file: &Path, store: &Path) -> anyhow::Result<()> {
    let mut collector = Command::new(workspace.release_program("collector"));
    terminal::run(collector.arg("import").arg(file).arg("--store").arg(store))
}

/// Renders the site of the sample data as of the day after its last one, so that it is never late.
pub(crate) fn render_sample(
    workspace: &Workspace,
    sample: &Path,
    output: &Path,
    explorer: &Path,
) -> anyhow::Result<()> {
    let (config, store) = (sample.join("config.yaml"), sample.join("data"));
    let today = (SAMPLE_LAST_DAY + chrono::Days::new(1)).to_string();
    render(workspace, &config, &store, output, explorer, Some(&today))
}

/// Renders a site. `today` is the day it is as of; `None` is today.
pub(crate) fn render(
    workspace: &Workspace,
    config: &Path,
    store: &Path,
    output: &Path,
    explorer: &Path,
    today: Option<&str>,
) -> anyhow::Result<()> {
    let mut site_gen = Command::new(workspace.release_program("site-gen"));
    site_gen.arg("--quiet").arg("--config").arg(config).arg("--store").arg(store);
    site_gen.arg("--output").arg(output).arg("--explorer").arg(explorer);
    if let Some(today) = today {
        site_gen.args(["--today", today]);
    }
    terminal::run(&mut site_gen)
}

/// Takes pictures of the site's main pages with the browser.
pub(crate) fn shots(workspace: &Workspace, site: &Path, pictures: &Path) -> anyhow::Result<()> {
    if !site.join("index.html").is_file() {
        bail!("there is no site in `{}`; `cargo xtask site --no-serve` makes one", site.display());
    }
    let here = std::env::current_dir()?;
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--package=browser-tests", "--bin=shots", "--"]);
    terminal::run(cargo.arg(here.join(site)).arg(here.join(pictures)))
}
