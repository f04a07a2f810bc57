//! A `.tar.gz` whose bytes depend on its files and nothing else.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use flate2::{Compression, GzBuilder, read::GzDecoder};
use sha2::{Digest, Sha256};

/// A file of the archive.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its name in the one folder of the archive.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Whether it can be run.
    pub(super) is_program: bool,
}

/// An archive that is there.
pub(super) struct Archive {
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
}

/// Packs the files into a folder: in the order of their names, of nobody, all of this time in seconds since 1970.
pub(super) fn pack(folder: &str, mut entries: Vec<Entry>, time: u64) -> anyhow::Result<Vec<u8>> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for Entry { name, bytes, is_program } in entries {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(if is_program { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("{folder}/{name}"), bytes.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// Writes an archive, and a file with its digest as `sha256sum` writes and checks it.
pub(super) fn write(output: &Path, stem: &str, bytes: &[u8]) -> anyhow::Result<Archive> {
    let name = format!("{stem}.tar.gz");
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::create_dir_all(output)
        .with_context(|| format!("cannot create the folder `{}`", output.display()))?;
    let put = |name: &str, bytes: &[u8]| {
        let path = output.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
        anyhow::Ok(path)
    };
    put(&format!("{name}.sha256"), format!("{digest}  {name}\n").as_bytes())?;
    Ok(Archive { path: put(&name, bytes)?, size: bytes.len() as u64 })
}

/// Unpacks an archive into a folder that is there.
pub(super) fn unpack(archive: &Path, folder: &Path) -> anyhow::Result<()> {
    let file = fs::File::open(archive)?;
    tar::Archive::new(GzDecoder::new(file)).unpack(folder)?;
    Ok(())
}

/// When the commit was made that is built, in seconds since 1970; `SOURCE_DATE_EPOCH` says otherwise.
pub(super) fn commit_time(root: &Path) -> anyhow::Result<u64> {
    let seconds = match env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds,
        Err(_) => {
            let output = Command::new("git")
                .args(["log", "-1", "--format=%ct"])
                .current_dir(root)
                .output()
                .context("cannot run git, which knows the time of the commit")?;
            if !output.status.success() {
                bail!("git log: {}", String::from_utf8_lossy(&output.stderr).trim());
            }
            String::from_utf8(output.stdout)?
        }
    };
    seconds.trim().parse().with_context(|| format!("`{}` is no number of seconds", seconds.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, is_program: bool) -> Entry {
        Entry { name: name.into(), bytes: name.as_bytes().to_vec(), is_program }
    }

    #[test]
    fn the_same_files_are_the_same_archive_in_whatever_order_they_come() {
        let (a, b) = (entry("a", true), entry("b", false));
        let one = pack("x-1", vec![a.clone(), b.clone()], 1_800_000_000).unwrap();
        assert_eq!(one, pack("x-1", vec![b.clone(), a.clone()], 1_800_000_000).unwrap());
        assert_ne!(one, pack("x-1", vec![a, b], 1_800_000_001).unwrap());
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = pack("x-1", vec![entry("run", true), entry("README.md", false)], 0).unwrap();
        let archive = write(folder.path(), "x-1", &bytes).unwrap();
        let mut read = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
        let heads: Vec<_> = read
            .entries()
            .unwrap()
            .map(|it| {
                let it = it.unwrap();
                let header = it.header();
                (
                    it.path().unwrap().to_str().unwrap().to_owned(),
                    header.mode().unwrap(),
                    header.uid().unwrap(),
                )
            })
            .collect();
        assert_eq!(heads, [("x-1/README.md".into(), 0o644, 0), ("x-1/run".into(), 0o755, 0)]);
        unpack(&archive.path, folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("x-1/run")).unwrap(), b"run");
    }

    #[test]
    fn the_digest_is_written_as_sha256sum_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "x", b"").unwrap();
        let sum = fs::read_to_string(folder.path().join("x.tar.gz.sha256")).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sum, format!("{empty}  x.tar.gz\n"));
    }
}
