//! How new the data of a project is, and what is known to be wrong with it.

use chrono::{DateTime, Utc};
use cube::{Cube, Days};
use downloads::{BREAKS, Break, DayState, Dimension, Incident, incidents_between};

use crate::text;

/// How far the data of a project goes, and what is known to be wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Last collected day. `None` if nothing was collected.
    pub(super) last: Option<String>,
    /// How new it is, with the time. `None` if nobody noted it.
    pub(in crate::pages) collected: Option<String>,
    pub(super) late: bool,
    /// How many days are, in words. `None` if none is.
    pub(super) provisional: Option<String>,
    /// How many days are suspect, in words. `None` if none is.
    pub(super) suspect: Option<String>,
    pub(super) gaps: Vec<String>,
    /// Dimensions with values that were gathered as *other*, and how many.
    pub(super) gathered: Vec<String>,
    /// The breaks that lie behind the first day.
    pub(in crate::pages) breaks: Vec<Break>,
    /// The incidents of the source that touch the days.
    pub(super) incidents: Vec<Incident>,
}

/// What is known of the time when the newest day was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It was asked for then.
    At(DateTime<Utc>),
    /// It was read from a file, the newest row of which is of then.
    RowsUpTo(DateTime<Utc>),
}

impl Collected {
    fn words(self) -> String {
        match self {
            Self::At(time) => format!("collected {}", text::moment(time)),
            Self::RowsUpTo(time) => {
                format!("from a file whose newest row is of {}", text::day(time.date_naive()))
            }
        }
    }
}

/// Whether the newest day of a project is as new as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// It is.
    InTime,
    /// Newer days should have been collected by now.
    Late,
}

impl Freshness {
    /// Of a project with this cube.
    pub fn of(cube: &Cube, collected: Option<Collected>, lateness: Lateness) -> Self {
        let days: &Days = cube.days();
        let counted = |wanted: DayState| {
            let days = days.states().iter().filter(|&&state| state == wanted).count();
            (days > 0).then(|| text::counted(days as u64, "day", "days"))
        };
        let gathered = Dimension::ALL
            .into_iter()
            .filter(|&dimension| cube.gathered(dimension) > 0)
            .map(|dimension| {
                let values = text::counted(cube.gathered(dimension).into(), "value", "values");
                format!("{} ({values})", dimension.label())
            })
            .collect();
        Self {
            last: days.last_collected().map(text::day),
            collected: collected.map(Collected::words),
            late: lateness == Lateness::Late,
            provisional: counted(DayState::Provisional),
            suspect: counted(DayState::Suspect),
            gaps: metrics::gaps(days)
                .into_iter()
                .map(|(first, last)| text::days(first, last))
                .collect(),
            gathered,
            breaks: BREAKS
                .into_iter()
                .filter(|it| days.first().is_some_and(|first| first < it.day))
                .collect(),
            incidents: days
                .first()
                .zip(days.last_collected())
                .map_or(Vec::new(), |(first, last)| incidents_between(first, last).collect()),
        }
    }
}
