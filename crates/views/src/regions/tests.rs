//! What people read, of a small cube with everything awkward in it.

use cube::Days;
use downloads::DayState;

use super::*;
use crate::fixture::{awkward, day};

const CONTEXT: Context<'_> = Context { project: "mini & co" };

fn rendered(cube: &Cube, query: &str) -> Rendered {
    render(cube, &View::parse(query), &CONTEXT).unwrap()
}

/// All regions below their names.
fn text_of(rendered: &Rendered) -> String {
    let head = format!("title: {}\nannouncement: {}\n", rendered.title, rendered.announcement);
    rendered.regions.iter().fold(head, |text, (id, html)| format!("{text}\n=== {id}\n{html}\n"))
}

#[test]
fn the_default_view_reads_like_this() {
    insta::assert_snapshot!(text_of(&rendered(&awkward(), "")));
}

#[test]
fn a_split_and_filtered_view_reads_like_this() {
    let query = "range=30d&split=version&audience=interactive&python=3.11&python=3.13&country=DE";
    insta::assert_snapshot!(text_of(&rendered(&awkward(), query)));
}

#[test]
fn months_tell_what_is_not_whole() {
    let rendered = rendered(&awkward(), "range=all&interval=month");
    let scraped = scraper::Html::parse_fragment(&rendered.regions[3].1);
    let notes = scraper::Selector::parse("figcaption p").unwrap();
    let notes: Vec<String> = scraped.select(&notes).map(|it| it.text().collect()).collect();
    insta::assert_snapshot!(notes.join("\n"), @r"
    Dashed: the last 3 days are provisional and may still change.
    Not drawn: 11 of the 30 days of Jun 2026, at the beginning.
    Open ring at the end: so far 11 of the 30 days of Sep 2026.
    Open rings at hatching: what was collected of that month.
    Hatched: 30 Jul to 7 Aug 2026 not collected. What is not collected is unknown, not zero.
    Dotted line, counting changed: since 24 Aug 2026 PyPI counts only requests for .whl, .tar.gz and .zip files, no metadata or signatures.
    ");
}

#[test]
fn a_cube_without_data_says_so() {
    let nothing = |states| {
        cube::Builder::new(downloads::Mirrors::default())
            .finish(Days::new(day("2026-01-01"), states), 9)
    };
    for states in [vec![], vec![DayState::NotCollected; 3]] {
        let rendered = rendered(&nothing(states), "range=90d&split=cpu");
        let text = text_of(&rendered);
        assert!(text.contains("Nothing has been collected for this project yet."));
        assert!(text.contains("<p>Nothing was collected in these days.</p>"));
        assert!(!text.contains("NaN") && !text.contains("<figure>"));
    }
    let zero = rendered(&nothing(vec![DayState::Final; 3]), "");
    assert!(text_of(&zero).contains("0 downloads, 1 to 3 Jan 2026."), "collected and none is zero");
}

#[test]
fn filters_that_nothing_matches_say_so() {
    for query in ["version=9&split=python", "version=9&split=cpu&interval=month"] {
        let chart = &rendered(&awkward(), query).regions[3].1;
        assert!(chart.contains("<p>No downloads of these days match the filters.</p>"), "{chart}");
    }
    let line = &rendered(&awkward(), "version=9").regions[3].1;
    assert!(line.contains("<figure>"), "without a split there is a line at zero");
}

#[test]
fn regions_come_in_the_order_of_the_page_and_twice_the_same() {
    let first = rendered(&awkward(), "split=python");
    assert!(first.regions.iter().map(|(id, _)| *id).eq(REGIONS));
    assert_eq!(first, rendered(&awkward(), "split=python"));
}

#[test]
fn every_choice_has_its_own_key_and_leads_to_a_view() {
    let rendered = rendered(&awkward(), "audience=interactive&version=1.0");
    let mut keys = std::collections::BTreeSet::new();
    for (_, html) in &rendered.regions {
        let html = scraper::Html::parse_fragment(html);
        for choice in html.select(&scraper::Selector::parse("a").unwrap()) {
            let (key, query) =
                (choice.attr("data-key").unwrap(), choice.attr("data-view").unwrap());
            assert!(keys.insert(key.to_owned()), "{key} twice");
            assert_eq!(View::parse(query).query(), query);
            assert_eq!(choice.attr("href"), None, "no address without the script that answers it");
        }
    }
    assert!(keys.len() > 30);
    let on = scraper::Html::parse_fragment(&rendered.regions[4].1);
    let on: Vec<_> = on
        .select(&scraper::Selector::parse("[aria-current]").unwrap())
        .map(|it| it.attr("data-key"))
        .collect();
    assert_eq!(on, [Some("value-version-1.0"), Some("value-audience-Interactive")]);
}

#[test]
fn many_values_are_folded_and_the_last_summed_up() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    for at in 0..150_u64 {
        let version = format!("1.{at}");
        let fields = crate::fixture::row(&[(downloads::Field::Version, version.as_str())]);
        builder.push(day("2026-01-01"), &fields, 1000 - at).unwrap();
    }
    let cube = builder.finish(Days::new(day("2026-01-01"), vec![DayState::Final]), 1000);
    let html = &rendered(&cube, "version=1.149").regions[4].1;
    assert!(html.contains("49 more values with 42,924 downloads together are not listed."));
    let place = |text: &str| html.find(text).unwrap();
    assert!(
        place(">1.149<") < place("<summary>90 more</summary>"),
        "a chosen value stays in sight"
    );
}
