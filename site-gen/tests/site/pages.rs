//! The site of `fixtures/mini`: its files, what its pages say, and what they must never hold.

use std::{collections::BTreeMap, io::Read};

use cube::Cube;
use downloads::Mirrors;
use flate2::read::GzDecoder;
use scraper::{ElementRef, Html, Node};
use site_gen::{Cards, Inputs, make};
use store::Snapshot;
use views::{Context, View, render};

use crate::{
    checker::problems,
    fixture::{mini_config, mini_site, mini_store, mini_today, module},
};

/// A path without the digest in it, which changes with every change of the file.
fn without_digest(path: &str) -> String {
    let is_digest = |part: &&str| part.len() == 16 && part.bytes().all(|it| it.is_ascii_hexdigit());
    let parts: Vec<&str> = path.split('.').collect();
    let digest = parts.iter().find(|part| is_digest(part));
    digest.map_or_else(|| path.to_owned(), |digest| path.replace(digest, "DIGEST"))
}

/// Elements that stand on a line of their own.
const LINES: [&str; 14] = [
    "title", "a", "button", "h1", "h2", "h3", "p", "li", "dt", "dd", "tr", "legend", "summary",
    "label",
];

/// What a page says, a line for each row, paragraph and the like; of pictures what they say of themselves.
fn text_of(html: &[u8]) -> String {
    let page = Html::parse_document(std::str::from_utf8(html).unwrap());
    let mut lines: Vec<(_, String)> = Vec::new();
    for node in page.tree.nodes() {
        let Node::Text(text) = node.value() else { continue };
        let elements = node.ancestors().filter_map(ElementRef::wrap);
        let parents: Vec<_> = elements.map(|it| (it.value().name(), it.id())).collect();
        let drawn =
            parents.iter().any(|it| it.0 == "svg") && !matches!(parents[0].0, "title" | "desc");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if drawn || text.is_empty() {
            continue;
        }
        let row = parents.iter().find(|it| it.0 == "tr");
        let line = row.or_else(|| parents.iter().find(|it| LINES.contains(&it.0))).map(|it| it.1);
        match lines.last_mut() {
            Some((last, before)) if line.is_some() && *last == line => {
                before.push_str(" | ");
                before.push_str(&text);
            }
            _ => lines.push((line, text)),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

#[test]
fn these_are_the_files() {
    let site = mini_site(&mini_config(), Some(module()));
    let listing: Vec<String> = site
        .iter()
        .map(|(path, bytes)| match path.rsplit_once('.') {
            Some((_, "cube")) => format!("{} ({} bytes)", without_digest(path), bytes.len()),
            _ => without_digest(path),
        })
        .collect();
    let listing = listing.join("\n");
    insta::assert_snapshot!(listing);
}

#[test]
fn this_is_what_the_pages_say() {
    let site = mini_site(&mini_config(), Some(module()));
    for (path, html) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        let name = path.trim_end_matches("/index.html").trim_start_matches("projects/");
        insta::assert_snapshot!(name.trim_end_matches(".html"), text_of(html));
    }
}

#[test]
fn the_same_input_is_the_same_bytes_with_any_number_of_threads() {
    let (config, store) = (mini_config(), mini_store());
    let snapshot = Snapshot::open(store.path()).unwrap();
    let with_threads = |count| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        let module = Some(module());
        let (today, cards) = (mini_today(), Cards::Made);
        let inputs = Inputs { config: &config, snapshot: &snapshot, today, module, cards };
        pool.install(|| make(&inputs).unwrap().0)
    };
    let once = with_threads(1);
    assert_eq!(once, with_threads(1));
    assert_eq!(once, with_threads(4));
}

#[test]
fn every_page_holds_to_the_rules_below_any_path() {
    let mut config = mini_config();
    for (url, base) in
        [(Some("https://example.org/a/b/"), "/a/b/"), (Some("https://example.org/"), "/")]
    {
        config.site.base_url = url.map(str::to_owned);
        for module in [Some(module()), None] {
            let found = problems(&mini_site(&config, module), base);
            assert!(found.is_empty(), "below {base}: {found:#?}");
        }
    }
    // Without an address of the site its own pages still work anywhere; only 404.html needs a root.
    config.site.base_url = None;
    for base in ["/", "/repository/"] {
        let mut site = mini_site(&config, Some(module()));
        if base != "/" {
            site.remove("404.html");
        }
        let found = problems(&site, base);
        assert!(found.is_empty(), "below {base}: {found:#?}");
    }
}

#[test]
fn the_page_for_what_is_not_there_is_whole_at_any_depth() {
    let mut config = mini_config();
    for (url, base) in [(Some("https://example.org/a/b/"), "/a/b/"), (None, "/")] {
        config.site.base_url = url.map(str::to_owned);
        let mut site = mini_site(&config, Some(module()));
        // As a host answers `projects/nosuch/`: with this page, below that address.
        site.insert("projects/nosuch/index.html".into(), site["404.html"].clone());
        let found = problems(&site, base);
        assert!(found.is_empty(), "below {base}: {found:#?}");
        let page = std::str::from_utf8(&site["404.html"]).unwrap();
        assert!(page.contains(&format!("<a href=\"{base}\">All projects</a>")), "{page}");
    }
}

#[test]
fn a_page_without_the_module_differs_only_in_what_explores() {
    let (with, without) =
        (mini_site(&mini_config(), Some(module())), mini_site(&mini_config(), None));
    let scripts = |site: &BTreeMap<String, Vec<u8>>| {
        site.keys().filter(|path| path.contains("explore") || path.contains("web")).count()
    };
    assert_eq!((scripts(&with), scripts(&without)), (5, 0));
    let page = |site: &BTreeMap<String, Vec<u8>>| {
        String::from_utf8(site["projects/foo-bar/index.html"].clone()).unwrap()
    };
    assert!(page(&with).contains("data-cube="));
    assert!(!page(&without).contains("<script type=\"module\""));
    for region in ["tiles", "chart", "facets"] {
        assert!(page(&without).contains(&format!("data-region=\"{region}\"")), "{region}");
    }
}

#[test]
fn the_script_loads_the_module_by_the_name_it_has() {
    let site = mini_site(&mini_config(), Some(module()));
    let named = |stem: &str| site.keys().find(|path| path.starts_with(stem)).unwrap();
    let start = std::str::from_utf8(&site[named("assets/explore.")]).unwrap();
    let module = named("assets/web.").trim_start_matches("assets/");
    assert!(start.contains(&format!("import(\"./{module}\")")));
    assert!(!start.contains("./web.js"));
    let compare = std::str::from_utf8(&site[named("assets/compare.")]).unwrap();
    let other = named("assets/web_compare.").trim_start_matches("assets/");
    assert!(compare.contains(&format!("import(\"./{other}\")")));
    let page = std::str::from_utf8(&site["projects/foo-bar/index.html"]).unwrap();
    let preload =
        format!("<link rel=\"modulepreload\" href=\"../../assets/{module}\" integrity=\"");
    assert!(page.contains(&preload), "an import has no integrity of its own");
}

#[test]
fn a_page_shows_what_its_cube_gives() {
    let site = mini_site(&mini_config(), Some(module()));
    for (name, project) in [("foo-bar", "Foo_Bar"), ("hostile-strings", "hostile-strings")] {
        let file =
            site.iter().find(|(path, _)| path.starts_with(&format!("data/{name}."))).unwrap().1;
        let mut bytes = Vec::new();
        GzDecoder::new(&**file).read_to_end(&mut bytes).unwrap();
        let context = Context {
            project,
            mirrors: &Mirrors::default(),
            extent: views::Extent::Whole,
            releases: None,
        };
        let rendered = render(&Cube::decode(&bytes).unwrap(), &View::default(), &context).unwrap();
        let page = &site[&format!("projects/{name}/index.html")];
        for (region, html) in &rendered.regions {
            assert!(std::str::from_utf8(page).unwrap().contains(html), "{name}: {region}");
        }
    }
}

#[test]
fn hostile_strings_are_text_on_the_page() {
    let site = mini_site(&mini_config(), Some(module()));
    let page = std::str::from_utf8(&site["projects/hostile-strings/index.html"]).unwrap();
    for markup in ["<script>", "<img src=x", "onerror=\"", "\u{202e}", "\u{1b}"] {
        assert!(!page.contains(markup), "{markup:?}");
    }
}

#[test]
fn data_that_ends_days_ago_is_marked_as_late() {
    let (config, store) = (mini_config(), mini_store());
    let snapshot = Snapshot::open(store.path()).unwrap();
    let late_after = |days| {
        let today = downloads::parse_day("2024-03-31").unwrap() + chrono::Days::new(days);
        let cards = Cards::LeftOut;
        let inputs = Inputs { config: &config, snapshot: &snapshot, today, module: None, cards };
        let (site, _) = make(&inputs).unwrap();
        let page = site.get("projects/foo-bar/index.html").unwrap();
        std::str::from_utf8(page).unwrap().contains("Late: ")
    };
    assert_eq!([1, 3, 4].map(late_after), [false, false, true]);
}

#[test]
fn a_suspect_day_is_told_in_the_page_and_in_the_cube() {
    let store = mini_store();
    let project = downloads::ProjectName::new("foo-bar").unwrap();
    let day = downloads::parse_day("2024-03-20").unwrap();
    let now = "2024-04-01T07:00:00Z".parse().unwrap();
    let mut writer = store::Writer::open(store.path(), "test", now).unwrap();
    writer.revise(store::Revision {
        project,
        day,
        seen_at: now,
        before: 9,
        after: 2,
        kind: store::RevisionKind::Suspect,
    });
    writer.commit().unwrap();
    let snapshot = Snapshot::open(store.path()).unwrap();
    let config = mini_config();
    let inputs = Inputs {
        config: &config,
        snapshot: &snapshot,
        today: mini_today(),
        module: Some(module()),
        cards: Cards::LeftOut,
    };
    let (site, _) = make(&inputs).unwrap();
    let file = |start: &str, end: &str| {
        let mut files = site.files();
        files.find(|(path, _)| path.starts_with(start) && path.ends_with(end)).unwrap().1
    };
    let text = text_of(file("projects/foo-bar/", "index.html"));
    assert!(text.contains("a suspect day, kept although"), "{text}");
    assert!(text.contains("1 day suspect"), "{text}");
    let mut bytes = Vec::new();
    GzDecoder::new(file("data/foo-bar.", ".cube")).read_to_end(&mut bytes).unwrap();
    let cube = Cube::decode(&bytes).unwrap();
    assert_eq!(cube.days().state(day), downloads::DayState::Suspect);
}
