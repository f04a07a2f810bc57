//! `cargo xtask alone`: the programs as users install them, where nothing of the repository is.

mod install;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use self::install::Way;
use crate::{
    module,
    terminal::{run as run_program, say, step},
    workspace::{Workspace, remove_folder},
};

/// The last day of the sample data, and the day after.
const DAYS: [&str; 2] = ["2026-11-21", "2026-11-22"];

/// Install `site-gen --features embedded` by `cargo install --path` and `--git`, and make a site with it alone.
///
/// Each program runs in an empty folder with a configuration and a store, once by itself and once with the
/// module that `cargo xtask` builds; both sites must have the same bytes, and their pages the explorer. The
/// second way installs what is committed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Try only this way.
    #[arg(long, value_enum)]
    way: Option<Way>,
}

impl Args {
    /// Every way.
    pub(crate) const ALL: Self = Self { way: None };
}

/// Installs and compares.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    step("find the wasm target", module::install_target)?;
    let collector = step("build collector", || build_collector(workspace))?;
    let explorer = step("build the module of the browser", || module::build(workspace))?;
    let folder = workspace.target.join("alone");
    for way in Way::ALL.into_iter().filter(|way| args.way.is_none_or(|wanted| wanted == *way)) {
        let what = format!("install site-gen by `cargo install --{way}`");
        let root = folder.join(way.to_string());
        remove_folder(&root)?;
        let program = step(&what, || install::site_gen(workspace, way, &root))?;
        step("make the same site with and without --explorer", || {
            let empty = tempfile::tempdir()?;
            make_sample(&collector, empty.path())?;
            make_site(&program, empty.path(), "site", None)?;
            make_site(&program, empty.path(), "site-explorer", Some(&explorer))?;
            let pages = check_site(&empty.path().join("site"))?;
            let [site, other] = ["site", "site-explorer"].map(|name| empty.path().join(name));
            compare(&files(&site)?, &files(&other)?)?;
            say(format_args!("{pages} pages of projects, each with the explorer"));
            Ok(())
        })?;
    }
    Ok(())
}

/// Builds the collector without optimization: it only makes the sample data.
fn build_collector(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    run_program(workspace.cargo().args(["build", "--quiet", "--package=collector"]))?;
    let program = workspace.target.join("debug").join("collector");
    Ok(program.with_extension(std::env::consts::EXE_EXTENSION))
}

/// A program in a folder, with nothing of the environment that could help it.
fn program(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    // Programs of Windows do not start without it.
    if let Some(root) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command
}

/// Makes `config.yaml` and the store in a folder that is empty.
pub(crate) fn make_sample(collector: &Path, folder: &Path) -> anyhow::Result<()> {
    ended_well(program(collector, folder).args(["sample", "--last-day", DAYS[0], "--output", "."]))
}

/// Makes a site from what [`make_sample`] made. Fails if the program has anything to note.
pub(crate) fn make_site(
    site_gen: &Path,
    folder: &Path,
    output: &str,
    explorer: Option<&Path>,
) -> anyhow::Result<()> {
    let mut command = program(site_gen, folder);
    command.args(["--quiet", "--today", DAYS[1], "--output", output]);
    if let Some(explorer) = explorer {
        command.arg("--explorer").arg(explorer);
    }
    ended_well(&mut command)
}

