//! What becomes of the data: pulled, pushed after rendering only, never lost once it is paid for.

use serde_json::json;
use workflow_tests::{file, runner::Done};

use crate::scene::Scene;

const ROWS: &str = "pypi/rows.csv";

fn day(scene: &mut Scene, rows: &str) -> Done {
    scene.next_day();
    scene.say("new-rows", rows);
    let done = scene.act(&[]);
    scene.assert_no_secret(&done);
    done
}

#[test]
fn data_is_pulled_collected_rendered_and_then_pushed() {
    let mut scene = Scene::new();
    let done = day(&mut scene, "1\n");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(done.outputs["late"], "false");
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n");
    let done = day(&mut scene, "2\n");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n");
    assert_eq!(scene.branches(), ["data"]);
    let count = scene.git(&["rev-list", "--count", "refs/download-analytics/data"]);
    assert_eq!(count, "2\n");
    let author = scene.git(&["log", "-1", "--format=%an <%ae>", "refs/download-analytics/data"]);
    let bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>\n";
    assert_eq!(author, bot);
    assert_eq!(scene.runner.summary().unwrap(), "| a state |\n| a state |\n");
}

#[test]
fn what_could_not_be_rendered_is_kept_and_taken_up_by_the_next_run() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.say("exit-site-gen", "3");
    for rows in ["2\n", "3\n"] {
        let done = day(&mut scene, rows);
        assert_eq!(done.failed(), ["Render the site"]);
        assert_eq!(done.outputs["site"], "", "a site that was not rendered is not published");
        assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n", "the data stays as it was");
    }
    assert_eq!(scene.remote_file("data-kept", ROWS).unwrap(), "1\n2\n3\n");
    scene.unsay("exit-site-gen");
    let done = day(&mut scene, "4\n");
    assert!(done.ok, "{}", done.printed());
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n3\n4\n");
    assert_eq!(scene.branches(), ["data"], "what was taken up needs no branch any more");
}

#[test]
fn the_first_run_is_kept_too() {
    let mut scene = Scene::new();
    scene.say("exit-site-gen", "1");
    day(&mut scene, "1\n");
    assert_eq!(scene.branches(), ["data-kept"]);
    scene.unsay("exit-site-gen");
    assert!(day(&mut scene, "2\n").ok);
    assert_eq!(scene.branches(), ["data"]);
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n");
}

#[test]
fn what_was_kept_is_not_put_over_data_that_has_changed_since() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.say("exit-site-gen", "1");
    day(&mut scene, "2\n");
    scene.unsay("exit-site-gen");
    let main = scene.git(&["ls-remote", "origin", "refs/heads/data"]);
    // Somebody else commits to the data.
    let commit = main.split_whitespace().next().unwrap().to_owned();
    let tree = format!("{commit}^{{tree}}");
    let other = scene.git(&[
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "commit-tree",
        &tree,
        "-p",
        &commit,
        "-m",
        "by hand",
    ]);
    scene.git(&["push", "--quiet", "origin", &format!("{}:refs/heads/data", other.trim())]);
    let done = day(&mut scene, "3\n");
    assert!(done.ok, "{}", done.printed());
    assert!(done.printed().contains("::warning::the branch `data-kept` is left alone"));
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n3\n");
    assert_eq!(scene.remote_file("data-kept", ROWS).unwrap(), "1\n2\n");
}

#[test]
fn a_branch_that_has_moved_is_not_overwritten_and_the_data_is_kept() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.say("exit-push", "5");
    let done = day(&mut scene, "2\n");
    // The stub refuses both, so nothing is kept; the real one refuses the branch that has moved.
    assert_eq!(done.failed(), ["Push the data", "Keep what was collected"]);
    assert_eq!(done.step("Push the data").unwrap().code, Some(5));
    assert_eq!(done.outputs["site"], "");
    let kept = scene.collector("branch").pop().unwrap();
    assert_eq!(kept[2], "--branch=data-kept");
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n");
}

#[test]
fn a_run_that_collected_nothing_keeps_nothing() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.next_day();
    scene.unsay("new-rows");
    scene.say("exit-site-gen", "1");
    let done = scene.act(&[]);
    assert!(done.printed().contains("nothing was collected"), "{}", done.printed());
    assert_eq!(scene.branches(), ["data"]);
}

