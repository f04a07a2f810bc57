//! A rendered site, a server of it, and a browser to look at it with.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::Context;
use xtask::server::{BasePath, StaticServer};

use crate::{Browser, Page};

/// Where a test plays.
pub struct Stage {
    site: PathBuf,
    server: StaticServer,
    browser: Browser,
}

impl Stage {
    /// The site of the sample data.
    pub fn sample() -> anyhow::Result<Self> {
        Self::of("DOWNLOAD_ANALYTICS_SITE", BasePath::default())
    }

    /// The site of the sample data, below a path as a host for projects has it.
    pub fn sample_below(base_path: &str) -> anyhow::Result<Self> {
        Self::of("DOWNLOAD_ANALYTICS_SITE", base_path.parse()?)
    }

    /// The site of `fixtures/mini`, which has every awkward thing in it, at the path of its `base-url`.
    pub fn mini() -> anyhow::Result<Self> {
        Self::of("DOWNLOAD_ANALYTICS_MINI_SITE", "/a/b/".parse()?)
    }

    fn of(variable: &str, base_path: BasePath) -> anyhow::Result<Self> {
        let site = env::var_os(variable).map(PathBuf::from).with_context(|| {
            format!("{variable} does not name a rendered site; `cargo xtask test` sets it")
        })?;
        Self::folder(site, base_path)
    }

    /// Any folder with pages.
    pub fn folder(site: PathBuf, base_path: BasePath) -> anyhow::Result<Self> {
        let server = StaticServer::start(&site, Some(0), base_path)?;
        Ok(Self { site, server, browser: Browser::start()? })
    }

    /// The folder with the site.
    pub fn site(&self) -> &Path {
        &self.site
    }

    /// The address of a page, whose path is as in [`pages`](crate::pages), maybe with a query.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    /// Scheme, host and port, as addresses of the site begin.
    pub fn origin(&self) -> String {
        self.server.url().splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
    }

    /// A new tab, with nothing in it.
    pub fn tab(&self) -> anyhow::Result<Page> {
        self.browser.page()
    }

    /// A new tab with a page, when its explorer, if it has one, is at work.
    pub fn open(&self, path: &str) -> anyhow::Result<Page> {
        let mut page = self.tab()?;
        page.goto(&self.url(path))?;
        page.wait_until_ready()?;
        Ok(page)
    }
}
