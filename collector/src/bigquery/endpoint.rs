//! Where BigQuery is.

use std::{fmt, str::FromStr};

use reqwest::Url;

use super::http::is_loopback;

/// The path of the second version of the interface.
const PATH: &str = "/bigquery/v2";

/// The address of BigQuery, or of an emulator of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why an address cannot be that of BigQuery.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address of a service.
    #[error("`{0}` is not the address of a service, such as `http://127.0.0.1:9050`")]
    NotAnAddress(String),
    /// Access tokens would travel in the clear.
    #[error("`{0}` is not on this machine and not https: access tokens would travel in the clear")]
    InTheClear(String),
}

impl Endpoint {
    /// The address of a resource, its parts below that of the service.
    pub(super) fn resource<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(parts);
        }
        url
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        let google = "https://bigquery.googleapis.com".parse();
        google.unwrap_or_else(|_| unreachable!("the address is one"))
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // What is before an `@` may be a password.
        let shown = text.rsplit('@').next().unwrap_or_default();
        let wrong = || EndpointError::NotAnAddress(shown.to_owned());
        let mut url: Url = text.trim().parse().map_err(|_| wrong())?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !plain {
            return Err(wrong());
        }
        if !may_carry_secrets(&url) {
            return Err(EndpointError::InTheClear(text.to_owned()));
        }
        let path = url.path().trim_end_matches('/');
        let path = if path.ends_with(PATH) { path.to_owned() } else { format!("{path}{PATH}") };
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether nobody on the way reads what is sent there.
pub(super) fn may_carry_secrets(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        text.parse()
            .map(|endpoint: Endpoint| endpoint.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_may_be_given_with_or_without_its_path() {
        assert_eq!(Endpoint::default().to_string(), "https://bigquery.googleapis.com/bigquery/v2");
        let local = Ok("http://127.0.0.1:9050/bigquery/v2".to_owned());
        assert_eq!(parse("http://127.0.0.1:9050"), local);
        assert_eq!(parse("http://127.0.0.1:9050/"), local);
        assert_eq!(parse("http://127.0.0.1:9050/bigquery/v2/"), local);
        assert!(parse("http://localhost:9050").is_ok());
        assert!(parse("http://[::1]:9050").is_ok());
        assert_eq!(
            parse("https://example.org/proxy"),
            Ok("https://example.org/proxy/bigquery/v2".to_owned())
        );
    }

    #[test]
    fn tokens_do_not_travel_in_the_clear() {
        for text in ["http://bigquery", "http://10.0.0.1:9050", "http://localhost.example.org"] {
            let expected = EndpointError::InTheClear(text.to_owned());
            assert_eq!(text.parse::<Endpoint>(), Err(expected));
        }
    }

    #[test]
    fn anything_else_is_not_an_address() {
        for text in ["", "127.0.0.1:9050", "ftp://a", "https://a?b", "file:///a"] {
            let expected = EndpointError::NotAnAddress(text.to_owned());
            assert_eq!(text.parse::<Endpoint>(), Err(expected));
        }
        let expected = EndpointError::NotAnAddress("a.org".to_owned());
        assert_eq!("https://user:password@a.org".parse::<Endpoint>(), Err(expected));
    }

    #[test]
    fn parts_of_a_path_stay_parts() {
        let url = Endpoint::default().resource(["jobs", "a/b?c"]);
        assert_eq!(url.path(), "/bigquery/v2/jobs/a%2Fb%3Fc");
    }
}
