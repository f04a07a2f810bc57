//! The looks of marks where no style sheet is: in files that pages elsewhere show as pictures.

use plotters_backend::BackendColor;

use super::Tone;

/// What a mark looks like where no style sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) ground: &'static str,
    pub(crate) raised: &'static str,
    pub(crate) line: &'static str,
    pub(crate) edge: &'static str,
    pub(crate) text: &'static str,
    pub(crate) soft: &'static str,
    /// Of the one line.
    pub(crate) series: &'static str,
}

impl Palette {
    /// The colors of the style sheet on a light ground.
    pub(crate) const LIGHT: Self = Self {
        ground: "#ffffff",
        raised: "#f5f6f8",
        line: "#dfe2e7",
        edge: "#767e8a",
        text: "#14181f",
        soft: "#545d6a",
        series: "#0b62c4",
    };

    /// The colors of the style sheet on a dark ground.
    pub(crate) const DARK: Self = Self {
        ground: "#101318",
        raised: "#191d24",
        line: "#2c323c",
        edge: "#7f8895",
        text: "#eceff4",
        soft: "#a9b2bf",
        series: "#6eaeff",
    };

    /// The color of a mark.
    fn color(&self, (kind, ..): (u8, u8, u8), shape: Shape) -> &'static str {
        match (kind, shape) {
            (0 | 1, _) => self.series,
            (_, Shape::Text) => self.soft,
            (2, _) => self.line,
            (4, _) => self.raised,
            (5 | 7, _) => self.soft,
            _ => self.edge,
        }
    }

    /// The attributes of a mark.
    pub(super) fn attributes(&self, color: BackendColor, shape: Shape) -> String {
        let (paint, (kind, _, tone)) = (self.color(color.rgb, shape), color.rgb);
        match shape {
            Shape::Area if kind == 6 => format!("fill=\"{paint}\" fill-opacity=\".16\""),
            Shape::Area if tone == Tone::Faint as u8 => {
                format!("fill=\"{paint}\" fill-opacity=\".1\"")
            }
            Shape::Area | Shape::Text => format!("fill=\"{paint}\""),
            Shape::Ring => {
                format!("fill=\"{}\" stroke=\"{paint}\" stroke-width=\"1.75\"", self.ground)
            }
            Shape::Hatch => {
                format!("stroke=\"{}\" stroke-opacity=\".5\"", self.edge)
            }
            Shape::Line => {
                let width = match kind {
                    0 | 1 => " stroke-width=\"1.75\"",
                    7 => " stroke-width=\"2.5\" stroke-linecap=\"butt\"",
                    _ => "",
                };
                let dashes = match (kind, tone) {
                    (5, _) => " stroke-dasharray=\"1 3\"",
                    (_, 1) => " stroke-dasharray=\"3 4\"",
                    _ => "",
                };
                format!("stroke=\"{paint}\"{width}{dashes}")
            }
        }
    }
}

/// What is drawn in a color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Line,
    Area,
    Hatch,
    Ring,
    Text,
}
