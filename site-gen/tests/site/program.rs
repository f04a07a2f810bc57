//! The program as it is called: what it prints, what it writes, how it ends.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use site_gen::Module;

use crate::fixture::{mini, mini_store};

/// What a program without the module of the browser says in every run: it is about the program, and a test of its
/// own looks at it.
const NO_MODULE: &str = "note: the pages cannot be explored: this site-gen was built without the module of the \
    browser; take a released one, build it with `--features embedded`, or name the folder of the module with \
    --explorer\n";

/// A folder with a store and a configuration.
struct Place {
    store: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { store: mini_store(), folder: tempfile::tempdir().unwrap() };
        place.configure(&fs::read_to_string(mini().join("config.yaml")).unwrap());
        place
    }

    fn configure(&self, text: &str) {
        fs::write(self.folder.path().join("config.yaml"), text).unwrap();
    }

    fn site(&self, path: &str) -> PathBuf {
        self.folder.path().join("site").join(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_site-gen"));
        command.current_dir(self.folder.path()).args(["--today", "2024-04-01"]).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let store = self.store.path().to_str().unwrap();
        let mut command = self.command(arguments);
        self.ended(command.args(["--store", store]).output().unwrap())
    }

    fn ended(&self, Output { status, stdout, stderr }: Output) -> Ended {
        let hide = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace(NO_MODULE, "");
            let text = text.replace(self.store.path().to_str().unwrap(), "STORE");
            text.replace(self.folder.path().to_str().unwrap(), "FOLDER")
        };
        Ended { code: status.code().unwrap(), stdout: hide(stdout), stderr: hide(stderr) }
    }
}

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ended {
    /// What is on standard output, without the time.
    fn said(&self) -> &str {
        self.stdout.rsplit_once(" (").map_or(&self.stdout, |(said, _)| said)
    }

    /// How many files were written, unchanged and removed.
    fn files(&self) -> [usize; 3] {
        let (_, counts) = self.said().split_once("files: ").unwrap();
        let counts: Vec<_> =
            counts.split(", ").map(|it| it.split(' ').next().unwrap().parse().unwrap()).collect();
        counts.try_into().unwrap()
    }
}

