//! What stands in an output folder, whatever was there before.

use std::collections::BTreeMap;

use super::*;

/// A unit of these files.
fn unit(files: &[(&str, &str)]) -> Unit {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Unit { files: files.collect(), note: "-".into(), summary: "{}".into() }
}

/// A run whose only unit has these files, made from inputs with this digest.
fn write_from(
    root: &Path,
    inputs: &str,
    files: &[(&str, &str)],
) -> Result<Option<Written>, OutputError> {
    let output = Output::open(root)?;
    if !output.keep("site", inputs) {
        output.put("site", inputs, unit(files))?;
    }
    output.finish()
}

/// A run with changed inputs.
fn write(root: &Path, files: &[(&str, &str)]) -> Result<Written, OutputError> {
    let inputs = format!("{files:?}").replace(' ', "");
    Ok(write_from(root, &inputs, files)?.unwrap_or_default())
}

/// Every file below a folder but the lock, with its text.
fn listing(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(LOCK) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn names(root: &Path) -> Vec<String> {
    listing(root).into_keys().collect()
}

#[test]
fn only_what_changed_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = &folder.path().join("not/there/yet");
    let first = write(root, &[("index.html", "1"), ("data/a.1.cube", "a")]).unwrap();
    assert_eq!(first, Written { written: 2, unchanged: 0, removed: 0 });
    let age = |path: &str| fs::metadata(root.join(path)).unwrap().modified().unwrap();
    let before = age("index.html");
    let second = write(root, &[("index.html", "1"), ("data/b.1.cube", "b")]).unwrap();
    assert_eq!(second, Written { written: 1, unchanged: 1, removed: 1 });
    assert_eq!(age("index.html"), before);
    assert_eq!(names(root), [".site-gen.state", "data/b.1.cube", "index.html"]);
}

#[test]
fn folders_that_become_empty_go() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("projects/a/index.html", "a"), ("projects/b/index.html", "b")])
        .unwrap();
    write(folder.path(), &[("projects/b/index.html", "b")]).unwrap();
    assert!(!folder.path().join("projects/a").exists());
    write(folder.path(), &[("index.html", "i")]).unwrap();
    assert!(!folder.path().join("projects").exists());
}

#[test]
fn what_somebody_else_put_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("projects")).unwrap();
    fs::write(folder.path().join("projects/notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("CNAME"), "example.org").unwrap();
    write(folder.path(), &[("projects/a/index.html", "a")]).unwrap();
    write(folder.path(), &[]).unwrap();
    assert_eq!(names(folder.path()), [".site-gen.state", "CNAME", "projects/notes.txt"]);

    let error = write(folder.path(), &[("CNAME", "other"), ("a", "a")]).unwrap_err();
    assert!(matches!(error, OutputError::Foreign(ref path) if path.ends_with("CNAME")), "{error}");
    assert_eq!(names(folder.path()), [".site-gen.state", "CNAME", "projects/notes.txt"]);
    let error = write(folder.path(), &[("CNAME", "other")]).unwrap_err();
    assert!(
        matches!(error, OutputError::Foreign(_)),
        "the first try did not make it ours: {error}"
    );
}

#[test]
fn what_is_there_stays_unless_its_inputs_changed_or_a_file_was_touched() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("index.html", "1"), ("data/a.1.cube", "a")];
    let run = |inputs| write_from(folder.path(), inputs, &files).unwrap();
    let written = |written, unchanged| Some(Written { written, unchanged, removed: 0 });
    assert_eq!(run("inputs"), written(2, 0));
    assert_eq!(run("inputs"), None, "nothing to do");
    assert_eq!(run("others"), written(0, 2), "made again, and found to be the same");
    assert_eq!(run("others"), None);
    fs::write(folder.path().join("index.html"), "2").unwrap();
    assert_eq!(run("others"), written(1, 1));
    fs::remove_file(folder.path().join("data/a.1.cube")).unwrap();
    assert_eq!(run("others"), written(1, 1));
    assert_eq!(run("others"), None);
}

#[test]
fn a_unit_that_is_no_more_goes_and_what_another_one_took_over_stays() {
    let folder = tempfile::tempdir().unwrap();
    let run = |units: &[(&str, &[(&str, &str)])]| {
        let output = Output::open(folder.path()).unwrap();
        for (name, files) in units {
            output.put(name, "inputs", unit(files)).unwrap();
        }
        output.finish().unwrap().unwrap()
    };
    run(&[("a", &[("1", "x"), ("2", "x")]), ("b", &[("3", "x")])]);
    let done = run(&[("a", &[("1", "x")]), ("c", &[("2", "x")])]);
    assert_eq!(done, Written { written: 0, unchanged: 2, removed: 1 });
    assert_eq!(names(folder.path()), [".site-gen.state", "1", "2"]);
}

#[test]
fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = Output::open(folder.path()).unwrap();
    let second = Output::open(folder.path()).unwrap_err();
    assert!(matches!(second, OutputError::Held(_)), "{second}");
    drop(first);
    assert!(Output::open(folder.path()).is_ok());
}

