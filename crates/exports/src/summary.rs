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
pub(crate) struct Stretch {
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
    day: u64,
    week: u64,
    month: u64,
    total: u64,
    /// Of `month` against the 30 days before, as a fraction. `None` if it cannot be told.
    month_change: Option<f64>,
    /// The break in the way of counting that `month` or its change reaches across. `None` if there is none.
    month_across: Option<Cow<'static, str>>,
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
            day: tiles.last_day.downloads,
            week: tiles.week.downloads,
            month: tiles.month.downloads,
            total: tiles.all.downloads,
            month_change: change(&tiles.month).ok(),
            month_across: tiles.month.across.map(|it| it.id.into()),
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

/// The change of a figure as a fraction, or the word for why it cannot be told.
pub(crate) fn change(figure: &Figure) -> Result<f64, &'static str> {
    match figure.change {
        // Six digits tell all that there is to tell, and keep the file small.
        Change::Fraction(change) => Ok((change * 1e6).round() / 1e6),
        Change::Unknown(NoChange::FromZero) => Err("from-zero"),
        Change::Unknown(NoChange::Gap) => Err("gap"),
        Change::Unknown(NoChange::NoHistory) => Err("no-history"),
    }
}
