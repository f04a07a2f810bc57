//! What a comparison says, against sums made here.

use cube::{Builder, Days};
use downloads::{DayState, Field, Mirrors};
use proptest::prelude::*;
use scraper::{Html, Selector};

use super::*;
use crate::fixture::{awkward, day, row};

fn name(text: &str) -> ProjectName {
    ProjectName::new(text).unwrap()
}

/// A project of so many final days with downloads that grow by the day, by two Pythons.
fn growing(first: &str, days: u64, step: u64) -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    for (at, date) in day(first).iter_days().take(days as usize).enumerate() {
        for (python, downloads) in [("3.12.1", step * (at as u64 + 1)), ("3.13.0", 1)] {
            let fields = row(&[(Field::Version, "1.0"), (Field::ImplementationVersion, python)]);
            builder.push(date, &fields, downloads).unwrap();
        }
    }
    builder.finish(Days::new(day(first), vec![DayState::Final; days as usize]), 1000)
}

/// Renders the comparison of cubes with these names.
fn shown(cubes: &[(&str, &Cube)], query: &str) -> RenderedComparison {
    let names: Vec<ProjectName> = cubes.iter().map(|it| name(it.0)).collect();
    let projects: Vec<Project<'_>> = names
        .iter()
        .zip(cubes)
        .map(|(name, it)| Project { name, state: State::Here(it.0, it.1) })
        .collect();
    let asked: Vec<&str> = cubes.iter().map(|it| it.0).collect();
    let view = CompareView::parse(&format!("p={}&{query}", asked.join(",")));
    render(&projects, &view, Extent::Whole).unwrap()
}

/// The texts of the cells of a table, row by row.
fn table(html: &str, class: &str) -> Vec<Vec<String>> {
    let page = Html::parse_fragment(html);
    let rows = Selector::parse(&format!(".{class} tbody tr")).unwrap();
    let cells = Selector::parse("th, td").unwrap();
    let text = |it: scraper::ElementRef<'_>| it.text().collect::<String>().trim().to_owned();
    page.select(&rows).map(|row| row.select(&cells).map(text).collect()).collect()
}

#[test]
fn names_are_read_in_any_spelling_and_written_in_one() {
    let cases = [
        ("p=a&p=b", "p=a&p=b"),
        ("?p=Ruamel.YAML,a", "p=ruamel-yaml&p=a"),
        ("package=a&packages=b,%20c&p=a", "p=a&p=b&p=c"),
        ("p=,,a,&p=", "p=a"),
        ("p=a&range=90d&sum=1&scale=log&python=3.12", "p=a&range=90d&sum=1&scale=log&python=3.12"),
        ("p=a&index=100&align=release", "p=a&align=release&index=100"),
        ("p=a&index=7&align=left", "p=a"),
        ("p=a&split=python&group=minor&draw=stacked&share=1", "p=a"),
        ("p=a&align=release&from=2026-01-01&to=2026-02-01", "p=a&align=release&range=all"),
        ("p=%3Cscript%3E&p=..%2F..%2Fx&p=a", "p=a"),
    ];
    for (query, expected) in cases {
        assert_eq!(CompareView::parse(query).query(), expected, "{query}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let nine = "p=a,b,c,d,e,f,g,h,i,j";
    let view = CompareView::parse(nine);
    assert_eq!(view.projects().len(), MAX_PROJECTS);
    assert_eq!(
        CompareView::left_out(nine),
        "At most 8 projects are compared: the first 8 are shown, 2 left out."
    );
    assert_eq!(
        CompareView::left_out("p=a,-b,<i>\u{202e}"),
        "Not the name of a project: -b and <i>\\u{202e}."
    );
    assert_eq!(CompareView::left_out("p=a&p=A&p=a."), "Not the name of a project: a..");
    assert_eq!(CompareView::left_out("p=a&p=A"), "");
}

#[test]
fn more_projects_join_those_that_are_there() {
    assert_eq!(CompareView::query_with("p=a&range=90d", "b, c"), "p=a&range=90d&p=b%2C+c");
    let view = CompareView::parse(&CompareView::query_with("p=a&range=90d", "b, c"));
    assert_eq!(view.query(), "p=a&p=b&p=c&range=90d");
    assert_eq!(view.without(&name("b")).query(), "p=a&p=c&range=90d");
    assert_eq!(CompareView::query_with("", "b"), "p=b");
}

#[test]
fn totals_shares_and_changes_are_those_of_sums() {
    let (one, other) = (growing("2026-01-01", 80, 1), growing("2026-01-01", 80, 3));
    let html = shown(&[("one", &one), ("other", &other)], "range=30d").html;
    // Days 51 to 80, and the 30 before.
    let sum = |days: std::ops::RangeInclusive<u64>, step: u64| -> u64 {
        days.map(|it| it * step + 1).sum()
    };
    let (a, b) = (sum(51..=80, 1), sum(51..=80, 3));
    let change = a as f64 / sum(21..=50, 1) as f64 - 1.0;
    let rows = table(&html, "growth");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0][1], text::thousands(a));
    assert_eq!(rows[0][2], text::share(a, a + b).unwrap());
    assert_eq!(rows[0][3], text::change(change));
    assert!(rows[0][4].starts_with("81"), "the highest day: {}", rows[0][4]);
    assert_eq!(rows[0][5], "1 Jan 2026 or before");
    assert_eq!(rows[1][1], text::thousands(b));
}

