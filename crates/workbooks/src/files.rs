//! Files that are whole or not there.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use config::Project;
use downloads::{Mirrors, ProjectName};
use metrics::{Scope, Tally};
use rayon::prelude::*;
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

/// Writes the workbook of each project, `<project>.xlsx`, into a folder, several at once. `lookback` is how many days
/// after a day ends it may change.
///
/// Tells of each, in the same order, whether it had to be written, and what `keep` takes of what was counted for it;
/// `None` if nothing was collected, so that there is none; or why there is no new one. What stood there before then
/// still does.
pub fn write_projects<T: Send>(
    folder: &Path,
    projects: &[Project],
    snapshot: &Snapshot,
    (mirrors, lookback): (&Mirrors, u32),
    keep: impl Fn(&ProjectName, &Tally) -> T + Sync,
) -> Vec<Result<Option<(bool, T)>, BookError>> {
    let write = |of: &Project| {
        let about = About::of(snapshot, of, lookback);
        if about.days.is_none() {
            return Ok(None);
        }
        let tally = count(snapshot, &of.name, Scope::Everything, mirrors)?;
        let workbook = project(&about, &tally)?;
        let is_written = write_whole(&folder.join(format!("{}.xlsx", of.name)), &workbook)?;
        Ok(Some((is_written, keep(&of.name, &tally))))
    };
    projects.par_iter().with_max_len(1).map(write).collect()
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
    // The name is on the disk only when the folder is.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// How the files begin that are not yet in their place.
const UNFINISHED: &str = ".workbook-";

/// How old an unfinished file is that nobody writes to any more.
const LEFT_OVER: Duration = Duration::from_hours(24);

/// Removes what runs left in a folder that were killed. That something is in the way is no reason to write no workbook.
pub fn remove_left_over(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|it| it.starts_with(UNFINISHED));
        let modified = || entry.metadata().and_then(|it| it.modified()).ok();
        if is_ours && modified().and_then(|it| it.elapsed().ok()).is_some_and(|it| it > LEFT_OVER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A new file in the folder, with the rights of the one that it replaces.
#[cfg(unix)]
fn beside(folder: &Path, stored: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = stored.map_or(fs::Permissions::from_mode(0o666), fs::Metadata::permissions);
    tempfile::Builder::new().prefix(UNFINISHED).permissions(permissions).tempfile_in(folder)
}

/// A new file in the folder, which says who may do what.
#[cfg(not(unix))]
fn beside(folder: &Path, _: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
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

    #[test]
    fn what_a_killed_run_left_is_removed_a_day_later() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let old = std::time::SystemTime::now() - LEFT_OVER - Duration::from_secs(1);
        for (name, modified) in
            [(".workbook-old", Some(old)), (".workbook-new", None), ("old", Some(old))]
        {
            let file = fs::File::create(at(name)).unwrap();
            modified.into_iter().for_each(|it| file.set_modified(it).unwrap());
        }
        remove_left_over(folder.path());
        assert!(!at(".workbook-old").exists());
        assert!(at(".workbook-new").exists() && at("old").exists());
        remove_left_over(&at("none"));
    }
}
