//! Where curves run and what is written beside them.

use super::*;

fn curve<'a>(name: &'a str, shares: &'a [Option<f64>], provisional: usize) -> Curve<'a> {
    Curve { name, shares, provisional }
}

fn drawn(curves: &[Curve<'_>], form: Form) -> String {
    draw(curves, (7, 182), ("Shares", "What one sees."), form).unwrap()
}

/// The classes of the paths that are lines of a series, with their data.
fn paths(svg: &str) -> Vec<(String, String)> {
    let html = scraper::Html::parse_fragment(svg);
    let selector = scraper::Selector::parse("path[class^=s]").unwrap();
    let text = |it: scraper::ElementRef<'_>, name| it.attr(name).unwrap().to_owned();
    html.select(&selector).map(|it| (text(it, "class"), text(it, "d"))).collect()
}

fn texts(svg: &str) -> Vec<String> {
    let html = scraper::Html::parse_fragment(svg);
    let selector = scraper::Selector::parse("text").unwrap();
    html.select(&selector).map(|it| it.text().collect()).collect()
}

#[test]
fn curves_begin_together_and_have_their_names_at_their_ends() {
    let (long, short) = ([Some(0.2), Some(0.5), Some(0.9)], [Some(0.1), Some(0.3)]);
    for form in [Form::Wide, Form::Narrow] {
        let svg = drawn(&[curve("2.0", &short, 0), curve("1.0 & co", &long, 0)], form);
        let paths = paths(&svg);
        let classes: Vec<&str> = paths.iter().map(|it| &*it.0).collect();
        assert_eq!(classes, ["s2", "s1"], "the first is drawn last, over the others");
        let start = |path: &str| path[1..].split(' ').next().unwrap().to_owned();
        assert_eq!(start(&paths[0].1), start(&paths[1].1));
        let texts = texts(&svg);
        for text in
            ["0\u{a0}%", "50\u{a0}%", "100\u{a0}%", "0", "60", "180 days", "2.0", "1.0 & co"]
        {
            assert!(texts.iter().any(|it| it == text), "{text} in {texts:?}");
        }
        assert!(texts.iter().any(|it| it.starts_with("half")), "{texts:?}");
    }
}

#[test]
fn a_week_that_is_not_known_interrupts_and_one_alone_is_a_dot() {
    let shares = [Some(0.2), None, Some(0.3), Some(0.3), None, None, Some(0.1)];
    let svg = drawn(&[curve("1.0", &shares, 0)], Form::Wide);
    assert_eq!(paths(&svg).len(), 1);
    assert_eq!(svg.matches("<circle class=\"dot s1\"").count(), 2);
    assert!(paths(&drawn(&[curve("1.0", &[None; 3], 0)], Form::Wide)).is_empty());
}

#[test]
fn what_may_change_is_dashed() {
    let shares = [Some(0.2), Some(0.3), Some(0.4)];
    let classes = |provisional| {
        let svg = drawn(&[curve("1.0", &shares, provisional)], Form::Wide);
        paths(&svg).into_iter().map(|it| it.0).collect::<Vec<_>>()
    };
    assert_eq!(classes(0), ["s1"]);
    assert_eq!(classes(1), ["s1", "s1 dashed"]);
    assert_eq!(classes(2), ["s1 dashed"], "one point makes no line");
    assert_eq!(classes(9), ["s1 dashed"]);
}

#[test]
fn small_shares_fill_the_height_and_half_is_named_only_where_it_is() {
    let svg = drawn(&[curve("1.0", &[Some(0.03), Some(0.12)], 0)], Form::Wide);
    let texts = texts(&svg);
    assert!(texts.iter().any(|it| it == "20\u{a0}%"), "{texts:?}");
    assert!(!texts.iter().any(|it| it.contains("half") || it == "100\u{a0}%"), "{texts:?}");
}

#[test]
fn eight_curves_with_one_end_are_all_there() {
    let shares = [Some(0.1), Some(0.1)];
    let names: Vec<String> = (0..8).map(|at| format!("1.{at}")).collect();
    let curves: Vec<_> = names.iter().map(|name| curve(name, &shares, 0)).collect();
    let svg = drawn(&curves, Form::Narrow);
    assert_eq!(paths(&svg).len(), 8);
    // Names that would lie on others are left out: the table below the chart has the colors too.
    assert!(texts(&svg).iter().filter(|it| names.contains(it)).count() >= 5);
}
