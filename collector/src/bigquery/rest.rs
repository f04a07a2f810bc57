//! BigQuery over HTTP: version 2 of its REST interface.
//!
//! Types of what is sent are those of `gcp-bigquery-client`; `http` tells why its transport is not
//! used. Nor are its types of rows: they keep a tree for each page.

use std::{cell::Cell, time::Duration};

use reqwest::{
    Method, Url,
    header::{self, HeaderValue},
};

use super::{
    Clock, Credentials, CredentialsError, Endpoint, Failure, JobId, JobStatus, Limits, Page, Query,
    Warehouse,
    credentials::Kind,
    exchange,
    faults::{Act, Asked, NOT_DONE, TOO_LARGE, act},
    http::{Call, Http, broken},
    job::{JobAnswer, LOCATION, Purpose, request},
    page::{self, PageError},
    secrets::Secret,
    tokens::Tokens,
};

/// BigQuery, asked by somebody for a project that pays.
#[derive(Debug)]
pub struct Rest<C> {
    endpoint: Endpoint,
    project: String,
    http: Http,
    tokens: Tokens,
    clock: C,
    /// When BigQuery gives up on a job of ours.
    job_timeout: Duration,
    /// How many rows are asked for at a time. Falls if rows are large.
    page_rows: Cell<u32>,
}

