//! What a file decides, alone and with the files that it imports.

use std::{collections::BTreeMap, fs, io, path::Path};

use chrono::NaiveTime;
use config::{
    BigQuery, Budget, Config, ConfigError, Detail, FREE_PER_MONTH, GIB, LARGEST_YEAR, Members,
    MicroDollars, PRICE_PER_TIB, Project, Share, StorePlace,
};
use downloads::{Day, LOOKBACK_DAYS, Mirrors};
use insta::assert_snapshot;
use proptest::prelude::*;

/// Reads the first of these files; the others can be imported.
fn read(files: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let texts: BTreeMap<_, _> = files.iter().copied().collect();
    let (name, text) = files[0];
    Config::parse(text, name, &mut |path| {
        let text = texts.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok((*text).to_owned())
    })
}

fn parse(text: &str) -> Config {
    read(&[("config.yaml", text)]).unwrap_or_else(|error| panic!("{error}"))
}

fn names<'a>(projects: impl IntoIterator<Item = &'a Project>) -> Vec<&'a str> {
    projects.into_iter().map(|project| project.name.as_str()).collect()
}

#[test]
fn the_example_reads() {
    let config = parse(include_str!("../../../fixtures/config/example.yaml"));
    assert_eq!(config.projects.len(), 20);
    assert_eq!(config.projects[0].conda.as_deref(), Some("sdv"));
    assert_eq!(config.site.base_url, None, "an empty value is absent");
    assert_eq!(config.largest_year, LARGEST_YEAR);
    assert_eq!(config.mirrors, Mirrors::default());
    assert_eq!(config.lookback, LOOKBACK_DAYS);
    assert_eq!(config.max_days, None);
    assert_eq!(config.bigquery, BigQuery::default());
    assert_eq!(config.budget, Budget::default());
    assert_eq!((config.budget.query, config.budget.month), (FREE_PER_MONTH, FREE_PER_MONTH));
    assert_eq!(config.budget.price_per_tib, PRICE_PER_TIB);
    assert_eq!(config.ecosystems[0].name, "SDV");
    let members: Vec<_> = config.ecosystems[0].members.iter().map(|name| name.as_str()).collect();
    assert_eq!(members, ["sdv", "rdt", "copulas", "ctgan", "deepecho", "sdmetrics", "sdgym"]);
    assert_eq!(config.ecosystems[0].split.as_ref().map(|it| it.bounds.len()), Some(6));
}

/// A fork has its own, about which nothing is known but that it is one.
#[test]
fn the_configuration_of_this_repository_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| fs::read_to_string(root.join(name));
    let text = read("config.yaml").unwrap_or_else(|error| panic!("{error}"));
    let config = Config::parse(&text, "config.yaml", &mut |name| read(name));
    config.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_list_of_names_is_enough() {
    let config = parse("projects: [Foo_Bar, no, '2048']\n");
    assert_eq!(names(&config.projects), ["foo-bar", "no", "2048"]);
    assert_eq!(config.projects[0].spelled, "Foo_Bar");
    assert_eq!(config.projects[0].detail, Detail::Full);
    assert_eq!(config.site.title, "Download Analytics");
    assert_eq!(config.store, StorePlace::Folder("data".into()));
    assert_eq!(config.mirrors, Mirrors::default());
    assert_eq!(config.lookback, LOOKBACK_DAYS);
    assert_eq!(config.max_days, None);
    assert!(config.project(&"FOO.bar".parse().unwrap()).is_some());
    assert!(config.project(&"bar".parse().unwrap()).is_none());
}

#[test]
fn an_empty_value_is_an_absent_one() {
    let full = "projects: [a]\nstore:\nmirrors:\ndetail:\nlookback:\nmax-days:\nlargest-year:\nimport_config:\necosystems:\n\
                vendors:\nbigquery: {project: , not-before: '', accept-shrink: ~}\nbudget:\nsite: {title: , base-url: '', description: ' ', notice: ~}\n";
    assert_eq!(parse(full), parse("projects: [a]\n"));
}

#[test]
fn a_list_of_no_mirrors_is_not_an_absent_one() {
    assert_eq!(parse("projects: [a]\nmirrors: []\n").mirrors.iter().count(), 0);
}

#[test]
fn a_project_has_its_own_detail_or_that_of_the_file() {
    let config =
        parse("detail: standard\nprojects: [a, {name: b, detail: full}, {name: c, detail: }]\n");
    let details: Vec<_> = config.projects.iter().map(|project| project.detail).collect();
    assert_eq!(details, [Detail::Standard, Detail::Full, Detail::Standard]);
}

