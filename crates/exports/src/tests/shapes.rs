//! The shapes that clients know, and our own.

use serde_json::{Value, json};

use super::fixture::{sample, small};

/// The pairs of category, day and downloads of a pypistats file.
fn rows(file: &Value) -> Vec<(&str, &str, u64)> {
    file["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap();
            (text("category"), text("date"), row["downloads"].as_u64().unwrap())
        })
        .collect()
}

#[test]
fn pypistats_files_have_its_keys_in_its_order() {
    let text = small().text("api/packages/ruamel-yaml/recent");
    let start = r#"{"data":{"last_day":2,"last_month":22,"last_week":15},"meaning":{"audiences":[{"audience":"interactive","downloads":29},"#;
    assert_eq!(&text[..start.len()], start);
    assert!(text.ends_with("\"package\":\"ruamel-yaml\",\"type\":\"recent_downloads\"}\n"));
    assert_eq!(text, small().text("api/packages/ruamel-yaml/recent.json"));

    let text = small().text("api/packages/ruamel-yaml/overall");
    let start = r#"{"data":[{"category":"with_mirrors","date":"2026-08-20","downloads":10},{"#;
    assert_eq!(&text[..start.len()], start);
    assert!(text.ends_with("\"package\":\"ruamel-yaml\",\"type\":\"overall_downloads\"}\n"));
}

#[test]
fn pypistats_counts_by_its_own_rules() {
    let of = |name: &str| small().json(&format!("api/packages/ruamel-yaml/{name}"));
    assert_eq!(
        rows(&of("overall")),
        [
            ("with_mirrors", "2026-08-20", 10),
            ("with_mirrors", "2026-08-21", 4),
            ("with_mirrors", "2026-08-24", 6),
            ("with_mirrors", "2026-08-26", 7),
            ("with_mirrors", "2026-08-27", 2),
            ("without_mirrors", "2026-08-20", 7),
            ("without_mirrors", "2026-08-24", 6),
            ("without_mirrors", "2026-08-26", 7),
            ("without_mirrors", "2026-08-27", 2),
        ],
        "nine downloads with a Python that is no version count nowhere"
    );
    assert_eq!(
        rows(&of("python_minor")),
        [
            ("2.7", "2026-08-20", 2),
            ("3.11", "2026-08-20", 5),
            ("3.11", "2026-08-26", 7),
            ("3.11", "2026-08-27", 1),
            ("3.12", "2026-08-24", 6),
            ("3.9", "2026-08-27", 1),
        ]
    );
    assert_eq!(
        rows(&of("python_major")),
        [
            ("2", "2026-08-20", 2),
            ("3", "2026-08-20", 5),
            ("3", "2026-08-24", 6),
            ("3", "2026-08-26", 7),
            ("3", "2026-08-27", 2),
        ]
    );
    assert_eq!(
        rows(&of("system")),
        [
            ("Darwin", "2026-08-24", 6),
            ("Linux", "2026-08-20", 5),
            ("Linux", "2026-08-26", 7),
            ("Linux", "2026-08-27", 1),
            ("Windows", "2026-08-20", 2),
            ("other", "2026-08-27", 1),
        ]
    );
}

#[test]
fn what_pypistats_does_not_know_is_null_as_text() {
    let sample = sample(
        "2026-01-01",
        "ff",
        &[
            (1, "1.0", "", "pip", "", "", 2),
            (0, "1.0", "3.1", "pip", "", "", 1),
            (1, "1.0", "", "pip", "", "true", 3),
        ],
    );
    let of = |name: &str| sample.json(&format!("api/packages/ruamel-yaml/{name}"));
    assert_eq!(rows(&of("system")), [("null", "2026-01-01", 1), ("null", "2026-01-02", 5)]);
    assert_eq!(rows(&of("python_major")), [("3", "2026-01-01", 1), ("null", "2026-01-02", 5)]);
    assert_eq!(rows(&of("python_minor")), [("3.1", "2026-01-01", 1), ("null", "2026-01-02", 5)]);
}

#[test]
fn pypy_does_not_tell_which_python_it_is() {
    let mut sample = sample("2026-01-01", "f", &[(0, "1.0", "7.3.11", "pip", "Linux", "", 2)]);
    sample.rows[0].1[4] = "PyPy".into();
    let minor = sample.json("api/packages/ruamel-yaml/python_minor");
    assert_eq!(rows(&minor), [("null", "2026-01-01", 2)]);
}

