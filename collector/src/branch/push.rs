//! From the folder to the branch.

use std::{collections::BTreeSet, thread, time::Duration};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use store::{Snapshot, StoreError};

use super::{
    Place, check, files,
    git::{Git, GitError},
    hold,
    loss::{Loss, loss},
    newest_day, summary,
    tree::{self, Blobs, Commit, Keep, ObjectId},
};

/// The branch is not what it was when it was pulled.
#[derive(Debug, thiserror::Error)]
#[error(
    "{title} has moved since it was pulled ({from} then, {to} now), so nothing was pushed; {remedy}"
)]
pub struct Moved {
    title: String,
    from: String,
    to: String,
    remedy: String,
}

/// Somebody else is about to change the branch, or was killed when they were.
#[derive(Debug, thiserror::Error)]
#[error("{title} is being changed by somebody else, so nothing was pushed; push again in a moment")]
pub struct Busy {
    title: String,
    source: GitError,
}

/// How long to wait before a push is tried again that found the branch held by another one.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(800), Duration::from_millis(2400)];

/// How to push.
#[derive(Clone, Copy, Debug, Default)]
pub struct Push<'a> {
    /// The message of the commit; `None` for one that says days and projects.
    pub message: Option<&'a str>,
    /// Whether days and bills that the branch has may be missing in the folder.
    pub accept_loss: bool,
}

/// Makes a commit of the store and pushes it to the branch, if anything changed; says what was done.
///
/// # Errors
///
/// [`Moved`] if somebody else pushed, [`Busy`] if they are at it. Also if the store is damaged, if the branch was never pulled, or if
/// git fails. Then the branch is what it was.
pub fn push(place: &Place<'_>, how: Push<'_>, now: DateTime<Utc>) -> anyhow::Result<String> {
    let Place { branch, remote, store } = *place;
    let git = Git::open()?;
    git.check_remote(remote)?;
    if !store.exists() {
        return Err(StoreError::Missing(store.into()).into());
    }
    let so = "the store is damaged, so nothing was pushed";
    // Nobody changes it while it is looked at.
    let writer = hold(store, "collector branch push", now, so)?;
    check(store, so)?;

    let tip = git.tip(remote, branch)?;
    let blobs = tree::of_folder(&git, store, Keep::Yes)?;
    let parent = remembered(place, &git, tip.as_ref(), &blobs)?;
    let before = match &parent {
        Some(parent) => tree::of_commit(&git, parent)?,
        None => Commit::default(),
    };
    if blobs == before.blobs {
        return Ok(match &parent {
            Some(parent) => {
                format!("nothing to push: the store is {} at {}\n", place.title(), parent.short())
            }
            None => format!("nothing to push: the store in `{}` is empty\n", store.display()),
        });
    }
    if blobs.is_empty() {
        bail!(
            "the store in `{}` is empty and {} is not, so nothing was pushed; pull with `collector branch \
             pull`",
            store.display(),
            place.title()
        );
    }
    if parent.is_none() && tip.is_some() && git.resolve(&place.absent())?.is_none() {
        bail!(
            "{} was never pulled into this repository, so nothing was pushed; move `{}` away, and pull with \
             `collector branch pull`",
            place.title(),
            store.display()
        );
    }
    if parent != tip {
        return Err(moved(place, parent.as_ref(), tip.as_ref()).into());
    }

    let snapshot = writer.snapshot();
    if !how.accept_loss {
        refuse_loss(place, &loss(&git, &before, snapshot)?)?;
    }
    let tree = tree::write(&git, &blobs, &before)?;
    let message = match how.message {
        Some(message) => message.to_owned(),
        None => default_message(snapshot, &blobs, &before.blobs),
    };
    let commit = git.commit(&tree, parent.as_ref(), &message, now)?;
    git.set_ref(&place.pushing(), &commit)?;
    if let Err(error) = send(place, &git, parent.as_ref(), &commit) {
        git.drop_ref(&place.pushing())?;
        return Err(error);
    }
    place.remember(&git, &commit)?;
    let (count, _) = tree::difference(&before.blobs, &blobs);
    Ok(format!(
        "pushed {} to {} as {}; {}\n",
        files(count),
        place.title(),
        commit.short(),
        summary(snapshot)
    ))
}

