//! What the reader can choose, and what is chosen.

use askama::Template;
use cube::{Days, Value};
use downloads::{Audience, Dimension};
use metrics::{Average, Interval};

use crate::{Heights, Range, View, text, view};

/// Something to click that shows another view.
pub(crate) struct Choice {
    /// Its place in the page, the same in every view.
    pub(crate) key: String,
    /// The query of the view.
    pub(crate) view: String,
    pub(crate) label: String,
    pub(crate) current: bool,
}

/// Range, interval, average, heights, split and audience.
#[derive(Template)]
#[template(path = "parts/controls.html")]
pub(super) struct Controls {
    ranges: Vec<Choice>,
    /// First and last day that can be chosen, and those that are. `None` if nothing was collected.
    dates: Option<Dates>,
    groups: Vec<Group>,
}

/// Days in ISO form.
struct Dates {
    first: String,
    last: String,
    from: String,
    to: String,
}

struct Group {
    legend: &'static str,
    choices: Vec<Choice>,
}

impl Controls {
    pub(super) fn of(days: &Days, view: &View) -> Self {
        let choice = |key: String, label: &str, chosen: View, current: bool| Choice {
            key,
            view: chosen.query(),
            label: label.into(),
            current,
        };
        let ranges = Range::PRESETS
            .into_iter()
            .map(|range| {
                let key = format!("range-{}", range.key().unwrap_or_default());
                choice(key, range_label(range), view.with_range(range), view.range == range)
            })
            .collect();
        let intervals = Interval::ALL.into_iter().map(|interval| {
            let key = format!("interval-{}", interval.key());
            let label = match interval {
                Interval::Day => "Day",
                Interval::Week => "Week",
                Interval::Month => "Month",
            };
            choice(key, label, view.with_interval(interval), view.interval(days) == interval)
        });
        let splits =
            std::iter::once(None).chain(Dimension::ALL.into_iter().map(Some)).map(|split| {
                let key = format!("split-{}", split.map_or("none", Dimension::key));
                let label = split.map_or("Nothing", Dimension::label);
                choice(key, label, view.with_split(split), view.split == split)
            });
        let heights = Heights::ALL.into_iter().map(|heights| {
            let (key, label) = match heights {
                Heights::Counts => ("counts", "Count"),
                Heights::Log => ("log", "Log scale"),
                Heights::Shares => ("shares", "Share of total"),
            };
            let current = view.heights == heights;
            choice(format!("heights-{key}"), label, view.with_heights(heights), current)
        });
        let averages =
            std::iter::once(None).chain(Average::ALL.into_iter().map(Some)).map(|average| {
                let days = average.map(|it| it.days().to_string());
                let key = format!("average-{}", days.as_deref().unwrap_or("none"));
                let label = days.map_or("None".into(), |days| format!("{days} days"));
                choice(key, &label, view.with_average(average), view.average() == average)
            });
        let everybody = choice(
            "audience-all".into(),
            "All",
            view.unfiltered(Dimension::Audience),
            view.filter(Dimension::Audience).is_empty(),
        );
        let audiences = Audience::ALL.into_iter().map(|audience| {
            let value = Value::Known(audience.key().into());
            let label = text::value(Dimension::Audience, &value);
            let current = view.filter(Dimension::Audience).contains(&value);
            let key = format!("audience-{}", audience.key());
            choice(key, &label, view.toggled(Dimension::Audience, &value), current)
        });
        let ends = days.first().zip(days.last_collected());
        Self {
            ranges,
            dates: ends.map(|(first, last)| {
                // Days without data stay as they were asked for.
                let asked = view.selection(days).days;
                let (from, to) = asked.unwrap_or((first, last));
                Dates {
                    first: first.to_string(),
                    last: last.to_string(),
                    from: from.to_string(),
                    to: to.to_string(),
                }
            }),
            groups: vec![
                Group { legend: "Interval", choices: intervals.collect() },
                Group { legend: "Moving average", choices: averages.collect() },
                Group { legend: "Height", choices: heights.collect() },
                Group { legend: "Split by", choices: splits.collect() },
                Group {
                    legend: "Audience",
                    choices: std::iter::once(everybody).chain(audiences).collect(),
                },
            ],
        }
    }
}

fn range_label(range: Range) -> &'static str {
    match range {
        Range::Days30 => "30 days",
        Range::Days90 => "90 days",
        Range::Year => "1 year",
        Range::All => "All",
        Range::Own(..) => "Own dates",
    }
}

/// The filters that are on, each to be taken off.
#[derive(Template)]
#[template(path = "parts/chips.html")]
pub(super) struct Chips {
    chips: Vec<Choice>,
    /// The query of the view without filters.
    none: String,
}

impl Chips {
    /// `None` if no filter is on.
    pub(super) fn of(view: &View) -> Option<Self> {
        let mut chips = Vec::new();
        let mut none = view.clone();
        for dimension in Dimension::ALL {
            none = none.unfiltered(dimension);
            chips.extend(view.filter(dimension).iter().map(|value| Choice {
                key: format!("chip-{}-{}", dimension.key(), view::encoded(value)),
                view: view.toggled(dimension, value).query(),
                label: format!("{}: {}", dimension.label(), text::value(dimension, value)),
                current: false,
            }));
        }
        (!chips.is_empty()).then(|| Self { chips, none: none.query() })
    }
}
