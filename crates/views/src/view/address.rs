//! From the query of an address to a view, and back.
//!
//! What the keys mean is told in [`docs/VIEWS.md`](../../../../docs/VIEWS.md); an address keeps its meaning.

use cube::Value;
use downloads::{Dimension, parse_day};
use metrics::{Average, Grouping};

use super::{Draw, Heights, Over, Platform, Range, View};

/// How long an address may be, in bytes: longer ones are refused by some servers.
pub(crate) const MAX_QUERY: usize = 4096;

/// How much of an address is read, in bytes. More than it may be long, because others encode more.
const MAX_READ: usize = 4 * MAX_QUERY;

impl View {
    /// Reads a query, with or without the question mark in front. What is not understood is passed over,
    /// so that any address shows something.
    pub fn parse(query: &str) -> Self {
        Self::parse_within(query, MAX_QUERY)
    }

    /// The same with so many bytes at most: a page may have keys of its own.
    pub(crate) fn parse_within(query: &str, most: usize) -> Self {
        let query = readable(query);
        let mut view = Self::default();
        let (mut from, mut to) = (None, None);
        let mut filters = Vec::new();
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
                "group" => {
                    let grouping = Grouping::ALL.into_iter().find(|it| it.key() == value);
                    view.grouping = grouping.or(view.grouping);
                }
                "draw" => {
                    let draw = Draw::ALL.into_iter().find(|it| it.key() == value);
                    view.draw = draw.or(view.draw);
                }
                "scale" if value == "log" => view.log = true,
                "share" if value == "1" => view.heights = Heights::Shares,
                "sum" if value == "1" && view.heights == Heights::Counts => {
                    view.heights = Heights::Totals;
                }
                "average" => {
                    view.average = Average::ALL
                        .into_iter()
                        .find(|it| it.days().to_string() == *value)
                        .or(view.average);
                }
                "drop" => {
                    let platform = Platform::ALL.into_iter().find(|it| it.key() == value);
                    view.platform = platform.unwrap_or(view.platform);
                }
                "over" => {
                    let over = Over::ALL.into_iter().find(|it| it.key() == value);
                    view.over = over.unwrap_or(view.over);
                }
                key => filters.extend(Filter::read(key, &value)),
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && from <= to
        {
            view.range = Range::Own(from, to);
        }
        view = view.settled();
        let mut length = view.query().len();
        for filter in filters {
            let (key, value) = filter.pair();
            length += "&=".len() + key.len() + encoded(&value).len();
            if length > most {
                break;
            }
            match filter {
                Filter::Value(dimension, value) => {
                    view.filters.filter_mut(dimension).insert(value);
                }
                Filter::Group(grouping, group) => {
                    view.groups[grouping as usize].insert(group);
                }
            }
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
        if let Some(grouping) = self.grouping {
            query.append_pair("group", grouping.key());
        }
        if let Some(draw) = self.draw {
            query.append_pair("draw", draw.key());
        }
        match self.heights {
            Heights::Counts => {}
            Heights::Shares => {
                query.append_pair("share", "1");
            }
            Heights::Totals => {
                query.append_pair("sum", "1");
            }
        }
        if self.log {
            query.append_pair("scale", "log");
        }
        if let Some(average) = self.average {
            query.append_pair("average", &average.days().to_string());
        }
        if self.platform != Platform::default() {
            query.append_pair("drop", self.platform.key());
        }
        if self.over != Over::default() {
            query.append_pair("over", self.over.key());
        }
        for filter in self.all_filters() {
            let (key, value) = filter.pair();
            query.append_pair(key, &value);
        }
        query.finish()
    }
}

/// The part of a query that is read, without the question mark.
pub(crate) fn readable(query: &str) -> &str {
    let query = query.strip_prefix('?').unwrap_or(query);
    let mut end = query.len().min(MAX_READ);
    if end < query.len() {
        // Not in the middle of a pair: half a value is another value.
        end = query.as_bytes()[..=end].iter().rposition(|&byte| byte == b'&').unwrap_or(0);
    }
    query.get(..end).unwrap_or_default()
}

/// What one pair of an address lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// A value of a dimension.
    Value(Dimension, Value),
    /// A group of versions.
    Group(Grouping, String),
}

impl Filter {
    /// `None` if the key is none of a filter, or the value no group.
    fn read(key: &str, value: &str) -> Option<Self> {
        if let Ok(dimension) = key.parse() {
            return Some(Self::Value(dimension, value_of(value)));
        }
        let grouping = Grouping::ALL.into_iter().find(|it| it.key() == key)?;
        grouping.is_group(value).then(|| Self::Group(grouping, value.into()))
    }

    /// Of a member of a breakdown: a group of versions if there are groups and it is one, else a value.
    pub(crate) fn of(dimension: Dimension, grouping: Option<Grouping>, member: &Value) -> Self {
        match (dimension, grouping, member) {
            (Dimension::Version, Some(grouping), Value::Known(text)) if grouping.is_group(text) => {
                Self::Group(grouping, text.clone())
            }
            _ => Self::Value(dimension, member.clone()),
        }
    }

    /// What it is a filter of.
    pub(crate) fn dimension(&self) -> Dimension {
        match self {
            Self::Value(dimension, _) => *dimension,
            Self::Group(..) => Dimension::Version,
        }
    }

    /// Key and value in an address: no two filters have the same.
    fn pair(&self) -> (&'static str, String) {
        match self {
            Self::Value(dimension, value) => (dimension.key(), text_of(value)),
            Self::Group(grouping, group) => (grouping.key(), group.clone()),
        }
    }

    /// Its name among the elements of a page: no two have the same.
    pub(crate) fn key(&self) -> String {
        let (key, value) = self.pair();
        format!("{key}-{}", encoded(&value))
    }
}

fn value_of(text: &str) -> Value {
    match text.strip_prefix('*') {
        Some("") => Value::Other,
        Some(known) => Value::of(known),
        None => Value::of(text),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Known(text) if text.starts_with('*') => format!("*{text}"),
        Value::Known(text) => text.clone(),
        Value::Unknown => String::new(),
        Value::Other => "*".into(),
    }
}

/// A text as it stands in a query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
