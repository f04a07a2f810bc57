//! The kinds of credentials, and how they are read. Pure.

use std::{collections::BTreeMap, fmt, path::PathBuf, sync::Arc};

use reqwest::Url;
use rustls::{
    crypto::ring::sign::RsaSigningKey,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
    sign::SigningKey,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::bigquery::{endpoint::may_carry_secrets, secrets::Secret};

/// Where Google gives out tokens, for files that do not say.
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// Credentials by the way in which they lead to a token.
#[derive(Clone, Debug)]
pub(in crate::bigquery) enum Kind {
    ServiceAccount(ServiceAccount),
    User(User),
    ExternalAccount(ExternalAccount),
    /// What the machine of Google Cloud that we run on may do.
    Machine {
        host: String,
        asked_for: bool,
    },
}

impl Kind {
    /// Whether whoever reads the file can use it.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Self::ServiceAccount(_) | Self::User(_))
    }
}

/// A key of a service account.
#[derive(Clone)]
pub(in crate::bigquery) struct ServiceAccount {
    pub(in crate::bigquery) email: String,
    pub(in crate::bigquery) key_id: Option<String>,
    pub(in crate::bigquery) key: Arc<dyn SigningKey>,
    pub(in crate::bigquery) token_url: Url,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Somebody who has signed in with gcloud.
#[derive(Clone, Debug)]
pub(in crate::bigquery) struct User {
    pub(in crate::bigquery) client_id: String,
    pub(in crate::bigquery) client_secret: Secret,
    pub(in crate::bigquery) refresh_token: Secret,
    pub(in crate::bigquery) token_url: Url,
}

/// Somebody whom Google knows through another service, such as GitHub: workload identity federation.
#[derive(Clone, Debug)]
pub(in crate::bigquery) struct ExternalAccount {
    pub(in crate::bigquery) audience: String,
    pub(in crate::bigquery) subject_token_type: String,
    pub(in crate::bigquery) token_url: Url,
    /// Where the token becomes that of a service account; `None` if it is used as it is.
    pub(in crate::bigquery) impersonation_url: Option<Url>,
    pub(in crate::bigquery) source: SubjectSource,
    /// Which part of the answer or file is the token; `None` if it is all of it.
    pub(in crate::bigquery) field: Option<String>,
}

/// Where the other service leaves its token.
#[derive(Clone, Debug)]
pub(in crate::bigquery) enum SubjectSource {
    File(PathBuf),
    Url { url: Url, headers: BTreeMap<String, Secret> },
}

#[derive(Deserialize)]
struct ServiceAccountFile {
    client_email: String,
    private_key: Secret,
    private_key_id: Option<String>,
    project_id: Option<String>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct UserFile {
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    quota_project_id: Option<String>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct ExternalAccountFile {
    audience: String,
    subject_token_type: String,
    token_url: String,
    service_account_impersonation_url: Option<String>,
    credential_source: CredentialSource,
    quota_project_id: Option<String>,
}

#[derive(Deserialize)]
struct CredentialSource {
    file: Option<PathBuf>,
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    #[serde(default)]
    format: Format,
}

#[derive(Default, Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: Option<String>,
    subject_token_field_name: Option<String>,
}

/// Reads JSON, with the project that it names. The error says what was found, without content.
pub(super) fn parse(text: &str) -> Result<(Kind, Option<String>), String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("there is nothing in them".to_owned());
    }
    let object: Map<String, Value> = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err("it is JSON, but not an object".to_owned()),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            return Err(format!("it is not JSON, from line {line}, column {column} on"));
        }
    };
    match object.get("type").and_then(Value::as_str) {
        Some("service_account") => service_account(object),
        Some("authorized_user") => user(object),
        Some("external_account") => external_account(object),
        _ => Err(unknown(&object)),
    }
}

/// What to say about an object that is of no kind that we know.
fn unknown(object: &Map<String, Value>) -> String {
    const KNOWN: &str = "`service_account`, `authorized_user` and `external_account`";
    if object.contains_key("installed") || object.contains_key("web") {
        return "it is the file of an OAuth client, which identifies a program and not somebody who \
                may ask; a key of a service account has `type` and `private_key`"
            .to_owned();
    }
    match object.get("type") {
        Some(Value::String(kind)) if kind.len() <= 40 => {
            format!("their `type` is `{}`; known are {KNOWN}", kind.escape_debug())
        }
        Some(_) => format!("their `type` is not one of {KNOWN}"),
        None => format!("they have no `type`, which would be one of {KNOWN}, {}", keys(object)),
    }
}

