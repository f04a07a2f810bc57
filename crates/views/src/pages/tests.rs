//! The pages as people read them, and that no text can change their structure.

mod others;

use std::{collections::BTreeMap, sync::Mutex};

use chrono::TimeZone;
use cube::{Builder, Days};
use downloads::{DayState, Dimension, Field, Mirrors};
use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

use super::*;
use crate::{
    View,
    fixture::{awkward, context, day, row},
    view::Filter,
};

const ASSET: Asset<'_> =
    Asset { path: "assets/style.0123456789abcdef.css", integrity: "sha256-AAAA" };

fn frame<'a>(root: &'a str, site: &'a str, notice: Option<&'a str>) -> Frame<'a> {
    Frame {
        root,
        site,
        notice,
        style: ASSET,
        script: ASSET,
        icon: "assets/icon.svg",
        base_url: None,
        path: None,
        card: None,
        feeds: "",
        data_to: None,
        ecosystems: false,
    }
}

const BADGE: BadgeSnippet<'_> = BadgeSnippet {
    label: "Last 30 days",
    path: "badges/mini/month.svg",
    alt: "downloads: 12k/month",
    width: 120,
    height: 20,
    markdown: "[![downloads](https://YOUR-SITE/badges/mini/month.svg)](https://YOUR-SITE/projects/mini/)",
    html: "<a href=\"https://YOUR-SITE/projects/mini/\"></a>",
    rst: ".. image:: https://YOUR-SITE/badges/mini/month.svg",
};

const FILES: DataFiles<'_> = DataFiles {
    csv: DataFile { path: "data/mini.csv", size: 12_345 },
    parquet: DataFile { path: "data/mini.parquet", size: 1_234 },
    workbook: None,
};

fn sections_of(cube: &cube::Cube, mirrors: &Mirrors) -> Sections {
    Sections::of(&metrics::recent(cube, mirrors).unwrap())
}

/// A part of a cube from this day on.
fn part_from(date: &str) -> Part<'static> {
    Part { file: ASSET, size: 12_345, first: day(date) }
}

