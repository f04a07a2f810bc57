//! The whole of it: queries, bills, faults, HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod client;
mod common;
mod engine;
mod faults;
mod googlesql;
mod http;
