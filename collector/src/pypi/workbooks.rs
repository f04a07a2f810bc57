//! `collector pypi --add-metrics`: the workbook of each project, beside the rows that it counts.

use std::path::Path;

use config::{Config, Project};
use downloads::ProjectName;
use store::Snapshot;

/// Some projects have no new workbook. What was collected is kept, and the others have theirs.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub(crate) struct NoWorkbook(Vec<String>);

/// Writes the workbooks of these projects, of all that are configured if there are none, into the folder of the store.
/// Returns what is to be printed, and what failed.
///
/// # Errors
///
/// If the store cannot be read.
pub(super) fn write(
    store: &Path,
    config: &Config,
    projects: &[ProjectName],
) -> anyhow::Result<(String, Result<(), NoWorkbook>)> {
    let snapshot = Snapshot::open_or_empty(store)?;
    let chosen: Vec<Project> = match projects {
        [] => config.projects.clone(),
        names => names.iter().map(|name| config.project_or_new(name)).collect(),
    };
    ::workbooks::remove_left_over(store);
    let counted = (&config.mirrors, config.lookback);
    let made = ::workbooks::write_projects(store, &chosen, &snapshot, counted, |_, _| ());
    let (mut written, mut unchanged, mut failed) = (0_u32, 0_u32, Vec::new());
    for (project, made) in chosen.iter().zip(made) {
        match made {
            Ok(Some((true, ()))) => written += 1,
            Ok(Some((false, ()))) => unchanged += 1,
            Ok(None) => {}
            Err(error) => {
                let error = anyhow::Error::from(error);
                failed.push(format!("cannot write the workbook of `{}`: {error:#}", project.name));
            }
        }
    }
    let folder = store.display();
    let text = format!("workbooks: {written} written, {unchanged} unchanged, in {folder}\n");
    Ok((text, if failed.is_empty() { Ok(()) } else { Err(NoWorkbook(failed)) }))
}
