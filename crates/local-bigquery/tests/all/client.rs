//! A client that speaks HTTP and hides nothing.

use std::{collections::BTreeMap, sync::Arc, time::SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use local_bigquery::{JobRequest, LocalBigquery, Server, credentials};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Google's reason.
    pub(crate) fn reason(&self) -> String {
        self.json()["error"]["errors"][0]["reason"].as_str().unwrap().to_owned()
    }
}

pub(crate) struct Caller {
    pub(crate) server: Server,
    client: Client,
    runtime: tokio::runtime::Runtime,
    pub(crate) token: String,
}

impl Caller {
    /// Starts a server, and gets a token as a service account.
    pub(crate) fn new(service: LocalBigquery) -> Self {
        let mut caller = Self {
            server: Server::start(Arc::new(service)).unwrap(),
            client: Client::new(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            token: String::new(),
        };
        caller.token = caller.token();
        caller
    }

    fn send(&self, request: RequestBuilder) -> Result<Got, reqwest::Error> {
        self.runtime.block_on(async {
            let response = request.send().await?;
            let headers = response.headers().iter();
            let headers =
                headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            Ok(Got {
                status: response.status().as_u16(),
                headers: headers.collect(),
                body: response.text().await?,
            })
        })
    }

    pub(crate) fn get(&self, url: &str, token: &str) -> Result<Got, reqwest::Error> {
        self.send(self.client.get(url).bearer_auth(token))
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let url = format!("{}{path}", self.server.url());
        self.send(self.client.post(url).body(body.finish())).unwrap()
    }

    /// One of BigQuery's paths, with the body of a POST.
    pub(crate) fn call(&self, path: &str, body: Option<&Value>) -> Result<Got, reqwest::Error> {
        let url = format!("{}/bigquery/v2/projects/local-project/{path}", self.server.url());
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let request = self.client.request(method, url).bearer_auth(&self.token);
        self.send(request.body(body.map(Value::to_string).unwrap_or_default()))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Got {
        self.send(self.client.post(path).bearer_auth(&self.token).body(body.to_string())).unwrap()
    }

    pub(crate) fn insert(&self, request: &JobRequest) -> Result<Got, reqwest::Error> {
        self.call("jobs", Some(&insert_body(request)))
    }

    pub(crate) fn status(&self, id: &str) -> Result<Got, reqwest::Error> {
        self.call(&format!("jobs/{id}?location=US"), None)
    }

    pub(crate) fn page(
        &self,
        id: &str,
        token: Option<&str>,
        rows: usize,
    ) -> Result<Got, reqwest::Error> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("location", "US").append_pair("maxResults", &rows.to_string());
        if let Some(token) = token {
            query.append_pair("pageToken", token);
        }
        self.call(&format!("queries/{id}?{}", query.finish()), None)
    }

    /// A token for a service account.
    pub(crate) fn token(&self) -> String {
        let got = self.grant(&assertion(self.server.url(), |_| {}));
        assert_eq!(got.status, 200, "{}", got.body);
        got.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn grant(&self, assertion: &str) -> Got {
        let kind = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        self.form("/token", &[("grant_type", kind), ("assertion", assertion)])
    }
}

/// A signed JWT of the service account, whose claims `change` may change before.
pub(crate) fn assertion(url: &str, change: impl FnOnce(&mut Value)) -> String {
    let key: Value = serde_json::from_str(&credentials::service_account(url)).unwrap();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut claims = json!({
        "iss": key["client_email"],
        "aud": key["token_uri"],
        "scope": "https://www.googleapis.com/auth/bigquery",
        "iat": now,
        "exp": now + 3600,
    });
    change(&mut claims);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed =
        format!("{}.{}", encode(r#"{"alg":"RS256","typ":"JWT"}"#), encode(&claims.to_string()));
    let pem = key["private_key"].as_str().unwrap();
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
    let pair = ring::rsa::KeyPair::from_pkcs8(&der).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    let padding = &ring::signature::RSA_PKCS1_SHA256;
    pair.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The body of `jobs.insert`.
pub(crate) fn insert_body(request: &JobRequest) -> Value {
    let parameters = request.parameters.iter().map(|(name, values)| {
        let values: Vec<Value> = values.iter().map(|value| json!({"value": value})).collect();
        json!({
            "name": name,
            "parameterType": {"type": "ARRAY", "arrayType": {"type": "STRING"}},
            "parameterValue": {"arrayValues": values},
        })
    });
    json!({
        "jobReference": {
            "projectId": "local-project",
            "jobId": request.id,
            "location": request.location,
        },
        "configuration": {
            "dryRun": request.dry_run,
            "labels": request.labels,
            "query": {
                "query": request.sql,
                "useLegacySql": request.use_legacy_sql,
                "parameterMode": "NAMED",
                "queryParameters": parameters.collect::<Vec<_>>(),
                "maximumBytesBilled": request.maximum_bytes_billed.map(|most| most.to_string()),
            },
        },
    })
}
