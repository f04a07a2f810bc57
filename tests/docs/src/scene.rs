//! A fresh clone in which the commands of one document are run, one block after the other.
//!
//! The programs are on the PATH, and `cargo` is a script that calls them ([`cargo.sh`](../src/cargo.sh)).
//! Nothing but this machine can be reached. `origin` is a bare repository beside the clone, which also
//! answers to the address that the documents have for it.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _},
    net::TcpListener,
    os::unix::{fs::symlink, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::markdown::{Block, Plan};

/// The configuration that the documents speak of.
const EXAMPLE: &str = "fixtures/config/example.yaml";

/// How long a block may take. One that waits for something would take for ever.
const PATIENCE: Duration = Duration::from_secs(300);

/// The port of the local BigQuery in the documents.
const DOCUMENTED_PORT: &str = "127.0.0.1:9050";

/// How the documents call the repository of the reader.
const DOCUMENTED_REMOTE: &str = "https://github.com/OWNER/NAME";

/// Variables of the one who runs the tests that would change what the commands do.
const UNWANTED: [&str; 6] = [
    "BIGQUERY_CREDENTIALS",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GITHUB_ACTIONS",
];

/// Makes the remote: the code, and data of two runs on the branch `data`. Last, the reader's event file.
const PREPARE: &str = "
    git init --quiet --bare --initial-branch=main ../origin.git
    git init --quiet --initial-branch=main
    git remote add origin ../origin.git
    git add --all
    git commit --quiet --message start
    git push --quiet --set-upstream origin main
    git init --quiet --initial-branch=data ../seed
    for events in ../first.csv ../pypi.csv; do
      collector import --quiet --store ../seed $events
      rm ../seed/pypi/.lock
      git -C ../seed add --all
      git -C ../seed commit --quiet --message data
    done
    git -C ../seed push --quiet ../origin.git data
    cp ../pypi.csv pypi.csv
";

/// The clone, and what was started in it.
pub struct Scene {
    folder: TempDir,
    port: u16,
    background: Vec<Child>,
}

impl Scene {
    /// Copies the files that git knows or would know, and puts the programs beside them.
    pub fn new(root: &Path, programs: &[(&str, &Path)]) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let scene = Self { folder, port, background: Vec::new() };
        let (bin, home) = (scene.path("bin"), scene.path("home"));
        fs::create_dir_all(&bin)?;
        fs::create_dir_all(home)?;
        for (name, program) in programs {
            symlink(program, bin.join(name))?;
        }
        let cargo = bin.join("cargo");
        fs::write(&cargo, include_str!("cargo.sh"))?;
        fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        copy_tracked(root, &scene.path("clone"))?;
        // A fork may have other projects than those that the documents speak of.
        fs::copy(root.join(EXAMPLE), scene.path("clone").join("config.yaml"))?;
        fs::write(scene.path("first.csv"), events(30))?;
        fs::write(scene.path("pypi.csv"), events(31))?;
        fs::write(scene.path("state"), "")?;
        scene.shell(PREPARE)?;
        Ok(scene)
    }

    /// Does with a block what its document says. The error holds what it printed.
    pub fn play(&mut self, block: &Block) -> anyhow::Result<()> {
        match block.plan {
            Plan::Leave(_) => Ok(()),
            Plan::Run(expected) => {
                let (code, output) = self.finish(&block.code)?;
                if code != Some(expected) {
                    bail!("ended with {code:?} instead of {expected}:\n{output}");
                }
                Ok(())
            }
            Plan::Background => self.start(&block.code),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs what the scene itself needs.
    fn shell(&self, code: &str) -> anyhow::Result<()> {
        let (status, output) = self.finish(code)?;
        if status != Some(0) {
            bail!("cannot make a clone:\n{output}");
        }
        Ok(())
    }

    /// Runs a script to its end: its exit code, none if a signal ended it, and what it printed.
    fn finish(&self, code: &str) -> anyhow::Result<(Option<i32>, String)> {
        let (mut reader, writer) = io::pipe()?;
        let mut bash = self.bash(code);
        bash.stdout(writer.try_clone()?).stderr(writer);
        let mut child = bash.spawn().context("cannot run bash")?;
        // The pipe ends when the last writer is closed, and the command still holds two.
        drop(bash);
        let (sender, receiver) = mpsc::channel();
        let group = child.id();
        thread::spawn(move || {
            let mut output = Vec::new();
            let ended = reader.read_to_end(&mut output).and_then(|_| child.wait());
            let output = String::from_utf8_lossy(&output).into_owned();
            let _ = sender.send(ended.map(|status| (status.code(), output)));
        });
        receiver.recv_timeout(PATIENCE).map_or_else(
            |_| {
                kill(group);
                bail!("does not end; mark it as `not run` or `run in the background by the tests`")
            },
            |ended| Ok(ended?),
        )
    }

    /// Starts a server, and waits until it has said something, which ours do when they are ready.
    fn start(&mut self, code: &str) -> anyhow::Result<()> {
        let mut child = self.bash(code).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let output = child.stderr.take().context("it has no output")?;
        self.background.push(child);
        let mut lines = BufReader::new(output).lines();
        // Commands of the script are told first.
        let line = lines.find(|line| !line.as_ref().is_ok_and(|line| line.starts_with('+')));
        match line.transpose()? {
            Some(line) if line.starts_with("error") => bail!("{line}"),
            Some(_) => {
                thread::spawn(move || lines.for_each(drop));
                Ok(())
            }
            None => bail!("ended instead of running in the background"),
        }
    }

    /// A shell where the last block left off: same folder, same exported variables.
    fn bash(&self, code: &str) -> Command {
        let state = self.path("state");
        let state = state.display();
        let code = code.replace(DOCUMENTED_PORT, &format!("127.0.0.1:{}", self.port));
        let script = format!(
            "set -euo pipefail\n. '{state}'\n\
             trap '{{ export -p; printf \"cd -- %q\\n\" \"$PWD\"; }} >\"{state}\"' EXIT\n\
             set -x\n{code}"
        );
        let mut paths = vec![self.path("bin")];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let origin = format!("url.{}.insteadOf", self.path("origin.git").display());
        let mut bash = Command::new("bash");
        bash.args(["-c", &script]).current_dir(self.path("clone")).stdin(Stdio::null());
        for unwanted in UNWANTED {
            bash.env_remove(unwanted);
        }
        bash.env("PATH", std::env::join_paths(paths).unwrap_or_default())
            // For `cargo xtask`, which asks cargo where the repository is.
            .env("CARGO", env!("CARGO"))
            .env("HOME", self.path("home"))
            .env("DOCUMENTS_PORT", self.port.to_string())
            .env("LC_ALL", "C")
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_COUNT", "1")])
            .envs([
                ("GIT_CONFIG_KEY_0", origin.as_str()),
                ("GIT_CONFIG_VALUE_0", DOCUMENTED_REMOTE),
            ])
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "A. Reader")))
            .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.org")))
            // A port that nobody listens at: what would need the network fails at once.
            .envs(
                ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"]
                    .map(|it| (it, "127.0.0.1:9")),
            )
            .envs(["no_proxy", "NO_PROXY"].map(|it| (it, "127.0.0.1,localhost")))
            .process_group(0);
        bash
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for child in &mut self.background {
            kill(child.id());
            let _ = child.wait();
        }
    }
}

