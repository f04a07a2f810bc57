//! Which projects have no day as new as they should.

use chrono::{DateTime, Utc};
use downloads::{Day, ProjectName};
use serde::Serialize;

use super::{Status, as_text_or_null};

/// The projects that were expected to have a newer day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Late {
    /// How many days before today, in UTC, the newest day may be.
    pub after_days: u32,
    /// Those of which it is older, in the order in which they were asked for.
    pub projects: Vec<LateProject>,
}

/// A project without a newer day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateProject {
    /// Its name.
    pub project: String,
    /// Its newest collected day; `None` if none was collected.
    #[serde(serialize_with = "as_text_or_null")]
    pub last_day: Option<Day>,
}

impl Status {
    /// Looks which of these projects are late: their newest day is more than `after_days` days before
    /// the day of `now`.
    pub fn look_for_late<'a>(
        &mut self,
        projects: impl IntoIterator<Item = &'a ProjectName>,
        after_days: u32,
        now: DateTime<Utc>,
    ) {
        let today = now.date_naive();
        let last_day = |name: &ProjectName| {
            let found = self.projects.iter().find(|it| it.project == name.as_str());
            found.map(|it| it.last_day)
        };
        let is_late = |day: Option<Day>| {
            day.is_none_or(|day| (today - day).num_days() > i64::from(after_days))
        };
        let projects = projects.into_iter().map(|name| (name, last_day(name)));
        let projects = projects.filter(|(_, day)| is_late(*day));
        let projects = projects
            .map(|(name, last_day)| LateProject { project: name.to_string(), last_day })
            .collect();
        self.late = Some(Late { after_days, projects });
    }

    /// Whether a project was found to be late.
    pub fn is_late(&self) -> bool {
        self.late.as_ref().is_some_and(|late| !late.projects.is_empty())
    }
}

impl Late {
    /// What is said above the list of them.
    pub(super) fn title(&self) -> String {
        let days = if self.after_days == 1 { "day" } else { "days" };
        format!("late, the newest day is more than {} {days} ago", self.after_days)
    }
}

impl LateProject {
    /// The newest day in words.
    pub(super) fn newest(&self) -> String {
        self.last_day.map_or_else(|| "nothing was collected".to_owned(), |day| day.to_string())
    }
}
