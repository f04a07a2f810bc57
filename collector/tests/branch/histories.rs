//! Random histories of several machines: whatever they do, no day that was collected is lost.

use std::{collections::BTreeSet, fs};

use downloads::Day;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::world::{Clone, World};

/// Days of projects, as the list of them says.
type Days = BTreeSet<(String, Day)>;

const HISTORIES: u64 = 4;
const STEPS: usize = 30;

fn days(coverage: &str) -> Days {
    let mut days = Days::new();
    for line in coverage.lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let (first, last): (Day, Day) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        let all = first.iter_days().take_while(|day| *day <= last);
        days.extend(all.map(|day| (fields[0].to_owned(), day)));
    }
    days
}

fn in_branch(world: &World) -> Days {
    let exists = !world.in_remote(&["for-each-ref", "refs/heads/data"]).is_empty();
    if exists { days(&world.in_remote(&["show", "data:pypi/coverage.csv"])) } else { Days::new() }
}

fn in_folder(clone: &Clone) -> Days {
    let coverage = fs::read_to_string(clone.store().join("pypi/coverage.csv"));
    days(&coverage.unwrap_or_default())
}

#[test]
fn whatever_machines_do_no_day_is_lost() {
    for seed in 0..HISTORIES {
        let mut random = StdRng::seed_from_u64(seed);
        let world = World::new();
        let clones = ["one", "two", "three"].map(|name| world.clone_as(name));
        // What each has collected and nobody else has.
        let mut own = [Days::new(), Days::new(), Days::new()];
        for step in 0..STEPS {
            let at = random.random_range(0..clones.len());
            let clone = &clones[at];
            let (branch, folder) = (in_branch(&world), in_folder(clone));
            let what = random.random_range(0..10);
            let ended = match what {
                0..4 => {
                    let project = ["sdv", "rdt", "ctgan"][random.random_range(0..3)];
                    let day = format!("2024-01-{:02}", random.random_range(1..29));
                    clone.import(project, &day);
                    own[at].extend(in_folder(clone).difference(&folder).cloned());
                    continue;
                }
                4..6 => clone.pull(),
                6..9 => clone.push(),
                _ => {
                    // As the messages tell: the folder is moved away.
                    let _ = fs::remove_dir_all(clone.store());
                    own[at].clear();
                    continue;
                }
            };
            let told = format!("history {seed}, step {step}, {what}: {ended:?}");
            let (branch_now, folder_now) = (in_branch(&world), in_folder(clone));
            assert!(branch_now.is_superset(&branch), "{told}");
            match (what, ended.code) {
                (4..6, 0) => {
                    assert!(folder_now.is_superset(&own[at]), "{told}");
                    assert_eq!(branch_now, branch, "{told}");
                    assert!(branch.is_empty() || folder_now == branch, "{told}");
                }
                (_, 0) => {
                    assert!(branch_now.is_superset(&own[at]), "{told}");
                    assert!(folder_now.is_empty() || branch_now.is_superset(&folder_now), "{told}");
                    own[at].clear();
                }
                (_, 1 | 5) => assert_eq!((branch_now, folder_now), (branch, folder), "{told}"),
                _ => panic!("{told}"),
            }
        }
    }
}
