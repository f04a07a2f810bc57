//! The checks of pages that need a browser and nothing else; `cargo xtask audit` runs it.
//!
//! For each page and check a line of JSON: `{"page": "/", "check": "links", "findings": []}`.

use std::process::ExitCode;

use browser_tests::{
    Stage,
    checks::CHECKS,
    pages::{all_pages, one_of_each},
    program,
};
use serde_json::json;

/// The check that is made on every page of the small site. Others see nothing new on a second page of a kind.
const ON_EVERY_PAGE: &str = "links";

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some("sample") => {
            Stage::sample().and_then(|stage| audit(&stage, &one_of_each(stage.site())?))
        }
        Some("mini") => Stage::mini().and_then(|stage| {
            audit(&stage, &one_of_each(stage.site())?)?;
            audit_links(&stage)
        }),
        _ => Err(anyhow::anyhow!("usage: audit sample|mini")),
    };
    program::end(done)
}

fn audit(stage: &Stage, pages: &[String]) -> anyhow::Result<()> {
    for path in pages {
        for check in CHECKS.iter() {
            tell(path, check.name, &(check.run)(stage, path)?);
        }
    }
    Ok(())
}

fn audit_links(stage: &Stage) -> anyhow::Result<()> {
    let done = one_of_each(stage.site())?;
    for path in all_pages(stage.site())?.iter().filter(|path| !done.contains(path)) {
        for check in CHECKS.iter().filter(|check| check.name == ON_EVERY_PAGE) {
            tell(path, check.name, &(check.run)(stage, path)?);
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the findings")]
fn tell(path: &str, check: &str, findings: &[String]) {
    println!("{}", json!({ "page": format!("/{path}"), "check": check, "findings": findings }));
}
