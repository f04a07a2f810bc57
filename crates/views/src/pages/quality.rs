//! The page of what was collected: which days of which project, what changed afterwards, and what it cost.

mod figures;
mod time;

use askama::Template;
use chrono::{DateTime, Utc};
use downloads::{Day, Incident, ProjectName, incidents_between};

use super::Frame;
use crate::{regions::RenderError, text};
pub use figures::QualityFigures;
use time::Tick;

/// The bytes that all strips together may have, so that the page of many projects stays small; and those that one
/// has at least and at most.
const ALL_STRIPS: usize = 100_000;
const SHORT_STRIP: usize = 200;
const LONG_STRIP: usize = 3_000;

/// What was collected, when, and what is wrong with it.
#[derive(Debug, Template)]
#[template(path = "pages/quality.html")]
pub struct QualityPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The projects, in the order in which they are shown.
    pub rows: &'a [QualityRow<'a>],
    /// How many days after a day ends its rows may still change.
    pub lookback: u32,
    /// The newest changes to days after they were collected, newest first.
    pub revisions: &'a [RevisionRow<'a>],
    /// How many such changes there are, listed or not.
    pub revisions_in_all: usize,
    /// What was billed, by month, newest first. Empty if nothing was ever asked for.
    pub billed: &'a [BilledRow],
    /// The most bytes that may be billed in a month.
    pub budget: u64,
}

/// One project in the list.
#[derive(Clone, Copy, Debug)]
pub struct QualityRow<'a> {
    /// Its name, normalized.
    pub name: &'a ProjectName,
    /// Its name as people read it.
    pub label: &'a str,
    /// `None` if nothing was collected.
    pub figures: Option<&'a QualityFigures>,
}

/// One day that was found changed after it was collected.
#[derive(Clone, Copy, Debug)]
pub struct RevisionRow<'a> {
    /// When it was looked at again.
    pub seen_at: DateTime<Utc>,
    /// Whose day it is, normalized.
    pub name: &'a ProjectName,
    /// The project's name as people read it.
    pub label: &'a str,
    /// The day.
    pub day: Day,
    /// The downloads that the store held.
    pub before: u64,
    /// The downloads that were found.
    pub after: u64,
    /// What became of it: the word of `revisions.csv`.
    pub kind: &'a str,
}

/// What BigQuery billed in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BilledRow {
    /// Any day of the month.
    pub month: Day,
    /// How many queries were asked for.
    pub queries: u64,
    /// What they billed, in bytes; the upper bound of those of which nobody knows it yet.
    pub bytes: u64,
    /// How many queries are in `bytes` with their upper bound.
    pub unknown: u64,
    /// What `bytes` cost at the configured price, in millionths of a dollar, as if nothing were free.
    pub micro_dollars: u64,
}

/// All projects together.
struct Totals {
    /// Days of projects: how many were collected, and how many should be.
    collected: u64,
    days: u64,
    provisional: u64,
    suspect: u64,
    /// When the newest reading was.
    newest: Option<DateTime<Utc>>,
}

