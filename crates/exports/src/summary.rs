//! What the lists of the site say of one project, small enough to keep for all of them.

use std::borrow::Cow;

use downloads::{Day, days_between};
use metrics::{Change, Figure, NoChange};
use serde::{Deserialize, Serialize};

use crate::{
    Source,
    about::About,
    day::{IsoDay, time_text},
};

/// One project in `projects.json` and `status.json`.
///
/// It can be read back, so that a list can be made again without counting every project again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The normal form of its name.
    pub project: String,
    /// The name as its makers spell it.
    pub name: String,
    /// One line on what it is. `None` if nobody said.
    pub description: Option<String>,
    /// What was collected. `None` if nothing was.
    pub coverage: Option<Coverage>,
    /// How many downloads, by who counts; empty if nothing was collected.
    pub totals: Vec<Totals>,
}

/// Which days of a project were collected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    first_day: IsoDay,
    last_day: IsoDay,
    /// When the newest day was last looked at. `None` if that is not known.
    collected_at: Option<String>,
    /// The days between that were not collected.
    gaps: Vec<Stretch>,
    /// The days whose figures may still change.
    provisional: Vec<Stretch>,
}

impl Coverage {
    /// The last day that was collected.
    pub fn last_day(&self) -> Day {
        self.last_day.0
    }

    /// When the newest day was last looked at, as text. `None` if that is not known.
    pub(crate) fn collected_at(&self) -> Option<&str> {
        self.collected_at.as_deref()
    }

    pub(crate) fn gaps(&self) -> &[Stretch] {
        &self.gaps
    }

    pub(crate) fn provisional(&self) -> &[Stretch] {
        &self.provisional
    }
}

/// Days that follow each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    first_day: IsoDay,
    last_day: IsoDay,
    /// How many they are.
    days: u32,
}

impl Stretch {
    pub(crate) fn of((first, last): (Day, Day)) -> Self {
        let days = days_between(first, last);
        Self { first_day: IsoDay(first), last_day: IsoDay(last), days }
    }

    pub(crate) fn last_day(&self) -> Day {
        self.last_day.0
    }
}

/// The downloads of the last day, 7 days, 30 days and all, as one [`Counted`](downloads::Counted) has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    counted: Cow<'static, str>,
    periods: Vec<PeriodTotal>,
}

/// The downloads of some days that end with the last collected one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeriodTotal {
    period: Cow<'static, str>,
    first_day: IsoDay,
    last_day: IsoDay,
    downloads: u64,
    /// How many of the days were not collected.
    missing_days: u32,
    /// How many of the days may still change.
    provisional_days: u32,
    /// Against as many days right before, as a fraction. `None` if it cannot be told.
    change: Option<f64>,
    /// Why it cannot be told. `None` if it can.
    no_change: Option<Cow<'static, str>>,
    /// The break in the way of counting that the figure or its change reaches across. `None` if there is none.
    across: Option<Cow<'static, str>>,
}

impl Summary {
    pub(crate) fn new(source: &Source<'_>, about: Option<&About>) -> Self {
        let coverage = about.map(|about| Coverage {
            first_day: IsoDay(about.first),
            last_day: IsoDay(about.last),
            collected_at: source.collected.map(time_text),
            gaps: about.gaps.iter().copied().map(Stretch::of).collect(),
            provisional: about.provisional.iter().copied().map(Stretch::of).collect(),
        });
        let totals = source.recent.into_iter().flatten().map(|(counted, tiles)| Totals {
            counted: counted.key().into(),
            periods: vec![
                period("day", &tiles.last_day),
                period("week", &tiles.week),
                period("month", &tiles.month),
                period("total", &tiles.all),
            ],
        });
        Self {
            project: source.project.to_string(),
            name: source.spelled.into(),
            description: source.description.map(String::from),
            coverage,
            totals: totals.collect(),
        }
    }
}

fn period(period: &'static str, figure: &Figure) -> PeriodTotal {
    let (change, no_change) = match figure.change {
        // Six digits tell all that there is to tell, and keep the file small.
        Change::Fraction(change) => (Some((change * 1e6).round() / 1e6), None),
        Change::Unknown(NoChange::FromZero) => (None, Some("from-zero")),
        Change::Unknown(NoChange::Gap) => (None, Some("gap")),
        Change::Unknown(NoChange::NoHistory) => (None, Some("no-history")),
    };
    PeriodTotal {
        period: period.into(),
        first_day: IsoDay(figure.first),
        last_day: IsoDay(figure.last),
        downloads: figure.downloads,
        missing_days: figure.missing,
        provisional_days: figure.provisional,
        change,
        no_change: no_change.map(Cow::Borrowed),
        across: figure.across.map(|it| it.id.into()),
    }
}
