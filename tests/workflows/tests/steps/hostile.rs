//! Hostile values for every input: none is run, each is one argument or refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow_tests::{
    file,
    runner::{Done, Ran},
};

use crate::scene::{CANARIES, Scene};

/// What somebody might put in, in the hope that a shell looks at it.
fn hostile() -> Vec<String> {
    [
        "1; printenv SECRET | tee stolen",
        "$(touch stolen)",
        "`touch stolen`",
        "1\ntouch stolen",
        "1\n::add-mask::x\n::set-output name=late::true",
        "1\r\ntouch stolen",
        "a[$(touch stolen)]",
        "${SECRET}",
        "$SECRET",
        "${IFS}touch${IFS}stolen",
        "|| touch stolen",
        "&& touch stolen",
        "x > stolen",
        "<(touch stolen)",
        "'; touch stolen; '",
        "\"; touch stolen; \"",
        "a' \"b",
        "*",
        "??????.????",
        "{a,b}",
        "~",
        "..",
        "../../stolen",
        "/etc/passwd",
        "--store=/etc",
        "--bigquery-endpoint=https://example.org",
        "--logfile stolen",
        "-o",
        "-o stolen",
        "-n",
        "--",
        "\\",
        "%s%n",
        "$'\\x41'",
        "${{ github.token }}",
        "naïve 名前 \u{202e}\u{1f980}",
        "\u{1b}[2J",
        "true\n",
        "",
        " ",
        "\t",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([("x".repeat(100_000)), "1".repeat(100_000), "$(touch stolen)".repeat(5_000)])
    .collect()
}

/// The arguments that an input with this value adds to those of `collector pypi`; `None` if it is refused.
fn expected(input: &str, value: &str) -> Option<Vec<String>> {
    match input {
        // Any text may be a key.
        "bigquery-credentials" => Some(Vec::new()),
        "store-branch" | "max-days" | "start-date" if value.is_empty() => Some(Vec::new()),
        "extra-arguments" if value.trim_matches([' ', '\t']).is_empty() => Some(Vec::new()),
        // Words become names of projects, if they can be names.
        "projects" => {
            let words: Vec<_> = value.split([' ', '\t', '\n', '\r', ',']).collect();
            let names = words.into_iter().filter(|word| !word.is_empty());
            let argument = |name: &str| is_name(name).then(|| format!("--projects={name}"));
            names.map(argument).collect()
        }
        _ => None,
    }
}

fn is_name(word: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_outer = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = word.as_bytes();
    let is_short = bytes.len() <= 100;
    is_short
        && bytes.iter().all(|it| is_inner(*it))
        && is_outer(bytes.first())
        && is_outer(bytes.last())
}

/// A machine for this value: one without a repository if it should not get that far.
fn scene(input: &str, value: &str) -> Scene {
    if expected(input, value).is_some() { Scene::new() } else { Scene::without_repository() }
}

/// What the steps may do with a value that is not refused, and must not with one that is.
fn check(scene: &Scene, done: &Done, input: &str, value: &str) {
    let shown: String = value.chars().take(60).collect();
    scene.assert_nothing_stolen();
    scene.assert_no_secret(done);
    let checked = done.step("Check the inputs").unwrap();
    if let Some(more) = expected(input, value) {
        assert!(done.ok, "`{input}`: {shown:?} is refused: {}", done.printed());
        let calls = scene.collector("pypi");
        assert_eq!(calls.len(), 1);
        let mut arguments = vec!["pypi".to_owned(), "--config=config.yaml".into()];
        arguments.extend(more);
        if input != "store-branch" {
            let store = scene.runner.temp().join("download-analytics/store");
            arguments.push(format!("--store={}", store.display()));
        }
        assert_eq!(calls[0], arguments, "`{input}`: {shown:?}");
    } else {
        assert_eq!(checked.code, Some(2), "`{input}`: {shown:?}: {}", checked.printed);
        let message = format!("::error title=input {input}::the input `{input}` ");
        assert!(checked.printed.starts_with(&message), "{}", checked.printed);
        assert_eq!(checked.printed.lines().count(), 1, "a value is among it: {}", checked.printed);
        let ran = |step: &&Ran| step.code.is_some() && step.title != checked.title;
        let later: Vec<_> = done.steps.iter().filter(ran).map(|step| &step.title).collect();
        assert!(later.is_empty(), "after `{input}` was refused, {later:?} ran");
        for program in ["collector", "site-gen", "cargo", "rustup"] {
            assert_eq!(scene.runner.stubs.calls(program).unwrap().len(), 0, "{program}");
        }
    }
}

#[test]
fn no_input_of_the_action_is_run() {
    let action = file::action().unwrap();
    assert!(action.inputs.len() >= 12);
    for input in action.inputs.keys() {
        for value in hostile() {
            let mut scene = scene(input, &value);
            let done = scene.act(&[(input, &value)]);
            check(&scene, &done, input, &value);
        }
    }
}

#[test]
fn no_input_of_a_workflow_is_run() {
    let action = file::action().unwrap();
    let mut inputs_seen = 0;
    for (name, workflow) in file::workflows().unwrap() {
        let declared = workflow.on["workflow_dispatch"]["inputs"].as_object().cloned();
        let declared = declared.unwrap_or_default();
        let defaults: Map<String, Value> =
            declared.iter().map(|(input, it)| (input.clone(), it["default"].clone())).collect();
        for input in declared.keys() {
            inputs_seen += 1;
            assert!(action.inputs.contains_key(input), "`{input}` of {name} is not the action's");
            for value in hostile() {
                let mut scene = scene(input, &value);
                let mut inputs = defaults.clone();
                inputs.insert(input.clone(), value.as_str().into());
                let job = &workflow.jobs["collect"];
                let done = scene.runner.job(job, &action, &json!({ "inputs": inputs })).unwrap();
                check(&scene, &done, input, &value);
            }
        }
    }
    assert_eq!(inputs_seen, 6);
}

#[test]
fn good_values_arrive_as_single_arguments() {
    type Pairs<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Pairs<'_>, &[&str]); 9] = [
        (&[("projects", "sdv ctgan")], &["--projects=sdv", "--projects=ctgan"]),
        (
            &[("projects", " a,b\nc-d.e_f\t ")],
            &["--projects=a", "--projects=b", "--projects=c-d.e_f"],
        ),
        (&[("max-days", "30")], &["--max-days=30"]),
        (&[("max-days", "all"), ("force", "true")], &["--max-days=all", "--force"]),
        (&[("start-date", "2024-02-29")], &["--start-date=2024-02-29"]),
        (&[("extra-arguments", "--accept-shrink   -vv ")], &["--accept-shrink", "-vv"]),
        (
            &[("extra-arguments", "--max-month-bytes 2TiB --max-query-bytes=0.5TiB")],
            &["--max-month-bytes=2TiB", "--max-query-bytes=0.5TiB"],
        ),
        (
            &[(
                "extra-arguments",
                "--end-date 2024-01-31 --billing-project example.com:my-project",
            )],
            &["--end-date=2024-01-31", "--billing-project=example.com:my-project"],
        ),
        (&[("dry-run", "offline")], &["--dry-run", "--markdown", "--offline"]),
    ];
    for (inputs, expected) in cases {
        let mut scene = Scene::new();
        let done = scene.act(inputs);
        assert!(done.ok, "{inputs:?}: {}", done.printed());
        let calls = scene.collector("pypi");
        assert_eq!(calls.len(), 1);
        let (first, last) = (&calls[0][..2], calls[0].last().unwrap());
        assert_eq!(first, ["pypi", "--config=config.yaml"]);
        assert!(last.starts_with("--store="));
        assert_eq!(&calls[0][2..calls[0].len() - 1], expected, "{inputs:?}");
    }
}

