//! Writes each script of the workflows and of the action to a file of its own, for shellcheck.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, bail};
use workflow_tests::file::{self, Step};

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).context("usage: scripts FOLDER")?);
    let mut steps: Vec<(String, Step)> = Vec::new();
    for (number, step) in file::action()?.runs.steps.into_iter().enumerate() {
        steps.push((format!("action-{}", number + 1), step));
    }
    for (name, workflow) in file::workflows()? {
        for (id, job) in workflow.jobs {
            for (number, step) in job.steps.into_iter().enumerate() {
                steps.push((format!("{name}-{id}-{}", number + 1), step));
            }
        }
    }
    for (name, step) in &steps {
        let Some(script) = &step.run else { continue };
        if !matches!(step.shell.as_deref(), None | Some("bash")) {
            bail!("`{}` of {name} is for another shell than bash", step.title());
        }
        let text = format!("#!/usr/bin/env bash\n# {name}: {}\n{script}", step.title());
        fs::write(folder.join(format!("{name}.sh")), text)?;
    }
    Ok(())
}
