//! What queries may cost, and what they probably will.
//!
//! BigQuery tells the price of a query before it runs, for nothing, but as an upper bound: it leaves out
//! that the table is clustered by project, and the bill is often a small part of it. So there are two
//! numbers for each query: the upper bound, which one query must not exceed (`budget: query`), and what
//! the bills so far let expect, which the month must not exceed (`budget: month`).

mod table;

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, Datelike as _, Utc};
use config::{FREE_PER_MONTH, GIB, MIB, Size};
use store::{Spending, SpendingState};

pub use table::{Line, caps_line, table, totals};

/// What may be spent, from the configuration and the command line.
pub use config::Budget as Caps;

/// What BigQuery bills at least for a query, in bytes.
pub const LEAST_BILLED: u64 = 10 * MIB;

/// How many bills there must be before anything is learned from them.
pub const ENOUGH_BILLS: usize = 3;

/// How many of the last bills are looked at.
pub const LAST_BILLS: usize = 20;

/// What one finished query was expected to bill at worst, and did bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The upper bound, in bytes.
    pub upper_bound: u64,
    /// What was billed, in bytes.
    pub billed: u64,
}

/// What was spent in a calendar month, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Billed bytes.
    pub billed: u64,
    /// The upper bounds of jobs of which nobody knows yet what they billed, in bytes.
    pub pending: u64,
}

/// What the store says of earlier jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// The last finished queries, the oldest first.
    pub history: Vec<Bill>,
    /// What was spent this month.
    pub spent: Spent,
}

impl Books {
    /// Reads the books at `now`. `spending` is sorted by time; only jobs that are `like` what is
    /// planned teach what to expect: a check says nothing of reading rows, and one project nothing of
    /// another.
    pub fn of(spending: &[Spending], now: DateTime<Utc>, like: impl Fn(&Spending) -> bool) -> Self {
        let finished = spending.iter().rev().filter(|it| it.state != SpendingState::Failed);
        let finished = finished.filter(|it| like(it));
        let bill = |it: &Spending| Some(Bill { upper_bound: it.upper_bound, billed: it.billed? });
        let mut history: Vec<Bill> = finished.filter_map(bill).take(LAST_BILLS).collect();
        history.reverse();
        Self { history, spent: Spent::of(spending, now) }
    }
}

impl Spent {
    /// What was spent in the month of `now`.
    pub fn of<'a>(spending: impl IntoIterator<Item = &'a Spending>, now: DateTime<Utc>) -> Self {
        let month = |time: DateTime<Utc>| (time.year(), time.month());
        let mut spent = Self::default();
        let of_month = spending.into_iter().filter(|it| month(it.started_at) == month(now));
        for it in of_month {
            match (it.billed, it.state) {
                (Some(billed), _) => spent.billed = spent.billed.saturating_add(billed),
                (None, SpendingState::Failed) => {}
                (None, _) => spent.pending = spent.pending.saturating_add(least(it.upper_bound)),
            }
        }
        spent
    }

    /// What was spent at worst, in bytes.
    pub fn at_worst(self) -> u64 {
        self.billed.saturating_add(self.pending)
    }
}

/// `312 GiB of the free 1 TiB used this month`.
impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (billed, free) = (Size(self.billed), Size(FREE_PER_MONTH));
        if self.billed < FREE_PER_MONTH {
            write!(f, "{billed} of the free {free} used this month")?;
        } else {
            write!(f, "{billed} used this month, the free {free} is used up")?;
        }
        match self.pending {
            0 => Ok(()),
            pending => write!(f, ", up to {} more pending", Size(pending)),
        }
    }
}

fn least(bytes: u64) -> u64 {
    bytes.max(LEAST_BILLED)
}

/// What a query will probably bill, in bytes: the largest share of an upper bound that the last
/// queries billed, and half as much again; the upper bound itself while there are too few of them.
///
/// At least what any query bills, and never more than the upper bound otherwise.
pub fn expected(upper_bound: u64, history: &[Bill]) -> u64 {
    let upper_bound = least(upper_bound);
    if history.len() < ENOUGH_BILLS {
        return upper_bound;
    }
    let as_billed = |bill: &Bill| {
        let by_share = u128::from(upper_bound).saturating_mul(bill.billed.into())
            / u128::from(least(bill.upper_bound));
        by_share.saturating_mul(3) / 2
    };
    let last = &history[history.len().saturating_sub(LAST_BILLS)..];
    let most = last.iter().map(as_billed).max().unwrap_or(0);
    let most = most.saturating_add(LEAST_BILLED.into());
    u64::try_from(most).map_or(upper_bound, |most| most.min(upper_bound))
}

/// What BigQuery is told that a query may bill at most, in bytes.
///
/// A little more than the upper bound, because it rounds up per table: a limit equal to the estimate
/// refuses some queries by a megabyte.
pub fn max_bytes(upper_bound: u64, caps: &Caps) -> u64 {
    let upper_bound = upper_bound.min(caps.query);
    upper_bound.saturating_add(upper_bound / 100).saturating_add(LEAST_BILLED)
}

/// What a planned query may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The most, in bytes.
    pub upper_bound: u64,
    /// What is [`expected`], in bytes.
    pub expected: u64,
}

