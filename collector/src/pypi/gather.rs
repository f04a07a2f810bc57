//! What a query answered: checked, added up by day, and sorted for the store.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use downloads::{Day, FIELDS, Field, ProjectName, parse_day};
use store::Check;

use super::{plan::Batch, sql::What};
use crate::{
    bigquery::{Row, Sink},
    sort::{Sorted, Sorter},
};

/// Takes the rows of one query.
pub(crate) struct Gather<'a> {
    batch: &'a Batch,
    /// The projects of the query; the place of each is its number.
    projects: Vec<&'a ProjectName>,
    /// Which column is which field, in the order of the answer.
    fields: Vec<Field>,
    /// Where temporary files are made.
    folder: PathBuf,
    sorter: Sorter,
    totals: Totals,
    key: Vec<u8>,
    tell: &'a mut dyn FnMut(u64, u64),
}

/// What was seen of each day of a project with downloads, by the number of the project.
pub(crate) type Totals = BTreeMap<(u32, Day), Check>;

impl<'a> Gather<'a> {
    /// `columns` are those of the query. `tell` is told how many rows have come, of how many.
    pub(crate) fn new(
        batch: &'a Batch,
        columns: &[&str],
        folder: &Path,
        tell: &'a mut dyn FnMut(u64, u64),
    ) -> Self {
        let field = |name: &&str| Field::ALL.into_iter().find(|field| field.name() == *name);
        Self {
            batch,
            projects: batch.projects.iter().collect(),
            fields: columns.iter().filter_map(field).collect(),
            folder: folder.into(),
            sorter: Sorter::of_counts(folder.into()),
            totals: Totals::new(),
            key: Vec::new(),
            tell,
        }
    }

    /// The rows in order, and what was seen of each day.
    pub(crate) fn finish(self) -> anyhow::Result<(Sorted, Totals)> {
        Ok((self.sorter.finish().context(TEMPORARY)?, self.totals))
    }

    /// The number of a project and the day, if they were asked for.
    fn asked(&self, project: &str, date: &str) -> anyhow::Result<(u32, Day)> {
        let number = self.projects.binary_search_by(|it| it.as_str().cmp(project)).ok();
        let day = parse_day(date).filter(|day| self.batch.days.contains(day));
        match (number, day) {
            (Some(number), Some(day)) => Ok((number as u32, day)),
            _ => bail!(
                "BigQuery answered about project `{}` on `{}`, which was not asked for",
                shortened(project),
                shortened(date)
            ),
        }
    }
}

/// What failed when the sorter did.
pub(crate) const TEMPORARY: &str = "cannot write a temporary file in the folder of the store";

impl Sink for Gather<'_> {
    fn restart(&mut self) -> anyhow::Result<()> {
        self.sorter = Sorter::of_counts(self.folder.clone());
        self.totals.clear();
        Ok(())
    }

    fn progress(&mut self, rows: u64, of: u64) {
        (self.tell)(rows, of);
    }

    fn row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        let mut values = row.values();
        let mut next = || values.next().flatten();
        let (project, date) = (next().unwrap_or_default(), next().unwrap_or_default());
        let (number, day) = self.asked(project, date)?;
        let mut fields: [Cow<'_, str>; FIELDS.len()] = std::array::from_fn(|_| Cow::Borrowed(""));
        for field in &self.fields {
            fields[*field as usize] = storable(next().unwrap_or_default());
        }
        let downloads = number_in("downloads", next())?;
        let seconds = number_in("seconds", next())?;
        if downloads == 0 {
            bail!("BigQuery answered with a row of 0 downloads");
        }
        let none = Check { downloads: 0, seconds: 0 };
        let total = self.totals.entry((number, day)).or_insert(none);
        let sums = total.downloads.checked_add(downloads).zip(total.seconds.checked_add(seconds));
        let Some((downloads_of_day, seconds_of_day)) = sums else {
            bail!("BigQuery answered with more downloads on {day} than can be counted");
        };
        *total = Check { downloads: downloads_of_day, seconds: seconds_of_day };
        if matches!(self.batch.what, What::Rows(_)) {
            self.key.clear();
            for (at, field) in fields.iter().enumerate() {
                if at > 0 {
                    self.key.push(0);
                }
                self.key.extend_from_slice(field.as_bytes());
            }
            self.sorter.push_count(number, day, &self.key, downloads).context(TEMPORARY)?;
        }
        Ok(())
    }
}

fn number_in(column: &str, value: Option<&str>) -> anyhow::Result<u64> {
    let found = value.unwrap_or("null");
    found.parse().map_err(|_| {
        let found = shortened(found);
        anyhow::anyhow!(
            "column `{column}` of BigQuery's answer: found `{found}`, allowed are whole numbers"
        )
    })
}

/// The longest value that is kept, in bytes. Real ones have less than 200; whoever downloads can send
/// any, and the downloads count all the same.
const MAX_TEXT: usize = 1024;

/// A value as the store can hold it: no NUL, which separates fields there, and not of any length.
fn storable(value: &str) -> Cow<'_, str> {
    let mut end = value.len().min(MAX_TEXT);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let value = &value[..end];
    if value.contains('\0') {
        // The replacement is three bytes long, so what was cut once may have to be cut again.
        let replaced = value.replace('\0', "\u{fffd}");
        return Cow::Owned(storable(&replaced).into_owned());
    }
    Cow::Borrowed(value)
}

/// The start of a text for a message.
fn shortened(text: &str) -> String {
    text.escape_debug().take(60).collect()
}

/// The days of `asked` for which nothing was seen are days without downloads.
pub(crate) fn seen(totals: &Totals, number: u32, days: &BTreeSet<Day>) -> BTreeMap<Day, Check> {
    let none = Check { downloads: 0, seconds: 0 };
    let of = |day: &Day| (*day, totals.get(&(number, *day)).copied().unwrap_or(none));
    days.iter().map(of).collect()
}
