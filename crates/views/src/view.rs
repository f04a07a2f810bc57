//! What a reader looks at, and the address that says so.
//!
//! # The address
//!
//! The query of a page's address, in the form of HTML forms; what is not understood is passed over, and so
//! are values that would make it longer than 4 kB. A view that is the default has an empty query.
//! The same is told to readers in `docs/VIEWS.md`.
//!
//! | key                                                | value                              | default        |
//! | -------------------------------------------------- | ---------------------------------- | -------------- |
//! | `range`                                            | `30d`, `90d`, `1y`, `all`          | `1y`           |
//! | `from`, `to`                                       | days of one's own, `YYYY-MM-DD`    |                |
//! | `interval`                                         | `day`, `week`, `month`             | fits the range |
//! | `split`                                            | a dimension, see below             | none           |
//! | `group`                                            | `minor`, `major`: of versions      | each by itself |
//! | `draw`                                             | `lines`, `stacked`: of a split     | fits `share`   |
//! | `share`                                            | `1`: shares of the total           | counts         |
//! | `sum`                                              | `1`: running total of the range    | counts         |
//! | `scale`                                            | `log`                              | linear         |
//! | `average`                                          | `7`, `28`: of so many days         | none           |
//! | `version`, `python`, `country`, `installer`,       | a value that is let through; again | all            |
//! | `system`, `type`, `audience`, `cpu`                | for each further one               |                |
//! | `minor`, `major`                                   | a group of versions, such as `3.1` | all            |
//! | `drop`                                             | `python`, `system`, `cpu`          | `python`       |
//! | `over`                                             | `30d`, `90d`, `view`: its days     | `90d`          |
//!
//! The empty value stands for *not known*, `*` for *other*; a value that starts with `*` has one more in front.
//! Groups of versions and single versions add up.
//!
//! # What does not go together
//!
//! One of two such keys is passed over ([`View::settled`] decides, for addresses and clicks alike):
//!
//! - `share` goes before `sum`: shares do not add up.
//! - `share` and stacked areas go before `scale`: neither means anything on a log scale.
//! - `sum` goes before `average`: a running total is smooth.
//! - An `interval` of weeks or months goes before `average`: averages are of days.
//! - `draw` needs a split. Shares of a split are stacked, and all else are lines, unless it says otherwise.

pub(crate) mod address;
mod support;

use cube::{Cube, Days, Selection, Value};
use downloads::{Day, Dimension, Set, days_between};
use metrics::{Average, Grouping, Interval};

pub(crate) use address::Filter;
pub use support::{Over, Platform};

/// What a reader looks at: which days, in which steps, split how, and filtered by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which days.
    range: Range,
    /// The steps. `None` takes what fits the range.
    interval: Option<Interval>,
    /// The dimension that has a line for each value. `None` draws one line.
    split: Option<Dimension>,
    /// How versions are put together. `None` leaves each by itself.
    grouping: Option<Grouping>,
    /// How a split is drawn, if not as its heights usually are.
    draw: Option<Draw>,
    /// What the heights of the chart stand for.
    heights: Heights,
    /// Whether equal steps of the heights are equal factors.
    log: bool,
    /// What each day is averaged over. `None` shows what was counted.
    average: Option<Average>,
    /// The filters by value; its days are not used.
    filters: Selection,
    /// The groups of versions that are let through, in the order of [`Grouping::ALL`].
    groups: [Set<String>; Grouping::ALL.len()],
    /// What “May we drop it?” tells apart.
    platform: Platform,
    /// The days that it tells of.
    over: Over,
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
    /// Shares: of all lines with a split, else of what there would be without filters.
    Shares,
    /// Downloads since the first day of the range.
    Totals,
}

/// How the values of a split are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Each from zero.
    Lines,
    /// Each as an area on top of those before.
    Stacked,
}

impl Heights {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Counts, Self::Shares, Self::Totals];

    /// How a split is drawn unless the reader chose.
    fn usual(self) -> Draw {
        match self {
            Self::Shares => Draw::Stacked,
            Self::Counts | Self::Totals => Draw::Lines,
        }
    }
}

