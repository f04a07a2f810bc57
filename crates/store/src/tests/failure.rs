//! Any operation on the disk may fail.

use std::{
    fs::Metadata,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{content, disk, now, tree, write_new, write_old};
use crate::{
    StoreError, Writer,
    fs::{Disk, Fs, Output},
};

/// The real disk, on which one operation, or all from one on, fail.
#[derive(Clone, Debug)]
struct Failing {
    done: Arc<AtomicUsize>,
    fails: usize,
    /// What it fails with, as the operating system numbers it.
    error: i32,
    /// Whether all operations fail after the first, as on a disk that went away.
    for_ever: bool,
}

impl Failing {
    fn count(&self) -> io::Result<()> {
        let number = self.done.fetch_add(1, Ordering::Relaxed);
        if number == self.fails || self.for_ever && number > self.fails {
            return Err(io::Error::from_raw_os_error(self.error));
        }
        Ok(())
    }
}

impl Fs for Failing {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        self.count()?;
        Ok(Box::new(FailingFile { inner: Disk.create(path)?, fs: self.clone() }))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.count()?;
        Disk.create_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.count()?;
        Disk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.count()?;
        Disk.remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.count()?;
        Disk.remove_dir(path)
    }

    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        self.count()
    }
}

#[derive(Debug)]
struct FailingFile {
    inner: Box<dyn Output>,
    fs: Failing,
}

impl io::Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.fs.count() {
            // A full disk takes what still fits.
            self.inner.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Output for FailingFile {
    fn sync(&self) -> io::Result<()> {
        self.fs.count()
    }

    fn set_like(&self, metadata: &Metadata) -> io::Result<()> {
        self.fs.count()?;
        self.inner.set_like(metadata)
    }
}

#[test]
fn whichever_operation_fails_the_store_is_whole_and_the_next_run_does_the_work() {
    let clean = super::folder();
    write_old(disk(), clean.path()).unwrap();
    let old = content(clean.path()).unwrap();
    write_new(disk(), clean.path()).unwrap();
    let new = content(clean.path()).unwrap();
    let expected = tree(clean.path());

    // ENOSPC, EIO, EDQUOT
    for (error, for_ever) in [(28, false), (5, true), (122, false)] {
        let mut failures = 0;
        for fails in 0.. {
            let home = super::folder();
            write_old(disk(), home.path()).unwrap();
            let failing = Failing { done: Arc::default(), fails, error, for_ever };
            let Err(found) = write_new(Arc::new(failing), home.path()) else { break };
            failures += 1;
            // An error says whether the change was made.
            let (found, left) = match found {
                StoreError::Unfinished(cause) => (*cause, &new),
                other => (other, &old),
            };
            let path = home.path().display().to_string();
            assert!(found.to_string().contains(&path), "{found}: no path");
            let StoreError::Io { source, .. } = found else { panic!("{found}") };
            assert_eq!(source.raw_os_error(), Some(error));
            assert_eq!(&content(home.path()).unwrap(), left, "after {fails}");
            write_new(disk(), home.path()).unwrap();
            assert_eq!(tree(home.path()), expected, "after {fails}");
        }
        assert!(failures > 40, "only {failures}");
    }
}

#[test]
fn a_save_that_failed_may_be_tried_again_under_the_same_lock() {
    let clean = super::folder();
    write_old(disk(), clean.path()).unwrap();
    write_new(disk(), clean.path()).unwrap();
    let expected = tree(clean.path());
    let (mut failures, mut unfinished) = (0, 0);
    for fails in 0.. {
        let home = super::folder();
        write_old(disk(), home.path()).unwrap();
        let failing = Failing { done: Arc::default(), fails, error: 28, for_ever: false };
        let mut writer = Writer::open_on(Arc::new(failing), home.path(), "test", now()).unwrap();
        // An operation that fails while rows are written leaves nothing to save.
        if super::change(&mut writer).is_err() {
            continue;
        }
        let Err(error) = writer.save() else { break };
        failures += 1;
        unfinished += usize::from(matches!(error, StoreError::Unfinished(_)));
        writer.save().unwrap();
        drop(writer);
        assert_eq!(tree(home.path()), expected, "after {fails}");
    }
    assert!(failures > unfinished && unfinished > 10, "{failures} failures, {unfinished}");
}

#[test]
fn a_disk_that_cannot_be_read_is_not_called_a_damaged_file() {
    // Reading the memory of a process from its start is refused with EIO.
    let Ok(memory) = std::fs::File::open("/proc/self/mem") else { return };
    let month = "2024-02".parse().unwrap();
    let error = crate::Rows::open("month.csv".into(), memory, month).unwrap_err();
    let StoreError::Io { path, source, .. } = error else { panic!("{error}") };
    assert_eq!((path.to_str(), source.raw_os_error()), (Some("month.csv"), Some(5)));
}

#[test]
fn a_run_that_fails_early_leaves_no_litter() {
    let home = super::folder();
    write_old(disk(), home.path()).unwrap();
    let before = tree(home.path());
    let failing = Failing { done: Arc::default(), fails: 3, error: 28, for_ever: false };
    write_new(Arc::new(failing), home.path()).unwrap_err();
    assert_eq!(tree(home.path()), before);
    drop(Writer::open(home.path(), "test", now()).unwrap());
}
