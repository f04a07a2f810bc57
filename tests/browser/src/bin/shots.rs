//! Pictures of the main pages for people to look at: `cargo xtask shots DIR`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use browser_tests::{Browser, Colors, pages, program};
use xtask::server::{BasePath, StaticServer};

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let done = match folders.as_slice() {
        [site, pictures] => shoot(site, pictures),
        _ => Err(anyhow::anyhow!("usage: shots SITE PICTURES")),
    };
    program::end(done)
}

#[expect(clippy::print_stdout, reason = "tells which pictures there are")]
fn shoot(site: &Path, pictures: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(pictures)
        .with_context(|| format!("cannot make `{}`", pictures.display()))?;
    let server = StaticServer::start(site, Some(0), BasePath::default())?;
    let browser = Browser::start()?;
    for path in pages::one_of_each(site)? {
        for width in [360, 1280] {
            for (colors, word) in [(Colors::Light, "light"), (Colors::Dark, "dark")] {
                let mut page = browser.page()?;
                page.set_width(width)?;
                page.set_colors(colors)?;
                page.goto(&format!("{}{path}", server.url()))?;
                page.wait_until_ready()?;
                let file = pictures.join(format!("{}-{width}-{word}.png", pages::name(&path)));
                fs::write(&file, page.screenshot()?)?;
                println!("{}", file.display());
                for trouble in page.take_troubles()? {
                    println!("  {trouble}");
                }
            }
        }
    }
    Ok(())
}
