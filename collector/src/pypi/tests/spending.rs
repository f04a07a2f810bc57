//! What runs cost, and what they must not.

use local_bigquery::Kind;

use super::{super::budget::OverBudget, *};

/// Twenty projects with some downloads each on so many days from 2024-01-01 on. Rows of one day in
/// `late_every` come a day late.
fn events(days: usize, late_every: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for (n, day) in day("2024-01-01").iter_days().take(days).enumerate() {
        for project in 0..20 {
            let at = format!("{day}T1{}:00:00Z", project % 10);
            let name = format!("project-{project}");
            events.push(event(&name, &at));
            if n % late_every == 0 && project < 3 {
                events.push(late(&name, &at, 1));
            }
        }
    }
    events
}

fn config(detail: &str) -> String {
    let project = |n: u32| format!("- {{name: project-{n}, since: 2024-01-01}}\n");
    let projects: String = (0..20).map(project).collect();
    let budget = "budget: {query: 1000 TiB, month: 100000 TiB}";
    format!("detail: {detail}\n{budget}\nprojects:\n{projects}")
}

/// What 60 daily runs bill as a share of what the predecessor's do: 30 days of 14 columns each. Each
/// event stands for so many rows that the least that a query bills does not matter.
fn share_of_the_predecessor(detail: &str, late_every: usize) -> f64 {
    let settings =
        local_bigquery::Settings { rows_factor: 5_000_000, ..local_bigquery::Settings::default() };
    let world = World::with(&config(detail), &events(160, late_every), settings);
    let start = time("2024-01-01T06:17:00Z");
    let run = |days| {
        world.run(start + TimeDelta::days(days), &Options::default(), i64::MAX).finished();
    };
    // A store that is kept up to date, as the predecessor's was.
    (1..=90).for_each(run);
    let before = world.ledger().billed();
    (91..=150).for_each(run);
    let billed = world.ledger().billed() - before;
    let rows: u64 = (0..60)
        .map(|n: u64| {
            let window = (90 + n as usize - 29)..(90 + n as usize + 1);
            window.map(|day| 20 + if day % late_every == 0 { 3 } else { 0 }).sum::<u64>()
        })
        .sum();
    let predecessor = rows * 5_000_000 * 111;
    billed as f64 / predecessor as f64
}

#[test]
fn sixty_daily_runs_bill_at_most_a_fifteenth_of_the_predecessor() {
    // Rows of three days in a hundred, of one in ten, of one in four, of each second day come late.
    let cases = [("full", 33), ("full", 10), ("full", 4), ("standard", 2)];
    let shares = cases.map(|(detail, late)| (detail, late, share_of_the_predecessor(detail, late)));
    let good = shares.iter().all(|(_, _, share)| share * 15.0 <= 1.0);
    assert!(good, "{:.2?}", shares.map(|(detail, late, share)| (detail, late, 1.0 / share)));
}

const ONE: &str = "projects: [{name: a, since: 2024-01-01}]";

fn daily(days: usize) -> Vec<Event> {
    let days = day("2024-01-01").iter_days().take(days);
    days.map(|day| event("a", &format!("{day}T12:00:00Z"))).collect()
}

fn large() -> local_bigquery::Settings {
    // A row of 14 columns is 111 bytes, so a day with one event is 111 GB.
    local_bigquery::Settings { rows_factor: 1_000_000_000, ..local_bigquery::Settings::default() }
}

#[test]
fn over_the_budget_of_the_month_nothing_is_asked_and_nothing_written() {
    let world = World::with(ONE, &daily(40), large());
    let ran = world.run(time("2024-02-01T08:00:00Z"), &Options::default(), i64::MAX);
    let Ran::Failed(outcome, error) = ran else { panic!("{ran:?}") };
    let over = error.downcast_ref::<OverBudget>().expect("over budget");
    assert!(over.is_over_month());
    assert_eq!(outcome, Outcome::default());
    assert_eq!(world.ledger().count(Kind::Insert), 0);
    assert!(world.ledger().jobs.iter().all(|job| job.dry_run));
    assert!(!world.store().exists() || bytes(&world.store()).is_empty());
}

