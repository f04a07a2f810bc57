//! What the region says, of a small cube with everything awkward in it and of hostile values.

use cube::{Builder, Cube, Days};
use downloads::{Day, DayState, Field, Mirrors};

use super::*;
use crate::{
    View,
    fixture::{awkward, context, day, row, states},
};

fn region(cube: &Cube, query: &str) -> MayWeDrop {
    let view = View::parse(query);
    MayWeDrop::of(&Counted::of(cube, &view), &context("mini"))
}

/// The label of each row of the table, and its shares.
fn rows(region: &MayWeDrop) -> Vec<(&str, Vec<&str>)> {
    let table = region.table.as_ref().unwrap();
    table
        .rows
        .iter()
        .map(|row| (&*row.label, row.shares.iter().map(|it| &**it).collect()))
        .collect()
}

/// So many days up to 30 Mar 2026, with the same downloads each by version, Python and installer.
fn steady(letters: &str, downloads: &[(&str, &str, &str, u64)]) -> Cube {
    let last = day("2026-03-30");
    let first: Day = last - chrono::Days::new(letters.len().saturating_sub(1) as u64);
    let states = states(letters);
    let mut builder = Builder::new(Mirrors::default());
    for (date, state) in first.iter_days().zip(&states) {
        for &(version, python, installer, count) in downloads {
            let fields = row(&[
                (Field::Version, version),
                (Field::ImplementationVersion, python),
                (Field::InstallerName, installer),
                (Field::SystemName, "Linux"),
            ]);
            if *state != DayState::NotCollected {
                builder.push(date, &fields, count).unwrap();
            }
        }
    }
    builder.finish(Days::new(first, states), 1000)
}

const USED: [(&str, &str, &str, u64); 5] = [
    ("1.0", "3.9.1", "pip", 4),
    ("1.0", "3.12.1", "pip", 6),
    ("2.0.1", "3.9.1", "uv", 1),
    ("2.0.1", "3.12.1", "uv", 9),
    ("2.0.1", "3.13.1", "bandersnatch", 80),
];

