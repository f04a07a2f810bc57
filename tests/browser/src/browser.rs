//! Starting and ending Chromium.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::json;
use tempfile::TempDir;

use crate::{devtools::DevTools, page::Page};

/// How long Chromium may take to start; on a busy machine it is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing that phones home, nothing that depends on the machine.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
];

/// A Chromium with a profile of its own. It ends when this is dropped.
pub struct Browser {
    process: Child,
    /// The WebSocket of the browser as a whole; those of its tabs differ in the end of the path.
    address: String,
    // Removed after the browser has ended: fields are dropped in order, `Drop` runs before.
    _profile: TempDir,
}

impl Browser {
    /// Starts the Chromium of `$CHROMIUM`, or the one on the path.
    pub fn start() -> anyhow::Result<Self> {
        let program = xtask::chromium::find().context("there is no Chromium; set CHROMIUM")?;
        let profile = tempfile::Builder::new().prefix("browser-tests").tempdir()?;
        let process = Command::new(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run `{}`", program.display()))?;
        let mut browser = Self { process, address: String::new(), _profile: profile };
        browser.address = browser.wait_for_address()?;
        Ok(browser)
    }

    /// Opens a tab, as wide as a desk screen and light.
    pub fn page(&self) -> anyhow::Result<Page> {
        let mut devtools = DevTools::connect(&self.address)?;
        // A context of its own: no cookies, storage or cache of another test.
        let context = devtools.call("Target.createBrowserContext", json!({}))?;
        let target = devtools.call(
            "Target.createTarget",
            json!({ "url": "about:blank", "browserContextId": context["browserContextId"] }),
        )?;
        let id = target["targetId"].as_str().context("the browser did not open a tab")?;
        let (root, _) = self.address.split_once("/devtools/").context("an odd address")?;
        Page::attach(DevTools::connect(&format!("{root}/devtools/page/{id}"))?)
    }

    /// Chromium writes its port and path to a file of the profile once it listens.
    fn wait_for_address(&mut self) -> anyhow::Result<String> {
        let file: PathBuf = self._profile.path().join("DevToolsActivePort");
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(address) = read_address(&file) {
                return Ok(address);
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the browser ended at once ({status})");
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the browser did not start within {} s", PATIENCE.as_secs())
    }
}

/// `None` as long as the file is not there or not whole.
fn read_address(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let (port, path) = text.split_once('\n')?;
    path.starts_with("/devtools/browser/").then(|| format!("ws://127.0.0.1:{port}{}", path.trim()))
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, Chromium takes its helpers with it; killed, it leaves them behind for a while.
        if let Ok(mut devtools) = DevTools::connect(&self.address) {
            let _ = devtools.call("Browser.close", json!({}));
        }
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
