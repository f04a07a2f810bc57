//! Drawings as text.

use super::*;

#[test]
fn paths_are_short_and_exact() {
    assert_eq!(path([(0, 0), (105, 203), (110, 203), (110, 198)]), "M0 0l10.5 20.3h.5v-.5");
    assert_eq!(path([(5, 5), (10, 5), (15, 5), (20, 5), (15, 5)]), "M.5 .5h1.5h-.5");
    assert_eq!(path([(0, 9), (3, 4)]), "M0 .9l.3-.5");
    assert_eq!(path([]), "");
}

#[test]
fn hatching_stays_inside() {
    assert_eq!(hatching((0, 0), (100, 60)), "M0 6l6-6M6 6l4-4");
    assert_eq!(hatching((0, 0), (10, 70)), "M0 6l1-1");
}

#[test]
fn colors_are_classes() {
    let class = |ink: Ink, tone| {
        let RGBColor(kind, index, tone) = ink.with(tone);
        classes(BackendColor { alpha: 1.0, rgb: (kind, index, tone) })
    };
    assert_eq!(class(Ink::Series(0), Tone::Solid), "s1");
    assert_eq!(class(Ink::Series(7), Tone::Dashed), "s8 dashed");
    assert_eq!(class(Ink::Other, Tone::Faint), "so faint");
    assert_eq!(class(Ink::Incident, Tone::Solid), "incident");
}

#[test]
fn text_is_never_markup() {
    let svg = document("class=\"chart\"", (10, 10), "</title><script>", "\"&'", "");
    assert!(
        svg.contains("<title>&lt;/title&gt;&lt;script&gt;</title><desc>&quot;&amp;&#39;</desc>")
    );
}

#[test]
fn text_is_cut_to_fit() {
    assert_eq!(fit("3.12", 12.0, 100.0), "3.12");
    let cut = fit("a very long name of an installer", 12.0, 100.0);
    assert!(cut.ends_with('…') && text_width(&cut, 12.0) <= 100.0, "{cut}");
}
