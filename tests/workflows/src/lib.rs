//! Runs the steps of the workflows and of the action on this machine, as a runner of GitHub Actions does.
//!
//! [`mod@file`] reads the files, [`expression`] knows what stands in `${{ }}`, [`runner`] gives each `run:` step to the
//! shell that its `shell:` means, with the environment and the files that a runner has, and [`stub`] makes programs
//! that only write down what they were asked for. Actions of others are not run: a test says what they put out.

pub mod expression;
pub mod file;
pub mod runner;
pub mod stub;
