//! The files of a store as git knows them: paths and the ids of contents.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    io,
    path::Path,
};

use anyhow::{Context as _, bail};
use store::{is_store_path, store_paths};

use super::git::{Git, GitError};

/// The id of an object of git, in hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectId(String);

impl ObjectId {
    /// Reads what a command of git answered.
    pub(super) fn of(command: &str, text: &str) -> Result<Self, GitError> {
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit());
        if is_id {
            return Ok(Self(text.to_owned()));
        }
        Err(GitError::Strange { command: command.to_owned(), said: text.to_owned() })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first digits, for people.
    pub(super) fn short(&self) -> &str {
        &self.0[..10]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The files of a store with the ids of their contents, by path.
pub(super) type Blobs = BTreeMap<String, ObjectId>;

/// Whether contents are only to be recognized, or to be kept by git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    No,
    Yes,
}

/// The files of the store in a folder. Bytes count as they are.
pub(super) fn of_folder(git: &Git, store: &Path, keep: Keep) -> anyhow::Result<Blobs> {
    let paths = store_paths(store)?;
    if paths.is_empty() {
        return Ok(Blobs::new());
    }
    let mut args = vec!["hash-object", "-t", "blob", "--no-filters", "--stdin-paths"];
    if keep == Keep::Yes {
        args.push("-w");
    }
    let list = paths.join("\n") + "\n";
    let ids = git.tell_in(store, &args, list.as_bytes())?;
    let ids = String::from_utf8_lossy(&ids);
    let ids =
        ids.lines().map(|id| ObjectId::of("hash-object", id)).collect::<Result<Vec<_>, _>>()?;
    if ids.len() != paths.len() {
        bail!("git knows {} of {} files", ids.len(), paths.len());
    }
    Ok(paths.into_iter().zip(ids).collect())
}

/// An object without content, for refs that only say that something is so.
pub(super) fn nothing(git: &Git) -> anyhow::Result<ObjectId> {
    let folder = git.temporary_folder()?;
    let args = ["hash-object", "-t", "blob", "-w", "--no-filters", "--stdin"];
    let id = git.tell_in(folder.path(), &args, b"")?;
    Ok(ObjectId::of("hash-object", &super::git::line(&id))?)
}

/// What a commit holds.
#[derive(Debug, Default)]
pub(super) struct Commit {
    /// The files of the store.
    pub(super) blobs: Blobs,
    /// Everything else, as git lists it: it is none of our business, and is kept.
    others: Vec<Vec<u8>>,
}

/// Reads what a commit holds.
pub(super) fn of_commit(git: &Git, commit: &ObjectId) -> anyhow::Result<Commit> {
    let listed = git.ask(&["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?;
    let mut found = Commit::default();
    for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        let Some(path) = store_path(entry) else {
            found.others.push(entry.to_vec());
            continue;
        };
        let head = &entry[..entry.len() - path.len() - 1];
        let head = String::from_utf8_lossy(head);
        match head.split(' ').collect::<Vec<_>>().as_slice() {
            ["100644" | "100755", "blob", id] => {
                found.blobs.insert(path.to_owned(), ObjectId::of("ls-tree", id)?);
            }
            _ => bail!("`{path}` is not a plain file in the branch, so it is no file of a store"),
        }
    }
    Ok(found)
}

/// The path in a line of git's, if it is one of a store.
fn store_path(entry: &[u8]) -> Option<&str> {
    let at = entry.iter().position(|byte| *byte == b'\t')?;
    str::from_utf8(&entry[at + 1..]).ok().filter(|path| is_store_path(path))
}

/// Makes a tree of these files of a store, and of everything else that the parent holds.
pub(super) fn write(git: &Git, blobs: &Blobs, parent: &Commit) -> anyhow::Result<ObjectId> {
    let folder = git.temporary_folder()?;
    let index = folder.path().join("index");
    let mut list = Vec::new();
    for entry in &parent.others {
        list.extend_from_slice(entry);
        list.push(0);
    }
    for (path, id) in blobs {
        list.extend_from_slice(format!("100644 blob {id}\t{path}\0").as_bytes());
    }
    git.tell_index(&index, &["update-index", "-z", "--index-info"], &list)?;
    let tree = git.tell_index(&index, &["write-tree"], b"")?;
    Ok(ObjectId::of("write-tree", &super::git::line(&tree))?)
}

/// Writes files of a commit to a folder.
pub(super) fn extract(git: &Git, blobs: &Blobs, to: &Path) -> anyhow::Result<()> {
    let paths: Vec<&String> = blobs.keys().collect();
    git.contents(blobs.values(), |at, content| {
        let path = to.join(paths[at]);
        let mut write = || {
            fs::create_dir_all(path.parent().unwrap_or(to))?;
            io::copy(content, &mut File::create(&path)?)
        };
        write().map(drop).with_context(|| format!("cannot write `{}`", path.display()))
    })
}

/// How many files are not the same, and one of them.
pub(super) fn difference<'a>(a: &'a Blobs, b: &'a Blobs) -> (usize, Option<&'a str>) {
    let changed = a.iter().filter(|(path, id)| b.get(*path) != Some(id)).map(|(path, _)| path);
    let added = b.keys().filter(|path| !a.contains_key(*path));
    let mut paths = changed.chain(added);
    let first = paths.next();
    (usize::from(first.is_some()) + paths.count(), first.map(String::as_str))
}