impl Cost {
    /// What is known before the query, given the bills of others like it.
    pub fn new(upper_bound: u64, history: &[Bill]) -> Self {
        Self { upper_bound: least(upper_bound), expected: expected(upper_bound, history) }
    }
}

/// Refuses a plan that is over a cap.
///
/// # Errors
///
/// If one query may bill more than the cap of a query, or all together will probably bill more than is
/// left of the month.
pub fn check_plan(planned: &[Cost], spent: &Spent, caps: &Caps) -> Result<(), OverBudget> {
    check(planned, spent, caps, Moment::Before)
}

/// The same before each query of a run: others may have billed more than was expected of them.
///
/// # Errors
///
/// As [`check_plan`].
pub fn check_next(cost: Cost, spent: &Spent, caps: &Caps) -> Result<(), OverBudget> {
    check(&[cost], spent, caps, Moment::Within)
}

fn check(planned: &[Cost], spent: &Spent, caps: &Caps, moment: Moment) -> Result<(), OverBudget> {
    let sum = |bytes: fn(&Cost) -> u64| planned.iter().map(bytes).fold(0, u64::saturating_add);
    let over = OverBudget {
        moment,
        queries: planned.len(),
        largest: planned.iter().map(|it| it.upper_bound).max().unwrap_or(0),
        at_worst: sum(|it| it.upper_bound),
        expected: sum(|it| it.expected),
        is_learned: planned.iter().any(|it| it.expected < it.upper_bound),
        spent: *spent,
        caps: caps.clone(),
    };
    let is_good = planned.is_empty() || !(over.is_over_query() || over.is_over_month());
    if is_good { Ok(()) } else { Err(over) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// Before the run.
    Before,
    /// In the run, some of which may be done.
    Within,
}

/// What is planned is over a cap. Nothing of it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct OverBudget {
    moment: Moment,
    queries: usize,
    /// The largest upper bound.
    largest: u64,
    /// The sum of the upper bounds.
    at_worst: u64,
    /// The sum of what is expected.
    expected: u64,
    /// Whether that comes from earlier bills.
    is_learned: bool,
    spent: Spent,
    caps: Caps,
}

impl OverBudget {
    /// Whether a single query is over its cap.
    pub fn is_over_query(&self) -> bool {
        self.largest > self.caps.query
    }

    /// Whether all together are over that of the month.
    pub fn is_over_month(&self) -> bool {
        self.month() > self.caps.month
    }

    /// What the month would come to, in bytes.
    fn month(&self) -> u64 {
        self.spent.at_worst().saturating_add(self.expected)
    }
}

/// Several lines: what it would take, what is allowed, and what to do.
impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queries, largest, at_worst, expected, caps, spent, .. } = self;
        let cost = |bytes: u64| format!("{} ({})", Size(bytes), caps.price_per_tib.of(bytes));
        let (query, month) = (cost(caps.query), cost(caps.month));
        if self.is_over_query() {
            let largest = cost(*largest);
            writeln!(f, "over budget: one query could bill {largest}, and {query} is allowed")?;
        } else {
            let sum = cost(self.month());
            writeln!(f, "over budget: the month would come to {sum}, and {month} is allowed")?;
        }
        let planned = match (self.moment, queries) {
            (Moment::Within, _) => "the next query".into(),
            (Moment::Before, 1) => "1 query".into(),
            (Moment::Before, queries) => format!("{queries} queries"),
        };
        let (at_worst, expected) = (cost(*at_worst), cost(*expected));
        writeln!(f, "  planned     {planned}: at worst {at_worst}, expected {expected}")?;
        write!(f, "  this month  {} billed", cost(spent.billed))?;
        if spent.pending > 0 {
            write!(f, ", up to {} more pending", cost(spent.pending))?;
        }
        writeln!(f, "\n  allowed     {query} a query, {month} a month")?;
        match self.moment {
            Moment::Before => writeln!(f, "Nothing was spent.")?,
            Moment::Within => {
                writeln!(f, "What was read until now is kept; the next run goes on from there.")?;
            }
        }
        let mut keys = Vec::new();
        let mut flags = Vec::new();
        if self.is_over_query() {
            keys.push("`query`");
            flags.push(format!("--max-query-bytes {}", rounded_up(self.largest)));
        }
        if self.is_over_month() {
            keys.push("`month`");
            flags.push(format!("--max-month-bytes {}", rounded_up(self.month())));
        }
        let (flags, keys) = (flags.join(" "), keys.join(" and "));
        write!(f, "- To allow it: `{flags}`,\n  or {keys} below `budget` in config.yaml.")?;
        if self.moment == Moment::Before {
            f.write_str(
                "\n- To begin smaller: `--max-days 1`, then more; the newest days are read first.",
            )?;
        }
        if !self.is_learned {
            write!(
                f,
                "\n- The bill is often far below the worst case. After {ENOUGH_BILLS} queries, their bills say\n  \
                 what to expect."
            )?;
        }
        Ok(())
    }
}

/// At least so many bytes, as the command line reads it.
fn rounded_up(bytes: u64) -> String {
    format!("{}GiB", bytes.div_ceil(GIB))
}
