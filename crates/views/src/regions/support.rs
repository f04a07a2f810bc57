//! May we drop it? How much of the downloads runs on what, overall and of the newest releases.

use askama::Template;
use cube::Value;
use downloads::{Dimension, days_between};
use metrics::{Grouping, Support, SupportRow};

use super::{
    Context, Counted,
    basis::{self, Basis},
    controls::{Choice, Group},
    notes,
    shown::Shown,
};
use crate::{Over, Platform, View, markdown, text, view::Filter};

/// How many values the table lists; the others are summed up.
const LISTED: usize = 12;

/// The least share that is told in a sentence, as one part of so many: with less, hardly anybody asks.
const TOLD: u64 = 1000;

/// With fewer downloads, shares are chance.
const FEWEST_DOWNLOADS: u64 = 100;

/// With fewer collected days than one in so many of those that are asked for, shares are chance.
const FEWEST_DAYS: u64 = 3;

/// How many values the sentences speak of.
const SENTENCES: usize = 2;

/// The region.
#[derive(Template)]
#[template(path = "parts/support.html")]
pub(super) struct MayWeDrop {
    /// Which days, how many of them were not collected, and whether the way of counting changed.
    days: String,
    groups: [Group; 2],
    /// What one sees at once, or why there is no table.
    sentences: Vec<String>,
    /// `None` if there are too few downloads.
    table: Option<Table>,
    /// What one has to know to read the table, a sentence each.
    notes: Vec<String>,
}

/// The table, and the same as Markdown.
struct Table {
    label: &'static str,
    columns: Vec<String>,
    rows: Vec<Row>,
    markdown: String,
}

struct Row {
    /// `None` of what cannot be chosen: the sum of the values that are not listed.
    choice: Option<Choice>,
    label: String,
    /// Its share in each column.
    shares: Vec<String>,
}

impl MayWeDrop {
    pub(super) fn of(counted: &Counted<'_>, context: &Context<'_>) -> Self {
        let (view, all_days) = (counted.view, counted.cube.days());
        let dimension = view.platform().dimension();
        let mut basis = Basis::of(counted, context.mirrors, &[dimension, Dimension::Version]);
        basis.selection.days = view.over_days(all_days);
        let shown = Shown::of(all_days, &basis.selection);
        let mut region = Self {
            days: shown.days,
            groups: groups(view),
            sentences: shown.nothing.into_iter().collect(),
            table: None,
            notes: Vec::new(),
        };
        let (Some((first, last)), []) = (basis.selection.days, &region.sentences[..]) else {
            return region;
        };
        if let Some(it) = downloads::break_between(first, last) {
            region.days += &format!(", {} on {}", it.short, text::day(it.day));
        }
        let collected = all_days.states()[all_days.range(first, last)]
            .iter()
            .filter(|state| state.is_collected())
            .count() as u64;
        let length = u64::from(days_between(first, last));
        let asked = match view.over() {
            Over::Days30 => 30,
            Over::Days90 => 90,
            Over::View => length,
        };
        if collected * FEWEST_DAYS < asked {
            region.sentences =
                vec![format!("Too few days to tell: {} of {asked}.", text::thousands(collected))];
            return region;
        }
        let support = metrics::support(counted.cube, &basis.selection, dimension);
        if support.downloads < FEWEST_DOWNLOADS {
            region.sentences = vec!["Too few downloads to tell.".into()];
            return region;
        }

        let days = match (view.over(), length - collected) {
            (Over::View, _) => text::days(first, last),
            (_, 0) => format!("the last {}", text::counted(length, "day", "days")),
            (_, _) => format!("{collected} of the last {length} days"),
        };
        let filters = match &*basis.filters {
            "" => String::new(),
            filters => format!(" ({filters})"),
        };
        region.sentences = sentences(&support, &format!("the downloads of {days}{filters}"));
        let what = format!("Share of the downloads {}.", basis.words);
        let mut table = Table::of(&support, counted);
        table.markdown = region.markdown(&table, &what, context);
        region.table = Some(table);
        region.notes.push(what);
        region.notes.extend(basis.passed_over);
        if !support.versions.is_empty() {
            region.notes.push(
                "Versions are told apart if they make up at least 1\u{a0}% of the downloads: the newest final release, and the newest release lines."
                    .into(),
            );
        }
        for it in [dimension, Dimension::Installer] {
            for note in notes::of_dimension(it, basis.selection.days) {
                if !region.notes.contains(&note) {
                    region.notes.push(note);
                }
            }
        }
        region
    }

    /// Sentences and table, with what they count below.
    fn markdown(&self, table: &Table, what: &str, context: &Context<'_>) -> String {
        let cells = |first: &str, others: &[String]| {
            markdown::row(std::iter::once(first).chain(others.iter().map(String::as_str)))
        };
        let mut lines = String::new();
        for sentence in &self.sentences {
            lines += &format!("{}\n", markdown::literal(sentence));
        }
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines += &cells(table.label, &table.columns);
        lines += &format!("| --- |{}\n", " ---: |".repeat(table.columns.len()));
        for row in &table.rows {
            lines += &cells(&row.label, &row.shares);
        }
        let below = format!(
            "{}: {} {}.",
            text::visible(context.project),
            text::lower_first(what),
            self.days
        );
        lines + "\n" + &markdown::literal(&below)
    }
}

