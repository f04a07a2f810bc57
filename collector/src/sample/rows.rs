//! The downloads of a made-up project on a day: a pure function of seed, project and day.

use chrono::Datelike as _;
use downloads::{Day, Field};

use super::{
    curve,
    projects::{HOSTILE, Oddity, PLANS, Plan},
    random::Random,
    releases::{self, Release},
    users::{self, User},
    world::{COUNTRIES, INSTALLERS, MACHINES, MIRROR, PYTHONS, Says},
};

/// The first day on which PyPI logs whether it is CI.
const CI_SINCE: Option<Day> = Day::from_ymd_opt(2024, 2, 24);

/// Downloads of one kind on one day: the values in the order of [`downloads::FIELDS`], and how many.
pub(crate) type Row<'a> = ([&'a str; 12], u64);

/// A made-up project, with what does not change from day to day.
pub(crate) struct Project {
    pub(crate) plan: &'static Plan,
    pub(crate) releases: Vec<Release>,
    users: Vec<User>,
    /// For each of [`PYTHONS`] its full versions, by patch.
    pythons: Vec<Vec<String>>,
    keys: [u64; 2],
}

impl Project {
    /// The project of [`PLANS`] at this position.
    pub(crate) fn new(seed: u64, position: usize) -> Self {
        let plan = &PLANS[position];
        let keys = [seed, position as u64];
        let random = |what| Random::new(&[keys[0], keys[1], what]);
        let full =
            |minor: &str, last: u32| (0..=last).map(|patch| format!("{minor}.{patch}")).collect();
        Self {
            plan,
            releases: releases::of(plan, random(0)),
            users: users::of(plan.users, random(1)),
            pythons: PYTHONS.iter().map(|it| full(it.minor, it.last_patch)).collect(),
            keys,
        }
    }

    /// Since when the project can be downloaded; `None` if it never can.
    pub(crate) fn first_day(&self) -> Option<Day> {
        self.releases.first().map(|release| release.day)
    }

    /// First and last day that were not collected, if there are such.
    pub(crate) fn gap(&self) -> Option<(Day, Day)> {
        let Oddity::Gap(first, last) = self.plan.oddity else { return None };
        Some((date(first)?, date(last)?))
    }

