//! Histories in which something happens, and histories in which nothing does.

use cube::Builder;
use downloads::{INCIDENTS, Mirrors};
use proptest::prelude::*;

use super::*;

/// A history from a day on, without a break or an incident of the source in it unless said.
#[derive(Debug)]
struct History {
    first: Day,
    states: Vec<DayState>,
    /// Day from the first, version, downloads.
    rows: Vec<(usize, String, u64)>,
}

impl History {
    /// `count` final days from 1 Jan 2023 on, each with as many downloads as `downloads` says.
    fn new(count: usize, downloads: impl Fn(usize) -> u64) -> Self {
        let rows = (0..count).map(|day| (day, String::new(), downloads(day))).collect();
        Self { first: at("2023-01-01"), states: vec![DayState::Final; count], rows }
    }

    fn cube(&self, count: usize) -> Cube {
        let mut builder = Builder::new(Mirrors::default());
        for (day, version, downloads) in self.rows.iter().filter(|row| row.0 < count && row.2 > 0) {
            let mut fields = [""; 12];
            fields[1] = version;
            let is_collected = self.states[*day].is_collected();
            builder.push(self.day(*day), &fields, *downloads * u64::from(is_collected)).unwrap();
        }
        builder.finish(Days::new(self.first, self.states[..count].to_vec()), usize::MAX)
    }

    fn day(&self, at: usize) -> Day {
        self.first + chrono::Days::new(at as u64)
    }

    /// All events, the newest first; no other project is ahead.
    fn events(&self) -> Vec<Event> {
        let count = self.states.len();
        events(&self.cube(count), self.day(count - 1), usize::MAX)
    }

    /// The ids of all events but milestones.
    fn ids(&self) -> Vec<String> {
        let ids = self.events().into_iter().map(|event| event.id());
        ids.filter(|id| !id.starts_with("milestone")).collect()
    }
}

fn at(day: &str) -> Day {
    downloads::parse_day(day).unwrap()
}

/// Weekdays and weekends, with a little noise.
fn usual(day: usize) -> u64 {
    let noise = (day * 7919) as u64 % 41;
    if day % 7 >= 5 { 400 + noise } else { 1_000 + noise }
}

#[test]
fn milestones_are_round_and_told_on_the_day_they_are_reached() {
    let events = History::new(12, |_| 500).events();
    let milestones: Vec<_> = events.iter().map(|event| (event.id(), event.day)).collect();
    assert_eq!(
        milestones,
        [
            ("milestone/5000".into(), at("2023-01-10")),
            ("milestone/2000".into(), at("2023-01-04")),
            ("milestone/1000".into(), at("2023-01-02")),
        ]
    );
    assert_eq!(events[0].what, What::Milestone { downloads: 5_000, since: at("2023-01-01") });
}

#[test]
fn of_several_milestones_of_a_day_the_highest_is_told_and_none_of_the_first_day() {
    let history = History::new(3, |day| [3_000, 0, 98_000][day]);
    let ids: Vec<_> = history.events().iter().map(Event::id).collect();
    assert_eq!(ids, ["milestone/100000"]);
}

#[test]
fn what_provisional_days_reach_is_not_told_yet() {
    let mut history = History::new(4, |_| 600);
    history.states[2..].fill(DayState::Provisional);
    assert_eq!(history.events().len(), 1);
    history.states[3] = DayState::Final;
    let ids: Vec<_> = history.events().iter().map(Event::id).collect();
    assert_eq!(ids, ["milestone/2000", "milestone/1000"], "the day between does not take it back");
}

#[test]
fn usual_weeks_make_no_event() {
    assert_eq!(History::new(400, usual).ids(), [""; 0]);
}

#[test]
fn a_day_far_from_the_same_weekdays_is_an_event() {
    let history = History::new(120, |day| if day == 100 { 4_000 } else { usual(day) });
    let event = history.events().into_iter().find(|event| event.id() == "rise/2023-04-11").unwrap();
    let What::Unusual { direction, first, last, peak, downloads, usual } = event.what else {
        panic!("an unusual day");
    };
    assert_eq!((direction, downloads), (Direction::Rise, 4_000));
    assert_eq!([first, last, peak, event.day], [at("2023-04-11"); 4]);
    assert!((1_000..=1_040).contains(&usual), "{usual}");
    assert_eq!(history.ids(), ["rise/2023-04-11"]);
}

