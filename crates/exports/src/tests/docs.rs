//! The documentation speaks of everything that is in the files.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fixture::small;
use crate::{
    INCIDENTS_PATH, INDEX_PATH, IndexEntry, PROJECTS_PATH, STATUS_PATH, incidents, index, projects,
    schemas, status, table::COLUMNS,
};

const DOCUMENT: &str = include_str!("../../../../docs/DATA.md");

/// The keys of all objects in a file; those below `downloads` in the shape of pepy are days and versions.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.insert(key.clone());
                if key != "downloads" {
                    keys(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn every_path_column_and_key_is_documented() {
    let mut words: BTreeSet<String> = COLUMNS.map(String::from).into();
    for file in small().made(None).files {
        if file.path.starts_with("api/") {
            keys(&serde_json::from_slice(&file.bytes).unwrap(), &mut words);
        }
    }
    let summary = [small().made(None).summary];
    let entry = IndexEntry { path: "data/a.csv", bytes: 1, sha256: "", project: None, kind: "csv" };
    let lists = [
        projects(&summary, None),
        status(&summary, None),
        index(&[entry], &summary, None),
        incidents(),
    ];
    for list in lists {
        keys(&serde_json::from_slice(&list).unwrap(), &mut words);
    }
    for (_, schema) in schemas() {
        let schema: Value = serde_json::from_slice(schema).unwrap();
        words.extend(schema["properties"].as_object().unwrap().keys().cloned());
    }
    let missing: Vec<_> =
        words.iter().filter(|word| !DOCUMENT.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/DATA.md has nothing on {missing:?}");

    let paths = schemas().map(|(path, _)| path);
    for path in paths.into_iter().chain([INCIDENTS_PATH, INDEX_PATH, PROJECTS_PATH, STATUS_PATH]) {
        assert!(DOCUMENT.contains(&format!("/{path}")), "{path}");
    }
}
