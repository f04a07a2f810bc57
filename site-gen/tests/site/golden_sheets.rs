//! Workbooks and summary against what the predecessor made of the same downloads, cell by cell.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
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
    ("By Country Code", "NA", UNKNOWN),
];

/// What stands for *not known*.
const UNKNOWN: &str = "<NaN>";

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
    table
}

/// A month of which no value is known has no figures in the predecessor's sheets by month. They are known: there were
/// none. Returns how many months that are.
fn fill_months(table: &mut Table) -> usize {
    if table[0][1] != "total" {
        return 0;
    }
    let is_empty =
        |row: &&mut Vec<String>| row.len() > 2 && row[2..].iter().all(|it| it == UNKNOWN);
    let months = table[1..].iter_mut().filter(is_empty);
    months.map(|row| row[2..].fill("0".into())).count()
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

    let (mut compared, mut cells, mut filled, mut differing) = (0, 0, 0, Vec::new());
    let mut reread = Reread::new(&events[1]);
    for project in &projects {
        let ours = sheets(&folder.path().join(format!("books/{project}.xlsx")));
        let mut expected: Vec<PathBuf> = fs::read_dir(golden.join("merged").join(project))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        expected.sort();
        // The first sheet, which is compared as it is.
        let months: Vec<String> = ours[0].1[1..].iter().map(|row| row[0].clone()).collect();
        for (path, (name, ours)) in expected.iter().zip(ours) {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert_eq!(stem.split_once('-').unwrap().1, name, "the sheets and their order");
            let mut expected = csv_table(path);
            compared += 1;
            cells += expected.iter().map(Vec::len).sum::<usize>();
            filled += fill_months(&mut expected);
            let place = format!("{project}/{name}");
            let column = Column::inherited().find(|it| it.sheet().0 == name);
            if let Some(column) = column {
                assert!(is_in_order(column.order(), &ours[1..]), "{place} is not in order");
            }
            let ours = match column {
                Some(column) => reread.groups(project, column, ours),
                None if name == "By Month" => ours,
                None => months_by(&name, ours, &months),
            };
            if column.is_some_and(|it| it.order() == Order::MostFirst) {
                in_defined_order(&place, &mut expected[1..]);
            }
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
    assert_eq!((compared, cells, filled), (380, 435_303, 64));
    assert!(differing.is_empty(), "{}", differing[..differing.len().min(60)].join("\n"));
    // No more of them differ than is known.
    let moved: Vec<_> =
        reread.moved.iter().map(|(sheet, count)| (sheet.as_str(), *count)).collect();
    let known = [
        ("By Country Code", 13),
        ("By Distro Kernel", 84),
        ("By Distro Version", 84),
        ("By Version", 934),
    ];
    assert_eq!(moved, known);
}

/// What the predecessor read again, and how many downloads became something else thereby, by sheet.
struct Reread {
    /// Downloads of distributions without a version in the new rows, by project and value: those are not read again.
    fresh: BTreeMap<(String, String), u64>,
    moved: BTreeMap<String, u64>,
}

impl Reread {
    fn new(answer: &Path) -> Self {
        let file = flate2::read::MultiGzDecoder::new(fs::File::open(answer).unwrap());
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().unwrap().clone();
        let mut fresh = BTreeMap::new();
        for row in reader.records() {
            let row = row.unwrap();
            let field = |name| &row[header.iter().position(|it| it == name).unwrap()];
            if field("distro_version") == "n/a" {
                let distro = format!("{} n/a", field("distro_name"));
                let kernel = format!("{distro} - {}", field("system_release"));
                for value in [distro, kernel] {
                    *fresh.entry((field("project").to_owned(), value)).or_default() += 1;
                }
            }
        }
        Self { fresh, moved: BTreeMap::new() }
    }

    /// Our table with the values as the predecessor read them again. Rows that it does not touch stay as they are.
    fn groups(&mut self, project: &str, column: Column, mut ours: Table) -> Table {
        let (sheet, _) = column.sheet();
        let values: BTreeSet<&String> = ours[1..].iter().map(|row| &row[0]).collect();
        assert_eq!(values.len(), ours.len() - 1, "{project}/{sheet}: each value has one row");
        let total = ours[1..].iter().map(|row| downloads(row)).sum();
        let mut rows: Table = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        for row in ours.split_off(1) {
            let value = reread(sheet, &row[0]).to_owned();
            let moved = match value == row[0] {
                true => 0,
                false => {
                    let key = (project.to_owned(), row[0].clone());
                    downloads(&row) - self.fresh.get(&key).copied().unwrap_or(0)
                }
            };
            let stays = downloads(&row) - moved;
            if moved > 0 {
                *self.moved.entry(sheet.to_owned()).or_default() += moved;
            }
            for (value, part) in [(row[0].clone(), stays), (value, moved)] {
                if part == 0 {
                    continue;
                }
                match places.get(&value) {
                    Some(&place) => {
                        rows[place][1] = (downloads(&rows[place]) + part).to_string();
                        touched.insert(place);
                    }
                    None => {
                        let place = rows.len();
                        places.insert(value.clone(), place);
                        if moved > 0 {
                            touched.insert(place);
                        }
                        rows.push(vec![value, part.to_string(), row[2].clone()]);
                    }
                }
            }
        }
        for &place in &touched {
            rows[place][2] = percent(downloads(&rows[place]), total).to_string();
        }
        if !touched.is_empty() && column.order() == Order::MostFirst {
            // What became one is more.
            rows.sort_by_cached_key(|row| place_by_downloads(row));
        }
        ours.extend(rows);
        ours
    }
}

fn downloads(row: &[String]) -> u64 {
    row[1].parse().unwrap()
}

/// Most downloads first, equal ones by value, what is not known last.
fn place_by_downloads(row: &[String]) -> (Reverse<u64>, bool, String) {
    (Reverse(downloads(row)), row[0] == UNKNOWN, row[0].clone())
}

/// Whether rows of our sheet stand as the order says. That of versions is compared with the predecessor's only.
fn is_in_order(order: Order, rows: &[Vec<String>]) -> bool {
    match order {
        Order::MostFirst => rows.is_sorted_by_key(|row| place_by_downloads(row)),
        Order::ByValue => {
            let values = ["FALSE", "TRUE", UNKNOWN];
            rows.is_sorted_by_key(|row| values.iter().position(|it| *it == row[0]).unwrap())
        }
        Order::NewestFirst => true,
    }
}

/// The predecessor leaves open in which order rows with equal downloads stand.
fn in_defined_order(place: &str, rows: &mut [Vec<String>]) {
    assert!(rows.is_sorted_by_key(|row| Reverse(downloads(row))), "{place} of the predecessor");
    rows.sort_by_cached_key(|row| place_by_downloads(row));
}

fn reread<'a>(sheet: &str, value: &'a str) -> &'a str {
    // Without a version there is no distribution.
    let is_reread = match sheet {
        "By Distro Version" => value.ends_with(" n/a"),
        "By Distro Kernel" => value.contains(" n/a - "),
        _ => false,
    };
    if is_reread {
        return UNKNOWN;
    }
    let column = sheet.trim_start_matches("Month and ");
    let known = REREAD.iter().find(|(of, from, _)| *of == column && *from == value);
    known.map_or(value, |(_, _, to)| to)
}

