//! Google's token services, as far as a client sees them.

use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rand::{RngExt, rngs::StdRng};
use ring::signature;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    credentials::{self, AUDIENCE, EMAIL, REFRESH_TOKEN, REQUEST_TOKEN},
    http::{Reply, Request, form},
};

/// Reading the tables needs one of these.
const SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/bigquery", "https://www.googleapis.com/auth/cloud-platform"];
/// How long the token of a workload lives, by the clock of the server.
const SUBJECT_LIFE: TimeDelta = TimeDelta::minutes(5);

/// The tokens that live.
#[derive(Default)]
pub(crate) struct Tokens {
    /// Access tokens, and when they end.
    live: HashMap<String, DateTime<Utc>>,
    /// Tokens of workloads, to be exchanged, and when they end.
    subjects: HashMap<String, DateTime<Utc>>,
}

/// What a service needs to know.
pub(crate) struct Desk<'a> {
    /// Where the server is.
    pub(crate) url: &'a str,
    pub(crate) now: DateTime<Utc>,
    pub(crate) life: TimeDelta,
    pub(crate) numbers: &'a mut StdRng,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
    iat: i64,
    exp: i64,
}

type Answer = Result<Value, (&'static str, &'static str)>;

impl Tokens {
    /// Whether the request comes with a token that lives.
    pub(crate) fn admits(&self, request: &Request, now: DateTime<Utc>) -> bool {
        request.bearer().and_then(|token| self.live.get(token)).is_some_and(|&ends| now < ends)
    }

    /// Ends the token that came with the request.
    pub(crate) fn revoke(&mut self, request: &Request) {
        if let Some(token) = request.bearer() {
            self.live.remove(token);
        }
    }