fn groups(view: &View) -> [Group; 2] {
    let (mut by, mut over) = (Group::new("By"), Group::new("Over"));
    for it in Platform::ALL {
        let (label, current) = (it.dimension().label(), view.platform() == it);
        by.add("drop", it.key(), label, &view.with_platform(it), current);
    }
    let labels = ["Last 30 days", "Last 90 days", "Days of the view"];
    for (it, label) in Over::ALL.into_iter().zip(labels) {
        over.add("over", it.key(), label, &view.with_over(it), view.over() == it);
    }
    [by, over]
}

/// What the values make up that one may want to drop, if they are used at all: the oldest Pythons, the rarest of
/// everything else.
fn sentences(support: &Support, of: &str) -> Vec<String> {
    let told = |row: &&SupportRow| {
        let is_known = matches!(row.value, Value::Known(_));
        is_known && row.downloads.saturating_mul(TOLD) >= support.downloads
    };
    let mut rows: Vec<(Vec<u32>, &SupportRow)> = Vec::new();
    for row in support.rows.iter().filter(told) {
        let rank = match (support.dimension, &row.value) {
            (Dimension::Python, Value::Known(text)) => match python(text) {
                Some(numbers) => numbers,
                None => continue,
            },
            _ => Vec::new(),
        };
        let is_common =
            support.dimension != Dimension::Python && 2 * row.downloads > support.downloads;
        if !is_common {
            let place =
                rows.partition_point(|(other, it)| (other, it.downloads) <= (&rank, row.downloads));
            rows.insert(place, (rank, row));
        }
    }
    let newest = support.versions.iter().position(|it| it.is_line);
    let sentence = |(_, row): (Vec<u32>, &SupportRow)| {
        let share = text::share(row.downloads, support.downloads)?;
        let value = text::value(support.dimension, &row.value);
        let name = match support.dimension {
            Dimension::Python => format!("Python {value}"),
            Dimension::Cpu => format!("the CPU {value}"),
            _ => value,
        };
        let of_newest = newest.and_then(|at| {
            let line = &support.versions[at];
            let share = text::share(row.of_versions[at], line.downloads)?;
            let line = text::visible(&line.name);
            Some(format!("; of those of {line}, the newest release line, {share}"))
        });
        Some(format!("{share} of {of} came from {name}{}.", of_newest.unwrap_or_default()))
    };
    rows.into_iter().take(SENTENCES).filter_map(sentence).collect()
}

/// The numbers of a Python such as `3.12`. `None` of what does not consist of numbers, and of `PyPy`, which tells its
/// own version: 7 and more.
fn python(text: &str) -> Option<Vec<u32>> {
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|it| matches!(it.first(), Some(2 | 3)))
}

impl Table {
    fn of(support: &Support, counted: &Counted<'_>) -> Self {
        let dimension = support.dimension;
        // Those with the most downloads first, and of Pythons the newest; what is no version of Python comes last,
        // such as PyPy's own 7.3. Inserted and not sorted: a sort is large in the module of the browser.
        let mut most: Vec<&SupportRow> = Vec::new();
        let mut rest: Vec<&SupportRow> = Vec::new();
        for row in &support.rows {
            let place = most.partition_point(|it| it.downloads >= row.downloads);
            most.insert(place, row);
            rest.extend((most.len() > LISTED).then(|| most.pop()).flatten());
        }
        let mut rows: Vec<(Option<Vec<u32>>, &SupportRow)> = Vec::new();
        for row in most {
            let rank = match (dimension, &row.value) {
                (Dimension::Python, Value::Known(text)) => python(text),
                _ => None,
            };
            let place = rows.partition_point(|(other, _)| *other >= rank);
            rows.insert(place, (rank, row));
        }
        let shares = |downloads, of_versions: &[u64]| {
            let share = |part, whole| text::share(part, whole).unwrap_or_else(|| "–".into());
            let versions = of_versions.iter().zip(&support.versions);
            std::iter::once(share(downloads, support.downloads))
                .chain(versions.map(|(&part, it)| share(part, it.downloads)))
                .collect()
        };
        let mut listed: Vec<Row> = rows
            .into_iter()
            .map(|(_, row)| {
                let filter = Filter::Value(dimension, row.value.clone());
                let choice = basis::toggle("drop", &filter, counted.view);
                let shares = shares(row.downloads, &row.of_versions);
                Row { label: choice.label.clone(), choice: Some(choice), shares }
            })
            .collect();
        if !rest.is_empty() {
            let sums: Vec<u64> = (0..support.versions.len())
                .map(|at| rest.iter().map(|row| row.of_versions[at]).sum())
                .collect();
            listed.push(Row {
                choice: None,
                label: format!("{} more", text::thousands(rest.len() as u64)),
                shares: shares(rest.iter().map(|row| row.downloads).sum(), &sums),
            });
        }
        let columns = support.versions.iter().map(|it| match it.is_line {
            true => text::filter(&Filter::Group(Grouping::Minor, it.name.clone())),
            false => text::visible(&it.name),
        });
        let columns = std::iter::once("All versions".into()).chain(columns).collect();
        Self { label: dimension.label(), columns, rows: listed, markdown: String::new() }
    }
}

#[cfg(test)]
mod tests;
