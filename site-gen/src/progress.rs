//! How far a run is: a bar on a terminal, and in a log a line now and then.

use std::{
    io::{IsTerminal, stderr},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// In a log there is a line after each so many projects.
const LINE_EVERY: usize = 500;

/// Counts projects.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    done: AtomicUsize,
    /// How many there are, if lines are to be written. `None` if not.
    lines_of: Option<usize>,
}

impl Progress {
    /// Of so many projects; `quiet` says nothing.
    pub(crate) fn new(projects: usize, quiet: bool) -> Self {
        let watched = stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(projects as u64),
            if quiet || !watched {
                ProgressDrawTarget::hidden()
            } else {
                ProgressDrawTarget::stderr()
            },
        );
        if let Ok(style) = ProgressStyle::with_template("{pos} of {len} projects {wide_bar} {eta}")
        {
            bar.set_style(style);
        }
        // Small sites are there before anybody looks.
        bar.enable_steady_tick(Duration::from_millis(500));
        let lines_of = (!quiet && !watched && projects > LINE_EVERY).then_some(projects);
        Self { bar, done: AtomicUsize::new(0), lines_of }
    }

    /// One more is there.
    #[expect(clippy::print_stderr, reason = "a log has no other way to show that work goes on")]
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(all) = self.lines_of
            && done.is_multiple_of(LINE_EVERY)
        {
            eprintln!("{done} of {all} projects");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
