//! Reads a page of rows, straight into [`Rows`]: a tree of values would take ten times the memory.
//!
//! Whatever is not as it must be makes the whole page unreadable, for then nothing says that the
//! rest of it is right.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Page, Rows};

/// Why a page was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PageError {
    /// The job has not ended.
    NotDone,
    /// It is not a page of what was asked.
    Wrong(String),
}

/// Reads a page with these columns, of the job with this id.
pub(super) fn read(json: &[u8], columns: &[&str], job: &str) -> Result<Page, PageError> {
    let wrong = |error: serde_json::Error| {
        // Serde's text may repeat a value; where it is says enough.
        let (line, column) = (error.line(), error.column());
        PageError::Wrong(format!("the page of rows is damaged at line {line}, column {column}"))
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut parts = Parts::default();
    let whole = Whole { columns: columns.len(), parts: &mut parts };
    deserializer.deserialize_map(whole).map_err(wrong)?;
    deserializer.end().map_err(wrong)?;
    parts.check(columns, job)
}

/// The parts of a page, in whichever order they come.
#[derive(Default)]
struct Parts {
    kind: Option<String>,
    complete: Option<bool>,
    job: Option<Reference>,
    schema: Option<Schema>,
    total: Option<String>,
    token: Option<String>,
    rows: Option<Rows>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    job_id: String,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
}

impl Parts {
    fn check(self, columns: &[&str], job: &str) -> Result<Page, PageError> {
        let wrong = |what: &str| Err(PageError::Wrong(format!("the page of rows {what}")));
        if self.kind.is_some_and(|kind| kind != "bigquery#getQueryResultsResponse") {
            return wrong("is an answer of another kind");
        }
        if self.job.is_some_and(|reference| reference.job_id != job) {
            return wrong("is of another job");
        }
        match self.complete {
            None => return wrong("does not say whether the job is done"),
            Some(false) => return Err(PageError::NotDone),
            Some(true) => {}
        }
        let Some(schema) = self.schema else { return wrong("has no schema") };
        if !schema.fields.iter().map(|field| field.name.as_str()).eq(columns.iter().copied()) {
            return wrong("has other columns than were asked for");
        }
        let total = self.total.as_deref().map(str::parse);
        let Some(Ok(total_rows)) = total else {
            return wrong("does not say how many rows there are");
        };
        let next = self.token.filter(|token| !token.is_empty());
        let rows = self.rows.unwrap_or_else(|| Rows::new(columns.len()));
        Ok(Page { total_rows, next, rows })
    }
}

struct Whole<'a> {
    columns: usize,
    parts: &'a mut Parts,
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        fn once<T, E: Error>(slot: &mut Option<T>, value: Option<T>) -> Result<(), E> {
            match (slot.is_some(), value) {
                (true, _) => Err(E::custom("a part comes twice")),
                (false, value) => {
                    *slot = value;
                    Ok(())
                }
            }
        }
        let Self { columns, parts } = self;
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "kind" => once(&mut parts.kind, map.next_value()?)?,
                "jobComplete" => once(&mut parts.complete, map.next_value()?)?,
                "jobReference" => once(&mut parts.job, map.next_value()?)?,
                "schema" => once(&mut parts.schema, map.next_value()?)?,
                "totalRows" => once(&mut parts.total, map.next_value()?)?,
                "pageToken" => once(&mut parts.token, map.next_value()?)?,
                "rows" => {
                    let mut rows = Rows::new(columns);
                    map.next_value_seed(List { rows: &mut rows, columns })?;
                    once(&mut parts.rows, Some(rows))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The list of rows.
struct List<'a> {
    rows: &'a mut Rows,
    columns: usize,
}

/// One row: `{"f": [cells]}`.
struct OneRow<'a>(List<'a>);

/// The cells of a row.
struct Cells<'a>(List<'a>);

/// One cell: `{"v": value}`.
struct Cell<'a>(&'a mut Rows);

/// A text or null.
struct Value<'a>(&'a mut Rows);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    F,
    V,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { rows, columns } = self;
        while seq.next_element_seed(OneRow(List { rows: &mut *rows, columns }))?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for OneRow<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let List { rows, columns } = self.0;
        let mut cells = 0;
        while let Some(key) = map.next_key()? {
            if let Key::F = key {
                map.next_value_seed(Cells(List { rows: &mut *rows, columns }))?;
                cells += 1;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if cells == 1 { Ok(()) } else { Err(A::Error::custom("not a row")) }
    }
}

