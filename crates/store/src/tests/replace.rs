//! Taking over another store whole.

use std::{fs, path::Path};

use super::{content, disk, folder, now, replace_by_new, tree, write_new, write_old};
use crate::{Committed, Damage, StoreError, Writer, check, store_paths};

#[test]
fn the_store_becomes_the_other_one_byte_by_byte() {
    let new = folder();
    write_old(disk(), new.path()).unwrap();
    write_new(disk(), new.path()).unwrap();
    let home = folder();
    write_old(disk(), home.path()).unwrap();
    let done = replace_by_new(disk(), home.path()).unwrap();
    assert_eq!(tree(home.path()), tree(new.path()));
    assert_eq!(done, Committed { written: 3, removed: 1 });
    assert!(check(home.path()).unwrap().is_empty());
    // Again, nothing is left to do; and from nothing it is all.
    assert_eq!(replace_by_new(disk(), home.path()).unwrap(), Committed::default());
    let empty = folder();
    replace_by_new(disk(), empty.path()).unwrap();
    // The folder of a project whose files are all gone stays where it was.
    let files = |root: &Path| {
        let files = tree(root).into_iter();
        files.filter(|(name, _)| !name.ends_with('/')).collect::<Vec<_>>()
    };
    assert!(files(empty.path()) == files(new.path()));
    assert_eq!(store_paths(empty.path()).unwrap(), store_paths(new.path()).unwrap());
}

#[test]
fn a_store_with_damage_is_not_taken_over() {
    let other = folder();
    write_old(disk(), other.path()).unwrap();
    write_new(disk(), other.path()).unwrap();
    let month = other.path().join("pypi/sdv/2024-03.csv");
    let text = fs::read_to_string(&month).unwrap();
    fs::write(month, text.replace("1.1", "1.2")).unwrap();
    let home = folder();
    write_old(disk(), home.path()).unwrap();
    let (files, before) = (tree(home.path()), content(home.path()).unwrap());
    let writer = Writer::open(home.path(), "test", now()).unwrap();
    let error = writer.replace_by(other.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { damage: Damage::Digest, .. }), "{error:?}");
    assert_eq!((tree(home.path()), content(home.path()).unwrap()), (files, before));
}

#[test]
fn files_of_others_stay() {
    let home = folder();
    write_old(disk(), home.path()).unwrap();
    for name in ["notes.txt", "pypi/notes.txt", "pypi/gone/notes.txt"] {
        fs::write(home.path().join(name), "mine").unwrap();
    }
    replace_by_new(disk(), home.path()).unwrap();
    for name in ["notes.txt", "pypi/notes.txt", "pypi/gone/notes.txt"] {
        assert_eq!(fs::read_to_string(home.path().join(name)).unwrap(), "mine", "{name}");
    }
    assert!(!store_paths(home.path()).unwrap().iter().any(|path| path.contains("notes")));
}
