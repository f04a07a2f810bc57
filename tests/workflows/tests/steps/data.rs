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
    assert_eq!(scene.branches(), ["data", "data-kept-3-1", "data-kept-4-1"], "one of each run");
    assert_eq!(scene.remote_file("data-kept-3-1", ROWS).unwrap(), "1\n2\n");
    assert_eq!(scene.remote_file("data-kept-4-1", ROWS).unwrap(), "1\n2\n3\n");
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
    assert_eq!(scene.branches(), ["data-kept-2-1"]);
    scene.unsay("exit-site-gen");
    assert!(day(&mut scene, "2\n").ok);
    assert_eq!(scene.branches(), ["data"]);
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n");
}

/// Somebody else commits to the data, who knows nothing of what is on its way.
const RACE: &str = r#"
rm "$root/before-push"
echo other | git hash-object -w --stdin > "$root/blob"
git read-tree --empty
git update-index --add --cacheinfo "100644,$(< "$root/blob"),pypi/rows.csv"
other=$(git commit-tree "$(git write-tree)" ${parent:+-p "$parent"} -m 'by another')
git push --quiet origin "$other:refs/heads/$branch"
"#;

#[test]
fn what_lost_a_race_is_kept_and_taken_up_by_the_next_run() {
    for is_first in [false, true] {
        let mut scene = Scene::new();
        if !is_first {
            day(&mut scene, "1\n");
        }
        scene.say("before-push", RACE);
        let done = day(&mut scene, "2\n");
        assert_eq!(done.failed(), ["Push the data"]);
        assert_eq!(done.step("Push the data").unwrap().code, Some(5));
        assert_eq!(done.outputs["site"], "");
        assert_eq!(scene.remote_file("data", ROWS).unwrap(), "other\n", "nobody is overwritten");
        assert_eq!(scene.branches().len(), 2, "{:?}", scene.branches());
        let done = day(&mut scene, "3\n");
        assert!(done.ok, "{}", done.printed());
        let rows = scene.remote_file("data", ROWS).unwrap();
        for row in ["2\n", "3\n", "other\n"] {
            assert!(rows.contains(row), "{rows}");
        }
        assert_eq!(scene.branches(), ["data"]);
    }
}

#[test]
fn what_cannot_be_taken_up_stays_and_the_run_fails_in_the_end() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.say("exit-site-gen", "1");
    day(&mut scene, "2\n");
    scene.unsay("exit-site-gen");
    scene.say("exit-merge", "1");
    let done = day(&mut scene, "3\n");
    assert_eq!(done.failed(), ["Say how it ended"], "{}", done.printed());
    assert_eq!(done.outputs["site"], "site", "what there is was pushed, and is shown");
    assert!(done.printed().contains("::warning::the branch `data-kept-3-1` could not be taken up"));
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n3\n");
    // In its way it is for nobody: the next that has something to keep does so.
    scene.say("exit-site-gen", "1");
    day(&mut scene, "4\n");
    assert_eq!(scene.branches(), ["data", "data-kept-3-1", "data-kept-5-1"]);
    scene.unsay("exit-site-gen");
    scene.unsay("exit-merge");
    assert!(day(&mut scene, "5\n").ok);
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n3\n4\n5\n");
    assert_eq!(scene.branches(), ["data"]);
}

#[test]
fn only_branches_that_runs_have_made_are_taken_up() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    let others = ["data-kept", "data-kept-x", "data-kept-1", "data-kept-1-1-x", "x/data-kept-1-1"];
    for name in others {
        let tip = scene.git(&["rev-parse", "refs/download-analytics/data"]);
        scene.git(&["push", "--quiet", "origin", &format!("{}:refs/heads/{name}", tip.trim())]);
    }
    let done = day(&mut scene, "2\n");
    assert!(done.ok, "{}", done.printed());
    assert!(scene.collector("branch").iter().all(|call| call[1] != "merge"));
    assert_eq!(scene.branches().len(), 1 + others.len());
}

