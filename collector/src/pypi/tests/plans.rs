//! What is asked for, without asking.

use chrono::NaiveTime;

use super::{
    super::{
        plan::{check, reads},
        *,
    },
    day, project, time,
};

fn wishes(projects: &[&str], start: &str) -> Wishes {
    let wanted =
        |name: &&str| Wanted { name: project(name), detail: RowDetail::Full, start: day(start) };
    Wishes {
        projects: projects.iter().map(wanted).collect(),
        last: None,
        force: None,
        accept_shrink: false,
        lookback: 3,
        not_before: NaiveTime::from_hms_opt(6, 0, 0).unwrap(),
    }
}

fn collected(fetched_at: &str, last_look: Look) -> Known {
    Known::Collected { fetched_at: time(fetched_at), last_look, checkable: true }
}

/// `read 2024-03-01 2024-03-02; check 2024-03-04`, of the one project.
fn asked(plan: &Plan) -> String {
    let list = |days: &BTreeMap<ProjectName, BTreeSet<Day>>| {
        let days = days.values().flatten().map(ToString::to_string);
        days.collect::<Vec<_>>().join(" ")
    };
    format!("read {}; check {}", list(&plan.reads), list(&plan.checks))
}

use std::collections::{BTreeMap, BTreeSet};

#[test]
fn all_days_up_to_yesterday_are_missing_at_first() {
    let wishes = wishes(&["sdv"], "2024-02-27");
    let missing = |now| asked(&plan(&wishes, time(now), |_, _| Known::Missing));
    assert_eq!(missing("2024-03-01T06:00:00Z"), "read 2024-02-27 2024-02-28 2024-02-29; check ");
    assert_eq!(missing("2024-03-01T05:59:59Z"), "read 2024-02-27 2024-02-28; check ");
    assert_eq!(missing("2024-02-27T12:00:00Z"), "read ; check ");
}

#[test]
fn gaps_are_filled_and_nothing_else_is_read() {
    let wishes = wishes(&["sdv"], "2024-01-01");
    let gap = [day("2024-01-10"), day("2024-01-11"), day("2024-02-20")];
    let plan = plan(&wishes, time("2024-03-01T07:00:00Z"), |_, day| match gap.contains(&day) {
        true => Known::Missing,
        false => collected("2024-03-01T06:30:00Z", Look::Settled),
    });
    assert_eq!(asked(&plan), "read 2024-01-10 2024-01-11 2024-02-20; check ");
}

#[test]
fn a_day_is_looked_at_again_when_a_checkpoint_passes() {
    // The day of which all is said here ends on 2024-03-02 at midnight.
    let wishes = Wishes { last: Some(day("2024-03-01")), ..wishes(&["sdv"], "2024-03-01") };
    let due = |fetched_at, look, now| {
        let plan = plan(&wishes, time(now), |_, _| collected(fetched_at, look));
        assert!(plan.reads.is_empty());
        !plan.checks.is_empty()
    };
    let first = "2024-03-02T06:10:00Z";
    assert!(!due(first, Look::Settled, first), "at once");
    assert!(!due(first, Look::Settled, "2024-03-02T23:59:59Z"), "on the same day");
    assert!(due(first, Look::Settled, "2024-03-03T00:00:00Z"), "1 day");
    assert!(!due("2024-03-03T06:10:00Z", Look::Settled, "2024-03-04T06:10:00Z"), "2 days");
    assert!(due("2024-03-04T06:10:00Z", Look::Settled, "2024-03-05T06:00:00Z"), "the lookback");
    assert!(!due("2024-03-05T06:10:00Z", Look::Settled, "2024-04-05T23:00:00Z"), "34 days");
    assert!(due("2024-03-05T06:10:00Z", Look::Settled, "2024-04-06T00:00:00Z"), "35 days");
    assert!(!due("2024-04-06T06:00:00Z", Look::Settled, "2034-01-01T00:00:00Z"), "never more");
    for look in [Look::Changed, Look::Suspect] {
        assert!(due("2024-03-05T06:10:00Z", look, "2024-03-06T05:00:00Z"), "the next day");
        assert!(!due("2024-03-05T06:10:00Z", look, "2024-03-05T23:00:00Z"), "not the same day");
        assert!(due("2024-04-10T06:10:00Z", look, "2024-04-11T06:10:00Z"), "a late surprise");
        assert!(!due("2024-05-12T06:10:00Z", look, "2024-06-11T06:10:00Z"), "some time it is over");
    }
    assert!(due("2024-03-01T20:00:00Z", Look::Settled, "2024-03-02T06:00:00Z"), "was not over");
    assert!(!due("2024-03-09T06:00:00Z", Look::Settled, "2024-03-09T05:00:00Z"), "a bit ahead");
}

#[test]
fn what_a_clock_that_was_ahead_called_collected_is_read_again() {
    let wishes = wishes(&["sdv"], "2024-03-01");
    let ahead = collected("2024-04-20T06:00:00Z", Look::Settled);
    let plan = plan(&wishes, time("2024-03-03T06:00:00Z"), |_, _| ahead);
    assert_eq!(asked(&plan), "read 2024-03-01 2024-03-02; check ");
}

