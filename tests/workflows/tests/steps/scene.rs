//! A machine with a repository, a remote, and stubs for what builds, collects and renders.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64::Engine as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use workflow_tests::{
    file,
    runner::{Done, Runner},
};

/// What must not get out: a variable of the machine, the token, and the key of BigQuery.
pub(crate) const CANARIES: [&str; 3] = [
    "canary-of-the-machine",
    "canary-of-the-token",
    "{\n  \"private_key\": \"canary-of-the-key\"\n}",
];

/// Programs of which the first keeps data in git like the real one, as far as the steps can tell.
const COLLECTOR: &str = r#"
root=ROOT
printf '%s %s\n' "$1" "${BIGQUERY_CREDENTIALS:+key}${TOKEN:+token}${GH_TOKEN:+gh}" >> "$root/secrets-given"
store='' branch='' from='' json='' message='data: collected'
while (( $# )); do
  case $1 in
    --store=*) store=${1#*=} ;;
    --branch=*) branch=${1#*=} ;;
    --message) message=$2 ;;
    --json) json=yes ;;
    merge) what=$1 from=$2 ;;
    pypi | status | pull | push) what=$1 ;;
  esac
  shift
done
if [[ $what-$branch == push-*-kept-* ]]; then what=keep; fi
code=0
if [[ -f $root/exit-$what ]]; then code=$(< "$root/exit-$what"); fi
ref=refs/download-analytics/$branch
case $what in
  pull)
    mkdir -p "$store"
    if git fetch --quiet origin "+refs/heads/$branch:$ref" 2> "$root/fetch"; then
      git archive "$ref" | tar -x -C "$store"
    fi
    ;;
  merge)
    if (( code )); then exit "$code"; fi
    git fetch --quiet origin "+refs/heads/$from:refs/download-analytics-merging/$from"
    mkdir -p "$store/pypi"
    touch "$store/pypi/rows.csv"
    git show "refs/download-analytics-merging/$from:pypi/rows.csv" | sort -u - "$store/pypi/rows.csv" > "$root/rows"
    mv "$root/rows" "$store/pypi/rows.csv"
    sha256sum < "$store/pypi/rows.csv" > "$store/pypi/manifest.csv"
    ;;
  push | keep)
    if (( code )); then exit "$code"; fi
    if [[ ! -d $store/pypi ]]; then exit 0; fi
    export GIT_DIR=$PWD/.git GIT_INDEX_FILE=$root/index
    rm -f "$GIT_INDEX_FILE"
    git --work-tree="$store" -C "$store" add --all --force .
    parent=$(git rev-parse --verify --quiet "$ref") || parent=''
    commit=$(git commit-tree "$(git write-tree)" ${parent:+-p "$parent"} -m "$message")
    if [[ -f $root/before-push ]]; then . "$root/before-push"; fi
    git push --quiet origin "$commit:refs/heads/$branch" || exit 5
    git update-ref "$ref" "$commit"
    ;;
  pypi)
    if [[ -f $root/new-rows && -n $store ]]; then
      mkdir -p "$store/pypi"
      cat "$root/new-rows" >> "$store/pypi/rows.csv"
      sha256sum < "$store/pypi/rows.csv" > "$store/pypi/manifest.csv"
    fi
    if [[ -f $root/before-exit ]]; then . "$root/before-exit"; fi
    echo '| a plan |'
    ;;
  status)
    if [[ -z $json ]]; then
      echo '| a state |'
    elif [[ -z $store || -s $store/pypi/rows.csv ]]; then
      echo '{"projects": [{}]}'
    else
      echo '{"projects": []}'
    fi
    if [[ -n $json ]]; then code=0; fi
    ;;
esac
exit "$code"
"#;

