//! What badges say, how they look, and that nothing else is in them.

use std::collections::BTreeSet;

use metrics::{Change, NoChange};
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    downloads::parse_day(text).unwrap()
}

fn figure(downloads: u64, first: &str, last: &str, missing: u32) -> Figure {
    Figure {
        first: day(first),
        last: day(last),
        downloads,
        missing,
        suspect: 0,
        provisional: 0,
        change: Change::Unknown(NoChange::NoHistory),
        across: None,
    }
}

/// Tiles of which all figures are the same.
fn tiles(figure: Figure) -> Tiles {
    Tiles { last_day: figure.clone(), week: figure.clone(), month: figure.clone(), all: figure }
}

fn month(counted: Counted) -> Choice {
    Choice { period: Period::Month, counted }
}

fn of_month(figure: Figure) -> Badge {
    Badge::new(month(Counted::Everything), Some(&tiles(figure)))
}

#[test]
fn a_badge_says_how_many_and_of_which_period() {
    let tiles = tiles(figure(1_234_567, "2026-10-24", "2026-11-22", 0));
    let messages = Period::ALL.map(|period| {
        Badge::new(Choice { period, counted: Counted::Everything }, Some(&tiles)).message
    });
    assert_eq!(messages, ["1.2M/day", "1.2M/week", "1.2M/month", "1.2M"]);
}

#[test]
fn the_label_says_who_counts_unless_it_is_everything() {
    let labels = Counted::ALL.map(|counted| month(counted).label());
    assert_eq!(labels[0], "downloads");
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len());
    assert_eq!(month(Counted::Only(Audience::Ci)).label(), "downloads (CI)");
}

#[test]
fn colors_are_by_the_thresholds_of_shields() {
    let colors = [
        (0, "red"),
        (1, "yellow"),
        (9, "yellow"),
        (10, "yellowgreen"),
        (99, "yellowgreen"),
        (100, "green"),
        (999, "green"),
        (1_000, "brightgreen"),
    ];
    for (count, color) in colors {
        let badge = of_month(figure(count, "2026-10-24", "2026-11-22", 0));
        assert_eq!(badge.color.name(), color, "{count}");
    }
}

#[test]
fn no_color_is_too_bright_for_white_text() {
    for color in [
        Color::LightGrey,
        Color::Red,
        Color::Yellow,
        Color::YellowGreen,
        Color::Green,
        Color::BrightGreen,
    ] {
        let hex = color.hex().trim_start_matches('#');
        let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
        let [red, green, blue] = match *digits {
            [r, g, b] => [17 * r, 17 * g, 17 * b],
            [r, s, g, h, b, c] => [16 * r + s, 16 * g + h, 16 * b + c],
            _ => panic!("{hex}"),
        };
        assert!(299 * red + 587 * green + 114 * blue <= 175_950, "{color:?}");
    }
}

#[test]
fn without_any_collected_day_a_badge_says_so() {
    let badge = Badge::new(month(Counted::Everything), None);
    assert_eq!((&*badge.message, badge.color.name()), ("no data", "lightgrey"));
    let mut count = 0;
    files(&ProjectName::new("xan").unwrap(), None, &mut |_, bytes| {
        count += 1;
        assert!(String::from_utf8(bytes).unwrap().to_lowercase().contains("no data"));
    });
    assert_eq!(count, 168);
}

#[test]
fn a_figure_with_unknown_days_is_a_lower_bound() {
    let badge = of_month(figure(1_999_999, "2026-10-24", "2026-11-22", 3));
    assert_eq!(badge.message, "≥1.9M/month");
    assert_eq!(badge.note, "At least: 3 of 30 days are not known.");
    let nothing = of_month(figure(0, "2026-10-24", "2026-11-22", 3));
    assert_eq!((&*nothing.message, nothing.color), ("≥0/month", Color::LightGrey));
}

