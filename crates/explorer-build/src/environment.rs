//! What a build inside of a build must not inherit.

use std::{ffi::OsStr, process::Command};

/// Variables by which cargo and its users steer the *outer* build. Flags and profiles would change the bytes of the
/// module, a shared target folder would wait for the outer build for ever, and clippy must not compile it.
const NAMES: [&str; 18] = [
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "DEBUG",
    "HOST",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "TARGET",
];

/// Families of such variables.
const PREFIXES: [&str; 6] =
    ["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PROFILE_", "DEP_"];

/// Lets a cargo that is run from a build script, or from a program that cargo runs, build as if it were called by
/// hand. The job server stays, so that both builds together use no more cores than one.
pub fn forget_outer_build(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if is_of_outer_build(&name) {
            command.env_remove(name);
        }
    }
}

fn is_of_outer_build(name: &OsStr) -> bool {
    // The names of environment variables have no case on Windows.
    let Some(name) = name.to_str().map(str::to_uppercase) else { return false };
    NAMES.contains(&&*name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_folders_stay_outside_and_the_tools_are_kept() {
        let outer = |name| is_of_outer_build(OsStr::new(name));
        for name in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_PROFILE_RELEASE_STRIP"] {
            assert!(outer(name), "{name}");
        }
        for name in ["CARGO", "CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_NET_OFFLINE", "RUSTC", "PATH"]
        {
            assert!(!outer(name), "{name}");
        }
    }
}
