//! Every state that a crash can leave is the old or the new one.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use tempfile::TempDir;

use super::{
    content, disk,
    disk::{Image, LossyDisk, Node, Random, Recorder, image_of, write_image},
    now, replace_by_new, tree, write_new, write_new_in_two_steps, write_old,
};
use crate::{Committed, StoreError, Writer, accept, fs::Fs};

/// A run that writes to a store.
type Run = fn(Arc<dyn Fs>, &Path) -> Result<Committed, StoreError>;

/// Runs on the store of `before`, and tries every state that a crash can leave on the way. Returns
/// the states in which the change had happened, and how many there were in all.
fn crash_everywhere(before: &Image, run: Run) -> (Vec<Image>, usize) {
    crash_from(before, 0, &Recorder::default(), |recorder, root, _| {
        run(Arc::new(recorder.clone()), root).map(drop)
    })
}

/// What the store held when so many operations had been done, each time that was acknowledged.
type Saved = Vec<(usize, Vec<String>)>;

/// The same from the operation number `first` on. Many states are the same, and are tried once.
fn crash_from(
    before: &Image,
    first: usize,
    recorder: &Recorder,
    run: impl FnOnce(&Recorder, &Path, &mut Saved) -> Result<(), StoreError>,
) -> (Vec<Image>, usize) {
    let states_after_each = if first == 0 { 300 } else { 10 };
    let home = super::folder();
    let root = home.path().join("store");
    std::fs::create_dir(&root).unwrap();
    write_image(before, &root);
    let mut saved = vec![(0, content(&root).unwrap())];
    run(recorder, &root, &mut saved).unwrap();
    let operations = recorder.operations();
    let new = content(&root).unwrap();
    saved.push((operations.len(), new.clone()));

    let mut disk = LossyDisk::new(&root, before);
    let mut random = Random(1);
    let (mut tried, mut happened) = (BTreeSet::new(), Vec::new());
    for done in 0..=operations.len() {
        for _ in 0..if done < first { 0 } else { states_after_each } {
            let image = disk.crash(&mut random);
            let acknowledged = saved.iter().rposition(|(operations, _)| *operations <= done);
            let acknowledged = acknowledged.unwrap_or(0);
            if !tried.insert((acknowledged, image.clone())) {
                continue;
            }
            let after = format!("after {:?}", operations.get(done.wrapping_sub(1)));
            let found = check(&image, &after);
            let at = saved.iter().rposition(|(_, content)| *content == found);
            let at = at.unwrap_or_else(|| panic!("a mixture {after}: {found:#?}"));
            assert!(at >= acknowledged, "lost what was acknowledged, {after}");
            assert!(at <= acknowledged + 1, "ahead of itself {after}");
            if found == new {
                happened.push(image);
            }
        }
        if let Some(operation) = operations.get(done) {
            disk.apply(operation);
        }
    }
    (happened, tried.len())
}

/// What a reader finds. The next writer must find the same, and leave nothing lying about.
fn check(image: &Image, after: &str) -> Vec<String> {
    let home = super::folder();
    let root = home.path();
    write_image(image, root);
    let found =
        content(root).unwrap_or_else(|error| panic!("unusable {after}: {error:?}\n{image:#?}"));
    let writer = Writer::open_on(Arc::new(Recorder::default()), root, "test", now());
    drop(writer.unwrap_or_else(|error| panic!("cannot be written {after}: {error:?}")));
    match content(root) {
        Ok(recovered) => assert_eq!(recovered, found, "the writer found something else {after}"),
        Err(error) => panic!("made unusable by the writer {after}: {error:?}\n{image:#?}"),
    }
    assert!(!tree(root).keys().any(|name| name.contains(".next")), "litter {after}");
    found
}

fn old_store() -> (TempDir, Image) {
    let home = super::folder();
    write_old(disk(), home.path()).unwrap();
    let image = image_of(home.path());
    (home, image)
}

#[test]
fn a_crash_during_the_first_commit_leaves_nothing_or_all_of_it() {
    let (happened, states) = crash_everywhere(&Image::new(), write_old);
    assert!(states > 200 && !happened.is_empty(), "{states} states, {}", happened.len());
}

#[test]
fn a_crash_leaves_the_old_or_the_new_store() {
    let (_home, before) = old_store();
    let (happened, states) = crash_everywhere(&before, write_new);
    assert!(states > 200, "{states} states");

    // Crash again while the next writer finishes what was left behind.
    let unfinished: Vec<_> = (happened.into_iter())
        .filter(|image| image.contains_key(Path::new("pypi/.next/manifest.csv")))
        .collect();
    assert!(unfinished.len() > 10, "{} unfinished states", unfinished.len());
    for image in unfinished.iter().step_by(unfinished.len() / 5) {
        crash_everywhere(image, |fs, root| {
            drop(Writer::open_on(fs, root, "test", now())?);
            Ok(Committed::default())
        });
    }
}

