//! The workflows and the action, run step by step with stubs for the programs that they call.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod data;
mod files;
mod hostile;
mod released;
mod report;
mod scene;