    /// `POST /token`: a service account, or a user.
    pub(crate) fn grant(&mut self, request: &Request, mut desk: Desk<'_>) -> Reply {
        let form: HashMap<String, String> = form(&request.body).into_iter().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        let answer = match field("grant_type") {
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
                check_assertion(field("assertion"), &desk)
            }
            "refresh_token" if field("refresh_token") == REFRESH_TOKEN => Ok(Value::Null),
            "refresh_token" => Err(("invalid_grant", "Bad Request")),
            _ => Err(("unsupported_grant_type", "Invalid grant_type")),
        };
        reply(answer.map(|_| {
            json!({
                "access_token": self.issue(&mut desk),
                "expires_in": desk.life.num_seconds(),
                "token_type": "Bearer",
            })
        }))
    }

    /// `GET /oidc`: the token of a workload, as GitHub Actions gives it.
    pub(crate) fn subject(&mut self, request: &Request, desk: Desk<'_>) -> Reply {
        if request.bearer() != Some(REQUEST_TOKEN) {
            return Reply::json(401, r#"{"message":"Unauthorized"}"#);
        }
        if request.parameter("audience") != Some(AUDIENCE) {
            return Reply::json(400, r#"{"message":"the audience is another"}"#);
        }
        let token = format!(
            "eyJ{}.eyJ{}.{}",
            letters(desk.numbers, 40),
            letters(desk.numbers, 200),
            letters(desk.numbers, 340)
        );
        self.subjects.insert(token.clone(), desk.now + SUBJECT_LIFE);
        Reply::json(200, json!({"count": token.len(), "value": token}).to_string())
    }

    /// `POST /v1/token`: a token of a workload for an access token.
    pub(crate) fn exchange(&mut self, request: &Request, mut desk: Desk<'_>) -> Reply {
        let form: HashMap<String, String> = form(&request.body).into_iter().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        let answer = if field("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange" {
            Err(("unsupported_grant_type", "Invalid grant_type"))
        } else if field("audience") != AUDIENCE {
            Err(("invalid_target", "The target service indicated by the audience is invalid."))
        } else if field("requested_token_type") != "urn:ietf:params:oauth:token-type:access_token"
            || field("subject_token_type") != "urn:ietf:params:oauth:token-type:jwt"
        {
            Err(("invalid_request", "Invalid value for a token type"))
        } else if !has_scope(field("scope")) {
            Err(("invalid_scope", "Some requested scopes were invalid."))
        } else if self.subjects.get(field("subject_token")).is_none_or(|&ends| ends <= desk.now) {
            Err(("invalid_grant", "The subject token is not valid or has expired."))
        } else {
            Ok(json!({
                "access_token": self.issue(&mut desk),
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer",
                "expires_in": desk.life.num_seconds(),
            }))
        };
        reply(answer)
    }

    /// `POST /impersonate/…:generateAccessToken`: an access token for that of a service account.
    pub(crate) fn impersonate(&mut self, request: &Request, mut desk: Desk<'_>) -> Reply {
        let refuse = |status: u16, message: &str| {
            let error = json!({"error": {"code": status, "message": message}});
            Reply::json(status, error.to_string())
        };
        if !self.admits(request, desk.now) {
            return refuse(401, "Request had invalid authentication credentials.");
        }
        if !request.path.ends_with(&format!("/{EMAIL}:generateAccessToken")) {
            return refuse(403, "Permission 'iam.serviceAccounts.getAccessToken' denied");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let scopes = body["scope"].as_array().into_iter().flatten();
        if !scopes.filter_map(Value::as_str).any(has_scope) {
            return refuse(400, "Request contains an invalid argument: scope");
        }
        let ends = (desk.now + desk.life).to_rfc3339_opts(SecondsFormat::Secs, true);
        let token = self.issue(&mut desk);
        Reply::json(200, json!({"accessToken": token, "expireTime": ends}).to_string())
    }

    fn issue(&mut self, desk: &mut Desk<'_>) -> String {
        let token = format!("ya29.c.{}", letters(desk.numbers, 180));
        self.live.insert(token.clone(), desk.now + desk.life);
        token
    }
}

fn reply(answer: Answer) -> Reply {
    match answer {
        Ok(answer) => Reply::json(200, answer.to_string()),
        Err((error, description)) => {
            let error = json!({"error": error, "error_description": description});
            Reply::json(400, error.to_string())
        }
    }
}

fn has_scope(scopes: &str) -> bool {
    scopes.split(' ').any(|scope| SCOPES.contains(&scope))
}

fn letters(numbers: &mut StdRng, count: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..count).map(|_| char::from(LETTERS[numbers.random_range(0..64)])).collect()
}

/// Whether a JWT says what it must, signed with the key of the service account.
fn check_assertion(assertion: &str, desk: &Desk<'_>) -> Answer {
    const INVALID: (&str, &str) = ("invalid_grant", "Invalid JWT Signature.");
    let (signed, signature) = assertion.rsplit_once('.').ok_or(INVALID)?;
    let (_, claims) = signed.split_once('.').ok_or(INVALID)?;
    let decode = |text: &str| {
        general_purpose::URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| INVALID)
    };
    let key = credentials::public_key().ok_or(INVALID)?;
    signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key)
        .verify(signed.as_bytes(), &decode(signature)?)
        .map_err(|_| INVALID)?;
    let claims: Claims = serde_json::from_slice(&decode(claims)?).map_err(|_| INVALID)?;
    if claims.iss != EMAIL {
        return Err(("invalid_grant", "Invalid grant: account not found"));
    }
    if claims.aud != format!("{}/token", desk.url) {
        return Err(("invalid_grant", "Invalid JWT: Failed audience check."));
    }
    if !has_scope(&claims.scope) {
        return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    // Clients sign by the clock of the machine, even where a test moves that of the server.
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let fits = |now: i64| claims.iat <= now + 60 && now < claims.exp;
    if claims.exp - claims.iat > 3600 || !(fits(machine as i64) || fits(desk.now.timestamp())) {
        return Err((
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        ));
    }
    Ok(Value::Null)
}
