//! The store in a branch: pulled and pushed by the program, with real repositories and what may go wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod days;
mod histories;
mod hostile;
mod killed;
mod merge;
mod world;
