//! What a reader looks at, and the address that says so.
//!
//! # The address
//!
//! The query of a page's address, in the form of HTML forms; what is not understood is passed over, and so
//! are values that would make it longer than 4 kB. A view that is the default has an empty query.
//!
//! | key                                                | value                              | default        |
//! | -------------------------------------------------- | ---------------------------------- | -------------- |
//! | `range`                                            | `30d`, `90d`, `1y`, `all`          | `1y`           |
//! | `from`, `to`                                       | days of one's own, `YYYY-MM-DD`    |                |
//! | `interval`                                         | `day`, `week`, `month`             | fits the range |
//! | `split`                                            | a dimension, see below             | none           |
//! | `scale`                                            | `log`                              | linear         |
//! | `share`                                            | `1`: shares of the total           | counts         |
//! | `average`                                          | `7`, `28`: of so many days         | none           |
//! | `version`, `python`, `country`, `installer`,       | a value that is let through; again | all            |
//! | `system`, `type`, `audience`, `cpu`                | for each further one               |                |
//!
//! A share is never on a log scale, and an average is of days: `share` goes before `scale`, and `average` needs
//! the interval `day` or none.
//! The empty value stands for *not known*, `*` for *other*; a value that starts with `*` has one more in front.

use std::collections::BTreeSet;

use cube::{Days, Selection, Value};
use downloads::{Day, Dimension, days_between, parse_day};
use metrics::{Average, Interval};

/// How long an address may be, in bytes: longer ones are refused by some servers.
const MAX_QUERY: usize = 4096;

/// How much of an address is read, in bytes. More than it may be long, because others encode more.
const MAX_READ: usize = 4 * MAX_QUERY;

/// What a reader looks at: which days, in which steps, split how, and filtered by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which days.
    pub range: Range,
    /// The steps. `None` takes what fits the range.
    pub interval: Option<Interval>,
    /// The dimension that has a line for each value. `None` draws one line.
    pub split: Option<Dimension>,
    /// What the heights of the chart stand for.
    pub heights: Heights,
    /// What each day is averaged over. `None` shows what was counted. Only with steps of a day.
    average: Option<Average>,
    /// The filters; its days are not used.
    filters: Selection,
}

/// Which days a view shows. All but the last kind end on the last collected day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// The last 30 days.
    Days30,
    /// The last 90 days.
    Days90,
    /// The last 364 days: 52 whole weeks, so that the default steps divide it without a rest.
    #[default]
    Year,
    /// All days since the first.
    All,
    /// From one day to another, both included; the first is not after the second.
    Own(Day, Day),
}

/// What the heights of a chart stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heights {
    /// Downloads.
    #[default]
    Counts,
    /// Downloads, on a logarithmic scale.
    Log,
    /// Shares: of all lines with a split, else of what there would be without filters.
    Shares,
}

impl Heights {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Counts, Self::Log, Self::Shares];
}

impl Range {
    /// Those that need no dates, shortest first.
    pub const PRESETS: [Self; 4] = [Self::Days30, Self::Days90, Self::Year, Self::All];

    /// The word for it in addresses. `None` for days of one's own.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Days30 => Some("30d"),
            Self::Days90 => Some("90d"),
            Self::Year => Some("1y"),
            Self::All => Some("all"),
            Self::Own(..) => None,
        }
    }
}

