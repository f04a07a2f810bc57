//! What one has to know to read a chart or a figure of it.

use downloads::{Day, Dimension, MARKS, Mark};
use metrics::{Average, Bin, Interval, LineKey, Series};

use super::name;
use crate::{
    Heights, View,
    chart::{self, Chart},
    text,
};

/// How a log scale is read.
pub(crate) const LOG: &str = "On the log scale equal steps are equal factors, but for the lowest, which shrink to make room for zero.";

/// Why there is no average.
pub(crate) const NOT_ALL_BEFORE: &str = "not all of the days before are known";

/// More gaps than this are counted, not named.
const GAPS_NAMED: usize = 4;

/// When a bin was.
pub(crate) fn bin_name(bin: &Bin, interval: Interval) -> String {
    match interval {
        Interval::Day => text::day(bin.first),
        Interval::Week => text::days(bin.first, bin.last),
        Interval::Month => text::month(bin.first),
    }
}

/// A sentence, in the middle of which may be a link to where one can read more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) text: String,
    /// Words and address. `None` if the sentence is the text alone.
    pub(crate) link: Option<(&'static str, &'static str)>,
    /// What follows on the link.
    pub(crate) rest: String,
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Self { text, link: None, rest: String::new() }
    }
}

/// What one has to know to read a chart, a sentence each. Of marks it tells only if they are drawn.
pub(super) fn of_chart(chart: &Chart<'_>, view: &View) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let series = chart.series;
    let Some(last) = series.bins.last() else { return notes };
    if series.interval == Interval::Week {
        notes.push(format!("Weeks are counted back from {}.", text::day(last.last)).into());
    }
    notes.extend(of_heights(chart, view).map(Note::from));
    let suspect: u32 = series.bins.iter().map(|bin| bin.suspect).sum();
    let provisional: u32 = match (chart.known, chart.missing) {
        (None, None) => series.bins.iter().map(|bin| bin.provisional - bin.suspect).sum(),
        (None, Some(_)) => last.provisional.saturating_sub(suspect),
        (Some(_), _) => 0,
    };
    if provisional > 0 {
        let mark = if chart.has_dashes() { "Dashed at the right end: the" } else { "The" };
        let days = match provisional {
            1 => "last day is".into(),
            days => format!("last {days} days are"),
        };
        notes.push(format!("{mark} {days} provisional and may still change.").into());
    } else if chart.known.is_some()
        && chart.has_dashes()
        && series.bins.iter().any(|bin| bin.provisional > bin.suspect)
    {
        notes.push(
            "Dashed at the right end: averages with provisional days, which may still change."
                .to_owned()
                .into(),
        );
    }
    if suspect > 0 {
        let mark = if chart.has_dashes() { "Dashed too" } else { "Not certain" };
        let days = match (chart.known, suspect) {
            (Some(_), _) => "averages with suspect days".into(),
            (None, 1) => "a suspect day".into(),
            (None, days) => format!("{days} suspect days"),
        };
        notes.push(
            format!("{mark}: {days}, kept although a later reading had fewer downloads.").into(),
        );
    }
    notes.extend(of_rings(chart).into_iter().map(Note::from));
    if !chart.gaps.is_empty() {
        let mut named: Vec<String> = chart
            .gaps
            .iter()
            .take(GAPS_NAMED)
            .map(|&(first, last)| text::days(first, last))
            .collect();
        if chart.gaps.len() > GAPS_NAMED {
            named.push(format!("{} more stretches of days", chart.gaps.len() - GAPS_NAMED));
        }
        let gaps = text::list(&named);
        notes.push(
            format!("Hatched: {gaps} not collected. What is not collected is unknown, not zero.")
                .into(),
        );
    }
    notes.extend(of_source(series));
    if chart.has_releases() {
        notes.push(
            "Thick ticks: the first downloads of final releases, named where there is room."
                .to_owned()
                .into(),
        );
    }
    let told = Dimension::ALL
        .into_iter()
        .filter(|&it| view.split() == Some(it) || view.is_filtered_by(it));
    let told = of_dimensions(&told.collect::<Vec<_>>(), series.days());
    notes.extend(told.into_iter().map(Note::from));
    if let Some(dimension) = view.split()
        && series.lines.iter().any(|line| line.key == LineKey::Rest)
    {
        let what = match view.grouping_of(dimension) {
            Some(grouping) => format!("{} version", grouping.key()),
            None => name(dimension).into(),
        };
        notes.push(
            format!(
                "Shown are the {} with the most downloads in these days; “other” is every other {what}.",
                series.lines.len() - 1
            )
            .into(),
        );
    }
    notes
}

