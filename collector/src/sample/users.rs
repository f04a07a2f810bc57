//! The kinds of users of a made-up project. Each keeps to its machine, its country and its habits,
//! so the same combinations come back day after day, as they do in life.

use chrono::{Datelike as _, Days};
use downloads::Day;

use super::{
    random::{Quota, Random},
    releases::Release,
    world::{COUNTRIES, INSTALLERS, MACHINES, PYTHONS, Says},
};

/// Users who are alike. The numbers are positions in the tables of [`world`](super::world).
pub(crate) struct User {
    /// How much it downloads, compared with the other users of the project.
    pub(crate) weight: f64,
    pub(crate) installer: usize,
    pub(crate) country: usize,
    pub(crate) python: usize,
    pub(crate) machine: usize,
    pub(crate) is_ci: bool,
    pub(crate) takes_sdist: bool,
    /// How many patch releases of its Python it is behind.
    pub(crate) patches_behind: u32,
    habit: Habit,
}

/// Which version a kind of users takes.
#[derive(Clone, Copy)]
enum Habit {
    /// The newest stable one, this many days after its release.
    Newest { days_late: u64 },
    /// The newest one, pre-releases too.
    Tester,
    /// Always the one that was this far between the first and the newest when it settled.
    Pinned { share: f64 },
}

/// All kinds of users of a project, the largest first.
pub(crate) fn of(count: usize, mut random: Random) -> Vec<User> {
    /// Flattens the top, so that no kind makes more than about a twentieth.
    const FLATTEN: f64 = 4.0;
    let average = |points: &[(i32, u32, f64)]| {
        points.iter().map(|&(.., value)| value).sum::<f64>() / points.len() as f64
    };
    let mut installers = Quota::new(INSTALLERS.iter().map(|it| average(it.share)));
    let mut pythons = Quota::new(PYTHONS.iter().map(|it| average(it.share)));
    let mut machines = Quota::new(MACHINES.iter().map(|it| it.share));
    let mut countries = Quota::new(COUNTRIES.iter().map(|(_, share)| *share));
    let either = |share: f64| Quota::new([1.0 - share, share]);
    let mut ci: Vec<_> = INSTALLERS.iter().map(|it| either(it.ci)).collect();
    let mut sdist: Vec<_> = INSTALLERS.iter().map(|it| either(it.sdist)).collect();
    (0..count)
        .map(|rank| {
            let weight = 1.0 / (rank as f64 + FLATTEN);
            let installer = installers.deal(weight, &mut random);
            User {
                weight,
                installer,
                country: countries.deal(weight, &mut random),
                python: pythons.deal(weight, &mut random),
                machine: machines.deal(weight, &mut random),
                is_ci: ci[installer].deal(weight, &mut random) == 1,
                takes_sdist: sdist[installer].deal(weight, &mut random) == 1,
                patches_behind: random.below(4) as u32,
                habit: habit(&mut random),
            }
        })
        .collect()
}

fn habit(random: &mut Random) -> Habit {
    match random.below(100) {
        0..72 => {
            let lateness = random.unit();
            Habit::Newest { days_late: (lateness * lateness * 60.0) as u64 }
        }
        72..76 => Habit::Tester,
        _ => Habit::Pinned { share: random.between(0.3, 1.0) },
    }
}

impl User {
    /// What it tells of its machine.
    pub(crate) fn says(&self) -> Says {
        INSTALLERS[self.installer].says
    }

    /// The release that it takes, by its position; `None` if there is none yet.
    pub(crate) fn release(&self, releases: &[Release], day: Day) -> Option<usize> {
        let newest = |until: Day| releases.iter().rposition(|it| it.is_stable && it.day <= until);
        match self.habit {
            Habit::Newest { days_late } => {
                newest(day - Days::new(days_late)).or_else(|| newest(day))
            }
            Habit::Tester => releases.iter().rposition(|it| it.day <= day),
            Habit::Pinned { share } => {
                // Settles anew every second year, not everybody on the same day.
                const DAYS: i32 = 730;
                let shift = (share * f64::from(DAYS)) as i32;
                let settled = (day.num_days_from_ce() + shift).div_euclid(DAYS) * DAYS - shift;
                let since = Day::from_num_days_from_ce_opt(settled)?;
                let then = newest(since).map_or(0.0, |at| at as f64);
                let pinned = (then * share) as usize;
                releases[..=pinned]
                    .iter()
                    .rposition(|it| it.is_stable && it.day <= day)
                    .or_else(|| newest(day))
            }
        }
    }
}
