//! What `-v` and `--logfile` show: our own log lines, escaped.
//!
//! Lines of libraries are left out. They could show headers, and with them tokens.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
    sync::Mutex,
};

use log::{LevelFilter, Log, Metadata, Record};

use crate::run::escape;

struct Logger {
    /// Up to which level lines go to standard error.
    shown: LevelFilter,
    file: Option<Mutex<File>>,
}

/// Starts logging. `verbose` is how often `-v` was given; the file gets everything.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn start(verbose: u8, file: Option<&Path>) -> io::Result<()> {
    let shown = match verbose {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    let open = |path: &Path| File::options().create(true).append(true).open(path);
    let file = file.map(open).transpose()?.map(Mutex::new);
    let most = if file.is_some() { LevelFilter::Debug } else { shown };
    // Only a second start in one process fails, and that has a logger then.
    if log::set_boxed_logger(Box::new(Logger { shown, file })).is_ok() {
        log::set_max_level(most);
    }
    Ok(())
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        target == "collector" || target.starts_with("collector::")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = record.level().as_str().to_ascii_lowercase();
        let line = format!("{level}: {}\n", escape(&record.args().to_string()));
        // Nobody is helped if the job stops because it cannot be told about.
        if record.level() <= self.shown {
            let _ = io::stderr().write_all(line.as_bytes());
        }
        if let Some(Ok(mut file)) = self.file.as_ref().map(Mutex::lock) {
            let _ = file.write_all(line.as_bytes());
        }
    }

    fn flush(&self) {}
}