#[test]
fn a_crash_while_another_store_is_taken_over_leaves_the_old_or_the_new_one() {
    let (_home, old) = old_store();
    for before in [old, Image::new()] {
        let (happened, states) = crash_everywhere(&before, replace_by_new);
        assert!(states > 200 && !happened.is_empty(), "{states} states, {}", happened.len());
    }
}

#[test]
fn a_killed_run_and_a_crash_of_the_next_one_leave_the_old_or_the_new_store() {
    let (_home, old) = old_store();
    let runs: [(Image, Run); 2] = [(old, write_new), (Image::new(), write_old)];
    for (before, run) in runs {
        let mut kills = 0;
        for killed_after in 1.. {
            let recorder = Recorder::killed_after(killed_after);
            let mut killed = false;
            crash_from(&before, killed_after, &recorder, |recorder, root, _| {
                killed = run(Arc::new(recorder.clone()), root).is_err();
                recorder.revive();
                // Before the commit the next run starts anew, after it there is nothing to do.
                run(Arc::new(recorder.clone()), root).map(drop)
            });
            if !killed {
                break;
            }
            kills += 1;
        }
        assert!(kills > 20, "{kills}");
    }
}

#[test]
fn a_crash_of_a_run_that_saves_twice_loses_nothing_that_was_saved() {
    let (_home, before) = old_store();
    let (_, states) = crash_from(&before, 0, &Recorder::default(), |recorder, root, saved| {
        let note = || saved.push((recorder.operations().len(), content(root).unwrap()));
        write_new_in_two_steps(Arc::new(recorder.clone()), root, note).map(drop)
    });
    assert!(states > 400, "{states} states");
}

#[test]
fn a_run_that_is_killed_between_two_saves_keeps_the_first() {
    let (_home, before) = old_store();
    let mut seen = BTreeSet::new();
    for killed_after in 1.. {
        let home = super::folder();
        let root = home.path();
        write_image(&before, root);
        let mut saves = vec![content(root).unwrap()];
        let recorder = Arc::new(Recorder::killed_after(killed_after));
        let run = write_new_in_two_steps(recorder, root, || saves.push(content(root).unwrap()));
        let found = content(root).unwrap();
        drop(Writer::open_on(disk(), root, "test", now()).unwrap());
        assert_eq!(content(root).unwrap(), found, "after {killed_after}");
        // Nothing, the first save or both, and not less than what was acknowledged.
        let is_paid = found.iter().any(|line| line.contains("state: Billed"));
        let is_stored = found.iter().any(|line| line.contains("state: Stored"));
        assert!(saves.len() < 2 || is_paid || is_stored, "lost the first after {killed_after}");
        assert!(is_paid || is_stored || found == saves[0], "a mixture after {killed_after}");
        assert!(!is_paid || saves.len() < 2 || found == saves[1], "a mixture after {killed_after}");
        seen.insert((is_paid, is_stored));
        if run.is_ok() {
            break;
        }
    }
    assert_eq!(seen.len(), 3, "each of them was met");
}

#[test]
fn what_the_tests_call_a_crash_does_lose_data() {
    let root = Path::new("/store");
    let recorder = [
        super::disk::Operation::Create(root.join("a"), 0),
        super::disk::Operation::Write(0, b"data".to_vec()),
    ];
    let mut disk = LossyDisk::new(root, &Image::new());
    recorder.iter().for_each(|operation| disk.apply(operation));
    let mut random = Random(1);
    let found: BTreeSet<_> = (0..1000).map(|_| disk.crash(&mut random)).collect();
    let file = |bytes: &[u8]| Image::from([("a".into(), Node::File(bytes.to_vec()))]);
    for image in [Image::new(), file(b""), file(b"da"), file(b"da\0\0"), file(b"data")] {
        assert!(found.contains(&image), "{image:?}");
    }
    disk.apply(&super::disk::Operation::Sync(0));
    disk.apply(&super::disk::Operation::SyncDir(root.into()));
    assert_eq!(disk.crash(&mut random), file(b"data"));
}

#[test]
fn a_damaged_change_is_reported_and_accepting_keeps_what_is_in_place() {
    let (home, _) = old_store();
    let next = home.path().join("pypi/.next");
    std::fs::create_dir(&next).unwrap();
    std::fs::write(next.join("manifest.csv"), "format,1\n").unwrap();
    assert!(matches!(content(home.path()), Err(StoreError::Damaged { .. })));
    assert!(Writer::open(home.path(), "test", now()).is_err());
    accept(home.path(), "test", now()).unwrap();
    assert_eq!(content(home.path()).unwrap().len(), 10);
}
