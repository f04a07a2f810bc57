//! What one has to know to read a comparison.

use cube::Value;
use downloads::{BREAKS, Day, Dimension};
use metrics::{Axis, Bin, Interval};

use super::{
    CompareView,
    plotted::{Plotted, age},
};
use crate::{
    chart::{self, Chart},
    regions::notes::{self, Note},
    text,
    view::Filter,
};

/// More gaps of one project than this are counted, not named.
const GAPS_NAMED: usize = 3;

/// A sentence each.
pub(super) fn of_chart(plotted: &Plotted<'_>, chart: &Chart<'_>, view: &CompareView) -> Vec<Note> {
    let Some(range) = plotted.range else { return Vec::new() };
    let mut notes: Vec<String> = Vec::new();
    let names = plotted.names();
    let interval = plotted.interval().key();
    if plotted.axis() == Axis::Days && plotted.interval() == Interval::Week {
        notes.push(format!("Weeks are counted back from {}.", text::day(range.1)));
    }
    if plotted.axis() == Axis::Ages {
        notes.extend(of_ages(plotted, range));
    }
    for (member, name) in plotted.members.iter().zip(names) {
        let not_loaded = plotted.axis() == Axis::Days && member.not_loaded(range.0, range.1) > 0;
        if let Some(since) = member.cube.loaded_from().filter(|_| not_loaded) {
            notes.push(format!(
                "{name}: the days before {} are missing here, because they were not loaded.",
                text::day(since)
            ));
        }
    }
    if view.is_indexed() {
        let bases = chart.own.iter().zip(names).map(|(own, name)| match own.base() {
            Some(at) => format!("{name} {}", plotted.bin_name(&own.bins[at])),
            None => format!("{name} has none"),
        });
        let bases: Vec<String> = bases.collect();
        notes.push(format!(
            "Each line is 100 at its first whole {interval} with downloads: {}.",
            text::list(&bases)
        ));
    }
    if view.view().is_log() {
        notes.push(notes::LOG.into());
    }
    if let Some(average) = view.view().average() {
        notes.push(notes::of_average(average));
    }
    if view.is_running() {
        notes.push(
            "Each point is the sum of all days of the range up to it; days that were not collected are missing in it."
                .into(),
        );
        for it in chart::breaks(chart.series) {
            notes.push(format!(
                "It adds up two ways of counting, before and from {} on.",
                text::day(it.day)
            ));
        }
    }
    if chart.has_dashes() {
        let suspect = plotted.counts.iter().flat_map(|line| &line.bins).any(|bin| bin.suspect > 0);
        let days = if suspect { "provisional or suspect days" } else { "provisional days" };
        notes.push(format!("Dashed: with {days}, which may still change."));
    }
    for (line, name) in plotted.counts.iter().zip(names) {
        let suspect: u32 = line.bins.iter().map(|bin| bin.suspect).sum();
        if suspect > 0 {
            let days = text::counted(suspect.into(), "suspect day", "suspect days");
            notes.push(format!(
                "{name}: {days}, kept although a later reading had fewer downloads."
            ));
        }
    }
    let bins = 0..chart.series.bins.len();
    if bins.clone().any(|at| (0..names.len()).any(|line| chart.has_ring(line, at))) {
        notes.push(format!(
            "Open rings: of such a {interval} not all days are known, or it is not over."
        ));
    }
    for (daily, name) in plotted.daily.iter().zip(names) {
        let inside = |&(from, to): &(_, _)| from <= range.1 && range.0 <= to;
        let gaps: Vec<_> = metrics::gaps(&daily.days).into_iter().filter(inside).collect();
        let mut words: Vec<String> =
            gaps.iter().take(GAPS_NAMED).map(|&gap| plotted.gap(gap)).collect();
        if gaps.len() > GAPS_NAMED {
            words.push(format!("{} more stretches of days", gaps.len() - GAPS_NAMED));
        }
        if !words.is_empty() {
            notes.push(format!(
                "{name}: {} not collected, which is unknown and not zero.",
                text::list(&words)
            ));
        }
    }
    notes.extend(of_filters(plotted, view));
    let mut notes: Vec<Note> = notes.into_iter().map(Note::from).collect();
    if plotted.axis() == Axis::Days {
        notes.extend(notes::of_source(chart.series));
    }
    let dimensions = Dimension::ALL.into_iter().filter(|&it| view.view().is_filtered_by(it));
    let told = notes::of_dimensions(&dimensions.collect::<Vec<_>>(), chart.series.days());
    notes.extend(told.into_iter().map(Note::from));
    notes
}

