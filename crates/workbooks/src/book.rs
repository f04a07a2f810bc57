//! Tables to sheets: every text a string, every number a number.

use std::{
    any::Any,
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::limits::{EXCEL, Limits};

/// A sheet of more cells is written to a temporary file, not into memory: that is faster too.
const LARGE: usize = 5_000;

/// The widest column, in characters: longer texts are cut by their neighbors.
const WIDEST: usize = 60;

/// How hard the file is compressed, from 0 to 9. More takes a tenth of the time of the whole for a tenth of the size,
/// less makes the file half as large again.
const COMPRESSION: u8 = 2;

/// A workbook cannot be made: there is no room for it, in memory or in the folder of temporary files.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// The library says so.
    #[error("cannot make the workbook: {0}")]
    Xlsx(#[from] XlsxError),
    /// The library gave up, as it does if a temporary file cannot be written.
    #[error(
        "cannot make the workbook: {0}; if it is about a file, is there room in the folder of temporary files?"
    )]
    GaveUp(String),
}

/// Makes a workbook. The library panics if it cannot write to a temporary file, which must not end the run: the others
/// may have room.
pub(crate) fn make(
    fill: impl FnOnce(&mut Book) -> Result<(), WorkbookError>,
) -> Result<Vec<u8>, WorkbookError> {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let mut book = Book::new();
        fill(&mut book)?;
        book.finish()
    }));
    made.unwrap_or_else(|panic| Err(WorkbookError::GaveUp(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").into()
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// A text, whatever it says: never a formula, never a link.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// Nothing.
    Empty,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A count: exact up to 2^53, which is more than can be downloaded.
    pub(crate) fn count(count: u64) -> Self {
        Self::Number(count as f64)
    }

    /// How wide it is, in characters.
    fn width(&self) -> usize {
        match self {
            // More does not count.
            Self::Text(text) => text.chars().take(WIDEST).count(),
            Self::Number(number) if number.fract() == 0.0 => digits(number.abs() as u64),
            Self::Number(number) => digits(number.abs() as u64) + 4,
            Self::Flag(_) => 5,
            Self::Empty => 0,
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// What stands in a sheet.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    /// The name of the sheet: one that Excel takes.
    pub(crate) name: Cow<'a, str>,
    /// The names of the columns.
    pub(crate) header: Vec<Cow<'a, str>>,
    /// The rows, of as many cells or fewer.
    pub(crate) rows: Vec<Vec<Cell<'a>>>,
    /// What is to be known of the figures, below them.
    pub(crate) note: Option<Cow<'a, str>>,
}

/// A workbook in the making.
pub(crate) struct Book {
    workbook: Workbook,
    bold: Format,
    limits: Limits,
    /// The most cells of a sheet that is made in memory.
    large: usize,
}

impl Book {
    fn new() -> Self {
        let mut workbook = Workbook::new();
        // A workbook tells when it was made. The same cells are to be the same bytes, so this one does not know.
        if let Ok(never) = ExcelDateTime::from_ymd(2000, 1, 1) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&never));
        }
        workbook.set_zip_compression_level(COMPRESSION);
        Self { workbook, bold: Format::new().set_bold(), limits: EXCEL, large: LARGE }
    }

    /// How much a sheet has room for.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Adds a sheet. What has no room for it is for the caller to leave out, and to tell of.
    pub(crate) fn add(&mut self, table: Table<'_>) -> Result<(), WorkbookError> {
        let Table { name, header, rows, note } = table;
        let is_large = rows.len() * header.len() > self.large;
        let sheet = match is_large {
            true => self.workbook.add_worksheet_with_constant_memory()?,
            false => self.workbook.add_worksheet(),
        };
        sheet.set_name(name.as_ref())?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, width) in widths(&header, &rows).into_iter().enumerate() {
            sheet.set_column_width(column as u16, width as f64)?;
        }
        for (column, text) in header.into_iter().enumerate() {
            let text = self.limits.fit(text).into_owned();
            sheet.write_string_with_format(0, column as u16, text, &self.bold)?;
        }
        let count = rows.len();
        for (row, cells) in rows.into_iter().enumerate() {
            for (column, cell) in cells.into_iter().enumerate() {
                write(sheet, (row as u32 + 1, column as u16), cell, self.limits)?;
            }
        }
        if let Some(note) = note {
            // Below an empty row, so that whoever sorts the figures leaves it where it is.
            let row = (count + 2).min(self.limits.rows - 1) as u32;
            sheet.write_string(row, 0, self.limits.fit(note).into_owned())?;
        }
        Ok(())
    }

    /// The file.
    fn finish(mut self) -> Result<Vec<u8>, WorkbookError> {
        Ok(self.workbook.save_to_buffer()?)
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell<'_>,
    limits: Limits,
) -> Result<(), WorkbookError> {
    match cell {
        // Not `write`, which takes what looks like a formula for one.
        Cell::Text(text) => sheet.write_string(row, column, limits.fit(text))?,
        Cell::Number(number) => sheet.write_number(row, column, number)?,
        Cell::Flag(flag) => sheet.write_boolean(row, column, flag)?,
        Cell::Empty => sheet,
    };
    Ok(())
}

/// How wide each column is, in characters: as its longest text, with room to breathe.
fn widths(header: &[Cow<'_, str>], rows: &[Vec<Cell<'_>>]) -> Vec<usize> {
    let mut widths: Vec<usize> = header.iter().map(|it| it.chars().count() + 1).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    widths.into_iter().map(|width| width.clamp(6, WIDEST) + 2).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    /// The cells of the one sheet, written in memory and by way of a temporary file, which must be the same.
    fn read_back(table: impl Fn() -> Table<'static>) -> Vec<Vec<Data>> {
        let [small, large] = [LARGE, 0].map(|large| {
            let made = make(|book| {
                book.large = large;
                book.add(table())
            });
            let mut workbook = Xlsx::new(Cursor::new(made.unwrap())).unwrap();
            let formulas = workbook.worksheet_formula("a").unwrap();
            assert_eq!(formulas.used_cells().next(), None);
            let range = workbook.worksheet_range("a").unwrap();
            range.rows().map(<[Data]>::to_vec).collect::<Vec<_>>()
        });
        assert_eq!(small, large);
        small
    }

    #[test]
    fn cells_come_back_as_what_they_were() {
        let texts = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "{=A1}",
            "https://example.org/",
            "mailto:a@example.org",
            "internal:a!A1",
            "3.10",
            "1e5",
            "TRUE",
            " both sides ",
            "_x0041_",
            "\u{1}\u{7}\u{1b}[31m",
            "\u{fffe}\u{ffff}",
            "\u{202e}<&>\"'",
            "🦀",
        ];
        let table = || Table {
            name: "a".into(),
            header: vec!["=header()".into(), "number".into(), "flag".into()],
            rows: texts
                .map(|it| vec![Cell::text(it), Cell::count(1 << 53), Cell::Flag(true)])
                .into(),
            note: Some("=note()".into()),
        };
        let rows = read_back(table);
        assert_eq!(rows[0][0], Data::String("=header()".into()));
        for (row, text) in rows[1..].iter().zip(texts) {
            let number = Data::Float((1_u64 << 53) as f64);
            assert_eq!(*row, [Data::String(text.into()), number, Data::Bool(true)]);
        }
        assert_eq!(rows.last().unwrap()[0], Data::String("=note()".into()));
        assert_eq!(rows.len(), 1 + texts.len() + 2, "an empty row above the note");
    }

    /// The largest sheet that Excel opens, whose last row is the note.
    #[test]
    fn a_sheet_can_be_full() {
        let table = || Table {
            name: "a".into(),
            header: vec!["number".into()],
            rows: vec![vec![Cell::count(7)]; EXCEL.rows - 3],
            note: Some("note".into()),
        };
        let made = make(|book| book.add(table())).unwrap();
        let range = Xlsx::new(Cursor::new(made)).unwrap().worksheet_range("a").unwrap();
        assert_eq!(range.get_size(), (EXCEL.rows, 1));
        assert_eq!(range.get((EXCEL.rows - 1, 0)), Some(&Data::String("note".into())));
        assert_eq!(range.get((EXCEL.rows - 3, 0)), Some(&Data::Float(7.0)));
        let wide = || Table {
            name: "a".into(),
            header: vec!["total".into(); EXCEL.columns],
            rows: vec![vec![Cell::count(7); EXCEL.columns]],
            note: None,
        };
        let made = make(|book| book.add(wide())).unwrap();
        let range = Xlsx::new(Cursor::new(made)).unwrap().worksheet_range("a").unwrap();
        assert_eq!(range.get_size(), (2, EXCEL.columns));
    }

    #[test]
    fn a_library_that_gives_up_is_an_error() {
        let error = make(|_| panic!("no room")).unwrap_err().to_string();
        let wanted = "cannot make the workbook: no room; if it is about a file, is there room in the folder of temporary files?";
        assert_eq!(error, wanted);
    }
}
