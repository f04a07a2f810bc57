//! Names, folders, branches and remotes as nobody should have them.

use std::{fs, os::unix::fs::symlink};

use crate::world::{Clone, World, shield};

fn begun() -> (World, Clone) {
    let world = World::new();
    let clone = world.clone_as("one");
    clone.import("sdv", "2024-01-01");
    clone.pushed();
    (world, clone)
}

#[test]
fn names_cannot_be_options_paths_or_addresses() {
    let (world, one) = begun();
    let refs = world.in_remote(&["for-each-ref"]);
    for name in [
        "--upload-pack=touch x",
        "-d",
        "../x",
        "a/../../x",
        "a b",
        "a\nb",
        "",
        "HEAD",
        "refs/heads/main",
        "main:data",
        "+main",
        "*",
        "$(touch x)",
        "ext::sh -c touch% x",
    ] {
        for flag in ["branch", "remote"] {
            for command in ["pull", "push"] {
                let ended =
                    one.collector(&["branch", command, "-o", "data", &format!("--{flag}={name}")]);
                assert_eq!(ended.code, 2, "{flag} {name:?}: {ended:?}");
                assert!(ended.err.contains(&format!("is not the name of a {flag}")), "{ended:?}");
            }
        }
    }
    assert!(!one.folder.join("x").exists());
    assert_eq!(world.in_remote(&["for-each-ref"]), refs);
}

#[test]
fn a_remote_must_be_set_up_and_be_there() {
    let (world, one) = begun();
    let ended = one.collector(&["branch", "pull", "-o", "data", "--remote", "upstream"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: there is no remote `upstream` in this repository; `git remote -v` lists those there are");
    fs::rename(world.remote(), world.path().join("gone.git")).unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1);
    let start = "error: cannot ask `origin` for its branch `data`: `git ls-remote` failed: ";
    assert!(ended.err.starts_with(start), "{ended:?}");
    // A password in an address is not shown.
    one.git(&["remote", "set-url", "origin", "http://me:s3cret@127.0.0.1:1/a.git"]);
    let mut command = one.command(&["branch", "pull", "-o", "data"]);
    command.env("no_proxy", "127.0.0.1").env("NO_PROXY", "127.0.0.1");
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && err.starts_with(start), "{err}");
    assert!(!err.contains("s3cret"), "{err}");
    // An address that is a command is not run.
    one.git(&["remote", "set-url", "origin", "ext::sh -c touch% hacked"]);
    let ended = one.pull();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(!one.folder.join("hacked").exists());
}

#[test]
fn without_git_or_a_repository_it_says_what_is_missing() {
    let (_world, one) = begun();
    let empty = tempfile::tempdir().unwrap();
    let output =
        one.command(&["branch", "push", "-o", "data"]).env("PATH", empty.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    let missing =
        "error: cannot run `git`, which keeps the branch; install it, or add it to PATH: ";
    assert!(err.starts_with(missing), "{err}");
    let nowhere = Clone { folder: empty.path().into() };
    let mut command = nowhere.command(&["branch", "pull", "-o", "data"]);
    let output = command.env("GIT_CEILING_DIRECTORIES", "/").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.starts_with("error: the current folder is in no git repository that can be used: "),
        "{err}"
    );
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn only_files_of_the_store_travel() {
    let (world, one) = begun();
    // Something else in the branch stays in it.
    let other = world.clone_as("other");
    other.git(&["checkout", "--quiet", "data"]);
    fs::write(other.folder.join("README.md"), "what this is\n").unwrap();
    fs::create_dir(other.folder.join("bin")).unwrap();
    fs::write(other.folder.join("bin/-run \u{e9}"), "x\n").unwrap();
    fs::write(other.folder.join("pypi/notes.txt"), "x\n").unwrap();
    fs::write(other.folder.join(".gitattributes"), "* text=auto eol=crlf\n").unwrap();
    symlink("/etc/passwd", other.folder.join("link")).unwrap();
    other.git(&["add", "--all"]);
    other.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "more"]);
    other.git(&["push", "--quiet", "origin", "data"]);
    let files = one.files();
    one.pulled();
    assert_eq!(one.files(), files);
    // Something else in the folder stays there.
    let foreign =
        ["notes.txt", ".gitattributes", ".gitignore", "pypi/notes.txt", "pypi/sdv/2024-01.csv.bak"];
    for name in foreign {
        fs::write(one.store().join(name), "*\n").unwrap();
    }
    fs::create_dir(one.store().join(".git")).unwrap();
    fs::create_dir(one.store().join("other")).unwrap();
    fs::write(one.store().join("other/2024-01.csv"), "x\n").unwrap();
    one.import("sdv", "2024-01-02");
    one.pushed();
    let names =
        world.in_remote(&["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "data"]);
    insta::assert_snapshot!(names, @r"
        .gitattributes
        README.md
        bin/-run é
        link
        pypi/coverage.csv
        pypi/manifest.csv
        pypi/notes.txt
        pypi/sdv/2024-01.csv
        ");
    assert_eq!(world.in_remote(&["cat-file", "blob", "data:pypi/notes.txt"]), "x");
    one.pulled();
    for name in foreign {
        assert_eq!(fs::read_to_string(one.store().join(name)).unwrap(), "*\n", "{name}");
    }
}

#[test]
fn a_damaged_store_is_not_pushed() {
    let (world, one) = begun();
    let tip = world.tip();
    one.import("rdt", "2024-01-01");
    let month = one.store().join("pypi/rdt/2024-01.csv");
    let text = fs::read_to_string(&month).unwrap();
    fs::write(&month, text.replace("1.0", "1.1")).unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @r"
        error: the store is damaged, so nothing was pushed:
          `data/pypi/rdt/2024-01.csv` was altered: its SHA-256 is not the one in the manifest
        ");
    fs::remove_file(&month).unwrap();
    let manifest = one.store().join("pypi/coverage.csv");
    fs::write(manifest, "x").unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("rdt/2024-01.csv` is missing") && ended.err.contains("coverage.csv"),
        "{ended:?}"
    );
    // A file of a project that nobody listed.
    fs::remove_dir_all(one.store()).unwrap();
    one.pulled();
    fs::create_dir(one.store().join("pypi/Not A Name")).unwrap();
    fs::write(one.store().join("pypi/Not A Name/2024-01.csv"), "x").unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.err.contains("Not A Name/2024-01.csv` is not listed in the manifest"),
        "{ended:?}"
    );
    assert_eq!(world.tip(), tip);
}

