//! What the first view of a page costs the reader.

use std::{
    fs,
    io::{self, Write},
};

use anyhow::Context;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::Stage;

/// The most requests for one page, with everything that it loads later by itself.
const REQUESTS: usize = 12;

/// What one kind of file may weigh on a page, in bytes as they are sent. The module and its cube come after the
/// page can be read, so they are no part of the first view; site-gen bounds the cube.
const BUDGETS: [(&str, &[&str], usize); 4] = [
    ("HTML", &["html"], 30_000),
    ("styles", &["css"], 15_000),
    ("JavaScript", &["js"], 20_000),
    ("module", &["wasm"], 300_000),
];
const FIRST_VIEW: usize = 60_000;

pub(super) fn check(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut page = stage.open(path)?;
    let loaded = page.eval(
        "['navigation', 'resource'].flatMap((it) => performance.getEntriesByType(it))
            .map((it) => it.name)",
    )?;
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for address in loaded.as_array().into_iter().flatten().filter_map(Value::as_str) {
        match address.strip_prefix(&stage.url("")) {
            Some(path) => files.push(file(stage, path)?),
            None => findings.push(format!("{address} is loaded from elsewhere")),
        }
    }
    if files.len() > REQUESTS {
        findings.push(format!("{} requests, {REQUESTS} are allowed", files.len()));
    }
    let sum = |endings: &[&str]| -> usize {
        files.iter().filter(|it| endings.contains(&it.0.as_str())).map(|it| it.1).sum()
    };
    for (what, endings, most) in BUDGETS {
        let size = sum(endings);
        if size > most {
            findings.push(format!("{what}: {size} bytes, {most} are allowed"));
        }
    }
    let later = ["wasm", "cube"];
    let first: usize =
        files.iter().filter(|it| !later.contains(&it.0.as_str())).map(|it| it.1).sum();
    if first > FIRST_VIEW {
        findings.push(format!("first view: {first} bytes, {FIRST_VIEW} are allowed"));
    }
    let cookies = page.text("document.cookie")?;
    if !cookies.is_empty() {
        findings.push(format!("a cookie: {cookies}"));
    }
    Ok(findings)
}

/// The ending of a file of the site, and its size as a host would send it, in bytes.
fn file(stage: &Stage, path: &str) -> anyhow::Result<(String, usize)> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut file = stage.site().join(path);
    if file.is_dir() {
        file.push("index.html");
    }
    let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    Ok((ending, sent_size(&bytes)?))
}

/// What is compressed already is sent as it is.
fn sent_size(bytes: &[u8]) -> io::Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len().min(bytes.len()))
}
