//! JSON that stays data wherever it ends up.

use std::io;

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

/// The value as JSON without spaces, and a line end behind it.
pub(crate) fn bytes(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    append(&mut out, value);
    out.push(b'\n');
    out
}

/// Appends the value as JSON without spaces.
pub(crate) fn append(out: &mut Vec<u8>, value: &impl Serialize) {
    let mut serializer = Serializer::with_formatter(out, NoMarkup);
    value.serialize(&mut serializer).expect("memory takes all, and all our keys are text");
}

/// Writes `<`, `>` and `&` as escapes: a file without an ending may be taken for a page by a host or a
/// browser, and what user agents wrote into it must not become markup there.
struct NoMarkup;

impl Formatter for NoMarkup {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment.as_bytes();
        while let Some(at) = memchr::memchr3(b'<', b'>', b'&', rest) {
            writer.write_all(&rest[..at])?;
            write!(writer, "\\u{:04x}", rest[at])?;
            rest = &rest[at + 1..];
        }
        writer.write_all(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_markup_is_left_and_every_text_comes_back() {
        for text in ["<script>&amp;", "a\"b\\c\n\u{1}", "é\u{2028}<", "", ">"] {
            let json = bytes(&[text]);
            assert!(memchr::memchr3(b'<', b'>', b'&', &json).is_none());
            assert_eq!(serde_json::from_slice::<[String; 1]>(&json).unwrap(), [text]);
        }
        assert_eq!(bytes(&["a<b"]), b"[\"a\\u003cb\"]\n");
    }
}
