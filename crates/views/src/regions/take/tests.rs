//! Views that are taken along.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use cube::Days;
use downloads::{DayState, Field, Mirrors};

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

/// 1.0 is replaced by 2.0 from 10 February on, each with 1,000 a day; 30 % of the downloads are from DE.
fn replaced() -> Cube {
    let first = day("2026-01-01");
    let mut builder = cube::Builder::new(Mirrors::default());
    for date in first.iter_days().take(59) {
        let version = if date < day("2026-02-10") { "1.0" } else { "2.0" };
        for (country, downloads) in [("DE", 300), ("US", 700)] {
            let fields = row(&[(Field::Version, version), (Field::CountryCode, country)]);
            builder.push(date, &fields, downloads).unwrap();
        }
    }
    builder.finish(Days::new(first, vec![DayState::Final; 59]), 1000)
}

#[test]
fn lines_of_averages_add_up_also_where_a_value_is_gone() {
    let of = |query: &str| parsed(&csv(&replaced(), &View::parse(query), &CONTEXT));
    let rows = of("from=2026-02-10&to=2026-03-01&average=7&split=version");
    assert_eq!(rows[0], ["from", "to", "2.0", "other", "note"]);
    for row in &rows[1..20] {
        let sum: f64 = row[2..4].iter().map(|it| it.parse::<f64>().unwrap()).sum();
        assert!((sum - 1000.0).abs() < 0.011, "{row:?}");
    }
    assert_eq!(rows[1][2..4], ["142.86", "857.14"]);
    assert_eq!(rows[10][2..4], ["1000.00", "0.00"]);
    let shares = of("from=2026-02-10&to=2026-03-01&average=7&split=version&share=1");
    assert_eq!(shares[1][2..4], ["14.2857", "85.7143"]);
    let without = of("from=2026-02-10&to=2026-03-01&split=version");
    assert_eq!(without[0], ["from", "to", "2.0", "note"], "counts do not reach back");
}

#[test]
fn averages_of_few_downloads_are_not_rounded_away() {
    let first = day("2026-01-01");
    let mut builder = cube::Builder::new(Mirrors::default());
    for at in (0..28).step_by(7) {
        for (country, downloads) in [("DE", 3), ("US", 7)] {
            let fields = row(&[(Field::CountryCode, country)]);
            builder.push(first + chrono::Days::new(at), &fields, downloads).unwrap();
        }
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 28]), 1000);
    let last = |query: &str| {
        let rows = parsed(&csv(&cube, &View::parse(query), &CONTEXT));
        rows.last().unwrap().clone()
    };
    assert_eq!(last("range=all&average=7&country=DE")[2], "0.43");
    assert_eq!(last("range=all&average=7&share=1&country=DE")[2], "30.0000");
    assert_eq!(last("range=all&average=7&share=1&split=country")[2..4], ["70.0000", "30.0000"]);
    let table =
        markdown(&cube, &View::parse("range=all&average=7&country=DE"), &CONTEXT, "https://x/");
    assert!(table.contains("| 28 Jan 2026 | 0.4 |"), "{table}");
}

#[test]
fn shares_of_a_split_are_of_its_lines_also_if_there_is_one() {
    let rows = parsed(&csv(
        &replaced(),
        &View::parse("range=all&split=version&share=1&version=1.0"),
        &CONTEXT,
    ));
    assert_eq!(rows[0][2], "1.0 (%)");
    assert!(rows[1..].iter().all(|row| row[2] == "100.0000" || row[2].is_empty()), "{rows:?}");
}

#[test]
fn notes_say_why_a_total_is_too_low_and_an_average_not_there() {
    let first = day("2026-01-01");
    let mut builder = cube::Builder::new(Mirrors::default());
    let letters = format!("{}-{}", "f".repeat(4), "f".repeat(9));
    for at in (0..14).filter(|&at| at != 4) {
        builder.push(first + chrono::Days::new(at), &[""; 12], 5).unwrap();
    }
    let cube = builder.finish(Days::new(first, states(&letters)), 1000);
    let of = |query: &str| parsed(&csv(&cube, &View::parse(query), &CONTEXT));
    let totals = of("range=all&sum=1");
    assert_eq!(totals[14][2..], ["65", "1 day so far not collected"]);
    let averages = of("range=all&average=7");
    assert_eq!(averages[11][2..], ["", "not all of the days before are known"]);
    assert_eq!(averages[12][2..], ["5.00", ""]);
}

/// Addresses with days in and around those of the cube.
fn any_query() -> impl Strategy<Value = String> {
    let own = (0..140_u64, 0..40_u64).prop_map(|(at, length)| {
        let from = day("2026-05-25") + chrono::Days::new(at);
        format!("from={from}&to={}", from + chrono::Days::new(length))
    });
    let range = prop_oneof![own, Just("range=all".to_owned()), Just("range=30d".to_owned())];
    let rest = prop::sample::subsequence(
        vec![
            "split=version",
            "group=minor",
            "share=1",
            "sum=1",
            "scale=log",
            "average=7",
            "average=28",
            "draw=stacked",
            "version=1.0",
            "country=DE",
            "interval=week",
        ],
        0..6,
    );
    (range, rest).prop_map(|(range, rest)| format!("{range}&{}", rest.join("&")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever days are asked for, all ways to take a view along work, and lines add up to what they are parts of.
    #[test]
    fn any_view_can_be_taken_and_its_lines_add_up(query in any_query()) {
        let (cube, view) = (awkward(), View::parse(&query));
        let rows = parsed(&csv(&cube, &view, &CONTEXT));
        let _ = markdown(&cube, &view, &CONTEXT, "https://x/");
        chart_file(&cube, &view, &CONTEXT, Colors::Light).unwrap();
        let whole = match view.heights() {
            Heights::Shares => None,
            _ => {
                let unsplit = query.replace("split=version", "");
                Some(parsed(&csv(&cube, &View::parse(&unsplit), &CONTEXT)))
            }
        };
        if view.split().is_none() {
            return Ok(());
        }
        for (at, row) in rows.iter().enumerate().skip(1) {
            let parts = &row[2..row.len() - 1];
            if parts.is_empty() || parts.iter().any(String::is_empty) {
                continue;
            }
            let sum: f64 = parts.iter().map(|it| it.parse::<f64>().unwrap()).sum();
            let expected = match &whole {
                None => 100.0,
                Some(whole) => whole[at][2].parse().unwrap(),
            };
            // Averages have two decimals, each rounded.
            prop_assert!((sum - expected).abs() < 0.006 * (parts.len() + 1) as f64, "{query}: {row:?}");
        }
    }
}
