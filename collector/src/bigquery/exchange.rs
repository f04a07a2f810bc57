//! From credentials to an access token: one or two requests for each kind.
//!
//! <https://google.aip.dev/auth/> has the protocols.

use std::{fs, slice, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use reqwest::{
    Method, Url,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use rustls::SignatureScheme;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Failure,
    credentials::{ExternalAccount, Kind, ServiceAccount, SubjectSource, User},
    faults::CREDENTIALS,
    http::{Call, Http, broken},
    secrets::Secret,
    tokens::Token,
};

/// Running queries and reading their answers.
const SCOPE: &str = "https://www.googleapis.com/auth/bigquery";
/// Becoming a service account, which then has the scope above only.
const IMPERSONATION_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// How long a signed assertion is good for, in seconds.
const ASSERTION: i64 = 3600;
/// The life of a token whose service does not tell, in seconds.
const SHORT_LIFE: u64 = 300;
/// The largest answer of a token service, in bytes.
const BYTES: usize = 1 << 20;
/// How long the metadata server, which is on the machine if it is there, is waited for.
const NEAR: Duration = Duration::from_secs(2);

/// Asks for a token once.
pub(super) async fn token(http: &Http, kind: &Kind, now: DateTime<Utc>) -> Result<Token, Failure> {
    match kind {
        Kind::ServiceAccount(account) => service_account(http, account, now).await,
        Kind::User(user) => self::user(http, user, now).await,
        Kind::ExternalAccount(account) => external_account(http, account, now).await,
        Kind::Machine { host, .. } => {
            let text = metadata(http, host, "instance/service-accounts/default/token", now).await?;
            read::<TokenAnswer>(text.as_bytes()).map(Token::from)
        }
    }
}

/// Asks the metadata server of the machine, which marks its answers.
pub(super) async fn metadata(
    http: &Http,
    host: &str,
    what: &str,
    now: DateTime<Utc>,
) -> Result<String, Failure> {
    let url = parse_url(&format!("http://{host}/computeMetadata/v1/{what}"))?;
    let flavor = HeaderValue::from_static("Google");
    let headers =
        HeaderMap::from_iter([(HeaderName::from_static("metadata-flavor"), flavor.clone())]);
    let call = Call { total: Some(NEAR), ..call(Method::GET, url, headers, None, &[]) };
    let answer = http.send(call, now).await?;
    if answer.headers.get("metadata-flavor") != Some(&flavor) {
        return Err(refused(format!("`{host}` is not a metadata server")));
    }
    text(answer.body)
}

async fn service_account(
    http: &Http,
    account: &ServiceAccount,
    now: DateTime<Utc>,
) -> Result<Token, Failure> {
    let assertion = Secret::new(assertion(account, now)?);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.expose()),
    ];
    post_form(http, &account.token_url, &form, slice::from_ref(&assertion), now).await
}

/// The claims of a service account, signed with its key: a JSON web token.
fn assertion(account: &ServiceAccount, now: DateTime<Utc>) -> Result<String, Failure> {
    let issued = now.timestamp();
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": account.key_id});
    let claims = json!({
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_url.as_str(),
        "iat": issued,
        "exp": issued + ASSERTION,
    });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let text = format!("{}.{}", encode(&header), encode(&claims));
    let not_signed = || refused("the private key cannot sign".to_owned());
    let signer = account.key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]);
    let signature =
        signer.ok_or_else(not_signed)?.sign(text.as_bytes()).map_err(|_| not_signed())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

async fn user(http: &Http, user: &User, now: DateTime<Utc>) -> Result<Token, Failure> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &user.client_id),
        ("client_secret", user.client_secret.expose()),
        ("refresh_token", user.refresh_token.expose()),
    ];
    let secrets = [user.client_secret.clone(), user.refresh_token.clone()];
    post_form(http, &user.token_url, &form, &secrets, now).await
}