const SITE_GEN: &str = r#"
for argument in "$@"; do
  case $argument in --output=*) output=${argument#*=} ;; esac
done
if [[ -f ROOT/exit-site-gen ]]; then exit "$(< ROOT/exit-site-gen)"; fi
mkdir -p "$output"
echo site > "$output/index.html"
"#;

/// Puts the programs where cargo would build them.
const CARGO: &str = r#"
while (( $# )); do
  case $1 in --target-dir) target=$2 ;; esac
  shift
done
mkdir -p "$target/release"
cp ROOT/programs/collector ROOT/programs/site-gen "$target/release/"
"#;

/// The machine, with the remote beside the workspace.
pub(crate) struct Scene {
    pub(crate) runner: Runner,
    /// The number of the run.
    run: u32,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let scene = Self::without_repository();
        let (root, workspace) = (scene.runner.root(), scene.runner.workspace());
        let remote = root.join("remote.git");
        git(root, &["init", "--quiet", "--bare", &remote.display().to_string()]);
        git(&workspace, &["init", "--quiet"]);
        git(&workspace, &["remote", "add", "origin", &remote.display().to_string()]);
        scene
    }

    /// Without git, for what does not get that far.
    pub(crate) fn without_repository() -> Self {
        let mut runner = Runner::new().unwrap();
        let root = runner.root().to_owned();
        for (name, body) in
            [("collector", COLLECTOR), ("site-gen", SITE_GEN), ("cargo", CARGO), ("rustup", "")]
        {
            runner.stubs.add(name, &body.replace("ROOT", &root.display().to_string())).unwrap();
        }
        fs::write(runner.workspace().join("config.yaml"), "projects: [a]\n").unwrap();
        runner.environment.insert("SECRET".into(), CANARIES[0].into());
        runner.contexts = json!({
            "github": {
                "token": CANARIES[1],
                "run_id": "1",
                "run_attempt": "1",
                "server_url": "https://github.com",
                "action_repository": "",
                "action_ref": "",
            },
            "runner": {"temp": runner.temp()},
            "vars": {"GCP_WORKLOAD_IDENTITY_PROVIDER": "", "GCP_PROJECT": ""},
            "secrets": {"BIGQUERY_CREDENTIALS": CANARIES[2]},
        });
        let nothing = BTreeMap::new;
        runner.actions = BTreeMap::from([
            ("actions/checkout".to_owned(), nothing()),
            ("actions/cache/restore".to_owned(), nothing()),
            ("actions/cache/save".to_owned(), nothing()),
            ("actions/upload-pages-artifact".to_owned(), nothing()),
        ]);
        Self { runner, run: 1 }
    }

    /// Runs the action with these inputs.
    pub(crate) fn act(&mut self, inputs: &[(&str, &str)]) -> Done {
        let inputs = inputs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.runner.action(&file::action().unwrap(), &inputs).unwrap()
    }

    /// A file beside the workspace that the stubs look for.
    pub(crate) fn say(&self, name: &str, text: &str) {
        fs::write(self.runner.root().join(name), text).unwrap();
    }

    /// Takes back what was said.
    pub(crate) fn unsay(&self, name: &str) {
        fs::remove_file(self.runner.root().join(name)).unwrap();
    }

    /// A new run, on a new machine with the same remote: the folders of the last one are gone.
    pub(crate) fn next_day(&mut self) {
        self.run += 1;
        self.runner.contexts["github"]["run_id"] = self.run.to_string().into();
        fs::remove_dir_all(self.runner.temp()).unwrap();
        fs::create_dir_all(self.runner.temp()).unwrap();
        let refs = self.git(&["for-each-ref", "--format=%(refname)", "refs/download-analytics"]);
        for name in refs.lines() {
            self.git(&["update-ref", "-d", name]);
        }
    }

    /// What git prints in the workspace.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.runner.workspace(), arguments)
    }

    /// What is on a branch of the remote in this file; `None` if there is no such branch or file.
    pub(crate) fn remote_file(&self, branch: &str, path: &str) -> Option<String> {
        let remote = self.runner.root().join("remote.git");
        let show = ["show", &format!("refs/heads/{branch}:{path}")];
        let output = Command::new("git").current_dir(remote).args(show).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// The branches of the remote.
    pub(crate) fn branches(&self) -> Vec<String> {
        let remote = self.runner.root().join("remote.git");
        let list = git(&remote, &["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
        list.lines().map(str::to_owned).collect()
    }

    /// The calls of the collector that begin with this word.
    pub(crate) fn collector(&self, what: &str) -> Vec<Vec<String>> {
        let mut calls = self.runner.stubs.calls("collector").unwrap();
        calls.retain(|call| call[0] == what);
        calls
    }

    /// No secret was printed or written, also not in a shape that GitHub would not mask.
    pub(crate) fn assert_no_secret(&self, done: &Done) {
        let base64 = base64::engine::general_purpose::STANDARD;
        let plain = |secret: &str| secret.trim_matches(['{', '}', '\n', ' ']).to_owned();
        let needles: Vec<String> = CANARIES
            .iter()
            .flat_map(|secret| {
                let url = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
                [plain(secret), base64.encode(secret), url]
            })
            .collect();
        let clean = |text: &str, place: &str| {
            for needle in &needles {
                assert!(!text.contains(needle), "`{needle}` got into {place}: {text}");
            }
        };
        clean(&done.printed(), "what was printed");
        for file in self.files() {
            let bytes = fs::read(&file).unwrap();
            clean(&String::from_utf8_lossy(&bytes), &file.display().to_string());
        }
    }

    /// No command in a value was run, and nothing appeared where it should not.
    pub(crate) fn assert_nothing_stolen(&self) {
        for file in self.files() {
            let name = file.to_string_lossy();
            assert!(!name.contains("stolen"), "`{name}` should not be there");
        }
        let allowed = [".git", "config.yaml", "site"];
        for entry in fs::read_dir(self.runner.workspace()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(allowed.contains(&name.as_str()), "`{name}` should not be there");
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.runner.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files
    }
}

/// What git prints.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