#[test]
fn every_file_says_what_its_figures_are_worth() {
    let meaning = json!({
        "audiences": [
            {"audience": "interactive", "downloads": 29},
            {"audience": "ci", "downloads": 2},
            {"audience": "mirror", "downloads": 3},
            {"audience": "unknown", "downloads": 4},
        ],
        "breaks": [{
            "id": "counting-changed",
            "day": "2026-08-24",
            "what": downloads::BREAKS[1].what,
            "reference": downloads::BREAKS[1].reference,
        }],
        "docs": "https://example.org/api/",
        "first_day": "2026-08-20",
        "gaps": [{"first_day": "2026-08-23", "last_day": "2026-08-23", "days": 1}],
        "incidents": [],
        "last_day": "2026-08-27",
        "provisional": [{"first_day": "2026-08-26", "last_day": "2026-08-27", "days": 2}],
    });
    for path in [
        "api/packages/ruamel-yaml/recent",
        "api/packages/ruamel-yaml/system",
        "api/v2/projects/ruamel-yaml",
    ] {
        assert_eq!(small().json(path)["meaning"], meaning, "{path}");
    }
}

#[test]
fn the_meaning_is_of_the_days_of_the_file() {
    let days = "f".repeat(31) + "." + &"f".repeat(29);
    let rows = [(0, "1", "", "pip", "", "", 1), (60, "1", "", "pip", "", "", 2)];
    let sample = sample("2024-05-15", &days, &rows);
    let meaning = |path: &str| sample.json(path)["meaning"].clone();
    let (all, recent) =
        (meaning("api/packages/ruamel-yaml/overall"), meaning("api/packages/ruamel-yaml/recent"));
    assert_eq!(all["audiences"][0]["downloads"], 3);
    assert_eq!(all["incidents"][0]["id"], "backlog-2024-06");
    assert_eq!(all["gaps"][0]["first_day"], "2024-06-15");
    assert_eq!(recent["first_day"], "2024-06-15");
    assert_eq!(recent["audiences"][0]["downloads"], 2);
    let first = json!([{"first_day": "2024-06-15", "last_day": "2024-06-15", "days": 1}]);
    assert_eq!(recent["gaps"], first);
}

#[test]
fn pepy_has_versions_in_their_order_and_days_by_version() {
    let text = small().text("api/v2/projects/ruamel-yaml.json");
    let start = r#"{"id":"ruamel-yaml","total_downloads":38,"versions":["1.0","1.9","1.10","dev"],"downloads":{"2026-08-20":{"1.0":10},"2026-08-21":{"1.0":4},"2026-08-24":{"1.10":6},"2026-08-26":{"1.9":7},"2026-08-27":{"1.9":1,"dev":9,"":1}},"#;
    assert_eq!(&text[..start.len()], start);
}

#[test]
fn pepy_has_the_last_months_only_but_counts_all() {
    let rows = [
        (0, "1", "", "pip", "", "", 1),
        (59, "2", "", "pip", "", "", 2),
        (260, "2", "", "pip", "", "", 4),
    ];
    let file = sample("2026-03-01", &"f".repeat(261), &rows).json("api/v2/projects/ruamel-yaml");
    assert_eq!(file["total_downloads"], 7);
    assert_eq!(file["versions"], json!(["1", "2"]));
    assert_eq!(file["downloads"], json!({"2026-11-16": {"2": 4}}));
    assert_eq!(file["meaning"]["first_day"], "2026-07-01");
}

#[test]
fn a_day_that_was_not_collected_is_null_and_not_zero() {
    let file = small().json("api/v1/projects/ruamel-yaml.json");
    let series = |at: usize| &file["daily"]["series"][at];
    assert_eq!(series(0)["counted"], "everything");
    assert_eq!(series(0)["downloads"], json!([10, 4, 0, null, 6, 0, 7, 11]));
    assert_eq!(series(1)["counted"], "without-mirrors");
    assert_eq!(series(1)["downloads"], json!([7, 0, 0, null, 6, 0, 7, 11]));
    assert_eq!(series(3)["downloads"], json!([2, 0, 0, null, 0, 0, 0, 0]));
    assert_eq!(file["coverage"]["gaps"][0]["first_day"], "2026-08-23");
    assert_eq!(file["coverage"]["collected_at"], "2026-08-28T06:53:20Z");
}

