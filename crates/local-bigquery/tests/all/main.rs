//! The whole of it: queries, bills, faults, HTTP.

mod client;
mod common;
mod engine;
mod http;
