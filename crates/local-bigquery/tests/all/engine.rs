//! What queries mean: hand-made cases.

use std::collections::BTreeSet;

use crate::common::{Hands, ask, at, query, request, service, service_with};
use chrono::TimeDelta;
use local_bigquery::{Column, Effect, Event, Settings, Spell, TABLE};

const BY_DAY: &str = "project, DATE(timestamp) AS date, COUNT(*) AS downloads, SUM(MOD(UNIX_SECONDS(timestamp), 86400)) AS seconds";

fn event(project: &str, time: &str) -> Event {
    Event::new(project, at(time))
}

#[test]
fn a_day_is_half_open_and_every_second_of_it_counts_once() {
    let service = service(&[
        event("a", "2025-06-30 23:59:59.999999"),
        event("a", "2025-07-01 00:00:00"),
        event("a", "2025-07-01 23:59:59"),
        event("a", "2025-07-01 23:59:59.999999"),
        event("a", "2025-07-02 00:00:00"),
        event("b", "2025-07-01 12:00:00"),
    ]);
    let day = |from, to| ask(&service, &query(BY_DAY, from, to, " GROUP BY 1, 2"), &["a"]).unwrap();
    assert_eq!(day("2025-06-30", "2025-07-01"), ["a,2025-06-30,1,86399"]);
    assert_eq!(day("2025-07-01", "2025-07-02"), ["a,2025-07-01,3,172798"]);
    assert_eq!(day("2025-07-02", "2025-07-03"), ["a,2025-07-02,1,0"]);
    assert_eq!(day("2025-07-03", "2025-07-04"), [""; 0]);
    assert_eq!(day("2025-06-01", "2025-08-01").len(), 3);
}

#[test]
fn leap_days_and_times_before_1970_are_days() {
    let service = service(&[
        event("a", "2024-02-28 23:59:59"),
        event("a", "2024-02-29 00:00:00"),
        event("a", "2024-03-01 00:00:00"),
        event("a", "1969-12-31 23:59:59"),
    ]);
    let day = |from, to| ask(&service, &query(BY_DAY, from, to, " GROUP BY 1, 2"), &["a"]).unwrap();
    assert_eq!(day("2024-02-29", "2024-03-01"), ["a,2024-02-29,1,0"]);
    assert_eq!(day("2024-02-28", "2024-03-02").len(), 3);
    assert_eq!(day("1969-01-01", "1970-01-01"), ["a,1969-12-31,1,-1"], "MOD keeps the sign");
}

#[test]
fn null_is_a_group_and_matches_nothing() {
    let some = |cpu: &str| Event {
        cpu: Some(cpu.to_owned()),
        ci: Some(true),
        ..event("a", "2025-07-01 10:00:00")
    };
    let none = event("a", "2025-07-01 10:00:00");
    let service = service(&[none.clone(), none, some("x"), some(""), some("NULL?")]);
    let ask = |select: &str, filter: &str, by: &str| {
        let sql = query(select, "2025-07-01", "2025-07-02", &format!("{filter} {by}"));
        ask(&service, &sql, &["a", "x", ""]).unwrap()
    };
    let by_cpu = ["a,,1,true", "a,NULL,2,NULL", "a,NULL?,1,true", "a,x,1,true"];
    let by = "GROUP BY 1, 2, 4";
    let select = "project, details.cpu AS cpu, COUNT(*), details.ci";
    assert_eq!(ask(select, "", by), by_cpu);
    assert_eq!(ask("COUNT(*)", "AND details.cpu = 'x'", ""), ["1"]);
    assert_eq!(ask("COUNT(*)", "AND details.cpu != 'x'", ""), ["2"], "null is not unequal");
    assert_eq!(ask("COUNT(*)", "AND details.cpu IN UNNEST(@projects)", ""), ["2"]);
    assert_eq!(ask("COUNT(*)", "AND (details.cpu = 'x' OR details.ci)", ""), ["3"]);
    assert_eq!(ask("COUNT(*)", "AND (details.cpu = 'x' OR project = 'a')", ""), ["5"]);
    assert_eq!(
        ask("COUNT(*)", "AND details.cpu = 'nobody'", ""),
        ["0"],
        "one row without GROUP BY"
    );
    assert_eq!(ask("SUM(UNIX_SECONDS(timestamp))", "AND details.cpu = 'nobody'", ""), ["NULL"]);
    assert_eq!(ask("project, COUNT(*)", "AND details.cpu = 'nobody'", "GROUP BY 1"), [""; 0]);
}

