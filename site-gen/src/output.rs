//! Writing a site into a folder: only what changed, and never what somebody else put there.
//!
//! The folder holds, beside the site, the list of what site-gen wrote there (the `state` module) and a
//! lock. The list is written before the files and after them, so whenever a run is interrupted the next
//! one knows which files are site-gen's and puts them right.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    site::Site,
    state::{Entry, State},
};

const LOCK: &str = ".site-gen.lock";
const STATE: &str = ".site-gen.state";
/// Files are written here and then renamed. One name, so that an interrupted run leaves one file at most.
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

/// What becomes of files that an earlier run wrote and this one did not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftovers {
    /// They go: the site is whole without them.
    Remove,
    /// They stay, and so does the knowledge that they are ours.
    Keep,
}

/// One change to the folder.
enum Step<'a> {
    /// The list says this from now on.
    List(State),
    /// A file of this path has these bytes.
    Put(&'a str, &'a [u8]),
    /// The file of this path is gone.
    Remove(String),
}

/// An output folder that no other run writes to as long as this lives.
#[derive(Debug)]
pub(crate) struct Output {
    root: PathBuf,
    state: State,
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
        let state = read_if_there(&root.join(STATE))?
            .and_then(|bytes| State::parse(std::str::from_utf8(&bytes).ok()?));
        Ok(Self { root: root.into(), state: state.unwrap_or_default(), _lock: lock })
    }

    /// Whether the folder holds exactly the site that was made from inputs of this fingerprint.
    pub(crate) fn holds(&self, fingerprint: &str) -> Result<bool, OutputError> {
        if self.state.fingerprint.as_deref() != Some(fingerprint) {
            return Ok(false);
        }
        for (path, entry) in &self.state.files {
            let bytes = read_if_there(&self.root.join(path))?;
            if bytes.is_none_or(|bytes| Entry::of(&bytes) != *entry) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the last run wrote a file of this path.
    fn has(&self, path: &str) -> bool {
        self.state.files.contains_key(path)
    }

    /// Makes the folder hold `site`. `fingerprint` is that of its inputs; `None` if the next run
    /// shall make the site again whatever its inputs are.
    pub(crate) fn write(
        self,
        site: &Site,
        fingerprint: Option<String>,
        leftovers: Leftovers,
    ) -> Result<Written, OutputError> {
        let changed = self.changed(site)?;
        let steps = self.plan(site, &changed, fingerprint, leftovers);
        let removed = steps.iter().filter(|step| matches!(step, Step::Remove(_))).count();
        steps.into_iter().try_for_each(|step| self.perform(step))?;
        let unchanged = site.files().count() - changed.len();
        Ok(Written { written: changed.len(), unchanged, removed })
    }

    /// What has to be done, in order. Whatever step is the last one that is done, every file that is
    /// ours is in the list.
    fn plan<'a>(
        &self,
        site: &Site,
        changed: &[(&'a str, &'a [u8])],
        fingerprint: Option<String>,
        leftovers: Leftovers,
    ) -> Vec<Step<'a>> {
        let new = State::of(site);
        let mut all = self.state.clone();
        all.fingerprint = None;
        all.files.extend(new.files.clone());
        let mut last = if leftovers == Leftovers::Keep { all.clone() } else { new };
        let removed = all.files.keys().filter(|path| !last.files.contains_key(*path));
        let removed: Vec<_> = removed.map(|path| Step::Remove(path.clone())).collect();

        let mut steps = Vec::new();
        if !changed.is_empty() || !removed.is_empty() {
            steps.push(Step::List(all));
        }
        steps.extend(changed.iter().map(|&(path, bytes)| Step::Put(path, bytes)));
        steps.extend(removed);
        last.fingerprint = fingerprint;
        steps.push(Step::List(last));
        steps
    }

    fn perform(&self, step: Step<'_>) -> Result<(), OutputError> {
        match step {
            Step::List(state) => self.save(&state),
            Step::Put(path, bytes) => self.put(path, bytes),
            Step::Remove(path) => self.remove(&path),
        }
    }

    /// The files that are not in the folder as they should be, pages last: a page never speaks of
    /// a file that is not there yet.
    fn changed<'a>(&self, site: &'a Site) -> Result<Vec<(&'a str, &'a [u8])>, OutputError> {
        let mut changed = Vec::new();
        for (path, bytes) in site.files() {
            let full = self.root.join(path);
            match read_if_there(&full)? {
                Some(there) if there == bytes => {}
                Some(_) if !self.has(path) => return Err(OutputError::Foreign(full)),
                _ => changed.push((path, bytes)),
            }
        }
        changed.sort_by_key(|(path, _)| path.ends_with(".html"));
        Ok(changed)
    }

    /// Writes the list. It must not be lost with the power, unlike the files, which it lets us check.
    fn save(&self, state: &State) -> Result<(), OutputError> {
        self.put(STATE, state.format().as_bytes())?;
        let path = self.root.join(STATE);
        File::open(&path).and_then(|file| file.sync_all()).map_err(failed("write", &path))
    }

    /// Writes a file whole or not at all.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed("create the folder", folder))?;
        }
        let temporary = self.root.join(TEMPORARY);
        let outcome = File::create(&temporary)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&temporary, &path));
        outcome.map_err(|source| {
            let _ = fs::remove_file(&temporary);
            failed("write", &path)(source)
        })
    }

    /// Removes a file, and the folders that it leaves empty.
    fn remove(&self, path: &str) -> Result<(), OutputError> {
        let path = self.root.join(path);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &path)(source));
            }
            _ => {}
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

/// The bytes of a file; `None` if there is no file of that path.
fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, OutputError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if matches!(source.kind(), io::ErrorKind::NotFound) => Ok(None),
        Err(source) => Err(failed("read", path)(source)),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |source| OutputError::Io { action, path, source }
}

#[cfg(test)]
mod tests;
