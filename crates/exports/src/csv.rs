//! The published cube as CSV.

use downloads::Dimension;

use crate::table::{COLUMNS, Table};

/// The table as CSV: a header, UTF-8, LF, fields quoted only where they must be. Values stand as they were
/// logged: this is for programs, and not for spreadsheets that take a cell for a formula.
pub(crate) fn csv(table: &Table<'_>) -> Vec<u8> {
    let middles = Middles::new(table);
    let gathered = table.gathered();
    let length: usize = table.rows.iter().map(|row| middles.get(row.combination).len() + 36).sum();
    let mut out = Vec::with_capacity(length + 128);
    out.extend(COLUMNS.join(",").as_bytes());
    out.push(b'\n');
    let mut digits = itoa::Buffer::new();
    for row in &table.rows {
        let day = &table.days[usize::from(row.day)];
        out.extend(day.text);
        out.extend(middles.get(row.combination));
        out.extend(digits.format(row.downloads).as_bytes());
        out.push(b',');
        out.extend(day.state.as_bytes());
        out.extend([b',', b'0' + day.counting, b',']);
        out.extend(gathered[row.combination as usize].as_bytes());
        out.push(b'\n');
    }
    out
}

/// For each combination the fields of its values, with commas around them. Most combinations come back day
/// after day, so each is put together once.
struct Middles {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Middles {
    fn new(table: &Table<'_>) -> Self {
        let fields: Vec<Vec<Vec<u8>>> = Dimension::ALL
            .into_iter()
            .map(|it| table.texts(it).into_iter().map(|text| field(text.unwrap_or(""))).collect())
            .collect();
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for combination in 0..table.cube.combinations() {
            for (dimension, fields) in Dimension::ALL.into_iter().zip(&fields) {
                bytes.push(b',');
                bytes.extend(&fields[table.cube.code(dimension, combination)]);
            }
            bytes.push(b',');
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    fn get(&self, combination: u32) -> &[u8] {
        let at = combination as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[at]]
    }
}

/// A text as a field (RFC 4180). Spaces at the ends are quoted too, because some readers take them off.
fn field(text: &str) -> Vec<u8> {
    let must = |byte: u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if !text.bytes().any(must) && text.trim().len() == text.len() {
        return text.into();
    }
    format!("\"{}\"", text.replace('"', "\"\"")).into()
}
