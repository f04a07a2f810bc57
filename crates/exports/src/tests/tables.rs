//! CSV and Parquet, and the lists of the site.

use bytes::Bytes;
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

use super::fixture::{sample, small};
use crate::{IndexEntry, Summary, index, projects, status};

/// A row of a table by column: `None` for what is not known.
pub(super) type TableRow = Vec<Option<String>>;

/// The header and rows of a CSV file; the empty field is `None`.
pub(super) fn read_csv(bytes: &[u8]) -> (Vec<String>, Vec<TableRow>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().iter().map(String::from).collect();
    let field = |text: &str| (!text.is_empty()).then(|| text.into());
    let rows = reader.records().map(|it| it.unwrap().iter().map(field).collect()).collect();
    (header, rows)
}

/// The header and rows of a Parquet file.
pub(super) fn read_parquet(bytes: Vec<u8>) -> (Vec<String>, Vec<TableRow>) {
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let header = fields.iter().map(|it| it.name().to_string()).collect();
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        let text = |field: &Field| match field {
            Field::Null => None,
            Field::Str(text) => Some(text.clone()),
            Field::Date(days) => Some(downloads::Day::from_epoch_days(*days).unwrap().to_string()),
            Field::Int(number) => Some(number.to_string()),
            Field::Long(number) => Some(number.to_string()),
            other => panic!("a column of another type: {other:?}"),
        };
        row.get_column_iter().map(|(_, field)| text(field)).collect()
    });
    (header, rows.collect())
}

#[test]
fn the_table_as_csv() {
    let expected = "\
date,version,python,country,installer,system,type,audience,cpu,downloads,state,counting,gathered
2026-08-20,1.0,2.7,US,pip,Windows,sdist,ci,,2,final,2,
2026-08-20,1.0,3.11,US,pip,Linux,sdist,interactive,,5,final,2,
2026-08-20,1.0,,US,bandersnatch,,sdist,mirror,,3,final,2,
2026-08-21,1.0,,US,,,sdist,unknown,,4,final,2,
2026-08-24,1.10,3.12,US,uv,Darwin,sdist,interactive,,6,final,3,
2026-08-26,1.9,3.11,US,pip,Linux,sdist,interactive,,7,provisional,3,
2026-08-27,1.9,3.9,US,pip,FreeBSD,sdist,interactive,,1,provisional,3,
2026-08-27,dev,weird,US,pip,Linux,sdist,interactive,,9,provisional,3,
2026-08-27,,3.11,US,pip,Linux,sdist,interactive,,1,provisional,3,
";
    assert_eq!(small().text("data/ruamel-yaml.csv"), expected);
}

#[test]
fn both_tables_have_the_same_rows() {
    let csv = read_csv(&small().bytes("data/ruamel-yaml.csv"));
    assert_eq!(read_parquet(small().bytes("data/ruamel-yaml.parquet")), csv);
}

