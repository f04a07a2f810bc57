//! `collector branch`: the store as a branch of a git repository, so that runs on machines that forget
//! everything go on where the last one ended.
//!
//! ```text
//! name   names that cannot be anything else            pure
//! git    running git
//! loss   what a push would take away
//! tree   the files of a store as git knows them
//! join   two stores become one                         no git
//! pull   from the branch to the folder
//! push   from the folder to the branch
//! merge  from another branch into the folder
//! ```
//!
//! Only files of a store travel. Whatever else the branch holds stays in it, and whatever else is in the
//! folder stays there.
//!
//! Refs of the repository say how far things are:
//!
//! - `refs/download-analytics/<branch>`: the commit that the folder was when it was last pulled or
//!   pushed. What was changed since is what is pushed, and its parent is this commit.
//! - `refs/download-analytics-pulling/<branch>` and `-pushing/`: the commit that is on its way. After a
//!   run that was killed, the folder may be the one, and the branch the other; the next run finds out.
//! - `refs/download-analytics-absent/<branch>`: there was no branch when it was last pulled. It points to
//!   nothing of interest. If there is one at the push, somebody else was first.

mod git;
mod join;
mod loss;
mod merge;
mod name;
mod pull;
mod push;
mod tree;

use std::path::Path;

use anyhow::bail;
use store::{Finding, Snapshot, StoreError, Writer};

pub use git::GitError;
pub use merge::merge;
pub use name::{BadName, Branch, Remote};
pub use pull::pull;
pub use push::{Busy, Moved, Push, push};

use git::Git;
use tree::ObjectId;

/// Which branch of which remote holds the store in which folder.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The branch.
    pub branch: &'a Branch,
    /// The remote.
    pub remote: &'a Remote,
    /// The folder of the store.
    pub store: &'a Path,
}

impl Place<'_> {
    /// `` `data` of `origin` ``.
    fn title(&self) -> String {
        format!("`{}` of `{}`", self.branch, self.remote)
    }

    fn remembered(&self) -> String {
        format!("refs/download-analytics/{}", self.branch)
    }

    fn pulling(&self) -> String {
        format!("refs/download-analytics-pulling/{}", self.branch)
    }

    fn pushing(&self) -> String {
        format!("refs/download-analytics-pushing/{}", self.branch)
    }

    fn merging(&self) -> String {
        format!("refs/download-analytics-merging/{}", self.branch)
    }

    fn absent(&self) -> String {
        format!("refs/download-analytics-absent/{}", self.branch)
    }

    /// Writes down that the folder is now this commit.
    fn remember(&self, git: &Git, commit: &ObjectId) -> Result<(), GitError> {
        git.set_ref(&self.remembered(), commit)?;
        for name in [self.pulling(), self.pushing(), self.absent()] {
            git.drop_ref(&name)?;
        }
        Ok(())
    }
}

/// Refuses a store with anything wrong in it, and names it all.
fn check(store: &Path, so: &str) -> anyhow::Result<()> {
    refuse(&store::check(store)?, so)
}

/// The same of a store in a folder of ours, which is not named.
fn check_extracted(folder: &Path, so: &str) -> anyhow::Result<()> {
    let mut findings = store::check(folder)?;
    for finding in &mut findings {
        if let Ok(path) = finding.path.strip_prefix(folder) {
            finding.path = path.into();
        }
    }
    refuse(&findings, so)
}

fn refuse(findings: &[Finding], so: &str) -> anyhow::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let lines = findings.iter().map(|it| format!("\n  `{}` {}", it.path.display(), it.damage));
    bail!("{so}:{}", lines.collect::<String>())
}

/// Holds the store, after an unfinished change was finished. Names everything that is wrong, if the
/// store cannot be held for that.
fn hold(
    store: &Path,
    command: &str,
    now: chrono::DateTime<chrono::Utc>,
    so: &str,
) -> anyhow::Result<Writer> {
    Writer::open(store, command, now).map_err(|error| match error {
        StoreError::Damaged { .. } => {
            check(store, so).err().unwrap_or_else(|| anyhow::Error::from(error))
        }
        other => other.into(),
    })
}

/// `20 projects, until 2026-11-27`.
fn summary(snapshot: &Snapshot) -> String {
    let count = snapshot.projects().count();
    let projects = if count == 1 { "1 project".into() } else { format!("{count} projects") };
    match newest_day(snapshot) {
        Some(day) => format!("{projects}, until {day}"),
        None => projects,
    }
}

/// The newest day that was collected of any project.
fn newest_day(snapshot: &Snapshot) -> Option<downloads::Day> {
    let intervals = snapshot.projects().filter_map(|it| snapshot.coverage(it.as_str()).last());
    intervals.map(|interval| interval.last).max()
}

/// `1 file`, `2 files`.
fn files(count: usize) -> String {
    if count == 1 { "1 file".into() } else { format!("{count} files") }
}
