//! Bounding the number of values: the smallest become *other*.

use std::cmp::Reverse;

use downloads::Dimension;

use crate::{Cube, Dictionary, ROW_ORDER, Value, build::assemble, part::CodedRow};

/// As many values as codes of 16 bits can tell apart, with room for *unknown* and *other*.
const MOST_VALUES: usize = 65_000;

/// How many values of a dimension are kept if `limit` is asked for: audiences are four, and all stay.
pub(crate) fn limit_of(dimension: Dimension, limit: usize) -> usize {
    if dimension == Dimension::Audience { usize::MAX } else { limit }
}

/// Makes the dictionary of a dimension: the `limit` known values with the most downloads, in byte order,
/// *unknown* if it occurs, and *other* if values were gathered.
///
/// Values without downloads are dropped. Returns the dictionary, and for each of the
/// old codes the new one. `gathered` is how many values the old *other* already stands for.
pub(crate) fn dictionary(
    values: Vec<Value>,
    totals: &[u64],
    limit: usize,
    gathered: u32,
) -> (Dictionary, Vec<u16>) {
    let mut known: Vec<usize> = (0..values.len())
        .filter(|&code| totals[code] > 0 && matches!(values[code], Value::Known(_)))
        .collect();
    known.sort_unstable_by(|&a, &b| {
        Reverse(totals[a]).cmp(&Reverse(totals[b])).then(values[a].cmp(&values[b]))
    });
    let gathered_now = known.len().saturating_sub(limit.min(MOST_VALUES));
    known.truncate(known.len() - gathered_now);
    known.sort_unstable_by(|&a, &b| values[a].cmp(&values[b]));

    let occurs =
        |value: &Value| values.iter().zip(totals).any(|(it, &total)| it == value && total > 0);
    let mut recoded = vec![0_u16; values.len()];
    let mut dictionary = Vec::with_capacity(known.len() + 2);
    for code in known {
        recoded[code] = dictionary.len() as u16;
        dictionary.push((code, values[code].clone()));
    }
    let kept: Vec<bool> = {
        let mut kept = vec![false; values.len()];
        dictionary.iter().for_each(|&(code, _)| kept[code] = true);
        kept
    };
    let mut dictionary: Vec<Value> = dictionary.into_iter().map(|(_, value)| value).collect();
    let unknown = dictionary.len() as u16;
    if occurs(&Value::Unknown) {
        dictionary.push(Value::Unknown);
    }
    let other = dictionary.len() as u16;
    if gathered_now > 0 || occurs(&Value::Other) {
        dictionary.push(Value::Other);
    }
    for (code, value) in values.iter().enumerate() {
        if !kept[code] {
            recoded[code] = if *value == Value::Unknown { unknown } else { other };
        }
    }
    let gathered = gathered + gathered_now as u32;
    (Dictionary { values: dictionary, gathered }, recoded)
}

impl Cube {
    /// The same downloads with at most `limit` known values in each dimension: those with the fewest
    /// downloads are gathered as [`Value::Other`].
    ///
    /// Audiences are never gathered: there are four.
    #[must_use]
    pub fn gather(&self, limit: usize) -> Self {
        let totals = self.facets(&crate::Selection::default());
        let mut dictionaries: [Dictionary; Dimension::COUNT] = Default::default();
        let recoded = Dimension::ALL.map(|dimension| {
            let Dictionary { values, gathered } = &self.dictionaries[dimension as usize];
            let totals = &totals[dimension as usize];
            let limit = limit_of(dimension, limit);
            let (gathered, recoded) = dictionary(values.clone(), totals, limit, *gathered);
            dictionaries[dimension as usize] = gathered;
            recoded
        });
        let mut rows = Vec::with_capacity(self.rows());
        for combination in 0..self.combinations() {
            let codes = ROW_ORDER
                .map(|dimension| recoded[dimension as usize][self.code(dimension, combination)]);
            rows.extend(self.rows_of(combination).map(|(day, count)| CodedRow {
                codes,
                day,
                count,
            }));
        }
        assemble(self.days.clone(), dictionaries, rows)
    }
}