impl QualityPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("Data quality · {}", self.frame.site)
    }

    fn summary(&self) -> String {
        let Totals { collected, days, .. } = self.totals();
        format!(
            "{} of {} of {} were collected. Which are missing, which may still change, which were found changed, and what was billed.",
            text::thousands(collected),
            text::counted(days, "day", "days"),
            text::counted(self.rows.len() as u64, "project", "projects"),
        )
    }

    fn figures(&self) -> impl Iterator<Item = &QualityFigures> {
        self.rows.iter().filter_map(|row| row.figures)
    }

    fn totals(&self) -> Totals {
        let none = Totals { collected: 0, days: 0, provisional: 0, suspect: 0, newest: None };
        self.figures().fold(none, |sum, it| Totals {
            collected: sum.collected + it.days() - it.missing(),
            days: sum.days + it.days(),
            provisional: sum.provisional + it.provisional(),
            suspect: sum.suspect + it.suspect(),
            newest: sum.newest.max(it.collected()),
        })
    }

    /// The first and the last day of all projects: the time axis. `None` without data.
    fn span(&self) -> Option<(Day, Day)> {
        let first = self.figures().map(QualityFigures::first).min()?;
        let last = self.figures().map(QualityFigures::last).max()?;
        Some((first, last))
    }

    fn ticks(&self) -> Vec<Tick> {
        self.span().map_or(Vec::new(), |(first, last)| time::ticks(first, last))
    }

    /// The strip of a project as paths of the whole time axis, which spans these days.
    fn strip(&self, figures: &QualityFigures, first: Day, last: Day) -> String {
        let longest = (ALL_STRIPS / self.rows.len().max(1)).clamp(SHORT_STRIP, LONG_STRIP);
        figures.strip((first, last), longest)
    }

    /// That not all changes are listed. `None` if they are.
    fn revisions_left_out(&self) -> Option<String> {
        let (listed, all) = (self.revisions.len(), self.revisions_in_all);
        (listed < all).then(|| {
            let [listed, all] = [listed, all].map(|count| text::thousands(count as u64));
            format!("These are the newest {listed} of {all} changes.")
        })
    }

    /// The incidents of the source that touch any of the days.
    fn incidents(&self) -> Vec<Incident> {
        self.span().map_or(Vec::new(), |(first, last)| incidents_between(first, last).collect())
    }

    /// Which part of the month's budget was billed, in thousandths, at most all of it.
    fn used(&self, row: &BilledRow) -> u64 {
        match self.budget {
            0 => 0,
            budget => ((row.bytes as f64 / budget as f64) * 1000.0).round().min(1000.0) as u64,
        }
    }
}

impl Totals {
    fn missing(&self) -> u64 {
        self.days - self.collected
    }
}

impl RevisionRow<'_> {
    fn change(&self) -> String {
        metrics::growth(self.before, self.after).map_or("new".into(), text::change)
    }

    fn words(&self) -> &str {
        match self.kind {
            "revised" => "replaced by what was found",
            "suspect" => "kept: it would have shrunk",
            "accepted" => "replaced: shrinking was allowed",
            "confirmed" => "was suspect, and is as it was stored",
            other => other,
        }
    }
}

/// `$0.00` for millionths of a dollar, rounded up to the cent.
fn dollars(micro: u64) -> String {
    let cents = micro.div_ceil(10_000);
    format!("${}.{:02}", text::thousands(cents / 100), cents % 100)
}

/// `12.3 GiB`: as BigQuery counts, in powers of 1,024.
fn binary_size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return text::counted(bytes, "byte", "bytes");
    }
    let mut scaled = bytes as f64 / 1024.0;
    let mut unit = 0;
    while scaled >= 1023.95 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    let digits = format!("{scaled:.1}");
    format!("{}\u{a0}{}", digits.strip_suffix(".0").unwrap_or(&digits), UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_that_bigquery_speaks_of() {
        const GIB: u64 = 1 << 30;
        let cases = [
            (0, "0 bytes"),
            (10 << 20, "10\u{a0}MiB"),
            (GIB - 1, "1\u{a0}GiB"),
            (3 * GIB / 2, "1.5\u{a0}GiB"),
            (1 << 40, "1\u{a0}TiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(binary_size(bytes), text);
        }
        assert_eq!(dollars(0), "$0.00");
        assert_eq!(dollars(1), "$0.01");
        assert_eq!(dollars(6_250_000), "$6.25");
    }

    #[test]
    fn a_day_without_downloads_before_has_no_change() {
        let name = "a".parse().unwrap();
        let row = RevisionRow {
            seen_at: DateTime::UNIX_EPOCH,
            name: &name,
            label: "a",
            day: Day::default(),
            before: 0,
            after: 7,
            kind: "revised",
        };
        assert_eq!(row.change(), "new");
        assert_eq!(RevisionRow { before: 10, ..row }.change(), "\u{2212}30.0\u{a0}%");
    }
}
