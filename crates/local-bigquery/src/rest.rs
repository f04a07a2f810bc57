//! The JSON of BigQuery's REST interface, version 2.

use std::{collections::BTreeMap, fmt::Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::{
    columns::Type,
    http::Reply,
    jobs::{LOCATION, MadeJob, Slice},
    request::{JobRequest, Refusal},
    service,
    text::{NULL, Texts},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    job_reference: Option<Reference>,
    configuration: Configuration,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    project_id: Option<String>,
    job_id: Option<String>,
    location: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    #[serde(default)]
    dry_run: Option<bool>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    query: QueryConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryConfiguration {
    query: String,
    use_legacy_sql: Option<bool>,
    parameter_mode: Option<String>,
    #[serde(default, deserialize_with = "int64")]
    maximum_bytes_billed: Option<u64>,
    query_parameters: Option<Vec<Parameter>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameter {
    name: Option<String>,
    parameter_type: ParameterType,
    parameter_value: ParameterValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterType {
    r#type: String,
    array_type: Option<Box<ParameterType>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterValue {
    value: Option<String>,
    array_values: Option<Vec<ParameterValue>>,
}

/// Google writes 64 bits as text, and reads both.
fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    match value {
        None => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| serde::de::Error::custom("no int64")),
    }
}

/// Reads the body of `jobs.insert` for a project.
pub(crate) fn job_request(project: &str, body: &[u8]) -> Result<JobRequest, Refusal> {
    let invalid = |message: String| Refusal::new(400, "invalid", message);
    let body: Body = serde_json::from_slice(body).map_err(|error| {
        Refusal::new(400, "parseError", format!("Invalid JSON payload: {error}"))
    })?;
    let reference = body.job_reference.unwrap_or_default();
    if reference.project_id.as_deref().is_some_and(|named| named != project) {
        return Err(invalid(
            "Value for projectId in content does not agree with value in request".into(),
        ));
    }
    let query = body.configuration.query;
    let given = query.query_parameters.unwrap_or_default();
    if !given.is_empty() && query.parameter_mode.as_deref() != Some("NAMED") {
        return Err(invalid("The local BigQuery wants parameterMode NAMED".into()));
    }
    let mut parameters = BTreeMap::new();
    for Parameter { name, parameter_type, parameter_value } in given {
        let element = parameter_type.array_type.as_ref().map(|kind| kind.r#type.as_str());
        if parameter_type.r#type != "ARRAY" || element != Some("STRING") {
            return Err(invalid(
                "The local BigQuery understands parameters of ARRAY<STRING> only".into(),
            ));
        }
        let values = parameter_value.array_values.unwrap_or_default().into_iter();
        let values: Option<Vec<String>> = values.map(|value| value.value).collect();
        let (Some(name), Some(values)) = (name, values) else {
            return Err(invalid("A parameter without a name, or null in an array".into()));
        };
        parameters.insert(name, values);
    }
    Ok(JobRequest {
        id: reference.job_id,
        location: reference.location,
        labels: body.configuration.labels.unwrap_or_default(),
        sql: query.query,
        use_legacy_sql: query.use_legacy_sql,
        parameters,
        maximum_bytes_billed: query.maximum_bytes_billed,
        dry_run: body.configuration.dry_run.unwrap_or(false),
    })
}

/// An error as Google writes it.
pub(crate) fn refusal(refusal: &Refusal) -> Reply {
    let status = refusal.status.unwrap_or(500);
    let name = match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    };
    let (reason, message) = (&refusal.reason, &refusal.message);
    let error = json!({"error": {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
        "status": name,
    }});
    Reply::json(status, error.to_string())
}

/// The answer to a dry run.
pub(crate) fn estimate(project: &str, request: &JobRequest, bytes: u64) -> Reply {
    let mut reference = json!({"projectId": project, "location": LOCATION});
    if let Some(id) = &request.id {
        reference["jobId"] = id.as_str().into();
    }
    let job = json!({
        "kind": "bigquery#job",
        "id": format!("{project}:{LOCATION}.{}", request.id.as_deref().unwrap_or_default()),
        "jobReference": reference,
        "configuration": {
            "jobType": "QUERY",
            "dryRun": true,
            "labels": request.labels,
            "query": {"query": request.sql, "useLegacySql": false},
        },
        "status": {"state": "DONE"},
        "statistics": {
            "totalBytesProcessed": bytes.to_string(),
            "query": {
                "totalBytesProcessed": bytes.to_string(),
                "totalBytesBilled": "0",
                "totalBytesProcessedAccuracy": "UPPER_BOUND",
                "cacheHit": false,
                "statementType": "SELECT",
            },
        },
    });
    Reply::json(200, job.to_string())
}

/// A job as `jobs.get` and `jobs.insert` answer it.
pub(crate) fn job(project: &str, id: &str, made: &MadeJob, now: DateTime<Utc>) -> Value {
    let status = made.status(now);
    let millis = |time: DateTime<Utc>| time.timestamp_millis().to_string();
    let mut query = json!({"cacheHit": false, "statementType": "SELECT"});
    let mut statistics =
        json!({"creationTime": millis(made.created), "startTime": millis(made.created)});
    if let Some(billed) = status.bytes_billed {
        let processed = if status.error.is_some() { 0 } else { status.bytes_processed };
        query["totalBytesProcessed"] = processed.to_string().into();
        query["totalBytesBilled"] = billed.to_string().into();
        query["totalPartitionsProcessed"] = made.partitions.to_string().into();
        query["billingTier"] = 1.into();
        statistics["endTime"] = millis(made.ends).into();
        statistics["totalBytesProcessed"] = processed.to_string().into();
    }
    statistics["query"] = query;
    let mut state = json!({"state": if status.done { "DONE" } else { "RUNNING" }});
    if let Some((reason, message)) = status.error {
        let error = json!({"reason": reason, "message": message});
        state["errors"] = json!([error]);
        state["errorResult"] = error;
    }
    let request = &made.request;
    json!({
        "kind": "bigquery#job",
        "etag": "local",
        "id": format!("{project}:{LOCATION}.{id}"),
        "jobReference": {"projectId": project, "jobId": id, "location": LOCATION},
        "configuration": {
            "jobType": "QUERY",
            "labels": request.labels,
            "query": {
                "query": request.sql,
                "useLegacySql": false,
                "maximumBytesBilled": request.maximum_bytes_billed.unwrap_or(0).to_string(),
            },
        },
        "status": state,
        "statistics": statistics,
    })
}

/// The answer of `jobs.getQueryResults`; without a slice, the job still runs.
pub(crate) fn page(
    project: &str,
    id: &str,
    made: &MadeJob,
    slice: Option<&Slice>,
    texts: &Texts,
) -> Reply {
    let mut head = json!({
        "kind": "bigquery#getQueryResultsResponse",
        "etag": "local",
        "jobReference": {"projectId": project, "jobId": id, "location": LOCATION},
        "jobComplete": slice.is_some(),
    });
    let Some(slice) = slice else { return Reply::json(200, head.to_string()) };
    let answer = &made.answer;
    let fields = answer
        .columns
        .iter()
        .map(|(name, kind)| json!({"name": name, "type": kind.name(), "mode": "NULLABLE"}));
    head["schema"] = json!({"fields": fields.collect::<Vec<_>>()});
    head["totalRows"] = slice.total_rows.to_string().into();
    head["totalBytesProcessed"] = made.estimate.to_string().into();
    head["cacheHit"] = false.into();
    if let Some(token) = &slice.next {
        head["pageToken"] = token.as_str().into();
    }
    let mut text = head.to_string();
    if !slice.rows.is_empty() {
        // Rows are many: written by hand, before the brace that ends the object.
        text.pop();
        text.push_str(",\"rows\":[");
        let width = answer.columns.len();
        for (place, &row) in slice.rows.iter().enumerate() {
            text.push_str(if place == 0 { "{\"f\":[" } else { ",{\"f\":[" });
            let cells = &answer.cells[row * width..(row + 1) * width];
            for (place, (&cell, (_, kind))) in cells.iter().zip(&answer.columns).enumerate() {
                text.push_str(if place == 0 { "{\"v\":" } else { ",{\"v\":" });
                match (cell, kind) {
                    (NULL, _) => text.push_str("null"),
                    (_, Type::Text) => texts.write_json(cell, &mut text),
                    _ => {
                        let value = service::text(texts, cell, *kind).unwrap_or_default();
                        // Writing to a text does not fail.
                        let _ = write!(text, "\"{value}\"");
                    }
                }
                text.push('}');
            }
            text.push_str("]}");
        }
        text.push_str("]}");
    }
    Reply::json(200, text)
}
