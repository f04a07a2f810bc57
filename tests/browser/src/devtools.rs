//! A client of the `DevTools` protocol, as thin as the tests allow.
//!
//! The protocol is JSON over a WebSocket. The crates that wrap it bring types for all of its thousand
//! commands and take longer to compile than the rest of the tests; we need some twenty commands.

use std::{
    collections::VecDeque,
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, error::Error as SocketError};

/// How long a command may take before the browser counts as hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that the browser says without being asked.
#[derive(Debug)]
pub(crate) struct Event {
    /// Such as `Runtime.exceptionThrown`.
    pub(crate) method: String,
    /// What belongs to it.
    pub(crate) params: Value,
}

/// A connection to one tab.
pub(crate) struct DevTools {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: VecDeque<Event>,
}

impl DevTools {
    /// Connects to `url`, as in `ws://127.0.0.1:40123/devtools/page/0A1B`.
    pub(crate) fn connect(url: &str) -> anyhow::Result<Self> {
        let host = url
            .strip_prefix("ws://")
            .and_then(|rest| rest.split('/').next())
            .with_context(|| format!("`{url}` is not the address of a WebSocket"))?;
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        let (socket, _) = tungstenite::client(url, stream)
            .map_err(|error| anyhow::anyhow!("cannot talk to the browser: {error}"))?;
        Ok(Self { socket, last_id: 0, events: VecDeque::new() })
    }

    /// Sends a command and does not wait for its answer.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> anyhow::Result<u64> {
        self.last_id += 1;
        let message = json!({ "id": self.last_id, "method": method, "params": params });
        self.socket.send(Message::text(message.to_string()))?;
        Ok(self.last_id)
    }

    /// Sends a command and returns its result. Events that come meanwhile are kept.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        let id = self.send(method, params)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(mut message) = self.read(deadline)? else {
                bail!("the browser does not answer `{method}`");
            };
            if message["id"] != id {
                self.keep(message);
            } else if let Some(error) = message["error"]["message"].as_str() {
                bail!("{method}: {error}");
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    /// The next event: a kept one, or one that comes before `deadline`. `None` is the deadline.
    pub(crate) fn next_event(&mut self, deadline: Instant) -> anyhow::Result<Option<Event>> {
        while self.events.is_empty() {
            let Some(message) = self.read(deadline)? else { return Ok(None) };
            self.keep(message);
        }
        Ok(self.events.pop_front())
    }

    /// Answers to commands that nobody waits for are dropped.
    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str() {
            let method = method.to_owned();
            self.events.push_back(Event { method, params: message["params"].take() });
        }
    }

    /// The next message, `None` if none comes before `deadline`.
    fn read(&mut self, deadline: Instant) -> anyhow::Result<Option<Value>> {
        loop {
            // A timeout of zero would mean to wait for ever.
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = left.max(Duration::from_millis(1));
            self.socket.get_ref().set_read_timeout(Some(timeout))?;
            match self.socket.read() {
                Ok(Message::Text(text)) => return Ok(Some(serde_json::from_str(&text)?)),
                Ok(_) => {}
                Err(SocketError::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error).context("the browser hung up"),
            }
        }
    }
}
