//! All rows of a job, or none: what came is compared with what BigQuery says there is.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use super::{Asked, Outcome, QueryError, Runner, Sink};
use crate::bigquery::{Clock, Failure, JobId, Page, Query, Warehouse};

/// How many pages without rows may follow each other. BigQuery may send some.
const EMPTY_PAGES: u32 = 20;

/// Why reading stopped.
enum Reading {
    /// It may be begun anew.
    NotWhole(String),
    Failed(QueryError),
}

impl<W: Warehouse, C: Clock> Runner<W, C> {
    /// Reads all rows, and all of them anew if they do not add up.
    pub(super) async fn read(
        &self,
        query: &Query,
        id: &JobId,
        sink: &mut dyn Sink,
    ) -> Result<u64, QueryError> {
        let mut reading = 1;
        loop {
            match self.read_once(query, id, sink).await {
                Ok(rows) => return Ok(rows),
                Err(Reading::Failed(error)) => return Err(error),
                Err(Reading::NotWhole(what)) if reading >= self.patience.readings => {
                    return Err(QueryError::NotWhole { job: id.clone(), what });
                }
                Err(Reading::NotWhole(what)) => {
                    log::warn!("job {id}: {what}; reading it anew");
                    let failure = Failure { message: what, ..Failure::default() };
                    self.pause(reading, &failure).await?;
                    sink.restart().map_err(QueryError::Sink)?;
                }
            }
            reading += 1;
        }
    }

    async fn read_once(
        &self,
        query: &Query,
        id: &JobId,
        sink: &mut dyn Sink,
    ) -> Result<u64, Reading> {
        let not_whole = |what: String| Err(Reading::NotWhole(what));
        let mut total = None;
        let mut rows = 0;
        let mut tokens = HashSet::new();
        let mut seen = HashSet::new();
        let hasher = RandomState::new();
        let mut empty_pages = 0;
        let mut token: Option<String> = None;
        loop {
            let page = self.page(query, id, token.as_deref()).await.map_err(Reading::Failed)?;
            let of = *total.get_or_insert(page.total_rows);
            if of != page.total_rows {
                return not_whole(format!("there are {of} rows, then {}", page.total_rows));
            }
            let before = rows;
            rows += page.rows.len() as u64;
            if rows > of {
                return not_whole(format!("{rows} rows came instead of {of}"));
            }
            for row in page.rows.iter() {
                if !seen.insert(hasher.hash_one(row)) {
                    return not_whole("a row came twice".to_owned());
                }
                sink.row(row).map_err(|error| Reading::Failed(QueryError::Sink(error)))?;
            }
            sink.progress(rows, of);
            empty_pages = if rows == before { empty_pages + 1 } else { 0 };
            token = match page.next {
                None if rows == of => return Ok(rows),
                None => return not_whole(format!("{rows} rows came instead of {of}")),
                Some(_) if empty_pages > EMPTY_PAGES => {
                    return not_whole(format!("{empty_pages} pages without rows"));
                }
                Some(next) if !tokens.insert(next.clone()) => {
                    return not_whole("a page leads back to an earlier one".to_owned());
                }
                next => next,
            };
        }
    }

    /// A page. What cannot be seen may be seen a little later, as a job.
    async fn page(
        &self,
        query: &Query,
        id: &JobId,
        token: Option<&str>,
    ) -> Result<Page, QueryError> {
        for _ in 0..self.patience.looks {
            let page = async || self.warehouse.page(query, id, token).await;
            if let Outcome::Answer(page) = self.ask(Asked::Page, page).await? {
                return Ok(page);
            }
            self.clock.sleep(self.patience.poll).await;
        }
        Err(QueryError::Gone { job: id.clone() })
    }
}
