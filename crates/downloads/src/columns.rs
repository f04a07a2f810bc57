//! The columns of the two CSV shapes, and what is derived from one of them.

/// A column that describes a download, apart from its day and its project.
///
/// The order is the order in the CSV files. Every value is text; the empty text means *not known*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each is named as its column; docs/COLLECTED_DATA.md has what they mean"
)]
pub enum Field {
    CountryCode,
    Version,
    Type,
    InstallerName,
    ImplementationName,
    ImplementationVersion,
    DistroName,
    DistroVersion,
    SystemName,
    SystemRelease,
    Cpu,
    Ci,
}

/// The names of the columns of [`Field`], in order: `FIELDS[field as usize]`.
pub const FIELDS: [&str; 12] = [
    "country_code",
    "version",
    "type",
    "installer_name",
    "implementation_name",
    "implementation_version",
    "distro_name",
    "distro_version",
    "system_name",
    "system_release",
    "cpu",
    "ci",
];

impl Field {
    /// All of them, in order.
    pub const ALL: [Self; FIELDS.len()] = [
        Self::CountryCode,
        Self::Version,
        Self::Type,
        Self::InstallerName,
        Self::ImplementationName,
        Self::ImplementationVersion,
        Self::DistroName,
        Self::DistroVersion,
        Self::SystemName,
        Self::SystemRelease,
        Self::Cpu,
        Self::Ci,
    ];

    /// The name of the column.
    pub fn name(self) -> &'static str {
        FIELDS[self as usize]
    }
}

/// The header of a file in the store: `date`, the [`FIELDS`], `downloads`.
pub const STORE_COLUMNS: [&str; 14] = [
    "date",
    "country_code",
    "version",
    "type",
    "installer_name",
    "implementation_name",
    "implementation_version",
    "distro_name",
    "distro_version",
    "system_name",
    "system_release",
    "cpu",
    "ci",
    "downloads",
];

/// The header of the predecessor's event file: one row per download. Older files lack `ci`.
pub const EVENT_COLUMNS: [&str; 14] = [
    "timestamp",
    "country_code",
    "project",
    "version",
    "type",
    "installer_name",
    "implementation_name",
    "implementation_version",
    "distro_name",
    "distro_version",
    "system_name",
    "system_release",
    "cpu",
    "ci",
];

/// The Python version without its last part: `3.11` for `3.11.4`, `3.13` for `3.13.0rc2`, `3` for `3`.
///
/// The predecessor's rule, kept so that its figures are found again: the text before the last dot,
/// whatever the implementation. At the standard level of detail the store holds `3.11.*`.
pub fn python_minor(implementation_version: &str) -> &str {
    implementation_version.rsplit_once('.').map_or(implementation_version, |(minor, _)| minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_has_the_fields_between_date_and_downloads() {
        assert_eq!(STORE_COLUMNS[1..13], FIELDS);
        let mut events: Vec<_> = EVENT_COLUMNS[1..].to_vec();
        events.retain(|&column| column != "project");
        assert_eq!(events, FIELDS);
        assert_eq!(Field::ALL.map(Field::name), FIELDS);
        assert_eq!(Field::Ci.name(), "ci");
        assert_eq!(Field::CountryCode.name(), "country_code");
    }

    #[test]
    fn the_last_part_of_a_python_version_goes() {
        let cases =
            [("3.11.4", "3.11"), ("3.13.0rc2", "3.13"), ("3.9.2+", "3.9"), ("3", "3"), ("", "")];
        for (full, minor) in cases {
            assert_eq!(python_minor(full), minor);
        }
        assert_eq!(python_minor("3.12.*"), "3.12");
    }
}