#[test]
fn a_collection_that_was_done_in_part_is_published_and_the_run_fails() {
    for code in [1, 3, 4] {
        let mut scene = Scene::new();
        scene.say("exit-pypi", &code.to_string());
        let done = day(&mut scene, "1\n");
        assert_eq!(done.failed(), ["Say how it ended"]);
        assert_eq!(done.step("Say how it ended").unwrap().code, Some(code));
        assert_eq!(done.outputs["site"], "site");
        assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n");
    }
    for code in [2, 5, 101] {
        let mut scene = Scene::new();
        scene.say("exit-pypi", &code.to_string());
        let done = day(&mut scene, "1\n");
        assert_eq!(done.failed(), ["Collect"]);
        assert_eq!(done.step("Collect").unwrap().code, Some(code));
        assert!(scene.branches().is_empty());
    }
}

#[test]
fn the_workflow_hands_over_the_site_also_of_a_collection_in_part() {
    let mut scene = Scene::new();
    scene.say("new-rows", "1\n");
    scene.say("exit-pypi", "3");
    let daily = file::workflow("daily").unwrap();
    let action = file::action().unwrap();
    let done = scene.runner.job(&daily.jobs["collect"], &action, &json!({})).unwrap();
    assert!(!done.ok);
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(done.step("Hand over the site").unwrap().given["path"], "site");
}

#[test]
fn late_data_is_told() {
    for (code, late) in [("0", "false"), ("3", "true")] {
        let mut scene = Scene::new();
        scene.say("exit-status", code);
        let done = day(&mut scene, "1\n");
        assert!(done.ok, "{}", done.printed());
        assert_eq!(done.outputs["late"], late);
        assert_eq!(scene.collector("status")[0][1..3], ["--markdown", "--late-after=2"]);
    }
    let mut scene = Scene::new();
    scene.say("exit-status", "1");
    assert_eq!(day(&mut scene, "1\n").failed(), ["Look how late the data is"]);
}

#[test]
fn a_dry_run_writes_its_plan_into_the_summary_and_changes_nothing() {
    for (dry_run, secrets) in
        [("true", "branch token\npypi key\n"), ("offline", "branch token\npypi \n")]
    {
        let mut scene = Scene::new();
        let done = scene.act(&[("dry-run", dry_run), ("bigquery-credentials", "x")]);
        assert!(done.ok, "{}", done.printed());
        assert_eq!(scene.runner.summary().unwrap(), "| a plan |\n");
        assert_eq!(done.outputs["site"], "");
        assert!(scene.branches().is_empty());
        assert_eq!(scene.runner.stubs.calls("site-gen").unwrap().len(), 0);
        let given = std::fs::read_to_string(scene.runner.root().join("secrets-given")).unwrap();
        assert_eq!(given, secrets);
        scene.say("exit-pypi", "4");
        assert_eq!(scene.act(&[("dry-run", dry_run)]).failed(), ["Collect"]);
    }
}

#[test]
fn the_dry_run_of_a_pull_request_has_no_secret() {
    let mut scene = Scene::new();
    scene.runner.contexts["secrets"] = json!({});
    let workflow = file::workflow("dry-run").unwrap();
    let action = file::action().unwrap();
    let done = scene.runner.job(&workflow.jobs["plan"], &action, &json!({})).unwrap();
    assert!(done.ok, "{}", done.printed());
    let arguments = &scene.collector("pypi")[0][1..5];
    assert_eq!(arguments, ["--config=config.yaml", "--dry-run", "--markdown", "--offline"]);
    scene.assert_no_secret(&done);
}

#[test]
fn without_a_branch_the_data_is_where_the_configuration_says() {
    let mut scene = Scene::new();
    let done = scene.act(&[("store-branch", ""), ("output", "public/site")]);
    assert!(done.ok, "{}", done.printed());
    assert_eq!(
        scene.runner.stubs.calls("collector").unwrap(),
        [
            vec!["pypi", "--config=config.yaml"],
            vec!["status", "--markdown", "--late-after=2", "--config=config.yaml"],
        ]
    );
    let site_gen = scene.runner.stubs.calls("site-gen").unwrap();
    assert_eq!(site_gen, [["--config=config.yaml", "--output=public/site"]]);
    assert_eq!(done.outputs["site"], "public/site");
}

#[test]
fn rendering_alone_neither_collects_nor_pushes() {
    let mut scene = Scene::new();
    let done = scene.act(&[("collect", "false")]);
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "site");
    assert!(scene.collector("pypi").is_empty());
    assert!(scene.branches().is_empty());
}
