//! Kinds of credentials, and the life of a token.

use std::time::Duration;

use chrono::TimeDelta;
use collector::bigquery::{
    Clock as _, Credentials, Endpoint, Failure, JobId, Limits, Patience, QueryError, Rest, Runner,
    WAYS, Warehouse as _,
};
use local_bigquery::{Fault, Kind, Settings, Target};

use crate::world::{ENOUGH, Taken, Who, World, block_on, limits, query, rows, serve};

#[test]
fn each_kind_of_credentials_leads_to_an_answer() {
    for (who, tokens) in Who::ALL.into_iter().zip([1, 1, 2, 1]) {
        let outcome = World::new().run(who);
        outcome.assert_right();
        assert_eq!(outcome.ledger.tokens, tokens, "{who:?}");
    }
}

#[test]
fn an_hour_of_work_with_tokens_of_five_minutes_fails_never() {
    for (who, each) in Who::ALL.into_iter().zip([1, 1, 2, 1]) {
        let (token_life, job_time) = (TimeDelta::minutes(5), TimeDelta::seconds(100));
        let world = World::with(Settings { token_life, job_time, ..Settings::default() });
        let start = world.clock.now();
        block_on(async {
            let rest = world.connect(who, limits()).await;
            let runner = Runner::new(rest, world.clock.clone(), Patience::default(), 1);
            for at in 0.. {
                if world.clock.now() - start >= TimeDelta::minutes(60) {
                    break;
                }
                let mut taken = Taken::default();
                let (run, job) = (at.to_string(), JobId(format!("da-{at}")));
                let done = runner.run(&query(&run), &job, ENOUGH, &mut taken).await;
                done.expect("an answer");
                assert_eq!(taken.sorted(), rows());
            }
        });
        let ledger = world.server.service().ledger();
        // Each is used for four of its five minutes.
        assert!((15..=16).contains(&(ledger.tokens / each)), "{who:?}: {} tokens", ledger.tokens);
        let inserts = ledger.jobs.iter().filter(|job| !job.dry_run).count();
        assert_eq!(ledger.count(Kind::Insert), inserts, "nothing was asked twice");
    }
}

#[test]
fn a_token_that_is_suddenly_refused_is_replaced_once() {
    for kind in [Kind::Insert, Kind::Status, Kind::Page] {
        let world = World::new();
        world.fault(Target::of(kind, 1), Fault::Revoke);
        let outcome = world.run(Who::ServiceAccount);
        outcome.assert_right();
        assert_eq!(outcome.ledger.tokens, 2);

        let world = World::new();
        world.fault(Target::every(kind), Fault::Revoke);
        let outcome = world.run(Who::ServiceAccount);
        assert!(matches!(outcome.error(), QueryError::Credentials { .. }), "{}", outcome.error());
        assert_eq!((outcome.ledger.tokens, outcome.count(kind)), (2, 2));
    }
}

#[test]
fn refused_credentials_stop_at_once() {
    for (status, reason) in [(400, "invalid_grant"), (401, "invalid_client"), (404, "notFound")] {
        for who in Who::ALL {
            let world = World::new();
            world.fault(Target::every(Kind::Token), Fault::refuse(status, reason));
            let outcome = world.run(who);
            let told = outcome.error().to_string();
            assert!(matches!(outcome.error(), QueryError::Credentials { .. }), "{told}");
            let host = world.server.url().trim_start_matches("http://");
            let once =
                ["`BIGQUERY_CREDENTIALS`:", host, &format!("(HTTP {status}, {reason})"), WAYS];
            for part in once {
                assert_eq!(told.matches(part).count(), 1, "{part} in {told}");
            }
            assert_eq!(told.matches("HTTP").count(), 1, "{told}");
            assert_eq!((outcome.count(Kind::Token), outcome.count(Kind::Insert)), (1, 0));
        }
    }
}

#[test]
fn a_token_service_that_fails_for_a_while_is_waited_for() {
    for who in Who::ALL {
        for fault in [
            Fault::refuse(503, ""),
            Fault::refuse(429, ""),
            Fault::Html,
            Fault::Reset(local_bigquery::When::Before),
        ] {
            let world = World::new();
            world.fault(Target::of(Kind::Token, 1), fault.clone());
            world.fault(Target::of(Kind::Token, 2), fault);
            world.run(who).assert_right();
        }
    }
}

