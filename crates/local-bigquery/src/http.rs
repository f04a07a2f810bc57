//! The little of HTTP/1.1 that is needed, with a hand on every byte.

use std::{io, io::Write};

use flate2::{Compression, write::GzEncoder};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::faults::Framing;

/// The most bytes that a head may have.
const HEAD: usize = 1 << 16;
/// The most bytes that the body of a request may have.
const BODY: usize = 1 << 26;
/// A body of at least so many bytes is compressed.
const COMPRESSED: usize = 512;

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The token after `Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let content = "application/json; charset=UTF-8";
        Self { status, content, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn html(status: u16) -> Self {
        let body = format!(
            "<!DOCTYPE html>\n<html lang=en><title>Error {status}</title><p>That’s an error.</html>\n"
        );
        let content = "text/html; charset=UTF-8";
        Self { status, content, headers: Vec::new(), body: body.into() }
    }

    /// Compresses the body if that is worth it.
    pub(crate) fn compress(&mut self) {
        if self.body.len() < COMPRESSED {
            return;
        }
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        if let Ok(packed) = packed.write_all(&self.body).and_then(|()| packed.finish()) {
            self.body = packed;
            self.headers.push(("content-encoding", "gzip".to_owned()));
        }
    }

    /// All before the body.
    pub(crate) fn head(&self, framing: Framing) -> String {
        let mut head = format!("HTTP/1.1 {} .\r\ncontent-type: {}\r\n", self.status, self.content);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&match framing {
            Framing::Length => format!("content-length: {}\r\n\r\n", self.body.len()),
            Framing::Chunked => "transfer-encoding: chunked\r\n\r\n".to_owned(),
            Framing::Close => "connection: close\r\n\r\n".to_owned(),
        });
        head
    }
}

/// Reads the next request; `None` if there is none more. `buffer` keeps what was read too far.
pub(crate) async fn read(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Request>> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if buffer.len() > HEAD {
            return Err(bad("the head is too long"));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (first.next(), first.next()) else {
        return Err(bad("no request line"));
    };
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<(String, String)> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: form(query.as_bytes()),
        headers,
        body: Vec::new(),
    };
    if request.header("transfer-encoding").is_some() {
        return Err(bad("requests in chunks are not understood"));
    }
    let length = match request.header("content-length") {
        Some(length) => length.parse().map_err(|_| bad("content-length is no number"))?,
        None => 0,
    };
    if length > BODY {
        return Err(bad("the body is too long"));
    }
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    request.body = buffer.drain(..length).collect();
    Ok(Some(request))
}

/// The fields of a form.
pub(crate) fn form(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
