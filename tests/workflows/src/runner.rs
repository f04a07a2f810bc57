//! What a runner does with the steps of jobs and composite actions.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{
    expression::{self, Status},
    file::{Action, Job, Step, repository},
    stub::Stubs,
};

/// A machine that jobs run on: its folders, its programs, and what expressions know.
#[derive(Debug)]
pub struct Runner {
    root: TempDir,
    /// The contexts that every expression may use, such as `github`.
    pub contexts: Value,
    /// What the actions of others put out, by their names without version. One that is not here must not run.
    pub actions: BTreeMap<String, BTreeMap<String, String>>,
    /// What scripts have in their environment beside that of their step.
    pub environment: BTreeMap<String, String>,
    /// The programs before those of the system.
    pub stubs: Stubs,
    /// The title of the step at which the run is cancelled, or its time is over, if it is. The script of
    /// that step is still run, but nobody hears what it puts out.
    pub cancelled_at: Option<String>,
    /// How many scripts were run.
    scripts: usize,
}

/// What became of a step.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What people call the step.
    pub title: String,
    /// `success`, `failure`, `cancelled` or `skipped`.
    pub outcome: &'static str,
    /// The exit code of its script; `None` if it has none or was skipped.
    pub code: Option<i32>,
    /// All that it printed.
    pub printed: String,
    /// What its script had in its environment, apart from what all have; what an action of others was told.
    pub given: BTreeMap<String, String>,
    /// What it put out.
    pub outputs: BTreeMap<String, String>,
}

/// What became of a job or an action.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Each step, those of actions after the step that used the action.
    pub steps: Vec<Ran>,
    /// What others see.
    pub outputs: BTreeMap<String, String>,
    /// Whether no step failed or was cancelled.
    pub ok: bool,
}

impl Done {
    /// The step with this title.
    pub fn step(&self, title: &str) -> anyhow::Result<&Ran> {
        let step = self.steps.iter().find(|step| step.title == title);
        step.with_context(|| format!("there is no step `{title}`"))
    }

    /// The titles of the steps that failed.
    pub fn failed(&self) -> Vec<&str> {
        let failed = self.steps.iter().filter(|step| step.outcome == "failure");
        failed.map(|step| step.title.as_str()).collect()
    }

    /// All that the steps printed.
    pub fn printed(&self) -> String {
        self.steps.iter().map(|step| step.printed.as_str()).collect()
    }
}