#[test]
fn a_token_that_is_good_for_a_while_is_used_while_its_service_fails() {
    let token_life = TimeDelta::minutes(10);
    let world = World::with(Settings { token_life, ..Settings::default() });
    block_on(async {
        let rest = world.connect(Who::ServiceAccount, limits()).await;
        let runner = Runner::new(rest, world.clock.clone(), Patience::default(), 1);
        runner.estimate(&query("test")).await.expect("a bound");
        world.fault(Target::every(Kind::Token), Fault::refuse(503, ""));
        world.clock.sleep(Duration::from_secs(9 * 60)).await;
        runner.estimate(&query("test")).await.expect("a bound");
        world.clock.sleep(Duration::from_secs(60)).await;
        let error = runner.estimate(&query("test")).await.expect_err("no token any more");
        assert!(matches!(error, QueryError::Later { .. }), "{error}");
    });
}

/// The dry run of whoever comes with the token `elsewhere`, which `more` gives out.
fn bound(
    env: &dyn Fn(&str, &str) -> Option<String>,
    more: fn(&str) -> Option<String>,
) -> (Result<u64, Failure>, String) {
    let url = serve(move |request| {
        let dry_run = r#"{"kind":"bigquery#job","statistics":{"totalBytesProcessed":"1"}}"#;
        let known = request.contains("authorization: Bearer elsewhere");
        let known = known && request.contains("POST /bigquery/v2/projects/payer/jobs?");
        match more(request).or_else(|| known.then(|| dry_run.to_owned())) {
            Some(answer) => ("200 OK", answer),
            None => ("400 Bad Request", serde_json::json!({"error": request}).to_string()),
        }
    });
    let found = Credentials::find(None, None, &|name| env(name, &url)).expect("credentials");
    let endpoint: Endpoint = url.parse().expect("an address");
    let job = Duration::from_secs(1);
    block_on(async {
        let clock = collector::bigquery::SystemClock;
        let rest = Rest::connect(endpoint, found, clock, Limits::default(), job).await;
        let rest = rest.expect("a client");
        (rest.dry_run(&query("test")).await, rest.project().to_owned())
    })
}

#[test]
fn a_machine_of_google_cloud_has_credentials_and_a_project() {
    let env = |name: &str, url: &str| {
        (name == "GCE_METADATA_HOST").then(|| url.trim_start_matches("http://").to_owned())
    };
    let (bound, project) = bound(&env, |request| {
        let metadata = request.contains("metadata-flavor: Google");
        let path = request.strip_prefix("GET /computeMetadata/v1/").filter(|_| metadata)?;
        if path.starts_with("project/project-id ") {
            return Some("payer\n".to_owned());
        }
        let token = r#"{"access_token":"elsewhere","expires_in":3599,"token_type":"Bearer"}"#;
        path.starts_with("instance/service-accounts/default/token ").then(|| token.to_owned())
    });
    assert_eq!((bound, project.as_str()), (Ok(10 << 20), "payer"));
}

#[test]
fn a_workload_may_find_its_token_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "from-a-file\n").expect("a file");
    let env = |name: &str, url: &str| {
        let json = serde_json::json!({
            "type": "external_account",
            "audience": "//iam",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": format!("{url}/sts"),
            "quota_project_id": "payer",
            "credential_source": {"file": path},
        });
        (name == "BIGQUERY_CREDENTIALS").then(|| json.to_string())
    };
    let (bound, _) = bound(&env, |request| {
        let asked =
            request.starts_with("POST /sts ") && request.contains("subject_token=from-a-file&");
        // Some services write the life as a text.
        asked.then(|| r#"{"access_token":"elsewhere","expires_in":"600"}"#.to_owned())
    });
    assert_eq!(bound, Ok(10 << 20));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = serve(|_| ("302 Found", String::new()));
    let host = elsewhere.trim_start_matches("http://");
    let world = World::new();
    let json = Who::ServiceAccount.json(world.server.url());
    let env = |name: &str| (name == "BIGQUERY_CREDENTIALS").then(|| json.clone());
    let found = Credentials::find(None, None, &env).expect("credentials");
    let endpoint: Endpoint = elsewhere.parse().expect("an address");
    let failure = block_on(async {
        let (clock, job) = (world.clock.clone(), Duration::from_secs(1));
        let rest = Rest::connect(endpoint, found, clock, Limits::default(), job).await;
        rest.expect("a client").dry_run(&query("test")).await.expect_err("a redirect")
    });
    assert_eq!(failure.to_string(), format!("{host}: redirects are not followed (HTTP 302)"));
}