#[test]
fn days_that_span_a_break_are_told() {
    let of = |first, last| of_month(figure(1, first, last, 0));
    let before = of("2026-07-25", "2026-08-23");
    let across = of("2026-07-26", "2026-08-24");
    assert_eq!((&*before.note, before.svg(Style::Flat).contains("<desc>")), ("", false));
    assert_eq!(across.note, "These days span 24 Aug 2026: counting changed.");
    for style in Style::ALL {
        let desc = format!("<desc>{}</desc>", across.note);
        assert!(across.svg(style).contains(&desc), "{style:?}");
    }
    let all = of("2016-01-01", "2026-11-22").note;
    assert!(BREAKS.iter().all(|it| all.contains(&written(it.day))), "{all}");
}

#[test]
fn the_json_has_only_keys_that_shields_knows() {
    let badge = of_month(figure(5_300, "2026-10-24", "2026-11-22", 0));
    assert_eq!(
        badge.json(),
        r#"{"schemaVersion":1,"label":"downloads","message":"5.3k/month","color":"brightgreen","cacheSeconds":21600}"#
    );
}

#[test]
fn a_project_has_each_badge_at_its_own_address() {
    let figures = tiles(figure(5, "2026-10-24", "2026-11-22", 0));
    let recent = Counted::ALL.map(|counted| (counted, figures.clone()));
    let project = ProjectName::new("Xan.py").unwrap();
    let mut paths = BTreeSet::new();
    files(&project, Some(&recent), &mut |path, bytes| {
        assert!(!bytes.is_empty());
        assert!(paths.insert(path));
    });
    assert_eq!(paths.len(), 4 * 6 * (1 + 5 + 1));
    for path in [
        "badges/xan-py/month.svg",
        "badges/xan-py/month.json",
        "badges/xan-py/month-flat.svg",
        "badges/xan-py/total-without-mirrors-for-the-badge.svg",
        "badges/xan-py/day-ci.json",
        "badges/xan-py/week-mirror-social.svg",
    ] {
        assert!(paths.contains(path), "{path}");
    }
}

