//! From another branch into the folder: what was collected there is not collected, or paid for, again.

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use store::Snapshot;

use super::{
    Place, check, check_extracted,
    git::Git,
    hold,
    join::{Joined, join},
    loss::loss,
    summary, tree,
};

/// Puts what the branch holds into the store of the folder, and says what was taken. What the folder is
/// to be pushed to, and from where, stays as it is.
///
/// # Errors
///
/// If what the branch or the folder holds is damaged, or if git or the disk fail. Then the folder holds
/// what it held.
pub fn merge(place: &Place<'_>, now: DateTime<Utc>) -> anyhow::Result<String> {
    let Place { branch, remote, store } = *place;
    let git = Git::open()?;
    git.check_remote(remote)?;
    if git.tip(remote, branch)?.is_none() {
        bail!("there is no branch {}, so nothing was merged", place.title());
    }
    let mut writer =
        hold(store, "collector branch merge", now, "the store is damaged, so nothing was merged")?;
    check(store, "the store is damaged, so nothing was merged")?;
    let commit = git.fetch(remote, branch, &place.merging())?;
    let there = tree::of_commit(&git, &commit);
    git.drop_ref(&place.merging())?;
    let there = there?;
    if there.blobs.is_empty() {
        bail!("{} holds no store, so nothing was merged", place.title());
    }
    let folder = git.temporary_folder()?;
    tree::extract(&git, &there.blobs, folder.path())?;
    let so = format!("what {} holds is damaged, so nothing was merged", place.title());
    check_extracted(folder.path(), &so)?;
    let theirs = Snapshot::open(folder.path())?;
    let why = || format!("cannot put what {} holds into `{}`", place.title(), store.display());
    let joined = join(&mut writer, &theirs).with_context(why)?;
    writer.save().with_context(why)?;
    // That nothing is lost must not depend on what was just written being right.
    check(store, "the store was merged, and is damaged")?;
    if !loss(&git, &there, writer.snapshot())?.is_none() {
        bail!("`{}` lacks something that {} has; keep the branch", store.display(), place.title());
    }
    let what = told(&joined);
    Ok(format!(
        "merged {} at {} into `{}`: {what}; {}\n",
        place.title(),
        commit.short(),
        store.display(),
        summary(writer.snapshot())
    ))
}

fn told(joined: &Joined) -> String {
    if *joined == Joined::default() {
        return "it holds nothing new".to_owned();
    }
    let Joined { added, replaced, kept, looked, jobs, revisions } = joined;
    format!(
        "days of projects: {added} added, {replaced} replaced, {kept} kept as they were, {looked} looked \
         at later; {jobs} jobs, {revisions} revisions"
    )
}
