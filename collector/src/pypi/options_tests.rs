//! From the command line and the configuration to what is wished for.

use std::path::Path;

use chrono::{DateTime, Utc};
use config::Config;
use downloads::{Day, ProjectName};
use store::{Interval, Snapshot, Writer};

use super::{FIRST_DAY, MaxDays, ORIGIN, Options, Settings, outcome::nothing, settings};

/// `plain` is in the configuration, `since` has a first day of its own there.
const CONFIG: &str = "projects: [plain, {name: since, since: 2021-03-01}]\n";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What is stored of `plain`: these days, from there.
fn stored(first: &str, last: &str, origin: &str) -> Snapshot {
    let home = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(home.path(), "test", time("2024-04-01T08:00:00Z")).unwrap();
    let plain: ProjectName = "plain".parse().unwrap();
    let fetched_at = time("2024-04-01T08:00:00Z");
    let interval =
        Interval { first: day(first), last: day(last), fetched_at, origin: origin.into() };
    writer.cover(&plain, interval);
    writer.commit().unwrap();
    Snapshot::open(home.path()).unwrap()
}

fn nothing_stored() -> Snapshot {
    Snapshot::open_or_empty(Path::new("no/such/store")).unwrap()
}

fn settings_at(config: &str, options: &Options, stored: &Snapshot, now: &str) -> Settings {
    let load = &mut |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let config = Config::parse(config, "config.yaml", load).unwrap();
    settings(options, &config, "store".into(), stored, "test".into(), time(now))
}

fn settings_of(options: &Options, stored: &Snapshot) -> Settings {
    settings_at(CONFIG, options, stored, "2024-04-01T08:00:00Z")
}

/// Where the histories of `plain` and `since` start.
fn starts(options: &Options, stored: &Snapshot) -> [String; 2] {
    let projects = settings_of(options, stored).wishes.projects;
    let start = |name: &str| {
        projects.iter().find(|wanted| wanted.name.as_str() == name).unwrap().start.to_string()
    };
    [start("plain"), start("since")]
}

fn from(start: &str) -> Options {
    Options { start_date: Some(day(start)), ..Options::default() }
}

fn back(days: u32) -> Options {
    Options { max_days: Some(MaxDays::Days(days)), ..Options::default() }
}

#[test]
fn a_history_starts_with_the_table_or_the_day_in_the_configuration() {
    let starts = starts(&Options::default(), &nothing_stored());
    assert_eq!(starts, [FIRST_DAY.to_string(), "2021-03-01".into()]);
}

#[test]
fn max_days_shortens_a_history_but_never_what_is_stored() {
    let nothing = nothing_stored();
    assert_eq!(starts(&back(30), &nothing), ["2024-03-02", "2024-03-02"]);
    assert_eq!(starts(&back(0), &nothing), ["2024-04-01", "2024-04-01"]);
    assert_eq!(starts(&back(1200), &nothing), ["2020-12-18", "2021-03-01"]);
    let stored = stored("2023-01-05", "2023-02-01", ORIGIN);
    assert_eq!(starts(&back(30), &stored), ["2023-01-05", "2024-03-02"]);
}

#[test]
fn more_days_than_there_are_go_back_to_the_first() {
    for days in [4000, 100_000_000, u32::MAX] {
        let starts = starts(&back(days), &nothing_stored());
        assert_eq!(starts, [FIRST_DAY.to_string(), "2021-03-01".into()], "{days}");
    }
}

#[test]
fn what_an_import_succeeds_began_there() {
    let imported = stored("2023-01-05", "2023-02-01", "import");
    assert_eq!(starts(&Options::default(), &imported), ["2023-01-05", "2021-03-01"]);
    let collected = stored("2023-01-05", "2023-02-01", ORIGIN);
    assert_eq!(starts(&Options::default(), &collected)[0], FIRST_DAY.to_string());
}

#[test]
fn a_start_date_wins_except_over_the_first_day_there_can_be() {
    let imported = stored("2023-01-05", "2023-02-01", "import");
    assert_eq!(starts(&from("2022-01-01"), &imported), ["2022-01-01", "2022-01-01"]);
    assert_eq!(starts(&from("2020-01-01"), &imported), ["2020-01-01", "2021-03-01"]);
    assert_eq!(starts(&from("2001-01-01"), &imported)[0], FIRST_DAY.to_string());
    let both = Options { start_date: Some(day("2024-03-20")), ..back(300) };
    assert_eq!(starts(&both, &imported), ["2024-03-20", "2024-03-20"]);
}

#[test]
fn all_days_are_all_also_where_the_configuration_says_fewer() {
    let short = format!("{CONFIG}max-days: 30\n");
    let start = |options: &Options| {
        let settings = settings_at(&short, options, &nothing_stored(), "2024-04-01T08:00:00Z");
        settings.wishes.projects[0].start
    };
    assert_eq!(start(&Options::default()), day("2024-03-02"));
    assert_eq!(start(&back(3)), day("2024-03-29"));
    for text in ["all", "", " "] {
        let max_days = Some(text.parse().unwrap());
        assert_eq!(start(&Options { max_days, ..Options::default() }), FIRST_DAY, "{text:?}");
    }
    for bad in ["-1", "1.5", "ten", "4294967296"] {
        assert!(bad.parse::<MaxDays>().is_err(), "{bad:?}");
    }
}

#[test]
fn what_is_read_again_is_what_was_asked_for() {
    let force = |options: Options| {
        let options = Options { force: true, ..options };
        settings_of(&options, &nothing_stored()).wishes.force
    };
    assert_eq!(settings_of(&back(3), &nothing_stored()).wishes.force, None);
    assert_eq!(force(Options::default()), Some(FIRST_DAY));
    assert_eq!(force(back(3)), Some(day("2024-03-29")));
    assert_eq!(force(back(u32::MAX)), Some(FIRST_DAY));
    assert_eq!(force(from("2024-03-10")), Some(day("2024-03-10")));
    let both = Options { start_date: Some(day("2024-03-10")), ..back(3) };
    assert_eq!(force(both), Some(day("2024-03-10")));
}

#[test]
fn why_there_is_nothing_to_collect_is_said() {
    let why = |options: &Options, now: &str| {
        nothing(&settings_at(CONFIG, options, &nothing_stored(), now).wishes, time(now))
    };
    let (early, late) = ("2024-04-01T05:59:59Z", "2024-04-01T06:00:00Z");
    let until = |end: &str| Options { end_date: Some(day(end)), ..Options::default() };
    insta::assert_snapshot!(why(&Options::default(), late), @"nothing to collect: all days are up to date");
    insta::assert_snapshot!(why(&Options::default(), early), @"nothing to collect: all days are up to date; 2024-03-31 is read from 06:00 UTC on");
    insta::assert_snapshot!(why(&until("2024-03-30"), early), @"nothing to collect: all days are up to date");
    insta::assert_snapshot!(why(&from("2024-03-31"), early), @"nothing to collect: the first day asked for is 2024-03-31, and the newest that can be read 2024-03-30; 2024-03-31 is read from 06:00 UTC on");
    insta::assert_snapshot!(why(&from("2024-04-01"), late), @"nothing to collect: the first day asked for is 2024-04-01, and the newest that can be read 2024-03-31");
    insta::assert_snapshot!(why(&until("2015-12-31"), late), @"nothing to collect: the last day asked for is 2015-12-31, and the first that there can be 2016-01-22");
}