#[test]
fn what_bigquery_may_cost_is_read_as_it_is_written() {
    let config = parse(
        "bigquery: {project: my-downloads-123, not-before: 23:59, accept-shrink: 2.5%}
budget: {query: 1.5 GiB, month: 0, price-per-tib: 7}
projects: [a]
",
    );
    let bigquery = BigQuery {
        project: Some("my-downloads-123".into()),
        not_before: NaiveTime::from_hms_opt(23, 59, 0).unwrap(),
        accept_shrink: Share::from_parts_per_million(25_000),
    };
    assert_eq!(config.bigquery, bigquery);
    let price_per_tib = MicroDollars(7_000_000);
    assert_eq!(config.budget, Budget { query: GIB + GIB / 2, month: 0, price_per_tib });
}

#[test]
fn a_project_can_have_a_first_day() {
    let config = parse("projects: [a, {name: b, since: 2021-03-01}, {name: c, since: }]\n");
    let since: Vec<_> = config.projects.iter().map(|project| project.since).collect();
    assert_eq!(since, [None, Day::from_ymd_opt(2021, 3, 1), None]);
}

#[test]
fn a_cap_that_is_imported_stays_when_another_one_is_set() {
    let config = read(&[
        (
            "a.yaml",
            "import_config: b.yaml\nbudget: {query: 2 GiB}\nbigquery: {not-before: 08:00}\n",
        ),
        ("b.yaml", "projects: [b]\nbudget: {query: 9 GiB, month: 3 GiB}\nbigquery: {project: p}\n"),
    ])
    .unwrap();
    assert_eq!((config.budget.query, config.budget.month), (2 * GIB, 3 * GIB));
    assert_eq!(config.bigquery.project.as_deref(), Some("p"));
    assert_eq!(config.bigquery.not_before, NaiveTime::from_hms_opt(8, 0, 0).unwrap());
}

#[test]
fn a_base_url_ends_in_a_slash() {
    let url = |url: &str| {
        parse(&format!("projects: [a]\nsite: {{base-url: '{url}'}}\n")).site.base_url.unwrap()
    };
    assert_eq!(url("https://example.org"), "https://example.org/");
    assert_eq!(url("http://example.org:8080/a/b/"), "http://example.org:8080/a/b/");
}

#[test]
fn bytes_that_editors_add_do_no_harm() {
    let text = "\u{feff}site:\r\n  title: A\r\nprojects:\r\n- a\r\n";
    assert_eq!(parse(text), parse("site: {title: A}\nprojects: [a]\n"));
}

#[test]
fn the_projects_of_an_ecosystem_need_not_be_listed_twice() {
    let config = parse(
        "detail: standard\nprojects: [a]\necosystems: [{name: E, base: a, dependencies: [b], parents: [C]}]\n",
    );
    assert_eq!(names(&config.projects), ["a", "b", "c"]);
    assert_eq!(config.projects[1].detail, Detail::Standard);
}

#[test]
fn the_settings_of_the_predecessor_are_understood() {
    let config = parse("output-folder: gdrive://1a2B_c\nmax-days: 7\nprojects: [sdv, ctgan]\n");
    assert_eq!(config.max_days, Some(7));
    assert_eq!(config.store, StorePlace::GoogleDrive("1a2B_c".into()));
    assert_snapshot!(config.store.folder().unwrap_err(), @"the store `gdrive://1a2B_c` is in Google Drive, which is not available yet; name a local folder with `store:`");
    let older = parse("output-path: ./downloads\nprojects: [sdv]\n");
    assert_eq!(older.store.folder(), Ok(Path::new("downloads")));
}

#[test]
fn a_summary_of_the_predecessor_is_a_list_of_ecosystems() {
    let config = parse(
        "projects:
  - ecosystem: SDV
    base_project: sdv
    dependency_projects: [rdt, copulas]
    parent_projects: [sdgym]
    calculate_breakdown: true
  - ecosystem: Gretel
    projects: [gretel-client]
vendors:
  - ecosystem: Vendor 1
    name: Synthesized
    projects: [synthesized]
",
    );
    assert_eq!(
        names(&config.projects),
        ["sdv", "rdt", "copulas", "sdgym", "gretel-client", "synthesized"]
    );
    let [sdv, gretel, vendor] = config.ecosystems.as_slice() else { panic!("three ecosystems") };
    assert!(
        sdv.breakdown
            && matches!(&sdv.members, Members::Layered { base, .. } if base.as_str() == "sdv")
    );
    assert!(
        !gretel.breakdown
            && matches!(&gretel.members, Members::Sum(projects) if projects.len() == 1)
    );
    assert_eq!((vendor.name.as_str(), vendor.vendor.as_deref()), ("Vendor 1", Some("Synthesized")));
}