fn append(path: &Path, text: &str) {
    let mut bytes = fs::read(path).unwrap();
    bytes.extend(text.as_bytes());
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_program_says_whether_it_has_the_module_of_the_browser() {
    let place = Place::new();
    let has_module = Module::embedded().is_some();
    assert_eq!(has_module, cfg!(feature = "embedded"));
    let store = place.store.path().to_str().unwrap();
    let output = place.command(&["--store", store]).output().unwrap();
    let notes = String::from_utf8(output.stderr).unwrap();
    assert_eq!(notes.starts_with(NO_MODULE), !has_module, "{notes}");

    let help = String::from_utf8(place.command(&["--help"]).output().unwrap().stdout).unwrap();
    let holds = "holds the module of the browser";
    assert_eq!(help.contains(holds), has_module, "{help}");
    assert_eq!(help.contains("built without the module"), !has_module, "{help}");
}

/// `cargo xtask alone` does this with the real module and an installed program.
#[cfg(feature = "embedded")]
#[test]
fn the_module_within_the_program_makes_the_site_that_its_folder_makes() {
    let (alone, told) = (Place::new(), Place::new());
    let folder = tempfile::tempdir().unwrap();
    let module = Module::embedded().unwrap();
    fs::write(folder.path().join("web.js"), module.script).unwrap();
    fs::write(folder.path().join("web_bg.wasm"), module.wasm).unwrap();
    fs::write(folder.path().join("web_compare.js"), module.compare_script).unwrap();
    fs::write(folder.path().join("web_compare_bg.wasm"), module.compare_wasm).unwrap();
    assert_eq!(alone.run(&[]).code, 0);
    assert_eq!(told.run(&["--explorer", folder.path().to_str().unwrap()]).code, 0);
    let site = content(&alone);
    assert!(site == content(&told), "a file differs");
    assert!(site.keys().any(|path| path.extension().is_some_and(|it| it == "wasm")));
}

#[test]
fn a_second_run_does_nothing_unless_something_changed() {
    let place = Place::new();
    let first = place.run(&[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.said().starts_with("site: 5 projects; files: "), "{}", first.said());
    let [all, ..] = first.files();
    assert_eq!(first.files(), [all, 0, 0]);
    insta::assert_snapshot!(first.stderr, @"note: `stray` is in the store but not in the configuration: left out");
    assert_eq!(place.run(&[]).said(), "nothing changed: site is up to date");

    append(&place.site("index.html"), "touched");
    assert_eq!(place.run(&[]).files(), [1, all - 1, 0]);
    assert_eq!(place.run(&[]).said(), "nothing changed: site is up to date");

    let config = fs::read_to_string(mini().join("config.yaml")).unwrap();
    place.configure(&config.replace("  - one-day\n", "").replace("[one-day]", "[]"));
    let [written, unchanged, removed] = place.run(&[]).files();
    assert_eq!(written + unchanged + removed, all, "what is not there any more is removed");
    assert!(
        removed > 150 && written < 20,
        "only what speaks of all projects is written: {written}"
    );
    assert!(!place.site("projects/one-day").exists());
}

/// Every file of the site but the list of files, which has times.
fn content(place: &Place) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![place.site("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_str().unwrap().starts_with(".site-gen") {
                let name = path.strip_prefix(place.site("")).unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn what_was_made_step_by_step_is_what_would_be_made_at_once() {
    let config = fs::read_to_string(mini().join("config.yaml")).unwrap();
    let fewer = config.replace("  - one-day\n", "").replace("[one-day]", "[]");
    assert_ne!(config, fewer);
    let dearer = format!("{config}\nbudget:\n  month: 3 TiB\n");
    let other = [(&config, &fewer), (&fewer, &config), (&config, &dearer)];
    for (before, after) in other {
        let (steps, at_once) = (Place::new(), Place::new());
        for text in [before, after] {
            steps.configure(text);
            assert_eq!(steps.run(&[]).code, 0);
        }
        at_once.configure(after);
        assert_eq!(at_once.run(&[]).code, 0);
        assert!(content(&steps) == content(&at_once), "a file differs");
    }
}

#[test]
fn the_day_only_matters_where_it_makes_data_late() {
    let place = Place::new();
    place.run(&[]);
    let store = place.store.path().to_str().unwrap().to_owned();
    let on = |day: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_site-gen"));
        command.current_dir(place.folder.path()).args(["--store", &store, "--today", day]);
        place.ended(command.output().unwrap()).said().to_owned()
    };
    assert_eq!(on("2024-04-02"), "nothing changed: site is up to date");
    assert!(on("2024-06-01").contains("written"));
    assert_eq!(on("2024-06-02"), "nothing changed: site is up to date");
}

#[test]
fn a_project_that_cannot_be_read_keeps_its_page_and_the_others_go_on() {
    let place = Place::new();
    place.run(&[]);
    let page = fs::read(place.site("projects/quiet/index.html")).unwrap();
    let month = place.store.path().join("pypi/quiet/2024-02.csv");
    let whole = fs::read(&month).unwrap();
    append(&month, "x");
    let config = fs::read_to_string(place.folder.path().join("config.yaml")).unwrap();
    place.configure(&config.replace("Test data", "Other data"));

    let ended = place.run(&[]);
    assert_eq!(ended.code, 3);
    insta::assert_snapshot!(ended.stderr, @r"
        note: `stray` is in the store but not in the configuration: left out
        error: cannot make the page of `quiet`: `STORE/pypi/quiet/2024-02.csv` has 631 bytes, and the manifest says 630; `collector fsck` tells more
        note: what failed keeps its old files and figures; without any it is not in the list of projects
        ");
    assert!(ended.said().starts_with("site: 5 projects, 1 of them failed; files: "));
    let [_, _, removed] = ended.files();
    assert_eq!(removed, 0);
    assert_eq!(fs::read(place.site("projects/quiet/index.html")).unwrap(), page);
    let other = fs::read_to_string(place.site("projects/foo-bar/index.html")).unwrap();
    assert!(other.contains("Other data"));

    let index = fs::read_to_string(place.site("index.html")).unwrap();
    assert!(index.contains("projects/quiet/"), "it is told of with what was known of it");

    let again = place.run(&[]);
    assert_eq!(again.code, 3, "the next run tries again");
    assert!(again.said().contains("1 of them failed"), "{}", again.said());
    fs::write(&month, whole).unwrap();
    assert_eq!(place.run(&[]).code, 0);
    let page = fs::read_to_string(place.site("projects/quiet/index.html")).unwrap();
    assert!(page.contains("Other data"));
    assert_eq!(place.run(&[]).said(), "nothing changed: site is up to date");
}

/// What the others of an ecosystem add up to depends on each of them.
#[test]
fn an_ecosystem_with_a_project_that_cannot_be_read_is_left_out() {
    let place = Place::new();
    let month = place.store.path().join("pypi/quiet/2024-02.csv");
    let whole = fs::read(&month).unwrap();
    append(&month, "x");
    assert_eq!(place.run(&[]).code, 3);
    let index = fs::read_to_string(place.site("ecosystems/index.html")).unwrap();
    assert!(
        index.contains(
            "Left out now, because the data of one of its projects cannot be read: Others."
        )
    );
    assert!(place.site("ecosystems/foo-sons-eco/index.html").exists());
    let data = fs::read_to_string(place.site("data/index.html")).unwrap();
    assert!(!data.contains("href=\"../data/Downloads_Summary.xlsx\""));
    let missing = [
        "ecosystems/others/index.html",
        "data/ecosystems/others.csv",
        "data/Downloads_Summary.xlsx",
    ];
    for path in missing {
        assert!(!place.site(path).exists(), "{path}");
        assert!(!index.contains(path), "{path}");
    }
    fs::write(&month, whole).unwrap();
    assert_eq!(place.run(&[]).code, 0);
    assert!(missing.iter().all(|path| place.site(path).exists()));
}

#[test]
fn what_is_wrong_is_said_and_has_its_exit_code() {
    let place = Place::new();
    let said = |ended: Ended| format!("{}: {}{}", ended.code, ended.stdout, ended.stderr);

    insta::assert_snapshot!(said(place.run(&["--config", "missing.yaml"])), @"2: error: cannot read `missing.yaml`: No such file or directory (os error 2)");
    place.configure("projects: [a]\nstore: nowhere\ntitel: x\n");
    insta::assert_snapshot!(said(place.run(&[])), @r"
        2: error: config.yaml:3:1: unknown key `titel`, did you mean `site`? Allowed are `site`, `store`, `mirrors`, `detail`, `lookback`, `max-days`, `largest-year`, `bigquery`, `budget`, `import_config`, `projects`, `ecosystems`
          |
        3 | titel: x
          | ^
        ");
    place.configure("projects: [a]\nstore: nowhere\n");
    insta::assert_snapshot!(said(place.ended(place.command(&[]).output().unwrap())), @"1: error: there is no store at `nowhere`: the folder does not exist");
    place.configure("projects: [a]\nstore: gdrive://abc\n");
    insta::assert_snapshot!(said(place.ended(place.command(&[]).output().unwrap())), @"1: error: the store `gdrive://abc` is in Google Drive, which is not available yet; name a local folder with `store:`");
    place.configure("projects: [a, b, c, d, e, f, g]\n");
    insta::assert_snapshot!(said(place.run(&[])), @"2: error: `config.yaml` lists `a`, `b`, `c`, `d`, `e` and 2 more, and the store holds `foo-bar`, `hostile-strings`, `one-day`, `quiet`, `stray`: list the projects of the store under `projects:`");
    assert!(!place.site("index.html").exists());
    place.configure("projects: [a, quiet]\n");
    fs::write(place.folder.path().join("file"), "").unwrap();
    insta::assert_snapshot!(said(place.run(&["--quiet", "--output", "file"])), @r"
        1: note: `foo-bar` is in the store but not in the configuration: left out
        note: `hostile-strings` is in the store but not in the configuration: left out
        note: `one-day` is in the store but not in the configuration: left out
        note: `stray` is in the store but not in the configuration: left out
        error: cannot create the folder `file`: File exists (os error 17)
        ");
    insta::assert_snapshot!(said(place.run(&["--quiet", "--explorer", "nowhere", "--output", "x/y"])), @r"
        0: note: the pages cannot be explored: cannot read `nowhere/web.js`: No such file or directory (os error 2)
        note: `foo-bar` is in the store but not in the configuration: left out
        note: `hostile-strings` is in the store but not in the configuration: left out
        note: `one-day` is in the store but not in the configuration: left out
        note: `stray` is in the store but not in the configuration: left out
        ");
    let today = place.ended(place.command(&["--today", "tomorrow"]).output().unwrap());
    assert_eq!(today.code, 2);
}

/// A limit on the size of files stands in for a disk that is full: it is hit while pages are written.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_said_and_the_next_run_mends_the_site() {
    let place = Place::new();
    let store = place.store.path().to_str().unwrap();
    let limited = |kilobytes: u32, on_limit: &str| {
        let mut shell = Command::new("sh");
        let script = format!("{on_limit} ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        shell.current_dir(place.folder.path()).args([
            "-c",
            &script,
            env!("CARGO_BIN_EXE_site-gen"),
        ]);
        shell.args(["--quiet", "--today", "2024-04-01", "--store", store]).output().unwrap()
    };
    let ended = place.ended(limited(24, "trap '' XFSZ;"));
    assert_eq!(ended.code, 1);
    let [_, error] = ended.stderr.lines().last().unwrap().split("error: ").collect::<Vec<_>>()[..]
    else {
        panic!("{}", ended.stderr);
    };
    assert!(error.starts_with("cannot write `site/"), "{error}");

    // Without the trap the limit kills the program in the middle of a file.
    assert_eq!(limited(24, "").status.code(), None);
    assert_eq!(place.run(&[]).code, 0);
    assert_eq!(place.run(&[]).said(), "nothing changed: site is up to date");
    let temporary = |name: &str| name.starts_with(".site-gen.tmp") || name == ".site-gen.journal";
    let names = fs::read_dir(place.site("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!names.into_iter().any(|name| temporary(name.to_str().unwrap())));
}

#[test]
fn one_run_at_a_time_writes_to_a_folder() {
    let place = Place::new();
    fs::create_dir(place.site("")).unwrap();
    let lock = File::create(place.site(".site-gen.lock")).unwrap();
    lock.lock().unwrap();
    let ended = place.run(&["--quiet"]);
    assert_eq!(ended.code, 5);
    insta::assert_snapshot!(ended.stderr, @r"
        note: `stray` is in the store but not in the configuration: left out
        error: another site-gen is writing to `site`; wait until it is done
        ");
}

#[test]
fn a_folder_with_somebody_elses_page_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.site("")).unwrap();
    fs::write(place.site("index.html"), "mine").unwrap();
    let ended = place.run(&["--quiet"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.stderr, @r"
        note: `stray` is in the store but not in the configuration: left out
        error: `site/index.html` was not written by site-gen and would be replaced; move it away or choose another folder with --output
        ");
    assert_eq!(fs::read_to_string(place.site("index.html")).unwrap(), "mine");
    assert!(!place.site("projects").exists());
}