#[test]
fn a_version_called_other_is_not_what_was_gathered() {
    let rows = [
        (0, "other", "", "pip", "", "", 9),
        (0, "1.0", "", "pip", "", "", 1),
        (0, "2.0", "", "uv", "", "", 1),
    ];
    let mut sample = sample("2026-01-01", "f", &rows);
    sample.limit = 1;
    let (_, rows) = read_csv(&sample.bytes("data/ruamel-yaml.csv"));
    let found: Vec<_> = rows
        .iter()
        .map(|row| [1, 4, 9, 12].map(|at: usize| row[at].as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        found,
        [
            ["other", "pip", "9", ""],
            ["other", "pip", "1", "version"],
            ["other", "other", "1", "version installer"],
        ]
    );
}

#[test]
fn parquet_says_what_it_is() {
    let bytes = small().bytes("data/ruamel-yaml.parquet");
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let metadata = reader.metadata().file_metadata();
    let value = |key: &str| {
        let pairs = metadata.key_value_metadata().unwrap();
        pairs.iter().find(|it| it.key == key).unwrap().value.clone().unwrap()
    };
    assert_eq!(value("downloads.project"), "ruamel-yaml");
    assert_eq!(value("downloads.docs"), "https://example.org/data/");
    assert_eq!(value("downloads.last_day"), "2026-08-27");
    let gap = r#"[{"first_day":"2026-08-23","last_day":"2026-08-23","days":1}]"#;
    assert_eq!(value("downloads.gaps_json"), gap);
    assert!(value("downloads.breaks_json").contains("counting-changed"));
    assert_eq!(metadata.created_by(), Some("download-analytics version 1"));
}

#[test]
fn many_rows_are_several_groups() {
    let versions: Vec<String> = (0..600).map(|it| it.to_string()).collect();
    let row = |day: u64| versions.iter().map(move |it| (day, it.as_str(), "", "pip", "", "", 1));
    let rows: Vec<_> = (0..225).flat_map(row).collect();
    let sample = sample("2025-01-01", &"f".repeat(225), &rows);
    let first = sample.days.first().unwrap();
    let bytes = sample.bytes("data/ruamel-yaml.parquet");
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    assert_eq!(reader.num_row_groups(), 2);
    assert_eq!(reader.metadata().file_metadata().num_rows(), 135_000);
    let second = reader.get_row_group(1).unwrap();
    let row = second.get_row_iter(None).unwrap().next().unwrap().unwrap();
    let day = first + chrono::Days::new(131_072 / 600);
    assert_eq!(row.get_column_iter().next().unwrap().1, &Field::Date(day.to_epoch_days()));
}

#[test]
fn the_same_rows_in_any_order_give_the_same_bytes() {
    let mut turned = small();
    turned.rows.reverse();
    assert_eq!(turned.made(None), small().made(None));
}

#[test]
fn the_status_counts_ages_from_the_newest_day() {
    let new = small().made(None).summary;
    let old = Summary {
        project: "old".into(),
        ..sample("2026-08-01", "f.fp", &[(0, "1", "", "pip", "", "", 1)]).made(None).summary
    };
    let none = Summary { project: "none".into(), coverage: None, ..old.clone() };
    let status: serde_json::Value =
        serde_json::from_slice(&status(&[new, old, none], None)).unwrap();
    assert_eq!(status["data_to"], "2026-08-27");
    let of = |at: usize, key: &str| status["projects"][at][key].clone();
    assert_eq!((of(0, "behind_days"), of(0, "data_to")), (0.into(), "2026-08-27".into()));
    assert_eq!((of(1, "behind_days"), of(1, "data_to")), (23.into(), "2026-08-04".into()));
    assert_eq!(of(1, "gaps")[0]["age_days"], 25);
    assert_eq!(of(1, "provisional")[0]["first_day"], "2026-08-04");
    assert!(of(2, "behind_days").is_null() && of(2, "data_to").is_null());
}

#[test]
fn a_list_is_read_back_as_it_was() {
    let summary = small().made(None).summary;
    let list: serde_json::Value =
        serde_json::from_slice(&projects(std::slice::from_ref(&summary), None)).unwrap();
    let back: Summary = serde_json::from_value(list["projects"][0].clone()).unwrap();
    assert_eq!(back, summary);
}

#[test]
fn the_index_has_one_line_a_file_and_says_which_days_are_in_them() {
    let sha256 = "0".repeat(64);
    let entry =
        |path, project| IndexEntry { path, bytes: 7, sha256: &sha256, project, kind: "csv" };
    let entries = [entry("data/a.csv", Some("a")), entry("status.json", None)];
    let text = String::from_utf8(index(&entries, &[small().made(None).summary], None)).unwrap();
    assert_eq!(text.lines().count(), 6);
    let line = format!(
        r#"{{"path":"data/a.csv","bytes":7,"sha256":"{sha256}","project":"a","kind":"csv"}},"#
    );
    assert_eq!(text.lines().nth(3), Some(line.as_str()));
    let index: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(index["data_to"], "2026-08-27");
    assert_eq!(index["projects"][0]["coverage"]["gaps"][0]["first_day"], "2026-08-23");
}
