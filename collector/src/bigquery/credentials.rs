//! Who asks: the credentials, where they come from, and which project is billed.

mod kinds;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub(super) use kinds::{ExternalAccount, Kind, ServiceAccount, SubjectSource, User};

/// All the ways to give credentials, in the order in which they are tried.
pub const WAYS: &str = "\
credentials are looked for in this order:
  --authentication-credentials FILE  a key of a service account, or a file of workload identity federation
  BIGQUERY_CREDENTIALS               the content of such a file, or its path
  GOOGLE_APPLICATION_CREDENTIALS     the path of such a file; without it, what
                                     `gcloud auth application-default login` has left
  a machine of Google Cloud          its metadata server, if there is nothing else
docs/SETUP.md shows each step by step";

/// Why there are no credentials that could be used. Never has a part of their content.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// None of the ways has led to some.
    #[error("there are no credentials for BigQuery\n{WAYS}")]
    Missing,
    /// The file cannot be read.
    #[error("cannot read the credentials of {origin}")]
    Unreadable {
        /// Who names the file, and its path.
        origin: String,
        /// Why not.
        source: Unread,
    },
    /// What was found are no credentials, or none of a kind that is known.
    #[error("the credentials of {origin} cannot be used: {found}\n{WAYS}")]
    Unusable {
        /// Where they come from.
        origin: String,
        /// What was found instead.
        found: String,
    },
    /// Everybody on the machine may read the file, and it holds a secret.
    #[error(
        "the credentials of {origin} hold a secret, and every user of this machine may read them, so they are \
         not used: `chmod 600 '{}'`, or give their content by the variable `BIGQUERY_CREDENTIALS`",
        path.display()
    )]
    Exposed {
        /// Who names the file, and its path.
        origin: String,
        /// The file.
        path: PathBuf,
    },
    /// It is not known whom to bill.
    #[error(
        "it is not known which project to bill: the credentials of {origin} name none, and \
         `GOOGLE_CLOUD_PROJECT` is not set; docs/SETUP.md tells where to find its id"
    )]
    NoProject {
        /// Where the credentials come from.
        origin: String,
    },
}

/// What the operating system said. The ways come after it, at the end of a chain of causes.
#[derive(Debug, thiserror::Error)]
#[error("{0}\n{WAYS}")]
pub struct Unread(io::Error);

/// Who asks, and who pays. Does not print what is secret.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(super) kind: Kind,
    /// Where they come from, for messages.
    pub(super) origin: String,
    /// The id of the project that is billed; `None` if only the metadata server can know it.
    pub(super) project: Option<String>,
}

impl Credentials {
    /// Looks for credentials. `file` is that of the command line, `project` the one to bill if it is
    /// not that of the credentials, and `env` gives the variables of the environment.
    ///
    /// If there are none at all, those of the machine remain; whether it has any is only known when
    /// it was asked.
    pub fn find(
        file: Option<&Path>,
        project: Option<&str>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, CredentialsError> {
        let set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let mut credentials = find_any(file, &set)?;
        let other = || credentials.project.take().or_else(|| set("GOOGLE_CLOUD_PROJECT"));
        credentials.project = project.map(str::to_owned).or_else(other);
        if credentials.project.is_none() && !matches!(credentials.kind, Kind::Machine { .. }) {
            return Err(CredentialsError::NoProject { origin: credentials.origin });
        }
        Ok(credentials)
    }

    /// Reads the JSON of credentials. `origin` is where it comes from, for messages.
    pub fn parse(text: &str, origin: &str) -> Result<Self, CredentialsError> {
        let unusable = |found| CredentialsError::Unusable { origin: origin.to_owned(), found };
        let (kind, project) = kinds::parse(text).map_err(unusable)?;
        Ok(Self { kind, origin: origin.to_owned(), project })
    }
}

fn find_any(
    file: Option<&Path>,
    set: &dyn Fn(&str) -> Option<String>,
) -> Result<Credentials, CredentialsError> {
    if let Some(path) = file {
        return read(path, "--authentication-credentials");
    }
    if let Some(value) = set("BIGQUERY_CREDENTIALS") {
        return from_variable(&value);
    }
    if let Some(path) = set("GOOGLE_APPLICATION_CREDENTIALS") {
        return read(Path::new(&path), "GOOGLE_APPLICATION_CREDENTIALS");
    }
    let host = set("GCE_METADATA_HOST");
    let gcloud = gcloud_file(set).filter(|path| path.exists());
    match (gcloud, host) {
        (Some(path), None) => read(&path, "gcloud"),
        (_, host) => {
            let asked_for = host.is_some();
            let host = host.unwrap_or_else(|| "metadata.google.internal".to_owned());
            let origin = format!("the metadata server `{host}`");
            Ok(Credentials { kind: Kind::Machine { host, asked_for }, origin, project: None })
        }
    }
}

/// The variable holds either the JSON or a path. It is not shown unless it is the path of something:
/// it could be a key that lost its quotes on the way.
fn from_variable(value: &str) -> Result<Credentials, CredentialsError> {
    const NAME: &str = "BIGQUERY_CREDENTIALS";
    if value.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return Credentials::parse(value, &format!("`{NAME}`"));
    }
    let path = Path::new(value.trim());
    if path.exists() {
        return read(path, NAME);
    }
    let characters = value.chars().count();
    Err(CredentialsError::Unusable {
        origin: format!("`{NAME}`"),
        found: format!("its {characters} characters are neither JSON nor the path of a file"),
    })
}

fn read(path: &Path, named_by: &str) -> Result<Credentials, CredentialsError> {
    let origin = format!("`{}` ({named_by})", path.display());
    let unreadable =
        |error| CredentialsError::Unreadable { origin: origin.clone(), source: Unread(error) };
    let bytes = fs::read(path).map_err(unreadable)?;
    let not_text = |_| CredentialsError::Unusable {
        origin: origin.clone(),
        found: "it is not text".to_owned(),
    };
    let credentials = Credentials::parse(&String::from_utf8(bytes).map_err(not_text)?, &origin)?;
    if credentials.kind.is_secret() {
        match readers(path) {
            Readers::Everybody => {
                return Err(CredentialsError::Exposed { origin, path: path.into() });
            }
            Readers::Group => {
                let path = path.display();
                log::warn!("`{path}` holds a secret, and other users may read it: chmod 600");
            }
            Readers::Owner => {}
        }
    }
    Ok(credentials)
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Its owner alone, as far as is known.
    Owner,
    /// A group, as where secrets are mounted into containers.
    Group,
    /// Everybody on the machine.
    Everybody,
}

#[cfg(unix)]
fn readers(path: &Path) -> Readers {
    use std::os::unix::fs::PermissionsExt as _;
    match fs::metadata(path).map(|metadata| metadata.permissions().mode()) {
        Ok(mode) if mode & 0o004 != 0 => Readers::Everybody,
        Ok(mode) if mode & 0o040 != 0 => Readers::Group,
        _ => Readers::Owner,
    }
}

#[cfg(not(unix))]
fn readers(_: &Path) -> Readers {
    Readers::Owner
}

/// Where gcloud leaves its application default credentials.
fn gcloud_file(set: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = match set("CLOUDSDK_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(windows) => Path::new(&set("APPDATA")?).join("gcloud"),
        None => Path::new(&set("HOME")?).join(".config/gcloud"),
    };
    Some(folder.join("application_default_credentials.json"))
}
