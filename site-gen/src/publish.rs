//! From the rows of a project to its cube, and to the file that the browser gets.

use std::io::Write as _;

use cube::{Builder, CountTooLarge, Cube, Days};
use downloads::{Day, DayState, Mirrors, ProjectName};
use flate2::{Compression, GzBuilder};
use metrics::{Scope, Tally};
use store::{Snapshot, StoreError};
use workbooks::WorkbookError;

use crate::Asset;

/// The folder of the cubes below the root of the site.
const FOLDER: &str = "data";

/// How many values of a dimension a published cube tells apart: the first that keeps each of its files within the
/// budget.
const LIMITS: [usize; 3] = [1000, 300, 100];

/// How many collected days without downloads stay before the first download: as many as the last 30 days are
/// compared with, so that a new project's figures are known and its first release has a date.
const LEAD_IN: u64 = 60;

/// How many it tells apart if none of [`LIMITS`] does, whatever its size.
const FEWEST: usize = 30;

/// Why a project has no cube, or no workbook.
#[derive(Debug, thiserror::Error)]
pub enum CubeError {
    /// The rows cannot be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row cannot be counted.
    #[error(transparent)]
    Count(#[from] CountTooLarge),
    /// There is no room for the workbook.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
}

/// What is read of a project.
pub struct Read {
    /// All downloads, every value told apart. Without a day if nothing was ever collected.
    pub whole: Cube,
    /// The first day of the cube.
    pub first: Day,
    /// The downloads as pypistats.org counts them.
    pub pypistats: exports::Pypistats,
    /// The downloads as the workbook counts them.
    pub tally: Tally,
}

/// Reads all downloads of a project.
pub fn read(
    snapshot: &Snapshot,
    project: &ProjectName,
    mirrors: &Mirrors,
    lookback: u32,
) -> Result<Read, CubeError> {
    let mut builder = Builder::new(mirrors.clone());
    let mut pypistats = exports::Pypistats::default();
    let mut tally = Tally::new(Scope::Everything, mirrors.clone());
    let mut refused = Ok(());
    let mut first_download = None;
    snapshot.read_rows(project.as_str(), |row| {
        first_download.get_or_insert(row.day);
        if refused.is_ok() {
            refused = builder.push(row.day, &row.fields, row.downloads);
            pypistats.push(row.day, &row.fields, row.downloads);
            tally.push(row.day, &row.fields, row.downloads);
        }
    })?;
    refused?;
    let (first, states) = days_of(snapshot, project, first_download, lookback);
    let days = Days::new(first, states);
    Ok(Read { whole: builder.finish(days, usize::MAX), first, pypistats, tally })
}

/// The first day to show, and what is known of each day from then to the last that was collected.
///
/// Collected days before the first download are left out but for [`LEAD_IN`]: a history is asked for since the
/// first day of the dataset, and most projects are younger.
fn days_of(
    snapshot: &Snapshot,
    project: &ProjectName,
    first_download: Option<Day>,
    lookback: u32,
) -> (Day, Vec<DayState>) {
    let coverage = snapshot.coverage(project.as_str());
    let (Some(first), Some(last)) = (coverage.first(), coverage.last()) else {
        return (downloads::EARLIEST_DAY, Vec::new());
    };
    let state = |day| snapshot.day_state(project.as_str(), day, lookback);
    let days = first.first.iter_days().take_while(|day| *day <= last.last);
    let is_before =
        |day: &Day| first_download.is_some_and(|first| *day < first) && state(*day).is_collected();
    let days: Vec<Day> = days.skip_while(is_before).collect();
    let first = days.first().copied().unwrap_or(first.first);
    let lead_in = (1..=LEAD_IN).map_while(|back| first.checked_sub_days(chrono::Days::new(back)));
    let first = lead_in.take_while(|day| state(*day).is_collected()).last().unwrap_or(first);
    let days = first.iter_days().take_while(|day| *day <= last.last);
    (first, days.map(state).collect())
}

/// The file of a part of a cube.
pub(crate) struct Part {
    /// The first of its days.
    pub(crate) first: Day,
    pub(crate) file: Asset,
}

/// The cube as it is published, and the files of its parts, the newest first: the page and the browser show the same
/// figures.
///
/// If the file of a part, which is a year or some small ones, would have more than `budget` bytes, more of the values are
/// gathered, until [`FEWEST`] are left of each dimension.
pub(crate) fn published(whole: &Cube, project: &ProjectName, budget: usize) -> (Cube, Vec<Part>) {
    let candidate = |limit| {
        let cube = whole.gather(limit);
        let part = |(at, (first, bytes)): (usize, (usize, Vec<u8>))| {
            let first = cube.days().iter().nth(first)?;
            let stem = if at == 0 { project.to_string() } else { format!("{project}.{first}") };
            Some(Part { first, file: Asset::new(FOLDER, &stem, "cube", gzip(&bytes)) })
        };
        let parts = cube.parts().enumerate().filter_map(part).collect();
        (cube, parts)
    };
    let fits = |(_, parts): &(Cube, Vec<Part>)| parts.iter().all(|it| it.file.size() <= budget);
    LIMITS.into_iter().map(candidate).find(fits).unwrap_or_else(|| candidate(FEWEST))
}

/// Compresses without name and time, so that the same cube is the same file.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written = out.write_all(bytes).and_then(|()| out.finish());
    written.expect("memory takes all that is written")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;
    use downloads::{Dimension, Field};
    use store::{Interval, Key, Month, Writer};

