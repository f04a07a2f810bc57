//! The event file of the predecessor: one row per download. Reads it strictly, row by row.

use std::{collections::BTreeMap, io::Read};

use chrono::{DateTime, NaiveTime, Utc};
use downloads::{Day, EARLIEST_DAY, EVENT_COLUMNS, FIELDS, Field, parse_day_bytes};
use store::{Record, RecordError, Records};

/// Why an event file cannot be imported. Every message names the file and, where there is one, the line.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// There is not even a header.
    #[error("{file}: the file is empty, it has no header; expected the columns {}", expected())]
    Empty {
        /// The name of the file.
        file: String,
    },
    /// The header is not the one of an event file.
    #[error("{file}:1: {problem}; expected the columns {}", expected())]
    Header {
        /// The name of the file.
        file: String,
        /// Which column is missing, unknown or there twice.
        problem: String,
    },
    /// The file is not clean CSV.
    #[error("{file}:{line}: {}{problem}", .column.map(|name| format!("column `{name}`: ")).unwrap_or_default())]
    Csv {
        /// The name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column; `None` if it is the row as a whole.
        column: Option<&'static str>,
        /// What is wrong.
        problem: store::Problem,
    },
    /// The last row has all its fields, but nothing tells whether all of the last one.
    #[error(
        "{file}:{line}: the file ends without a line end, so this row may be cut off in the middle of a value; if it is whole, add a line end"
    )]
    Unended {
        /// The name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
    },
    /// A row has more or fewer fields than the header.
    #[error("{file}:{line}: found {found} fields, allowed are {allowed} as in the header{}", if *.cut { "; the file ends in the middle of this row" } else { "" })]
    Length {
        /// The name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// How many fields there are.
        found: usize,
        /// How many columns there are.
        allowed: usize,
        /// Whether the file ends right there.
        cut: bool,
    },
    /// A value is not one that its column may have.
    #[error("{file}:{line}: column `{column}`: found `{found}`, allowed {allowed}")]
    Value {
        /// The name of the file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there, shortened and escaped.
        found: String,
        /// What may stand there.
        allowed: String,
    },
}

fn expected() -> String {
    format!("{} (`ci` may be missing)", EVENT_COLUMNS.join(", "))
}

/// One download.
#[derive(Debug)]
pub struct Event<'a> {
    /// When it happened, without the fraction of the second.
    pub time: DateTime<Utc>,
    /// The name of the project as the file spells it.
    pub project: &'a str,
    /// The values, in the order of [`FIELDS`]; `ci` is `true`, `false` or empty.
    pub fields: [&'a str; FIELDS.len()],
    /// The line in which the row starts, from 1.
    pub line: u64,
}

/// Reads the downloads of a file one by one.
pub struct Events<R> {
    file: String,
    records: Records<R>,
    columns: Columns,
    /// The last day of which there may be rows.
    today: Day,
    /// The text of the day that was read last, since most rows have the day of the row before.
    day: (Vec<u8>, Day),
}

/// Where the columns are.
struct Columns {
    /// What the columns of the file are called, in their order.
    names: Vec<&'static str>,
    timestamp: usize,
    project: usize,
    /// The place of each of [`FIELDS`]; `None` for `ci` in older files.
    fields: [Option<usize>; FIELDS.len()],
}

impl Columns {
    /// Finds the columns by their names; else says what is wrong with the header.
    fn find(header: &Record<'_>) -> Result<Self, String> {
        let mut places = BTreeMap::new();
        let mut names = Vec::with_capacity(header.len());
        for at in 0..header.len() {
            let text = header.field(at);
            let Some(name) = EVENT_COLUMNS.into_iter().find(|name| *name == text) else {
                return Err(format!("unknown column `{}`", shortened(text)));
            };
            if places.insert(name, at).is_some() {
                return Err(format!("column `{name}` is there twice"));
            }
            names.push(name);
        }
        let place = |name| places.get(name).copied().ok_or_else(|| format!("no column `{name}`"));
        let mut fields = [None; FIELDS.len()];
        for (place_of, name) in fields.iter_mut().zip(FIELDS) {
            *place_of = match place(name) {
                Err(_) if name == Field::Ci.name() => None,
                found => Some(found?),
            };
        }
        Ok(Self { timestamp: place("timestamp")?, project: place("project")?, names, fields })
    }
}

