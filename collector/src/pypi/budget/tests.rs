//! What is kept within, and how it reads.

use chrono::TimeZone as _;
use config::TIB;
use downloads::Day;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// Bills of a tenth of the upper bound.
const CHEAP: [Bill; 3] = [Bill { upper_bound: 100 * GIB, billed: 10 * GIB }; 3];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn job(started_at: &str, upper_bound: u64, billed: Option<u64>, state: SpendingState) -> Spending {
    Spending {
        started_at: at(started_at),
        job: format!("j{upper_bound}"),
        upper_bound,
        billed,
        state,
    }
}

fn check_plan(
    planned: &[u64],
    history: &[Bill],
    spent: &Spent,
    caps: &Caps,
) -> Result<(), OverBudget> {
    let costs: Vec<_> =
        planned.iter().map(|&upper_bound| Cost::new(upper_bound, history)).collect();
    super::check_plan(&costs, spent, caps)
}

fn check_next(
    upper_bound: u64,
    history: &[Bill],
    spent: &Spent,
    caps: &Caps,
) -> Result<(), OverBudget> {
    super::check_next(Cost::new(upper_bound, history), spent, caps)
}

fn caps(query: u64, month: u64) -> Caps {
    Caps { query, month, ..Caps::default() }
}

#[test]
fn the_books_know_the_month_and_the_last_bills() {
    let spending = [
        job("2026-10-31T23:59:59Z", 100 * GIB, Some(7 * GIB), SpendingState::Stored),
        job("2026-11-01T00:00:00Z", 90 * GIB, Some(9 * GIB), SpendingState::Stored),
        job("2026-11-02T06:00:00Z", 80 * GIB, None, SpendingState::Failed),
        job("2026-11-03T06:00:00Z", 70 * GIB, Some(8 * GIB), SpendingState::Billed),
        job("2026-11-04T06:00:00Z", 60 * GIB, None, SpendingState::Pending),
        job("2026-11-04T06:10:00Z", MIB, None, SpendingState::Pending),
    ];
    let books = Books::of(&spending, at("2026-11-30T23:59:59Z"), |_| true);
    let history = [(100, 7), (90, 9), (70, 8)]
        .map(|(upper, billed)| Bill { upper_bound: upper * GIB, billed: billed * GIB });
    assert_eq!(books.history, history);
    assert_eq!(books.spent, Spent { billed: 17 * GIB, pending: 60 * GIB + 10 * MIB });
    assert_eq!(Spent::of(&spending, at("2026-12-01T00:00:00Z")), Spent::default());
    assert_eq!(Spent::of(&spending, at("2027-11-15T00:00:00Z")), Spent::default());
}

#[test]
fn only_the_last_bills_are_in_the_books() {
    let spending: Vec<_> = (1..=30)
        .map(|n| {
            let started_at = Utc.timestamp_opt(n * 3600, 0).unwrap();
            let state = SpendingState::Stored;
            Spending {
                started_at,
                job: n.to_string(),
                upper_bound: GIB,
                billed: Some(n as u64),
                state,
            }
        })
        .collect();
    let history = Books::of(&spending, at("2026-11-30T00:00:00Z"), |_| true).history;
    let billed: Vec<_> = history.iter().map(|bill| bill.billed).collect();
    assert_eq!(billed, (11..=30).collect::<Vec<u64>>());
}

#[test]
fn too_few_bills_teach_nothing() {
    assert_eq!(expected(GIB, &[]), GIB);
    assert_eq!(expected(GIB, &CHEAP[..2]), GIB);
    assert_eq!(expected(MIB, &[]), 10 * MIB, "no query costs less");
}

#[test]
fn the_dearest_of_the_last_bills_decides() {
    assert_eq!(expected(100 * GIB, &CHEAP), 15 * GIB + 10 * MIB);
    let mut history = vec![Bill { upper_bound: 100 * GIB, billed: 40 * GIB }];
    history.extend(CHEAP);
    assert_eq!(expected(100 * GIB, &history), 60 * GIB + 10 * MIB);
    history.extend([CHEAP[0]; 17]);
    assert_eq!(expected(100 * GIB, &history), 15 * GIB + 10 * MIB, "that was long ago");
}

#[test]
fn the_least_that_is_billed_is_not_a_large_share() {
    let history = [Bill { upper_bound: MIB, billed: 10 * MIB }; 3];
    assert_eq!(expected(GIB, &history), GIB);
    let history = [Bill { upper_bound: 100 * MIB, billed: 10 * MIB }; 3];
    assert_eq!(expected(1000 * MIB, &history), 160 * MIB);
}

