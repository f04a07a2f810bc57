//! Credentials that the token services of the server accept. They open nothing else.

use base64::{Engine, engine::general_purpose};
use ring::signature::KeyPair;
use serde_json::json;

/// The service account.
pub const EMAIL: &str = "collector@local-project.iam.gserviceaccount.com";
/// The project that pays.
pub const PROJECT: &str = "local-project";
pub(crate) const REFRESH_TOKEN: &str = "1//local-refresh-token";
pub(crate) const REQUEST_TOKEN: &str = "local-request-token";
pub(crate) const AUDIENCE: &str =
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/local/providers/local";

/// The throwaway key, made for this.
const KEY: &str = include_str!("../keys/for-tests-only.pem");

/// The key without the words before it.
fn private_key() -> &'static str {
    KEY.find("-----BEGIN").map_or(KEY, |start| &KEY[start..])
}

pub(crate) fn public_key() -> Option<Vec<u8>> {
    let lines = private_key().lines().filter(|line| !line.starts_with('-'));
    let der = general_purpose::STANDARD.decode(lines.collect::<String>()).ok()?;
    let pair = ring::rsa::KeyPair::from_pkcs8(&der).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

/// The key file of a service account, for a server at `url`.
pub fn service_account(url: &str) -> String {
    let key = json!({
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "0000000000000000000000000000000000000000",
        "private_key": private_key(),
        "client_email": EMAIL,
        "client_id": "100000000000000000000",
        "auth_uri": format!("{url}/auth"),
        "token_uri": format!("{url}/token"),
        "auth_provider_x509_cert_url": format!("{url}/certs"),
        "client_x509_cert_url": format!("{url}/certs/{EMAIL}"),
        "universe_domain": "googleapis.com",
    });
    format!("{key:#}\n")
}

/// The file of a workload, as GitHub's `auth` action writes it without a service account.
pub fn external_account(url: &str) -> String {
    format!("{:#}\n", workload(url))
}

/// The file of a workload that acts as the service account.
pub fn external_account_impersonating(url: &str) -> String {
    let mut file = workload(url);
    file["service_account_impersonation_url"] =
        format!("{url}/impersonate/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken")
            .into();
    format!("{file:#}\n")
}

fn workload(url: &str) -> serde_json::Value {
    let audience: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("audience", AUDIENCE).finish();
    json!({
        "universe_domain": "googleapis.com",
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{url}/v1/token"),
        "credential_source": {
            "url": format!("{url}/oidc?api-version=2.0&{audience}"),
            "headers": { "Authorization": format!("Bearer {REQUEST_TOKEN}") },
            "format": { "type": "json", "subject_token_field_name": "value" },
        },
    })
}

/// The file that `gcloud auth application-default login` writes, with `token_uri` added.
pub fn authorized_user(url: &str) -> String {
    let file = json!({
        "type": "authorized_user",
        "client_id": "local.apps.googleusercontent.com",
        "client_secret": "local-client-secret",
        "refresh_token": REFRESH_TOKEN,
        "quota_project_id": PROJECT,
        "token_uri": format!("{url}/token"),
    });
    format!("{file:#}\n")
}
