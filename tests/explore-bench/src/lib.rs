//! The cube alone, in WebAssembly: `cargo xtask bench explore` asks it what it asks the engines of others.

use std::{cmp::Reverse, fmt::Write as _};

use cube::{Cube, Selection, Value};
use downloads::Dimension;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// How many versions have a line of their own.
const LINES: usize = 8;

/// A cube to be asked.
#[wasm_bindgen]
pub struct Engine(Cube);

#[wasm_bindgen]
impl Engine {
    /// Opens the bytes of the newest part, not compressed.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Engine, JsError> {
        Ok(Self(Cube::decode(bytes)?))
    }

    /// Adds an older part.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        Ok(self.0.add(bytes)?)
    }

    /// How many rows are there.
    #[wasm_bindgen(getter)]
    pub fn rows(&self) -> usize {
        self.0.rows()
    }

    /// The downloads of two countries with one Python: all facets, each under the filters of the others, and
    /// by day for each of the versions with the most.
    pub fn question(&self, one: &str, other: &str, python: &str) -> Figures {
        let mut selection = Selection::default();
        selection.filter_mut(Dimension::Country).extend([one, other].map(Value::of));
        selection.filter_mut(Dimension::Python).insert(Value::of(python));
        let answer = self.0.answer(&selection);
        let totals = &answer.facets[Dimension::Version as usize];
        let mut top: Vec<usize> = (0..totals.len()).collect();
        top.sort_by_key(|&code| (Reverse(totals[code]), code));
        top.truncate(LINES);
        let mut line_of = vec![None; totals.len()];
        for (line, &code) in top.iter().enumerate() {
            line_of[code] = Some(line);
        }
        let lines = self.0.by_day_and_line(&selection, Dimension::Version, &line_of, top.len());
        Figures { top, lines, facets: answer.facets }
    }

    /// Figures as lines of a name, a value or a day counted from the first, and downloads; without those that
    /// are 0. So the engines are compared.
    pub fn text(&self, figures: &Figures) -> String {
        let mut text = String::new();
        let mut line = |name: &str, what: &dyn std::fmt::Display, downloads: u64| {
            if downloads > 0 {
                // Writing to a text does not fail.
                let _ = writeln!(text, "{name}\t{what}\t{downloads}");
            }
        };
        let word = |dimension, code: usize| match &self.0.values(dimension)[code] {
            Value::Known(text) => text.as_str(),
            Value::Unknown => "?",
            Value::Other => "*",
        };
        for dimension in Dimension::ALL {
            for (code, &downloads) in figures.facets[dimension as usize].iter().enumerate() {
                line(dimension.key(), &word(dimension, code), downloads);
            }
        }
        for (&code, by_day) in figures.top.iter().zip(&figures.lines) {
            for (day, &downloads) in by_day.iter().enumerate() {
                line(word(Dimension::Version, code), &day, downloads);
            }
        }
        text
    }
}

/// What a question is answered by.
#[wasm_bindgen]
pub struct Figures {
    /// The versions of `lines` by code.
    top: Vec<usize>,
    /// Downloads by day.
    lines: Vec<Vec<u64>>,
    facets: [Vec<u64>; Dimension::COUNT],
}

#[cfg(test)]
mod tests {
    use cube::{Builder, Days};
    use downloads::{DayState, EARLIEST_DAY, Field, Mirrors};

    use super::*;

    #[test]
    fn the_question_is_answered() {
        let mut builder = Builder::new(Mirrors::default());
        let mut push = |day: u64, version: &str, country: &str, python: &str, downloads| {
            let mut fields = [""; 12];
            fields[Field::Version as usize] = version;
            fields[Field::CountryCode as usize] = country;
            fields[Field::ImplementationVersion as usize] = python;
            builder.push(EARLIEST_DAY + chrono::Days::new(day), &fields, downloads).unwrap();
        };
        push(0, "1", "US", "3.12.1", 5);
        push(1, "2", "DE", "3.12.1", 7);
        push(1, "2", "DE", "3.11.1", 11);
        push(1, "1", "FR", "3.12.1", 13);
        let engine = Engine(builder.finish(Days::new(EARLIEST_DAY, vec![DayState::Final; 2]), 99));
        let figures = engine.question("US", "DE", "3.12");
        let text = engine.text(&figures);
        let of = |name: &str| -> Vec<&str> {
            text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('\t')).collect()
        };
        assert_eq!(of("country"), ["DE\t7", "FR\t13", "US\t5"]);
        assert_eq!(of("python"), ["3.11\t11", "3.12\t12"]);
        assert_eq!(of("version"), ["1\t5", "2\t7"]);
        assert_eq!(of("1"), ["0\t5"], "of the days, those with downloads");
        assert_eq!(of("2"), ["1\t7"]);
    }
}
