//! What people read when something in the file is wrong.

use std::io;

use config::{Config, ConfigError};
use insta::assert_snapshot;

/// No other file exists.
fn nothing(_: &str) -> io::Result<String> {
    Err(io::Error::new(io::ErrorKind::NotFound, "no such file"))
}

fn refuse(text: &str) -> ConfigError {
    match Config::parse(text, "config.yaml", &mut nothing) {
        Ok(config) => panic!("{text:?} was read as {config:?}"),
        Err(error) => error,
    }
}

fn message(text: &str) -> String {
    refuse(text).to_string()
}

#[test]
fn an_unknown_key_comes_with_the_nearest_and_all_that_are_allowed() {
    assert_snapshot!(message("site:\n  titel: x\nprojects: [a]"), @"config.yaml:2:3: unknown key `titel`, did you mean `title`? Allowed are `title`, `base-url`, `description`, `notice`");
    assert_snapshot!(message("project: [a]"), @"config.yaml:1:1: unknown key `project`, did you mean `projects`? Allowed are `site`, `store`, `mirrors`, `detail`, `lookback`, `max-days`, `largest-year`, `bigquery`, `budget`, `import_config`, `projects`, `ecosystems`");
    assert_snapshot!(message("colour: red\nprojects: [a]"), @"config.yaml:1:1: unknown key `colour`, allowed are `site`, `store`, `mirrors`, `detail`, `lookback`, `max-days`, `largest-year`, `bigquery`, `budget`, `import_config`, `projects`, `ecosystems`");
    assert_snapshot!(message("projects:\n  - name: a\n    detials: full"), @"config.yaml:3:5: unknown key `detials`, did you mean `detail`? Allowed are `name`, `detail`, `description`, `repository`, `conda`, `since`");
    assert_snapshot!(message("projects: [a]\necosystems: [{nam: E}]"), @"config.yaml:2:15: unknown key `nam`, did you mean `name`? Allowed are `name`, `vendor`, `base`, `dependencies`, `parents`, `breakdown`, `projects`, `split`");
}

#[test]
fn a_value_of_a_wrong_type_says_what_was_expected() {
    assert_snapshot!(message("projects: [a]\ndetail: ful"), @"config.yaml:2:9: found `ful`, did you mean `full`? Allowed are `full`, `standard`");
    assert_snapshot!(message("projects: [a]\nlookback: three"), @"config.yaml:2:11: found `three`, expected a whole number, 0 or more");
    assert_snapshot!(message("projects: [a]\nlookback: -1"), @"config.yaml:2:11: found `-1`, expected a whole number, 0 or more");
    assert_snapshot!(message("projects: [a]\nmax-days: 1.5"), @"config.yaml:2:11: found `1.5`, expected a whole number, 0 or more");
    assert_snapshot!(message("projects: a"), @"config.yaml:1:11: found `a`, expected a list");
    assert_snapshot!(message("projects: {a: b}"), @"config.yaml:1:11: found a mapping, expected a list");
    assert_snapshot!(message("projects: [[a]]"), @"config.yaml:1:12: found a list, expected the name of a project (in quotes if it looks like a number), or a mapping with `name`");
    assert_snapshot!(message("projects: [1.10]"), @"config.yaml:1:12: found floating point `1.1`, expected the name of a project (in quotes if it looks like a number), or a mapping with `name`");
    assert_snapshot!(message("projects: [true]"), @"config.yaml:1:12: found boolean `true`, expected the name of a project (in quotes if it looks like a number), or a mapping with `name`");
    assert_snapshot!(message("projects: [~]"), @"config.yaml:1:12: found nothing, expected the name of a project (in quotes if it looks like a number), or a mapping with `name`");
    assert_snapshot!(message("just text"), @"config.yaml:1:1: found `just text`, expected a mapping of keys to values");
    assert_snapshot!(message("site: [x]\nprojects: [a]"), @"config.yaml:1:7: found a list, expected a mapping of keys to values");
    assert_snapshot!(message("site:\n  title: [x]\nprojects: [a]"), @"config.yaml:2:10: found a list, expected a text");
    assert_snapshot!(message("projects: [a]\necosystems: [{name: E, base: a, breakdown: yes}]"), @"config.yaml:2:44: found `yes`, expected `true` or `false`");
}

