//! Days on which all goes well, and on which somebody else was there first.

use std::{fs, process::Stdio};

use crate::world::{World, hook};

/// A world with a branch of one day, and the clone that pushed it.
fn begun() -> (World, crate::world::Clone) {
    let world = World::new();
    let clone = world.clone_as("one");
    clone.pulled();
    clone.import("sdv", "2024-01-01");
    clone.pushed();
    (world, clone)
}

#[test]
fn a_first_day_makes_the_branch_and_a_second_run_changes_nothing() {
    let world = World::new();
    let clone = world.clone_as("one");
    let out = clone.pulled();
    insta::assert_snapshot!(out, @"there is no branch `data` at `origin` yet: `data` is empty; `collector branch push` makes the branch");
    assert!(clone.files().is_empty() && clone.store().is_dir());
    insta::assert_snapshot!(clone.pushed(), @"nothing to push: the store in `data` is empty");

    clone.import("sdv", "2024-01-01");
    let out = clone.pushed();
    let tip = world.tip();
    assert_eq!(
        out,
        format!(
            "pushed 3 files to `data` of `origin` as {}; 1 project, until 2024-01-01\n",
            &tip[..10]
        )
    );
    assert_eq!(trimmed(clone.files()), world.branch_files());
    assert_eq!(
        world.branch_files().keys().collect::<Vec<_>>(),
        ["pypi/coverage.csv", "pypi/manifest.csv", "pypi/sdv/2024-01.csv"]
    );
    let again = clone.pushed();
    assert_eq!(
        again,
        format!("nothing to push: the store is `data` of `origin` at {}\n", &tip[..10])
    );
    assert_eq!((world.tip(), world.commits()), (tip, 1));
}

/// As git prints a file.
fn trimmed(
    files: std::collections::BTreeMap<String, String>,
) -> std::collections::BTreeMap<String, String> {
    files.into_iter().map(|(name, text)| (name, text.trim_end().to_owned())).collect()
}

#[test]
fn a_machine_that_knows_nothing_goes_on_where_the_last_one_ended() {
    let (world, one) = begun();
    let two = world.clone_with("two", &["--depth=1"]);
    let out = two.pulled();
    let tip = world.tip();
    assert_eq!(
        out,
        format!(
            "`data` is now `data` of `origin` at {}: 3 files; 1 project, until 2024-01-01\n",
            &tip[..10]
        )
    );
    assert_eq!(two.files(), one.files());
    two.import("sdv", "2024-02-01");
    two.pushed();
    assert_eq!(world.commits(), 2);
    let changed = world.in_remote(&["diff", "--name-only", "data~", "data"]);
    assert_eq!(
        changed.lines().collect::<Vec<_>>(),
        ["pypi/coverage.csv", "pypi/manifest.csv", "pypi/sdv/2024-02.csv"]
    );
    // The first one has nothing that would be lost.
    let out = one.pulled();
    assert!(out.starts_with("`data` is now `data` of `origin` at "), "{out}");
    assert_eq!(one.files(), two.files());
    let out = one.pulled();
    assert!(out.starts_with("`data` is up to date with `data` of `origin` at "), "{out}");
    // Deep into the history of a shallow clone nobody looked.
    assert_eq!(two.git(&["rev-parse", "--is-shallow-repository"]), "true");
}

