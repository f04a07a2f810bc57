//! How a change of several files becomes one step.
//!
//! 1. All new files are written to the folder `.next`, and synced.
//! 2. The new manifest is renamed to `.next/manifest.csv`, and `.next` is synced. From here on the
//!    change has happened: a reader that finds this file takes what it lists from `.next`, or from
//!    its place where it is there already.
//! 3. The files are renamed to their places, files that are no longer listed are removed, and all
//!    folders are synced.
//! 4. The manifest is renamed to its place, and `.next` is removed.
//!
//! A writer that finds `.next` with a manifest does steps 3 and 4, which may be done any number of
//! times; without a manifest the change has not happened, and the folder is removed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::{
    StoreError,
    fs::{Fs, Output},
    layout::{Layout, names, read_if_exists},
    manifest::Manifest,
    tables::Table,
};

/// Creates a folder and those above it that are missing, lastingly. Adds those that it created to
/// `created`, the outermost first.
pub(crate) fn create_dirs(
    fs: &dyn Fs,
    folder: &Path,
    created: &mut Vec<PathBuf>,
) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    // The parent of a relative path of one part is written as the empty path.
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    create_dirs(fs, parent, created)?;
    match fs.create_dir(folder) {
        Ok(()) => created.push(folder.into()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::io("create the folder", folder)(error)),
    }
    sync_dir(fs, parent)
}

/// Starts a file in `.next`, with the mode of the file that it will replace.
pub(crate) fn stage(
    fs: &dyn Fs,
    layout: &Layout,
    path: &str,
) -> Result<Box<dyn Output>, StoreError> {
    create_next(fs, layout)?;
    create_like(fs, &layout.staged(path), &layout.place(path))
}

fn create_next(fs: &dyn Fs, layout: &Layout) -> Result<(), StoreError> {
    let folder = layout.next();
    if folder.is_dir() {
        return Ok(());
    }
    fs.create_dir(&folder).map_err(StoreError::io("create the folder", &folder))
}

/// Creates a file with the mode and the owner of another, if that exists.
fn create_like(fs: &dyn Fs, path: &Path, like: &Path) -> Result<Box<dyn Output>, StoreError> {
    let failed = StoreError::io("write", path);
    let file = fs.create(path).map_err(&failed)?;
    if let Ok(metadata) = fs::metadata(like) {
        file.set_like(&metadata).map_err(&failed)?;
    }
    Ok(file)
}

/// Writes the whole of a file that is to replace `place`.
fn write(fs: &dyn Fs, path: &Path, place: &Path, text: &str) -> Result<(), StoreError> {
    let mut file = create_like(fs, path, place)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync());
    written.map_err(StoreError::io("write", path))
}

/// Makes the store hold what `manifest` lists. Its month files that differ from those in place
/// must be in `.next`, synced, and nothing else; `tables` are the other files that differ.
///
/// # Errors
///
/// [`StoreError::Unfinished`] if it holds that now, and all else if it does not.
pub(crate) fn commit(
    fs: &dyn Fs,
    layout: &Layout,
    manifest: &Manifest,
    tables: &BTreeMap<Table, String>,
) -> Result<(), StoreError> {
    let (from, to) = (layout.next().join("manifest.tmp"), layout.next_manifest());
    create_next(fs, layout)?;
    for (table, text) in tables {
        write(fs, &layout.staged(table.path()), &layout.place(table.path()), text)?;
    }
    write(fs, &from, &layout.manifest(), &manifest.encode())?;
    sync_dir(fs, &layout.next())?;
    sync_dir(fs, &layout.pypi)?;
    sync_dir(fs, &layout.root)?;
    fs.rename(&from, &to).map_err(StoreError::io("write", &to))?;
    sync_dir(fs, &layout.next())
        .and_then(|()| put_in_place(fs, layout, manifest))
        .map_err(|error| StoreError::Unfinished(Box::new(error)))
}

/// Finishes the change that an earlier run left behind, or removes it if it never happened.
pub(crate) fn recover(fs: &dyn Fs, layout: &Layout) -> Result<(), StoreError> {
    let path = layout.next_manifest();
    match read_if_exists(&path)? {
        Some(bytes) => {
            let (manifest, _) =
                Manifest::decode(&bytes).map_err(|damage| StoreError::damaged(&path, damage))?;
            // The run that wrote it may have died before it could sync what it did, anywhere.
            sync_dir(fs, &layout.next())?;
            for folder in folders(layout, &manifest)? {
                sync_dir(fs, &folder)?;
            }
            put_in_place(fs, layout, &manifest)
        }
        None if layout.next().is_dir() => {
            // Perhaps its manifest was put in place a moment ago. That must last before anything
            // else is written here, or a crash could bring the manifest back to other files.
            sync_dir(fs, &layout.pypi)?;
            discard(fs, layout)
        }
        None => Ok(()),
    }
}

