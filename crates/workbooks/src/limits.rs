//! What a sheet of Excel has room for, and what is done with more.

use std::borrow::Cow;

/// The largest sheet, and the longest text of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Rows of a sheet, the header among them.
    pub(crate) rows: usize,
    /// Columns of a sheet.
    pub(crate) columns: usize,
    /// Units of UTF-16 in a cell.
    pub(crate) units: usize,
}

/// Those of Excel 2007 and later.
pub(crate) const EXCEL: Limits = Limits { rows: 1_048_576, columns: 16_384, units: 32_767 };

/// Units of UTF-16 in the name of a sheet.
const SHEET_NAME: usize = 31;

impl Limits {
    /// The text, or its beginning and a note of how much is missing.
    pub(crate) fn fit(self, text: Cow<'_, str>) -> Cow<'_, str> {
        // Each byte is at most one unit.
        if text.len() <= self.units {
            return text;
        }
        let units: usize = text.chars().map(char::len_utf16).sum();
        if units <= self.units {
            return text;
        }
        let note =
            format!("… (cut: {units} characters, Excel has room for {} in a cell)", self.units);
        let room = self.units.saturating_sub(note.chars().count());
        Cow::Owned(beginning(&text, room).to_owned() + &note)
    }
}

/// As many characters of the beginning as fit into so many units of UTF-16.
fn beginning(text: &str, units: usize) -> &str {
    let mut used = 0;
    let fits = |(_, character): &(usize, char)| {
        used += character.len_utf16();
        used > units
    };
    text.char_indices().find(fits).map_or(text, |(end, _)| &text[..end])
}

/// A text as the name of a sheet, other than `taken` ones: Excel refuses some characters, more than 31 of them, and
/// names that differ in their case only.
pub(crate) fn sheet_name(text: &str, taken: &[String]) -> String {
    // The last two are no characters of XML.
    let allowed = |it: char| !it.is_control() && !"[]:*?/\\\u{fffe}\u{ffff}".contains(it);
    let plain: String = text.chars().map(|it| if allowed(it) { it } else { '_' }).collect();
    let plain = plain.trim_matches('\'');
    // Excel keeps this name for itself.
    let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") {
        format!("{plain}_")
    } else {
        plain.to_owned()
    };
    let is_free = |name: &str| !taken.iter().any(|it| it.to_lowercase() == name.to_lowercase());
    let numbered = (1_usize..).map(|number| match number {
        1 => beginning(&plain, SHEET_NAME).trim_end_matches('\'').to_owned(),
        _ => {
            let end = format!(" ({number})");
            format!("{}{end}", beginning(&plain, SHEET_NAME - end.len()))
        }
    });
    let mut free = numbered.filter(|name| is_free(name));
    free.next().unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let limits = Limits { units: 80, ..EXCEL };
        let fits = "ü".repeat(80);
        assert_eq!(limits.fit(fits.as_str().into()), fits);
        let cut = limits.fit("🦀".repeat(41).into());
        assert_eq!(
            cut,
            format!("{}… (cut: 82 characters, Excel has room for 80 in a cell)", "🦀".repeat(12))
        );
        assert!(cut.encode_utf16().count() <= 80);
    }

    #[test]
    fn any_text_becomes_a_name_that_excel_takes() {
        let name = |text: &str| sheet_name(text, &["all".into(), "SDV".into()]);
        assert_eq!(name("MOSTLY AI"), "MOSTLY AI");
        assert_eq!(name("All"), "All (2)", "names that differ in their case are one to Excel");
        assert_eq!(name("a/b\\c[d]:*?\n"), "a_b_c_d_____");
        assert_eq!(name("''quoted''"), "quoted");
        assert_eq!(name("''"), "_");
        assert_eq!(name("History"), "History_");
        assert_eq!(name("a\u{fffe}b\u{ffff}"), "a_b_");
        assert_eq!(name(&"x".repeat(40)).len(), 31);
        assert_eq!(name(&"🦀".repeat(40)).encode_utf16().count(), 30);
        let long = "x".repeat(40);
        let second = sheet_name(&long, &[long[..31].to_owned()]);
        assert_eq!(second, format!("{} (2)", "x".repeat(27)));
    }
}
