//! Views that are taken along.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::fixture::{awkward, context, day, row, states};

static CONTEXT: LazyLock<Context<'static>> = LazyLock::new(|| context("mini & co"));

fn csv_of(query: &str) -> Vec<Vec<String>> {
    let text = csv(&awkward(), &View::parse(query), &CONTEXT);
    parsed(&text)
}

/// The cells of a CSV file, by a reader of the tests' own: RFC 4180.
fn parsed(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty(), "the last line has no end: {text}");
    rows
}

#[test]
fn csv_has_the_exact_counts_of_the_days() {
    let rows = csv_of("range=all");
    assert_eq!(rows[0], ["from", "to", "downloads", "note"]);
    assert_eq!(rows.len(), 1 + 84);
    let by_day = awkward().by_day(&cube::Selection::default());
    for (at, (row, count)) in rows[1..].iter().zip(by_day).enumerate() {
        let is_gap = (40..49).contains(&at);
        assert_eq!(row[0], row[1]);
        assert_eq!(row[2], if is_gap { String::new() } else { count.to_string() }, "day {at}");
    }
    assert_eq!(rows[41], ["2026-07-30", "2026-07-30", "", "not collected"]);
    assert_eq!(rows[84][3], "provisional");
}

#[test]
fn csv_names_the_days_that_count() {
    let rows = csv_of("from=2026-06-25&to=2026-07-15&interval=month");
    let days: Vec<_> = rows.iter().map(|row| [&*row[0], &*row[1], &*row[3]]).collect();
    assert_eq!(days[1], ["2026-06-25", "2026-06-30", "from 25 Jun only"]);
    assert_eq!(days[2], ["2026-07-01", "2026-07-15", "to 15 Jul only"]);
}

#[test]
fn csv_of_shares_is_in_percent() {
    let rows = csv_of("range=30d&share=1&split=audience");
    assert_eq!(rows[0][2], "CI (%)");
    for row in &rows[1..] {
        let sum: f64 = row[2..row.len() - 1].iter().filter_map(|it| it.parse::<f64>().ok()).sum();
        assert!((sum - 100.0).abs() < 0.01 || sum == 0.0, "{row:?}");
    }
}

#[test]
fn what_shows_nothing_has_a_head_only() {
    assert_eq!(csv_of("from=2030-01-01&to=2030-02-01").len(), 1);
    let text =
        markdown(&awkward(), &View::parse("from=2030-01-01&to=2030-02-01"), &CONTEXT, "https://x/");
    assert!(!text.contains('|') && text.contains("There is no data for"), "{text}");
}

#[test]
fn markdown_is_the_table_with_what_it_says() {
    let view = View::parse("from=2026-09-08&to=2026-09-11&split=version&installer=pip");
    let text = markdown(&awkward(), &view, &CONTEXT, "https://x.example/projects/mini/?a=b");
    insta::assert_snapshot!(text);
}

#[test]
fn an_address_stays_an_address() {
    let text = markdown(&awkward(), &View::default(), &CONTEXT, "https://x/?a=b> <b>\n# c");
    assert!(text.ends_with("by <https://x/?a=bb#c>, data to 11 Sep 2026.\n"), "{text}");
}

#[test]
fn files_are_called_by_project_and_view() {
    for (project, query, name) in [
        ("mini", "", "mini-downloads"),
        ("mini", "range=90d&split=python", "mini-range-90d-split-python"),
        ("../.x", "version=%2F..%2F", "x-version-2F..-2F"),
        ("", "", "downloads"),
        ("mini", "version=", "mini-version"),
    ] {
        assert_eq!(file_name(project, &View::parse(query)), name, "{project} {query}");
    }
}

/// A cube with one version.
fn of_version(version: &str) -> Cube {
    let mut builder = cube::Builder::new(downloads::Mirrors::default());
    let fields = row(&[(downloads::Field::Version, version)]);
    builder.push(day("2026-01-01"), &fields, 10).unwrap();
    builder.push(day("2026-01-01"), &row(&[]), 1).unwrap();
    builder.finish(cube::Days::new(day("2026-01-01"), states("f")), 1000)
}

#[test]
fn no_cell_is_a_formula() {
    for version in ["=1+1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x"] {
        let text = csv(&of_version(version), &View::parse("split=version"), &CONTEXT);
        assert_eq!(parsed(&text)[0][2], format!("'{version}"));
    }
}

#[test]
fn a_picture_of_a_split_names_every_line() {
    let svg =
        chart_file(&awkward(), &View::parse("split=version"), &CONTEXT, Colors::Dark).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = document.descendants().filter_map(|it| it.text()).collect();
    for name in ["1.0", "1.1", "<b>2.0 & \"co\"\\u{202e}", "other"] {
        let times = texts.iter().filter(|it| **it == name).count();
        // The text of an element is found twice: by the element and by itself.
        assert_eq!(times, 4, "{name} at its line and below: {texts:?}");
    }
    assert!(svg.contains("height=\"362\""), "one row of names below: {svg}");
    for color in Palette::DARK.series.iter().take(3) {
        assert!(svg.contains(&format!("stroke=\"{color}\"")), "{color}");
    }
}

#[test]
fn a_picture_says_what_it_is_filtered_by() {
    let view = View::parse("version=1.0&country=DE");
    let svg = chart_file(&awkward(), &view, &CONTEXT, Colors::Light).unwrap();
    assert!(svg.contains(", filtered by version 1.0, country DE"), "{svg}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_a_version_is_called_it_is_one_cell(
        version in "[=+@,\"'|\\\\<&\t\r\n\u{202e}a-]{1,9}|\\PC{1,90}",
    ) {
        let cube = of_version(&version);
        let view = View::parse("split=version");
        let rows = parsed(&csv(&cube, &view, &CONTEXT));
        prop_assert_eq!(rows.len(), 2);
        for row in &rows {
            prop_assert_eq!(row.len(), 5);
            for cell in row {
                prop_assert!(!cell.starts_with(|it| "=+-@\t\r\n\0＝＋－＠".contains(it)), "{}", cell);
            }
        }
        prop_assert_eq!(&rows[1][2], "10");

        let table = markdown(&cube, &view, &CONTEXT, "https://x/");
        let lines: Vec<_> = table.lines().take(3).collect();
        for line in lines {
            let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
            prop_assert_eq!(bars, 5, "{}", line);
        }
        let svg = chart_file(&cube, &view, &CONTEXT, Colors::Light).unwrap();
        prop_assert!(roxmltree::Document::parse(&svg).is_ok());
    }

    #[test]
    fn a_file_name_is_one_name(project in "\\PC{0,40}", query in "\\PC{0,200}") {
        let name = file_name(&project, &View::parse(&query));
        let fits = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
        prop_assert!(!name.is_empty() && name.len() <= 100 && name.chars().all(fits), "{}", name);
        prop_assert!(!name.starts_with(['.', '-']) && !name.ends_with(['.', '-']), "{}", name);
    }
}
