//! What stands in an output folder, whatever was there before.

use std::collections::BTreeMap;

use super::*;

fn site(files: &[(&str, &str)]) -> Site {
    let mut site = Site::default();
    for (path, text) in files {
        site.add(*path, *text);
    }
    site
}

fn write(root: &Path, files: &[(&str, &str)]) -> Result<Written, OutputError> {
    Output::open(root)?.write(&site(files), Some("inputs".into()), Leftovers::Remove)
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
}

#[test]
fn the_same_site_of_the_same_inputs_is_known_again_unless_a_file_was_touched() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("index.html", "1"), ("data/a.1.cube", "a")];
    let holds = |inputs| Output::open(folder.path()).unwrap().holds(inputs).unwrap();
    assert!(!holds("inputs"));
    write(folder.path(), &files).unwrap();
    assert!(holds("inputs"));
    assert!(!holds("other inputs"));
    fs::write(folder.path().join("index.html"), "2").unwrap();
    assert!(!holds("inputs"));
    write(folder.path(), &files).unwrap();
    assert!(holds("inputs"));
    fs::remove_file(folder.path().join("data/a.1.cube")).unwrap();
    assert!(!holds("inputs"));
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
fn a_run_that_is_stopped_after_any_step_is_mended_by_the_next() {
    let old = site(&[("a/1.html", "old"), ("b.css", "old"), ("gone/x", "old"), ("z.html", "old")]);
    let new = [("a/1.html", "new"), ("b.css", "new"), ("c.js", "new"), ("z.html", "new")];
    let whole = {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &new).unwrap();
        listing(folder.path())
    };
    let new_site = site(&new);
    for done in 0..7 {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let open = || Output::open(root).unwrap();
        open().write(&old, Some("old inputs".into()), Leftovers::Remove).unwrap();
        let output = open();
        let changed = output.changed(&new_site).unwrap();
        let steps = output.plan(&new_site, &changed, Some("inputs".into()), Leftovers::Remove);
        assert_eq!(steps.len(), 7, "a list, four files, one removal, a list");
        steps.into_iter().take(done).for_each(|step| output.perform(step).unwrap());
        fs::write(root.join(TEMPORARY), "half a fi").unwrap();
        drop(output);

        assert!(!open().holds("inputs").unwrap(), "stopped after {done}");
        write(root, &new).unwrap();
        assert!(open().holds("inputs").unwrap(), "stopped after {done}");
        assert_eq!(listing(root), whole, "stopped after {done}");
    }
}

#[test]
fn pages_come_after_what_they_speak_of() {
    let folder = tempfile::tempdir().unwrap();
    let output = Output::open(folder.path()).unwrap();
    let site = site(&[("404.html", ""), ("assets/x.css", ""), ("index.html", ""), ("z.cube", "")]);
    let order: Vec<_> = output.changed(&site).unwrap().into_iter().map(|(path, _)| path).collect();
    assert_eq!(order, ["assets/x.css", "z.cube", "404.html", "index.html"]);
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
    write(folder.path(), &[("index.html", "1"), ("old.css", "old")]).unwrap();
    let written = Output::open(folder.path())
        .unwrap()
        .write(&site(&[("index.html", "2")]), None, Leftovers::Keep)
        .unwrap();
    assert_eq!(written, Written { written: 1, unchanged: 0, removed: 0 });
    assert!(folder.path().join("old.css").exists());
    write(folder.path(), &[("index.html", "2")]).unwrap();
    assert_eq!(names(folder.path()), [".site-gen.state", "index.html"]);
}
