//! Answers a [`Plan`] over the rows that are visible, with the logic of three values for null.

use std::{collections::HashMap, hash::BuildHasher, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use hashbrown::{DefaultHashBuilder, HashTable};
use regex::Captures;

use crate::{
    columns::Type,
    events::{DAY, Stored, Table},
    parse::Refused,
    plan::{Aggregate, Comparison, Expr, Piece, Plan, Replacement, Source},
    text::{NULL, Texts},
};

/// The rows of an answer, as numbers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<(String, Type)>,
    /// Row after row: numbers of texts, days since 1970, 0 and 1, or the number; [`NULL`] for null.
    pub(crate) cells: Vec<i64>,
    pub(crate) rows: usize,
}

/// The days since 1970 that a query reads: disjoint stretches in order.
pub(crate) fn days(plan: &Plan) -> Vec<RangeInclusive<i64>> {
    let mut days: Vec<RangeInclusive<i64>> = Vec::new();
    for times in &plan.times {
        let last = (times.to - 1).div_euclid(DAY);
        // Two stretches of one day read one partition.
        let next = days.last().map_or(i64::MIN, |days| days.end() + 1);
        let first = times.from.div_euclid(DAY).max(next);
        if first <= last {
            days.push(first..=last);
        }
    }
    days
}

/// The values of the parameters of a plan, as numbers of texts in order, each once.
pub(crate) type Parameters = Vec<Vec<u32>>;

/// The projects that a query asks for; `None` if it may be any.
pub(crate) fn projects<'a>(plan: &Plan, parameters: &'a Parameters) -> Option<&'a [u32]> {
    plan.projects.first().map(|&number| parameters[number].as_slice())
}

/// Runs a query.
pub(crate) fn answer(
    table: &mut Table,
    plan: &Plan,
    parameters: &Parameters,
    now: DateTime<Utc>,
) -> Result<Answer, Refused> {
    let (view, texts) = table.view(now);
    let mut run = Run { texts, parameters, replaced: vec![HashMap::new(); plan.replacements] };
    let mut groups = Groups::new(plan.groups.len(), plan.aggregates.len());
    let mut key = Vec::new();
    if !plan.grouped {
        groups.find(&[]);
    }
    for days in days(plan) {
        view.rows(days, projects(plan, parameters), |row| {
            if run.value(&plan.filter, row)? != 1 {
                return Ok(());
            }
            key.clear();
            for group in &plan.groups {
                key.push(run.value(group, row)?);
            }
            let group = groups.find(&key);
            for (place, aggregate) in plan.aggregates.iter().enumerate() {
                let value = match aggregate {
                    Aggregate::CountRows => 1,
                    Aggregate::Sum(value) => run.value(value, row)?,
                };
                groups.add(group, place, value)?;
            }
            Ok(())
        })?;
    }
    let mut cells = Vec::with_capacity(groups.count * plan.output.len());
    for group in 0..groups.count {
        for (.., source) in &plan.output {
            cells.push(match *source {
                Source::Group(place) => groups.keys[group * plan.groups.len() + place],
                Source::Aggregate(place) => {
                    let value = groups.values[group * plan.aggregates.len() + place];
                    let counts = matches!(plan.aggregates[place], Aggregate::CountRows);
                    if counts && value == NULL { 0 } else { value }
                }
            });
        }
    }
    let columns = plan.output.iter().map(|(name, kind, _)| (name.clone(), *kind)).collect();
    Ok(Answer { columns, cells, rows: groups.count })
}