#[test]
fn a_branch_that_cannot_be_removed_or_was_written_to_stays_and_undoes_nothing() {
    let mut scene = Scene::new();
    scene.say("exit-site-gen", "1");
    day(&mut scene, "1\n");
    scene.unsay("exit-site-gen");
    let hook = scene.runner.root().join("remote.git/hooks/update");
    let refuse = "#!/bin/sh\ncase $1-$3 in *-kept-*-0000*) exit 1 ;; esac\n";
    std::fs::write(&hook, refuse).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&hook, executable).unwrap();
    let done = day(&mut scene, "2\n");
    assert!(done.ok, "{}", done.printed());
    assert!(
        done.printed().contains(
            "::warning::the branch `data-kept-2-1` was taken up and could not be removed"
        )
    );
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(scene.branches(), ["data", "data-kept-2-1"]);
    std::fs::remove_file(&hook).unwrap();
    // Somebody writes to it after it was taken up.
    scene.say(
        "before-push",
        "rm \"$root/before-push\"; git push --quiet origin \"$commit:refs/heads/data-kept-2-1\" --force\n",
    );
    assert!(day(&mut scene, "3\n").ok);
    assert_eq!(scene.branches(), ["data", "data-kept-2-1"]);
    assert!(day(&mut scene, "4\n").ok);
    assert_eq!(scene.branches(), ["data"]);
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n3\n4\n");
}

#[test]
fn data_that_can_be_neither_pushed_nor_kept_fails_both_steps() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.say("exit-push", "5");
    scene.say("exit-keep", "1");
    let done = day(&mut scene, "2\n");
    assert_eq!(done.failed(), ["Push the data", "Keep what was collected"]);
    assert_eq!(done.outputs["site"], "");
    assert_eq!(scene.collector("branch").pop().unwrap()[2], "--branch=data-kept-3-1");
    assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n");
}

#[test]
fn what_was_collected_is_kept_when_the_run_is_cancelled_or_its_time_is_over() {
    for step in ["Collect", "Render the site", "Push the data"] {
        let mut scene = Scene::new();
        day(&mut scene, "1\n");
        scene.say("exit-push", "1");
        scene.runner.cancelled_at = Some(step.into());
        let done = day(&mut scene, "2\n");
        assert!(!done.ok);
        assert_eq!(done.step(step).unwrap().outcome, "cancelled");
        assert_eq!(done.step("Keep what was collected").unwrap().outcome, "success");
        assert_eq!(done.step("Say how it ended").unwrap().outcome, "skipped");
        assert_eq!(done.outputs["site"], "");
        assert_eq!(scene.remote_file("data-kept-3-1", ROWS).unwrap(), "1\n2\n", "{step}");
        scene.unsay("exit-push");
        scene.runner.cancelled_at = None;
        assert!(day(&mut scene, "3\n").ok);
        assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n3\n");
    }
    // Before there is anything to be kept.
    let mut scene = Scene::new();
    scene.runner.cancelled_at = Some("Pull the data".into());
    let done = day(&mut scene, "1\n");
    assert_eq!(done.step("Keep what was collected").unwrap().outcome, "skipped");
    assert!(scene.branches().is_empty());
}

#[test]
fn a_site_of_nothing_is_not_handed_over() {
    let mut scene = Scene::new();
    let done = scene.act(&[]);
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "");
    assert!(done.printed().contains("::warning::nothing was ever collected"), "{}", done.printed());
    assert!(scene.branches().is_empty());
    let done = day(&mut scene, "1\n");
    assert_eq!(done.outputs["site"], "site");
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
}

