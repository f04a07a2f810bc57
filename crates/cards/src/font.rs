//! The fonts of cards, and lines of text that fit.

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
    outline::{DrawSettings, OutlineGlyphCollection, OutlinePen},
};
use tiny_skia::PathBuilder;

const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// What a text that is cut ends in.
const ELLIPSIS: char = '…';

/// What stands for a character that the fonts do not have.
const BOX: char = '□';

/// Which of the fonts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// Both fonts.
pub(crate) struct Fonts {
    regular: Font,
    semi_bold: Font,
}

struct Font {
    charmap: Charmap<'static>,
    /// In pixels for letters one pixel large.
    metrics: GlyphMetrics<'static>,
    outlines: OutlineGlyphCollection<'static>,
}

impl Font {
    fn new(bytes: &'static [u8]) -> Self {
        let font = FontRef::new(bytes).expect("the fonts that are built in can be read");
        Self {
            charmap: font.charmap(),
            metrics: font.glyph_metrics(Size::new(1.0), LocationRef::default()),
            outlines: font.outline_glyphs(),
        }
    }

    /// The glyph of a character: a box if there is none.
    fn glyph(&self, character: char) -> GlyphId {
        let map = |character| self.charmap.map(character);
        map(character).or_else(|| map(BOX)).unwrap_or(GlyphId::NOTDEF)
    }

    fn advance(&self, character: char) -> f32 {
        self.metrics.advance_width(self.glyph(character)).unwrap_or_default()
    }
}

/// A line of text that is ready to be drawn.
pub(crate) struct Line<'a> {
    font: &'a Font,
    /// What is drawn of it.
    pub(crate) characters: Vec<char>,
    /// How large the letters are, in pixels.
    pub(crate) size: f32,
    /// How wide the text is, in pixels.
    pub(crate) width: f32,
}

impl Fonts {
    pub(crate) fn built_in() -> Self {
        Self { regular: Font::new(REGULAR), semi_bold: Font::new(SEMI_BOLD) }
    }

    /// `text` no wider than `width`: as large as fits between the two sizes, or cut at the smaller one.
    /// All in pixels.
    pub(crate) fn fit(
        &self,
        weight: Weight,
        text: &str,
        width: f32,
        largest: f32,
        smallest: f32,
    ) -> Line<'_> {
        let font = match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        };
        // At the smallest size there is never room for more than this.
        let most = (8.0 * width / smallest) as usize;
        let mut characters: Vec<char> = text.chars().take(most).collect();
        let mut advance: f32 = characters.iter().map(|&it| font.advance(it)).sum();
        if advance * smallest > width || text.chars().nth(most).is_some() {
            advance += font.advance(ELLIPSIS);
            while advance * smallest > width || characters.last() == Some(&' ') {
                let Some(last) = characters.pop() else { break };
                advance -= font.advance(last);
            }
            characters.push(ELLIPSIS);
        }
        let size = if advance > 0.0 { (width / advance).clamp(smallest, largest) } else { largest };
        Line { font, characters, size, width: advance * size }
    }

    /// [`fit`](Self::fit) for texts that are all to have the same size.
    pub(crate) fn fit_alike<'t>(
        &self,
        weight: Weight,
        texts: impl Iterator<Item = &'t str> + Clone,
        width: f32,
        largest: f32,
        smallest: f32,
    ) -> Vec<Line<'_>> {
        let size = texts
            .clone()
            .fold(largest, |size, text| self.fit(weight, text, width, size, smallest).size);
        texts.map(|text| self.fit(weight, text, width, size, smallest)).collect()
    }
}

impl Line<'_> {
    /// The outlines of all letters, from the point `(x, y)` on the baseline to the right.
    pub(crate) fn draw(&self, (mut x, y): (f32, f32), path: &mut PathBuilder) {
        let settings = || DrawSettings::unhinted(Size::new(self.size), LocationRef::default());
        for &character in &self.characters {
            if let Some(outline) = self.font.outlines.get(self.font.glyph(character)) {
                // A glyph that cannot be drawn leaves its place empty.
                let _ = outline.draw(settings(), &mut Pen { path, x, y });
            }
            x += self.font.advance(character) * self.size;
        }
    }
}

/// Puts outlines, whose y goes up, to their place in the picture, whose y goes down.
struct Pen<'a> {
    path: &'a mut PathBuilder,
    x: f32,
    y: f32,
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + cx, self.y - cy, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (left, top) = (self.x, self.y);
        self.path.cubic_to(left + cx0, top - cy0, left + cx1, top - cy1, left + x, top - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
