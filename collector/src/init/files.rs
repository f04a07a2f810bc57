//! What is in the folder, and writing what is missing.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};

use super::content::Wanted;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// The files that were written.
    pub(super) written: Vec<String>,
    /// The files that were as they should be.
    pub(super) there: Vec<String>,
}

/// Writes what is missing in the folder. If anything else is in the way, nothing is written.
pub(super) fn write(folder: &Path, wanted: &Wanted) -> anyhow::Result<Done> {
    let mut done = Done::default();
    let mut missing = Vec::new();
    let mut in_the_way = Vec::new();
    for (path, text) in &wanted.files {
        match state(&folder.join(path), text)? {
            State::Missing => missing.push((*path, text.as_bytes().to_vec())),
            State::Same => done.there.push((*path).to_owned()),
            State::InTheWay(why) => in_the_way.push(format!("\n  {path} {why}")),
        }
    }
    let ignore = folder.join(".gitignore");
    let before = match fs::read(&ignore) {
        Ok(bytes) => Some(bytes),
        Err(error) if is_missing(&error) => None,
        Err(error) => {
            in_the_way.push(format!("\n  .gitignore cannot be read ({error})"));
            None
        }
    };
    if !in_the_way.is_empty() {
        bail!(
            "nothing was written, because these files are there already:{}\nCompare or remove them, and run \
             again.",
            in_the_way.concat()
        );
    }
    let added = lines_to_add(before.as_deref().unwrap_or_default(), wanted.ignored);
    if added.is_empty() {
        done.there.push(".gitignore".into());
    }
    for (path, bytes) in missing {
        create(folder, path, &bytes)?;
        done.written.push(path.to_owned());
    }
    if !added.is_empty() {
        if before.is_some() {
            let file = File::options().append(true).open(&ignore);
            file.and_then(|mut file| file.write_all(&added))
                .context("cannot write `.gitignore`")?;
        } else {
            create(folder, ".gitignore", &added)?;
        }
        done.written.push(".gitignore".into());
    }
    Ok(done)
}

/// What is at the place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Missing,
    Same,
    InTheWay(String),
}

fn state(path: &Path, text: &str) -> anyhow::Result<State> {
    // A symbolic link that leads nowhere is there, too.
    let is_link = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    match fs::read(path) {
        Ok(bytes) if bytes == text.as_bytes() => Ok(State::Same),
        Ok(_) => Ok(State::InTheWay("has other content".into())),
        Err(error) if is_missing(&error) && !is_link => Ok(State::Missing),
        Err(error) => Ok(State::InTheWay(format!("cannot be read ({error})"))),
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// Never over something that came there in the meantime.
fn create(folder: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let place = folder.join(path);
    let write = || {
        fs::create_dir_all(place.parent().unwrap_or(folder))?;
        File::create_new(&place)?.write_all(bytes)
    };
    write().with_context(|| format!("cannot write `{path}`"))
}

/// What is to be added to a file with these bytes, so that it has these lines.
fn lines_to_add(before: &[u8], lines: &[&str]) -> Vec<u8> {
    let is_there = |line: &str| {
        before.split(|byte| *byte == b'\n').any(|it| it.trim_ascii_end() == line.as_bytes())
    };
    let mut added = Vec::new();
    for line in lines.iter().filter(|line| !is_there(line)) {
        added.extend_from_slice(line.as_bytes());
        added.push(b'\n');
    }
    if !added.is_empty() && before.last().is_some_and(|last| *last != b'\n') {
        added.insert(0, b'\n');
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
        assert_eq!(add("# /data\n/database\n"), "/data\n/site\n");
    }
}
