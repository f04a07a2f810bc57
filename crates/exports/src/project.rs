//! Our own file of one project: everything that its page tells, to be read by programs.

use cube::{Cube, Selection, Value};
use downloads::{Audience, Counted, Day, Dimension, INCIDENTS, MARKS, incidents_between};
use metrics::{Figure, Tiles};
use serde::{Serialize, Serializer};

use crate::{
    Source,
    about::{About, BreakRecord, IncidentRecord, breaks_between, docs},
    day::IsoDay,
    json,
    summary::{Coverage, Summary, change},
};

/// How many values of a dimension are listed; the rest is summed up.
const MOST_VALUES: usize = 100;

/// How many days the two last columns of a dimension go back.
const RECENT_DAYS: [u64; 2] = [30, 365];

/// The file of a project; `about` is `None` if no day was collected.
pub(crate) fn project(source: &Source<'_>, summary: &Summary, about: Option<&About>) -> Vec<u8> {
    let days = about.map(|it| (it.first, it.last));
    json::bytes(&Project {
        schema: "../schema/project.json",
        format: 1,
        project: &summary.project,
        name: &summary.name,
        description: summary.description.as_deref(),
        coverage: summary.coverage.as_ref(),
        totals: source.recent.into_iter().flatten().map(Totals::of).collect(),
        meaning: Meaning::of(source),
        breaks: days.map(|(first, last)| breaks_between(first, last)).unwrap_or_default(),
        incidents: days
            .map(|(first, last)| incidents_between(first, last).map(IncidentRecord::of).collect())
            .unwrap_or_default(),
        marks: days.map(|(first, last)| marks_between(first, last)).unwrap_or_default(),
        daily: about.map(Daily::of),
        dimensions: about.map(|it| dimensions(source.whole, it.last)).unwrap_or_default(),
        releases: about.map(|_| releases(source.published)).unwrap_or_default(),
    })
}

#[derive(Serialize)]
struct Project<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    format: u32,
    project: &'a str,
    name: &'a str,
    description: Option<&'a str>,
    coverage: Option<&'a Coverage>,
    totals: Vec<Totals>,
    meaning: Meaning<'a>,
    breaks: Vec<BreakRecord>,
    incidents: Vec<IncidentRecord>,
    marks: Vec<MarkRecord>,
    daily: Option<Daily<'a>>,
    dimensions: Vec<Values<'a>>,
    releases: Vec<ReleaseRecord>,
}

/// The downloads of the last day, 7 days, 30 days and all, as one [`Counted`] has them.
#[derive(Serialize)]
struct Totals {
    counted: &'static str,
    periods: [PeriodTotal; 4],
}

impl Totals {
    fn of((counted, tiles): &(Counted, Tiles)) -> Self {
        let periods = [
            PeriodTotal::of("day", &tiles.last_day),
            PeriodTotal::of("week", &tiles.week),
            PeriodTotal::of("month", &tiles.month),
            PeriodTotal::of("total", &tiles.all),
        ];
        Self { counted: counted.key(), periods }
    }
}

/// The downloads of some days that end with the last collected one.
#[derive(Serialize)]
struct PeriodTotal {
    period: &'static str,
    first_day: IsoDay,
    last_day: IsoDay,
    downloads: u64,
    /// How many of the days were not collected.
    missing_days: u32,
    /// How many of the days may still change.
    provisional_days: u32,
    /// Against as many days right before, as a fraction. `None` if it cannot be told.
    change: Option<f64>,
    /// Why it cannot be told. `None` if it can.
    no_change: Option<&'static str>,
    /// The break in the way of counting that the figure or its change reaches across. `None` if there is none.
    across: Option<&'static str>,
}