#[test]
fn a_query_over_its_cap_is_divided_and_a_day_that_is_over_it_stops_the_run() {
    let world = World::with(
        &format!("{ONE}\nbudget: {{query: 400 GiB, month: 100 TiB}}"),
        &daily(31),
        large(),
    );
    world.run_at("2024-02-01T08:00:00Z");
    let reads: Vec<_> = world.ledger().jobs.into_iter().filter(|job| !job.dry_run).collect();
    assert!(reads.iter().all(|job| job.estimate <= 400 << 30 && job.days.len() <= 3));
    assert!(reads.windows(2).all(|pair| pair[0].days > pair[1].days), "the newest first");
    assert_eq!(reads.iter().map(|job| job.days.len()).sum::<usize>(), 31);

    let options = Options { max_query: Some(100 << 30), ..Options::default() };
    let world = World::with(ONE, &daily(31), large());
    let ran = world.run(time("2024-02-01T08:00:00Z"), &options, i64::MAX);
    let Ran::Failed(_, error) = ran else { panic!("{ran:?}") };
    assert!(error.downcast_ref::<OverBudget>().expect("over budget").is_over_query());
    assert_eq!(world.ledger().count(Kind::Insert), 0);
}

#[test]
fn what_was_learned_from_bills_counts_not_the_upper_bound() {
    // Bills are for one project of a hundred; estimates for all.
    let mut events = daily(100);
    for event in daily(100) {
        events.extend((0..99).map(|n| Event { project: format!("other-{n}"), ..event.clone() }));
    }
    let settings = local_bigquery::Settings {
        clustered: true,
        rows_factor: 10_000_000,
        ..local_bigquery::Settings::default()
    };
    let config = format!("{ONE}\nbudget: {{query: 4 TiB, month: 3 TiB}}");
    let world = World::with(&config, &events, settings);
    let now = time("2024-04-09T08:00:00Z");
    let all = world.run(now, &Options::default(), i64::MAX);
    assert!(matches!(all, Ran::Failed(..)), "10 TiB at worst");
    for days in [1, 2, 3] {
        let options = Options { max_days: Some(MaxDays::Days(days)), ..Options::default() };
        world.run(now, &options, i64::MAX).finished();
    }
    world.run(now, &Options::default(), i64::MAX).finished();
    let spent: u64 = world.snapshot().spending().iter().filter_map(|it| it.billed).sum();
    assert_eq!(spent, world.ledger().billed());
    assert!(spent < 200 << 30, "{spent}");
}

#[test]
fn what_earlier_runs_of_the_month_have_billed_counts() {
    let config = format!("{ONE}\nbudget: {{query: 1 TiB, month: 500 GiB}}");
    let world = World::with(&config, &daily(60), large());
    let recent = Options { max_days: Some(MaxDays::Days(3)), ..Options::default() };
    world.run(time("2024-02-10T08:00:00Z"), &recent, i64::MAX).finished();
    let next = world.run(time("2024-02-14T08:00:00Z"), &recent, i64::MAX);
    assert!(matches!(next, Ran::Failed(..)), "3 days and 4 days are over 500 GiB");
    let march = world.run(
        time("2024-03-01T08:00:00Z"),
        &Options { max_days: Some(MaxDays::Days(1)), ..recent },
        i64::MAX,
    );
    assert!(matches!(march, Ran::Failed(..)), "18 days are too, also in a new month");
}