impl Runner {
    /// A machine with nothing but empty folders and the programs of the system.
    pub fn new() -> anyhow::Result<Self> {
        let root = tempfile::tempdir()?;
        let path = |name: &str| root.path().join(name);
        for folder in ["workspace", "temp", "home", "files"] {
            fs::create_dir_all(path(folder))?;
        }
        let stubs = Stubs::new(path("programs"), path("calls"))?;
        let environment = [("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("CI", "true")]
            .into_iter()
            .chain([
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_SERVER_URL", "https://github.com"),
                ("GITHUB_REPOSITORY", "owner/name"),
                ("GITHUB_RUN_ID", "12345"),
            ])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Self {
            root,
            contexts: json!({}),
            actions: BTreeMap::new(),
            environment,
            stubs,
            cancelled_at: None,
            scripts: 0,
        })
    }

    /// Everything that the machine has.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The folder that scripts begin in.
    pub fn workspace(&self) -> PathBuf {
        self.root.path().join("workspace")
    }

    /// The folder for what a job needs while it runs.
    pub fn temp(&self) -> PathBuf {
        self.root.path().join("temp")
    }

    /// All that was written to the summaries of the steps.
    pub fn summary(&self) -> anyhow::Result<String> {
        let mut summary = String::new();
        for script in 0..self.scripts {
            let file = self.file("summary", script);
            summary += &String::from_utf8_lossy(&fs::read(file)?);
        }
        Ok(summary)
    }

    /// Runs a job. `contexts` is what it knows beside that of the machine: `inputs`, `needs`, `vars`, `secrets`.
    pub fn job(&mut self, job: &Job, action: &Action, contexts: &Value) -> anyhow::Result<Done> {
        let contexts = merged(&self.contexts, contexts);
        let (steps, contexts, ok) = self.steps(&job.steps, &contexts, Some(action))?;
        let outputs = outputs(&job.outputs, &contexts)?;
        Ok(Done { steps, outputs, ok })
    }

    /// Runs the action with these inputs; the others have their defaults.
    pub fn action(
        &mut self,
        action: &Action,
        inputs: &BTreeMap<String, String>,
    ) -> anyhow::Result<Done> {
        ensure!(action.runs.using == "composite", "only composite actions are understood");
        let mut known = Map::new();
        for (name, input) in &action.inputs {
            let value = inputs.get(name).unwrap_or(&input.default);
            known.insert(name.clone(), Value::from(value.as_str()));
        }
        if let Some(name) = inputs.keys().find(|name| !known.contains_key(*name)) {
            bail!("the action has no input `{name}`");
        }
        let contexts = merged(&self.contexts, &json!({ "inputs": known }));
        let (steps, contexts, ok) = self.steps(&action.runs.steps, &contexts, None)?;
        let values: IndexMap<_, _> =
            action.outputs.iter().map(|(name, it)| (name.clone(), it.value.clone())).collect();
        Ok(Done { steps, outputs: outputs(&values, &contexts)?, ok })
    }

    /// Runs steps one after another. Returns them, the contexts after them, and whether none failed.
    fn steps(
        &mut self,
        steps: &[Step],
        contexts: &Value,
        action: Option<&Action>,
    ) -> anyhow::Result<(Vec<Ran>, Value, bool)> {
        let mut contexts = contexts.clone();
        // Steps to come are known, and have no outcome yet.
        let ids = steps.iter().filter_map(|step| step.id.clone());
        let unknown = json!({"outcome": "", "outputs": {}});
        contexts["steps"] = ids.map(|id| (id, unknown.clone())).collect::<Map<_, _>>().into();
        let mut done = Vec::new();
        let mut status = Status::default();
        for step in steps {
            let what = || format!("in the step `{}`", step.title());
            let mut ran = Ran {
                title: step.title().to_owned(),
                outcome: "skipped",
                code: None,
                printed: String::new(),
                given: BTreeMap::new(),
                outputs: BTreeMap::new(),
            };
            let mut inner = Vec::new();
            if expression::holds(step.condition.as_deref(), &contexts, status).with_context(what)? {
                match (&step.run, step.uses.as_deref(), action) {
                    (Some(script), None, _) => {
                        self.script(step, script, &contexts, status, &mut ran)?;
                    }
                    (None, Some("./"), Some(action)) => {
                        let inputs = given(&step.with, &contexts, status).with_context(what)?;
                        let used = self.action(action, &inputs)?;
                        ran.given = inputs;
                        let cancelled = used.steps.iter().any(|it| it.outcome == "cancelled");
                        ran.outcome = match used.ok {
                            true => "success",
                            false if cancelled => "cancelled",
                            false => "failure",
                        };
                        ran.outputs = used.outputs;
                        inner = used.steps;
                    }
                    (None, Some(uses), _) => {
                        let name = uses.split('@').next().unwrap_or(uses);
                        let outputs = self.actions.get(name);
                        let outputs = outputs.with_context(|| format!("`{name}` must not run"))?;
                        ran.outputs = outputs.clone();
                        ran.given = given(&step.with, &contexts, status).with_context(what)?;
                        ran.outcome = "success";
                    }
                    _ => bail!("neither `run` nor `uses`, {}", what()),
                }
            }
            if ran.outcome != "skipped" && self.cancelled_at.as_deref() == Some(&ran.title) {
                ran.outcome = "cancelled";
                ran.outputs.clear();
            }
            status.failed |= ran.outcome == "failure";
            status.cancelled |= ran.outcome == "cancelled";
            if let Some(id) = &step.id {
                contexts["steps"][id] = json!({"outcome": ran.outcome, "outputs": ran.outputs});
            }
            done.push(ran);
            done.append(&mut inner);
        }
        Ok((done, contexts, !status.failed && !status.cancelled))
    }

    /// Runs a script as the shell of its step would.
    fn script(
        &mut self,
        step: &Step,
        script: &str,
        contexts: &Value,
        status: Status,
        ran: &mut Ran,
    ) -> anyhow::Result<()> {
        let number = self.scripts;
        self.scripts += 1;
        let file = self.file("script", number);
        // Expressions in a script are pasted, which is why there must be none; the runner would do it.
        fs::write(&file, expression::expand(script, contexts, status)?)?;
        let mut command = match step.shell.as_deref() {
            None => shell(&["-e"]),
            Some("bash") => shell(&["--noprofile", "--norc", "-e", "-o", "pipefail"]),
            Some(other) => bail!("the shell `{other}` is not known"),
        };
        let folder = match &step.working_directory {
            None => self.workspace(),
            Some(folder) => self.workspace().join(folder),
        };
        ran.given = given(&step.env, contexts, status)
            .with_context(|| format!("in the step `{}`", step.title()))?;
        command.arg(&file).current_dir(folder).stdin(Stdio::null()).env_clear();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.stubs.folder().display());
        command.env("PATH", path).env("HOME", self.root().join("home"));
        command.env("GITHUB_WORKSPACE", self.workspace()).env("RUNNER_TEMP", self.temp());
        command.env("GITHUB_ACTION_PATH", repository());
        for (name, kind) in FILES {
            let file = self.file(kind, number);
            fs::write(&file, "")?;
            command.env(name, file);
        }
        command.envs(&self.environment).envs(&ran.given);
        let output = command.output().context("cannot run bash")?;
        ran.printed = String::from_utf8_lossy(&output.stdout).into_owned();
        ran.printed += &String::from_utf8_lossy(&output.stderr);
        ran.code = output.status.code();
        ran.outcome = if output.status.success() { "success" } else { "failure" };
        ran.outputs = assignments(&fs::read_to_string(self.file("output", number))?)?;
        for kind in ["environment", "path"] {
            let is_empty = fs::metadata(self.file(kind, number))?.len() == 0;
            ensure!(is_empty, "`{}` changes the environment of the steps after it", step.title());
        }
        Ok(())
    }

