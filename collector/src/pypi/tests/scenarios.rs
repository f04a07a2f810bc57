//! What the predecessor got wrong, and what must never happen, as fixed cases.

use super::*;

const ONE: &str = "projects: [{name: a, since: 2024-01-01}]";
const TWO: &str = "projects: [{name: a, since: 2024-01-01}, {name: b, since: 2024-01-01}]";

/// So many downloads of each project on each of so many days from 2024-01-01 on, at noon.
fn steady(projects: &[&str], days: u64, each: u32) -> Vec<Event> {
    let first = day("2024-01-01");
    let mut events = Vec::new();
    for day in first.iter_days().take(days as usize) {
        for name in projects {
            let at = format!("{day}T12:00:00Z");
            events.extend((0..each).map(|_| event(name, &at)));
        }
    }
    events
}

/// The morning of the day after so many days from 2024-01-01 on.
fn morning_after(days: i64) -> DateTime<Utc> {
    time("2024-01-01T06:17:00Z") + TimeDelta::days(days)
}

fn downloads(world: &World, name: &str, day: Day) -> u64 {
    let of = world.snapshot().day_downloads(name, store::Month::of(day)).unwrap();
    of.get(&day).copied().unwrap_or_default()
}

fn assert_equal_to_a_full_pull(world: &World) {
    assert_eq!(rows(&world.snapshot()), world.oracle());
}

