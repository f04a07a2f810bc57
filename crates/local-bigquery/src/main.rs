//! A BigQuery to try things with: serves the downloads of an event file.

use std::{
    fs::{File, Permissions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::Parser;
use local_bigquery::{LocalBigquery, Server, Settings, Table, credentials};

/// Serve the downloads of an event file as BigQuery would
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The event file: one row per download, in the columns of the predecessor
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// The port on this machine; 0 is any free one
    #[arg(long, default_value_t = 9050)]
    port: u16,
    /// Bill only the rows of the projects that a query asks for
    #[arg(long)]
    clustered: bool,
    /// How many rows each download stands for in bills
    #[arg(long, value_name = "N", default_value_t = 1)]
    rows_factor: u64,
    /// Write the key of a service account that is accepted here
    #[arg(long, value_name = "FILE")]
    write_credentials: Option<PathBuf>,
}

/// Writes a key as keys should be: for nobody else to read, also if the file is there already.
fn write_key(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let mut file =
        File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())
}

#[expect(clippy::print_stderr, reason = "programs print in main only")]
fn main() -> ExitCode {
    match start(Arguments::parse()) {
        Ok((server, count)) => {
            eprintln!("{count} downloads at {}", server.url());
            server.wait();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The server, and how many downloads it has.
fn start(arguments: Arguments) -> anyhow::Result<(Server, u64)> {
    let name = arguments.events.display();
    let file = File::open(&arguments.events).with_context(|| format!("cannot open {name}"))?;
    let mut table = Table::new();
    let count = table
        .add_csv(std::io::BufReader::new(file))
        // Errors of CSV have their cause in their text.
        .map_err(|error| anyhow::anyhow!("cannot read {name}: {error}"))?;
    let (clustered, rows_factor) = (arguments.clustered, arguments.rows_factor);
    let settings = Settings { clustered, rows_factor, ..Settings::default() };
    let server = Server::start_at(Arc::new(LocalBigquery::new(settings, table)), arguments.port)
        .with_context(|| format!("cannot listen at port {}", arguments.port))?;
    if let Some(path) = arguments.write_credentials {
        write_key(&path, &credentials::service_account(server.url()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok((server, count))
}
