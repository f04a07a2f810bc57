//! What a card is drawn on, and with which colors.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform,
};

use crate::{HEIGHT, WIDTH, font::Line};

/// The colors: those of the site's light look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Behind everything.
    Ground,
    /// What matters.
    Text,
    /// What explains.
    Soft,
    /// The line of the chart.
    Line,
    /// What is below the line of the chart.
    Area,
    /// The axis of the chart, and the hatching of what is not known.
    Rule,
}

impl Ink {
    pub(crate) const ALL: [Self; 6] =
        [Self::Ground, Self::Text, Self::Soft, Self::Line, Self::Area, Self::Rule];

    /// Red, green, blue.
    pub(crate) fn rgb(self) -> [u8; 3] {
        match self {
            Self::Ground => [0xff, 0xff, 0xff],
            Self::Text => [0x14, 0x18, 0x1f],
            Self::Soft => [0x54, 0x5d, 0x6a],
            Self::Line => [0x0b, 0x62, 0xc4],
            Self::Area => [0xd6, 0xe5, 0xf7],
            Self::Rule => [0xc4, 0xca, 0xd3],
        }
    }

    fn paint(self) -> Paint<'static> {
        let [red, green, blue] = self.rgb();
        let mut paint = Paint::default();
        paint.set_color_rgba8(red, green, blue, 0xff);
        paint
    }
}

/// A card that is being drawn.
pub(crate) struct Canvas(Pixmap);

impl Canvas {
    pub(crate) fn new() -> Self {
        let mut pixmap = Pixmap::new(WIDTH, HEIGHT).expect("the size of a card is allowed");
        let [red, green, blue] = Ink::Ground.rgb();
        pixmap.fill(Color::from_rgba8(red, green, blue, 0xff));
        Self(pixmap)
    }

    /// Red, green, blue and opacity of each pixel, row by row.
    pub(crate) fn pixels(&self) -> impl Iterator<Item = [u8; 4]> {
        self.0.data().as_chunks().0.iter().copied()
    }

    /// A rectangle: left, top, width, height.
    pub(crate) fn rect(&mut self, (x, y, width, height): (f32, f32, f32, f32), ink: Ink) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.0.fill_rect(rect, &ink.paint(), Transform::identity(), None);
        }
    }

    /// A line of text from a point on its baseline.
    pub(crate) fn text(&mut self, line: &Line<'_>, from: (f32, f32), ink: Ink) {
        let mut path = PathBuilder::new();
        line.draw(from, &mut path);
        self.fill(path, ink);
    }

    /// The inside of a path.
    pub(crate) fn fill(&mut self, path: PathBuilder, ink: Ink) {
        // Without a path there is nothing to fill: a text of spaces.
        if let Some(path) = path.finish() {
            let (rule, place) = (FillRule::Winding, Transform::identity());
            self.0.fill_path(&path, &ink.paint(), rule, place, None);
        }
    }

    /// A path as a line with round ends. Its width is in pixels.
    pub(crate) fn stroke(&mut self, path: PathBuilder, width: f32, ink: Ink) {
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        if let Some(path) = path.finish() {
            self.0.stroke_path(&path, &ink.paint(), &stroke, Transform::identity(), None);
        }
    }
}