/// The names of the keys, as far as they look like names.
fn keys(object: &Map<String, Value>) -> String {
    let is_name = |key: &&String| {
        key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let names: Vec<String> =
        object.keys().filter(is_name).take(12).map(|key| format!("`{key}`")).collect();
    if names.is_empty() {
        "nor any known key".to_owned()
    } else {
        format!("only {}", names.join(", "))
    }
}

/// The fields of a kind. Serde's messages about a wrong type would repeat the value.
fn fields<T: DeserializeOwned>(
    object: Map<String, Value>,
    required: &[&str],
    texts: &[&str],
) -> Result<T, String> {
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    for name in required {
        match object.get(*name) {
            None | Some(Value::Null) => {
                return Err(format!("`{name}` is missing, which belongs to `{kind}`"));
            }
            Some(Value::String(text)) if text.trim().is_empty() => {
                return Err(format!("`{name}` is empty"));
            }
            Some(_) => {}
        }
    }
    for name in texts {
        if !matches!(object.get(*name), None | Some(Value::Null | Value::String(_))) {
            return Err(format!("`{name}` is not a text"));
        }
    }
    serde_json::from_value(Value::Object(object))
        .map_err(|_| format!("they are not a whole `{kind}`"))
}

fn service_account(object: Map<String, Value>) -> Result<(Kind, Option<String>), String> {
    let required = ["client_email", "private_key"];
    let texts = ["client_email", "private_key", "private_key_id", "project_id", "token_uri"];
    let file: ServiceAccountFile = fields(object, &required, &texts)?;
    let not_a_key = || "`private_key` is not an RSA key in PEM".to_owned();
    // Variables of some systems keep line ends as two characters.
    let pem = file.private_key.expose().replace("\\n", "\n");
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| not_a_key())?;
    let key = RsaSigningKey::new(&key).map_err(|_| not_a_key())?;
    let account = ServiceAccount {
        email: file.client_email,
        key_id: file.private_key_id,
        key: Arc::new(key),
        token_url: url("token_uri", file.token_uri.as_deref().unwrap_or(TOKEN_URL))?,
    };
    Ok((Kind::ServiceAccount(account), file.project_id))
}

fn user(object: Map<String, Value>) -> Result<(Kind, Option<String>), String> {
    let required = ["client_id", "client_secret", "refresh_token"];
    let texts = ["client_id", "client_secret", "refresh_token", "quota_project_id", "token_uri"];
    let file: UserFile = fields(object, &required, &texts)?;
    let user = User {
        client_id: file.client_id,
        client_secret: file.client_secret,
        refresh_token: file.refresh_token,
        token_url: url("token_uri", file.token_uri.as_deref().unwrap_or(TOKEN_URL))?,
    };
    Ok((Kind::User(user), file.quota_project_id))
}

fn external_account(object: Map<String, Value>) -> Result<(Kind, Option<String>), String> {
    let required = ["audience", "subject_token_type", "token_url", "credential_source"];
    let texts = [
        "audience",
        "subject_token_type",
        "token_url",
        "service_account_impersonation_url",
        "quota_project_id",
    ];
    let file: ExternalAccountFile = fields(object, &required, &texts)?;
    let CredentialSource { file: path, url: address, headers, format } = file.credential_source;
    let source =
        match (path, address) {
            (Some(path), None) => SubjectSource::File(path),
            (None, Some(address)) => SubjectSource::Url { url: subject_url(&address)?, headers },
            _ => return Err(
                "their `credential_source` has neither `url` nor `file`, the two that are known"
                    .to_owned(),
            ),
        };
    let field = match (format.kind.as_deref(), format.subject_token_field_name) {
        (None | Some("text"), _) => None,
        (Some("json"), Some(field)) => Some(field),
        _ => return Err("`format` of their `credential_source` is neither `text` nor `json` with `subject_token_field_name`".to_owned()),
    };
    let impersonation = file.service_account_impersonation_url;
    let account = ExternalAccount {
        audience: file.audience,
        subject_token_type: file.subject_token_type,
        token_url: url("token_url", &file.token_url)?,
        impersonation_url: impersonation
            .map(|address| url("service_account_impersonation_url", &address))
            .transpose()?,
        source,
        field,
    };
    Ok((Kind::ExternalAccount(account), file.quota_project_id))
}

/// An address that a secret is sent to.
fn url(name: &str, address: &str) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|_| format!("`{name}` is not an address"))?;
    if may_carry_secrets(&url) {
        Ok(url)
    } else {
        Err(format!("`{name}` is not https: secrets would travel in the clear"))
    }
}

/// An address that a subject token comes from. Clouds give them out on their own network without
/// TLS, at addresses that are not routed.
fn subject_url(address: &str) -> Result<Url, String> {
    let unrouted = |url: &Url| url.host_str() == Some("169.254.169.254") && url.scheme() == "http";
    match Url::parse(address) {
        Ok(found) if unrouted(&found) => Ok(found),
        _ => url("url` of `credential_source", address),
    }
}