fn ended_well(command: &mut Command) -> anyhow::Result<()> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().with_context(|| format!("cannot run `{}`", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("note: ") {
        bail!("`{}` ended with {}: {}", program.display(), output.status, said.trim());
    }
    Ok(())
}

/// Fails unless the site is whole: it has both modules of the browser, and every page of a project and the
/// comparison load theirs. Returns the number of the pages of projects.
pub(crate) fn check_site(site: &Path) -> anyhow::Result<usize> {
    let files = files(site)?;
    let explorer = module_of(&files, "web_bg")?;
    let comparer = module_of(&files, "web_compare_bg")?;
    let mut pages = 0;
    for (path, page) in &files {
        if path.starts_with("projects/") && path.ends_with("/index.html") {
            pages += 1;
            loads(path, page, explorer)?;
        }
    }
    for (path, module) in [("index.html", ""), ("compare/index.html", comparer)] {
        let Some(page) = files.get(path) else { bail!("the site has no {path}") };
        loads(path, page, module)?;
    }
    Ok(pages)
}

/// The path of a module of the browser, which has the hash of its content in its name.
fn module_of<'a>(files: &'a BTreeMap<String, Vec<u8>>, name: &str) -> anyhow::Result<&'a str> {
    let module = files.iter().find(|(path, _)| {
        let rest = path.strip_prefix("assets/").and_then(|path| path.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".wasm"))
    });
    let Some((path, bytes)) = module else { bail!("the site has no module `{name}`") };
    if !bytes.starts_with(b"\0asm") {
        bail!("`{path}` is not WebAssembly");
    }
    Ok(path)
}

fn loads(path: &str, page: &[u8], module: &str) -> anyhow::Result<()> {
    if !String::from_utf8_lossy(page).contains(module) {
        bail!("`{path}` does not load `{module}`");
    }
    Ok(())
}

/// All files below a folder but what a run keeps for the next one, which has times. Names have `/`.
fn files(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, before)) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().context("a name is not UTF-8")?;
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{before}{name}/")));
            } else if !name.starts_with(".site-gen") {
                files.insert(format!("{before}{name}"), fs::read(entry.path())?);
            }
        }
    }
    Ok(files)
}

/// Fails with the first path at which two sites differ.
fn compare(
    one: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<()> {
    let all = one.keys().chain(other.keys());
    match all.into_iter().find(|path| one.get(*path) != other.get(*path)) {
        Some(path) => bail!("`{path}` differs between the two sites"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a site with these files.
    fn said(files: &[(&str, &str)]) -> Result<usize, String> {
        let site = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = site.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        check_site(site.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_site_is_whole_if_its_pages_load_the_modules() {
        let wasm = ("assets/web_bg.01.wasm", "\0asm");
        let comparer = ("assets/web_compare_bg.02.wasm", "\0asm");
        let page = ("projects/a/index.html", "<div data-wasm=\"../../assets/web_bg.01.wasm\">");
        let compare =
            ("compare/index.html", "<div data-wasm=\"../assets/web_compare_bg.02.wasm\">");
        let index = ("index.html", "");
        assert_eq!(said(&[wasm, comparer, page, compare, index]), Ok(1));
        let error = |files: &[_]| said(files).unwrap_err();
        assert_eq!(error(&[comparer, page, index]), "the site has no module `web_bg`");
        assert_eq!(error(&[wasm, page, index]), "the site has no module `web_compare_bg`");
        assert_eq!(error(&[wasm, comparer, page, compare]), "the site has no index.html");
        assert_eq!(error(&[wasm, comparer, page, index]), "the site has no compare/index.html");
        let still = ("projects/a/index.html", "");
        let lacks = "`projects/a/index.html` does not load `assets/web_bg.01.wasm`";
        assert_eq!(error(&[wasm, comparer, still, compare, index]), lacks);
        let still = ("compare/index.html", "assets/web_bg.01.wasm");
        let lacks = "`compare/index.html` does not load `assets/web_compare_bg.02.wasm`";
        assert_eq!(error(&[wasm, comparer, page, still, index]), lacks);
        let text = ("assets/web_bg.01.wasm", "<html>");
        assert_eq!(error(&[text]), "`assets/web_bg.01.wasm` is not WebAssembly");
    }

    #[test]
    fn a_file_that_only_one_site_has_is_a_difference() {
        let one = BTreeMap::from([("a".to_owned(), vec![1])]);
        compare(&one, &one.clone()).unwrap();
        for other in [BTreeMap::new(), BTreeMap::from([("a".to_owned(), vec![2])])] {
            let error = compare(&one, &other).unwrap_err().to_string();
            assert_eq!(error, "`a` differs between the two sites");
            assert!(compare(&other, &one).is_err());
        }
    }
}
