//! Whether PyPI has projects of these names.

use std::{error::Error as _, fmt, str::FromStr, time::Duration};

use anyhow::{Context as _, bail};
use downloads::ProjectName;
use reqwest::{Client, StatusCode, Url, header, redirect};

/// The address of an index of packages, of the simple kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index(Url);

/// A text is not the address of an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the address of an index, such as https://pypi.org/simple/")]
pub struct BadIndex;

impl FromStr for Index {
    type Err = BadIndex;

    fn from_str(text: &str) -> Result<Self, BadIndex> {
        let url: Url = text.parse().map_err(|_| BadIndex)?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let good = matches!(url.scheme(), "http" | "https") && is_plain && url.query().is_none();
        if good { Ok(Self(url)) } else { Err(BadIndex) }
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// What an index was heard to say.
#[derive(Debug)]
enum Answer {
    Known,
    Unknown,
    /// Something that says nothing of the project, and why.
    Nothing(String),
}

/// The longest that an answer may take to begin. Whoever sets something up is waiting.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks for each name. Whether an index can be reached decides nothing: what it could not say is the
/// note that is returned, `None` if it said all.
///
/// # Errors
///
/// If it does not know one of them.
pub(super) fn check(index: &Index, names: &[ProjectName]) -> anyhow::Result<Option<String>> {
    check_within(PATIENCE, index, names)
}

fn check_within(
    patience: Duration,
    index: &Index,
    names: &[ProjectName],
) -> anyhow::Result<Option<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start to work")?;
    runtime.block_on(async {
        let client = client(index, patience).context("cannot set up HTTP")?;
        let mut unknown = Vec::new();
        let mut note = None;
        for name in names {
            match ask(&client, index, name).await {
                Answer::Known => {}
                Answer::Unknown => unknown.push(format!("`{name}`")),
                Answer::Nothing(why) => {
                    let host = index.0.host_str().unwrap_or_default();
                    note = Some(format!(
                        "whether the projects exist is not known from `{name}` on, since {host} {why}; check \
                         their names yourself"
                    ));
                    break;
                }
            }
        }
        match unknown.as_slice() {
            [] => Ok(note),
            [one] => bail!("there is no project {one} on PyPI, so nothing was written; is it spelled so?"),
            _ => bail!(
                "there are no projects {} on PyPI, so nothing was written; are they spelled so?",
                unknown.join(", ")
            ),
        }
    })
}

fn client(index: &Index, patience: Duration) -> reqwest::Result<Client> {
    let client = Client::builder()
        .connect_timeout(patience)
        .timeout(patience)
        .redirect(redirect::Policy::limited(3))
        .user_agent(concat!("download-analytics/", env!("CARGO_PKG_VERSION")));
    // A proxy would not reach this machine.
    let client = if crate::bigquery::is_loopback(&index.0) { client.no_proxy() } else { client };
    client.build()
}

async fn ask(client: &Client, index: &Index, name: &ProjectName) -> Answer {
    let mut url = index.0.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([name.as_str(), ""]);
    }
    let request =
        client.get(url).header(header::ACCEPT, "application/vnd.pypi.simple.v1+json, text/html");
    match request.send().await.map(|response| response.status()) {
        Ok(StatusCode::NOT_FOUND) => Answer::Unknown,
        Ok(status) if status.is_success() => Answer::Known,
        Ok(status) => Answer::Nothing(format!("answers {status}")),
        Err(error) if error.is_timeout() => Answer::Nothing("takes too long to answer".into()),
        Err(error) => {
            let error = error.without_url();
            let mut why = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                why = cause.to_string();
                source = cause.source();
            }
            Answer::Nothing(format!("cannot be reached ({why})"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_does_not_answer_is_not_waited_for() {
        // Connections are taken by the system, and nobody reads them.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let index = format!("http://{}/simple/", listener.local_addr().unwrap());
        let names = ["sdv", "rdt"].map(|name| name.parse().unwrap());
        let note = check_within(Duration::from_millis(50), &index.parse().unwrap(), &names);
        let note = note.unwrap().unwrap();
        assert_eq!(
            note,
            "whether the projects exist is not known from `sdv` on, since 127.0.0.1 takes too long to answer; \
             check their names yourself"
        );
    }

    #[test]
    fn an_index_is_an_address_without_secrets() {
        for good in ["https://pypi.org/simple/", "http://127.0.0.1:8/a"] {
            assert!(good.parse::<Index>().is_ok(), "{good}");
        }
        for bad in ["", "pypi.org", "file:///etc/", "ftp://a/", "https://a:b@c/", "http://a/?b"] {
            assert_eq!(bad.parse::<Index>(), Err(BadIndex), "{bad}");
        }
    }
}
