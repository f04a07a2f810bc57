//! From the rows of the store to a cube.

use std::borrow::Cow;

use downloads::{Audience, Day, Dimension, Field, Mirrors, python_minor};
use hashbrown::HashMap;

use crate::{Column, Cube, Days, ROW_ORDER, Value, gather::limit_of};

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

/// A row on its way into the cube. The field order is the sort order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
        let field = |field: Field| fields[field as usize];
        let audience = Audience::of(field(Field::InstallerName), field(Field::Ci), &self.mirrors);
        let text = |dimension| match dimension {
            Dimension::Version => field(Field::Version),
            Dimension::Python => python_minor(field(Field::ImplementationVersion)),
            Dimension::Country => field(Field::CountryCode),
            Dimension::Installer => field(Field::InstallerName),
            Dimension::System => field(Field::SystemName),
            Dimension::FileType => field(Field::Type),
            Dimension::Audience => audience.key(),
            Dimension::Cpu => field(Field::Cpu),
        };
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

        let mut columns: [Column; Dimension::COUNT] = Default::default();
        for (place, dimension) in ROW_ORDER.into_iter().enumerate() {
            let names = std::mem::take(&mut self.values[dimension as usize]).names;
            let mut totals = vec![0_u64; names.len()];
            for row in &self.rows {
                totals[row.codes[place] as usize] += u64::from(row.count);
            }
            let values = names.into_iter().map(|name| Value::of(&name)).collect();
            let (column, recoded) =
                crate::gather::dictionary(values, &totals, limit_of(dimension, limit), 0);
            for row in &mut self.rows {
                row.codes[place] = u32::from(recoded[row.codes[place] as usize]);
            }
            columns[dimension as usize] = column;
        }
        self.rows.sort_unstable();
        assemble(days, columns, &self.rows)
    }
}

/// A cube whose values get other codes.
pub(crate) struct Recoded<'a> {
    cube: &'a Cube,
    columns: [Column; Dimension::COUNT],
    recoded: [Vec<u16>; Dimension::COUNT],
}

impl<'a> Recoded<'a> {
    pub(crate) fn new(cube: &'a Cube) -> Self {
        Self { cube, columns: Default::default(), recoded: Default::default() }
    }

    /// Takes the dictionary of a dimension, and the new code for each old one.
    pub(crate) fn recode(&mut self, dimension: Dimension, (column, recoded): (Column, Vec<u16>)) {
        self.columns[dimension as usize] = column;
        self.recoded[dimension as usize] = recoded;
    }

    pub(crate) fn finish(self) -> Cube {
        let Self { cube, columns, recoded } = self;
        let first = cube.days.first().map_or(0, |day| day.to_epoch_days());
        let mut rows = Vec::with_capacity(cube.rows());
        for (combination, bounds) in cube.starts.windows(2).enumerate() {
            let codes = ROW_ORDER.map(|dimension| {
                let old = cube.columns[dimension as usize].codes[combination];
                u32::from(recoded[dimension as usize][usize::from(old)])
            });
            for row in bounds[0] as usize..bounds[1] as usize {
                let day = first + i32::from(cube.row_days[row]);
                rows.push(Row { codes, day, count: cube.counts[row] });
            }
        }
        rows.sort_unstable();
        assemble(cube.days.clone(), columns, &rows)
    }
}

/// Puts sorted rows into columns, adding up those that are equal but for the count.
fn assemble(days: Days, mut columns: [Column; Dimension::COUNT], rows: &[Row]) -> Cube {
    let first = days.first().map_or(0, |day| day.to_epoch_days());
    let (mut starts, mut row_days, mut counts) = (Vec::new(), Vec::new(), Vec::<u32>::new());
    for combination in rows.chunk_by(|a, b| a.codes == b.codes) {
        starts.push(counts.len() as u32);
        for (dimension, code) in ROW_ORDER.into_iter().zip(combination[0].codes) {
            columns[dimension as usize].codes.push(code as u16);
        }
        for day in combination.chunk_by(|a, b| a.day == b.day) {
            let mut downloads: u64 = day.iter().map(|row| u64::from(row.count)).sum();
            while downloads > 0 {
                let count = u32::try_from(downloads).unwrap_or(u32::MAX);
                row_days.push((day[0].day - first) as u16);
                counts.push(count);
                downloads -= u64::from(count);
            }
        }
    }
    starts.push(counts.len() as u32);
    Cube { days, columns, starts, row_days, counts }
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
