//! Finding out what is wrong with a store, and taking it as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, NaiveTime, Utc};
use downloads::{Day, ProjectName};

use crate::{
    Damage, FileEntry, Interval, Month, Rows, StoreError,
    coverage::Coverage,
    fs::{Disk, Fs},
    identity::Identity,
    journal,
    layout::{Layout, read_if_exists},
    lock::Lock,
    manifest::{Manifest, TableEntry},
    rows::BadRow,
    snapshot::{digest, open_verified},
    tables::{self, Table, Tables},
};

/// Something that is wrong with a file of the store.
#[derive(Debug)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub damage: Damage,
}

/// How often a store is looked through again that another run changes meanwhile.
const ATTEMPTS: usize = 5;

/// Compares every file of a store with its manifest. An empty list means that all is well.
///
/// # Errors
///
/// If the store cannot be read at all, is of a later format, or is changed all the time.
pub fn check(root: &Path) -> Result<Vec<Finding>, StoreError> {
    let layout = Layout::new(root);
    layout.check_folders()?;
    for _ in 0..ATTEMPTS {
        let before = manifests(&layout)?;
        let findings = check_once(&layout)?;
        // What looks like damage may be a file that another run had just replaced.
        if findings.is_empty() || manifests(&layout)? == before {
            return Ok(findings);
        }
    }
    Err(StoreError::Changed(layout.manifest()))
}

/// The manifest of a change that is being made, and the one in its place.
fn manifests(layout: &Layout) -> Result<[Option<Identity>; 2], StoreError> {
    let at = |path: PathBuf| Identity::at(&path).map_err(StoreError::io("read", &path));
    Ok([at(layout.next_manifest())?, at(layout.manifest())?])
}

fn check_once(layout: &Layout) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Findings::default();
    let committed = read_if_exists(&layout.next_manifest())?;
    let path = if committed.is_some() { layout.next_manifest() } else { layout.manifest() };
    let bytes = match committed {
        Some(bytes) => Some(bytes),
        None => read_if_exists(&path)?,
    };
    let in_place = path == layout.manifest();
    let found = layout.data_files()?;
    let manifest = match bytes.as_deref().map(Manifest::decode) {
        Some(Ok((manifest, _))) => manifest,
        None if found.is_empty() => return Ok(Vec::new()),
        other => {
            let damage = other.and_then(Result::err).unwrap_or(Damage::Missing);
            findings.keep::<()>(Err(StoreError::damaged(&path, damage)))?;
            for path in &found {
                findings.keep(read_through(layout, path))?;
            }
            return Ok(findings.0);
        }
    };
    let listed_tables = manifest.tables.iter().map(|(table, entry)| {
        let TableEntry { bytes, sha256, .. } = entry;
        (table.path(), *bytes, sha256)
    });
    let listed_months = manifest.entries().map(|it| (it.path.as_str(), it.bytes, &it.sha256));
    for (path, bytes, sha256) in listed_tables.chain(listed_months) {
        let opened = open_verified(layout, path, bytes, sha256);
        let altered = matches!(
            opened,
            Err(StoreError::Damaged { damage: Damage::Size { .. } | Damage::Digest, .. })
        );
        findings.keep(opened.map(drop))?;
        if altered {
            findings.keep(read_through(layout, path))?;
        }
    }
    for path in found.iter().filter(|path| in_place && !manifest.lists(path)) {
        findings.keep::<()>(Err(StoreError::damaged(&layout.place(path), Damage::Unlisted)))?;
        findings.keep(read_through(layout, path))?;
    }
    Ok(findings.0)
}

/// Reads all of a file in its place, to say what is wrong with it.
fn read_through(layout: &Layout, path: &str) -> Result<(), StoreError> {
    match Table::of(path) {
        Some(table) => read_table(layout, table, &mut Tables::default()),
        None => inspect(layout, path).map(drop),
    }
}

/// Takes over the rows of a table in its place, whatever the manifest says of it.
fn read_table(layout: &Layout, table: Table, tables: &mut Tables) -> Result<(), StoreError> {
    let place = layout.place(table.path());
    let Some(bytes) = read_if_exists(&place)? else { return Ok(()) };
    let read = tables.decode(table, &bytes);
    read.map_err(|line| StoreError::damaged(&place, Damage::Line(line)))
}

