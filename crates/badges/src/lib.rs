//! Badges: how often a project was downloaded, as small pictures and as the JSON that shields.io reads.
//!
//! They look as those of shields.io do, so that they fit in between others. All text on them is ours: not
//! even the name of the project is in it, so that no string from outside gets into a badge.

mod number;
mod snippet;
mod svg;
pub mod width;

use std::fmt::Write;

use chrono::Datelike;
use downloads::{Audience, BREAKS, Counted, Day, ProjectName, days_between};
use metrics::{Figure, Tiles};
use serde::Serialize;

pub use snippet::{Snippets, snippets};

/// How long shields.io may keep an answer, in seconds. The figures change once a day.
const CACHE_SECONDS: u32 = 6 * 60 * 60;

/// Which days a badge counts. All end on the last day that was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// The last day.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// All days since the first that was collected.
    Total,
}

impl Period {
    /// All of them, shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Total];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Total => "total",
        }
    }

    /// What stands behind the number.
    fn suffix(self) -> &'static str {
        match self {
            Self::Day => "/day",
            Self::Week => "/week",
            Self::Month => "/month",
            Self::Total => "",
        }
    }

    fn figure(self, tiles: &Tiles) -> &Figure {
        match self {
            Self::Day => &tiles.last_day,
            Self::Week => &tiles.week,
            Self::Month => &tiles.month,
            Self::Total => &tiles.all,
        }
    }
}

/// How a badge is drawn: the styles of shields.io.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// 20 px high, a faint gradient, small round corners. The one without a word in its address.
    Flat,
    /// 20 px high, plain.
    FlatSquare,
    /// 18 px high, a strong gradient.
    Plastic,
    /// 28 px high, capitals.
    ForTheBadge,
    /// 20 px high, grey with a bubble.
    Social,
}

impl Style {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::Flat, Self::FlatSquare, Self::Plastic, Self::ForTheBadge, Self::Social];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::FlatSquare => "flat-square",
            Self::Plastic => "plastic",
            Self::ForTheBadge => "for-the-badge",
            Self::Social => "social",
        }
    }
}

/// What a badge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// Which days it counts.
    pub period: Period,
    /// Which downloads it counts.
    pub counted: Counted,
}

impl Choice {
    /// The address of the picture from the root of the site, for example `badges/xan/month-ci-social.svg`.
    ///
    /// Without a style it is the shorter address of the flat one.
    pub fn svg_path(self, project: &ProjectName, style: Option<Style>) -> String {
        let mut path = self.stem(project);
        if let Some(style) = style {
            path.push('-');
            path.push_str(style.key());
        }
        path.push_str(".svg");
        path
    }

    /// The address of the JSON for shields.io from the root of the site.
    pub fn json_path(self, project: &ProjectName) -> String {
        self.stem(project) + ".json"
    }

    fn stem(self, project: &ProjectName) -> String {
        let (name, period) = (project.as_str(), self.period.key());
        let mut path = String::with_capacity(name.len() + 48);
        for part in ["badges/", name, "/", period] {
            path.push_str(part);
        }
        if self.counted != Counted::Everything {
            path.push('-');
            path.push_str(self.counted.key());
        }
        path
    }

    /// What stands on the left.
    fn label(self) -> &'static str {
        match self.counted {
            Counted::Everything => "downloads",
            Counted::WithoutMirrors => "downloads (without mirrors)",
            Counted::Only(Audience::Interactive) => "downloads (interactive)",
            Counted::Only(Audience::Ci) => "downloads (CI)",
            Counted::Only(Audience::Mirror) => "downloads (mirrors)",
            Counted::Only(Audience::Unknown) => "downloads (unknown)",
        }
    }
}

/// The colors that downloads have at shields.io, by how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Color {
    LightGrey,
    Red,
    Yellow,
    YellowGreen,
    Green,
    BrightGreen,
}

impl Color {
    /// Its name at shields.io.
    fn name(self) -> &'static str {
        match self {
            Self::LightGrey => "lightgrey",
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::YellowGreen => "yellowgreen",
            Self::Green => "green",
            Self::BrightGreen => "brightgreen",
        }
    }

    /// The palette of 2026, dark enough for white text: none is brighter than 0.69.
    fn hex(self) -> &'static str {
        match self {
            Self::LightGrey => "#939393",
            Self::Red => "#dd4343",
            Self::Yellow => "#d8b800",
            Self::YellowGreen => "#95991a",
            Self::Green => "#67ac09",
            Self::BrightGreen => "#4b0",
        }
    }
}

