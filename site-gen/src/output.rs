//! Writing a site into a folder: only what changed, and never what somebody else put there.
//!
//! The folder holds, beside the site, the list of what site-gen wrote there (the `state` module), a lock, and
//! while a run goes on a journal of the files that it is about to write. A run that is interrupted leaves the
//! old list and the journal, so that the next one knows which files are site-gen's and puts them right.

use std::{
    collections::{BTreeSet, HashSet},
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use crate::{
    site::is_inside,
    state::{Stamp, State, record},
};

const LOCK: &str = ".site-gen.lock";
const STATE: &str = ".site-gen.state";
const JOURNAL: &str = ".site-gen.journal";
/// Files that replace others are written under this name and a number, and then renamed.
const TEMPORARY: &str = ".site-gen.tmp";

/// Why a site could not be written. Every message names the path.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried: `read`, `write`, `create`, ...
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another run is writing into the folder.
    #[error("another site-gen is writing to `{}`; wait until it is done", .0.display())]
    Held(PathBuf),
    /// There is a file that the site would replace, but that site-gen did not write.
    #[error(
        "`{}` was not written by site-gen and would be replaced; \
         move it away or choose another folder with --output", .0.display()
    )]
    Foreign(PathBuf),
}

/// What writing a site did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or changed.
    pub written: usize,
    /// Files that were there already, byte for byte.
    pub unchanged: usize,
    /// Files of an earlier site that this one does not have.
    pub removed: usize,
}

/// A unit of the site as it was made.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Its files by path. Pages come last: a page never speaks of a file that is not there yet.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// A word that goes with it.
    pub(crate) note: String,
    /// What others have to know of it: one line.
    pub(crate) summary: String,
}