    use super::*;

    /// The first day of a cube of which these stretches of January 2024 are collected, and which has
    /// one download on the 10th if `has_rows`.
    fn first_day(collected: &[(i64, i64)], has_rows: bool) -> Option<Day> {
        let day =
            |day: i64| Day::from_ymd_opt(2023, 12, 31).unwrap() + chrono::TimeDelta::days(day);
        let folder = tempfile::tempdir().unwrap();
        let fetched_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut writer = Writer::open(folder.path(), "test", fetched_at).unwrap();
        let name = ProjectName::new("a").unwrap();
        if has_rows {
            let mut month =
                writer.month(&name, Month::of(day(10)), BTreeSet::from([day(10)])).unwrap();
            month.push(day(10), Key::new([""; 12]).unwrap().as_bytes(), 1).unwrap();
            month.finish().unwrap();
        }
        for &(first, last) in collected {
            let (first, last, origin) = (day(first), day(last), "bigquery".into());
            writer.cover(&name, Interval { first, last, fetched_at, origin });
        }
        writer.commit().unwrap();
        let snapshot = Snapshot::open(folder.path()).unwrap();
        let read = read(&snapshot, &name, &Mirrors::default(), 3).unwrap();
        read.whole.days().first()
    }

    /// A project with 120 versions, the first of them with the fewest downloads, from countries without a pattern.
    fn many_versions() -> Cube {
        let mut builder = Builder::new(Mirrors::default());
        let first = Day::from_ymd_opt(2024, 1, 1).unwrap();
        for (at, day) in (0_u32..300).zip(first.iter_days()) {
            for version in 0_u32..120 {
                let name = format!("{version}.0");
                let scattered = (at * 120 + version).wrapping_mul(2_654_435_761) >> 16;
                let mut fields = [""; 12];
                fields[Field::Version as usize] = &name;
                fields[Field::CountryCode as usize] = ["DE", "FR", "US"][scattered as usize % 3];
                builder.push(day, &fields, u64::from(1 + version + scattered % 7)).unwrap();
            }
        }
        builder.finish(Days::new(first, vec![DayState::Final; 300]), usize::MAX)
    }

    #[test]
    fn a_year_that_is_too_large_tells_fewer_values_apart() {
        let whole = many_versions();
        let name = ProjectName::new("a").unwrap();
        let versions = |cube: &Cube| cube.gathered(Dimension::Version);
        let size = |parts: &[Part]| parts.iter().map(|it| it.file.size()).max().unwrap();
        let downloads =
            |cube: &Cube| -> u64 { cube.facets(&cube::Selection::default())[0].iter().sum() };
        let (cube, parts) = published(&whole, &name, 2_000_000);
        assert_eq!(versions(&cube), 0);
        let all = size(&parts);
        // As many bytes as it has are enough, one less is not.
        assert_eq!(versions(&published(&whole, &name, all).0), 0);
        for budget in [all - 1, all / 2] {
            let (cube, parts) = published(&whole, &name, budget);
            assert!(size(&parts) <= budget, "{} bytes of {budget}", size(&parts));
            assert!(versions(&cube) > 0);
            assert_eq!(downloads(&cube), downloads(&whole), "totals stay exact");
        }
        let (cube, _) = published(&whole, &name, 0);
        assert_eq!(versions(&cube), 120 - 30, "some are always told apart");
    }

    #[test]
    fn a_history_begins_shortly_before_the_first_download() {
        let january = |day| Day::from_ymd_opt(2024, 1, day);
        let days_before = |count| january(10).map(|day| day - chrono::Days::new(count));
        assert_eq!(first_day(&[(-200, 20)], true), days_before(LEAD_IN));
        assert_eq!(first_day(&[(1, 20)], true), january(1));
        assert_eq!(first_day(&[(10, 20)], true), january(10));
        assert_eq!(first_day(&[(1, 20)], false), january(1), "nothing to begin with");
        assert_eq!(first_day(&[(1, 4), (8, 20)], true), january(1), "what is unknown stays");
    }
}
