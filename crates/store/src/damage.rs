//! What can be wrong with a store.

use std::{
    io,
    path::{Path, PathBuf},
};

use downloads::Day;

use crate::{BadRow, RecordError};

/// Why a store cannot be read or written. Every message names the file or folder.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried, for example `read`.
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The folder of the store does not exist.
    #[error("there is no store at `{}`: the folder does not exist", .0.display())]
    Missing(PathBuf),
    /// What should be a folder is something else.
    #[error("`{}` is not a folder, so it cannot hold a store", .0.display())]
    NotAFolder(PathBuf),
    /// Another run writes.
    #[error("the store is held by {holder} (lock file `{}`)", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Command, process and time.
        holder: String,
    },
    /// The store was written by a later version of this program.
    #[error("`{}` is of format {version}, and this program knows only format 1; use a later release", path.display())]
    LaterFormat {
        /// The manifest.
        path: PathBuf,
        /// The version found.
        version: String,
    },
    /// There are month files or tables, and no manifest that says what they should be.
    #[error(
        "`{}` holds files of a store but no manifest.csv; `collector fsck --accept` checks them and takes them as they are",
        .0.display()
    )]
    NoManifest(PathBuf),
    /// A file is not what the manifest says it is.
    #[error("`{}` {}; `collector fsck` tells more", path.display(), damage)]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// Something failed when the change had been made already: readers see it, and the next run
    /// puts its files in place.
    #[error(
        "the change is made, but not all of its files are in place, which the next run sees to"
    )]
    Unfinished(#[source] Box<StoreError>),
    /// A file was replaced by another run since the snapshot was taken.
    #[error("`{}` was changed by another run while it was read; start again", .0.display())]
    Changed(PathBuf),
}

impl StoreError {
    /// Makes this error out of what the operating system says.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { action, path: path.into(), source }
    }

    pub(crate) fn damaged(path: &Path, damage: Damage) -> Self {
        match damage {
            Damage::LaterFormat(version) => Self::LaterFormat { path: path.into(), version },
            damage => Self::Damaged { path: path.into(), damage },
        }
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The manifest does not end with the digest of itself, or is not written as it should be.
    #[error("is damaged: it does not agree with its own seal")]
    Seal,
    /// The manifest is of a later version.
    #[error("is of the later format {0}")]
    LaterFormat(String),
    /// The manifest lists the file, and it is not there.
    #[error("is missing")]
    Missing,
    /// The file is longer or shorter than the manifest says.
    #[error("has {found} bytes, and the manifest says {listed}")]
    Size {
        /// Its length.
        found: u64,
        /// What the manifest says.
        listed: u64,
    },
    /// The content is not the one that the manifest speaks of.
    #[error("was altered: its SHA-256 is not the one in the manifest")]
    Digest,
    /// The manifest does not list the file.
    #[error("is not listed in the manifest")]
    Unlisted,
    /// This line of `coverage.csv` or another table is wrong, counted from 1.
    #[error("is damaged in line {0}")]
    Line(u64),
    /// A row of a month file is wrong.
    #[error("is damaged in line {line}{}: {what}", .day.map(|day| format!(", after the rows of {day}")).unwrap_or_default())]
    Row {
        /// The line, from 1.
        line: u64,
        /// The day of the last good row; `None` if the first row is wrong.
        day: Option<Day>,
        /// What is wrong with it.
        what: BadRow,
    },
    /// A month file is not CSV.
    #[error("is damaged{}: {what}", .day.map(|day| format!(" after the rows of {day}")).unwrap_or_default())]
    Record {
        /// The day of the last good row; `None` if there is none.
        day: Option<Day>,
        /// Names the line.
        what: RecordError,
    },
    /// The file stands in a folder that is not named as projects are.
    #[error("is in a folder that is not named as a project, in its normal form")]
    Folder,
}
