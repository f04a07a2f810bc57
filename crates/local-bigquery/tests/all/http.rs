//! The service over HTTP: jobs, pages, tokens.

use chrono::TimeDelta;
use local_bigquery::{Event, JobRequest, Kind, LocalBigquery, Settings, credentials};
use serde_json::{Value, json};

use crate::{
    client::{Caller, assertion, insert_body},
    common::{Hands, at, query, request, service, service_with},
};

const SELECT: &str = "project, DATE(timestamp) AS date, details.cpu AS cpu, COUNT(*) AS downloads";

fn events(count: usize) -> Vec<Event> {
    let cpus = [Some("x86_64"), Some("\"</script>\u{1}\u{202e}é\\"), Some(""), None];
    let event = |n: usize| Event {
        cpu: cpus[n % 4].map(str::to_owned),
        ..Event::new(&format!("p{}", n / 4), at("2025-07-01 10:00:00"))
    };
    (0..count).map(event).collect()
}

fn by_cpu(id: &str) -> JobRequest {
    request(
        id,
        &query(SELECT, "2025-07-01", "2025-07-02", " GROUP BY 1, 2, 3"),
        &["p0", "p1", "p2"],
    )
}

fn rows(page: &Value) -> Vec<Vec<Option<String>>> {
    let row = |row: &Value| -> Vec<Option<String>> {
        let cells = row["f"].as_array().unwrap().iter();
        cells.map(|cell| cell["v"].as_str().map(str::to_owned)).collect()
    };
    page["rows"].as_array().into_iter().flatten().map(row).collect()
}