impl PeriodTotal {
    fn of(period: &'static str, figure: &Figure) -> Self {
        let change = change(figure);
        Self {
            period,
            first_day: IsoDay(figure.first),
            last_day: IsoDay(figure.last),
            downloads: figure.downloads,
            missing_days: figure.missing,
            provisional_days: figure.provisional,
            change: change.ok(),
            no_change: change.err(),
            across: figure.across.map(|it| it.id),
        }
    }
}

/// What the numbers mean.
#[derive(Serialize)]
struct Meaning<'a> {
    download: &'static str,
    days: &'static str,
    counted: Vec<CountedRecord>,
    mirrors: Vec<&'a str>,
    docs: String,
}

impl<'a> Meaning<'a> {
    fn of(source: &Source<'a>) -> Self {
        Self {
            download: "one row of PyPI's download log: a request for a file that was answered, by a person or a machine",
            days: "UTC days; null is a day that was not collected, which is not zero",
            counted: Counted::ALL.map(CountedRecord::of).into(),
            mirrors: source.mirrors.iter().collect(),
            docs: docs(source.base_url, "../../"),
        }
    }
}

#[derive(Serialize)]
struct CountedRecord {
    counted: &'static str,
    label: &'static str,
    what: &'static str,
}

impl CountedRecord {
    fn of(counted: Counted) -> Self {
        let what = match counted {
            Counted::Everything => "every download in the log, which is what pepy.tech shows",
            Counted::WithoutMirrors => {
                "downloads by known installers that are no mirrors, CI included, which is what pypistats.org calls without mirrors"
            }
            Counted::Only(Audience::Interactive) => {
                "known installer, no mirror, not marked as CI; much automation does not say that it is one"
            }
            Counted::Only(Audience::Ci) => "the installer said that it ran in CI",
            Counted::Only(Audience::Mirror) => {
                "the installer is one of mirrors, and not marked as CI"
            }
            Counted::Only(Audience::Unknown) => "no installer was parsed, and not marked as CI",
        };
        Self { counted: counted.key(), label: counted.label(), what }
    }
}

/// A day from which on the log tells something that it did not tell before.
#[derive(Serialize)]
struct MarkRecord {
    day: IsoDay,
    what: &'static str,
    dimensions: Vec<&'static str>,
}

fn marks_between(first: Day, last: Day) -> Vec<MarkRecord> {
    let between = MARKS.iter().filter(|it| it.is_between(first, last));
    between
        .map(|it| MarkRecord {
            day: IsoDay(it.day),
            what: it.what,
            dimensions: it.dimensions.iter().map(|it| it.key()).collect(),
        })
        .collect()
}

/// Downloads of each day.
#[derive(Serialize)]
struct Daily<'a> {
    first_day: IsoDay,
    last_day: IsoDay,
    series: Vec<DailySeries<'a>>,
}

#[derive(Serialize)]
struct DailySeries<'a> {
    counted: &'static str,
    downloads: DailyCounts<'a>,
}

/// One figure a day, null for a day that was not collected.
struct DailyCounts<'a> {
    lines: Vec<&'a [u64]>,
    about: &'a About,
}

impl Serialize for DailyCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.about.states.iter().enumerate().map(|(at, state)| {
            state.is_collected().then(|| self.lines.iter().map(|line| line[at]).sum::<u64>())
        }))
    }
}

impl<'a> Daily<'a> {
    fn of(about: &'a About) -> Self {
        let audiences = || about.by_audience.iter().map(Vec::as_slice);
        let series = Counted::ALL.map(|counted| {
            let lines = match counted {
                Counted::Everything => audiences().collect(),
                Counted::WithoutMirrors => vec![about.without_mirrors.as_slice()],
                Counted::Only(audience) => audiences().skip(audience as usize).take(1).collect(),
            };
            DailySeries { counted: counted.key(), downloads: DailyCounts { lines, about } }
        });
        Self { first_day: IsoDay(about.first), last_day: IsoDay(about.last), series: series.into() }
    }
}

