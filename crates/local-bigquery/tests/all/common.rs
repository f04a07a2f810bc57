//! A small table, and the queries that the collector sends.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, TimeDelta, Utc};
use local_bigquery::{Clock, Event, JobRequest, LocalBigquery, Settings, TABLE, Table};

/// `2025-07-01 00:00:00`, with a fraction if wanted.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    format!("{}Z", text.replace(' ', "T")).parse().unwrap()
}

/// A clock that stands until it is moved.
#[derive(Clone)]
pub(crate) struct Hands(Arc<Mutex<DateTime<Utc>>>);

impl Hands {
    pub(crate) fn at(text: &str) -> Self {
        Self(Arc::new(Mutex::new(at(text))))
    }

    pub(crate) fn clock(&self) -> Clock {
        let hands = self.0.clone();
        Arc::new(move || *hands.lock().unwrap())
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

/// The days `[from, to)`, the projects, and what is selected.
pub(crate) fn query(select: &str, from: &str, to: &str, group_by: &str) -> String {
    format!(
        "SELECT {select} FROM `{TABLE}` \
         WHERE timestamp >= TIMESTAMP '{from} 00:00:00+00' AND timestamp < TIMESTAMP '{to} 00:00:00+00' \
         AND project IN UNNEST(@projects){group_by}"
    )
}

/// A request with everything that one of ours has.
pub(crate) fn request(id: &str, sql: &str, projects: &[&str]) -> JobRequest {
    JobRequest {
        id: Some(id.to_owned()),
        location: Some("US".to_owned()),
        labels: BTreeMap::from([("tool".to_owned(), "test".to_owned())]),
        sql: sql.to_owned(),
        use_legacy_sql: Some(false),
        parameters: BTreeMap::from([(
            "projects".to_owned(),
            projects.iter().map(|&name| name.to_owned()).collect(),
        )]),
        maximum_bytes_billed: Some(1 << 50),
        dry_run: false,
    }
}

/// A service that holds these events; its clock stands at 2025-09-01.
pub(crate) fn service(events: &[Event]) -> LocalBigquery {
    service_with(
        events,
        Settings { clock: Hands::at("2025-09-01 00:00:00").clock(), ..Settings::default() },
    )
}

pub(crate) fn service_with(events: &[Event], settings: Settings) -> LocalBigquery {
    let mut table = Table::new();
    for event in events {
        table.add(event);
    }
    LocalBigquery::new(settings, table)
}

/// The rows of an answer, sorted, with `NULL` for null.
pub(crate) fn ask(
    service: &LocalBigquery,
    sql: &str,
    projects: &[&str],
) -> Result<Vec<String>, String> {
    let id = format!("job_{}", service.with_ledger(|ledger| ledger.jobs.len()));
    service.insert(&request(&id, sql, projects)).map_err(|refusal| refusal.message)?;
    let page = service.page(&id, None, None, None).map_err(|refusal| refusal.message)?.unwrap();
    assert_eq!((page.total_rows, page.next), (page.rows.len() as u64, None));
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".to_owned());
    let mut rows: Vec<String> =
        page.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(",")).collect();
    rows.sort_unstable();
    Ok(rows)
}
