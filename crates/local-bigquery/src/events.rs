//! The table: every download with its exact time, and when its row can be seen.

use std::{collections::BTreeMap, io, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use downloads::{Day, EVENT_COLUMNS, ProjectName};

use crate::{
    columns::Column,
    literals,
    text::{NULL, Texts},
};

/// Microseconds in a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// One download. `None` is null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the log")]
pub struct Event {
    pub timestamp: DateTime<Utc>,
    /// When the row gets into the table; before, no query sees it.
    pub arrives: DateTime<Utc>,
    pub project: String,
    pub country_code: Option<String>,
    pub version: Option<String>,
    pub file_type: Option<String>,
    pub installer_name: Option<String>,
    pub implementation_name: Option<String>,
    pub implementation_version: Option<String>,
    pub distro_name: Option<String>,
    pub distro_version: Option<String>,
    pub system_name: Option<String>,
    pub system_release: Option<String>,
    pub cpu: Option<String>,
    pub ci: Option<bool>,
}

impl Event {
    /// A download of which nothing else is known, and which is seen at once.
    pub fn new(project: &str, timestamp: DateTime<Utc>) -> Self {
        Self { project: project.to_owned(), timestamp, arrives: timestamp, ..Self::default() }
    }
}

/// What happens to rows for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They cannot be seen.
    Missing,
    /// They are there twice.
    Twice,
}

/// A time during which the table shows some days wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// What happens.
    pub effect: Effect,
    /// From when, by the clock of the server.
    pub from: DateTime<Utc>,
    /// Until when; at this time all is well again.
    pub until: DateTime<Utc>,
    /// The days of the downloads.
    pub days: RangeInclusive<Day>,
    /// Whose; `None` for all projects.
    pub projects: Option<Vec<String>>,
}

/// An event file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EventFileError {
    /// It is not CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// It has other columns.
    #[error("the columns are not those of an event file: `{0}`")]
    Columns(String),
    /// A value is none.
    #[error("line {line}, column {column}: `{value}`")]
    Value {
        /// The line, from 1.
        line: u64,
        /// The name of the column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
}

/// A row, packed. Times in microseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) timestamp: i64,
    arrives: i64,
    pub(crate) project: u32,
    /// The columns after `project`: numbers of texts, `u32::MAX` for null.
    values: [u32; 12],
}

impl Stored {
    /// The value of a column as a number, [`NULL`] for null.
    pub(crate) fn value(&self, column: Column) -> i64 {
        match column.place() {
            Some(place) if self.values[place] == u32::MAX => NULL,
            Some(place) => i64::from(self.values[place]),
            None if column == Column::Timestamp => self.timestamp,
            None => i64::from(self.project),
        }
    }
}

/// The log of downloads, by day and project.
#[derive(Debug, Default)]
pub struct Table {
    pub(crate) texts: Texts,
    /// By days since 1970, then by the number of the project.
    partitions: BTreeMap<i64, BTreeMap<u32, Vec<Stored>>>,
    spells: Vec<Spell>,
}

impl Table {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a download.
    pub fn add(&mut self, event: &Event) {
        let texts = [
            &event.country_code,
            &event.version,
            &event.file_type,
            &event.installer_name,
            &event.implementation_name,
            &event.implementation_version,
            &event.distro_name,
            &event.distro_version,
            &event.system_name,
            &event.system_release,
            &event.cpu,
        ];
        let mut values = [u32::MAX; 12];
        for (value, text) in values.iter_mut().zip(texts) {
            *value = text.as_deref().map_or(u32::MAX, |text| self.texts.number(text));
        }
        values[11] = event.ci.map_or(u32::MAX, u32::from);
        let timestamp = event.timestamp.timestamp_micros();
        let row = Stored {
            timestamp,
            arrives: event.arrives.timestamp_micros(),
            project: self.texts.number(&event.project),
            values,
        };
        let partition = self.partitions.entry(timestamp.div_euclid(DAY)).or_default();
        partition.entry(row.project).or_default().push(row);
    }

    /// Adds a time during which the table shows some days wrongly.
    pub fn disturb(&mut self, spell: Spell) {
        self.spells.push(spell);
    }

