//! Social cards: the pictures that other sites show for a link, 1200 x 630 pixels, as PNG.
//!
//! Drawn with a font of their own, so that they are the same bytes on every machine.

mod canvas;
mod chart;
mod font;
mod image;

use canvas::{Canvas, Ink};
use font::{Fonts, Weight};

/// Width of a card in pixels.
pub const WIDTH: u32 = 1200;
/// Height of a card in pixels.
pub const HEIGHT: u32 = 630;

/// Left and right of everything, in pixels.
const MARGIN: f32 = 72.0;
/// How wide everything is, in pixels.
const INNER: f32 = WIDTH as f32 - 2.0 * MARGIN;

/// How many figures stand beside each other.
const COLUMNS: usize = 3;

/// What a card shows. Texts that are too long are set smaller, then cut.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// The name of the site, small at the top.
    pub site: &'a str,
    /// What the card is about, large: the name of a project, or of the site.
    pub title: &'a str,
    /// One line on it. Empty leaves its place to the title.
    pub subtitle: &'a str,
    /// Up to three figures; more are not shown.
    pub figures: &'a [Figure<'a>],
    /// Downloads of equally long times, oldest first; `None` where they are not known. Without two, or
    /// without any that is known, there is no chart.
    pub chart: &'a [Option<u64>],
    /// What the chart shows, small below it on the left, for example `52 weeks`.
    pub caption: &'a str,
    /// How far the data goes, small below the chart on the right.
    pub data_to: &'a str,
}

/// One figure of a card.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// The figure in words, large: `1.23M`.
    pub value: &'a str,
    /// What it says, small: `last 30 days`.
    pub label: &'a str,
}

/// Draws a card. The same card gives the same bytes.
pub fn png(card: &Card<'_>) -> Vec<u8> {
    let fonts = Fonts::built_in();
    let mut canvas = Canvas::new();
    let small = |text, width| fonts.fit(Weight::Regular, text, width, 32.0, 24.0);

    canvas.rect((0.0, 0.0, WIDTH as f32, 12.0), Ink::Line);
    canvas.text(&small(card.site, INNER), (MARGIN, 84.0), Ink::Soft);

    let title = fonts.fit(Weight::SemiBold, card.title, INNER, 96.0, 40.0);
    let title_y = if card.subtitle.is_empty() { 214.0 } else { 194.0 };
    canvas.text(&title, (MARGIN - 0.04 * title.size, title_y), Ink::Text);
    canvas.text(&small(card.subtitle, INNER), (MARGIN, 246.0), Ink::Soft);

    let figures = || card.figures.iter().take(COLUMNS);
    let column = INNER / COLUMNS as f32;
    let values = figures().map(|it| it.value);
    let labels = figures().map(|it| it.label);
    let values = fonts.fit_alike(Weight::SemiBold, values, column - 20.0, 72.0, 24.0);
    let labels = fonts.fit_alike(Weight::Regular, labels, column - 20.0, 32.0, 24.0);
    for (at, (value, label)) in values.iter().zip(&labels).enumerate() {
        let x = MARGIN + at as f32 * column;
        canvas.text(value, (x - 0.04 * value.size, 346.0), Ink::Text);
        canvas.text(label, (x, 392.0), Ink::Soft);
    }

    chart::draw(&mut canvas, card.chart, (MARGIN, 426.0, INNER, 126.0));
    let [caption, data_to] =
        [card.caption, card.data_to].map(|text| small(text, INNER / 2.0 - 16.0));
    canvas.text(&caption, (MARGIN, 598.0), Ink::Soft);
    canvas.text(&data_to, (MARGIN + INNER - data_to.width, 598.0), Ink::Soft);
    image::png(&canvas)
}

#[cfg(test)]
mod tests;
