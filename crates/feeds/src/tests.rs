//! What the files look like, and that nothing gets out of its place in them.

use downloads::parse_day;
use metrics::{Direction, Event, What};
use proptest::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;

use super::*;

const BASE: &str = "https://stats.example/a/";

fn at(day: &str) -> Day {
    parse_day(day).unwrap()
}

fn project(name: &str) -> ProjectName {
    ProjectName::new(name).unwrap()
}

/// One event of each kind, the newest first.
fn one_of_each() -> Vec<Event> {
    let rise = |last, peak| What::Unusual {
        direction: Direction::Rise,
        first: at("2026-05-03"),
        last: at(last),
        peak: at(peak),
        downloads: 12_345,
        usual: 2_900,
    };
    let missing =
        |last, is_over| What::Missing { first: at("2026-04-28"), last: at(last), is_over };
    let adopted = |version: &str| What::Adopted { version: version.into(), downloads: 51, of: 101 };
    [
        ("2026-05-03", rise("2026-05-09", "2026-05-05")),
        ("2026-05-03", rise("2026-05-03", "2026-05-03")),
        ("2026-05-02", adopted("1.20.3")),
        ("2026-05-01", What::Milestone { downloads: 1_000_000, since: at("2020-01-03") }),
        ("2026-04-30", missing("2026-05-09", false)),
        ("2026-04-30", missing("2026-04-29", true)),
    ]
    .map(|(day, what)| Event { what, day: at(day) })
    .into()
}

fn feed<'a>(project: Option<&'a ProjectName>, entries: &'a [Entry]) -> Feed<'a> {
    let data_to = Some(at("2026-05-10"));
    Feed { title: "Downloads & more", base_url: Some(BASE), project, entries, data_to }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn json(feed: &Feed<'_>) -> Value {
    serde_json::from_slice(&feed.json()).unwrap()
}

/// What is at the end of a path of element names.
fn find<'a>(document: &'a Document<'_>, path: &str) -> Vec<&'a str> {
    let mut nodes = vec![document.root_element()];
    for name in path.split('/') {
        let inside = |node: Node<'a, 'a>| node.children().filter(|it| it.has_tag_name_any(name));
        nodes = nodes.into_iter().flat_map(inside).collect();
    }
    nodes.into_iter().map(|node| node.text().unwrap_or_default()).collect()
}

/// Whether an element has a local name, in whatever namespace.
trait LocalName {
    fn has_tag_name_any(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_any(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }
}

#[test]
fn each_kind_of_event_in_words() {
    let entries = entries(&project("sdv"), &one_of_each());
    let words: Vec<_> =
        entries.iter().map(|entry| format!("{}\n  {}\n", entry.title, entry.text)).collect();
    insta::assert_snapshot!(words.concat());
}

#[test]
fn the_feed_of_a_site_looks_like_this() {
    let entries = newest(entries(&project("sdv"), &one_of_each()[..1]));
    insta::assert_snapshot!(text(feed(None, &entries).atom()));
    insta::assert_snapshot!(text(feed(None, &entries).json()));
}

#[test]
fn without_an_address_links_are_relative_and_ids_are_the_same() {
    let sdv = project("sdv");
    let entries = entries(&sdv, &one_of_each());
    let known = feed(Some(&sdv), &entries);
    let unknown = Feed { base_url: None, ..known };
    let (known_xml, unknown_xml) = (text(known.atom()), text(unknown.atom()));
    let (known_xml, unknown_xml) =
        (Document::parse(&known_xml).unwrap(), Document::parse(&unknown_xml).unwrap());
    assert_eq!(find(&known_xml, "entry/id"), find(&unknown_xml, "entry/id"));
    assert_eq!(find(&known_xml, "id"), ["https://stats.example/a/projects/sdv/feed.xml"]);
    assert!(find(&unknown_xml, "id")[0].starts_with("urn:uuid:"));
    let links = |document: &Document<'_>| -> Vec<String> {
        let links = document.descendants().filter(|it| it.has_tag_name_any("link"));
        links.map(|it| it.attribute("href").unwrap().to_owned()).collect()
    };
    assert!(links(&known_xml).iter().all(|href| href.starts_with(BASE)));
    assert!(links(&unknown_xml).iter().all(|href| href == "./"));

    let (known, unknown) = (json(&known), json(&unknown));
    assert_eq!(known["items"][0]["url"], "https://stats.example/a/projects/sdv/");
    assert_eq!(unknown["items"][0].get("url"), None);
    assert_eq!(unknown.get("feed_url"), None);
    assert_eq!(known["items"][0]["id"], unknown["items"][0]["id"]);
}

/// Pins the ids: if this test must change, every reader is told everything again.
#[test]
fn ids_stay() {
    let entry = &entries(&project("sdv"), &one_of_each()[3..4])[0];
    assert_eq!(entry.id, "urn:uuid:94d33093-e1fe-57b1-a656-1fcddff9ae26");
}

#[test]
fn an_event_that_went_on_keeps_its_id_and_day_and_is_updated() {
    let [long, short, ..] = &entries(&project("sdv"), &one_of_each())[..] else { panic!("two") };
    assert_eq!((&long.id, long.published), (&short.id, short.published));
    assert_eq!((long.updated, short.updated), (at("2026-05-09"), at("2026-05-03")));
}

#[test]
fn the_feed_of_the_site_has_the_newest_of_all_projects() {
    let events = one_of_each();
    let of = |number: usize| entries(&project(&format!("p{number:03}")), &events[2..4]);
    let newest = newest((0..80).rev().flat_map(of));
    assert_eq!(newest.len(), SITE_ENTRIES);
    assert!(newest[..80].iter().all(|entry| entry.published == at("2026-05-02")));
    assert_eq!([&newest[0], &newest[80]].map(|it| it.project.as_str()), ["p000", "p000"]);
}

#[test]
fn a_feed_without_entries_was_updated_when_the_data_ends() {
    let empty = text(feed(None, &[]).atom());
    let document = Document::parse(&empty).unwrap();
    assert_eq!(find(&document, "updated"), ["2026-05-11T00:00:00Z"]);
    assert_eq!(json(&feed(None, &[]))["items"], Value::Array(Vec::new()));
}

#[test]
fn the_map_lists_pages_with_their_last_day() {
    let page =
        |path: &str, last: Option<&str>| SitemapPage { path: path.into(), last: last.map(at) };
    let pages = [page("", Some("2026-05-10")), page("about/", None)];
    let [(path, bytes)] = &sitemap(BASE, &pages)[..] else { panic!("one file") };
    assert_eq!(path, "sitemap.xml");
    insta::assert_snapshot!(text(bytes.clone()));
}

#[test]
fn a_map_that_is_too_large_is_divided() {
    let page = |number| SitemapPage { path: format!("projects/p{number}/"), last: None };
    let pages: Vec<_> = (0..100_001).map(page).collect();
    let files = sitemap(BASE, &pages);
    let names: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]);
    let documents: Vec<_> = files.into_iter().map(|(_, bytes)| text(bytes)).collect();
    let locations = |text: &String, path| find(&Document::parse(text).unwrap(), path).len();
    assert_eq!(locations(&documents[0], "sitemap/loc"), 3);
    assert_eq!([1, 2, 3].map(|at| locations(&documents[at], "url/loc")), [50_000, 50_000, 1]);
}

