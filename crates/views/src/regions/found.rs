//! Values of a dimension that are found by a part of their text.

use askama::Template;
use cube::Cube;
use downloads::Dimension;
use metrics::{Grouping, Share, Shares};

use super::{RenderError, facets};
use crate::{View, text, view::Filter};

/// How many values are listed at most.
const LISTED: usize = 20;

/// The values that a text was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Their list, which stands in place of the one that has most downloads first.
    pub html: String,
    /// How many there are, in words to be read out.
    pub announcement: String,
}

#[derive(Template)]
#[template(path = "parts/found.html")]
struct List {
    key: &'static str,
    announcement: String,
    rows: Vec<facets::Row>,
    /// What is not listed, in words; empty if nothing.
    rest: String,
}

/// How well a text is matched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Whole,
    Beginning,
    Within,
}

impl Match {
    /// The best first.
    const ALL: [Self; 3] = [Self::Whole, Self::Beginning, Self::Within];
}

/// Finds the values of a dimension whose text has `sought` in it, in capitals or not, whether the filters of the view
/// let any download of them through or not. Those that are it come first, then those that begin with it.
///
/// # Errors
///
/// Only if the program is wrong: any text can be sought.
pub fn found(
    cube: &Cube,
    view: &View,
    dimension: Dimension,
    sought: &str,
) -> Result<Found, RenderError> {
    let shares = facets::all_of(cube, view, dimension);
    let lowered = sought.to_ascii_lowercase();
    let matches: Vec<(Match, &Share)> = shares
        .rows
        .iter()
        .filter_map(|share| {
            Some((matched(dimension, view.grouping_of(dimension), share, &lowered)?, share))
        })
        .collect();
    let count = matches.len();
    // Those with most downloads come first already: a sort is large in the module of the browser.
    let best = Match::ALL.into_iter().flat_map(|how| matches.iter().filter(move |it| it.0 == how));
    let rows = best.take(LISTED).map(|(_, share)| row(share, &shares, view)).collect();
    let values = text::counted(count as u64, "value", "values");
    let sought = text::visible(sought);
    let announcement = match count {
        0 => format!("No value has “{sought}” in it."),
        1 => format!("1 value has “{sought}” in it."),
        _ => format!("{values} have “{sought}” in them."),
    };
    let rest = match count.saturating_sub(LISTED) {
        0 => String::new(),
        _ => format!("{values} have this in them; {LISTED} are listed."),
    };
    let list = List { key: dimension.key(), announcement, rows, rest };
    Ok(Found { html: list.render()?, announcement: list.announcement })
}

/// `None` if the text is not in it.
fn matched(
    dimension: Dimension,
    grouping: Option<Grouping>,
    share: &Share,
    lowered: &str,
) -> Option<Match> {
    let filter = Filter::of(dimension, grouping, &share.value);
    let label = text::filter(&filter).to_ascii_lowercase();
    match label.find(lowered)? {
        0 if label.len() == lowered.len() => Some(Match::Whole),
        0 => Some(Match::Beginning),
        _ => Some(Match::Within),
    }
}

/// The row of a value, with a place in the page of its own: the value may be in the list too.
fn row(share: &Share, shares: &Shares, view: &View) -> facets::Row {
    let row = facets::row(share, shares, view);
    facets::Row { key: format!("found-{}", row.key), ..row }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::{awkward, day, row, states};

    /// What is found in which order, and how many in words.
    fn versions(cube: &Cube, query: &str, sought: &str) -> (Vec<String>, String) {
        let found = found(cube, &View::parse(query), Dimension::Version, sought).unwrap();
        let html = scraper::Html::parse_fragment(&found.html);
        let cells = scraper::Selector::parse("th a, td:nth-child(2)").unwrap();
        let cells: Vec<String> = html.select(&cells).map(|it| it.text().collect()).collect();
        let rows = cells.chunks(2).map(|it| it.join(": ")).collect();
        (rows, found.announcement)
    }

    /// Versions 0.0 to 0.99, of which 0.7 has 93 downloads and so on, and 1.0.
    fn many() -> Cube {
        let mut builder = cube::Builder::new(downloads::Mirrors::default());
        let mut push = |version: &str, downloads| {
            let fields = row(&[
                (downloads::Field::Version, version),
                (downloads::Field::CountryCode, if version == "1.0" { "DE" } else { "US" }),
            ]);
            builder.push(day("2026-01-01"), &fields, downloads).unwrap();
        };
        for minor in 0..100 {
            push(&format!("0.{minor}"), 100 - minor);
        }
        push("1.0", 1);
        builder.finish(cube::Days::new(day("2026-01-01"), states("f")), 1000)
    }

    #[test]
    fn the_best_match_comes_first() {
        let (rows, said) = versions(&many(), "", "0.9");
        assert_eq!(rows[..3], ["0.9: 91", "0.90: 10", "0.91: 9"]);
        assert_eq!((rows.len(), &*said), (11, "11 values have “0.9” in them."));
        let (rows, _) = versions(&many(), "", "1.");
        assert_eq!(rows, ["1.0: 1"], "0.10 has no point behind the 1");
    }

    #[test]
    fn no_more_than_twenty_are_listed_and_it_says_so() {
        let found = found(&many(), &View::default(), Dimension::Version, "0.").unwrap();
        assert_eq!(found.html.matches("<tr><th scope=\"row\">").count(), 20);
        assert!(found.html.contains("100 values have this in them; 20 are listed."));
        assert_eq!(found.announcement, "100 values have “0.” in them.");
    }

    #[test]
    fn counts_are_those_under_the_filters_and_zero_is_found_too() {
        assert_eq!(versions(&many(), "country=DE", "1.0").0, ["1.0: 1"]);
        assert_eq!(versions(&many(), "country=DE", "0.42").0, ["0.42: 0"]);
        let chosen = found(&many(), &View::parse("version=0.42"), Dimension::Version, "0.42");
        let html = chosen.unwrap().html;
        assert!(html.contains("aria-current") && html.contains("data-view=\"\""), "{html}");
    }

    #[test]
    fn capitals_do_not_matter() {
        let countries = found(&many(), &View::default(), Dimension::Country, "uS").unwrap();
        assert_eq!(countries.announcement, "1 value has “uS” in it.");
        let audience = found(&many(), &View::default(), Dimension::Audience, "UNKN").unwrap();
        assert_eq!(audience.announcement, "1 value has “UNKN” in it.");
    }

    #[test]
    fn nothing_found_is_said() {
        let (rows, said) = versions(&awkward(), "", "<b>x");
        assert!(rows.is_empty());
        assert_eq!(said, "No value has “<b>x” in it.");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_sought_is_never_markup(sought in "\\PC{0,20}|[<>&\"'a-c/]{1,9}") {
            for dimension in Dimension::ALL {
                let found = found(&awkward(), &View::default(), dimension, &sought).unwrap();
                let html = scraper::Html::parse_fragment(&found.html);
                let kinds =
                    ["html", "body", "table", "thead", "tbody", "tr", "th", "td", "a", "svg", "line", "p"];
                for it in html.tree.values().filter_map(|it| it.as_element()) {
                    prop_assert!(kinds.contains(&it.name()), "{} in {}", it.name(), found.html);
                }
            }
        }
    }
}
