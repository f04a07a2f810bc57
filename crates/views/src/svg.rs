//! Where plotters draws: an SVG whose colors are classes, the same bytes natively and in the browser.
//!
//! The style sheet gives the classes their colors, so one drawing serves light and dark. Text is measured
//! with a table of our own, never with a font. There are no ids, so drawings can stand side by side.

mod palette;

use std::{convert::Infallible, fmt::Write as _};

use plotters::style::RGBColor;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    text_anchor::HPos,
};

pub(crate) use palette::Palette;
use palette::Shape;

/// Drawing coordinates in one CSS pixel: plotters counts in whole numbers, and lines need finer steps.
pub(crate) const STEPS: i32 = 10;

/// Distance of the lines of a hatching, in CSS pixels.
const HATCH_STEP: i32 = 6;

/// What a mark stands for. The style sheet decides what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// A line of the chart, counted from 0; see [`SERIES`](crate::chart::SERIES).
    Series(u8),
    /// The line of all values that have none of their own.
    Other,
    /// A line to read a height by.
    Grid,
    /// The zero line and the ticks of time.
    Axis,
    /// Days that were not collected: a hatched band.
    Gap,
    /// The day from which on the source counts differently.
    Break,
    /// Days of which the source is known to have lost rows.
    Incident,
    /// The first day of a release.
    Release,
}

/// How sure a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Final.
    Solid,
    /// Provisional, or so far.
    Dashed,
    /// The area under a line.
    Faint,
    /// The area of a part of a whole.
    Full,
}

impl Ink {
    /// The ink as a color, which is all that plotters hands on to its backend.
    pub(crate) fn with(self, tone: Tone) -> RGBColor {
        let (kind, index) = match self {
            Self::Series(index) => (0, index),
            Self::Other => (1, 0),
            Self::Grid => (2, 0),
            Self::Axis => (3, 0),
            Self::Gap => (4, 0),
            Self::Break => (5, 0),
            Self::Incident => (6, 0),
            Self::Release => (7, 0),
        };
        RGBColor(kind, index, tone as u8)
    }

    /// The ink for a mark that is final.
    pub(crate) fn solid(self) -> RGBColor {
        self.with(Tone::Solid)
    }
}

/// The classes of a color that was made by [`Ink::with`].
fn classes(color: BackendColor) -> String {
    const NAMES: [&str; 7] = ["so", "grid", "axis", "gap", "break", "incident", "release"];
    let (kind, index, tone) = color.rgb;
    let name = match kind.checked_sub(1).and_then(|kind| NAMES.get(usize::from(kind))) {
        Some(name) => (*name).to_owned(),
        None => format!("s{}", index + 1),
    };
    let tone = match tone {
        0 => "",
        1 => " dashed",
        2 => " faint",
        _ => " full",
    };
    name + tone
}

/// An SVG document in the making.
pub(crate) struct Svg<'a> {
    body: &'a mut String,
    width: u32,
    height: u32,
    /// The colors. `None` leaves them to the style sheet.
    palette: Option<&'static Palette>,
}

impl<'a> Svg<'a> {
    /// Draws into `body`, `width` by `height` CSS pixels, in these colors or in those of the style sheet.
    pub(crate) fn new(
        body: &'a mut String,
        (width, height): (u32, u32),
        palette: Option<&'static Palette>,
    ) -> Self {
        Self { body, width, height, palette }
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.body.write_fmt(text);
    }

    /// What says how a mark looks; `more` is a class that it has beside those of its color.
    fn look(&self, color: BackendColor, shape: Shape, more: &str) -> String {
        match self.palette {
            Some(palette) => palette.attributes(color, shape),
            None if shape == Shape::Hatch => "class=\"hatch\"".into(),
            None => format!("class=\"{more}{}\"", classes(color)),
        }
    }
}

/// Wraps what was drawn into an `<svg>` element with these attributes that tells its finding in words.
pub(crate) fn document(
    attributes: &str,
    (width, height): (u32, u32),
    title: &str,
    finding: &str,
    body: &str,
) -> String {
    format!(
        "<svg {attributes} viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         xmlns=\"http://www.w3.org/2000/svg\"><title>{}</title><desc>{}</desc>{body}</svg>",
        escape(title),
        escape(finding),
    )
}

/// The text with everything spelled out that could be markup.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// How wide a text is at most in the fonts that systems use, in CSS pixels, at this size of the font in CSS pixels.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(width_of).sum::<f64>() * size
}

/// In parts of the size of the font; a little more than in Segoe UI, San Francisco, Roboto and Noto Sans.
fn width_of(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '\u{a0}' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '"' | '\\' => 0.43,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—' => 0.99,
        '0'..='9' | 'a'..='z' | '_' | '?' | '*' => 0.64,
        'A'..='Z' | '#' | '&' | '+' | '<' | '>' | '=' | '~' | '\u{2212}' => 0.8,
        _ if character.is_ascii() => 0.7,
        '\u{a1}'..='\u{24f}' => 0.8,
        _ => 1.1,
    }
}

/// The text, or as much of its beginning as fits into `width` CSS pixels, with an ellipsis.
pub(crate) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.into();
    }
    let mut left = width - text_width("…", size);
    let kept = text.chars().take_while(|&character| {
        left -= width_of(character) * size;
        left >= 0.0
    });
    kept.chain(['…']).collect()
}

/// The attributes of a line where no style sheet is.
pub(crate) fn line_look(palette: &Palette, ink: Ink) -> String {
    palette.attributes(BackendColor { alpha: 1.0, rgb: rgb(ink) }, Shape::Line)
}