#[test]
fn what_was_collected_is_kept_however_the_collection_ended() {
    // Credentials that are refused half-way, a panic, no memory, a signal.
    for code in [2, 5, 101, 134, 137, 143] {
        let mut scene = Scene::new();
        day(&mut scene, "1\n");
        scene.say("exit-pypi", &code.to_string());
        let done = day(&mut scene, "2\n");
        assert_eq!(done.failed(), ["Collect"]);
        assert_eq!(done.step("Collect").unwrap().code, Some(code));
        assert_eq!(scene.remote_file("data-kept-3-1", ROWS).unwrap(), "1\n2\n", "{code}");
        scene.unsay("exit-pypi");
        assert!(day(&mut scene, "3\n").ok);
        assert_eq!(scene.remote_file("data", ROWS).unwrap(), "1\n2\n3\n");
        assert_eq!(scene.branches(), ["data"]);
        // And if nothing was, nothing is.
        scene.unsay("new-rows");
        scene.say("exit-pypi", &code.to_string());
        scene.next_day();
        assert_eq!(scene.act(&[]).failed(), ["Collect"]);
        assert_eq!(scene.branches(), ["data"]);
    }
}

#[test]
fn a_change_that_is_made_and_not_yet_in_place_is_kept_too() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    scene.unsay("new-rows");
    scene.next_day();
    scene.say("exit-pypi", "137");
    scene.say(
        "before-exit",
        "mkdir -p \"$store/pypi/.next\"; echo x > \"$store/pypi/.next/manifest.csv\"",
    );
    scene.act(&[]);
    assert_eq!(scene.branches(), ["data", "data-kept-3-1"]);
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
    let given = &done.step("Hand over the site").unwrap().given;
    assert_eq!(given["path"], "site");
    assert_eq!(given["name"], "github-pages-1");
    assert_eq!(done.outputs["artifact"], "github-pages-1");
}

#[test]
fn each_attempt_publishes_the_site_that_was_handed_over_last() {
    let action = file::action().unwrap();
    for name in ["daily", "manual"] {
        let workflow = file::workflow(name).unwrap();
        let mut scene = Scene::new();
        scene.say("new-rows", "1\n");
        scene.runner.contexts["github"]["run_attempt"] = "2".into();
        let contexts = json!({"inputs": {"projects": "", "max-days": "", "start-date": "",
            "force": false, "dry-run": false, "extra-arguments": ""}});
        let done = scene.runner.job(&workflow.jobs["collect"], &action, &contexts).unwrap();
        assert!(done.ok, "{}", done.printed());
        let handed = &done.step("Hand over the site").unwrap().given["name"];
        // Only `Publish` is run again.
        scene.runner.contexts["github"]["run_attempt"] = "3".into();
        scene.runner.actions.insert("actions/deploy-pages".into(), Default::default());
        let needs = json!({"needs": {"collect": {"outputs": done.outputs}}});
        let done = scene.runner.job(&workflow.jobs["deploy"], &action, &needs).unwrap();
        assert_eq!(&done.steps[0].given["artifact_name"], handed);
        assert_eq!(handed, "github-pages-2");
    }
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
        // Over the budget, which an estimate never is, or a mistake in the configuration.
        scene.say("exit-pypi", if dry_run == "true" { "4" } else { "2" });
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
            vec!["status", "--json", "--config=config.yaml"],
        ]
    );
    let site_gen = scene.runner.stubs.calls("site-gen").unwrap();
    assert_eq!(site_gen, [["--config=config.yaml", "--output=public/site"]]);
    assert_eq!(done.outputs["site"], "public/site");
}

#[test]
fn rendering_alone_neither_collects_nor_pushes() {
    let mut scene = Scene::new();
    day(&mut scene, "1\n");
    let tip = scene.git(&["ls-remote", "origin"]);
    scene.next_day();
    let done = scene.act(&[("collect", "false")]);
    assert!(done.ok, "{}", done.printed());
    assert_eq!(done.outputs["site"], "site");
    assert_eq!(scene.collector("pypi").len(), 1);
    assert_eq!(scene.git(&["ls-remote", "origin"]), tip);
}