/// Groups in the order in which they were met, all in a few vectors.
struct Groups {
    key_length: usize,
    value_length: usize,
    count: usize,
    keys: Vec<i64>,
    values: Vec<i64>,
    index: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl Groups {
    fn new(key_length: usize, value_length: usize) -> Self {
        Self {
            key_length,
            value_length,
            count: 0,
            keys: Vec::new(),
            values: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The group of this key; null is a value like any other.
    fn find(&mut self, key: &[i64]) -> usize {
        let Self { key_length, keys, hasher, .. } = self;
        let of = |group: usize| &keys[group * *key_length..(group + 1) * *key_length];
        let hash = hasher.hash_one(key);
        if let Some(&group) = self.index.find(hash, |&group| of(group) == key) {
            return group;
        }
        let group = self.count;
        self.index.insert_unique(hash, group, |&group| hasher.hash_one(of(group)));
        keys.extend(key);
        self.values.extend(std::iter::repeat_n(NULL, self.value_length));
        self.count += 1;
        group
    }

    /// Adds a value up; null adds nothing.
    fn add(&mut self, group: usize, place: usize, value: i64) -> Result<(), Refused> {
        let sum = &mut self.values[group * self.value_length + place];
        if *sum == NULL {
            *sum = value;
        } else if value != NULL {
            *sum = sum.checked_add(value).ok_or_else(|| Refused("int64 overflow in SUM".into()))?;
        }
        Ok(())
    }
}

struct Run<'a> {
    texts: &'a mut Texts,
    parameters: &'a Parameters,
    /// What each regular expression made of each text.
    replaced: Vec<HashMap<i64, i64>>,
}

impl Run<'_> {
    fn value(&mut self, expr: &Expr, row: &Stored) -> Result<i64, Refused> {
        Ok(match expr {
            Expr::Column(column) => row.value(*column),
            Expr::Int(value) | Expr::Timestamp(value) => *value,
            Expr::Text(text) => i64::from(self.texts.number(text)),
            Expr::Date(time) => not_null(self.value(time, row)?, |time| time.div_euclid(DAY)),
            Expr::UnixSeconds(time) => {
                not_null(self.value(time, row)?, |time| time.div_euclid(1_000_000))
            }
            Expr::Mod(value, by) => {
                let (value, by) = (self.value(value, row)?, self.value(by, row)?);
                if value == NULL || by == NULL {
                    return Ok(NULL);
                }
                if by == 0 {
                    return Err(Refused(format!("division by zero: MOD({value}, {by})")));
                }
                value.wrapping_rem(by)
            }
            Expr::Replace(value, replacement) => {
                let value = self.value(value, row)?;
                if value == NULL {
                    return Ok(NULL);
                }
                if let Some(&known) = self.replaced[replacement.number].get(&value) {
                    return Ok(known);
                }
                let replaced = replace(replacement, self.texts.text(value));
                let number = i64::from(self.texts.number(&replaced));
                self.replaced[replacement.number].insert(value, number);
                number
            }
            Expr::Compare(comparison, kind, left, right) => {
                let (left, right) = (self.value(left, row)?, self.value(right, row)?);
                if left == NULL || right == NULL {
                    return Ok(NULL);
                }
                let order = match kind {
                    Type::Text => self.texts.text(left).cmp(self.texts.text(right)),
                    _ => left.cmp(&right),
                };
                i64::from(match comparison {
                    Comparison::Equal => order.is_eq(),
                    Comparison::NotEqual => order.is_ne(),
                    Comparison::Less => order.is_lt(),
                    Comparison::LessOrEqual => order.is_le(),
                    Comparison::Greater => order.is_gt(),
                    Comparison::GreaterOrEqual => order.is_ge(),
                })
            }
            Expr::And(left, right) => match self.value(left, row)? {
                0 => 0,
                1 => self.value(right, row)?,
                _ if self.value(right, row)? == 0 => 0,
                _ => NULL,
            },
            Expr::Or(left, right) => match self.value(left, row)? {
                1 => 1,
                0 => self.value(right, row)?,
                _ if self.value(right, row)? == 1 => 1,
                _ => NULL,
            },
            Expr::Among(value, parameter) => {
                let value = self.value(value, row)?;
                match (value, &self.parameters[*parameter]) {
                    (_, among) if among.is_empty() => 0,
                    (NULL, _) => NULL,
                    (value, among) => i64::from(
                        among.binary_search_by_key(&value, |&text| i64::from(text)).is_ok(),
                    ),
                }
            }
        })
    }
}

fn not_null(value: i64, then: impl FnOnce(i64) -> i64) -> i64 {
    if value == NULL { NULL } else { then(value) }
}

fn replace(replacement: &Replacement, text: &str) -> String {
    let with = |captures: &Captures<'_>| -> String {
        let pieces = replacement.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Group(group) => captures.get(*group).map_or("", |found| found.as_str()),
        });
        pieces.collect()
    };
    replacement.regex.replace_all(text, with).into_owned()
}
