//! Stores and sites to test with.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use collector::{import, progress::Verbosity};
use config::Config;
use downloads::{Day, parse_day};
use site_gen::{Cards, Inputs, Module, make};
use store::Snapshot;
use tempfile::TempDir;

/// The folder `fixtures/mini`.
pub(crate) fn mini() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/mini")
}

/// The configuration in `fixtures/mini`.
pub(crate) fn mini_config() -> Config {
    let text = fs::read_to_string(mini().join("config.yaml")).unwrap();
    Config::parse(&text, "config.yaml", &mut |_| unreachable!("nothing is imported")).unwrap()
}

/// The day after the last one of `fixtures/mini`.
pub(crate) fn mini_today() -> Day {
    parse_day("2024-04-01").unwrap()
}

/// A new store with the events of `fixtures/mini`.
pub(crate) fn mini_store() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &[mini().join("pypi.csv")], &mini_config());
    folder
}

/// Imports files of events into a store as `collector import` does.
pub(crate) fn import(store: &Path, files: &[PathBuf], config: &Config) {
    let options = import::Options {
        store: store.into(),
        today: parse_day("2026-11-23").unwrap(),
        now: "2026-11-23T12:00:00Z".parse().unwrap(),
        details: config.projects.iter().map(|it| (it.name.clone(), it.detail)).collect(),
        verbosity: Verbosity::Quiet,
    };
    import::run(files, &options, |_| {}).unwrap();
}

/// Stands in for the module of the browser.
pub(crate) fn module() -> Module {
    Module {
        script: b"export class Explorer {}".to_vec(),
        wasm: b"\0asm".to_vec(),
        compare_script: b"export class Comparison {}".to_vec(),
        compare_wasm: b"\0asm".to_vec(),
    }
}

/// All files of the site of `fixtures/mini`.
pub(crate) fn mini_site(config: &Config, module: Option<Module>) -> BTreeMap<String, Vec<u8>> {
    let store = mini_store();
    let snapshot = Snapshot::open(store.path()).unwrap();
    let cards = Cards::Made;
    let inputs = Inputs { config, snapshot: &snapshot, today: mini_today(), module, cards };
    let (site, made) = make(&inputs).unwrap();
    assert!(made.failed.is_empty(), "{:?}", made.failed);
    site.files().map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect()
}
