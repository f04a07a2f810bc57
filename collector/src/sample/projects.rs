//! The twelve made-up projects: how large, how they grew, and what is odd about each.

use super::curve::Point;

/// A made-up project.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Downloads on an ordinary day, without mirrors, over time.
    pub(crate) size: &'static [Point],
    /// Year and month of the first release.
    pub(crate) founded: (i32, u32),
    /// How many days lie between two releases on average.
    pub(crate) days_between_releases: f64,
    /// How many kinds of users it has; about as many rows a day.
    pub(crate) users: usize,
    /// In what share of days a mirror fetches a given file.
    pub(crate) mirrored: f64,
    pub(crate) oddity: Oddity,
}

/// What is odd about a project. Days are year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    None,
    /// These days, first and last, were not collected.
    Gap((i32, u32, u32), (i32, u32, u32)),
    /// This day was collected, and nobody downloaded anything.
    ZeroDay((i32, u32, u32)),
    /// For a week from this day on mirrors fetch twenty times what users do.
    MirrorSurge((i32, u32, u32)),
    /// Some version and installer strings try to break whatever shows them.
    HostileStrings,
}

/// All of them. The first four are an ecosystem: [`BASE`], its [`DEPENDENCIES`], its [`PARENTS`].
pub(crate) const PLANS: [Plan; 12] = [
    Plan {
        name: "sample-atlas",
        description: "Made-up base of the sample ecosystem, growing steadily",
        size: &[(2023, 11, 4_000.0), (2025, 3, 6_500.0), (2026, 11, 9_000.0)],
        founded: (2019, 3),
        days_between_releases: 52.0,
        users: 140,
        mirrored: 0.08,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-beacon",
        description: "Made-up dependency of sample-atlas, the largest of the sample",
        size: &[(2023, 11, 13_000.0), (2025, 6, 20_000.0), (2026, 11, 30_000.0)],
        founded: (2018, 6),
        days_between_releases: 56.0,
        users: 320,
        mirrored: 0.08,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-compass",
        description: "Made-up dependency of sample-atlas, on a plateau",
        size: &[(2023, 11, 9_000.0), (2024, 8, 14_500.0), (2026, 11, 15_000.0)],
        founded: (2018, 9),
        days_between_releases: 55.0,
        users: 150,
        mirrored: 0.08,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-drift",
        description: "Made-up parent of sample-atlas: it installs the whole ecosystem",
        size: &[(2023, 11, 250.0), (2025, 6, 500.0), (2026, 11, 1_200.0)],
        founded: (2021, 5),
        days_between_releases: 50.0,
        users: 50,
        mirrored: 0.1,
        oddity: Oddity::ZeroDay((2026, 5, 9)),
    },
    Plan {
        name: "sample-ember",
        description: "Made-up project that grew, stood still and declines",
        size: &[(2023, 11, 3_500.0), (2024, 11, 6_500.0), (2025, 10, 6_300.0), (2026, 11, 4_000.0)],
        founded: (2019, 1),
        days_between_releases: 60.0,
        users: 75,
        mirrored: 0.1,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-fjord",
        description: "Made-up project in slow decline",
        size: &[(2023, 11, 6_000.0), (2026, 11, 1_900.0)],
        founded: (2018, 1),
        days_between_releases: 75.0,
        users: 70,
        mirrored: 0.1,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-glade",
        description: "Made-up young project, first released in May 2025",
        size: &[(2025, 5, 20.0), (2025, 9, 300.0), (2026, 11, 2_400.0)],
        founded: (2025, 5),
        days_between_releases: 18.0,
        users: 75,
        mirrored: 0.15,
        oddity: Oddity::None,
    },
    Plan {
        name: "sample-harbor",
        description: "Made-up project that mirrors fetched twenty-fold for a week",
        size: &[(2023, 11, 500.0), (2026, 11, 800.0)],
        founded: (2020, 2),
        days_between_releases: 55.0,
        users: 36,
        mirrored: 0.08,
        oddity: Oddity::MirrorSurge((2026, 9, 7)),
    },
    Plan {
        name: "sample-island",
        description: "Made-up project of which five days were not collected",
        size: &[(2023, 11, 450.0), (2026, 11, 380.0)],
        founded: (2020, 8),
        days_between_releases: 70.0,
        users: 26,
        mirrored: 0.08,
        oddity: Oddity::Gap((2026, 10, 28), (2026, 11, 1)),
    },
    Plan {
        name: "sample-juniper",
        description: "Made-up project of which two days were not collected",
        size: &[(2023, 11, 90.0), (2026, 11, 150.0)],
        founded: (2021, 2),
        days_between_releases: 80.0,
        users: 18,
        mirrored: 0.06,
        oddity: Oddity::Gap((2026, 3, 14), (2026, 3, 15)),
    },
    Plan {
        name: "sample-kestrel",
        description: "Made-up project with hostile version and installer strings",
        size: &[(2023, 11, 14.0), (2026, 11, 20.0)],
        founded: (2021, 9),
        days_between_releases: 90.0,
        users: 14,
        mirrored: 0.04,
        oddity: Oddity::HostileStrings,
    },
    Plan {
        name: "sample-lantern",
        description: "Made-up project that hardly anybody uses",
        size: &[(2023, 11, 0.7)],
        founded: (2020, 6),
        days_between_releases: 130.0,
        users: 6,
        mirrored: 0.01,
        oddity: Oddity::None,
    },
];

/// The base of the ecosystem.
pub(crate) const BASE: &str = "sample-atlas";
/// What installing the base installs.
pub(crate) const DEPENDENCIES: [&str; 2] = ["sample-beacon", "sample-compass"];
/// What installs the base.
pub(crate) const PARENTS: [&str; 1] = ["sample-drift"];

/// Strings that break out of HTML, SVG, CSV, a spreadsheet, a line or a terminal.
pub(crate) const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=1+1",
    "@SUM(A1:A9)",
    "line\nbreak",
    "say \"hi\", it's & more",
    "\u{202e}evil",
    "]]>-->",
    "{{7*7}}${7*7}",
    "\u{1b}[31mred",
    "../../etc/passwd",
    concat!(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
];
