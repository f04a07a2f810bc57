//! What the Rust toolchain has: the standard library of the browser, or not.

use std::{
    ffi::OsStr,
    io,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::VARIABLE;

/// What the module is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Why there is no [`TARGET`] to compile for.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The compiler does not start.
    #[error("cannot run rustc")]
    Rustc(#[source] io::Error),
    /// It starts, but cannot compile for the browser.
    #[error(
        "the Rust toolchain lacks the target {TARGET}: run `rustup target add {TARGET}{option}`, \
         or name a folder that has web.js and web_bg.wasm in {VARIABLE}"
    )]
    Missing {
        /// Which toolchain rustup is to add it to, if rustup was asked for a certain one.
        option: String,
    },
}

/// Whether the toolchain of this compiler has the standard library for [`TARGET`].
pub fn has_target(rustc: &OsStr) -> io::Result<bool> {
    let output = Command::new(rustc)
        .args(["--print=target-libdir", "--target", TARGET])
        .stderr(Stdio::null())
        .output()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(output.status.success() && folder.is_dir())
}

/// Fails with the remedy if it has not. `toolchain` is the one that rustup runs; `None` if there is no rustup.
pub fn find_target(rustc: &OsStr, toolchain: Option<&str>) -> Result<(), TargetError> {
    if has_target(rustc).map_err(TargetError::Rustc)? {
        return Ok(());
    }
    let option = toolchain.map(|name| format!(" --toolchain {name}")).unwrap_or_default();
    Err(TargetError::Missing { option })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_is_a_command_to_run() {
        let said = |option: &str| TargetError::Missing { option: option.into() }.to_string();
        assert!(said("").contains("run `rustup target add wasm32-unknown-unknown`, or"));
        let named = said(" --toolchain 1.95.0");
        assert!(named.contains("`rustup target add wasm32-unknown-unknown --toolchain 1.95.0`"));
        assert!(named.contains("DOWNLOAD_ANALYTICS_EXPLORER"));
    }

    #[test]
    fn a_compiler_that_does_not_start_is_named() {
        let error = find_target(OsStr::new("no-such-rustc"), None).unwrap_err();
        assert_eq!(error.to_string(), "cannot run rustc");
    }
}
