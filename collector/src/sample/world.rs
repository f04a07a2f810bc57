//! Where downloads come from: tables of shares, near what PyPI's log shows in these years.

use super::curve::Point;

/// An installer, how much of the downloads it makes, and what it says of its machine.
pub(crate) struct Installer {
    /// Empty: none was parsed.
    pub(crate) name: &'static str,
    pub(crate) share: &'static [Point],
    pub(crate) says: Says,
    /// Share of its downloads that are marked as CI.
    pub(crate) ci: f64,
    /// Share of its downloads that are source distributions.
    pub(crate) sdist: f64,
}

/// What an installer says of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    All,
    PythonAndSystem,
    Nothing,
}

const fn rare(name: &'static str, share: &'static [Point], says: Says, sdist: f64) -> Installer {
    Installer { name, share, says, ci: 0.0, sdist }
}

/// Mirrors that copy everything are apart: see [`MIRROR`].
pub(crate) const INSTALLERS: [Installer; 12] = [
    Installer {
        name: "pip",
        share: &[(2024, 4, 88.0), (2025, 4, 74.0), (2026, 11, 59.0)],
        says: Says::All,
        ci: 0.16,
        sdist: 0.05,
    },
    Installer {
        name: "uv",
        share: &[(2024, 3, 0.0), (2025, 4, 14.0), (2026, 11, 30.0)],
        says: Says::All,
        ci: 0.60,
        sdist: 0.03,
    },
    rare("poetry", &[(2023, 11, 5.5), (2026, 11, 3.0)], Says::PythonAndSystem, 0.06),
    rare("pdm", &[(2023, 11, 0.6)], Says::PythonAndSystem, 0.05),
    rare("", &[(2023, 11, 2.2)], Says::Nothing, 0.4),
    rare("Artifactory", &[(2023, 11, 1.1)], Says::Nothing, 0.3),
    rare("Nexus", &[(2023, 11, 0.8)], Says::Nothing, 0.3),
    rare("requests", &[(2023, 11, 0.7)], Says::Nothing, 0.5),
    rare("Browser", &[(2023, 11, 0.8)], Says::Nothing, 0.6),
    rare("devpi", &[(2023, 11, 0.2)], Says::Nothing, 0.4),
    rare("setuptools", &[(2023, 11, 0.3), (2026, 11, 0.1)], Says::Nothing, 0.9),
    rare("conda", &[(2023, 11, 0.1)], Says::Nothing, 0.9),
];

/// The installer that fetches every file of every release, again and again.
pub(crate) const MIRROR: &str = "bandersnatch";

/// A Python, with the month of its first release and its share of the downloads.
pub(crate) struct Python {
    pub(crate) implementation: &'static str,
    pub(crate) minor: &'static str,
    pub(crate) released: (i32, u32),
    /// The number of its last release, which is about two months behind the one before.
    pub(crate) last_patch: u32,
    pub(crate) share: &'static [Point],
}

const fn cpython(
    minor: &'static str,
    released: (i32, u32),
    last_patch: u32,
    share: &'static [Point],
) -> Python {
    Python { implementation: "CPython", minor, released, last_patch, share }
}

pub(crate) const PYTHONS: [Python; 9] = [
    cpython("3.7", (2018, 6), 17, &[(2023, 11, 6.0), (2026, 11, 0.8)]),
    cpython("3.8", (2019, 10), 20, &[(2023, 11, 16.0), (2026, 11, 3.0)]),
    cpython("3.9", (2020, 10), 24, &[(2023, 11, 20.0), (2026, 11, 7.0)]),
    cpython("3.10", (2021, 10), 19, &[(2023, 11, 24.0), (2026, 11, 14.0)]),
    cpython("3.11", (2022, 10), 14, &[(2023, 11, 25.0), (2025, 1, 25.0), (2026, 11, 18.0)]),
    cpython("3.12", (2023, 10), 12, &[(2023, 10, 1.0), (2025, 6, 22.0), (2026, 11, 24.0)]),
    cpython("3.13", (2024, 10), 11, &[(2024, 9, 0.0), (2025, 10, 11.0), (2026, 11, 21.0)]),
    cpython("3.14", (2025, 10), 6, &[(2025, 9, 0.0), (2026, 11, 12.0)]),
    // PyPy tells its own version, not that of the language.
    Python {
        implementation: "PyPy",
        minor: "7.3",
        released: (2019, 12),
        last_patch: 20,
        share: &[(2023, 11, 0.3)],
    },
];

