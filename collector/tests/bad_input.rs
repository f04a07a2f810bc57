//! What is wrong with an event file is said with file, line and column, and the store stays as it was.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, io::Write as _, path::Path, process::Command};

use downloads::EVENT_COLUMNS;
use flate2::{Compression, write::GzEncoder};

const GOOD: &str =
    "2024-01-01 00:00:00,US,sdv,1.0,sdist,pip,CPython,3.12.1,Ubuntu,22.04,Linux,6.5,x86_64,";

/// Imports the bytes as `x.csv` into a store that has something, and returns what is said.
fn refuse(bytes: &[u8]) -> String {
    let home = tempfile::tempdir().unwrap();
    let run = |file: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
        let args = ["import", file, "--store", "data", "--today", "2024-06-30"];
        command.args(args).current_dir(home.path()).output().unwrap()
    };
    fs::write(home.path().join("good.csv"), file(&[GOOD])).unwrap();
    assert!(run("good.csv").status.success());
    let month = home.path().join("data/pypi/sdv/2024-01.csv");
    let before = fs::read(&month).unwrap();
    fs::write(home.path().join("x.csv"), bytes).unwrap();
    let output = run("x.csv");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read(month).unwrap(), before);
    assert!(no_litter(&home.path().join("data/pypi")));
    String::from_utf8(output.stderr).unwrap()
}

fn no_litter(pypi: &Path) -> bool {
    let mut names: Vec<_> = fs::read_dir(pypi).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    names == [".lock", "coverage.csv", "manifest.csv", "sdv"]
}

fn file(rows: &[&str]) -> String {
    format!("{}\n{}\n", EVENT_COLUMNS.join(","), rows.join("\n"))
}

/// The message for a good row and one with a change.
fn refuse_changed(from: &str, to: &str) -> String {
    refuse(file(&[GOOD, &GOOD.replacen(from, to, 1)]).as_bytes())
}

