//! The page of what is counted, what is not, and why other sites show other numbers.

use askama::Template;
use downloads::{BREAKS, INCIDENTS, MARKS, Mirrors};

use super::{Frame, sentence};
use crate::{regions::RenderError, text};

/// What the figures of the site mean.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "pages/about.html")]
pub struct AboutPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The installers that count as mirrors.
    pub mirrors: &'a Mirrors,
    /// How many days after a day ends its rows may still change.
    pub lookback: u32,
}

/// How three sites answer one question: the question, this site, pepy.tech, pypistats.org.
const COMPARISON: [[&str; 4]; 7] = [
    [
        "Which rows count",
        "all of the log, told apart by audience",
        "all of the log",
        "those whose Python is unknown or looks like a version",
    ],
    [
        "Mirrors",
        "shown apart; in “everything”",
        "counted",
        "in “with mirrors”; not in “without mirrors”, nor by Python or system",
    ],
    [
        "No known installer",
        "shown apart as unknown; in “everything”",
        "counted",
        "in “with mirrors” only",
    ],
    ["CI", "shown apart, as far as the log tells", "counted; apart in a paid plan", "counted"],
    [
        "How far back",
        "since the first collected day",
        "about 90 days by day, a year in a paid plan; the total of all time",
        "180 days",
    ],
    [
        "Split by",
        "version, Python, country, installer, operating system, file type, audience, CPU, all at once",
        "version",
        "Python, or system",
    ],
    ["A missing day", "unknown: hatched, in no sum", "not shown", "drawn as zero"],
];

/// What other sites offer, and what stands in its place here. `NAME` is a project.
const MOVES: [(&str, &str, &str); 9] = [
    ("pepy badge, total", "https://static.pepy.tech/badge/NAME", "badges/NAME/total.svg"),
    ("pepy badge, month", "https://static.pepy.tech/badge/NAME/month", "badges/NAME/month.svg"),
    ("pepy badge, week", "https://static.pepy.tech/badge/NAME/week", "badges/NAME/week.svg"),
    ("pepy JSON", "https://api.pepy.tech/api/v2/projects/NAME", "api/v2/projects/NAME.json"),
    (
        "shields badge, month",
        "https://img.shields.io/pypi/dm/NAME",
        "badges/NAME/month-without-mirrors.svg",
    ),
    (
        "shields badge, week",
        "https://img.shields.io/pypi/dw/NAME",
        "badges/NAME/week-without-mirrors.svg",
    ),
    (
        "shields badge, day",
        "https://img.shields.io/pypi/dd/NAME",
        "badges/NAME/day-without-mirrors.svg",
    ),
    ("shields badge, total", "https://img.shields.io/pepy/dt/NAME", "badges/NAME/total.svg"),
    (
        "pypistats JSON",
        "https://pypistats.org/api/packages/NAME/recent",
        "api/packages/NAME/recent.json",
    ),
];

impl AboutPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("What is counted · {}", self.frame.site)
    }

    #[expect(clippy::unused_self, reason = "what the frame asks of every page")]
    fn summary(&self) -> &'static str {
        "What a download is, who downloads, why pepy.tech and pypistats.org show other numbers, what is known to be wrong with the source, and how to cite the figures."
    }

    fn mirror_names(&self) -> String {
        let names: Vec<String> = self.mirrors.iter().map(text::visible).collect();
        text::list(&names)
    }

    /// How to cite the site.
    fn citation(&self) -> String {
        let data_to = match self.frame.data_to {
            Some(day) => format!(" Data to {}.", text::day(day)),
            None => String::new(),
        };
        let address = self.frame.somewhere();
        format!(
            "{}. Downloads from PyPI’s public download log.{data_to} {address} (figures can be reproduced from {address}data/index.json).",
            self.frame.site.trim_end_matches('.')
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_stays_below_the_site() {
        for (what, from, to) in MOVES {
            assert!(from.starts_with("https://") && from.contains("NAME"), "{what}");
            assert!(!to.starts_with('/') && to.contains("/NAME"), "{what}");
        }
    }
}
