//! What one has to know to read a chart or a figure of it.

use downloads::{Day, Dimension, MARKS, Mark};
use metrics::{Bin, Interval, LineKey, Series};

use super::name;
use crate::{View, chart, text};

/// More gaps than this are counted, not named.
const GAPS_NAMED: usize = 4;

/// When a bin was.
pub(super) fn bin_name(bin: &Bin, interval: Interval) -> String {
    match interval {
        Interval::Day => text::day(bin.first),
        Interval::Week => text::days(bin.first, bin.last),
        Interval::Month => text::month(bin.first),
    }
}

/// What one has to know to read the chart of a series, a sentence each. Of marks it tells only if they are drawn.
pub(super) fn of_chart(series: &Series, gaps: &[(Day, Day)], view: &View) -> Vec<String> {
    let mut notes = Vec::new();
    let Some((first, last)) = series.bins.first().zip(series.bins.last()) else { return notes };
    if series.interval == Interval::Week {
        notes.push(format!("Weeks are counted back from {}.", text::day(last.last)));
    }
    let provisional: u32 = series.bins.iter().map(|bin| bin.provisional).sum();
    if provisional > 0 {
        let mark = if chart::has_dashes(series) { "Dashed: the" } else { "The" };
        notes.push(match provisional {
            1 => format!("{mark} last day is provisional and may still change."),
            days => format!("{mark} last {days} days are provisional and may still change."),
        });
    }
    notes.extend(of_rings(series, first, last));
    if !gaps.is_empty() {
        let mut named: Vec<String> =
            gaps.iter().take(GAPS_NAMED).map(|&(first, last)| text::days(first, last)).collect();
        if gaps.len() > GAPS_NAMED {
            named.push(format!("{} more stretches of days", gaps.len() - GAPS_NAMED));
        }
        notes.push(format!(
            "Hatched: {} not collected. What is not collected is unknown, not zero.",
            text::list(&named)
        ));
    }
    for it in chart::breaks(series) {
        notes.push(format!("Dotted line, {}: {}.", it.short, it.what));
    }
    let told = Dimension::ALL
        .into_iter()
        .filter(|&it| view.split == Some(it) || !view.filter(it).is_empty());
    notes.extend(sentences(marks(&told.collect::<Vec<_>>(), series.days())));
    if let Some(dimension) = view.split
        && series.lines.iter().any(|line| line.key == LineKey::Rest)
    {
        notes.push(format!("“other” is every {} without a line of its own.", name(dimension)));
    }
    notes
}

/// What the open rings are.
fn of_rings(series: &Series, first: &Bin, last: &Bin) -> Vec<String> {
    let interval = series.interval;
    // Only the first bin and the last one are cut by the range or by the end of the data.
    let mut notes: Vec<String> = match series.bins.len() {
        1 => of_ring(first, "", interval).into_iter().collect(),
        _ => [(first, " at the beginning"), (last, " at the end")]
            .into_iter()
            .filter_map(|(bin, place)| of_ring(bin, place, interval))
            .collect(),
    };
    if series.bins.iter().any(|bin| chart::is_ring(bin) && bin.missing > 0) {
        let interval = interval.key();
        notes.push(format!("Open rings at hatching: what was collected of that {interval}."));
    }
    notes
}

/// What of its bin a ring counts. `None` if there is no ring, or only days that were not collected are left out.
fn of_ring(bin: &Bin, place: &str, interval: Interval) -> Option<String> {
    if !chart::is_ring(bin) {
        return None;
    }
    let name = bin_name(bin, interval);
    let length = downloads::days_between(bin.first, bin.last);
    let so_far = format!("so far {} of the {length} days of {name}", bin.collected);
    let counts = match ends(bin) {
        Some(ends) if is_open(bin) => format!("{so_far}, only {ends}"),
        Some(ends) => format!("{name}, only {ends}"),
        None if is_open(bin) => so_far,
        None => return None,
    };
    Some(format!("Open ring{place}: {counts}."))
}

/// Whether a bin is not over, and the range does not end before it could be.
fn is_open(bin: &Bin) -> bool {
    bin.after > 0 && bin.cut == 0
}

/// Where the range begins or ends inside of a bin: `from 10 Jun`, `to 15 Jun`, `from 10 Jun to 15 Jun`. `None` if
/// it does neither.
fn ends(bin: &Bin) -> Option<String> {
    let from = (bin.before > 0).then(|| {
        let day = bin.first + chrono::Days::new(bin.before.into());
        format!("from {}", text::day_of_year(day))
    });
    let to = (bin.cut > 0).then(|| {
        let day = bin.last - chrono::Days::new((bin.after + bin.cut).into());
        format!("to {}", text::day_of_year(day))
    });
    let ends: Vec<String> = from.into_iter().chain(to).collect();
    (!ends.is_empty()).then(|| ends.join(" "))
}

/// What is not final or not whole about a bin; empty if nothing.
pub(super) fn of_bin(bin: &Bin) -> String {
    let mut notes = Vec::new();
    if bin.missing > 0 {
        notes.push(match bin.collected {
            0 => "not collected".into(),
            _ => format!("{} not collected", text::counted(bin.missing.into(), "day", "days")),
        });
    }
    if let Some(ends) = ends(bin) {
        notes.push(format!("{ends} only"));
    }
    if is_open(bin) {
        notes.push("not over".into());
    }
    if bin.provisional > 0 {
        notes.push("provisional".into());
    }
    text::list(&notes)
}

/// What the log began to tell of any of these dimensions between these days.
fn marks(dimensions: &[Dimension], days: Option<(Day, Day)>) -> impl Iterator<Item = Mark> {
    MARKS.into_iter().filter(move |mark| {
        days.is_some_and(|(first, last)| mark.is_between(first, last))
            && mark.dimensions.iter().any(|it| dimensions.contains(it))
    })
}

/// What the log began to tell of a dimension between these days, a sentence each.
pub(super) fn of_dimension(dimension: Dimension, days: Option<(Day, Day)>) -> Vec<String> {
    sentences(marks(&[dimension], days))
}

fn sentences(marks: impl Iterator<Item = Mark>) -> Vec<String> {
    let sentence = |mark: Mark| {
        let mut letters = mark.what.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        format!("{}{}.", String::from_iter(first), letters.as_str())
    };
    marks.map(sentence).collect()
}
