//! One writer at a time.
//!
//! The kernel holds the lock, so a writer that died holds nothing. The text of the file is only for
//! the message of the one who comes second.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Write as _},
    path::Path,
    process,
};

use chrono::{DateTime, Utc};

use crate::{StoreError, identity::Identity};

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock at once, or says who has it.
    pub(crate) fn take(path: &Path, command: &str, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let failed = StoreError::io("lock", path);
        let mut file = loop {
            let options =
                File::options().read(true).write(true).create(true).truncate(false).open(path);
            let mut file = options.map_err(&failed)?;
            match file.try_lock() {
                Ok(()) if is_in_place(&file, path).map_err(&failed)? => break file,
                // Its holder removed it before it let go, so the lock is one on nothing.
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) => {
                    let holder = holder(&mut file);
                    return Err(StoreError::Held { path: path.into(), holder });
                }
            }
        };
        let since = now.format("%Y-%m-%dT%H:%M:%SZ");
        file.set_len(0).map_err(&failed)?;
        writeln!(file, "`{command}` (process {}) since {since}", process::id()).map_err(&failed)?;
        Ok(Self(file))
    }
}

/// Whether the path still leads to the file.
fn is_in_place(file: &File, path: &Path) -> io::Result<bool> {
    let ours = Identity::of(file)?;
    Ok(Identity::at(path)?.is_some_and(|there| there.is_same_file(ours)))
}

/// What the holder wrote of itself.
fn holder(file: &mut File) -> String {
    let mut holder = String::new();
    match file.read_to_string(&mut holder) {
        Ok(_) if !holder.is_empty() => holder.trim_end().into(),
        _ => "another run".into(),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody holds it now. If this fails, the text is wrong, but nobody will be shown it.
        let _ = self.0.set_len(0);
    }
}
