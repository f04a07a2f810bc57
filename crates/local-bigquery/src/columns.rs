//! The columns of the download log, their types, and what reading them is billed.

/// The table that holds the log, as it stands in a query.
pub const TABLE: &str = "bigquery-public-data.pypi.file_downloads";

/// What kind of value an expression has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Bool,
    Date,
    Timestamp,
}

impl Type {
    /// Its name in the schema of an answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::Int => "INTEGER",
            Self::Bool => "BOOLEAN",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMP",
        }
    }
}

/// A column that a query can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named as its column")]
pub enum Column {
    Timestamp,
    Project,
    CountryCode,
    Version,
    FileType,
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

/// Column, its name in a query, its type, and the bytes that are billed for one row of it.
///
/// Bytes: a mean over a sample of the log; a text is billed as its bytes + 2.
#[rustfmt::skip]
const COLUMNS: [(Column, &str, Type, u64); 14] = [
    (Column::Timestamp,             "timestamp",                      Type::Timestamp, 8),
    (Column::Project,               "project",                        Type::Text, 14),
    (Column::CountryCode,           "country_code",                   Type::Text, 4),
    (Column::Version,               "file.version",                   Type::Text, 7),
    (Column::FileType,              "file.type",                      Type::Text, 13),
    (Column::InstallerName,         "details.installer.name",         Type::Text, 5),
    (Column::ImplementationName,    "details.implementation.name",    Type::Text, 9),
    (Column::ImplementationVersion, "details.implementation.version", Type::Text, 8),
    (Column::DistroName,            "details.distro.name",            Type::Text, 10),
    (Column::DistroVersion,         "details.distro.version",         Type::Text, 6),
    (Column::SystemName,            "details.system.name",            Type::Text, 8),
    (Column::SystemRelease,         "details.system.release",         Type::Text, 13),
    (Column::Cpu,                   "details.cpu",                    Type::Text, 8),
    (Column::Ci,                    "details.ci",                     Type::Bool, 1),
];

impl Column {
    /// The column of this name, such as `details.installer.name`; case does not matter.
    pub(crate) fn named(path: &str) -> Option<Self> {
        COLUMNS.iter().find(|(_, name, ..)| name.eq_ignore_ascii_case(path)).map(|row| row.0)
    }

    /// Its name in a query.
    pub fn path(self) -> &'static str {
        COLUMNS[self as usize].1
    }

    pub(crate) fn kind(self) -> Type {
        COLUMNS[self as usize].2
    }

    /// What is billed for one row of it, in bytes.
    pub fn weight(self) -> u64 {
        COLUMNS[self as usize].3
    }

    /// Where its value stands in a stored row; `None` for the two that have places of their own.
    pub(crate) fn place(self) -> Option<usize> {
        (self as usize).checked_sub(Self::CountryCode as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_at_their_places() {
        for (place, (column, path, ..)) in COLUMNS.iter().enumerate() {
            assert_eq!(*column as usize, place);
            assert_eq!(Column::named(path), Some(*column));
        }
        assert_eq!(Column::named("details.python"), None);
        assert_eq!(COLUMNS.iter().map(|row| row.3).sum::<u64>(), 114);
    }
}
