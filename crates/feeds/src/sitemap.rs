//! What search engines ask for: the map of the site, and what they may read.

use std::io;

use downloads::Day;

use crate::xml;

/// The most pages that one map may hold, by the protocol of sitemaps.org.
const LARGEST: usize = 50_000;

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");

/// A page of the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapPage {
    /// Its path below the address of the site: empty for the first page, `projects/x/`.
    pub path: String,
    /// The last day whose downloads it shows. `None` if it shows none.
    pub last: Option<Day>,
}

/// The files of the map by their paths: `sitemap.xml`, and where the pages are too many for one file, the
/// maps that it lists. `base_url` ends with a slash; without it there can be no map.
pub fn sitemap(base_url: &str, pages: &[SitemapPage]) -> Vec<(String, Vec<u8>)> {
    if pages.len() <= LARGEST {
        return vec![("sitemap.xml".into(), map(base_url, pages))];
    }
    let mut maps: Vec<SitemapPage> = Vec::new();
    let mut files = Vec::new();
    for (part, number) in pages.chunks(LARGEST).zip(1..) {
        let path = format!("sitemap-{number}.xml");
        files.push((path.clone(), map(base_url, part)));
        maps.push(SitemapPage { path, last: part.iter().filter_map(|page| page.last).max() });
    }
    files.insert(0, ("sitemap.xml".into(), list(base_url, &maps, "sitemapindex", "sitemap")));
    files
}

fn map(base_url: &str, pages: &[SitemapPage]) -> Vec<u8> {
    list(base_url, pages, "urlset", "url")
}

fn list(base_url: &str, pages: &[SitemapPage], list: &str, item: &str) -> Vec<u8> {
    let page = |xml: &mut xml::Xml, page: &SitemapPage| -> io::Result<()> {
        xml.create_element(item).write_inner_content(|xml| {
            xml::text(xml, "loc", &format!("{base_url}{}", page.path))?;
            page.last.map_or(Ok(()), |last| xml::text(xml, "lastmod", &last.to_string()))
        })?;
        Ok(())
    };
    xml::document(|xml| {
        xml.create_element(list)
            .with_attribute(NAMESPACE)
            .write_inner_content(|xml| pages.iter().try_for_each(|it| page(xml, it)))?;
        Ok(())
    })
}

/// The text of `robots.txt`: everything may be read. Robots look for it at the root of a host only, so below a
/// path it does nothing.
pub fn robots(base_url: Option<&str>) -> String {
    let map = base_url.map(|base| format!("\nSitemap: {base}sitemap.xml\n")).unwrap_or_default();
    format!("User-agent: *\nDisallow:\n{map}")
}
