//! The figures at the head of the page.

use askama::Template;
use downloads::days_between;
use metrics::{Change, Figure, NoChange};

use super::{Counted, OLDER_DAYS, filters};
use crate::text;

/// The last day, the last 7 and 30 days, and all.
#[derive(Template)]
#[template(path = "parts/tiles.html")]
pub(super) struct Tiles {
    /// What is counted, in words; empty without filters.
    filters: String,
    tiles: Vec<Tile>,
}

/// One figure.
struct Tile {
    name: &'static str,
    /// Short, for the eye.
    figure: String,
    exact: String,
    days: String,
    /// `None` where a change makes no sense.
    change: Option<Told>,
    notes: Vec<String>,
}

/// A change in words.
#[derive(Debug)]
pub(crate) struct Told {
    /// `up`, `down` or empty.
    pub(crate) class: &'static str,
    /// `▲`, `▼` or empty.
    pub(crate) arrow: &'static str,
    /// The change, or that it is not known.
    pub(crate) figure: String,
    /// Against what, or why not.
    pub(crate) words: String,
}

impl Tiles {
    pub(super) fn of(counted: &Counted<'_>) -> Self {
        let tiles = metrics::tiles_of(counted.cube.days(), &counted.answer.by_day);
        let tiles = tiles.map_or(Vec::new(), |tiles| {
            vec![
                Tile::of("Last day", &tiles.last_day, "the day before"),
                Tile::of("Last 7 days", &tiles.week, "the 7 days before"),
                Tile::of("Last 30 days", &tiles.month, "the 30 days before"),
                match counted.cube.is_whole() {
                    true => Tile { change: None, ..Tile::of("All time", &tiles.all, "") },
                    false => Tile::waiting("All time", &tiles.all),
                },
            ]
        });
        Self { filters: filters(counted.view), tiles }
    }
}

impl Tile {
    /// A figure that needs days that are not there yet.
    fn waiting(name: &'static str, figure: &Figure) -> Self {
        Self {
            name,
            figure: "…".into(),
            exact: OLDER_DAYS.into(),
            days: text::days(figure.first, figure.last),
            change: None,
            notes: vec![OLDER_DAYS.into()],
        }
    }

    fn of(name: &'static str, figure: &Figure, before: &str) -> Self {
        let mut notes = Vec::new();
        let length = days_between(figure.first, figure.last);
        if figure.missing > 0 {
            notes.push(format!(
                "{} of {} not collected",
                text::thousands(figure.missing.into()),
                text::counted(length.into(), "day", "days")
            ));
        }
        notes.extend(uncertain(figure));
        if let Some(it) = figure.across {
            notes.push(format!("{} on {}", it.short, text::day(it.day)));
        }
        Self {
            name,
            figure: text::short(figure.downloads),
            exact: text::downloads(figure.downloads),
            days: text::days(figure.first, figure.last),
            change: Some(told(figure.change, before)),
            notes,
        }
    }
}

/// How many days of a figure may still change, by why.
pub(crate) fn uncertain(figure: &Figure) -> impl Iterator<Item = String> {
    let kinds = [(figure.provisional - figure.suspect, "provisional"), (figure.suspect, "suspect")];
    let words = |(days, word): (u32, &str)| {
        (days > 0).then(|| format!("{} {word}", text::counted(days.into(), "day", "days")))
    };
    kinds.into_iter().filter_map(words)
}

/// A change in words; `before` is what it is against.
pub(crate) fn told(change: Change, before: &str) -> Told {
    match change {
        Change::Fraction(fraction) => {
            let figure = text::change(fraction);
            let (class, arrow) = match figure.chars().next() {
                Some('+') => ("up", "▲"),
                Some('\u{2212}') => ("down", "▼"),
                _ => ("", ""),
            };
            Told { class, arrow, figure, words: format!("against {before}") }
        }
        Change::Unknown(why) => {
            let words = match why {
                NoChange::FromZero => format!("there were no downloads in {before}"),
                NoChange::Gap => "not all days were collected".into(),
                NoChange::NoHistory => "there is no data that far back".into(),
            };
            Told { class: "", arrow: "", figure: "Change not known".into(), words }
        }
    }
}
