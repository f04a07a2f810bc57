//! How the store treats the files and folders it finds.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{collect, content, day, disk, key, now, write_new, write_old};
use crate::{Interval, Month, Snapshot, StoreError, Writer};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_mode_of_a_replaced_file_stays_and_a_new_one_follows_the_umask() {
    let home = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let pypi = home.path().join("pypi");
    let ordinary = home.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    assert_eq!(mode(&pypi.join("sdv/2024-02.csv")), mode(&ordinary));
    for name in ["sdv/2024-02.csv", "coverage.csv", "manifest.csv"] {
        fs::set_permissions(pypi.join(name), Permissions::from_mode(0o640)).unwrap();
    }
    write_new(disk(), home.path()).unwrap();
    for name in ["sdv/2024-02.csv", "coverage.csv", "manifest.csv"] {
        assert_eq!(mode(&pypi.join(name)), 0o640, "{name}");
    }
    assert_eq!(mode(&pypi.join("sdv/2024-03.csv")), mode(&ordinary));
}

#[test]
fn the_owner_of_a_replaced_file_stays_where_that_is_allowed() {
    let home = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let file = home.path().join("pypi/sdv/2024-02.csv");
    // Only root may give it away; for others it stays their own.
    let _ = chown(&file, Some(65534), Some(65534));
    let owner = |path: &Path| fs::metadata(path).map(|it| (it.uid(), it.gid())).unwrap();
    let before = owner(&file);
    write_new(disk(), home.path()).unwrap();
    assert_eq!(owner(&file), before);
}

#[test]
fn symbolic_links_stay_and_what_they_lead_to_changes() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let pypi = home.path().join("pypi");
    // A month file, and the folder of a project.
    let (file, folder) = (pypi.join("sdv/2024-02.csv"), pypi.join("new"));
    fs::rename(&file, elsewhere.path().join("file.csv")).unwrap();
    symlink(elsewhere.path().join("file.csv"), &file).unwrap();
    symlink(elsewhere.path(), &folder).unwrap();
    write_new(disk(), home.path()).unwrap();
    assert!(file.is_symlink() && folder.is_symlink());
    let target = fs::read_to_string(elsewhere.path().join("file.csv")).unwrap();
    assert!(target.contains("2024-02-01,,1.0,,,,,,,,,,,5\n"), "{target}");
    assert!(elsewhere.path().join("2024-02.csv").exists());
    content(home.path()).unwrap();
}

#[test]
fn a_link_to_another_disk_is_followed_too() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else { return };
    let home = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let file = home.path().join("pypi/sdv/2024-02.csv");
    fs::copy(&file, elsewhere.path().join("file.csv")).unwrap();
    fs::remove_file(&file).unwrap();
    symlink(elsewhere.path().join("file.csv"), &file).unwrap();
    write_new(disk(), home.path()).unwrap();
    assert!(file.is_symlink());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1, "no litter there");
    content(home.path()).unwrap();
}

#[test]
fn a_second_writer_is_told_who_holds_the_store() {
    let home = tempfile::tempdir().unwrap();
    let first = Writer::open(home.path(), "collector import", now()).unwrap();
    let second = Writer::open(home.path(), "test", now()).unwrap_err();
    let StoreError::Held { holder, .. } = second else { panic!("{second}") };
    let process = std::process::id();
    let expected = format!("`collector import` (process {process}) since 2026-11-23T12:00:00Z");
    assert_eq!(holder, expected);
    assert!(Snapshot::open(home.path()).is_ok(), "readers do not care");
    drop(first);
    Writer::open(home.path(), "test", now()).unwrap();
}

#[test]
fn a_text_left_by_a_dead_writer_holds_nobody_up() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("pypi")).unwrap();
    fs::write(home.path().join("pypi/.lock"), "`collector import` (process 1)").unwrap();
    Writer::open(home.path(), "test", now()).unwrap();
}

