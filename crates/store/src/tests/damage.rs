//! Damage is found before a row is used, and said.

use std::{collections::BTreeSet, fs, path::Path};

use super::{collect, content, disk, now, tree, write_old};
use crate::{Accepted, Damage, Snapshot, StoreError, Writer, accept, check};

fn store() -> tempfile::TempDir {
    let home = super::folder();
    write_old(disk(), home.path()).unwrap();
    home
}

/// The files of the store with their content; the lock is not one of them.
fn files(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = tree(root).into_iter().filter(|(name, _)| !name.ends_with('/'));
    files.map(|(name, bytes)| (root.join(name), bytes)).collect()
}

fn findings(root: &Path) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    let findings = check(root).unwrap().into_iter();
    findings.map(|it| format!("{} {}", name(&it.path), it.damage)).collect()
}

#[test]
fn every_flipped_bit_is_found() {
    let home = store();
    let mut flips = 0;
    for (path, bytes) in files(home.path()) {
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                changed[at] ^= 1 << bit;
                fs::write(&path, &changed).unwrap();
                let found = content(home.path());
                let damage = matches!(
                    found,
                    Err(StoreError::Damaged { .. } | StoreError::LaterFormat { .. })
                );
                assert!(damage, "bit {bit} of byte {at} of {path:?}: {found:?}");
                changed[at] ^= 1 << bit;
                flips += 1;
            }
        }
        fs::write(&path, bytes).unwrap();
    }
    assert!(flips > 5000, "{flips}");
    content(home.path()).unwrap();
}