#[test]
fn an_answer_comes_in_pages_and_is_that_of_the_plain_methods() {
    let caller = Caller::new(service(&events(12)));
    let job = caller.insert(&by_cpu("a")).unwrap();
    assert_eq!(job.status, 200, "{}", job.body);
    assert_eq!(job.json()["status"]["state"], "DONE");
    assert_eq!(job.json()["statistics"]["query"]["totalBytesBilled"], "10485760");
    let (mut token, mut all, mut pages) = (None::<String>, Vec::new(), 0);
    loop {
        let page = caller.page("a", token.as_deref(), 5).unwrap().json();
        assert_eq!((&page["totalRows"], &page["jobComplete"]), (&json!("12"), &json!(true)));
        assert_eq!(
            page["schema"]["fields"][1],
            json!({"name": "date", "type": "DATE", "mode": "NULLABLE"})
        );
        all.extend(rows(&page));
        pages += 1;
        token = page["pageToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!((pages, all.len()), (3, 12));
    assert_eq!(all, caller.server.service().page("a", None, None, None).unwrap().unwrap().rows);
    for cpu in [Some("x86_64"), Some("\"</script>\u{1}\u{202e}é\\"), Some(""), None] {
        assert_eq!(all.iter().filter(|row| row[2].as_deref() == cpu).count(), 3, "{cpu:?}");
    }
    assert_eq!(caller.page("a", Some("nonsense"), 5).unwrap().reason(), "invalid");
    caller.server.service().with_ledger(|ledger| {
        assert_eq!(ledger.violations, [""; 0]);
        assert_eq!((ledger.count(Kind::Insert), ledger.count(Kind::Page)), (1, 5));
        assert_eq!(ledger.executions().values().copied().collect::<Vec<_>>(), [1]);
    });
}

#[test]
fn a_page_is_no_larger_than_it_may_be() {
    let clock = Hands::at("2025-09-01 00:00:00").clock();
    let settings = Settings { clock, page_bytes: 200, ..Settings::default() };
    let caller = Caller::new(service_with(&events(12), settings));
    caller.insert(&by_cpu("a")).unwrap();
    let page = caller.page("a", None, 1_000).unwrap().json();
    let text = page["rows"].to_string();
    assert!(page["pageToken"].is_string());
    assert!(!rows(&page).is_empty() && text.len() <= 202, "{}", text.len());
}

#[test]
fn an_answer_without_rows_has_no_rows() {
    let caller = Caller::new(service(&events(12)));
    caller
        .insert(&JobRequest { parameters: request("", "", &["x"]).parameters, ..by_cpu("a") })
        .unwrap();
    let page = caller.page("a", None, 5).unwrap().json();
    assert_eq!((&page["totalRows"], page.get("rows")), (&json!("0"), None));
}

#[test]
fn a_dry_run_tells_the_upper_bound_and_makes_no_job() {
    let clock = Hands::at("2025-09-01 00:00:00").clock();
    let settings =
        Settings { clock, rows_factor: 10_000_000, clustered: true, ..Settings::default() };
    let caller = Caller::new(service_with(&events(40), settings));
    let dry = JobRequest { dry_run: true, id: None, maximum_bytes_billed: None, ..by_cpu("") };
    let answer = caller.insert(&dry).unwrap();
    // timestamp 8, project 14, cpu 8
    let bytes = 40 * 10_000_000 * 30_u64;
    assert_eq!(answer.json()["statistics"]["totalBytesProcessed"], bytes.to_string());
    assert_eq!(answer.json()["statistics"]["query"]["totalBytesBilled"], "0");
    let bound = bytes.div_ceil(1 << 20) << 20;
    let tight = JobRequest { maximum_bytes_billed: Some(bound - 1), ..by_cpu("a") };
    let refused = caller.insert(&tight).unwrap();
    assert_eq!((refused.status, refused.reason().as_str()), (500, "bytesBilledLimitExceeded"));
    assert_eq!(caller.status("a").unwrap().status, 404);
    let enough = JobRequest { maximum_bytes_billed: Some(bound), ..by_cpu("a") };
    let job = caller.insert(&enough).unwrap().json();
    let asked = (12 * 10_000_000 * 30_u64).div_ceil(1 << 20) << 20;
    assert_eq!(job["statistics"]["query"]["totalBytesBilled"], asked.to_string(), "clustered");
    let ledger = caller.server.service().ledger();
    let billed: Vec<_> = ledger.jobs.iter().map(|job| (job.billed, job.executed)).collect();
    assert_eq!(billed, [(0, 0), (0, 0), (asked, 1)]);
}

#[test]
fn a_job_runs_for_its_time_can_be_stopped_and_has_one_id() {
    let hands = Hands::at("2025-09-01 00:00:00");
    let settings =
        Settings { clock: hands.clock(), job_time: TimeDelta::seconds(30), ..Settings::default() };
    let caller = Caller::new(service_with(&events(12), settings));
    for id in ["a", "b"] {
        assert_eq!(caller.insert(&by_cpu(id)).unwrap().json()["status"]["state"], "RUNNING");
    }
    let again = caller.insert(&by_cpu("a")).unwrap();
    assert_eq!((again.status, again.reason().as_str()), (409, "duplicate"));
    let page = caller.page("a", None, 5).unwrap().json();
    assert_eq!((&page["jobComplete"], page.get("totalRows")), (&json!(false), None));
    let stopped = caller.call("jobs/b/cancel?location=US", Some(&json!({}))).unwrap().json();
    assert_eq!(stopped["job"]["status"]["errorResult"]["reason"], "stopped");
    assert_eq!(caller.page("b", None, 5).unwrap().reason(), "stopped");
    hands.pass(TimeDelta::seconds(30));
    let status = caller.status("a").unwrap().json();
    assert_eq!(status["status"], json!({"state": "DONE"}));
    assert_eq!(caller.page("a", None, 50).unwrap().json()["totalRows"], "12");
    assert_eq!(caller.call("jobs/a?location=EU", None).unwrap().status, 404);
    assert_eq!(caller.status("c").unwrap().reason(), "notFound");
    assert_eq!(caller.call("datasets", None).unwrap().status, 404);
}

#[test]
fn a_job_that_lacks_what_each_must_have_is_refused_and_noted() {
    let caller = Caller::new(service(&events(12)));
    let fine = by_cpu("a");
    let lacking: [(&str, JobRequest); 7] = [
        ("client", JobRequest { id: None, ..fine.clone() }),
        ("job ID", JobRequest { id: Some("a b".into()), ..fine.clone() }),
        ("location", JobRequest { location: None, ..fine.clone() }),
        ("labels", JobRequest { labels: Default::default(), ..fine.clone() }),
        ("label", JobRequest { labels: [("tool".into(), "Ä".into())].into(), ..fine.clone() }),
        ("maximumBytesBilled", JobRequest { maximum_bytes_billed: None, ..fine.clone() }),
        ("useLegacySql", JobRequest { use_legacy_sql: None, ..fine.clone() }),
    ];
    for (what, request) in &lacking {
        let refused = caller.insert(request).unwrap();
        assert_eq!((refused.status, refused.reason().as_str()), (400, "invalid"), "{what}");
    }
    let violations = caller.server.service().ledger().violations;
    assert_eq!(violations.len(), lacking.len());
    for ((what, _), violation) in lacking.iter().zip(violations) {
        assert!(violation.contains(what), "{violation}");
    }
    let elsewhere = JobRequest { location: Some("EU".into()), ..fine.clone() };
    assert_eq!(caller.insert(&elsewhere).unwrap().status, 404);
    let mut body = insert_body(&fine);
    body["configuration"]["query"]["queryParameters"][0]["parameterType"] =
        json!({"type": "STRING"});
    assert_eq!(caller.call("jobs", Some(&body)).unwrap().status, 400);
    body["jobReference"]["projectId"] = json!("other");
    assert_eq!(caller.call("jobs", Some(&body)).unwrap().status, 400);
    assert_eq!(caller.call("jobs", Some(&json!([]))).unwrap().reason(), "parseError");
    assert_eq!(caller.server.service().ledger().billed(), 0);
}

#[test]
fn a_service_account_must_say_and_sign_the_right_thing() {
    let caller = Caller::new(service(&[]));
    let url = caller.server.url().to_owned();
    let refused = |change: fn(&mut Value)| {
        let got = caller.grant(&assertion(&url, change));
        assert_eq!(got.status, 400, "{}", got.body);
        got.json()["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(|claims| claims["iss"] = json!("other@example.org")), "invalid_grant");
    assert_eq!(
        refused(|claims| claims["aud"] = json!("https://oauth2.googleapis.com/token")),
        "invalid_grant"
    );
    assert_eq!(refused(|claims| claims["scope"] = json!("email")), "invalid_scope");
    assert_eq!(
        refused(|claims| claims["exp"] = json!(claims["iat"].as_u64().unwrap() + 3601)),
        "invalid_grant"
    );
    assert_eq!(
        refused(|claims| (claims["iat"], claims["exp"]) = (json!(1), json!(3601))),
        "invalid_grant"
    );
    let forged = assertion(&url, |_| {});
    let (signed, signature) = forged.rsplit_once('.').unwrap();
    assert_eq!(caller.grant(&format!("{signed}.A{}", &signature[1..])).status, 400);
    assert_eq!(caller.grant("a.b").status, 400);
    assert_eq!(caller.form("/token", &[]).json()["error"], "unsupported_grant_type");
    assert_eq!(caller.server.service().ledger().tokens, 1);
}

#[test]
fn a_token_is_needed_and_dies() {
    let hands = Hands::at("2025-09-01 00:00:00");
    let settings =
        Settings { clock: hands.clock(), token_life: TimeDelta::minutes(5), ..Settings::default() };
    let mut caller = Caller::new(service_with(&events(12), settings));
    assert!(caller.token.starts_with("ya29."));
    assert_eq!(caller.insert(&by_cpu("a")).unwrap().status, 200);
    hands.pass(TimeDelta::minutes(5));
    let refused = caller.status("a").unwrap();
    assert_eq!((refused.status, refused.reason().as_str()), (401, "authError"));
    assert!(refused.headers.contains_key("www-authenticate"));
    caller.token = caller.token();
    assert_eq!(caller.status("a").unwrap().status, 200);
    caller.token = "ya29.invented".into();
    assert_eq!(caller.insert(&by_cpu("b")).unwrap().status, 401);
    assert_eq!(caller.server.service().ledger().jobs.len(), 1);
}

#[test]
fn a_workload_exchanges_its_token_and_may_act_as_the_service_account() {
    let mut caller = Caller::new(service(&events(12)));
    let url = caller.server.url().to_owned();
    let file: Value =
        serde_json::from_str(&credentials::external_account_impersonating(&url)).unwrap();
    let source = &file["credential_source"];
    let bearer =
        source["headers"]["Authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap();
    let source_url = source["url"].as_str().unwrap();
    assert_eq!(caller.get(source_url, "other").unwrap().status, 401);
    let subject = caller.get(source_url, bearer).unwrap().json();
    let subject = subject[source["format"]["subject_token_field_name"].as_str().unwrap()].clone();
    let exchange = |caller: &Caller, subject: &str| {
        caller.form(
            "/v1/token",
            &[
                ("audience", file["audience"].as_str().unwrap()),
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("subject_token_type", file["subject_token_type"].as_str().unwrap()),
                ("subject_token", subject),
                ("scope", "https://www.googleapis.com/auth/cloud-platform"),
            ],
        )
    };
    assert_eq!(exchange(&caller, "eyJx").json()["error"], "invalid_grant");
    let federated = exchange(&caller, subject.as_str().unwrap()).json();
    caller.token = federated["access_token"].as_str().unwrap().to_owned();
    assert_eq!(caller.insert(&by_cpu("a")).unwrap().status, 200, "directly");
    let impersonation = file["service_account_impersonation_url"].as_str().unwrap().to_owned();
    let scope = json!({"scope": ["https://www.googleapis.com/auth/bigquery"], "lifetime": "3600s"});
    let acting = caller.post(&impersonation, &scope).json();
    assert_eq!(acting["expireTime"], "2025-09-01T01:00:00Z");
    caller.token = acting["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(caller.status("a").unwrap().status, 200, "as the service account");
    caller.token.push('x');
    assert_eq!(caller.post(&impersonation, &scope).status, 401);
    let direct: Value = serde_json::from_str(&credentials::external_account(&url)).unwrap();
    assert_eq!(direct.get("service_account_impersonation_url"), None);
}

#[test]
fn a_user_refreshes() {
    let mut caller = Caller::new(service(&events(12)));
    let file: Value =
        serde_json::from_str(&credentials::authorized_user(caller.server.url())).unwrap();
    let refresh = |token: &str| {
        caller.form("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
    };
    assert_eq!(refresh("1//other").json()["error"], "invalid_grant");
    let got = refresh(file["refresh_token"].as_str().unwrap()).json();
    caller.token = got["access_token"].as_str().unwrap().to_owned();
    assert_eq!(caller.insert(&by_cpu("a")).unwrap().status, 200);
}

#[test]
fn a_server_that_is_dropped_is_gone() {
    let server = Caller::new(LocalBigquery::new(Settings::default(), Default::default())).server;
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    std::net::TcpStream::connect(&address).unwrap();
    drop(server);
    std::net::TcpStream::connect(&address).unwrap_err();
}
