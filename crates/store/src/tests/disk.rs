//! A disk that loses what was not synced.
//!
//! The model is weaker than any file system in use: after a crash each unsynced file is as it was
//! synced last, or as written, or torn, or filled up with zeros; and of the unsynced changes of
//! folders any subset has happened. A rename as a whole has happened or not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::fs::{Disk, Fs, Output};

/// What was done to a disk.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create(PathBuf, usize),
    Write(usize, Vec<u8>),
    Sync(usize),
    CreateDir(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncDir(PathBuf),
}

/// The real disk, without waiting for it, and a list of what was done.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    done: Arc<Mutex<Vec<Operation>>>,
    /// After so many operations nothing is done any more, as if the run had been killed.
    limit: Arc<AtomicUsize>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::killed_after(usize::MAX)
    }
}

impl Recorder {
    pub(super) fn killed_after(operations: usize) -> Self {
        Self { done: Arc::default(), limit: Arc::new(AtomicUsize::new(operations)) }
    }

    /// Another run begins.
    pub(super) fn revive(&self) {
        self.limit.store(usize::MAX, Ordering::Relaxed);
    }

    pub(super) fn operations(&self) -> Vec<Operation> {
        self.done.lock().unwrap().clone()
    }

    fn add(&self, operation: Operation) {
        self.done.lock().unwrap().push(operation);
    }

    fn alive(&self) -> io::Result<()> {
        let killed = self.done.lock().unwrap().len() >= self.limit.load(Ordering::Relaxed);
        if killed { Err(io::Error::other("killed")) } else { Ok(()) }
    }
}

impl Fs for Recorder {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        self.alive()?;
        let inner = Disk.create(path)?;
        let number = self.done.lock().unwrap().len();
        self.add(Operation::Create(path.into(), number));
        Ok(Box::new(RecordedFile { inner, number, recorder: self.clone() }))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.alive()?;
        Disk.create_dir(path)?;
        self.add(Operation::CreateDir(path.into()));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.alive()?;
        Disk.rename(from, to)?;
        self.add(Operation::Rename(from.into(), to.into()));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.alive()?;
        Disk.remove_file(path)?;
        self.add(Operation::Remove(path.into()));
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.alive()?;
        Disk.remove_dir(path)?;
        self.add(Operation::Remove(path.into()));
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.alive()?;
        self.add(Operation::SyncDir(path.into()));
        Ok(())
    }
}

#[derive(Debug)]
struct RecordedFile {
    inner: Box<dyn Output>,
    number: usize,
    recorder: Recorder,
}

impl io::Write for RecordedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.recorder.alive()?;
        let written = self.inner.write(bytes)?;
        self.recorder.add(Operation::Write(self.number, bytes[..written].to_vec()));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Output for RecordedFile {
    fn sync(&self) -> io::Result<()> {
        self.recorder.alive()?;
        self.recorder.add(Operation::Sync(self.number));
        Ok(())
    }

    fn set_like(&self, metadata: &Metadata) -> io::Result<()> {
        self.inner.set_like(metadata)
    }
}

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Folder,
    File(Vec<u8>),
}

/// What is on a disk, by path below the root.
pub(super) type Image = BTreeMap<PathBuf, Node>;

/// Reads a folder from the real disk.
pub(super) fn image_of(root: &Path) -> Image {
    let mut image = Image::new();
    for (name, bytes) in super::tree(root) {
        match name.strip_suffix('/') {
            Some(folder) => image.insert(folder.into(), Node::Folder),
            None => image.insert(name.into(), Node::File(bytes)),
        };
    }
    image
}

/// Writes it to a real folder, which is empty.
pub(super) fn write_image(image: &Image, root: &Path) {
    for (path, node) in image {
        match node {
            Node::Folder => fs::create_dir(root.join(path)).unwrap(),
            Node::File(bytes) => fs::write(root.join(path), bytes).unwrap(),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Inode {
    synced: Vec<u8>,
    written: Vec<u8>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Folder,
    Inode(usize),
}

/// A change of folders that may not have happened.
#[derive(Clone, Debug)]
enum Change {
    Add(PathBuf, Named),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, Named),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Named>) {
        match self {
            Self::Add(path, named) => drop(names.insert(path.clone(), *named)),
            Self::Remove(path) => drop(names.remove(path)),
            Self::Rename(from, to, named) => {
                names.remove(from);
                names.insert(to.clone(), *named);
            }
        }
    }

    /// The folder whose sync makes it last.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Add(path, _) | Self::Remove(path) | Self::Rename(_, path, _) => path.parent(),
        }
    }
}