/// An output folder that no other run writes to as long as this lives.
#[derive(Debug)]
pub(crate) struct Output {
    root: PathBuf,
    state: RwLock<State>,
    /// The units of this run.
    met: Mutex<BTreeSet<String>>,
    /// Files that an interrupted run may have written, or that a list of an older version has.
    interrupted: HashSet<String>,
    /// Whether there is a list that cannot be read: then whatever stands at a path of ours is ours.
    is_adopted: bool,
    /// Whether a unit could not be made and keeps what it has.
    has_failed: AtomicBool,
    /// Files that units had and have no more. They go last, because until then other files may speak of them.
    stale: Mutex<HashSet<String>>,
    journal: Mutex<Option<File>>,
    written: AtomicUsize,
    unchanged: AtomicUsize,
    removed: AtomicUsize,
    /// Holds the lock; the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Output {
    /// Opens the folder, which is made if there is none.
    pub(crate) fn open(root: &Path) -> Result<Self, OutputError> {
        fs::create_dir_all(root).map_err(failed("create the folder", root))?;
        let path = root.join(LOCK);
        let lock = File::options().create(true).append(true).open(&path);
        let lock = lock.map_err(failed("write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OutputError::Held(root.into())),
            Err(TryLockError::Error(source)) => return Err(failed("lock", &path)(source)),
        }
        remove_temporary(root)?;
        let text = |name: &str| {
            let bytes = read_if_there(&root.join(name))?;
            Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let list = text(STATE)?;
        let state = list.clone().and_then(State::parse);
        let is_adopted = state.is_none() && root.join(STATE).exists();
        let old = list.filter(|_| is_adopted).unwrap_or_default();
        let journal = text(JOURNAL)?.unwrap_or_default();
        // A line without its end was not written, and neither was its file. One that points elsewhere is not ours.
        let whole = journal.rsplit_once('\n').map_or("", |(whole, _)| whole);
        Ok(Self {
            root: root.into(),
            state: RwLock::new(state.unwrap_or_default()),
            met: Mutex::default(),
            interrupted: whole
                .lines()
                .chain(old.lines().filter_map(old_path))
                .filter(|path| is_inside(path))
                .map(str::to_owned)
                .collect(),
            is_adopted,
            has_failed: AtomicBool::new(false),
            stale: Mutex::default(),
            journal: Mutex::new(None),
            written: AtomicUsize::new(0),
            unchanged: AtomicUsize::new(0),
            removed: AtomicUsize::new(0),
            _lock: lock,
        })
    }

    /// What a thread that panicked left is whole: each lock is held for one change only.
    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a file of this path that no unit has is ours nevertheless.
    fn is_ours(&self, path: &str) -> bool {
        self.is_adopted || self.interrupted.contains(path)
    }

    /// Fails if one of these files, each of a unit, is there and not ours: better before anything is written.
    pub(crate) fn check_foreign(
        &self,
        files: impl Iterator<Item = (String, String)>,
    ) -> Result<(), OutputError> {
        let state = self.state();
        for (unit, path) in files {
            let full = self.root.join(&path);
            let is_ours = state.has(&unit) || self.is_ours(&path);
            if !is_ours && is_there(&full) {
                return Err(OutputError::Foreign(full));
            }
        }
        Ok(())
    }

    /// The word that goes with a unit, if it was made from inputs of this digest; `None` if it is to be made again.
    pub(crate) fn note(&self, unit: &str, is_digest: impl Fn(&str) -> bool) -> Option<String> {
        let state = self.state();
        state.digest(unit).filter(|digest| is_digest(digest))?;
        state.note(unit).map(str::to_owned)
    }

    /// The summary of a unit; `None` if there is no such unit.
    pub(crate) fn summary(&self, unit: &str) -> Option<String> {
        self.state().summary(unit).map(str::to_owned)
    }

    /// Whether the folder has the unit as it was made from inputs of this digest. If so it stays.
    pub(crate) fn keep(&self, unit: &str, digest: &str) -> bool {
        let (mut is_whole, mut count) = (true, 0);
        {
            let state = self.state();
            if state.digest(unit) != Some(digest) {
                return false;
            }
            let mut full = PathBuf::new();
            state.each_file(unit, |path, stamp| {
                full.clone_from(&self.root);
                full.push(path);
                let is_there = |it: fs::Metadata| it.is_file() && Stamp::of(&it) == Some(stamp);
                is_whole = is_whole && fs::symlink_metadata(&full).is_ok_and(is_there);
                count += 1;
            });
        }
        if is_whole {
            self.unchanged.fetch_add(count, Ordering::Relaxed);
            lock(&self.met).insert(unit.to_owned());
        }
        is_whole
    }

    /// Keeps the files of a unit that cannot be made now, and lets the next run try again.
    pub(crate) fn keep_old(&self, unit: &str) {
        self.has_failed.store(true, Ordering::Relaxed);
        let mut state = self.state_mut();
        state.forget_inputs(unit);
        self.unchanged.fetch_add(state.files(unit).len(), Ordering::Relaxed);
        lock(&self.met).insert(unit.to_owned());
    }

    /// Makes the folder hold the files of a unit, and none that the unit had before and has no more.
    pub(crate) fn put(&self, name: &str, digest: &str, unit: Unit) -> Result<(), OutputError> {
        let Unit { files, note, summary } = unit;
        let ours: HashSet<String> = {
            let state = self.state();
            state.files(name).into_iter().map(|(path, _)| path).collect()
        };
        let is_ours = |path: &str| ours.contains(path) || self.is_ours(path);
        // Before they are announced: what stands in the journal is taken for ours.
        for (path, bytes) in files.iter().filter(|(path, _)| !is_ours(path)) {
            let full = self.root.join(path);
            if is_there(&full) && read_if_there(&full)?.as_deref() != Some(bytes) {
                return Err(OutputError::Foreign(full));
            }
        }
        self.announce(&files)?;
        let mut stamps = Vec::with_capacity(files.len());
        let (mut written, mut folders) = (0, HashSet::new());
        for (path, bytes) in &files {
            let (stamp, is_new) = self.put_file(path, bytes, &mut folders)?;
            written += usize::from(is_new);
            stamps.push(stamp);
        }
        let paths = files.iter().map(|(path, _)| path.as_str());
        let record = record(&summary, paths.zip(stamps));
        self.state_mut().set(name, digest, &note, record);
        self.written.fetch_add(written, Ordering::Relaxed);
        self.unchanged.fetch_add(files.len() - written, Ordering::Relaxed);
        lock(&self.stale).extend(ours);
        lock(&self.met).insert(name.to_owned());
        Ok(())
    }

    /// What was done so far.
    pub(crate) fn done(&self) -> Written {
        Written {
            written: self.written.load(Ordering::Relaxed),
            unchanged: self.unchanged.load(Ordering::Relaxed),
            removed: self.removed.load(Ordering::Relaxed),
        }
    }

    /// Counts from nothing again: a store that changed makes a run begin anew.
    pub(crate) fn restart(&self) {
        for count in [&self.written, &self.unchanged, &self.removed] {
            count.store(0, Ordering::Relaxed);
        }
        self.has_failed.store(false, Ordering::Relaxed);
        lock(&self.met).clear();
    }

    /// Removes what this run did not meet, and writes the list. `None` if nothing had to be done at all.
    pub(crate) fn finish(self) -> Result<Option<Written>, OutputError> {
        let met = std::mem::take(&mut *lock(&self.met));
        let mut state = std::mem::take(&mut *self.state_mut());
        let mut leftovers: BTreeSet<String> =
            std::mem::take(&mut *lock(&self.stale)).into_iter().collect();
        // An interrupted run may have replaced some files of a unit that fails now: what they speak of stays, and
        // so does the knowledge that it is ours.
        let has_failed = self.has_failed.load(Ordering::Relaxed);
        if !has_failed {
            leftovers.extend(self.interrupted.iter().cloned());
        }
        let gone: Vec<String> =
            state.names().filter(|name| !met.contains(*name)).map(str::to_owned).collect();
        for unit in &gone {
            leftovers.extend(state.files(unit).into_iter().map(|(path, _)| path));
            state.remove(unit);
        }
        if !leftovers.is_empty() {
            for unit in &met {
                state.each_file(unit, |path, _| _ = leftovers.remove(path));
            }
        }
        for path in &leftovers {
            self.remove(path)?;
        }
        let was_idle = lock(&self.journal).is_none() && self.interrupted.is_empty();
        if was_idle && gone.is_empty() && leftovers.is_empty() {
            return Ok(None);
        }
        self.save(&state)?;
        if has_failed {
            return Ok(Some(self.done()));
        }
        let journal = self.root.join(JOURNAL);
        match fs::remove_file(&journal) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &journal)(source));
            }
            _ => {}
        }
        Ok(Some(self.done()))
    }

    /// Notes in the journal which files are about to be written.
    fn announce(&self, files: &[(String, Vec<u8>)]) -> Result<(), OutputError> {
        let path = self.root.join(JOURNAL);
        let mut journal = lock(&self.journal);
        let file = match &mut *journal {
            Some(file) => file,
            none => {
                let opened = File::options().create(true).append(true).open(&path);
                none.insert(opened.map_err(failed("write", &path))?)
            }
        };
        // Behind a line that an interrupted run did not finish.
        let mut lines = String::with_capacity(files.len() * 48);
        lines.push('\n');
        for (path, _) in files {
            lines.push_str(path);
            lines.push('\n');
        }
        file.write_all(lines.as_bytes()).map_err(failed("write", &path))
    }

    /// Makes a file have these bytes. Returns its stamp, and whether it had to be written.
    fn put_file(
        &self,
        path: &str,
        bytes: &[u8],
        folders: &mut HashSet<PathBuf>,
    ) -> Result<(Stamp, bool), OutputError> {
        let full = self.root.join(path);
        let folder = full.parent().unwrap_or(&self.root);
        if !folders.contains(folder) {
            let mut above = folder.ancestors().take_while(|folder| *folder != self.root);
            // What is written through a link lands outside of the folder.
            if let Some(link) = above.find(|folder| folder.is_symlink()) {
                return Err(OutputError::Foreign(link.into()));
            }
            fs::create_dir_all(folder).map_err(failed("create the folder", folder))?;
            folders.insert(folder.to_path_buf());
        }
        let (file, is_new) = match File::create_new(&full) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(failed("write", &full))?;
                (file, true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let there = read_if_there(&full)?;
                if there.as_deref() == Some(bytes) {
                    (File::open(&full).map_err(failed("read", &full))?, false)
                } else {
                    (self.replace(&full, bytes)?, true)
                }
            }
            Err(error) => return Err(failed("write", &full)(error)),
        };
        let metadata = file.metadata().map_err(failed("read", &full))?;
        let stamp = Stamp::of(&metadata).ok_or_else(|| {
            failed("tell the time of", &full)(io::Error::from(io::ErrorKind::Unsupported))
        })?;
        Ok((stamp, is_new))
    }

    /// Replaces a file whole or not at all.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<File, OutputError> {
        let thread = rayon::current_thread_index().map_or(0, |index| index + 1);
        let temporary = self.root.join(format!("{TEMPORARY}{thread}"));
        let outcome = File::create(&temporary).and_then(|mut file| {
            file.write_all(bytes)?;
            fs::rename(&temporary, path)?;
            Ok(file)
        });
        outcome.map_err(|source| {
            let _ = fs::remove_file(&temporary);
            failed("write", path)(source)
        })
    }

    /// Writes the list. It must not be lost with the power, unlike the files, which it lets us check.
    fn save(&self, state: &State) -> Result<(), OutputError> {
        let (path, temporary) = (self.root.join(STATE), self.root.join(TEMPORARY));
        let outcome = File::create(&temporary).and_then(|mut file| {
            file.write_all(state.format().as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        });
        outcome.map_err(|source| {
            let _ = fs::remove_file(&temporary);
            failed("write", &path)(source)
        })
    }

    /// Removes a file, and the folders that it leaves empty.
    fn remove(&self, path: &str) -> Result<(), OutputError> {
        let path = self.root.join(path);
        match fs::remove_file(&path) {
            Ok(()) => _ = self.removed.fetch_add(1, Ordering::Relaxed),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed("remove", &path)(source)),
        }
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != self.root) {
            // Refused for a folder that is not empty, which is how we notice.
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// The path in a line of the list as the first version had it: digest, size, path.
fn old_path(line: &str) -> Option<&str> {
    let (digest, rest) = line.split_once(' ')?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit());
    Some(rest.split_once(' ')?.1).filter(|_| is_digest)
}

/// Removes what an interrupted run left of its temporary files.
fn remove_temporary(root: &Path) -> Result<(), OutputError> {
    for entry in fs::read_dir(root).map_err(failed("read", root))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let path = entry.path();
            fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
    }
    Ok(())
}

/// Whether there is anything of this path, be it a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The bytes of a file; `None` if there is no file of that path.
fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, OutputError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if matches!(source.kind(), io::ErrorKind::NotFound) => Ok(None),
        Err(source) => Err(failed("read", path)(source)),
    }
}

/// What a thread that panicked left is whole: each lock is held for one change only.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |source| OutputError::Io { action, path, source }
}

#[cfg(test)]
mod tests;
