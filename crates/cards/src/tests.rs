//! Cards are drawn, decoded again, and looked at pixel by pixel.

use proptest::prelude::*;

use super::*;

const FIGURES: [Figure<'static>; 3] = [
    Figure { value: "1.23M", label: "last 30 days" },
    Figure { value: "+12.3\u{a0}%", label: "vs the 30 days before" },
    Figure { value: "45.6M", label: "all time" },
];

const CARD: Card<'static> = Card {
    site: "Downloads of ours",
    title: "ruamel-yaml",
    subtitle: "A YAML parser",
    figures: &FIGURES,
    chart: &[Some(10), Some(20), None, None, Some(10), Some(0)],
    caption: "6 weeks",
    data_to: "Data to 22 Nov 2026",
};

/// The colors of a PNG file, row by row.
struct Picture(Vec<[u8; 3]>);

impl Picture {
    fn of(card: &Card<'_>) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png(card)));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (1200, 630));
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        Self(bytes.as_chunks().0.to_vec())
    }

    /// How many pixels of a box (left, top, right, bottom) have the color of an ink.
    fn count(&self, (left, top, right, bottom): (usize, usize, usize, usize), ink: Ink) -> usize {
        (top..bottom)
            .flat_map(|y| (left..right).map(move |x| y * WIDTH as usize + x))
            .filter(|&at| self.0[at] == ink.rgb())
            .count()
    }

    /// Whether nothing is drawn beside the margins, apart from round ends and the stripe at the top.
    fn keeps_margins(&self) -> bool {
        let sides = [(0, 12, 60, 630), (1140, 12, 1200, 630)];
        sides.into_iter().all(|side| self.count(side, Ink::Ground) == 60 * 618)
    }
}

#[test]
fn a_card_has_all_its_parts() {
    let picture = Picture::of(&CARD);
    let rows = [(50, 95), (120, 220), (225, 260), (290, 350), (365, 400), (570, 610)];
    for (at, (top, bottom)) in rows.into_iter().enumerate() {
        let ink = if [1, 3].contains(&at) { Ink::Text } else { Ink::Soft };
        assert!(picture.count((0, top, 1200, bottom), ink) > 300, "row {at}");
    }
    assert!(picture.keeps_margins());
}

#[test]
fn the_same_card_gives_the_same_bytes_and_another_does_not() {
    assert_eq!(png(&CARD), png(&CARD));
    assert_ne!(png(&CARD), png(&Card { title: "other", ..CARD }));
}

#[test]
fn a_card_is_small_enough_to_be_fetched() {
    assert!(png(&CARD).len() < 40_000);
}

#[test]
fn what_is_not_known_is_hatched_and_zero_is_not() {
    let picture = Picture::of(&CARD);
    // From the second point of six to the fifth, without the ends of the lines.
    let gap = (72 + 220, 430, 1128 - 220, 545);
    assert_eq!(picture.count(gap, Ink::Area) + picture.count(gap, Ink::Line), 0);
    assert!(picture.count(gap, Ink::Ground) < (gap.2 - gap.0) * (gap.3 - gap.1) * 19 / 20);

    let zero = Card { chart: &[Some(0), Some(0), Some(0)], ..CARD };
    let picture = Picture::of(&zero);
    assert_eq!(picture.count((60, 400, 1140, 545), Ink::Ground), 1080 * 145);
    assert!(picture.count((72, 549, 1128, 552), Ink::Line) > 1000);
}

#[test]
fn without_known_counts_there_is_no_chart() {
    for chart in [&[][..], &[Some(5)], &[None, None]] {
        let picture = Picture::of(&Card { chart, ..CARD });
        assert_eq!(picture.count((0, 405, 1200, 565), Ink::Ground), 1200 * 160, "{chart:?}");
    }
}

#[test]
fn a_character_without_a_glyph_is_a_box() {
    let boxed = Card { title: "□□", ..CARD };
    assert_eq!(png(&Card { title: "日\u{202e}", ..CARD }), png(&boxed));
}

#[test]
fn a_fourth_figure_is_left_out() {
    let four = [FIGURES[0], FIGURES[1], FIGURES[2], FIGURES[0]];
    assert_eq!(png(&Card { figures: &four, ..CARD }), png(&CARD));
}

#[test]
fn a_long_text_is_set_smaller_then_cut() {
    let fonts = Fonts::built_in();
    let fit = |text: &str| {
        let line = fonts.fit(Weight::SemiBold, text, 500.0, 96.0, 40.0);
        (line.size, String::from_iter(&line.characters))
    };
    assert_eq!(fit("sdv"), (96.0, "sdv".into()));
    let (size, text) = fit("ruamel-yaml-clib");
    assert!((40.0..96.0).contains(&size), "{size}");
    assert_eq!(text, "ruamel-yaml-clib");
    let (size, text) = fit(&"long ".repeat(20));
    assert!((40.0..45.0).contains(&size), "{size}");
    assert!(
        text.starts_with("long long ") && text.ends_with('…') && !text.ends_with(" …"),
        "{text}"
    );
}

#[test]
fn figures_are_all_as_large_as_the_longest_allows() {
    let fonts = Fonts::built_in();
    let lines =
        fonts.fit_alike(Weight::Regular, ["a", "aaaaaaaaaa"].into_iter(), 100.0, 32.0, 10.0);
    assert_eq!(lines[0].size, lines[1].size);
    assert!((99.0..=100.01).contains(&lines[1].width));
}

proptest! {
    #[test]
    fn any_text_fits(text in any::<String>(), times in 1..40_usize, width in 100.0..1_100_f32) {
        let text = text.repeat(times);
        let fonts = Fonts::built_in();
        let line = fonts.fit(Weight::Regular, &text, width, 32.0, 24.0);
        prop_assert!(line.width <= width + 0.1, "{} > {width}", line.width);
        prop_assert!((24.0..=32.0).contains(&line.size));
    }
}

proptest! {
    // Each case draws a whole picture.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_card_can_be_drawn(
        texts in any::<[String; 4]>(),
        counts in proptest::collection::vec(any::<Option<u64>>(), 0..60),
    ) {
        let figure = Figure { value: &texts[0], label: &texts[1] };
        let picture = Picture::of(&Card {
            site: &texts[2],
            title: &texts[3],
            subtitle: &texts[0],
            figures: &[figure; 3],
            chart: &counts,
            caption: &texts[1],
            data_to: &texts[2],
        });
        prop_assert!(picture.keeps_margins());
    }
}
