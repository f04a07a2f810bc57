//! The workbook of one project.

use std::borrow::Cow;

use config::Detail;
use downloads::{Day, Dimension, Mirrors, ProjectName};
use metrics::{Column, Group, GroupRow, MonthRow, MonthsBy, Scope, Tally};
use store::{Snapshot, StoreError};

use crate::{
    WorkbookError,
    book::{Cell, Table, make},
    limits::Limits,
};

/// What stands for *not known*, as the predecessor wrote it.
const UNKNOWN: &str = "<NaN>";

/// As few downloads, in percent, do not tell that days were collected without all columns.
const REDUCED_PERCENT: f64 = 0.1;

/// The most stretches of days that the notes list.
const STRETCHES: usize = 1_000;

/// What is known of a project beside its downloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// Its name, for people.
    pub project: &'a str,
    /// How much of each download is kept from now on.
    pub detail: Detail,
    /// The first and the last day that was collected. `None` if nothing was.
    pub days: Option<(Day, Day)>,
    /// The first and last days of what was not collected between them.
    pub gaps: Vec<(Day, Day)>,
    /// How many days may still change.
    pub provisional: u32,
}

impl<'a> About<'a> {
    /// What the store and the configuration know. `lookback` is how many days after a day ends it may change.
    pub fn of(snapshot: &Snapshot, project: &'a config::Project, lookback: u32) -> Self {
        let name = project.name.as_str();
        let coverage = snapshot.coverage(name);
        let days = coverage.first().zip(coverage.last()).map(|(a, b)| (a.first, b.last));
        let gap = |pair: &[store::Interval]| {
            let (first, last) = (pair[0].last.succ_opt()?, pair[1].first.pred_opt()?);
            (first <= last).then_some((first, last))
        };
        let may_change = |day: &Day| {
            let state = snapshot.day_state(name, *day, lookback);
            state.is_collected() && state != downloads::DayState::Final
        };
        let provisional = days.map_or(0, |(first, last)| {
            first.iter_days().take_while(|day| *day <= last).filter(may_change).count()
        });
        Self {
            project: &project.spelled,
            detail: project.detail,
            days,
            gaps: coverage.windows(2).filter_map(gap).collect(),
            provisional: u32::try_from(provisional).unwrap_or(u32::MAX),
        }
    }
}

/// Counts all downloads of a project in the store.
///
/// # Errors
///
/// If its files cannot be read, or are not as they were written.
pub fn count(
    snapshot: &Snapshot,
    project: &ProjectName,
    scope: Scope,
    mirrors: &Mirrors,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::new(scope, mirrors.clone());
    snapshot.read_rows(project.as_str(), |row| tally.push(row.day, &row.fields, row.downloads))?;
    Ok(tally)
}

/// Makes the workbook of a project: the sheets of the predecessor in its order, then one for each further dimension of
/// the pages, then notes.
///
/// # Errors
///
/// If there is no room for it.
pub fn project(about: &About<'_>, tally: &Tally) -> Result<Vec<u8>, WorkbookError> {
    make(|book| {
        let limits = book.limits();
        book.add(by_month(tally))?;
        for column in Column::inherited() {
            book.add(by_group(about, tally, column, limits))?;
        }
        for dimension in metrics::MONTHLY {
            book.add(months_by(tally, dimension, limits))?;
        }
        for column in Column::added() {
            book.add(by_group(about, tally, column, limits))?;
        }
        book.add(notes(about, tally))
    })
}

fn by_month(tally: &Tally) -> Table<'static> {
    let row = |MonthRow { month, downloads, increase }: MonthRow| {
        let increase = increase.map_or(Cell::text(UNKNOWN), |it| Cell::Number(it as f64));
        vec![month_cell(month), Cell::count(downloads), increase]
    };
    Table {
        name: "By Month".into(),
        header: header(&["year-month", "downloads", "increase"]),
        rows: metrics::months(tally).into_iter().map(row).collect(),
        note: None,
    }
}

