//! Telling how far a long job is.

use std::{
    io::{self, IsTerminal as _, Read, Write as _},
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is printed when there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// How much is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Nothing but the result.
    Quiet,
    /// How far the job is, on standard error.
    Normal,
}

/// A job whose progress is counted in bytes.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    what: String,
    /// Whether lines are printed because there is no terminal for a bar.
    lines: bool,
    started: Instant,
}

impl Progress {
    /// Starts a job of so many bytes; `None` if nobody knows how many.
    pub fn start(what: &str, bytes: Option<u64>, verbosity: Verbosity) -> Self {
        let terminal = io::stderr().is_terminal();
        let shown = verbosity == Verbosity::Normal;
        let target = if shown && terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(bytes, target);
        let template = match bytes {
            Some(_) => "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left",
            None => "{msg} {spinner} {bytes}, {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let what = what.escape_debug().to_string();
        bar.set_message(what.clone());
        Self { bar, what, lines: shown && !terminal, started: Instant::now() }
    }

    /// Counts what is read from `source`.
    pub fn wrap(&self, source: Box<dyn Read>) -> impl Read + use<> {
        Counted { source, progress: self.clone(), next_line: BETWEEN_LINES }
    }

    /// Says what is being done now.
    pub fn now(&self, doing: &str) {
        self.bar.set_message(format!("{}: {doing}", self.what));
    }

    /// Ends it, and says how long it took.
    pub fn finish(&self) -> Duration {
        self.bar.finish_and_clear();
        self.started.elapsed()
    }
}

struct Counted {
    source: Box<dyn Read>,
    progress: Progress,
    /// When the next line is due, since the start.
    next_line: Duration,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let Progress { bar, what, lines, started } = &self.progress;
        bar.inc(read as u64);
        if *lines && started.elapsed() >= self.next_line {
            self.next_line += BETWEEN_LINES;
            let bytes = HumanBytes(bar.position());
            // Nobody is helped if the job stops because its progress cannot be told.
            let _ = writeln!(io::stderr(), "{what}: {bytes} read");
        }
        Ok(read)
    }
}
