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
    /// What of these is folded on phones, in words.
    pub(crate) folded: &'static str,
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
        let mut ranges = Group::new("Range");
        for range in Range::PRESETS {
            let (key, current) = (range.key().unwrap_or_default(), view.range() == range);
            ranges.add("range", key, range_label(range), &view.with_range(range), current);
        }
        let mut intervals = Group::new("Interval");
        for (interval, label) in Interval::ALL.into_iter().zip(["Day", "Week", "Month"]) {
            let current = view.interval(days) == interval;
            intervals.add(
                "interval",
                interval.key(),
                label,
                &view.with_interval(interval),
                current,
            );
        }
        let ends = days.first().zip(days.last_collected());
        Self {
            leading: vec![ranges, intervals],
            folded: "Own dates, scale, split, average, versions, audience",
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

impl Group {
    pub(super) fn new(legend: &'static str) -> Self {
        Self { legend, choices: Vec::new() }
    }

    /// Adds a choice that leads to a view; its key is made of the two.
    pub(super) fn add(&mut self, group: &str, key: &str, label: &str, view: &View, current: bool) {
        self.choices.push(Choice {
            key: format!("{group}-{key}"),
            view: view.query(),
            label: label.into(),
            current,
        });
    }
}

fn splits(view: &View) -> Group {
    let mut group = Group::new("Split by");
    group.add("split", "none", "Nothing", &view.with_split(None), view.split().is_none());
    for dimension in Dimension::ALL {
        let (split, current) = (Some(dimension), view.split() == Some(dimension));
        let (key, label) = (dimension.key(), dimension.label());
        group.add("split", key, label, &view.with_split(split), current);
    }
    group
}

fn shown(view: &View) -> Group {
    let mut group = Group::new("Show");
    for heights in Heights::ALL {
        let (key, label) = match heights {
            Heights::Counts => ("counts", "Counts"),
            Heights::Shares => ("shares", "Shares"),
            Heights::Totals => ("totals", "Running total"),
        };
        group.add("show", key, label, &view.with_heights(heights), view.heights() == heights);
    }
    group
}

/// Only a split can be drawn in more than one way.
fn draws(view: &View) -> Group {
    let mut group = Group::new("Draw as");
    let draws = Draw::ALL.into_iter().filter(|_| view.split().is_some());
    for (draw, label) in draws.zip(["Lines", "Stacked"]) {
        let current = view.is_stacked() == (draw == Draw::Stacked);
        group.add("draw", draw.key(), label, &view.with_draw(draw), current);
    }
    group
}

fn scales(view: &View) -> Group {
    let mut group = Group::new("Scale");
    for (log, key, label) in [(false, "linear", "Linear"), (true, "log", "Log")] {
        group.add("scale", key, label, &view.with_log(log), view.is_log() == log);
    }
    group
}

fn averages(view: &View) -> Group {
    let mut group = Group::new("Average");
    group.add("average", "none", "None", &view.with_average(None), view.average().is_none());
    for average in Average::ALL {
        let (days, current) = (average.days().to_string(), view.average() == Some(average));
        let label = format!("{days} days");
        group.add("average", &days, &label, &view.with_average(Some(average)), current);
    }
    group
}

fn groupings(view: &View) -> Group {
    let mut group = Group::new("Versions");
    group.add("group", "none", "Exact", &view.with_grouping(None), view.grouping().is_none());
    for (grouping, label) in Grouping::ALL.into_iter().zip(["Minor", "Major"]) {
        let (grouped, current) = (Some(grouping), view.grouping() == Some(grouping));
        group.add("group", grouping.key(), label, &view.with_grouping(grouped), current);
    }
    group
}

fn audiences(view: &View) -> Group {
    let mut group = Group::new("Audience");
    let everybody = view.unfiltered(Dimension::Audience);
    group.add("audience", "all", "All", &everybody, !view.is_filtered_by(Dimension::Audience));
    for audience in Audience::ALL {
        let filter = Filter::Value(Dimension::Audience, Value::Known(audience.key().into()));
        let (label, toggled) = (text::filter(&filter), view.toggled(&filter));
        group.add("audience", audience.key(), &label, &toggled, view.has(&filter));
    }
    group
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
        let mut chips = Vec::new();
        for filter in view.all_filters() {
            chips.push(Choice {
                key: format!("chip-{}", filter.key()),
                view: view.toggled(&filter).query(),
                label: format!("{}: {}", filter.dimension().label(), text::filter(&filter)),
                current: false,
            });
        }
        let none = Dimension::ALL.into_iter().fold(view.clone(), |view, it| view.unfiltered(it));
        (!chips.is_empty()).then(|| Self { chips, none: none.query() })
    }
}
