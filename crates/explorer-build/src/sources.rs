//! The files that a module was made from.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// All files of the workspace that the build which wrote `dep_info` depends on: what cargo names there, the manifests
/// of those crates, and what holds for all of them.
pub(crate) fn of(dep_info: &Path, workspace: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: BTreeSet<PathBuf> = prerequisites(&fs::read_to_string(dep_info)?).collect();
    let manifests: Vec<PathBuf> = files
        .iter()
        .flat_map(|file| file.ancestors().skip(1).take_while(|it| it.starts_with(workspace)))
        .map(|folder| folder.join("Cargo.toml"))
        .collect();
    let of_all = ["Cargo.lock", ".cargo/config.toml"].map(|name| workspace.join(name));
    // A file that is not there would make cargo run the build script each time.
    files.extend(manifests.into_iter().chain(of_all).filter(|file| file.is_file()));
    Ok(files.into_iter().collect())
}

/// The files behind the colon of the first rule; a blank in a name is written `\ `.
fn prerequisites(dep_info: &str) -> impl Iterator<Item = PathBuf> {
    let rule = dep_info.lines().next().unwrap_or_default();
    let (_, files) = rule.split_once(": ").unwrap_or_default();
    let mut names = vec![String::new()];
    for part in files.split(' ') {
        let Some(name) = names.last_mut() else { continue };
        match part.strip_suffix('\\') {
            Some(begin) => {
                name.push_str(begin);
                name.push(' ');
            }
            None => {
                name.push_str(part);
                names.push(String::new());
            }
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_blanks_drives_and_backslashes() {
        let names = |text: &str| prerequisites(text).collect::<Vec<_>>();
        assert_eq!(
            names("/t/web.wasm: /a/b.rs /my\\ code/c.rs\n"),
            ["/a/b.rs", "/my code/c.rs"].map(PathBuf::from)
        );
        assert_eq!(names("C:\\t\\web.wasm: C:\\a\\b.rs"), [PathBuf::from("C:\\a\\b.rs")]);
        assert_eq!(names("/t/web.wasm:"), [] as [PathBuf; 0]);
        assert_eq!(names(""), [] as [PathBuf; 0]);
    }

    #[test]
    fn manifests_and_the_lock_file_count() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path();
        fs::create_dir_all(workspace.join("web/src")).unwrap();
        for file in ["web/src/lib.rs", "web/Cargo.toml", "Cargo.toml", "Cargo.lock"] {
            fs::write(workspace.join(file), "").unwrap();
        }
        let dep_info = workspace.join("web.d");
        fs::write(&dep_info, format!("web.wasm: {}\n", workspace.join("web/src/lib.rs").display()))
            .unwrap();
        let names = ["Cargo.lock", "Cargo.toml", "web/Cargo.toml", "web/src/lib.rs"];
        assert_eq!(of(&dep_info, workspace).unwrap(), names.map(|name| workspace.join(name)));
    }
}
