//! Running git, so that nothing depends on how somebody has set it up, apart from who they are and how
//! they reach the remote.
//!
//! No command here looks at a working tree, an index of the repository, ignore rules or attributes, so
//! bytes are kept as they are, and nothing that somebody has checked out changes.

use std::{
    env,
    ffi::OsStr,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::{Branch, Remote, tree::ObjectId};

/// Who has committed, where git does not know who somebody is.
const NOBODY: (&str, &str) = ("download-analytics", "download-analytics@localhost");

/// What holds for every command: no hooks of the repository, no cleaning up that takes minutes, no
/// helper programs that an address could name.
const SETTINGS: [&str; 5] = [
    "core.hooksPath=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "core.quotePath=true",
];

/// Variables that would lead git elsewhere.
const MISLEADING: [&str; 4] =
    ["GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_LITERAL_PATHSPECS"];

/// Why git did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("cannot run `git`, which keeps the branch; install it, or add it to PATH")]
    Missing(#[source] io::Error),
    /// It said no.
    #[error("`git {command}` failed: {said}")]
    Failed {
        /// The first word of the command.
        command: String,
        /// What git said of it.
        said: String,
    },
    /// It said something that cannot be understood.
    #[error("`git {command}` answered `{}`, which is not understood", .said.escape_debug())]
    Strange {
        /// The first word of the command.
        command: String,
        /// What git said.
        said: String,
    },
}

/// What a remote says if two are at the same ref, in words of git's that it does not translate.
const RACES: [&str; 4] = [
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value provided",
    "reference already exists",
];

impl GitError {
    /// Whether it may go well in a moment, because somebody else was at it.
    pub(super) fn is_of_a_race(&self) -> bool {
        matches!(self, Self::Failed { said, .. } if RACES.iter().any(|it| said.contains(it)))
    }
}

/// A repository.
#[derive(Debug)]
pub(super) struct Git {
    /// Its folder, absolute: usually `.git`.
    pub(super) folder: PathBuf,
}

impl Git {
    /// The repository of the current folder.
    pub(super) fn open() -> anyhow::Result<Self> {
        let mut command = plain();
        command.args(["rev-parse", "--absolute-git-dir"]);
        let found = output(command, "rev-parse", b"");
        let folder = found.map_err(|error| match error {
            missing @ GitError::Missing(_) => anyhow::Error::from(missing),
            other => anyhow::Error::from(other)
                .context("the current folder is in no git repository that can be used"),
        })?;
        Ok(Self { folder: PathBuf::from(line(&folder)) })
    }

    /// A folder for what is on its way. Not in the store, where it would be taken for part of it.
    pub(super) fn temporary_folder(&self) -> anyhow::Result<TempDir> {
        let folder =
            tempfile::Builder::new().prefix("download-analytics-").tempdir_in(&self.folder);
        folder.with_context(|| format!("cannot write to `{}`", self.folder.display()))
    }

    /// A command of git in this repository.
    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = plain();
        command.arg("--git-dir").arg(&self.folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(args);
        command
    }

    /// What git answers.
    pub(super) fn ask(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        output(self.command(args), name(args), b"")
    }

    /// The same, in a folder, with something to read.
    pub(super) fn tell_in(
        &self,
        folder: &Path,
        args: &[&str],
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(args);
        command.current_dir(folder);
        output(command, name(args), input)
    }

    /// The same, with an index of its own.
    pub(super) fn tell_index(
        &self,
        index: &Path,
        args: &[&str],
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let mut command = self.command(args);
        command.env("GIT_INDEX_FILE", index);
        output(command, name(args), input)
    }

    /// Refuses a remote that is not set up.
    pub(super) fn check_remote(&self, remote: &Remote) -> anyhow::Result<()> {
        let known = self.ask(&["remote"])?;
        let known = String::from_utf8_lossy(&known);
        if known.lines().any(|line| line == remote.as_str()) {
            return Ok(());
        }
        anyhow::bail!(
            "there is no remote `{remote}` in this repository; `git remote -v` lists those there are"
        )
    }

    /// The newest commit of a branch of the remote; `None` if there is no such branch.
    pub(super) fn tip(&self, remote: &Remote, branch: &Branch) -> anyhow::Result<Option<ObjectId>> {
        let full = format!("refs/heads/{branch}");
        let listed = self
            .ask(&["ls-remote", "--quiet", "--", remote.as_str(), &full])
            .with_context(|| format!("cannot ask `{remote}` for its branch `{branch}`"))?;
        let listed = String::from_utf8_lossy(&listed);
        // Git also lists branches whose names end like this one.
        let found = listed.lines().filter_map(|line| line.split_once('\t'));
        let found = found.filter(|(_, name)| *name == full).map(|(id, _)| id).next();
        found.map(|id| ObjectId::of("ls-remote", id)).transpose().map_err(Into::into)
    }

    /// Fetches a branch into a ref of ours, and returns its newest commit. A repository without its
    /// whole history needs none of this branch either.
    pub(super) fn fetch(
        &self,
        remote: &Remote,
        branch: &Branch,
        into: &str,
    ) -> anyhow::Result<ObjectId> {
        let shallow = self.ask(&["rev-parse", "--is-shallow-repository"])?;
        let refspec = format!("+refs/heads/{branch}:{into}");
        let mut args = vec![
            "fetch",
            "--quiet",
            "--force",
            "--no-tags",
            "--no-prune",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--refmap=",
        ];
        if line(&shallow) == "true" {
            args.push("--depth=1");
        }
        args.extend(["--", remote.as_str(), &refspec]);
        self.ask(&args).with_context(|| format!("cannot fetch `{branch}` from `{remote}`"))?;
        let commit = self.resolve(into)?;
        commit.with_context(|| format!("`git fetch` did not bring the branch `{branch}`"))
    }

    /// The commit that a ref points to; `None` if there is no such ref.
    pub(super) fn resolve(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        let found = self.ask(&["for-each-ref", "--format=%(refname) %(objectname)", name])?;
        let found = String::from_utf8_lossy(&found);
        // Refs below one of this name are listed, too.
        let id = found.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        id.map(|id| ObjectId::of("for-each-ref", id)).transpose()
    }

    /// Points a ref to a commit.
    pub(super) fn set_ref(&self, name: &str, commit: &ObjectId) -> Result<(), GitError> {
        self.ask(&["update-ref", name, commit.as_str()]).map(drop)
    }

    /// Removes a ref, if it is there.
    pub(super) fn drop_ref(&self, name: &str) -> Result<(), GitError> {
        self.ask(&["update-ref", "-d", name]).map(drop)
    }

    /// Makes a commit, by whoever git knows, and returns its id.
    pub(super) fn commit(
        &self,
        tree: &ObjectId,
        parent: Option<&ObjectId>,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<ObjectId, GitError> {
        let mut args = vec!["commit-tree", tree.as_str()];
        if let Some(parent) = parent {
            args.extend(["-p", parent.as_str()]);
        }
        let mut command = self.command(&args);
        let date = format!("{} +0000", now.timestamp());
        for role in ["AUTHOR", "COMMITTER"] {
            let variable = |what: &str| format!("GIT_{role}_{what}");
            command.env(variable("DATE"), &date);
            // Git would make up a name from the account and the machine.
            let identity = format!("GIT_{role}_IDENT");
            if self.ask(&["-c", "user.useConfigOnly=true", "var", &identity]).is_err() {
                command.env(variable("NAME"), NOBODY.0).env(variable("EMAIL"), NOBODY.1);
            }
        }
        let made = output(command, "commit-tree", message.as_bytes())?;
        ObjectId::of("commit-tree", &line(&made))
    }

    /// Pushes a commit to a branch of the remote, if the branch is where the commit begins.
    pub(super) fn push(
        &self,
        remote: &Remote,
        branch: &Branch,
        commit: &ObjectId,
    ) -> Result<(), GitError> {
        let refspec = format!("{commit}:refs/heads/{branch}");
        self.ask(&[
            "push",
            "--quiet",
            "--no-verify",
            "--no-follow-tags",
            "--no-signed",
            "--recurse-submodules=no",
            "--",
            remote.as_str(),
            &refspec,
        ])
        .map(drop)
    }

    /// Hands the content of objects to `each`, one after the other in this order.
    pub(super) fn contents<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a ObjectId>,
        mut each: impl FnMut(usize, &mut dyn io::Read) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut asked = String::new();
        let mut count = 0;
        for id in ids {
            asked.push_str(id.as_str());
            asked.push('\n');
            count += 1;
        }
        let mut command = self.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Running(command.spawn().map_err(GitError::Missing)?);
        let input = child.0.stdin.take();
        let answers = child.0.stdout.take().context("git has no output")?;
        let mut answers = io::BufReader::new(answers);
        thread::scope(|scope| {
            // Git waits for us to read while we wait for it to read.
            scope.spawn(move || input.map(|mut input| input.write_all(asked.as_bytes())));
            let mut read = || {
                for at in 0..count {
                    let bytes = blob_length(&mut answers)?;
                    let mut content = answers.by_ref().take(bytes);
                    each(at, &mut content)?;
                    io::copy(&mut content, &mut io::sink())?;
                    answers.read_exact(&mut [0])?;
                }
                anyhow::Ok(())
            };
            // Or nobody would read what it goes on writing.
            read().inspect_err(|_| drop(child.0.kill()))
        })
        .context("cannot read what git has")
    }
}

/// Ends with us, also when something fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads `<id> blob <length>`.
fn blob_length(answers: &mut io::BufReader<ChildStdout>) -> anyhow::Result<u64> {
    let mut head = String::new();
    io::BufRead::read_line(answers, &mut head)?;
    let mut words = head.trim_end().split(' ');
    let (kind, length) = (words.nth(1), words.next().and_then(|it| it.parse().ok()));
    length.filter(|_| kind == Some("blob")).ok_or_else(|| {
        GitError::Strange { command: "cat-file".into(), said: head.trim_end().into() }.into()
    })
}

fn plain() -> Command {
    let mut command = Command::new("git");
    for name in MISLEADING {
        command.env_remove(name);
    }
    // Messages are shown, and should be in one language.
    command.env_remove("LANGUAGE").env("LC_ALL", "C");
    if env::var_os("GIT_TERMINAL_PROMPT").is_none() && !io::IsTerminal::is_terminal(&io::stdin()) {
        command.env("GIT_TERMINAL_PROMPT", "0");
    }
    command
}

/// The word of a command that says what it does.
fn name<'a>(args: &[&'a str]) -> &'a str {
    let rest = if args.first() == Some(&"-c") { args.get(2) } else { args.first() };
    rest.copied().unwrap_or_default()
}