#[test]
fn what_is_checked_out_stays_as_it_is() {
    let (_world, clone) = begun();
    let look = || {
        let index = fs::read(clone.folder.join(".git/index")).unwrap();
        (
            index,
            clone.git(&["rev-parse", "HEAD"]),
            clone.git(&["--no-optional-locks", "status", "--porcelain"]),
        )
    };
    fs::write(clone.folder.join("README.md"), "half done\n").unwrap();
    fs::write(clone.folder.join("new.txt"), "new\n").unwrap();
    clone.git(&["add", "new.txt"]);
    let before = look();
    clone.import("sdv", "2024-01-02");
    clone.pushed();
    clone.pulled();
    assert_eq!(look(), before);
    assert!(!clone.folder.join(".git/FETCH_HEAD").exists());
    assert_eq!(clone.git(&["branch", "--format=%(refname:short)"]), "main");
    // Nothing is left lying about.
    let left = fs::read_dir(clone.folder.join(".git")).unwrap();
    let left = left.filter(|it| {
        it.as_ref().unwrap().file_name().to_string_lossy().starts_with("download-analytics")
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn who_was_there_first_is_not_overwritten() {
    let (world, one) = begun();
    let two = world.clone_as("two");
    two.pulled();
    one.import("sdv", "2024-01-02");
    one.pushed();
    let tip = world.tip();
    two.import("rdt", "2024-01-03");
    let mine = two.files();
    let ended = two.push();
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(
        ended.err.starts_with("error: `data` of `origin` has moved since it was pulled (")
            && ended.err.contains(&format!("{} now)", &tip[..10]))
            && ended
                .err
                .contains("move `data` away, pull with `collector branch pull`, and run again"),
        "{ended:?}"
    );
    assert_eq!(world.tip(), tip);
    // What would be lost is not overwritten here either.
    let ended = two.pull();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("holds something else than what was pulled last ("), "{ended:?}");
    assert_eq!(two.files(), mine);
    // The way that both messages tell.
    fs::rename(two.store(), two.folder.join("away")).unwrap();
    two.pulled();
    two.import("rdt", "2024-01-03");
    two.pushed();
    assert_eq!(world.commits(), 3);
}

#[test]
fn a_branch_that_comes_between_the_look_and_the_push_is_not_overwritten() {
    let (world, one) = begun();
    let two = world.clone_as("two");
    two.pulled();
    two.import("rdt", "2024-01-03");
    two.pushed();
    let other = world.tip();
    // The remote says what it was before; only the push finds out.
    let first = world.in_remote(&["rev-parse", "data~"]);
    world.in_remote(&["update-ref", "refs/heads/data", &first]);
    // Hooks may not change refs while objects are in quarantine, unless they are told to.
    world.hook(
        "pre-receive",
        &format!("unset GIT_QUARANTINE_PATH; git update-ref refs/heads/data {other}"),
    );
    one.import("sdv", "2024-01-02");
    let ended = one.push();
    assert_eq!(ended.code, 5, "{ended:?}");
    assert_eq!(world.tip(), other);
}

#[test]
fn a_branch_that_was_never_pulled_is_not_pushed_over() {
    let (world, _one) = begun();
    let tip = world.tip();
    let two = world.clone_as("two");
    two.import("rdt", "2024-01-01");
    let ended = two.push();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `data` of `origin` was never pulled into this repository, so nothing was pushed; move `data` away, and pull with `collector branch pull`");
    assert_eq!(world.tip(), tip);
    // Somebody else's store is not taken for it either.
    let ended = two.pull();
    assert_eq!(ended.code, 1, "{ended:?}");
    // Unless it is the same.
    fs::remove_dir_all(two.store()).unwrap();
    two.import("sdv", "2024-01-01");
    assert!(two.pulled().contains("is up to date with"));
}

#[test]
fn a_branch_that_was_deleted_can_be_made_anew() {
    let (world, one) = begun();
    let files = one.files();
    world.in_remote(&["update-ref", "-d", "refs/heads/data"]);
    one.import("sdv", "2024-01-02");
    let ended = one.push();
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(
        ended.err.contains("not there now") && ended.err.contains("keeps the folder"),
        "{ended:?}"
    );
    let out = one.pulled();
    assert!(out.contains("`data` stays as it is (1 project, until 2024-01-02)"), "{out}");
    assert_ne!(one.files(), files);
    one.pushed();
    assert_eq!(world.commits(), 1);
}

#[test]
fn an_empty_folder_does_not_empty_the_branch() {
    let (world, one) = begun();
    let tip = world.tip();
    fs::remove_dir_all(one.store()).unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: there is no store at `data`: the folder does not exist");
    fs::create_dir(one.store()).unwrap();
    let ended = one.push();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: the store in `data` is empty and `data` of `origin` is not, so nothing was pushed; pull with `collector branch pull`");
    assert_eq!(world.tip(), tip);
    one.pulled();
    assert_eq!(one.files().len(), 3);
}

#[test]
fn a_folder_that_was_emptied_and_filled_anew_is_not_pushed() {
    let (world, one) = begun();
    one.import("sdv", "2024-01-02");
    one.import("rdt", "2024-01-02");
    one.pushed();
    let tip = world.tip();
    fs::remove_dir_all(one.store()).unwrap();
    one.import("sdv", "2024-01-03");
    let ended = one.push();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `data` of `origin` has 3 days of projects, such as 2024-01-02 of `rdt`, and 0 jobs in its list of spending that `data` has not, so nothing was pushed; move the folder away, pull with `collector branch pull`, and collect again, or push with --accept-loss if they are to go");
    assert_eq!(world.tip(), tip);
    let ended = one.collector(&["branch", "push", "-o", "data", "--accept-loss"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(world.branch_files().keys().filter(|name| name.contains("/2024")).count(), 1);
    one.import("sdv", "2024-01-04");
    one.pushed();
}

#[test]
fn a_commit_says_what_and_who_and_when() {
    let (world, one) = begun();
    let show = |format: &str| {
        world.in_remote(&["show", "--no-patch", &format!("--format={format}"), "data"])
    };
    let nobody = "download-analytics <download-analytics@localhost>";
    assert_eq!(show("%an <%ae>%n%cn <%ce>"), format!("{nobody}\n{nobody}"));
    insta::assert_snapshot!(show("%B"), @r"
        data: 2024-01-01, 1 project

        Month files: 1 of 1 changed.
        ");
    one.git(&["config", "user.name", "Somebody"]);
    one.git(&["config", "user.email", "somebody@example.org"]);
    one.import("sdv", "2024-02-01");
    one.import("rdt", "2024-02-02");
    one.pushed();
    assert_eq!(show("%an <%ae>"), "Somebody <somebody@example.org>");
    insta::assert_snapshot!(show("%B"), @r"
        data: 2024-02-02, 2 projects

        Month files: 2 of 3 changed.
        ");
    one.import("sdv", "2024-03-01");
    let message = ["--message", "--amend $(id) `id`\n\n-m x"];
    let ended =
        one.collector(&[&["branch", "push", "-o", "data"][..], &message[..1], &["a"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(show("%B"), "a");
    one.import("sdv", "2024-03-02");
    let message = format!("--message={}", message[1]);
    let ended = one.collector(&["branch", "push", "-o", "data", &message]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(show("%B"), "--amend $(id) `id`\n\n-m x");
    assert_eq!(one.collector(&["branch", "push", "-o", "data", "--message", " "]).code, 2);
    // The environment comes before the configuration, as with git itself.
    one.import("sdv", "2024-03-03");
    let mut command = one.command(&["branch", "push", "-o", "data"]);
    command.env("GIT_AUTHOR_NAME", "A Robot").env("GIT_AUTHOR_EMAIL", "robot@example.org");
    assert!(command.status().unwrap().success());
    assert_eq!(show("%an <%ae>, %cn"), "A Robot <robot@example.org>, Somebody");
}

#[test]
fn hooks_and_settings_of_the_repository_change_nothing() {
    let (world, one) = begun();
    for name in ["pre-push", "pre-commit", "commit-msg", "reference-transaction", "post-checkout"] {
        hook(&one.folder.join(".git/hooks"), name, "echo hook >> ../hooked; exit 1");
    }
    for (key, value) in [
        ("core.autocrlf", "true"),
        ("core.eol", "crlf"),
        ("push.followTags", "true"),
        ("push.default", "nothing"),
        ("fetch.prune", "true"),
        ("commit.gpgSign", "true"),
        ("push.gpgSign", "true"),
        ("remote.origin.push", "refs/heads/*:refs/heads/*"),
        ("core.excludesFile", "ignored"),
    ] {
        one.git(&["config", key, value]);
    }
    fs::write(one.folder.join("ignored"), "*\n").unwrap();
    fs::write(one.folder.join(".git/info/attributes"), "* text eol=crlf ident\n").unwrap();
    fs::write(one.folder.join(".gitattributes"), "* text eol=crlf ident filter=lfs\n").unwrap();
    one.import("sdv", "2024-02-01");
    one.pushed();
    assert_eq!(trimmed(one.files()), world.branch_files());
    let files = one.files();
    fs::remove_dir_all(one.store()).unwrap();
    one.pulled();
    assert_eq!(one.files(), files);
    assert!(files.values().all(|text| !text.contains('\r')));
    assert!(!world.path().join("hooked").exists());
    assert_eq!(
        world.in_remote(&["for-each-ref", "--format=%(refname)"]),
        "refs/heads/data\nrefs/heads/main"
    );
}

#[test]
fn the_folder_may_be_anywhere_and_so_may_the_repository() {
    let (world, one) = begun();
    let elsewhere = tempfile::tempdir().unwrap();
    let store = elsewhere.path().join("a b/it's \"here\"");
    let store = store.to_str().unwrap();
    let ended = one.collector(&["branch", "pull", "--store", store]);
    assert_eq!(ended.code, 0, "{ended:?}");
    // From a folder of a linked working tree.
    let linked = world.path().join("linked");
    one.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    fs::create_dir(linked.join("below")).unwrap();
    let there = crate::world::Clone { folder: linked.join("below") };
    let ended = there.collector(&["branch", "push", "--store", store]);
    assert_eq!((ended.code, ended.out.starts_with("nothing to push")), (0, true), "{ended:?}");
    // From the configuration.
    fs::write(
        there.folder.join("config.yaml"),
        format!("store: '{}'\nprojects: [sdv]\n", store.replace('\'', "''")),
    )
    .unwrap();
    let ended = there.collector(&["branch", "push"]);
    assert_eq!((ended.code, ended.out.starts_with("nothing to push")), (0, true), "{ended:?}");
}

/// Clones that have pulled, each with a project of its own.
fn rivals(world: &World) -> Vec<crate::world::Clone> {
    let clone = |number: usize| {
        let clone = world.clone_as(&format!("clone-{number}"));
        clone.pulled();
        clone.import(&format!("project-{number}"), "2024-01-02");
        clone
    };
    (0..6).map(clone).collect()
}

/// All of them push at once: one arrives, and the others are told that they were too late.
fn race(world: &World, clones: &[crate::world::Clone], commits: usize) {
    let push = |clone: &crate::world::Clone| {
        let mut command = clone.command(&["branch", "push", "-o", "data"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut runs: Vec<_> = clones.iter().map(push).collect();
    let codes: Vec<_> = runs.iter_mut().map(|run| run.wait().unwrap().code().unwrap()).collect();
    let good = codes.iter().filter(|code| **code == 0).count();
    assert!(good == 1 && codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    assert_eq!(world.commits(), commits);
    let winner = codes.iter().position(|code| *code == 0).unwrap();
    let held = world.in_remote(&["ls-tree", "-r", "--name-only", "data"]);
    assert!(held.contains(&format!("pypi/project-{winner}/2024-01.csv")), "{held}");
    let again = |(number, code): (usize, &i32)| *code == 0 || clones[number].push().code == 5;
    assert!(codes.iter().enumerate().all(again));
}

#[test]
fn of_many_pushes_at_once_one_arrives_and_the_others_are_told() {
    let (world, _one) = begun();
    race(&world, &rivals(&world), 2);
}

#[test]
fn of_many_first_pushes_at_once_one_arrives_and_the_others_are_told() {
    let world = World::new();
    race(&world, &rivals(&world), 1);
}

#[test]
fn a_branch_that_is_being_changed_is_waited_for_and_then_it_is_too_late() {
    let (world, one) = begun();
    let lock = world.remote().join("refs/heads/data.lock");
    fs::write(&lock, "").unwrap();
    one.import("sdv", "2024-01-02");
    let ended = one.push();
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(
        ended.err.starts_with(
            "error: `data` of `origin` is being changed by somebody else, so nothing was pushed"
        ),
        "{ended:?}"
    );
    assert_eq!(world.commits(), 1);
    // It is let go of in time.
    let freed = lock.clone();
    let free = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(600));
        fs::remove_file(freed).unwrap();
    });
    one.pushed();
    free.join().unwrap();
    assert_eq!(world.commits(), 2);
}

#[test]
fn a_push_that_is_refused_is_not_tried_again() {
    let (world, one) = begun();
    world.hook("pre-receive", "echo x >> pushes; echo no entry >&2; exit 1");
    one.import("sdv", "2024-01-02");
    let ended = one.push();
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(fs::read_to_string(world.remote().join("pushes")).unwrap(), "x\n");
}
