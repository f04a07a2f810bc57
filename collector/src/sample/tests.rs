//! The sample is believable, odd where it says so, and always the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use config::{Config, Members, StorePlace};
use downloads::{Audience, DayState, Field, LOOKBACK_DAYS, Mirrors};
use store::Snapshot;

use super::*;

/// Two months of all projects, which every test can afford.
fn args(folder: &Path) -> Args {
    Args { output: folder.into(), seed: 1, last_day: day(2026, 11, 21), projects: 12, days: 60 }
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn make(args: &Args) -> Summary {
    run(args, now(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{error:#}"))
}

fn project(name: &str) -> Project {
    let at = PLANS.iter().position(|plan| plan.name == name);
    Project::new(1, at.unwrap_or_else(|| panic!("no project {name}")))
}

/// Downloads of a project from one day to another, by a value of the row.
fn count<'a, K: Ord>(
    project: &'a Project,
    first: Day,
    last: Day,
    key: impl Fn(&[&'a str; 12]) -> K,
) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        for (fields, downloads) in project.rows(day) {
            *counts.entry(key(&fields)).or_default() += downloads;
        }
    }
    counts
}

fn total(project: &Project, first: Day, last: Day) -> u64 {
    count(project, first, last, |_| ()).into_values().sum()
}

fn month_total(name: &str, year: i32, month: u32) -> u64 {
    let month = Month::of(day(year, month, 1));
    total(&project(name), month.first_day(), month.last_day())
}

/// Share of these downloads in all of the fourth quarter of a year, in percent.
fn percent(project: &Project, year: i32, of: impl Fn(&[&str; 12]) -> bool) -> u64 {
    let counts = count(project, day(year, 10, 1), day(year, 11, 20), of);
    let all: u64 = counts.values().sum();
    100 * counts.get(&true).copied().unwrap_or_default() / all
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.ends_with(".lock") => {}
                path => drop(found.insert(path.clone(), fs::read(&path).unwrap_or_default())),
            }
        }
    }
    found
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make(&args(one.path()));
    make(&args(two.path()));
    let relative = |root: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let strip = |path: PathBuf| path.strip_prefix(root).map(Path::to_path_buf).unwrap_or(path);
        files(root).into_iter().map(|(path, bytes)| (strip(path), bytes)).collect()
    };
    let (one, two) = (relative(one.path()), relative(two.path()));
    assert!(one.len() > 30, "{} files", one.len());
    assert!(one == two);
}