#[test]
fn regular_expressions_replace_what_re2_would() {
    let versions = [Some("3.11.4"), Some("3.11.12"), Some("3"), Some("pypy.7.3.é"), Some(""), None];
    let events: Vec<Event> = versions
        .iter()
        .map(|version| Event {
            implementation_version: version.map(str::to_owned),
            ..event("a", "2025-07-01 10:00:00")
        })
        .collect();
    let service = service(&events);
    let ask = |call: &str| {
        let select =
            format!("REGEXP_REPLACE(details.implementation.version, {call}) AS v, COUNT(*)");
        ask(&service, &query(&select, "2025-07-01", "2025-07-02", " GROUP BY 1"), &["a"])
    };
    assert_eq!(
        ask(r"r'\.[^.]*$', '.*'").unwrap(),
        [",1", "3,1", "3.11.*,2", "NULL,1", "pypy.7.3.*,1"]
    );
    assert_eq!(
        ask(r"r'^([0-9]+)\.([0-9]+).*', r'\2-\1-\\'").unwrap(),
        [r"11-3-\,2", ",1", "3,1", "NULL,1", "pypy.7.3.é,1"]
            .map(str::to_owned)
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    for refused in [
        r"r'\d', 'x'",
        r"'\.', 'x'",
        r"r'(?i)x', 'x'",
        r"r'(', 'x'",
        r"r'x', r'\1'",
        r"r'x', r'\n'",
    ] {
        ask(refused).unwrap_err();
    }
}

#[test]
fn ranges_joined_by_or_read_and_bill_only_their_days() {
    let mut events = Vec::new();
    for day in 1..=9 {
        for hour in 0..day {
            events.push(event("a", &format!("2025-07-0{day} 0{hour}:00:00")));
        }
    }
    let settings = Settings {
        clock: Hands::at("2025-09-01 00:00:00").clock(),
        rows_factor: 1_000_000,
        ..Settings::default()
    };
    let service = service_with(&events, settings);
    let sql = format!(
        "SELECT project, DATE(timestamp) AS date, COUNT(*) AS downloads FROM `{TABLE}` WHERE (\
         (timestamp >= TIMESTAMP '2025-07-02 00:00:00+00' AND timestamp < TIMESTAMP '2025-07-03 00:00:00+00') OR \
         (TIMESTAMP '2025-07-08 00:00:00+00' <= timestamp AND TIMESTAMP '2025-07-09 00:00:00+00' > timestamp) OR \
         (timestamp >= TIMESTAMP '2025-07-04 00:00:00+00' AND timestamp < TIMESTAMP '2025-07-06 00:00:00+00')) \
         AND project IN UNNEST(@projects) GROUP BY 1, 2"
    );
    assert_eq!(
        ask(&service, &sql, &["a"]).unwrap(),
        ["a,2025-07-02,2", "a,2025-07-04,4", "a,2025-07-05,5", "a,2025-07-08,8"]
    );
    let ledger = service.ledger();
    let job = &ledger.jobs[0];
    let days: Vec<_> = job.days.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2025-07-02", "2025-07-04", "2025-07-05", "2025-07-08"]);
    assert_eq!(job.columns, BTreeSet::from([Column::Timestamp, Column::Project]));
    assert_eq!(job.estimate, 19_000_000 * 22);
    assert_eq!(job.billed, (19_000_000_u64 * 22).div_ceil(1 << 20) << 20);
    assert_eq!(job.executed, 1);
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    let service = service(&[event("a", "2025-07-01 10:00:00")]);
    let of = |select: &str, more: &str| query(select, "2025-07-01", "2025-07-02", more);
    let from = |filter: &str| format!("SELECT COUNT(*) FROM `{TABLE}` {filter}");
    let bounded = "timestamp >= TIMESTAMP '2025-07-01 00:00:00+00' AND timestamp < TIMESTAMP '2025-07-02 00:00:00+00'";
    for (sql, named) in [
        (of("*", ""), "*"),
        (of("CURRENT_DATE, COUNT(*)", " GROUP BY 1"), "CURRENT_DATE"),
        (of("CURRENT_DATE(), COUNT(*)", " GROUP BY 1"), "CURRENT_DATE"),
        (of("COUNT(*)", " AND project LIKE 'a%'"), "LIKE"),
        (of("COUNT(*)", " AND NOT project = 'a'"), "NOT"),
        (of("COUNT(*)", " AND project IN ('a')"), "IN ('a')"),
        (of("COUNT(*)", " AND LOWER(project) = 'a'"), "LOWER"),
        (of("COUNT(DISTINCT project)", ""), "DISTINCT"),
        (of("COUNT(project)", ""), "COUNT"),
        (of("details.rustc, COUNT(*)", " GROUP BY 1"), "details.rustc"),
        (of("project, COUNT(*)", ""), "neither grouped nor aggregated"),
        (of("project, COUNT(*)", " GROUP BY project"), "GROUP BY project"),
        (of("project, COUNT(*)", " GROUP BY 3"), "3"),
        (of("COUNT(*)", " GROUP BY 1"), "GROUP BY"),
        (of("COUNT(*)", " LIMIT 1"), "LIMIT"),
        (of("COUNT(*)", " ORDER BY 1"), "ORDER BY"),
        (of("COUNT(*) + 1", ""), "COUNT(*)"),
        (of("SUM(project)", ""), "SUM"),
        (of("COUNT(*)", " AND timestamp > 5"), "operator"),
        (of("COUNT(*)", " AND project IN UNNEST(@others)"), "others"),
        (of("COUNT(*)", "; SELECT 1"), "one SELECT"),
        (of("DISTINCT project", " GROUP BY 1"), "SELECT"),
        (of("COUNT(*)", r" AND project = 'a\x62'"), "backslash"),
        (of("COUNT(*)", " AND project = 'a''b'"), "quotes"),
        (of("DATE(timestamp, 'Europe/Rome'), COUNT(*)", " GROUP BY 1"), "Rome"),
        (from(""), "partition elimination"),
        (from("WHERE project IN UNNEST(@projects)"), "partition elimination"),
        (from("WHERE timestamp >= TIMESTAMP '2025-07-01'"), "partition elimination"),
        (from("WHERE timestamp < TIMESTAMP '2025-07-01'"), "partition elimination"),
        (from("WHERE DATE(timestamp) = '2025-07-01'"), "operator"),
        (from(&format!("WHERE ({bounded}) OR project = 'a'")), "partition elimination"),
        (from("WHERE timestamp >= TIMESTAMP 'yesterday'"), "yesterday"),
        (from("WHERE timestamp >= TIMESTAMP '2025-02-29 00:00:00+00'"), "2025-02-29"),
        (format!("SELECT COUNT(*) FROM `other.table.x` WHERE {bounded}"), "other.table.x"),
        (format!("SELECT COUNT(*) FROM `{TABLE}` AS t WHERE {bounded}"), "FROM"),
        ("DELETE FROM x".to_owned(), "SELECT"),
        ("SELEC 1".to_owned(), "Syntax"),
    ] {
        let refused = ask(&service, &sql, &["a"]).expect_err(&sql);
        assert!(refused.contains(named), "{sql}: {refused}");
    }
    assert_eq!(service.with_ledger(|ledger| ledger.billed()), 0);
    let both = from(&format!("WHERE {bounded}"));
    assert_eq!(ask(&service, &both, &[]).unwrap(), ["1"]);
    let request = request("x", "SELECT 1", &[]);
    let refusal = service.insert(&request).unwrap_err();
    assert_eq!((refusal.status, refusal.reason.as_str()), (Some(400), "invalidQuery"));
}

#[test]
fn rows_are_seen_when_they_arrive_and_spells_hide_or_double_them_for_a_while() {
    let hands = Hands::at("2025-07-02 00:00:00");
    let late = Event { arrives: at("2025-07-04 00:00:00"), ..event("a", "2025-07-01 01:00:00") };
    let events = [event("a", "2025-07-01 00:00:00"), late, event("b", "2025-07-01 00:00:00")];
    let service = service_with(&events, Settings { clock: hands.clock(), ..Settings::default() });
    let spell = |effect, from, until| Spell {
        effect,
        from: at(from),
        until: at(until),
        days: at("2025-07-01 00:00:00").date_naive()..=at("2025-07-01 00:00:00").date_naive(),
        projects: Some(vec!["a".to_owned()]),
    };
    service.with_table(|table| {
        table.disturb(spell(Effect::Missing, "2025-07-05 00:00:00", "2025-07-06 00:00:00"));
        table.disturb(spell(Effect::Twice, "2025-07-06 00:00:00", "2025-07-07 00:00:00"));
    });
    let sql = query("project, COUNT(*)", "2025-07-01", "2025-07-02", " GROUP BY 1");
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(ask(&service, &sql, &["a", "b"]).unwrap().join(" "));
        hands.pass(TimeDelta::days(1));
    }
    assert_eq!(seen, ["a,1 b,1", "a,1 b,1", "a,2 b,1", "b,1", "a,4 b,1", "a,2 b,1", "a,2 b,1"]);
}

