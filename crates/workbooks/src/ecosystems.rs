//! Ecosystems of the configuration with the downloads of their projects.

use std::collections::BTreeMap;

use config::{Ecosystem, Members};
use downloads::{ProjectName, days_between};
use metrics::{Layers, Library, Period, PeriodCounts, Side, Tally};
use store::Snapshot;

/// The downloads of a project as each ecosystem counts them that has it, by the address of the ecosystem.
pub type Libraries = BTreeMap<String, Library>;

/// An ecosystem and the downloads of its projects.
#[derive(Clone, Debug)]
pub struct Counted<'a> {
    /// Which ecosystem.
    pub ecosystem: &'a Ecosystem,
    /// The names of its projects.
    pub names: Layers<&'a ProjectName>,
    /// Their downloads, in the same places.
    pub libraries: Layers<Library>,
    /// The projects of which nothing was collected: they count as if nobody had downloaded them.
    pub never: Vec<&'a ProjectName>,
    /// How many days of the other projects were not collected, from the first of each to the newest of all.
    pub missing_days: u64,
}

impl<'a> Counted<'a> {
    /// An ecosystem, whose projects have these downloads. `None` if those of a project that was collected are not
    /// among them: without it every figure would be wrong.
    pub fn new(
        ecosystem: &'a Ecosystem,
        snapshot: &Snapshot,
        libraries: impl Fn(&ProjectName) -> Option<&'a Libraries>,
    ) -> Option<Self> {
        let names = layers(&ecosystem.members);
        let library = |name: &ProjectName| libraries(name)?.get(&ecosystem.address);
        let coverage = |name: &ProjectName| snapshot.coverage(name.as_str());
        let (never, begun): (Vec<_>, Vec<_>) =
            names.iter().copied().partition(|name| coverage(name).is_empty());
        if begun.iter().any(|name| library(name).is_none()) {
            return None;
        }
        let newest = begun.iter().filter_map(|name| coverage(name).last()).map(|it| it.last).max();
        let missing = |name: &&ProjectName| {
            let days = coverage(name);
            let collected: u32 = days.iter().map(|it| days_between(it.first, it.last)).sum();
            let all =
                days.first().zip(newest).map_or(0, |(it, newest)| days_between(it.first, newest));
            u64::from(all - collected)
        };
        Some(Self {
            ecosystem,
            libraries: names.map(|name| library(name).cloned().unwrap_or_default()),
            missing_days: begun.iter().map(missing).sum(),
            names,
            never,
        })
    }

    /// The downloads of a period, with the versions of one side.
    pub fn counts(&self, period: Period, side: Side) -> PeriodCounts {
        self.libraries.counts(period, side)
    }
}

/// Counts a project for each of the ecosystems that have it.
pub fn libraries(ecosystems: &[Ecosystem], project: &ProjectName, tally: &Tally) -> Libraries {
    let has_it = |it: &&Ecosystem| it.members.iter().any(|member| member == project);
    let counted = |it: &Ecosystem| (it.address.clone(), Library::of(tally, it.bound(project)));
    ecosystems.iter().filter(has_it).map(counted).collect()
}

/// The names of the projects by their parts.
fn layers(members: &Members) -> Layers<&ProjectName> {
    match members {
        Members::Layered { base, dependencies, parents } => Layers::Layered {
            base,
            dependencies: dependencies.iter().collect(),
            parents: parents.iter().collect(),
        },
        Members::Sum(projects) => Layers::Sum(projects.iter().collect()),
    }
}