#[test]
fn a_filter_counts_for_all_projects() {
    let (one, other) = (growing("2026-01-01", 40, 1), growing("2026-01-01", 40, 3));
    let cubes = [("one", &one), ("other", &other)];
    let rows = table(&shown(&cubes, "range=30d&python=3.13").html, "growth");
    assert_eq!([&*rows[0][1], &*rows[1][1]], ["30", "30"]);
    let announced = shown(&cubes, "range=30d&python=3.13").announcement;
    assert!(
        announced == "Downloads per day: one and other, 11 Jan to 9 Feb 2026; Python 3.13.",
        "{announced}"
    );
}

#[test]
fn what_a_young_project_has_not_is_unknown_and_not_zero() {
    let (old, young) = (growing("2026-01-01", 80, 1), growing("2026-03-01", 21, 1));
    let rendered = shown(&[("old", &old), ("young", &young)], "range=90d");
    let growth = table(&rendered.html, "growth");
    assert!(growth[1][3].starts_with("change not known"), "{}", growth[1][3]);
    assert_eq!(growth[1][6], "no data before 1 Mar 2026");
    let figures = table(&rendered.html, "figures");
    let first = figures.last().unwrap();
    assert_eq!(first[1..], ["2", "–", "young: no data"]);
    assert_eq!(figures[0][1..], ["81", "22", ""]);
}

#[test]
fn an_index_starts_at_a_hundred() {
    let (one, other) = (growing("2026-01-01", 20, 1), growing("2026-01-01", 20, 9));
    let rendered = shown(&[("one", &one), ("other", &other)], "range=all&index=100");
    let figures = table(&rendered.html, "figures");
    assert_eq!(figures.last().unwrap()[1..3], ["100.0", "100.0"]);
    assert_eq!(figures[0][1..3], ["1050.0", "1810.0"]);
    assert!(rendered.html.contains("Each line is 100 at its first whole day with downloads"));
}

#[test]
fn ages_are_counted_from_the_first_download() {
    let (old, young) = (growing("2026-01-01", 80, 1), growing("2026-03-01", 21, 1));
    let rendered = shown(&[("old", &old), ("young", &young)], "range=30d&align=release");
    let figures = table(&rendered.html, "figures");
    assert_eq!(figures.len(), 30);
    assert_eq!(figures[29][..3], ["day 0", "2", "2"]);
    assert_eq!(figures[0][..3], ["day 29", "31", "–"]);
    let growth = table(&rendered.html, "growth");
    assert_eq!(growth[1][5], "so far 21 days");
    assert!(!rendered.html.contains("against the"), "there is nothing before the first day");

    let broken = growing("2026-08-01", 40, 1);
    let html = |range: &str| shown(&[("broken", &broken)], &format!("align=release&{range}")).html;
    assert!(html("range=all").contains("PyPI’s way of counting changed: broken on day 23."));
    assert!(html("range=30d").contains("broken on day 23"));
    let before = growing("2026-07-01", 70, 1);
    let html = shown(&[("before", &before)], "align=release&range=30d").html;
    assert!(!html.contains("way of counting changed"), "it is not among these days");
}

