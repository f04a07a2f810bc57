//! Atom, RFC 4287.

use std::io;

use crate::{Entry, Feed, MEANING, end_of, entry::urn, xml};

/// The name of the file in the folder of the feed.
const FILE: &str = "feed.xml";

pub(crate) fn bytes(feed: &Feed<'_>) -> Vec<u8> {
    xml::document(|xml| {
        let attributes = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", "en")];
        xml.create_element("feed").with_attributes(attributes).write_inner_content(|xml| {
            xml::text(xml, "id", &id(feed))?;
            xml::text(xml, "title", &feed.heading())?;
            xml::text(xml, "subtitle", MEANING)?;
            xml::text(xml, "updated", &end_of(feed.updated()))?;
            xml.create_element("author").write_inner_content(|xml| {
                xml::text(xml, "name", &views::text::spelled_out(feed.title))
            })?;
            if let Some(base) = feed.base_url {
                link(xml, "self", &format!("{base}{}{FILE}", feed.folder()))?;
            }
            link(xml, "alternate", &page(feed, &feed.folder()))?;
            feed.entries.iter().try_for_each(|it| entry(xml, feed, it))
        })?;
        Ok(())
    })
}

fn entry(xml: &mut xml::Xml, feed: &Feed<'_>, entry: &Entry) -> io::Result<()> {
    xml.create_element("entry").write_inner_content(|xml| {
        xml::text(xml, "id", &entry.id)?;
        xml::text(xml, "title", &entry.title)?;
        xml::text(xml, "published", &end_of(entry.published))?;
        xml::text(xml, "updated", &end_of(entry.updated))?;
        link(xml, "alternate", &page(feed, &format!("projects/{}/", entry.project)))?;
        xml::text(xml, "content", &entry.text)
    })?;
    Ok(())
}

fn link(xml: &mut xml::Xml, rel: &str, href: &str) -> io::Result<()> {
    xml.create_element("link").with_attributes([("rel", rel), ("href", href)]).write_empty()?;
    Ok(())
}

/// The address of the feed, as is the custom. Where none is known, something made from what tells sites
/// apart best: their title.
fn id(feed: &Feed<'_>) -> String {
    let folder = feed.folder();
    match feed.base_url {
        Some(base) => format!("{base}{folder}{FILE}"),
        None => urn(&format!("{folder}{FILE} of {}", feed.title)),
    }
}

/// The address of a page, relative to the feed if the address of the site is not known.
fn page(feed: &Feed<'_>, folder: &str) -> String {
    match (feed.base_url, feed.project) {
        (Some(base), _) => format!("{base}{folder}"),
        // Each entry of a project's feed is about that project, whose page is beside the feed.
        (None, Some(_)) => "./".into(),
        (None, None) => format!("./{folder}"),
    }
}