    fn file(&self, kind: &str, script: usize) -> PathBuf {
        self.root().join("files").join(format!("{script}-{kind}"))
    }
}

/// The files that a script may write to, by what names them.
const FILES: [(&str, &str); 4] = [
    ("GITHUB_OUTPUT", "output"),
    ("GITHUB_ENV", "environment"),
    ("GITHUB_PATH", "path"),
    ("GITHUB_STEP_SUMMARY", "summary"),
];

fn shell(flags: &[&str]) -> Command {
    let mut command = Command::new("/bin/bash");
    command.args(flags);
    command
}

/// The values of `env:` or `with:`.
fn given(
    values: &IndexMap<String, Value>,
    contexts: &Value,
    status: Status,
) -> anyhow::Result<BTreeMap<String, String>> {
    let value = |value: &Value| expression::expand(&expression::as_text(value), contexts, status);
    values.iter().map(|(name, it)| Ok((name.clone(), value(it)?))).collect()
}

fn outputs(
    values: &IndexMap<String, String>,
    contexts: &Value,
) -> anyhow::Result<BTreeMap<String, String>> {
    let value = |value: &str| expression::expand(value, contexts, Status::default());
    values.iter().map(|(name, it)| Ok((name.clone(), value(it)?))).collect()
}

/// What is in a file such as `GITHUB_OUTPUT`: `name=value`, or `name<<END`, lines, `END`.
fn assignments(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let equals = line.find('=').unwrap_or(usize::MAX);
        match line.find("<<") {
            Some(at) if at < equals => {
                let value: Vec<_> =
                    lines.by_ref().take_while(|it| *it != &line[at + 2..]).collect();
                values.insert(line[..at].to_owned(), value.join("\n"));
            }
            _ => {
                let (name, value) =
                    line.split_once('=').with_context(|| format!("`{line}` puts out nothing"))?;
                values.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok(values)
}

/// Both contexts; where both have one, that of `more`.
fn merged(contexts: &Value, more: &Value) -> Value {
    let mut merged = contexts.as_object().cloned().unwrap_or_default();
    merged.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_read_as_the_runner_reads_them() {
        let text = "a=1\nb=x=y\nc<<END\none\ntwo=2\nEND\nd=\n";
        let values = assignments(text).unwrap();
        let expected = [("a", "1"), ("b", "x=y"), ("c", "one\ntwo=2"), ("d", "")];
        assert_eq!(values, expected.map(|(name, value)| (name.into(), value.into())).into());
        assert!(assignments("nothing").is_err());
    }

    /// A job of one step.
    fn run(step: Step) -> (Runner, Done) {
        let mut runner = Runner::new().unwrap();
        runner.contexts = json!({"x": {"y": "$(touch pasted)"}});
        let job = Job { steps: vec![step], ..Job::default() };
        let action = Action::default();
        let done = runner.job(&job, &action, &json!({})).unwrap();
        (runner, done)
    }

    #[test]
    fn the_flags_of_bash_depend_on_shell() {
        let script = "false | true\necho went on";
        let step = |shell: Option<&str>| Step {
            run: Some(script.into()),
            shell: shell.map(str::to_owned),
            ..Step::default()
        };
        assert_eq!(run(step(None)).1.printed(), "went on\n");
        assert_eq!(run(step(Some("bash"))).1.printed(), "");
    }

    #[test]
    fn what_is_pasted_into_a_script_is_run_and_what_comes_by_the_environment_is_not() {
        let pasted = Step { run: Some("echo ${{ x.y }}".into()), ..Step::default() };
        let (runner, _) = run(pasted);
        assert!(runner.workspace().join("pasted").exists(), "a test that sees nothing is none");
        let env = [("Y".to_owned(), Value::from("${{ x.y }}"))].into();
        let (runner, done) = run(Step { run: Some("echo \"$Y\"".into()), env, ..Step::default() });
        assert!(!runner.workspace().join("pasted").exists());
        assert_eq!(done.printed(), "$(touch pasted)\n");
    }
}
