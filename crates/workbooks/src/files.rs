//! Files that are whole or not there.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use config::Project;
use downloads::Mirrors;
use metrics::{Scope, Tally};
use store::{Snapshot, StoreError};

use crate::{About, WorkbookError, count, project};

/// A file could not be written. What stood there before still does.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", path.display())]
pub struct FileError {
    /// Which file.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// Why a project has no workbook.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Its downloads cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no room for it.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// It could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes the workbook of a project, `<project>.xlsx`, into a folder. Returns whether it had to be written, and what was
/// counted for it; `None` if nothing was collected, so that there is none. `lookback` is how many days after a day
/// ends it may change.
///
/// # Errors
///
/// If its downloads cannot be read, or the file not be written. What stood there before still does.
pub fn write_project(
    folder: &Path,
    of: &Project,
    snapshot: &Snapshot,
    mirrors: &Mirrors,
    lookback: u32,
) -> Result<Option<(bool, Tally)>, BookError> {
    let about = About::of(snapshot, of, lookback);
    if about.days.is_none() {
        return Ok(None);
    }
    let tally = count(snapshot, &of.name, Scope::Everything, mirrors)?;
    let workbook = project(&about, &tally)?;
    let is_written = write_whole(&folder.join(format!("{}.xlsx", of.name)), &workbook)?;
    Ok(Some((is_written, tally)))
}

/// Makes a file have these bytes: written beside it, synced and renamed, so that it is the old file or the new one.
/// A file that has them already is left alone. Returns whether it was written.
///
/// # Errors
///
/// If the file system refuses.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    if fs::read(path).is_ok_and(|stored| stored == bytes) {
        return Ok(false);
    }
    put(path, bytes).map(|()| true).map_err(|source| FileError { path: path.into(), source })
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let stored = fs::metadata(path).ok();
    let mut file = beside(folder, stored.as_ref())?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A new file in the folder, with the rights of the one that it replaces.
#[cfg(unix)]
fn beside(folder: &Path, stored: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = stored.map_or(fs::Permissions::from_mode(0o666), fs::Metadata::permissions);
    tempfile::Builder::new().permissions(permissions).tempfile_in(folder)
}

/// A new file in the folder, which says who may do what.
#[cfg(not(unix))]
fn beside(folder: &Path, _: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_by_other_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.xlsx");
        assert!(write_whole(&path, b"one").unwrap());
        assert!(!write_whole(&path, b"one").unwrap());
        assert!(write_whole(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let refused = write_whole(folder.path(), b"").unwrap_err();
        assert_eq!(refused.to_string(), format!("cannot write `{}`", folder.path().display()));
    }
}
