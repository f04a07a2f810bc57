//! Addresses as nobody writes them by hand: pieces of real ones and of hostile ones, put together at random.
//!
//! Many more are tried with `DOWNLOAD_ANALYTICS_ADDRESSES=10000000 cargo test -p views --test addresses`.

use std::env;

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use views::{View, compare::CompareView};

/// How many addresses are tried, unless it is said otherwise.
const CASES: u32 = 5_000;

/// The longest address that a view gets, in bytes.
const LONGEST: usize = 4096;

/// What an address is made of, and what it should not be made of.
const PIECES: &[&str] = &[
    "range",
    "from",
    "to",
    "interval",
    "split",
    "group",
    "draw",
    "share",
    "sum",
    "scale",
    "average",
    "drop",
    "over",
    "version",
    "python",
    "country",
    "installer",
    "system",
    "type",
    "audience",
    "cpu",
    "minor",
    "major",
    "p",
    "package",
    "packages",
    "release",
    "100",
    "align",
    "index",
    "=",
    "=",
    "=",
    "=",
    "=",
    "&",
    "&",
    "&",
    "&",
    "&",
    ",",
    "30d",
    "1y",
    "all",
    "view",
    "week",
    "month",
    "log",
    "lines",
    "stacked",
    "1",
    "7",
    "28",
    "3.1",
    "1!2.0rc1",
    "2026-01-31",
    "-262143-01-01",
    "9999-12-31",
    "2026-02-30",
    "*",
    "**",
    "%",
    "%2",
    "%00",
    "%ff",
    "%26",
    "%C3%A9",
    "+",
    "?",
    "#",
    ";",
    "__proto__",
    "constructor",
    "\u{0}",
    "\u{202e}",
    "é\u{301}",
    "\u{10ffff}",
];

/// Pieces one after the other, with something of any kind between them now and then.
fn any_address() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        16 => prop::sample::select(PIECES).prop_map(String::from),
        2 => any::<String>().prop_map(|text| text.chars().take(6).collect()),
        1 => (prop::sample::select(PIECES), 1..3_000_usize).prop_map(|(piece, times)| piece.repeat(times)),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Checks a law for many addresses.
fn for_any_address(law: impl Fn(&str) -> Result<(), TestCaseError>) {
    let cases = env::var("DOWNLOAD_ANALYTICS_ADDRESSES").ok().and_then(|it| it.parse().ok());
    let config = Config { cases: cases.unwrap_or(CASES), ..Config::with_source_file(file!()) };
    let result = TestRunner::new(config).run(&any_address(), |address| law(&address));
    assert_eq!(result, Ok(()));
}

/// An address that a view gets leads back to it, fits everywhere, and needs no quotes.
fn check<T: PartialEq + std::fmt::Debug>(
    view: &T,
    query: &str,
    parse: impl Fn(&str) -> T,
) -> Result<(), TestCaseError> {
    prop_assert!(query.len() <= LONGEST);
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-._*+%&=,!".contains(&it);
    prop_assert!(query.bytes().all(plain), "{query}");
    for query in [query, &format!("?{query}")] {
        prop_assert_eq!(&parse(query), view);
    }
    Ok(())
}

#[test]
fn any_address_is_a_view_that_comes_back_by_its_own() {
    for_any_address(|address| {
        let view = View::parse(address);
        check(&view, &view.query(), View::parse)
    });
}

#[test]
fn any_address_is_a_comparison_that_comes_back_by_its_own() {
    for_any_address(|address| {
        let view = CompareView::parse(address);
        check(&view, &view.query(), CompareView::parse)
    });
}