#[test]
fn shares_are_told_overall_and_of_the_newest_versions() {
    let region = region(&steady(&"f".repeat(100), &USED), "");
    assert_eq!(
        region.sentences,
        [
            "25.0\u{a0}% of the downloads of the last 90 days came from Python 3.9; of those of 2.0, the newest release line, 10.0\u{a0}%.",
            "75.0\u{a0}% of the downloads of the last 90 days came from Python 3.12; of those of 2.0, the newest release line, 90.0\u{a0}%.",
        ]
    );
    let table = region.table.as_ref().unwrap();
    assert_eq!(table.columns, ["All versions", "2.0.x", "1.0.x"]);
    assert_eq!(
        rows(&region),
        [
            ("3.12", vec!["75.0\u{a0}%", "90.0\u{a0}%", "60.0\u{a0}%"]),
            ("3.9", vec!["25.0\u{a0}%", "10.0\u{a0}%", "40.0\u{a0}%"]),
        ],
        "without mirrors, the newest first"
    );
    insta::assert_snapshot!(table.markdown, @r"
    25.0 % of the downloads of the last 90 days came from Python 3.9; of those of 2.0, the newest release line, 10.0 %.
    75.0 % of the downloads of the last 90 days came from Python 3.12; of those of 2.0, the newest release line, 90.0 %.

    | Python | All versions | 2.0.x | 1.0.x |
    | --- | ---: | ---: | ---: |
    | 3.12 | 75.0 % | 90.0 % | 60.0 % |
    | 3.9 | 25.0 % | 10.0 % | 40.0 % |

    mini\: share of the downloads by known installers without mirrors, CI or not. 31 Dec 2025 to 30 Mar 2026.
    ");
}

#[test]
fn a_view_that_says_who_counts_is_followed() {
    let cube = steady(&"f".repeat(100), &USED);
    let first = |query: &str| region(&cube, query).notes[0].clone();
    assert_eq!(first(""), "Share of the downloads by known installers without mirrors, CI or not.");
    assert_eq!(
        first("country=&python=3.9"),
        "Share of the downloads by known installers without mirrors, CI or not, filtered by country not known."
    );
    assert_eq!(
        first("installer=bandersnatch"),
        "Share of the downloads filtered by installer bandersnatch."
    );
    let all = region(&cube, "audience=interactive&audience=mirror");
    assert_eq!(rows(&all)[0], ("3.13", vec!["80.0\u{a0}%", "88.9\u{a0}%", "0.0\u{a0}%"]));
    assert!(
        all.sentences[0].contains(" (audience Interactive or Mirror) came from Python 3.9;"),
        "{:?}",
        all.sentences
    );
}

#[test]
fn filters_by_what_is_told_apart_are_passed_over_and_marked() {
    let cube = steady(&"f".repeat(100), &USED);
    let (all, filtered) = (region(&cube, ""), region(&cube, "python=3.9&version=1.0"));
    assert_eq!(rows(&filtered), rows(&all));
    assert_eq!(filtered.notes[1], "Filters by Python and version do not count here.");
    assert!(!all.notes.iter().any(|it| it.starts_with("Filters by")));
    let chosen = |region: &MayWeDrop| -> Vec<bool> {
        region
            .table
            .iter()
            .flat_map(|it| &it.rows)
            .map(|it| it.choice.as_ref().unwrap().current)
            .collect()
    };
    assert_eq!((chosen(&all), chosen(&filtered)), (vec![false, false], vec![false, true]));
    let choice = filtered.table.unwrap().rows.remove(0).choice.unwrap();
    assert_eq!(choice.view, "version=1.0&python=3.12&python=3.9");
}

#[test]
fn the_days_are_told_as_they_are() {
    let of = |letters: &str, query: &str| {
        let region = region(&steady(letters, &USED), query);
        let words = region.sentences[0].split(" of the downloads ").nth(1).unwrap();
        (words.split(" came").next().unwrap().to_owned(), region.days)
    };
    let told = |words: &str, days: &str| (words.to_owned(), days.to_owned());
    let full = "f".repeat(100);
    assert_eq!(of(&full, ""), told("of the last 90 days", "31 Dec 2025 to 30 Mar 2026"));
    assert_eq!(of(&full, "over=30d"), told("of the last 30 days", "1 to 30 Mar 2026"));
    assert_eq!(of(&"f".repeat(40), ""), told("of the last 40 days", "19 Feb to 30 Mar 2026"));
    let gap = format!("{}---{}", "f".repeat(60), "f".repeat(37));
    assert_eq!(
        of(&gap, ""),
        told("of 87 of the last 90 days", "31 Dec 2025 to 30 Mar 2026, 3 of 90 days not collected")
    );
    let own = "from=2026-03-01&to=2026-03-20&over=view";
    assert_eq!(of(&full, own), told("of 1 to 20 Mar 2026", "1 to 20 Mar 2026"));
}

#[test]
fn few_downloads_or_few_days_have_no_shares() {
    let said = |letters: &str, downloads: u64, query: &str| {
        let region = region(&steady(letters, &[("1.0", "3.9.1", "pip", downloads)]), query);
        assert!(region.table.is_some() || region.notes.is_empty());
        region.table.is_none().then(|| region.sentences.join(" "))
    };
    let days = |count: usize| "f".repeat(count);
    let few = |words: &str| Some(words.to_owned());
    assert_eq!(said(&days(30), 4, ""), None);
    assert_eq!(said(&days(29), 4, ""), few("Too few days to tell: 29 of 90."));
    assert_eq!(said(&days(10), 10, "over=30d"), None);
    assert_eq!(said(&days(9), 10, "over=30d"), few("Too few days to tell: 9 of 30."));
    assert_eq!(said(&days(33), 3, ""), few("Too few downloads to tell."));
    assert_eq!(said(&days(34), 3, ""), None);
    assert_eq!(said(&days(90), 9, "country=DE"), few("Too few downloads to tell."));
    assert_eq!(said("", 1, ""), few("Nothing has been collected yet."));
    let outside = "from=2020-01-01&to=2020-01-31&over=view";
    assert!(
        said(&days(90), 9, outside).unwrap().starts_with("There is no data for 1 to 31 Jan 2020.")
    );
    let gap = format!("{}{}", "f".repeat(50), "-".repeat(10)) + "f";
    let inside = "from=2026-03-22&to=2026-03-25&over=view";
    assert!(said(&gap, 9, inside).unwrap().starts_with("Nothing was collected in these days"));
}

#[test]
fn a_break_within_the_days_is_told() {
    assert!(region(&awkward(), "").days.ends_with(", counting changed on 24 Aug 2026"));
    let after = "from=2026-08-25&to=2026-09-11&over=view";
    assert_eq!(region(&awkward(), after).days, "25 Aug to 11 Sep 2026");
    let marks = |query: &str| {
        let first = day("2024-04-01");
        let mut builder = Builder::new(Mirrors::default());
        for date in first.iter_days().take(60) {
            builder.push(date, &row(&[(Field::InstallerName, "pip")]), 10).unwrap();
        }
        let cube = builder.finish(Days::new(first, vec![DayState::Final; 60]), 9);
        region(&cube, query)
            .notes
            .iter()
            .any(|it| it.starts_with("Before 22 Apr 2024 downloads by uv"))
    };
    assert!(marks(""), "what counts is by known installers");
    assert!(!marks("over=30d"));
}

#[test]
fn systems_and_cpus_are_told_by_the_rarest() {
    let first = day("2026-01-01");
    let mut builder = Builder::new(Mirrors::default());
    for (system, count) in
        [("Linux", 9000), ("Windows", 600), ("Darwin", 300), ("FreeBSD", 90), ("Haiku", 9), ("", 1)]
    {
        for date in first.iter_days().take(90) {
            let fields = row(&[(Field::SystemName, system), (Field::InstallerName, "pip")]);
            builder.push(date, &fields, count).unwrap();
        }
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 90]), 99);
    let region = region(&cube, "drop=system");
    assert_eq!(
        region.sentences,
        [
            "0.9\u{a0}% of the downloads of the last 90 days came from FreeBSD.",
            "3.0\u{a0}% of the downloads of the last 90 days came from Darwin.",
        ],
        "not what hardly anybody uses, and not what most use"
    );
    let labels: Vec<&str> = rows(&region).into_iter().map(|it| it.0).collect();
    assert_eq!(labels, ["Linux", "Windows", "Darwin", "FreeBSD", "Haiku", "not known"]);
    let cpus = self::region(&cube, "drop=cpu");
    assert_eq!((cpus.sentences.len(), rows(&cpus)[0].0), (0, "not known"));
}

