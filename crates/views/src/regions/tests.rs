//! What people read, of a small cube with everything awkward in it.

mod extent;
mod forms;

use std::sync::LazyLock;

use cube::Days;
use downloads::DayState;

use super::*;
use crate::fixture::{awkward, context, day, row, states};

static CONTEXT: LazyLock<Context<'static>> = LazyLock::new(|| context("mini & co"));

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
        The last 3 days are provisional and may still change.
        Open ring at the beginning: Jun 2026, only from 20 Jun.
        Open ring at the end: so far 11 of the 30 days of Sep 2026.
        Open rings at hatching: what was collected of that month.
        Hatched: 30 Jul to 7 Aug 2026 not collected. What is not collected is unknown, not zero.
        Dotted line, counting changed: since 24 Aug 2026 PyPI counts only requests for .whl, .tar.gz and .zip files; before, signatures counted too, and from about May 2024 on metadata files, almost a fifth of the downloads of some projects.
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
        assert!(text.contains("<p>Nothing has been collected yet.</p>"));
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
    let facets = &rendered(&awkward(), "version=9").regions[4].1;
    assert!(facets.contains("Nothing passes the filters in these days."), "{facets}");
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
        for choice in html.select(&scraper::Selector::parse("a[data-view]").unwrap()) {
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
    assert_eq!(on, [Some("value-version-1.0"), Some("value-audience-interactive")]);
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

/// The text of the elements that a selector finds.
fn texts(html: &str, selector: &str) -> Vec<String> {
    let html = scraper::Html::parse_fragment(html);
    let selector = scraper::Selector::parse(selector).unwrap();
    html.select(&selector).map(|it| it.text().collect::<String>().trim().to_owned()).collect()
}

/// The notes below the chart.
fn notes_of(cube: &Cube, query: &str) -> Vec<String> {
    texts(&rendered(cube, query).regions[3].1, "figcaption p")
}

#[test]
fn days_that_were_not_collected_are_not_told_as_zero() {
    for query in [
        "from=2026-07-31&to=2026-08-03",
        "from=2026-07-31&to=2026-08-03&split=version&interval=month",
    ] {
        let rendered = rendered(&awkward(), query);
        let why = "Nothing was collected in these days (31 Jul to 3 Aug 2026). \
                   What is not collected is unknown, not zero.";
        assert_eq!(rendered.announcement, why);
        for (_, html) in &rendered.regions[3..5] {
            assert_eq!(texts(html, ".chart-head p"), ["31 Jul to 3 Aug 2026, nothing collected"]);
            assert!(html.contains(&format!("<p>{why}</p>")), "{html}");
            assert!(!html.contains("<svg") && !html.contains("0 downloads"), "{html}");
        }
    }
}

#[test]
fn a_range_with_a_gap_says_how_many_days_were_not_collected() {
    let rendered = rendered(&awkward(), "from=2026-07-25&to=2026-08-03");
    let words = "25 Jul to 3 Aug 2026, 5 of 10 days not collected";
    assert!(rendered.announcement.contains(&format!("downloads, {words}.")), "{rendered:?}");
    for (_, html) in &rendered.regions[3..5] {
        assert!(texts(html, ".chart-head p")[0].ends_with(words), "{html}");
    }
}

#[test]
fn days_outside_of_the_data_are_named_and_kept_in_the_form() {
    let rendered = rendered(&awkward(), "from=2030-01-01&to=2030-02-01&version=1.0");
    let why = "There is no data for 1 Jan to 1 Feb 2030. The data is of 20 Jun to 11 Sep 2026.";
    assert_eq!(rendered.announcement, format!("{why} Filtered by version 1.0."));
    for (_, html) in &rendered.regions[3..5] {
        assert_eq!(texts(html, ".chart-head p"), ["1 Jan to 1 Feb 2030, no data"]);
        assert!(html.contains(&format!("<p>{why}</p>")) && !html.contains("<table"), "{html}");
    }
    let controls = &rendered.regions[1].1;
    assert!(
        controls.contains(r#"value="2030-01-01""#) && controls.contains(r#"value="2030-02-01""#)
    );
}

#[test]
fn only_whole_bins_are_compared() {
    let finding = |query| rendered(&awkward(), query).announcement;
    let days = finding("range=30d");
    assert!(days.contains(" Most in one day: 2,883 (11 Sep 2026)."), "provisional or not: {days}");
    let weeks = finding("range=all&interval=week");
    assert!(weeks.contains(" Most in a whole week: 18,921 (5 to 11 Sep 2026)."), "{weeks}");
    for parts in ["range=all&interval=month", "from=2026-06-25&to=2026-07-20&interval=month"] {
        assert!(!finding(parts).contains("Most in"), "no month is whole in {parts}");
    }
}

#[test]
fn a_month_that_the_range_cuts_is_told_by_its_days_and_never_as_not_over() {
    let cube = awkward();
    let of = |query: &str| {
        let table = texts(&rendered(&cube, query).regions[3].1, "tbody td:last-child");
        (notes_of(&cube, query), table)
    };
    let (notes, table) = of("from=2026-06-25&to=2026-07-15&interval=month");
    assert_eq!(
        notes,
        [
            "Open ring at the beginning: Jun 2026, only from 25 Jun.",
            "Open ring at the end: Jul 2026, only to 15 Jul.",
        ]
    );
    assert_eq!(table, ["to 15 Jul only", "from 25 Jun only"]);
    let (notes, table) = of("from=2026-07-05&to=2026-07-15&interval=month");
    assert_eq!(notes, ["Open ring: Jul 2026, only from 5 Jul to 15 Jul."]);
    assert_eq!(table, ["from 5 Jul to 15 Jul only"]);
    let (notes, table) = of("from=2026-09-02&to=2026-09-05&interval=month");
    assert_eq!(
        notes,
        ["Open ring: Sep 2026, only from 2 Sep to 5 Sep."],
        "cut before it could be over"
    );
    assert_eq!(table, ["from 2 Sep to 5 Sep only"]);
    let (notes, table) = of("from=2026-09-02&to=2026-09-11&interval=month");
    assert_eq!(
        notes,
        [
            "The last 3 days are provisional and may still change.",
            "Open ring: so far 10 of the 30 days of Sep 2026, only from 2 Sep.",
        ]
    );
    assert_eq!(table, ["from 2 Sep only, not over and provisional"]);
}

#[test]
fn a_break_before_the_range_is_neither_drawn_nor_told() {
    let query = "from=2026-08-25&to=2026-09-11&interval=month";
    assert!(!rendered(&awkward(), query).regions[3].1.contains("counting changed"));
    let before = "from=2026-08-23&to=2026-09-11&interval=month";
    assert!(rendered(&awkward(), before).regions[3].1.contains(">counting changed</text>"));
    assert!(notes_of(&awkward(), before).iter().any(|it| it.starts_with("Dotted line")));
}

#[test]
fn values_that_read_like_ours_keep_their_own_look_and_key() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let long = |end| format!("{}{end}", "x".repeat(80));
    let values = ["not known".into(), "other".into(), String::new(), long("a"), long("b")];
    for (at, version) in values.iter().enumerate() {
        let fields = crate::fixture::row(&[(downloads::Field::Version, version.as_str())]);
        builder.push(day("2026-01-01"), &fields, 10 - at as u64).unwrap();
    }
    let cube = builder.finish(Days::new(day("2026-01-01"), vec![DayState::Final]), 1000);
    let html = scraper::Html::parse_fragment(&rendered(&cube, "").regions[4].1);
    let links = scraper::Selector::parse("[aria-labelledby=facet-version] th a").unwrap();
    let links: Vec<_> = html.select(&links).collect();
    let labels: Vec<String> = links.iter().take(3).map(|it| it.text().collect()).collect();
    assert_eq!(labels, ["“not known”", "“other”", "not known"]);
    let keys: std::collections::BTreeSet<_> =
        links.iter().filter_map(|it| it.attr("data-key")).collect();
    assert_eq!(keys.len(), values.len(), "{keys:?}");
}

#[test]
fn what_the_log_began_to_tell_is_said_where_it_matters() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let first = day("2024-02-20");
    for date in first.iter_days().take(70) {
        let fields = crate::fixture::row(&[(downloads::Field::InstallerName, "pip")]);
        builder.push(date, &fields, 10).unwrap();
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 70]), 1000);
    let told = |query: &str| {
        let notes = notes_of(&cube, query).join(" ");
        (
            notes.contains("Before 23 Feb 2024 the log"),
            notes.contains("Before 22 Apr 2024 downloads by uv"),
        )
    };
    assert_eq!(told("split=audience"), (true, true));
    assert_eq!(told("audience=ci"), (true, true));
    assert_eq!(told("split=installer"), (false, true));
    assert_eq!(told(""), (false, false));
    assert_eq!(told("split=version"), (false, false));
    assert_eq!(told("split=audience&from=2024-02-23&to=2024-04-21"), (false, false));
    let facets = &rendered(&cube, "").regions[4].1;
    let notes = |facet: &str| texts(facets, &format!("[aria-labelledby=facet-{facet}] p")).len();
    assert_eq!((notes("audience"), notes("installer"), notes("version")), (2, 1, 0));
}

