//! `collector export`: the store as an event file.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::bail;
use downloads::{Day, EVENT_COLUMNS, Field, ProjectName};
use flate2::{Compression, write::GzEncoder};
use store::{FileEntry, Month, Rows, Snapshot, StoreError, push_csv_field};

/// Writes the downloads of these projects (all, if there are none) to a file, or to standard output.
///
/// A file appears whole or not at all, and is gzipped if its name ends in `.gz`.
pub fn run(store: &Path, projects: &[ProjectName], output: Option<&Path>) -> anyhow::Result<()> {
    let snapshot = Snapshot::open(store)?;
    if let Some(missing) = projects.iter().find(|name| !snapshot.projects().any(|it| it == *name)) {
        bail!("there is no project `{missing}` in the store");
    }
    let Some(path) = output else {
        let mut output = BufWriter::new(io::stdout().lock());
        let written =
            write_events(&snapshot, projects, &mut output).and_then(|()| Ok(output.flush()?));
        return match written {
            // Whoever read it has seen enough.
            Err(error) if is_broken_pipe(&error) => Ok(()),
            other => other.map_err(|error| explain(error, "standard output")),
        };
    };
    write_file(path, |output| write_events(&snapshot, projects, output))
        .map_err(|error| explain(error, &format!("`{}`", path.display())))
}

/// Says what could not be written, unless it was the store that could not be read.
fn explain(error: anyhow::Error, output: &str) -> anyhow::Error {
    if error.is::<StoreError>() { error } else { error.context(format!("cannot write {output}")) }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<io::Error>(), Some(error) if error.kind() == io::ErrorKind::BrokenPipe)
}

/// A new file in the folder, with the rights of the file that it replaces; if there is none with all of them, less
/// what the umask takes away.
#[cfg(unix)]
fn beside(folder: &Path, stored: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = stored.map_or(fs::Permissions::from_mode(0o666), fs::Metadata::permissions);
    tempfile::Builder::new().permissions(permissions).tempfile_in(folder)
}

/// A new file in the folder, which says who may do what.
#[cfg(windows)]
fn beside(folder: &Path, _: Option<&fs::Metadata>) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

/// Writes a file beside the one that is meant, and puts it in its place when it is whole.
fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Through a symbolic link, and not over it.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let stored = fs::metadata(&path).ok();
    if stored.as_ref().is_some_and(|stored| !stored.is_file()) {
        bail!("it is not a file");
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = beside(folder.unwrap_or(Path::new(".")), stored.as_ref())?;
    let mut output = BufWriter::new(&file);
    if path.extension().is_some_and(|extension| extension == "gz") {
        let mut packed = GzEncoder::new(&mut output, Compression::default());
        write(&mut packed)?;
        packed.finish()?;
    } else {
        write(&mut output)?;
    }
    output.flush()?;
    drop(output);
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

fn write_events(
    snapshot: &Snapshot,
    projects: &[ProjectName],
    output: &mut dyn Write,
) -> anyhow::Result<()> {
    writeln!(output, "{}", EVENT_COLUMNS.join(","))?;
    let mut months: BTreeMap<Month, Vec<(&ProjectName, &FileEntry)>> = BTreeMap::new();
    for project in snapshot.projects().filter(|it| projects.is_empty() || projects.contains(it)) {
        for entry in snapshot.months(project.as_str()) {
            months.entry(entry.month).or_default().push((project, entry));
        }
    }
    for (month, files) in months {
        // All files of a month are read side by side.
        let open = if files.len() > MOST_OPEN { Open::WhileRead } else { Open::AllTheTime };
        let sources =
            files.into_iter().map(|(project, entry)| Source::open(snapshot, project, entry, open));
        let mut sources: Vec<Source<'_>> = sources.collect::<Result<_, _>>()?;
        for day in month.first_day().iter_days().take_while(|day| month.contains(*day)) {
            for source in &mut sources {
                source.write_day(day, output)?;
            }
        }
    }
    Ok(())
}

/// How many files are kept open at once. A process may often have 1024.
const MOST_OPEN: usize = 256;

/// When the file of a source is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    AllTheTime,
    WhileRead,
}

/// The rows of a project in one month, one ahead.
struct Source<'a> {
    project: &'a ProjectName,
    rows: Rows,
    open: Open,
    /// The day of the row at the front; `None` at the end.
    day: Option<Day>,
    /// What is written for each of its downloads.
    line: Vec<u8>,
    downloads: u64,
}

impl<'a> Source<'a> {
    fn open(
        snapshot: &Snapshot,
        project: &'a ProjectName,
        entry: &FileEntry,
        open: Open,
    ) -> Result<Self, StoreError> {
        let rows = snapshot.open_rows(entry)?;
        let mut source = Self { project, rows, open, day: None, line: Vec::new(), downloads: 0 };
        source.advance()?;
        source.rest();
        Ok(source)
    }

    /// Nothing is read for a while.
    fn rest(&mut self) {
        if self.open == Open::WhileRead {
            self.rows.close();
        }
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        let Some(row) = self.rows.next()? else {
            self.day = None;
            return Ok(());
        };
        if self.day != Some(row.day) {
            self.day = Some(row.day);
            self.line = format!("{} 00:00:00", row.day).into_bytes();
        }
        self.line.truncate("YYYY-MM-DD 00:00:00".len());
        for (at, field) in row.fields.into_iter().enumerate() {
            if at == Field::Version as usize {
                self.line.push(b',');
                self.line.extend_from_slice(self.project.as_str().as_bytes());
            }
            self.line.push(b',');
            let field = match field {
                "true" if at == Field::Ci as usize => "True",
                "false" if at == Field::Ci as usize => "False",
                other => other,
            };
            push_csv_field(field.as_bytes(), &mut self.line);
        }
        self.line.push(b'\n');
        self.downloads = row.downloads;
        Ok(())
    }

    fn write_day(&mut self, day: Day, output: &mut dyn Write) -> anyhow::Result<()> {
        while self.day == Some(day) {
            for _ in 0..self.downloads {
                output.write_all(&self.line)?;
            }
            self.advance()?;
        }
        self.rest();
        Ok(())
    }
}