/// Pins the rows: they are the same on every platform, so this fails where they are not.
#[test]
fn a_day_looks_like_this() {
    let mut text = String::new();
    for (fields, downloads) in project("sample-juniper").rows(day(2026, 11, 21)) {
        let _ = writeln!(text, "{} {downloads}", fields.join(","));
    }
    insta::assert_snapshot!(text, @r"
    ,0.3.0b1,bdist_wheel,bandersnatch,,,,,,,, 1
    AR,0.12.0.post1,bdist_wheel,pip,CPython,3.14.6,Amazon Linux,2023,Linux,6.1.119-129.201.amzn2023.x86_64,x86_64, 1
    CN,0.11.2,bdist_wheel,pip,CPython,3.13.9,Ubuntu,22.04,Linux,5.15.0-130-generic,x86_64,true 8
    DE,0.6.0,bdist_wheel,pip,CPython,3.12.12,Ubuntu,24.04,Linux,6.8.0-1030-azure,x86_64, 15
    DE,0.8.0rc1,bdist_wheel,bandersnatch,,,,,,,, 1
    FR,0.11.0,sdist,bandersnatch,,,,,,,, 1
    FR,0.12.0,bdist_wheel,pip,CPython,3.11.14,Ubuntu,22.04,Linux,5.15.0-1075-azure,x86_64, 2
    FR,0.5.0,bdist_wheel,bandersnatch,,,,,,,, 1
    FR,0.7.3,bdist_wheel,bandersnatch,,,,,,,, 1
    IE,0.12.0.post1,bdist_wheel,poetry,CPython,3.9.24,,,Linux,5.4.0-200-generic,, 4
    IN,0.4.0,bdist_wheel,pip,CPython,3.13.9,Debian GNU/Linux,13,Linux,6.12.48+deb13-amd64,x86_64, 5
    JP,0.11.2,bdist_wheel,pip,CPython,3.7.17,Amazon Linux,2,Linux,4.14.355-275.572.amzn2.x86_64,x86_64, 1
    NL,0.5.0,bdist_wheel,uv,CPython,3.12.12,Ubuntu,24.04,Linux,6.8.0-1030-aws,aarch64,true 12
    SG,0.12.0.post1,bdist_wheel,,,,,,,,, 2
    US,0.11.2,bdist_wheel,pip,CPython,3.10.19,Ubuntu,22.04,Linux,6.8.0-1021-aws,x86_64, 10
    US,0.11.2,sdist,pip,CPython,3.9.24,Debian GNU/Linux,12,Linux,6.10.14-linuxkit,aarch64, 2
    US,0.12.0.post1,bdist_wheel,pip,CPython,3.8.20,Debian GNU/Linux,12,Linux,5.15.0-1075-azure,x86_64, 1
    US,0.12.0.post1,bdist_wheel,pip,PyPy,7.3.20,,,Windows,11,AMD64, 3
    US,0.12.0.post1,bdist_wheel,uv,CPython,3.10.19,macOS,15.1,Darwin,24.1.0,arm64,true 5
    US,0.12.0.post1,bdist_wheel,uv,CPython,3.11.14,Ubuntu,22.04,Linux,5.15.0-1075-azure,x86_64, 18
    US,0.13.0a1,bdist_wheel,pip,CPython,3.14.6,Amazon Linux,2023,Linux,6.1.119-129.201.amzn2023.x86_64,x86_64, 5
    US,0.13.0a1,bdist_wheel,pip,CPython,3.8.20,CentOS Linux,7,Linux,3.10.0-1160.el7.x86_64,x86_64, 1
    US,0.3.2,bdist_wheel,pip,CPython,3.10.19,,,Windows,10,AMD64, 2
    US,0.5.1,sdist,bandersnatch,,,,,,,, 1
    US,0.7.5,bdist_wheel,pip,CPython,3.11.14,Debian GNU/Linux,12,Linux,6.1.119-129.201.amzn2023.x86_64,x86_64,true 4
    ");
}

#[test]
fn making_it_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = make(&args(folder.path()));
    let before = files(folder.path());
    let second = make(&args(folder.path()));
    assert!(files(folder.path()) == before);
    assert!(first.days.added > 0 && first.files_written > 0);
    assert_eq!((second.days.added, second.days.changed, second.files_written), (0, 0, 0));
}

#[test]
fn a_later_last_day_adds_days_and_changes_none() {
    let folder = tempfile::tempdir().unwrap();
    make(&args(folder.path()));
    let later = Args { last_day: day(2026, 11, 23), ..args(folder.path()) };
    let summary = make(&later);
    assert_eq!((summary.days.added, summary.days.changed), (2 * 12, 0));
}

#[test]
fn the_configuration_reads_and_fits_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let summary = make(&args(folder.path()));
    let text = fs::read_to_string(&summary.config).unwrap();
    let path = summary.config.to_string_lossy();
    let config = Config::parse(&text, &path, &mut |_| Err(io::ErrorKind::NotFound.into())).unwrap();
    assert_eq!(config.site.title, "Sample data");
    assert_eq!(
        config.site.notice.as_deref(),
        Some("This is made-up sample data, not real downloads.")
    );
    assert_eq!(config.store, StorePlace::Folder(folder.path().join("data")));
    assert!(config.projects.iter().all(|project| project.name.as_str().starts_with("sample-")));
    let [ecosystem] = config.ecosystems.as_slice() else { panic!("one ecosystem") };
    let Members::Layered { dependencies, parents, .. } = &ecosystem.members else {
        panic!("an ecosystem with a base")
    };
    assert!(!dependencies.is_empty() && !parents.is_empty());
    let snapshot = Snapshot::open(&folder.path().join("data")).unwrap();
    let stored: BTreeSet<_> = snapshot.projects().cloned().collect();
    assert_eq!(stored, config.projects.into_iter().map(|project| project.name).collect());
}

