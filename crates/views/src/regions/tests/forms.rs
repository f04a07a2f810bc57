//! Versions in groups, areas on top of each other, running totals.

use super::*;

/// Nine days from 20 Aug 2026 on, over a change of counting: two versions of a minor line, one of another, one
/// that is none; the fifth day was not collected.
fn lines() -> Cube {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let states = states("ffff-fffp");
    for (at, date) in day("2026-08-20").iter_days().take(9).enumerate().filter(|it| it.0 != 4) {
        let versions = [("2.31.0", 10), ("2.31.1rc1", 5), ("2.4", 3 + at as u64), ("<custom>", 1)];
        for (version, downloads) in versions {
            let fields = row(&[(downloads::Field::Version, version)]);
            builder.push(date, &fields, downloads).unwrap();
        }
    }
    builder.finish(Days::new(day("2026-08-20"), states), 1000)
}

fn chart(query: &str) -> String {
    rendered(&lines(), query).regions[3].1.clone()
}

/// The rows of the table, newest first, each with its cells.
fn table(query: &str) -> Vec<Vec<String>> {
    let html = scraper::Html::parse_fragment(&chart(query));
    let [rows, cells] = ["tbody tr", "th, td"].map(|it| scraper::Selector::parse(it).unwrap());
    let text = |it: scraper::ElementRef<'_>| it.text().collect::<String>();
    html.select(&rows).map(|row| row.select(&cells).map(text).collect()).collect()
}

#[test]
fn versions_in_groups_are_lines_and_rows_and_chips() {
    let query = "split=version&group=minor&interval=day";
    assert_eq!(texts(&chart(query), "h2"), ["Downloads per day, by minor version"]);
    assert_eq!(texts(&chart(query), "thead th")[1..4], ["2.31.x", "2.4.x", "<custom>"]);
    assert_eq!(table(query)[0], ["28 Aug 2026", "15", "11", "1", "provisional"]);
    let major = "split=version&group=major&interval=day";
    assert_eq!(texts(&chart(major), "thead th")[1..3], ["2.x", "<custom>"]);
    assert_eq!(table(major)[0], ["28 Aug 2026", "26", "1", "provisional"]);

    let rendered = rendered(&lines(), "group=minor&minor=2.31");
    assert_eq!(
        texts(&rendered.regions[2].1, "li:first-child a"),
        ["Remove the filter Version: 2.31.x ×"]
    );
    assert!(rendered.announcement.contains("120 downloads"), "{}", rendered.announcement);
    assert!(rendered.announcement.ends_with("Filtered by version 2.31.x."));
    let facet = scraper::Html::parse_fragment(&rendered.regions[4].1);
    let links = scraper::Selector::parse("[aria-labelledby=facet-version] th a").unwrap();
    let links: Vec<_> = facet
        .select(&links)
        .map(|it| (it.text().collect::<String>(), it.attr("data-view"), it.attr("aria-current")))
        .collect();
    assert_eq!(
        links,
        [
            ("2.31.x".into(), Some("group=minor"), Some("true")),
            ("2.4.x".into(), Some("group=minor&minor=2.31&minor=2.4"), None),
            ("<custom>".into(), Some("group=minor&version=%3Ccustom%3E&minor=2.31"), None),
        ]
    );
}

#[test]
fn a_group_without_downloads_stays_listed_while_it_is_chosen() {
    let facets = &rendered(&lines(), "group=major&major=9").regions[4].1;
    assert_eq!(texts(facets, "[aria-labelledby=facet-version] [aria-current]"), ["9.x"]);
    let exact = &rendered(&lines(), "group=major&version=2.4").regions[4].1;
    assert!(
        texts(exact, "[aria-labelledby=facet-version] [aria-current]").is_empty(),
        "2.4 is in 2.x, which is not chosen as a whole"
    );
}

#[test]
fn a_split_says_how_many_lines_it_shows() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    for at in 0..12_u64 {
        let version = format!("{at}.0");
        let fields = row(&[(downloads::Field::Version, version.as_str())]);
        builder.push(day("2026-01-01"), &fields, 100 - at).unwrap();
    }
    let cube = builder.finish(Days::new(day("2026-01-01"), states("f")), 1000);
    let words = "Shown are the 8 with the most downloads in these days; “other” is every other ";
    assert!(notes_of(&cube, "split=version").contains(&format!("{words}version.")));
    let minor = notes_of(&cube, "split=version&group=minor");
    assert!(minor.contains(&format!("{words}minor version.")), "{minor:?}");
}

#[test]
fn stacked_areas_stand_on_each_other_and_stop_at_gaps() {
    let stacked = chart("split=version&draw=stacked&interval=day");
    let lines = chart("split=version&interval=day");
    let count =
        |html: &str, class: &str| html.matches(&format!("class=\"area {class} full\"")).count();
    // Two drawings, and in each an area before the gap and one after it.
    assert_eq!([1, 2, 3, 4].map(|line| count(&stacked, &format!("s{line}"))), [4; 4]);
    assert_eq!(count(&lines, "s1"), 0);
    assert!(stacked.contains("dashed"), "what is provisional can be seen");
    assert!(stacked.contains("rect class=\"gap\""));
    let ticks = |html: &str| {
        texts(html, ".wide text.axis").iter().filter(|it| it.starts_with("20")).count()
    };
    assert!(ticks(&stacked) > 0 && ticks(&lines) == 0, "the axis reaches the sum of all lines");
    assert_eq!(
        table("split=version&draw=stacked"),
        table("split=version"),
        "the figures are the same"
    );
    assert!(
        texts(&stacked, "figcaption p").iter().any(|it| it.starts_with("Each band is one value"))
    );
}