/// A kind of machine: system, distribution with its version, kernel or release, processor, the month
/// since which it exists, and its share.
pub(crate) struct Machine {
    pub(crate) system: &'static str,
    pub(crate) distro: (&'static str, &'static str),
    pub(crate) release: &'static str,
    pub(crate) cpu: &'static str,
    pub(crate) since: (i32, u32),
    pub(crate) share: f64,
}

const OLD: (i32, u32) = (2019, 1);

const fn machine(
    system: &'static str,
    distro: (&'static str, &'static str),
    release: &'static str,
    cpu: &'static str,
    since: (i32, u32),
    share: f64,
) -> Machine {
    Machine { system, distro, release, cpu, since, share }
}

#[rustfmt::skip]
pub(crate) const MACHINES: [Machine; 34] = [
    machine("Linux", ("Ubuntu", "22.04"), "5.15.0-1075-azure", "x86_64", OLD, 150.0),
    machine("Linux", ("Ubuntu", "22.04"), "6.8.0-1021-aws", "x86_64", OLD, 80.0),
    machine("Linux", ("Ubuntu", "22.04"), "5.15.0-130-generic", "x86_64", OLD, 50.0),
    machine("Linux", ("Ubuntu", "20.04"), "5.4.0-200-generic", "x86_64", OLD, 60.0),
    machine("Linux", ("Ubuntu", "18.04"), "4.15.0-213-generic", "x86_64", OLD, 15.0),
    machine("Linux", ("Ubuntu", "24.04"), "6.8.0-1030-azure", "x86_64", (2024, 4), 90.0),
    machine("Linux", ("Ubuntu", "24.04"), "6.8.0-51-generic", "x86_64", (2024, 4), 30.0),
    machine("Linux", ("Ubuntu", "24.04"), "6.8.0-1030-aws", "aarch64", (2024, 4), 15.0),
    machine("Linux", ("Debian GNU/Linux", "12"), "5.15.0-1075-azure", "x86_64", OLD, 60.0),
    machine("Linux", ("Debian GNU/Linux", "12"), "6.1.119-129.201.amzn2023.x86_64", "x86_64", OLD, 55.0),
    machine("Linux", ("Debian GNU/Linux", "12"), "6.10.14-linuxkit", "aarch64", OLD, 30.0),
    machine("Linux", ("Debian GNU/Linux", "11"), "5.10.230-223.885.amzn2.x86_64", "x86_64", OLD, 45.0),
    machine("Linux", ("Debian GNU/Linux", "10"), "4.19.0-27-cloud-amd64", "x86_64", OLD, 15.0),
    machine("Linux", ("Debian GNU/Linux", "13"), "6.12.48+deb13-amd64", "x86_64", (2025, 8), 35.0),
    machine("Linux", ("Amazon Linux", "2"), "4.14.355-275.572.amzn2.x86_64", "x86_64", OLD, 40.0),
    machine("Linux", ("Amazon Linux", "2023"), "6.1.119-129.201.amzn2023.x86_64", "x86_64", OLD, 30.0),
    machine("Linux", ("Amazon Linux", "2023"), "6.1.119-129.201.amzn2023.aarch64", "aarch64", OLD, 12.0),
    machine("Linux", ("Alpine Linux", "3.19.1"), "5.15.0-1075-azure", "x86_64", OLD, 20.0),
    machine("Linux", ("Alpine Linux", "3.20.3"), "6.8.0-1030-azure", "x86_64", (2024, 9), 15.0),
    machine("Linux", ("CentOS Linux", "7"), "3.10.0-1160.el7.x86_64", "x86_64", OLD, 12.0),
    machine("Linux", ("Red Hat Enterprise Linux", "8.10"), "4.18.0-553.el8_10.x86_64", "x86_64", OLD, 12.0),
    machine("Linux", ("Red Hat Enterprise Linux", "9.4"), "5.14.0-427.el9.x86_64", "x86_64", OLD, 9.0),
    machine("Linux", ("Fedora Linux", "41"), "6.11.4-301.fc41.x86_64", "x86_64", (2024, 10), 4.0),
    machine("Linux", ("Arch Linux", ""), "6.12.1-arch1-1", "x86_64", OLD, 3.0),
    machine("Linux", ("Raspbian GNU/Linux", "12"), "6.6.51+rpt-rpi-v8", "armv7l", OLD, 3.0),
    machine("Windows", ("", ""), "10", "AMD64", OLD, 55.0),
    machine("Windows", ("", ""), "11", "AMD64", OLD, 18.0),
    machine("Windows", ("", ""), "2022Server", "AMD64", OLD, 8.0),
    machine("Windows", ("", ""), "11", "ARM64", OLD, 1.0),
    machine("Darwin", ("macOS", "14.6.1"), "23.6.0", "arm64", OLD, 26.0),
    machine("Darwin", ("macOS", "15.1"), "24.1.0", "arm64", (2024, 9), 20.0),
    machine("Darwin", ("macOS", "13.6.9"), "22.6.0", "x86_64", OLD, 10.0),
    machine("Darwin", ("macOS", "12.7.6"), "21.6.0", "x86_64", OLD, 4.0),
    machine("FreeBSD", ("", ""), "14.1-RELEASE", "amd64", OLD, 1.0),
];

