//! What the chart of a comparison is drawn from.

use cube::{Answer, Cube, Days, Selection, Value};
use downloads::{Day, days_between};
use metrics::{AGE_ZERO, Axis, Bin, Compared, Daily, Interval, Line, LineKey, Measure, Series};

use super::{CompareView, Project, State, notes};
use crate::{
    Extent, Heights,
    chart::{self, Chart},
    regions::{
        RenderError, filters,
        notes::bin_name,
        over_time::{self, Entry, OverTime, Row},
        take::quotient,
    },
    text,
};

/// An index is drawn in steps of a thousandth.
const INDEX_STEPS: u64 = 1_000;

/// A project with a line.
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    /// Its name as its makers spell it.
    pub(super) label: &'a str,
    pub(super) cube: &'a Cube,
    /// The filters, for its values.
    selection: Selection,
    answer: Answer,
    /// The first day with a download, whatever is filtered. `None` if there is none.
    pub(super) first_download: Option<Day>,
}

/// The figures of a comparison, with the words for them.
pub(super) struct Plotted<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// The downloads of each member, along the time axis.
    pub(super) daily: Vec<Daily>,
    /// The days that any member has, along the time axis. `None` if there are none.
    pub(super) days: Option<Days>,
    /// The days that are shown, along the time axis. `None` if there is no data for any of them.
    pub(super) range: Option<(Day, Day)>,
    axis: Axis,
    interval: Interval,
    /// What was counted.
    pub(super) counts: Vec<Compared>,
    /// What is drawn instead: averages or running totals. `None` if it is what was counted.
    drawn: Option<Vec<Compared>>,
    /// What the counts that are drawn are divided by: the days of an average, else 1.
    per: u64,
    /// The lines as the chart has them. Their bins are those of all projects together.
    series: Series,
    /// Of an index, the figures of each line: `None` where nothing is known. `None` if it is none.
    index: Option<Vec<Vec<Option<f64>>>>,
    names: Vec<String>,
    pub(super) title: String,
    svg_title: String,
    /// What one sees in it, in words.
    pub(super) finding: String,
}