#[test]
fn a_number_out_of_range_says_the_range() {
    assert_snapshot!(message("projects: [a]\nlookback: 61"), @"config.yaml:2:11: `lookback` of 61 days, expected 0 to 60: so long after a day nothing changes");
    for size in ["299", "20001"] {
        let message = message(&format!("projects: [a]\nlargest-year: {size}"));
        let wanted =
            format!("config.yaml:2:15: `largest-year` of {size} kB, expected 300 to 20000");
        assert_eq!(message, wanted);
    }
}

#[test]
fn an_amount_that_cannot_be_read_says_what_was_expected() {
    assert_snapshot!(message("projects: [a]\nbudget:\n  query: 1 TB"), @"config.yaml:3:10: `query` is `1 TB`, expected a size such as `500 GiB`, in `MiB`, `GiB` or `TiB`, up to `1048576 TiB`, or `0`");
    assert_snapshot!(message("projects: [a]\nbudget: {month: 500}"), @"config.yaml:2:17: `month` is `500`, expected a size such as `500 GiB`, in `MiB`, `GiB` or `TiB`, up to `1048576 TiB`, or `0`");
    assert_snapshot!(message("projects: [a]\nbudget: {price-per-tib: $6.25}"), @"config.yaml:2:25: `price-per-tib` is `$6.25`, expected dollars, such as `6.25`");
    assert_snapshot!(message("projects: [a]\nbudget: {price-per-tib: [6]}"), @"config.yaml:2:25: found a list, expected a text");
    assert_snapshot!(message("projects: [a]\nbudget: {day: 1 GiB}"), @"config.yaml:2:10: unknown key `day`, allowed are `query`, `month`, `price-per-tib`");
    assert_snapshot!(message("projects: [a]\nbigquery: {accept-shrink: 0.5}"), @"config.yaml:2:27: `accept-shrink` is `0.5`, expected percent from `0%` to `100%`, such as `0.5%`, with at most four decimals");
    assert_snapshot!(message("projects: [a]\nbigquery: {not-before: 6:00}"), @"config.yaml:2:24: `6:00` is not a time of the day, expected `00:00` to `23:59`, in UTC");
    assert_snapshot!(message("projects: [a]\nbigquery: {not-before: 24:00}"), @"config.yaml:2:24: `24:00` is not a time of the day, expected `00:00` to `23:59`, in UTC");
    assert_snapshot!(message("projects: [a]\nbigquery: {project: ../me}"), @"config.yaml:2:21: `../me` is not the id of a Google Cloud project, expected lower-case letters, digits and `-`, as `gcloud projects list` shows it");
    assert_snapshot!(message("projects: [{name: a, since: 2021-02-29}]"), @"config.yaml:1:29: `2021-02-29` is not a day, expected `YYYY-MM-DD`");
    assert_snapshot!(message("projects: [{ecosystem: b, projects: [c], since: 2021-03-01}]"), @"config.yaml:1:12: an ecosystem with keys of a project, expected only `ecosystem`, `base_project`, `dependency_projects`, `parent_projects`, `calculate_breakdown`, `projects`, `split`");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    assert_snapshot!(message("projects: [a]\nprojects: [b]"), @"config.yaml:2:1: the key `projects` stands twice in the same mapping");
    assert_snapshot!(message("projects: [a]\nstore: x\noutput-folder: y"), @"config.yaml:3:16: `store`, `output-folder` and `output-path` mean the same, expected one of them");
}