/// Why BigQuery cannot even be asked.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There are no credentials, or nobody who pays.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// What belongs to the machine does not answer.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl<C: Clock> Rest<C> {
    /// Gets ready. Asks nobody, apart from the metadata server of the machine if the credentials are
    /// those of the machine.
    pub async fn connect(
        endpoint: Endpoint,
        mut credentials: Credentials,
        clock: C,
        limits: Limits,
        job_timeout: Duration,
    ) -> Result<Self, ConnectError> {
        let http = Http::new(limits)?;
        if let Kind::Machine { host, asked_for } = &credentials.kind {
            let found = exchange::metadata(&http, host, "project/project-id", clock.now()).await;
            let machine = match found {
                Ok(project) => Some(project.trim().to_owned()).filter(|name| !name.is_empty()),
                Err(failure) if *asked_for => return Err(failure.into()),
                Err(failure) => {
                    log::debug!("not a machine of Google Cloud: {failure}");
                    return Err(CredentialsError::Missing.into());
                }
            };
            credentials.project = credentials.project.or(machine);
        }
        let Some(project) = credentials.project.clone() else {
            return Err(CredentialsError::NoProject { origin: credentials.origin }.into());
        };
        log::debug!("credentials of {}, billed is `{project}`", credentials.origin);
        let page_rows = Cell::new(limits.page_rows);
        let tokens = Tokens::new(credentials);
        Ok(Self { endpoint, project, http, tokens, clock, job_timeout, page_rows })
    }

    /// The project that is billed.
    pub fn project(&self) -> &str {
        &self.project
    }

    fn url<'a>(&'a self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.endpoint.resource(["projects", &self.project].into_iter().chain(parts));
        url.query_pairs_mut().append_pair("prettyPrint", "false");
        url
    }

    /// The address of something of a job, which needs to be told where the job is.
    fn url_of<'a>(&'a self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.url(parts);
        url.query_pairs_mut().append_pair("location", LOCATION);
        url
    }

    async fn start(&self, query: &Query, purpose: Purpose<'_>) -> Result<JobAnswer, Failure> {
        let job = request(query, &self.project, purpose, self.job_timeout);
        let body = serde_json::to_vec(&job)
            .map_err(|error| broken(format!("cannot write the job: {error}")))?;
        let asked = match purpose {
            Purpose::DryRun => Asked::DryRun,
            Purpose::Run { .. } => Asked::Insert,
        };
        let answer = self.ask(asked, Method::POST, self.url(["jobs"]), Some(body)).await?;
        JobAnswer::read(&answer)
    }

    /// Asks, and once more with another token if the token is not taken.
    async fn ask(
        &self,
        asked: Asked,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Failure> {
        let refused = |failure: &Failure| act(asked, failure) == Act::RefreshOnce;
        let token = self.tokens.get(&self.http, &self.clock).await?;
        let first = self.send(asked, &token, method.clone(), url.clone(), body.clone()).await;
        let failure = match first {
            Err(failure) if refused(&failure) => failure,
            other => return other,
        };
        log::debug!("the access token is not taken, another is asked for: {failure}");
        let token = self.tokens.replace(&token, &self.http, &self.clock).await?;
        match self.send(asked, &token, method, url, body).await {
            Err(failure) if refused(&failure) => Err(failure.of_credentials()),
            other => other,
        }
    }

    async fn send(
        &self,
        asked: Asked,
        token: &Secret,
        method: Method,
        url: Url,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Failure> {
        let mut headers = exchange::bearer(token)?;
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        let limits = self.http.limits;
        let bytes = if asked == Asked::Page { limits.page } else { limits.json };
        let secrets = [token.clone()];
        let call = Call { method, url, headers, body, bytes, secrets: &secrets, total: None };
        Ok(self.http.send(call, self.clock.now()).await?.body)
    }
}

impl<C: Clock> Warehouse for Rest<C> {
    async fn dry_run(&self, query: &Query) -> Result<u64, Failure> {
        self.start(query, Purpose::DryRun).await?.upper_bound()
    }

    async fn insert(&self, query: &Query, job: &JobId, max_bytes: u64) -> Result<(), Failure> {
        let answer = self.start(query, Purpose::Run { id: job, max_bytes }).await?;
        answer.of(job).map(drop)
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, Failure> {
        let url = self.url_of(["jobs", &job.0]);
        let answer = self.ask(Asked::Status, Method::GET, url, None).await?;
        JobAnswer::read(&answer)?.of(job)?.status()
    }

    async fn page(&self, query: &Query, job: &JobId, token: Option<&str>) -> Result<Page, Failure> {
        loop {
            let mut url = self.url_of(["queries", &job.0]);
            let rows = self.page_rows.get();
            url.query_pairs_mut().append_pair("maxResults", &rows.to_string());
            if let Some(token) = token {
                url.query_pairs_mut().append_pair("pageToken", token);
            }
            match self.ask(Asked::Page, Method::GET, url, None).await {
                Err(failure) if failure.reason == TOO_LARGE && rows > 1 => {
                    log::debug!("{failure}: asking for half as many rows");
                    self.page_rows.set(rows / 2);
                }
                answer => {
                    return page::read(&answer?, &query.columns, &job.0).map_err(
                        |error| match error {
                            PageError::NotDone => Failure {
                                reason: NOT_DONE.to_owned(),
                                ..broken(format!("the job `{job}` has not ended"))
                            },
                            PageError::Wrong(message) => broken(message),
                        },
                    );
                }
            }
        }
    }

    async fn cancel(&self, job: &JobId) -> Result<(), Failure> {
        let url = self.url_of(["jobs", &job.0, "cancel"]);
        self.ask(Asked::Cancel, Method::POST, url, None).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigquery::SystemClock;

    /// Nobody listens where the metadata server would be.
    fn without_metadata_server(asked_for: bool) -> ConnectError {
        let kind = Kind::Machine { host: "127.0.0.1:1".to_owned(), asked_for };
        let origin = "the metadata server".to_owned();
        let credentials = Credentials { kind, origin, project: Some("payer".to_owned()) };
        let (endpoint, limits) = (Endpoint::default(), Limits::default());
        let rest = Rest::connect(endpoint, credentials, SystemClock, limits, Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(rest).map(drop).expect_err("no credentials")
    }

    #[test]
    fn a_machine_without_credentials_tells_the_ways() {
        let error = without_metadata_server(false);
        assert!(matches!(error, ConnectError::Credentials(CredentialsError::Missing)), "{error}");
        assert!(error.to_string().ends_with(crate::bigquery::WAYS));
    }

    #[test]
    fn a_metadata_server_that_was_asked_for_and_is_not_there_is_an_error_of_its_own() {
        let error = without_metadata_server(true);
        assert!(matches!(error, ConnectError::Failed(Failure { status: None, .. })), "{error}");
    }
}
