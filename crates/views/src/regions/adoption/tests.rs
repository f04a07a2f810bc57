//! What the region says of releases.

use cube::{Builder, Cube, Days};
use downloads::{DayState, Field, Mirrors};

use super::*;
use crate::{
    View,
    fixture::{awkward, context, day, row},
};

fn region(cube: &Cube, query: &str) -> Option<Releases> {
    let view = View::parse(query);
    Releases::of(&Counted::of(cube, &view), &metrics::dated_releases(cube), &context("mini"))
        .unwrap()
}

/// A day, from 0, with what was downloaded on it, where, by what, and how often.
type Downloads<'a> = (usize, &'a str, &'a str, &'a str, u64);

fn cube(first: &str, days: usize, rows: impl IntoIterator<Item = Downloads<'static>>) -> Cube {
    let first = day(first);
    let mut builder = Builder::new(Mirrors::default());
    for (at, version, country, installer, count) in rows {
        let fields = row(&[
            (Field::Version, version),
            (Field::CountryCode, country),
            (Field::InstallerName, installer),
        ]);
        builder.push(first + chrono::Days::new(at as u64), &fields, count).unwrap();
    }
    builder.finish(Days::new(first, vec![DayState::Final; days]), 1000)
}

/// 1.1 takes over from 1.0 on the tenth day, and 1.2 half of it from the fiftieth on; mirrors have only 1.0.
fn replaced() -> Cube {
    let rows = (0..80).flat_map(|at| {
        let one = if at < 50 { 80 } else { 30 };
        let newest = (at >= 50).then_some((at, "1.2", "DE", "pip", 50));
        let newer = (at >= 10).then_some((at, "1.1", "US", "uv", one));
        [
            Some((at, "1.0", "DE", "pip", 20)),
            Some((at, "1.0", "DE", "bandersnatch", 500)),
            newer,
            newest,
        ]
        .into_iter()
        .flatten()
    });
    cube("2026-01-01", 80, rows)
}

fn cells(region: &Releases) -> Vec<Vec<&str>> {
    region
        .rows
        .iter()
        .map(|row| {
            let mut cells: Vec<&str> = vec![&row.choice.label, &row.first, &row.month];
            cells.extend(row.after.iter().map(|it| &**it));
            cells.extend([&*row.half, &*row.half_life]);
            cells
        })
        .collect()
}

