//! One tab: go somewhere, look, click, type, and know what went wrong meanwhile.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::devtools::{DevTools, Event};

/// What the browser says if a page goes away while it is asked something.
const LEAVING: &str = "Inspected target navigated or closed";

/// How long a page may take until it shows what a test waits for; on a busy machine it is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a condition is asked for.
const PULSE: Duration = Duration::from_millis(20);

/// Which colors the reader's system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What a request gets instead of the server's answer.
#[derive(Clone, Debug)]
pub enum Rewrite {
    /// No answer at all, as if the network were down.
    Fail,
    /// The status 404.
    NotFound,
    /// The status 200 and this body.
    Body(Vec<u8>),
    /// The server's answer, but not before [`Page::let_go`].
    Hold,
}

/// A tab of the [`Browser`](crate::Browser).
pub struct Page {
    devtools: DevTools,
    /// Scheme, host and port of the page that was gone to; requests elsewhere are trouble.
    origin: String,
    rewrites: Vec<(String, Rewrite)>,
    /// The requests that are held.
    held: Vec<Value>,
    troubles: Vec<String>,
}

impl Page {
    pub(crate) fn attach(mut devtools: DevTools) -> anyhow::Result<Self> {
        for domain in ["Page", "Runtime", "Log", "Network"] {
            devtools.call(&format!("{domain}.enable"), json!({}))?;
        }
        let mut page = Self {
            devtools,
            origin: String::new(),
            rewrites: Vec::new(),
            held: Vec::new(),
            troubles: Vec::new(),
        };
        page.set_width(1280)?;
        page.set_colors(Colors::Light)?;
        Ok(page)
    }

    /// Makes the window `width` CSS pixels wide; below 600 it is a phone's.
    pub fn set_width(&mut self, width: u32) -> anyhow::Result<()> {
        let mobile = width < 600;
        let metrics =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools.call("Emulation.setDeviceMetricsOverride", metrics)?;
        Ok(())
    }