/// What the heights are, where that is not plain.
fn of_heights(chart: &Chart<'_>, view: &View) -> impl Iterator<Item = String> {
    let heights = match (view.heights(), view.split(), view.is_filtered()) {
        (Heights::Counts | Heights::Totals, Some(_), _) if chart.is_stacked => {
            Some("Each band is one value; all together are the total.")
        }
        (Heights::Counts | Heights::Totals, ..) => None,
        (Heights::Shares, None, true) => Some("Share of what was downloaded without the filters."),
        (Heights::Shares, None, false) => {
            Some("Without a split and without filters the share is all there is.")
        }
        (Heights::Shares, Some(_), _) if !chart.is_stacked => Some("Shares of all that is drawn."),
        (Heights::Shares, Some(_), _) => {
            Some("Each band is the share of one value; all together are 100\u{a0}%.")
        }
    };
    let average = chart.known.and(view.average()).map(of_average);
    let log = chart.is_log.then(|| LOG.into());
    let total = chart.missing.and(chart.series.days()).map(|(first, _)| of_totals(chart, first));
    heights.map(String::from).into_iter().chain(log).chain(average).chain(total)
}

/// What averages are of.
pub(crate) fn of_average(average: Average) -> String {
    format!(
        "Each point is the average of the {} days up to it, if all of them were collected.",
        average.days()
    )
}

/// The breaks and incidents that are drawn.
pub(crate) fn of_source(series: &Series) -> Vec<Note> {
    let linked = |mark: &str, short, reference, what| Note {
        text: format!("{mark}, "),
        link: Some((short, reference)),
        rest: format!(": {what}."),
    };
    let breaks =
        chart::breaks(series).map(|it| linked("Dotted line", it.short, it.reference, it.what));
    let incidents =
        chart::incidents(series).map(|it| linked("Shaded", it.short, it.reference, it.what));
    breaks.chain(incidents).collect()
}

/// What a running total is of, and what makes it doubtful.
fn of_totals(chart: &Chart<'_>, first: Day) -> String {
    let mut words = format!("Each point is the sum of all days from {} on.", text::day(first));
    if !chart.gaps.is_empty() {
        words += " From the first hatched day on it is too low: nothing is known of those days.";
    }
    for it in chart::breaks(chart.series) {
        words +=
            &format!(" It adds up two ways of counting, before and from {} on.", text::day(it.day));
    }
    words
}

/// What the open rings are.
fn of_rings(chart: &Chart<'_>) -> Vec<String> {
    let (bins, interval) = (&chart.series.bins, chart.series.interval);
    let ring = |at: usize, place| {
        chart.has_ring(0, at).then(|| of_ring(&bins[at], place, interval)).flatten()
    };
    // Only the first bin and the last one are cut by the range or by the end of the data.
    let mut notes: Vec<String> = match bins.len() {
        0 => Vec::new(),
        1 => ring(0, "").into_iter().collect(),
        _ => [(0, " at the beginning"), (bins.len() - 1, " at the end")]
            .into_iter()
            .filter_map(|(at, place)| ring(at, place))
            .collect(),
    };
    if (0..bins.len()).any(|at| chart.has_ring(0, at) && bins[at].missing > 0) {
        let interval = interval.key();
        notes.push(format!("Open rings at hatching: what was collected of that {interval}."));
    }
    notes
}

/// What of its bin a ring counts. `None` if only days that were not collected are left out.
fn of_ring(bin: &Bin, place: &str, interval: Interval) -> Option<String> {
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
pub(crate) fn of_bin(bin: &Bin) -> String {
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
    if bin.suspect > 0 {
        notes.push("suspect".into());
    }
    if bin.provisional > bin.suspect {
        notes.push("provisional".into());
    }
    text::list(&notes)
}

/// What is not final or not whole about a running total, from whose days so many are missing.
pub(crate) fn of_total(bin: &Bin, missing: u32) -> String {
    let so_far = format!("{} so far not collected", text::counted(missing.into(), "day", "days"));
    match of_bin(&Bin { missing: 0, ..*bin }) {
        notes if notes.is_empty() => so_far,
        notes => format!("{so_far}, {notes}"),
    }
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
    of_dimensions(&[dimension], days)
}

/// What the log began to tell of any of these dimensions between these days, a sentence each.
pub(crate) fn of_dimensions(dimensions: &[Dimension], days: Option<(Day, Day)>) -> Vec<String> {
    sentences(marks(dimensions, days))
}

fn sentences(marks: impl Iterator<Item = Mark>) -> Vec<String> {
    let sentence = |mark: Mark| {
        let mut letters = mark.what.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        format!("{}{}.", String::from_iter(first), letters.as_str())
    };
    marks.map(sentence).collect()
}