#[test]
fn what_is_not_a_project_name_is_refused() {
    assert_snapshot!(message("projects: [../etc]"), @"config.yaml:1:12: `../etc` is not a project name: it may hold the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most");
    assert_snapshot!(message("projects:\n  - name: a b"), @"config.yaml:2:11: `a b` is not a project name: it may hold the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most");
    assert_snapshot!(message("projects: [\"a\\e[31m\\u202e\"]"), @r#"config.yaml:1:12: `a\u{1b}[31m\u{202e}` is not a project name: it may hold the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most"#);
    assert_snapshot!(message("projects: [{description: b}]"), @"config.yaml:1:12: a project without `name`");
}

#[test]
fn a_project_that_stands_twice_is_refused_with_both_places() {
    assert_snapshot!(message("projects:\n  - Foo_Bar\n  - baz\n  - foo-bar"), @"config.yaml:4:5: `foo-bar` is twice in the list of projects, first as `Foo_Bar` in line 2");
    assert_snapshot!(message("projects: [a, {name: a}]"), @"config.yaml:1:22: `a` is twice in the list of projects, first in line 1");
}

#[test]
fn without_a_project_there_is_nothing_to_do() {
    assert_snapshot!(message(""), @"config.yaml: no projects, expected at least one name below `projects:`");
    assert_snapshot!(message("# nothing"), @"config.yaml: no projects, expected at least one name below `projects:`");
    assert_snapshot!(message("projects:"), @"config.yaml: no projects, expected at least one name below `projects:`");
    assert_snapshot!(message("projects: []"), @"config.yaml:1:11: no projects, expected at least one name below `projects:`");
}

#[test]
fn an_address_that_cannot_be_joined_with_a_path_is_refused() {
    assert_snapshot!(message("projects: [a]\nsite: {base-url: example.org}"), @"config.yaml:2:18: `example.org` is not the address of a page, expected `https://` or `http://`, a host and perhaps a path, without `?` and `#`");
    assert_snapshot!(message("projects: [a]\nsite: {base-url: 'https://example.org/?a=b'}"), @"config.yaml:2:18: `https://example.org/?a=b` is not the address of a page, expected `https://` or `http://`, a host and perhaps a path, without `?` and `#`");
    assert_snapshot!(message("projects: [a]\nsite: {base-url: 'javascript:alert(1)'}"), @"config.yaml:2:18: `javascript:alert(1)` is not the address of a page, expected `https://` or `http://`, a host and perhaps a path, without `?` and `#`");
    assert_snapshot!(message("projects: [{name: a, repository: 'https://'}]"), @"config.yaml:1:34: `https://` is not the address of a page, expected `https://` or `http://`, a host and perhaps a path, without `?` and `#`");
}

#[test]
fn a_store_is_a_folder_or_in_google_drive() {
    assert_snapshot!(message("projects: [a]\nstore: s3://bucket"), @"config.yaml:2:8: `s3://bucket` is no place for a store, expected a folder or `gdrive://` and the id of a folder");
    assert_snapshot!(message("projects: [a]\nstore: gdrive://"), @"config.yaml:2:8: `gdrive://` is no place for a store, expected a folder or `gdrive://` and the id of a folder");
}

#[test]
fn an_ecosystem_that_cannot_be_counted_is_refused() {
    assert_snapshot!(message("projects: [a]\necosystems: [{name: E}]"), @"config.yaml:2:14: ecosystem `E` names no project, expected `base` or `projects`");
    assert_snapshot!(message("projects: [a]\necosystems: [{base: a}]"), @"config.yaml:2:14: an ecosystem without `name`");
    assert_snapshot!(message("projects: [a]\necosystems: [{name: E, base: a, projects: [b]}]"), @"config.yaml:2:14: ecosystem `E` has both `base` and `projects`, expected one of them");
    assert_snapshot!(message("projects: [a]\necosystems: [{name: E, dependencies: [b]}]"), @"config.yaml:2:14: ecosystem `E` has `dependencies` or `parents` but no `base` that they belong to");
    assert_snapshot!(message("projects: [a]\necosystems: [{name: E, base: a, dependencies: [b, A]}]"), @"config.yaml:2:51: `A` is twice in ecosystem `E`, first as `a` in line 2");
    assert_snapshot!(message("projects: [a]\necosystems:\n  - {name: E, base: a}\n  - {name: E, projects: [a]}"), @"config.yaml:4:5: a second ecosystem `E`, the first is in line 3");
    assert_snapshot!(message("projects: [{name: a, base_project: b}]"), @"config.yaml:1:12: `a` is a project, but has keys of an ecosystem, which belongs below `ecosystems:`");
    assert_snapshot!(message("projects: [{ecosystem: b, description: c}]"), @"config.yaml:1:12: an ecosystem with keys of a project, expected only `ecosystem`, `base_project`, `dependency_projects`, `parent_projects`, `calculate_breakdown`, `projects`, `split`");
}

#[test]
fn what_is_not_yaml_is_refused() {
    assert_snapshot!(message("projects:\n	- a"), @"config.yaml:2:2: tabs disallowed within this context (block indentation)");
    assert_snapshot!(message("projects: [a"), @"config.yaml:1:11: unclosed bracket '['");
    assert_snapshot!(message("projects: \"a"), @"config.yaml:1:11: unclosed quote");
    assert_snapshot!(message("projects: *a"), @"config.yaml:1:11: reference to unknown value");
    assert_snapshot!(message("projects: [a\0b]"), @r#"config.yaml:1:13: unexpected character: `\u{0}'"#);
    assert_snapshot!(message("projects: &a [*a]"), @"config.yaml:1:15: Recursive reference not allowed here");
    assert_snapshot!(message("projects: [a]\n---\nprojects: [b]"), @"config.yaml:3:1: a second document starts here, expected only one (remove the line `---`)");
}

#[test]
fn aliases_that_unfold_to_too_much_are_refused_at_once() {
    let text = format!("mirrors: [&a x{}]\n", ", *a".repeat(60_000));
    assert_snapshot!(message(&text), @"config.yaml:1:200017: the file is too large, too deep, or its anchors and aliases unfold to too much");
}

#[test]
fn the_line_is_shown_with_a_mark_below_the_place() {
    let error = refuse("site:\n  titel: x\n");
    assert_snapshot!(error.excerpt().unwrap(), @r"
      |
    2 |   titel: x
      |   ^
    ");
    let long = format!("projects: [{}, ../etc, {}]\n", "a".repeat(100), "b".repeat(100));
    let (head, tail) = ("a".repeat(58), "b".repeat(52));
    assert_eq!(
        refuse(&long).excerpt().unwrap(),
        format!("  |\n1 | {head}, ../etc, {tail}\n  | {}^", " ".repeat(60))
    );
    let invisible = refuse("projects: [é, \"\u{202e}\", \"\u{200f}\"]\n");
    assert_eq!(
        invisible.excerpt().unwrap(),
        "  |\n1 | projects: [é, \"\\u{202e}\", \"\\u{200f}\"]\n  |            ^"
    );
    assert_eq!(refuse("").excerpt(), None, "there is no line");
}

#[test]
fn a_split_that_cannot_be_counted_is_refused() {
    let with = |split: &str| {
        message(&format!("ecosystems:\n  - {{name: E, projects: [a, b], split: {split}}}"))
    };
    assert_snapshot!(with("{}"), @"config.yaml:2:40: `split` of ecosystem `E` without `name`");
    assert_snapshot!(with("{name: N, up-to: U, after: A}"), @"config.yaml:2:40: `split` of ecosystem `E` without `bounds`");
    assert_snapshot!(with("{name: N, up-to: U, after: A, bounds: {c: 1.0}}"), @"config.yaml:2:82: `c` has a bound, but is not in ecosystem `E`");
    assert_snapshot!(with("{name: N, up-to: U, after: A, bounds: {a: latest}}"), @"config.yaml:2:82: `latest` is not a version by PEP 440, expected one such as `1.2.1`");
    assert_snapshot!(with("{name: N, up-to: U, after: A, bounds: {A.B: 1.0}}"), @"config.yaml:2:84: `A.B` has a bound, but is not in ecosystem `E`");
    assert_snapshot!(with("{name: N, up-to: U, after: A, bounds: {a: 1.0, A: 2.0}}"), @"config.yaml:2:82: `a` has two bounds");
    assert_snapshot!(with("{name: N, upto: U}"), @"config.yaml:2:50: unknown key `upto`, did you mean `up-to`? Allowed are `name`, `up-to`, `after`, `bounds`");
}