#[test]
fn a_configuration_for_fewer_projects_names_no_other() {
    for projects in 1..=12 {
        let text = config_text(projects);
        let config =
            Config::parse(&text, "c", &mut |_| Err(io::ErrorKind::NotFound.into())).unwrap();
        assert_eq!(config.projects.len(), projects);
    }
}

#[test]
fn the_configuration_of_somebody_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    fs::write(&path, "projects: [mine]\n").unwrap();
    let error = run(&args(folder.path()), now(), &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("is not of a sample and would be overwritten"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "projects: [mine]\n");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn the_store_of_somebody_gets_no_made_up_projects() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(&folder.path().join("data"), "test", now()).unwrap();
    let (first, last) = (day(2026, 1, 1), day(2026, 1, 1));
    let interval = Interval { first, last, fetched_at: now(), origin: "test".into() };
    writer.cover(&"mine".parse().unwrap(), interval);
    writer.commit().unwrap();
    let error = run(&args(folder.path()), now(), &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("is not of a sample, it holds `mine`"), "{error}");
    assert!(!folder.path().join("config.yaml").exists());
}

#[test]
fn the_last_three_days_are_provisional_and_the_gaps_are_gaps() {
    let folder = tempfile::tempdir().unwrap();
    make(&args(folder.path()));
    let snapshot = Snapshot::open(&folder.path().join("data")).unwrap();
    let state = |name: &str, date| snapshot.day_state(name, date, LOOKBACK_DAYS);
    for (date, expected) in [
        (day(2026, 11, 18), DayState::Final),
        (day(2026, 11, 19), DayState::Provisional),
        (day(2026, 11, 21), DayState::Provisional),
        (day(2026, 11, 22), DayState::NotCollected),
    ] {
        assert_eq!(state("sample-atlas", date), expected, "{date}");
    }
    for (date, is_collected) in [
        (day(2026, 10, 27), true),
        (day(2026, 10, 28), false),
        (day(2026, 11, 1), false),
        (day(2026, 11, 2), true),
    ] {
        assert_eq!(state("sample-island", date).is_collected(), is_collected, "{date}");
    }
}

#[test]
fn a_month_with_a_gap_in_it_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    make(&Args { last_day: day(2026, 3, 31), days: 31, ..args(folder.path()) });
    let snapshot = Snapshot::open(&folder.path().join("data")).unwrap();
    let intervals: Vec<_> =
        snapshot.coverage("sample-juniper").iter().map(|it| (it.first, it.last)).collect();
    assert_eq!(
        intervals,
        [(day(2026, 3, 1), day(2026, 3, 13)), (day(2026, 3, 16), day(2026, 3, 31))]
    );
}

#[test]
fn rows_are_sorted_and_different() {
    for position in 0..PLANS.len() {
        let project = Project::new(7, position);
        let rows = project.rows(day(2026, 9, 9));
        assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}", project.plan.name);
        assert!(rows.iter().all(|(_, downloads)| *downloads > 0));
    }
}

#[test]
fn sizes_span_three_orders_of_magnitude() {
    let daily = |name| month_total(name, 2026, 10) / 31;
    assert!((25_000..35_000).contains(&daily("sample-beacon")));
    assert!((10..40).contains(&daily("sample-kestrel")));
    let lantern = project("sample-lantern");
    let days = day(2025, 1, 1).iter_days().take(365);
    let zero = days.filter(|day| lantern.rows(*day).is_empty()).count();
    assert!((50..300).contains(&zero), "{zero} days without downloads");
}