#[test]
fn an_incident_of_the_source_is_named_with_a_link() {
    let first = day("2024-06-01");
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    for date in first.iter_days().take(30) {
        builder.push(date, &crate::fixture::row(&[]), 10).unwrap();
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 30]), 1000);
    let chart = |query: &str| rendered(&cube, query).regions[3].1.clone();
    let html = chart("");
    let [incident] = [downloads::INCIDENTS[5]];
    let link = format!(
        "Shaded, <a href=\"{}\" rel=\"noopener\">{}</a>: ",
        incident.reference, incident.short
    );
    assert!(html.contains(&link), "{html}");
    assert!(html.contains("<rect class=\"incident\""));
    let after = chart("from=2024-06-23&to=2024-06-30");
    assert!(!after.contains("Shaded") && !after.contains("incident"));
}

#[test]
fn the_table_has_the_figures_of_the_chart_in_every_kind_of_view() {
    let cube = awkward();
    let shares = &rendered(&cube, "range=30d&share=1&split=audience").regions[3].1;
    assert_eq!(texts(shares, "h2"), ["Share of downloads per day, by audience"]);
    let newest: Vec<String> = texts(shares, "tbody tr:first-child td");
    let sum: f64 = newest[..newest.len() - 1]
        .iter()
        .map(|it| it.trim_end_matches("\u{a0}%").parse::<f64>().unwrap())
        .sum();
    assert!((sum - 100.0).abs() < 0.3, "{newest:?}");

    let filtered = &rendered(&cube, "range=30d&share=1&version=1.0").regions[3].1;
    assert_eq!(texts(filtered, "h2"), ["Share of all downloads per day"]);
    assert!(texts(filtered, "tbody td")[0].ends_with('%'));

    let averages = &rendered(&cube, "range=30d&average=7").regions[3].1;
    assert_eq!(texts(averages, "h2"), ["Downloads per day, average of 7 days"]);
    // 18,921 in the last 7 days.
    assert_eq!(texts(averages, "tbody td")[..2], ["2,703", "provisional"]);
    let gap = &rendered(&cube, "from=2026-08-01&to=2026-08-20&average=7").regions[3].1;
    let rows = texts(gap, "tbody tr");
    assert!(
        rows.iter()
            .any(|it| it.contains("–") && it.contains("not all of the days before are known")),
        "{rows:?}"
    );
}