#[test]
fn shares_may_be_lines_and_are_the_same_shares() {
    let [bands, lines] = ["split=version&share=1", "split=version&share=1&draw=lines"];
    assert_eq!(table(bands), table(lines));
    assert!(chart(bands).contains(" full\"") && !chart(lines).contains(" full\""));
}

#[test]
fn a_running_total_tells_what_is_missing_in_it() {
    let rows = table("sum=1&interval=day");
    let last = |at: usize| rows[at][1..].to_vec();
    assert_eq!(rows[8], ["20 Aug 2026", "19", ""]);
    assert_eq!(last(5), ["82", ""]);
    assert_eq!(last(4), ["–", "not collected"], "of a day in a gap nothing is told");
    assert_eq!(last(3), ["106", "1 day so far not collected"]);
    assert_eq!(last(0), ["184", "1 day so far not collected, provisional"]);

    let rendered = rendered(&lines(), "sum=1&interval=day");
    assert_eq!(texts(&rendered.regions[3].1, "h2"), ["Running total of downloads"]);
    assert!(rendered.announcement.contains("184 downloads"), "{}", rendered.announcement);
    assert!(
        rendered
            .announcement
            .contains("Days that were not collected are missing in the running total.")
    );
    let notes = notes_of(&lines(), "sum=1&interval=day");
    let note = notes.iter().find(|it| it.starts_with("Each point")).unwrap();
    assert_eq!(
        note,
        "Each point is the sum of all days from 20 Aug 2026 on. From the first hatched day on it is too low: \
         nothing is known of those days. It adds up two ways of counting, before and from 24 Aug 2026 on."
    );
    assert!(notes.iter().any(|it| it.contains("the last day is provisional")), "{notes:?}");
}

#[test]
fn a_running_total_begins_with_the_range_and_ends_where_it_does() {
    let rows = table("from=2026-08-21&to=2026-08-23&sum=1&split=version&group=minor&interval=day");
    assert_eq!(rows[0], ["23 Aug 2026", "45", "15", "3", ""]);
    assert_eq!(rows[2], ["21 Aug 2026", "15", "4", "1", ""]);
    let month = chart("sum=1&interval=month");
    assert!(month.contains("class=\"ring"), "a month that is not over has no whole total");
    let whole = notes_of(&lines(), "from=2026-08-25&to=2026-08-28&sum=1&interval=day");
    assert!(
        whole.iter().all(|it| !it.contains("two ways") && !it.contains("too low")),
        "{whole:?}"
    );
}

#[test]
fn names_of_groups_are_data_and_never_markup() {
    let query = "split=version&group=minor&draw=stacked&sum=1&version=%3Ccustom%3E&minor=2.4";
    let rendered = rendered(&lines(), query);
    for (id, html) in &rendered.regions[..5] {
        assert!(!html.contains("<custom>"), "{id}");
        assert!(html.contains("&#60;custom&#62;") || html.contains("%3Ccustom%3E"), "{id}");
    }
}

#[test]
fn a_long_table_comes_when_it_is_asked_for() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let first = day("2025-01-01");
    for date in first.iter_days().take(400) {
        for version in ["1", "2", "3", "4"] {
            let fields = row(&[(downloads::Field::Version, version)]);
            builder.push(date, &fields, 7).unwrap();
        }
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 400]), 1000);
    let body = |query: &str| {
        let html = &rendered(&cube, query).regions[3].1;
        (html.contains("<tbody data-later>"), html.matches("<tr><th scope=\"row\">").count())
    };
    let query = "range=all&interval=day&split=version";
    assert_eq!(body("range=all&interval=day"), (false, 400));
    assert_eq!(body(query), (true, 0));
    assert!(rendered(&cube, query).regions[3].1.contains("max=\"399\" value=\"399\""));
    let rows = figures(&cube, &View::parse(query), &CONTEXT).unwrap();
    assert_eq!(rows.matches("<tr>").count(), 400);
    let newest = "<tr><th scope=\"row\">4 Feb 2026</th><td class=\"number\">7</td>";
    assert!(rows.trim_start().starts_with(newest), "{rows}");
}

#[test]
fn a_suspect_day_is_dashed_and_told_apart_from_a_provisional_one() {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let first = day("2026-01-01");
    for date in first.iter_days().take(9) {
        builder.push(date, &row(&[]), 7).unwrap();
    }
    let cube = builder.finish(Days::new(first, states("fffsffffp")), 1000);
    let notes = notes_of(&cube, "interval=day");
    assert_eq!(
        notes,
        [
            "Dashed at the right end: the last day is provisional and may still change.",
            "Dashed too: a suspect day, kept although a later reading had fewer downloads.",
        ]
    );
    let table = texts(&rendered(&cube, "interval=day").regions[3].1, "tbody td:last-child");
    assert_eq!(table, ["provisional", "", "", "", "", "suspect", "", "", ""]);
    let notes = notes_of(&cube, "interval=day&sum=1");
    assert!(notes.iter().any(|it| it.contains("the last day is provisional")), "{notes:?}");
}