/// A disk after some operations.
#[derive(Clone, Debug)]
pub(super) struct LossyDisk {
    root: PathBuf,
    inodes: BTreeMap<usize, Inode>,
    live: BTreeMap<PathBuf, Named>,
    lasting: BTreeMap<PathBuf, Named>,
    pending: Vec<Change>,
}

impl LossyDisk {
    /// A disk on which everything was synced. `root` is where the operations will be.
    pub(super) fn new(root: &Path, image: &Image) -> Self {
        let mut names = BTreeMap::new();
        let mut inodes = BTreeMap::new();
        for (path, node) in image {
            let named = match node {
                Node::Folder => Named::Folder,
                Node::File(bytes) => {
                    let inode = Inode { synced: bytes.clone(), written: bytes.clone() };
                    // Numbers of new files are small.
                    let number = usize::MAX - inodes.len();
                    inodes.insert(number, inode);
                    Named::Inode(number)
                }
            };
            names.insert(path.clone(), named);
        }
        Self { root: root.into(), inodes, live: names.clone(), lasting: names, pending: Vec::new() }
    }

    pub(super) fn apply(&mut self, operation: &Operation) {
        let inside = |path: &Path| path.strip_prefix(&self.root).unwrap().to_owned();
        let change = match operation {
            Operation::Create(path, number) => {
                self.inodes.insert(*number, Inode::default());
                Change::Add(inside(path), Named::Inode(*number))
            }
            Operation::CreateDir(path) => Change::Add(inside(path), Named::Folder),
            Operation::Remove(path) => Change::Remove(inside(path)),
            Operation::Rename(from, to) => {
                let (from, to) = (inside(from), inside(to));
                let named = self.live[&from];
                Change::Rename(from, to, named)
            }
            Operation::Write(number, bytes) => {
                self.inodes.get_mut(number).unwrap().written.extend_from_slice(bytes);
                return;
            }
            Operation::Sync(number) => {
                let inode = self.inodes.get_mut(number).unwrap();
                inode.synced = inode.written.clone();
                return;
            }
            Operation::SyncDir(path) => {
                let folder = inside(path);
                let lasting = &mut self.lasting;
                self.pending.retain(|change| {
                    let stays = change.folder() != Some(&folder);
                    if !stays {
                        change.apply(lasting);
                    }
                    stays
                });
                return;
            }
        };
        change.apply(&mut self.live);
        self.pending.push(change);
    }

    /// What could be found after a crash at this moment.
    pub(super) fn crash(&self, random: &mut Random) -> Image {
        let mut names = self.lasting.clone();
        // Some crashes lose nearly everything, some nearly nothing.
        let kept = random.below(5);
        for change in &self.pending {
            if random.below(4) < kept {
                change.apply(&mut names);
            }
        }
        let contents: BTreeMap<usize, Vec<u8>> =
            (self.inodes.iter()).map(|(number, inode)| (*number, inode.crash(random))).collect();
        let mut found = BTreeSet::new();
        let mut image = Image::new();
        for (path, named) in names {
            // What is in a folder that was lost is lost with it.
            let folder = path.parent().unwrap();
            if folder != Path::new("") && !found.contains(folder) {
                continue;
            }
            let node = match named {
                Named::Folder => {
                    found.insert(path.clone());
                    Node::Folder
                }
                Named::Inode(number) => Node::File(contents[&number].clone()),
            };
            image.insert(path, node);
        }
        image
    }
}

impl Inode {
    fn crash(&self, random: &mut Random) -> Vec<u8> {
        if self.synced == self.written {
            return self.synced.clone();
        }
        let length = random.below(self.written.len() + 1);
        match random.below(4) {
            0 => self.synced.clone(),
            1 => self.written.clone(),
            2 => self.written[..length].to_vec(),
            _ => {
                let mut torn = self.written.clone();
                torn[length..].fill(0);
                torn
            }
        }
    }
}

/// The same numbers every time (splitmix64).
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number from 0 to `limit - 1`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
