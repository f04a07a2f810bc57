//! Whatever the figures, a drawing is well-formed and readable.

use cube::Value;
use metrics::{Interval, LineKey};
use proptest::prelude::*;

use super::*;
use crate::fixture::day;

/// Days with these letters: `f` final, `p` provisional, `-` not collected.
fn series(letters: &str, lines: &[Vec<u64>]) -> Series {
    let first = day("2026-08-20");
    let bins = first.iter_days().zip(letters.chars()).map(|(day, letter)| Bin {
        first: day,
        last: day,
        collected: u32::from(letter != '-'),
        missing: u32::from(letter == '-'),
        provisional: u32::from(matches!(letter, 'p' | 's')),
        suspect: u32::from(letter == 's'),
        before: 0,
        after: 0,
        cut: 0,
    });
    let key = |at: usize| match lines.len() {
        1 => LineKey::All,
        _ if at >= MAX_LINES => LineKey::Rest,
        _ => LineKey::Value(Value::Known(at.to_string())),
    };
    let lines =
        lines.iter().enumerate().map(|(at, counts)| Line { key: key(at), counts: counts.clone() });
    Series { interval: Interval::Day, bins: bins.collect(), lines: lines.collect() }
}

/// A chart of counts without releases.
fn chart<'a>(series: &'a Series, names: &'a [String], gaps: &'a [(Day, Day)]) -> Chart<'a> {
    Chart {
        series,
        per: 1,
        names,
        gaps,
        releases: &[],
        heights: Heights::Counts,
        is_log: false,
        is_stacked: false,
        wholes: &[],
        known: None,
        missing: None,
        own: &[],
        axis: Axis::Days,
        title: "a & b",
        finding: "<nothing>",
    }
}

fn drawn(series: &Series, names: &[String], gaps: &[(Day, Day)], form: Form) -> String {
    draw(&chart(series, names, gaps), form).unwrap()
}

fn release(version: &str, first: Day) -> Release {
    Release { version: version.into(), first, maybe_older: false }
}

/// The texts that have this class.
fn texts(svg: &str, class: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.attribute("class") == Some(class));
    texts.filter_map(|node| node.text().map(String::from)).collect()
}