/// What became of a store that was to be taken as it is.
#[derive(Debug)]
pub enum Accepted {
    /// There is a new manifest.
    Taken {
        /// How many month files it lists.
        files: usize,
        /// How many rows they have.
        rows: u64,
        /// The sum of their downloads.
        downloads: u64,
        /// How many days of projects are no longer covered, because their rows are gone.
        uncovered: u64,
        /// Tables that are no more: they were listed and missing, or have no row that can be kept.
        lost: Vec<PathBuf>,
    },
    /// These files cannot be taken, so nothing was changed.
    Refused(Vec<Finding>),
}

/// Checks every row of every month file and, if all are good, writes the manifest anew.
///
/// Days with rows that `coverage.csv` does not know of become covered. A project that it does not
/// know at all is covered from its first to its last row, on the days on which any project has one.
/// A covered day is no longer covered if its month file is missing, or was altered and has no row of
/// the day: what was lost is unknown, not zero.
///
/// The other tables are taken as they are too. Checks that cannot be read are dropped, for they only
/// save reading days again, as are those of days in altered month files. Revisions and spending are
/// known nowhere else, so one line of them that cannot be read is a reason to refuse.
///
/// `command` and `now` are what others are told who come while the lock is held.
///
/// # Errors
///
/// If another run holds the store, or a file cannot be read or written.
pub fn accept(root: &Path, command: &str, now: DateTime<Utc>) -> Result<Accepted, StoreError> {
    accept_on(Arc::new(Disk), root, command, now)
}

pub(crate) fn accept_on(
    fs: Arc<dyn Fs>,
    root: &Path,
    command: &str,
    now: DateTime<Utc>,
) -> Result<Accepted, StoreError> {
    let layout = Layout::new(root);
    layout.check_folders()?;
    journal::create_dirs(&*fs, &layout.pypi, &mut Vec::new())?;
    let _lock = Lock::take(&layout.lock(), command, now)?;
    match journal::recover(&*fs, &layout) {
        // Nobody can tell what was to be put in place, so what is there counts.
        Err(StoreError::Damaged { .. }) => journal::discard(&*fs, &layout)?,
        other => other?,
    }

    let listed = listed(&layout)?;
    let mut findings = Findings::default();
    let mut files = Files::new();
    let mut days: BTreeMap<ProjectName, BTreeSet<Day>> = BTreeMap::new();
    for path in layout.month_files()? {
        if let Some(found) = findings.keep(inspect(&layout, &path))? {
            days.entry(found.project.clone()).or_default().extend(found.days);
            files.entry(found.project).or_default().insert(found.entry.month, found.entry);
        }
    }
    let mut tables = Tables::default();
    for table in Table::ALL {
        match read_table(&layout, table, &mut tables) {
            Err(StoreError::Damaged { .. }) if table == Table::Checks => {}
            other => drop(findings.keep(other)?),
        }
    }
    if !findings.0.is_empty() {
        return Ok(Accepted::Refused(findings.0));
    }
    let uncovered = uncover_lost(&mut tables, &listed.files, &files, &days);
    cover_rows(&mut tables.coverage, &days);
    let texts = tables.encode();
    let manifest = Manifest { tables: tables::entries(&texts), files };
    let mut lost = Vec::new();
    for table in Table::ALL.into_iter().filter(|table| !manifest.tables.contains_key(table)) {
        let place = layout.place(table.path());
        let exists = place.exists();
        if exists {
            fs.remove_file(&place).map_err(StoreError::io("remove", &place))?;
        }
        if exists || listed.tables.contains_key(&table) {
            lost.push(place);
        }
    }
    journal::commit(&*fs, &layout, &manifest, &texts)?;
    Ok(Accepted::Taken {
        files: manifest.entries().count(),
        rows: manifest.entries().map(|entry| entry.rows).sum(),
        downloads: manifest.entries().map(|entry| entry.downloads).sum(),
        uncovered,
        lost,
    })
}

/// What the manifest in its place lists; nothing if there is none, or it is damaged.
///
/// A manifest of a later format is an error: what it means is not known here, so it must stay.
fn listed(layout: &Layout) -> Result<Manifest, StoreError> {
    let path = layout.manifest();
    match read_if_exists(&path)?.map(|bytes| Manifest::decode(&bytes)) {
        Some(Ok((manifest, _))) => Ok(manifest),
        Some(Err(damage @ Damage::LaterFormat(_))) => Err(StoreError::damaged(&path, damage)),
        Some(Err(_)) | None => Ok(Manifest { tables: BTreeMap::new(), files: Files::new() }),
    }
}

