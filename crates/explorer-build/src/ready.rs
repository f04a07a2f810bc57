//! A module that somebody made before: no build inside of the build.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::FILES;

/// The variable that names the folder of a ready-made module when `site-gen` is built.
pub const VARIABLE: &str = "DOWNLOAD_ANALYTICS_EXPLORER";

/// Why a folder has no module that can be taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadyError {
    /// It depends on where one stands.
    #[error("{VARIABLE} names `{}`, which is no absolute path: write the whole path", .0.display())]
    Relative(PathBuf),
    /// A file cannot be read.
    #[error(
        "{VARIABLE} names a folder without a module: cannot read `{}`; name the folder that has web.js, \
         web_bg.wasm and those of web_compare, or unset it so that they are made",
        path.display()
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is something else.
    #[error(
        "{VARIABLE} names a folder without a module: `{}` is not {expected}; name the folder that has web.js, \
         web_bg.wasm and those of web_compare, or unset it so that they are made",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// The copy cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The copy.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Copies the module from `folder` to `output`, and returns the files that were read.
pub fn take_ready(folder: &Path, output: &Path) -> Result<Vec<PathBuf>, ReadyError> {
    if !folder.is_absolute() {
        return Err(ReadyError::Relative(folder.into()));
    }
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|source| ReadyError::Read { path, source })
    };
    let module = FILES.map(|name| (name, read(name)));
    let mut taken = Vec::new();
    for (name, bytes) in module {
        let (path, bytes) = (folder.join(name), bytes?);
        if let Some(expected) = misses(name, &bytes) {
            return Err(ReadyError::Other { path, expected });
        }
        let copy = output.join(name);
        fs::create_dir_all(output)
            .and_then(|()| fs::write(&copy, bytes))
            .map_err(|source| ReadyError::Write { path: copy, source })?;
        taken.push(path);
    }
    Ok(taken)
}

/// What the file should be and is not; `None` if it is.
fn misses(name: &str, bytes: &[u8]) -> Option<&'static str> {
    if name.ends_with(".wasm") {
        return (!bytes.starts_with(b"\0asm\x01\0\0\0")).then_some("WebAssembly");
    }
    let is_script =
        std::str::from_utf8(bytes).is_ok_and(|text| text.contains("WebAssembly.instantiate"));
    (!is_script).then_some("the JavaScript that starts it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &[u8] = b"await WebAssembly.instantiate(bytes, imports)";
    const WASM: &[u8] = b"\0asm\x01\0\0\0";

    /// What becomes of a folder with these two files for each module.
    fn taken(script: Option<&[u8]>, wasm: Option<&[u8]>) -> Result<Vec<u8>, String> {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (name, bytes) in FILES.into_iter().zip([script, wasm].into_iter().cycle()) {
            if let Some(bytes) = bytes {
                fs::write(from.path().join(name), bytes).unwrap();
            }
        }
        let output = to.path().join("explorer");
        match take_ready(from.path(), &output) {
            Ok(files) => {
                assert_eq!(files, FILES.map(|name| from.path().join(name)));
                Ok(FILES.map(|name| fs::read(output.join(name)).unwrap()).concat())
            }
            Err(error) => Err(error.to_string().replace(from.path().to_str().unwrap(), "FOLDER")),
        }
    }

    #[test]
    fn all_files_are_taken_as_they_are() {
        assert_eq!(taken(Some(SCRIPT), Some(WASM)), Ok([SCRIPT, WASM].concat().repeat(2)));
    }

    #[test]
    fn what_is_wrong_with_a_folder_is_said_with_the_remedy() {
        let said = [
            taken(None, Some(WASM)),
            taken(Some(SCRIPT), None),
            taken(Some(SCRIPT), Some(b"<!DOCTYPE html>")),
            taken(Some(b"export {}"), Some(WASM)),
        ]
        .map(Result::unwrap_err);
        let places = [
            "read `FOLDER/web.js`",
            "read `FOLDER/web_bg.wasm`",
            "web_bg.wasm` is not",
            "web.js` is not",
        ];
        for (said, place) in said.iter().zip(places) {
            assert!(said.starts_with("DOWNLOAD_ANALYTICS_EXPLORER names a folder"), "{said}");
            assert!(
                said.contains(place) && said.ends_with("or unset it so that they are made"),
                "{said}"
            );
        }
        let relative = take_ready(Path::new("explorer"), Path::new("nowhere")).unwrap_err();
        assert!(relative.to_string().ends_with("no absolute path: write the whole path"));
    }
}