/// When each project began, and where its way of counting changed.
fn of_ages(plotted: &Plotted<'_>, (first_age, last_age): (Day, Day)) -> Vec<String> {
    let mut notes = Vec::new();
    let mut firsts = Vec::new();
    let mut breaks = Vec::new();
    for (member, name) in plotted.members.iter().zip(plotted.names()) {
        let Some(first) = member.first_download else { continue };
        firsts.push(format!("{name} {}{}", text::day(first), member.or_before()));
        for it in BREAKS.into_iter().filter(|it| first < it.day) {
            let at = first_age + (it.day - first);
            if at <= last_age {
                breaks.push(format!("{name} on day {}", age(at)));
            }
        }
    }
    if !firsts.is_empty() {
        notes.push(format!("Day 0 is the day of the first download: {}.", text::list(&firsts)));
    }
    if !breaks.is_empty() {
        notes.push(format!("PyPI’s way of counting changed: {}.", text::list(&breaks)));
    }
    notes
}

/// Where a filter lets less through than there was, because small values were put together.
fn of_filters(plotted: &Plotted<'_>, view: &CompareView) -> Vec<String> {
    let mut notes = Vec::new();
    for (member, name) in plotted.members.iter().zip(plotted.names()) {
        let hidden = |filter: &Filter| match filter {
            Filter::Value(dimension, value) => {
                member.cube.gathered(*dimension) > 0
                    && *value != Value::Other
                    && !member.cube.values(*dimension).contains(value)
            }
            Filter::Group(..) => member.cube.gathered(Dimension::Version) > 0,
        };
        let words: Vec<String> =
            view.view().all_filters().filter(hidden).map(|it| text::filter(&it)).collect();
        if !words.is_empty() {
            notes.push(format!(
                "Of {name}, downloads of {} may be among its “other”, and then they are not counted here.",
                text::list(&words)
            ));
        }
    }
    notes
}

/// What is not final or not whole about a bin, project by project where it is not the same for all; empty if nothing.
pub(super) fn of_bin(plotted: &Plotted<'_>, at: usize) -> String {
    let of = |line: usize| {
        let bin = &plotted.counts[line].bins[at];
        if !bin.is_known() && bin.missing == 0 {
            return "no data".into();
        }
        let not_loaded = |first, last| match plotted.axis() {
            Axis::Days => plotted.members[line].not_loaded(first, last),
            // Such projects have no line.
            Axis::Ages => 0,
        };
        let before = |bin: &Bin| plotted.range.map_or(0, |(first, _)| not_loaded(first, bin.last));
        let not_loaded = not_loaded(bin.first, bin.last).min(bin.missing);
        let own = Bin { missing: bin.missing - not_loaded, ..*bin };
        let of_own = || match plotted.drawn(line) {
            Some(drawn) if bin.is_known() && !drawn.bins[at].is_known() => {
                notes::NOT_ALL_BEFORE.into()
            }
            Some(drawn) => {
                match drawn.missing.get(at).map_or(0, |it| it.saturating_sub(before(bin))) {
                    0 => notes::of_bin(&own),
                    missing => notes::of_total(&own, missing),
                }
            }
            None => notes::of_bin(&own),
        };
        match (not_loaded, own.collected + own.missing) {
            (0, _) => of_own(),
            (_, 0) => "not loaded".into(),
            (days, _) => {
                let days = text::counted(days.into(), "day", "days");
                text::list(&[format!("{days} not loaded"), notes::of_bin(&own)])
            }
        }
    };
    let words: Vec<String> = (0..plotted.counts.len()).map(of).collect();
    if words.iter().all(|it| it == &words[0]) {
        return words.into_iter().next().unwrap_or_default();
    }
    let named = words.iter().zip(plotted.names()).filter(|(words, _)| !words.is_empty());
    named.map(|(words, name)| format!("{name}: {words}")).collect::<Vec<_>>().join("; ")
}

impl Plotted<'_> {
    /// Days that were not collected in words.
    fn gap(&self, (first, last): (Day, Day)) -> String {
        match self.axis() {
            Axis::Days => text::days(first, last),
            Axis::Ages if first == last => format!("day {}", age(first)),
            Axis::Ages => format!("days {} to {}", age(first), age(last)),
        }
    }
}