#[test]
fn each_audience_has_its_own_figure() {
    let recent: Vec<_> = Counted::ALL
        .into_iter()
        .zip(1..)
        .map(|(counted, count)| (counted, tiles(figure(count, "2026-10-24", "2026-11-22", 0))))
        .collect();
    let mut found = Vec::new();
    files(&ProjectName::new("xan").unwrap(), Some(&recent), &mut |path, bytes| {
        if path.starts_with("badges/xan/total") && path.ends_with(".json") {
            let text = String::from_utf8(bytes).unwrap();
            found.push(text.split('"').nth(9).unwrap().to_owned());
        }
    });
    assert_eq!(found, ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn boxes_are_as_wide_as_at_shields() {
    // Measured with badge-maker 6.0.0.
    let badge = of_month(figure(1_234_567, "2026-10-24", "2026-11-22", 0));
    let widths = Style::ALL.map(|style| {
        let svg = badge.svg(style);
        let document = roxmltree::Document::parse(&svg).unwrap();
        document.root_element().attribute("width").unwrap().to_owned()
    });
    assert_eq!(widths, ["146", "146", "146", "213.75", "147"]);
}

#[test]
fn snippets_link_the_badge_to_the_page() {
    let project = ProjectName::new("xan").unwrap();
    let choice = month(Counted::Only(Audience::Ci));
    let of = |base| snippets(base, &project, choice, Some(Style::Social));
    let made = of("https://example.org/stats");
    assert_eq!(
        made.markdown,
        "[![downloads (CI) of xan per month](https://example.org/stats/badges/xan/month-ci-social.svg)]\
         (https://example.org/stats/projects/xan/)"
    );
    assert_eq!(
        made.html,
        r#"<a href="https://example.org/stats/projects/xan/"><img src="https://example.org/stats/badges/xan/month-ci-social.svg" alt="downloads (CI) of xan per month"></a>"#
    );
    assert_eq!(
        made.rst,
        ".. image:: https://example.org/stats/badges/xan/month-ci-social.svg\n   \
         :target: https://example.org/stats/projects/xan/\n   :alt: downloads (CI) of xan per month"
    );
    assert_eq!(of("https://example.org/stats/"), made);
}

const ELEMENTS: [&str; 9] =
    ["svg", "title", "desc", "g", "path", "rect", "linearGradient", "stop", "text"];
const ATTRIBUTES: [&str; 27] = [
    "aria-hidden",
    "aria-label",
    "d",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "height",
    "id",
    "letter-spacing",
    "offset",
    "role",
    "rx",
    "shape-rendering",
    "stop-color",
    "stop-opacity",
    "stroke",
    "text-anchor",
    "text-rendering",
    "textLength",
    "transform",
    "width",
    "x",
    "x2",
    "y",
    "y2",
];

proptest! {
    #[test]
    fn pictures_hold_only_what_is_allowed(
        count in any::<u64>(), shift in 0..64_u32, missing in 0..3_u32,
        first in 0..9_000_u64, length in 0..9_000_u64, which in 0..24_usize,
    ) {
        let first = day("2005-01-01") + chrono::Days::new(first);
        let last = first + chrono::Days::new(length);
        let figure = Figure { first, last, ..figure(count >> shift, "2026-11-22", "2026-11-22", missing) };
        let choice = Choice { period: Period::ALL[which % 4], counted: Counted::ALL[which / 4] };
        let badge = Badge::new(choice, Some(&tiles(figure)));
        let mut ids = BTreeSet::new();
        for style in Style::ALL {
            let svg = badge.svg(style);
            prop_assert!(svg.len() <= 2_000, "{} bytes", svg.len());
            let document = roxmltree::Document::parse(&svg).unwrap();
            let root = document.root_element();
            prop_assert_eq!(root.attribute("role"), Some("img"));
            let title = root.first_element_child().unwrap();
            prop_assert_eq!(title.tag_name().name(), "title");
            prop_assert_eq!(root.attribute("aria-label"), title.text());
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                prop_assert!(ELEMENTS.contains(&node.tag_name().name()), "{node:?}");
                for attribute in node.attributes() {
                    prop_assert!(ATTRIBUTES.contains(&attribute.name()), "{attribute:?}");
                    if attribute.value().contains("url(") {
                        let id = root.descendants().find_map(|node| node.attribute("id")).unwrap();
                        prop_assert_eq!(attribute.value(), format!("url(#{id})"));
                    }
                }
                if let Some(id) = node.attribute("id") {
                    prop_assert!(ids.insert(id.to_owned()), "{id} twice");
                }
                let text = node.text().unwrap_or_default().trim();
                let most = if node.has_tag_name("desc") { 160 } else { 64 };
                prop_assert!(text.chars().count() <= most, "{text}");
                prop_assert!(text.chars().all(|c| matches!(c, ' '..='~' | '≥')), "{text}");
            }
        }
    }

    #[test]
    fn whatever_the_base_address_is_a_snippet_is_one_link_with_one_picture(base in any::<String>()) {
        let project = ProjectName::new("xan").unwrap();
        let made = snippets(&base, &project, month(Counted::WithoutMirrors), None);
        let html = made.html.replace("\"></a>", "\"/></a>");
        let document = roxmltree::Document::parse(&html).unwrap();
        let names: Vec<_> = document.descendants().filter(roxmltree::Node::is_element)
            .map(|node| (node.tag_name().name(), node.attributes().count())).collect();
        prop_assert_eq!(names, [("a", 1), ("img", 2)]);
        prop_assert_eq!(made.rst.lines().count(), 3);
        prop_assert_eq!(made.markdown.matches("](").count(), 2);
        for rest in made.markdown.split("](").skip(1) {
            let address = rest.split(')').next().unwrap();
            prop_assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]".contains(&byte)));
        }
    }
}