impl<'a> Plotted<'a> {
    pub(super) fn of(projects: &[Project<'a>], view: &CompareView) -> Self {
        let here = projects.iter().filter_map(|project| match settled(project, view) {
            State::Here(label, cube) => Some((project.name.as_str(), label, cube)),
            State::Absent(_) => None,
        });
        let here: Vec<(&str, &str, &Cube)> = here.collect();
        let firsts: Vec<Option<Day>> =
            here.iter().map(|it| metrics::first_download(it.2)).collect();
        // Where the days of each begin along the time axis. `None` on the calendar.
        let starts = firsts.iter().map(|first| first.filter(|_| view.axis() == Axis::Ages));
        let starts: Vec<Option<Day>> = starts.collect();
        let loaded = here.iter().map(|it| metrics::loaded_days(it.2));
        let along = |daily: Daily, start: Option<Day>| match start {
            Some(start) => daily.since(start),
            None => daily,
        };
        let own_days = loaded
            .clone()
            .zip(&starts)
            .map(|(days, &start)| along(Daily { days, downloads: Vec::new() }, start).days);
        let days = metrics::common_days(&own_days.collect::<Vec<Days>>());
        let range = days.as_ref().and_then(|days| view.days(days));
        let members = here.iter().zip(firsts).zip(&starts).map(|((&it, first), start)| {
            let own = |(from, to): (Day, Day)| match start {
                Some(start) => (*start + (from - AGE_ZERO), *start + (to - AGE_ZERO)),
                None => (from, to),
            };
            Member::of(it, view, range.map(own), first)
        });
        let members: Vec<Member<'a>> = members.collect();
        let daily = members.iter().zip(loaded).zip(&starts).map(|((member, days), &start)| {
            along(Daily { days, downloads: member.answer.by_day.clone() }, start)
        });
        let daily: Vec<Daily> = daily.collect();
        let interval = days.as_ref().map_or(Interval::Day, |days| view.view().interval(days));
        let measured = |measure| match (&days, range) {
            (Some(days), Some(range)) => {
                let it = metrics::compare(&daily, days, range, interval, view.axis(), measure);
                (it.bins, it.lines)
            }
            _ => (Vec::new(), Vec::new()),
        };
        let (bins, counts) = measured(Measure::Counts);
        let drawn = match view.view().average() {
            Some(average) => Some(measured(Measure::Average(average)).1),
            None if view.is_running() => Some(measured(Measure::Running).1),
            None => None,
        };
        let names: Vec<String> = members.iter().map(|it| text::visible(it.label)).collect();
        let shown = drawn.as_ref().unwrap_or(&counts);
        let index: Option<Vec<Vec<Option<f64>>>> =
            view.is_indexed().then(|| shown.iter().map(indexed).collect());
        let line = |(at, own): (usize, &Compared)| Line {
            key: LineKey::Value(Value::Known(members[at].label.into())),
            counts: match &index {
                Some(index) => index[at]
                    .iter()
                    .map(|it| (it.unwrap_or(0.0) * INDEX_STEPS as f64).round() as u64)
                    .collect(),
                None => own.counts.clone(),
            },
        };
        let lines = shown.iter().enumerate().map(line).collect();
        let title = title(view, interval);
        let mut plotted = Self {
            svg_title: format!("{}: {}", text::list(&names), text::lower_first(&title)),
            series: Series { interval, bins, lines },
            axis: view.axis(),
            finding: String::new(),
            members,
            daily,
            days,
            range,
            interval,
            counts,
            drawn,
            per: view.view().average().map_or(1, |it| it.days().into()),
            index,
            names,
            title,
        };
        plotted.finding = plotted.words();
        plotted
    }

    /// How the downloads of all members in these days divide over the values of each dimension. Empty if there are
    /// none.
    pub(super) fn shares(&self) -> Vec<metrics::Shares> {
        if self.range.is_none() {
            return Vec::new();
        }
        let counted = self.members.iter().map(|it| (it.cube, &it.selection, &it.answer));
        metrics::shares_of_all(counted).into()
    }

    /// The members with their downloads in the range.
    pub(super) fn totals(&self) -> impl Iterator<Item = u64> {
        self.counts.iter().map(|line| line.counts.iter().sum())
    }

    /// What is drawn, and stands in the table.
    pub(super) fn chart<'c>(&'c self, view: &CompareView) -> Chart<'c> {
        Chart {
            series: &self.series,
            per: if self.index.is_some() { INDEX_STEPS } else { self.per },
            names: &self.names,
            gaps: &[],
            releases: &[],
            heights: Heights::Counts,
            is_log: view.view().is_log(),
            is_stacked: false,
            wholes: &[],
            known: None,
            missing: None,
            own: self.drawn.as_ref().unwrap_or(&self.counts),
            axis: self.axis,
            title: &self.svg_title,
            finding: &self.finding,
        }
    }

    /// The chart with its words and its figures.
    pub(super) fn over_time(
        &self,
        view: &CompareView,
        extent: Extent,
    ) -> Result<OverTime, RenderError> {
        let chart = self.chart(view);
        let [wide, narrow] = extent.draw(|form| chart::draw(&chart, form))?;
        let legend = self.series.lines.iter().enumerate().map(|(at, line)| Entry {
            class: over_time::class(line, at),
            name: self.names[at].clone(),
            share: text::short(self.counts[at].counts.iter().sum()),
        });
        let later = over_time::later(self.series.bins.len(), self.names.len());
        Ok(OverTime {
            title: self.title.clone(),
            head: self.range.map_or(String::new(), |range| self.span(range)),
            finding: self.finding.clone(),
            wide,
            narrow,
            legend: legend.collect(),
            notes: notes::of_chart(self, &chart, view),
            step: self.interval.key(),
            ends: match self.axis {
                Axis::Days => over_time::ends(&self.series),
                Axis::Ages => String::new(),
            },
            strip: None,
            columns: self.names.clone(),
            rows: if later == 0 { self.rows() } else { Vec::new() },
            later,
        })
    }

    /// The figures, newest first.
    pub(super) fn rows(&self) -> Vec<Row> {
        (0..self.series.bins.len()).rev().map(|at| self.row(at)).collect()
    }

    /// The figures of one bin.
    pub(super) fn row(&self, at: usize) -> Row {
        let shown = self.drawn.as_ref().unwrap_or(&self.counts);
        let figure = |(place, own): (usize, &Compared)| match &self.index {
            _ if !own.bins[at].is_known() => "–".into(),
            Some(index) => index[place][at].map_or("–".into(), |it| text::decimals(it, 1)),
            None => text::mean(own.counts[at], self.per),
        };
        Row {
            bin: self.bin_name(&self.series.bins[at]),
            counts: shown.iter().enumerate().map(figure).collect(),
            note: notes::of_bin(self, at),
        }
    }

    /// A figure for programs. `None` if it is not known.
    pub(super) fn exact(&self, line: usize, at: usize) -> Option<String> {
        let own = &self.drawn.as_ref().unwrap_or(&self.counts)[line];
        match &self.index {
            Some(index) => index[line][at].map(|it| text::decimals(it, 4)),
            None => own.bins[at].is_known().then(|| quotient(own.counts[at], self.per)),
        }
    }

    /// A day along the time axis for programs: its date, or how many days it is after the first.
    pub(super) fn iso(&self, day: Day) -> String {
        match self.axis {
            Axis::Days => day.to_string(),
            Axis::Ages => days_since_zero(day).to_string(),
        }
    }

    /// How far the data of all members goes, in words; empty if there is none.
    pub(super) fn data_to(&self) -> String {
        let last = self.members.iter().filter_map(|it| it.cube.days().last_collected()).max();
        last.map_or(String::new(), |last| format!("data to {}", text::day(last)))
    }

    /// What is drawn of a line instead of its counts. `None` if its counts are.
    pub(super) fn drawn(&self, line: usize) -> Option<&Compared> {
        self.drawn.as_ref()?.get(line)
    }

    /// The bins of all members together.
    pub(super) fn bins(&self) -> &[Bin] {
        &self.series.bins
    }

    /// When a bin was.
    pub(super) fn bin_name(&self, bin: &Bin) -> String {
        match (self.axis, self.interval) {
            (Axis::Days, _) => bin_name(bin, self.interval),
            (Axis::Ages, Interval::Day) => format!("day {}", age(bin.first)),
            (Axis::Ages, _) => format!("days {} to {}", age(bin.first), age(bin.last)),
        }
    }

    /// Days along the time axis in words.
    pub(super) fn span(&self, (first, last): (Day, Day)) -> String {
        match self.axis {
            Axis::Days => text::days(first, last),
            Axis::Ages => {
                let days = text::counted(days_between(first, last).into(), "day", "days");
                format!("the first {days} of each project")
            }
        }
    }

    pub(super) fn interval(&self) -> Interval {
        self.interval
    }

    pub(super) fn axis(&self) -> Axis {
        self.axis
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// What is shown, in one short sentence.
    pub(super) fn status(&self, view: &CompareView) -> String {
        /// More projects are counted, not named.
        const NAMED: usize = 3;
        let Some(range) = self.range else { return self.finding.clone() };
        let names = match self.names.len() {
            0..=NAMED => text::list(&self.names),
            many => format!("{many} projects"),
        };
        let log = if view.view().is_log() { ", log scale" } else { "" };
        let filters = match filters(view.view()) {
            filters if filters.is_empty() => filters,
            filters => format!("; {filters}"),
        };
        format!("{}{log}: {names}, {}{filters}.", self.title, self.span(range))
    }

    /// The downloads of each member, most first as they stand in the address.
    fn words(&self) -> String {
        let Some(range) = self.range else {
            return match self.members.len() {
                0 => "Nothing to compare yet.".into(),
                _ => "There is no data for these days.".into(),
            };
        };
        let totals = self.names.iter().zip(self.totals());
        let totals: Vec<String> =
            totals.map(|(name, total)| format!("{name} {}", text::thousands(total))).collect();
        format!("Downloads, {}: {}.", self.span(range), text::list(&totals))
    }
}

