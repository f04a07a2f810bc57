//! What is sent to start a job, and what is read of one. The only place that makes jobs.

use std::time::Duration;

use gcp_bigquery_client::model::{
    job::Job, job_configuration::JobConfiguration, job_configuration_query::JobConfigurationQuery,
    job_reference::JobReference, job_status::JobStatus as Status, query_parameter::QueryParameter,
    query_parameter_type::QueryParameterType, query_parameter_value::QueryParameterValue,
};
use serde::Deserialize;

use super::{
    Failure, JobId, JobStatus, Query,
    http::broken,
    secrets::{clean, reason},
};

/// Where the data is, and so where every job of it runs.
pub(super) const LOCATION: &str = "US";
/// What BigQuery bills at least, in bytes.
const LEAST: u64 = 10 << 20;
/// What the bytes that are billed are a multiple of.
const STEP: u64 = 1 << 20;

/// What a job is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// To know what it would bill.
    DryRun,
    /// To run, under this id, and to bill so many bytes at most.
    Run { id: &'a JobId, max_bytes: u64 },
}

/// A job as it is sent. Each of its guards is set here, so that none can be forgotten.
pub(super) fn request(
    query: &Query,
    project: &str,
    purpose: Purpose<'_>,
    timeout: Duration,
) -> Job {
    let (id, max_bytes) = match purpose {
        Purpose::DryRun => (None, None),
        Purpose::Run { id, max_bytes } => (Some(id.0.clone()), Some(max_bytes.to_string())),
    };
    let configuration = JobConfigurationQuery {
        query: query.sql.clone(),
        // Without it, the text would be read in the older dialect.
        use_legacy_sql: Some(false),
        parameter_mode: Some("NAMED".to_owned()),
        query_parameters: Some(vec![projects(query)]),
        maximum_bytes_billed: max_bytes,
        priority: Some("INTERACTIVE".to_owned()),
        use_query_cache: Some(true),
        ..JobConfigurationQuery::default()
    };
    let labels = query.labels.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    Job {
        configuration: Some(JobConfiguration {
            dry_run: matches!(purpose, Purpose::DryRun).then_some(true),
            // If we are gone, nobody cancels it.
            job_timeout_ms: Some(timeout.as_millis().to_string()),
            labels: Some(labels.collect()),
            query: Some(configuration),
            ..JobConfiguration::default()
        }),
        job_reference: Some(JobReference {
            job_id: id,
            location: Some(LOCATION.to_owned()),
            project_id: Some(project.to_owned()),
        }),
        ..Job::default()
    }
}

fn projects(query: &Query) -> QueryParameter {
    let kind = |name: &str, array_type| QueryParameterType {
        r#type: name.to_owned(),
        array_type,
        struct_types: None,
    };
    let value =
        |name: String| QueryParameterValue { value: Some(name), ..QueryParameterValue::default() };
    let names = query.projects.iter().map(|name| value(name.to_string()));
    QueryParameter {
        name: Some("projects".to_owned()),
        parameter_type: Some(kind("ARRAY", Some(Box::new(kind("STRING", None))))),
        parameter_value: Some(QueryParameterValue {
            array_values: Some(names.collect()),
            ..QueryParameterValue::default()
        }),
    }
}

/// A job as it is answered, as far as it is read: its plan and its schema change with the service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobAnswer {
    kind: Option<String>,
    job_reference: Option<JobReference>,
    status: Option<Status>,
    statistics: Option<Statistics>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    total_bytes_processed: Option<String>,
    query: Option<QueryStatistics>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryStatistics {
    total_bytes_billed: Option<String>,
}

impl JobAnswer {
    /// Reads a whole answer.
    pub(super) fn read(json: &[u8]) -> Result<Self, Failure> {
        let answer: Self = serde_json::from_slice(json).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            broken(format!("the answer is damaged at line {line}, column {column}"))
        })?;
        match answer.kind.as_deref() {
            None | Some("bigquery#job") => Ok(answer),
            Some(_) => Err(broken("the answer is not a job".to_owned())),
        }
    }

    /// Makes sure that it speaks of this job.
    pub(super) fn of(self, id: &JobId) -> Result<Self, Failure> {
        let answered =
            self.job_reference.as_ref().and_then(|reference| reference.job_id.as_deref());
        if answered == Some(id.0.as_str()) {
            Ok(self)
        } else {
            Err(broken(format!("the answer is not about the job `{id}`")))
        }
    }

    /// The most that a dry run says the query could bill, in bytes, rounded as bills are.
    pub(super) fn upper_bound(&self) -> Result<u64, Failure> {
        let statistics = self.statistics.as_ref();
        match number(statistics.and_then(|statistics| statistics.total_bytes_processed.as_deref()))?
        {
            None => Err(broken("the dry run does not say what it would bill".to_owned())),
            Some(0) => Ok(0),
            Some(bytes) => Ok(bytes.checked_next_multiple_of(STEP).unwrap_or(bytes).max(LEAST)),
        }
    }

    /// How far the job is.
    pub(super) fn status(&self) -> Result<JobStatus, Failure> {
        let status = self.status.as_ref();
        let done = match status.and_then(|status| status.state.as_deref()) {
            Some("DONE") => true,
            Some("PENDING" | "RUNNING") => false,
            _ => return Err(broken("the answer does not say how far the job is".to_owned())),
        };
        let error = status.and_then(|status| status.error_result.as_ref()).map(|error| {
            let reason = reason(error.reason.as_deref().unwrap_or_default());
            let message = clean(error.message.as_deref().unwrap_or("no message"), &[]);
            Failure { message: format!("{message} ({reason})"), reason, ..Failure::default() }
        });
        let query = self.statistics.as_ref().and_then(|statistics| statistics.query.as_ref());
        let billed = number(query.and_then(|query| query.total_bytes_billed.as_deref()))?;
        Ok(JobStatus { done, error, bytes_billed: billed.filter(|_| done) })
    }
}

/// Numbers are texts in the interface.
fn number(text: Option<&str>) -> Result<Option<u64>, Failure> {
    let wrong = |_| broken("the answer has bytes that are not a number".to_owned());
    text.map(|text| text.parse().map_err(wrong)).transpose()
}