#[test]
fn a_query_gets_a_little_more_than_its_upper_bound() {
    let caps = caps(TIB, TIB);
    assert_eq!(max_bytes(100 * GIB, &caps), 101 * GIB + 10 * MIB);
    assert_eq!(max_bytes(0, &caps), 10 * MIB);
    assert_eq!(max_bytes(2 * TIB, &caps), max_bytes(TIB, &caps), "not above the cap");
}

#[test]
fn a_cap_that_is_just_reached_is_kept() {
    let spent = Spent { billed: 3 * GIB, pending: GIB };
    let plan = [2 * GIB, 4 * GIB];
    assert_eq!(check_plan(&plan, &[], &spent, &caps(4 * GIB, 10 * GIB)), Ok(()));
    let over = check_plan(&plan, &[], &spent, &caps(4 * GIB - 1, 10 * GIB)).unwrap_err();
    assert!(over.is_over_query() && !over.is_over_month());
    let over = check_plan(&plan, &[], &spent, &caps(4 * GIB, 10 * GIB - 1)).unwrap_err();
    assert!(!over.is_over_query() && over.is_over_month());
}

#[test]
fn a_cap_of_nothing_forbids_all_but_nothing() {
    let full = Spent { billed: TIB, pending: TIB };
    for caps in [caps(0, TIB), caps(TIB, 0), caps(0, 0)] {
        assert!(check_plan(&[0], &CHEAP, &Spent::default(), &caps).is_err(), "{caps:?}");
        assert!(check_next(0, &CHEAP, &Spent::default(), &caps).is_err(), "{caps:?}");
        assert_eq!(check_plan(&[], &[], &full, &caps), Ok(()), "nothing to do costs nothing");
    }
}

#[test]
fn a_query_is_judged_by_its_worst_case_and_a_month_by_what_is_expected() {
    let caps = caps(100 * GIB, 100 * GIB);
    let plan = [100 * GIB; 5];
    assert_eq!(check_plan(&plan, &CHEAP, &Spent::default(), &caps), Ok(()));
    assert!(check_plan(&plan, &[], &Spent::default(), &caps).is_err());
    assert!(check_next(100 * GIB + 1, &CHEAP, &Spent::default(), &caps).is_err());
}

