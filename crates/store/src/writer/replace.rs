//! Taking over another store whole.

use std::{io, path::Path};

use super::Writer;
use crate::{Committed, Snapshot, StoreError, journal, snapshot::open_verified};

impl Writer {
    /// Makes the store hold exactly what the store in the folder `from` holds, in one commit: readers
    /// see the old one or the new one. What was not saved is forgotten.
    ///
    /// The bytes of every month file are compared with the manifest in `from` on the way. Files that the
    /// store does not list stay as they are.
    ///
    /// # Errors
    ///
    /// If something in `from` is not what it should be, and as for [`save`](Self::save). Then the store
    /// is what it was.
    pub fn replace_by(mut self, from: &Path) -> Result<Committed, StoreError> {
        self.finish_last()?;
        let other = Snapshot::open(from)?;
        self.changed.clear();
        self.covered.clear();
        let entries = |snapshot: &Snapshot| {
            let files = snapshot.manifest.files.clone().into_iter();
            files.flat_map(|(project, months)| {
                months.into_iter().map(move |(month, entry)| ((project.clone(), month), entry))
            })
        };
        let stored: std::collections::BTreeMap<_, _> = entries(&self.stored).collect();
        for (key, entry) in entries(&other).filter(|(key, entry)| stored.get(key) != Some(entry)) {
            let (path, mut file) =
                open_verified(&other.layout, &entry.path, entry.bytes, &entry.sha256)?;
            let mut staged = journal::stage(&*self.fs, self.layout(), &entry.path)?;
            let copied = io::copy(&mut file, &mut staged).and_then(|_| staged.sync());
            copied.map_err(StoreError::io("copy", &path))?;
            self.changed.insert(key);
        }
        let gone = stored.into_keys().filter(|(project, month)| {
            !other.manifest.files.get(project).is_some_and(|files| files.contains_key(month))
        });
        self.changed.extend(gone);
        self.next.manifest = other.manifest;
        self.next.tables = other.tables;
        self.save()
    }
}