fn header(columns: &[&'static str]) -> Vec<Cow<'static, str>> {
    columns.iter().map(|&column| column.into()).collect()
}

fn month_cell(month: Day) -> Cell<'static> {
    Cell::text(month.format("%Y-%m").to_string())
}

fn by_group<'a>(about: &About<'_>, tally: &'a Tally, column: Column, limits: Limits) -> Table<'a> {
    let (name, value) = column.sheet();
    let mut groups = metrics::groups(tally, column);
    let note = column.needs_full_detail().then(|| detail_note(about, tally)).flatten();
    // All of them would be not known, which says nothing of those who downloaded.
    let is_uncollected = note.is_some() && groups.iter().all(|row| row.group == Group::Unknown);
    if is_uncollected {
        groups.clear();
    }
    // Below the header, and above the note if there is one.
    let room = limits.rows - 1 - if note.is_some() { 2 } else { 0 };
    let mut rest = None;
    if groups.len() > room {
        let more = groups.split_off(room - 1);
        let downloads = more.iter().map(|row| row.downloads).sum();
        let text = format!(
            "and {} more values: Excel has room for {} rows in a sheet",
            more.len(),
            limits.rows
        );
        let percent = metrics::percent(downloads, tally.total());
        rest = Some(vec![Cell::text(text), Cell::count(downloads), Cell::Number(percent)]);
    }
    let row = |GroupRow { group, downloads, percent }| {
        vec![group_cell(group), Cell::count(downloads), Cell::Number(percent)]
    };
    Table {
        name: name.into(),
        header: header(&[value, "downloads", "percent"]),
        rows: groups.into_iter().map(row).chain(rest).collect(),
        note,
    }
}

fn group_cell(group: Group<'_>) -> Cell<'_> {
    match group {
        Group::Known(text) => Cell::Text(known(text)),
        Group::Flag(flag) => Cell::Flag(flag),
        Group::Unknown => Cell::text(UNKNOWN),
    }
}

/// A value that is known, even if it is spelled as what is not.
fn known(text: Cow<'_, str>) -> Cow<'_, str> {
    if text == UNKNOWN { format!("{UNKNOWN} (so logged)").into() } else { text }
}

/// What to say of figures that need all columns of the log. `None` if all were collected.
fn detail_note(about: &About<'_>, tally: &Tally) -> Option<Cow<'static, str>> {
    let what =
        "the name, version and kernel of the distribution, and the last part of the Python version";
    if about.detail == Detail::Standard {
        return Some(
            format!(
                "This project is collected at the level of detail `standard`, which leaves out {what}: \
                 days that were collected so count as {UNKNOWN} here, or as a version such as 3.11.*."
            )
            .into(),
        );
    }
    // Anybody can have a version logged that looks like this.
    let share = metrics::percent(tally.reduced(), tally.total());
    (share >= REDUCED_PERCENT).then(|| {
        format!(
            "Some days were collected at the level of detail `standard`, which leaves out {what}: \
             they count as {UNKNOWN} here, or as a version such as 3.11.*."
        )
        .into()
    })
}

/// The first column of the months, which the predecessor lost, and the row of the totals, which it has on top.
fn months_by(tally: &Tally, dimension: Dimension, limits: Limits) -> Table<'_> {
    let MonthsBy { values, totals, rows } = metrics::months_by(tally, dimension);
    // Beside the month and the total.
    let room = limits.columns - 2;
    let (shown, rest) = columns_that_fit(&totals.1, room);
    let mut header: Vec<Cow<'_, str>> = vec!["year-month".into(), "total".into()];
    header.extend(shown.iter().map(|&at| known(values[at].into())));
    if !rest.is_empty() {
        let text = format!(
            "{} more values: Excel has room for {} columns in a sheet",
            rest.len(),
            limits.columns
        );
        header.push(text.into());
    }
    let cells = |label: Cell<'static>, total: u64, counts: &[u64]| {
        let mut cells = Vec::with_capacity(header.len());
        cells.extend([label, Cell::count(total)]);
        cells.extend(shown.iter().map(|&at| Cell::count(counts[at])));
        if !rest.is_empty() {
            cells.push(Cell::count(rest.iter().map(|&at| counts[at]).sum()));
        }
        cells
    };
    let of_months =
        rows.iter().map(|(month, total, counts)| cells(month_cell(*month), *total, counts));
    let rows = std::iter::once(cells(Cell::text("total"), totals.0, &totals.1));
    let rows = rows.chain(of_months).collect();
    let (sheet, _) = dimension.sheet();
    Table { name: format!("Month and {sheet}").into(), header, rows, note: None }
}

/// The places of the values that get a column, in order, and those of the others: there is room for those with the
/// most downloads, and for one column of what is left.
fn columns_that_fit(totals: &[u64], room: usize) -> (Vec<usize>, Vec<usize>) {
    let mut places: Vec<usize> = (0..totals.len()).collect();
    if totals.len() <= room {
        return (places, Vec::new());
    }
    places.sort_by_key(|&at| std::cmp::Reverse(totals[at]));
    let mut rest = places.split_off(room - 1);
    places.sort_unstable();
    rest.sort_unstable();
    (places, rest)
}

fn notes(about: &About<'_>, tally: &Tally) -> Table<'static> {
    let day = |day: Option<Day>| day.map_or(Cell::Empty, |it| Cell::text(it.to_string()));
    let detail = match about.detail {
        Detail::Full => "full",
        Detail::Standard => "standard",
    };
    let missing: u64 =
        about.gaps.iter().map(|&(a, b)| u64::from(downloads::days_between(a, b))).sum();
    let mut rows = vec![
        vec![Cell::text("project"), Cell::text(about.project.to_owned())],
        vec![Cell::text("data from"), day(about.days.map(|(first, _)| first))],
        vec![Cell::text("data to"), day(about.days.map(|(_, last)| last))],
        vec![Cell::text("downloads"), Cell::count(tally.total())],
        vec![Cell::text("level of detail"), Cell::text(detail)],
        vec![Cell::text("days not collected"), Cell::count(missing)],
        vec![Cell::text("days that may still change"), Cell::count(about.provisional.into())],
        vec![
            Cell::text("what counts"),
            Cell::text(
                "every row of PyPI's download log, mirrors and CI included; days and months are those of UTC",
            ),
        ],
        vec![Cell::text(UNKNOWN), Cell::text("what the log does not say, a group of its own")],
    ];
    rows.extend(about.gaps.iter().take(STRETCHES).map(|(first, last)| {
        vec![Cell::text("not collected"), Cell::text(format!("{first} to {last}"))]
    }));
    if let Some(more) = about.gaps.len().checked_sub(STRETCHES).filter(|&more| more > 0) {
        rows.push(vec![
            Cell::text("not collected"),
            Cell::text(format!("and {more} stretches more")),
        ]);
    }
    Table { name: "Notes".into(), header: header(&["what", "value"]), rows, note: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::EXCEL;

    fn about(detail: Detail) -> About<'static> {
        About { project: "a", detail, days: None, gaps: Vec::new(), provisional: 0 }
    }

    /// A version each, the first with the most downloads.
    fn tally(versions: u64) -> Tally {
        let mut tally = Tally::default();
        let day = downloads::parse_day("2024-01-01").unwrap();
        for at in 0..versions {
            let mut fields = [""; 12];
            let version = format!("{at}.0");
            fields[1] = &version;
            tally.push(day, &fields, versions - at);
        }
        tally
    }

    #[test]
    fn what_has_no_row_is_summed_up_in_the_last_one() {
        let tally = tally(6);
        let limits = Limits { rows: 5, ..EXCEL };
        let column = Column::Dimension(Dimension::Version);
        let table = by_group(&about(Detail::Full), &tally, column, limits);
        let last = vec![
            Cell::text("and 3 more values: Excel has room for 5 rows in a sheet"),
            Cell::count(15),
            Cell::Number(71.429),
        ];
        assert_eq!(table.rows.len(), 4, "and the header");
        assert_eq!(table.rows[3], last);
        let all = by_group(&about(Detail::Full), &tally, column, Limits { rows: 7, ..EXCEL });
        assert_eq!(all.rows.len(), 6);
    }

    #[test]
    fn what_has_no_column_is_summed_up_in_the_last_one() {
        let tally = tally(6);
        let table = months_by(&tally, Dimension::Version, Limits { columns: 5, ..EXCEL });
        let more = "4 more values: Excel has room for 5 columns in a sheet";
        assert_eq!(table.header, ["year-month", "total", "0.0", "1.0", more]);
        let counts = [21, 6, 5, 10].map(Cell::count);
        assert_eq!(table.rows[0][1..], counts);
        assert_eq!(table.rows[1][1..], counts);
    }

    #[test]
    fn what_was_not_collected_is_said_and_not_counted() {
        let column = Column::DistroKernel;
        let tally = tally(3);
        let standard = by_group(&about(Detail::Standard), &tally, column, EXCEL);
        assert!(standard.rows.is_empty() && standard.note.is_some());
        let full = by_group(&about(Detail::Full), &tally, column, EXCEL);
        assert_eq!((full.rows.len(), full.note), (1, None));
    }
}
