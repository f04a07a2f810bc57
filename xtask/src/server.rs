//! A server of one folder, as a host of static pages serves it: `cargo xtask serve`.
//!
//! Written for looking at the site and for the browser tests, so it listens on 127.0.0.1 only and
//! lets nothing be cached.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Component, Path, PathBuf},
    str::FromStr,
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Context, anyhow, bail};
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, Server};

/// The port that is tried first when none was asked for.
pub const PREFERRED_PORT: u16 = 8000;

/// How many requests are answered at the same time; a browser opens six connections to a host.
const THREADS: usize = 6;

/// The part of an address that stands before the paths of the site: `/`, or `/repository/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// The path, with a slash at both ends.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BasePath {
    fn default() -> Self {
        Self("/".into())
    }
}

impl FromStr for BasePath {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let inner = text.trim_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        if !inner.chars().all(plain) || inner.split('/').any(|part| part == "..") {
            bail!("`{text}` is not a path such as `/repository/`");
        }
        Ok(if inner.is_empty() { Self::default() } else { Self(format!("/{inner}/")) })
    }
}

/// A folder that is being served until this is dropped.
pub struct StaticServer {
    server: Arc<Server>,
    address: SocketAddr,
    base_path: BasePath,
    threads: Vec<JoinHandle<()>>,
}

impl StaticServer {
    /// Serves `folder` below `base_path` on `port` of 127.0.0.1.
    ///
    /// `None` takes [`PREFERRED_PORT`] if it is free and any other if it is not.
    pub fn start(folder: &Path, port: Option<u16>, base_path: BasePath) -> anyhow::Result<Self> {
        let root = folder
            .canonicalize()
            .with_context(|| format!("cannot serve `{}`", folder.display()))?;
        if !root.is_dir() {
            bail!("cannot serve `{}`: it is not a folder", folder.display());
        }
        let server = Arc::new(match port {
            Some(port) => listen(port)?,
            None => listen(PREFERRED_PORT).or_else(|_| listen(0))?,
        });
        let address =
            server.server_addr().to_ip().context("the server does not listen on an IP address")?;
        let threads = (0..THREADS)
            .map(|_| {
                let (server, root, base_path) = (server.clone(), root.clone(), base_path.clone());
                thread::spawn(move || {
                    for request in server.incoming_requests() {
                        // A browser that hangs up before the end of an answer is its own business.
                        let _ = reply(request, &root, &base_path);
                    }
                })
            })
            .collect();
        Ok(Self { server, address, base_path, threads })
    }

    /// The address of the site: `http://127.0.0.1:8000/`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.base_path.as_str())
    }

    /// Serves until the program is ended from outside.
    pub fn serve_forever(mut self) {
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so itself; the others go on.
            let _ = thread.join();
        }
    }
}

impl Drop for StaticServer {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn listen(port: u16) -> anyhow::Result<Server> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Server::http(address).map_err(|error| anyhow!("cannot listen on {address}: {error}"))
}

/// What a request gets.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// This file.
    File(PathBuf),
    /// The same page is found at this path.
    Moved(String),
    /// The site has no such page.
    NotFound,
}

/// Finds the file for the path of a request, which may have a query.
///
/// `root` is canonical. No answer lies outside of it, not even by a link.
fn find(root: &Path, base_path: &BasePath, target: &str) -> Answer {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(below) = path.strip_prefix(base_path.as_str()) else {
        let base = base_path.as_str();
        let without_slash = base.strip_suffix('/') == Some(path);
        return if without_slash { Answer::Moved(base.into()) } else { Answer::NotFound };
    };
    let Ok(below) = percent_decode_str(below).decode_utf8() else { return Answer::NotFound };
    let relative = Path::new(below.as_ref());
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Answer::NotFound;
    }
    let Ok(mut file) = root.join(relative).canonicalize() else { return Answer::NotFound };
    if file.is_dir() {
        if !path.ends_with('/') {
            return Answer::Moved(format!("{path}/"));
        }
        let Ok(index) = file.join("index.html").canonicalize() else { return Answer::NotFound };
        file = index;
    }
    if file.starts_with(root) && file.is_file() { Answer::File(file) } else { Answer::NotFound }
}

fn reply(request: Request, root: &Path, base_path: &BasePath) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405).with_header(header("Allow", "GET, HEAD")));
    }
    match find(root, base_path, request.url()) {
        Answer::File(file) => send(request, &file, 200),
        Answer::Moved(to) => {
            request.respond(Response::empty(301).with_header(header("Location", &to)))
        }
        Answer::NotFound => {
            let page = root.join("404.html");
            if page.is_file() {
                send(request, &page, 404)
            } else {
                request.respond(Response::from_string("not found\n").with_status_code(404))
            }
        }
    }
}

fn send(request: Request, file: &Path, status: u16) -> io::Result<()> {
    match File::open(file) {
        Ok(opened) => request.respond(
            Response::from_file(opened)
                .with_status_code(status)
                .with_header(header("Content-Type", &content_type(file)))
                .with_header(header("X-Content-Type-Options", "nosniff"))
                .with_header(header("Cache-Control", "no-store")),
        ),
        Err(error) => request.respond(
            Response::from_string(format!("cannot read it: {error}\n")).with_status_code(500),
        ),
    }
}

/// The media type by the file's extension; text is UTF-8.
fn content_type(file: &Path) -> String {
    let guess = mime_guess::from_path(file).first_or_octet_stream();
    let essence = guess.essence_str();
    let is_text = guess.type_() == mime_guess::mime::TEXT
        || matches!(essence, "application/json" | "application/javascript" | "image/svg+xml");
    if is_text { format!("{essence}; charset=utf-8") } else { essence.into() }
}

/// A header line. A value that cannot stand in one is left empty.
fn header(name: &'static str, value: &str) -> Header {
    Header::from_bytes(name, value)
        .or_else(|()| Header::from_bytes(name, ""))
        .expect("the names are ours and plain ASCII")
}

#[cfg(test)]
mod tests;
