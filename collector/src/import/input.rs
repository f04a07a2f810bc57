//! Where event files come from: a file or standard input, gzipped or not.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;

use crate::progress::Progress;

/// A file that is open, or standard input.
pub struct Input {
    /// What it is called in messages.
    pub name: String,
    /// Its length in bytes as it is stored; `None` if nobody knows.
    pub bytes: Option<u64>,
    source: Box<dyn Read>,
}

impl Input {
    /// Opens a file; `-` is standard input.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            let source = Box::new(io::stdin());
            return Ok(Self { name: "standard input".into(), bytes: None, source });
        }
        let name = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read `{name}`"))?;
        let metadata = file.metadata().with_context(|| format!("cannot read `{name}`"))?;
        anyhow::ensure!(!metadata.is_dir(), "cannot read `{name}`: it is a folder");
        let bytes = metadata.is_file().then_some(metadata.len());
        Ok(Self { name, bytes, source: Box::new(file) })
    }

    /// The text: unpacked if it is gzipped, and without a byte-order mark. What is read is told to
    /// `progress`.
    pub fn into_text(self, progress: &Progress) -> io::Result<Box<dyn Read>> {
        const CHUNK: usize = 256 << 10;
        let mut raw = BufReader::with_capacity(CHUNK, progress.wrap(self.source));
        let mut text: Box<dyn BufRead> = if starts_with(&mut raw, &[0x1f, 0x8b])? {
            Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        if starts_with(&mut text, "\u{feff}".as_bytes())? {
            text.consume("\u{feff}".len());
        }
        Ok(Box::new(text))
    }
}

/// Whether the first bytes are these, without taking them.
fn starts_with(input: &mut impl BufRead, bytes: &[u8]) -> io::Result<bool> {
    Ok(input.fill_buf()?.starts_with(bytes))
}

/// The paths that stand for standard input may be there once.
pub fn check_names(paths: &[PathBuf]) -> anyhow::Result<()> {
    let times = paths.iter().filter(|path| *path == Path::new("-")).count();
    anyhow::ensure!(times <= 1, "`-` is standard input, which can be read only once");
    Ok(())
}
