//! A remote, clones of it, and stores in them. Nobody's own configuration of git counts.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// How the program ended, and what it wrote.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The folder with everything.
pub(crate) struct World {
    pub(crate) home: TempDir,
}

/// A clone of the remote with a store in its folder `data`.
pub(crate) struct Clone {
    pub(crate) folder: PathBuf,
}

/// Shields a command from whoever runs the tests, and from the place where they are run.
pub(crate) fn shield(command: &mut Command, home: &Path) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("EMAIL");
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { home: tempfile::tempdir().unwrap() };
        world.git(
            world.path(),
            &["init", "--quiet", "--bare", "--initial-branch=main", "remote.git"],
        );
        // So that clones have something checked out.
        let first = world.clone_as("first");
        fs::write(first.folder.join("README.md"), "code\n").unwrap();
        first.git(&["add", "README.md"]);
        first.git(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "--quiet",
            "-m",
            "code",
        ]);
        // Two commits, so that a shallow clone is one.
        fs::write(first.folder.join("README.md"), "more code\n").unwrap();
        first.git(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "--quiet",
            "-am",
            "more",
        ]);
        first.git(&["push", "--quiet", "origin", "HEAD:main"]);
        world
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn remote(&self) -> PathBuf {
        self.path().join("remote.git")
    }

    pub(crate) fn clone_as(&self, name: &str) -> Clone {
        self.clone_with(name, &[])
    }

    pub(crate) fn clone_with(&self, name: &str, args: &[&str]) -> Clone {
        let remote = format!("file://{}", self.remote().display());
        let args = [&["clone", "--quiet"], args, &[remote.as_str(), name]].concat();
        self.git(self.path(), &args);
        Clone { folder: self.path().join(name) }
    }

    /// What git answers in a folder.
    pub(crate) fn git(&self, folder: &Path, args: &[&str]) -> String {
        git(folder, args)
    }

    /// What git answers of the remote.
    pub(crate) fn in_remote(&self, args: &[&str]) -> String {
        git(&self.remote(), args)
    }

    /// The newest commit of the branch of the remote.
    pub(crate) fn tip(&self) -> String {
        self.in_remote(&["rev-parse", "refs/heads/data"])
    }

    pub(crate) fn commits(&self) -> usize {
        self.in_remote(&["rev-list", "refs/heads/data"]).lines().count()
    }

    /// The files of the branch.
    pub(crate) fn branch_files(&self) -> BTreeMap<String, String> {
        let names = self.in_remote(&["ls-tree", "-r", "--name-only", "refs/heads/data"]);
        let content = |name: &str| self.in_remote(&["cat-file", "blob", &format!("data:{name}")]);
        names.lines().map(|name| (name.to_owned(), content(name))).collect()
    }

    /// A hook of the remote.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        hook(&self.remote().join("hooks"), name, script);
    }
}

pub(crate) fn hook(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    shield(command.args(args).current_dir(folder), folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

impl Clone {
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.folder, args)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
        shield(command.args(args).current_dir(&self.folder).env("COLUMNS", "100"), &self.folder);
        command
    }

    pub(crate) fn collector(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).output().unwrap())
    }

    pub(crate) fn pull(&self) -> Ended {
        self.collector(&["branch", "pull", "--store", "data"])
    }

    pub(crate) fn push(&self) -> Ended {
        self.collector(&["branch", "push", "--store", "data"])
    }

    /// Pulls, which must go well.
    pub(crate) fn pulled(&self) -> String {
        let ended = self.pull();
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
        ended.out
    }

    /// Pushes, which must go well.
    pub(crate) fn pushed(&self) -> String {
        let ended = self.push();
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
        ended.out
    }

    /// One download of a project on a day.
    pub(crate) fn import(&self, project: &str, day: &str) {
        let text = format!(
            "{}\n{day} 10:00:00,US,{project},1.0,sdist,pip,CPython,3.12.1,,,Linux,,,\n",
            downloads::EVENT_COLUMNS.join(",")
        );
        let file = self.folder.parent().unwrap().join("events.csv");
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let ended = self.collector(&["import", "--store", "data", "--quiet", file]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    /// All files below the folder of the store, with their text.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.store()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.store()).unwrap().display().to_string();
                if path.is_dir() {
                    folders.push(path);
                } else if !name.ends_with(".lock") {
                    files.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }
}
