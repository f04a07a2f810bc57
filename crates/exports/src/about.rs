//! What figures are worth: whom they count, what is missing of them, what happened to the source. The part
//! that files of every shape carry.

use downloads::{
    Audience, BREAKS, Break, Counted, Day, DayState, Dimension, Incident, incidents_between,
    stretches,
};
use serde::Serialize;

use crate::{Source, day::IsoDay, summary::Stretch};

/// What is known of the days of a project, counted once for all its files.
pub(crate) struct About {
    /// The first day that was collected.
    pub(crate) first: Day,
    /// The last day that was collected.
    pub(crate) last: Day,
    /// Downloads of each day from `first` to `last`, in the order of [`Audience::ALL`].
    pub(crate) by_audience: Vec<Vec<u64>>,
    /// Downloads of each day by known installers that are no mirrors.
    pub(crate) without_mirrors: Vec<u64>,
    /// What is known of each day.
    pub(crate) states: Vec<DayState>,
    pub(crate) gaps: Vec<(Day, Day)>,
    pub(crate) provisional: Vec<(Day, Day)>,
    /// The page that explains the files.
    pub(crate) docs: String,
}

impl About {
    /// `None` if no day was collected.
    pub(crate) fn new(source: &Source<'_>) -> Option<Self> {
        let cube = source.whole;
        let days = cube.days();
        let last = days.last_collected()?;
        let (first, _) = days.iter().zip(days.states()).find(|(_, state)| state.is_collected())?;
        let range = days.range(first, last);

        let audience_of = |value: &cube::Value| match value {
            cube::Value::Known(key) => Audience::ALL.iter().position(|it| it.key() == key),
            cube::Value::Unknown | cube::Value::Other => None,
        };
        let lines: Vec<_> = cube.values(Dimension::Audience).iter().map(audience_of).collect();
        let everything = cube::Selection::default();
        let mut by_audience =
            cube.by_day_and_line(&everything, Dimension::Audience, &lines, Audience::ALL.len());
        for line in &mut by_audience {
            *line = line[range.clone()].to_vec();
        }
        let known = metrics::selection(cube, Counted::WithoutMirrors, source.mirrors);
        let without_mirrors = cube.by_day(&known)[range.clone()].to_vec();
        let states = days.states()[range].to_vec();
        let provisional = first
            .iter_days()
            .zip(&states)
            .filter(|(_, state)| matches!(state, DayState::Provisional | DayState::Suspect))
            .map(|(day, _)| day);
        Some(Self {
            first,
            last,
            provisional: stretches(provisional),
            by_audience,
            without_mirrors,
            states,
            gaps: metrics::gaps(days),
            docs: docs(source.base_url, "../../"),
        })
    }

    /// What is to be known of the days from `first` to `last`, both between those of the project.
    pub(crate) fn meaning(&self, first: Day, last: Day) -> Meaning<'_> {
        let place = |day: Day| (day - self.first).num_days().max(0) as usize;
        let range = place(first)..(place(last) + 1).min(self.states.len());
        let total =
            |line: &Vec<u64>| line.get(range.clone()).map_or(0, |line| line.iter().sum::<u64>());
        let part = |all: &[(Day, Day)]| {
            let inside = |&(a, b): &(Day, Day)| (a.max(first), b.min(last));
            all.iter().map(inside).filter(|(a, b)| a <= b).map(Stretch::of).collect()
        };
        Meaning {
            audiences: Audience::ALL
                .iter()
                .zip(&self.by_audience)
                .map(|(audience, line)| AudienceTotal {
                    audience: audience.key(),
                    downloads: total(line),
                })
                .collect(),
            breaks: breaks_between(first, last),
            docs: &self.docs,
            first_day: IsoDay(first),
            gaps: part(&self.gaps),
            incidents: incidents_between(first, last).map(IncidentRecord::of).collect(),
            last_day: IsoDay(last),
            provisional: part(&self.provisional),
        }
    }
}

/// The page that explains the JSON files: its address, or if the site does not know its own, `up` and the
/// way from there.
pub(crate) fn docs(base_url: Option<&str>, up: &str) -> String {
    base_url.map_or_else(|| up.into(), |base| format!("{base}api/"))
}

/// What is said of the figures in a file of another site's shape. Its clients pass over it.
#[derive(Serialize)]
pub(crate) struct Meaning<'a> {
    /// Downloads on the days of the file, whatever the file counts itself: their sum is everything.
    audiences: Vec<AudienceTotal>,
    breaks: Vec<BreakRecord>,
    docs: &'a str,
    first_day: IsoDay,
    gaps: Vec<Stretch>,
    incidents: Vec<IncidentRecord>,
    last_day: IsoDay,
    provisional: Vec<Stretch>,
}

#[derive(Serialize)]
struct AudienceTotal {
    audience: &'static str,
    downloads: u64,
}

/// A break in the way of counting.
#[derive(Serialize)]
pub(crate) struct BreakRecord {
    id: &'static str,
    day: IsoDay,
    what: &'static str,
    reference: &'static str,
}

impl BreakRecord {
    pub(crate) fn of(it: &Break) -> Self {
        Self { id: it.id, day: IsoDay(it.day), what: it.what, reference: it.reference }
    }
}

/// The breaks of which one side is in the days and the other too.
pub(crate) fn breaks_between(first: Day, last: Day) -> Vec<BreakRecord> {
    let between = BREAKS.iter().filter(|it| first < it.day && it.day <= last);
    between.map(BreakRecord::of).collect()
}

/// Days of which the source lost rows, or had too many.
#[derive(Serialize)]
pub(crate) struct IncidentRecord {
    id: &'static str,
    first_day: IsoDay,
    last_day: IsoDay,
    what: &'static str,
    reference: &'static str,
}

impl IncidentRecord {
    pub(crate) fn of(it: Incident) -> Self {
        Self {
            id: it.id,
            first_day: IsoDay(it.first),
            last_day: IsoDay(it.last),
            what: it.what,
            reference: it.reference,
        }
    }
}
