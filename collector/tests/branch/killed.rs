//! Runs that are killed at the worst moment.

use std::{fs, process::Command};

use crate::world::{Clone, World, shield};

fn begun() -> (World, Clone) {
    let world = World::new();
    let clone = world.clone_as("one");
    clone.import("sdv", "2024-01-01");
    clone.pushed();
    (world, clone)
}

const REMEMBERED: &str = "refs/download-analytics/data";
const PULLING: &str = "refs/download-analytics-pulling/data";
const PUSHING: &str = "refs/download-analytics-pushing/data";

/// Pushes, with a hook of the remote that kills the program.
fn push_killed_by(world: &World, clone: &Clone, hook: &str) {
    let pid = world.path().join("pid");
    world.hook(hook, &format!("kill -9 $(cat '{}')", pid.display()));
    let mut command = Command::new("sh");
    let script = "echo $$ > \"$0\"; exec \"$1\" branch push -o data";
    command.args(["-c", script, pid.to_str().unwrap(), env!("CARGO_BIN_EXE_collector")]);
    shield(command.current_dir(&clone.folder), &clone.folder);
    let status = command.status().unwrap();
    assert_eq!(status.code(), None, "{status:?}");
    fs::remove_file(world.remote().join("hooks").join(hook)).unwrap();
}

/// Until the push that outlived the program has ended, too.
fn settled(world: &World) {
    for _ in 0..500 {
        if world.commits() == 2 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the push never arrived");
}

#[test]
fn a_push_that_arrived_is_known_to_have_arrived() {
    for hook in ["post-receive", "pre-receive"] {
        let (world, one) = begun();
        one.import("sdv", "2024-01-02");
        push_killed_by(&world, &one, hook);
        settled(&world);
        let tip = world.tip();
        let out = one.pushed();
        assert_eq!(
            out,
            format!("nothing to push: the store is `data` of `origin` at {}\n", &tip[..10])
        );
        assert_eq!(one.git(&["rev-parse", REMEMBERED]), tip);
        one.import("sdv", "2024-01-03");
        one.pushed();
        assert_eq!(world.commits(), 3);
    }
}

#[test]
fn a_push_that_arrived_is_known_also_if_more_was_collected_since() {
    let (world, one) = begun();
    one.import("sdv", "2024-01-02");
    push_killed_by(&world, &one, "post-receive");
    settled(&world);
    one.import("sdv", "2024-01-03");
    one.pushed();
    assert_eq!(world.commits(), 3);
    let two = world.clone_as("two");
    two.pulled();
    assert_eq!(two.files(), one.files());
}

#[test]
fn a_push_that_never_arrived_is_made_again() {
    let (world, one) = begun();
    one.import("sdv", "2024-01-02");
    // What is left of a run that was killed before it could reach the remote.
    let tree = one.git(&["rev-parse", &format!("{REMEMBERED}^{{tree}}")]);
    let lost =
        one.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", &tree, "-m", "lost"]);
    one.git(&["update-ref", PUSHING, &lost]);
    one.pushed();
    assert_eq!(world.commits(), 2);
    assert_eq!(
        one.git(&["for-each-ref", "--format=%(refname)", "refs/download-analytics-*/**"]),
        ""
    );
}

#[test]
fn a_pull_that_was_killed_is_finished_or_begun_anew() {
    let (world, one) = begun();
    let two = world.clone_as("two");
    two.pulled();
    let old = one.files();
    two.import("sdv", "2024-01-02");
    two.pushed();
    let tip = world.tip();
    let remembered = one.git(&["rev-parse", REMEMBERED]);

    // Killed after the files were put in place.
    one.pulled();
    one.git(&["update-ref", REMEMBERED, &remembered]);
    one.git(&["update-ref", PULLING, &tip]);
    assert!(one.pushed().starts_with("nothing to push"));
    assert_eq!(one.git(&["rev-parse", REMEMBERED]), tip);
    one.git(&["update-ref", REMEMBERED, &remembered]);
    one.git(&["update-ref", PULLING, &tip]);
    two.import("sdv", "2024-01-03");
    two.pushed();
    assert!(one.pulled().contains("is now"), "what it holds was pulled, and nothing of it is lost");
    assert_eq!(one.files(), two.files());

    // Killed before: the folder is the old one, and must not be pushed over the new.
    fs::remove_dir_all(one.store()).unwrap();
    for (name, text) in old {
        let path = one.store().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    one.git(&["update-ref", REMEMBERED, &remembered]);
    one.git(&["update-ref", PULLING, &world.tip()]);
    one.import("rdt", "2024-01-01");
    let tip = world.tip();
    assert_eq!(one.push().code, 5);
    assert_eq!(world.tip(), tip);
}

#[test]
fn a_change_of_the_store_that_was_cut_off_is_finished_before_it_is_pushed() {
    let (world, one) = begun();
    one.import("rdt", "2024-01-01");
    // As a writer leaves it that was killed while it put its files in place.
    let pypi = one.store().join("pypi");
    fs::create_dir(pypi.join(".next")).unwrap();
    fs::rename(pypi.join("rdt/2024-01.csv"), pypi.join(".next/rdt.2024-01.csv")).unwrap();
    fs::rename(pypi.join("manifest.csv"), pypi.join(".next/manifest.csv")).unwrap();
    one.pushed();
    assert!(!pypi.join(".next").exists());
    assert!(world.branch_files().contains_key("pypi/rdt/2024-01.csv"));
}
