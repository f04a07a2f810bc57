//! Chromium, driven from Rust: what the tests of the real pages stand on.
//!
//! [`Browser`] is one Chromium, [`Page`] one tab of it that remembers everything that went wrong.
//! Run the tests with `cargo xtask test`, which renders the site they look at.

mod browser;
pub mod checks;
mod devtools;
mod page;
pub mod pages;
pub mod program;
mod stage;

pub use browser::Browser;
pub use page::{Colors, Page, Rewrite};
pub use stage::Stage;
