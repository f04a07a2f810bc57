//! Laws of import and export that hold for any file.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use collector::{
    export,
    import::{self, Options},
    progress::Verbosity,
};
use downloads::{Day, EVENT_COLUMNS};
use proptest::prelude::*;
use store::Snapshot;

/// Imports a file into a store, and returns how many rows it had.
fn import(file: &Path, store: &Path) -> u64 {
    let options = Options {
        store: store.into(),
        today: Day::from_ymd_opt(2026, 11, 23).unwrap(),
        now: "2026-11-23T12:00:00Z".parse().unwrap(),
        details: BTreeMap::new(),
        verbosity: Verbosity::Quiet,
    };
    let mut rows = 0;
    import::run(&[PathBuf::from(file)], &options, |summary| rows += summary.rows).unwrap();
    rows
}

/// The month files of a store with their text.
fn months(store: &Path) -> BTreeMap<String, String> {
    let snapshot = Snapshot::open(store).unwrap();
    let entries = snapshot.projects().flat_map(|project| snapshot.months(project.as_str()));
    entries
        .map(|it| (it.path.clone(), fs::read_to_string(store.join("pypi").join(&it.path)).unwrap()))
        .collect()
}

fn downloads(store: &Path) -> u64 {
    let snapshot = Snapshot::open(store).unwrap();
    let entries = snapshot.projects().flat_map(|project| snapshot.months(project.as_str()));
    entries.map(|entry| entry.downloads).sum()
}

/// A row of an event file.
fn any_row() -> impl Strategy<Value = Vec<String>> {
    let awkward = || "[a,\"\n\r\u{202e}é=<]{0,3}";
    let project = prop_oneof![Just("Foo_Bar"), Just("foo-bar"), Just("sdv")];
    (
        25..70_u32,
        awkward(),
        project,
        awkward(),
        awkward(),
        prop_oneof![Just(""), Just("True"), Just("False")],
    )
        .prop_map(|(day, country, project, version, kernel, ci)| {
            let date = Day::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(day.into());
            let mut row = vec![String::new(); EVENT_COLUMNS.len()];
            row[0] = format!("{date} 01:02:03");
            row[1] = country;
            row[2] = project.into();
            row[3] = version;
            row[11] = kernel;
            row[13] = ci.into();
            row
        })
}

fn write(path: &Path, rows: &[Vec<String>]) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(EVENT_COLUMNS).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_download_is_lost_or_made_and_an_export_imports_as_the_same_store(
        rows in proptest::collection::vec(any_row(), 1..40),
        order in any::<proptest::sample::Index>(),
    ) {
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let at = |name: &str| home.path().join(name);
        write(&at("events.csv"), &rows);
        prop_assert_eq!(import(&at("events.csv"), &at("store")), rows.len() as u64);
        prop_assert_eq!(downloads(&at("store")), rows.len() as u64);

        let mut turned = rows.clone();
        turned.rotate_left(order.index(rows.len()));
        turned.reverse();
        write(&at("turned.csv"), &turned);
        import(&at("turned.csv"), &at("turned"));
        let digest = |store: &str| Snapshot::open(&at(store)).unwrap().digest().to_owned();
        prop_assert_eq!(digest("turned"), digest("store"), "the order does not show");
        import(&at("events.csv"), &at("store"));
        prop_assert_eq!(digest("turned"), digest("store"), "twice is once");

        export::run(&at("store"), &[], Some(&at("exported.csv"))).unwrap();
        import(&at("exported.csv"), &at("again"));
        prop_assert_eq!(months(&at("again")), months(&at("store")));
        export::run(&at("again"), &[], Some(&at("exported2.csv"))).unwrap();
        prop_assert_eq!(fs::read(at("exported2.csv")).unwrap(), fs::read(at("exported.csv")).unwrap());
    }
}