async fn external_account(
    http: &Http,
    account: &ExternalAccount,
    now: DateTime<Utc>,
) -> Result<Token, Failure> {
    let subject = subject_token(http, account, now).await?;
    let scope = if account.impersonation_url.is_some() { IMPERSONATION_SCOPE } else { SCOPE };
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", &account.audience),
        ("subject_token_type", &account.subject_token_type),
        ("subject_token", subject.expose()),
        ("scope", scope),
    ];
    let token = post_form(http, &account.token_url, &form, slice::from_ref(&subject), now).await?;
    match &account.impersonation_url {
        None => Ok(token),
        Some(url) => impersonate(http, url, token.secret, now).await,
    }
}

/// What the other service says about us.
async fn subject_token(
    http: &Http,
    account: &ExternalAccount,
    now: DateTime<Utc>,
) -> Result<Secret, Failure> {
    let body = match &account.source {
        SubjectSource::File(path) => fs::read_to_string(path).map_err(|error| {
            refused(format!("cannot read the subject token in `{}`: {error}", path.display()))
        })?,
        SubjectSource::Url { url, headers } => {
            let secrets: Vec<Secret> = headers.values().cloned().collect();
            let headers: Option<HeaderMap> = headers
                .iter()
                .map(|(name, value)| {
                    let mut value = HeaderValue::from_str(value.expose()).ok()?;
                    value.set_sensitive(true);
                    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
                })
                .collect();
            let headers = headers
                .ok_or_else(|| refused("a header of `credential_source` is none".to_owned()))?;
            let call = call(Method::GET, url.clone(), headers, None, &secrets);
            text(http.send(call, now).await?.body)?
        }
    };
    let token = match &account.field {
        None => body.trim().to_owned(),
        Some(field) => {
            let answer: Value = read(body.as_bytes())?;
            answer.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        }
    };
    if token.is_empty() {
        return Err(refused("`credential_source` leads to no subject token".to_owned()));
    }
    Ok(Secret::new(token))
}

async fn impersonate(
    http: &Http,
    url: &Url,
    federated: Secret,
    now: DateTime<Utc>,
) -> Result<Token, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        access_token: Secret,
        expire_time: String,
    }
    let mut headers = bearer(&federated)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = json!({"scope": [SCOPE], "lifetime": "3600s"}).to_string();
    let secrets = [federated];
    let call = call(Method::POST, url.clone(), headers, Some(body), &secrets);
    let answer: Answer = read(&http.send(call, now).await?.body)?;
    let expires = DateTime::parse_from_rfc3339(&answer.expire_time).ok();
    let life = expires.and_then(|expires| (expires.to_utc() - now).to_std().ok());
    Ok(Token { secret: answer.access_token, life: life.unwrap_or(Duration::from_secs(SHORT_LIFE)) })
}

/// The header that shows a token.
pub(super) fn bearer(token: &Secret) -> Result<HeaderMap, Failure> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| refused("the access token has characters that no token has".to_owned()))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
}

async fn post_form(
    http: &Http,
    url: &Url,
    form: &[(&str, &str)],
    secrets: &[Secret],
    now: DateTime<Utc>,
) -> Result<Token, Failure> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
    let call = call(Method::POST, url.clone(), headers, Some(body), secrets);
    read::<TokenAnswer>(&http.send(call, now).await?.body).map(Token::from)
}

fn call(
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
    secrets: &[Secret],
) -> Call<'_> {
    let body = body.map(String::into_bytes);
    Call { method, url, headers, body, bytes: BYTES, secrets, total: None }
}

/// What OAuth answers.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Secret,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

/// Most services write a number, some a text.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    })
}

impl From<TokenAnswer> for Token {
    fn from(answer: TokenAnswer) -> Self {
        let life = Duration::from_secs(answer.expires_in.unwrap_or(SHORT_LIFE));
        Self { secret: answer.access_token, life }
    }
}

/// Reads a whole answer. What is wrong with it is not shown: it may hold a token.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body)
        .map_err(|_| broken("the token service gives an answer that is none".to_owned()))
}

fn text(body: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(body).map_err(|_| broken("the token service answers no text".to_owned()))
}

fn parse_url(text: &str) -> Result<Url, Failure> {
    text.parse().map_err(|_| refused(format!("`{text}` is not an address")))
}

/// A failure that asking again does not mend.
fn refused(message: String) -> Failure {
    Failure { reason: CREDENTIALS.to_owned(), ..broken(message) }
}
