//! `collector export`: the store as an event file.

use std::path::Path;

use downloads::ProjectName;

/// todo
pub fn run(_store: &Path, _projects: &[ProjectName], _output: Option<&Path>) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
