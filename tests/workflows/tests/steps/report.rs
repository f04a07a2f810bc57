//! The one issue that tells of trouble: opened, commented on, closed, and never two.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};
use workflow_tests::{file, runner::Runner};

use crate::scene::CANARIES;

/// A repository with its issues.
struct Repository {
    runner: Runner,
}

impl Repository {
    fn new() -> Self {
        let mut runner = Runner::new().unwrap();
        runner.contexts = json!({"github": {"token": CANARIES[1]}});
        let folder = runner.root().join("issues");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("issues.json"), "[]").unwrap();
        fs::write(folder.join("has-issues"), "").unwrap();
        runner.environment.insert("STUB_GH".into(), folder.display().to_string());
        let gh = fs::read(env!("CARGO_BIN_EXE_stub-gh")).unwrap();
        runner.stubs.put("gh", &gh).unwrap();
        Self { runner }
    }

    fn folder(&self) -> PathBuf {
        self.runner.root().join("issues")
    }

    /// A run of the workflow that ended like this.
    fn run(&mut self, collect: &str, deploy: &str, late: &str) -> String {
        let workflow = file::workflow("daily").unwrap();
        let action = file::action().unwrap();
        let needs = json!({"needs": {
            "collect": {"result": collect, "outputs": {"late": late}},
            "deploy": {"result": deploy, "outputs": {}},
        }});
        let done = self.runner.job(&workflow.jobs["report"], &action, &needs).unwrap();
        assert!(done.ok, "{}", done.printed());
        assert!(!done.printed().contains(CANARIES[1]));
        done.printed()
    }

    fn issues(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder().join("issues.json")).unwrap();
        assert!(!text.contains(CANARIES[1]));
        serde_json::from_str(&text).unwrap()
    }

    fn put(&self, issues: &Value) {
        fs::write(self.folder().join("issues.json"), issues.to_string()).unwrap();
    }

    /// Which issues there are: whether each is open, and how many comments it has.
    fn state(&self) -> Vec<(bool, usize)> {
        let issues = self.issues();
        let state = |it: &Value| (it["state"] == "open", it["comments"].as_array().unwrap().len());
        issues.iter().map(state).collect()
    }
}

#[test]
fn trouble_opens_one_issue_comments_on_it_and_is_over_when_a_run_succeeds() {
    let mut repository = Repository::new();
    repository.run("success", "success", "false");
    assert_eq!(repository.state(), [], "all is well");
    repository.run("failure", "skipped", "");
    assert_eq!(repository.state(), [(true, 0)]);
    repository.run("success", "failure", "false");
    repository.run("success", "success", "true");
    assert_eq!(repository.state(), [(true, 2)], "the same issue");
    repository.run("success", "success", "false");
    assert_eq!(repository.state(), [(false, 3)]);
    repository.run("success", "success", "false");
    assert_eq!(repository.state(), [(false, 3)], "a closed issue is left alone");
    repository.run("failure", "skipped", "");
    assert_eq!(repository.state(), [(false, 3), (true, 0)], "new trouble, new issue");
}

#[test]
fn the_issue_says_what_happened_and_where() {
    let cases = BTreeMap::from([
        (("failure", "skipped", ""), "Collecting and rendering ended with `failure`."),
        (("cancelled", "skipped", ""), "Collecting and rendering was cancelled, or took too long."),
        (("success", "failure", "false"), "Publishing the site ended with `failure`."),
        (("success", "cancelled", "false"), "Publishing the site was cancelled, or took too long."),
        (("success", "skipped", "false"), "The site was not published."),
        (
            ("success", "success", "true"),
            "Data is late: the newest day of a project is more than two days old.",
        ),
    ]);
    for ((collect, deploy, late), expected) in cases {
        let mut repository = Repository::new();
        repository.run(collect, deploy, late);
        let issue = &repository.issues()[0];
        let body = issue["body"].as_str().unwrap();
        assert!(body.contains(expected), "{body}");
        assert!(body.contains("https://github.com/owner/name/actions/runs/12345"), "{body}");
        assert!(body.ends_with("<!-- download-analytics: daily -->\n"), "{body}");
        assert_eq!(issue["title"], "The daily run needs attention");
    }
}

#[test]
fn a_collection_in_part_that_was_published_is_trouble() {
    let mut repository = Repository::new();
    repository.run("failure", "success", "false");
    let body = repository.issues()[0]["body"].to_string();
    assert!(body.contains("ended with `failure`"), "{body}");
    assert!(!body.contains("Publishing"), "{body}");
}

#[test]
fn the_issue_is_known_among_others_and_by_another_title() {
    let mut repository = Repository::new();
    let bot = json!({"login": "github-actions[bot]"});
    let marker = "<!-- download-analytics: daily -->";
    repository.put(&json!([
        {"number": 1, "state": "open", "title": "The daily run needs attention", "body": marker,
            "user": {"login": "somebody"}, "comments": []},
        {"number": 2, "state": "open", "title": "a", "body": null, "user": bot, "comments": []},
        {"number": 3, "state": "open", "title": "b", "body": marker, "user": bot, "comments": [],
            "pull_request": {"url": "x"}},
        {"number": 4, "state": "closed", "title": "c", "body": marker, "user": bot, "comments": []},
        {"number": 5, "state": "open", "title": "renamed", "body": format!("x\n{marker}\n"),
            "user": bot, "comments": []},
        {"number": 6, "state": "open", "title": "by mistake", "body": marker, "user": bot, "comments": []},
    ]));
    repository.run("failure", "skipped", "");
    let comments: Vec<usize> = repository.state().iter().map(|(_, comments)| *comments).collect();
    assert_eq!(comments, [0, 0, 0, 0, 1, 0], "the first of ours, and no new one");
}

#[test]
fn where_issues_are_switched_off_the_summary_says_so() {
    let mut repository = Repository::new();
    fs::remove_file(repository.folder().join("has-issues")).unwrap();
    repository.run("failure", "skipped", "");
    assert!(repository.issues().is_empty());
    assert!(repository.runner.summary().unwrap().contains("Issues are switched off"));
}

#[test]
fn a_github_that_does_not_answer_opens_nothing_and_fails() {
    let mut repository = Repository::new();
    let gh = "case $2 in --paginate) exit 1 ;; *) echo true ;; esac";
    repository.runner.stubs.add("gh", gh).unwrap();
    let workflow = file::workflow("daily").unwrap();
    let needs = json!({"needs": {
        "collect": {"result": "failure", "outputs": {}}, "deploy": {"result": "skipped", "outputs": {}},
    }});
    let action = file::action().unwrap();
    let done = repository.runner.job(&workflow.jobs["report"], &action, &needs).unwrap();
    assert!(!done.ok);
    assert_eq!(repository.runner.stubs.calls("gh").unwrap().len(), 2);
}
