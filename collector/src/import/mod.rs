//! `collector import`: event files into the store.

pub mod events;
pub mod input;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use config::Detail;
use downloads::{Day, FIELDS, Field, ProjectName, python_minor, stretches};
use store::{
    Committed, DayChange, DayCounts, Interval, Month, Revision, RevisionKind, Writer, Written,
};

use self::{
    events::{EventError, Events, shortened},
    input::Input,
};
use crate::{
    progress::{Progress, Verbosity},
    sort::{Sorted, Sorter},
};

/// What the coverage says of days that were imported.
pub const ORIGIN: &str = "import";

/// What an import needs to know.
#[derive(Debug)]
pub struct Options {
    /// The folder of the store.
    pub store: PathBuf,
    /// The last day of which there may be rows.
    pub today: Day,
    /// What time it is, for the text of the lock.
    pub now: DateTime<Utc>,
    /// How much is kept of the downloads of each project; all columns if a project is not in it.
    pub details: BTreeMap<ProjectName, Detail>,
    /// How much is told while it runs.
    pub verbosity: Verbosity,
}

/// Imports the files one after the other, each as one change. A later file wins.
///
/// `done` is called after each.
pub fn run(
    files: &[PathBuf],
    options: &Options,
    mut done: impl FnMut(&Summary),
) -> anyhow::Result<()> {
    input::check_names(files)?;
    let inputs: Vec<Input> =
        files.iter().map(|path| Input::open(path)).collect::<Result<_, _>>()?;
    for input in inputs {
        done(&import(input, options)?);
    }
    Ok(())
}

/// What was imported from one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The name of the file.
    pub file: String,
    /// Downloads in it.
    pub rows: u64,
    /// Projects in it.
    pub projects: usize,
    /// The first and the last day with a row; `None` if there is no row.
    pub days: Option<(Day, Day)>,
    /// What became of the days, summed over the projects.
    pub counts: DayCounts,
    /// Days without a row of a project among days with rows of others, summed over the projects.
    pub zero_days: u64,
    /// What was written.
    pub committed: Committed,
    /// How long it took.
    pub time: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, rows, projects, counts, zero_days, committed, .. } = self;
        let file = file.escape_debug();
        let Some((first, last)) = self.days else {
            return write!(f, "{file}: 0 rows, only a header; nothing was imported");
        };
        let seconds = self.time.as_secs_f64();
        writeln!(f, "{file}: {first} to {last}, rows: {rows}, projects: {projects}")?;
        writeln!(
            f,
            "  days of projects: {} added, {} changed, {} unchanged; {zero_days} of them without downloads",
            counts.added, counts.changed, counts.unchanged
        )?;
        write!(
            f,
            "  month files: {} written, {} removed; {seconds:.1} s",
            committed.written, committed.removed
        )
    }
}

fn import(input: Input, options: &Options) -> anyhow::Result<Summary> {
    let name = input.name.clone();
    let progress = Progress::start(&name, input.bytes, options.verbosity);
    let mut writer = Writer::open(&options.store, "collector import", options.now)?;
    let text = input.into_text(&progress).with_context(|| format!("cannot read `{name}`"))?;
    let mut events = Events::new(name.clone(), text, options.today)?;
    let mut gathered = Gathered::new(&options.store);
    gathered.read(&name, &mut events, &options.details)?;
    progress.now("writing");
    let mut summary = gathered.write(&mut writer)?;
    summary.committed = writer.commit()?;
    summary.file = name;
    summary.time = progress.finish();
    Ok(summary)
}

/// A project of the file.
struct Seen {
    name: ProjectName,
    /// The days of its first and its last row.
    first: Day,
    last: Day,
    detail: Detail,
}

/// Everything that was in a file.
struct Gathered {
    sorter: Sorter,
    projects: Vec<Seen>,
    /// The number of a project by its name, and by the spellings that were met.
    numbers: HashMap<ProjectName, u32>,
    spellings: HashMap<String, u32>,
    /// The days on which any project has a row.
    days: BTreeSet<Day>,
    newest: DateTime<Utc>,
    rows: u64,
}

impl Gathered {
    fn new(store: &Path) -> Self {
        Self {
            sorter: Sorter::new(store.join("pypi")),
            projects: Vec::new(),
            numbers: HashMap::new(),
            spellings: HashMap::new(),
            days: BTreeSet::new(),
            newest: DateTime::UNIX_EPOCH,
            rows: 0,
        }
    }

