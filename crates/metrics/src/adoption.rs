//! How the releases of a project are taken up.

use cube::{Cube, Selection, Value};
use downloads::{Day, DayState, Dimension};

use crate::{Release, releases};

/// Shares are taken over as many days, so that the days of a week do not matter.
const WINDOW: usize = 7;

/// How far the curve of a release goes, in days since its first.
const CURVE_DAYS: usize = 182;

/// The days since its first after which the share of a release is told.
pub const AFTER_DAYS: [u32; 3] = [7, 30, 90];

/// How one release was taken up since its first day.
///
/// Its share of a day is that of the 7 days that end with it: its downloads of these days, divided by those of all
/// versions. It is not known unless all 7 were collected and had any downloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    /// The release.
    pub release: Release,
    /// Its downloads in the last 30 days.
    pub month: u64,
    /// Those of all versions in these days.
    pub month_of: u64,
    /// Its share of the day that comes so many days after its first, as [`AFTER_DAYS`] has them: from 0 to 1.
    /// `None` if that is still to come or not known.
    pub after: [Option<f64>; AFTER_DAYS.len()],
    /// The days until its share was at least half, the first day included, so at least 7. `None` if it never was,
    /// or if the share of the day before is not known: then it may have been so earlier.
    pub half: Option<u32>,
    /// The days from its peak until its share was at most half of that. The peak is the first day with the highest
    /// of its known shares. `None` if there was none yet, or if the share of the day before is not known.
    pub half_life: Option<u32>,
    /// The highest of its shares. `None` if none is known.
    pub peak: Option<f64>,
    /// Its share at the end of each week since its first day, half a year at most. `None` where not known.
    pub curve: Vec<Option<f64>>,
    /// How many of the last of these weeks have days that may still change, be they provisional or suspect.
    pub provisional: usize,
}

/// The final releases whose first day can be told, the earliest first.
///
/// Left out is what was there when the data begins or after a gap, and what was first downloaded after a later
/// release of its line: nobody noticed when it came out.
pub fn dated_releases(cube: &Cube) -> Vec<Release> {
    let mut releases = releases(cube);
    // From the highest number down, so that all higher ones of a line come right before a release. Inserted
    // and not sorted: a sort takes some kilobytes more of the module of the browser.
    let mut ranked: Vec<(Vec<u32>, usize)> = Vec::new();
    for (at, release) in releases.iter().enumerate() {
        if let Some(numbers) = release.numbers().map(significant) {
            let place = ranked.partition_point(|(higher, _)| *higher >= numbers);
            ranked.insert(place, (numbers, at));
        }
    }
    let mut is_dated = vec![false; releases.len()];
    // For each length of the numbers so far, the earliest first day of a higher release that begins with them.
    let mut earliest: Vec<Day> = Vec::new();
    // The same for the line of the release.
    let mut of_line = None;
    let mut before: &[u32] = &[];
    for (numbers, at) in &ranked {
        let release = &releases[*at];
        if before != numbers {
            let same = numbers.iter().zip(before).take_while(|(a, b)| a == b).count();
            earliest.truncate(same + 1);
            of_line = earliest.get(numbers.len() - 1).copied();
        }
        let overtaken = of_line.is_some_and(|day| day < release.first);
        is_dated[*at] = !overtaken && !release.maybe_older;
        for day in earliest.iter_mut().take(numbers.len()) {
            *day = release.first.min(*day);
        }
        earliest.resize(numbers.len().max(earliest.len()), release.first);
        before = numbers;
    }
    let mut is_dated = is_dated.into_iter();
    releases.retain(|_| is_dated.next().unwrap_or(false));
    releases
}

/// The numbers of a version without the zeros at their end: 1.0 is 1.
fn significant(mut numbers: Vec<u32>) -> Vec<u32> {
    while numbers.len() > 1 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// How these releases were taken up, under the filters of the selection but for those by version, because it is
/// these that are told apart; its days do not matter.
pub fn adoption(cube: &Cube, selection: &Selection, releases: &[Release]) -> Vec<Adoption> {
    let days = cube.days();
    let Some(last) = days.last_collected() else { return Vec::new() };
    let mut selection = selection.clone();
    selection.filter_mut(Dimension::Version).clear();
    let line_of: Vec<Option<usize>> = cube
        .values(Dimension::Version)
        .iter()
        .map(|value| match value {
            Value::Known(version) => releases.iter().position(|it| it.version == *version),
            Value::Unknown | Value::Other => None,
        })
        .map(|line| line.or(Some(releases.len())))
        .collect();
    let first = releases.iter().map(|it| it.first).min();
    let since = first.map(|day| day.min(last - chrono::Days::new(29)));
    let lines = cube.by_day_and_line_since(
        since,
        &selection,
        Dimension::Version,
        &line_of,
        releases.len() + 1,
    );
    let total: Vec<u64> =
        (0..days.len()).map(|at| lines.iter().map(|by_day| by_day[at]).sum()).collect();
    let month = days.range(last - chrono::Days::new(29), last);
    let end = days.index(last).map_or(0, |at| at + 1);
    let of = |(release, by_day): (&Release, &Vec<u64>)| {
        let start = days.index(release.first).unwrap_or(end);
        let share = |at: usize| {
            let window = (at + 1).checked_sub(WINDOW)?..at + 1;
            let all: u64 = total.get(window.clone())?.iter().sum();
            let known = days.states()[window.clone()].iter().all(|it| it.is_collected());
            let own: u64 = by_day[window].iter().sum();
            (known && all > 0).then(|| own as f64 / all as f64)
        };
        let first = start + WINDOW - 1;
        let shares: Vec<Option<f64>> = (first..end).map(share).collect();
        let half = crossing(&shares, |it| it >= 0.5);
        let mut peak: Option<(f64, usize)> = None;
        for (at, share) in shares.iter().enumerate() {
            peak = share
                .filter(|&it| peak.is_none_or(|(most, _)| it > most))
                .map(|it| (it, at))
                .or(peak);
        }
        let half_life = peak
            .filter(|&(most, _)| most > 0.0)
            .and_then(|(most, at)| crossing(&shares[at..], |it| it <= most / 2.0));
        let week_ends = (0..shares.len().min(CURVE_DAYS)).step_by(WINDOW);
        let is_provisional = |&at: &usize| {
            let week = first + at + 1 - WINDOW..first + at + 1;
            days.states()[week].iter().any(|it| it.is_collected() && *it != DayState::Final)
        };
        Adoption {
            release: release.clone(),
            month: by_day[month.clone()].iter().sum(),
            month_of: total[month.clone()].iter().sum(),
            after: AFTER_DAYS
                .map(|it| Some(start + it as usize).filter(|&at| at < end).and_then(share)),
            half: half.map(|at| (at + WINDOW) as u32),
            half_life: half_life.map(|at| at as u32),
            peak: peak.map(|(most, _)| most),
            provisional: week_ends.clone().rev().take_while(is_provisional).count(),
            curve: week_ends.map(|at| shares[at]).collect(),
        }
    };
    releases.iter().zip(&lines).map(of).collect()
}

/// The place of the first share that is so. `None` if none is, or if the one before is not known.
fn crossing(shares: &[Option<f64>], is_so: impl Fn(f64) -> bool) -> Option<usize> {
    let at = shares.iter().position(|share| share.is_some_and(&is_so))?;
    at.checked_sub(1).is_none_or(|before| shares[before].is_some()).then_some(at)
}

#[cfg(test)]
mod tests;
