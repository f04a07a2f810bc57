//! Addresses lead to views and back.

use cube::Builder;
use downloads::{DayState, Field, Mirrors, parse_day};
use proptest::prelude::*;

use super::{address::MAX_QUERY, *};
use crate::fixture::row;

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

fn days(first: &str, count: usize) -> Days {
    Days::new(day(first), vec![DayState::Final; count])
}

#[test]
fn the_default_view_has_no_query() {
    assert_eq!(View::default().query(), "");
    assert_eq!(View::parse(""), View::default());
    assert_eq!(View::parse("?"), View::default());
}

#[test]
fn a_query_says_what_is_seen() {
    let view =
        View::parse("?range=90d&split=python&version=1.0%2B&version=&country=*&interval=day");
    assert_eq!(view.range, Range::Days90);
    let filters = [
        (Dimension::Version, Value::Known("1.0+".into())),
        (Dimension::Version, Value::Unknown),
        (Dimension::Country, Value::Other),
    ];
    assert!(view.all_filters().eq(filters.map(|(dimension, it)| Filter::Value(dimension, it))));
    assert_eq!(
        view.query(),
        "range=90d&interval=day&split=python&version=1.0%2B&version=&country=*"
    );
    let own = View::parse("from=2024-02-01&to=2024-02-29");
    assert_eq!(own.range, Range::Own(day("2024-02-01"), day("2024-02-29")));
}

#[test]
fn what_may_be_dropped_is_part_of_the_address() {
    let view = View::parse("over=30d&drop=cpu&range=90d&cpu=ppc64");
    assert_eq!((view.platform(), view.over()), (Platform::Cpu, Over::Days30));
    assert_eq!(view.query(), "range=90d&drop=cpu&over=30d&cpu=ppc64");
    assert_eq!(View::parse("drop=python&over=90d").query(), "", "the default");
    assert_eq!(View::parse("drop=country&drop=&over=7d").query(), "");
    let own = View::parse("from=2024-02-01&to=2024-02-29&over=view");
    let days = days("2024-01-01", 40);
    assert_eq!(own.over_days(&days), Some((day("2024-02-01"), day("2024-02-09"))));
    let over = |over| own.with_over(over).over_days(&days);
    assert_eq!(over(Over::Days30), Some((day("2024-01-11"), day("2024-02-09"))));
    assert_eq!(over(Over::Days90), Some((day("2024-01-01"), day("2024-02-09"))), "all there is");
}

#[test]
fn what_is_not_understood_is_passed_over() {
    for query in [
        "range=week",
        "color=red",
        "from=2024-03-01&to=2024-02-01",
        "from=2024-02-30&to=2024-03-01",
        "split=day",
        "interval=",
        "__proto__=1",
        "&&&=&",
        "%zz=%",
        "from=2024-02-01",
        "group=patch",
        "draw=pie",
        "draw=stacked",
        "sum=2",
        "minor=3",
        "minor=3.1.4",
        "minor=latest",
        "major=3.1",
        "major=",
        "major=*",
        "major=03",
    ] {
        assert_eq!(View::parse(query), View::default(), "{query}");
    }
    let first = "version=1.0";
    let long = format!("{first}&country={}", "x".repeat(5000));
    assert_eq!(View::parse(&long), View::parse(first), "too long an address ends at a whole pair");
}

#[test]
fn a_range_ends_on_the_last_collected_day_and_starts_with_the_first() {
    let mut states = vec![DayState::Final; 400];
    states.extend([DayState::NotCollected; 3]);
    let days = Days::new(day("2024-01-01"), states);
    let end = day("2024-01-01") + chrono::Days::new(399);
    let of = |query: &str| View::parse(query).days(&days);
    assert_eq!(of("range=30d"), Some((end - chrono::Days::new(29), end)));
    assert_eq!(of("range=1y"), Some((end - chrono::Days::new(363), end)));
    assert_eq!(of("range=all"), Some((day("2024-01-01"), end)));
    assert_eq!(of("from=2020-01-01&to=2024-01-02"), Some((day("2024-01-01"), day("2024-01-02"))));
    assert_eq!(of("from=2020-01-01&to=2020-01-02"), None);
    assert_eq!(View::default().days(&Days::new(day("2024-01-01"), vec![])), None);
}

#[test]
fn days_outside_of_the_data_count_nothing() {
    let days = days("2024-01-01", 1);
    let outside = View::parse("from=2030-01-01&to=2030-02-01");
    assert_eq!(outside.days(&days), None);
    let selection = outside.selection(&versions(&["1.0"]));
    assert_eq!(selection.days, Some((day("2030-01-01"), day("2030-02-01"))), "not all days");
}

#[test]
fn steps_fit_the_range_unless_chosen() {
    let of = |query: &str| View::parse(query).interval(&days("2020-01-01", 2000));
    assert_eq!(of("range=90d"), Interval::Day);
    assert_eq!(of(""), Interval::Week);
    assert_eq!(of("range=all"), Interval::Month);
    assert_eq!(of("range=all&interval=day"), Interval::Day);
}

