//! Links in Markdown files that lead to nothing in the repository.

use std::path::{Component, Path, PathBuf};

use super::numbered;

/// Links to files that do not exist. Addresses elsewhere are not looked up.
pub(super) fn dead_links(
    path: &Path,
    text: &str,
    exists: &dyn Fn(&Path) -> bool,
) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    let mut in_code = false;
    for (number, line) in numbered(text) {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for target in targets(line) {
            let file = target.split('#').next().unwrap_or_default();
            let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
            if is_elsewhere || file.is_empty() {
                continue;
            }
            let found = beside(path, file).is_some_and(|file| exists(&file));
            if !found {
                problems.push((number, format!("the link to `{target}` leads nowhere")));
            }
        }
    }
    problems
}

/// What stands in parentheses after a link's text, without a title.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let inner = rest.split_once(')')?.0;
        Some(inner.split(' ').next().unwrap_or_default().trim_matches(['<', '>']))
    })
}

/// The path of `target` as seen from the file `path`. `None` if it leads out of the repository.
fn beside(path: &Path, target: &str) -> Option<PathBuf> {
    let mut folder = match target.strip_prefix('/') {
        Some(_) => PathBuf::new(),
        None => path.parent().unwrap_or(Path::new("")).to_owned(),
    };
    for part in Path::new(target.trim_start_matches('/')).components() {
        match part {
            Component::Normal(name) => folder.push(name),
            Component::ParentDir if !folder.pop() => return None,
            _ => {}
        }
    }
    Some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(usize, String)> {
        let exists = |path: &Path| matches!(path.to_str(), Some("README.md" | "docs/a.md"));
        dead_links(Path::new("docs/b.md"), text, &exists)
    }

    #[test]
    fn links_are_followed_from_their_file() {
        assert_eq!(
            links("[a](a.md) and [readme](../README.md#use \"title\"), [a](/docs/a.md)"),
            []
        );
        assert_eq!(links("\n[a](README.md)")[0].0, 2);
        assert_eq!(links("![picture](nothing.png)").len(), 1);
        assert_eq!(links("[out](../../README.md)").len(), 1);
    }

    #[test]
    fn other_sites_sections_and_code_are_left_alone() {
        assert_eq!(
            links("[x](https://example.com/a.md) [y](#section) [z](mailto:a@example.com)"),
            []
        );
        assert_eq!(links("```\n[a](nothing.md)\n```"), []);
    }
}
