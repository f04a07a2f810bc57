//! Tables and sentences as Markdown, for the summaries of jobs.

/// A text that stays itself within a cell or a sentence, whatever somebody put into it.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '!' | '#' | ':'
            | '@' | '$' => literal.extend(['\\', character]),
            '"' | '\'' => literal.push(character),
            // Control characters and marks of direction become visible, as on a terminal; the
            // backslash of that is one of the text.
            other => literal.push_str(&other.escape_debug().to_string().replace('\\', "\\\\")),
        }
    }
    literal
}

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table. Texts of cells are literal.
pub(crate) fn table<const N: usize>(
    head: [(&str, Column); N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = row(head.iter().map(|(title, _)| *title));
    text.push('|');
    for (_, column) in head {
        text.push_str(match column {
            Column::Left => " --- |",
            Column::Right => " ---: |",
        });
    }
    text.push('\n');
    for cells in rows {
        text.push_str(&row(cells.iter().map(String::as_str)));
    }
    text
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    cells.fold("|".to_owned(), |line, cell| line + " " + &literal(cell) + " |") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_itself() {
        assert_eq!(literal("a|b\\|<img>"), "a\\|b\\\\\\|\\<img\\>");
        assert_eq!(literal("$1 and $2"), "\\$1 and \\$2");
        assert_eq!(literal("a\nb\u{202e}c\u{1b}"), "a\\\\nb\\\\u{202e}c\\\\u{1b}");
        assert_eq!(literal("it's \"so\""), "it's \"so\"");
    }

    #[test]
    fn a_table_stays_a_table() {
        let head = [("name", Column::Left), ("n", Column::Right)];
        let table = table(head, [["a|\n|b".to_owned(), "1".to_owned()]]);
        assert_eq!(table, "| name | n |\n| --- | ---: |\n| a\\|\\\\n\\|b | 1 |\n");
    }
}
