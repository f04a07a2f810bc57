//! Programs that write down what they were asked for, and do what a test says.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

/// A folder of such programs.
#[derive(Debug)]
pub struct Stubs {
    programs: PathBuf,
    calls: PathBuf,
}

impl Stubs {
    /// Two new folders: of the programs, and of what they write down.
    pub fn new(programs: PathBuf, calls: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&programs)?;
        fs::create_dir_all(&calls)?;
        Ok(Self { programs, calls })
    }

    /// Where the programs are.
    pub fn folder(&self) -> &Path {
        &self.programs
    }

    /// Makes a program that writes down its arguments and then runs `body` in bash.
    pub fn add(&self, name: &str, body: &str) -> anyhow::Result<()> {
        let list = self.calls.join(name);
        // Bash is named by its path, so that no stub of that name is run. How many arguments there are comes
        // first, each ends with a NUL, which no argument has.
        let text = format!(
            "#!/bin/bash\nset -euo pipefail\nprintf '%s\\0' \"$#\" \"$@\" >> '{}'\n{body}\n",
            list.display()
        );
        self.put(name, text.as_bytes())
    }

    /// Puts a program there.
    pub fn put(&self, name: &str, program: &[u8]) -> anyhow::Result<()> {
        let path = self.programs.join(name);
        fs::write(&path, program).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?)
    }

    /// The arguments of each call of a program, the first call first.
    pub fn calls(&self, name: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let Ok(list) = fs::read(self.calls.join(name)) else { return Ok(Vec::new()) };
        let mut items = list.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let mut calls = Vec::new();
        while let Some(count) = items.next().filter(|it| !it.is_empty()) {
            let count: usize = count.parse().context("a call without its number of arguments")?;
            let call: Vec<_> = items.by_ref().take(count).map(String::from).collect();
            ensure!(call.len() == count, "a call of `{name}` is not whole");
            calls.push(call);
        }
        Ok(calls)
    }
}
