//! Constants in queries: times and regular expressions.

use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta};
use regex::Regex;

use crate::{
    parse::{Refused, Result, unknown},
    plan::{Piece, Replacement},
};

/// Date, time, fraction and zone of a literal.
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^ (\d{4}-\d{1,2}-\d{1,2})
        (?: [\ Tt] ([0-9]{1,2}) : ([0-9]{1,2}) : ([0-9]{1,2}) (?: \. ([0-9]{1,6}) )? )?
        (?: [Zz] | \ UTC | ([+-]) ([0-9]{1,2}) (?: : ([0-9]{2}) )? )? $",
    )
    .expect("a regular expression")
});

/// The microseconds since 1970 of a literal such as `2025-07-01 00:00:00+00`.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let found = TIMESTAMP.captures(text)?;
    let number = |group: usize| -> Option<i64> {
        found.get(group).map_or(Some(0), |digits| digits.as_str().parse().ok())
    };
    let date = NaiveDate::parse_from_str(&found[1], "%Y-%m-%d").ok()?;
    let fraction = format!("{:0<6}", found.get(5).map_or("", |digits| digits.as_str()));
    let local = date
        .and_hms_opt(
            number(2)?.try_into().ok()?,
            number(3)?.try_into().ok()?,
            number(4)?.try_into().ok()?,
        )?
        .checked_add_signed(TimeDelta::microseconds(fraction.parse().ok()?))?;
    let minutes = number(7)? * 60 + number(8)?;
    if minutes > 14 * 60 {
        return None;
    }
    let east = found.get(6).is_none_or(|sign| sign.as_str() == "+");
    let offset = TimeDelta::minutes(if east { minutes } else { -minutes });
    Some(local.checked_sub_signed(offset)?.and_utc().timestamp_micros())
}

/// A regular expression with the meaning that RE2 gives it.
pub(crate) fn replacement(number: usize, pattern: &str, with: &str) -> Result<Replacement> {
    let pieces = pieces(with)?;
    // RE2 takes these for ASCII, the library below does not; no query of ours needs them.
    let mut escaped = false;
    for letter in pattern.chars() {
        if escaped && letter.is_ascii_alphanumeric() {
            return unknown(format_args!("`\\{letter}` in a regular expression"));
        }
        escaped = letter == '\\' && !escaped;
    }
    if pattern.contains("(?") || pattern.contains("[[") || pattern.contains("&&") {
        return unknown(format_args!("flags and classes in the regular expression `{pattern}`"));
    }
    let regex = Regex::new(pattern)
        .map_err(|error| Refused(format!("Cannot parse regular expression: {error}")))?;
    let most = pieces.iter().filter_map(|piece| match piece {
        Piece::Group(group) => Some(*group),
        Piece::Text(_) => None,
    });
    if most.max().is_some_and(|group| group >= regex.captures_len()) {
        return Err(Refused(format!("`{with}` names a group that `{pattern}` does not have")));
    }
    Ok(Replacement { number, regex, pieces })
}

/// The pieces of a text in which `\1` stands for what group 1 found, and `\\` for a backslash.
fn pieces(with: &str) -> Result<Vec<Piece>> {
    let (mut pieces, mut text) = (Vec::new(), String::new());
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('\\') => text.push('\\'),
            Some(digit @ '0'..='9') => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Group(digit as usize - '0' as usize));
            }
            _ => {
                return Err(Refused(format!(
                    "Invalid REGEXP_REPLACE pattern: `{with}` must have a digit or \\ after each \\"
                )));
            }
        }
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}
