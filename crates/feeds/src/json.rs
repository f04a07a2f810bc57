//! JSON Feed 1.1, <https://www.jsonfeed.org/version/1.1/>.

use serde::Serialize;

use crate::{Entry, Feed, MEANING, end_of};

/// The name of the file in the folder of the feed.
const FILE: &str = "feed.json";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: String,
    description: &'static str,
    language: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<String>,
    authors: [Author; 1],
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    title: &'a str,
    content_text: &'a str,
    date_published: String,
    date_modified: String,
}

pub(crate) fn bytes(feed: &Feed<'_>) -> Vec<u8> {
    // Addresses have to be absolute here: without that of the site there are none.
    let url = |path: &str| feed.base_url.map(|base| format!("{base}{path}"));
    let folder = feed.folder();
    let item = |entry| item(entry, &url);
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: feed.heading(),
        description: MEANING,
        language: "en",
        home_page_url: url(&folder),
        feed_url: url(&format!("{folder}{FILE}")),
        authors: [Author { name: views::text::spelled_out(feed.title) }],
        items: feed.entries.iter().map(item).collect(),
    };
    let mut bytes = serde_json::to_vec(&document).expect("texts and lists are always JSON");
    bytes.push(b'\n');
    bytes
}

fn item<'a>(entry: &'a Entry, url: &impl Fn(&str) -> Option<String>) -> Item<'a> {
    Item {
        id: &entry.id,
        url: url(&format!("projects/{}/", entry.project)),
        title: &entry.title,
        content_text: &entry.text,
        date_published: end_of(entry.published),
        date_modified: end_of(entry.updated),
    }
}