#[test]
fn a_day_of_which_no_check_is_known_is_read_again() {
    let wishes = wishes(&["sdv"], "2024-03-01");
    let known = Known::Collected {
        fetched_at: time("2024-03-02T06:00:00Z"),
        last_look: Look::Settled,
        checkable: false,
    };
    let plan =
        plan(&wishes, time("2024-03-03T06:00:00Z"), |_, day| match day.to_string().as_str() {
            "2024-03-01" => known,
            _ => collected("2024-03-03T06:00:00Z", Look::Settled),
        });
    assert_eq!(asked(&plan), "read 2024-03-01; check ");
}

#[test]
fn force_reads_all_and_accepting_reads_what_is_suspect() {
    let wishes = wishes(&["sdv"], "2024-02-28");
    let now = time("2024-03-01T07:00:00Z");
    let known = |_: &ProjectName, day: Day| match day.to_string().as_str() {
        "2024-02-28" => collected("2024-03-01T06:00:00Z", Look::Suspect),
        _ => collected("2024-03-01T06:00:00Z", Look::Settled),
    };
    assert!(plan(&wishes, now, known).is_empty());
    let accepting = Wishes { accept_shrink: true, ..wishes.clone() };
    assert_eq!(asked(&plan(&accepting, now, known)), "read 2024-02-28; check ");
    let forcing = |first| Wishes { force: Some(day(first)), ..wishes.clone() };
    let forced = |first| asked(&plan(&forcing(first), now, known));
    assert_eq!(forced("2024-01-01"), "read 2024-02-28 2024-02-29; check ");
    assert_eq!(forced("2024-02-29"), "read 2024-02-29; check ");
}

fn days(list: &[(&str, &[&str])]) -> BTreeMap<ProjectName, BTreeSet<Day>> {
    let entry = |(name, days): &(&str, &[&str])| {
        (project(name), days.iter().map(|text| day(text)).collect())
    };
    list.iter().map(entry).collect()
}

/// Each query as `a b: 2024-01-31`.
fn lines(batches: &[Batch]) -> Vec<String> {
    let line = |batch: &Batch| {
        let projects: Vec<_> = batch.projects.iter().map(ToString::to_string).collect();
        let days: Vec<_> = batch.days.iter().map(ToString::to_string).collect();
        format!("{} {}: {}", batch.what.word(), projects.join(" "), days.join(" "))
    };
    batches.iter().map(line).collect()
}

#[test]
fn projects_share_a_query_months_do_not_and_the_newest_comes_first() {
    let days = days(&[
        ("a", &["2024-01-31", "2024-02-01", "2024-02-02"]),
        ("b", &["2024-01-31", "2024-02-01", "2024-02-02"]),
        ("c", &["2024-01-02", "2024-01-31"]),
        ("big", &["2024-02-02"]),
    ]);
    let detail = |name: &ProjectName| match name.as_str() {
        "big" => RowDetail::Standard,
        _ => RowDetail::Full,
    };
    let batches = reads(&days, detail);
    insta::assert_snapshot!(lines(&batches).join("\n"), @r"
        full a b: 2024-02-01 2024-02-02
        standard big: 2024-02-02
        full a b c: 2024-01-31
        full c: 2024-01-02
        ");
    let one = check(&days).unwrap();
    assert_eq!(one.days.len(), 4);
    assert_eq!(one.projects.len(), 4);
    assert_eq!(check(&BTreeMap::new()), None);
}

#[test]
fn halves_are_the_whole_and_the_newer_comes_first() {
    let days = days(&[("a", &["2024-01-01", "2024-01-02", "2024-01-05"])]);
    let [batch] = reads(&days, |_| RowDetail::Full).try_into().unwrap();
    let [newer, older] = batch.halves().unwrap();
    assert!(newer.days.first() > older.days.last());
    let mut both = older.days.clone();
    both.extend(newer.days);
    assert_eq!(both, batch.days);
    let one = Batch { days: [day("2024-01-01")].into(), ..batch.clone() };
    assert_eq!(one.halves(), None);
}

/// The queries of at most so many days, the newest first.
fn parts(batch: Batch, most: usize) -> Vec<BTreeSet<Day>> {
    match batch.halves().filter(|_| batch.days.len() > most) {
        Some([newer, older]) => [parts(newer, most), parts(older, most)].concat(),
        None => vec![batch.days],
    }
}

#[test]
fn what_is_left_of_a_divided_month_is_divided_in_the_same_places() {
    let month: BTreeSet<Day> = day("2024-03-01").iter_days().take(31).collect();
    let batch = |days| Batch { what: What::Check, days, projects: [project("a")].into() };
    for most in 1..20 {
        let all = parts(batch(month.clone()), most);
        for done in 0..all.len() {
            let left = all[done..].iter().flatten().copied().collect();
            // Unless all that is left fits into one.
            let again = parts(batch(left), most);
            assert!(again == all[done..] || again.len() == 1, "{most}, {done}: {again:?}");
        }
    }
}
