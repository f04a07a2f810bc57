//! The whole of it: queries, bills, faults, HTTP.

mod common;
mod engine;
