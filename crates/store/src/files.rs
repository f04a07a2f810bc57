//! Which files make up a store, for those who carry one elsewhere as it is.

use std::path::Path;

use downloads::ProjectName;

use crate::{Month, StoreError, layout::Layout, tables::Table};

/// Whether a path, relative to the folder of a store and with `/` between its parts, is one that a file
/// of a store can have. Nothing else has a place in a copy: not the lock, not what is being written.
pub fn is_store_path(path: &str) -> bool {
    let Some(path) = path.strip_prefix("pypi/") else { return false };
    if path == "manifest.csv" || Table::of(path).is_some() {
        return true;
    }
    let Some((project, month)) = path.strip_suffix(".csv").and_then(|path| path.split_once('/'))
    else {
        return false;
    };
    ProjectName::new(project).is_ok_and(|name| name.as_str() == project)
        && month.parse::<Month>().is_ok()
}

/// The paths of all files in a folder that are such as a store has, listed in its manifest or not,
/// sorted. None if the folder does not exist.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn store_paths(root: &Path) -> Result<Vec<String>, StoreError> {
    let layout = Layout::new(root);
    let single = Table::ALL.into_iter().map(Table::path).chain(["manifest.csv"]);
    let single = single.filter(|path| layout.place(path).exists()).map(String::from);
    let mut paths: Vec<String> = single.chain(layout.month_files()?).collect();
    for path in &mut paths {
        path.insert_str(0, "pypi/");
    }
    paths.retain(|path| is_store_path(path));
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_a_store_have_a_place_in_a_copy() {
        for good in ["pypi/manifest.csv", "pypi/spending.csv", "pypi/foo-bar/2024-01.csv"] {
            assert!(is_store_path(good), "{good}");
        }
        for bad in [
            "manifest.csv",
            "pypi/.lock",
            "pypi/.next/manifest.csv",
            "pypi/.next/2024-01.csv",
            "pypi/Foo_Bar/2024-01.csv",
            "pypi/../2024-01.csv",
            "pypi//2024-01.csv",
            "pypi/a/b/2024-01.csv",
            "pypi/a/2024-13.csv",
            "pypi/a/2024-01.csv.bak",
            "/pypi/a/2024-01.csv",
            "pypi/a/../../../etc/2024-01.csv",
            ".gitattributes",
            "",
        ] {
            assert!(!is_store_path(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_not_there_has_no_files() {
        assert_eq!(store_paths(Path::new("no/such/folder")).unwrap(), [""; 0]);
    }
}