#[test]
fn running_totals_end_at_the_total() {
    let one = growing("2026-01-01", 80, 2);
    let broken = growing("2026-08-01", 60, 2);
    let html = shown(&[("one", &broken)], "range=all&sum=1").html;
    assert!(html.contains("It adds up two ways of counting, before and from 24 Aug 2026 on."));
    let rendered = shown(&[("one", &one)], "range=30d&sum=1");
    let total = &table(&rendered.html, "growth")[0][1];
    assert_eq!(&table(&rendered.html, "figures")[0][1], total);
}

#[test]
fn gaps_provisional_days_and_breaks_are_told() {
    let (awkward, other) = (awkward(), growing("2026-06-20", 84, 5));
    let html = shown(&[("awkward", &awkward), ("other", &other)], "range=all&interval=day").html;
    for words in [
        "awkward: 30 Jul to 7 Aug 2026 not collected, which is unknown and not zero.",
        "Dashed: with provisional days, which may still change.",
        "counting changed",
        "9 days not collected",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let change = &table(&html, "growth")[0];
    assert!(change[3].starts_with("change not known"), "no change over a gap: {}", change[3]);
}

#[test]
fn a_filter_that_may_hide_in_other_is_told() {
    let (awkward, other) = (awkward(), growing("2026-06-20", 84, 5));
    let html = shown(&[("awkward", &awkward), ("other", &other)], "python=3.9").html;
    assert_eq!(
        html.contains("Of awkward, downloads of 3.9 may be among its “other”"),
        awkward.gathered(Dimension::Python) > 0
    );
    assert!(!html.contains("Of other, downloads"), "nothing of it was gathered");
}

#[test]
fn a_project_that_is_not_there_stays_a_chip_and_stops_nobody() {
    let one = growing("2026-01-01", 40, 1);
    let (here, gone) = (name("one"), name("gone"));
    let projects = [
        Project { name: &gone, state: State::Absent("is not on this site") },
        Project { name: &here, state: State::Here("One", &one) },
    ];
    let view = CompareView::parse("p=gone&p=one");
    let rendered = render(&projects, &view, Extent::Whole).unwrap();
    assert!(rendered.html.contains("is not on this site"));
    assert!(rendered.html.contains("data-view=\"p=one\""), "it can be taken off");
    assert_eq!(table(&rendered.html, "growth").len(), 1);
    assert_eq!(rendered.title, "One: downloads compared");

    let nobody = render(&projects[..1], &CompareView::parse("p=gone"), Extent::Whole).unwrap();
    assert_eq!(nobody.announcement, "Nothing to compare yet.");
    assert!(!nobody.html.contains("<svg class=\"chart"));
}

#[test]
fn days_without_data_say_so() {
    let one = growing("2026-01-01", 40, 1);
    let rendered = shown(&[("one", &one)], "from=2020-01-01&to=2020-02-01");
    assert_eq!(rendered.announcement, "There is no data for these days.");
    assert!(rendered.html.contains("There is no data for these days."));
}

#[test]
fn no_name_becomes_markup() {
    let label = "<img src=x onerror=alert(1)>\u{202e}";
    let one = growing("2026-01-01", 40, 1);
    let (here, gone) = (name("one"), name("gone"));
    let tree = |label: &str, why: &str| {
        let projects = [
            Project { name: &here, state: State::Here(label, &one) },
            Project { name: &gone, state: State::Absent(why) },
        ];
        let rendered =
            render(&projects, &CompareView::parse("p=one&p=gone"), Extent::Whole).unwrap();
        let page = Html::parse_fragment(&rendered.html);
        let names = page.root_element().descendants().filter_map(|it| {
            let element = it.value().as_element()?;
            let attributes: Vec<_> = element.attrs().map(|it| it.0.to_owned()).collect();
            Some((element.name().to_owned(), attributes))
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(tree(label, label), tree("harmless", "harmless"));
}

#[test]
fn a_comparison_can_be_taken_along() {
    let (old, young) = (growing("2026-01-01", 80, 1), growing("2026-03-19", 3, 1));
    let (a, b) = (name("a"), name("b"));
    let projects = [
        Project { name: &a, state: State::Here("=old|\"", &old) },
        Project { name: &b, state: State::Here("young", &young) },
    ];
    let view = CompareView::parse("p=a&p=b&from=2026-03-18&to=2026-03-19");
    assert_eq!(
        csv(&projects, &view),
        "from,to,\"'=old|\"\"\",young,note\n\
         2026-03-18,2026-03-18,78,,young: no data\n\
         2026-03-19,2026-03-19,79,2,\n"
    );
    let words = markdown(&projects, &view, "https://example.org/compare/?p=a&p=b");
    assert!(words.contains("| =old\\|\" | 157 |"), "{words}");
    assert!(words.contains("| 19 Mar 2026 | 79 | 2 |"), "{words}");
    assert!(words.contains("<https://example.org/compare/?p=a&p=b>"), "{words}");
    let svg = chart_file(&projects, &view, crate::take::Colors::Light).unwrap();
    roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(file_name(&view), "compare-p-a-p-b-from-2026-03-18-to-2026-03-19");
}

/// A project with so many rows that its history comes in parts.
fn large() -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    let countries: Vec<String> = (0..100).map(|it| format!("{it:02}")).collect();
    for date in day("2024-06-01").iter_days().take(700) {
        for country in &countries {
            builder.push(date, &row(&[(Field::CountryCode, country)]), 1).unwrap();
        }
    }
    builder.finish(Days::new(day("2024-06-01"), vec![DayState::Final; 700]), 1000)
}

#[test]
fn all_days_that_are_needed_must_be_there() {
    let whole = large();
    let parts: Vec<Vec<u8>> = whole.parts().map(|it| it.1).collect();
    assert!(parts.len() > 1);
    let newest = Cube::decode(&parts[0]).unwrap();
    let covered = |cube: &Cube, query: &str| covers(&[cube], &CompareView::parse(query));
    assert!(covered(&newest, "p=a&range=30d") && covered(&newest, "p=a"));
    assert!(!covered(&newest, "p=a&range=all"));
    assert!(!covered(&newest, "p=a&align=release&range=30d"), "it may be older");
    assert!(covered(&whole, "p=a&align=release&range=all"));

    // What is not there yet is unknown, and no project began with what is there.
    let growth = |cube: &Cube| table(&shown(&[("a", cube)], "").html, "growth")[0].clone();
    let (partly, wholly) = (growth(&newest), growth(&whole));
    assert_eq!((&partly[1], &wholly[1]), (&"36,400".to_owned(), &"36,400".to_owned()));
    assert!(partly[3].starts_with("change not known"), "{}", partly[3]);
    assert_eq!((&*partly[5], &*wholly[5]), ("–", "1 Jun 2024 or before"));
    assert!(partly[6].contains("not loaded"), "{}", partly[6]);
}

/// Keys and values of addresses, hostile ones among them.
fn any_query() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("p".to_owned()),
        Just("packages".to_owned()),
        Just("align".to_owned()),
        Just("index".to_owned()),
        Just("range".to_owned()),
        Just("sum".to_owned()),
        Just("python".to_owned()),
        Just("version".to_owned()),
        "[a-z]{1,5}",
    ];
    let value = prop_oneof![
        "[a-zA-Z0-9._,-]{0,30}",
        Just("release".to_owned()),
        Just("100".to_owned()),
        Just("1".to_owned()),
        Just("all".to_owned()),
        "\\PC{0,300}",
    ];
    proptest::collection::vec((key, value), 0..30).prop_map(|pairs| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        query.finish()
    })
}