    /// Chooses light or dark, as the reader's system would.
    pub fn set_colors(&mut self, colors: Colors) -> anyhow::Result<()> {
        let value = match colors {
            Colors::Light => "light",
            Colors::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools.call("Emulation.setEmulatedMedia", media)?;
        Ok(())
    }

    /// Lets the clock of the page stand at noon of a day, `YYYY-MM-DD`, in UTC, from the next page on.
    pub fn set_clock(&mut self, day: &str) -> anyhow::Result<()> {
        let source =
            format!("{{ const noon = Date.parse('{day}T12:00:00Z'); Date.now = () => noon; }}");
        self.devtools.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }))?;
        Ok(())
    }

    /// Switches the page's own scripts off, from the next page on.
    pub fn switch_scripts_off(&mut self) -> anyhow::Result<()> {
        self.devtools.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }))?;
        Ok(())
    }

    /// Answers requests whose address matches `pattern` (`*` is any text) by `rewrite`.
    pub fn rewrite(&mut self, pattern: &str, rewrite: Rewrite) -> anyhow::Result<()> {
        self.rewrites.push((pattern.to_owned(), rewrite));
        let patterns: Vec<_> =
            self.rewrites.iter().map(|(pattern, _)| json!({ "urlPattern": pattern })).collect();
        self.devtools.call("Fetch.enable", json!({ "patterns": patterns }))?;
        Ok(())
    }

    /// Lets the requests go that are held, and those that come from now on.
    pub fn let_go(&mut self) -> anyhow::Result<()> {
        self.rewrites.retain(|(_, rewrite)| !matches!(rewrite, Rewrite::Hold));
        for id in std::mem::take(&mut self.held) {
            self.devtools.call("Fetch.continueRequest", json!({ "requestId": id }))?;
        }
        Ok(())
    }

    /// Opens `url` and waits until the page has loaded.
    pub fn goto(&mut self, url: &str) -> anyhow::Result<()> {
        self.origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let result = self.devtools.call("Page.navigate", json!({ "url": url }))?;
        if let Some(error) = result["errorText"].as_str() {
            bail!("cannot open {url}: {error}");
        }
        self.wait_for_load()
    }

    /// Loads the page again.
    pub fn reload(&mut self) -> anyhow::Result<()> {
        // The command is answered before the page goes away.
        self.eval("document.isOfBefore = true")?;
        self.devtools.call("Page.reload", json!({}))?;
        self.wait_until("!document.isOfBefore")?;
        self.wait_for_load()
    }

    fn wait_for_load(&mut self) -> anyhow::Result<()> {
        self.wait_until("document.readyState === 'complete'")
            .context("the page does not finish loading")
    }

    /// The value of a JavaScript expression, or what its promise resolves to.
    pub fn eval(&mut self, expression: &str) -> anyhow::Result<Value> {
        let ask = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.devtools.call("Runtime.evaluate", ask)?;
        if let Some(exception) = answer.get("exceptionDetails") {
            bail!("{expression}: {}", exception_text(exception));
        }
        Ok(answer["result"]["value"].take())
    }

    /// The text that an expression gives.
    pub fn text(&mut self, expression: &str) -> anyhow::Result<String> {
        match self.eval(expression)? {
            Value::String(text) => Ok(text),
            other => bail!("{expression} gives {other}, not a text"),
        }
    }

    /// Waits until an expression is true.
    pub fn wait_until(&mut self, expression: &str) -> anyhow::Result<()> {
        let truth = format!("Boolean({expression})");
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match self.eval(&truth) {
                Ok(found) if found == true => return Ok(()),
                // The page that was asked is no more: the next one will answer.
                Err(error) if !error.to_string().ends_with(LEAVING) => return Err(error),
                _ => self.catch_up(PULSE)?,
            }
        }
        let troubles = self.troubles.join("\n");
        bail!("waited {} s in vain until {expression}\n{troubles}", PATIENCE.as_secs());
    }

    /// Waits until the explorer is at work and has all days that it can get. A page without one is ready at once;
    /// one whose explorer gives up is an error.
    pub fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        self.wait_until_usable()?;
        self.wait_until(
            "!document.querySelector('script[data-wasm]') || document.documentElement.dataset.days",
        )
    }

    /// Waits until the explorer is at work, if only for the newest days. A page without one is ready at once; one
    /// whose explorer gives up is an error.
    pub fn wait_until_usable(&mut self) -> anyhow::Result<()> {
        self.wait_until(
            "document.readyState === 'complete' && (
                !document.querySelector('script[data-wasm]')
                || ['ready', 'failed'].includes(document.documentElement.dataset.explorer)
            )",
        )?;
        let reason = self.eval(
            "document.documentElement.dataset.explorer === 'failed'
                ? document.querySelector('[data-reason]')?.textContent ?? '' : null",
        )?;
        match reason {
            Value::Null => Ok(()),
            reason => {
                bail!("the explorer gave up: {}\n{}", bare(&reason), self.troubles.join("\n"))
            }
        }
    }

    /// Waits until the explorer has given up.
    pub fn wait_until_failed(&mut self) -> anyhow::Result<()> {
        self.wait_until("document.documentElement.dataset.explorer === 'failed'")
    }

    /// Clicks in the middle of the first element that `selector` finds.
    pub fn click(&mut self, selector: &str) -> anyhow::Result<()> {
        let place = self.eval(&format!(
            "(() => {{
                const element = document.querySelector({selector});
                if (!element) return null;
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2, box.width * box.height];
            }})()",
            selector = Value::from(selector)
        ))?;
        let [x, y, area] = [0, 1, 2].map(|at| place[at].as_f64());
        let (Some(x), Some(y), Some(area)) = (x, y, area) else {
            bail!("nothing on the page is `{selector}`");
        };
        if area == 0.0 {
            bail!("`{selector}` is not visible");
        }
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.devtools.call("Input.dispatchMouseEvent", event)?;
        }
        Ok(())
    }

    /// Brings the first element that `selector` finds into sight, and returns its left and top edge, its width and
    /// its height, in CSS pixels of the window.
    pub fn place(&mut self, selector: &str) -> anyhow::Result<[f64; 4]> {
        let place = self.eval(&format!(
            "(() => {{
                const element = document.querySelector({selector});
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                return [box.x, box.y, box.width, box.height];
            }})()",
            selector = Value::from(selector)
        ))?;
        Ok(serde_json::from_value(place)?)
    }

    /// Does one thing with the mouse at a place of the window: `mousePressed`, `mouseMoved` or `mouseReleased`. The
    /// left button is held while it moves if `is_held`.
    pub fn mouse(&mut self, what: &str, (x, y): (f64, f64), is_held: bool) -> anyhow::Result<()> {
        let button = if what == "mouseMoved" && !is_held { "none" } else { "left" };
        let event = json!({
            "type": what, "x": x, "y": y, "button": button, "buttons": u32::from(is_held), "clickCount": 1
        });
        self.devtools.call("Input.dispatchMouseEvent", event)?;
        Ok(())
    }

    /// Presses the left button at one place of the window, moves to another one, and lets it go.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) -> anyhow::Result<()> {
        let half = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        self.mouse("mouseMoved", from, false)?;
        self.mouse("mousePressed", from, true)?;
        self.mouse("mouseMoved", half, true)?;
        self.mouse("mouseMoved", to, true)?;
        self.mouse("mouseReleased", to, false)
    }

    /// Puts a finger on the window, moves it through these places, and takes it away.
    pub fn swipe(&mut self, places: &[(f64, f64)]) -> anyhow::Result<()> {
        for (at, (x, y)) in places.iter().enumerate() {
            let what = if at == 0 { "touchStart" } else { "touchMove" };
            let event = json!({ "type": what, "touchPoints": [{ "x": x, "y": y }] });
            self.devtools.call("Input.dispatchTouchEvent", event)?;
        }
        let event = json!({ "type": "touchEnd", "touchPoints": [] });
        self.devtools.call("Input.dispatchTouchEvent", event)?;
        Ok(())
    }

    /// Makes the network as slow as on a bad day: so many bytes a second, and half a second until a request is
    /// answered.
    pub fn slow_down(&mut self, bytes_per_second: u32) -> anyhow::Result<()> {
        let network = json!({
            "offline": false, "latency": 500,
            "downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second,
        });
        self.devtools.call("Network.emulateNetworkConditions", network)?;
        Ok(())
    }

    /// Lets the page save files into a folder.
    pub fn save_into(&mut self, folder: &std::path::Path) -> anyhow::Result<()> {
        let behavior = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools.call("Page.setDownloadBehavior", behavior)?;
        Ok(())
    }

    /// Gives the keyboard's focus to the first element that `selector` finds.
    pub fn focus(&mut self, selector: &str) -> anyhow::Result<()> {
        let found = self.eval(&format!(
            "(() => {{
                const element = document.querySelector({selector});
                element?.focus();
                return element !== null && document.activeElement === element;
            }})()",
            selector = Value::from(selector)
        ))?;
        if found != true {
            bail!("`{selector}` does not take the focus");
        }
        Ok(())
    }

    /// Presses a key and lets it go: `Enter`, `Tab`, `Escape`, `ArrowLeft`, ` `, or a character.
    pub fn press(&mut self, key: &str) -> anyhow::Result<()> {
        let (code, number, text) = match key {
            "Enter" => (key, 13, "\r"),
            "Tab" => (key, 9, ""),
            "Escape" => (key, 27, ""),
            "ArrowLeft" => (key, 37, ""),
            "ArrowUp" => (key, 38, ""),
            "ArrowRight" => (key, 39, ""),
            "ArrowDown" => (key, 40, ""),
            "Home" => (key, 36, ""),
            "End" => (key, 35, ""),
            " " => ("Space", 32, " "),
            character => ("", 0, character),
        };
        let mut event =
            json!({ "type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number });
        if !text.is_empty() {
            event["text"] = text.into();
        }
        self.devtools.call("Input.dispatchKeyEvent", event.clone())?;
        event["type"] = "keyUp".into();
        self.devtools.call("Input.dispatchKeyEvent", event)?;
        Ok(())
    }

    /// A picture of the whole page, as PNG.
    pub fn screenshot(&mut self) -> anyhow::Result<Vec<u8>> {
        let sizes = self.devtools.call("Page.getLayoutMetrics", json!({}))?;
        let size = &sizes["cssContentSize"];
        let clip = json!({
            "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1
        });
        let options = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.devtools.call("Page.captureScreenshot", options)?;
        let data = answer["data"].as_str().context("the picture has no data")?;
        Ok(BASE64_STANDARD.decode(data)?)
    }

    /// What went wrong since the last time this was asked: errors on the console, exceptions, what
    /// the Content-Security-Policy forbade, failed requests, requests to other hosts, dialogs.
    pub fn take_troubles(&mut self) -> anyhow::Result<Vec<String>> {
        // What the page has done so far is known once this is answered; errors are told a little later.
        self.eval("0")?;
        self.catch_up(3 * PULSE)?;
        Ok(std::mem::take(&mut self.troubles))
    }

    /// Takes note of what comes within `time`.
    fn catch_up(&mut self, time: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + time;
        while let Some(event) = self.devtools.next_event(deadline)? {
            self.notice(event)?;
        }
        Ok(())
    }

    fn notice(&mut self, Event { method, params }: Event) -> anyhow::Result<()> {
        match method.as_str() {
            "Fetch.requestPaused" => self.answer(&params)?,
            "Page.javascriptDialogOpening" => {
                self.troubles.push(format!("dialog: {}", bare(&params["message"])));
                self.devtools.send("Page.handleJavaScriptDialog", json!({ "accept": false }))?;
            }
            _ => self.troubles.extend(trouble(&method, &params, &self.origin)),
        }
        Ok(())
    }

    /// Answers a request that one of the rewrites matches.
    fn answer(&mut self, params: &Value) -> anyhow::Result<()> {
        let id = &params["requestId"];
        let url = params["request"]["url"].as_str().unwrap_or_default();
        let rewrite = self.rewrites.iter().rev().find(|(pattern, _)| matches_glob(url, pattern));
        let (method, answer) = match rewrite.map(|(_, rewrite)| rewrite) {
            None => ("Fetch.continueRequest", json!({ "requestId": id })),
            Some(Rewrite::Hold) => {
                self.held.push(id.clone());
                return Ok(());
            }
            Some(Rewrite::Fail) => {
                ("Fetch.failRequest", json!({ "requestId": id, "errorReason": "Failed" }))
            }
            Some(Rewrite::NotFound) => {
                ("Fetch.fulfillRequest", json!({ "requestId": id, "responseCode": 404 }))
            }
            Some(Rewrite::Body(bytes)) => (
                "Fetch.fulfillRequest",
                json!({
                    "requestId": id, "responseCode": 200, "body": BASE64_STANDARD.encode(bytes)
                }),
            ),
        };
        self.devtools.send(method, answer)?;
        Ok(())
    }
}

/// What is wrong about an event, if anything is.
fn trouble(method: &str, params: &Value, origin: &str) -> Option<String> {
    match method {
        "Runtime.exceptionThrown" => {
            Some(format!("exception: {}", exception_text(&params["exceptionDetails"])))
        }
        "Runtime.consoleAPICalled" => {
            let kind = params["type"].as_str()?;
            matches!(kind, "error" | "assert" | "warning")
                .then(|| format!("console.{kind}: {}", console_text(&params["args"])))
        }
        // Includes what the Content-Security-Policy forbade.
        "Log.entryAdded" => {
            let entry = &params["entry"];
            matches!(entry["level"].as_str()?, "error" | "warning").then(|| {
                format!(
                    "{}: {} ({})",
                    bare(&entry["source"]),
                    bare(&entry["text"]),
                    bare(&entry["url"])
                )
            })
        }
        "Network.loadingFailed" => (params["canceled"] != true).then(|| {
            let (error, blocked) = (bare(&params["errorText"]), bare(&params["blockedReason"]));
            format!("request failed: {error}{blocked}")
        }),
        "Network.responseReceived" => {
            let response = &params["response"];
            (response["status"].as_u64()? >= 400)
                .then(|| format!("status {}: {}", response["status"], bare(&response["url"])))
        }
        "Network.requestWillBeSent" => {
            let url = params["request"]["url"].as_str()?;
            let ours = url.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/'))
                || url.starts_with("data:")
                || url.starts_with("blob:");
            (!ours).then(|| format!("request to another host: {url}"))
        }
        _ => None,
    }
}

/// A text without quotation marks; nothing if it is none.
fn bare(text: &Value) -> &str {
    text.as_str().unwrap_or_default()
}

fn exception_text(details: &Value) -> String {
    let text = details["exception"]["description"].as_str().or(details["text"].as_str());
    text.unwrap_or("an exception without a text").to_owned()
}

fn console_text(arguments: &Value) -> String {
    let texts = arguments.as_array().into_iter().flatten().map(|argument| {
        let text = argument["value"].as_str().or(argument["description"].as_str());
        text.map_or_else(|| argument["value"].to_string(), str::to_owned)
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// Whether `text` matches `pattern`, in which `*` is any text.
fn matches_glob(text: &str, pattern: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return text == pattern };
    text.strip_prefix(head).is_some_and(|rest| {
        rest.char_indices()
            .map(|(at, _)| at)
            .chain([rest.len()])
            .any(|at| matches_glob(&rest[at..], tail))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        assert!(matches_glob("http://x/a.cube", "*.cube"));
        assert!(matches_glob("http://x/a.cube?1", "*.cube*"));
        assert!(!matches_glob("http://x/a.cube?1", "*.cube"));
        assert!(matches_glob("abc", "abc"));
        assert!(!matches_glob("abcd", "abc"));
    }

    #[test]
    fn a_host_that_only_begins_like_ours_is_another() {
        let request = |url: &str| {
            let params = json!({ "request": { "url": url } });
            trouble("Network.requestWillBeSent", &params, "http://127.0.0.1:8000")
        };
        assert_eq!(request("http://127.0.0.1:8000/a.css"), None);
        assert_eq!(request("data:image/png;base64,AAAA"), None);
        assert!(request("http://127.0.0.1:80001/a.css").is_some());
        assert!(request("https://fonts.example/a.woff2").is_some());
    }
}