#[test]
fn every_cut_and_every_byte_more_is_found() {
    let home = store();
    for (path, bytes) in files(home.path()) {
        let longer = ["\n", "x", "2024-02-01,,1,,,,,,,,,,,1\n"];
        let longer = longer.into_iter().map(|more| [&bytes, more.as_bytes()].concat());
        let shorter = (0..bytes.len()).map(|length| bytes[..length].to_vec());
        for changed in longer.chain(shorter) {
            fs::write(&path, &changed).unwrap();
            let found = content(home.path());
            assert!(matches!(found, Err(StoreError::Damaged { .. })), "{path:?}: {found:?}");
            assert!(!findings(home.path()).is_empty());
        }
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_missing_file_and_one_too_many_are_found() {
    let home = store();
    for (path, bytes) in files(home.path()) {
        fs::remove_file(&path).unwrap();
        assert!(content(home.path()).is_err(), "{path:?}");
        fs::write(path, bytes).unwrap();
    }
    fs::write(home.path().join("pypi/sdv/2024-03.csv"), "").unwrap();
    assert!(matches!(
        content(home.path()),
        Err(StoreError::Damaged { damage: Damage::Unlisted, .. })
    ));
}

#[test]
fn nothing_is_handed_out_of_a_damaged_month() {
    let home = store();
    let path = home.path().join("pypi/sdv/2024-02.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("1.0", "1.1")).unwrap();
    let mut days = BTreeSet::new();
    let read = Snapshot::open(home.path()).unwrap().read_rows("sdv", |row| {
        days.insert(row.day.to_string());
    });
    assert!(matches!(read, Err(StoreError::Damaged { damage: Damage::Digest, .. })));
    assert_eq!(days, BTreeSet::from(["2024-01-31".to_owned()]), "only of the month before it");
}

#[test]
fn a_snapshot_says_that_the_store_went_on() {
    let home = store();
    let snapshot = Snapshot::open(home.path()).unwrap();
    super::write_new(disk(), home.path()).unwrap();
    let read = snapshot.read_rows("sdv", |_| {});
    assert!(matches!(read, Err(StoreError::Changed(_))), "{read:?}");
    assert!(snapshot.read_rows("rdt", |_| {}).is_ok(), "what did not change can be read");
}

#[test]
fn fsck_says_what_is_wrong_and_from_which_day_on() {
    let home = store();
    let pypi = home.path().join("pypi");
    assert_eq!(findings(home.path()), Vec::<String>::new());
    let sdv = fs::read_to_string(pypi.join("sdv/2024-02.csv")).unwrap();
    fs::write(pypi.join("sdv/2024-02.csv"), &sdv[..sdv.len() - 3]).unwrap();
    fs::write(pypi.join("rdt/2024-02.csv"), "nothing").unwrap();
    fs::remove_file(pypi.join("gone/2024-02.csv")).unwrap();
    fs::write(pypi.join("gone/2024-03.csv"), &sdv).unwrap();
    insta::assert_snapshot!(findings(home.path()).join("\n"), @r"
        pypi/gone/2024-02.csv is missing
        pypi/rdt/2024-02.csv has 7 bytes, and the manifest says 188
        pypi/rdt/2024-02.csv is damaged in line 1: the first line must be `date,country_code,version,type,installer_name,implementation_name,implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci,downloads`
        pypi/sdv/2024-02.csv has 218 bytes, and the manifest says 221
        pypi/sdv/2024-02.csv is damaged in line 4, after the rows of 2024-02-01: found 13 fields, allowed are 14
        pypi/gone/2024-03.csv is not listed in the manifest
        pypi/gone/2024-03.csv is damaged in line 2: column `date`: found `2024-02-01`, allowed is a day `YYYY-MM-DD` of 2024-03
        ");
    fs::write(pypi.join("manifest.csv"), "format,7\n").unwrap();
    insta::assert_snapshot!(
        check(home.path()).unwrap_err().to_string().replace(home.path().to_str().unwrap(), "DIR"),
        @"`DIR/pypi/manifest.csv` is of format 7, and this program knows only format 1; use a later release"
    );
}

#[test]
fn fsck_names_a_damaged_table_and_its_line() {
    let home = store();
    super::write_new(disk(), home.path()).unwrap();
    let pypi = home.path().join("pypi");
    let revisions = fs::read_to_string(pypi.join("revisions.csv")).unwrap();
    fs::write(pypi.join("revisions.csv"), revisions.replace("revised", "revisee")).unwrap();
    fs::remove_file(pypi.join("spending.csv")).unwrap();
    fs::write(pypi.join("checks.csv"), "project,day,downloads,seconds\nsdv").unwrap();
    insta::assert_snapshot!(findings(home.path()).join("\n"), @r"
        pypi/revisions.csv was altered: its SHA-256 is not the one in the manifest
        pypi/revisions.csv is damaged in line 2
        pypi/spending.csv is missing
        pypi/checks.csv is not listed in the manifest
        pypi/checks.csv is damaged in line 2
        ");
    assert!(matches!(content(home.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn what_was_spent_and_revised_is_never_dropped_for_a_line_that_cannot_be_read() {
    for table in ["revisions.csv", "spending.csv"] {
        let home = store();
        super::write_new(disk(), home.path()).unwrap();
        let path = home.path().join("pypi").join(table);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 2]).unwrap();
        let before = tree(home.path());
        let accepted = accept(home.path(), "test", now()).unwrap();
        let Accepted::Refused(found) = accepted else { panic!("{table}: {accepted:?}") };
        assert_eq!(found[0].path, path);
        assert_eq!(tree(home.path()), before);
        // The user takes the line out: what is left can be read.
        let kept = text.lines().next().unwrap();
        fs::write(&path, format!("{kept}\n")).unwrap();
        let accepted = accept(home.path(), "test", now()).unwrap();
        let Accepted::Taken { lost, .. } = accepted else { panic!("{table}: {accepted:?}") };
        assert_eq!(lost, [path], "and is said to be gone");
        assert_eq!(findings(home.path()), Vec::<String>::new());
    }
}

#[test]
fn checks_that_cannot_be_read_are_dropped_and_those_of_altered_rows_too() {
    let home = store();
    let pypi = home.path().join("pypi");
    let checks = fs::read_to_string(pypi.join("checks.csv")).unwrap();
    // Good checks, and a row altered by hand.
    let rows = fs::read_to_string(pypi.join("sdv/2024-02.csv")).unwrap();
    fs::write(pypi.join("sdv/2024-02.csv"), rows.replace("1.0", "1.1")).unwrap();
    let check = || Snapshot::open(home.path()).unwrap().check("sdv", super::day("2024-02-01"));
    assert!(matches!(accept(home.path(), "test", now()), Ok(Accepted::Taken { .. })));
    assert_eq!(check(), None);
    // Bad checks, which nothing lists.
    fs::write(pypi.join("checks.csv"), &checks[..checks.len() - 1]).unwrap();
    let accepted = accept(home.path(), "test", now()).unwrap();
    let Accepted::Taken { lost, .. } = accepted else { panic!("{accepted:?}") };
    assert_eq!(lost, [pypi.join("checks.csv")]);
    assert_eq!(findings(home.path()), Vec::<String>::new());
    content(home.path()).unwrap();
}

#[test]
fn tables_that_nothing_lists_are_taken_as_they_are() {
    let home = store();
    super::write_new(disk(), home.path()).unwrap();
    let before = content(home.path()).unwrap();
    fs::remove_file(home.path().join("pypi/manifest.csv")).unwrap();
    accept(home.path(), "test", now()).unwrap();
    assert_eq!(content(home.path()).unwrap(), before);
}

#[test]
fn fsck_beside_a_writer_finds_nothing_wrong() {
    let home = store();
    let root = home.path();
    let mut looks = 0;
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..100 {
                super::write_new(disk(), root).unwrap();
                write_old(disk(), root).unwrap();
            }
        });
        while !writer.is_finished() {
            match check(root) {
                Ok(found) => assert!(found.is_empty(), "{found:?}"),
                Err(StoreError::Changed(_)) => {}
                Err(error) => panic!("{error}"),
            }
            looks += 1;
        }
    });
    assert!(looks > 0);
}

#[test]
fn files_copied_by_hand_can_be_accepted() {
    let home = store();
    let before = content(home.path()).unwrap();
    fs::remove_file(home.path().join("pypi/manifest.csv")).unwrap();
    assert!(matches!(content(home.path()), Err(StoreError::NoManifest(_))));
    assert!(Writer::open(home.path(), "test", now()).is_err());
    let accepted = accept(home.path(), "test", now()).unwrap();
    assert!(
        matches!(accepted, Accepted::Taken { files: 4, rows: 5, downloads: 8, .. }),
        "{accepted:?}"
    );
    assert_eq!(content(home.path()).unwrap(), before);
    assert_eq!(findings(home.path()), Vec::<String>::new());
}

#[test]
fn a_store_of_a_later_format_is_not_accepted() {
    let home = store();
    let manifest = home.path().join("pypi/manifest.csv");
    fs::write(&manifest, "format,7\n").unwrap();
    let accepted = accept(home.path(), "test", now());
    assert!(matches!(accepted, Err(StoreError::LaterFormat { .. })), "{accepted:?}");
    assert_eq!(fs::read_to_string(&manifest).unwrap(), "format,7\n");
}

#[test]
fn days_whose_rows_were_lost_are_no_longer_covered() {
    let home = super::folder();
    let mut writer = Writer::open_on(disk(), home.path(), "test", now()).unwrap();
    let rows = [("2024-01-02", "1", 1), ("2024-01-30", "1", 1), ("2024-02-01", "1", 1)];
    collect(&mut writer, "a", ("2024-01-01", "2024-02-03"), &rows).unwrap();
    collect(&mut writer, "b", ("2024-01-01", "2024-01-31"), &rows[..1]).unwrap();
    writer.commit().unwrap();
    let pypi = home.path().join("pypi");
    let january = fs::read_to_string(pypi.join("a/2024-01.csv")).unwrap();
    let kept: Vec<&str> = january.lines().filter(|line| !line.starts_with("2024-01-02")).collect();
    fs::write(pypi.join("a/2024-01.csv"), kept.join("\n") + "\n").unwrap();
    fs::remove_file(pypi.join("b/2024-01.csv")).unwrap();
    let accepted = accept(home.path(), "test", now()).unwrap();
    assert!(matches!(accepted, Accepted::Taken { files: 2, uncovered: 61, .. }), "{accepted:?}");
    let snapshot = Snapshot::open(home.path()).unwrap();
    let covered = |project: &str| {
        let days = snapshot.coverage(project).iter().map(|it| format!("{}..{}", it.first, it.last));
        days.collect::<Vec<_>>()
    };
    assert_eq!(covered("a"), ["2024-01-30..2024-01-30", "2024-02-01..2024-02-03"]);
    assert_eq!(covered("b"), Vec::<String>::new());
}

#[test]
fn without_coverage_the_rows_tell_it() {
    let home = super::folder();
    let mut writer = Writer::open_on(disk(), home.path(), "test", now()).unwrap();
    let days = ("2024-01-01", "2024-01-09");
    collect(&mut writer, "a", days, &[("2024-01-01", "1", 1), ("2024-01-09", "1", 1)]).unwrap();
    let rows = [("2024-01-03", "1", 1), ("2024-01-04", "1", 1), ("2024-01-09", "1", 1)];
    collect(&mut writer, "b", days, &rows).unwrap();
    writer.commit().unwrap();
    for name in ["manifest.csv", "coverage.csv"] {
        fs::remove_file(home.path().join("pypi").join(name)).unwrap();
    }
    accept(home.path(), "test", now()).unwrap();
    insta::assert_snapshot!(fs::read_to_string(home.path().join("pypi/coverage.csv")).unwrap(), @r"
        project,first_day,last_day,fetched_at,origin
        a,2024-01-01,2024-01-01,2024-01-09T00:00:00Z,rows
        a,2024-01-03,2024-01-04,2024-01-09T00:00:00Z,rows
        a,2024-01-09,2024-01-09,2024-01-09T00:00:00Z,rows
        b,2024-01-03,2024-01-04,2024-01-09T00:00:00Z,rows
        b,2024-01-09,2024-01-09,2024-01-09T00:00:00Z,rows
        ");
}

#[test]
fn what_cannot_be_read_is_not_accepted() {
    let row = "2024-03-01,,1,,,,,,,,,,,1\n";
    let header = "date,country_code,version,type,installer_name,implementation_name,\
        implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci,downloads\n";
    let bad = [
        ("sdv/2024-03.csv", row.to_owned()),
        ("sdv/2024-03.csv", format!("{header}{row}{row}")),
        ("sdv/2024-03.csv", format!("{header}{}", row.replace("-03-", "-04-"))),
        ("sdv/2024-03.csv", format!("{header}{}", row.replace(",1\n", ",0\n"))),
        ("sdv/2024-03.csv", format!("{header}{}", row.replace(",1\n", ",+1\n"))),
        ("sdv/2024-03.csv", format!("{header}{}", row.replace(",,1\n", ",yes,1\n"))),
        ("sdv/2024-03.csv", format!("{header}{row}2024-03-02,\n")),
        ("Foo_Bar/2024-03.csv", format!("{header}{row}")),
        ("coverage.csv", "project\n".to_owned()),
        ("coverage.csv", {
            let line = "sdv,2024-01-01,2024-01-02,2024-01-03T00:00:00Z,test\n";
            format!("project,first_day,last_day,fetched_at,origin\n{line}{line}")
        }),
    ];
    let mut messages = String::new();
    for (name, text) in bad {
        let home = store();
        let path = home.path().join("pypi").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let before = tree(home.path());
        let Accepted::Refused(found) = accept(home.path(), "test", now()).unwrap() else {
            panic!("{name} was accepted")
        };
        assert_eq!(tree(home.path()), before);
        let found: Vec<_> = found.iter().map(|it| format!("{name} {}\n", it.damage)).collect();
        messages += &found.concat();
    }
    insta::assert_snapshot!(messages, @r"
        sdv/2024-03.csv is damaged in line 1: the first line must be `date,country_code,version,type,installer_name,implementation_name,implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci,downloads`
        sdv/2024-03.csv is damaged in line 3, after the rows of 2024-03-01: the row is not sorted, or repeats the one above it
        sdv/2024-03.csv is damaged in line 2: column `date`: found `2024-04-01`, allowed is a day `YYYY-MM-DD` of 2024-03
        sdv/2024-03.csv is damaged in line 2: column `downloads`: found `0`, allowed is a whole number from 1
        sdv/2024-03.csv is damaged in line 2: column `downloads`: found `+1`, allowed is a whole number from 1
        sdv/2024-03.csv is damaged in line 2: column `ci`: found `yes`, allowed are `true`, `false` and nothing
        sdv/2024-03.csv is damaged in line 3, after the rows of 2024-03-01: found 2 fields, allowed are 14
        Foo_Bar/2024-03.csv is in a folder that is not named as a project, in its normal form
        coverage.csv is damaged in line 1
        coverage.csv is damaged in line 3
        ");
}
