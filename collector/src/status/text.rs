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
        text += &self.gaps_text();
        text += &self.suspect_text();
        let revisions: usize = self.projects.iter().map(|it| it.revisions.len()).sum();
        if revisions > 0 {
            let _ = writeln!(text, "\nrevisions in the last {SETTLED_DAYS} days: {revisions}");
        }
        text + &spending_text(&self.spending, budget)
    }

    fn table(&self) -> String {
        let head = ["project", "first day", "last day", "days", "provisional", "rows", "downloads"];
        let mut rows = vec![head.map(String::from)];
        rows.extend(self.projects.iter().map(|it| {
            [
                it.project.clone(),
                it.first_day.to_string(),
                it.last_day.to_string(),
                it.days.to_string(),
                it.provisional_days.to_string(),
                it.rows.to_string(),
                it.downloads.to_string(),
            ]
        }));
        let (rows_total, downloads) = (self.rows.to_string(), self.downloads.to_string());
        rows.push(["total", "", "", "", "", &rows_total, &downloads].map(String::from));
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
    fn gaps_text(&self) -> String {
        let with_gaps: Vec<&ProjectStatus> =
            self.projects.iter().filter(|it| !it.gaps.is_empty()).collect();
        if with_gaps.is_empty() {
            return String::new();
        }
        let mut text = "\nnot collected, so unknown:\n".to_owned();
        for ProjectStatus { project, gaps, .. } in with_gaps {
            for Gap { first_day, last_day } in gaps.iter().take(GAPS) {
                let _ = match first_day == last_day {
                    true => writeln!(text, "  {project}  {first_day}"),
                    false => writeln!(text, "  {project}  {first_day} to {last_day}"),
                };
            }
            if gaps.len() > GAPS {
                let _ = writeln!(text, "  {project}  and {} more", gaps.len() - GAPS);
            }
        }
        text
    }

    /// The days that a later reading would have shrunk, the first of them.
    fn suspect_text(&self) -> String {
        let suspect = self.projects.iter();
        let suspect = suspect.flat_map(|it| it.suspect_days.iter().map(|day| (&it.project, day)));
        let count = suspect.clone().count();
        if count == 0 {
            return String::new();
        }
        let mut text =
            format!("\nsuspect days, kept as they were when fewer downloads were read: {count}\n");
        for (project, it) in suspect.take(SUSPECT_DAYS) {
            let _ = writeln!(
                text,
                "  {project}  {}: {} stored, {} read on {}",
                it.day,
                it.downloads,
                it.offered,
                it.seen_at.date_naive()
            );
        }
        if count > SUSPECT_DAYS {
            let _ = writeln!(text, "  and {} more", count - SUSPECT_DAYS);
        }
        text
    }
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
