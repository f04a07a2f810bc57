//! Workbooks: the figures of a project, and those of all ecosystems, as xlsx files.
//!
//! The sheets are those of the predecessor, cell by cell where its figures were right; `docs/COLLECTED_DATA.md` lists
//! them. All figures come from `metrics`, as those of the pages do. Nothing here reads the clock: the same store and
//! configuration give the same bytes.

mod book;
mod ecosystems;
mod files;
mod limits;
mod project;
mod summary;

pub use book::WorkbookError;
pub use ecosystems::{Counted, Libraries, libraries};
pub use files::{BookError, FileError, remove_left_over, write_projects, write_whole};
pub use project::{About, count, project};
pub use summary::{FIRST_YEAR, SUMMARY_FILE, formula, periods, summary};
