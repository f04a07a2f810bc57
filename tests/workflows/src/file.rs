//! Workflow files and `action.yml`, as far as they say what is run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A file in `.github/workflows`.
#[derive(Clone, Debug, Deserialize)]
pub struct Workflow {
    /// What starts it.
    pub on: Value,
    /// The rights of all jobs that do not name theirs.
    pub permissions: Option<Value>,
    /// Which runs wait for one another.
    pub concurrency: Option<Value>,
    /// What it does, by the id of each job.
    pub jobs: IndexMap<String, Job>,
}

/// A job of a workflow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// The jobs that it waits for.
    #[serde(default, deserialize_with = "one_or_more")]
    pub needs: Vec<String>,
    /// When it runs; `None` if the jobs that it waits for succeeded.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// Its rights; `None` for those of the workflow.
    pub permissions: Option<IndexMap<String, String>>,
    /// After how many minutes it is ended; `None` for GitHub's six hours.
    pub timeout_minutes: Option<u32>,
    /// Where its secrets come from.
    pub environment: Option<Value>,
    /// What others see of it.
    #[serde(default)]
    pub outputs: IndexMap<String, String>,
    /// What it does.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A composite action.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Action {
    /// What it is told.
    #[serde(default)]
    pub inputs: IndexMap<String, Input>,
    /// What it tells.
    #[serde(default)]
    pub outputs: IndexMap<String, Output>,
    /// What it does.
    pub runs: Runs,
}

/// An input of an action.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// What it is if nobody says.
    #[serde(default)]
    pub default: String,
}

/// An output of an action.
#[derive(Clone, Debug, Deserialize)]
pub struct Output {
    /// An expression.
    pub value: String,
}

/// The steps of an action.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Runs {
    /// Always `composite` here.
    pub using: String,
    /// What it does.
    pub steps: Vec<Step>,
}

/// A step of a job or of an action.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// What people call it.
    pub name: Option<String>,
    /// What expressions call it.
    pub id: Option<String>,
    /// When it runs; `None` if all before it succeeded.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The action that it runs.
    pub uses: Option<String>,
    /// What that action is told.
    #[serde(default)]
    pub with: IndexMap<String, Value>,
    /// The script that it runs.
    pub run: Option<String>,
    /// Which shell runs the script; `None` for that of the runner.
    pub shell: Option<String>,
    /// What the script has in its environment.
    #[serde(default)]
    pub env: IndexMap<String, Value>,
    /// The folder that the script runs in; `None` for the workspace.
    pub working_directory: Option<String>,
}

impl Step {
    /// Its name, or its action.
    pub fn title(&self) -> &str {
        self.name.as_deref().or(self.uses.as_deref()).unwrap_or("a step without a name")
    }
}

/// The folder of this repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The workflow with this name, such as `daily`.
pub fn workflow(name: &str) -> anyhow::Result<Workflow> {
    read(&repository().join(".github/workflows").join(format!("{name}.yaml")))
}

/// All workflows with their names, sorted.
pub fn workflows() -> anyhow::Result<Vec<(String, Workflow)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(repository().join(".github/workflows"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a file without a name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    names.into_iter().map(|name| workflow(&name).map(|it| (name, it))).collect()
}

/// The action of this repository.
pub fn action() -> anyhow::Result<Action> {
    read(&repository().join("action.yml"))
}

/// A name, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        More(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::More(names) => names,
    })
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> anyhow::Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("cannot understand `{}`", path.display()))
}
