//! What a program takes: processor time, time, memory.
//!
//! The system tells the largest memory of *all* programs that a program has waited for. So each
//! program is run by a copy of this one that runs nothing else: `cargo xtask measure PROGRAM ...`.

use std::{
    env,
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::terminal;

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// Processor time of the program and its helpers, in the program and in the system.
    pub(super) cpu: Duration,
    /// From start to end.
    pub(super) wall: Duration,
    /// The most memory it held at once, in bytes.
    pub(super) peak: u64,
}

/// A program and what it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct MeasureArgs {
    program: PathBuf,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs a program and prints what it took.
pub(crate) fn measure_here(args: &MeasureArgs) -> anyhow::Result<()> {
    let start = Instant::now();
    let status = Command::new(&args.program)
        .args(&args.arguments)
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{}`", args.program.display()))?;
    let wall = start.elapsed();
    if !status.success() {
        bail!("`{}` failed ({status})", args.program.display());
    }
    let (cpu, peak) = usage_of_children()?;
    terminal::say(json!({
        "cpu_us": cpu,
        "wall_us": u64::try_from(wall.as_micros())?,
        "peak": peak,
    }));
    Ok(())
}

/// Processor time in microseconds and memory in bytes of all programs that this one waited for.
#[cfg(unix)]
fn usage_of_children() -> anyhow::Result<(i64, i64)> {
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike as _,
    };

    /// The unit in which the system tells memory, in bytes.
    const RSS_UNIT: i64 = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = usage.user_time() + usage.system_time();
    Ok((cpu.num_microseconds(), usage.max_rss() * RSS_UNIT))
}

#[cfg(not(unix))]
fn usage_of_children() -> anyhow::Result<(i64, i64)> {
    bail!("this system does not tell what a program took")
}

/// Runs a program and returns what it took. What it prints on standard output is dropped.
pub(super) fn measure(command: &Command) -> anyhow::Result<Usage> {
    let output = Command::new(env::current_exe()?)
        .arg("measure")
        .arg(command.get_program())
        .args(command.get_args())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("a program that was to be measured failed, see above");
    }
    let usage: Value = serde_json::from_slice(&output.stdout)?;
    let number =
        |key: &str| usage[key].as_u64().with_context(|| format!("no `{key}` was measured"));
    Ok(Usage {
        cpu: Duration::from_micros(number("cpu_us")?),
        wall: Duration::from_micros(number("wall_us")?),
        peak: number("peak")?,
    })
}

impl Usage {
    /// The smaller of two in each respect.
    pub(super) fn best(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
            peak: self.peak.min(other.peak),
        }
    }
}
