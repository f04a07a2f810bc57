//! What is in sight, what is below and what is folded away make the whole together.

use super::*;
use crate::Screen;

/// Versions 0.0 to 0.39 on one day.
fn many() -> Cube {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    for minor in 0..40 {
        let version = format!("0.{minor}");
        let fields = row(&[(downloads::Field::Version, &version)]);
        builder.push(day("2026-01-01"), &fields, 100 - minor).unwrap();
    }
    builder.finish(Days::new(day("2026-01-01"), states("f")), 1000)
}

fn in_sight(cube: &Cube, view: &View, screen: Screen) -> (Rendered, [Region; 2]) {
    let context = Context { extent: Extent::InSight(screen), ..*CONTEXT };
    (render(cube, view, &context).unwrap(), render_below(cube, view, &context).unwrap())
}

/// The HTML without the drawings of charts of this class.
fn without(html: &str, hidden: &str) -> String {
    let mut rest = html.to_owned();
    for start in
        [format!("<svg class=\"chart {hidden}"), format!("<svg class=\"chart curves {hidden}")]
    {
        while let Some(from) = rest.find(&start) {
            let end = rest[from..].find("</svg>").unwrap() + "</svg>".len();
            rest.replace_range(from..from + end, "");
        }
    }
    rest
}

#[test]
fn the_parts_make_the_whole() {
    for (cube, query) in [
        (awkward(), ""),
        (awkward(), "range=all&interval=day&split=version&country=DE"),
        (awkward(), "version=2.0&drop=system"),
        (many(), "split=version"),
    ] {
        let view = View::parse(query);
        let whole = render(&cube, &view, &CONTEXT).unwrap();
        for (screen, hidden) in [(Screen::Wide, "narrow"), (Screen::Narrow, "wide")] {
            let (sight, below) = in_sight(&cube, &view, screen);
            let mut regions = sight.regions;
            for dimension in Dimension::ALL {
                let mark = format!(" data-folded=\"{}\">", dimension.key());
                let Some(from) = regions[4].1.find(&mark) else { continue };
                regions[4].1.replace_range(from..from + mark.len(), ">");
                let list = from + regions[4].1[from..].find("</summary>").unwrap() + 10;
                regions[4].1.insert_str(list, &folded(&cube, &view, dimension).unwrap());
            }
            regions.extend(below);
            let expected = whole.regions.iter().map(|(id, html)| (*id, without(html, hidden)));
            assert_eq!(regions, expected.collect::<Vec<_>>(), "{query} without {hidden}");
            assert_eq!((&sight.title, &sight.status), (&whole.title, &whole.status));
        }
    }
}

#[test]
fn a_list_that_is_folded_away_is_not_in_sight() {
    let view = View::default();
    let (sight, _) = in_sight(&many(), &view, Screen::Wide);
    let values = |html: &str| html.matches("data-key=\"value-version-").count();
    assert_eq!(values(&sight.regions[4].1), 10);
    assert_eq!(values(&folded(&many(), &view, Dimension::Version).unwrap()), 30);
    assert!(sight.regions[4].1.contains("<summary>30 more</summary>"));
}