#[test]
fn projects_grow_decline_and_begin() {
    let (then, now) = ((2024, 1), (2026, 10));
    let grows = |name| month_total(name, now.0, now.1) > 3 * month_total(name, then.0, then.1) / 2;
    assert!(grows("sample-atlas") && grows("sample-beacon"));
    assert!(
        2 * month_total("sample-fjord", now.0, now.1) < month_total("sample-fjord", then.0, then.1)
    );
    assert_eq!(month_total("sample-glade", 2025, 4), 0);
    assert!(month_total("sample-glade", 2025, 7) > 0);
}

#[test]
fn an_ecosystem_has_larger_dependencies_and_smaller_parents() {
    for year in [2024, 2025, 2026] {
        let base = month_total(BASE, year, 5);
        assert!(DEPENDENCIES.iter().all(|name| month_total(name, year, 5) > base));
        assert!(PARENTS.iter().all(|name| month_total(name, year, 5) < base));
    }
}

#[test]
fn weekends_and_christmas_are_quiet() {
    let beacon = project("sample-beacon");
    let on = |date| total(&beacon, date, date);
    assert!(on(day(2026, 10, 10)) * 4 < on(day(2026, 10, 7)) * 3, "Saturday and Wednesday");
    assert!(on(day(2025, 12, 25)) * 4 < on(day(2025, 12, 11)) * 3, "two Thursdays");
}

#[test]
fn uv_rises_from_nothing() {
    let beacon = project("sample-beacon");
    let is = |name: &'static str| {
        move |fields: &[&str; 12]| fields[Field::InstallerName as usize] == name
    };
    assert_eq!(percent(&beacon, 2023, is("uv")), 0);
    assert!((26..34).contains(&percent(&beacon, 2026, is("uv"))));
    assert!(percent(&beacon, 2026, is("pip")) + 15 < percent(&beacon, 2023, is("pip")));
}

#[test]
fn ci_is_marked_since_february_2024() {
    let beacon = project("sample-beacon");
    let ci = |fields: &[&str; 12]| fields[Field::Ci as usize] == "true";
    assert_eq!(count(&beacon, day(2024, 2, 1), day(2024, 2, 23), ci).get(&true), None);
    assert!(count(&beacon, day(2024, 2, 24), day(2024, 2, 24), ci).contains_key(&true));
    let share = |installer: &str| {
        let of = count(&beacon, day(2026, 9, 1), day(2026, 11, 20), |fields| {
            (fields[Field::InstallerName as usize] == installer, ci(fields))
        });
        100 * of[&(true, true)] / (of[&(true, true)] + of[&(true, false)])
    };
    assert!((10..24).contains(&share("pip")), "{}", share("pip"));
    assert!((50..72).contains(&share("uv")), "{}", share("uv"));
}

#[test]
fn pythons_come_and_go() {
    let atlas = project("sample-atlas");
    let python = |minor: &'static str| {
        move |fields: &[&str; 12]| {
            downloads::python_minor(fields[Field::ImplementationVersion as usize]) == minor
        }
    };
    assert!(percent(&atlas, 2026, python("3.8")) * 2 < percent(&atlas, 2023, python("3.8")));
    assert_eq!(percent(&atlas, 2023, python("3.13")), 0);
    assert!(percent(&atlas, 2026, python("3.13")) > 8);
}

#[test]
fn there_are_all_audiences_and_about_seventy_countries() {
    let beacon = project("sample-beacon");
    let mirrors = Mirrors::default();
    let audiences = count(&beacon, day(2026, 10, 1), day(2026, 10, 31), |fields| {
        Audience::of(fields[Field::InstallerName as usize], fields[Field::Ci as usize], &mirrors)
    });
    assert_eq!(audiences.into_keys().collect::<Vec<_>>(), Audience::ALL);
    let countries =
        count(&beacon, day(2026, 1, 1), day(2026, 10, 31), |it| it[Field::CountryCode as usize]);
    assert!(countries.len() > 60 && countries.contains_key(""), "{} countries", countries.len());
    assert_eq!(
        countries.iter().max_by_key(|(_, downloads)| **downloads).map(|(code, _)| *code),
        Some("US")
    );
}