/// All folders that a change can touch, apart from `.next`.
fn folders(layout: &Layout, manifest: &Manifest) -> Result<BTreeSet<PathBuf>, StoreError> {
    let mut folders = BTreeSet::from([layout.pypi.clone()]);
    for name in names(&layout.pypi)?.into_iter().filter(|name| !name.starts_with('.')) {
        folders.insert(layout.place(&name));
    }
    // Where symbolic links lead.
    for path in manifest.paths() {
        folders.extend(follow(&layout.place(path))?.parent().map(PathBuf::from));
    }
    folders.retain(|folder| folder.is_dir());
    Ok(folders)
}

/// Removes `.next` and what is in it.
pub(crate) fn discard(fs: &dyn Fs, layout: &Layout) -> Result<(), StoreError> {
    let folder = layout.next();
    for name in names(&folder)? {
        let path = folder.join(name);
        fs.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    }
    match fs.remove_dir(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", &folder)(error))
        }
        _ => Ok(()),
    }
}

/// Steps 3 and 4.
fn put_in_place(fs: &dyn Fs, layout: &Layout, manifest: &Manifest) -> Result<(), StoreError> {
    let mut touched = BTreeSet::new();
    let staged: BTreeSet<String> = names(&layout.next())?.into_iter().collect();
    let moves: Vec<_> = (manifest.paths().filter(|path| staged.contains(&path.replace('/', "."))))
        .map(|path| (layout.staged(path), layout.place(path)))
        .collect();
    for folder in moves.iter().filter_map(|(_, place)| place.parent()) {
        if !folder.is_dir() {
            fs.create_dir(folder).map_err(StoreError::io("create the folder", folder))?;
        }
    }
    // Also those that an earlier run created, for it may have died before this.
    sync_dir(fs, &layout.pypi)?;
    for (from, place) in &moves {
        touched.insert(put(fs, from, place)?);
    }
    for path in layout.data_files()? {
        if !manifest.lists(&path) && was_listed(layout, &path)? {
            let place = layout.place(&path);
            fs.remove_file(&place).map_err(StoreError::io("remove", &place))?;
            touched.extend(place.parent().map(PathBuf::from));
        }
    }
    for folder in touched.iter().chain([&layout.pypi]) {
        sync_dir(fs, folder)?;
    }
    put(fs, &layout.next_manifest(), &layout.manifest())?;
    sync_dir(fs, &layout.pypi)?;
    discard(fs, layout)
}

/// Whether the manifest in place lists the file: one that it does not list is not ours to remove.
fn was_listed(layout: &Layout, path: &str) -> Result<bool, StoreError> {
    let manifest = read_if_exists(&layout.manifest())?;
    let manifest = manifest.and_then(|bytes| Manifest::decode(&bytes).ok());
    Ok(manifest.is_some_and(|(manifest, _)| manifest.lists(path)))
}

/// Renames a file to its place, through a symbolic link if the place is one. Returns the folder
/// whose entries that changed.
fn put(fs: &dyn Fs, from: &Path, place: &Path) -> Result<PathBuf, StoreError> {
    let place = follow(place)?;
    let failed = StoreError::io("write", &place);
    match fs.rename(from, &place) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let beside = place.with_extension("csv.next");
            let mut copy = create_like(fs, &beside, from)?;
            let mut original = File::open(from).map_err(StoreError::io("read", from))?;
            io::copy(&mut original, &mut copy).and_then(|_| copy.sync()).map_err(&failed)?;
            fs.rename(&beside, &place).map_err(&failed)?;
        }
        other => other.map_err(&failed)?,
    }
    Ok(place.parent().unwrap_or(Path::new(".")).into())
}

/// Where a symbolic link leads; the path itself if it is none.
fn follow(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = StoreError::io("follow the symbolic link", path);
    if !path.is_symlink() {
        return Ok(path.into());
    }
    if path.exists() {
        return fs::canonicalize(path).map_err(failed);
    }
    let target = fs::read_link(path).map_err(failed)?;
    Ok(path.parent().unwrap_or(Path::new(".")).join(target))
}

fn sync_dir(fs: &dyn Fs, folder: &Path) -> Result<(), StoreError> {
    fs.sync_dir(folder).map_err(StoreError::io("sync the folder", folder))
}
