//! Tables and words as Markdown.

/// A text that stays itself within a cell or a sentence, whatever somebody put into it.
pub(crate) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{a0}' => literal.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '!' | '#' | ':'
            | '@' => {
                literal.extend(['\\', character]);
            }
            _ => literal.push(character),
        }
    }
    literal
}

/// One line of a table.
pub(crate) fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    cells.fold("|".to_owned(), |line, cell| line + " " + &literal(cell) + " |") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_a_cell() {
        assert_eq!(literal("a|b\\|<img>"), "a\\|b\\\\\\|\\<img\\>");
        assert_eq!(literal("12.3\u{a0}%"), "12.3 %");
        assert_eq!(row(["a", "|"].into_iter()), "| a | \\| |\n");
    }
}
