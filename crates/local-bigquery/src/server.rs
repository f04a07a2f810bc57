//! The service over HTTP, on a thread of its own.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use chrono::TimeDelta;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    time::sleep,
};

use crate::{
    faults::{Body, Fault, Framing, RetryAfter, When},
    http::{self, Reply, Request},
    jobs::State,
    ledger::Kind,
    request::{JobRequest, Refusal},
    rest,
    service::LocalBigquery,
    tokens::{Desk, Tokens},
};

/// A server on this machine. It stops when it is dropped.
pub struct Server {
    url: String,
    service: Arc<LocalBigquery>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one at any free port.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn start(service: Arc<LocalBigquery>) -> io::Result<Self> {
        Self::start_at(service, 0)
    }

    /// Starts one at this port; 0 is any free one.
    ///
    /// # Errors
    ///
    /// If the port is taken.
    pub fn start_at(service: Arc<LocalBigquery>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            url: url.clone(),
            service: service.clone(),
            tokens: Mutex::default(),
            older: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = accept(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { url, service, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it is, such as `http://127.0.0.1:9050`; BigQuery's paths begin with `/bigquery/v2/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves until the process is ended.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }

    /// The service behind it.
    pub fn service(&self) -> &LocalBigquery {
        &self.service
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Shared {
    url: String,
    service: Arc<LocalBigquery>,
    tokens: Mutex<Tokens>,
    /// The last answer of each kind about each job, for [`Fault::Stale`].
    older: Mutex<HashMap<(Kind, String), Reply>>,
}

/// What a request wants.
enum Wish {
    Grant,
    Subject,
    Exchange,
    Impersonate,
    Insert(Result<JobRequest, Refusal>),
    Status(String),
    Page(String),
    Cancel(String),
    Unknown,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let shared = shared.clone();
        // A client that goes away is none of our business.
        tokio::spawn(async move { serve(stream, &shared).await.ok() });
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while let Some(request) = http::read(&mut stream, &mut buffer).await? {
        let (mut reply, fault) = shared.respond(&request);
        if request.header("accept-encoding").is_some_and(|accepted| accepted.contains("gzip")) {
            reply.compress();
        }
        match fault {
            Some(Fault::Reset(_)) => {
                stream.set_zero_linger()?;
                return Ok(());
            }
            Some(Fault::Stall) => {
                while stream.read_buf(&mut buffer).await? > 0 {}
                return Ok(());
            }
            Some(Fault::Cut { bytes, framing }) => {
                let part = &reply.body[..bytes % reply.body.len().max(1)];
                stream.write_all(reply.head(framing).as_bytes()).await?;
                if framing == Framing::Chunked && !part.is_empty() {
                    stream.write_all(format!("{:x}\r\n", part.len()).as_bytes()).await?;
                    stream.write_all(part).await?;
                    stream.write_all(b"\r\n").await?;
                } else {
                    stream.write_all(part).await?;
                }
                return stream.shutdown().await;
            }
            Some(Fault::Drip { bytes, pause }) => {
                let mut whole = reply.head(Framing::Length).into_bytes();
                whole.extend(&reply.body);
                for part in whole.chunks(bytes.max(1)) {
                    stream.write_all(part).await?;
                    sleep(pause).await;
                }
            }
            fault => {
                if let Some(Fault::Delay(time)) = fault {
                    sleep(time).await;
                }
                let mut whole = reply.head(Framing::Length).into_bytes();
                whole.append(&mut reply.body);
                stream.write_all(&whole).await?;
            }
        }
    }
    Ok(())
}

/// What a request wants, whose project it names, of which kind it is, and what it is about.
fn understand(request: &Request) -> (Wish, String, Kind, String) {
    let path = request.path.strip_prefix("/bigquery/v2/projects/").unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let project = parts[0].to_owned();
    let (wish, kind, about) = match (request.method.as_str(), &parts[1..]) {
        ("POST", ["jobs"]) => {
            let body = rest::job_request(&project, &request.body);
            let dry = body.as_ref().is_ok_and(|job| job.dry_run);
            let id = body.as_ref().ok().and_then(|job| job.id.clone()).unwrap_or_default();
            (Wish::Insert(body), if dry { Kind::DryRun } else { Kind::Insert }, id)
        }
        ("GET", ["jobs", id]) => (Wish::Status((*id).to_owned()), Kind::Status, (*id).to_owned()),
        ("GET", ["queries", id]) => (Wish::Page((*id).to_owned()), Kind::Page, (*id).to_owned()),
        ("POST", ["jobs", id, "cancel"]) => {
            (Wish::Cancel((*id).to_owned()), Kind::Cancel, (*id).to_owned())
        }
        (method, _) => {
            let wish = match (method, request.path.as_str()) {
                ("POST", "/token") => Wish::Grant,
                ("POST", "/v1/token") => Wish::Exchange,
                ("GET", "/oidc") => Wish::Subject,
                ("POST", path) if path.starts_with("/impersonate/") => Wish::Impersonate,
                _ => Wish::Unknown,
            };
            let kind = if matches!(wish, Wish::Unknown) { Kind::Other } else { Kind::Token };
            (wish, kind, request.path.clone())
        }
    };
    (wish, project, kind, about)
}

impl Shared {
    /// The answer, and what is to be done wrongly in sending it.
    fn respond(&self, request: &Request) -> (Reply, Option<Fault>) {
        let (wish, project, kind, about) = understand(request);
        let mut state = self.service.lock();
        let fault = state.ask(kind, &about);
        match &fault {
            Some(Fault::Refuse { when, status, reason, body, retry_after }) => {
                if *when == When::After {
                    self.fulfil(&mut state, wish, &project, request, None);
                }
                let mut reply = match body {
                    Body::Json => {
                        rest::refusal(&Refusal::new(*status, reason, "A fault of a test"))
                    }
                    Body::Html => Reply::html(*status),
                    Body::Empty => Reply { body: Vec::new(), ..Reply::html(*status) },
                };
                if let Some(after) = retry_after {
                    let after = match *after {
                        RetryAfter::Seconds(seconds) => seconds.to_string(),
                        RetryAfter::Date(seconds) => {
                            let time = state.now() + TimeDelta::seconds(seconds as i64);
                            httpdate::fmt_http_date(time.into())
                        }
                    };
                    reply.headers.push(("retry-after", after));
                }
                return (reply, None);
            }
            Some(Fault::Revoke) => {
                self.tokens().revoke(request);
                return (unauthenticated(), None);
            }
            Some(Fault::Reset(When::Before)) => return (Reply::html(500), fault),
            Some(Fault::Stale) => {
                let older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(reply) = older.get(&(kind, about.clone())) {
                    return (reply.clone(), None);
                }
            }
            _ => {}
        }
        let reply = self.fulfil(&mut state, wish, &project, request, fault.as_ref());
        if fault == Some(Fault::Html) {
            return (Reply::html(200), None);
        }
        if state.faults.any() && kind != Kind::Token {
            let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
            older.insert((kind, about), reply.clone());
        }
        (reply, fault)
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fulfil(
        &self,
        state: &mut State,
        wish: Wish,
        project: &str,
        request: &Request,
        fault: Option<&Fault>,
    ) -> Reply {
        let mut tokens = self.tokens();
        let (now, life) = (state.now(), state.settings.token_life);
        let service = match wish {
            Wish::Grant => Tokens::grant,
            Wish::Subject => Tokens::subject,
            Wish::Exchange => Tokens::exchange,
            Wish::Impersonate => Tokens::impersonate,
            wish => {
                if !tokens.admits(request, now) {
                    return unauthenticated();
                }
                let done = self.bigquery(state, wish, project, request, fault);
                return done.unwrap_or_else(|refusal| rest::refusal(&refusal));
            }
        };
        let desk = Desk { url: &self.url, now, life, numbers: &mut state.numbers };
        let reply = service(&mut tokens, request, desk);
        state.ledger.tokens += u64::from(reply.status == 200 && request.path != "/oidc");
        reply
    }

    fn bigquery(
        &self,
        state: &mut State,
        wish: Wish,
        project: &str,
        request: &Request,
        fault: Option<&Fault>,
    ) -> Result<Reply, Refusal> {
        let (location, now) = (request.parameter("location"), state.now());
        match wish {
            Wish::Insert(body) => {
                let body = body?;
                let estimate = state.insert(&body, fault)?;
                if body.dry_run {
                    return Ok(rest::estimate(project, &body, estimate));
                }
                let id = body.id.unwrap_or_default();
                let job = rest::job(project, &id, state.made(&id)?, now);
                Ok(Reply::json(200, job.to_string()))
            }
            Wish::Status(id) => {
                let job = rest::job(project, &id, state.job(&id, location)?, now);
                Ok(Reply::json(200, job.to_string()))
            }
            Wish::Page(_) if request.parameter("startIndex").is_some() => Err(Refusal::new(
                400,
                "invalid",
                "The local BigQuery does not understand startIndex",
            )),
            Wish::Page(id) => {
                let (token, rows) =
                    (request.parameter("pageToken"), request.parameter("maxResults"));
                let invalid = |_| Refusal::new(400, "invalid", "Invalid value for maxResults");
                let rows = rows.map(str::parse).transpose().map_err(invalid)?;
                let slice = state.slice(&id, location, token, rows, fault)?;
                Ok(rest::page(project, &id, state.made(&id)?, slice.as_ref(), &state.table.texts))
            }
            Wish::Cancel(id) => {
                state.cancel(&id, location)?;
                let job = rest::job(project, &id, state.made(&id)?, now);
                let answer = serde_json::json!({"kind": "bigquery#jobCancelResponse", "job": job});
                Ok(Reply::json(200, answer.to_string()))
            }
            _ => Err(Refusal::new(404, "notFound", "Not found: URL")),
        }
    }
}

fn unauthenticated() -> Reply {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.";
    let mut reply = rest::refusal(&Refusal::new(401, "authError", message));
    reply
        .headers
        .push(("www-authenticate", "Bearer realm=\"https://accounts.google.com/\"".into()));
    reply
}