/// Runs git to its end.
fn output(mut command: Command, name: &str, input: &[u8]) -> Result<Vec<u8>, GitError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |said: String| GitError::Failed { command: name.to_owned(), said };
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => GitError::Missing(error),
        _ => failed(error.to_string()),
    })?;
    let pipe = child.stdin.take();
    let output = thread::scope(|scope| {
        // Git may end without reading all of it, and then says why.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().map(|it| it.trim_end()).filter(|it| {
        // Advice for those who work on code.
        !it.is_empty() && !it.starts_with("hint:")
    });
    let said = without_passwords(&lines.collect::<Vec<_>>().join("; "));
    Err(failed(if said.is_empty() { output.status.to_string() } else { said }))
}

/// The first line of an answer.
pub(super) fn line(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    text.lines().next().unwrap_or_default().to_owned()
}

/// Leaves out of addresses who is logging in.
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|it: char| it == '/' || it.is_whitespace()).unwrap_or(part.len());
        let host = part[..end].rfind('@').map_or(0, |at| at + 1);
        clean.push_str("://");
        clean.push_str(&part[host..]);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_an_address_is_shown() {
        for (text, clean) in [
            ("fatal: 'https://me:secret@example.org/a'", "fatal: 'https://example.org/a'"),
            ("https://me:s@t@example.org x@y", "https://example.org x@y"),
            ("ssh://git@example.org/a://b@c", "ssh://example.org/a://c"),
            ("no address, me@example.org", "no address, me@example.org"),
        ] {
            assert_eq!(without_passwords(text), clean);
        }
    }
}