#[test]
fn a_weekday_as_quiet_as_a_weekend_is_a_fall() {
    let history = History::new(120, |day| if day == 99 { 400 } else { usual(day) });
    assert_eq!(history.ids(), ["fall/2023-04-10"]);
}

#[test]
fn unusual_days_that_follow_on_each_other_are_one_event() {
    // Two weeks of twice the downloads, but for a weekend.
    let history = History::new(120, |day| match day {
        84..98 if day % 7 < 5 => 3 * usual(day),
        _ => usual(day),
    });
    assert_eq!(history.ids(), ["rise/2023-03-26"]);
    let event = history.events().into_iter().find(|event| event.id() == "rise/2023-03-26").unwrap();
    assert_eq!(event.last_day(), history.day(95));
    assert_eq!(event.day, history.day(84));
}

#[test]
fn a_lasting_rise_is_one_event_that_ends_when_it_is_usual() {
    let history = History::new(300, |day| if day < 150 { usual(day) } else { 3 * usual(day) });
    assert_eq!(history.ids(), ["rise/2023-05-31"]);
}

#[test]
fn few_downloads_are_never_unusual() {
    assert_eq!(History::new(120, |day| if day == 100 { 99 } else { 3 }).ids(), [""; 0]);
}

#[test]
fn nothing_is_unusual_of_which_the_usual_is_not_known() {
    let spike = |day| if day == 100 { 4_000 } else { usual(day) };
    let mut history = History::new(120, spike);
    history.states[100 - 49] = DayState::NotCollected;
    assert_eq!(history.ids(), ["missing/2023-02-21"], "compared across a gap");
    let mut history = History::new(120, spike);
    history.states[100..].fill(DayState::Provisional);
    assert_eq!(history.ids(), [""; 0], "told of a provisional day");
    assert_eq!(History::new(56, |day| if day == 55 { 4_000 } else { 10 }).ids(), [""; 0]);
}

#[test]
fn nothing_is_unusual_across_a_break_or_within_an_incident() {
    let spike = |day| if day == 100 { 4_000 } else { usual(day) };
    let mut history = History::new(120, spike);
    for known in [downloads::BREAKS[1].day, INCIDENTS[4].first, INCIDENTS[5].last] {
        history.first = known - chrono::Days::new(100);
        assert_eq!(history.ids(), [""; 0], "{known}");
        history.first = known - chrono::Days::new(45);
        assert_eq!(history.ids(), [""; 0], "compared with days before {known}");
    }
}

/// Sixty days of two versions: the second one comes on day 20 and has `share` percent of 1,000 from then on.
fn releases(share: u64) -> History {
    let mut history = History::new(60, |_| 0);
    for day in 0..60 {
        let new = if day < 20 { 0 } else { 10 * share };
        history.rows.push((day, "1.9".into(), 1_000 - new));
        history.rows.push((day, "1.10".into(), new));
        history.rows.push((day, "2.0rc1".into(), 9_000));
    }
    history
}

#[test]
fn a_release_is_adopted_when_half_of_a_week_is_its() {
    let history = releases(70);
    assert_eq!(history.ids(), ["adopted/1.10"]);
    let event = history.events().into_iter().find(|event| event.id() == "adopted/1.10").unwrap();
    // 700 of 1,000 a day: after five of seven days, 3,500 of 7,000.
    assert_eq!(event.day, history.day(24));
    let what = What::Adopted { version: "1.10".into(), downloads: 3_500, of: 7_000 };
    assert_eq!(event.what, what);
    assert_eq!(releases(49).ids(), [""; 0]);
}

#[test]
fn a_week_that_is_not_whole_tells_no_adoption() {
    let mut history = releases(70);
    history.states[22] = DayState::NotCollected;
    let days: Vec<_> = history.events().iter().map(|it| (it.id(), it.day)).collect();
    assert!(days.contains(&("adopted/1.10".into(), history.day(29))), "{days:?}");
}