#[test]
fn the_values_with_the_fewest_downloads_are_summed_up() {
    let first = day("2026-01-01");
    let mut builder = Builder::new(Mirrors::default());
    for date in first.iter_days().take(90) {
        for at in 0..15_u64 {
            let python = format!("3.{at}.1");
            let fields =
                row(&[(Field::ImplementationVersion, &python), (Field::InstallerName, "pip")]);
            builder.push(date, &fields, 100 + at).unwrap();
        }
        let pypy = row(&[(Field::ImplementationVersion, "7.3.1"), (Field::InstallerName, "pip")]);
        builder.push(date, &pypy, 110).unwrap();
    }
    let cube = builder.finish(Days::new(first, vec![DayState::Final; 90]), 99);
    let region = region(&cube, "");
    let labels: Vec<&str> = rows(&region).into_iter().map(|it| it.0).collect();
    let newest = ["3.14", "3.13", "3.12", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6", "3.5", "3.4"];
    assert_eq!(labels, [&newest[..], &["7.3", "4 more"]].concat());
    let sum = 100 + 101 + 102 + 103;
    let total: u64 = (100..115).sum::<u64>() + 110;
    assert_eq!(rows(&region)[12].1, [text::share(sum, total).unwrap()]);
    assert!(
        region.sentences[0].contains("Python 3.0"),
        "the oldest is told though it is not listed"
    );
}

/// The cells of each line of a table, by a reader of the tests' own: a bar that is not escaped ends a cell.
fn cells(markdown: &str) -> Vec<Vec<String>> {
    let lines = markdown.lines().filter(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let mut cells = vec![String::new()];
            let mut letters = line.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => cells.last_mut().unwrap().extend(letters.next()),
                    '|' => cells.push(String::new()),
                    letter => cells.last_mut().unwrap().push(letter),
                }
            }
            cells[1..cells.len() - 1].iter().map(|it| it.trim().to_owned()).collect()
        })
        .collect()
}

proptest::proptest! {
    #[test]
    fn hostile_values_stay_in_their_cells(
        system in "[|`*_<>&\\\\a\\[\\]()#~!:@\r\n\u{202e}\u{a0}-]{1,40}", version in "[|`<\\\\\u{202e}1.0a-]{1,20}",
    ) {
        let fields = [(Field::SystemName, &*system), (Field::Version, &*version), (Field::InstallerName, "pip")];
        let first = day("2026-01-01");
        let mut builder = Builder::new(Mirrors::default());
        for date in first.iter_days().take(90) {
            builder.push(date, &row(&fields), 9).unwrap();
            builder.push(date, &row(&[(Field::InstallerName, "pip")]), 20).unwrap();
        }
        let cube = builder.finish(Days::new(first, vec![DayState::Final; 90]), 99);
        let region = region(&cube, "drop=system");
        let table = region.table.as_ref().unwrap();
        let read = cells(&table.markdown);
        let width = table.columns.len() + 1;
        proptest::prop_assert!(read.iter().all(|cells| cells.len() == width), "{read:?}");
        let label = text::visible(&system).replace('\u{a0}', " ");
        proptest::prop_assert!(read.iter().any(|cells| cells[0] == label.trim()), "{label:?} in {read:?}");
        for letter in ['\r', '\u{202e}'] {
            proptest::prop_assert!(!table.markdown.contains(letter));
        }
        let lines = region.sentences.len() + 1 + 2 + table.rows.len() + 2;
        proptest::prop_assert_eq!(table.markdown.lines().count(), lines);
        let html = region.render().unwrap();
        let elements = scraper::Html::parse_fragment(&html);
        let script = scraper::Selector::parse("section > *, td *, th > :not(a)").unwrap();
        for element in elements.select(&script) {
            proptest::prop_assert!(["div", "p", "details"].contains(&element.value().name()));
        }
    }
}
