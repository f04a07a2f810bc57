//! From the branch to the folder.

use std::fs;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use store::Snapshot;

use super::{
    Place, check, check_extracted, files,
    git::Git,
    hold, summary,
    tree::{self, Keep},
};

/// Brings the folder of the store to what the branch holds, and says what was done.
///
/// # Errors
///
/// If the folder holds something that would be lost, if what the branch holds is damaged, or if git or
/// the disk fail. Then the folder holds what it held.
pub fn pull(place: &Place<'_>, now: DateTime<Utc>) -> anyhow::Result<String> {
    let Place { branch, remote, store } = *place;
    let git = Git::open()?;
    git.check_remote(remote)?;
    let Some(tip) = git.tip(remote, branch)? else {
        return no_branch(place, &git);
    };
    let writer =
        hold(store, "collector branch pull", now, "the store is damaged, nothing was pulled")?;
    let here = tree::of_folder(&git, store, Keep::No)?;
    let mut may_be_replaced = here.is_empty();
    for name in [place.remembered(), place.pulling(), place.pushing()] {
        let Some(commit) = git.resolve(&name)? else { continue };
        if !may_be_replaced && tree::of_commit(&git, &commit).is_ok_and(|it| it.blobs == here) {
            // A run that was killed may have come so far. What it was about is overwritten below.
            git.set_ref(&place.remembered(), &commit)?;
            may_be_replaced = true;
        }
    }
    let commit = git.fetch(remote, branch, &place.pulling())?;
    let there = tree::of_commit(&git, &commit)?.blobs;
    if there.is_empty() {
        git.drop_ref(&place.pulling())?;
        bail!(
            "{} holds no store, so nothing was pulled; name another branch with --branch, or a new one, \
             which `collector branch push` makes",
            place.title()
        );
    }
    let same = here == there;
    if !same && !may_be_replaced {
        git.drop_ref(&place.pulling())?;
        return Err(differs(place, &tree::difference(&here, &there)));
    }
    if !same {
        let folder = git.temporary_folder()?;
        tree::extract(&git, &there, folder.path())?;
        let so = format!("what {} holds is damaged, so nothing was pulled", place.title());
        check_extracted(folder.path(), &so)?;
        writer.replace_by(folder.path())?;
    } else {
        drop(writer);
    }
    check(store, "the store was pulled, and is damaged")?;
    if tree::of_folder(&git, store, Keep::No)? != there {
        bail!("the folder `{}` is not what was pulled; pull again", store.display());
    }
    place.remember(&git, &commit)?;
    let was = if same { "is up to date with" } else { "is now" };
    let moved = if commit == tip { "" } else { ", which was pushed a moment ago" };
    Ok(format!(
        "`{}` {was} {} at {}{moved}: {}; {}\n",
        store.display(),
        place.title(),
        commit.short(),
        files(there.len()),
        summary(&Snapshot::open(store)?),
    ))
}

/// There is nothing to bring. What is in the folder is the beginning of a branch.
fn no_branch(place: &Place<'_>, git: &Git) -> anyhow::Result<String> {
    let store = place.store;
    fs::create_dir_all(store)
        .with_context(|| format!("cannot create the folder `{}`", store.display()))?;
    for name in [place.remembered(), place.pulling(), place.pushing()] {
        git.drop_ref(&name)?;
    }
    // Any object will do.
    git.set_ref(&place.absent(), &tree::nothing(git)?)?;
    let snapshot = Snapshot::open(store)?;
    let holds = match snapshot.projects().count() {
        0 => "is empty".to_owned(),
        _ => format!("stays as it is ({})", summary(&snapshot)),
    };
    Ok(format!(
        "there is no branch `{}` at `{}` yet: `{}` {holds}; `collector branch push` makes the branch\n",
        place.branch,
        place.remote,
        store.display()
    ))
}

fn differs(place: &Place<'_>, difference: &(usize, Option<&str>)) -> anyhow::Error {
    let (count, first) = difference;
    let first = first.unwrap_or_default();
    anyhow::anyhow!(
        "`{}` holds something else than what was pulled last ({} that {} does not have so, such as \
         `{first}`), so nothing was pulled; push it with `collector branch push` if nobody else pushed \
         meanwhile, or move the folder away and pull again",
        place.store.display(),
        files(*count),
        place.title(),
    )
}
