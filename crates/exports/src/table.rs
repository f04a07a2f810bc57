//! The rows of the published cube as CSV and Parquet both have them.

use cube::{Cube, Row, Value};
use downloads::{BREAKS, Day, DayState, Dimension};

use crate::day::IsoDay;

/// The names of the columns, in order.
pub(crate) const COLUMNS: [&str; 13] = [
    "date",
    "version",
    "python",
    "country",
    "installer",
    "system",
    "type",
    "audience",
    "cpu",
    "downloads",
    "state",
    "counting",
    "gathered",
];

/// What stands in a column for values that were gathered. That it is no value that somebody chose to call
/// so is told by the column `gathered`.
pub(crate) const OTHER: &str = "other";

/// The rows in order, and what their numbers stand for.
pub(crate) struct Table<'a> {
    pub(crate) cube: &'a Cube,
    pub(crate) rows: Vec<Row>,
    /// What each day of the cube has in common.
    pub(crate) days: Vec<DayColumns>,
}

/// The columns that depend on the day alone.
#[derive(Clone, Copy)]
pub(crate) struct DayColumns {
    pub(crate) day: Day,
    pub(crate) text: [u8; 10],
    pub(crate) state: &'static str,
    /// The number of the way of counting: 1, and 1 more for each break up to this day.
    pub(crate) counting: u8,
}

impl<'a> Table<'a> {
    pub(crate) fn new(cube: &'a Cube) -> Self {
        let days = cube.days().iter().zip(cube.days().states()).map(|(day, state)| DayColumns {
            day,
            text: IsoDay(day).text(),
            state: state_word(*state),
            counting: counting(day),
        });
        Self { cube, rows: cube.rows_by_day(), days: days.collect() }
    }

    /// The texts of the values of a dimension, by code. `None` for the unknown one.
    pub(crate) fn texts(&self, dimension: Dimension) -> Vec<Option<&'a str>> {
        let text = |value: &'a Value| match value {
            Value::Known(text) => Some(text.as_str()),
            Value::Unknown => None,
            Value::Other => Some(OTHER),
        };
        self.cube.values(dimension).iter().map(text).collect()
    }

    /// For each combination, the names of the columns whose value was gathered, with spaces between them;
    /// empty if there is none.
    pub(crate) fn gathered(&self) -> Vec<String> {
        let others: Vec<(Dimension, usize)> = Dimension::ALL
            .into_iter()
            .filter_map(|dimension| {
                let values = self.cube.values(dimension);
                Some((dimension, values.iter().position(|it| *it == Value::Other)?))
            })
            .collect();
        let of = |combination| {
            let names =
                others.iter().filter(|(it, code)| self.cube.code(*it, combination) == *code);
            names.map(|(it, _)| it.key()).collect::<Vec<_>>().join(" ")
        };
        (0..self.cube.combinations()).map(of).collect()
    }
}

/// The word for what is known of a collected day. Neither of two readings of a suspect day is sure to stay.
fn state_word(state: DayState) -> &'static str {
    if state == DayState::Final { "final" } else { "provisional" }
}

// The number is one digit.
const _: () = assert!(BREAKS.len() < 9);

/// Which way of counting a day belongs to: 1, and 1 more for each break up to this day.
pub(crate) fn counting(day: Day) -> u8 {
    1 + BREAKS.iter().filter(|it| it.day <= day).count() as u8
}
