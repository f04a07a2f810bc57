//! What must hold for the files as they are, whatever a run does.

use serde_json::json;
use workflow_tests::{
    expression::{self, Status},
    file,
    runner::Runner,
};

/// Values that somebody without rights in the repository can choose.
const CHOSEN_BY_OTHERS: [&str; 8] = [
    "github.head_ref",
    "github.event.pull_request",
    "github.event.issue",
    "github.event.comment",
    "github.event.head_commit",
    "github.event.commits",
    "github.event.inputs",
    "github.actor",
];

#[test]
fn a_pull_request_gets_neither_secrets_nor_rights() {
    for (name, workflow) in file::workflows().unwrap() {
        assert!(workflow.on.get("pull_request_target").is_none(), "{name}");
        assert!(workflow.on.get("workflow_run").is_none(), "{name}");
        if workflow.on.get("pull_request").is_none() {
            continue;
        }
        let path = file::repository().join(format!(".github/workflows/{name}.yaml"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains("secrets."), "{name}");
        for (id, job) in &workflow.jobs {
            let rights = job.permissions.clone().unwrap_or_default();
            let reads = |(scope, right): (&String, &String)| scope == "contents" && right == "read";
            assert!(rights.iter().all(reads), "{name}: {id} may {rights:?}");
        }
    }
}

#[test]
fn nothing_that_strangers_choose_is_used() {
    for (name, _) in file::workflows().unwrap() {
        let path = file::repository().join(format!(".github/workflows/{name}.yaml"));
        let text = std::fs::read_to_string(path).unwrap();
        for chosen in CHOSEN_BY_OTHERS {
            assert!(!text.contains(chosen), "{name} uses `{chosen}`");
        }
    }
}

#[test]
fn those_who_write_the_data_wait_for_one_another_and_are_not_cancelled() {
    let writers: Vec<_> = file::workflows()
        .unwrap()
        .into_iter()
        .filter(|(_, workflow)| {
            workflow.jobs.values().any(|job| {
                job.steps.iter().any(|step| step.uses.as_deref() == Some("./"))
                    && job
                        .permissions
                        .as_ref()
                        .is_some_and(|it| it.get("contents").is_some_and(|right| right == "write"))
            })
        })
        .collect();
    let names: Vec<_> = writers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["daily", "manual"]);
    for (name, workflow) in &writers {
        let expected = json!({"group": "data", "cancel-in-progress": false});
        assert_eq!(workflow.concurrency.as_ref(), Some(&expected), "{name}");
    }
}

#[test]
fn the_daily_run_starts_at_odd_minutes_after_yesterday_is_complete() {
    let daily = file::workflow("daily").unwrap();
    let times = daily.on["schedule"].as_array().unwrap();
    assert_eq!(times.len(), 2);
    for time in times {
        let cron = time["cron"].as_str().unwrap();
        let parts: Vec<_> = cron.split(' ').collect();
        let [minute, hour, "*", "*", "*"] = parts[..] else { panic!("`{cron}` is not each day") };
        assert_eq!(minute.parse::<u32>().unwrap() % 2, 1, "{cron}");
        assert!(hour.parse::<u32>().unwrap() >= 6, "{cron}");
    }
}

/// Whether a job of a workflow runs: its condition with this event and these results.
fn runs(workflow: &str, job: &str, event: &str, branch: &str, site: &str, failed: bool) -> bool {
    let workflow = file::workflow(workflow).unwrap();
    let contexts = json!({
        "github": {
            "event_name": event,
            "ref_name": branch,
            "event": {"repository": {"default_branch": "main"}},
        },
        "needs": {"collect": {"outputs": {"site": site}}},
    });
    let status = Status { failed, cancelled: false };
    expression::holds(workflow.jobs[job].condition.as_deref(), &contexts, status).unwrap()
}

#[test]
fn the_site_is_published_from_the_default_branch_if_there_is_one() {
    for workflow in ["daily", "manual"] {
        for failed in [false, true] {
            let dispatch = "workflow_dispatch";
            assert!(runs(workflow, "deploy", dispatch, "main", "site", failed));
            assert!(!runs(workflow, "deploy", dispatch, "other", "site", failed));
            assert!(!runs(workflow, "deploy", dispatch, "main", "", failed));
        }
    }
    assert!(runs("daily", "report", "schedule", "main", "", true));
    assert!(!runs("daily", "report", "workflow_dispatch", "other", "", true));
}

#[test]
fn the_one_required_check_wants_all_others() {
    let ci = file::workflow("ci").unwrap();
    let success = &ci.jobs["success"];
    let mut others: Vec<_> = ci.jobs.keys().filter(|job| *job != "success").cloned().collect();
    others.sort();
    let mut needs = success.needs.clone();
    needs.sort();
    assert_eq!(needs, others);
    for (results, ok) in [
        (["success", "success"], true),
        (["success", "failure"], false),
        (["skipped", "success"], false),
        (["cancelled", "success"], false),
    ] {
        let mut runner = Runner::new().unwrap();
        let needs = json!({"needs": {"a": {"result": results[0]}, "b": {"result": results[1]}}});
        let action = file::action().unwrap();
        assert_eq!(runner.job(success, &action, &needs).unwrap().ok, ok, "{results:?}");
    }
}

#[test]
fn every_script_stops_at_the_first_mistake() {
    let action = file::action().unwrap();
    let workflows = file::workflows().unwrap();
    let of_jobs = workflows.iter().flat_map(|(_, it)| it.jobs.values()).flat_map(|job| &job.steps);
    for step in of_jobs.chain(&action.runs.steps) {
        if let Some(script) = step.run.as_deref().filter(|script| script.contains('\n')) {
            assert!(script.starts_with("set -euo pipefail\n"), "{}", step.title());
        }
    }
}

#[test]
fn the_inputs_of_the_manual_run_are_those_of_the_predecessor() {
    let manual = file::workflow("manual").unwrap();
    let inputs = manual.on["workflow_dispatch"]["inputs"].as_object().unwrap();
    let names: Vec<_> = inputs.keys().map(String::as_str).collect();
    let mut expected =
        ["projects", "max-days", "start-date", "force", "dry-run", "extra-arguments"];
    expected.sort_unstable();
    assert_eq!(names, expected);
}
