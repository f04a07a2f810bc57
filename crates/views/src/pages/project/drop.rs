//! What may be dropped: how much of the downloads runs on what, overall and of the newest releases.

use std::cmp::Reverse;

use cube::Value;
use downloads::Dimension;
use metrics::{Support, SupportOf, SupportRow};

use crate::{markdown, text};

/// How many values a table lists; the others are summed up.
const LISTED: usize = 12;

/// The least share that is told in a sentence, as one part of so many: with less, hardly anybody asks.
const TOLD: u64 = 1000;

/// With fewer downloads or fewer collected days than these, shares are chance.
const FEWEST_DOWNLOADS: u64 = 100;
const FEWEST_DAYS: u32 = 30;

/// How many Pythons the sentences speak of.
const SENTENCES: usize = 2;

/// The section.
#[derive(Debug)]
pub(super) struct Drop {
    /// Which days, how many of them were not collected, and whether the way of counting changed.
    pub(super) days: String,
    /// What one sees at once.
    pub(super) sentences: Vec<String>,
    /// By Python and by operating system. Empty if there are too few downloads.
    pub(super) tables: Vec<Table>,
}

/// One table, and the same as Markdown.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) columns: Vec<String>,
    /// The name of the value, and its share in each column.
    pub(super) rows: Vec<(String, Vec<String>)>,
    pub(super) markdown: String,
}

impl Drop {
    /// `None` if there is nothing to divide.
    pub(super) fn of(support: &Support) -> Option<Self> {
        if support.python.quarter == 0 {
            return None;
        }
        let (first, last) = support.quarter;
        let missing = match support.missing {
            0 => String::new(),
            missing => format!(", {} not collected", text::counted(missing.into(), "day", "days")),
        };
        let changed = downloads::break_between(first, last)
            .map(|it| format!(", {} on {}", it.short, text::day(it.day)))
            .unwrap_or_default();
        let days = format!("{}{missing}{changed}", text::days(first, last));
        let collected = downloads::days_between(first, last).saturating_sub(support.missing);
        if support.python.quarter < FEWEST_DOWNLOADS || collected < FEWEST_DAYS {
            let sentences = vec!["Too few downloads to tell.".into()];
            return Some(Self { days, sentences, tables: Vec::new() });
        }
        let table = |dimension, of| Table::of(support, dimension, of, &days);
        Some(Self {
            sentences: sentences(support),
            tables: vec![
                table(Dimension::Python, &support.python),
                table(Dimension::System, &support.system),
            ],
            days,
        })
    }
}

/// How long the range is: `90 days`, or less where there is no more data.
fn length((first, last): (downloads::Day, downloads::Day)) -> String {
    text::counted(downloads::days_between(first, last).into(), "day", "days")
}

/// What the oldest Pythons make up that are used at all.
fn sentences(support: &Support) -> Vec<String> {
    let python = &support.python;
    let mut old: Vec<(Vec<u32>, &SupportRow)> = python
        .rows
        .iter()
        .filter(|row| row.quarter.saturating_mul(TOLD) >= python.quarter)
        .filter_map(|row| match &row.value {
            Value::Known(text) => Some((numbers(text)?, row)),
            Value::Unknown | Value::Other => None,
        })
        // PyPy tells its own version, which is 7 and more.
        .filter(|(numbers, _)| matches!(numbers[0], 2 | 3))
        .collect();
    old.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let days = length(support.quarter);
    let sentence = |row: &SupportRow| {
        let share = text::share(row.quarter, python.quarter)?;
        let name = text::value(Dimension::Python, &row.value);
        let start = format!("{share} of the downloads of the last {days} came from Python {name}");
        let newest = support.lines.first().zip(row.lines.first().zip(python.lines.first()));
        let of_newest = newest.and_then(|(line, (&part, &whole))| {
            Some(format!(
                "; of those of {line}, the newest release line, {}",
                text::share(part, whole)?
            ))
        });
        Some(format!("{start}{}.", of_newest.unwrap_or_default()))
    };
    old.into_iter().take(SENTENCES).filter_map(|(_, row)| sentence(row)).collect()
}