/// Ends all processes of a group.
fn kill(group: u32) {
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
}

/// Copies what a clone of the present state would have.
fn copy_tracked(root: &Path, to: &Path) -> anyhow::Result<()> {
    let list = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot run git, which knows the files of a clone")?;
    if !list.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&list.stderr).trim());
    }
    for path in String::from_utf8(list.stdout)?.split_terminator('\0') {
        let (from, to) = (root.join(path), to.join(path));
        // One that is gone from the folder but not from git.
        if !from.exists() {
            continue;
        }
        fs::create_dir_all(to.parent().context("a file without a folder")?)?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy `{path}`"))?;
    }
    Ok(())
}

/// What users of the predecessor have: an event file `pypi.csv`, here of some configured projects, up to
/// a day of October.
fn events(last: u32) -> String {
    let head = "timestamp,country_code,project,version,type,installer_name,implementation_name,\
        implementation_version,distro_name,distro_version,system_name,system_release,cpu,ci\n";
    let rows = (1..=last).flat_map(|day| {
        ["sdv", "ctgan", "rdt"].map(|project| {
            format!(
                "2026-10-{day:02} 12:00:00,US,{project},1.{day}.0,bdist_wheel,pip,CPython,3.12.4,\
                 Ubuntu,24.04,Linux,6.8.0,x86_64,\n"
            )
        })
    });
    head.to_owned() + &rows.collect::<String>()
}
