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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// As BigQuery writes it, with what we do not read.
    const JOB: &str = r#"{"kind":"bigquery#job","etag":"x","id":"p:US.j","selfLink":"https://x",
        "jobReference":{"projectId":"p","jobId":"j","location":"US"},
        "configuration":{"query":{"query":"SELECT","useLegacySql":false},"jobType":"QUERY"},
        "status":{"state":"DONE"},"statistics":{"creationTime":"1","totalBytesProcessed":"7000000",
        "query":{"totalBytesBilled":"10485760","cacheHit":false,"queryPlan":[{"id":0,"steps":[]}]}},
        "user_email":"a@b.iam.gserviceaccount.com"}"#;

    fn id() -> JobId {
        JobId("j".to_owned())
    }

    fn status(text: &str) -> Result<JobStatus, Failure> {
        JobAnswer::read(text.as_bytes())?.of(&id())?.status()
    }

    #[test]
    fn no_job_is_sent_without_its_guards() {
        let query = Query {
            sql: "SELECT 1".to_owned(),
            columns: vec!["n"],
            projects: vec!["numpy".parse().expect("a name")],
            labels: BTreeMap::from([("tool", "download-analytics".to_owned())]),
        };
        let sent = |purpose: Purpose<'_>| {
            let job = request(&query, "payer", purpose, Duration::from_secs(1800));
            serde_json::to_value(job).expect("JSON")
        };
        let query_part = |max: Option<&str>| {
            let mut part = json!({
                "query": "SELECT 1",
                "useLegacySql": false,
                "parameterMode": "NAMED",
                "queryParameters": [{
                    "name": "projects",
                    "parameterType": {"type": "ARRAY", "arrayType": {"type": "STRING"}},
                    "parameterValue": {"arrayValues": [{"value": "numpy"}]},
                }],
                "priority": "INTERACTIVE",
                "useQueryCache": true,
            });
            if let Some(max) = max {
                part["maximumBytesBilled"] = json!(max);
            }
            part
        };
        let labels = json!({"tool": "download-analytics"});
        assert_eq!(
            sent(Purpose::Run { id: &id(), max_bytes: 12345 }),
            json!({
                "configuration": {
                    "jobTimeoutMs": "1800000",
                    "labels": labels,
                    "query": query_part(Some("12345")),
                },
                "jobReference": {"jobId": "j", "location": "US", "projectId": "payer"},
            })
        );
        assert_eq!(
            sent(Purpose::DryRun),
            json!({
                "configuration": {
                    "dryRun": true,
                    "jobTimeoutMs": "1800000",
                    "labels": labels,
                    "query": query_part(None),
                },
                "jobReference": {"location": "US", "projectId": "payer"},
            })
        );
    }

    #[test]
    fn a_job_is_read() {
        let done = JobStatus { done: true, error: None, bytes_billed: Some(10_485_760) };
        assert_eq!(status(JOB), Ok(done));
        // What is billed is not known before the end.
        let running = JobStatus { done: false, error: None, bytes_billed: None };
        assert_eq!(status(&JOB.replace("DONE", "RUNNING")), Ok(running));
        let error = r#"DONE","errorResult":{"reason":"stopped","message":"Job\ncanceled"}"#;
        let failed = status(&JOB.replace("DONE\"", error)).expect("a status").error;
        let failed = failed.expect("an error");
        assert_eq!((failed.reason.as_str(), failed.status), ("stopped", None));
        assert_eq!(failed.to_string(), "Job canceled (stopped)");
    }

    #[test]
    fn a_bound_is_rounded_as_a_bill_is() {
        let bound =
            |bytes: &str| JobAnswer::read(JOB.replace("7000000", bytes).as_bytes())?.upper_bound();
        assert_eq!(bound("0"), Ok(0));
        assert_eq!(bound("7000000"), Ok(10 << 20));
        assert_eq!(bound("10485761"), Ok(11 << 20));
        assert_eq!(bound("18446744073709551615"), Ok(u64::MAX));
        assert!(bound("-1").is_err());
        assert!(JobAnswer::read(b"{}").expect("an answer").upper_bound().is_err());
    }

    #[test]
    fn a_job_that_ends_early_is_no_job() {
        for cut in 0..JOB.len() {
            assert!(matches!(status(&JOB[..cut]), Err(Failure { status: None, .. })), "{cut}");
        }
        assert!(status(&format!("{JOB}}}")).is_err());
    }

    #[test]
    fn what_is_not_the_job_that_was_asked_about_is_refused() {
        for (part, instead) in [
            ("bigquery#job", "bigquery#jobList"),
            ("\"jobId\":\"j\"", "\"jobId\":\"k\""),
            ("\"jobId\":\"j\",", ""),
            ("\"state\":\"DONE\"", ""),
            ("\"DONE\"", "\"LOST\""),
            ("\"10485760\"", "\"much\""),
            ("\"10485760\"", "10485760"),
        ] {
            assert!(JOB.contains(part), "{part}");
            let status = status(&JOB.replacen(part, instead, 1));
            assert!(matches!(status, Err(Failure { status: None, .. })), "{part}: {status:?}");
        }
        for text in ["", "{}", "[]", "null", "<!DOCTYPE html><html></html>"] {
            assert!(status(text).is_err(), "{text}");
        }
    }
}
