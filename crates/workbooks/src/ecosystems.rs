//! Ecosystems of the configuration with the downloads of their projects.

use std::collections::BTreeMap;

use config::{Ecosystem, Members};
use downloads::ProjectName;
use metrics::{Layers, Library, Period, PeriodCounts, Side, Tally};

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
}

impl<'a> Counted<'a> {
    /// An ecosystem, whose projects have these downloads. Those that nothing is known of have none.
    pub fn new(
        ecosystem: &'a Ecosystem,
        libraries: impl Fn(&ProjectName) -> Option<&'a Libraries>,
    ) -> Self {
        let names = layers(&ecosystem.members);
        let library = |name: &&ProjectName| {
            libraries(name).and_then(|it| it.get(&ecosystem.address)).cloned().unwrap_or_default()
        };
        Self { ecosystem, libraries: names.map(library), names }
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