#[test]
fn a_store_must_be_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    for error in
        [Snapshot::open(&file).unwrap_err(), Writer::open(&file, "test", now()).unwrap_err()]
    {
        assert!(matches!(error, StoreError::NotAFolder(_)), "{error}");
    }
    let missing = home.path().join("a/b");
    assert!(matches!(Snapshot::open(&missing), Err(StoreError::Missing(_))));
    assert_eq!(
        Snapshot::open(home.path()).unwrap().projects().count(),
        0,
        "an empty folder will do"
    );
    let writer = Writer::open(&missing, "test", now()).unwrap();
    assert_eq!(Snapshot::open(&missing).unwrap().projects().count(), 0);
    drop(writer);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "only the file of above");
}

#[test]
fn a_folder_that_was_there_stays_when_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("data");
    fs::create_dir(&root).unwrap();
    drop(Writer::open(&root, "test", now()).unwrap());
    assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    fs::create_dir(root.join("pypi")).unwrap();
    Writer::open(&root, "test", now()).unwrap().commit().unwrap();
    assert!(root.join("pypi").exists());
}

#[test]
fn a_lock_on_a_file_that_was_removed_meanwhile_is_none() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("data");
    let held = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    match Writer::open(&path, "test", now()) {
                        Ok(writer) => {
                            assert!(!held.swap(true, Ordering::SeqCst), "two writers");
                            held.store(false, Ordering::SeqCst);
                            drop(writer);
                        }
                        // The folder went away between two steps, or somebody was first.
                        Err(StoreError::Held { .. } | StoreError::Io { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
}

/// A store with one file of more than is read at once.
fn long_month() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open_on(disk(), home.path(), "test", now()).unwrap();
    let date = day("2024-02-01");
    let (project, month) = ("sdv".parse().unwrap(), Month::of(date));
    let mut rows = writer.month(&project, month, [date].into()).unwrap();
    for number in 0..10_000 {
        rows.push(date, key(&format!("1.{number:04}")).as_bytes(), number + 1).unwrap();
    }
    rows.finish().unwrap();
    let (first, last, fetched_at, origin) = (date, date, now(), "test".into());
    writer.cover(&project, Interval { first, last, fetched_at, origin });
    writer.commit().unwrap();
    home
}

#[test]
fn rows_can_be_read_on_after_their_file_was_closed() {
    let home = long_month();
    let snapshot = Snapshot::open(home.path()).unwrap();
    let entry = snapshot.months("sdv").next().unwrap();
    assert!(entry.bytes > 200_000);
    let mut rows = snapshot.open_rows(entry).unwrap();
    let mut expected = 1;
    while let Some(row) = rows.next().unwrap() {
        assert_eq!(row.downloads, expected);
        expected += 1;
        rows.close();
    }
    assert_eq!(expected, 10_001);
}

#[test]
fn a_file_that_is_replaced_while_it_is_closed_is_not_read_on() {
    for replace in [
        |path: &Path| fs::remove_file(path).unwrap(),
        |path: &Path| {
            fs::copy(path, path.with_extension("new")).unwrap();
            fs::rename(path.with_extension("new"), path).unwrap();
        },
    ] {
        let home = long_month();
        let snapshot = Snapshot::open(home.path()).unwrap();
        let mut rows = snapshot.open_rows(snapshot.months("sdv").next().unwrap()).unwrap();
        rows.next().unwrap();
        rows.close();
        replace(&home.path().join("pypi/sdv/2024-02.csv"));
        let end = loop {
            match rows.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it was read to its end"),
                Err(error) => break error,
            }
        };
        assert!(matches!(end, StoreError::Changed(_)), "{end:?}");
    }
}

#[test]
fn a_file_of_somebody_else_in_the_folder_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let readme = home.path().join("pypi/gone/README.md");
    fs::write(&readme, "mine").unwrap();
    write_new(disk(), home.path()).unwrap();
    assert!(readme.exists() && !home.path().join("pypi/gone/2024-02.csv").exists());
    content(home.path()).unwrap();
}

#[test]
fn what_is_not_committed_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    write_old(disk(), home.path()).unwrap();
    let before = super::tree(home.path());
    let mut writer = Writer::open(home.path(), "test", now()).unwrap();
    collect(&mut writer, "sdv", ("2024-02-01", "2024-02-01"), &[]).unwrap();
    drop(writer);
    assert_eq!(super::tree(home.path()), before);
}
