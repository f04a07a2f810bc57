//! The queries, as text.
//!
//! What they cost is decided here: BigQuery bills the columns that a query names, over the daily
//! partitions that its bounds admit. So bounds are constants that are compared with the bare
//! `timestamp` (nothing else prunes), the clustering column `project` is filtered, and each column that
//! is named is one that is stored. Names of projects are the parameter `@projects`, never text.

use std::{collections::BTreeMap, fmt::Write as _};

use config::Detail;
use downloads::{Day, ProjectName};

use crate::bigquery::Query;

/// The public table with a row for each download.
pub const TABLE: &str = "bigquery-public-data.pypi.file_downloads";

/// The first day of that table.
pub const FIRST_DAY: Day = match Day::from_ymd_opt(2016, 1, 22) {
    Some(day) => day,
    None => panic!("2016-01-22 is a day"),
};

/// What is asked about some days of some projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Whether they have changed: per day, how many downloads, and the sum of their seconds since
    /// midnight. Names two columns only.
    Check,
    /// Their rows.
    Rows(RowDetail),
}

/// [`Detail`], with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the one of `Detail`")]
pub enum RowDetail {
    Full,
    Standard,
}

impl From<Detail> for RowDetail {
    fn from(detail: Detail) -> Self {
        match detail {
            Detail::Full => Self::Full,
            Detail::Standard => Self::Standard,
        }
    }
}

impl What {
    /// A word for messages and labels.
    pub fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Rows(RowDetail::Full) => "full",
            Self::Rows(RowDetail::Standard) => "standard",
        }
    }
}

/// A column of an answer and how it is made.
type Column = (&'static str, &'static str);

const PROJECT_AND_DAY: [Column; 2] = [("project", "project"), ("date", "DATE(timestamp)")];

/// What a check compares. The seconds name no further column, so they are free.
const TOTALS: [Column; 2] =
    [("downloads", "COUNT(*)"), ("seconds", "SUM(MOD(UNIX_SECONDS(timestamp), 86400))")];

/// The columns of the store, in its order.
const FULL: [Column; 12] = [
    ("country_code", "country_code"),
    ("version", "file.version"),
    ("type", "file.type"),
    ("installer_name", "details.installer.name"),
    ("implementation_name", "details.implementation.name"),
    ("implementation_version", "details.implementation.version"),
    ("distro_name", "details.distro.name"),
    ("distro_version", "details.distro.version"),
    ("system_name", "details.system.name"),
    ("system_release", "details.system.release"),
    ("cpu", "details.cpu"),
    ("ci", "details.ci"),
];

/// What stands in place of the full Python version at the standard level: `3.12.*` for `3.12.4`.
const MINOR: &str = r"REGEXP_REPLACE(details.implementation.version, r'\.[^.]*$', '.*')";

/// The columns of an answer between project, day and totals.
fn dimensions(what: What) -> Vec<Column> {
    match what {
        What::Check => Vec::new(),
        What::Rows(RowDetail::Full) => FULL.to_vec(),
        What::Rows(RowDetail::Standard) => {
            let left_out = ["distro_name", "distro_version", "system_release"];
            let kept = FULL.into_iter().filter(|(name, _)| !left_out.contains(name));
            let minor = kept.map(|(name, made)| match name {
                "implementation_version" => (name, MINOR),
                _ => (name, made),
            });
            minor.collect()
        }
    }
}

/// Asks `what` about the days in `ranges` (both ends included, sorted, apart from each other) of these
/// projects, sorted. The labels are what the job is listed with in the Google Cloud console.
pub fn query(what: What, ranges: &[(Day, Day)], projects: &[ProjectName], run: &str) -> Query {
    let dimensions = dimensions(what);
    let columns: Vec<Column> =
        PROJECT_AND_DAY.into_iter().chain(dimensions.iter().copied()).chain(TOTALS).collect();
    let mut sql = String::from("SELECT\n");
    for (at, (name, made)) in columns.iter().enumerate() {
        let comma = if at + 1 < columns.len() { "," } else { "" };
        let _ = match name == made {
            true => writeln!(sql, "  {name}{comma}"),
            false => writeln!(sql, "  {made} AS {name}{comma}"),
        };
    }
    let _ = writeln!(sql, "FROM `{TABLE}`");
    let bounds: Vec<String> = ranges.iter().map(|range| bounds(*range)).collect();
    let _ = match bounds.as_slice() {
        [bounds] => writeln!(sql, "WHERE {bounds}"),
        several => writeln!(sql, "WHERE (({}))", several.join(")\n  OR (")),
    };
    let groups: Vec<String> = (1..=2 + dimensions.len()).map(|at| at.to_string()).collect();
    let _ = write!(sql, "  AND project IN UNNEST(@projects)\nGROUP BY {}", groups.join(", "));
    Query {
        sql,
        columns: columns.into_iter().map(|(name, _)| name).collect(),
        projects: projects.to_vec(),
        labels: labels(what, ranges, run),
    }
}

