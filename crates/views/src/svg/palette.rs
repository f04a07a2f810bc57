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
    /// Of the lines, in order.
    pub(crate) series: [&'static str; 8],
    /// Of the line of all values that have none of their own.
    pub(crate) other: &'static str,
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
        series: [
            "#0b62c4", "#c2470a", "#007a5c", "#b0267f", "#8a6a00", "#0e7ba3", "#6b46c1", "#7d4e2d",
        ],
        other: "#68707c",
    };

    /// The colors of the style sheet on a dark ground.
    pub(crate) const DARK: Self = Self {
        ground: "#101318",
        raised: "#191d24",
        line: "#2c323c",
        edge: "#7f8895",
        text: "#eceff4",
        soft: "#a9b2bf",
        series: [
            "#6eaeff", "#ff955c", "#3ecb9c", "#f08bc6", "#dcbb4a", "#74d0f2", "#b7a0ff", "#cda583",
        ],
        other: "#8f98a5",
    };

    /// The color of a mark.
    fn color(&self, (kind, place, _): (u8, u8, u8), shape: Shape) -> &'static str {
        match (kind, shape) {
            (0, _) => self.series.get(usize::from(place)).unwrap_or(&self.other),
            (1, _) => self.other,
            (_, Shape::Text) => self.soft,
            (2, _) => self.line,
            (4, _) => self.raised,
            (5 | 7, _) => self.soft,
            _ => self.edge,
        }
    }

    /// The attributes of a mark.
    pub(super) fn attributes(&self, color: BackendColor, shape: Shape) -> String {
        let (paint, (kind, place, tone)) = (self.color(color.rgb, shape), color.rgb);
        match shape {
            Shape::Area if kind == 6 => format!("fill=\"{paint}\" fill-opacity=\".16\""),
            Shape::Area if tone == Tone::Faint as u8 => {
                format!("fill=\"{paint}\" fill-opacity=\".1\"")
            }
            Shape::Area if tone == Tone::Full as u8 => {
                format!("fill=\"{paint}\" fill-opacity=\".6\"")
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
                let dashes = match (kind, tone, place) {
                    (5, ..) => "1 3",
                    (_, 1, _) => "3 4",
                    (0, _, 4) => "8 3",
                    (0, _, 5) => "2 3",
                    (0, _, 6) => "8 3 2 3",
                    (0, _, 7) => "12 4",
                    _ => return format!("stroke=\"{paint}\"{width}"),
                };
                format!("stroke=\"{paint}\"{width} stroke-dasharray=\"{dashes}\"")
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
