//! Puts a file and those that it imports together. What the importing file says, wins, key by key.

use std::{collections::HashSet, io, path::Path};

use downloads::LOOKBACK_DAYS;
use serde_saphyr::Spanned;

use crate::{
    Config, LARGEST_YEAR, Project, StorePlace,
    check::{self, Part},
    error::{ConfigError, Source, plain},
    file,
};

/// How many files may import each other in a row. A circle that is not seen by its names, because
/// they differ, ends here.
const DEEPEST: usize = 10;

type Load<'a> = &'a mut dyn FnMut(&str) -> io::Result<String>;

/// Reads the file and all that it imports.
pub(crate) fn read(text: &str, file: &str, load: Load<'_>) -> Result<Config, ConfigError> {
    let source = Source { file, text };
    complete(read_part(source, &mut vec![file.to_owned()], load)?, source)
}

/// `chain` are the files from the first to this one.
fn read_part(
    source: Source<'_>,
    chain: &mut Vec<String>,
    load: Load<'_>,
) -> Result<Part, ConfigError> {
    let mut file = file::read(source)?;
    let import = file.import.take().filter(|import| !import.value.is_empty());
    let part = check::part(file, source)?;
    let Some(import) = import else { return Ok(part) };
    let imported = imported_part(&import, source, chain, load)?;
    Ok(Part {
        site: part.site.or(imported.site),
        store: part.store.or(imported.store),
        mirrors: part.mirrors.or(imported.mirrors),
        detail: part.detail.or(imported.detail),
        lookback: part.lookback.or(imported.lookback),
        max_days: part.max_days.or(imported.max_days),
        largest_year: part.largest_year.or(imported.largest_year),
        bigquery: part.bigquery.or(imported.bigquery),
        projects: part.projects.or(imported.projects),
        ecosystems: part.ecosystems.or(imported.ecosystems),
    })
}

fn imported_part(
    import: &Spanned<String>,
    source: Source<'_>,
    chain: &mut Vec<String>,
    load: Load<'_>,
) -> Result<Part, ConfigError> {
    let path = beside(source.file, &import.value);
    if let Some(at) = chain.iter().position(|file| *file == path) {
        let mut circle: Vec<String> = chain[at..].iter().map(|file| plain(file)).collect();
        circle.push(plain(&path));
        let circle = circle.join("` imports `");
        return Err(
            source.error_at(import.referenced, format!("files import each other: `{circle}`"))
        );
    }
    if chain.len() == DEEPEST {
        let message = format!("more than {DEEPEST} files import each other in a row");
        return Err(source.error_at(import.referenced, message));
    }
    let text = load(&path).map_err(|cause| source.cannot_import(import, cause))?;
    chain.push(path.clone());
    let part = read_part(Source { file: &path, text: &text }, chain, load)?;
    chain.pop();
    Ok(part)
}

/// The path that `path` means in the file `file`.
pub(crate) fn beside(file: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    folder.join(path).to_string_lossy().into_owned()
}

/// Fills in the defaults, and adds the projects that only an ecosystem names.
fn complete(part: Part, source: Source<'_>) -> Result<Config, ConfigError> {
    let detail = part.detail.unwrap_or_default();
    let listed = part.projects.unwrap_or_default();
    let ecosystems = part.ecosystems.unwrap_or_default();
    let mut projects: Vec<Project> = listed
        .into_iter()
        .map(|listed| Project { detail: listed.detail.unwrap_or(detail), ..listed.project })
        .collect();
    let mut names: HashSet<_> = projects.iter().map(|project| project.name.clone()).collect();
    for name in ecosystems.iter().flat_map(|ecosystem| ecosystem.members.iter()) {
        if names.insert(name.clone()) {
            projects.push(Project { detail, ..Project::named(name.clone(), name.as_str()) });
        }
    }
    if projects.is_empty() {
        let message = "no projects, expected at least one name below `projects:`";
        return Err(source.error_in_file(message.into()));
    }
    let (bigquery, budget) = part.bigquery.complete();
    Ok(Config {
        site: part.site.unwrap_or_default(),
        store: part.store.unwrap_or_else(|| StorePlace::Folder(beside(source.file, "data").into())),
        mirrors: part.mirrors.unwrap_or_default(),
        lookback: part.lookback.unwrap_or(LOOKBACK_DAYS),
        max_days: part.max_days,
        largest_year: part.largest_year.unwrap_or(LARGEST_YEAR),
        bigquery,
        budget,
        projects,
        ecosystems,
    })
}
