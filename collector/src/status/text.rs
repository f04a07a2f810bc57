//! The status for people: a table, and below it what deserves a look.

use std::fmt::Write as _;

use config::Size;
use downloads::SETTLED_DAYS;

use super::{Gap, ProjectStatus, SpendingStatus, Status};

/// How many gaps of a project are named.
const GAPS: usize = 3;

/// How many suspect days are named.
const SUSPECT_DAYS: usize = 10;

impl Status {
    /// A table for people, with a line for the total, and what deserves a look. `budget` is what is
    /// known of caps and prices, whole lines; `None` if there is nothing to say of them.
    pub fn to_text(&self, budget: Option<&str>) -> String {
        let mut text = match self.projects.as_slice() {
            [] => "the store is empty\n".to_owned(),
            _ => self.table(),
        };
        text += &self.late_text();
        let gaps = self.gap_lines();
        if !gaps.is_empty() {
            text += "\nnot collected, so unknown:\n";
            push_indented(&mut text, &gaps);
        }
        let suspect = self.suspect_lines();
        if !suspect.is_empty() {
            let count: usize = self.projects.iter().map(|it| it.suspect_days.len()).sum();
            let _ = writeln!(
                text,
                "\nsuspect days, kept as they were when fewer downloads were read: {count}"
            );
            push_indented(&mut text, &suspect);
        }
        let revisions = self.revision_count();
        if revisions > 0 {
            let _ = writeln!(text, "\nrevisions in the last {SETTLED_DAYS} days: {revisions}");
        }
        text + &spending_text(&self.spending, budget)
    }

    /// How many recent revisions there are.
    pub(super) fn revision_count(&self) -> usize {
        self.projects.iter().map(|it| it.revisions.len()).sum()
    }

    fn late_text(&self) -> String {
        let Some(late) = self.late.as_ref().filter(|late| !late.projects.is_empty()) else {
            return String::new();
        };
        let lines = late.projects.iter().map(|it| format!("{}  {}", it.project, it.newest()));
        let mut text = format!("\n{}:\n", late.title());
        push_indented(&mut text, &lines.collect::<Vec<_>>());
        text
    }

    /// The cells of the projects, and of all of them.
    pub(super) fn rows_of_table(&self) -> Vec<[String; 7]> {
        let rows = self.projects.iter().map(|it| {
            [
                it.project.clone(),
                it.first_day.to_string(),
                it.last_day.to_string(),
                it.days.to_string(),
                it.provisional_days.to_string(),
                it.rows.to_string(),
                it.downloads.to_string(),
            ]
        });
        let (rows_total, downloads) = (self.rows.to_string(), self.downloads.to_string());
        let total = ["total", "", "", "", "", &rows_total, &downloads].map(String::from);
        rows.chain([total]).collect()
    }

    fn table(&self) -> String {
        let head = ["project", "first day", "last day", "days", "provisional", "rows", "downloads"];
        let mut rows = vec![head.map(String::from)];
        rows.extend(self.rows_of_table());
        let mut widths = [0; 7];
        for cells in &rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.len().max(*width);
            }
        }
        let mut text = String::new();
        for cells in rows {
            let mut line = String::new();
            for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
                // Numbers end below each other, words start so.
                let _ = if at < 3 {
                    write!(line, "{cell:<width$}  ")
                } else {
                    write!(line, "{cell:>width$}  ")
                };
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// The days of each project that were not collected, the first of them.
    pub(super) fn gap_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for ProjectStatus { project, gaps, .. } in &self.projects {
            lines.extend(gaps.iter().take(GAPS).map(|Gap { first_day, last_day }| {
                match first_day == last_day {
                    true => format!("{project}  {first_day}"),
                    false => format!("{project}  {first_day} to {last_day}"),
                }
            }));
            if gaps.len() > GAPS {
                lines.push(format!("{project}  and {} more", gaps.len() - GAPS));
            }
        }
        lines
    }

    /// The days that a later reading would have shrunk, the first of them.
    pub(super) fn suspect_lines(&self) -> Vec<String> {
        let suspect = self.projects.iter();
        let suspect = suspect.flat_map(|it| it.suspect_days.iter().map(|day| (&it.project, day)));
        let count = suspect.clone().count();
        let mut lines: Vec<String> = suspect
            .take(SUSPECT_DAYS)
            .map(|(project, it)| {
                format!(
                    "{project}  {}: {} stored, {} read on {}",
                    it.day,
                    it.downloads,
                    it.offered,
                    it.seen_at.date_naive()
                )
            })
            .collect();
        if count > SUSPECT_DAYS {
            lines.push(format!("and {} more", count - SUSPECT_DAYS));
        }
        lines
    }
}

fn push_indented(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

/// `1 job`, `2 jobs`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Nothing, if no job was ever asked for and there is no budget.
fn spending_text(spending: &SpendingStatus, budget: Option<&str>) -> String {
    let SpendingStatus { month, billed_bytes, months, pending } = spending;
    if months.is_empty() && budget.is_none() {
        return String::new();
    }
    let mut text = format!("\nBigQuery billed in {month}: {}\n", Size(*billed_bytes));
    text += budget.unwrap_or_default();
    if let Some(first) = pending.first() {
        let _ = writeln!(
            text,
            "jobs whose cost is not known yet: {}, the first of {}",
            pending.len(),
            first.started_at.format("%Y-%m-%d %H:%M UTC")
        );
    }
    text
}