#[test]
fn rows_come_in_no_order_but_in_the_same_one_for_the_same_seed() {
    let events: Vec<Event> =
        (0..50).map(|n| event(&format!("p{n:02}"), "2025-07-01 00:00:00")).collect();
    let names: Vec<&str> = events.iter().map(|event| event.project.as_str()).collect();
    let rows = |seed| {
        let clock = Hands::at("2025-09-01 00:00:00").clock();
        let service = service_with(&events, Settings { clock, seed, ..Settings::default() });
        let sql = query("project, COUNT(*)", "2025-07-01", "2025-07-02", " GROUP BY 1");
        service.insert(&request("x", &sql, &names)).unwrap();
        service.page("x", None, None, None).unwrap().unwrap().rows
    };
    assert!(!rows(1).is_sorted());
    assert_eq!(rows(1), rows(1));
    assert_ne!(rows(1), rows(2));
}

#[test]
fn an_event_file_is_a_table() {
    let mut table = local_bigquery::Table::new();
    let file = "timestamp,country_code,project,version,type,installer_name,implementation_name,\
        implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci\n\
        2024-02-29 23:59:59,NA,a,1.0,sdist,,,,,,,,,True\n\
        2024-02-29 23:59:59.500000 UTC,,a,,,,,,,,,,,\n";
    assert_eq!(table.add_csv(file.as_bytes()).unwrap(), 2);
    let service = local_bigquery::LocalBigquery::new(Settings::default(), table);
    let sql = query(
        "country_code, file.version, details.ci, COUNT(*)",
        "2024-02-29",
        "2024-03-01",
        " GROUP BY 1, 2, 3",
    );
    assert_eq!(ask(&service, &sql, &["a"]).unwrap(), ["NA,1.0,true,1", "NULL,NULL,NULL,1"]);
    let mut table = local_bigquery::Table::new();
    let bad = file.replace("True", "Yes");
    let error = table.add_csv(bad.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "line 2, column ci: `Yes`");
    table.add_csv("a,b\n".as_bytes()).unwrap_err();
    let mini = include_bytes!("../../../../fixtures/events/mini.csv");
    assert_eq!(local_bigquery::Table::new().add_csv(&mini[..]).unwrap(), 12);
}