/// A cube of 70,000 rows in two parts, from May 2023 on, and its newest part alone.
fn in_parts() -> (Cube, Cube) {
    let first = day("2023-05-17");
    let mut builder = Builder::new(Mirrors::default());
    for date in first.iter_days().take(1_287) {
        for country in 0..55 {
            let country = format!("C{country}");
            let fields = row(&[(Field::Version, "1.0"), (Field::CountryCode, &country)]);
            builder.push(date, &fields, 10).unwrap();
        }
    }
    let whole = builder.finish(Days::new(first, vec![DayState::Final; 1_287]), 1000);
    let newest = whole.parts().next().unwrap().1;
    (whole, Cube::decode(&newest).unwrap())
}

#[test]
fn ages_are_of_those_only_whose_first_download_is_known() {
    let (whole, newest) = in_parts();
    let other = growing("2026-03-01", 90, 2);
    let both = shown(&[("big", &whole), ("other", &other)], "align=release");
    assert!(both.html.contains("big 17 May 2023 or before"), "{}", both.html);
    let partly = shown(&[("big", &newest), ("other", &other)], "align=release");
    assert!(partly.html.contains("its older days could not be loaded"), "{}", partly.html);
    assert!(!partly.html.contains("big 1 Nov 2025"), "{}", partly.html);

    let empty = Builder::new(Mirrors::default())
        .finish(Days::new(day("2026-01-01"), vec![DayState::Final; 9]), 1000);
    let alone = shown(&[("empty", &empty)], "align=release&range=all");
    assert!(alone.html.contains("it has no downloads yet") && alone.html.len() < 20_000);
    let beside = shown(&[("empty", &empty), ("other", &other)], "align=release");
    assert!(!beside.html.contains("empty: no data"), "{}", beside.html);
}