/// Whole UTC days, half-open.
fn bounds((first, last): (Day, Day)) -> String {
    let end = last.succ_opt().unwrap_or(last);
    format!(
        "timestamp >= TIMESTAMP '{first} 00:00:00+00' AND timestamp < TIMESTAMP '{end} 00:00:00+00'"
    )
}

fn labels(what: What, ranges: &[(Day, Day)], run: &str) -> BTreeMap<&'static str, String> {
    let mut labels = BTreeMap::from([
        ("tool", "download-analytics".to_owned()),
        ("source", "pypi".to_owned()),
        ("what", what.word().to_owned()),
        ("run", run.to_owned()),
    ]);
    if let (Some((first, _)), Some((_, last))) = (ranges.first(), ranges.last()) {
        labels.insert("first-day", first.to_string());
        labels.insert("last-day", last.to_string());
    }
    labels
}

#[cfg(test)]
mod tests {
    use downloads::FIELDS;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn text(what: What, ranges: &[(&str, &str)]) -> String {
        let ranges: Vec<_> = ranges.iter().map(|(a, b)| (day(a), day(b))).collect();
        query(what, &ranges, &[ProjectName::new("sdv").unwrap()], "r1").sql
    }

    #[test]
    fn rows_at_full_detail() {
        insta::assert_snapshot!(
            text(What::Rows(RowDetail::Full), &[("2024-02-28", "2024-02-29")]),
            @r"
            SELECT
              project,
              DATE(timestamp) AS date,
              country_code,
              file.version AS version,
              file.type AS type,
              details.installer.name AS installer_name,
              details.implementation.name AS implementation_name,
              details.implementation.version AS implementation_version,
              details.distro.name AS distro_name,
              details.distro.version AS distro_version,
              details.system.name AS system_name,
              details.system.release AS system_release,
              details.cpu AS cpu,
              details.ci AS ci,
              COUNT(*) AS downloads,
              SUM(MOD(UNIX_SECONDS(timestamp), 86400)) AS seconds
            FROM `bigquery-public-data.pypi.file_downloads`
            WHERE timestamp >= TIMESTAMP '2024-02-28 00:00:00+00' AND timestamp < TIMESTAMP '2024-03-01 00:00:00+00'
              AND project IN UNNEST(@projects)
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
            "
        );
    }

    #[test]
    fn rows_at_standard_detail() {
        insta::assert_snapshot!(
            text(What::Rows(RowDetail::Standard), &[("2023-12-31", "2023-12-31")]),
            @r"
            SELECT
              project,
              DATE(timestamp) AS date,
              country_code,
              file.version AS version,
              file.type AS type,
              details.installer.name AS installer_name,
              details.implementation.name AS implementation_name,
              REGEXP_REPLACE(details.implementation.version, r'\.[^.]*$', '.*') AS implementation_version,
              details.system.name AS system_name,
              details.cpu AS cpu,
              details.ci AS ci,
              COUNT(*) AS downloads,
              SUM(MOD(UNIX_SECONDS(timestamp), 86400)) AS seconds
            FROM `bigquery-public-data.pypi.file_downloads`
            WHERE timestamp >= TIMESTAMP '2023-12-31 00:00:00+00' AND timestamp < TIMESTAMP '2024-01-01 00:00:00+00'
              AND project IN UNNEST(@projects)
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
            "
        );
    }

    #[test]
    fn a_check_of_days_apart() {
        insta::assert_snapshot!(
            text(What::Check, &[("2024-01-01", "2024-01-01"), ("2024-02-03", "2024-02-04")]),
            @r"
            SELECT
              project,
              DATE(timestamp) AS date,
              COUNT(*) AS downloads,
              SUM(MOD(UNIX_SECONDS(timestamp), 86400)) AS seconds
            FROM `bigquery-public-data.pypi.file_downloads`
            WHERE ((timestamp >= TIMESTAMP '2024-01-01 00:00:00+00' AND timestamp < TIMESTAMP '2024-01-02 00:00:00+00')
              OR (timestamp >= TIMESTAMP '2024-02-03 00:00:00+00' AND timestamp < TIMESTAMP '2024-02-05 00:00:00+00'))
              AND project IN UNNEST(@projects)
            GROUP BY 1, 2
            "
        );
    }

    #[test]
    fn the_columns_are_those_of_the_store() {
        let names: Vec<_> = FULL.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, FIELDS);
    }

    #[test]
    fn only_the_parameter_comes_from_outside() {
        let hostile = ProjectName::new("union-select").unwrap();
        let days = [(day("2024-01-01"), day("2024-01-01"))];
        let mut queries = [What::Check, What::Rows(RowDetail::Full)]
            .map(|what| query(what, &days, std::slice::from_ref(&hostile), "r1"));
        for query in &mut queries {
            assert!(!query.sql.contains("union"));
            for word in ["*,", "CURRENT_", "SELECT *", "LIKE", ";", "--"] {
                assert!(!query.sql.contains(word), "{word}");
            }
            assert_eq!(query.projects, std::slice::from_ref(&hostile));
            for value in query.labels.values() {
                let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                assert!(value.len() <= 63 && value.chars().all(allowed), "{value}");
            }
        }
    }
}
