//! What is in the folder, and writing what is missing.

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{content::Wanted, written};

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// The files that were written.
    pub(super) written: Vec<String>,
    /// The files that were written by an earlier version, and now are by this one.
    pub(super) updated: Vec<String>,
    /// The files that were as they should be.
    pub(super) there: Vec<String>,
    /// Lines that were not added to `.gitignore`, because git tracks what they name.
    pub(super) tracked: Vec<String>,
}

/// What may be written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Nothing.
    Nothing,
    /// What an earlier version of the program wrote, and nobody changed.
    Untouched,
}

/// Writes what is missing in the folder. If anything else is in the way, nothing is written. `tracked` tells
/// whether git has files of the folder at a path.
pub(super) fn write(
    folder: &Path,
    wanted: &Wanted,
    over: Over,
    tracked: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Done> {
    let mut done = Done::default();
    let mut missing = Vec::new();
    let mut outdated = Vec::new();
    let mut in_the_way = Vec::new();
    let mut is_updatable = false;
    for (path, text) in &wanted.files {
        match state(folder, path, text)? {
            State::Missing => missing.push((*path, text.as_bytes())),
            State::Same => done.there.push((*path).to_owned()),
            State::Untouched if over == Over::Untouched => outdated.push((*path, text.as_bytes())),
            State::Untouched => {
                is_updatable = true;
                in_the_way.push(format!("\n  {path} is of another version"));
            }
            State::InTheWay(why) => in_the_way.push(format!("\n  {path} {why}")),
        }
    }
    let before = ignored(folder).unwrap_or_else(|why| {
        in_the_way.push(format!("\n  .gitignore {why}"));
        None
    });
    if !in_the_way.is_empty() {
        let remedy = match is_updatable {
            true => {
                "`--update` renews those of another version; compare or remove others, and run again."
            }
            false => "Compare or remove them, and run again.",
        };
        bail!(
            "nothing was written, because these files are there already:{}\n{remedy}",
            in_the_way.concat()
        );
    }
    let (kept, lines): (Vec<&str>, Vec<&str>) = wanted.ignored.iter().partition(|line| {
        let name = line.strip_prefix('/');
        name.is_some_and(tracked)
    });
    let before = before.unwrap_or_default();
    let added = lines_to_add(&before, &lines);
    let is_kept = |line: &&str| !lines_to_add(&before, &[line]).is_empty();
    done.tracked = kept.into_iter().filter(is_kept).map(str::to_owned).collect();
    for (path, bytes) in missing {
        create(folder, path, bytes)?;
        done.written.push(path.to_owned());
    }
    for (path, bytes) in outdated {
        replace(folder, path, bytes)?;
        done.updated.push(path.to_owned());
    }
    let ignore = ".gitignore";
    if added.is_empty() {
        done.there.push(ignore.into());
    } else {
        match before.is_empty() && !folder.join(ignore).exists() {
            true => create(folder, ignore, &added)?,
            false => replace(folder, ignore, &[before, added].concat())?,
        }
        done.written.push(ignore.into());
    }
    Ok(done)
}

/// What is at the place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Missing,
    Same,
    /// Written by another version of the program, and not changed since.
    Untouched,
    InTheWay(String),
}

fn state(folder: &Path, path: &str, text: &str) -> anyhow::Result<State> {
    if let Some(link) = link_above(folder, path) {
        let why = format!("would be behind the symbolic link `{}`", link.display());
        return Ok(State::InTheWay(why));
    }
    let path = folder.join(path);
    // A symbolic link that leads nowhere is there, too.
    let is_link = is_link(&path);
    match fs::read(&path) {
        Ok(bytes) if is_same(&bytes, text) => Ok(State::Same),
        Ok(_) if is_link => Ok(State::InTheWay("is a symbolic link".into())),
        Ok(bytes) if str::from_utf8(&bytes).is_ok_and(written::is_untouched) => {
            Ok(State::Untouched)
        }
        Ok(_) => Ok(State::InTheWay("has other content".into())),
        Err(error) if is_missing(&error) && !is_link => Ok(State::Missing),
        Err(error) => Ok(State::InTheWay(format!("cannot be read ({error})"))),
    }
}

/// Git may have given the lines other ends.
fn is_same(bytes: &[u8], text: &str) -> bool {
    bytes == text.as_bytes()
        || str::from_utf8(bytes).is_ok_and(|it| it.replace("\r\n", "\n") == text)
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink())
}

/// A folder on the way to a file that is a symbolic link: what is written behind it is elsewhere.
fn link_above(folder: &Path, path: &str) -> Option<PathBuf> {
    let parents = Path::new(path).ancestors().skip(1).filter(|it| !it.as_os_str().is_empty());
    parents.map(Path::to_owned).find(|parent| is_link(&folder.join(parent)))
}

/// What is in `.gitignore`; `None` if there is none. The error says why it cannot be added to.
fn ignored(folder: &Path) -> Result<Option<Vec<u8>>, String> {
    let path = folder.join(".gitignore");
    if is_link(&path) {
        return Err("is a symbolic link".into());
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(format!("cannot be read ({error})")),
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// A file that is there whole or not at all, and never over something that came there in the meantime.
fn create(folder: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let place = folder.join(path);
    let write = || {
        let parent = place.parent().unwrap_or(folder);
        fs::create_dir_all(parent)?;
        let file = temporary(parent, bytes, None)?;
        file.persist_noclobber(&place).map_err(|error| error.error).map(drop)
    };
    write().with_context(|| format!("cannot write `{path}`"))
}

/// The same in place of what is there.
fn replace(folder: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let place = folder.join(path);
    let write = || {
        let permissions = fs::metadata(&place)?.permissions();
        let file = temporary(place.parent().unwrap_or(folder), bytes, Some(permissions))?;
        file.persist(&place).map_err(|error| error.error).map(drop)
    };
    write().with_context(|| format!("cannot write `{path}`"))
}

/// A file beside its place, with the permissions that a new one has, or these.
fn temporary(
    folder: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".download-analytics-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// What is to be added to a file with these bytes, so that it has these lines.
fn lines_to_add(before: &[u8], lines: &[&str]) -> Vec<u8> {
    let is_there = |line: &str| {
        before.split(|byte| *byte == b'\n').any(|it| it.trim_ascii_end() == line.as_bytes())
    };
    let end: &[u8] = if before.windows(2).any(|two| two == b"\r\n") { b"\r\n" } else { b"\n" };
    let mut added = Vec::new();
    for line in lines.iter().filter(|line| !is_there(line)) {
        if added.is_empty() && before.last().is_some_and(|last| *last != b'\n') {
            added.extend_from_slice(end);
        }
        added.extend_from_slice(line.as_bytes());
        added.extend_from_slice(end);
    }
    added
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_there_are_not_added() {
        let add = |before: &str| {
            String::from_utf8(lines_to_add(before.as_bytes(), &["/data", "/site"])).unwrap()
        };
        assert_eq!(add(""), "/data\n/site\n");
        assert_eq!(add("/site\r\n/data "), "");
        assert_eq!(add("/site\nx"), "\n/data\n");
        assert_eq!(add("/target\r\nx"), "\r\n/data\r\n/site\r\n");
        assert_eq!(add("# /data\n/database\n"), "/data\n/site\n");
    }
}
