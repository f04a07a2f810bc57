//! The pictures. Heights, paddings, corners and colors are those of shields.io.
//!
//! Boxes are as wide as there. Text is given the exact width that the font has (`textLength`), so that it
//! looks the same where another font stands in. The letters are set ten times as large and scaled down, as
//! some browsers round small sizes. No picture refers to anything outside of it; the few ids differ by style.

use std::fmt::Display;

use crate::{
    Badge, Style,
    width::{Font, HELVETICA_BOLD_11, VERDANA_10, VERDANA_11, VERDANA_BOLD_10},
};

/// White letters in the font of most styles; the last one named exists on every system.
const VERDANA: &str = r##"fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" text-rendering="geometricPrecision""##;

/// Makes tenths of a pixel out of pixels.
const SCALE: &str = r#"transform="scale(.1)""#;

/// What is behind the label.
const GREY: &str = "#555";

pub(crate) fn svg(badge: &Badge, style: Style) -> String {
    match style {
        Style::Flat => rounded(badge, &FLAT),
        Style::Plastic => rounded(badge, &PLASTIC),
        Style::FlatSquare => flat_square(badge),
        Style::ForTheBadge => for_the_badge(badge),
        Style::Social => social(badge),
    }
}

/// A text and the box around it.
struct Part<'a> {
    text: &'a str,
    /// Of the text, in tenths of a pixel.
    length: u32,
    /// Of the text in whole pixels, odd for sharp edges, as shields.io has it.
    odd: u32,
}

impl<'a> Part<'a> {
    fn new(text: &'a str, font: &Font) -> Self {
        let width = font.width(text);
        Self { text, length: (width + 5) / 10, odd: (width / 100) | 1 }
    }
}

/// How the two styles with round corners and a gradient differ.
struct Rounded {
    id: &'static str,
    height: u32,
    radius: u32,
    /// Where the letters stand, in tenths of a pixel.
    baseline: u32,
    stops: &'static str,
}

static FLAT: Rounded = Rounded {
    id: "badge-flat",
    height: 20,
    radius: 3,
    baseline: 140,
    stops: r##"<stop offset="0" stop-color="#bbb" stop-opacity=".1"/><stop offset="1" stop-opacity=".1"/>"##,
};

static PLASTIC: Rounded = Rounded {
    id: "badge-plastic",
    height: 18,
    radius: 4,
    baseline: 130,
    stops: r##"<stop offset="0" stop-color="#fff" stop-opacity=".7"/><stop offset=".1" stop-color="#aaa" stop-opacity=".1"/><stop offset=".9" stop-opacity=".3"/><stop offset="1" stop-opacity=".5"/>"##,
};

fn rounded(badge: &Badge, style: &Rounded) -> String {
    let label = Part::new(badge.label, &VERDANA_11);
    let message = Part::new(&badge.message, &VERDANA_11);
    let Rounded { id, height, radius: r, baseline, stops } = style;
    let (left, right) = (label.odd + 10, message.odd + 10);
    let (width, side) = (left + right, height - 2 * r);
    let (to_corner, color) = (right - r, badge.color.hex());
    let open = open(badge.label, &badge.message, &badge.note, width, *height);
    let label = shadowed(&label, 60 + 5 * label.odd, *baseline);
    let message = shadowed(&message, 10 * left + 40 + 5 * message.odd, *baseline);
    format!(
        r##"{open}<linearGradient id="{id}" x2="0" y2="100%">{stops}</linearGradient>
<path fill="{GREY}" d="M{left} 0v{height}H{r}a{r} {r} 0 0 1-{r}-{r}v-{side}a{r} {r} 0 0 1 {r}-{r}z"/>
<path fill="{color}" d="M{left} 0h{to_corner}a{r} {r} 0 0 1 {r} {r}v{side}a{r} {r} 0 0 1-{r} {r}H{left}z"/>
<rect width="{width}" height="{height}" rx="{r}" fill="url(#{id})"/>
<g {VERDANA} font-size="110">
{label}{message}</g>
</svg>
"##
    )
}

/// A text around `x`, standing on `y`, with its shadow below. In tenths of a pixel.
fn shadowed(part: &Part<'_>, x: u32, y: u32) -> String {
    let Part { text, length, .. } = part;
    let below = y + 10;
    format!(
        r##"<text {SCALE} aria-hidden="true" x="{x}" y="{below}" fill="#010101" fill-opacity=".3" textLength="{length}">{text}</text>
<text {SCALE} x="{x}" y="{y}" textLength="{length}">{text}</text>
"##
    )
}

