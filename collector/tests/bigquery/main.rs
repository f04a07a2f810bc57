//! BigQuery over HTTP, against the local one: whatever fails, the answer is right or there is an error.

mod faults;
mod kinds;
mod schedules;
mod secrets;
mod world;
