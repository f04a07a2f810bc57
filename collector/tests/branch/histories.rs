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

/// As the workflows do: what loses a race is kept on a branch of its own, and merged by whoever comes next.
#[test]
fn whatever_loses_a_race_is_there_in_the_end() {
    for seed in 0..HISTORIES {
        let mut random = StdRng::seed_from_u64(100 + seed);
        let world = World::new();
        let mut all = Days::new();
        let mut kept: Vec<String> = Vec::new();
        let mut runs = 0;
        let push_to = |clone: &Clone, branch: &str| {
            clone.collector(&["branch", "push", "-o", "data", "--branch", branch]).code
        };
        let merge_all = |clone: &Clone, kept: &[String]| {
            for name in kept {
                let ended = clone.collector(&["branch", "merge", name, "-o", "data"]);
                assert_eq!(ended.code, 0, "{ended:?}");
            }
        };
        for round in 0..4 {
            // Some begin at once, and end one after the other.
            let clones: Vec<_> = (0..random.random_range(1..4))
                .map(|number| world.clone_as(&format!("machine-{round}-{number}")))
                .collect();
            for clone in &clones {
                clone.pulled();
                merge_all(clone, &kept);
                for _ in 0..random.random_range(1..3) {
                    let project = ["sdv", "rdt", "ctgan"][random.random_range(0..3)];
                    clone.import(project, &format!("2024-01-{:02}", random.random_range(1..29)));
                }
                all.extend(in_folder(clone));
            }
            let taken_up = std::mem::take(&mut kept);
            let mut arrived = 0;
            for clone in &clones {
                match push_to(clone, "data") {
                    0 => arrived += 1,
                    5 => {
                        runs += 1;
                        let name = format!("data-kept-{runs}-1");
                        assert_eq!(push_to(clone, &name), 0);
                        kept.push(name);
                    }
                    code => panic!("{code}"),
                }
            }
            assert!(arrived > 0, "the first one is nobody too late");
            for name in taken_up {
                world.in_remote(&["update-ref", "-d", &format!("refs/heads/{name}")]);
            }
        }
        let last = world.clone_as("last");
        last.pulled();
        merge_all(&last, &kept);
        last.pushed();
        assert_eq!(in_branch(&world), all, "history {seed}");
        assert_eq!(last.collector(&["fsck", "-o", "data"]).code, 0);
    }
}