    /// The rows of a day, sorted, no two alike. None on a day that was not collected.
    pub(crate) fn rows(&self, day: Day) -> Vec<Row<'_>> {
        let not_collected = self.gap().is_some_and(|(first, last)| first <= day && day <= last);
        let is_zero = matches!(self.plan.oddity, Oddity::ZeroDay(zero) if date(zero) == Some(day));
        if not_collected || is_zero || self.first_day().is_none_or(|first| day < first) {
            return Vec::new();
        }
        let day_key = u64::from(day.num_days_from_ce().unsigned_abs());
        let mut random = Random::new(&[self.keys[0], self.keys[1], 2, day_key]);
        let mut rows = Vec::with_capacity(2 * self.users.len());
        self.add_users(day, &mut random, &mut rows);
        self.add_mirrors(day, &mut random, &mut rows);
        if self.plan.oddity == Oddity::HostileStrings {
            add_hostile(&mut random, &mut rows);
        }
        rows.sort_unstable();
        rows.dedup_by(|row, kept| {
            let same = row.0 == kept.0;
            if same {
                kept.1 += row.1;
            }
            same
        });
        rows
    }

    fn add_users<'a>(&'a self, day: Day, random: &mut Random, rows: &mut Vec<Row<'a>>) {
        let size = curve::at(self.plan.size, day) * season(day) * random.between(0.93, 1.07);
        let present: Vec<f64> = self.users.iter().map(|user| presence(user, day)).collect();
        let mut of_installer = [0.0; INSTALLERS.len()];
        for (user, present) in self.users.iter().zip(&present) {
            of_installer[user.installer] += present;
        }
        let shares: [f64; INSTALLERS.len()] =
            std::array::from_fn(|it| match of_installer[it] > 0.0 {
                true => curve::at(INSTALLERS[it].share, day),
                false => 0.0,
            });
        let all: f64 = shares.iter().sum();
        for (user, present) in self.users.iter().zip(present) {
            if present == 0.0 {
                continue;
            }
            let share = shares[user.installer] / all * present / of_installer[user.installer];
            let expected = size * share * rhythm(user, day) * random.between(0.8, 1.2);
            self.add_user(user, day, expected, random, rows);
        }
    }

    fn add_user<'a>(
        &'a self,
        user: &User,
        day: Day,
        expected: f64,
        random: &mut Random,
        rows: &mut Vec<Row<'a>>,
    ) {
        let Some(release) = user.release(&self.releases, day) else { return };
        let mut fields = self.fields(user, day);
        // Now and then somebody alike wants an old version, from somewhere else.
        let astray = if random.happens(0.08) { random.round(expected * 0.1) } else { 0 };
        let usual = random.round(expected).saturating_sub(astray);
        fields[Field::Version as usize] = &self.releases[release].version;
        if usual > 0 {
            rows.push((fields, usual));
        }
        if astray > 0 {
            let old = &self.releases[random.below(release + 1)];
            fields[Field::Version as usize] = &old.version;
            fields[Field::CountryCode as usize] = COUNTRIES[random.below(COUNTRIES.len())].0;
            rows.push((fields, astray));
        }
    }

    /// Everything but the version.
    fn fields(&self, user: &User, day: Day) -> [&str; 12] {
        let installer = &INSTALLERS[user.installer];
        let mut fields = [""; 12];
        let mut set = |field: Field, value| fields[field as usize] = value;
        set(Field::CountryCode, COUNTRIES[user.country].0);
        set(Field::Type, if user.takes_sdist { "sdist" } else { "bdist_wheel" });
        set(Field::InstallerName, installer.name);
        let machine = &MACHINES[user.machine];
        if user.says() != Says::Nothing {
            let python = &PYTHONS[user.python];
            set(Field::ImplementationName, python.implementation);
            set(Field::ImplementationVersion, self.python(user, day));
            set(Field::SystemName, machine.system);
            set(Field::SystemRelease, machine.release);
        }
        if user.says() == Says::All {
            set(Field::DistroName, machine.distro.0);
            set(Field::DistroVersion, machine.distro.1);
            set(Field::Cpu, machine.cpu);
            if user.is_ci && CI_SINCE.is_some_and(|since| since <= day) {
                set(Field::Ci, "true");
            }
        }
        fields
    }

    /// The full version of the user's Python, which has a new patch every second month.
    fn python(&self, user: &User, day: Day) -> &str {
        let (year, month) = PYTHONS[user.python].released;
        let newest = curve::months_since(year, month, day) / 2;
        let patch = newest.saturating_sub(user.patches_behind) as usize;
        let versions = &self.pythons[user.python];
        versions.get(patch).or(versions.last()).map_or("", String::as_str)
    }

    /// Mirrors fetch each file as often as any other, however old.
    fn add_mirrors<'a>(&'a self, day: Day, random: &mut Random, rows: &mut Vec<Row<'a>>) {
        let released = self.releases.iter().filter(|release| release.day <= day);
        let surge = self.surge(day);
        let files = 2.0 * released.clone().count() as f64;
        for release in released {
            for file_type in ["bdist_wheel", "sdist"] {
                let fetched = match surge {
                    Some(downloads) => {
                        let expected = downloads / files * random.between(0.7, 1.3);
                        random.round(expected)
                    }
                    None if release.day == day => 1 + random.below(4) as u64,
                    None if random.happens(self.plan.mirrored) => 1,
                    None => 0,
                };
                if fetched > 0 {
                    let mut fields = [""; 12];
                    fields[Field::CountryCode as usize] =
                        ["US", "DE", "CN", "US", "FR", ""][random.below(6)];
                    fields[Field::Version as usize] = &release.version;
                    fields[Field::Type as usize] = file_type;
                    fields[Field::InstallerName as usize] = MIRROR;
                    rows.push((fields, fetched));
                }
            }
        }
    }

    /// What mirrors fetch on a day of the surge.
    fn surge(&self, day: Day) -> Option<f64> {
        let Oddity::MirrorSurge(first) = self.plan.oddity else { return None };
        let at = (day - date(first)?).num_days();
        (0..7).contains(&at).then(|| 20.0 * curve::at(self.plan.size, day))
    }
}

fn date((year, month, day): (i32, u32, u32)) -> Option<Day> {
    Day::from_ymd_opt(year, month, day)
}

/// How much of its weight a kind of users has on a day: Pythons come and go, machines come.
fn presence(user: &User, day: Day) -> f64 {
    if user.says() == Says::Nothing {
        return user.weight;
    }
    let machine = &MACHINES[user.machine];
    if (day.year(), day.month()) < machine.since {
        return 0.0;
    }
    let points = PYTHONS[user.python].share;
    let highest = points.iter().fold(0.0, |highest: f64, &(.., value)| highest.max(value));
    user.weight * curve::at(points, day) / highest
}

/// Work pauses on weekends; CI less than people.
fn rhythm(user: &User, day: Day) -> f64 {
    let of_week: [f64; 7] = match user.is_ci {
        true => [1.08, 1.12, 1.13, 1.12, 1.03, 0.77, 0.75],
        false => [1.14, 1.2, 1.21, 1.19, 1.08, 0.6, 0.58],
    };
    of_week[day.weekday().num_days_from_monday() as usize]
}

/// The quiet weeks: around Christmas, and a little in August.
fn season(day: Day) -> f64 {
    match (day.month(), day.day()) {
        (12, 24..=26) => 0.5,
        (12, 21..) | (1, 1..=2) => 0.65,
        (1, 3..=6) => 0.85,
        (8, _) => 0.93,
        _ => 1.0,
    }
}

/// About one day in four has a hostile string, in each place where the log takes text from outside.
fn add_hostile(random: &mut Random, rows: &mut Vec<Row<'_>>) {
    if !random.happens(0.25) {
        return;
    }
    let text = HOSTILE[random.below(HOSTILE.len())];
    let mut fields = [""; 12];
    fields[Field::CountryCode as usize] = "US";
    fields[Field::Type as usize] = "sdist";
    fields[Field::Version as usize] = "0.1.0";
    fields[Field::InstallerName as usize] = "pip";
    let place = [Field::Version, Field::InstallerName][random.below(2)];
    fields[place as usize] = text;
    rows.push((fields, 1));
}