#[test]
fn days_that_are_not_loaded_are_not_called_not_collected() {
    let (_, newest) = in_parts();
    let shown = shown(&[("big", &newest)], "range=all");
    assert!(shown.html.contains("days before 1 Nov 2025 not loaded"), "{}", shown.html);
    assert!(!shown.html.contains("not collected"), "{}", shown.html);
    let rows = table(&shown.html, "figures");
    let october = rows.iter().find(|row| row[0] == "Oct 2025");
    assert_eq!(october.map(|row| &*row[2]), Some("not loaded"), "{rows:?}");
}

#[test]
fn what_is_offered_is_of_the_days_that_are_shown() {
    let first = day("2025-01-01");
    let mut builder = Builder::new(Mirrors::default());
    for (at, date) in first.iter_days().take(400).enumerate() {
        let version = if at < 60 { "1.0" } else { "2.0" };
        builder.push(date, &row(&[(Field::Version, version)]), 10).unwrap();
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 400]), 1000);
    let young = shown(&[("a", &cube)], "align=release&range=30d");
    assert!(young.html.contains("offer-version-1.0"), "{}", young.html);
    assert!(!young.html.contains("offer-version-2.0"), "{}", young.html);
    let none = shown(&[("a", &cube)], "from=2020-01-01&to=2020-02-01");
    assert!(!none.html.contains("offer-version"), "{}", none.html);
}

#[test]
fn an_index_of_few_downloads_is_known_and_drawn() {
    let first = day("2026-01-01");
    let mut builder = Builder::new(Mirrors::default());
    for at in (0..35).step_by(7) {
        builder.push(first + chrono::Days::new(at), &row(&[]), 3).unwrap();
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 35]), 1000);
    let of = |query: &str| {
        let view = CompareView::parse(&format!("p=a&range=all&{query}"));
        let name = name("a");
        csv(&[Project { name: &name, state: State::Here("a", &cube) }], &view)
    };
    let index = of("index=100&average=7");
    assert!(index.lines().last().unwrap().contains(",100.0000,"), "{index}");
    let averages = of("average=7");
    assert!(averages.lines().last().unwrap().contains(",0.43,"), "{averages}");
}

#[test]
fn a_running_total_says_what_is_missing_in_it() {
    let first = day("2026-01-01");
    let mut builder = Builder::new(Mirrors::default());
    for at in (0..14).filter(|&at| at != 4) {
        builder.push(first + chrono::Days::new(at), &row(&[]), 5).unwrap();
    }
    let mut states = vec![DayState::Final; 14];
    states[4] = DayState::NotCollected;
    let cube = builder.finish(Days::new(first, states), 1000);
    let rows = table(&shown(&[("a", &cube)], "range=all&sum=1").html, "figures");
    assert_eq!(rows[0][1..], ["65", "1 day so far not collected"]);
    let rows = table(&shown(&[("a", &cube)], "range=all&average=7").html, "figures");
    assert_eq!(rows[3][1..], ["–", "not all of the days before are known"]);
}

proptest! {
    #[test]
    fn an_address_leads_back_and_is_short(query in any_query()) {
        let view = CompareView::parse(&query);
        let canonical = view.query();
        prop_assert!(canonical.len() <= 4096);
        prop_assert_eq!(&CompareView::parse(&canonical), &view);
        prop_assert_eq!(CompareView::parse(&canonical).query(), canonical);
    }

    #[test]
    fn any_text_is_a_comparison(query in "\\PC{0,200}") {
        let view = CompareView::parse(&query);
        prop_assert!(view.projects().len() <= MAX_PROJECTS);
        let _ = CompareView::left_out(&query);
    }
}
