//! Random histories: runs that are late, killed, of some projects only, over a source whose rows come
//! late, with holes that pass. In the end the store is what one full pull gives.

use downloads::DayState;
use local_bigquery::{Effect, Spell};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{super::last_complete_day, *};

/// How many histories are tried. `DOWNLOAD_ANALYTICS_HISTORIES` says another number.
const HISTORIES: u64 = 1_000;

struct History {
    random: StdRng,
    first: Day,
    /// How many days have downloads.
    days: i64,
    names: Vec<&'static str>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let firsts = ["2024-02-24", "2023-12-27", "2024-05-29", "2023-02-25"];
        let first = day(firsts[random.random_range(0..firsts.len())]);
        let days = random.random_range(4..10);
        let names = ["alpha", "beta", "gamma"][..random.random_range(1..=3)].to_vec();
        Self { random, first, days, names }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    fn config(&self, names: &[&str]) -> String {
        let detail = |name: &str| if name == "beta" { "standard" } else { "full" };
        let entry = |name: &&str| {
            format!("- {{name: {name}, since: {}, detail: {}}}\n", self.first, detail(name))
        };
        format!("projects:\n{}", names.iter().map(entry).collect::<String>())
    }

    fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for day in self.first.iter_days().take(self.days as usize) {
            for name in self.names.clone() {
                for _ in 0..self.random.random_range(0..4) {
                    let second = match self.random.random_range(0..10) {
                        0 => 0,
                        1 => 86_399,
                        _ => self.random.random_range(0..86_400),
                    };
                    let at = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
                    let end = at + TimeDelta::days(1);
                    let timestamp = at + TimeDelta::seconds(second);
                    let arrives = match self.random.random_range(0..20) {
                        0..14 => timestamp,
                        14..18 => end + TimeDelta::hours(self.random.random_range(0..72)),
                        _ => end + TimeDelta::hours(self.random.random_range(0..35 * 24)),
                    };
                    let version = self.pick(&[None, Some("1.0"), Some("2.0")]);
                    let python = self.pick(&[None, Some("3.12.4"), Some("3.12.5")]);
                    events.push(Event {
                        arrives,
                        version: version.map(Into::into),
                        implementation_version: python.map(Into::into),
                        ci: self.pick(&[None, Some(true)]),
                        ..Event::new(name, timestamp)
                    });
                }
            }
        }
        events
    }

    /// A time during which some young days cannot be seen.
    fn hole(&mut self) -> Spell {
        let from = self.first + TimeDelta::days(self.random.random_range(1..self.days + 4));
        let from = from.and_hms_opt(0, 0, 0).unwrap().and_utc();
        let first = self.first + TimeDelta::days(self.random.random_range(0..self.days));
        Spell {
            effect: Effect::Missing,
            from,
            until: from + TimeDelta::hours(self.random.random_range(1..72)),
            days: first..=first + TimeDelta::days(self.random.random_range(0..3)),
            projects: self.chance(50).then(|| vec![self.names[0].into()]),
        }
    }

    fn options(&mut self) -> Options {
        let mut options = Options::default();
        if self.chance(15) {
            options.projects = vec![project(self.names[0])];
        }
        match self.random.random_range(0..20) {
            0 => options.max_days = Some(MaxDays::Days(self.random.random_range(0..6))),
            1 => options.force = true,
            2 => {
                let back = TimeDelta::days(self.random.random_range(0..self.days));
                options.start_date = Some(self.first + back);
            }
            3 => options.end_date = Some(self.first + TimeDelta::days(2)),
            _ => {}
        }
        options
    }
}

fn check(seed: u64) {
    let mut history = History::new(seed);
    let events = history.events();
    let all = history.names.clone();
    let mut world = World::new(&history.config(&all), &events);
    while history.chance(30) {
        let hole = history.hole();
        world.bigquery.with_table(|table| table.disturb(hole));
    }
    let configs: Vec<_> =
        (1..=all.len()).map(|known| parsed(&history.config(&all[..known]))).collect();
    let midnight = history.first.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (mut passed, end) = (0, history.days + 38);
    while passed < end {
        // Daily in the beginning; a look every few days is enough later.
        let young = passed < history.days + 5;
        passed += match (young, history.chance(15)) {
            (true, false) => 1,
            (true, true) => history.random.random_range(0..12),
            (false, _) => history.random.random_range(3..16),
        };
        let second = TimeDelta::seconds(history.random.random_range(0..86_400));
        let now = (midnight + TimeDelta::days(passed) + second).max(world.clock.now());
        let known = history.random.random_range(0..all.len());
        world.config = configs[known].clone();
        let calls = if history.chance(25) { history.random.random_range(0..12) } else { i64::MAX };
        let options = history.options();
        match world.run(now, &options, calls) {
            Ran::Failed(_, error) => panic!("history {seed}: {error:#}"),
            Ran::Finished(_) => assert_every_day_is_known(seed, &world, &options, now),
            Ran::Killed => {}
        }
    }
    world.config = configs[all.len() - 1].clone();
    // Until nothing is left to look at.
    for days in 0..40 {
        let now = midnight + TimeDelta::days(end + 45 + days) + TimeDelta::hours(7);
        if world.run(now, &Options::default(), i64::MAX).finished().suspects.is_empty() && days > 3
        {
            break;
        }
    }
    let snapshot = world.snapshot();
    assert_eq!(rows(&snapshot), world.oracle(), "history {seed}");
    for name in &all {
        for day in history.first.iter_days().take(history.days as usize) {
            assert_eq!(
                snapshot.day_state(name, day, 3),
                DayState::Final,
                "history {seed}, {name} {day}"
            );
        }
    }
    assert_eq!(world.ledger().violations, [] as [String; 0]);
}

/// After a run that was not cut off, every day of its projects that could be read was.
fn assert_every_day_is_known(seed: u64, world: &World, options: &Options, now: DateTime<Utc>) {
    if options.start_date.is_some() || options.end_date.is_some() || options.max_days.is_some() {
        return;
    }
    let snapshot = world.snapshot();
    let last = last_complete_day(now, world.config.bigquery.not_before);
    let configured = world.config.projects.iter().map(|it| (it.name.clone(), it.since.unwrap()));
    for (name, since) in configured {
        if !options.projects.is_empty() && !options.projects.contains(&name) {
            continue;
        }
        for day in since.iter_days().take_while(|day| *day <= last) {
            let state = snapshot.day_state(name.as_str(), day, 3);
            assert!(state.is_collected(), "history {seed}: {name} {day}");
        }
    }
}

#[test]
fn any_history_ends_as_one_full_pull_does() {
    let count = std::env::var("DOWNLOAD_ANALYTICS_HISTORIES");
    let count = count.map_or(HISTORIES, |text| text.parse().unwrap());
    std::thread::scope(|scope| {
        for odd in 0..2 {
            scope.spawn(move || (0..count).filter(|seed| seed % 2 == odd).for_each(check));
        }
    });
}