/// Takes the days of which rows were lost out of the coverage, and drops the checks of all days whose
/// rows may have changed. Returns how many were lost.
fn uncover_lost(
    tables: &mut Tables,
    listed: &Files,
    files: &Files,
    days: &BTreeMap<ProjectName, BTreeSet<Day>>,
) -> u64 {
    let Tables { coverage, checks, .. } = tables;
    let mut uncovered = 0;
    for (project, months) in listed {
        let found = files.get(project);
        let with_rows = days.get(project);
        let changed = months.values().filter(|entry| {
            found.and_then(|it| it.get(&entry.month)).is_none_or(|it| it.sha256 != entry.sha256)
        });
        for entry in changed {
            let days = entry.month.first_day().iter_days();
            for day in days.take_while(|day| entry.month.contains(*day)) {
                checks.set(project, day, None);
            }
            let lost: Vec<Day> = (coverage.of(project.as_str()).iter())
                .flat_map(|it| it.first.iter_days().take_while(|day| *day <= it.last))
                .filter(|day| entry.month.contains(*day))
                .filter(|day| with_rows.is_none_or(|days| !days.contains(day)))
                .collect();
            uncovered += lost.len() as u64;
            lost.into_iter().for_each(|day| coverage.remove(project, day));
        }
    }
    uncovered
}

/// Makes the coverage speak of all days that have rows.
fn cover_rows(coverage: &mut Coverage, days: &BTreeMap<ProjectName, BTreeSet<Day>>) {
    let any: BTreeSet<Day> = days.values().flatten().copied().collect();
    // Nothing tells when the rows were collected. It was not before the newest of them.
    let Some(newest) = any.last() else { return };
    let fetched_at = newest.and_time(NaiveTime::MIN).and_utc();
    for (project, days) in days {
        let (Some(&first), Some(&last)) = (days.first(), days.last()) else { continue };
        let known: Vec<Interval> = coverage.of(project.as_str()).to_vec();
        let missing: Vec<Day> = match known.as_slice() {
            [] => any.range(first..=last).copied().collect(),
            known => {
                let covered = |day| known.iter().any(|it| (it.first..=it.last).contains(day));
                days.iter().filter(|day| !covered(day)).copied().collect()
            }
        };
        for day in missing {
            let origin = "rows".into();
            coverage.replace(project, Interval { first: day, last: day, fetched_at, origin });
        }
    }
}

/// The month files of each project.
type Files = BTreeMap<ProjectName, BTreeMap<Month, FileEntry>>;

/// What is wrong, as opposed to what went wrong.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Keeps damage for the report, and passes on all other errors.
    fn keep<T>(&mut self, result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Damaged { path, damage }) => {
                self.0.push(Finding { path, damage });
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

/// A month file whose rows are all good.
struct Inspected {
    project: ProjectName,
    entry: FileEntry,
    days: BTreeSet<Day>,
}

/// Reads all rows of a month file in its place, whatever the manifest says of it.
fn inspect(layout: &Layout, path: &str) -> Result<Inspected, StoreError> {
    let place = layout.place(path);
    let failed = StoreError::io("read", &place);
    let names = path.strip_suffix(".csv").and_then(|path| path.split_once('/'));
    let names = names.and_then(|(project, month)| {
        let name = ProjectName::new(project).ok().filter(|name| name.as_str() == project);
        name.zip(month.parse::<Month>().ok())
    });
    let (project, month) = names.ok_or_else(|| StoreError::damaged(&place, Damage::Folder))?;
    let mut file = match File::open(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::damaged(&place, Damage::Missing));
        }
        other => other.map_err(&failed)?,
    };
    let (bytes, sha256) = digest(&mut file).map_err(&failed)?;
    let mut entry = FileEntry { month, path: path.into(), bytes, rows: 0, downloads: 0, sha256 };
    let mut days = BTreeSet::new();

    let mut rows = Rows::open(place.clone(), file, month)?;
    let mut before: Option<(Day, Vec<String>)> = None;
    while let Some(row) = rows.next()? {
        let ordered = before.as_ref().is_none_or(|(day, fields)| {
            (*day, fields.as_slice()) < (row.day, &row.fields.map(String::from))
        });
        let downloads = entry.downloads.checked_add(row.downloads);
        let what = match downloads {
            _ if !ordered => Some(BadRow::Order),
            None => Some(BadRow::Downloads(row.downloads.to_string())),
            Some(sum) => {
                entry.downloads = sum;
                None
            }
        };
        entry.rows += 1;
        if let Some(what) = what {
            let day = before.map(|(day, _)| day);
            let damage = Damage::Row { line: entry.rows + 1, day, what };
            return Err(StoreError::damaged(&place, damage));
        }
        days.insert(row.day);
        before = Some((row.day, row.fields.map(String::from).to_vec()));
    }
    Ok(Inspected { project, entry, days })
}
