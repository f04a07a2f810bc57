//! Nothing secret is written anywhere: not into the log, however much is logged, not into errors,
//! not by `Debug`, however often an answer repeats it.

use std::{cell::RefCell, sync::Once, time::Duration};

use base64::{Engine as _, engine::general_purpose};
use collector::bigquery::{Credentials, Endpoint, JobId, Patience, Rest, Runner, SystemClock};
use local_bigquery::{Fault, Kind, Target};

use crate::world::{ENOUGH, Taken, Who, World, block_on, limits, query, serve};

thread_local! {
    /// What this thread has logged, if anybody listens.
    static LOGGED: RefCell<Option<String>> = const { RefCell::new(None) };
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        LOGGED.with_borrow(Option::is_some)
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = format!("{} {}\n", record.target(), record.args());
        LOGGED.with_borrow_mut(|logged| logged.as_mut().map(|logged| logged.push_str(&line)));
    }

    fn flush(&self) {}
}

/// What is logged meanwhile, at all levels, by all libraries.
fn logged(act: impl FnOnce()) -> String {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Logger).expect("the only logger");
        log::set_max_level(log::LevelFilter::Trace);
    });
    LOGGED.set(Some(String::new()));
    act();
    LOGGED.take().expect("it listens")
}

/// The secret parts of credentials.
fn secrets(who: Who, url: &str) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&who.json(url)).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let key = text(&json["private_key"]).unwrap_or_default();
    let lines = key.lines().filter(|line| !line.starts_with('-')).map(str::to_owned);
    let others = [
        &json["client_secret"],
        &json["refresh_token"],
        &json["credential_source"]["headers"]["Authorization"],
    ];
    lines.filter(|line| line.len() > 20).chain(others.into_iter().filter_map(text)).collect()
}

/// Whether a text has a secret, or its start or middle in base64, or a token of any kind.
fn assert_silent(text: &str, secrets: &[String]) {
    for secret in secrets {
        let forms = (0..3).flat_map(|skip| {
            let part = &secret.as_bytes()[skip.min(secret.len())..];
            let part = &part[..part.len() / 3 * 3];
            [general_purpose::STANDARD.encode(part), general_purpose::URL_SAFE.encode(part)]
        });
        let encoded = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in forms.chain([secret.clone(), encoded]) {
            assert!(!text.contains(&form), "{form} in {text}");
        }
    }
    let text = text.replace("Bearer [secret]", "");
    for beginning in ["ya29.", "eyJ", "PRIVATE KEY", "Bearer "] {
        assert!(!text.contains(beginning), "{beginning} in {text}");
    }
}

#[test]
fn the_log_is_silent_when_all_goes_well_and_when_nothing_does() {
    for who in Who::ALL {
        for fault in [None, Some(Fault::Revoke), Some(Fault::refuse(400, "invalid_grant"))] {
            let world = World::new();
            let kind = if matches!(fault, Some(Fault::Revoke)) { Kind::Page } else { Kind::Token };
            if let Some(fault) = fault {
                world.fault(Target::of(kind, 2), fault);
            }
            let mut printed = String::new();
            let log = logged(|| {
                let outcome = world.run(who);
                printed = format!("{:?} {:#?}", outcome.result, outcome.result);
                let rest = block_on(world.connect(who, limits()));
                printed += &format!("{rest:?} {rest:#?}");
            });
            assert!(log.contains("collector::bigquery"), "{log}");
            assert!(log.contains("hyper_util") || log.contains("reqwest"), "{log}");
            let secrets = secrets(who, world.server.url());
            assert!(!secrets.is_empty());
            assert_silent(&log, &secrets);
            assert_silent(&printed, &secrets);
        }
    }
}

/// Answers everything with an error that repeats the whole request, as it is and in base64.
fn echo() -> String {
    serve(|request| {
        let encode = |value: &str| general_purpose::STANDARD.encode(value);
        let parts = request.split([' ', '&', '=', '\r', '\n', '"']);
        let mut values: Vec<String> = parts.map(str::to_owned).collect();
        values.extend(values.clone().iter().map(|value| encode(value)));
        values.push(encode(request));
        // Secrets are long, and only the start of a message is shown.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let (message, errors) = (values.join(" "), [serde_json::json!({"reason": values[0]})]);
        let error = serde_json::json!({"error": {"message": message, "errors": errors}});
        ("400 Bad Request", error.to_string())
    })
}

#[test]
fn errors_are_silent_about_what_an_answer_repeats() {
    for who in Who::ALL {
        let url = echo();
        let mut printed = String::new();
        let log = logged(|| {
            let error = block_on(ask(&url, who.json(&url))).expect_err("all is refused");
            printed = format!("{error} {error:?} {error:#?}");
        });
        assert!(printed.contains("[secret]"), "{printed}");
        let secrets = secrets(who, &url);
        assert_silent(&printed, &secrets);
        assert_silent(&log, &secrets);
    }
}

/// The token comes from elsewhere; BigQuery repeats it.
#[test]
fn errors_are_silent_about_the_token() {
    for who in Who::ALL {
        let world = World::new();
        let url = echo();
        let mut printed = String::new();
        let log = logged(|| {
            let json = who.json(world.server.url());
            let error = block_on(ask(&url, json)).expect_err("all is refused");
            printed = format!("{error} {error:?} {error:#?}");
        });
        assert!(printed.contains("[secret]"), "{printed}");
        assert_silent(&printed, &secrets(who, &url));
        assert_silent(&log, &secrets(who, &url));
    }
}

async fn ask(endpoint: &str, json: String) -> anyhow::Result<()> {
    let env = |name: &str| match name {
        "BIGQUERY_CREDENTIALS" => Some(json.clone()),
        "GOOGLE_CLOUD_PROJECT" => Some("local-project".to_owned()),
        _ => None,
    };
    let found = Credentials::find(None, None, &env)?;
    let endpoint: Endpoint = endpoint.parse()?;
    let rest = Rest::connect(endpoint, found, SystemClock, limits(), Duration::MAX);
    let runner = Runner::new(rest.await?, SystemClock, Patience::default(), 1);
    let mut taken = Taken::default();
    runner.run(&query("test"), &JobId("da-test".into()), ENOUGH, &mut taken).await?;
    Ok(())
}
