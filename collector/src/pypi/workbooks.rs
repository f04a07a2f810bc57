//! `collector pypi --add-metrics`: the workbook of each project, beside the rows that it counts.

use std::{fmt, path::Path};

use config::{Config, Detail, Project};
use downloads::ProjectName;
use store::Snapshot;

/// The projects whose workbook could not be made. What was collected is kept.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub(super) struct NoWorkbook(Vec<String>);

/// How many workbooks there are.
#[derive(Debug, Default)]
struct Written {
    written: usize,
    unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, unchanged } = self;
        writeln!(f, "workbooks: {written} written, {unchanged} unchanged")
    }
}

/// Writes the workbooks of these projects, of all that are configured if there are none, into the folder of the store.
/// Returns what is to be printed.
///
/// # Errors
///
/// If the workbook of a project cannot be made; those of the others are there.
pub(super) fn write(
    store: &Path,
    config: &Config,
    projects: &[ProjectName],
) -> anyhow::Result<String> {
    let snapshot = Snapshot::open_or_empty(store)?;
    let chosen: Vec<Project> = match projects {
        [] => config.projects.clone(),
        names => names.iter().map(|name| project(config, name)).collect(),
    };
    let (mut done, mut failed) = (Written::default(), Vec::new());
    for project in &chosen {
        let (mirrors, lookback) = (&config.mirrors, config.lookback);
        match ::workbooks::write_project(store, project, &snapshot, mirrors, lookback) {
            Ok(Some((true, _))) => done.written += 1,
            Ok(Some((false, _))) => done.unchanged += 1,
            Ok(None) => {}
            Err(error) => {
                let error = anyhow::Error::from(error);
                failed.push(format!("cannot write the workbook of `{}`: {error:#}", project.name));
            }
        }
    }
    if failed.is_empty() { Ok(done.to_string()) } else { Err(NoWorkbook(failed).into()) }
}

/// The project of this name; one that is not configured is collected at full detail.
fn project(config: &Config, name: &ProjectName) -> Project {
    config.project(name).cloned().unwrap_or_else(|| Project {
        name: name.clone(),
        spelled: name.to_string(),
        detail: Detail::Full,
        description: None,
        repository: None,
        conda: None,
        since: None,
    })
}