#[test]
fn each_release_is_told_since_its_first_day() {
    let region = region(&replaced(), "").unwrap();
    // 1.1 has its peak from 17 Jan on, the end of its first week, and half of it on 25 Feb: then 6 of the 7 days
    // have 30 %.
    assert_eq!(
        cells(&region),
        [
            ["1.2", "20 Feb 2026", "50.0\u{a0}%", "50.0\u{a0}%", "–", "–", "7 days", "–"],
            [
                "1.1",
                "11 Jan 2026",
                "30.0\u{a0}%",
                "80.0\u{a0}%",
                "80.0\u{a0}%",
                "–",
                "7 days",
                "39 days"
            ],
        ]
    );
    assert_eq!(region.rows.iter().map(|it| it.place).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(region.weeks.len(), 10);
    assert_eq!(region.weeks[0], (7, vec!["50.0\u{a0}%".into(), "80.0\u{a0}%".into()]));
    assert_eq!(region.weeks[4], (35, vec![String::new(), "80.0\u{a0}%".into()]));
    let [wide, narrow] = region.drawings.unwrap();
    for svg in [&wide, &narrow] {
        assert!(
            svg.contains(
                "The highest share of 7 days: 80.0\u{a0}% of 1.1. 2 of 2 releases had half"
            ),
            "{svg}"
        );
    }
}

#[test]
fn filters_by_version_are_passed_over_and_others_followed() {
    let cube = replaced();
    let (all, version) =
        (region(&cube, "").unwrap(), region(&cube, "version=1.1&major=7").unwrap());
    assert_eq!(cells(&all), cells(&version));
    assert_eq!(version.notes, ["Filters by version do not count here."]);
    assert_eq!(version.rows.iter().map(|it| it.choice.current).collect::<Vec<_>>(), [false, true]);
    assert_eq!(version.rows[1].choice.view, "major=7");
    let german = region(&cube, "country=DE").unwrap();
    assert_eq!(
        german.basis,
        "by known installers without mirrors, CI or not, filtered by country DE"
    );
    assert_eq!(cells(&german)[0][2], text::share(50, 70).unwrap());
    let mirrors = region(&cube, "installer=bandersnatch").unwrap();
    assert_eq!(
        (&*mirrors.basis, cells(&mirrors)[0][2]),
        ("filtered by installer bandersnatch", "0.0\u{a0}%")
    );
}

#[test]
fn where_nothing_passes_the_filters_no_share_is_known() {
    let region = region(&replaced(), "country=FR").unwrap();
    assert!(region.drawings.is_none() && region.weeks.is_empty());
    assert_eq!(cells(&region)[0][2..], ["–"; 6]);
    assert!(!region.render().unwrap().contains("<figure>"));
}

#[test]
fn releases_whose_first_day_is_not_known_stay_out() {
    assert!(region(&cube("2026-01-01", 9, [(0, "1.0", "", "pip", 1)]), "").is_none());
    assert!(region(&cube("2026-01-01", 0, []), "").is_none());
}

#[test]
fn breaks_gaps_and_provisional_days_are_told() {
    let rows = (0..60).flat_map(|at| {
        let later = (at > 0).then_some((at, "1.1", "", "pip", 10));
        [Some((at, "1.0", "", "pip", 10)), later].into_iter().flatten()
    });
    let across = region(&cube("2026-07-20", 60, rows), "").unwrap();
    assert_eq!(across.notes.len(), 1);
    assert!(across.notes[0].starts_with("Shares before and after 24 Aug 2026 count differently: "));

    let first = day("2026-01-01");
    let states = crate::fixture::states(&format!("{}-{}pp", "f".repeat(20), "f".repeat(20)));
    let mut builder = Builder::new(Mirrors::default());
    for (at, _) in states.iter().enumerate().filter(|(_, state)| state.is_collected()) {
        for version in ["1.0", if at > 0 { "1.1" } else { "1.0" }] {
            let fields = row(&[(Field::Version, version), (Field::InstallerName, "pip")]);
            builder.push(first + chrono::Days::new(at as u64), &fields, 10).unwrap();
        }
    }
    let gap = region(&builder.finish(Days::new(first, states), 9), "").unwrap();
    assert_eq!(
        gap.notes,
        [
            "Where a curve is interrupted, not all days were collected.",
            "Dashed: with provisional days, which may still change.",
        ]
    );
    let known: Vec<&str> = gap.weeks.iter().map(|it| &*it.1[0]).collect();
    assert_eq!(
        known,
        ["50.0\u{a0}%", "50.0\u{a0}%", "–", "50.0\u{a0}%", "50.0\u{a0}%", "50.0\u{a0}%"]
            [..known.len()]
    );
}

#[test]
fn only_the_newest_have_a_curve_and_no_version_is_markup() {
    let versions =
        ["0.9", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "2.0"];
    let rows = versions
        .into_iter()
        .enumerate()
        .flat_map(|(first, version)| (first..40).map(move |at| (at, version, "", "pip", 10)));
    let region = region(&cube("2026-01-01", 40, rows), "").unwrap();
    assert_eq!(region.rows.len(), MOST);
    assert_eq!(region.rows.iter().filter(|it| it.place > 0).count(), CURVES);
    assert_eq!(
        region.names().collect::<Vec<_>>(),
        ["2.0", "1.9", "1.8", "1.7", "1.6", "1.5", "1.4", "1.3"]
    );
    assert!(region.weeks.iter().all(|(_, shares)| shares.len() == CURVES));
    let html = region.render().unwrap();
    assert_eq!(html.matches("class=\"swatch\"").count(), CURVES);
    assert!(self::region(&awkward(), "").is_none_or(|it| !it.render().unwrap().contains("<b>2.0")));
}
