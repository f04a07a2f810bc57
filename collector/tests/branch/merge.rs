//! What was collected elsewhere, or could not be pushed, is put into the store.

use std::fs;

use crate::world::{Clone, World};

const KEPT: &str = "data-kept-1-1";

fn keep(clone: &Clone) {
    let ended = clone.collector(&["branch", "push", "-o", "data", "--branch", KEPT]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

fn merge(clone: &Clone) -> crate::world::Ended {
    clone.collector(&["branch", "merge", KEPT, "--store", "data"])
}

fn merged(clone: &Clone) -> String {
    let ended = merge(clone);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    ended.out
}

/// Two clones that went on from one day; the first has pushed, the second has kept what it could not push.
fn raced() -> (World, Clone) {
    let world = World::new();
    let one = world.clone_as("one");
    one.pulled();
    one.import("sdv", "2024-01-01");
    one.pushed();
    let two = world.clone_as("two");
    two.pulled();
    one.import("sdv", "2024-01-02");
    one.pushed();
    two.import("sdv", "2024-01-03");
    two.import("rdt", "2024-02-01");
    assert_eq!(two.push().code, 5);
    keep(&two);
    (world, one)
}

#[test]
fn what_lost_a_race_is_merged_and_pushed_by_the_next() {
    let (world, _) = raced();
    let three = world.clone_with("three", &["--depth=1"]);
    three.pulled();
    let out = merged(&three);
    let kept = world.in_remote(&["rev-parse", KEPT]);
    assert_eq!(
        out,
        format!(
            "merged `{KEPT}` of `origin` at {} into `data`: days of projects: 2 added, 0 replaced, 0 kept as \
             they were, 0 looked at later; 0 jobs, 0 revisions; 2 projects, until 2024-02-01\n",
            &kept[..10]
        )
    );
    let files = three.files();
    assert!(merged(&three).contains(": it holds nothing new; "), "merging again");
    assert_eq!(three.files(), files);
    three.pushed();
    assert_eq!(world.commits(), 3);
    let coverage = &world.branch_files()["pypi/coverage.csv"];
    assert!(coverage.contains("\nrdt,2024-02-01,2024-02-01,"), "{coverage}");
    assert!(
        coverage.contains("\nsdv,2024-01-01,") && coverage.contains(",2024-01-03,"),
        "{coverage}"
    );
    assert_eq!(world.branch_files()["pypi/sdv/2024-01.csv"].lines().count(), 4);
    // Only what there is for a merge, and while it lasts.
    let refs = three.git(&["for-each-ref", "--format=%(refname)", "refs/download-analytics*/**"]);
    assert_eq!(refs, "refs/download-analytics/data");
}

#[test]
fn a_first_run_that_lost_is_merged_too() {
    let world = World::new();
    let one = world.clone_as("one");
    let two = world.clone_as("two");
    one.pulled();
    two.pulled();
    one.import("sdv", "2024-01-01");
    two.import("rdt", "2024-01-01");
    one.pushed();
    let ended = two.push();
    assert_eq!(ended.code, 5, "{ended:?}");
    assert!(ended.err.contains("has moved since it was pulled (not there then"), "{ended:?}");
    keep(&two);
    one.pulled();
    merged(&one);
    one.pushed();
    assert!(world.branch_files().contains_key("pypi/rdt/2024-01.csv"));
    assert!(world.branch_files().contains_key("pypi/sdv/2024-01.csv"));
    // Into an empty folder, it is what the other had.
    let three = world.clone_as("three");
    merged(&three);
    assert_eq!(three.files(), two.files());
}

#[test]
fn what_is_damaged_or_not_there_is_not_merged() {
    let (world, one) = raced();
    one.pulled();
    let files = one.files();
    let ended = one.collector(&["branch", "merge", "data-kept-2-1", "--store", "data"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: there is no branch `data-kept-2-1` of `origin`, so nothing was merged");
    let ended = one.collector(&["branch", "merge", "main", "--store", "data"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `main` of `origin` holds no store, so nothing was merged");
    // Somebody edits a file of the branch.
    let other = world.clone_with("other", &["--branch", KEPT]);
    fs::write(other.folder.join("pypi/rdt/2024-02.csv"), "x\n").unwrap();
    other.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-am", "edited"]);
    other.git(&["push", "--quiet"]);
    let ended = merge(&one);
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.starts_with("error: what `data-kept-1-1` of `origin` holds is damaged, so nothing was merged:\n  `pypi/rdt/2024-02.csv` "),
        "{ended:?}"
    );
    assert_eq!(one.files(), files);
    assert_eq!(one.collector(&["branch", "merge", "--", "--all"]).code, 2);
}
