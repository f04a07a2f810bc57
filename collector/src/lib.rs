//! Collects download counts into the store, and looks after the store.

pub mod bigquery;
pub mod branch;
pub mod cli;
pub mod export;
pub mod fsck;
pub mod import;
pub mod init;
pub mod progress;
pub mod pypi;
pub mod sample;
pub mod status;

mod logging;
mod markdown;
mod run;
mod sort;

pub use run::{ExitCode, run};
