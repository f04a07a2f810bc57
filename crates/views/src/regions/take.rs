//! A view to take along: its figures as CSV and as Markdown, its chart as a picture, and what such a file is called.

use cube::{Cube, Value};
use downloads::Day;
use metrics::{Bin, Line, LineKey};

use super::{Context, Counted, RenderError, filters, over_time, plotted::Plotted};
use crate::{
    Heights, View,
    chart::{self, Chart, Head},
    markdown,
    svg::Palette,
    text,
};

/// The longest name of a file without its ending, in bytes.
const LONGEST_NAME: usize = 100;

/// Which colors a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The figures of a view, with what one has to know of them.
struct Taken<'a> {
    counted: Counted<'a>,
    plotted: Plotted,
    /// `data to 22 Nov 2026`; empty if there is none.
    data_to: String,
}

impl<'a> Taken<'a> {
    fn of(cube: &'a Cube, view: &'a View, context: &Context<'_>) -> Self {
        let counted = Counted::of(cube, view);
        let plotted = Plotted::of(&counted, context);
        let last = cube.days().last_collected();
        let data_to = last.map_or(String::new(), |day| format!("data to {}", text::day(day)));
        Self { counted, plotted, data_to }
    }

    /// `, filtered by country DE`; empty without filters.
    fn filters(&self) -> String {
        match filters(self.counted.view) {
            filters if filters.is_empty() => filters,
            filters => format!(", filtered by {filters}"),
        }
    }

    /// Whether there is anything to show.
    fn is_empty(&self) -> bool {
        self.counted.shown.nothing.is_some()
    }

    /// The name of a line, not cut.
    fn name(&self, at: usize) -> String {
        match &self.plotted.series.lines[at].key {
            LineKey::All => "downloads".into(),
            LineKey::Value(Value::Known(value)) if self.plotted.names[at].ends_with('…') => {
                text::spelled_out(value)
            }
            LineKey::Value(_) | LineKey::Rest => self.plotted.names[at].clone(),
        }
    }
}

/// The figures of a view as CSV (RFC 4180, UTF-8, LF): a row for each step, with its first and last day that
/// count, a column for each line, and what is not final or not whole. Counts are exact, averages have two decimals,
/// shares are in percent, and what is not known is empty.
///
/// No cell is a formula to a spreadsheet: one that would be begins with `'`.
pub fn csv(cube: &Cube, view: &View, context: &Context<'_>) -> String {
    let taken = Taken::of(cube, view, context);
    let chart = taken.plotted.chart();
    let percent = if chart.heights == Heights::Shares { " (%)" } else { "" };
    let mut out = String::from("from,to,");
    for at in 0..taken.plotted.series.lines.len() {
        out += &cell(&(taken.name(at) + percent));
        out.push(',');
    }
    out += "note\n";
    if taken.is_empty() {
        return out;
    }
    for (at, bin) in chart.series.bins.iter().enumerate() {
        let (first, last) = days(bin);
        out += &format!("{first},{last},");
        for line in &chart.series.lines {
            out += &figure(&chart, line, at).unwrap_or_default();
            out.push(',');
        }
        out += &cell(&over_time::note(&chart, at));
        out.push('\n');
    }
    out
}

/// The figures of a view as a table in Markdown, with what one sees in it and where it comes from below. `address`
/// is that of the view.
pub fn markdown(cube: &Cube, view: &View, context: &Context<'_>, address: &str) -> String {
    let taken = Taken::of(cube, view, context);
    let chart = taken.plotted.chart();
    let mut out = String::new();
    if !taken.is_empty() && !chart.series.lines.is_empty() {
        let names = match view.split() {
            Some(_) => taken.plotted.names.clone(),
            None => vec![taken.plotted.title.clone()],
        };
        let heads = ["When"].into_iter().chain(names.iter().map(String::as_str));
        out += &markdown::row(heads.chain(["Note"]));
        out += &format!("| --- |{} --- |\n", " ---: |".repeat(names.len()));
        for row in over_time::rows(&chart) {
            let figures = row.counts.iter().map(String::as_str);
            out += &markdown::row([&*row.bin].into_iter().chain(figures).chain([&*row.note]));
        }
        out.push('\n');
    }
    let project = text::visible(context.project);
    let title = format!("{project}: {}", text::lower_first(&taken.plotted.title));
    let filters = taken.filters();
    out += &format!(
        "{}\n\n",
        markdown::literal(&format!("{title}{filters}. {}", taken.plotted.finding))
    );
    out + &source(address, &taken.data_to)
}