impl<'de> DeserializeSeed<'de> for Cells<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cells<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let List { rows, columns } = self.0;
        let mut cells = 0;
        while seq.next_element_seed(Cell(&mut *rows))?.is_some() {
            cells += 1;
        }
        if cells == columns { Ok(()) } else { Err(A::Error::invalid_length(cells, &"all columns")) }
    }
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut values = 0;
        while let Some(key) = map.next_key()? {
            if let Key::V = key {
                map.next_value_seed(Value(&mut *self.0))?;
                values += 1;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if values == 1 { Ok(()) } else { Err(A::Error::custom("not a cell")) }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push(Some(text));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As BigQuery writes it, with what we do not read.
    const PAGE: &str = r#"{"kind":"bigquery#getQueryResultsResponse","etag":"x",
        "schema":{"fields":[{"name":"project","type":"STRING","mode":"NULLABLE"},{"name":"n"}]},
        "jobReference":{"projectId":"p","jobId":"j","location":"US"},"totalRows":"3","pageToken":"t",
        "rows":[{"f":[{"v":"a\u00e9"},{"v":"1"}]},{"f":[{"v":null},{"v":"2"}]}],
        "totalBytesProcessed":"0","jobComplete":true,"cacheHit":false}"#;

    fn read_text(text: &str) -> Result<Page, PageError> {
        read(text.as_bytes(), &["project", "n"], "j")
    }

    #[test]
    fn a_page_is_read() {
        let page = read_text(PAGE).expect("a page");
        assert_eq!((page.total_rows, page.next.as_deref()), (3, Some("t")));
        let rows: Vec<Vec<_>> = page.rows.iter().map(|row| row.values().collect()).collect();
        assert_eq!(rows, [[Some("aé"), Some("1")], [None, Some("2")]]);
    }

    #[test]
    fn a_page_that_ends_early_is_no_page() {
        for cut in 0..PAGE.len() {
            assert!(matches!(read_text(&PAGE[..cut]), Err(PageError::Wrong(_))), "cut at {cut}");
        }
        assert!(matches!(read_text(&format!("{PAGE}}}")), Err(PageError::Wrong(_))));
    }

    #[test]
    fn a_job_that_runs_has_no_page() {
        assert_eq!(read_text(r#"{"jobComplete":false}"#), Err(PageError::NotDone));
    }

    #[test]
    fn a_page_without_rows_is_one() {
        let schema = r#""schema":{"fields":[{"name":"project"},{"name":"n"}]}"#;
        let page = read_text(&format!(r#"{{"jobComplete":true,{schema},"totalRows":"0"}}"#));
        assert_eq!(page.expect("a page").rows, Rows::new(2));
    }

    #[test]
    fn what_is_not_the_page_that_was_asked_for_is_refused() {
        for (part, instead) in [
            ("bigquery#getQueryResultsResponse", "bigquery#job"),
            ("\"jobId\":\"j\"", "\"jobId\":\"k\""),
            ("\"n\"", "\"m\""),
            (",{\"name\":\"n\"}", ""),
            ("\"totalRows\":\"3\",", ""),
            ("\"totalRows\":\"3\"", "\"totalRows\":\"three\""),
            ("\"jobComplete\":true", "\"done\":true"),
            ("{\"v\":null}", "{\"v\":7}"),
            ("{\"v\":null}", "{\"v\":[]}"),
            ("{\"v\":null}", "{}"),
            ("{\"v\":null},", ""),
            ("{\"v\":null}", "{\"v\":null,\"v\":null}"),
            ("{\"f\":[{\"v\":null},{\"v\":\"2\"}]}", "{}"),
            ("\"etag\":\"x\"", "\"totalRows\":\"3\""),
            ("\"rows\":[", "\"rows\":[[],"),
        ] {
            assert!(PAGE.contains(part), "{part}");
            let page = read_text(&PAGE.replacen(part, instead, 1));
            assert!(matches!(page, Err(PageError::Wrong(_))), "{part} -> {instead}: {page:?}");
        }
        for text in ["", "[]", "null", "7", "<!DOCTYPE html><html></html>"] {
            assert!(matches!(read_text(text), Err(PageError::Wrong(_))), "{text}");
        }
    }
}