#[test]
fn a_run_that_is_stopped_between_any_two_files_is_mended_by_the_next() {
    let old = [("a/1.html", "old"), ("b.css", "old"), ("gone/x", "old"), ("z.html", "old")];
    let new = [("a/1.html", "new"), ("b.css", "new"), ("c.js", "new"), ("z.html", "new")];
    let newest = [("b.css", "newest")];
    for done in 0..=new.len() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &old).unwrap();
        {
            // As far as `put` and `finish` come before they are stopped.
            let output = Output::open(root).unwrap();
            output.announce(&unit(&new).files).unwrap();
            for (path, text) in &new[..done] {
                output.put_file(path, text.as_bytes(), &mut HashSet::new()).unwrap();
            }
            fs::write(root.join(format!("{TEMPORARY}1")), "half a fi").unwrap();
        }
        // The next run may have other files again, and must still know those of the one that was stopped.
        let then = if done % 2 == 0 { new.as_slice() } else { newest.as_slice() };
        write(root, then).unwrap();
        let mut expected: Vec<&str> = then.iter().map(|file| file.0).collect();
        expected.insert(0, STATE);
        assert_eq!(names(root), expected, "stopped after {done}");
        for (path, text) in then {
            assert_eq!(fs::read_to_string(root.join(path)).unwrap(), *text, "stopped after {done}");
        }
        let inputs = format!("{then:?}").replace(' ', "");
        assert_eq!(write_from(root, &inputs, then).unwrap(), None, "stopped after {done}");
    }
}

#[test]
fn a_list_that_cannot_be_read_or_is_older_is_no_reason_to_stop() {
    let digest = "0".repeat(64);
    let older = format!("site-gen 1 abc\n{digest} 1 index.html\n{digest} 1 gone.html\nend\n");
    for (list, left) in [("", true), ("site-gen 2\nunit si", true), (&older, false)] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("index.html"), "old").unwrap();
        fs::write(root.join("gone.html"), "old").unwrap();
        fs::write(root.join(STATE), list).unwrap();
        Output::open(root)
            .unwrap()
            .check_foreign([("site".to_owned(), "index.html".to_owned())].into_iter())
            .unwrap();
        write(root, &[("index.html", "new")]).unwrap();
        assert_eq!(fs::read_to_string(root.join("index.html")).unwrap(), "new");
        assert_eq!(root.join("gone.html").exists(), left, "{list:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_links_and_no_link_is_replaced() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (root, elsewhere) = (folder.path().join("site"), folder.path().join("elsewhere"));
    fs::create_dir_all(&root).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, root.join("projects")).unwrap();
    symlink("nowhere", root.join("feed.xml")).unwrap();
    for path in ["projects/a/index.html", "feed.xml"] {
        let error = write(&root, &[(path, "1")]).unwrap_err();
        assert!(matches!(error, OutputError::Foreign(_)), "{error}");
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    assert!(root.join("feed.xml").is_symlink());
}

#[test]
fn a_journal_that_points_elsewhere_removes_nothing_there() {
    let folder = tempfile::tempdir().unwrap();
    let (root, victim) = (folder.path().join("site"), folder.path().join("victim"));
    write(&root, &[("index.html", "1")]).unwrap();
    fs::write(&victim, "mine").unwrap();
    fs::write(root.join("left.css"), "ours").unwrap();
    let lines = format!("../victim\n{}\nleft.css\n", victim.display());
    fs::write(root.join(JOURNAL), lines).unwrap();
    write(&root, &[("index.html", "2")]).unwrap();
    assert!(victim.exists());
    assert_eq!(names(&root), [STATE, "index.html"]);
}

#[test]
fn a_file_of_somebody_else_is_found_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "mine").unwrap();
    let output = Output::open(folder.path()).unwrap();
    let check = |unit: &str, path: &str| {
        output.check_foreign([(unit.to_owned(), path.to_owned())].into_iter())
    };
    assert!(matches!(check("site", "index.html"), Err(OutputError::Foreign(_))));
    check("site", "other.html").unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = write(&file, &[("index.html", "1")]).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot create the folder `{}`", file.display()));

    fs::create_dir_all(folder.path().join("site/index.html")).unwrap();
    let error = write(&folder.path().join("site"), &[("index.html", "1")]).unwrap_err();
    assert!(error.to_string().starts_with("cannot read `"), "{error}");
}

#[test]
fn what_a_failed_project_left_stays_known() {
    let folder = tempfile::tempdir().unwrap();
    let run = |work: &dyn Fn(&Output)| {
        let output = Output::open(folder.path()).unwrap();
        output.put("site", "inputs", unit(&[("index.html", "1")])).unwrap();
        work(&output);
        output.finish().unwrap()
    };
    run(&|output| output.put("a", "inputs", unit(&[("a.html", "a")])).unwrap());
    run(&|output| output.keep_old("a"));
    assert!(folder.path().join("a.html").exists());
    // A run that was interrupted had begun to replace it: what the new files speak of stays too.
    fs::write(folder.path().join("a.new.cube"), "new").unwrap();
    fs::write(folder.path().join(JOURNAL), "a.new.cube\n").unwrap();
    run(&|output| output.keep_old("a"));
    assert!(folder.path().join("a.new.cube").exists());
    run(&|output| assert!(!output.keep("a", "inputs"), "it is made again"));
    assert_eq!(names(folder.path()), [STATE, "index.html"], "all of it was ours to remove");
}
