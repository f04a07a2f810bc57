//! From the rows of a project to its cube, and to the file that the browser gets.

use std::io::Write as _;

use cube::{Builder, CountTooLarge, Cube, Days};
use downloads::{Day, DayState, Mirrors, ProjectName};
use flate2::{Compression, GzBuilder};
use store::{Snapshot, StoreError};

use crate::Asset;

/// The folder of the cubes below the root of the site.
const FOLDER: &str = "data";

/// How large the file of a cube may get before more of its values are gathered, in bytes: some
/// seconds on a slow phone connection.
const BUDGET: usize = 2_000_000;

/// How many values of a dimension a published cube tells apart: the first that keeps it in [`BUDGET`].
const LIMITS: [usize; 3] = [1000, 300, 100];

/// How many it tells apart if none of [`LIMITS`] does, whatever its size.
const FEWEST: usize = 30;

/// Why a project has no cube.
#[derive(Debug, thiserror::Error)]
pub enum CubeError {
    /// The rows cannot be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row cannot be counted.
    #[error(transparent)]
    Count(#[from] CountTooLarge),
}

/// All downloads of a project, every value told apart. Without a day if it was never collected.
pub fn cube_of(
    snapshot: &Snapshot,
    project: &ProjectName,
    mirrors: &Mirrors,
    lookback: u32,
) -> Result<Cube, CubeError> {
    let mut builder = Builder::new(mirrors.clone());
    let mut refused = Ok(());
    let mut first_download = None;
    snapshot.read_rows(project.as_str(), |row| {
        first_download.get_or_insert(row.day);
        if refused.is_ok() {
            refused = builder.push(row.day, &row.fields, row.downloads);
        }
    })?;
    refused?;
    Ok(builder.finish(days_of(snapshot, project, first_download, lookback), usize::MAX))
}

/// The days from the first to the last that was collected, and what is known of each.
///
/// Collected days before the first download are left out: a history is asked for since the first day
/// of the dataset, and most projects are younger.
fn days_of(
    snapshot: &Snapshot,
    project: &ProjectName,
    first_download: Option<Day>,
    lookback: u32,
) -> Days {
    let coverage = snapshot.coverage(project.as_str());
    let (Some(first), Some(last)) = (coverage.first(), coverage.last()) else {
        return Days::new(downloads::EARLIEST_DAY, Vec::new());
    };
    let state = |day| match snapshot.day_state(project.as_str(), day, lookback) {
        // The pages do not tell the two apart: neither is sure to stay.
        DayState::Suspect => DayState::Provisional,
        state => state,
    };
    let days = first.first.iter_days().take_while(|day| *day <= last.last);
    let is_before =
        |day: &Day| first_download.is_some_and(|first| *day < first) && state(*day).is_collected();
    let days: Vec<Day> = days.skip_while(is_before).collect();
    let first = days.first().copied().unwrap_or(first.first);
    Days::new(first, days.into_iter().map(state).collect())
}

/// The cube as it is published, and its file: the page and the browser show the same figures.
pub(crate) fn published(whole: &Cube, project: &ProjectName) -> (Cube, Asset) {
    let candidate = |limit| {
        let cube = whole.gather(limit);
        let file = Asset::new(FOLDER, project.as_str(), "cube", gzip(&cube.encode()));
        (cube, file)
    };
    let fits = LIMITS.into_iter().map(candidate).find(|(_, file)| file.size() <= BUDGET);
    fits.unwrap_or_else(|| candidate(FEWEST))
}

/// Compresses without name and time, so that the same cube is the same file.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written = out.write_all(bytes).and_then(|()| out.finish());
    written.expect("memory takes all that is written")
}
