//! Where things are in the folder of a store.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{Month, StoreError, tables::Table};

/// The paths of a store.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The folder that the user names.
    pub(crate) root: PathBuf,
    /// The folder of the one kind of files so far, those of PyPI.
    pub(crate) pypi: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.into(), pypi: root.join("pypi") }
    }

    /// Whether there can be a store: its folder exists, and nothing but a folder is in the way.
    pub(crate) fn check_folders(&self) -> Result<(), StoreError> {
        if !Self::is_folder(&self.root)? {
            return Err(StoreError::Missing(self.root.clone()));
        }
        Self::is_folder(&self.pypi).map(drop)
    }

    /// Whether the folder exists; an error if it is something else.
    pub(crate) fn is_folder(path: &Path) -> Result<bool, StoreError> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(true),
            Ok(_) => Err(StoreError::NotAFolder(path.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::io("read", path)(error)),
        }
    }

    /// What the store holds.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.pypi.join("manifest.csv")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.pypi.join(".lock")
    }

    /// The folder of a change that is not yet in place.
    pub(crate) fn next(&self) -> PathBuf {
        self.pypi.join(".next")
    }

    /// What the store holds as soon as this file is there.
    pub(crate) fn next_manifest(&self) -> PathBuf {
        self.next().join("manifest.csv")
    }

    /// A file of the manifest in its place.
    pub(crate) fn place(&self, path: &str) -> PathBuf {
        self.pypi.join(path)
    }

    /// A file of the manifest before it is put in place. All are in one folder, to sync only that.
    pub(crate) fn staged(&self, path: &str) -> PathBuf {
        self.next().join(path.replace('/', "."))
    }

    /// The paths of all files that a manifest could list, listed or not, apart from the coverage.
    pub(crate) fn data_files(&self) -> Result<Vec<String>, StoreError> {
        let side = Table::ALL.into_iter().filter(|table| *table != Table::Coverage);
        let side = side.map(Table::path).filter(|path| self.place(path).exists());
        let mut found: Vec<String> = side.map(String::from).collect();
        found.extend(self.month_files()?);
        Ok(found)
    }

    /// The paths of all files that look like month files, listed or not, sorted.
    pub(crate) fn month_files(&self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for folder in names(&self.pypi)? {
            let path = self.pypi.join(&folder);
            if folder.starts_with('.') || !path.is_dir() {
                continue;
            }
            let months = names(&path)?.into_iter();
            let months = months.filter(|name| {
                name.strip_suffix(".csv").is_some_and(|month| month.parse::<Month>().is_ok())
            });
            found.extend(months.map(|name| format!("{folder}/{name}")));
        }
        found.sort();
        Ok(found)
    }
}

/// The names in a folder, those that are not UTF-8 left out; none if the folder does not exist.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let failed = StoreError::io("read", folder);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => entries
            .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
            .collect::<Result<_, _>>()
            .map_err(failed),
    }
}

/// The content of a file; `None` if it does not exist.
pub(crate) fn read_if_exists(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", path)(error)),
    }
}
