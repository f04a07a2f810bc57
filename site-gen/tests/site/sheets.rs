//! Workbooks read back, as tables of text.

use std::io::Cursor;
#[cfg(feature = "shared-data")]
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};

/// A table of text; the first row is the header.
pub(crate) type Table = Vec<Vec<String>>;

/// All sheets of a workbook with their names, in order. Fails if there is a formula in one.
#[cfg(feature = "shared-data")]
pub(crate) fn sheets(path: &Path) -> Vec<(String, Table)> {
    sheets_of(std::fs::read(path).unwrap())
}

/// The same of the bytes of a workbook.
pub(crate) fn sheets_of(bytes: Vec<u8>) -> Vec<(String, Table)> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = workbook.sheet_names();
    let table = |name: String| {
        let formulas = workbook.worksheet_formula(&name).unwrap();
        assert_eq!(formulas.used_cells().next(), None, "a formula in {name}");
        let range = workbook.worksheet_range(&name).unwrap();
        let rows = range.rows().map(|row| row.iter().map(text).collect()).collect();
        (name, rows)
    };
    names.into_iter().map(table).collect()
}

/// A cell as a CSV file has it.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Bool(flag) => flag.to_string().to_uppercase(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        other => panic!("{other:?} is nothing of ours"),
    }
}
