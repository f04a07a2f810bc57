//! Workbooks and summary against what the predecessor made of the same downloads, cell by cell.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use metrics::{Column, Order, percent};
use site_gen::{Command, make_books};

use crate::{
    fixture::{import, mini_config},
    sheets::{Table, sheets},
};

/// What the predecessor makes of a value when it reads its own file again: the sheets, the value, and what it becomes.
/// Ours keeps what was downloaded. No other difference is accepted.
const REREAD: &[(&str, &str, &str)] = &[
    // Versions are normalized.
    ("By Version", "0.1.2-rc.1", "0.1.2rc1"),
    ("By Version", "0.2.0-1", "0.2.0.post1"),
    ("By Version", "0.2.1-rc.1", "0.2.1rc1"),
    ("By Version", "0.3.0-1", "0.3.0.post1"),
    ("By Version", "0.3.0-rc.1", "0.3.0rc1"),
    ("By Version", "0.3.2-rc.1", "0.3.2rc1"),
    ("By Version", "0.5.0-1", "0.5.0.post1"),
    ("By Version", "1.2.2-1", "1.2.2.post1"),
    // Words that look like a missing value are taken for one: Namibia, and what Linux says of a distribution.
    ("By Country Code", "NA", "<NaN>"),
];

/// The command line, as it is parsed.
fn command(arguments: &[&str]) -> Command {
    let arguments = ["site-gen"].iter().chain(arguments);
    let cli: site_gen::Cli = clap::Parser::parse_from(arguments);
    cli.command.unwrap()
}

fn golden() -> PathBuf {
    let shared = env::var_os("DOWNLOAD_ANALYTICS_SHARED")
        .expect("DOWNLOAD_ANALYTICS_SHARED names the folder with the golden figures");
    Path::new(&shared).join("data/golden/200k")
}

fn csv_table(path: &Path) -> Table {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    let row = |row: Result<csv::StringRecord, csv::Error>| -> Vec<String> {
        row.unwrap().iter().map(str::to_owned).collect()
    };
    let mut table: Table = reader.records().map(row).collect();
    for row in &mut table[1..] {
        row[1..].iter_mut().for_each(|it| *it = number_or_text(it));
    }
    if table[0][1] == "total" {
        // A month of which no value is known has no figures there. They are known: there were none.
        for row in table.iter_mut().filter(|row| row[2..].iter().all(|it| it == "<NaN>")) {
            row[2..].fill("0".into());
        }
    }
    table
}

/// A number in one spelling.
fn number_or_text(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if text.ends_with(".0") => number.to_string(),
        _ => text.to_owned(),
    }
}

