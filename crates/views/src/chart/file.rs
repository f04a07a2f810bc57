//! The chart as a file of its own, for pages elsewhere: what it is of stands above it, and the colors are in it.

use super::{Chart, DrawingError, Form, draw_body, ink};
use crate::{
    svg::{self, Palette, escape, fit, text_width},
    text::decimals,
};

/// Height of what stands above the chart, in CSS pixels.
pub(super) const HEAD: f64 = 54.0;

/// Space at the left and right edge, in CSS pixels.
pub(super) const EDGE: f64 = 8.0;

/// Sizes of the fonts of the head, in CSS pixels.
const FONTS: (f64, f64) = (18.0, 13.0);

/// Height of a row of names below the chart, in CSS pixels.
const ROW: u32 = 22;

/// What stands above the chart: fit to be shown.
pub(crate) struct Head<'a> {
    /// The name of the project.
    pub(crate) project: &'a str,
    /// What is counted.
    pub(crate) what: &'a str,
    /// How many, when, and how many of the days are not known.
    pub(crate) total: &'a str,
    /// How far the data goes.
    pub(crate) data_to: &'a str,
}

/// A whole SVG document that needs nothing beside it.
pub(crate) fn draw_file(
    chart: &Chart<'_>,
    head: &Head<'_>,
    palette: &'static Palette,
) -> Result<String, DrawingError> {
    let form = Form::File(palette);
    let (body, _) = draw_body(chart, form)?;
    let (width, height) = form.size();
    let right = f64::from(width) - EDGE;
    let text = |x: f64, y: u32, look: &str, text: &str| {
        format!("<text x=\"{}\" y=\"{y}\" {look}>{}</text>", decimals(x, 0), escape(text))
    };
    let (large, small) = FONTS;
    let (bold, plain) = (decimals(large, 0), decimals(small, 0));
    let name = format!("fill=\"{}\" font-size=\"{bold}\" font-weight=\"700\"", palette.text);
    let start = format!("fill=\"{}\"", palette.soft);
    let end = format!("{start} text-anchor=\"end\"");
    let room = right - EDGE - text_width(head.what, small) - 16.0;
    let total = fit(head.total, small, right - EDGE);
    let head_text = [
        // Bold letters are wider.
        text(EDGE, 24, &name, &fit(head.project, 1.1 * large, room)),
        text(right, 24, &end, head.what),
        text(EDGE, 44, &start, &total),
    ];
    let is_room =
        text_width(head.total, small) + 16.0 + text_width(head.data_to, small) <= right - EDGE;
    let data_to = if is_room { text(right, 44, &end, head.data_to) } else { String::new() };
    let nothing = match chart.series.bins.is_empty() {
        true => {
            let middle = format!("{start} text-anchor=\"middle\"");
            text(f64::from(width) / 2.0, height / 2 + 16, &middle, chart.finding)
        }
        false => String::new(),
    };
    let (legend, rows) = legend(chart, palette, right);
    let height = height + rows * ROW;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" font-size=\"{plain}\" \
         font-family=\"system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,sans-serif\"><title>{}</title><desc>{}</desc>\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>{}{data_to}{nothing}{body}{legend}</svg>\n",
        escape(chart.title),
        escape(chart.finding),
        palette.ground,
        head_text.concat(),
    ))
}