#[test]
fn a_split_has_a_bound_for_each_project_that_is_divided() {
    let config = parse(
        "projects:
  - ecosystem: SDV
    base_project: sdv
    dependency_projects: [RDT, copulas]
    split:
      name: Old vs New
      up-to: Old
      after: New
      bounds:
        rdt: 1.10
        sdv: 0.17.2
",
    );
    let ecosystem = &config.ecosystems[0];
    let split = ecosystem.split.as_ref().unwrap();
    assert_eq!((&*split.name, &*split.up_to, &*split.after), ("Old vs New", "Old", "New"));
    let bounds: Vec<_> = ecosystem.members.iter().map(|it| ecosystem.bound(it)).collect();
    assert_eq!(bounds, [Some("0.17.2"), Some("1.10"), None], "versions are texts");
}

#[test]
fn each_ecosystem_has_its_own_address() {
    let config = parse("ecosystems: [{name: A & B, projects: [a]}, {name: a-b, projects: [b]}]\n");
    let addresses: Vec<_> = config.ecosystems.iter().map(|it| it.address.as_str()).collect();
    assert_eq!(addresses, ["a-b", "a-b-2"]);
}

#[test]
fn what_a_file_says_wins_over_what_it_imports() {
    let config = read(&[
        ("site/config.yaml", "import_config: shared/a.yaml\nlookback: 5\nsite: {title: Mine}\n"),
        (
            "site/shared/a.yaml",
            "import_config: ./b.yaml\nlookback: 7\nmax-days: 9\nlargest-year: 500\nsite: {title: A, notice: n}\n",
        ),
        ("site/shared/b.yaml", "projects: [b]\nmax-days: 11\nstore: rows\n"),
    ])
    .unwrap();
    assert_eq!((config.lookback, config.max_days), (5, Some(9)));
    assert_eq!(config.largest_year, 500_000);
    assert_eq!(names(&config.projects), ["b"]);
    assert_eq!(
        (config.site.title.as_str(), config.site.notice),
        ("Mine", None),
        "key by key of the file"
    );
    assert_eq!(
        config.store,
        StorePlace::Folder("site/shared/rows".into()),
        "beside the file that says so"
    );
}

#[test]
fn an_error_in_an_imported_file_names_that_file() {
    let error = read(&[
        ("config.yaml", "import_config: other.yaml\n"),
        ("other.yaml", "projects:\n  - a/b\n"),
    ])
    .unwrap_err();
    assert_snapshot!(error, @"other.yaml:2:5: `a/b` is not a project name: it may hold the letters a to z, digits, and `-`, `_` or `.` between them, 200 characters at most");
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let error = read(&[("config.yaml", "projects: [a]\nimport_config: other.yaml\n")]).unwrap_err();
    assert_snapshot!(error, @"config.yaml:2:16: cannot read the imported file `other.yaml`");
    let reason = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(reason.as_deref(), Some("entity not found"));
}

#[test]
fn files_that_import_each_other_are_refused() {
    let error = read(&[
        ("config.yaml", "import_config: a.yaml\n"),
        ("a.yaml", "import_config: ./config.yaml\n"),
    ])
    .unwrap_err();
    assert_snapshot!(error, @"a.yaml:1:16: files import each other: `config.yaml` imports `a.yaml` imports `config.yaml`");
    let endless = Config::parse("import_config: a/../b.yaml\n", "b.yaml", &mut |_| {
        Ok("import_config: a/../b.yaml\n".into())
    })
    .unwrap_err();
    assert!(
        endless.to_string().ends_with("more than 10 files import each other in a row"),
        "{endless}"
    );
}

proptest! {
    #[test]
    fn any_text_reads_or_is_refused(text in any::<String>()) {
        let _ = Config::parse(&text, "f", &mut |_| Ok(text.clone()));
    }

    #[test]
    fn any_text_in_the_words_of_the_file_reads_or_is_refused(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "projects:", "site:", "title:", "base-url:", "ecosystems:", "vendors:", "name:", "base:", "store:",
            "import_config:", "lookback:", "- ", "\n", "\n  ", "\n    ", "\t", "[", "]", "{", "}", ", ", "a", "B_c",
            "1", "~", "''", "\"", "&x ", "*x", "<<: ", "!!str ", "---\n", "#", "|", "é", "\u{0}", "https://h",
        ]), 0..40),
    ) {
        let text = words.concat();
        if let Err(error) = Config::parse(&text, "f", &mut |_| Ok(text.clone())) {
            prop_assert!(!error.to_string().contains('\n'), "one line: {error}");
        }
    }
}
