//! Text in a drawing, none over another.

use plotters::{
    coord::Shift,
    drawing::DrawingArea,
    style::{
        FontFamily, IntoFont, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{DrawingError, at};
use crate::svg::{Ink, Svg, text_width};

/// Free space between texts, in CSS pixels.
const GAP: f64 = 2.0;

/// Where a text stands, seen from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// The texts that have found a place. What is placed first has precedence.
pub(super) struct Labels {
    size: (f64, f64),
    /// Height of what is kept free above, in CSS pixels.
    head: f64,
    /// Size of the font in CSS pixels.
    font: f64,
    placed: Vec<Label>,
}

struct Label {
    text: String,
    ink: Ink,
    side: Side,
    /// On the base line, in CSS pixels.
    point: (f64, f64),
    /// Left and right edge in CSS pixels.
    edges: (f64, f64),
}

impl Labels {
    pub(super) fn new((width, height): (u32, u32), head: f64, font: f64) -> Self {
        Self { size: (f64::from(width), f64::from(height)), head, font, placed: Vec::new() }
    }

    /// Size of the font in CSS pixels.
    pub(super) fn font(&self) -> f64 {
        self.font
    }

    /// Where the middle of a text must be to be near `x` and inside of the drawing, all in CSS pixels.
    pub(super) fn inside(&self, text: &str, x: f64) -> f64 {
        let half = text_width(text, self.font) / 2.0;
        x.min(self.size.0 - half).max(half)
    }

    /// Places a text, its base line at the point (in CSS pixels), if it lies inside the drawing and over no other
    /// text. Tells whether it does.
    pub(super) fn place(&mut self, text: &str, ink: Ink, side: Side, point: (f64, f64)) -> bool {
        let width = text_width(text, self.font);
        let left = match side {
            Side::Left => point.0 - width,
            Side::Middle => point.0 - width / 2.0,
            Side::Right => point.0,
        };
        let edges = (left, left + width);
        let inside = edges.0 >= 0.0
            && edges.1 <= self.size.0
            && point.1 >= self.head + self.font
            && point.1 <= self.size.1;
        let free = self.placed.iter().all(|other| {
            edges.1 + GAP <= other.edges.0
                || other.edges.1 + GAP <= edges.0
                || (point.1 - other.point.1).abs() >= self.font
        });
        if inside && free {
            self.placed.push(Label { text: text.into(), ink, side, point, edges });
        }
        inside && free
    }

    /// Places the names of lines, given from the highest to the lowest, to the right of `x`, each as near to the height of its line's end as the
    /// others allow, and none below `lowest` (both in CSS pixels).
    pub(super) fn place_ends(&mut self, mut ends: Vec<(f64, String, Ink)>, x: f64, lowest: f64) {
        let apart = self.font + GAP;
        let mut last = f64::NEG_INFINITY;
        for (y, ..) in &mut ends {
            *y = y.max(last + apart).max(self.head + apart);
            last = *y;
        }
        let mut next = lowest + apart;
        for (y, ..) in ends.iter_mut().rev() {
            *y = y.min(next - apart);
            next = *y;
        }
        for (y, name, ink) in ends {
            self.place(&name, ink, Side::Right, (x, y + self.font * 0.35));
        }
    }

    pub(super) fn draw<'a>(self, root: &DrawingArea<Svg<'a>, Shift>) -> Result<(), DrawingError> {
        for label in self.placed {
            let anchor = match label.side {
                Side::Left => HPos::Right,
                Side::Middle => HPos::Center,
                Side::Right => HPos::Left,
            };
            let color = label.ink.solid();
            let style = TextStyle::from((FontFamily::SansSerif, self.font).into_font())
                .color(&color)
                .pos(Pos::new(anchor, VPos::Bottom));
            root.draw_text(&label.text, &style, at(label.point))?;
        }
        Ok(())
    }
}