#[test]
fn golden_workbooks_have_the_cells_of_the_predecessor() {
    let golden = golden();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("store")).unwrap();
    let events = ["pypi.csv.gz", "bigquery_answer.csv.gz"].map(|name| golden.join(name));
    import(&folder.path().join("store"), &events, &mini_config());
    let mut projects: Vec<String> = fs::read_dir(golden.join("merged"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    projects.sort();
    fs::write(at("config.yaml"), format!("projects: {projects:?}\n")).unwrap();
    let (config, store, output) = (at("config.yaml"), at("store"), at("books"));
    let arguments = ["workbooks", "--config", &config, "--store", &store, "--output", &output];
    make_books(&command(&arguments), &mut |line| panic!("{line}")).unwrap();

    let (mut compared, mut cells, mut differing) = (0, 0, Vec::new());
    for project in &projects {
        let ours = sheets(&folder.path().join(format!("books/{project}.xlsx")));
        let mut expected: Vec<PathBuf> = fs::read_dir(golden.join("merged").join(project))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        expected.sort();
        for (path, (name, ours)) in expected.iter().zip(ours) {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(stem.split_once('-').unwrap().1, name, "the sheets and their order");
            let expected = csv_table(path);
            compared += 1;
            cells += expected.iter().map(Vec::len).sum::<usize>();
            let (ours, expected) = (in_their_shape(&name, ours), in_defined_order(expected));
            let place = format!("{project}/{name}");
            if ours.len() != expected.len() {
                differing.push(format!("{place}: {} rows, not {}", ours.len(), expected.len()));
            }
            for (at, (ours, theirs)) in ours.iter().zip(&expected).enumerate() {
                if ours != theirs {
                    differing.push(
                        format!("{place}, row {at}: {ours:?}, not {theirs:?}")
                            .chars()
                            .take(300)
                            .collect(),
                    );
                }
            }
        }
    }
    eprintln!("{compared} sheets, {cells} cells, {} rows differ", differing.len());
    assert_eq!((compared, cells), (380, 435_303));
    assert!(differing.is_empty(), "{}", differing[..differing.len().min(60)].join("\n"));
}

/// Our table with the values as the predecessor read them again, and what is not defined there as it stands there: the
/// order of equal downloads, the label of a month that it lost.
fn in_their_shape(sheet: &str, ours: Table) -> Table {
    let mut rows = ours.into_iter();
    let header = rows.next().unwrap();
    if sheet == "By Month" {
        return std::iter::once(header).chain(rows).collect();
    }
    if sheet.starts_with("Month and ") {
        return months(sheet, header, rows.collect());
    }
    let rows = merged(sheet, rows.collect());
    let mut table: Table = std::iter::once(header).chain(rows).collect();
    let mut columns = Column::inherited();
    let column = columns.find(|it| it.sheet().0 == sheet).unwrap();
    if column.order() == Order::MostFirst {
        // What became one is more.
        table[1..].sort_by_key(|row| std::cmp::Reverse(row[1].parse::<u64>().unwrap()));
    }
    in_defined_order(table)
}

/// Rows with equal downloads by their value, if the table is sorted by downloads.
fn in_defined_order(mut table: Table) -> Table {
    let downloads = |row: &Vec<String>| std::cmp::Reverse(row[1].parse::<u64>().unwrap_or(0));
    if table[0][1] == "downloads" && table[0][0] != "year-month" {
        let rows = &mut table[1..];
        if rows.is_sorted_by_key(downloads) {
            rows.sort_by_key(|row| (downloads(row), row[0].clone()));
        }
    }
    table
}

fn reread<'a>(sheet: &str, value: &'a str) -> &'a str {
    // Without a version there is no distribution.
    let is_reread = match sheet {
        "By Distro Version" => value.ends_with(" n/a"),
        "By Distro Kernel" => value.contains(" n/a - "),
        _ => false,
    };
    if is_reread {
        return "<NaN>";
    }
    let column = sheet.trim_start_matches("Month and ");
    let known = REREAD.iter().find(|(of, from, _)| *of == column && *from == value);
    known.map_or(value, |(_, _, to)| to)
}

fn merged(sheet: &str, rows: Table) -> Table {
    let mut merged: Vec<(String, u64)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        let (value, downloads) = (reread(sheet, &row[0]), row[1].parse::<u64>().unwrap());
        let place = *places.entry(value).or_insert_with(|| {
            merged.push((value.to_owned(), 0));
            merged.len() - 1
        });
        merged[place].1 += downloads;
    }
    let total = merged.iter().map(|(_, downloads)| downloads).sum();
    merged
        .into_iter()
        .map(|(value, downloads)| {
            vec![value, downloads.to_string(), percent(downloads, total).to_string()]
        })
        .collect()
}

fn months(sheet: &str, header: Vec<String>, rows: Table) -> Table {
    let mut columns: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (at, value) in header.iter().enumerate().skip(2) {
        let counts = rows.iter().map(|row| row[at].parse::<u64>().unwrap());
        match columns.get_mut(reread(sheet, value)) {
            Some(sums) => sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count),
            None => _ = columns.insert(reread(sheet, value).to_owned(), counts.collect()),
        }
    }
    columns.remove("<NaN>");
    let mut table = vec![["index", "total"].map(str::to_owned).to_vec()];
    table[0].extend(columns.keys().cloned());
    for (at, row) in rows.iter().enumerate() {
        let label = (rows.len() - 1 - at).to_string();
        let counts = columns.values().map(|counts| counts[at].to_string());
        table.push([label, row[1].clone()].into_iter().chain(counts).collect());
    }
    table
}