#[test]
fn the_installer_decides_what_is_known_and_the_system_the_rest() {
    for (fields, _) in project("sample-beacon").rows(day(2026, 10, 7)) {
        let at = |field: Field| fields[field as usize];
        let is_known = ["pip", "uv", "poetry", "pdm"].contains(&at(Field::InstallerName));
        assert_eq!(is_known, !at(Field::SystemName).is_empty(), "{fields:?}");
        assert_eq!(is_known, !at(Field::ImplementationVersion).is_empty(), "{fields:?}");
        match at(Field::SystemName) {
            "Darwin" => assert!(["macOS", ""].contains(&at(Field::DistroName)), "{fields:?}"),
            "Windows" => assert!(["AMD64", "ARM64", ""].contains(&at(Field::Cpu)), "{fields:?}"),
            "" => assert!(at(Field::Cpu).is_empty() && at(Field::Ci).is_empty(), "{fields:?}"),
            _ => {}
        }
    }
}

#[test]
fn a_release_takes_over_within_weeks_and_old_ones_stay() {
    let compass = project("sample-compass");
    let stable =
        compass.releases.iter().filter(|it| it.is_stable && it.day.to_string().starts_with("2025"));
    let pairs: Vec<_> = stable.collect::<Vec<_>>();
    let release = pairs.iter().max_by_key(|it| {
        pairs.iter().filter(|next| next.day > it.day).map(|next| next.day - it.day).min()
    });
    let release = release.unwrap();
    let share = |after: u64| {
        let date = release.day + Days::new(after);
        let counts =
            count(&compass, date, date, |it| it[Field::Version as usize] == release.version);
        100 * counts.get(&true).copied().unwrap_or_default() / counts.values().sum::<u64>()
    };
    assert!(share(1) < share(14) && share(14) > 20, "{} then {} percent", share(1), share(14));
    let versions =
        count(&compass, release.day, release.day + Days::new(30), |it| it[Field::Version as usize]);
    assert!(versions.len() > 20, "{} versions", versions.len());
}

#[test]
fn each_project_has_releases_of_every_kind() {
    let mut odd = 0;
    for position in 0..PLANS.len() {
        let project = Project::new(1, position);
        let until = |it: &&releases::Release| it.day <= day(2026, 11, 21);
        let released = project.releases.iter().filter(until).count();
        assert!((15..=80).contains(&released), "{}: {released}", project.plan.name);
        odd += project.releases.iter().filter(|it| it.version.ends_with("-nightly-build")).count();
    }
    assert!(odd > 0, "no version that is not PEP 440");
}

#[test]
fn a_surge_is_made_by_mirrors_alone() {
    let harbor = project("sample-harbor");
    let week = |first: Day| {
        count(&harbor, first, first + Days::new(6), |it| {
            it[Field::InstallerName as usize] == world::MIRROR
        })
    };
    let (usual, surge) = (week(day(2026, 8, 24)), week(day(2026, 9, 7)));
    assert!(surge[&true] > 15 * usual[&false], "{surge:?} {usual:?}");
    assert!(surge[&false] < 2 * usual[&false]);
}

#[test]
fn one_day_was_collected_and_had_no_downloads() {
    let drift = project("sample-drift");
    assert!(drift.rows(day(2026, 5, 9)).is_empty() && drift.gap().is_none());
    assert!(!drift.rows(day(2026, 5, 8)).is_empty());
}

#[test]
fn hostile_strings_are_in_one_project_only() {
    let strings = |name: &str| -> BTreeSet<String> {
        let project = project(name);
        let both = count(&project, day(2026, 6, 1), day(2026, 11, 21), |it| {
            [it[Field::Version as usize], it[Field::InstallerName as usize]]
        });
        both.into_keys()
            .flatten()
            .filter(|it| projects::HOSTILE.contains(it))
            .map(String::from)
            .collect()
    };
    assert!(strings("sample-kestrel").len() > 8, "{:?}", strings("sample-kestrel"));
    assert!(strings("sample-atlas").is_empty());
}
