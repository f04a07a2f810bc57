//! One writer at a time.
//!
//! The kernel holds the lock, so a writer that died holds nothing. The text of the file is only for
//! the message of the one who comes second.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Write as _},
    path::Path,
    process,
};

use chrono::{DateTime, Utc};

use crate::StoreError;

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock at once, or says who has it.
    pub(crate) fn take(path: &Path, command: &str, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let failed = StoreError::io("lock", path);
        let options =
            File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options.map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let read = file.read_to_string(&mut holder);
                if read.is_err() || holder.is_empty() {
                    holder = "another run".into();
                }
                return Err(StoreError::Held {
                    path: path.into(),
                    holder: holder.trim_end().into(),
                });
            }
        }
        let since = now.format("%Y-%m-%dT%H:%M:%SZ");
        file.set_len(0).map_err(&failed)?;
        writeln!(file, "`{command}` (process {}) since {since}", process::id()).map_err(&failed)?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody holds it now. If this fails, the text is wrong, but nobody will be shown it.
        let _ = self.0.set_len(0);
    }
}
