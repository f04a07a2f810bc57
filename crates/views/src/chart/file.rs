//! The chart as a file of its own, for pages elsewhere: what it is of stands above it, and the colors are in it.

use super::{Chart, DrawingError, Form, draw_body};
use crate::svg::{Palette, escape, fit, text_width};

/// Height of what stands above the chart, in CSS pixels.
pub(super) const HEAD: f64 = 54.0;

/// Space at the left and right edge, in CSS pixels.
pub(super) const EDGE: f64 = 8.0;

/// Sizes of the fonts of the head, in CSS pixels.
const FONTS: (f64, f64) = (18.0, 13.0);

/// What stands above the chart: fit to be shown.
pub(crate) struct Head<'a> {
    /// The name of the project.
    pub(crate) project: &'a str,
    /// What is counted.
    pub(crate) what: &'a str,
    /// How many, when.
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
        format!("<text x=\"{x}\" y=\"{y}\" {look}>{}</text>", escape(text))
    };
    let (large, small) = FONTS;
    let name = format!("fill=\"{}\" font-size=\"{large}\" font-weight=\"700\"", palette.text);
    let start = format!("fill=\"{}\"", palette.soft);
    let end = format!("{start} text-anchor=\"end\"");
    let room = right - EDGE - text_width(head.what, small) - 16.0;
    let head_text = [
        // Bold letters are wider.
        text(EDGE, 24, &name, &fit(head.project, 1.1 * large, room)),
        text(right, 24, &end, head.what),
        text(EDGE, 44, &start, head.total),
        text(right, 44, &end, head.data_to),
    ];
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\" font-size=\"{small}\" \
         font-family=\"system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,sans-serif\"><title>{}</title><desc>{}</desc>\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>{}{body}</svg>\n",
        escape(chart.title),
        escape(chart.finding),
        palette.ground,
        head_text.concat(),
    ))
}
