//! Makes the module of the browser: the crate `web` as WebAssembly, and the JavaScript that loads it.
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

/// The two files of the module, as wasm-bindgen names them: JavaScript, WebAssembly.
pub const FILES: [&str; 2] = ["web.js", "web_bg.wasm"];
