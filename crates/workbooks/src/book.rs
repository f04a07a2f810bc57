//! Tables to sheets: every text a string, every number a number.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::limits::{EXCEL, Limits};

/// A sheet of more cells is written to a temporary file, not into memory: that is faster too.
const LARGE: usize = 5_000;

/// The widest column, in characters: longer texts are cut by their neighbors.
const WIDEST: usize = 60;

/// How hard the file is compressed, from 0 to 9. More takes twice the time for a tenth of the size.
const COMPRESSION: u8 = 4;

/// A workbook cannot be made: there is no room for it, in memory or in the folder of temporary files.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the workbook: {0}")]
pub struct WorkbookError(#[from] XlsxError);

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
}

impl Book {
    pub(crate) fn new() -> Self {
        let mut workbook = Workbook::new();
        // A workbook tells when it was made. The same figures are the same bytes, so this one does not know.
        if let Ok(never) = ExcelDateTime::from_ymd(2000, 1, 1) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&never));
        }
        workbook.set_zip_compression_level(COMPRESSION);
        Self { workbook, bold: Format::new().set_bold(), limits: EXCEL }
    }

    /// How much a sheet has room for.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Adds a sheet. What has no room for it is for the caller to leave out, and to tell of.
    pub(crate) fn add(&mut self, table: Table<'_>) -> Result<(), WorkbookError> {
        let Table { name, header, rows, note } = table;
        let is_large = rows.len() * header.len() > LARGE;
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
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, WorkbookError> {
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
