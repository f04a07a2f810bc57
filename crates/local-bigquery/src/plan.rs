//! A query, understood: what is filtered, grouped and summed. Made by [`crate::parse`].

use std::collections::BTreeSet;

use regex::Regex;

use crate::columns::{Column, Type};

/// A value of one row.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Column(Column),
    Int(i64),
    Text(String),
    /// Microseconds since 1970.
    Timestamp(i64),
    /// The UTC day of a timestamp.
    Date(Box<Expr>),
    UnixSeconds(Box<Expr>),
    Mod(Box<Expr>, Box<Expr>),
    /// `REGEXP_REPLACE` with constants.
    Replace(Box<Expr>, Box<Replacement>),
    Compare(Comparison, Type, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// Whether a text is among those of the parameter with this number.
    Among(Box<Expr>, usize),
}

/// What a regular expression finds, and what is put in its place.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    /// Which one of the query it is.
    pub(crate) number: usize,
    pub(crate) regex: Regex,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of the text that is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// What a group found; 0 is the whole.
    Group(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// The same with the sides changed.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// A value of all rows of a group.
#[derive(Clone, Debug)]
pub(crate) enum Aggregate {
    CountRows,
    Sum(Expr),
}

/// Where a column of the answer comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Group(usize),
    Aggregate(usize),
}

/// A query, understood.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) filter: Expr,
    /// When the timestamps are that the filter admits: disjoint, in order, in microseconds.
    pub(crate) times: Vec<Times>,
    /// The parameters whose names the project must be among, if the filter says so for all rows.
    pub(crate) projects: Vec<usize>,
    /// The columns that the query refers to.
    pub(crate) columns: BTreeSet<Column>,
    /// The names of the parameters.
    pub(crate) parameters: Vec<String>,
    /// How many regular expressions there are.
    pub(crate) replacements: usize,
    /// What is grouped by.
    pub(crate) groups: Vec<Expr>,
    /// Whether there is `GROUP BY`; without it, all rows are one group, even none.
    pub(crate) grouped: bool,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) output: Vec<(String, Type, Source)>,
}

/// A stretch of time in microseconds since 1970, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Times {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Times {
    const ALWAYS: Self = Self { from: i64::MIN, to: i64::MAX };

    fn is_bounded(self) -> bool {
        self.from != i64::MIN && self.to != i64::MAX
    }
}

/// The times of the rows that `filter` can be true for, as far as constants tell; `None` if they
/// leave a side open.
pub(crate) fn admitted_times(filter: &Expr) -> Option<Vec<Times>> {
    let times = times_of(filter);
    times.iter().all(|times| times.is_bounded()).then_some(times)
}

fn times_of(filter: &Expr) -> Vec<Times> {
    match filter {
        Expr::And(left, right) => {
            let right = times_of(right);
            let mut both = Vec::new();
            for left in times_of(left) {
                for right in &right {
                    let times =
                        Times { from: left.from.max(right.from), to: left.to.min(right.to) };
                    if times.from < times.to {
                        both.push(times);
                    }
                }
            }
            both
        }
        Expr::Or(left, right) => {
            let mut all = times_of(left);
            all.extend(times_of(right));
            all.sort_unstable();
            let mut merged: Vec<Times> = Vec::new();
            for times in all {
                match merged.last_mut() {
                    Some(last) if times.from <= last.to => last.to = last.to.max(times.to),
                    _ => merged.push(times),
                }
            }
            merged
        }
        Expr::Compare(comparison, _, left, right) => match (&**left, &**right) {
            (Expr::Column(Column::Timestamp), Expr::Timestamp(time)) => bound(*comparison, *time),
            (Expr::Timestamp(time), Expr::Column(Column::Timestamp)) => {
                bound(comparison.turned(), *time)
            }
            _ => vec![Times::ALWAYS],
        },
        _ => vec![Times::ALWAYS],
    }
}

fn bound(comparison: Comparison, time: i64) -> Vec<Times> {
    let (from, to) = match comparison {
        Comparison::Equal => (time, time + 1),
        Comparison::NotEqual => (i64::MIN, i64::MAX),
        Comparison::Less => (i64::MIN, time),
        Comparison::LessOrEqual => (i64::MIN, time + 1),
        Comparison::Greater => (time + 1, i64::MAX),
        Comparison::GreaterOrEqual => (time, i64::MAX),
    };
    vec![Times { from, to }]
}

/// The parameters that the project of every admitted row is among.
pub(crate) fn project_parameters(filter: &Expr) -> Vec<usize> {
    match filter {
        Expr::And(left, right) => {
            let mut all = project_parameters(left);
            all.extend(project_parameters(right));
            all
        }
        Expr::Among(value, parameter) if matches!(**value, Expr::Column(Column::Project)) => {
            vec![*parameter]
        }
        _ => Vec::new(),
    }
}