#[test]
fn robots_are_told_of_the_map_if_there_is_one() {
    assert_eq!(robots(None), "User-agent: *\nDisallow:\n");
    assert!(robots(Some(BASE)).ends_with("\nSitemap: https://stats.example/a/sitemap.xml\n"));
}

/// The names of all elements and attributes of a document.
fn structure(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap();
    let names = document.descendants().filter(Node::is_element).flat_map(|node| {
        let attributes = node.attributes().map(|it| it.name().to_owned());
        std::iter::once(node.tag_name().name().to_owned()).chain(attributes)
    });
    names.collect()
}

proptest! {
    #[test]
    fn no_text_from_outside_leaves_its_place(
        version in any::<String>(),
        hostile in prop::sample::select(vec!["", "]]>", "<a b=\"c\">", "&#0;", "\u{0}\u{b}\u{fffe}", "--><!--"]),
        title in any::<String>()
    ) {
        let of = |version: &str, title: &str| {
            let sdv = project("sdv");
            let what = What::Adopted { version: version.into(), downloads: 3, of: 4 };
            let entries = entries(&sdv, &[Event { what, day: at("2026-05-02") }]);
            let feed = Feed { title, ..feed(Some(&sdv), &entries) };
            (text(feed.atom()), json(&feed))
        };
        let version = format!("{hostile}{version}");
        let (atom, json) = of(&version, &title);
        prop_assert_eq!(structure(&atom), structure(&of("1.0", "x").0));
        let document = Document::parse(&atom).unwrap();
        let shown = format!("sdv: half of the downloads are of {}", views::text::visible(&version));
        prop_assert_eq!(find(&document, "entry/title"), [shown.as_str()]);
        prop_assert_eq!(&json["items"][0]["title"], &shown);
        prop_assert_eq!(find(&document, "author/name"), [views::text::spelled_out(&title)]);
    }
}
