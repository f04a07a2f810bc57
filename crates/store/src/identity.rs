//! Which file it is that a path leads to, and reading one that is not kept open.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// Another for every file that is put in place, also with the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    /// When it was written, for numbers of removed files are used again.
    modified: (i64, i64),
    bytes: u64,
}

impl Identity {
    /// That of an open file.
    #[cfg(unix)]
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::told(&file.metadata()?))
    }

    #[cfg(unix)]
    fn told(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            bytes: metadata.len(),
        }
    }

    /// That of an open file.
    #[cfg(windows)]
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let it = winapi_util::file::information(file)?;
        Ok(Self {
            device: it.volume_serial_number(),
            inode: it.file_index(),
            modified: (it.last_write_time().unwrap_or_default().cast_signed(), 0),
            bytes: it.file_size(),
        })
    }

    /// Whether it is the same file, perhaps written to since.
    pub(crate) fn is_same_file(self, other: Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// That of the file that is there; `None` if there is none.
    pub(crate) fn at(path: &Path) -> io::Result<Option<Self>> {
        #[cfg(unix)]
        let identity = std::fs::metadata(path).map(|metadata| Self::told(&metadata));
        // Only an open file has a number.
        #[cfg(windows)]
        let identity = File::open(path).and_then(|file| Self::of(&file));
        match identity {
            Ok(identity) => Ok(Some(identity)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file that is read from its start and may be closed on the way.
#[derive(Debug)]
pub(crate) struct Closable {
    path: PathBuf,
    /// `None` while it is closed.
    file: Option<File>,
    identity: Identity,
    /// How many bytes were read.
    read: u64,
}

/// The path leads to another file than before, or to none.
#[derive(Debug, thiserror::Error)]
#[error("it was replaced")]
pub(crate) struct Replaced;

impl Closable {
    /// Reads a file that is open and at its start.
    pub(crate) fn new(path: PathBuf, file: File) -> io::Result<Self> {
        let identity = Identity::of(&file)?;
        Ok(Self { path, file: Some(file), identity, read: 0 })
    }

    /// Lets go of the file until more is read.
    pub(crate) fn close(&mut self) {
        self.file = None;
    }

    fn reopen(&self) -> io::Result<File> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(io::Error::other(Replaced));
            }
            other => other?,
        };
        if Identity::of(&file)? != self.identity {
            return Err(io::Error::other(Replaced));
        }
        file.seek(SeekFrom::Start(self.read))?;
        Ok(file)
    }
}

impl Read for Closable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => self.reopen()?,
        };
        let read = file.read(buffer);
        self.file = Some(file);
        let read = read?;
        self.read += read as u64;
        Ok(read)
    }
}