#[test]
fn months_tell_the_script_where_they_end() {
    let html = &rendered(&awkward(), "range=all&interval=month").regions[3].1;
    assert!(html.contains("data-ends=\"30 61 92 122\""), "{html}");
    assert!(html.contains("max=\"3\" value=\"3\""));
    assert!(!rendered(&awkward(), "range=all&interval=week").regions[3].1.contains("data-ends"));
}

#[test]
fn the_strip_shows_all_days_and_which_of_them_are_shown() {
    let strip = |query: &str| {
        let html = scraper::Html::parse_fragment(&rendered(&awkward(), query).regions[3].1);
        let all = |selector: &str, attribute: &str| -> Vec<String> {
            let selector = scraper::Selector::parse(selector).unwrap();
            html.select(&selector).filter_map(|it| it.attr(attribute).map(String::from)).collect()
        };
        (
            all("[data-strip]", "data-start"),
            all("[data-strip] input", "value"),
            all("[data-strip] input", "aria-valuetext"),
            all("[data-strip] path", "d"),
        )
    };
    let (start, values, words, path) = strip("from=2026-08-20&to=2026-08-31");
    assert_eq!(start, ["2026-06-20"]);
    assert_eq!(values, ["61", "72"]);
    assert_eq!(words, ["20 Aug 2026", "31 Aug 2026"]);
    assert_eq!(path, strip("").3, "the strip is of all days");
    assert_ne!(path, strip("version=0.9").3, "under the filters");
    // Twelve weeks: of one nothing is known, of one a part, which is paler; over those days is a hatching.
    let bars: Vec<usize> = path.iter().map(|it| it.matches('z').count()).collect();
    assert_eq!(bars, [10, 1, 0]);
    assert!(path[2].starts_with("M476 "), "40 of 84 days are before: {}", path[2]);
    assert!(strip("from=2030-01-01&to=2030-02-01").0.is_empty());
}
