//! `cargo xtask tidy`: rules of this project that neither compiler nor linter knows.

mod markdown;
mod parts;
mod workflow;

use std::{fmt, path::Path, process::Command};

use anyhow::{Context, bail};

use crate::{terminal, workspace::Workspace};

/// A file longer than this wants to be two. Tests and tables may be as long as they need.
const MOST_LINES: usize = 600;

/// Folders of single machines, which have no business in the repository. Spelled in two parts, since
/// this file is checked too.
const MACHINE_FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Where the packages of `Cargo.lock` may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A rule that a file breaks.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    path: String,
    /// Counted from 1.
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Checks every file that git tracks.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let files = tracked_files(&workspace.root)?;
    let mut problems = Vec::new();
    let mut checked = 0;
    for path in &files {
        let file = workspace.root.join(path);
        // A file that is gone from the folder but not from git, or that is no text.
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        checked += 1;
        let exists = |target: &Path| workspace.root.join(target).exists();
        problems.extend(check(path, &text, &exists).into_iter().map(|(line, what)| Problem {
            path: path.clone(),
            line,
            what,
        }));
    }
    for problem in &problems {
        terminal::say(problem);
    }
    match problems.len() {
        0 => {
            terminal::say(format_args!("{checked} files are tidy"));
            Ok(())
        }
        1 => bail!("one thing is untidy, see above"),
        many => bail!("{many} things are untidy, see above"),
    }
}

fn tracked_files(root: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .context("cannot run git, which knows the files to check")?;
    if !output.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let list = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
    Ok(list.split_terminator('\0').map(str::to_owned).collect())
}

/// All problems of one file, with their lines. `exists` knows the files of the repository.
fn check(path: &str, text: &str, exists: &dyn Fn(&Path) -> bool) -> Vec<(usize, String)> {
    let mut problems = machine_folders(text);
    if path.ends_with(".rs") {
        problems.extend(rust(path, text));
    } else if path.ends_with(".md") {
        problems.extend(markdown::dead_links(Path::new(path), text, exists));
    } else if path.ends_with("Cargo.lock") {
        problems.extend(registries(text));
    } else if path.starts_with("templates/parts/") {
        problems.extend(parts::problems(text));
    } else if is_workflow(path) {
        problems.extend(workflow::problems(text));
    }
    problems
}

/// Whether a file is a workflow, or an action, in whatever folder.
fn is_workflow(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    matches!(name, "action.yml" | "action.yaml") || (path.starts_with(".github/") && is_yaml)
}

/// The lines of a text with their numbers, counted from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

fn machine_folders(text: &str) -> Vec<(usize, String)> {
    let folder = |line: &str| MACHINE_FOLDERS.into_iter().find(|folder| line.contains(folder));
    numbered(text)
        .filter_map(|(number, line)| {
            folder(line).map(|folder| (number, format!("`{folder}` is a folder of one machine")))
        })
        .collect()
}

fn rust(path: &str, text: &str) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    if !text.starts_with("//! ") {
        problems.push((1, "the file does not begin with a `//!` line that says what it is".into()));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES && !may_be_long(path) {
        problems.push((lines, format!("the file has {lines} lines, more than {MOST_LINES}")));
    }
    for (number, line) in numbered(text) {
        let line = line.trim_start();
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            problems.push((number, "use `#[expect(lint, reason = \"...\")]`".into()));
        }
    }
    problems
}

fn may_be_long(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "tables" | "tables.rs"))
}

fn registries(text: &str) -> Vec<(usize, String)> {
    numbered(text)
        .filter(|(_, line)| line.starts_with("source = ") && !line.contains(REGISTRY))
        .map(|(number, line)| (number, format!("{line} is not crates.io")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a file in a repository that has `README.md` and `docs/a.md`.
    fn problems(path: &str, text: &str) -> Vec<(usize, String)> {
        let exists = |path: &Path| matches!(path.to_str(), Some("README.md" | "docs/a.md"));
        check(path, text, &exists)
    }

    #[test]
    fn a_rust_file_says_what_it_is() {
        assert_eq!(problems("a.rs", "//! A.\n"), []);
        assert_eq!(problems("a.rs", "use b;\n").len(), 1);
        assert_eq!(problems("a.rs", "").len(), 1);
    }

    #[test]
    fn only_tests_and_tables_are_long() {
        let text = format!("//! Long.\n{}", "//\n".repeat(MOST_LINES));
        assert_eq!(problems("src/a.rs", &text)[0].0, 601);
        for path in ["src/tests.rs", "tests/a.rs", "src/a/tables.rs"] {
            assert_eq!(problems(path, &text), [], "{path}");
        }
    }

    #[test]
    fn lints_are_expected_and_not_allowed() {
        let allow = "//! A.\n    #[allow(dead_code)]\n";
        assert_eq!(problems("a.rs", allow)[0].0, 2);
        assert_eq!(problems("a.rs", "//! A.\n#[expect(dead_code, reason = \"b\")]\n"), []);
    }

    #[test]
    fn actions_are_checked_like_workflows() {
        let script = "      run: echo ${{ inputs.a }}\n";
        for path in ["action.yml", "tools/action.yaml", ".github/workflows/a.yaml"] {
            assert_eq!(problems(path, script).len(), 1, "{path}");
        }
        assert_eq!(problems("config.yaml", script), []);
    }

    #[test]
    fn no_machine_shines_through() {
        let text = format!("a\nb {}shared\n", MACHINE_FOLDERS[0]);
        assert_eq!(problems("notes.txt", &text)[0].0, 2);
        let lock = "source = \"registry+https://mirror.example/index\"\n";
        assert_eq!(problems("Cargo.lock", lock).len(), 1);
        assert_eq!(problems("Cargo.lock", &format!("source = \"{REGISTRY}\"\n")), []);
    }
}
