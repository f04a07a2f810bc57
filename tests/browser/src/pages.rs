//! Which pages a rendered site has.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

/// The paths of all pages below the site's address: the empty one, `projects/x/`, `404.html`.
pub fn all_pages(site: &Path) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    collect(site, &mut files).with_context(|| format!("cannot list `{}`", site.display()))?;
    let mut pages = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "html")) {
        let parts: Option<Vec<_>> =
            file.strip_prefix(site)?.iter().map(|part| part.to_str()).collect();
        let path = parts.context("a page's name is not UTF-8")?.join("/");
        pages.push(path.strip_suffix("index.html").unwrap_or(&path).to_owned());
    }
    if pages.is_empty() {
        bail!("there is no page in `{}`", site.display());
    }
    pages.sort();
    Ok(pages)
}

/// The pages of the projects.
pub fn project_pages(site: &Path) -> anyhow::Result<Vec<String>> {
    let mut pages = all_pages(site)?;
    pages.retain(|path| path.starts_with("projects/") && path != "projects/");
    if pages.is_empty() {
        bail!("no project has a page in `{}`", site.display());
    }
    Ok(pages)
}

/// The first page of each kind. What comes before the first slash tells the kind.
pub fn one_of_each(site: &Path) -> anyhow::Result<Vec<String>> {
    let mut pages = all_pages(site)?;
    pages.dedup_by(|page, before| kind(page) == kind(before));
    Ok(pages)
}

fn kind(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// A name for the files that belong to a page: `index`, `projects-x`.
pub fn name(path: &str) -> String {
    let name = path.trim_end_matches('/').trim_end_matches(".html").replace('/', "-");
    if name.is_empty() { "index".into() } else { name }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