#[test]
fn releases_are_ticks_and_the_larger_ones_have_their_names_first() {
    let long = series(&"f".repeat(120), &[(0..120).collect()]);
    let first = day("2026-08-20");
    let mut releases: Vec<Release> = (1..30)
        .map(|at| release(&format!("1.9.{at}"), first + chrono::Days::new(4 * at)))
        .collect();
    releases.push(release("2.0", first + chrono::Days::new(41)));
    releases.push(release("0.1", first - chrono::Days::new(1)));
    let of =
        |form| draw(&Chart { releases: &releases, ..chart(&long, &["all".into()], &[]) }, form);
    for form in [Form::Wide, Form::Narrow] {
        let svg = of(form).unwrap();
        let names = texts(&svg, "release");
        assert!(names.contains(&"2.0".into()) && names.contains(&"1.9.29".into()), "{names:?}");
        assert!(names.len() < 30 && !names.contains(&"0.1".into()), "{names:?}");
        assert!(svg.matches(r#"<path class="release" "#).count() >= names.len());
    }
}

#[test]
fn an_incident_is_shaded_and_named_also_where_a_day_is_narrow() {
    let mut years = series("fff", &[vec![5, 6, 7]]);
    years.interval = Interval::Month;
    let firsts = ["2020-03-01", "2020-04-01", "2020-05-01"].map(day);
    let lasts = ["2020-03-31", "2020-04-30", "2020-05-31"].map(day);
    for (bin, (first, last)) in years.bins.iter_mut().zip(firsts.into_iter().zip(lasts)) {
        (bin.first, bin.last) = (first, last);
    }
    let svg = drawn(&years, &["all".into()], &[], Form::Wide);
    assert_eq!(svg.matches(r#"<rect class="incident" "#).count(), 1);
    assert_eq!(texts(&svg, "incident"), ["rows lost"]);
}

#[test]
fn shares_are_areas_that_stand_on_each_other_and_end_at_the_whole() {
    let parts = series("fff", &[vec![3, 1, 0], vec![1, 3, 0]]);
    let names = ["a".to_owned(), "b".into()];
    let shares = Chart { heights: Heights::Shares, is_stacked: true, ..chart(&parts, &names, &[]) };
    let scale = Scale::of(&shares, 6);
    assert_eq!((scale.top, scale.is_stacked), (100.0, true));
    assert_eq!(scale.lines, [[75.0, 25.0, 0.0], [100.0, 100.0, 0.0]]);
    let svg = draw(&shares, Form::Wide).unwrap();
    for class in ["s1", "s2"] {
        assert_eq!(svg.matches(&format!(r#"<path class="area {class} full" "#)).count(), 1);
    }
    assert!(texts(&svg, "axis").contains(&"100\u{a0}%".into()));
    let joined: Vec<bool> = (0..3).map(|at| shares.is_joined(0, at)).collect();
    assert_eq!(joined, [true, true, false], "of nothing no share is known");
}

#[test]
fn a_share_without_a_split_is_of_what_it_is_said_to_be_of() {
    let one = series("ff", &[vec![1, 3]]);
    let wholes = [4, 4];
    let shares = Chart { heights: Heights::Shares, wholes: &wholes, ..chart(&one, &[], &[]) };
    let scale = Scale::of(&shares, 4);
    assert_eq!((scale.lines, scale.is_stacked), (vec![vec![25.0, 75.0]], false));
}

#[test]
fn a_log_scale_has_a_place_for_zero_and_no_area() {
    let steep = series("ffff", &[vec![0, 9, 99, 99_999]]);
    let log = Chart { is_log: true, ..chart(&steep, &[], &[]) };
    let scale = Scale::of(&log, 6);
    assert_eq!(scale.lines[0][..3], [0.0, 1.0, 2.0]);
    assert!(scale.top >= scale.lines[0][3]);
    assert!(!draw(&log, Form::Wide).unwrap().contains("area"));
}

#[test]
fn an_average_that_is_not_known_interrupts_the_line_and_is_no_ring() {
    let days = series("fffff", &[vec![5, 5, 0, 5, 5]]);
    let known = [true, true, false, true, true];
    let averages = Chart { known: Some(&known), ..chart(&days, &[], &[]) };
    let svg = draw(&averages, Form::Wide).unwrap();
    assert_eq!(svg.matches(r#"<path class="s1" "#).count(), 2);
    assert!(!svg.contains("ring"));
}

/// Left, top, right and bottom of each text, in CSS pixels.
fn boxes(svg: &str, font: f64) -> Vec<(f64, f64, f64, f64, String)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    let number =
        |node: roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse::<f64>().unwrap();
    texts
        .map(|node| {
            let text = node.text().unwrap_or_default();
            let width = text_width(text, font);
            let (x, y) = (number(node, "x"), number(node, "y"));
            let left = match node.attribute("text-anchor") {
                Some("end") => x - width,
                Some("middle") => x - width / 2.0,
                _ => x,
            };
            (left, y - font * 0.8, left + width, y + font * 0.2, text.to_owned())
        })
        .collect()
}

#[test]
fn a_gap_interrupts_the_line_and_is_hatched() {
    let series = series("fff---ffpp", &[vec![5, 6, 7, 0, 0, 0, 5, 5, 5, 5]]);
    let gap = [(day("2026-08-23"), day("2026-08-25"))];
    let svg = drawn(&series, &["all".into()], &gap, Form::Wide);
    assert_eq!(svg.matches(r#"<path class="s1" "#).count(), 2, "one line on each side");
    assert_eq!(
        svg.matches(r#"<path class="s1 dashed" "#).count(),
        1,
        "provisional days are dashed"
    );
    assert_eq!(svg.matches(r#"<rect class="gap" "#).count(), 1);
    assert!(svg.contains(">not collected</text>"));
    assert!(svg.contains(">counting changed</text>"), "{svg}");
}

#[test]
fn a_narrow_gap_has_its_label_above_where_there_is_room() {
    let letters = format!("{}-{}", "f".repeat(60), "f".repeat(60));
    let long = series(&letters, &[vec![5; 121]]);
    let first = day("2026-08-20");
    let at = |days| first + chrono::Days::new(days);
    for form in [Form::Wide, Form::Narrow] {
        let svg = drawn(&long, &["all".into()], &[(at(60), at(60))], form);
        assert_eq!(texts(&svg, "gap"), ["not collected"]);
        let near = drawn(&long, &["all".into()], &[(at(60), at(60)), (at(62), at(62))], form);
        assert_eq!(near.matches("<rect class=\"gap\"").count(), 2);
        assert!(texts(&near, "gap").len() <= 2, "as many as fit");
    }
}

#[test]
fn a_log_scale_begins_at_the_decade_of_the_least_value() {
    let high = series("ff", &[vec![500, 50_000], vec![0, 2_000]]);
    let scale = Scale::of(&Chart { is_log: true, ..chart(&high, &[], &[]) }, 6);
    let labels: Vec<&str> = scale.ticks.iter().map(|it| &*it.1).collect();
    assert_eq!(labels, ["0", "100", "1k", "10k", "100k"]);
    assert_eq!(scale.lines[1][0], 0.0, "zero keeps its place");
    assert!(scale.lines[0][0] > scale.ticks[1].0 && scale.lines[0][1] < scale.top);
}

#[test]
fn a_lone_day_is_a_dot_and_a_part_of_a_week_a_ring() {
    let lone = drawn(&series("f", &[vec![5]]), &["all".into()], &[], Form::Narrow);
    assert!(lone.contains(r#"<circle class="dot s1" "#));
    let mut open = series("ff", &[vec![5, 3]]);
    open.bins[1].after = 3;
    let open = drawn(&open, &["all".into()], &[], Form::Narrow);
    assert!(
        open.contains(r#"<circle class="dot s1" "#) && open.contains(r#"<circle class="ring s1" "#)
    );
}

#[test]
fn what_is_only_a_part_is_never_drawn_as_a_rise_or_a_fall() {
    let parts: [fn(&mut Series); 3] = [
        |series| series.bins[0].before = 2,
        |series| series.bins[3].after = 2,
        |series| series.bins[3].cut = 2,
    ];
    let whole = drawn(&series("ffff", &[vec![6, 5, 5, 6]]), &["all".into()], &[], Form::Wide);
    for part in parts {
        let mut series = series("ffff", &[vec![6, 5, 5, 6]]);
        part(&mut series);
        let svg = drawn(&series, &["all".into()], &[], Form::Wide);
        // From the first to the third or from the second to the fourth of four equal steps.
        for mark in ["<path class=\"s1\" d=\"", "<path class=\"area s1 faint\" d=\""] {
            assert_eq!(svg.matches(mark).count(), 1, "{svg}");
            let points =
                |svg: &str| svg.split_once(mark).unwrap().1.split('"').next().unwrap().len();
            assert!(points(&svg) < points(&whole), "the part is not joined: {svg}");
        }
        assert!(!svg.contains("dashed"), "and not by dashes");
        assert_eq!(svg.matches(r#"<circle class="ring s1" "#).count(), 1);
    }
    let mut two = series("ff", &[vec![1, 9]]);
    two.bins[0].before = 20;
    let two = drawn(&two, &["all".into()], &[], Form::Wide);
    assert!(!two.contains(r#"<path class="s1"#) && !two.contains("area"), "{two}");
}

#[test]
fn a_break_is_drawn_only_between_days_that_count() {
    let mut month = series("f", &[vec![5]]);
    (month.interval, month.bins[0].first, month.bins[0].last) =
        (Interval::Month, day("2026-08-01"), day("2026-08-31"));
    let has_break = |series: &Series| {
        drawn(series, &["all".into()], &[], Form::Wide).contains("class=\"break\"")
    };
    assert!(has_break(&month));
    month.bins[0].before = 23;
    assert!(!has_break(&month), "begins on the day of the break");
    month.bins[0].before = 0;
    month.bins[0].cut = 8;
    assert!(!has_break(&month), "ends the day before");
}

#[test]
fn nothing_known_is_drawn_as_nothing() {
    for letters in ["", "-", "-----"] {
        let svg =
            drawn(&series(letters, &[vec![0; letters.len()]]), &["all".into()], &[], Form::Wide);
        assert!(!svg.contains("s1"), "{letters}: {svg}");
    }
}

#[test]
fn words_are_in_the_drawing_and_no_markup() {
    let svg = drawn(
        &series("ff", &[vec![1, 2], vec![3, 4]]),
        &["</svg>".into(), "\"".into()],
        &[],
        Form::Wide,
    );
    let document = roxmltree::Document::parse(&svg).unwrap();
    let words: Vec<_> =
        document.root_element().children().take(2).filter_map(|it| it.text()).collect();
    assert_eq!(words, ["a & b", "<nothing>"]);
    assert!(svg.contains(">&lt;/svg&gt;</text>"));
}

/// What may be in a drawing; nothing else can run, load or collide.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("svg", &["class", "data-plot", "viewBox", "width", "height", "role"]),
    ("title", &[]),
    ("desc", &[]),
    ("path", &["class", "d"]),
    ("rect", &["class", "x", "y", "width", "height"]),
    ("circle", &["class", "cx", "cy", "r"]),
    ("text", &["class", "x", "y", "text-anchor"]),
];

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9.]{1,6}", "[a-z]{1,30}", "\\PC{1,64}"]
}

prop_compose! {
    fn any_series()(letters in "[fp-]{1,400}", lines in 1..10_usize, magnitude in 0..20_u32)
        (counts in prop::collection::vec(0..=10_u64.checked_pow(magnitude).unwrap_or(u64::MAX), lines * letters.len()),
         letters in Just(letters), lines in Just(lines)) -> Series {
        let lines: Vec<_> = counts.chunks(letters.len()).take(lines).map(<[u64]>::to_vec).collect();
        series(&letters, &lines)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn text_never_overlaps_and_all_is_well_formed(
        series in any_series(),
        names in prop::collection::vec(any_name(), 10),
        gap in (0..400_u64, 0..60_u64),
        releases in prop::collection::vec(("[0-9]{1,2}([.][0-9]{1,3}){0,3}", 0..400_u64), 0..40),
        heights in prop::sample::select(&Heights::ALL[..]),
    ) {
        let start = day("2026-08-20") + chrono::Days::new(gap.0);
        let gaps = [(start, start + chrono::Days::new(gap.1))];
        let names: Vec<String> = names.iter().take(series.lines.len()).map(|it| crate::text::visible(it)).collect();
        let releases: Vec<Release> = releases
            .iter()
            .map(|(version, at)| release(version, day("2026-08-20") + chrono::Days::new(*at)))
            .collect();
        for form in [Form::Wide, Form::Narrow] {
            let chart = Chart { releases: &releases, heights, ..chart(&series, &names, &gaps) };
            let svg = draw(&chart, form).unwrap();
            prop_assert_eq!(&svg, &draw(&chart, form).unwrap(), "the same twice");
            let document = roxmltree::Document::parse(&svg).unwrap();
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                let name = node.tag_name().name();
                // Not in texts, where names may hold these letters.
                let is_number = |it: &str| !it.contains("NaN") && !it.contains("inf");
                prop_assert!(node.attributes().all(|it| is_number(it.value())), "{:?}", node);
                let allowed = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
                prop_assert!(allowed.is_some_and(|(_, attributes)| {
                    node.attributes().all(|it| attributes.contains(&it.name()))
                }), "{} in {}", name, svg);
            }
            let (width, height) = (f64::from(form.size().0), f64::from(form.size().1));
            let boxes = boxes(&svg, form.font());
            for (at, a) in boxes.iter().enumerate() {
                prop_assert!(a.0 >= -0.1 && a.2 <= width + 0.1 && a.1 >= 0.0 && a.3 <= height + 0.1, "{:?} is cut", a);
                for b in &boxes[at + 1..] {
                    let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 + 0.1 || b.3 <= a.1 + 0.1;
                    prop_assert!(apart, "{:?} over {:?}", a, b);
                }
            }
        }
    }

    #[test]
    fn every_line_of_a_split_that_does_not_end_at_zero_has_its_name(lines in 2..10_usize, seed in 0..1000_u64) {
        let counts: Vec<Vec<u64>> = (0..lines as u64).map(|at| vec![seed * at % 17, seed % (at + 1)]).collect();
        let names: Vec<String> = (0..lines).map(|at| format!("name {at}")).collect();
        for form in [Form::Wide, Form::Narrow] {
            let svg = drawn(&series("ff", &counts), &names, &[], form);
            for (name, counts) in names.iter().zip(&counts) {
                let text = format!(">{name}</text>");
                prop_assert_eq!(svg.contains(&text), counts[1] > 0, "{}", name);
            }
        }
    }
}