/// The names of all lines with their looks, below the chart, and how many rows they take. Names at the ends of the
/// lines may be missing where lines meet. None for a single line.
fn legend(chart: &Chart<'_>, palette: &'static Palette, right: f64) -> (String, u32) {
    /// Length of the piece of line beside a name, and the space around it, in CSS pixels.
    const SWATCH: (f64, f64) = (26.0, 6.0);
    if !chart.is_split() {
        return (String::new(), 0);
    }
    let (mut body, mut x, mut rows) = (String::new(), EDGE, 1);
    let (_, top) = Form::File(palette).size();
    for (at, (line, name)) in chart.series.lines.iter().zip(chart.names).enumerate() {
        let name = fit(name, FONTS.1, right - EDGE - SWATCH.0 - SWATCH.1);
        let width = SWATCH.0 + SWATCH.1 + text_width(&name, FONTS.1);
        if x > EDGE && x + width > right {
            (x, rows) = (EDGE, rows + 1);
        }
        let base = top + rows * ROW - 9;
        let look = svg::line_look(palette, ink(line, at));
        body += &format!(
            "<path {look} d=\"M{} {}h{}\"/><text x=\"{}\" y=\"{base}\" fill=\"{}\">{}</text>",
            decimals(x, 0),
            base - 4,
            decimals(SWATCH.0, 0),
            decimals(x + SWATCH.0 + SWATCH.1, 0),
            palette.text,
            escape(&name),
        );
        x += width + 16.0;
    }
    (body, rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        View,
        fixture::{awkward, context},
        take::{Colors, chart_file},
    };

    /// What may be in the file; nothing else can run, load or collide.
    const ALLOWED: [(&str, &[&str]); 7] = [
        (
            "svg",
            &[
                "width",
                "height",
                "viewBox",
                "role",
                "fill",
                "stroke-linejoin",
                "stroke-linecap",
                "font-size",
                "font-family",
            ],
        ),
        ("title", &[]),
        ("desc", &[]),
        (
            "path",
            &[
                "d",
                "stroke",
                "stroke-width",
                "stroke-dasharray",
                "stroke-opacity",
                "stroke-linecap",
                "fill",
                "fill-opacity",
            ],
        ),
        ("rect", &["x", "y", "width", "height", "rx", "fill", "fill-opacity"]),
        ("circle", &["cx", "cy", "r", "fill", "stroke", "stroke-width"]),
        ("text", &["x", "y", "fill", "font-size", "font-weight", "text-anchor"]),
    ];

    #[test]
    fn a_file_says_what_it_is_of_and_marks_what_is_not_known() {
        let svg =
            chart_file(&awkward(), &View::default(), &context("mini & co"), Colors::Light).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts: Vec<_> = document
            .descendants()
            .filter(|it| it.has_tag_name(("http://www.w3.org/2000/svg", "text")))
            .filter_map(|it| it.text())
            .collect();
        let head = [
            "mini & co",
            "Downloads per day",
            "138,956 downloads, 20 Jun to 11 Sep 2026, 9 of 84 days not collected",
            "data to 11 Sep 2026",
        ];
        assert_eq!(texts[..4], head);
        assert!(texts.contains(&"counting changed"), "{texts:?}");
        assert!(svg.contains("stroke-opacity=\".5\""), "the gap is hatched");
        assert!(
            !svg.contains("class=") && !svg.contains("style"),
            "needs nothing beside it: {svg}"
        );
    }

    #[test]
    fn a_file_of_a_project_without_data_says_so() {
        let nothing = cube::Builder::new(downloads::Mirrors::default())
            .finish(cube::Days::new(crate::fixture::day("2026-01-01"), Vec::new()), 9);
        let svg = chart_file(&nothing, &View::default(), &context("mini"), Colors::Dark).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let words: Vec<_> = document.descendants().filter_map(|it| it.text()).collect();
        assert!(words.contains(&"mini"));
        assert_eq!(words.last(), Some(&"Nothing has been collected yet."));
    }

    #[test]
    fn the_colors_of_files_are_those_of_the_pages() {
        const STYLE: &str = include_str!("../../../../assets/style.css");
        let (light, dark) = (Palette::LIGHT, Palette::DARK);
        let colors = [
            ("ground", light.ground, dark.ground),
            ("raised", light.raised, dark.raised),
            ("line", light.line, dark.line),
            ("edge", light.edge, dark.edge),
            ("text", light.text, dark.text),
            ("soft", light.soft, dark.soft),
            ("so", light.other, dark.other),
        ];
        for (at, (light, dark)) in light.series.into_iter().zip(dark.series).enumerate() {
            let color = format!("--s{}: light-dark({light}, {dark});", at + 1);
            assert!(STYLE.contains(&color), "{color}");
        }
        for (name, light, dark) in colors {
            assert!(STYLE.contains(&format!("--{name}: light-dark({light}, {dark});")), "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_the_project_is_called_the_file_can_only_be_looked_at(
            project in "\\PC{0,80}|<script>.{0,9}|]]>|\u{202e}\u{0}x|&#0;",
            dark in any::<bool>(),
        ) {
            let colors = if dark { Colors::Dark } else { Colors::Light };
            let svg = chart_file(&awkward(), &View::default(), &context(&project), colors).unwrap();
            let document = roxmltree::Document::parse(&svg).unwrap();
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                let name = node.tag_name().name();
                let allowed = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
                prop_assert!(allowed.is_some_and(|(_, attributes)| {
                    node.attributes().all(|it| attributes.contains(&it.name()))
                }), "{} in {}", name, svg);
                if name == "text" {
                    prop_assert!(node.text().is_none_or(|it| it.chars().count() <= 96));
                }
            }
        }
    }
}
