//! What a push would take away: a folder that was emptied and filled anew looks like any other.

use anyhow::Context as _;
use downloads::Day;
use store::{Snapshot, Spending};

use super::{
    git::Git,
    tree::{self, Blobs, Commit},
};

/// What a commit has and a store has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Loss {
    /// How many days of projects.
    pub(super) days: usize,
    /// One of them, in words.
    pub(super) first: Option<String>,
    /// How many jobs of which it is known what they have cost, or may.
    pub(super) jobs: usize,
}

impl Loss {
    pub(super) fn is_none(&self) -> bool {
        self.days == 0 && self.jobs == 0
    }
}

/// Compares the lists of a commit with those of the store. Rows are not looked at: whoever collects
/// replaces them by the day, and keeps those that would shrink.
pub(super) fn loss(git: &Git, before: &Commit, now: &Snapshot) -> anyhow::Result<Loss> {
    let is_list = |path: &str| path.matches('/').count() == 1;
    let lists = before.blobs.iter().filter(|(path, _)| is_list(path));
    let lists: Blobs = lists.map(|(path, id)| (path.clone(), id.clone())).collect();
    if lists.is_empty() {
        return Ok(Loss::default());
    }
    let folder = git.temporary_folder()?;
    tree::extract(git, &lists, folder.path())?;
    let before = Snapshot::open(folder.path()).context("cannot read what the branch holds")?;
    let mut loss = Loss::default();
    for project in before.projects() {
        let name = project.as_str();
        let days = before.coverage(name).iter();
        let days = days.flat_map(|it| it.first.iter_days().take_while(|day| it.contains(*day)));
        let gone: Vec<Day> = days.filter(|day| now.interval(name, *day).is_none()).collect();
        loss.days += gone.len();
        if let (None, Some(day)) = (&loss.first, gone.first()) {
            loss.first = Some(format!("{day} of `{project}`"));
        }
    }
    let is_there = |job: &Spending| now.spending().iter().any(|it| it.job == job.job);
    loss.jobs = before.spending().iter().filter(|job| !is_there(job)).count();
    Ok(loss)
}