impl<R: Read> Events<R> {
    /// Reads the header. No row may be of a day after `today`. `file` is for messages.
    pub fn new(file: String, input: R, today: Day) -> Result<Self, EventError> {
        let mut records = Records::new(input);
        let columns = match records.next() {
            Ok(Some(header)) => Columns::find(&header),
            Ok(None) => return Err(EventError::Empty { file }),
            Err(error) => return Err(csv_error(&file, &[], error)),
        };
        match columns {
            Ok(columns) => {
                let day = (Vec::new(), EARLIEST_DAY);
                Ok(Self { file, records, columns, today, day })
            }
            Err(problem) => Err(EventError::Header { file, problem }),
        }
    }

    /// The next download; `None` at the end of the file.
    #[expect(clippy::should_implement_trait, reason = "each event borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, EventError> {
        let Self { file, records, columns, today, day } = self;
        let allowed = columns.names.len();
        let record = match records.next() {
            Ok(None) => return Ok(None),
            Ok(Some(record)) => record,
            Err(error) => return Err(csv_error(file, &columns.names, error)),
        };
        let line = record.line;
        if record.len() != allowed {
            let (file, found, cut) =
                (file.clone(), record.len(), record.ends_input && record.len() < allowed);
            return Err(EventError::Length { file, line, found, allowed, cut });
        }
        if record.ends_input {
            return Err(EventError::Unended { file: file.clone(), line });
        }
        let value_error = |column, found, allowed: String| EventError::Value {
            file: file.clone(),
            line,
            column,
            found: shortened(found),
            allowed,
        };
        let text = record.field(columns.timestamp);
        let time = parse_time(text, day).filter(|(day, _)| (EARLIEST_DAY..=*today).contains(day));
        let Some((day, time)) = time else {
            let allowed =
                format!("is a time `YYYY-MM-DD HH:MM:SS` in UTC from {EARLIEST_DAY} to {today}");
            return Err(value_error("timestamp", text, allowed));
        };
        let mut fields = columns.fields.map(|place| place.map_or("", |at| record.field(at)));
        let ci = &mut fields[Field::Ci as usize];
        *ci = match *ci {
            "" => "",
            "True" => "true",
            text if text.eq_ignore_ascii_case("true") => "true",
            text if text.eq_ignore_ascii_case("false") => "false",
            text => return Err(value_error("ci", text, "are `True`, `False` and nothing".into())),
        };
        let project = record.field(columns.project);
        Ok(Some(Event { time: day.and_time(time).and_utc(), project, fields, line }))
    }
}

fn csv_error(file: &str, names: &[&'static str], error: RecordError) -> EventError {
    let column = error.field.and_then(|field| names.get(field).copied());
    EventError::Csv { file: file.into(), line: error.line, column, problem: error.problem }
}

/// At most 40 characters of a value, escaped so that it cannot drive a terminal.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.escape_debug().to_string()
}

/// Reads `YYYY-MM-DD HH:MM:SS`, with `T` instead of the space, a fraction and a mark of UTC allowed.
fn parse_time(text: &str, known: &mut (Vec<u8>, Day)) -> Option<(Day, NaiveTime)> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else { return None };
    let number = |tens: &u8, ones: &u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let time = NaiveTime::from_hms_opt(number(h1, h2)?, number(m1, m2)?, number(s1, s2)?)?;
    let zone = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (1..=9).contains(&digits).then(|| &fraction[digits..])?
        }
        zone => zone,
    };
    if !matches!(zone, b"" | b"Z" | b" UTC" | b"+00:00") {
        return None;
    }
    if known.0 != date {
        *known = (date.to_vec(), parse_day_bytes(date)?);
    }
    Some((known.1, time))
}