/// An explorer of a cube in these parts.
fn explorer<'a>(older: &'a [Part<'a>]) -> Explorer<'a> {
    Explorer { start: ASSET, module: ASSET, wasm: ASSET, newest: part_from("2026-06-20"), older }
}

#[test]
fn a_project_page_reads_like_this() {
    let cube = awkward();
    let collected = chrono::Utc.with_ymd_and_hms(2026, 9, 12, 3, 10, 0).unwrap();
    let freshness = Freshness::of(&cube, Some(Collected::At(collected)), Lateness::Late);
    let rendered = crate::render(&cube, &View::default(), &context("mini & co")).unwrap();
    let links = [Link::new("Repository", "https://example.org/mini?a=1&b=2").unwrap()];
    let older = [part_from("2024-01-01")];
    let page = ProjectPage {
        frame: frame("../../", "Sample <data>", Some("Made up.")),
        name: &"mini".parse().unwrap(),
        project: "mini & co",
        description: Some("What it is."),
        links: &links,
        freshness: &freshness,
        rank: Some((3, 20)),
        rendered: Some(&rendered),
        sections: Some(&sections_of(&cube, &Mirrors::default())),
        badges: &[BADGE],
        files: Some(FILES),
        mirrors: &Mirrors::default(),
        explorer: Some(explorer(&older)),
    };
    let mut html = page.html().unwrap();
    // The regions have their own snapshots.
    for (id, region) in rendered.regions.iter().filter(|(_, region)| !region.is_empty()) {
        html = html.replace(region.as_str(), &format!("({id})"));
    }
    insta::assert_snapshot!(html);
    let still = ProjectPage { explorer: None, ..page }.html().unwrap();
    assert!(!still.contains("data-region=\"controls\"") && !still.contains("type=\"module\""));
}

#[test]
fn only_links_to_the_web_are_links() {
    assert!(Link::new("a", "https://example.org").is_some());
    for address in
        ["javascript:alert(1)", "data:text/html,x", " https://example.org", "//example.org", ""]
    {
        assert!(Link::new("a", address).is_none(), "{address}");
    }
}

#[test]
fn an_imported_day_does_not_claim_when_it_was_collected() {
    let newest = chrono::Utc.with_ymd_and_hms(2026, 9, 11, 23, 40, 0).unwrap();
    let words = |collected| Freshness::of(&awkward(), Some(collected), Lateness::InTime).collected;
    assert_eq!(words(Collected::At(newest)).unwrap(), "collected 11 Sep 2026, 23:40 UTC");
    assert_eq!(
        words(Collected::RowsUpTo(newest)).unwrap(),
        "from a file whose newest row is of 11 Sep 2026"
    );
}

#[test]
fn a_break_is_told_where_the_data_reaches_before_it() {
    let breaks = |first: &str| {
        let days = Days::new(day(first), vec![DayState::Final]);
        let cube = Builder::new(Mirrors::default()).finish(days, 9);
        Freshness::of(&cube, None, Lateness::InTime).breaks.len()
    };
    assert_eq!(breaks("2018-07-25"), 2);
    assert_eq!(breaks("2018-07-26"), 1);
}

#[test]
fn landmarks_have_names_of_their_own() {
    for html in site("name") {
        let html = Html::parse_document(&html);
        let landmarks = Selector::parse("section, nav, [role=region]").unwrap();
        let mut names = std::collections::BTreeSet::new();
        for landmark in html.select(&landmarks) {
            let name = match landmark.attr("aria-labelledby") {
                Some(id) => {
                    let named = Selector::parse(&format!("[id={id}]")).unwrap();
                    html.select(&named).next().unwrap().text().collect()
                }
                None => landmark.attr("aria-label").unwrap().to_owned(),
            };
            assert!(names.insert(name.clone()), "{name:?} twice");
        }
        let embed = Selector::parse("body.embed").unwrap();
        assert!(!names.is_empty() || html.select(&embed).next().is_some());
    }
}

/// Every text that comes from outside, in one site: the project page and all others.
fn site(text: &str) -> Vec<String> {
    let states =
        [vec![DayState::Final; 9], vec![DayState::NotCollected; 2], vec![DayState::Provisional]]
            .concat();
    // One character in front tells the fields apart, so that no two become equal and none is empty.
    let fields = ["c", "v", "t", "i", "n", "9", "d", "e", "s", "k", "p", "b"]
        .map(|tag| format!("{tag}{text}"));
    let mut builder = Builder::new(Mirrors::default());
    for (at, date) in day("2026-08-20").iter_days().take(states.len()).enumerate() {
        builder.push(date, &fields.each_ref().map(String::as_str), 100 + at as u64).unwrap();
        builder
            .push(date, &row(&[(Field::Version, "1.0"), (Field::InstallerName, "pip")]), 50)
            .unwrap();
    }
    let cube = builder.finish(Days::new(day("2026-08-20"), states), 9);
    let installer =
        |text: &str| Filter::Value(Dimension::Installer, cube::Value::Known(text.to_owned()));
    let view = View::parse("split=version&group=minor&draw=stacked&interval=day")
        .toggled(&installer(&fields[3]))
        .toggled(&installer(&format!("absent{text}")));
    let rendered = crate::render(&cube, &view, &context(text)).unwrap();
    let address = format!("https://{text}");
    let links = [Link::new(text, &address).unwrap()];
    let page = ProjectPage {
        frame: frame("../../", text, Some(text)),
        name: &"mini".parse().unwrap(),
        project: text,
        description: Some(text),
        links: &links,
        freshness: &Freshness::of(&cube, None, Lateness::InTime),
        rank: Some((3, 20)),
        rendered: Some(&rendered),
        sections: Some(&sections_of(&cube, &Mirrors::default())),
        badges: &[BADGE],
        files: Some(FILES),
        mirrors: &Mirrors::new([text.to_owned()]),
        explorer: Some(explorer(&[])),
    };
    let embed = EmbedPage {
        frame: frame("../../", text, None),
        name: page.name,
        project: text,
        rendered: page.rendered,
    };
    let mut pages = vec![page.html().unwrap(), embed.html().unwrap()];
    pages.extend(others::pages(text, &cube));
    pages
}

/// The names of all elements and their attributes, one element a line, indented. Which texts of a chart find a
/// place depends on their length, so those are left to the tests of the chart.
fn structure(html: &str) -> String {
    fn walk(element: ElementRef<'_>, depth: usize, into: &mut String) {
        let attributes: Vec<&str> = element.value().attrs().map(|(name, _)| name).collect();
        let name = element.value().name();
        *into += &format!("{:depth$}{name} {}\n", "", attributes.join(" "));
        if name == "svg" && element.value().attr("role") == Some("img") {
            return;
        }
        element.child_elements().for_each(|child| walk(child, depth + 1, into));
    }
    let document = Html::parse_document(html);
    let mut text = String::new();
    walk(document.root_element(), 0, &mut text);
    text
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "<script>alert(1)</script>",
                "</script>",
                "<!--",
                "-->",
                "\"",
                "'",
                "`",
                "&",
                "&lt;",
                "<",
                ">",
                "/",
                "=",
                " onload=x ",
                "<img src=x onerror=1>",
                "</title>",
                "</style>",
                "</svg>",
                "</table>",
                "]]>",
                "{{",
                "{%",
                "javascript:",
                "\u{202e}",
                "\u{0}",
                "\r\n",
                "\t",
                "\u{feff}",
                "../",
                "%00",
                "\\",
                "</main>",
                "<plaintext>",
                "<template>",
                "&#0;",
                "\u{fffe}",
            ][..],
        )
        .prop_map(String::from),
        "\\PC{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn structures(text: &str) -> Vec<String> {
    site(text).iter().map(|html| structure(html)).collect()
}

