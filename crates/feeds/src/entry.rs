//! Events in words.

use downloads::{Day, ProjectName, break_between};
use metrics::{Direction, Event, What};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use views::text;

/// What all ids are derived from. It must never change: readers would show every entry again.
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x7dfcac02_b948_467e_80f1_700c4468ed88);

/// One entry of a feed. It can be kept, so that a feed can be made again without counting every project again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whom it is about.
    #[serde(serialize_with = "write_name", deserialize_with = "read_name")]
    pub(crate) project: ProjectName,
    /// `urn:uuid:…`, derived from the project and the event, from nothing else.
    ///
    /// So it lasts when the site moves, and is known when the address of the site is not; a `tag:` would need
    /// a domain that is ours for ever. Two sites that tell the same of one project tell it under one id.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What happened, as sentences.
    pub(crate) text: String,
    /// The day that made it known.
    pub(crate) published: Day,
    /// The last day that it speaks of; later than `published` if the event went on.
    pub(crate) updated: Day,
}

fn write_name<S: Serializer>(name: &ProjectName, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(name.as_str())
}

fn read_name<'a, D: Deserializer<'a>>(from: D) -> Result<ProjectName, D::Error> {
    ProjectName::new(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

/// The events of a project in words, in the order they have.
pub fn entries(project: &ProjectName, events: &[Event]) -> Vec<Entry> {
    let entry = |event: &Event| {
        let (title, text) = words(project, event);
        Entry {
            project: project.clone(),
            id: urn(&format!("{project}/{}", event.id())),
            title: format!("{project}: {title}"),
            text,
            published: event.day,
            updated: event.last_day(),
        }
    };
    events.iter().map(entry).collect()
}

/// The entries of the feed of the site: the newest of all projects.
pub fn newest(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = entries.into_iter().collect();
    // Stable: those of one project and day keep their order.
    entries.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.project.cmp(&b.project)));
    entries.truncate(crate::SITE_ENTRIES);
    entries
}

pub(crate) fn urn(name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn().to_string()
}

/// A title and sentences.
fn words(project: &ProjectName, event: &Event) -> (String, String) {
    let day = text::day(event.day);
    match &event.what {
        What::Milestone { downloads, since } => {
            let mut said = format!(
                "The downloads of {project} reached {} on {day}, counted since {}, the first day of the data.",
                text::thousands(*downloads),
                text::day(*since)
            );
            // A sum over two ways of counting says so.
            if let Some(it) = break_between(*since, event.day) {
                said += &format!(" The way of counting changed in between: {}.", it.what);
            }
            (text::downloads(*downloads), said)
        }
        What::Unusual { direction, first, last, peak, downloads, usual } => {
            let word = match direction {
                Direction::Rise => "more",
                Direction::Fall => "fewer",
            };
            let days = text::days(*first, *last);
            let figures = format!(
                "{} on {}, where {} are usual: the median of the same weekday in the 8 weeks before.",
                text::downloads(*downloads),
                text::day(*peak),
                text::thousands(*usual)
            );
            let title = format!("{word} downloads than usual, {days}");
            let most = if first == last { "" } else { "Furthest from the usual: " };
            (title, format!("{most}{figures}"))
        }
        What::Adopted { version, downloads, of } => {
            let version = text::visible(version);
            let share = text::share(*downloads, *of).unwrap_or_default();
            (
                format!("half of the downloads are of {version}"),
                format!(
                    "In the week to {day}, {share} of the downloads of final releases were of {version}: \
                     half or more for the first time."
                ),
            )
        }
        What::Missing { first, last, is_over: true } => {
            let days = text::days(*first, *last);
            (
                format!("no data for {days}"),
                format!(
                    "The downloads of {days} were not collected. They are unknown, which is not zero."
                ),
            )
        }
        What::Missing { first, last, is_over: false } => (
            format!("data is late, none since {}", text::day(*first)),
            format!(
                "{} was not collected yet, nor any day since. The data of other projects goes to {}.",
                text::day(*first),
                text::day(*last)
            ),
        ),
    }
}
