//! Every address on a page that is one of the site leads to a file, and to a place in it.

use std::fs;

use serde_json::Value;

use crate::Stage;

/// All addresses of the page as the browser understands them, each once; those of other sites too.
const ADDRESSES: &str = "(() => {
    const found = new Set();
    const add = (address) => found.add(new URL(address, document.baseURI).href);
    for (const it of document.querySelectorAll('[href], [src], [srcset]')) {
        for (const name of ['href', 'src']) {
            if (it.hasAttribute(name)) add(it.getAttribute(name));
        }
        for (const part of it.getAttribute('srcset')?.split(',') ?? []) {
            add(part.trim().split(' ')[0]);
        }
    }
    for (const it of document.querySelectorAll('meta[property=\"og:image\"], meta[property=\"og:url\"]')) {
        add(it.content);
    }
    return [...found];
})()";

/// Where the site says that it is: what its pages call their own address, without their path.
const CANONICAL: &str = "document.querySelector('link[rel=canonical]')?.href ?? ''";

pub(super) fn check(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut page = stage.open(path)?;
    let canonical = page.text(CANONICAL)?;
    let bases = [Some(stage.url("")), canonical.strip_suffix(path).map(str::to_owned)];
    let addresses = page.eval(ADDRESSES)?;
    let mut findings = Vec::new();
    for address in addresses.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let below =
            |base: &String| (!base.is_empty()).then(|| address.strip_prefix(base)).flatten();
        match bases.iter().flatten().find_map(below) {
            Some(target) => {
                findings.extend(problem(stage, target).map(|what| format!("{address}: {what}")));
            }
            None if address.starts_with("http:") && address.starts_with(&stage.origin()) => {
                findings.push(format!("{address}: outside of the site"));
            }
            None => {}
        }
    }
    Ok(findings)
}

/// What is wrong with a target in the site, if anything is.
fn problem(stage: &Stage, target: &str) -> Option<String> {
    let (target, fragment) = target.split_once('#').unwrap_or((target, ""));
    let path = target.split('?').next().unwrap_or_default();
    let mut file = stage.site().join(path);
    if path.is_empty() || path.ends_with('/') {
        file.push("index.html");
    }
    let Ok(bytes) = fs::read(&file) else { return Some(format!("there is no `{path}`")) };
    let id = format!("id=\"{fragment}\"");
    let has_id = || String::from_utf8_lossy(&bytes).contains(&id);
    (!fragment.is_empty() && !has_id()).then(|| format!("`{path}` has no `{id}`"))
}