/// Somebody commits to the branch what is no good store.
fn spoil(world: &World, change: impl FnOnce(&Clone)) {
    let other = world.clone_as("spoiler");
    other.git(&["checkout", "--quiet", "data"]);
    change(&other);
    other.git(&["add", "--all"]);
    other.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "spoil"]);
    other.git(&["push", "--quiet", "origin", "data"]);
}

#[test]
fn a_damaged_branch_is_not_pulled() {
    let (world, one) = begun();
    let files = one.files();
    spoil(&world, |other| {
        let month = other.folder.join("pypi/sdv/2024-01.csv");
        let text = fs::read_to_string(&month).unwrap();
        fs::write(month, text.replace("US", "DE")).unwrap();
    });
    let ended = one.pull();
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.starts_with(
            "error: what `data` of `origin` holds is damaged, so nothing was pulled:\n  `"
        ) && ended.err.contains("\n  `pypi/sdv/2024-01.csv` was altered"),
        "{ended:?}"
    );
    assert_eq!(one.files(), files);
    let two = world.clone_as("two");
    assert_eq!(two.pull().code, 1);
    assert!(!two.store().exists());
    // What was refused is not taken for pulled.
    one.import("sdv", "2024-01-02");
    assert_eq!(one.push().code, 5);
}

#[test]
fn links_in_a_branch_are_no_files() {
    let (world, one) = begun();
    let files = one.files();
    spoil(&world, |other| {
        let month = other.folder.join("pypi/sdv/2024-01.csv");
        fs::remove_file(&month).unwrap();
        symlink("/etc/passwd", month).unwrap();
    });
    let ended = one.pull();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `pypi/sdv/2024-01.csv` is not a plain file in the branch, so it is no file of a store");
    assert_eq!(one.files(), files);
}

#[test]
fn a_branch_of_something_else_is_not_taken_for_a_store() {
    let (world, one) = begun();
    let main = world.in_remote(&["rev-parse", "main"]);
    let ended = one.collector(&["branch", "pull", "-o", "data", "--branch", "main"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `main` of `origin` holds no store, so nothing was pulled; name another branch with --branch, or a new one, which `collector branch push` makes");
    let ended = one.collector(&["branch", "push", "-o", "data", "--branch", "main"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(world.in_remote(&["rev-parse", "main"]), main);
    // A branch whose name ends like the one that is meant is another one.
    world.in_remote(&["update-ref", "refs/heads/x/refs/heads/new", &main]);
    world.in_remote(&["update-ref", "refs/heads/x/new", &main]);
    let ended = one.collector(&["branch", "push", "-o", "data", "--branch", "new"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_remote_that_refuses_is_quoted() {
    let (world, one) = begun();
    let tip = world.tip();
    world.hook("pre-receive", "echo 'not on a Sunday' >&2; exit 1");
    one.import("sdv", "2024-01-02");
    let ended = one.push();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.err.starts_with("error: cannot push to `data` of `origin`: `git push` failed: "),
        "{ended:?}"
    );
    assert!(ended.err.contains("not on a Sunday"), "{ended:?}");
    assert_eq!(world.tip(), tip);
    fs::remove_file(world.remote().join("hooks/pre-receive")).unwrap();
    one.pushed();
    assert_eq!(world.commits(), 2);
}

#[test]
fn a_store_that_is_held_is_left_alone() {
    let (_world, one) = begun();
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let writer = store::Writer::open(&one.store(), "another one", now).unwrap();
    for ended in [one.pull(), one.push()] {
        assert_eq!(ended.code, 5, "{ended:?}");
        assert!(ended.err.contains("the store is held by `another one`"), "{ended:?}");
    }
    drop(writer);
    one.pulled();
}

#[test]
fn variables_that_lead_git_astray_do_not() {
    let (world, one) = begun();
    one.import("sdv", "2024-01-02");
    let mut command = one.command(&["branch", "push", "-o", "data"]);
    shield(&mut command, &one.folder);
    command.env("GIT_INDEX_FILE", one.folder.join("wrong")).env("GIT_WORK_TREE", "/nowhere");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!one.folder.join("wrong").exists());
    assert_eq!(world.commits(), 2);
}