#[test]
fn heights_and_averages_stand_in_the_address() {
    let of = |query: &str| View::parse(query).query();
    assert_eq!(of("scale=log&average=7"), "scale=log&average=7");
    assert_eq!(of("scale=log&share=1"), "share=1", "a share is on no log scale");
    assert_eq!(of("share=1&scale=log"), "share=1");
    for passed_over in ["scale=linear", "share=2", "share=true", "average=14", "average=07"] {
        assert_eq!(of(passed_over), "", "{passed_over}");
    }
    assert_eq!(of("average=28&interval=week"), "interval=week", "an average is of days");
    assert_eq!(of("interval=day&average=28"), "interval=day&average=28");
    let days = days("2020-01-01", 2000);
    let averaged = View::parse("range=all&average=28");
    assert_eq!(averaged.interval(&days), Interval::Day);
    assert_eq!(averaged.with_interval(Interval::Month).average(), None);
    let month = View::parse("interval=month").with_average(Some(Average::Week));
    assert_eq!((month.interval(&days), month.query()), (Interval::Day, "average=7".into()));
}

#[test]
fn what_does_not_go_together_is_settled_by_one_rule() {
    for (asked, settled) in [
        ("sum=1", "sum=1"),
        ("sum=1&scale=log", "sum=1&scale=log"),
        ("share=1&sum=1", "share=1"),
        ("sum=1&share=1", "share=1"),
        ("sum=1&average=7", "sum=1"),
        ("split=cpu&draw=stacked", "split=cpu&draw=stacked"),
        ("split=cpu&draw=stacked&scale=log", "split=cpu&draw=stacked"),
        ("split=cpu&draw=lines", "split=cpu"),
        ("split=cpu&draw=lines&share=1", "split=cpu&draw=lines&share=1"),
        ("split=cpu&draw=stacked&share=1", "split=cpu&share=1"),
        ("split=cpu&draw=stacked&sum=1", "split=cpu&draw=stacked&sum=1"),
        ("draw=stacked&scale=log", "scale=log"),
        ("group=minor", "group=minor"),
    ] {
        assert_eq!(View::parse(asked).query(), settled, "{asked}");
    }
}

#[test]
fn the_last_click_wins() {
    let query = |view: View| view.query();
    let stacked = View::parse("split=cpu&draw=stacked");
    assert_eq!(query(stacked.with_log(true)), "split=cpu&scale=log");
    assert_eq!(query(stacked.with_split(None)), "");
    assert_eq!(query(View::parse("share=1").with_log(true)), "scale=log");
    assert_eq!(query(View::parse("sum=1").with_log(true)), "sum=1&scale=log");
    assert_eq!(query(View::parse("sum=1").with_average(Some(Average::Week))), "average=7");
    assert_eq!(query(View::parse("average=7").with_heights(Heights::Totals)), "sum=1");
    assert_eq!(query(View::parse("scale=log").with_heights(Heights::Shares)), "share=1");
    let lines = View::parse("split=cpu&scale=log").with_draw(Draw::Stacked);
    assert_eq!(query(lines), "split=cpu&draw=stacked");
}

/// One download of each of these versions on a day.
fn versions(versions: &[&str]) -> Cube {
    let mut builder = Builder::new(Mirrors::default());
    for version in versions {
        let fields = row(&[(Field::Version, version)]);
        builder.push(day("2024-01-01"), &fields, 1).unwrap();
    }
    builder.finish(days("2024-01-01", 1), 1000)
}