/// How downloads divide over the values of a dimension.
#[derive(Serialize)]
struct Values<'a> {
    dimension: &'static str,
    label: &'static str,
    /// How many values are summed up as the one of the kind `other`.
    gathered: usize,
    values: Vec<ValueRecord<'a>>,
}

#[derive(Serialize)]
struct ValueRecord<'a> {
    /// `None` if it is not known, or stands for several.
    value: Option<&'a str>,
    kind: &'static str,
    last_30_days: u64,
    last_365_days: u64,
    total: u64,
}

/// Downloads of one value: in the last days of [`RECENT_DAYS`], and of all.
type Counts = [u64; 3];

fn dimensions(cube: &Cube, last: Day) -> Vec<Values<'_>> {
    let everything = Selection::default();
    let since = |days: u64| {
        let first = last - chrono::Days::new(days - 1);
        cube.facets(&everything.with_days(Some((first, last))))
    };
    let [month, year] = RECENT_DAYS.map(since);
    let total = cube.facets(&everything);
    let of = |dimension: Dimension| {
        let at = dimension as usize;
        let counts = |code: usize| [month[at][code], year[at][code], total[at][code]];
        values(dimension, cube, counts)
    };
    Dimension::ALL.map(of).into()
}

/// The values with the most downloads lately, and the others together.
fn values(dimension: Dimension, cube: &Cube, counts: impl Fn(usize) -> Counts) -> Values<'_> {
    let mut rest: Counts = [0; 3];
    let mut gathered = cube.gathered(dimension) as usize;
    let mut rows: Vec<(Counts, Option<&str>)> = Vec::new();
    for (code, value) in cube.values(dimension).iter().enumerate() {
        match value {
            Value::Known(text) => rows.push((counts(code), Some(text))),
            Value::Unknown => rows.push((counts(code), None)),
            Value::Other => add(&mut rest, counts(code)),
        }
    }
    rows.sort_unstable_by(|(a, a_text), (b, b_text)| b.cmp(a).then(a_text.cmp(b_text)));
    for (counts, _) in rows.drain(MOST_VALUES.min(rows.len())..) {
        add(&mut rest, counts);
        gathered += 1;
    }
    let record = |kind, value, [last_30_days, last_365_days, total]: Counts| ValueRecord {
        value,
        kind,
        last_30_days,
        last_365_days,
        total,
    };
    let mut records: Vec<_> = rows
        .into_iter()
        .map(|(counts, value)| {
            record(if value.is_some() { "known" } else { "unknown" }, value, counts)
        })
        .collect();
    if gathered > 0 {
        records.push(record("other", None, rest));
    }
    Values { dimension: dimension.key(), label: dimension.label(), gathered, values: records }
}

fn add(sum: &mut Counts, counts: Counts) {
    sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

/// A version and the first day on which it was downloaded.
#[derive(Serialize)]
struct ReleaseRecord {
    version: String,
    first_day: IsoDay,
    /// Whether it may be older, because nothing is known of the day before.
    maybe_older: bool,
}

/// Those of the published cube: its number of versions is bounded.
fn releases(cube: &Cube) -> Vec<ReleaseRecord> {
    let record = |it: metrics::Release| ReleaseRecord {
        version: it.version,
        first_day: IsoDay(it.first),
        maybe_older: it.maybe_older,
    };
    metrics::releases(cube).into_iter().map(record).collect()
}

/// The file of all that is known of the source.
pub(crate) fn known() -> Vec<u8> {
    #[derive(Serialize)]
    struct Known {
        breaks: Vec<BreakRecord>,
        incidents: Vec<IncidentRecord>,
        marks: Vec<MarkRecord>,
    }
    json::bytes(&Known {
        breaks: downloads::BREAKS.iter().map(BreakRecord::of).collect(),
        incidents: INCIDENTS.into_iter().map(IncidentRecord::of).collect(),
        marks: marks_between(Day::MIN, Day::MAX),
    })
}