impl<'a> Member<'a> {
    fn of(
        (name, label, cube): (&'a str, &'a str, &'a Cube),
        view: &CompareView,
        days: Option<(Day, Day)>,
        first_download: Option<Day>,
    ) -> Self {
        let selection = view.view().selection(cube).with_days(days);
        let answer = cube.answer(&selection);
        Self { name, label, cube, selection, answer, first_download }
    }

    /// What is said behind the day of the first download if there may have been an earlier one.
    pub(super) fn or_before(&self) -> &'static str {
        let before = self.first_download.and_then(|first| first.pred_opt());
        match before.is_some_and(|day| self.cube.days().state(day).is_collected()) {
            true => "",
            false => " or before",
        }
    }

    /// How many days of a range of the calendar are among those that the cube speaks of, and are not loaded.
    pub(super) fn not_loaded(&self, first: Day, last: Day) -> u32 {
        let (days, since) = (self.cube.days(), self.cube.loaded_from());
        let before = since.and_then(|since| since.pred_opt());
        before.map_or(0, |before| days.range(first, last.min(before)).len() as u32)
    }
}

/// What is there of a project for this view: days since the first download are known of those only whose first
/// download is.
pub(super) fn settled<'a>(project: &Project<'a>, view: &CompareView) -> State<'a> {
    match (project.state, view.axis()) {
        (State::Here(_, cube), Axis::Ages) if !cube.is_whole() => {
            State::Absent("its older days could not be loaded")
        }
        (State::Here(_, cube), Axis::Ages) if cube.rows() == 0 => {
            State::Absent("it has no downloads yet")
        }
        (state, _) => state,
    }
}

/// Each figure relative to the first of a whole bin, which is 100.
fn indexed(line: &Compared) -> Vec<Option<f64>> {
    let base = line.base().map(|at| line.counts[at] as f64);
    let figure = |at: usize| {
        let base = base.filter(|_| line.bins[at].is_known())?;
        Some(100.0 * line.counts[at] as f64 / base)
    };
    (0..line.counts.len()).map(figure).collect()
}

/// How many days a day of [`Axis::Ages`] is after the first.
pub(super) fn age(day: Day) -> String {
    text::thousands(days_since_zero(day))
}

fn days_since_zero(day: Day) -> u64 {
    u64::from(days_between(AGE_ZERO, day).saturating_sub(1))
}

/// `Downloads per week`, `Running total of downloads by week, index`.
fn title(view: &CompareView, interval: Interval) -> String {
    let interval = interval.key();
    let average = view
        .view()
        .average()
        .map_or(String::new(), |it| format!(", average of {} days", it.days()));
    let index = if view.is_indexed() { ", each starting at 100" } else { "" };
    match view.is_running() {
        true => format!("Running total of downloads by {interval}{index}"),
        false => format!("Downloads per {interval}{average}{index}"),
    }
}
