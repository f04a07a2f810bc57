//! The program as it is used: what it prints, what it leaves, how it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{DateTime, Utc};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use store::Writer;
use tempfile::TempDir;

fn mini() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/events/mini.csv")
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// How the program ended, and what it wrote.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program in a folder, so that paths in what it prints are short.
fn collector(home: &Path, args: &[&str]) -> Ended {
    collector_reading(home, args, b"")
}

fn collector_reading(home: &Path, args: &[&str], input: &[u8]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command.args(args).current_dir(home).env("COLUMNS", "100");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end without reading all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Imports the small event file into the store `data`.
fn import_mini(home: &Path) -> Ended {
    fs::copy(mini(), home.join("mini.csv")).unwrap();
    let ended = collector(home, &["import", "mini.csv", "--store", "data"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    ended
}

/// All files of a store with their text.
fn files(store: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![store.join("pypi")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(store).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with(".lock") {
                files.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The summary without the time it took.
fn timeless(summary: &str) -> String {
    let lines = summary.lines().map(|line| {
        line.split_once(" removed; ").map_or(line.to_owned(), |(it, _)| format!("{it} removed"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_small_file_becomes_this_store() {
    let home = folder();
    let ended = import_mini(home.path());
    insta::assert_snapshot!(timeless(&ended.out), @r"
        mini.csv: 2024-02-27 to 2024-03-03, rows: 12, projects: 2
          days of projects: 9 added, 0 changed, 0 unchanged; 1 of them without downloads
          month files: 4 written, 0 removed
        ");
    let text: Vec<_> = (files(&home.path().join("data")).into_iter())
        .filter(|(name, _)| !name.ends_with("manifest.csv"))
        .map(|(name, text)| format!("{name}\n{text}"))
        .collect();
    insta::assert_snapshot!(text.join("\n").replace('\u{202e}', "<U+202E>"));
}

#[test]
fn importing_twice_changes_no_byte() {
    let home = folder();
    import_mini(home.path());
    let before = files(&home.path().join("data"));
    let ended = import_mini(home.path());
    insta::assert_snapshot!(timeless(&ended.out), @r"
        mini.csv: 2024-02-27 to 2024-03-03, rows: 12, projects: 2
          days of projects: 0 added, 0 changed, 9 unchanged; 1 of them without downloads
          month files: 0 written, 0 removed
        ");
    assert_eq!(files(&home.path().join("data")), before);
}

#[test]
fn the_order_of_the_rows_does_not_show() {
    let home = folder();
    import_mini(home.path());
    // Records with line feeds in them stay together: only the others are turned around.
    let text = fs::read_to_string(mini()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows = rows.replace("\nsecond", "\0second");
    let turned: Vec<_> = rows.lines().rev().map(|row| row.replace('\0', "\n")).collect();
    fs::write(home.path().join("turned.csv"), format!("{header}\n{}\n", turned.join("\n")))
        .unwrap();
    let ended = collector(home.path(), &["import", "turned.csv", "--store", "turned"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(files(&home.path().join("turned")), files(&home.path().join("data")));
}

#[test]
fn it_reads_gzip_crlf_a_byte_order_mark_other_orders_and_standard_input() {
    let home = folder();
    import_mini(home.path());
    let expected = files(&home.path().join("data"));
    let text = fs::read_to_string(mini()).unwrap();
    let packed = |text: &str| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let (first, second) = text.split_at(500);
    // The line feed inside a field is data and stays.
    let crlf = text.replace('\n', "\r\n").replace("\r\nsecond", "\nsecond");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap().iter().rev()).unwrap();
    for record in reader.records() {
        writer.write_record(record.unwrap().iter().rev()).unwrap();
    }
    let variants = [
        packed(&text),
        [packed(first), packed(second)].concat(),
        packed(&format!("\u{feff}{text}")),
        format!("\u{feff}{text}").into_bytes(),
        crlf.into_bytes(),
        writer.into_inner().unwrap(),
    ];
    for (at, variant) in variants.iter().enumerate() {
        let store = format!("store{at}");
        let ended = collector_reading(home.path(), &["import", "-", "--store", &store], variant);
        assert_eq!(ended.code, 0, "{at}: {ended:?}");
        assert_eq!(files(&home.path().join(store)), expected, "{at}");
    }
}

#[test]
fn older_files_have_no_ci() {
    let home = folder();
    let text = "timestamp,country_code,project,version,type,installer_name,implementation_name,\
        implementation_version,distro_name,distro_version,system_name,system_release,cpu\n\
        2024-01-01 00:00:00,US,sdv,1,,pip,,,,,,,x86_64\n";
    fs::write(home.path().join("old.csv"), text).unwrap();
    assert_eq!(collector(home.path(), &["import", "old.csv", "--store", "data"]).code, 0);
    let month = fs::read_to_string(home.path().join("data/pypi/sdv/2024-01.csv")).unwrap();
    assert!(month.ends_with("\n2024-01-01,US,1,,pip,,,,,,,x86_64,,1\n"), "{month}");
}

#[test]
fn later_files_win_by_whole_days_of_a_project() {
    let home = folder();
    import_mini(home.path());
    let header = fs::read_to_string(mini()).unwrap().lines().next().unwrap().to_owned();
    let later = format!("{header}\n2024-02-29 01:00:00,US,foo-bar,9,,,,,,,,,,\n");
    fs::write(home.path().join("later.csv"), later).unwrap();
    let ended = collector(home.path(), &["import", "mini.csv", "later.csv", "--store", "data"]);
    insta::assert_snapshot!(timeless(&ended.out), @r"
        mini.csv: 2024-02-27 to 2024-03-03, rows: 12, projects: 2
          days of projects: 0 added, 0 changed, 9 unchanged; 1 of them without downloads
          month files: 0 written, 0 removed
        later.csv: 2024-02-29 to 2024-02-29, rows: 1, projects: 1
          days of projects: 0 added, 1 changed, 0 unchanged; 0 of them without downloads
          month files: 1 written, 0 removed
        ");
    insta::assert_snapshot!(collector(home.path(), &["status", "--store", "data"]).out, @r"
        project  first day   last day    days  provisional  rows  downloads
        foo-bar  2024-02-27  2024-03-03     5            3     6          7
        sdv      2024-02-27  2024-03-02     4            2     6          6
        total                                                 12         13

        not collected, so unknown:
          foo-bar  2024-03-01
          sdv  2024-03-01
        ");
}

#[test]
fn a_bad_file_after_a_good_one_is_partly_done() {
    let home = folder();
    import_mini(home.path());
    fs::write(home.path().join("bad.csv"), "timestamp\n").unwrap();
    let ended = collector(home.path(), &["import", "mini.csv", "bad.csv", "--store", "data"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.out.starts_with("mini.csv: 2024-02-27 to 2024-03-03, rows: 12"), "{ended:?}");
    assert!(ended.err.starts_with("error: bad.csv:1: no column `country_code`"), "{ended:?}");
}

#[test]
fn the_configuration_says_where_the_store_is_and_how_much_is_kept() {
    let home = folder();
    fs::copy(mini(), home.path().join("mini.csv")).unwrap();
    let config =
        "store: rows\nlookback: 0\nprojects:\n  - name: sdv\n    detail: standard\n  - foo-bar\n";
    fs::write(home.path().join("config.yaml"), config).unwrap();
    let ended = collector(home.path(), &["import", "mini.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let sdv = fs::read_to_string(home.path().join("rows/pypi/sdv/2024-03.csv")).unwrap();
    assert!(
        sdv.ends_with("2024-03-02,GB,1.10.1,bdist_wheel,pip,CPython,3.12.*,,,Linux,,x86_64,,1\n"),
        "{sdv}"
    );
    let other = fs::read_to_string(home.path().join("rows/pypi/foo-bar/2024-03.csv")).unwrap();
    assert!(other.contains("CPython,3.12.2,Ubuntu,22.04,Linux,6.6.0"), "{other}");

    fs::write(home.path().join("config.yaml"), "projects: 7\n").unwrap();
    assert_eq!(collector(home.path(), &["status"]).code, 2);
    fs::remove_file(home.path().join("config.yaml")).unwrap();
    let ended = collector(home.path(), &["status"]);
    assert!(ended.err.contains("cannot read the configuration `config.yaml`"), "{ended:?}");
    assert_eq!(ended.code, 2);
    assert_eq!(collector(home.path(), &["import"]).code, 2);
}

#[test]
fn an_export_imports_as_the_same_store() {
    let home = folder();
    import_mini(home.path());
    let exported = collector(home.path(), &["export", "--store", "data"]);
    assert_eq!(exported.out.matches("00:00:00").count(), 12);
    insta::assert_snapshot!(exported.out.replace('\u{202e}', "<U+202E>"));
    fs::write(home.path().join("kept.csv.gz"), "").unwrap();
    let args = ["export", "--store", "data", "-o", "kept.csv.gz"];
    assert_eq!(collector(home.path(), &args).code, 0);
    let mut unpacked = String::new();
    let packed = fs::File::open(home.path().join("kept.csv.gz")).unwrap();
    MultiGzDecoder::new(packed).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, exported.out);
    assert_eq!(collector(home.path(), &["import", "kept.csv.gz", "--store", "again"]).code, 0);
    let months = |store: &str| {
        let mut files = files(&home.path().join(store));
        files.retain(|(name, _)| name.matches('/').count() == 2);
        files
    };
    assert_eq!(months("again"), months("data"));
    assert_eq!(months("again").len(), 4);

    let args = ["export", "--store", "data", "--project", "SDV"];
    assert_eq!(collector(home.path(), &args).out.matches(",sdv,").count(), 6);
    let ended = collector(home.path(), &["export", "--store", "data", "--project", "nobody"]);
    assert_eq!(ended.err, "error: there is no project `nobody` in the store\n");
    let ended = collector(home.path(), &["export", "--store", "data", "-o", "no/such/folder.csv"]);
    assert_eq!(
        (ended.code, ended.err.starts_with("error: cannot write `no/such/folder.csv`: ")),
        (1, true)
    );
}

#[test]
fn status_tells_what_there_is() {
    let home = folder();
    import_mini(home.path());
    insta::assert_snapshot!(collector(home.path(), &["status", "--store", "data"]).out, @r"
        project  first day   last day    days  provisional  rows  downloads
        foo-bar  2024-02-27  2024-03-03     5            3     5          6
        sdv      2024-02-27  2024-03-02     4            2     6          6
        total                                                 11         12

        not collected, so unknown:
          foo-bar  2024-03-01
          sdv  2024-03-01
        ");
    insta::assert_snapshot!(collector(home.path(), &["status", "--store", "data", "--json"]).out);
    fs::create_dir(home.path().join("empty")).unwrap();
    let ended = collector(home.path(), &["status", "--store", "empty"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "the store is empty\n"));
    let ended = collector(home.path(), &["status", "--store", "nowhere"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (1, "error: there is no store at `nowhere`: the folder does not exist\n")
    );
    let ended = collector(home.path(), &["status", "--store", "mini.csv"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (1, "error: `mini.csv` is not a folder, so it cannot hold a store\n")
    );
    let ended = collector(home.path(), &["import", "mini.csv", "--store", "mini.csv"]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (1, "error: `mini.csv` is not a folder, so it cannot hold a store\n")
    );
}

#[test]
fn damage_is_told_and_what_can_be_read_can_be_accepted() {
    let home = folder();
    import_mini(home.path());
    let fsck =
        |more: &[&str]| collector(home.path(), &[&["fsck", "--store", "data"], more].concat());
    let ended = fsck(&[]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "all is well\n"));
    let path = home.path().join("data/pypi/sdv/2024-02.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 4]).unwrap();
    let ended = fsck(&[]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.out, @r"
        data/pypi/sdv/2024-02.csv has 572 bytes, and the manifest says 576
        data/pypi/sdv/2024-02.csv is damaged in line 7, after the rows of 2024-02-29: found 13 fields, allowed are 14
        problems: 1
        ");
    let ended = fsck(&["--accept"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.out, @r"
        data/pypi/sdv/2024-02.csv is damaged in line 7, after the rows of 2024-02-29: found 13 fields, allowed are 14
        not taken, nothing was changed: mend or remove these files first
        ");
    let ended = collector(home.path(), &["export", "--store", "data"]);
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.err, @"error: `data/pypi/sdv/2024-02.csv` has 572 bytes, and the manifest says 576; `collector fsck` tells more");
    let whole_rows = text[..text.len() - 4].rsplit_once('\n').unwrap().0;
    fs::write(&path, format!("{whole_rows}\n")).unwrap();
    assert_eq!(fsck(&[]).code, 1);
    let ended = fsck(&["--accept"]);
    assert_eq!(ended.code, 0);
    insta::assert_snapshot!(ended.out, @"taken as they are: 4 month files, 10 rows, 11 downloads");
    assert_eq!(fsck(&[]).code, 0);
}

#[test]
fn what_was_paid_is_not_dropped_with_a_line_that_cannot_be_read() {
    let home = folder();
    import_mini(home.path());
    let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut writer = Writer::open(&home.path().join("data"), "test", now).unwrap();
    let check = store::Check { downloads: 1, seconds: 1 };
    writer.set_check(&"sdv".parse().unwrap(), "2024-02-27".parse().unwrap(), Some(check));
    let state = store::SpendingState::Pending;
    let (job, upper_bound, billed) = ("job-1".into(), 10, None);
    writer.spend(store::Spending { started_at: now, job, upper_bound, billed, state });
    writer.commit().unwrap();
    let pypi = home.path().join("data/pypi");
    fs::write(pypi.join("checks.csv"), "nothing\n").unwrap();
    fs::write(pypi.join("spending.csv"), "nothing\n").unwrap();
    let accept = || collector(home.path(), &["fsck", "--accept", "--store", "data"]);
    let ended = accept();
    assert_eq!(ended.code, 1);
    insta::assert_snapshot!(ended.out, @r"
        data/pypi/spending.csv is damaged in line 1
        not taken, nothing was changed: mend or remove these files first
        ");
    fs::remove_file(pypi.join("spending.csv")).unwrap();
    let ended = accept();
    assert_eq!(ended.code, 0);
    insta::assert_snapshot!(ended.out, @r"
        taken as they are: 4 month files, 11 rows, 12 downloads
        gone: data/pypi/checks.csv
        gone: data/pypi/spending.csv
        what was paid is forgotten: the budget of the month begins anew; a copy of spending.csv, put in its place and taken with --accept, restores it
        ");
}

#[test]
fn more_files_can_be_exported_than_may_be_open() {
    let home = folder();
    let row = |name: &str, day: u32| {
        format!("2024-02-{day:02} 00:00:00,US,{name},1.0,sdist,pip,CPython,3.12.1,,,Linux,,,\n")
    };
    let names: Vec<_> = (0..300).map(|number| format!("p{number:03}")).collect();
    let mut text = format!("{}\n", downloads::EVENT_COLUMNS.join(","));
    for day in 1..=3 {
        names.iter().for_each(|name| text += &row(name, day));
    }
    fs::write(home.path().join("many.csv"), &text).unwrap();
    let ended = collector(home.path(), &["import", "many.csv", "--store", "data"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mut command = Command::new("sh");
    let script = "ulimit -n 100; exec \"$0\" export --store data";
    command.args(["-c", script, env!("CARGO_BIN_EXE_collector")]).current_dir(home.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap() == text);
}

#[test]
fn a_refused_first_import_leaves_nothing() {
    let home = folder();
    fs::write(home.path().join("bad.csv"), "timestamp\n").unwrap();
    let ended = collector(home.path(), &["import", "bad.csv", "--store", "new/data"]);
    assert_eq!(ended.code, 1);
    assert!(!home.path().join("new").exists());
    let header = downloads::EVENT_COLUMNS.join(",");
    let good = "2024-02-27 00:00:00,US,sdv,1.0,sdist,pip,CPython,3.12.1,,,Linux,,,";
    // One that is refused after rows were put aside.
    fs::write(home.path().join("bad.csv"), format!("{header}\n{good}\n{good}x,y\n")).unwrap();
    assert_eq!(collector(home.path(), &["import", "bad.csv", "--store", "new/data"]).code, 1);
    assert!(!home.path().join("new").exists());
}

#[test]
fn importing_an_older_file_changes_what_differs_and_says_so() {
    let home = folder();
    let header = downloads::EVENT_COLUMNS.join(",");
    let row = |time: &str, version: &str| {
        format!("{time},US,sdv,{version},sdist,pip,CPython,3.12.1,,,Linux,,,")
    };
    let older = [row("2024-02-01 10:00:00", "1.0"), row("2024-02-02 10:00:00", "1.0")];
    let newer = [
        row("2024-02-01 10:00:00", "1.0"),
        row("2024-02-02 10:00:00", "1.0"),
        row("2024-02-02 11:00:00", "1.0"),
        row("2024-02-10 10:00:00", "1.0"),
    ];
    for (name, rows) in [("older.csv", &older[..]), ("newer.csv", &newer)] {
        fs::write(home.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    }
    let import = |name: &str| {
        let ended = collector(home.path(), &["import", name, "--store", "data"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let files = files(&home.path().join("data"));
        let of = |table: &str| {
            let found = files.iter().find(|(name, _)| name == &format!("pypi/{table}"));
            found.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        of("coverage.csv") + &of("revisions.csv")
    };
    let first = import("newer.csv");
    assert_eq!(import("newer.csv"), first, "nothing is new in it");
    insta::assert_snapshot!(first, @r"
        project,first_day,last_day,fetched_at,origin
        sdv,2024-02-01,2024-02-02,2024-02-10T10:00:00Z,import
        sdv,2024-02-10,2024-02-10,2024-02-10T10:00:00Z,import
        ");
    insta::assert_snapshot!(import("older.csv"), @r"
        project,first_day,last_day,fetched_at,origin
        sdv,2024-02-01,2024-02-01,2024-02-10T10:00:00Z,import
        sdv,2024-02-02,2024-02-02,2024-02-02T10:00:00Z,import
        sdv,2024-02-10,2024-02-10,2024-02-10T10:00:00Z,import
        project,day,seen_at,before,after,kind
        sdv,2024-02-02,2024-02-02T10:00:00Z,2,1,revised
        ");
    insta::assert_snapshot!(import("newer.csv"), @r"
        project,first_day,last_day,fetched_at,origin
        sdv,2024-02-01,2024-02-02,2024-02-10T10:00:00Z,import
        sdv,2024-02-10,2024-02-10,2024-02-10T10:00:00Z,import
        project,day,seen_at,before,after,kind
        sdv,2024-02-02,2024-02-02T10:00:00Z,2,1,revised
        sdv,2024-02-02,2024-02-10T10:00:00Z,1,2,revised
        ");
}

#[test]
fn a_second_run_is_told_who_holds_the_store() {
    let home = folder();
    import_mini(home.path());
    let now: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
    let writer = Writer::open(&home.path().join("data"), "another one", now).unwrap();
    let ended = collector(home.path(), &["import", "mini.csv", "--store", "data"]);
    assert_eq!(ended.code, 5);
    let process = std::process::id().to_string();
    insta::assert_snapshot!(ended.err.replace(&process, "N"), @"error: the store is held by `another one` (process N) since 2026-11-23T12:00:00Z (lock file `data/pypi/.lock`)");
    assert_eq!(
        collector(home.path(), &["status", "--store", "data"]).code,
        0,
        "readers need no lock"
    );
    drop(writer);
    assert_eq!(collector(home.path(), &["import", "mini.csv", "--store", "data"]).code, 0);
}

#[test]
fn two_imports_at_once_lose_nothing() {
    let home = folder();
    import_mini(home.path());
    let spawn = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
        command.args(["import", "mini.csv", "--store", "both"]).current_dir(home.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut runs: Vec<_> = (0..8).map(|_| spawn()).collect();
    let codes: Vec<_> = runs.iter_mut().map(|run| run.wait().unwrap().code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    assert_eq!(files(&home.path().join("both")), files(&home.path().join("data")));
}

/// Without the feature this test does not exist, rather than pass.
#[cfg(feature = "shared-data")]
#[test]
fn the_golden_file_has_all_its_downloads() {
    let shared = std::env::var_os("DOWNLOAD_ANALYTICS_SHARED")
        .expect("DOWNLOAD_ANALYTICS_SHARED names the folder with the golden figures");
    let home = folder();
    let file = Path::new(&shared).join("data/golden/200k/pypi.csv.gz");
    let ended = collector(home.path(), &["import", file.to_str().unwrap(), "--store", "data"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let folder = home.path().join("data");
    let snapshot = store::Snapshot::open(&folder).unwrap();
    let mut downloads = 0;
    for project in snapshot.projects() {
        snapshot.read_rows(project.as_str(), |row| downloads += row.downloads).unwrap();
    }
    assert_eq!(downloads, 200_000);
}

/// `collector pypi` in a folder with a configuration, as far as it comes without credentials.
fn pypi(args: &[&str]) -> Ended {
    let home = folder();
    fs::write(home.path().join("config.yaml"), "projects: [sdv]\n").unwrap();
    fs::write(home.path().join("none.json"), "{}").unwrap();
    // An address where nobody listens, so that nothing of this machine is found.
    let fixed = [
        &["pypi", "--bigquery-endpoint", "http://127.0.0.1:1", "--now", "2024-04-01T05:00:00Z"][..],
        &["--authentication-credentials", "none.json"],
    ];
    collector(home.path(), &[&fixed.concat(), args].concat())
}

#[test]
fn days_that_cannot_be_asked_for_are_told_before_anything_else() {
    let ended = pypi(&["-s", "2024-03-02", "-e", "2024-03-01"]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.err, @"error: --start-date 2024-03-02 is after --end-date 2024-03-01, so there is no day to ask for");
    for more in [&[][..], &["--dry-run"]] {
        let ended = pypi(&[&["-s", "2024-03-31", "-m", "7"], more].concat());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
        let why = "nothing to collect: the first day asked for is 2024-03-31, and the newest that \
                   can be read 2024-03-30; 2024-03-31 is read from 06:00 UTC on\n";
        assert!(ended.out.starts_with(why), "{ended:?}");
    }
    assert!(pypi(&["-m", "many"]).err.contains("expected a number of days, or `all`"));
    for all in ["", "all", "4294967295"] {
        // So many days are asked for that credentials are needed.
        let ended = pypi(&["-m", all]);
        assert!(ended.code == 2 && ended.err.contains("none.json"), "{all:?}: {ended:?}");
    }
}

#[test]
fn a_project_that_is_not_in_the_configuration_is_collected_with_a_warning() {
    let ended = pypi(&["-p", "sdv", "Foo_Bar", "-s", "2024-03-31"]);
    assert_eq!(ended.code, 0);
    insta::assert_snapshot!(ended.err, @"warning: `foo-bar` is not in the configuration; it is collected at full detail");
}

#[test]
fn a_store_that_is_no_folder_is_refused_as_in_the_configuration() {
    let home = folder();
    fs::write(home.path().join("config.yaml"), "projects: [sdv]\n").unwrap();
    let unavailable = "error: the store `gdrive://1a2B` is in Google Drive, which is not available \
                       yet; name a local folder with `store:`\n";
    for args in [
        &["pypi", "-o", "gdrive://1a2B"][..],
        &["pypi", "--output-folder", "gdrive://1a2B", "--dry-run"],
        &["status", "-o", "gdrive://1a2B"],
        &["export", "--store", "gdrive://1a2B"],
    ] {
        let ended = collector(home.path(), args);
        assert_eq!((ended.code, ended.err.as_str()), (2, unavailable), "{args:?}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "{args:?}");
    }
    let ended = collector(home.path(), &["import", "-o", "s3://bucket", "mini.csv"]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.err.lines().next().unwrap(), @"error: invalid value 's3://bucket' for '--store <DIR>': `s3://bucket` is no place for a store, expected a folder or `gdrive://` and the id of a folder");
}

#[test]
fn the_billed_project_is_checked_as_in_the_configuration() {
    let ended = pypi(&["--billing-project", "../me"]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.err.lines().next().unwrap(), @"error: invalid value '../me' for '--billing-project <ID>': `../me` is not the id of a Google Cloud project, expected lower-case letters, digits and `-`, as `gcloud projects list` shows it");
    let ended = pypi(&["--billing-project", "", "-s", "2024-03-31"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn what_would_do_without_a_configuration_is_only_said_where_it_would() {
    let home = folder();
    let err = |args: &[&str]| {
        let ended = collector(home.path(), args);
        assert_eq!(ended.code, 2, "{ended:?}");
        ended.err.split(": No such file").next().unwrap().to_owned()
    };
    let cannot = "error: cannot read the configuration";
    let would = format!("{cannot} `config.yaml`, which `--store DIR` would do without");
    assert_eq!(err(&["status"]), would);
    assert_eq!(err(&["import", "mini.csv"]), would);
    assert_eq!(err(&["status", "-c", "no.yaml"]), format!("{cannot} `no.yaml`"));
    assert_eq!(err(&["pypi"]), format!("{cannot} `config.yaml`"));
    assert_eq!(err(&["pypi", "--store", "data"]), format!("{cannot} `config.yaml`"));
}

#[test]
fn who_is_late_is_told_by_the_exit_code_too() {
    let home = folder();
    import_mini(home.path());
    let status =
        |args: &[&str]| collector(home.path(), &[&["status", "--store", "data"], args].concat());
    let ended = status(&["--late-after", "2"]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.err, @"error: `--late-after` looks at the projects of the configuration, and there is none; name it with --config");
    fs::write(home.path().join("config.yaml"), "projects: [sdv, '1-2']\n").unwrap();
    let plain = status(&[]);
    assert_eq!(plain.code, 0);
    for format in [&[][..], &["--markdown"], &["--json"]] {
        let ended = status(&[&["--late-after", "2"], format].concat());
        assert_eq!((ended.code, ended.err.as_str()), (3, ""), "{ended:?}");
        assert!(ended.out.contains("1-2"), "{ended:?}");
    }
    let ended = status(&["--late-after", "2"]);
    let (table, _) = plain.out.split_once("\n\n").unwrap_or((plain.out.trim_end(), ""));
    assert!(ended.out.starts_with(table), "{ended:?}");
    for bad in ["-1", "1.5", "", "x", "4294967296"] {
        assert_eq!(status(&[&format!("--late-after={bad}")]).code, 2, "{bad:?}");
    }
    assert_eq!(status(&["--json", "--markdown"]).code, 2);
    fs::write(home.path().join("config.yaml"), "projects: [sdv]\n").unwrap();
    assert_eq!(status(&["--late-after", "100000"]).code, 0);
}

#[test]
fn help_is_documentation() {
    let home = folder();
    let mut text = String::new();
    for args in [
        &["--help"][..],
        &["pypi", "--help"],
        &["import", "--help"],
        &["export", "--help"],
        &["status", "--help"],
        &["fsck", "--help"],
        &["branch", "--help"],
        &["branch", "pull", "--help"],
        &["branch", "push", "--help"],
        &["init", "--help"],
    ] {
        text +=
            &format!("$ collector {}\n\n{}\n", args.join(" "), collector(home.path(), args).out);
    }
    insta::assert_snapshot!(text);
}
