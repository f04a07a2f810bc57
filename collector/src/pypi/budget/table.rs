//! What `--dry-run` prints: a line for each query, and what all of them come to.

use std::fmt::Write as _;

use config::Size;
use downloads::Day;

use super::{Caps, Spent};

/// A query, as people read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is asked: a level of detail, or a check.
    pub what: &'static str,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
    /// How many days; not all between the first and the last need be among them.
    pub days: usize,
    /// How many projects.
    pub projects: usize,
    /// What it may bill at worst, in bytes.
    pub upper_bound: u64,
    /// What it will probably bill, in bytes.
    pub expected: u64,
}

/// The table, with the totals below. 80 columns, if no price has more than six digits.
pub fn table(lines: &[Line], spent: &Spent, caps: &Caps) -> String {
    let mut text = String::new();
    if !lines.is_empty() {
        let head =
            ["query", "first day", "last day", "days", "projects", "at worst", "", "expected"];
        let mut rows = vec![head.map(String::from)];
        rows.extend(lines.iter().map(|line| {
            let [what, first, last, days, projects, upper_bound, cost, expected, _] =
                line.cells(caps);
            [what, first, last, days, projects, upper_bound, cost, expected]
        }));
        push_aligned(&mut text, &rows);
        text.push('\n');
    }
    text + &totals(lines, spent, caps)
}

/// What all of them come to, what was spent, and what may be: a line each.
pub fn totals(lines: &[Line], spent: &Spent, caps: &Caps) -> String {
    let cost = |bytes: u64| caps.price_per_tib.of(bytes);
    let sum = |bytes: fn(&Line) -> u64| lines.iter().map(bytes).fold(0, u64::saturating_add);
    let (upper_bound, expected) = (sum(|line| line.upper_bound), sum(|line| line.expected));
    let all = match lines.len() {
        0 => "no query is needed".to_owned(),
        count => format!(
            "{count} {}: at worst {} ({}), expected {} ({})",
            if count == 1 { "query" } else { "queries" },
            Size(upper_bound),
            cost(upper_bound),
            Size(expected),
            cost(expected),
        ),
    };
    format!("{all}\n{spent}\n{}", caps_line(caps))
}

impl Line {
    /// What stands in its columns, the last the cost of what is expected.
    pub fn cells(&self, caps: &Caps) -> [String; 9] {
        let cost = |bytes: u64| caps.price_per_tib.of(bytes).to_string();
        [
            self.what.into(),
            self.first.to_string(),
            self.last.to_string(),
            self.days.to_string(),
            self.projects.to_string(),
            Size(self.upper_bound).to_string(),
            cost(self.upper_bound),
            Size(self.expected).to_string(),
            cost(self.expected),
        ]
    }
}

/// The caps and the price, a line.
pub fn caps_line(caps: &Caps) -> String {
    let (query, month) = (Size(caps.query), Size(caps.month));
    format!("budget: {month} a month, {query} a query; {} a TiB\n", caps.price_per_tib)
}

/// The first three columns are words, the others numbers that end below each other.
fn push_aligned(text: &mut String, rows: &[[String; 8]]) {
    let mut widths = [0; 8];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    for row in rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
            let _ = match at {
                0 => write!(line, "{cell:<width$}"),
                1..3 => write!(line, "  {cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}