#[test]
fn what_the_first_known_week_has_is_no_news() {
    let mut history = releases(70);
    history.rows.retain(|row| row.1 == "1.9");
    assert_eq!(history.ids(), [""; 0]);
}

#[test]
fn a_gap_is_told_once_it_is_sure_to_stay() {
    let mut history = History::new(10, |_| 1);
    history.states[4] = DayState::NotCollected;
    history.states[5..].fill(DayState::Provisional);
    assert_eq!(history.ids(), [""; 0], "the next run may fill it");
    history.states[5] = DayState::Final;
    let [event] = &history.events()[..] else { panic!("one event") };
    assert_eq!((event.id(), event.day), ("missing/2023-01-05".into(), at("2023-01-06")));
    let day = at("2023-01-05");
    assert_eq!(event.what, What::Missing { first: day, last: day, is_over: true });
}

#[test]
fn a_project_that_ends_before_the_others_is_late_and_keeps_the_id_when_it_goes_on() {
    let history = History::new(10, |_| 1);
    let late = |newest| events(&history.cube(10), at(newest), usize::MAX);
    assert_eq!(late("2023-01-12"), [], "two days are nothing");
    let [event] = &late("2023-01-15")[..] else { panic!("one event") };
    assert_eq!((event.id(), event.day), ("missing/2023-01-11".into(), at("2023-01-13")));
    assert_eq!(event.last_day(), at("2023-01-15"));

    let mut history = History::new(30, |_| 1);
    history.states[10..20].fill(DayState::NotCollected);
    history.states[20..].fill(DayState::Provisional);
    let [later] = &history.events()[..] else { panic!("one event") };
    assert_eq!((later.id(), later.day), (event.id(), event.day));
    assert_eq!(later.last_day(), at("2023-01-20"));
}

#[test]
fn the_newest_come_first_and_the_oldest_are_dropped() {
    let history = History::new(120, |day| if day == 100 { 4_000 } else { usual(day) });
    let all = history.events();
    assert!(all.len() > 3 && all.is_sorted_by_key(|event| std::cmp::Reverse(event.day)));
    assert_eq!(events(&history.cube(120), history.day(119), 3), all[..3]);
    assert_eq!(events(&History::new(0, |_| 0).cube(0), at("2023-01-01"), 3), []);
}

prop_compose! {
    /// Histories with jumps, releases and gaps, all settled.
    fn histories()(
        first in 0..4_000_u64,
        days in prop::collection::vec((0..30_u8, 0..2_000_u64, 0..4_u64), 8..200)
    ) -> History {
        let states = days.iter().map(|(gap, ..)| match gap {
            0 => DayState::NotCollected,
            _ => DayState::Final,
        });
        let states: Vec<_> = states.collect();
        let mut level = 500;
        let mut rows = Vec::new();
        for (day, &(jump, noise, version)) in days.iter().enumerate() {
            if jump == 1 {
                level = (level * 7) % 20_011;
            }
            rows.push((day, format!("1.{}", day as u64 / 40 + version / 3), level + noise));
            rows.push((day, "1.0".into(), noise / 3));
        }
        History { first: at("2016-01-01") + chrono::Days::new(first), states, rows }
    }
}

proptest! {
    #[test]
    fn what_was_told_is_told_again_when_more_days_come(
        history in histories(), part in 0.0..1.0_f64, late in 0..3_usize
    ) {
        let count = history.states.len();
        let known = ((count as f64 * part) as usize).max(1);
        let after = history.events();
        // Provisional until now: the last days of what was known.
        let mut before = History { states: history.states[..known].to_vec(), ..history };
        for state in before.states.iter_mut().rev().take(late).filter(|it| it.is_collected()) {
            *state = DayState::Provisional;
        }
        for event in before.events() {
            let same = after.iter().find(|it| it.id() == event.id());
            prop_assert_eq!(same.map(|it| it.day), Some(event.day), "{:?} in {:?}", event, after);
        }
    }

    #[test]
    fn ids_are_unique_and_plain(history in histories()) {
        let mut ids: Vec<_> = history.events().iter().map(Event::id).collect();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-/".contains(&byte);
        prop_assert!(ids.iter().all(|id| id.bytes().all(plain)));
        ids.sort();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }
}