    /// Adds the downloads of an event file (`docs/COLLECTED_DATA.md`); each is seen at once, and
    /// projects get the normal form of their name. Returns how many there were.
    ///
    /// # Errors
    ///
    /// If it is no such file. Rows before the bad one stay.
    pub fn add_csv(&mut self, file: impl io::Read) -> Result<u64, EventFileError> {
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers()?;
        let known = header.iter().eq(EVENT_COLUMNS)
            || header.iter().eq(EVENT_COLUMNS[..EVENT_COLUMNS.len() - 1].iter().copied());
        if !known {
            return Err(EventFileError::Columns(header.iter().collect::<Vec<_>>().join(",")));
        }
        let (mut record, mut count) = (csv::StringRecord::new(), 0);
        while reader.read_record(&mut record)? {
            let bad = |column: usize| EventFileError::Value {
                line: record.position().map_or(0, csv::Position::line),
                column: EVENT_COLUMNS[column],
                value: record.get(column).unwrap_or_default().to_owned(),
            };
            let field = |column: usize| record.get(column).filter(|text| !text.is_empty());
            let owned = |column: usize| field(column).map(str::to_owned);
            let timestamp = field(0).and_then(literals::timestamp);
            let timestamp =
                timestamp.and_then(DateTime::from_timestamp_micros).ok_or_else(|| bad(0))?;
            let project = ProjectName::new(field(2).unwrap_or_default()).map_err(|_| bad(2))?;
            self.add(&Event {
                timestamp,
                arrives: timestamp,
                country_code: owned(1),
                project: project.to_string(),
                version: owned(3),
                file_type: owned(4),
                installer_name: owned(5),
                implementation_name: owned(6),
                implementation_version: owned(7),
                distro_name: owned(8),
                distro_version: owned(9),
                system_name: owned(10),
                system_release: owned(11),
                cpu: owned(12),
                ci: match field(13) {
                    None => None,
                    Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
                    Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
                    Some(_) => return Err(bad(13)),
                },
            });
            count += 1;
        }
        Ok(count)
    }

    /// What can be seen at `now`, and the texts, which a query may add to.
    pub(crate) fn view(&mut self, now: DateTime<Utc>) -> (View<'_>, &mut Texts) {
        let active = self.spells.iter().filter(|spell| spell.from <= now && now < spell.until);
        let spells = active.map(|spell| ActiveSpell {
            effect: spell.effect,
            days: days_since_1970(*spell.days.start())..=days_since_1970(*spell.days.end()),
            projects: spell
                .projects
                .as_ref()
                .map(|names| names.iter().filter_map(|name| self.texts.known(name)).collect()),
        });
        let view = View {
            partitions: &self.partitions,
            spells: spells.collect(),
            now: now.timestamp_micros(),
        };
        (view, &mut self.texts)
    }
}

/// A [`Spell`] that lasts, in numbers.
struct ActiveSpell {
    effect: Effect,
    days: RangeInclusive<i64>,
    projects: Option<Vec<u32>>,
}

/// The rows that can be seen.
pub(crate) struct View<'a> {
    partitions: &'a BTreeMap<i64, BTreeMap<u32, Vec<Stored>>>,
    spells: Vec<ActiveSpell>,
    now: i64,
}

impl View<'_> {
    /// Calls `visit` with every row, as often as it is there.
    ///
    /// `days` are days since 1970; `projects` are numbers of projects, `None` for all.
    pub(crate) fn rows<E>(
        &self,
        days: RangeInclusive<i64>,
        projects: Option<&[u32]>,
        mut visit: impl FnMut(&Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        for (&day, partition) in self.partitions.range(days) {
            let mut part = |project: u32, rows: &[Stored]| -> Result<(), E> {
                for _ in 0..self.copies(day, project) {
                    for row in rows.iter().filter(|row| row.arrives <= self.now) {
                        visit(row)?;
                    }
                }
                Ok(())
            };
            match projects {
                None => {
                    for (&project, rows) in partition {
                        part(project, rows)?;
                    }
                }
                Some(projects) => {
                    for &project in projects {
                        if let Some(rows) = partition.get(&project) {
                            part(project, rows)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn count(&self, days: RangeInclusive<i64>, projects: Option<&[u32]>) -> u64 {
        let mut count = 0;
        let Ok(()) = self.rows(days, projects, |_| {
            count += 1;
            Ok::<(), std::convert::Infallible>(())
        });
        count
    }

    /// How many days have rows, seen or not.
    pub(crate) fn partitions(&self, days: RangeInclusive<i64>) -> u64 {
        self.partitions.range(days).count() as u64
    }

    /// How often each row of a day and project is there.
    fn copies(&self, day: i64, project: u32) -> u32 {
        let mut copies = 1;
        for spell in &self.spells {
            let projects = spell.projects.as_ref();
            if spell.days.contains(&day) && projects.is_none_or(|all| all.contains(&project)) {
                match spell.effect {
                    Effect::Missing => return 0,
                    Effect::Twice => copies += 1,
                }
            }
        }
        copies
    }
}

/// The number of days from 1970-01-01.
pub(crate) fn days_since_1970(day: Day) -> i64 {
    (day - Day::default()).num_days()
}