/// Countries with their share; the empty one is not known.
#[rustfmt::skip]
pub(crate) const COUNTRIES: [(&str, f64); 71] = [
    ("US", 610.0), ("IE", 42.0), ("DE", 36.0), ("IN", 34.0), ("NL", 27.0), ("CN", 24.0), ("SG", 23.0), ("GB", 22.0),
    ("FR", 20.0), ("", 18.0), ("JP", 17.0), ("BE", 14.0), ("CA", 13.0), ("KR", 12.0), ("AU", 9.0), ("BR", 8.0),
    ("RU", 7.0), ("HK", 6.0), ("IL", 5.0), ("SE", 5.0), ("ES", 5.0), ("IT", 5.0), ("PL", 4.0), ("CH", 4.0),
    ("TW", 4.0), ("FI", 4.0), ("TR", 3.0), ("ID", 3.0), ("UA", 3.0), ("AT", 3.0), ("CZ", 3.0), ("DK", 3.0),
    ("NO", 3.0), ("MX", 3.0), ("PT", 2.0), ("AR", 2.0), ("ZA", 2.0), ("VN", 2.0), ("TH", 2.0), ("MY", 2.0),
    ("RO", 2.0), ("GR", 1.5), ("CL", 1.5), ("CO", 1.5), ("NZ", 1.5), ("HU", 1.5), ("PH", 1.5), ("PK", 1.5),
    ("IR", 1.5), ("BG", 1.0), ("BD", 1.0), ("SK", 1.0), ("EE", 1.0), ("LT", 1.0), ("LV", 1.0), ("AE", 1.0),
    ("SA", 1.0), ("EG", 1.0), ("KE", 1.0), ("NG", 1.0), ("MA", 0.5), ("RS", 0.5), ("HR", 0.5), ("SI", 0.5),
    ("LU", 0.5), ("KZ", 0.5), ("PE", 0.5), ("LK", 0.5), ("TN", 0.5), ("NA", 0.3), ("IS", 0.3),
];