    fn read(
        &mut self,
        file: &str,
        events: &mut Events<impl Read>,
        details: &BTreeMap<ProjectName, Detail>,
    ) -> anyhow::Result<()> {
        let mut key = Vec::new();
        let mut newest_day = None;
        while let Some(event) = events.next()? {
            let day = event.time.date_naive();
            if newest_day != Some(day) {
                newest_day = Some(day);
                self.days.insert(day);
            }
            let number = match self.spellings.get(event.project) {
                Some(&number) => number,
                None => self.add_spelling(event.project, day, details).map_err(|allowed| {
                    EventError::Value {
                        file: file.into(),
                        line: event.line,
                        column: "project",
                        found: shortened(event.project),
                        allowed,
                    }
                })?,
            };
            let project = &mut self.projects[number as usize];
            project.first = project.first.min(day);
            project.last = project.last.max(day);
            write_key(event.fields, project.detail, &mut key);
            self.newest = self.newest.max(event.time);
            self.rows += 1;
            self.sorter
                .push(number, day, &key)
                .context("cannot write a temporary file in the folder of the store")?;
        }
        Ok(())
    }

    /// The number of the project with this name; else what is allowed.
    fn add_spelling(
        &mut self,
        spelled: &str,
        day: Day,
        details: &BTreeMap<ProjectName, Detail>,
    ) -> Result<u32, String> {
        let name = ProjectName::new(spelled).map_err(|_| {
            let length = ProjectName::MAX_LENGTH;
            format!("are the letters a to z, digits, and `-`, `_` or `.` between them, {length} characters at most")
        })?;
        let number = match self.numbers.get(&name) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.projects.len());
                let number = number.map_err(|_| "are fewer projects".to_owned())?;
                let detail = details.get(&name).copied().unwrap_or_default();
                self.numbers.insert(name.clone(), number);
                self.projects.push(Seen { name, first: day, last: day, detail });
                number
            }
        };
        self.spellings.insert(spelled.into(), number);
        Ok(number)
    }

    fn write(self, writer: &mut Writer) -> anyhow::Result<Summary> {
        let mut summary = Summary {
            rows: self.rows,
            projects: self.projects.len(),
            days: self.days.first().copied().zip(self.days.last().copied()),
            ..Summary::default()
        };
        let mut sorted = self
            .sorter
            .finish()
            .context("cannot write a temporary file in the folder of the store")?;
        for (number, project) in self.projects.iter().enumerate() {
            let covered = self.days.range(project.first..=project.last).copied();
            let mut months: BTreeMap<Month, BTreeSet<Day>> = BTreeMap::new();
            for day in covered.clone() {
                months.entry(Month::of(day)).or_default().insert(day);
                summary.zero_days += 1;
            }
            for (month, days) in months {
                let (written, with_rows) =
                    write_month(writer, number as u32, &project.name, month, days, &mut sorted)?;
                summary.counts += written.counts;
                summary.zero_days -= with_rows;
                for DayChange { day, before, after } in written.changes {
                    let (project, kind) = (project.name.clone(), RevisionKind::Revised);
                    let seen_at = self.newest;
                    writer.revise(Revision { project, day, seen_at, before, after, kind });
                }
            }
            for (first, last) in stretches(covered) {
                let (fetched_at, origin) = (self.newest, ORIGIN.into());
                writer.cover(&project.name, Interval { first, last, fetched_at, origin });
            }
        }
        Ok(summary)
    }
}

/// Writes the rows at the front of `sorted` that are of this project and month. Says what became of
/// the days, and how many have rows.
fn write_month(
    writer: &mut Writer,
    number: u32,
    project: &ProjectName,
    month: Month,
    days: BTreeSet<Day>,
    sorted: &mut Sorted,
) -> anyhow::Result<(Written, u64)> {
    let last = month.last_day();
    let mut output = writer.month(project, month, days)?;
    let (mut day, mut with_rows) = (None, 0);
    while let Some((row, key)) = sorted.row() {
        if row.project != number || row.day > last {
            break;
        }
        if day != Some(row.day) {
            day = Some(row.day);
            with_rows += 1;
        }
        output.push(row.day, key, row.count)?;
        sorted.advance().context("cannot read a temporary file in the folder of the store")?;
    }
    Ok((output.finish()?, with_rows))
}

/// The key of a row, with as much detail as is to be kept.
fn write_key(fields: [&str; FIELDS.len()], detail: Detail, key: &mut Vec<u8>) {
    let minor;
    let mut fields = fields;
    if detail == Detail::Standard {
        for field in [Field::DistroName, Field::DistroVersion, Field::SystemRelease] {
            fields[field as usize] = "";
        }
        let version = &mut fields[Field::ImplementationVersion as usize];
        if version.contains('.') {
            minor = format!("{}.*", python_minor(version));
            *version = &minor;
        }
    }
    key.clear();
    for (at, field) in fields.into_iter().enumerate() {
        if at > 0 {
            key.push(0);
        }
        key.extend_from_slice(field.as_bytes());
    }
}