/// The structure of the [`site`] with a harmless text of this length, in characters.
fn harmless_structure(length: usize) -> Vec<String> {
    static KNOWN: Mutex<BTreeMap<usize, Vec<String>>> = Mutex::new(BTreeMap::new());
    let site = || structures(&"a".repeat(length));
    KNOWN.lock().unwrap().entry(length).or_insert_with(site).clone()
}

proptest! {
    // Enough to find the known mistakes; 20,000 in a release build.
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 20_000 }))]

    #[test]
    fn no_text_changes_the_structure_of_a_page(text in hostile()) {
        // As long as it is shown, so that the same values are cut.
        let harmless = harmless_structure(crate::text::spelled_out(&text).chars().count());
        prop_assert_eq!(structures(&text), harmless);
    }
}

#[test]
fn every_text_from_outside_is_on_the_page() {
    let pages = site("x<y");
    let text = |html: &str| Html::parse_document(html).root_element().text().collect::<String>();
    for tag in ["cx<y", "vx<y", "tx<y", "ix<y", "9x<y", "sx<y", "px<y", "absentx<y"] {
        assert!(text(&pages[0]).contains(tag), "{tag}");
    }
    for page in &pages[1..] {
        assert!(text(page).contains("x<y"), "{page}");
    }
}

#[test]
fn there_is_one_h1_and_headings_do_not_skip() {
    for html in site("name") {
        let html = Html::parse_document(&html);
        let levels: Vec<u8> = html
            .select(&Selector::parse("h1, h2, h3, h4").unwrap())
            .filter_map(|heading| {
                heading.value().name().as_bytes().get(1).map(|digit| digit - b'0')
            })
            .collect();
        assert_eq!(levels.iter().filter(|&&level| level == 1).count(), 1);
        assert_eq!(levels.first(), Some(&1));
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

/// The custom properties of the style sheet that are colors: name, and red, green, blue in light and dark.
fn colors() -> Vec<(&'static str, [[f64; 3]; 2])> {
    const STYLE: &str = include_str!("../../../../assets/style.css");
    let color = |value: &str| {
        let digits = value.strip_prefix('#')?;
        let part = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(f64::from);
        Some([part(0)?, part(2)?, part(4)?])
    };
    let property = |line: &'static str| {
        let (name, value) = line.trim().strip_suffix(");")?.split_once(": light-dark(")?;
        let (light, dark) = value.split_once(", ")?;
        Some((name, [color(light)?, color(dark)?]))
    };
    STYLE.lines().filter_map(property).collect()
}

/// As WCAG 2 defines it.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let [r, g, b] = color.map(|part| match part / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colors_stand_out_from_the_ground_in_light_and_dark() {
    let colors = colors();
    for theme in 0..2 {
        let of = |name: &str| {
            colors.iter().find(|it| it.0 == name).unwrap_or_else(|| panic!("{name}")).1[theme]
        };
        for ground in ["--ground", "--raised"] {
            for line in (1..=8).map(|at| format!("--s{at}")).chain(["--so".into(), "--edge".into()])
            {
                let contrast = contrast(of(&line), of(ground));
                assert!(contrast >= 3.0, "{line} on {ground}: {contrast:.2}");
            }
        }
        // Names at the ends of lines are text, and so are words on chips and notices.
        let names = (1..=8).map(|at| (format!("--s{at}"), "--ground"));
        let words = ["--text", "--soft", "--link", "--good", "--bad"]
            .map(|name| (name.to_owned(), "--raised"));
        let marked = [("--text", "--marked"), ("--text", "--notice"), ("--link", "--raised")];
        let marked = marked.map(|(text, ground)| (text.to_owned(), ground));
        for (text, ground) in names.chain(words).chain(marked).chain([("--so".into(), "--ground")])
        {
            let contrast = contrast(of(&text), of(ground));
            assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
        }
    }
}
