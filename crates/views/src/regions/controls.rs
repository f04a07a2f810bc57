//! What the reader can choose, and what is chosen.

use askama::Template;
use cube::{Days, Value};
use downloads::{Audience, Day, Dimension};
use metrics::{Average, Grouping, Interval};

use crate::{Draw, Heights, Range, View, text, view::Filter};

/// Something to click that shows another view.
pub(crate) struct Choice {
    /// Its place in the page, the same in every view.
    pub(crate) key: String,
    /// The query of the view.
    pub(crate) view: String,
    pub(crate) label: String,
    pub(crate) current: bool,
}

/// Range, interval and all else that one chooses for the chart.
#[derive(Template)]
#[template(path = "parts/controls.html")]
pub(crate) struct Controls {
    /// What is always in sight.
    pub(crate) leading: Vec<Group>,
    /// First and last day that can be chosen, and those that are. `None` if nothing was collected.
    pub(crate) dates: Option<Dates>,
    /// What is folded on small screens. A group without choices has no place.
    pub(crate) groups: Vec<Group>,
}

/// Days in ISO form.
pub(crate) struct Dates {
    first: String,
    last: String,
    from: String,
    to: String,
}

pub(crate) struct Group {
    pub(crate) legend: &'static str,
    pub(crate) choices: Vec<Choice>,
}

impl Controls {
    pub(crate) fn of(days: &Days, view: &View) -> Self {
        let ranges = Range::PRESETS.into_iter().map(|range| {
            let key = format!("range-{}", range.key().unwrap_or_default());
            Choice::new(key, range_label(range), view.with_range(range), view.range() == range)
        });
        let intervals = Interval::ALL.into_iter().map(|interval| {
            let key = format!("interval-{}", interval.key());
            let label = match interval {
                Interval::Day => "Day",
                Interval::Week => "Week",
                Interval::Month => "Month",
            };
            let current = view.interval(days) == interval;
            Choice::new(key, label, view.with_interval(interval), current)
        });
        let ends = days.first().zip(days.last_collected());
        Self {
            leading: vec![
                Group { legend: "Range", choices: ranges.collect() },
                Group { legend: "Interval", choices: intervals.collect() },
            ],
            dates: ends.map(|ends| {
                // Days without data stay as they were asked for.
                let (from, to) = view.asked(days).unwrap_or(ends);
                let [first, last, from, to] =
                    [ends.0, ends.1, from, to].map(|day: Day| day.to_string());
                Dates { first, last, from, to }
            }),
            groups: vec![
                scales(view),
                splits(view),
                shown(view),
                draws(view),
                averages(view),
                groupings(view),
                audiences(view),
            ],
        }
    }
}

impl Choice {
    pub(super) fn new(key: String, label: &str, view: View, current: bool) -> Self {
        Self { key, view: view.query(), label: label.into(), current }
    }
}

fn splits(view: &View) -> Group {
    let splits = std::iter::once(None).chain(Dimension::ALL.into_iter().map(Some)).map(|split| {
        let key = format!("split-{}", split.map_or("none", Dimension::key));
        let label = split.map_or("Nothing", Dimension::label);
        Choice::new(key, label, view.with_split(split), view.split() == split)
    });
    Group { legend: "Split by", choices: splits.collect() }
}

fn shown(view: &View) -> Group {
    let heights = Heights::ALL.into_iter().map(|heights| {
        let (key, label) = match heights {
            Heights::Counts => ("counts", "Counts"),
            Heights::Shares => ("shares", "Shares"),
            Heights::Totals => ("totals", "Running total"),
        };
        let current = view.heights() == heights;
        Choice::new(format!("show-{key}"), label, view.with_heights(heights), current)
    });
    Group { legend: "Show", choices: heights.collect() }
}

fn draws(view: &View) -> Group {
    let draws = Draw::ALL.into_iter().map(|draw| {
        let label = match draw {
            Draw::Lines => "Lines",
            Draw::Stacked => "Stacked",
        };
        let current = view.is_stacked() == (draw == Draw::Stacked);
        Choice::new(format!("draw-{}", draw.key()), label, view.with_draw(draw), current)
    });
    // Only a split can be drawn in more than one way.
    let choices = if view.split().is_some() { draws.collect() } else { Vec::new() };
    Group { legend: "Draw as", choices }
}

fn scales(view: &View) -> Group {
    let scales = [(false, "linear", "Linear"), (true, "log", "Log")].into_iter();
    let scales = scales.map(|(log, key, label)| {
        Choice::new(format!("scale-{key}"), label, view.with_log(log), view.is_log() == log)
    });
    Group { legend: "Scale", choices: scales.collect() }
}

fn averages(view: &View) -> Group {
    let averages = std::iter::once(None).chain(Average::ALL.into_iter().map(Some)).map(|average| {
        let days = average.map(|it| it.days().to_string());
        let key = format!("average-{}", days.as_deref().unwrap_or("none"));
        let label = days.map_or("None".into(), |days| format!("{days} days"));
        Choice::new(key, &label, view.with_average(average), view.average() == average)
    });
    Group { legend: "Average", choices: averages.collect() }
}

fn groupings(view: &View) -> Group {
    let all = std::iter::once(None).chain(Grouping::ALL.into_iter().map(Some));
    let groupings = all.map(|grouping| {
        let label = match grouping {
            None => "Exact",
            Some(Grouping::Minor) => "Minor",
            Some(Grouping::Major) => "Major",
        };
        let key = format!("group-{}", grouping.map_or("none", Grouping::key));
        Choice::new(key, label, view.with_grouping(grouping), view.grouping() == grouping)
    });
    Group { legend: "Versions", choices: groupings.collect() }
}

fn audiences(view: &View) -> Group {
    let everybody = Choice::new(
        "audience-all".into(),
        "All",
        view.unfiltered(Dimension::Audience),
        !view.is_filtered_by(Dimension::Audience),
    );
    let audiences = Audience::ALL.into_iter().map(|audience| {
        let filter = Filter::Value(Dimension::Audience, Value::Known(audience.key().into()));
        let key = format!("audience-{}", audience.key());
        Choice::new(key, &text::filter(&filter), view.toggled(&filter), view.has(&filter))
    });
    Group { legend: "Audience", choices: std::iter::once(everybody).chain(audiences).collect() }
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
pub(crate) struct Chips {
    pub(crate) chips: Vec<Choice>,
    /// The query of the view without filters.
    pub(crate) none: String,
}

impl Chips {
    /// `None` if no filter is on.
    pub(crate) fn of(view: &View) -> Option<Self> {
        let chip = |filter: Filter| {
            let label = format!("{}: {}", filter.dimension().label(), text::filter(&filter));
            Choice::new(format!("chip-{}", filter.key()), &label, view.toggled(&filter), false)
        };
        let chips: Vec<Choice> = view.all_filters().map(chip).collect();
        let none = Dimension::ALL.into_iter().fold(view.clone(), |view, it| view.unfiltered(it));
        (!chips.is_empty()).then(|| Self { chips, none: none.query() })
    }
}