/// The chart of a view as an SVG file that needs nothing beside it: 800 CSS pixels wide, with the name of the
/// project, the days, how many downloads, under which filters, and how far the data goes.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cube holds can be drawn.
pub fn chart_file(
    cube: &Cube,
    view: &View,
    context: &Context<'_>,
    colors: Colors,
) -> Result<String, RenderError> {
    let taken = Taken::of(cube, view, context);
    let plotted = &taken.plotted;
    let days = &taken.counted.shown.days;
    let total = match taken.is_empty() {
        false => format!("{}, {days}", text::downloads(plotted.totals.iter().sum())),
        true => days.clone(),
    };
    let head = Head {
        project: &text::visible(context.project),
        what: &plotted.title,
        total: &(total + &taken.filters()),
        data_to: &taken.data_to,
    };
    Ok(chart::draw_file(&plotted.chart(), &head, palette(colors))?)
}

/// What a file with a view is called, without its ending: the project and the view, in letters that every system
/// takes.
pub fn file_name(project: &str, view: &View) -> String {
    let query = view.query();
    file_name_of(&format!("{project}-{}", if query.is_empty() { "downloads" } else { &query }))
}

/// A name for a file, in letters that every system takes.
pub(crate) fn file_name_of(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' => name.push(character),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    // All of it is ASCII. A name that begins with a dot is hidden.
    name.truncate(LONGEST_NAME);
    let name = name.trim_matches(|it| matches!(it, '.' | '-'));
    if name.is_empty() { "downloads".into() } else { name.into() }
}

pub(crate) fn palette(colors: Colors) -> &'static Palette {
    match colors {
        Colors::Light => &Palette::LIGHT,
        Colors::Dark => &Palette::DARK,
    }
}

/// Where figures come from, as the last line of Markdown.
pub(crate) fn source(address: &str, data_to: &str) -> String {
    let safe = |it: &char| !it.is_control() && !it.is_whitespace() && !matches!(it, '<' | '>');
    let address: String = address.chars().filter(safe).collect();
    format!("Source: PyPI’s download log, counted by <{address}>, {data_to}.\n")
}

/// The days of a bin that count.
pub(crate) fn days(bin: &Bin) -> (Day, Day) {
    let after = chrono::Days::new((bin.after + bin.cut).into());
    (bin.first + chrono::Days::new(bin.before.into()), bin.last - after)
}

/// A figure for programs. `None` if it is not known.
fn figure(chart: &Chart<'_>, line: &Line, at: usize) -> Option<String> {
    if !chart.is_known(at) {
        return None;
    }
    let count = line.counts[at];
    match chart.heights {
        Heights::Shares => match chart.whole(at) {
            0 => None,
            whole => Some(text::decimals(100.0 * count as f64 / whole as f64, 4)),
        },
        Heights::Counts | Heights::Totals => Some(quotient(count, chart.per)),
    }
}

/// A count, or an average with two decimals.
pub(crate) fn quotient(count: u64, per: u64) -> String {
    match per {
        1 => count.to_string(),
        _ => text::decimals(count as f64 / per as f64, 2),
    }
}

/// A text as a cell: neither a separator nor a formula. Spaces at the ends are quoted too, because some readers take
/// them off.
pub(crate) fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '\0']);
    let text = if is_formula { format!("'{text}") } else { text.into() };
    if !text.contains([',', '"', '\r', '\n']) && text.trim().len() == text.len() {
        return text;
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
