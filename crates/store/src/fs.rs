//! The operations by which the store changes files.
//!
//! A seam for the tests, which record the operations to enumerate every state that a crash could
//! leave, and let each of them fail in turn.

use std::{
    fmt::Debug,
    fs::{self, File, Metadata},
    io::{self, Write},
    path::Path,
};

/// What the store does to a disk.
pub(crate) trait Fs: Debug + Send + Sync {
    /// Creates an empty file, in place of one that may be there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>>;
    /// Creates a folder in one that is there.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Renames a file, over one that may be there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes the entries of a folder last.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub(crate) trait Output: Write + Debug + Send {
    /// Makes the content last.
    fn sync(&self) -> io::Result<()>;
    /// Gives it the mode of another file, and its owner where that is allowed.
    fn set_like(&self, metadata: &Metadata) -> io::Result<()>;
}

/// The real file system.
#[derive(Debug)]
pub(crate) struct Disk;

impl Fs for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        Ok(Box::new(File::create(path)?))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    #[cfg(unix)]
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// Windows has no such call: its file systems log what happens to entries.
    #[cfg(windows)]
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl Output for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }

    fn set_like(&self, metadata: &Metadata) -> io::Result<()> {
        give(self, metadata)?;
        self.set_permissions(metadata.permissions())
    }
}

/// Gives a file to the owner of another one.
#[cfg(unix)]
fn give(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    match fchown(file, Some(like.uid()), Some(like.gid())) {
        // Only root may give a file away. What others write is theirs.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// On Windows a file is of whom its folder says.
#[cfg(windows)]
fn give(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}
