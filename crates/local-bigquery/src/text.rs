//! Texts as numbers: each distinct one is kept once.

use std::{collections::HashMap, sync::Arc};

/// A value that is null, as a number.
pub(crate) const NULL: i64 = i64::MIN;

/// The texts of a table and of the answers that were made from it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    /// The text as JSON, where that is more than quotes around it.
    escaped: HashMap<u32, String>,
}

impl Texts {
    /// The number of a text.
    ///
    /// # Panics
    ///
    /// If there are 4 thousand million of them.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        assert!(self.texts.len() < u32::MAX as usize, "too many texts");
        let (text, number): (Arc<str>, _) = (text.into(), self.texts.len() as u32);
        if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            self.escaped.insert(number, serde_json::Value::from(&*text).to_string());
        }
        self.numbers.insert(text.clone(), number);
        self.texts.push(text);
        number
    }

    /// The number of a text that is known; `None` if no row can have it.
    pub(crate) fn known(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(crate) fn text(&self, number: i64) -> &Arc<str> {
        &self.texts[number as usize]
    }

    /// How many bytes it takes as JSON.
    pub(crate) fn json_bytes(&self, number: i64) -> usize {
        self.escaped.get(&(number as u32)).map_or_else(|| self.text(number).len() + 2, String::len)
    }

    /// Writes it as JSON.
    pub(crate) fn write_json(&self, number: i64, out: &mut String) {
        match self.escaped.get(&(number as u32)) {
            Some(json) => out.push_str(json),
            None => {
                out.push('"');
                out.push_str(self.text(number));
                out.push('"');
            }
        }
    }
}