impl View {
    /// Reads a query, with or without the question mark in front. What is not understood is passed over,
    /// so that any address shows something.
    pub fn parse(query: &str) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let mut end = query.len().min(MAX_READ);
        if end < query.len() {
            // Not in the middle of a pair: half a value is another value.
            end = query.as_bytes()[..=end].iter().rposition(|&byte| byte == b'&').unwrap_or(0);
        }
        let query = query.get(..end).unwrap_or_default();
        let mut view = Self::default();
        let (mut from, mut to) = (None, None);
        let mut values = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "range" => {
                    if let Some(range) =
                        Range::PRESETS.into_iter().find(|range| range.key() == Some(&*value))
                    {
                        view.range = range;
                    }
                }
                "from" => from = parse_day(&value),
                "to" => to = parse_day(&value),
                "interval" => view.interval = value.parse().ok().or(view.interval),
                "split" => view.split = value.parse().ok().or(view.split),
                "scale" if value == "log" && view.heights == Heights::Counts => {
                    view.heights = Heights::Log;
                }
                "share" if value == "1" => view.heights = Heights::Shares,
                "average" => {
                    view.average = Average::ALL
                        .into_iter()
                        .find(|it| it.days().to_string() == *value)
                        .or(view.average);
                }
                key => {
                    if let Ok(dimension) = key.parse() {
                        values.push((dimension, value_of(&value)));
                    }
                }
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && from <= to
        {
            view.range = Range::Own(from, to);
        }
        if view.interval.is_some_and(|it| it != Interval::Day) {
            view.average = None;
        }
        let mut length = view.query().len();
        for (dimension, value) in values {
            length += pair_length(dimension, &value);
            if length > MAX_QUERY {
                break;
            }
            view.filters.filter_mut(dimension).insert(value);
        }
        view
    }

    /// The query that [`parse`](Self::parse) reads back, without the question mark. Empty for the default.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match self.range {
            Range::Own(from, to) => {
                query.append_pair("from", &from.to_string()).append_pair("to", &to.to_string());
            }
            range if range == Range::default() => {}
            range => {
                query.append_pair("range", range.key().unwrap_or_default());
            }
        }
        if let Some(interval) = self.interval {
            query.append_pair("interval", interval.key());
        }
        if let Some(dimension) = self.split {
            query.append_pair("split", dimension.key());
        }
        match self.heights {
            Heights::Counts => {}
            Heights::Log => {
                query.append_pair("scale", "log");
            }
            Heights::Shares => {
                query.append_pair("share", "1");
            }
        }
        if let Some(average) = self.average {
            query.append_pair("average", &average.days().to_string());
        }
        for dimension in Dimension::ALL {
            for value in self.filter(dimension) {
                query.append_pair(dimension.key(), &text_of(value));
            }
        }
        query.finish()
    }

    /// The values of a dimension that are let through. Empty means all.
    pub fn filter(&self, dimension: Dimension) -> &BTreeSet<Value> {
        self.filters.filter(dimension)
    }

    /// Whether any value is filtered out.
    pub fn is_filtered(&self) -> bool {
        self.filters.is_filtered()
    }

    /// The same view with a value let through that was not, or the other way round.
    #[must_use]
    pub fn toggled(&self, dimension: Dimension, value: &Value) -> Self {
        let mut view = self.clone();
        let filter = view.filters.filter_mut(dimension);
        if !filter.remove(value) {
            filter.insert(value.clone());
        }
        view
    }

    /// The same view with all values of a dimension let through.
    #[must_use]
    pub fn unfiltered(&self, dimension: Dimension) -> Self {
        let mut view = self.clone();
        view.filters.filter_mut(dimension).clear();
        view
    }

    /// The same view of other days, in the steps that fit them.
    #[must_use]
    pub fn with_range(&self, range: Range) -> Self {
        Self { range, interval: None, ..self.clone() }
    }

    /// The same view in other steps; without an average, unless they are days.
    #[must_use]
    pub fn with_interval(&self, interval: Interval) -> Self {
        let average = self.average.filter(|_| interval == Interval::Day);
        Self { interval: Some(interval), average, ..self.clone() }
    }

    /// The same view with other heights.
    #[must_use]
    pub fn with_heights(&self, heights: Heights) -> Self {
        Self { heights, ..self.clone() }
    }

    /// What each day is averaged over. `None` shows what was counted.
    pub fn average(&self) -> Option<Average> {
        self.average
    }

    /// The same view with each day averaged, or not; with an average in steps of a day.
    #[must_use]
    pub fn with_average(&self, average: Option<Average>) -> Self {
        let interval = self.interval.filter(|_| average.is_none());
        Self { average, interval, ..self.clone() }
    }

    /// The same view split by another dimension, or not at all.
    #[must_use]
    pub fn with_split(&self, split: Option<Dimension>) -> Self {
        Self { split, ..self.clone() }
    }

    /// The first and last day that the view shows of a cube with these days. `None` if nothing was
    /// collected, or nothing of what is asked for.
    pub fn days(&self, days: &Days) -> Option<(Day, Day)> {
        let (start, end) = (days.first()?, days.last_collected()?);
        let last_days = |count: u64| (end - chrono::Days::new(count - 1)).max(start);
        let (first, last) = match self.range {
            Range::Days30 => (last_days(30), end),
            Range::Days90 => (last_days(90), end),
            Range::Year => (last_days(364), end),
            Range::All => (start, end),
            Range::Own(from, to) => (from.max(start), to.min(end)),
        };
        (first <= last).then_some((first, last))
    }

    /// The steps: those that were chosen, or those that fit the range.
    pub fn interval(&self, days: &Days) -> Interval {
        let fitting = || match self.days(days).map_or(0, |(first, last)| days_between(first, last))
        {
            0..=120 => Interval::Day,
            121..=800 => Interval::Week,
            _ => Interval::Month,
        };
        match (self.average, self.interval) {
            (Some(_), _) => Interval::Day,
            (None, interval) => interval.unwrap_or_else(fitting),
        }
    }

    /// What the view counts of a cube with these days: nothing, if its own days are all outside.
    pub fn selection(&self, days: &Days) -> Selection {
        let asked = match self.range {
            Range::Own(from, to) => Some((from, to)),
            _ => None,
        };
        self.filters.with_days(self.days(days).or(asked))
    }
}

fn value_of(text: &str) -> Value {
    match text.strip_prefix('*') {
        Some("") => Value::Other,
        Some(known) => Value::of(known),
        None => Value::of(text),
    }
}

/// How much longer a value makes the query, in bytes.
fn pair_length(dimension: Dimension, value: &Value) -> usize {
    dimension.key().len() + encoded(value).len() + "&=".len()
}

/// A value as it stands in a query: no two have the same.
pub(crate) fn encoded(value: &Value) -> String {
    form_urlencoded::byte_serialize(text_of(value).as_bytes()).collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Known(text) if text.starts_with('*') => format!("*{text}"),
        Value::Known(text) => text.clone(),
        Value::Unknown => String::new(),
        Value::Other => "*".into(),
    }
}

#[cfg(test)]
mod tests;
