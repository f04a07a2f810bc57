//! Addresses lead to views and back.

use downloads::DayState;
use proptest::prelude::*;

use super::*;

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
    let versions = [Value::Known("1.0+".into()), Value::Unknown];
    assert!(view.filter(Dimension::Version).iter().eq(versions.iter()));
    assert!(view.filter(Dimension::Country).iter().eq([Value::Other].iter()));
    assert_eq!(
        view.query(),
        "range=90d&interval=day&split=python&version=1.0%2B&version=&country=*"
    );
    let own = View::parse("from=2024-02-01&to=2024-02-29");
    assert_eq!(own.range, Range::Own(day("2024-02-01"), day("2024-02-29")));
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
    let days = days("2024-01-01", 10);
    let outside = View::parse("from=2030-01-01&to=2030-02-01");
    assert_eq!(outside.days(&days), None);
    let selection = outside.selection(&days);
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
    (
        prop_oneof![prop::sample::select(&Range::PRESETS[..]), own],
        prop::option::of(prop::sample::select(&Interval::ALL[..])),
        prop::option::of(prop::sample::select(&Dimension::ALL[..])),
        prop::sample::select(&Heights::ALL[..]),
        prop::option::of(prop::sample::select(&Average::ALL[..])),
        prop::collection::vec((prop::sample::select(&Dimension::ALL[..]), any_value()), 0..12),
    )
        .prop_map(|(range, interval, split, heights, average, values)| {
            let average = average.filter(|_| matches!(interval, None | Some(Interval::Day)));
            let mut view = View { range, interval, split, heights, average, ..View::default() };
            for (dimension, value) in values {
                view.filters.filter_mut(dimension).insert(value);
            }
            view
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
        let twice = view.toggled(Dimension::Cpu, &value).toggled(Dimension::Cpu, &value);
        prop_assert_eq!(twice, view);
    }
}