impl Draw {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Lines, Self::Stacked];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Stacked => "stacked",
        }
    }
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
    /// The view without what does not go together with the rest of it.
    #[must_use]
    fn settled(mut self) -> Self {
        self.draw = self.draw.filter(|&it| self.split.is_some() && it != self.heights.usual());
        if self.heights == Heights::Shares || self.is_stacked() {
            self.log = false;
        }
        if self.heights == Heights::Totals || self.interval.is_some_and(|it| it != Interval::Day) {
            self.average = None;
        }
        self
    }

    /// Which days.
    pub fn range(&self) -> Range {
        self.range
    }

    /// The dimension that has a line for each value. `None` draws one line.
    pub fn split(&self) -> Option<Dimension> {
        self.split
    }

    /// How versions are put together. `None` leaves each by itself.
    pub fn grouping(&self) -> Option<Grouping> {
        self.grouping
    }

    /// How the values of a dimension are put together: only versions ever are.
    pub(crate) fn grouping_of(&self, dimension: Dimension) -> Option<Grouping> {
        self.grouping.filter(|_| dimension == Dimension::Version)
    }

    /// What the heights of the chart stand for.
    pub fn heights(&self) -> Heights {
        self.heights
    }

    /// Whether equal steps of the heights are equal factors.
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// Whether the values of a split stand on top of each other.
    pub fn is_stacked(&self) -> bool {
        self.split.is_some() && self.draw.unwrap_or(self.heights.usual()) == Draw::Stacked
    }

    /// What each day is averaged over. `None` shows what was counted.
    pub fn average(&self) -> Option<Average> {
        self.average
    }

    /// Whether any value is filtered out.
    pub fn is_filtered(&self) -> bool {
        self.filters.is_filtered() || self.groups.iter().any(|it| !it.is_empty())
    }

    /// Whether only some values of a dimension are let through.
    pub fn is_filtered_by(&self, dimension: Dimension) -> bool {
        let groups = dimension == Dimension::Version && self.groups.iter().any(|it| !it.is_empty());
        groups || !self.filters.filter(dimension).is_empty()
    }

    /// All that is let through, as it stands in an address: by dimension, groups of versions after single ones.
    pub(crate) fn all_filters(&self) -> impl Iterator<Item = Filter> {
        Dimension::ALL.into_iter().flat_map(|dimension| {
            let values = self.filters.filter(dimension).iter().cloned();
            let groups = Grouping::ALL.into_iter().filter(move |_| dimension == Dimension::Version);
            let groups = groups.flat_map(|grouping| {
                let names = self.groups[grouping as usize].iter().cloned();
                names.map(move |name| Filter::Group(grouping, name))
            });
            values.map(move |value| Filter::Value(dimension, value)).chain(groups)
        })
    }

    /// The members of a dimension, groups or values, that are let through by themselves.
    pub(crate) fn chosen(&self, dimension: Dimension) -> Set<Value> {
        let grouping = self.grouping_of(dimension);
        let values = self.filters.filter(dimension).iter();
        // Of a version that is in a group the group is the member.
        let lone = values.filter(|value| match (grouping, value) {
            (Some(grouping), Value::Known(version)) => grouping.of(version).is_none(),
            _ => true,
        });
        let groups = grouping.into_iter().flat_map(|it| &self.groups[it as usize]);
        lone.cloned().chain(groups.map(|name| Value::Known(name.clone()))).collect()
    }

    /// Whether a filter is on.
    pub(crate) fn has(&self, filter: &Filter) -> bool {
        match filter {
            Filter::Value(dimension, value) => self.filters.filter(*dimension).contains(value),
            Filter::Group(grouping, group) => self.groups[*grouping as usize].contains(group),
        }
    }

    /// The same view with a filter on that was off, or the other way round.
    #[must_use]
    pub(crate) fn toggled(&self, filter: &Filter) -> Self {
        fn toggle<T: Ord + Clone>(set: &mut Set<T>, item: &T) {
            if !set.remove(item) {
                set.insert(item.clone());
            }
        }
        let mut view = self.clone();
        match filter {
            Filter::Value(dimension, value) => toggle(view.filters.filter_mut(*dimension), value),
            Filter::Group(grouping, group) => toggle(&mut view.groups[*grouping as usize], group),
        }
        view
    }

    /// The same view with all values of a dimension let through.
    #[must_use]
    pub fn unfiltered(&self, dimension: Dimension) -> Self {
        let mut view = self.clone();
        view.filters.filter_mut(dimension).clear();
        if dimension == Dimension::Version {
            view.groups = Default::default();
        }
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
        Self { interval: Some(interval), ..self.clone() }.settled()
    }

    /// The same view with other heights.
    #[must_use]
    pub fn with_heights(&self, heights: Heights) -> Self {
        Self { heights, ..self.clone() }.settled()
    }

    /// The same view with a log scale or without; with one, of lines and not of shares.
    #[must_use]
    pub fn with_log(&self, log: bool) -> Self {
        let (draw, heights) = match (log, self.heights) {
            (false, heights) => (self.draw, heights),
            (true, Heights::Shares) => (None, Heights::Counts),
            (true, heights) => (None, heights),
        };
        Self { log, draw, heights, ..self.clone() }.settled()
    }

    /// The same view with each day averaged, or not; with an average in steps of a day, and no running total.
    #[must_use]
    pub fn with_average(&self, average: Option<Average>) -> Self {
        let interval = self.interval.filter(|_| average.is_none());
        let heights = match (average, self.heights) {
            (Some(_), Heights::Totals) => Heights::Counts,
            (_, heights) => heights,
        };
        Self { average, interval, heights, ..self.clone() }.settled()
    }

    /// The same view split by another dimension, or not at all.
    #[must_use]
    pub fn with_split(&self, split: Option<Dimension>) -> Self {
        Self { split, ..self.clone() }.settled()
    }

    /// The same view with a split drawn so.
    #[must_use]
    pub fn with_draw(&self, draw: Draw) -> Self {
        Self { draw: Some(draw), ..self.clone() }.settled()
    }

    /// The same view with versions put together otherwise.
    #[must_use]
    pub fn with_grouping(&self, grouping: Option<Grouping>) -> Self {
        Self { grouping, ..self.clone() }
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

    /// The first day whose counts the view needs: averages need those of some days before the ones that are shown.
    /// `None` if it shows none.
    pub fn first_needed(&self, days: &Days) -> Option<Day> {
        let before = self.average.map_or(0, |average| average.days() - 1);
        Some(self.days(days)?.0 - chrono::Days::new(before.into()))
    }

    /// The days that the view shows, or those that it asks for if there is no data for any of them. `None` if
    /// nothing was collected and no days were asked for.
    pub(crate) fn asked(&self, days: &Days) -> Option<(Day, Day)> {
        let own = match self.range {
            Range::Own(from, to) => Some((from, to)),
            _ => None,
        };
        self.days(days).or(own)
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

    /// What the view counts of a cube: nothing, if its own days are all outside, or if none of the versions
    /// is in the groups that it asks for.
    pub fn selection(&self, cube: &Cube) -> Selection {
        let mut selection = self.filters.with_days(self.asked(cube.days()));
        let versions = selection.filter_mut(Dimension::Version);
        for (grouping, groups) in Grouping::ALL.into_iter().zip(&self.groups) {
            if groups.is_empty() {
                continue;
            }
            versions.extend(
                cube.values(Dimension::Version)
                    .iter()
                    .filter(|value| match value {
                        Value::Known(version) => {
                            grouping.of(version).is_some_and(|group| groups.contains(&group))
                        }
                        Value::Unknown | Value::Other => false,
                    })
                    .cloned(),
            );
            if versions.is_empty() {
                // An empty filter lets everything through, and here nothing may pass.
                versions.insert(Value::Known(String::new()));
            }
        }
        selection
    }
}

#[cfg(test)]
mod tests;