#[test]
fn values_are_records_and_the_unknown_is_one() {
    let file = small().json("api/v1/projects/ruamel-yaml.json");
    let version = &file["dimensions"][0];
    let record = |value: Value, kind, count| json!({"value": value, "kind": kind, "last_30_days": count, "last_365_days": count, "total": count});
    assert_eq!(version["dimension"], "version");
    assert_eq!(
        version["values"],
        json!([
            record("1.0".into(), "known", 14),
            record("dev".into(), "known", 9),
            record("1.9".into(), "known", 8),
            record("1.10".into(), "known", 6),
            record(Value::Null, "unknown", 1),
        ])
    );
}

#[test]
fn small_values_are_summed_up() {
    let versions: Vec<String> = (0..150).map(|it| format!("1.{it}")).collect();
    let rows: Vec<_> = versions.iter().map(|it| (0, it.as_str(), "", "pip", "", "", 2)).collect();
    let file = sample("2026-01-01", "f", &rows).json("api/v1/projects/ruamel-yaml.json");
    let version = &file["dimensions"][0];
    assert_eq!(version["gathered"], 50);
    assert_eq!(version["values"].as_array().unwrap().len(), 101);
    assert_eq!(version["values"][100]["kind"], "other");
    assert_eq!(version["values"][100]["total"], 100);
}

#[test]
fn five_years_of_a_large_project_are_a_small_file() {
    let versions: Vec<String> =
        (0..400).map(|it| format!("{}.{}.{it}", it / 100, it % 100)).collect();
    let installers = ["pip", "uv", "", "bandersnatch"];
    let rows = (0..1826_u64).flat_map(|day| {
        let (versions, from) = (&versions, day as usize / 5);
        installers.into_iter().enumerate().map(move |(at, installer)| {
            let python = ["3.9.1", "3.10.2", "3.11.3", "3.12.4"][(at + from) % 4];
            let ci = if day % 3 == 0 { "true" } else { "" };
            (day, versions[from].as_str(), python, installer, "Linux", ci, 400_000 + day * 777)
        })
    });
    let file = sample("2021-01-01", &"f".repeat(1826), &rows.collect::<Vec<_>>());
    let size = file.bytes("api/v1/projects/ruamel-yaml.json").len();
    assert!(size < 300_000, "{size}");
}

/// T1.10.
#[test]
fn no_change_reaches_across_a_break_without_saying_so() {
    let rows: Vec<_> = (0..60).map(|at| (at, "1", "", "pip", "", "", 5)).collect();
    let file =
        sample("2026-07-10", &"f".repeat(60), &rows).json("api/v1/projects/ruamel-yaml.json");
    let periods = file["totals"][0]["periods"].as_array().unwrap();
    let of = |at: usize| (&periods[at]["change"], &periods[at]["across"]);
    assert_eq!(of(0), (&json!(0.0), &Value::Null), "both days are after the break");
    assert_eq!(of(2), (&json!(0.0), &json!("counting-changed")));
    assert_eq!(of(3), (&Value::Null, &json!("counting-changed")));
    assert_eq!(periods[3]["no_change"], "no-history");
}

#[test]
fn nothing_is_said_of_a_project_that_was_never_collected() {
    let made = sample("2026-01-01", "", &[]).made(None);
    let paths: Vec<_> = made.files.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["api/v1/projects/ruamel-yaml.json"]);
    assert_eq!((made.summary.coverage, made.summary.totals), (None, vec![]));
}

#[test]
fn markup_is_escaped_in_every_json_file() {
    let rows = [(0, "<script>alert(1)</script>", "3.1", "<b>", "&", "", 1)];
    for file in sample("2026-01-01", "f", &rows).made(None).files {
        let is_json = file.path.starts_with("api/");
        assert!(!is_json || !file.bytes.contains(&b'<'), "{}", file.path);
    }
}

#[test]
fn without_an_address_links_are_relative() {
    let file = |base| {
        let made = small().made(base).files;
        let bytes = made.into_iter().find(|it| it.path.ends_with("/recent")).unwrap().bytes;
        serde_json::from_slice::<Value>(&bytes).unwrap()["meaning"]["docs"].clone()
    };
    assert_eq!(file(None), "../../");
    assert_eq!(file(Some("https://example.org/x/")), "https://example.org/x/api/");
}
