//! What downloads can be split and filtered by.

use std::str::FromStr;

use crate::{Audience, FIELDS, Field, Mirrors, python_minor};

/// A way to split or filter downloads.
///
/// The order is the order in which the facets of a page stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Version of the project, as published; not always PEP 440.
    Version,
    /// Python version without its last part, see [`python_minor`](crate::python_minor).
    Python,
    /// Two-letter country code.
    Country,
    /// Name of the installer: `pip`, `uv`, ...
    Installer,
    /// Operating system: `Linux`, `Darwin`, `Windows`, ...
    System,
    /// Type of the file: `bdist_wheel`, `sdist`, ...
    FileType,
    /// [`Audience`](crate::Audience), by its key.
    Audience,
    /// Processor: `x86_64`, `arm64`, ...
    Cpu,
}

/// A name that is not the key of a [`Dimension`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown dimension `{0}`, expected one of version, python, country, installer, system, type, audience, cpu"
)]
pub struct UnknownDimension(pub String);

impl Dimension {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All of them: `ALL[dimension as usize] == dimension`.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Version,
        Self::Python,
        Self::Country,
        Self::Installer,
        Self::System,
        Self::FileType,
        Self::Audience,
        Self::Cpu,
    ];

    /// The word for it in addresses and files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Python => "python",
            Self::Country => "country",
            Self::Installer => "installer",
            Self::System => "system",
            Self::FileType => "type",
            Self::Audience => "audience",
            Self::Cpu => "cpu",
        }
    }

    /// The value of a row, whose fields are in the order of [`FIELDS`]; `mirrors` decide the audience. The empty text
    /// means *not known*.
    pub fn value<'a>(self, fields: &[&'a str; FIELDS.len()], mirrors: &Mirrors) -> &'a str {
        let field = |field: Field| fields[field as usize];
        match self {
            Self::Version => field(Field::Version),
            Self::Python => python_minor(field(Field::ImplementationVersion)),
            Self::Country => field(Field::CountryCode),
            Self::Installer => field(Field::InstallerName),
            Self::System => field(Field::SystemName),
            Self::FileType => field(Field::Type),
            Self::Audience => {
                Audience::of(field(Field::InstallerName), field(Field::Ci), mirrors).key()
            }
            Self::Cpu => field(Field::Cpu),
        }
    }

    /// The columns of the log that decide its value.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Version => &[Field::Version],
            Self::Python => &[Field::ImplementationVersion],
            Self::Country => &[Field::CountryCode],
            Self::Installer => &[Field::InstallerName],
            Self::System => &[Field::SystemName],
            Self::FileType => &[Field::Type],
            Self::Audience => &[Field::InstallerName, Field::Ci],
            Self::Cpu => &[Field::Cpu],
        }
    }

    /// The name of its sheet in a workbook, and of the first column there. Where the predecessor had the sheet, both
    /// are its words.
    pub fn sheet(self) -> (&'static str, &'static str) {
        match self {
            Self::Version => ("By Version", "version"),
            Self::Python => ("By Python Version", "python_version"),
            Self::Country => ("By Country Code", "country_code"),
            Self::Installer => ("By Installer Name", "installer_name"),
            Self::System => ("By OS Type", "OS_type"),
            Self::FileType => ("By File Type", "type"),
            Self::Audience => ("By Audience", "audience"),
            Self::Cpu => ("By Cpu", "cpu"),
        }
    }

    /// The words for it on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Version => "Version",
            Self::Python => "Python",
            Self::Country => "Country",
            Self::Installer => "Installer",
            Self::System => "Operating system",
            Self::FileType => "File type",
            Self::Audience => "Audience",
            Self::Cpu => "CPU",
        }
    }
}

impl FromStr for Dimension {
    type Err = UnknownDimension;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.key() == key)
            .ok_or_else(|| UnknownDimension(key.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_back_and_the_message_lists_them() {
        for (at, dimension) in Dimension::ALL.into_iter().enumerate() {
            assert_eq!(dimension as usize, at);
            assert_eq!(dimension.key().parse(), Ok(dimension));
            assert!(UnknownDimension(String::new()).to_string().contains(dimension.key()));
        }
        assert_eq!("color".parse::<Dimension>(), Err(UnknownDimension("color".into())));
    }
}