#[test]
fn a_job_that_was_never_made_goes_through_the_budget_like_any_other() {
    let world = World::with(ONE, &daily(3), local_bigquery::Settings::default());
    let now = time("2024-01-04T08:00:00Z");
    // The dry run is answered, the insert is not, and was never seen.
    world.bigquery.with_faults(|faults| {
        let lost = local_bigquery::Fault::Reset(local_bigquery::When::Before);
        faults.script(local_bigquery::Target::of(Kind::Insert, 1), lost);
    });
    assert!(matches!(world.run(now, &Options::default(), 1), Ran::Killed));
    assert_eq!(world.snapshot().spending().len(), 1);
    let nothing = Options { max_month: Some(0), ..Options::default() };
    let ran = world.run(now + TimeDelta::hours(1), &nothing, i64::MAX);
    assert!(matches!(ran, Ran::Failed(_, ref error) if error.is::<OverBudget>()), "{ran:?}");
    assert_eq!(world.ledger().billed(), 0);
}

#[test]
fn what_somebody_else_pays_for_is_left_as_it_is_and_stops_nothing() {
    let world = World::new(ONE, &daily(3));
    let now = time("2024-01-04T08:00:00Z");
    let theirs = store::Spending {
        started_at: now,
        job: "da-20240104t080000-ffffff-000000-000000000000".into(),
        upper_bound: 7 << 30,
        billed: None,
        state: store::SpendingState::Pending,
    };
    let mut writer = Writer::open(&world.store(), "test", now).unwrap();
    writer.spend(theirs.clone());
    writer.commit().unwrap();
    let outcome = world.run(now, &Options::default(), i64::MAX).finished();
    assert_eq!(outcome.counts.added, 3);
    assert_eq!(outcome.spent.pending, 7 << 30);
    assert!(world.snapshot().spending().contains(&theirs));
}

#[test]
fn a_cheap_project_teaches_nothing_of_a_dear_one() {
    let mut events = daily(40);
    for event in daily(40) {
        events.extend((0..9).map(|_| Event { project: "b".into(), ..event.clone() }));
    }
    let settings = local_bigquery::Settings {
        clustered: true,
        rows_factor: 10_000_000,
        ..local_bigquery::Settings::default()
    };
    let config = "projects: [{name: a, since: 2024-01-01}, {name: b, since: 2024-01-01}]
budget: {query: 1 TiB, month: 40 GiB}";
    let world = World::with(config, &events, settings);
    let now = time("2024-02-09T08:00:00Z");
    let only = |name: &str, days| Options {
        projects: vec![project(name)],
        max_days: Some(MaxDays::Days(days)),
        ..Options::default()
    };
    for days in [1, 2, 3] {
        world.run(now, &only("a", days), i64::MAX).finished();
    }
    let ran = world.run(now, &only("b", 30), i64::MAX);
    assert!(matches!(ran, Ran::Failed(_, ref error) if error.is::<OverBudget>()), "{ran:?}");
    let spent: u64 = world.snapshot().spending().iter().filter_map(|it| it.billed).sum();
    assert!(spent < 40 << 30, "{spent}");
}

#[test]
fn a_job_that_was_never_made_does_not_use_up_the_budget() {
    let world = World::with(ONE, &daily(5), local_bigquery::Settings::default());
    world.bigquery.with_faults(|faults| {
        let lost = local_bigquery::Fault::Reset(local_bigquery::When::Before);
        faults.script(local_bigquery::Target::of(Kind::Insert, 1), lost);
    });
    let killed = world.run(time("2024-01-04T08:00:00Z"), &Options::default(), 1);
    assert!(matches!(killed, Ran::Killed));
    // The next day asks for something else, and there is room for one of the two.
    let tight = Options { max_month: Some(15 << 20), ..Options::default() };
    let outcome = world.run(time("2024-01-05T08:00:00Z"), &tight, i64::MAX).finished();
    assert_eq!(outcome.counts.added, 4);
    let states: Vec<_> = world.snapshot().spending().iter().map(|it| it.state.as_str()).collect();
    assert_eq!(states, ["failed", "stored"]);
}
