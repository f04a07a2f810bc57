//! What may stand in a file, as it stands there. What it means is decided in [`check`](crate::check).

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_saphyr::Spanned;

use crate::{
    Detail,
    bigquery::{BigQueryKeys, BudgetKeys},
    error::{ConfigError, Source},
};

/// A value that may be missing or empty, and where it stands.
pub(crate) type Optional<T> = Option<Spanned<T>>;

/// The keys of the predecessor and of its summaries: understood, but not proposed to anybody.
const OLD_KEYS: [&str; 8] = [
    "output-folder",
    "output-path",
    "vendors",
    "ecosystem",
    "base_project",
    "dependency_projects",
    "parent_projects",
    "calculate_breakdown",
];

/// Whether `key` is shown as one of the keys that are `allowed` together.
pub(crate) fn is_proposed(key: &str, allowed: &[&str]) -> bool {
    let is_old = OLD_KEYS.contains(&key)
        // Beside this one it belongs to a summary, elsewhere to us.
        || (["projects", "split"].contains(&key) && allowed.contains(&"base_project"));
    !is_old
}

/// A whole file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct File {
    pub(crate) site: Option<SiteKeys>,
    pub(crate) store: Optional<String>,
    pub(crate) output_folder: Optional<String>,
    pub(crate) output_path: Optional<String>,
    pub(crate) mirrors: Option<Vec<String>>,
    pub(crate) detail: Option<Detail>,
    pub(crate) lookback: Optional<u32>,
    pub(crate) max_days: Option<u32>,
    pub(crate) largest_year: Optional<u32>,
    pub(crate) bigquery: Option<BigQueryKeys>,
    pub(crate) budget: Option<BudgetKeys>,
    #[serde(rename = "import_config")]
    pub(crate) import: Optional<String>,
    pub(crate) projects: Optional<Vec<Spanned<Entry>>>,
    pub(crate) ecosystems: Option<Vec<Spanned<EcosystemKeys>>>,
    pub(crate) vendors: Option<Vec<Spanned<VendorKeys>>>,
}

/// Below `site`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SiteKeys {
    pub(crate) title: Option<String>,
    pub(crate) base_url: Optional<String>,
    pub(crate) description: Option<String>,
    pub(crate) notice: Option<String>,
}

/// One of `projects`: a name, or a mapping.
pub(crate) enum Entry {
    Name(String),
    Keys(Box<ProjectKeys>),
}

/// A mapping in `projects`: one of ours, or an ecosystem as a summary has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectKeys {
    pub(crate) name: Optional<String>,
    pub(crate) detail: Option<Detail>,
    pub(crate) description: Option<String>,
    pub(crate) repository: Optional<String>,
    pub(crate) conda: Option<String>,
    pub(crate) since: Optional<String>,
    pub(crate) ecosystem: Option<String>,
    pub(crate) base_project: Optional<String>,
    pub(crate) dependency_projects: Option<Vec<Spanned<String>>>,
    pub(crate) parent_projects: Option<Vec<Spanned<String>>>,
    pub(crate) calculate_breakdown: Option<bool>,
    pub(crate) projects: Option<Vec<Spanned<String>>>,
    pub(crate) split: Optional<SplitKeys>,
}

/// One of `ecosystems`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EcosystemKeys {
    pub(crate) name: Option<String>,
    pub(crate) vendor: Option<String>,
    pub(crate) base: Optional<String>,
    pub(crate) dependencies: Option<Vec<Spanned<String>>>,
    pub(crate) parents: Option<Vec<Spanned<String>>>,
    pub(crate) breakdown: Option<bool>,
    pub(crate) projects: Option<Vec<Spanned<String>>>,
    pub(crate) split: Optional<SplitKeys>,
}

/// Below `split` of an ecosystem.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SplitKeys {
    pub(crate) name: Option<String>,
    pub(crate) up_to: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) bounds: Option<BTreeMap<String, Spanned<String>>>,
}

/// One of `vendors`, as a summary has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorKeys {
    pub(crate) ecosystem: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) projects: Option<Vec<Spanned<String>>>,
}

/// Not an untagged enum: that would lose where each value stands.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;

        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a project (in quotes if it looks like a number), or a mapping with `name`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Entry, E> {
                Ok(Entry::Name(name.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                ProjectKeys::deserialize(MapAccessDeserializer::new(map))
                    .map(|keys| Entry::Keys(Box::new(keys)))
            }
        }

        deserializer.deserialize_any(EntryVisitor)
    }
}

/// Reads a file as it stands.
pub(crate) fn read(source: Source<'_>) -> Result<File, ConfigError> {
    // `no` is a country and a name, `on` is a name: only true and false are truth values.
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let file: Option<File> = serde_saphyr::from_str_with_options(source.text, options)
        .map_err(|error| source.refused_by_yaml(&error))?;
    Ok(file.unwrap_or_default())
}