/// Our table of months with the values as the predecessor read them again, and numbers for the names of the months,
/// which it lost.
fn months_by(sheet: &str, mut ours: Table, months: &[String]) -> Table {
    assert_eq!(ours[0][..2], ["year-month", "total"], "{sheet}");
    assert!(ours[0][2..].is_sorted(), "{sheet}: {:?}", ours[0]);
    let labels: Vec<&str> = ours[1..].iter().map(|row| &*row[0]).collect();
    assert_eq!(labels[0], "total", "{sheet}");
    assert_eq!(labels[1..], *months, "{sheet}");
    ours[0][0] = "index".into();
    for (row, number) in ours[1..].iter_mut().zip((0..=months.len()).rev()) {
        row[0] = number.to_string();
    }
    if ours[0][2..].iter().all(|value| reread(sheet, value) == value) {
        return ours;
    }
    let mut columns: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (at, value) in ours[0].iter().enumerate().skip(2) {
        let counts = ours[1..].iter().map(|row| row[at].parse::<u64>().unwrap());
        match columns.get_mut(reread(sheet, value)) {
            Some(sums) => sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count),
            None => _ = columns.insert(reread(sheet, value).to_owned(), counts.collect()),
        }
    }
    columns.remove(UNKNOWN);
    ours[0].splice(2.., columns.keys().cloned());
    for (at, row) in ours[1..].iter_mut().enumerate() {
        row.splice(2.., columns.values().map(|counts| counts[at].to_string()));
    }
    ours
}

/// What the predecessor was told; the names of the vendors are those of the golden files.
const ECOSYSTEMS: &str = "
projects:
  - ecosystem: sdv
    base_project: sdv
    dependency_projects: [rdt, copulas, ctgan, deepecho, sdmetrics]
    parent_projects: [sdgym]
    calculate_breakdown: True
    split:
      name: PreBSL-vs-BSL
      up-to: Pre-BSL
      after: BSL
      bounds: {rdt: 1.2.1, copulas: 0.7.0, ctgan: 0.6.0, deepecho: 0.3.0.post1, sdgym: 0.5.0, sdv: 0.17.2}
  - {ecosystem: Gretel, projects: [gretel-synthetics, gretel-trainer]}
  - {ecosystem: be-great, projects: [be-great]}
  - {ecosystem: realtabformer, projects: [realtabformer]}
  - {ecosystem: smartnoise-synth, projects: [smartnoise-synth]}
  - {ecosystem: synthcity, projects: [synthcity]}
vendors:
  - {ecosystem: Vendor 1, name: Synthesized, projects: [synthesized]}
  - {ecosystem: Vendor 2, name: ydata, projects: [ydata-synthetic, ydata-sdk]}
  - {ecosystem: Vendor 3, name: datomize, projects: [datomize]}
  - {ecosystem: Vendor 4, name: mostlyai, projects: [mostlyai, mostlyai-mock]}
";

#[test]
fn golden_summary_has_the_cells_of_the_predecessor() {
    let golden = golden();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("store")).unwrap();
    import(&folder.path().join("store"), &[golden.join("pypi.csv.gz")], &mini_config());
    fs::write(at("summarize_config.yaml"), ECOSYSTEMS).unwrap();
    let (config, store, output) = (at("summarize_config.yaml"), at("store"), at("books"));
    let arguments = ["summary", "-c", &config, "--store", &store, "-o", &output, "--today"];
    let arguments = [&arguments[..], &["2025-11-02"]].concat();
    make_books(&command(&arguments), &mut |line| panic!("{line}")).unwrap();
    let ours = sheets(&folder.path().join("books/Downloads_Summary.xlsx"));
    let mut expected: Vec<PathBuf> =
        fs::read_dir(golden.join("summary")).unwrap().map(|entry| entry.unwrap().path()).collect();
    expected.sort();
    assert_eq!((expected.len(), ours.len()), (5, 6), "ours has notes too");
    for (path, (name, ours)) in expected.iter().zip(ours) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(stem.split_once('-').unwrap().1, name, "the sheets and their order");
        assert_eq!(ours, csv_table(path), "{name}");
    }
}
