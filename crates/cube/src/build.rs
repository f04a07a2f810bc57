//! From the rows of the store to a cube.

use std::borrow::Cow;

use downloads::{Day, Dimension, Mirrors};
use hashbrown::HashMap;

use crate::{
    Cube, Days, Dictionary, ROW_ORDER, Value,
    gather::{self, limit_of},
    part::{CodedRow, Part},
    split,
};

/// Values longer than this many characters are cut: the log lets anybody write anything of any length.
const MAX_VALUE_LENGTH: usize = 128;

/// A row counts more downloads than a cube can hold, which no real row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} downloads in one row are more than can be true, at most {max} are allowed", max = u32::MAX)]
pub struct CountTooLarge(pub u64);

/// Collects the rows of one project.
pub struct Builder {
    mirrors: Mirrors,
    values: [Interner; Dimension::COUNT],
    rows: Vec<Row>,
}

/// A row on its way into the cube.
struct Row {
    /// In the order of [`ROW_ORDER`].
    codes: [u32; Dimension::COUNT],
    day: i32,
    count: u32,
}

impl Builder {
    /// An empty cube to be; `mirrors` decide the audience of each row.
    pub fn new(mirrors: Mirrors) -> Self {
        Self { mirrors, values: Default::default(), rows: Vec::new() }
    }

    /// Adds `downloads` of one day with these values, which are in the order of [`downloads::FIELDS`].
    ///
    /// Rows may come in any order; equal ones are added up.
    ///
    /// # Errors
    ///
    /// If the count is more than fits; the row is not added then.
    pub fn push(
        &mut self,
        day: Day,
        fields: &[&str; 12],
        downloads: u64,
    ) -> Result<(), CountTooLarge> {
        let count = u32::try_from(downloads).map_err(|_| CountTooLarge(downloads))?;
        let text = |dimension: Dimension| dimension.value(fields, &self.mirrors);
        let codes =
            ROW_ORDER.map(|dimension| self.values[dimension as usize].code(text(dimension)));
        if count > 0 {
            self.rows.push(Row { day: day.to_epoch_days(), codes, count });
        }
        Ok(())
    }

    /// The cube of these days. Rows of other days are left out.
    ///
    /// Where a dimension has more values than `limit`, those with the fewest downloads are gathered as
    /// [`Value::Other`]. The limit is at most 65,000, whatever is asked for; audiences are never gathered.
    pub fn finish(mut self, days: Days, limit: usize) -> Cube {
        let first = days.first().map_or(0, |day| day.to_epoch_days());
        let end = first + i32::try_from(days.len()).unwrap_or(i32::MAX);
        self.rows.retain(|row| (first..end).contains(&row.day));

        let mut rows: Vec<CodedRow> = self
            .rows
            .iter()
            .map(|row| CodedRow {
                codes: [0; Dimension::COUNT],
                day: (row.day - first) as u16,
                count: row.count,
            })
            .collect();
        let mut dictionaries: [Dictionary; Dimension::COUNT] = Default::default();
        for (place, dimension) in ROW_ORDER.into_iter().enumerate() {
            let names = std::mem::take(&mut self.values[dimension as usize]).names;
            let mut totals = vec![0_u64; names.len()];
            for row in &self.rows {
                totals[row.codes[place] as usize] += u64::from(row.count);
            }
            let values = names.into_iter().map(|name| Value::of(&name)).collect();
            let (dictionary, recoded) =
                gather::dictionary(values, &totals, limit_of(dimension, limit), 0);
            for (coded, row) in rows.iter_mut().zip(&self.rows) {
                coded.codes[place] = recoded[row.codes[place] as usize];
            }
            dictionaries[dimension as usize] = dictionary;
        }
        drop(self);
        assemble(days, dictionaries, rows)
    }
}

/// Sorts rows, adds up those that are equal but for the count, and divides them into parts.
pub(crate) fn assemble(
    days: Days,
    dictionaries: [Dictionary; Dimension::COUNT],
    mut rows: Vec<CodedRow>,
) -> Cube {
    rows.sort_unstable();
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        // Where a count is more than fits, the rest is a row of its own.
        match rows[..kept].last_mut() {
            Some(last) if (last.codes, last.day) == (row.codes, row.day) => {
                let sum = u64::from(last.count) + u64::from(row.count);
                last.count = u32::try_from(sum).unwrap_or(u32::MAX);
                let rest = sum - u64::from(last.count);
                if rest > 0 {
                    rows[kept] = CodedRow { count: rest as u32, ..row };
                    kept += 1;
                }
            }
            _ => {
                rows[kept] = row;
                kept += 1;
            }
        }
    }
    rows.truncate(kept);

    let mut by_day = vec![0; days.len()];
    rows.iter().for_each(|row| by_day[usize::from(row.day)] += 1);
    let starts = split::starts(&days, &by_day);
    let ends = starts[1..].iter().copied().chain([days.len()]);
    let parts = match &*starts {
        [_] => vec![Part::of(0..days.len(), &dictionaries, &rows)],
        starts => starts
            .iter()
            .zip(ends)
            .map(|(&start, end)| {
                let inside = |row: &&CodedRow| (start..end).contains(&usize::from(row.day));
                let rows: Vec<CodedRow> = rows.iter().filter(inside).copied().collect();
                Part::of(start..end, &dictionaries, &rows)
            })
            .collect(),
    };
    Cube { days, dictionaries, parts }
}

/// Gives each text a number, in the order of first sight.
#[derive(Default)]
struct Interner {
    codes: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
    /// The code of the text before: rows come sorted, so texts come in runs.
    last: u32,
}

impl Interner {
    fn code(&mut self, text: &str) -> u32 {
        let text = cut(text);
        if self.names.get(self.last as usize).is_some_and(|last| **last == *text) {
            return self.last;
        }
        self.last = match self.codes.get(&*text) {
            Some(&code) => code,
            None => {
                let code = self.names.len() as u32;
                self.names.push((&*text).into());
                self.codes.insert((&*text).into(), code);
                code
            }
        };
        self.last
    }
}

/// The text, or if it is too long its beginning and an ellipsis.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_VALUE_LENGTH {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(MAX_VALUE_LENGTH) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let end =
                text.char_indices().nth(MAX_VALUE_LENGTH - 1).map_or(text.len(), |(at, _)| at);
            Cow::Owned(format!("{}…", &text[..end]))
        }
    }
}