#[test]
fn groups_and_single_versions_add_up() {
    let cube = versions(&["3.1", "3.1.4", "3.10.0", "3.1rc1", "2.0", "1!3.1", "3.1-custom", ""]);
    let of = |query: &str| {
        let selection = View::parse(query).selection(&cube);
        let filter = selection.filter(Dimension::Version).clone();
        (format!("{filter:?}"), cube.by_day(&selection)[0])
    };
    assert_eq!(of(""), ("{}".into(), 8));
    assert_eq!(of("minor=3.1"), (r#"{"3.1", "3.1.4", "3.1rc1"}"#.into(), 3));
    assert_eq!(of("minor=3.1&version=2.0").1, 4);
    assert_eq!(of("minor=3.1&version=3.1.4").1, 3, "what is in both counts once");
    assert_eq!(of("major=3").1, 4);
    assert_eq!(of("major=3&minor=2.0&version=3.1-custom").1, 6);
    assert_eq!(of("major=1!3").1, 1);
    assert_eq!(of("major=9").1, 0, "a group of which there is nothing lets nothing through");
    assert_eq!(of("major=9&version=2.0").1, 1);
}

#[test]
fn a_member_leads_to_the_group_or_to_the_value() {
    let known = |text: &str| Value::Known(text.into());
    let of = |grouping, value: &Value| {
        View::default().toggled(&Filter::of(Dimension::Version, grouping, value)).query()
    };
    assert_eq!(of(None, &known("3.1")), "version=3.1");
    assert_eq!(of(Some(Grouping::Minor), &known("3.1")), "minor=3.1");
    assert_eq!(of(Some(Grouping::Major), &known("3")), "major=3");
    assert_eq!(of(Some(Grouping::Minor), &known("custom")), "version=custom");
    assert_eq!(of(Some(Grouping::Major), &Value::Other), "version=*");
    let view = View::parse("group=minor&minor=3.1&version=3.0.1&version=custom&major=2");
    assert_eq!(view.chosen(Dimension::Version), [known("3.1"), known("custom")].into());
    assert_eq!(view.unfiltered(Dimension::Version).query(), "group=minor");
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[*]{0,2}[a-z0-9.+&=% \\PC]{0,8}".prop_map(|text| Value::of(&text)),
        Just(Value::Unknown),
        Just(Value::Other),
    ]
}

fn any_view() -> impl Strategy<Value = View> {
    let day = (0..30_000_u64).prop_map(|it| day("1999-01-01") + chrono::Days::new(it));
    let own = (day, 0..5000_u64)
        .prop_map(|(from, length)| Range::Own(from, from + chrono::Days::new(length)));
    let filter = prop_oneof![
        (prop::sample::select(&Dimension::ALL[..]), any_value())
            .prop_map(|(dimension, value)| Filter::Value(dimension, value)),
        "(1!){0,1}(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,25})"
            .prop_map(|group| Filter::Group(Grouping::Minor, group)),
        "(1!){0,1}(0|[1-9][0-9]{0,25})".prop_map(|group| Filter::Group(Grouping::Major, group)),
    ];
    let chart = (
        prop::option::of(prop::sample::select(&Grouping::ALL[..])),
        prop::option::of(prop::sample::select(&Draw::ALL[..])),
        prop::sample::select(&Heights::ALL[..]),
        any::<bool>(),
        prop::option::of(prop::sample::select(&Average::ALL[..])),
        (prop::sample::select(&Platform::ALL[..]), prop::sample::select(&Over::ALL[..])),
    );
    (
        prop_oneof![prop::sample::select(&Range::PRESETS[..]), own],
        prop::option::of(prop::sample::select(&Interval::ALL[..])),
        prop::option::of(prop::sample::select(&Dimension::ALL[..])),
        chart,
        prop::collection::vec(filter, 0..12),
    )
        .prop_map(|(range, interval, split, chart, filters)| {
            let (grouping, draw, heights, log, average, (platform, over)) = chart;
            let view = View {
                range,
                interval,
                split,
                grouping,
                draw,
                heights,
                log,
                average,
                platform,
                over,
                ..View::default()
            };
            filters.iter().fold(view.settled(), |view, filter| match view.has(filter) {
                true => view,
                false => view.toggled(filter),
            })
        })
}

proptest! {
    #[test]
    fn a_view_comes_back_by_its_address(view in any_view()) {
        prop_assert_eq!(View::parse(&view.query()), view);
    }

    #[test]
    fn any_text_is_a_view(query in "\\PC{0,200}") {
        let view = View::parse(&query);
        prop_assert_eq!(View::parse(&view.query()), view.clone());
        let _ = view.days(&days("2024-01-01", 10));
    }

    /// Whatever an address holds and however long it is, the view comes back by the address that it gets.
    #[test]
    fn a_long_address_settles(
        values in prop::collection::vec(("version|cpu|country", "[a!é&%=*]{1,400}"), 0..40),
    ) {
        let pairs: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let view = View::parse(&pairs.join("&"));
        prop_assert!(view.query().len() <= MAX_QUERY);
        prop_assert_eq!(View::parse(&view.query()), view);
    }

    #[test]
    fn toggling_twice_changes_nothing(view in any_view(), value in any_value()) {
        let filter = Filter::Value(Dimension::Cpu, value);
        prop_assert_eq!(view.toggled(&filter).toggled(&filter), view);
    }

    /// Whatever is clicked, the view that it leads to comes back by its address.
    #[test]
    fn every_click_leads_to_a_view_with_an_address(
        view in any_view(),
        heights in prop::sample::select(&Heights::ALL[..]),
        draw in prop::sample::select(&Draw::ALL[..]),
        average in prop::option::of(prop::sample::select(&Average::ALL[..])),
        interval in prop::sample::select(&Interval::ALL[..]),
        log in any::<bool>(),
    ) {
        for clicked in [
            view.with_heights(heights),
            view.with_draw(draw),
            view.with_average(average),
            view.with_interval(interval),
            view.with_log(log),
            view.with_split(None),
            view.with_split(Some(Dimension::Cpu)),
            view.with_grouping(None),
            view.with_range(Range::All),
        ] {
            prop_assert_eq!(View::parse(&clicked.query()), clicked);
        }
        prop_assert_eq!(view.with_heights(heights).heights(), heights);
        prop_assert_eq!(view.with_average(average).average(), average);
        prop_assert_eq!(view.with_log(log).is_log(), log);
    }

    /// Any bytes, as a browser hands them on.
    #[test]
    fn any_bytes_are_a_view(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let query = String::from_utf8_lossy(&bytes);
        let view = View::parse(&query);
        prop_assert!(view.query().len() <= MAX_QUERY);
        prop_assert_eq!(View::parse(&view.query()), view);
    }
}