/// Pushes the commit. What became of it is what the branch is then, whatever was heard of it.
fn send(
    place: &Place<'_>,
    git: &Git,
    parent: Option<&ObjectId>,
    commit: &ObjectId,
) -> anyhow::Result<()> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let Err(error) = git.push(place.remote, place.branch, commit) else { return Ok(()) };
        let tip = git.tip(place.remote, place.branch)?;
        if tip.as_ref() == Some(commit) {
            return Ok(());
        }
        if tip.as_ref() != parent {
            return Err(moved(place, parent, tip.as_ref()).into());
        }
        if !error.is_of_a_race() {
            return Err(error).with_context(|| format!("cannot push to {}", place.title()));
        }
        match pauses.next() {
            Some(pause) => thread::sleep(pause),
            None => return Err(Busy { title: place.title(), source: error }.into()),
        }
    }
}

/// The commit that the folder was, before what is not pushed yet; `None` if it was never pulled or
/// pushed. A run that was killed may have done its work without writing that down.
fn remembered(
    place: &Place<'_>,
    git: &Git,
    tip: Option<&ObjectId>,
    here: &Blobs,
) -> anyhow::Result<Option<ObjectId>> {
    let pushed = git.resolve(&place.pushing())?.filter(|commit| Some(commit) == tip);
    let pulled = match git.resolve(&place.pulling())? {
        // What cannot be read was never pulled.
        Some(commit) if tree::of_commit(git, &commit).is_ok_and(|it| it.blobs == *here) => {
            Some(commit)
        }
        _ => None,
    };
    let Some(commit) = pushed.or(pulled) else { return Ok(git.resolve(&place.remembered())?) };
    place.remember(git, &commit)?;
    Ok(Some(commit))
}

fn refuse_loss(place: &Place<'_>, loss: &Loss) -> anyhow::Result<()> {
    if loss.is_none() {
        return Ok(());
    }
    let such_as = loss.first.iter().map(|first| format!(", such as {first},")).collect::<String>();
    bail!(
        "{} has {} days of projects{such_as} and {} jobs in its list of spending that `{}` has not, so \
         nothing was pushed; move the folder away, pull with `collector branch pull`, and collect again, or \
         push with --accept-loss if they are to go",
        place.title(),
        loss.days,
        loss.jobs,
        place.store.display()
    )
}

fn moved(place: &Place<'_>, from: Option<&ObjectId>, to: Option<&ObjectId>) -> Moved {
    let short = |id: Option<&ObjectId>| id.map_or("not there", ObjectId::short).to_owned();
    let remedy = match to {
        Some(_) => format!(
            "move `{}` away, pull with `collector branch pull`, and run again",
            place.store.display()
        ),
        None => "`collector branch pull` forgets it and keeps the folder, then push again".into(),
    };
    Moved { title: place.title(), from: short(from), to: short(to), remedy }
}

/// `data: 2026-11-27, 20 projects`: the newest day, and how many projects have other rows than before.
fn default_message(snapshot: &Snapshot, now: &Blobs, before: &Blobs) -> String {
    let month_files =
        |blobs: &Blobs| blobs.keys().filter(|path| path.matches('/').count() == 2).count();
    let changed =
        now.iter().filter(|(path, id)| before.get(*path) != Some(id)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    let changed: BTreeSet<&String> = changed.chain(gone).collect();
    let months: Vec<_> = changed.iter().filter_map(|path| project_of(path)).collect();
    let projects: BTreeSet<&str> = months.iter().copied().collect();
    let projects = match projects.len() {
        0 => "no new downloads".to_owned(),
        1 => "1 project".to_owned(),
        many => format!("{many} projects"),
    };
    let day = newest_day(snapshot).map_or("no day yet".to_owned(), |day| day.to_string());
    format!(
        "data: {day}, {projects}\n\nMonth files: {} of {} changed.\n",
        months.len(),
        month_files(now).max(months.len())
    )
}

/// The project of a month file; `None` for the other files.
fn project_of(path: &str) -> Option<&str> {
    path.strip_prefix("pypi/")?.split_once('/').map(|(project, _)| project)
}