#[test]
fn headers() {
    let header = EVENT_COLUMNS.join(",");
    let messages = [
        refuse(b""),
        refuse(b"\n\n"),
        refuse(header.replace("cpu,", "").as_bytes()),
        refuse(header.replace("cpu", "\u{202e}gpu\u{1b}[31m").as_bytes()),
        refuse(header.replace("cpu", "version").as_bytes()),
        refuse(b"<!DOCTYPE html>\n"),
    ];
    insta::assert_snapshot!(messages.concat(), @r"
        error: x.csv: the file is empty, it has no header; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        error: x.csv: the file is empty, it has no header; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        error: x.csv:1: no column `cpu`; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        error: x.csv:1: unknown column `\u{202e}gpu\u{1b}[31m`; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        error: x.csv:1: column `version` is there twice; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        error: x.csv:1: unknown column `<!DOCTYPE html>`; expected the columns timestamp, country_code, project, version, type, installer_name, implementation_name, implementation_version, distro_name, distro_version, system_name, system_release, cpu, ci (`ci` may be missing)
        ");
}

#[test]
fn rows() {
    let messages = [
        refuse_changed(",x86_64,", ""),
        refuse_changed(",x86_64,", ",x86_64,,,"),
        refuse_changed("pip", "\"pip"),
        refuse_changed("pip", "p\"ip"),
        refuse_changed("pip", "\"p\"ip"),
        refuse_changed("pip", "p\0ip"),
        refuse_changed("pip", "p\rip"),
        refuse_changed("pip", &"x".repeat(10 << 20)),
        refuse_changed("pip", &"x".repeat(70_000)),
        refuse_changed("pip", &format!("\"{}", "x\n".repeat(1 << 20))),
        refuse(
            &[file(&[GOOD]).as_bytes(), b"2024-01-01 00:00:00,US,sdv,1.0,sdist,caf\xe9,,,,,,,,\n"]
                .concat(),
        ),
        refuse(file(&[GOOD, "2024-01-01 00:00:00,US,sd"]).trim_end().as_bytes()),
        refuse(file(&[GOOD, "2024-01-01 00:00:00,US,sdv,\"1."]).trim_end().as_bytes()),
        refuse(file(&[GOOD]).trim_end().as_bytes()),
    ];
    insta::assert_snapshot!(messages.concat(), @r"
        error: x.csv:3: found 12 fields, allowed are 14 as in the header
        error: x.csv:3: found 16 fields, allowed are 14 as in the header
        error: x.csv:3: the file ends inside a quoted field; it was cut off, or a quote is not closed
        error: x.csv:3: broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled
        error: x.csv:3: broken quotes; a field with a quote in it must be quoted as a whole, and the quote doubled
        error: x.csv:3: column `installer_name`: found a NUL character, which is not allowed
        error: x.csv:3: a carriage return outside of quotes; lines must end in LF or CRLF
        error: x.csv:3: a record of more than 1048576 bytes; perhaps a quote is not closed
        error: x.csv:3: column `installer_name`: found 70000 bytes, allowed are 65536
        error: x.csv:3: a record of more than 1048576 bytes; perhaps a quote is not closed
        error: x.csv:3: column `installer_name`: found `caf\xe9`, allowed is UTF-8
        error: x.csv:3: found 3 fields, allowed are 14 as in the header; the file ends in the middle of this row
        error: x.csv:3: the file ends inside a quoted field; it was cut off, or a quote is not closed
        error: x.csv:2: the file ends without a line end, so this row may be cut off in the middle of a value; if it is whole, add a line end
        ");
}

#[test]
fn values() {
    let time = "2024-01-01 00:00:00";
    let messages = [
        refuse_changed(time, ""),
        refuse_changed(time, "2024-02-30 00:00:00"),
        refuse_changed(time, "2024-01-01"),
        refuse_changed(time, "2024-01-01 24:00:00"),
        refuse_changed(time, "2024-01-01 00:00:00+02:00"),
        refuse_changed(time, "2024-01-01 00:00:00."),
        refuse_changed(time, "1704067200"),
        refuse_changed(time, "2024-07-01 00:00:00"),
        refuse_changed(time, "1999-12-31 23:59:59"),
        refuse_changed("sdv", ""),
        refuse_changed("sdv", "../sdv"),
        refuse_changed("sdv", "a b\u{202e}\u{1b}[31m"),
        refuse_changed("sdv", &"x".repeat(201)),
        refuse_changed("x86_64,", "x86_64,yes"),
        refuse_changed("x86_64,", "x86_64,1"),
    ];
    insta::assert_snapshot!(messages.concat(), @r"
        error: x.csv:3: column `timestamp`: found ``, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-02-30 00:00:00`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-01-01`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-01-01 24:00:00`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-01-01 00:00:00+02:00`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-01-01 00:00:00.`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `1704067200`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `2024-07-01 00:00:00`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `timestamp`: found `1999-12-31 23:59:59`, allowed is a time `YYYY-MM-DD HH:MM:SS` in UTC from 2000-01-01 to 2024-06-30
        error: x.csv:3: column `project`: found ``, allowed are the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most
        error: x.csv:3: column `project`: found `../sdv`, allowed are the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most
        error: x.csv:3: column `project`: found `a b\u{202e}\u{1b}[31m`, allowed are the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most
        error: x.csv:3: column `project`: found `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`, allowed are the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most
        error: x.csv:3: column `ci`: found `yes`, allowed are `True`, `False` and nothing
        error: x.csv:3: column `ci`: found `1`, allowed are `True`, `False` and nothing
        ");
}

#[test]
fn files() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(file(&[GOOD; 1000]).as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    insta::assert_snapshot!(refuse(&packed[..packed.len() - 20]), @"error: x.csv:987: cannot read on: incomplete deflate stream");
    let mut flipped = packed.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 1;
    insta::assert_snapshot!(refuse(&flipped), @"error: x.csv:1002: cannot read on: corrupt gzip stream does not have a matching checksum");

    let home = tempfile::tempdir().unwrap();
    let run = |file: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
        let output =
            command.args(["import", file, "--store", "data"]).current_dir(home.path()).output();
        String::from_utf8(output.unwrap().stderr).unwrap()
    };
    insta::assert_snapshot!(run("no\u{1b}[31m.csv"), @r"error: cannot read `no\u{1b}[31m.csv`: No such file or directory (os error 2)");
    insta::assert_snapshot!(run("."), @"error: cannot read `.`: it is a folder");
    assert!(!home.path().join("data").exists(), "nothing was made");
}

#[test]
fn only_a_header_is_no_error_but_is_said() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("x.csv"), file(&[])).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    let output = command
        .args(["import", "x.csv", "--store", "data"])
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "x.csv: 0 rows, only a header; nothing was imported\n");
}