/// One badge, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    label: &'static str,
    message: String,
    color: Color,
    /// What to know about the figure, as sentences. Empty if there is nothing.
    note: String,
}

impl Badge {
    /// The badge of a figure of [`metrics::recent`]; `None` if no day was collected.
    ///
    /// A figure with days that were not collected is a lower bound. It is rounded down and marked with `≥`.
    pub fn new(choice: Choice, tiles: Option<&Tiles>) -> Self {
        let label = choice.label();
        let Some(figure) = tiles.map(|tiles| choice.period.figure(tiles)) else {
            let (message, note) = ("no data".into(), String::new());
            return Self { label, message, color: Color::LightGrey, note };
        };
        let color = match figure.downloads {
            0 if figure.missing > 0 => Color::LightGrey,
            0 => Color::Red,
            1..10 => Color::Yellow,
            10..100 => Color::YellowGreen,
            100..1_000 => Color::Green,
            _ => Color::BrightGreen,
        };
        let mut message = String::with_capacity(16);
        if figure.missing > 0 {
            message.push('≥');
            number::push_at_least(&mut message, figure.downloads);
        } else {
            number::push_rounded(&mut message, figure.downloads);
        }
        message.push_str(choice.period.suffix());
        Self { label, message, color, note: note(figure) }
    }

    /// The picture.
    pub fn svg(&self, style: Style) -> String {
        svg::svg(self, style)
    }

    /// Width and height of the picture in whole CSS pixels, as its own head has them.
    pub fn size(&self, style: Style) -> (u32, u32) {
        let svg = self.svg(style);
        let pixels = |attribute: &str| {
            let (_, rest) = svg.split_once(attribute)?;
            rest.split_once('"')?.0.parse::<f64>().ok()
        };
        let of = |attribute| pixels(attribute).map_or(0, |pixels| pixels.ceil() as u32);
        (of(" width=\""), of(" height=\""))
    }

    /// What it says, for those who do not see it.
    pub fn text(&self) -> String {
        format!("{}: {}", self.label, self.message)
    }

    /// The JSON for `https://img.shields.io/endpoint?url=...`.
    pub fn json(&self) -> String {
        let endpoint = Endpoint {
            schema_version: 1,
            label: self.label,
            message: &self.message,
            color: self.color.name(),
            cache_seconds: CACHE_SECONDS,
        };
        // Cannot fail: strings and numbers only.
        serde_json::to_string(&endpoint).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    schema_version: u8,
    label: &'a str,
    message: &'a str,
    color: &'a str,
    cache_seconds: u32,
}

/// What to know about a figure: its days that were not collected, and the breaks between its days.
fn note(figure: &Figure) -> String {
    let mut note = String::new();
    if figure.missing > 0 {
        let days = days_between(figure.first, figure.last);
        // Writing to a string cannot fail, here and below.
        let _ = write!(note, "At least: {} of {days} days are not known.", figure.missing);
    }
    for it in BREAKS.iter().filter(|it| figure.first < it.day && it.day <= figure.last) {
        let _ = write!(
            note,
            "{}These days span {}: {}.",
            if note.is_empty() { "" } else { " " },
            written(it.day),
            it.short
        );
    }
    note
}

/// `22 Nov 2026`.
fn written(day: Day) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!("{} {} {}", day.day(), MONTHS[day.month0() as usize], day.year())
}

/// All badge files of a project, each with its path from the root of the site: 144 pictures, 24 times JSON.
///
/// `recent` is what [`metrics::recent`] returned; `None` if no day was collected. Badges answer then too.
pub fn files(
    project: &ProjectName,
    recent: Option<&[(Counted, Tiles)]>,
    out: &mut dyn FnMut(String, Vec<u8>),
) {
    for counted in Counted::ALL {
        let tiles = recent
            .and_then(|all| all.iter().find(|(of, _)| *of == counted))
            .map(|(_, tiles)| tiles);
        for period in Period::ALL {
            let choice = Choice { period, counted };
            let badge = Badge::new(choice, tiles);
            for style in Style::ALL {
                let svg = badge.svg(style).into_bytes();
                if style == Style::Flat {
                    out(choice.svg_path(project, None), svg.clone());
                }
                out(choice.svg_path(project, Some(style)), svg);
            }
            out(choice.json_path(project), badge.json().into_bytes());
        }
    }
}

#[cfg(test)]
mod tests;
