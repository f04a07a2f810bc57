//! Credentials, right and wrong.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::bigquery::secrets::Secret;

const CANARY: &str = "canary-7f3b";

/// The environment has these variables only.
fn find(
    file: Option<&Path>,
    project: Option<&str>,
    variables: &[(&str, &str)],
) -> Result<Credentials, CredentialsError> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    Credentials::find(file, project, &|name| variables.get(name).map(|value| (*value).to_owned()))
}

fn user_file() -> Value {
    json!({
        "type": "authorized_user",
        "client_id": "id.apps.googleusercontent.com",
        "client_secret": CANARY,
        "refresh_token": format!("1//{CANARY}"),
        "quota_project_id": "quota-project",
    })
}

/// As the action `google-github-actions/auth` writes it.
fn github_file() -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/g",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {
            "url": "https://run.example/token?audience=x",
            "headers": {"Authorization": format!("Bearer {CANARY}")},
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
    })
}

/// Writes a file into a new folder.
fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    fs::write(&path, content).unwrap();
    for_owner(&path);
    (folder, path)
}

/// Lets nobody else read a file.
fn for_owner(path: &Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

/// The first line of the error, which is followed by the ways.
fn wrong(text: &str) -> String {
    let error = Credentials::parse(text, "`key.json`").expect_err("an error");
    assert!(!format!("{error} {error:?}").contains(CANARY), "{error:?}");
    let message = error.to_string();
    let (first, ways) = message.split_once('\n').expect("the ways");
    assert_eq!(ways, WAYS);
    first.to_owned()
}

#[test]
fn what_is_wrong_is_told_without_its_content() {
    let mut told = String::new();
    let mut without = user_file();
    without.as_object_mut().unwrap().remove("refresh_token");
    let mut number = user_file();
    number["refresh_token"] = json!([CANARY]);
    let mut clear = github_file();
    clear["token_url"] = json!(format!("http://sts.example/{CANARY}"));
    let mut executable = github_file();
    executable["credential_source"] = json!({"executable": {"command": CANARY}});
    let mut format = github_file();
    format["credential_source"]["format"] = json!({"type": "json"});
    for text in [
        "",
        " \n",
        CANARY,
        &format!("{{\"type\": \"{CANARY}"),
        &format!("[\"{CANARY}\"]"),
        "{}",
        &json!({"private_key": CANARY, "client_email": CANARY, CANARY: 1}).to_string(),
        &json!({"installed": {"client_secret": CANARY}}).to_string(),
        &json!({"type": "impersonated_service_account"}).to_string(),
        &json!({"type": 7}).to_string(),
        &json!({"type": "service_account", "client_email": "a@b"}).to_string(),
        &json!({"type": "service_account", "client_email": "a@b", "private_key": ""}).to_string(),
        &json!({"type": "service_account", "client_email": "a@b", "private_key": CANARY})
            .to_string(),
        &without.to_string(),
        &number.to_string(),
        &clear.to_string(),
        &executable.to_string(),
        &format.to_string(),
    ] {
        writeln!(told, "{}", wrong(text)).unwrap();
    }
    assert_snapshot!(told);
}

#[test]
fn a_file_that_is_not_there_names_who_named_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = String::new();
    let missing = folder.path().join("missing.json");
    let missing_text = missing.to_str().unwrap();
    for error in [
        find(Some(&missing), None, &[]),
        find(Some(folder.path()), None, &[]),
        find(None, None, &[("GOOGLE_APPLICATION_CREDENTIALS", missing_text)]),
        find(None, None, &[("BIGQUERY_CREDENTIALS", missing_text)]),
        find(None, None, &[("BIGQUERY_CREDENTIALS", CANARY)]),
    ] {
        let error = format!("{:#}", anyhow::Error::from(error.expect_err("an error")));
        assert!(!error.contains(CANARY));
        assert_eq!(error.matches(WAYS).count(), 1, "{error}");
        assert!(error.ends_with(WAYS), "{error}");
        writeln!(told, "{}", error.lines().next().unwrap()).unwrap();
    }
    assert_snapshot!(told.replace(folder.path().to_str().unwrap(), "FOLDER"));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = file(&user_file().to_string());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever runs this as root reads it all the same.
    if fs::read(&path).is_err() {
        let error = find(Some(&path), None, &[]).expect_err("an error");
        assert!(matches!(error, CredentialsError::Unreadable { .. }));
    }
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_may_read_is_not_used() {
    let (_folder, path) = file(&user_file().to_string());
    let mode = |mode: u32| {
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    for (bits, known) in [
        (0o600, Readers::Owner),
        (0o400, Readers::Owner),
        (0o640, Readers::Group),
        (0o604, Readers::Everybody),
        (0o644, Readers::Everybody),
    ] {
        mode(bits);
        assert_eq!(readers(&path), known, "{bits:o}");
        let found = find(Some(&path), None, &[]);
        assert_eq!(found.is_ok(), known != Readers::Everybody, "{bits:o}");
    }
    let name = path.to_str().unwrap();
    for variable in ["BIGQUERY_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"] {
        let error = find(None, None, &[(variable, name)]).expect_err("an error").to_string();
        assert_eq!(
            error,
            format!(
                "the credentials of `{name}` ({variable}) hold a secret, and every user of this machine may \
                 read them, so they are not used: `chmod 600 '{name}'`, or give their content by the variable \
                 `BIGQUERY_CREDENTIALS`"
            )
        );
    }
    // What GitHub's action writes is worth nothing when the job is over, and it decides who may read it.
    fs::write(&path, github_file().to_string()).unwrap();
    assert!(find(Some(&path), None, &[("GOOGLE_CLOUD_PROJECT", "payer-1")]).is_ok());
}

#[test]
fn the_command_line_goes_before_the_environment() {
    let (_folder, path) = file(&user_file().to_string());
    let path_text = path.to_str().unwrap();
    let json = user_file().to_string();
    let gcloud_folder = tempfile::tempdir().unwrap();
    let gcloud = gcloud_folder.path().join("application_default_credentials.json");
    fs::write(&gcloud, &json).unwrap();
    for_owner(&gcloud);
    let all = [
        ("BIGQUERY_CREDENTIALS", json.as_str()),
        ("GOOGLE_APPLICATION_CREDENTIALS", path_text),
        ("CLOUDSDK_CONFIG", gcloud_folder.path().to_str().unwrap()),
    ];
    let origin = |file, variables| find(file, None, variables).unwrap().origin;
    let named = |by: &str| format!("`{path_text}` ({by})");
    assert_eq!(origin(Some(&path), &all), named("--authentication-credentials"));
    assert_eq!(origin(None, &all), "`BIGQUERY_CREDENTIALS`");
    assert_eq!(origin(None, &all[1..]), named("GOOGLE_APPLICATION_CREDENTIALS"));
    assert_eq!(origin(None, &all[2..]), format!("`{}` (gcloud)", gcloud.display()));
    assert_eq!(origin(None, &[]), "the metadata server `metadata.google.internal`");
    let empty = [("BIGQUERY_CREDENTIALS", " "), ("GOOGLE_APPLICATION_CREDENTIALS", path_text)];
    assert_eq!(origin(None, &empty), named("GOOGLE_APPLICATION_CREDENTIALS"));
    let in_home = [("HOME", gcloud_folder.path().to_str().unwrap())];
    assert_eq!(origin(None, &in_home), "the metadata server `metadata.google.internal`");
    let machine = [all[2], ("GCE_METADATA_HOST", "127.0.0.1:1")];
    assert_eq!(origin(None, &machine), "the metadata server `127.0.0.1:1`");
}

#[test]
fn a_variable_may_hold_the_path_or_the_content() {
    let (_folder, path) = file(&format!("\u{feff}{}\n", user_file()));
    let by_path = find(None, None, &[("BIGQUERY_CREDENTIALS", path.to_str().unwrap())]).unwrap();
    assert_eq!(by_path.origin, format!("`{}` (BIGQUERY_CREDENTIALS)", path.display()));
    assert!(matches!(by_path.kind, Kind::User(_)));
}

#[test]
fn the_project_that_is_billed_is_the_one_that_is_nearest() {
    let json = user_file().to_string();
    let user = ("BIGQUERY_CREDENTIALS", json.as_str());
    let environment = ("GOOGLE_CLOUD_PROJECT", "from-environment");
    let project = |named, variables: &[_]| find(None, named, variables).unwrap().project;
    assert_eq!(project(Some("named"), &[user, environment]).as_deref(), Some("named"));
    assert_eq!(project(None, &[user, environment]).as_deref(), Some("quota-project"));
    let github = github_file().to_string();
    let github = ("BIGQUERY_CREDENTIALS", github.as_str());
    assert_eq!(project(None, &[github, environment]).as_deref(), Some("from-environment"));
    assert_snapshot!(
        find(None, None, &[github]).expect_err("nobody pays"),
        @"it is not known which project to bill: the credentials of `BIGQUERY_CREDENTIALS` name none, and `GOOGLE_CLOUD_PROJECT` is not set; docs/SETUP.md tells where to find its id"
    );
}

#[test]
fn a_file_of_github_is_read() {
    let credentials = Credentials::parse(&github_file().to_string(), "it").unwrap();
    let Kind::ExternalAccount(account) = credentials.kind else { panic!("another kind") };
    assert_eq!(account.field.as_deref(), Some("value"));
    assert_eq!(account.impersonation_url, None);
    let SubjectSource::Url { url, headers } = account.source else { panic!("another source") };
    assert_eq!(url.as_str(), "https://run.example/token?audience=x");
    assert_eq!(headers["Authorization"], Secret::new(format!("Bearer {CANARY}")));
}

#[test]
fn nothing_secret_is_printed() {
    for file in [user_file(), github_file()] {
        let credentials = Credentials::parse(&file.to_string(), "it").unwrap();
        let printed = format!("{credentials:?} {credentials:#?}");
        assert!(!printed.contains(CANARY), "{printed}");
    }
}