#[test]
fn an_option_takes_no_value_that_is_an_option() {
    for extra in [
        "--max-month-bytes --store=/etc",
        "--end-date",
        "--end-date=tomorrow",
        "--billing-project -o",
        "--max-query-bytes 1TiB;id",
        "--authentication-credentials=/etc/passwd",
        "-a key.json",
        "-vvv",
        "projects",
    ] {
        let mut scene = Scene::new();
        let done = scene.act(&[("extra-arguments", extra)]);
        assert_eq!(done.step("Check the inputs").unwrap().code, Some(2), "{extra}");
        assert_eq!(scene.runner.stubs.calls("collector").unwrap().len(), 0, "{extra}");
    }
}

#[test]
fn each_secret_is_in_the_environment_of_the_steps_that_need_it_and_of_no_other() {
    let mut scene = Scene::new();
    scene.say("new-rows", "1\n");
    let daily = file::workflow("daily").unwrap();
    let action = file::action().unwrap();
    let done = scene.runner.job(&daily.jobs["collect"], &action, &json!({})).unwrap();
    assert!(done.ok, "{}", done.printed());
    let with = |secret: &str| -> Vec<&str> {
        let has = |step: &&Ran| step.code.is_some() && step.given.values().any(|it| it == secret);
        done.steps.iter().filter(has).map(|step| step.title.as_str()).collect()
    };
    assert_eq!(with(CANARIES[2]), ["Collect"]);
    let all = ["Look for released programs", "Pull the data", "Push the data"];
    assert_eq!(with(CANARIES[1]), all);
    let given = std::fs::read_to_string(scene.runner.root().join("secrets-given")).unwrap();
    assert_eq!(given, "branch token\npypi key\nstatus \nstatus \nbranch token\n");
    scene.assert_no_secret(&done);
    let git_config = std::fs::read_to_string(scene.runner.workspace().join(".git/config")).unwrap();
    assert!(!git_config.contains("credential"), "{git_config}");
}

#[test]
fn git_is_told_the_token_for_github_and_for_nobody_else() {
    let action = file::action().unwrap();
    let contexts = json!({
        "github": {
            "token": CANARIES[1], "server_url": "https://github.com", "run_id": "1", "run_attempt": "1",
        },
        "inputs": {"config": "", "store-branch": ""},
        "steps": {"pull": {"outputs": {}}},
    });
    let mut steps = 0;
    for step in action.runs.steps.iter().filter(|step| step.env.contains_key("GIT_CONFIG_COUNT")) {
        steps += 1;
        let status = workflow_tests::expression::Status::default();
        let env: BTreeMap<_, _> = step
            .env
            .iter()
            .map(|(name, value)| {
                let value = workflow_tests::expression::as_text(value);
                let value = workflow_tests::expression::expand(&value, &contexts, status).unwrap();
                (name, value)
            })
            .collect();
        for (host, known) in [("github.com", true), ("github.com.example.org", false)] {
            let home = tempfile::tempdir().unwrap();
            let ask = format!("printf 'protocol=https\\nhost={host}\\n\\n' | git credential fill");
            let output = std::process::Command::new("bash")
                .args(["-c", &ask])
                .env("HOME", home.path())
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_ASKPASS", "false")
                .envs(&env)
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let password = format!("username=x-access-token\npassword={}\n", CANARIES[1]);
            assert_eq!(said.contains(&password), known, "{host}: {said}");
        }
    }
    assert_eq!(steps, 4);
}
