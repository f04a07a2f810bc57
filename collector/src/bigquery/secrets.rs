//! What nobody should see, and texts from outside that may repeat it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose};
use serde::Deserialize;

/// Stands where a secret was.
const HIDDEN: &str = "[secret]";
/// How much of a message from outside is shown, in characters.
const SHOWN: usize = 300;
/// How tokens and keys begin: of Google, JSON web tokens, refresh tokens of Google.
const BEGINNINGS: [&str; 3] = ["ya29.", "eyJ", "1//"];
/// From how many characters on a word of mixed letters and digits is taken for a key.
const KEY: usize = 40;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to send it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// All forms in which an answer may repeat it.
    fn forms(&self) -> [String; 4] {
        [
            self.0.clone(),
            form_urlencoded::byte_serialize(self.0.as_bytes()).collect(),
            general_purpose::STANDARD_NO_PAD.encode(&self.0),
            general_purpose::URL_SAFE_NO_PAD.encode(&self.0),
        ]
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// A message from outside that may be shown: on one line, shortened, without `secrets` and without
/// whatever else looks like one.
pub(super) fn clean(message: &str, secrets: &[Secret]) -> String {
    let mut text = message.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.0.is_empty()) {
        for form in secret.forms() {
            text = text.replace(&form, HIDDEN);
        }
    }
    if let Some(start) = text.find("-----BEGIN") {
        text.replace_range(start.., HIDDEN);
    }
    shorten(&escape(&hide_words(&text)))
}

/// A reason is one word of letters. Anything else is none.
pub(super) fn reason(text: &str) -> String {
    let is_word =
        text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_word { text.to_owned() } else { String::new() }
}

/// Hides the words that look like tokens or keys.
fn hide_words(text: &str) -> String {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-.~%".contains(c);
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(part_of_word) {
        let (before, from_word) = rest.split_at(start);
        let end = from_word.find(|c| !part_of_word(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        hidden.push_str(before);
        hidden.push_str(if looks_secret(word) { HIDDEN } else { word });
        rest = after;
    }
    hidden.push_str(rest);
    hidden
}

fn looks_secret(word: &str) -> bool {
    let begins = BEGINNINGS.iter().any(|beginning| word.contains(beginning));
    let github = word.starts_with("gh") && word[2..].get(1..2) == Some("_");
    begins || github || word.split('.').any(looks_random)
}

/// Whether a word is as long and as mixed as a key. Names of tables and our ids of jobs have no
/// upper case.
fn looks_random(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
    word.len() >= KEY
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !escaped.is_empty() {
            escaped.push(' ');
        }
        for character in word.chars() {
            match character {
                '\'' | '"' | '\\' => escaped.push(character),
                other => escaped.extend(other.escape_debug()),
            }
        }
    }
    escaped
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "[secret]");
    }

    #[test]
    fn known_secrets_are_hidden_in_all_their_forms() {
        let secret = Secret::new("hunter/2 canary+");
        for form in secret.forms() {
            let message =
                clean(&format!("bad token <{form}>, sorry"), std::slice::from_ref(&secret));
            assert_eq!(message, "bad token <[secret]>, sorry");
        }
    }

    #[test]
    fn whatever_looks_like_a_secret_is_hidden() {
        let key = general_purpose::STANDARD
            .encode((0..60_u8).map(|i| i.wrapping_mul(37)).collect::<Vec<u8>>());
        for secret in [
            "ya29.a0Af",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln",
            "1//0abc",
            "ghs_16C7e42F",
            &key,
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        ] {
            assert_eq!(clean(&format!("token: {secret}"), &[]), "token: [secret]");
        }
    }

    #[test]
    fn a_reason_is_a_word() {
        assert_eq!(reason("rateLimitExceeded"), "rateLimitExceeded");
        assert_eq!(reason("invalid_grant"), "invalid_grant");
        assert_eq!(reason("two words"), "");
        assert_eq!(reason("ya29.abc"), "");
    }

    #[test]
    fn what_helps_stays() {
        let message = "Not found: Job my-project:US.da_20261123_0123456789abcdef0123456789abcdef in \
                       https://bigquery.googleapis.com/bigquery/v2/projects/my-project";
        assert_eq!(clean(message, &[]), message);
    }

    #[test]
    fn messages_are_short_and_drive_no_terminal() {
        assert_eq!(clean("a\u{1b}[2J\r\n  b\u{202e}", &[]), "a\\u{1b}[2J b\\u{202e}");
        assert_eq!(clean(&"é ".repeat(1000), &[]).chars().count(), SHOWN + 1);
    }
}
