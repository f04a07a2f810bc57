//! A comparison to take along: its figures as CSV and as Markdown, its chart as a picture.

use super::{CompareView, Project, growth::Growth, plotted::Plotted};
use crate::{
    chart::{self, Head},
    markdown,
    regions::{
        RenderError, filters,
        take::{Colors, cell, days, file_name_of, palette, source},
    },
    text,
};

/// The figures of a comparison as CSV (RFC 4180, UTF-8, LF): a row for each step, with its first and last day that
/// count, a column for each project, and what is not final or not whole. What is not known is empty. With ages the
/// days are counted from the first download.
///
/// No cell is a formula to a spreadsheet: one that would be begins with `'`.
pub fn csv(projects: &[Project<'_>], view: &CompareView) -> String {
    let plotted = Plotted::of(projects, view);
    let mut out = String::from("from,to,");
    for name in plotted.names() {
        out += &cell(name);
        out.push(',');
    }
    out += "note\n";
    for (at, bin) in plotted.bins().iter().enumerate() {
        let (first, last) = days(bin);
        out += &format!("{},{},", plotted.iso(first), plotted.iso(last));
        for line in 0..plotted.members.len() {
            out += &plotted.exact(line, at).unwrap_or_default();
            out.push(',');
        }
        out += &cell(&plotted.row(at).note);
        out.push('\n');
    }
    out
}

/// The totals and the figures of a comparison as tables in Markdown, with what one sees in it and where it comes from
/// below. `address` is that of the comparison.
pub fn markdown(projects: &[Project<'_>], view: &CompareView, address: &str) -> String {
    let plotted = Plotted::of(projects, view);
    let mut out = String::new();
    if let Some(growth) = Growth::of(&plotted, view) {
        let heads =
            ["Project", "Downloads", "Share", "Change", "Highest", "First download", "Note"];
        out += &markdown::row(heads.into_iter());
        out += "| --- | ---: | ---: | ---: | ---: | --- | --- |\n";
        for row in &growth.rows {
            let change = match growth.before {
                Some(_) => row.change.figure.clone(),
                None => "–".into(),
            };
            let highest = match row.when.is_empty() {
                true => row.highest.clone(),
                false => format!("{} ({})", row.highest, row.when),
            };
            let cells =
                [&row.label, &row.downloads, &row.share, &change, &highest, &row.first, &row.notes];
            out += &markdown::row(cells.into_iter().map(String::as_str));
        }
        out.push('\n');
        let names = plotted.names().iter().map(String::as_str);
        out += &markdown::row(["When"].into_iter().chain(names).chain(["Note"]));
        out += &format!("| --- |{} --- |\n", " ---: |".repeat(plotted.names().len()));
        for at in (0..plotted.bins().len()).rev() {
            let row = plotted.row(at);
            let figures = row.counts.iter().map(String::as_str);
            out += &markdown::row([&*row.bin].into_iter().chain(figures).chain([&*row.note]));
        }
        out.push('\n');
    }
    let title = format!("{}{}. {}", plotted.title, filtered(view), plotted.finding);
    out += &format!("{}\n\n", markdown::literal(&title));
    out + &source(address, &plotted.data_to())
}

/// The chart of a comparison as an SVG file that needs nothing beside it.
///
/// # Errors
///
/// Only if the program is wrong: whatever the cubes hold can be drawn.
pub fn chart_file(
    projects: &[Project<'_>],
    view: &CompareView,
    colors: Colors,
) -> Result<String, RenderError> {
    let plotted = Plotted::of(projects, view);
    let span = plotted.range.map_or(String::new(), |range| plotted.span(range));
    let head = Head {
        project: &text::list(plotted.names()),
        what: &plotted.title,
        total: &(span + &filtered(view)),
        data_to: &plotted.data_to(),
    };
    Ok(chart::draw_file(&plotted.chart(view), &head, palette(colors))?)
}

/// What a file with a comparison is called, without its ending.
pub fn file_name(view: &CompareView) -> String {
    file_name_of(&format!("compare-{}", view.query()))
}

/// `, filtered by country DE`; empty without filters.
fn filtered(view: &CompareView) -> String {
    match filters(view.view()) {
        filters if filters.is_empty() => filters,
        filters => format!(", filtered by {filters}"),
    }
}
