//! The figures against those of the tool that this one succeeds, and against a count of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::{Path, PathBuf},
};

use cube::{Cube, Selection, Value};
use downloads::{Dimension, LOOKBACK_DAYS, Mirrors, ProjectName, python_minor};
use flate2::read::MultiGzDecoder;
use site_gen::read;
use store::Snapshot;

use crate::fixture::{import, mini_config};

/// Downloads by value; the empty text is *not known*.
type Counts = BTreeMap<String, u64>;

/// The sheets that are compared: the name, the column of the event file, and what is counted.
const SHEETS: [(&str, &str, Counted); 6] = [
    ("00-By Month", "timestamp", Counted::Months),
    ("01-By Version", "version", Counted::Values(Dimension::Version)),
    ("02-By Country Code", "country_code", Counted::Values(Dimension::Country)),
    ("03-By Python Version", "implementation_version", Counted::Values(Dimension::Python)),
    ("05-By Installer Name", "installer_name", Counted::Values(Dimension::Installer)),
    ("09-By OS Type", "system_name", Counted::Values(Dimension::System)),
];

#[derive(Clone, Copy)]
enum Counted {
    Months,
    Values(Dimension),
}

/// What the predecessor makes of a value when it reads its own file again. Ours keeps what was
/// downloaded. No other difference is accepted.
const REREAD: [(&str, &str, &str); 9] = [
    // Versions are normalized.
    ("01-By Version", "0.1.2-rc.1", "0.1.2rc1"),
    ("01-By Version", "0.2.0-1", "0.2.0.post1"),
    ("01-By Version", "0.2.1-rc.1", "0.2.1rc1"),
    ("01-By Version", "0.3.0-1", "0.3.0.post1"),
    ("01-By Version", "0.3.0-rc.1", "0.3.0rc1"),
    ("01-By Version", "0.3.2-rc.1", "0.3.2rc1"),
    ("01-By Version", "0.5.0-1", "0.5.0.post1"),
    ("01-By Version", "1.2.2-1", "1.2.2.post1"),
    // Namibia is taken for a missing value.
    ("02-By Country Code", "NA", ""),
];

#[test]
fn counts_agree_with_the_golden_sheets_and_with_the_rows() {
    let golden = golden();
    let events = ["pypi.csv.gz", "bigquery_answer.csv.gz"].map(|name| golden.join(name));
    let store = tempfile::tempdir().unwrap();
    import(store.path(), &events, &mini_config());
    let snapshot = Snapshot::open(store.path()).unwrap();
    let rows = counted_by_row(&events);
    let mut used: BTreeSet<&(&str, &str, &str)> = BTreeSet::new();
    for project in snapshot.projects() {
        let cube = read(&snapshot, project, &Mirrors::default(), LOOKBACK_DAYS).unwrap().whole;
        for (sheet, _, counted) in SHEETS {
            let ours = counts(&cube, counted);
            assert_eq!(ours, rows[&(project.clone(), sheet)], "{project} {sheet}");
            let mut reread = Counts::new();
            for (value, downloads) in ours {
                let known = REREAD.iter().find(|it| (it.0, it.1) == (sheet, value.as_str()));
                used.extend(known);
                *reread.entry(known.map_or(value, |it| it.2.to_owned())).or_default() += downloads;
            }
            let path = golden.join("merged").join(project.as_str()).join(format!("{sheet}.csv"));
            assert_eq!(reread, sheet_of(&path), "{project} {sheet}");
        }
    }
    assert_eq!(rows.len(), 20 * SHEETS.len());
    // A difference that does not occur must not be accepted.
    assert!(used.into_iter().eq(&REREAD), "the sheets no longer differ in all of these");
}

/// The downloads by project and sheet, with nothing of ours but the rule for Python versions. Days of
/// the second file replace those of the first.
fn counted_by_row(files: &[PathBuf; 2]) -> BTreeMap<(ProjectName, &'static str), Counts> {
    let [first, second] = files.each_ref().map(|path| {
        let file = MultiGzDecoder::new(std::fs::File::open(path).unwrap());
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.into_records().map(Result::unwrap).collect();
        (header, rows)
    });
    let column = |name| first.0.iter().position(|it| it == name).unwrap();
    assert_eq!(first.0, second.0);
    let (time, project) = (column("timestamp"), column("project"));
    let days: BTreeSet<&str> = second.1.iter().map(|row| &row[time][..10]).collect();
    let kept = first.1.iter().filter(|row| !days.contains(&row[time][..10]));

    let columns = SHEETS.map(|(_, name, _)| column(name));
    let mut counted: BTreeMap<_, Counts> = BTreeMap::new();
    for row in kept.chain(&second.1) {
        let project = ProjectName::new(&row[project]).unwrap();
        for ((sheet, _, kind), column) in SHEETS.into_iter().zip(columns) {
            let value = match kind {
                Counted::Months => &row[column][..7],
                Counted::Values(Dimension::Python) => python_minor(&row[column]),
                Counted::Values(_) => &row[column],
            };
            let counts = counted.entry((project.clone(), sheet)).or_default();
            *counts.entry(value.to_owned()).or_default() += 1;
        }
    }
    counted
}

/// The folder of the golden figures.
fn golden() -> PathBuf {
    let shared = env::var_os("DOWNLOAD_ANALYTICS_SHARED");
    let shared =
        shared.expect("DOWNLOAD_ANALYTICS_SHARED names the folder with the golden figures");
    Path::new(&shared).join("data/golden/200k")
}

fn counts(cube: &Cube, counted: Counted) -> Counts {
    let mut counts = Counts::new();
    match counted {
        Counted::Months => {
            for (day, downloads) in cube.days().iter().zip(cube.by_day(&Selection::default())) {
                *counts.entry(day.format("%Y-%m").to_string()).or_default() += downloads;
            }
        }
        Counted::Values(dimension) => {
            let totals = &cube.facets(&Selection::default())[dimension as usize];
            for (value, downloads) in cube.values(dimension).iter().zip(totals) {
                let value = match value {
                    Value::Known(text) => text.clone(),
                    Value::Unknown => String::new(),
                    Value::Other => unreachable!("nothing was gathered"),
                };
                counts.insert(value, *downloads);
            }
        }
    }
    counts.retain(|_, downloads| *downloads > 0);
    counts
}

fn sheet_of(path: &Path) -> Counts {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.unwrap();
        (row[0].replace("<NaN>", ""), row[1].parse().unwrap())
    };
    reader.records().map(row).collect()
}
