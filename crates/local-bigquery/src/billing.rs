//! What a query costs, in bytes.

use chrono::{DateTime, Utc};

use crate::{
    engine::{self, Parameters},
    events::Table,
    jobs::Settings,
    plan::Plan,
};

/// What is billed at least, in bytes.
const LEAST: u64 = 10 << 20;
/// To what it is rounded up, in bytes.
const STEP: u64 = 1 << 20;

/// What a query costs, in bytes.
pub(crate) struct Bill {
    /// What a dry run tells: an upper bound, because it does not know of clustering.
    pub(crate) estimate: u64,
    /// What would be billed for all of the estimate.
    pub(crate) estimate_billed: u64,
    /// What is billed.
    pub(crate) billed: u64,
    /// How many partitions with rows are read.
    pub(crate) partitions: u64,
}

/// Rows of the partitions that the constants in the filter admit, by the weights of the columns that
/// the query refers to.
pub(crate) fn bill(
    table: &mut Table,
    plan: &Plan,
    parameters: &Parameters,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Bill {
    let (view, _) = table.view(now);
    let (mut all, mut asked, mut partitions) = (0, 0, 0);
    let projects = engine::projects(plan, parameters);
    for days in engine::days(plan) {
        all += view.count(days.clone(), None);
        asked += view.count(days.clone(), projects);
        partitions += view.partitions(days);
    }
    let weight: u64 = plan.columns.iter().map(|column| column.weight()).sum();
    let bytes = |rows: u64| rows.saturating_mul(settings.rows_factor).saturating_mul(weight);
    let billed = |bytes: u64| bytes.div_ceil(STEP).saturating_mul(STEP).max(LEAST);
    let estimate = bytes(all);
    Bill {
        estimate,
        estimate_billed: billed(estimate),
        billed: billed(if settings.clustered { bytes(asked) } else { estimate }),
        partitions,
    }
}
