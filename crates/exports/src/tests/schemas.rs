//! Every JSON file of ours is as its schema says.

use cube::Days;
use downloads::{DayState, ProjectName, parse_day};
use serde_json::Value;

use super::fixture::{Sample, sample, small};
use crate::{CubePart, IndexEntry, cubes, index, projects, schemas, status};

/// What is wrong with a file.
fn errors(schema: &str, bytes: &[u8]) -> Vec<String> {
    let schemas = schemas();
    let (_, schema) = schemas.iter().find(|(path, _)| path.ends_with(schema)).unwrap();
    let schema: Value = serde_json::from_slice(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let file: Value = serde_json::from_slice(bytes).unwrap();
    validator.iter_errors(&file).map(|it| format!("{}: {it}", it.instance_path())).collect()
}

fn check(schema: &str, bytes: &[u8]) {
    let wrong = errors(schema, bytes);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn samples() -> [Sample; 4] {
    let years = "f".repeat(3000) + "..." + &"p".repeat(50);
    let many: Vec<String> = (0..200).map(|it| format!("<{it}>")).collect();
    let rows: Vec<_> = (0..200)
        .map(|it| (it * 15, &*many[it as usize], &*many[it as usize], "", "", "", it + 1))
        .collect();
    [
        small(),
        sample("2026-01-01", "", &[]),
        sample("2026-01-01", "f", &[]),
        sample("2018-06-30", &years, &rows),
    ]
}

#[test]
fn projects_are_as_their_schemas_say() {
    for sample in samples() {
        check("/project.json", &sample.bytes("api/v1/projects/ruamel-yaml.json"));
        let summary = sample.made(None).summary;
        check("/projects.json", &projects(std::slice::from_ref(&summary), None));
        check("/status.json", &status(&[summary], None));
    }
    check("/projects.json", &projects(&[], Some("https://example.org/")));
    check("/status.json", &status(&[], None));
}

#[test]
fn the_index_is_as_its_schema_says() {
    let sha256 = "0123456789abcdef".repeat(4);
    let entry = IndexEntry {
        path: "data/a.csv",
        bytes: 7,
        sha256: &sha256,
        project: Some("a"),
        kind: "csv",
    };
    check("/index.json", &index(&[entry], &samples().map(|it| it.made(None).summary), None));
    check("/index.json", &index(&[], &[], None));
}

#[test]
fn the_list_of_parts_is_as_its_schema_says() {
    let name = ProjectName::new("Ruamel.YAML").unwrap();
    let first = parse_day("2026-01-01").unwrap();
    let part = CubePart { path: "data/a.b.cube", integrity: "sha384-abc", bytes: 7, first };
    let days = Days::new(first, vec![DayState::Final, DayState::Provisional]);
    let file = cubes(&name, "Ruamel.YAML", &days, &[part]);
    assert_eq!(file.path, "api/v1/cubes/ruamel-yaml.json");
    check("/cubes.json", &file.bytes);
    let list: Value = serde_json::from_slice(&file.bytes).unwrap();
    assert_eq!(
        (&list["first_day"], &list["last_day"]),
        (&"2026-01-01".into(), &"2026-01-02".into())
    );

    let nothing = cubes(&name, "<b>", &Days::new(first, Vec::new()), &[]);
    check("/cubes.json", &nothing.bytes);
}

#[test]
fn a_change_without_its_reason_is_found() {
    let mut file = small().json("api/v1/projects/ruamel-yaml.json");
    file["totals"][0]["periods"][3]["no_change"] = Value::Null;
    let wrong = errors("/project.json", &serde_json::to_vec(&file).unwrap());
    assert!(wrong.iter().all(|it| it.contains("no_change")) && !wrong.is_empty(), "{wrong:?}");
}

/// Every figure that is a change is told apart by its break: what T1.10 asks of JSON.
#[test]
fn all_that_touches_a_break_says_so() {
    let file = samples()[3].json("api/v1/projects/ruamel-yaml.json");
    let total = &file["totals"][0]["periods"][3];
    assert_eq!(total["across"], "counting-changed");
    let ids: Vec<_> =
        file["breaks"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, ["log-repaired", "counting-changed"]);
}