#[test]
fn the_first_run_of_a_long_history_reads_like_this() {
    let over = check_plan(&[600 * GIB; 118], &[], &Spent::default(), &Caps::default());
    assert_snapshot!(over.unwrap_err(), @r"
    over budget: the month would come to 69.1 TiB ($432.13), and 1 TiB ($6.25) is allowed
      planned     118 queries: at worst 69.1 TiB ($432.13), expected 69.1 TiB ($432.13)
      this month  0 B ($0.00) billed
      allowed     1 TiB ($6.25) a query, 1 TiB ($6.25) a month
    Nothing was spent.
    - To allow it: `--max-month-bytes 70800GiB`,
      or `month` below `budget` in config.yaml.
    - To begin smaller: `--max-days 1`, then more; the newest days are read first.
    - The bill is often far below the worst case. After 3 queries, their bills say
      what to expect.
    ");
}

#[test]
fn a_full_month_reads_like_this() {
    let spent = Spent { billed: 1010 * GIB, pending: 3 * GIB };
    let over = check_plan(&[100 * GIB], &CHEAP, &spent, &Caps::default());
    assert_snapshot!(over.unwrap_err(), @r"
    over budget: the month would come to 1 TiB ($6.27), and 1 TiB ($6.25) is allowed
      planned     1 query: at worst 100 GiB ($0.61), expected 15 GiB ($0.09)
      this month  0.99 TiB ($6.16) billed, up to 3 GiB ($0.02) more pending
      allowed     1 TiB ($6.25) a query, 1 TiB ($6.25) a month
    Nothing was spent.
    - To allow it: `--max-month-bytes 1029GiB`,
      or `month` below `budget` in config.yaml.
    - To begin smaller: `--max-days 1`, then more; the newest days are read first.
    ");
}

#[test]
fn a_query_that_is_too_large_reads_like_this() {
    let over =
        check_plan(&[GIB, 18 * GIB, 20 * GIB], &CHEAP, &Spent::default(), &caps(5 * GIB, 5 * GIB));
    assert_snapshot!(over.unwrap_err(), @r"
    over budget: one query could bill 20 GiB ($0.12), and 5 GiB ($0.03) is allowed
      planned     3 queries: at worst 39 GiB ($0.24), expected 5.88 GiB ($0.04)
      this month  0 B ($0.00) billed
      allowed     5 GiB ($0.03) a query, 5 GiB ($0.03) a month
    Nothing was spent.
    - To allow it: `--max-query-bytes 20GiB --max-month-bytes 6GiB`,
      or `query` and `month` below `budget` in config.yaml.
    - To begin smaller: `--max-days 1`, then more; the newest days are read first.
    ");
}

#[test]
fn a_run_that_has_to_stop_reads_like_this() {
    let spent = Spent { billed: 1000 * GIB, pending: 0 };
    let over = check_next(200 * GIB, &CHEAP, &spent, &Caps::default());
    assert_snapshot!(over.unwrap_err(), @r"
    over budget: the month would come to 1.01 TiB ($6.29), and 1 TiB ($6.25) is allowed
      planned     the next query: at worst 200 GiB ($1.22), expected 30 GiB ($0.18)
      this month  0.98 TiB ($6.10) billed
      allowed     1 TiB ($6.25) a query, 1 TiB ($6.25) a month
    What was read until now is kept; the next run goes on from there.
    - To allow it: `--max-month-bytes 1031GiB`,
      or `month` below `budget` in config.yaml.
    ");
}

#[test]
fn the_table_reads_like_this() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let line = |what, first, last, days, projects, upper_bound| Line {
        what,
        first: day(first),
        last: day(last),
        days,
        projects,
        upper_bound,
        expected: expected(upper_bound, &CHEAP),
    };
    let lines = [
        line("check", "2026-10-19", "2026-11-21", 4, 20, 80 * GIB + GIB / 10),
        line("full", "2026-11-22", "2026-11-22", 1, 19, 612 * GIB),
        line("standard", "2026-11-22", "2026-11-22", 1, 1, 501 * GIB),
        line("full", "2016-01-22", "2016-01-31", 10, 1, 200 * TIB),
    ];
    let spent = Spent { billed: 312 * GIB, pending: 3 * GIB };
    let text = table(&lines, &spent, &Caps::default());
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_snapshot!(text, @r"
    query     first day   last day    days  projects  at worst            expected
    check     2026-10-19  2026-11-21     4        20  80.1 GiB     $0.49    12 GiB
    full      2026-11-22  2026-11-22     1        19   612 GiB     $3.74  91.8 GiB
    standard  2026-11-22  2026-11-22     1         1   501 GiB     $3.06  75.2 GiB
    full      2016-01-22  2016-01-31    10         1   200 TiB  $1250.00    30 TiB

    4 queries: at worst 201 TiB ($1257.28), expected 30.2 TiB ($188.59)
    312 GiB of the free 1 TiB used this month, up to 3 GiB more pending
    budget: 1 TiB a month, 1 TiB a query; $6.25 a TiB
    ");
}

#[test]
fn a_table_of_nothing_reads_like_this() {
    let spent = Spent { billed: TIB + 200 * GIB, pending: 0 };
    assert_snapshot!(table(&[], &spent, &Caps::default()), @r"
    no query is needed
    1.2 TiB used this month, the free 1 TiB is used up
    budget: 1 TiB a month, 1 TiB a query; $6.25 a TiB
    ");
}

fn any_history() -> impl Strategy<Value = Vec<Bill>> {
    let bill =
        (any::<u64>(), any::<u64>()).prop_map(|(upper_bound, billed)| Bill { upper_bound, billed });
    proptest::collection::vec(bill, 0..30)
}

proptest! {
    #[test]
    fn what_is_expected_is_within_its_bounds(upper in any::<u64>(), more in any::<u64>(), history in any_history()) {
        let this = expected(upper, &history);
        prop_assert!(this >= LEAST_BILLED);
        prop_assert!(this <= upper.max(LEAST_BILLED));
        prop_assert!(this <= expected(upper.saturating_add(more), &history), "monotone");
    }

    #[test]
    fn the_flags_that_are_proposed_are_enough(
        planned in proptest::collection::vec(0..(50 * TIB), 1..10),
        (billed, pending) in (0..TIB, 0..TIB),
        (query, month) in (0..TIB, 0..TIB),
        is_learned in any::<bool>(),
    ) {
        let history = if is_learned { CHEAP.as_slice() } else { &[] };
        let spent = Spent { billed, pending };
        let mut caps = caps(query, month);
        if let Err(over) = check_plan(&planned, history, &spent, &caps) {
            let text = over.to_string();
            let value = |flag: &str| {
                let (_, rest) = text.split_once(flag)?;
                rest.split([' ', '`']).next()?.parse::<Size>().ok()
            };
            if let Some(size) = value("--max-query-bytes ") {
                caps.query = size.0;
            }
            if let Some(size) = value("--max-month-bytes ") {
                caps.month = size.0;
            }
            prop_assert_eq!(check_plan(&planned, history, &spent, &caps), Ok(()));
        }
    }
}