/// The first number of the newest Python there is.
const NEWEST_MAJOR: u32 = 3;

/// `3.12` as numbers. `None` of what does not consist of numbers.
fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(|part| part.parse().ok()).collect()
}

impl Table {
    fn of(support: &Support, dimension: Dimension, of: &SupportOf, days: &str) -> Self {
        let mut rows: Vec<&SupportRow> = of.rows.iter().collect();
        rows.sort_by_key(|row| Reverse(row.quarter));
        let rest = rows.split_off(rows.len().min(LISTED));
        if dimension == Dimension::Python {
            // Newest first; what is no version of Python comes last, such as PyPy's own 7.3.
            let key = |value: &Value| match value {
                Value::Known(text) => numbers(text).filter(|it| it.first() <= Some(&NEWEST_MAJOR)),
                Value::Unknown | Value::Other => None,
            };
            rows.sort_by_key(|row| Reverse(key(&row.value)));
        }
        let shares = |quarter, month, lines: &mut dyn Iterator<Item = u64>| {
            let share = |part, whole| text::share(part, whole).unwrap_or_else(|| "–".into());
            let mut shares = vec![share(quarter, of.quarter), share(month, of.month)];
            shares.extend(lines.zip(&of.lines).map(|(part, &whole)| share(part, whole)));
            shares
        };
        let mut listed: Vec<(String, Vec<String>)> = rows
            .into_iter()
            .map(|row| {
                let shares = shares(row.quarter, row.month, &mut row.lines.iter().copied());
                (text::value(dimension, &row.value), shares)
            })
            .collect();
        if !rest.is_empty() {
            let sum = |of: fn(&SupportRow) -> u64| rest.iter().map(|row| of(row)).sum();
            let mut lines =
                (0..of.lines.len()).map(|at| rest.iter().map(|row| row.lines[at]).sum());
            let name = format!("{} more", text::thousands(rest.len() as u64));
            listed.push((name, shares(sum(|row| row.quarter), sum(|row| row.month), &mut lines)));
        }
        let quarter = length(support.quarter);
        let mut columns = vec![quarter.clone(), length(support.month)];
        columns.extend(support.lines.iter().map(|line| format!("{line}, {quarter}")));
        let (key, label) = (dimension.key(), dimension.label());
        let markdown = markdown(label, &columns, &listed, days);
        Self { key, label, columns, rows: listed, markdown }
    }
}

/// The table as Markdown, with what it counts below.
fn markdown(label: &str, columns: &[String], rows: &[(String, Vec<String>)], days: &str) -> String {
    let mut table = markdown::row(std::iter::once(label).chain(columns.iter().map(String::as_str)));
    table += &format!("| --- |{}\n", " ---: |".repeat(columns.len()));
    for (name, shares) in rows {
        table += &markdown::row(std::iter::once(&**name).chain(shares.iter().map(String::as_str)));
    }
    table + &format!("\nShare of downloads by known installers without mirrors, {days}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_downloads_or_few_days_have_no_shares() {
        let day = crate::fixture::day;
        let support = |first, quarter| {
            let of = || {
                let value = Value::Known("3.11".into());
                let row = SupportRow { value, quarter, month: quarter, lines: Vec::new() };
                SupportOf { quarter, month: quarter, lines: Vec::new(), rows: vec![row] }
            };
            let days = (day(first), day("2026-03-30"));
            let lines = Vec::new();
            Support { quarter: days, missing: 0, month: days, lines, python: of(), system: of() }
        };
        let tables = |first, quarter| Drop::of(&support(first, quarter)).unwrap().tables.len();
        assert_eq!(tables("2026-03-01", 100), 2);
        assert_eq!(tables("2026-03-01", 99), 0);
        assert_eq!(tables("2026-03-02", 100), 0);
        let few = Drop::of(&support("2026-03-30", 3)).unwrap();
        assert_eq!(few.sentences, ["Too few downloads to tell."]);
    }
}
