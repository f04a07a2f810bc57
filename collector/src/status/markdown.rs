//! The status as Markdown, for the summaries of jobs.

use std::fmt::Write as _;

use config::Size;
use downloads::SETTLED_DAYS;

use super::{Status, text::counted};
use crate::markdown::{Column, literal, table};

impl Status {
    /// The same as [`to_text`](Self::to_text).
    pub fn to_markdown(&self, budget: Option<&str>) -> String {
        let mut text = String::from("### What the store holds\n\n");
        if self.projects.is_empty() {
            text += "The store is empty.\n";
        } else {
            text += &self.projects_as_markdown();
        }
        if let Some(late) = self.late.as_ref().filter(|late| !late.projects.is_empty()) {
            let _ = writeln!(text, "\n**{}:**\n", literal(&capital(&late.title())));
            for it in &late.projects {
                let _ = writeln!(text, "- {}: {}", literal(&it.project), it.newest());
            }
        }
        for (title, lines) in [
            ("Not collected, so unknown", self.gap_lines()),
            (
                "Suspect days, kept as they were when fewer downloads were read",
                self.suspect_lines(),
            ),
        ] {
            if !lines.is_empty() {
                let _ = writeln!(text, "\n{title}:\n");
                lines.iter().for_each(|line| {
                    let _ = writeln!(text, "- {}", literal(line));
                });
            }
        }
        let revisions = self.revision_count();
        if revisions > 0 {
            let _ = writeln!(text, "\nRevisions in the last {SETTLED_DAYS} days: {revisions}.");
        }
        let spending = &self.spending;
        if !spending.months.is_empty() || budget.is_some() {
            let billed = Size(spending.billed_bytes).to_string();
            let _ =
                writeln!(text, "\nBigQuery billed in {}: {}  ", spending.month, literal(&billed));
            budget.iter().for_each(|line| {
                let _ = writeln!(text, "{}  ", literal(&capital(line.trim_end())));
            });
            if !spending.pending.is_empty() {
                let jobs = counted(spending.pending.len(), "job");
                let _ = writeln!(text, "It is not known yet what {jobs} cost.");
            }
        }
        text
    }

    fn projects_as_markdown(&self) -> String {
        let head = [
            ("project", Column::Left),
            ("first day", Column::Left),
            ("last day", Column::Left),
            ("days", Column::Right),
            ("provisional", Column::Right),
            ("rows", Column::Right),
            ("downloads", Column::Right),
        ];
        table(head, self.rows_of_table())
    }
}

/// The text as a sentence begins.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