#[test]
fn sixty_daily_runs_read_each_day_once() {
    let world = World::new(TWO, &steady(&["a", "b"], 60, 3));
    for days in 1..=60 {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    let intervals = world.snapshot().coverage("a").len();
    assert_eq!(intervals, 35, "the settled days are one line");
    let reads: Vec<_> = world.ledger().jobs.into_iter().filter(|job| !job.dry_run).collect();
    let (checks, reads): (Vec<_>, Vec<_>) = reads.iter().partition(|job| job.columns.len() == 2);
    assert_eq!(reads.iter().map(|job| job.days.len()).sum::<usize>(), 60);
    let checked: usize = checks.iter().map(|job| job.days.len()).sum();
    assert_eq!(checked, 59 + 57 + 25, "after 1 day, after 3, after 35");
    assert_equal_to_a_full_pull(&world);
}

#[test]
fn a_new_project_is_current_on_the_next_day() {
    let config = "projects: [a, b]\nmax-days: 30";
    let mut events = steady(&["a"], 70, 2);
    events.extend(steady(&["b"], 70, 1).into_iter().skip(55));
    let world = World::new(config, &events);
    for days in 60..=65 {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    for (day, count) in [("2024-02-24", 0), ("2024-02-25", 1), ("2024-03-05", 1)] {
        assert_eq!(downloads(&world, "b", day.parse().unwrap()), count, "{day}");
    }
}

#[test]
fn a_pause_of_45_days_leaves_no_hole_however_few_days_back_a_run_goes() {
    let world = World::new(&format!("{ONE}\nmax-days: 30"), &steady(&["a"], 100, 1));
    world.run(morning_after(20), &Options::default(), i64::MAX).finished();
    let options = Options { max_days: Some(MaxDays::Days(30)), ..Options::default() };
    world.run(morning_after(65), &options, i64::MAX).finished();
    for day in day("2024-01-01").iter_days().take(65) {
        assert_eq!(downloads(&world, "a", day), 1, "{day}");
    }
}

#[test]
fn a_run_for_one_project_leaves_every_byte_of_the_others() {
    let world = World::new(TWO, &steady(&["a", "b"], 40, 1));
    world.run(morning_after(30), &Options::default(), i64::MAX).finished();
    let before = bytes(&world.store().join("pypi/b"));
    assert!(!before.is_empty());
    let options = Options { projects: vec![project("a")], ..Options::default() };
    for days in [31, 40] {
        world.run(morning_after(days), &options, i64::MAX).finished();
        assert_eq!(bytes(&world.store().join("pypi/b")), before);
    }
    assert_eq!(world.snapshot().coverage("b").last().unwrap().last, day("2024-01-30"));
}

#[test]
fn a_project_that_is_added_later_gets_its_whole_history() {
    let mut world = World::new(ONE, &steady(&["a", "b"], 60, 1));
    world.run(morning_after(60), &Options::default(), i64::MAX).finished();
    world.config = parsed(TWO);
    world.run(morning_after(60), &Options::default(), i64::MAX).finished();
    let world = world;
    assert_eq!(world.snapshot().coverage("b")[0].first, day("2024-01-01"));
    assert_equal_to_a_full_pull(&world);
}

#[test]
fn both_edges_of_a_day_belong_to_it() {
    let at = [
        "2024-01-31T23:59:59Z",
        "2024-02-01T00:00:00Z",
        "2024-02-28T23:59:59.999999Z",
        "2024-02-29T00:00:00Z",
        "2024-02-29T23:59:59Z",
        "2024-03-01T00:00:00Z",
    ];
    let events: Vec<_> = at.iter().map(|at| event("a", at)).collect();
    let world = World::new(ONE, &events);
    for days in [32, 59, 61, 70] {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    let count = |text: &str| downloads(&world, "a", day(text));
    assert_eq!(
        ["2024-01-31", "2024-02-01", "2024-02-28", "2024-02-29", "2024-03-01"].map(count),
        [1, 1, 1, 2, 1]
    );
    assert_equal_to_a_full_pull(&world);
}

#[test]
fn rows_that_are_late_by_up_to_35_days_are_taken_in_without_help() {
    for lag in [0, 1, 2, 3, 4, 7, 14, 21, 28, 33, 34, 35] {
        let mut events = steady(&["a"], 80, 4);
        events.push(late("a", "2024-01-10T08:00:00Z", lag));
        let world = World::new(ONE, &events);
        let late_day = day("2024-01-10");
        for days in 1..=60 {
            world.run(morning_after(days), &Options::default(), i64::MAX).finished();
        }
        assert_eq!(downloads(&world, "a", late_day), 5, "late by {lag} days");
        let snapshot = world.snapshot();
        let revisions: Vec<_> =
            snapshot.revisions().iter().map(|it| (it.day, it.before, it.after)).collect();
        if lag > 0 {
            assert_eq!(revisions, [(late_day, 4, 5)], "late by {lag} days");
        }
        assert_eq!(snapshot.day_state("a", late_day, 3), downloads::DayState::Final);
        assert_equal_to_a_full_pull(&world);
    }
}

#[test]
fn later_rows_are_found_when_they_are_looked_for() {
    let mut events = steady(&["a"], 80, 4);
    events.push(late("a", "2024-01-10T08:00:00Z", 50));
    let world = World::new(ONE, &events);
    for days in 1..=70 {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    assert_eq!(downloads(&world, "a", day("2024-01-10")), 4);
    let force = Options {
        force: true,
        start_date: Some(day("2024-01-09")),
        end_date: Some(day("2024-01-11")),
        ..Options::default()
    };
    let outcome = world.run(morning_after(70), &force, i64::MAX).finished();
    assert_eq!((outcome.counts.changed, outcome.counts.unchanged), (1, 2));
    assert_equal_to_a_full_pull(&world);
}

/// A reader's exports of these days in June 2024 were short by so many parts in 10,000 of the later
/// counts (ClickHouse/clickpy#99).
const JUNE_2024: [(&str, u64); 9] = [
    ("2024-06-13", 6),
    ("2024-06-14", 290),
    ("2024-06-15", 60),
    ("2024-06-16", 30),
    ("2024-06-17", 1790),
    ("2024-06-18", 6970),
    ("2024-06-19", 8940),
    ("2024-06-20", 9610),
    ("2024-06-21", 5980),
];

#[test]
fn the_backlog_of_june_2024_heals_by_itself() {
    let config = "projects: [{name: a, since: 2024-06-10}]";
    let mut events = Vec::new();
    for day in day("2024-06-10").iter_days().take(50) {
        let short = JUNE_2024.iter().find(|(text, _)| *text == day.to_string());
        let missing = short.map_or(0, |(_, share)| (share * 2_000).div_ceil(10_000));
        for n in 0..2_000 {
            let at = day.and_hms_opt(n as u32 / 120, n as u32 % 60, 0).unwrap().and_utc();
            let mut event = Event::new("a", at);
            if n < missing {
                event.arrives = time("2024-06-24T12:00:00Z");
            }
            events.push(event);
        }
    }
    let world = World::new(config, &events);
    // The rows come at noon of the 24th. On the 25th the checks of the 21st see it, and all else is
    // looked at as well.
    for now in day("2024-06-11").iter_days().take(15) {
        world.run_at(&format!("{now}T06:17:00Z"));
    }
    for (text, _) in JUNE_2024 {
        assert_eq!(downloads(&world, "a", day(text)), 2_000, "{text}");
    }
    assert_eq!(world.snapshot().revisions().len(), JUNE_2024.len());
    world.run_at("2024-06-26T06:17:00Z");
    for (text, _) in JUNE_2024 {
        let state = world.snapshot().day_state("a", day(text), 3);
        assert_eq!(state, downloads::DayState::Final, "{text}");
    }
    assert_equal_to_a_full_pull(&world);
}

fn hole(days: (&str, &str), from: &str, until: &str) -> local_bigquery::Spell {
    local_bigquery::Spell {
        effect: local_bigquery::Effect::Missing,
        from: time(from),
        until: time(until),
        days: day(days.0)..=day(days.1),
        projects: None,
    }
}

#[test]
fn a_hole_in_the_source_takes_nothing_away() {
    let world = World::new(ONE, &steady(&["a"], 60, 10));
    for days in 1..=30 {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    let before = rows(&world.snapshot());
    let hole = hole(("2024-01-15", "2024-01-30"), "2024-01-31T12:00:00Z", "2024-02-01T12:00:00Z");
    world.bigquery.with_table(|table| table.disturb(hole));
    let force = Options { force: true, ..Options::default() };
    let outcome = world.run(time("2024-01-31T18:00:00Z"), &force, i64::MAX).finished();
    assert_eq!(outcome.suspects.len(), 16);
    assert!(outcome.has_new_suspects());
    assert_eq!(rows(&world.snapshot()), before);
    let state = |day| world.snapshot().day_state("a", day, 3);
    assert_eq!(state(day("2024-01-15")), downloads::DayState::Suspect);
    // The next morning the hole is still there, and no news.
    let outcome = world.run_at("2024-02-01T06:17:00Z");
    assert!(!outcome.suspects.is_empty() && !outcome.has_new_suspects());
    world.run_at("2024-02-02T06:17:00Z");
    assert_eq!(state(day("2024-01-15")), downloads::DayState::Final);
    assert_equal_to_a_full_pull(&world);
}

#[test]
fn a_day_shrinks_only_if_the_user_says_so() {
    let world = World::new(ONE, &steady(&["a"], 5, 1_000));
    world.run(morning_after(5), &Options::default(), i64::MAX).finished();
    let twice = local_bigquery::Spell {
        effect: local_bigquery::Effect::Twice,
        ..hole(("2024-01-05", "2024-01-05"), "2024-01-07T00:00:00Z", "2024-01-08T00:00:00Z")
    };
    world.bigquery.with_table(|table| table.disturb(twice));
    world.run_at("2024-01-07T06:17:00Z");
    assert_eq!(downloads(&world, "a", day("2024-01-05")), 2_000, "more is taken");
    let outcome = world.run_at("2024-01-08T06:17:00Z");
    assert_eq!(outcome.suspects.len(), 1);
    assert_eq!(downloads(&world, "a", day("2024-01-05")), 2_000, "less is not");
    let accept = Options { accept_shrink: true, ..Options::default() };
    world.run(time("2024-01-08T07:00:00Z"), &accept, i64::MAX).finished();
    assert_eq!(downloads(&world, "a", day("2024-01-05")), 1_000);
    let kinds: Vec<_> = world.snapshot().revisions().iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["revised", "suspect", "accepted"]);
}

#[test]
fn a_small_loss_is_taken() {
    let mut events = steady(&["a"], 3, 1_000);
    for event in &mut events[..5] {
        event.arrives = time("2024-02-01T00:00:00Z");
    }
    let world = World::new(ONE, &events);
    // As if the day had been read before those rows were lost: 1000 rows then, 995 now.
    world.run(time("2024-02-02T06:17:00Z"), &Options::default(), i64::MAX).finished();
    let force = Options { force: true, ..Options::default() };
    let outcome = world.run(time("2024-01-30T06:17:00Z"), &force, i64::MAX).finished();
    assert_eq!(outcome.suspects, []);
    assert_eq!(downloads(&world, "a", day("2024-01-01")), 995);
}

#[test]
fn a_second_run_asks_nothing_and_changes_no_byte() {
    let mut events = steady(&["a", "b"], 40, 2);
    events.push(late("a", "2024-01-30T01:00:00Z", 2));
    let world = World::new(TWO, &events);
    for days in [28, 31, 32] {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
        let (before, requests) = (bytes(&world.store()), world.ledger().requests.len());
        let outcome = world.run(morning_after(days), &Options::default(), i64::MAX).finished();
        assert_eq!(outcome, Outcome::default());
        assert_eq!(bytes(&world.store()), before);
        assert_eq!(world.ledger().requests.len(), requests);
    }
}

#[test]
fn null_is_a_value_of_its_own_and_hostile_text_is_kept() {
    let at = "2024-01-01T10:00:00Z";
    let with = |change: fn(&mut Event)| {
        let mut event = event("a", at);
        change(&mut event);
        event
    };
    let events = [
        with(|it| it.version = None),
        with(|it| it.country_code = Some("NA".into())),
        with(|it| it.installer_name = Some("=HYPERLINK(\"x\")\r\n,\u{0}\u{202e}".into())),
        with(|it| it.system_release = Some("x".repeat(200_000))),
        with(|it| it.ci = Some(true)),
        with(|_| {}),
        with(|_| {}),
    ];
    let world = World::new(ONE, &events);
    world.run_at("2024-01-02T07:00:00Z");
    assert_eq!(downloads(&world, "a", day("2024-01-01")), 7);
    let found = rows(&world.snapshot())["a"].join("\n");
    for text in ["\"NA\"", "=HYPERLINK(\\\"x\\\")\\r\\n,\u{fffd}", "\"true\"] 1", "\"\"] 2"] {
        assert!(found.contains(text), "{text}");
    }
    assert!(found.contains(&"x".repeat(1024)) && !found.contains(&"x".repeat(1025)));
}

#[test]
fn standard_detail_is_the_same_by_query_and_by_import() {
    let versions = ["3.12.4", "3.13.0rc2", "3", "pypy.7.3\n.1", ""];
    let events: Vec<_> = versions
        .iter()
        .map(|version| Event {
            implementation_version: Some((*version).into()),
            distro_name: Some("Debian".into()),
            distro_version: Some("12".into()),
            system_release: Some("6.1".into()),
            ..event("a", "2024-01-01T10:00:00Z")
        })
        .collect();
    let config = "projects: [{name: a, since: 2024-01-01, detail: standard}]";
    let world = World::new(config, &events);
    world.run_at("2024-01-02T07:00:00Z");
    let expected = versions.map(|version| match version.rsplit_once('.') {
        Some((minor, _)) => format!("{minor}.*"),
        None => version.to_owned(),
    });
    let mut found = Vec::new();
    world
        .snapshot()
        .read_rows("a", |row| {
            let field = |field: downloads::Field| row.fields[field as usize].to_owned();
            found.push(field(downloads::Field::ImplementationVersion));
            for empty in ["DistroName", "DistroVersion", "SystemRelease"] {
                let at = downloads::Field::ALL.iter().find(|it| format!("{it:?}") == empty);
                assert_eq!(field(*at.unwrap()), "");
            }
        })
        .unwrap();
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_backfill_goes_on_where_it_was_killed_and_nothing_is_paid_twice() {
    let events = steady(&["a", "b"], 100, 1);
    let now = time("2024-04-10T08:00:00Z");
    let whole = World::new(TWO, &events);
    whole.run(now, &Options::default(), i64::MAX).finished();
    let (expected, paid) = (rows(&whole.snapshot()), whole.ledger().billed());
    let calls = whole.ledger().requests.len() as i64;
    assert!(calls > 12, "four months take more than {calls} requests");
    for kill in 0..calls {
        let world = World::new(TWO, &events);
        assert!(matches!(world.run(now, &Options::default(), kill), Ran::Killed), "{kill}");
        let later = now + TimeDelta::hours(1);
        world.run(later, &Options::default(), i64::MAX).finished();
        assert_eq!(rows(&world.snapshot()), expected, "killed at request {kill}");
        assert_eq!(world.ledger().billed(), paid, "killed at request {kill}");
        let booked: u64 = world.snapshot().spending().iter().filter_map(|it| it.billed).sum();
        assert_eq!(booked, paid, "killed at request {kill}");
    }
}

#[test]
fn the_newest_month_is_there_first() {
    let world = World::new(ONE, &steady(&["a"], 100, 1));
    // The dry runs of four months, then the job of one.
    let killed = world.run(time("2024-04-10T08:00:00Z"), &Options::default(), 8);
    assert!(matches!(killed, Ran::Killed));
    let months: Vec<_> = world.snapshot().months("a").map(|it| it.month.to_string()).collect();
    assert_eq!(months, ["2024-04"]);
}

#[test]
fn an_imported_history_stays_whole_when_its_days_are_read_again() {
    let world = World::new("projects: [a]", &steady(&["a"], 80, 1));
    let imported = time("2024-01-30T23:00:00Z");
    let mut writer = Writer::open(&world.store(), "test", imported).unwrap();
    let (first, last) = (day("2024-01-20"), day("2024-01-30"));
    let interval = store::Interval { first, last, fetched_at: imported, origin: "import".into() };
    writer.cover(&project("a"), interval);
    writer.commit().unwrap();
    for days in 31..=80 {
        world.run(morning_after(days), &Options::default(), i64::MAX).finished();
    }
    let snapshot = world.snapshot();
    assert_eq!(snapshot.coverage("a")[0].first, first);
    assert_eq!(downloads(&world, "a", first), 1);
    let asked = world.ledger().jobs.into_iter().flat_map(|job| job.days).min();
    assert_eq!(asked, Some(first));
}

#[test]
fn a_day_that_is_read_anyhow_is_not_read_because_of_a_check_as_well() {
    let mut events = steady(&["a", "b"], 12, 10);
    events.push(late("b", "2024-01-10T05:00:00Z", 2));
    let world = World::new(TWO, &events);
    let hole = local_bigquery::Spell {
        projects: Some(vec!["a".into()]),
        ..hole(("2024-01-10", "2024-01-10"), "2024-01-11T12:00:00Z", "2025-01-01T00:00:00Z")
    };
    world.bigquery.with_table(|table| table.disturb(hole));
    world.run(morning_after(10), &Options::default(), i64::MAX).finished();
    world.run(morning_after(11), &Options::default(), i64::MAX).finished();
    let before = world.ledger().jobs.len();
    let accept = Options { accept_shrink: true, ..Options::default() };
    world.run(morning_after(12), &accept, i64::MAX).finished();
    let jobs = world.ledger().jobs.split_off(before);
    let mut read: Vec<_> = jobs
        .iter()
        .filter(|job| !job.dry_run && job.columns.len() > 2)
        .flat_map(|job| job.days.iter().map(|day| (*day, job.parameters.clone())))
        .collect();
    let all = read.len();
    read.dedup();
    assert_eq!(read.len(), all);
    assert_eq!(downloads(&world, "a", day("2024-01-10")), 0, "accepted");
}

#[test]
fn days_that_a_clock_ahead_called_over_are_read_when_they_are() {
    let world = World::new(ONE, &steady(&["a"], 30, 1));
    let mut settings = Options { end_date: Some(day("2024-01-20")), ..Options::default() };
    // The rows of these days are not there yet, although the clock says that they should be.
    let rows_later =
        hole(("2024-01-11", "2024-01-31"), "2024-01-21T00:00:00Z", "2024-01-22T00:00:00Z");
    world.bigquery.with_table(|table| table.disturb(rows_later));
    world.run(time("2024-01-21T08:00:00Z"), &settings, i64::MAX).finished();
    assert_eq!(downloads(&world, "a", day("2024-01-15")), 0);
    settings.end_date = None;
    for days in 11..=20 {
        world.run(morning_after(days), &settings, i64::MAX).finished();
    }
    // The 20th was read two hours before its first look is due, which is no harm.
    for day in day("2024-01-01").iter_days().take(19) {
        assert_eq!(downloads(&world, "a", day), 1, "{day}");
    }
}
