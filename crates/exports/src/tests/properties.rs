//! Whatever user agents write comes back as they wrote it, and nothing is lost or counted twice.

use cube::{Days, Selection};
use downloads::{Day, DayState, Dimension};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    fixture::Sample,
    tables::{read_csv, read_parquet},
};

/// A text as somebody who means harm would send it. NUL is nowhere: the store has none.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "", "other", "null", "NA", "None", "=1+1", "@a", "-1", "\"", "\"\"", ",", "a,b", "\r", "\n",
            "\r\n", " a ", "\t", "</script>", "<!--", "'; --", "\u{feff}", "\u{202e}", "\u{2028}", "🐍", "é",
            "__proto__", "constructor", "3.11.4", "1.10", "0x10", "1e5", "\\", "\\n", "\u{7f}", "\u{85}", "\u{a0}",
        ]).prop_map(String::from),
        1 => "[^\u{0}]{0,6}",
        1 => "[a-b]{1,2}",
    ]
}

fn any_sample() -> impl Strategy<Value = Sample> {
    let fields = prop::collection::vec(any_text(), 12);
    let row = (0..40_u64, fields, prop::bool::ANY, 1..1000_u64);
    let state = prop_oneof![
        Just(DayState::Final),
        Just(DayState::Provisional),
        Just(DayState::NotCollected)
    ];
    (prop::collection::vec(row, 0..40), prop::collection::vec(state, 40), 0..12_usize).prop_map(
        |(rows, states, limit)| {
            let first = Day::from_ymd_opt(2026, 8, 1).unwrap();
            let days = Days::new(first, states);
            let rows = rows.into_iter().map(|(at, mut fields, ci, downloads)| {
                fields[11] = if ci { "true".into() } else { String::new() };
                (first + chrono::Days::new(at), fields.try_into().unwrap(), downloads)
            });
            // Days that were not collected have no rows.
            let rows = rows.filter(|(day, ..)| days.state(*day).is_collected()).collect();
            Sample { rows, days, limit }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn tables_hold_the_cube(sample in any_sample()) {
        let published = sample.published();
        prop_assume!(published.days().last_collected().is_some());
        let (header, rows) = read_csv(&sample.bytes("data/ruamel-yaml.csv"));
        prop_assert_eq!(&read_parquet(sample.bytes("data/ruamel-yaml.parquet")), &(header, rows.clone()));
        prop_assert_eq!(rows.len(), published.rows());

        let count = |row: &Vec<Option<String>>| row[9].as_ref().unwrap().parse::<u64>().unwrap();
        let by_day = published.by_day(&Selection::default());
        for (at, day) in published.days().iter().enumerate() {
            let of_day = rows.iter().filter(|row| row[0] == Some(day.to_string()));
            prop_assert_eq!(of_day.map(count).sum::<u64>(), by_day[at]);
        }
        let facets = published.facets(&Selection::default());
        for dimension in Dimension::ALL {
            let at = 1 + dimension as usize;
            for (value, total) in published.values(dimension).iter().zip(&facets[dimension as usize]) {
                let is_gathered = |row: &Vec<Option<String>>| {
                    row[12].as_deref().unwrap_or("").split(' ').any(|it| it == dimension.key())
                };
                let is = |row: &&Vec<Option<String>>| match value {
                    cube::Value::Known(text) => row[at].as_ref() == Some(text) && !is_gathered(row),
                    cube::Value::Unknown => row[at].is_none(),
                    cube::Value::Other => is_gathered(row),
                };
                prop_assert_eq!(rows.iter().filter(is).map(count).sum::<u64>(), *total);
            }
        }
    }

    #[test]
    fn json_holds_every_value_as_it_was_logged(sample in any_sample()) {
        let whole = sample.whole();
        prop_assume!(whole.days().last_collected().is_some());
        let file = sample.json("api/v1/projects/ruamel-yaml.json");
        let everything: u64 = whole.by_day(&Selection::default()).iter().sum();
        for dimension in Dimension::ALL {
            let records = file["dimensions"][dimension as usize]["values"].as_array().unwrap();
            let total: u64 = records.iter().map(|it| it["total"].as_u64().unwrap()).sum();
            prop_assert_eq!(total, everything);
            let mut found: Vec<_> = records.iter().filter_map(|it| it["value"].as_str()).collect();
            found.sort_unstable();
            let expected = whole.values(dimension).iter().filter_map(|it| match it {
                cube::Value::Known(text) => Some(text.as_str()),
                cube::Value::Unknown | cube::Value::Other => None,
            });
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
        let days = |at: usize| file["daily"]["series"][at]["downloads"].as_array().unwrap();
        let sum = |at: usize| days(at).iter().filter_map(Value::as_u64).sum::<u64>();
        prop_assert_eq!(sum(0), everything);
        prop_assert_eq!((2..6).map(sum).sum::<u64>(), everything);
        prop_assert_eq!(&file["totals"][0]["periods"][3]["downloads"], &Value::from(everything));
    }

    /// T1.10: the days of the samples are on both sides of a break.
    #[test]
    fn a_figure_that_reaches_across_a_break_says_so(sample in any_sample()) {
        prop_assume!(sample.days.last_collected().is_some());
        let file = sample.json("api/v1/projects/ruamel-yaml.json");
        let periods = file["totals"].as_array().unwrap().iter().flat_map(|it| it["periods"].as_array().unwrap());
        for period in periods {
            let day = |key: &str| downloads::parse_day(period[key].as_str().unwrap()).unwrap();
            let (first, last) = (day("first_day"), day("last_day"));
            let length = chrono::Days::new(downloads::days_between(first, last).into());
            let from = if period["change"].is_null() { first } else { first - length };
            let expected = downloads::break_between(from, last).map(|it| it.id);
            prop_assert_eq!(period["across"].as_str(), expected, "{}", period);
        }
    }

    #[test]
    fn the_shapes_of_others_sum_up(sample in any_sample()) {
        prop_assume!(sample.days.last_collected().is_some());
        let pepy = sample.json("api/v2/projects/ruamel-yaml");
        let everything: u64 = sample.rows.iter().map(|(_, _, downloads)| downloads).sum();
        prop_assert_eq!(&pepy["total_downloads"], &Value::from(everything));
        let by_version = pepy["downloads"].as_object().unwrap().values();
        let counts = by_version.flat_map(|it| it.as_object().unwrap().values());
        prop_assert_eq!(counts.filter_map(Value::as_u64).sum::<u64>(), everything);

        let sum = |name: &str, category: Option<&str>| -> u64 {
            let file = sample.json(&format!("api/packages/ruamel-yaml/{name}"));
            let rows = file["data"].as_array().unwrap().iter();
            let rows = rows.filter(|it| category.is_none_or(|category| it["category"] == category));
            rows.map(|it| it["downloads"].as_u64().unwrap()).sum()
        };
        let without = sum("overall", Some("without_mirrors"));
        prop_assert!(without <= sum("overall", Some("with_mirrors")));
        prop_assert_eq!(sum("system", None), without);
        prop_assert_eq!(sum("python_major", None), without);
        prop_assert!(sum("python_minor", None) <= without);
    }
}
