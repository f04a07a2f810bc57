//! A server of one folder, as a host of static pages serves it: `cargo xtask serve`.
//!
//! Written for looking at the site and for the browser tests, so it listens on 127.0.0.1 only and
//! lets nothing be cached.

use std::{
    future,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Component, Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context, bail};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use tokio::runtime::{self, Runtime};
use tower_http::services::ServeFile;

/// The port that is tried first when none was asked for.
pub const PREFERRED_PORT: u16 = 8000;

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
    address: SocketAddr,
    base_path: BasePath,
    /// Where all connections are served; dropped, it closes them.
    runtime: Runtime,
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
        let listener = match port {
            Some(port) => listen(port)?,
            None => listen(PREFERRED_PORT).or_else(|_| listen(0))?,
        };
        let address = listener.local_addr()?;

        // Connections are tasks and not threads: a browser keeps many open that ask for nothing.
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let site = Router::new().fallback({
            let base_path = base_path.clone();
            move |request: Request| async move { reply(request, &root, &base_path).await }
        });
        let _inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        runtime.spawn(async move { axum::serve(listener, site).await });
        Ok(Self { address, base_path, runtime })
    }

    /// The address of the site: `http://127.0.0.1:8000/`.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.base_path.as_str())
    }

    /// Serves until the program is ended from outside.
    pub fn serve_forever(self) {
        self.runtime.block_on(future::pending())
    }
}

fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener =
        TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
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

async fn reply(request: Request, root: &Path, base_path: &BasePath) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    match find(root, base_path, request.uri().path()) {
        Answer::File(file) => send(request, &file).await,
        Answer::Moved(to) => {
            (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response()
        }
        Answer::NotFound => {
            let page = root.join("404.html");
            if !page.is_file() {
                return (StatusCode::NOT_FOUND, "not found\n").into_response();
            }
            let mut response = send(request, &page).await;
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    }
}

/// How many bytes of a file are read at once: nearly all files of a site are smaller, and go out in one piece.
const AT_ONCE: usize = 1 << 20;

async fn send(request: Request, file: &Path) -> Response {
    match ServeFile::new(file).with_buf_chunk_size(AT_ONCE).try_call(request).await {
        Ok(response) => {
            let headers = [
                (header::CONTENT_TYPE, content_type(file)),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
                (header::CACHE_CONTROL, "no-store".into()),
            ];
            (headers, response.map(Body::new)).into_response()
        }
        Err(error) => {
            let message = format!("cannot read it: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
        }
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

#[cfg(test)]
mod tests;
