//! The store: a folder of CSV files with the downloads of each project, and which days they cover.
//!
//! ```text
//! pypi/<project>/<YYYY-MM>.csv   the rows of a month, sorted; columns `downloads::STORE_COLUMNS`
//! pypi/coverage.csv              the days that were collected, see `Interval`
//! pypi/checks.csv                what a cheap look at a recent day must find, see `Check`
//! pypi/revisions.csv             days that were found changed, see `Revision`
//! pypi/spending.csv              billed jobs, see `Spending`
//! pypi/manifest.csv              every file above with its size and digest, sealed
//! pypi/.next/                    a change that is being written or put in place
//! pypi/.lock                     held by the one writer
//! ```
//!
//! What always holds:
//!
//! - The same data is the same bytes, in whatever order it arrived.
//! - A reader sees the whole of one commit: no file is used before its size and digest agree with
//!   the manifest. Readers take no lock.
//! - A writer that is killed, or a machine that loses power, leaves the state before the commit or
//!   the one after it; the `journal` module tells how.
//! - Memory does not depend on how many rows there are.

mod checks;
mod coverage;
mod damage;
mod files;
mod fs;
mod fsck;
mod identity;
mod journal;
mod layout;
mod lock;
mod manifest;
mod merge;
mod month;
mod records;
mod revisions;
mod rows;
mod snapshot;
mod spending;
mod tables;
mod writer;

#[cfg(test)]
mod tests;

pub use checks::Check;
pub use coverage::Interval;
pub use damage::{Damage, StoreError};
pub use files::{is_store_path, store_paths};
pub use fsck::{Accepted, Finding, accept, check};
pub use manifest::FileEntry;
pub use merge::MonthWriter;
pub use month::{BadMonth, Month};
pub use records::{MAX_FIELD, MAX_RECORD, Problem, Record, RecordError, Records};
pub use revisions::{Revision, RevisionKind};
pub use rows::{BadRow, Key, NulInField, RowRef, push_csv_field};
pub use snapshot::{Rows, Snapshot};
pub use spending::{Spending, SpendingState};
pub use writer::{Committed, DayChange, DayCounts, Writer, Written};