fn flat_square(badge: &Badge) -> String {
    let label = Part::new(badge.label, &VERDANA_11);
    let message = Part::new(&badge.message, &VERDANA_11);
    let (left, right) = (label.odd + 10, message.odd + 10);
    let boxes = boxes(badge, left, right, 20);
    let open = open(badge.label, &badge.message, &badge.note, left + right, 20);
    let (label_x, message_x) = (60 + 5 * label.odd, 10 * left + 40 + 5 * message.odd);
    let (label_length, message_length) = (label.length, message.length);
    let (label, message) = (label.text, message.text);
    format!(
        r##"{open}{boxes}<g {VERDANA} font-size="110">
<text {SCALE} x="{label_x}" y="140" textLength="{label_length}">{label}</text>
<text {SCALE} x="{message_x}" y="140" textLength="{message_length}">{message}</text>
</g>
</svg>
"##
    )
}

/// Two boxes beside each other. Lengths in pixels.
fn boxes(badge: &Badge, left: impl Display, right: impl Display, height: u32) -> String {
    let color = badge.color.hex();
    format!(
        r##"<g shape-rendering="crispEdges">
<rect width="{left}" height="{height}" fill="{GREY}"/>
<rect x="{left}" width="{right}" height="{height}" fill="{color}"/>
</g>
"##
    )
}

fn for_the_badge(badge: &Badge) -> String {
    /// Between letters, and before and after a text, in pixels.
    const SPACING: f64 = 1.25;
    const PADDING: f64 = 12.0;
    let (label, message) = (badge.label.to_uppercase(), badge.message.to_uppercase());
    let spaced = |text: &str, width: f64| width + SPACING * text.chars().count() as f64;
    // The boxes go by whole pixels of the letters, as those of shields.io do.
    let [(left, label_length), (right, message_length)] =
        [(&label, &VERDANA_10), (&message, &VERDANA_BOLD_10)].map(|(text, font)| {
            let width = f64::from(font.width(text)) / 100.0;
            let length = (10.0 * spaced(text, width)).round();
            (2.0 * PADDING + spaced(text, width.floor()), length)
        });
    let (label_x, message_x) = (5.0 * left, 10.0 * left + 5.0 * right);
    let boxes = boxes(badge, left, right, 28);
    let open = open(&label, &message, &badge.note, left + right, 28);
    format!(
        r##"{open}{boxes}<g {VERDANA} font-size="100" letter-spacing="12.5">
<text {SCALE} x="{label_x}" y="175" textLength="{label_length}">{label}</text>
<text {SCALE} x="{message_x}" y="175" font-weight="bold" textLength="{message_length}">{message}</text>
</g>
</svg>
"##
    )
}

fn social(badge: &Badge) -> String {
    let mut capital = badge.label.to_owned();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let label = Part::new(&capital, &HELVETICA_BOLD_11);
    let message = Part::new(&badge.message, &HELVETICA_BOLD_11);
    let (left, right) = (label.odd + 10, message.odd + 8);
    // The tip of the bubble is 3 px long and lies in the 6 px between the boxes.
    let (bubble, inner) = (left + 6, right - 4);
    let open = open(&capital, &badge.message, &badge.note, bubble + right + 1, 20);
    let label = lit(&label, 50 + 5 * label.odd);
    let message = lit(&message, 10 * bubble + 5 * right);
    format!(
        r##"{open}<linearGradient id="badge-social" x2="0" y2="100%"><stop offset="0" stop-color="#fcfcfc" stop-opacity="0"/><stop offset="1" stop-opacity=".1"/></linearGradient>
<g stroke="#d5d5d5">
<rect x=".5" y=".5" width="{left}" height="19" rx="2" fill="#fcfcfc"/>
<rect x=".5" y=".5" width="{left}" height="19" rx="2" fill="url(#badge-social)"/>
<path fill="#fafafa" d="M{bubble}.5 6.5v-4a2 2 0 0 1 2-2h{inner}a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2h-{inner}a2 2 0 0 1-2-2v-4l-3-3v-1z"/>
</g>
<g fill="#333" text-anchor="middle" font-family="Helvetica Neue,Helvetica,Arial,sans-serif" text-rendering="geometricPrecision" font-weight="700" font-size="110">
{label}{message}</g>
</svg>
"##
    )
}

/// A text around `x`, in tenths of a pixel, with light below.
fn lit(part: &Part<'_>, x: u32) -> String {
    let Part { text, length, .. } = part;
    format!(
        r##"<text {SCALE} aria-hidden="true" x="{x}" y="150" fill="#fff" textLength="{length}">{text}</text>
<text {SCALE} x="{x}" y="140" textLength="{length}">{text}</text>
"##
    )
}

/// The start of the picture, with what it says for those who do not see it. Lengths in pixels.
fn open(label: &str, message: &str, note: &str, width: impl Display, height: u32) -> String {
    let start = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{label}: {message}">
<title>{label}: {message}</title>
"##
    );
    if note.is_empty() { start } else { start + "<desc>" + note + "</desc>\n" }
}
