//! Makes the modules of the browser: the crates `web` and `web-compare` as WebAssembly, and the JavaScript that loads
//! them.
//!
//! Both `cargo xtask` and the build script of `site-gen` make it by this, so that it has the same bytes.

mod build;
mod environment;
mod ready;
mod sources;
mod toolchain;

pub use build::{Build, BuildError, Output, cargo_home, keep_paths_out};
pub use environment::forget_outer_build;
pub use ready::{ReadyError, VARIABLE, take_ready};
pub use toolchain::{TARGET, TargetError, find_target, has_target};

/// The packages that modules are made of: that of the pages of projects, and that of the page of comparisons.
pub const PACKAGES: [&str; 2] = ["web", "web-compare"];

/// The files of the modules, as wasm-bindgen names them: JavaScript and WebAssembly of each.
pub const FILES: [&str; 4] = ["web.js", "web_bg.wasm", "web_compare.js", "web_compare_bg.wasm"];