/// A length in steps as CSS pixels, as short as it can be written.
struct Pixels(i32);

impl std::fmt::Display for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Vec::new();
        push_pixels(&mut text, self.0);
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

/// Writes a length in steps as CSS pixels. Charts are made of thousands of these: the machinery for formatting would
/// take longer than all the rest of a drawing.
fn push_pixels(text: &mut Vec<u8>, steps: i32) {
    let digit = |it: u32| b'0' + (it % 10) as u8;
    if steps < 0 {
        text.push(b'-');
    }
    let steps = steps.unsigned_abs();
    let (whole, tenth) = (steps / STEPS as u32, steps % STEPS as u32);
    let mut place = 1;
    while whole / 10 >= place {
        place *= 10;
    }
    if whole > 0 || tenth == 0 {
        while place > 0 {
            text.push(digit(whole / place));
            place /= 10;
        }
    }
    if tenth > 0 {
        text.extend([b'.', digit(tenth)]);
    }
}

/// The points as path commands: absolute first, then relative, without those that lie on a straight line.
fn path(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut corners: Vec<BackendCoord> = Vec::new();
    for point in points {
        if let [.., before, last] = corners[..]
            && direction(before, last).is_some_and(|way| direction(last, point) == Some(way))
        {
            corners.pop();
        }
        corners.push(point);
    }
    let mut text = Vec::with_capacity(corners.len() * 8);
    let mut last: Option<BackendCoord> = None;
    for (x, y) in corners {
        match last {
            None => {
                text.push(b'M');
                push_pixels(&mut text, x);
                text.push(b' ');
                push_pixels(&mut text, y);
            }
            Some((last_x, last_y)) if last_y == y => {
                text.push(b'h');
                push_pixels(&mut text, x - last_x);
            }
            Some((last_x, last_y)) => {
                let command = if last_x == x { b'v' } else { b'l' };
                text.push(command);
                if command == b'l' {
                    push_pixels(&mut text, x - last_x);
                    if y >= last_y {
                        text.push(b' ');
                    }
                }
                push_pixels(&mut text, y - last_y);
            }
        }
        last = Some((x, y));
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Which way one goes between two points, if it is straight right, left, up or down.
fn direction(from: BackendCoord, to: BackendCoord) -> Option<(i32, i32)> {
    let way = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
    (way.0 == 0 || way.1 == 0).then_some(way)
}

/// Diagonals across a rectangle, cut at its edges.
fn hatching((left, top): BackendCoord, (right, bottom): BackendCoord) -> String {
    let (width, height) = (right - left, bottom - top);
    let mut text = String::new();
    let mut start = HATCH_STEP * STEPS;
    while start < width + height {
        // From the left or bottom edge up to the top or right edge.
        let from = (left + (start - height).max(0), top + start.min(height));
        let to = (left + start.min(width), top + (start - width).max(0));
        text += &path([from, to]);
        start += HATCH_STEP * STEPS;
    }
    text
}

/// Diagonals from top to bottom between two places on a line, at least one unit apart, as the data of a path.
pub(crate) fn hatched((from, to): (u64, u64), height: u64) -> String {
    let steps = |units: u64| i32::try_from(units).unwrap_or(0).saturating_mul(STEPS);
    hatching((steps(from), 0), (steps(to.max(from + 1)), steps(height)))
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width * STEPS as u32, self.height * STEPS as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        let color = style.color();
        let look = self.look(color, Shape::Area, "");
        let (width, height) = (Pixels(to.0 - from.0), Pixels(to.1 - from.1));
        let (x, y) = (Pixels(from.0), Pixels(from.1));
        self.put(format_args!(
            r#"<rect {look} x="{x}" y="{y}" width="{width}" height="{height}"/>"#
        ));
        if color.rgb == rgb(Ink::Gap) {
            let look = self.look(color, Shape::Hatch, "");
            self.put(format_args!(r#"<path {look} d="{}"/>"#, hatching(from, to)));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let look = self.look(style.color(), Shape::Line, "");
        self.put(format_args!(r#"<path {look} d="{}"/>"#, path(points)));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let look = match fill {
            true => self.look(style.color(), Shape::Area, "dot "),
            false => self.look(style.color(), Shape::Ring, "ring "),
        };
        let (x, y, radius) =
            (Pixels(at.0), Pixels(at.1), Pixels(i32::try_from(radius).unwrap_or(i32::MAX)));
        self.put(format_args!(r#"<circle {look} cx="{x}" cy="{y}" r="{radius}"/>"#));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let look = self.look(style.color(), Shape::Area, "area ");
        self.put(format_args!(r#"<path {look} d="{}z"/>"#, path(corners)));
        Ok(())
    }

    /// The point is on the base line of the text. The style sheet knows the fonts: only the horizontal
    /// anchor and the color of the style count, and where there is no style sheet the size.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let look = self.look(style.color(), Shape::Text, "");
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => r#" text-anchor="middle""#,
            HPos::Right => r#" text-anchor="end""#,
        };
        let (x, y) = (Pixels(at.0), Pixels(at.1));
        self.put(format_args!(r#"<text {look} x="{x}" y="{y}"{anchor}>{}</text>"#, escape(text)));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let (width, height) = (text_width(text, style.size()), 1.2 * style.size());
        Ok((width.ceil() as u32, height.ceil() as u32))
    }
}

fn rgb(ink: Ink) -> (u8, u8, u8) {
    let RGBColor(kind, index, tone) = ink.solid();
    (kind, index, tone)
}

#[cfg(test)]
mod tests;
