//! A run beside a collector that puts newer files into the store.

use std::{fs, path::Path};

use site_gen::{Cli, Outcome, run};

use crate::fixture::{import, mini, mini_config, mini_store, mini_today};

/// Makes the site in `folder` while the store changes `times` times, each before the files of a project
/// are read. Returns what became of it and what was told.
fn run_beside_commits(folder: &Path, times: usize) -> (Outcome, Vec<String>) {
    let store = mini_store();
    let cli = Cli {
        command: None,
        config: mini().join("config.yaml"),
        store: Some(store.path().into()),
        output: folder.join("site"),
        explorer: None,
        today: None,
        no_cards: false,
        quiet: true,
        verbose: false,
    };
    let (mut lines, mut changed) = (Vec::new(), 0);
    let mut tell = |line: &str| {
        // These two are told between the opening of the store and the reading of its rows.
        if changed < times && (line.contains("left out") || line.contains("from the start")) {
            changed += 1;
            commit(store.path(), folder, changed);
        }
        lines.push(line.to_owned());
    };
    let outcome = run(&cli, mini_today(), &mut tell).unwrap();
    assert_eq!(changed, times, "the store did not change as often: {lines:?}");
    (outcome, lines)
}

/// Replaces a day of `quiet` by one with ten downloads more than `downloads`.
fn commit(store: &Path, folder: &Path, downloads: usize) {
    let events = fs::read_to_string(mini().join("pypi.csv")).unwrap();
    let mut lines = events.lines();
    let header = lines.next().unwrap();
    let row = lines.find(|line| line.contains(",quiet,")).unwrap();
    let rows = format!("{row}\n").repeat(10 + downloads);
    let file = folder.join("newer.csv");
    fs::write(&file, format!("{header}\n{rows}")).unwrap();
    import(store, &[file], &mini_config());
}

#[test]
fn a_store_that_changes_meanwhile_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (outcome, lines) = run_beside_commits(folder.path(), 2);
    assert_eq!(outcome.failed, [], "{lines:?}");
    assert!(outcome.output.join("projects/quiet/index.html").exists());
}

#[test]
fn a_store_that_never_rests_is_a_failure_of_the_projects_that_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (outcome, lines) = run_beside_commits(folder.path(), 3);
    let failed: Vec<_> = outcome.failed.iter().map(|name| name.as_str()).collect();
    assert_eq!(failed, ["quiet"], "{lines:?}");
    assert!(outcome.output.join("projects/foo-bar/index.html").exists());
}
