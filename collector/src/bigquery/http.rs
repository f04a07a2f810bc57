//! HTTP with limits: on time, on the size of an answer, on where it may lead.
//!
//! The client of `gcp-bigquery-client` is not used, for it keeps from us what we decide by: the status
//! of an answer that is not JSON, and `Retry-After`; and it reads a body however large it is.
//! That of `yup-oauth2` neither: it hides the status, reads without an end, and writes requests and
//! answers with their tokens to the log.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, Method, RequestBuilder, Response, Url, header, redirect};
use serde::Deserialize;

use super::{
    Failure,
    backoff::retry_after,
    faults::TOO_LARGE,
    secrets::{self, Secret, clean},
};

/// Google compresses for those who say `gzip` here, too.
const USER_AGENT: &str = concat!("download-analytics/", env!("CARGO_PKG_VERSION"), " (gzip)");
/// How much of the body of an error is read, in bytes.
const ERROR_BYTES: usize = 64 << 10;

/// What a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest time to connect.
    pub connect: Duration,
    /// The longest time without a byte.
    pub idle: Duration,
    /// The longest time of a request, with its answer.
    pub total: Duration,
    /// The largest small answer, in bytes after inflating.
    pub json: usize,
    /// The largest page of rows, in bytes after inflating.
    pub page: usize,
    /// How many rows are asked for at a time.
    pub page_rows: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(5 * 60),
            json: 16 << 20,
            page: 64 << 20,
            page_rows: 25_000,
        }
    }
}

/// Asks.
#[derive(Debug)]
pub(super) struct Http {
    /// Goes through the proxies that the environment names.
    outside: Client,
    /// For what is on this machine, or belongs to it.
    direct: Client,
    pub(super) limits: Limits,
}

/// What is asked.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: header::HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    /// The largest answer, in bytes.
    pub(super) bytes: usize,
    /// What must not be in a message, even if the answer repeats it.
    pub(super) secrets: &'a [Secret],
    /// Instead of [`Limits::total`].
    pub(super) total: Option<Duration>,
}

/// What was answered, with status 200.
pub(super) struct Answer {
    pub(super) headers: header::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Http {
    pub(super) fn new(limits: Limits) -> Result<Self, Failure> {
        let build = |client: reqwest::ClientBuilder| {
            client
                .connect_timeout(limits.connect)
                .read_timeout(limits.idle)
                .timeout(limits.total)
                .redirect(redirect::Policy::none())
                .user_agent(USER_AGENT)
                .build()
                .map_err(|error| broken(format!("cannot set up HTTP: {}", chain(&error))))
        };
        let direct = build(Client::builder().no_proxy())?;
        Ok(Self { outside: build(Client::builder())?, direct, limits })
    }

    /// Asks once. `now` is what a date in `Retry-After` is compared with.
    pub(super) async fn send(&self, call: Call<'_>, now: DateTime<Utc>) -> Result<Answer, Failure> {
        let Call { method, url, headers, body, bytes, secrets, total } = call;
        let host = authority(&url);
        log::debug!("{method} {host}{}", url.path());
        let client = if is_near(&url) { &self.direct } else { &self.outside };
        let mut request: RequestBuilder = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        if let Some(total) = total {
            request = request.timeout(total);
        }
        let no_answer = |error: reqwest::Error| {
            let reason = clean(&chain(&error.without_url()), secrets);
            broken(format!("no answer from {host}: {reason}"))
        };
        let mut response = request.send().await.map_err(no_answer)?;
        log::debug!("{host} answers {}", response.status());
        let status = response.status().as_u16();
        if status != 200 {
            return Err(refusal(&mut response, &host, secrets, now).await);
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > bytes {
                let message = format!("the answer of {host} has more than {bytes} bytes");
                return Err(Failure { reason: TOO_LARGE.into(), ..broken(message) });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { headers, body })
    }
}

/// Host and port, the latter unless it is that of the scheme. What may be secret is not part of it.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether an address is on this machine, so that nobody else can listen.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// Whether a proxy would not reach an address: this machine, and the one that tells about it.
fn is_near(url: &Url) -> bool {
    let link_local = |ip: std::net::Ipv4Addr| ip.is_link_local();
    is_loopback(url)
        || url.host_str() == Some("metadata.google.internal")
        || url.host_str().is_some_and(|host| host.parse().is_ok_and(link_local))
}

/// A failure without a whole answer.
pub(super) fn broken(message: String) -> Failure {
    Failure { message, ..Failure::default() }
}

/// An error of Google: of its services, or of its token services.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorPart,
    error_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorPart {
    /// OAuth has only a word here.
    Word(String),
    Whole {
        #[serde(default)]
        message: String,
        #[serde(default)]
        errors: Vec<OneError>,
        /// `PERMISSION_DENIED` and the like.
        #[serde(default)]
        status: String,
    },
}

#[derive(Deserialize)]
struct OneError {
    #[serde(default)]
    reason: String,
}

/// What an answer with an error says. Nothing of it is certain to be there.
async fn refusal(
    response: &mut Response,
    host: &str,
    known: &[Secret],
    now: DateTime<Utc>,
) -> Failure {
    let status = response.status();
    let asked = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|asked| retry_after(asked, now));
    let mut body = Vec::new();
    while body.len() < ERROR_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    let (reason, message) = match serde_json::from_slice(&body) {
        Ok(ErrorBody { error: ErrorPart::Word(word), error_description }) => {
            (word, error_description.unwrap_or_default())
        }
        Ok(ErrorBody { error: ErrorPart::Whole { message, mut errors, status }, .. }) => {
            let reason = if errors.is_empty() { status } else { errors.swap_remove(0).reason };
            (reason, message)
        }
        Err(_) if status.is_redirection() => (String::new(), "redirects are not followed".into()),
        Err(_) => (String::new(), String::new()),
    };
    let (reason, message) = (secrets::reason(&reason), clean(&message, known));
    let message = match (message.as_str(), reason.as_str()) {
        ("", "") => format!("{host} gives no reason"),
        ("", _) => format!("{host} refuses"),
        _ => format!("{host}: {message}"),
    };
    // A success that is not whole is none.
    let status = (!status.is_success()).then(|| status.as_u16());
    Failure { status, reason, message, retry_after }
}

/// An error with its causes, of which those of `reqwest` say nothing without them.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
