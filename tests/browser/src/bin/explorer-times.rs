//! How long the explorer takes in the browser: `cargo xtask bench cube` prints it.
//!
//! Prints lines of a name, a tabulator, and the median in milliseconds.

use std::{env, path::Path, path::PathBuf, process::ExitCode};

use anyhow::Context;
use browser_tests::{Browser, Page, pages, program};
use xtask::server::{BasePath, StaticServer};

/// How often each is done.
const ROUNDS: usize = 15;

/// Switches a filter on or, every other time, off, up to where the browser knows the layout.
const FILTER: &str = "document.querySelector('[data-region=facets] a[data-view]').click();
    document.body.offsetHeight";

fn main() -> ExitCode {
    let site: Option<PathBuf> = env::args_os().nth(1).map(PathBuf::from);
    program::end(site.context("usage: explorer-times SITE").and_then(|site| measure(&site)))
}

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn measure(site: &Path) -> anyhow::Result<()> {
    let server = StaticServer::start(site, Some(0), BasePath::default())?;
    let browser = Browser::start()?;
    let mut page = browser.page()?;
    let largest = largest_project(&mut page, &server.url(), site)?;
    page.goto(&format!("{}{largest}", server.url()))?;
    page.wait_until_ready()?;
    for (name, work) in [
        ("fetch and inflate the largest cube", "await inflated()"),
        ("decode it", "new Explorer(bytes, project).free()"),
        ("all figures and charts, no filter", "explorer.render('').free()"),
        ("filter by one value and redraw the page, or all again", FILTER),
    ] {
        let time = page.eval(&timed(work))?.as_f64().context("no time was measured")?;
        println!("{name}\t{time:.1}");
    }
    Ok(())
}

/// The page of the project with the largest cube.
fn largest_project(page: &mut Page, url: &str, site: &Path) -> anyhow::Result<String> {
    let mut largest = (0, String::new());
    for path in pages::project_pages(site)? {
        page.goto(&format!("{url}{path}"))?;
        let size = page.eval(
            "(async () => {
                const script = document.querySelector('script[data-cube]');
                if (!script) return 0;
                return (await (await fetch(script.dataset.cube)).arrayBuffer()).byteLength;
            })()",
        )?;
        let size = size.as_u64().unwrap_or(0);
        if size > largest.0 {
            largest = (size, path);
        }
    }
    anyhow::ensure!(largest.0 > 0, "no page has an explorer");
    Ok(largest.1)
}

/// An expression for the median time of `work` in milliseconds.
fn timed(work: &str) -> String {
    format!(
        "(async () => {{
            const script = document.querySelector('script[data-cube]');
            const {{ project, cube }} = script.dataset;
            const explorer = document.explorer;
            const Explorer = explorer.constructor;
            const inflated = async () => {{
                const sent = await (await fetch(cube, {{ cache: 'no-store' }})).blob();
                const start = new Uint8Array(await sent.slice(0, 2).arrayBuffer());
                const packed = start[0] === 0x1f && start[1] === 0x8b;
                const stream = packed
                    ? sent.stream().pipeThrough(new DecompressionStream('gzip'))
                    : sent.stream();
                return new Uint8Array(await new Response(stream).arrayBuffer());
            }};
            const bytes = await inflated();
            const times = [];
            for (let round = 0; round < {ROUNDS}; round++) {{
                const start = performance.now();
                {work};
                times.push(performance.now() - start);
            }}
            return times.sort((a, b) => a - b)[{ROUNDS} >> 1];
        }})()"
    )
}
