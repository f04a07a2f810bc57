//! What is wrong with a file, and where.

use std::io;

use serde_saphyr::{Error, Location, MessageFormatter as _, Spanned, UserMessageFormatter};

use crate::file::is_proposed;

/// What is wrong with a configuration file, as one line: `config.yaml:3:9: what was found, what is allowed`.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// The file, and the line and column if they are known.
    place: String,
    message: String,
    excerpt: Option<String>,
    /// Why an imported file could not be read; `None` for everything else.
    #[source]
    cause: Option<io::Error>,
}

impl ConfigError {
    /// The line in question with a mark below the place, as three lines to print below the message;
    /// `None` if the place is not known.
    pub fn excerpt(&self) -> Option<&str> {
        self.excerpt.as_deref()
    }
}

/// A file that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Its path, as people know it.
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// An error at this place.
    pub(crate) fn error_at(self, at: Location, message: String) -> ConfigError {
        self.error(Some(at), message)
    }

    /// An error that speaks of the file as a whole.
    pub(crate) fn error_in_file(self, message: String) -> ConfigError {
        self.error(None, message)
    }

    /// An imported file cannot be read.
    pub(crate) fn cannot_import(self, import: &Spanned<String>, cause: io::Error) -> ConfigError {
        let message = format!("cannot read the imported file `{}`", plain(&import.value));
        ConfigError { cause: Some(cause), ..self.error_at(import.referenced, message) }
    }

    /// The error of the YAML library in our words.
    pub(crate) fn refused_by_yaml(self, error: &Error) -> ConfigError {
        let location = error.location();
        self.error(location, self.in_our_words(error.without_snippet()))
    }

    fn error(self, location: Option<Location>, message: String) -> ConfigError {
        let location = location.filter(|location| location.line() > 0);
        let place = match location {
            Some(at) => format!("{}:{}:{}", plain(self.file), at.line(), at.column()),
            None => plain(self.file),
        };
        let excerpt = location.and_then(|at| self.excerpt(at));
        ConfigError { place, message, excerpt, cause: None }
    }

    fn in_our_words(self, error: &Error) -> String {
        match error {
            Error::SerdeUnknownField { field, expected, .. } => {
                format!("unknown key `{}`{}", plain(field), proposals(field, expected))
            }
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                format!("found `{}`{}", plain(variant), proposals(variant, expected))
            }
            Error::DuplicateMappingKey { key: Some(key), .. } => {
                format!("the key `{}` stands twice in the same mapping", plain(key))
            }
            Error::InvalidScalar { ty, .. } => {
                let expected = if ty.starts_with('u') { "a whole number, 0 or more" } else { ty };
                self.expected(error.location(), expected)
            }
            Error::InvalidBooleanStrict { .. } => {
                self.expected(error.location(), "`true` or `false`")
            }
            Error::SerdeInvalidType { unexpected, expected, .. } => {
                let found = match unexpected.as_str() {
                    "unit value" => "nothing",
                    "sequence" => "a list",
                    other => other,
                };
                format!("found {}, expected {}", plain(found), plain(expected))
            }
            Error::Unexpected { expected, .. } => {
                let expected = match *expected {
                    "sequence start" => "a list",
                    "mapping start" => "a mapping of keys to values",
                    "string scalar" => "a text",
                    other => other,
                };
                self.expected(error.location(), expected)
            }
            Error::Budget { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. } => {
                "the file is too large, too deep, or its anchors and aliases unfold to too much"
                    .into()
            }
            Error::MultipleDocuments { .. } => {
                "a second document starts here, expected only one (remove the line `---`)".into()
            }
            Error::AliasError { error, .. } => self.in_our_words(error),
            other => plain(&UserMessageFormatter.format_message(other)),
        }
    }

    fn expected(self, location: Option<Location>, expected: &str) -> String {
        let found = location.and_then(|at| {
            let span = at.span();
            let start = usize::try_from(span.byte_offset()?).ok()?;
            let length = usize::try_from(span.byte_len()?).ok()?;
            self.text.get(start..start.checked_add(length)?)
        });
        match found.map(str::trim_end) {
            Some("[" | "-") => format!("found a list, expected {expected}"),
            Some("{") => format!("found a mapping, expected {expected}"),
            Some(found) if !found.is_empty() => {
                format!("found `{}`, expected {expected}", plain(found))
            }
            _ => format!("expected {expected}"),
        }
    }

    fn excerpt(self, at: Location) -> Option<String> {
        /// How much of a long line is shown before and behind the place, in characters.
        const AROUND: usize = 60;
        let line = self.text.lines().nth(usize::try_from(at.line()).ok()?.checked_sub(1)?)?;
        let before = usize::try_from(at.column()).ok()?.checked_sub(1)?;
        let skipped = before.saturating_sub(AROUND);
        let shown = |from: usize, count: usize| -> String {
            visible(line.chars().skip(from).take(count)).collect()
        };
        let head = shown(skipped, before - skipped);
        let tail = shown(before, AROUND);
        let number = at.line().to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(head.chars().count());
        Some(format!("{margin} |\n{number} | {head}{tail}\n{margin} | {indent}^"))
    }
}

/// What is allowed instead, with the likeliest first: `, did you mean ...? Allowed are ...`.
fn proposals(found: &str, allowed: &[&'static str]) -> String {
    let nearest = allowed
        .iter()
        .map(|&candidate| (strsim::osa_distance(found, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= candidate.len().div_ceil(3))
        .min();
    let listed: Vec<String> = allowed
        .iter()
        .filter(|candidate| is_proposed(candidate, allowed))
        .map(|candidate| format!("`{candidate}`"))
        .collect();
    let listed = listed.join(", ");
    match nearest {
        Some((_, nearest)) => format!(", did you mean `{nearest}`? Allowed are {listed}"),
        None => format!(", allowed are {listed}"),
    }
}

/// Text from outside for a message: on one line, nothing invisible in it, not too long.
pub(crate) fn plain(text: &str) -> String {
    const LONGEST: usize = 160;
    let mut shown: String = visible(text.chars().take(LONGEST)).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Escapes what cannot be seen, or would drive a terminal.
fn visible(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    text.flat_map(|character| {
        let readable = matches!(character, '"' | '\'' | '\\');
        let escaped = (!readable).then(|| character.escape_debug());
        escaped.into_iter().flatten().chain(readable.then_some(character))
    })
}
