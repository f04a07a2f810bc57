//! What a file means: every value is checked here, while it is known where it stands.

use std::collections::BTreeMap;

use downloads::{Day, Mirrors, ProjectName, parse_day};
use pep440_rs::Version;
use serde_saphyr::{Location, Spanned};

use crate::{
    Detail, Ecosystem, MAX_LOOKBACK_DAYS, Members, Project, Site, Split, StorePlace,
    YEAR_KILOBYTES, address,
    bigquery::BigQueryPart,
    error::{ConfigError, Source, plain},
    file::{EcosystemKeys, Entry, File, Optional, ProjectKeys, SiteKeys, SplitKeys, VendorKeys},
    import::beside,
};

/// What one file decides; `None` where it says nothing.
pub(crate) struct Part {
    pub(crate) site: Option<Site>,
    pub(crate) store: Option<StorePlace>,
    pub(crate) mirrors: Option<Mirrors>,
    pub(crate) detail: Option<Detail>,
    pub(crate) lookback: Option<u32>,
    pub(crate) max_days: Option<u32>,
    pub(crate) largest_year: Option<usize>,
    pub(crate) bigquery: BigQueryPart,
    pub(crate) projects: Option<Vec<Listed>>,
    pub(crate) ecosystems: Option<Vec<Ecosystem>>,
}

/// A project as listed, with its own level of detail if it has one.
pub(crate) struct Listed {
    pub(crate) project: Project,
    pub(crate) detail: Option<Detail>,
}

/// An ecosystem, and where it stands.
type Placed = (Location, Ecosystem);

impl Project {
    /// A project of which no more is known.
    pub(crate) fn named(name: ProjectName, spelled: &str) -> Self {
        Self {
            name,
            spelled: spelled.into(),
            detail: Detail::default(),
            description: None,
            repository: None,
            conda: None,
            since: None,
        }
    }
}

/// Checks a file.
pub(crate) fn part(file: File, source: Source<'_>) -> Result<Part, ConfigError> {
    let (projects, mut ecosystems) = match file.projects {
        Some(entries) => source.entries(entries)?,
        None => (Vec::new(), Vec::new()),
    };
    for keys in file.ecosystems.into_iter().flatten() {
        ecosystems.push((keys.referenced, source.ecosystem(keys.referenced, keys.value)?));
    }
    for keys in file.vendors.into_iter().flatten() {
        ecosystems.push((keys.referenced, source.vendor(keys.referenced, keys.value)?));
    }
    source.refuse_twins(&ecosystems)?;
    let mut ecosystems: Vec<_> = ecosystems.into_iter().map(|(_, ecosystem)| ecosystem).collect();
    address::give(&mut ecosystems);
    Ok(Part {
        site: file.site.map(|keys| source.site(keys)).transpose()?,
        store: source.store([file.store, file.output_folder, file.output_path])?,
        mirrors: file.mirrors.map(Mirrors::new),
        detail: file.detail,
        lookback: file.lookback.map(|days| source.lookback(&days)).transpose()?,
        max_days: file.max_days,
        largest_year: file.largest_year.map(|it| source.largest_year(&it)).transpose()?,
        bigquery: source.bigquery(file.bigquery, file.budget)?,
        projects: (!projects.is_empty()).then_some(projects),
        ecosystems: (!ecosystems.is_empty()).then_some(ecosystems),
    })
}

/// A value that is not empty.
pub(crate) fn present(value: Optional<String>) -> Optional<String> {
    value.filter(|value| !value.value.trim().is_empty())
}

fn text(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty())
}

impl Source<'_> {
    fn site(self, keys: SiteKeys) -> Result<Site, ConfigError> {
        let default = Site::default();
        let base_url = present(keys.base_url)
            .map(|url| {
                let address = self.address(&url)?;
                Ok(if address.ends_with('/') { address } else { address + "/" })
            })
            .transpose()?;
        Ok(Site {
            title: text(keys.title).unwrap_or(default.title),
            base_url,
            description: text(keys.description),
            notice: text(keys.notice),
        })
    }

    /// The address of a page: anything else could not be written into an attribute or joined with a path.
    fn address(self, url: &Spanned<String>) -> Result<String, ConfigError> {
        let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
        let good = rest.is_some_and(|rest| {
            !rest.starts_with('/')
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}?#@".contains(&byte))
        });
        if good && rest != Some("") {
            return Ok(url.value.clone());
        }
        Err(self.error_at(
            url.referenced,
            format!(
                "`{}` is not the address of a page, expected `https://` or `http://`, a host and perhaps a path, \
                 without `?` and `#`",
                plain(&url.value)
            ),
        ))
    }

    /// The store, by its key and the two older ones.
    fn store(self, places: [Optional<String>; 3]) -> Result<Option<StorePlace>, ConfigError> {
        let mut places = places.into_iter().filter_map(present);
        let Some(place) = places.next() else { return Ok(None) };
        if let Some(other) = places.next() {
            let message =
                "`store`, `output-folder` and `output-path` mean the same, expected one of them";
            return Err(self.error_at(other.referenced, message.into()));
        }
        match StorePlace::named(place.value.clone().into()) {
            Ok(StorePlace::Folder(_)) => {
                Ok(Some(StorePlace::Folder(beside(self.file, &place.value).into())))
            }
            Ok(elsewhere) => Ok(Some(elsewhere)),
            Err(bad) => Err(self.error_at(place.referenced, bad.to_string())),
        }
    }

    fn lookback(self, days: &Spanned<u32>) -> Result<u32, ConfigError> {
        if days.value <= MAX_LOOKBACK_DAYS {
            return Ok(days.value);
        }
        let message = format!(
            "`lookback` of {} days, expected 0 to {MAX_LOOKBACK_DAYS}: so long after a day nothing changes",
            days.value
        );
        Err(self.error_at(days.referenced, message))
    }

    /// In bytes.
    fn largest_year(self, kilobytes: &Spanned<u32>) -> Result<usize, ConfigError> {
        if YEAR_KILOBYTES.contains(&kilobytes.value) {
            return Ok(kilobytes.value as usize * 1000);
        }
        let message = format!(
            "`largest-year` of {} kB, expected {} to {}",
            kilobytes.value,
            YEAR_KILOBYTES.start(),
            YEAR_KILOBYTES.end()
        );
        Err(self.error_at(kilobytes.referenced, message))
    }

    fn day(self, day: &Spanned<String>) -> Result<Day, ConfigError> {
        parse_day(&day.value).ok_or_else(|| {
            let message = format!("`{}` is not a day, expected `YYYY-MM-DD`", plain(&day.value));
            self.error_at(day.referenced, message)
        })
    }

    /// The projects, and the ecosystems that stand among them.
    fn entries(
        self,
        entries: Spanned<Vec<Spanned<Entry>>>,
    ) -> Result<(Vec<Listed>, Vec<Placed>), ConfigError> {
        if entries.value.is_empty() {
            let message = "no projects, expected at least one name below `projects:`";
            return Err(self.error_at(entries.referenced, message.into()));
        }
        let mut projects = Vec::new();
        let mut ecosystems = Vec::new();
        let mut seen = Seen::default();
        for entry in entries.value {
            let at = entry.referenced;
            match entry.value {
                Entry::Name(spelled) => {
                    let spelled = Spanned::new(spelled, at, entry.defined);
                    let name = self.name(&spelled, &mut seen, "the list of projects")?;
                    let project = Project::named(name, &spelled.value);
                    projects.push(Listed { project, detail: None });
                }
                Entry::Keys(keys) if keys.ecosystem.is_some() => {
                    ecosystems.push((at, self.ecosystem_of_summary(at, *keys)?));
                }
                Entry::Keys(keys) => projects.push(self.project(at, *keys, &mut seen)?),
            }
        }
        Ok((projects, ecosystems))
    }

    fn project(
        self,
        at: Location,
        keys: ProjectKeys,
        seen: &mut Seen,
    ) -> Result<Listed, ConfigError> {
        let Some(spelled) = present(keys.name) else {
            return Err(self.error_at(at, "a project without `name`".into()));
        };
        if keys.base_project.is_some()
            || keys.dependency_projects.is_some()
            || keys.parent_projects.is_some()
            || keys.calculate_breakdown.is_some()
            || keys.projects.is_some()
            || keys.split.is_some()
        {
            let message = format!(
                "`{}` is a project, but has keys of an ecosystem, which belongs below `ecosystems:`",
                plain(&spelled.value)
            );
            return Err(self.error_at(at, message));
        }
        let name = self.name(&spelled, seen, "the list of projects")?;
        let project = Project {
            description: text(keys.description),
            repository: present(keys.repository).map(|url| self.address(&url)).transpose()?,
            conda: text(keys.conda),
            since: present(keys.since).map(|day| self.day(&day)).transpose()?,
            ..Project::named(name, &spelled.value)
        };
        Ok(Listed { project, detail: keys.detail })
    }

    fn ecosystem_of_summary(
        self,
        at: Location,
        keys: ProjectKeys,
    ) -> Result<Ecosystem, ConfigError> {
        if keys.name.is_some()
            || keys.detail.is_some()
            || keys.description.is_some()
            || keys.repository.is_some()
            || keys.conda.is_some()
            || keys.since.is_some()
        {
            let message = "an ecosystem with keys of a project, expected only `ecosystem`, `base_project`, \
                           `dependency_projects`, `parent_projects`, `calculate_breakdown`, `projects`, `split`";
            return Err(self.error_at(at, message.into()));
        }
        let keys = EcosystemKeys {
            name: keys.ecosystem,
            vendor: None,
            base: keys.base_project,
            dependencies: keys.dependency_projects,
            parents: keys.parent_projects,
            breakdown: keys.calculate_breakdown,
            projects: keys.projects,
            split: keys.split,
        };
        self.ecosystem(at, keys)
    }

    fn vendor(self, at: Location, keys: VendorKeys) -> Result<Ecosystem, ConfigError> {
        let keys = EcosystemKeys {
            name: text(keys.ecosystem).or_else(|| text(keys.name.clone())),
            vendor: keys.name,
            base: None,
            dependencies: None,
            parents: None,
            breakdown: None,
            projects: keys.projects,
            split: None,
        };
        self.ecosystem(at, keys)
    }

    fn ecosystem(self, at: Location, keys: EcosystemKeys) -> Result<Ecosystem, ConfigError> {
        let Some(name) = text(keys.name) else {
            return Err(self.error_at(at, "an ecosystem without `name`".into()));
        };
        let refuse =
            |what: &str| Err(self.error_at(at, format!("ecosystem `{}` {what}", plain(&name))));
        let (dependencies, parents) =
            (keys.dependencies.unwrap_or_default(), keys.parents.unwrap_or_default());
        let projects = keys.projects.unwrap_or_default();
        let base = present(keys.base);
        let mut seen = Seen::default();
        let list = format!("ecosystem `{}`", plain(&name));
        let mut names = |spelled: &[Spanned<String>]| {
            spelled.iter().map(|it| self.name(it, &mut seen, &list)).collect::<Result<Vec<_>, _>>()
        };
        let members = match base {
            Some(_) if !projects.is_empty() => {
                return refuse("has both `base` and `projects`, expected one of them");
            }
            Some(base) => {
                let mut first = names(std::slice::from_ref(&base))?;
                let Some(base) = first.pop() else { return refuse("has no base") };
                Members::Layered {
                    base,
                    dependencies: names(&dependencies)?,
                    parents: names(&parents)?,
                }
            }
            None if !dependencies.is_empty() || !parents.is_empty() => {
                return refuse("has `dependencies` or `parents` but no `base` that they belong to");
            }
            None if projects.is_empty() => {
                return refuse("names no project, expected `base` or `projects`");
            }
            None => Members::Sum(names(&projects)?),
        };
        let vendor = text(keys.vendor);
        let breakdown = keys.breakdown.unwrap_or_default();
        let split = keys.split.map(|keys| self.split(&name, &members, keys)).transpose()?;
        Ok(Ecosystem { name, vendor, members, breakdown, split, address: String::new() })
    }

    fn split(
        self,
        ecosystem: &str,
        members: &Members,
        keys: Spanned<SplitKeys>,
    ) -> Result<Split, ConfigError> {
        let (at, keys) = (keys.referenced, keys.value);
        let missing = |key: &str| {
            let message = format!("`split` of ecosystem `{}` without `{key}`", plain(ecosystem));
            self.error_at(at, message)
        };
        let name = text(keys.name).ok_or_else(|| missing("name"))?;
        let up_to = text(keys.up_to).ok_or_else(|| missing("up-to"))?;
        let after = text(keys.after).ok_or_else(|| missing("after"))?;
        let mut bounds = BTreeMap::new();
        for (spelled, version) in keys.bounds.into_iter().flatten() {
            let at = version.referenced;
            let project = ProjectName::new(&spelled)
                .map_err(|bad| self.error_at(at, plain(&bad.to_string())))?;
            if !members.iter().any(|member| *member == project) {
                let message = format!(
                    "`{}` has a bound, but is not in ecosystem `{}`",
                    plain(&spelled),
                    plain(ecosystem)
                );
                return Err(self.error_at(at, message));
            }
            if version.value.parse::<Version>().is_err() {
                let message = format!(
                    "`{}` is not a version by PEP 440, expected one such as `1.2.1`",
                    plain(&version.value)
                );
                return Err(self.error_at(at, message));
            }
            if bounds.insert(project, version.value).is_some() {
                let message = format!("`{}` has two bounds", plain(&spelled));
                return Err(self.error_at(at, message));
            }
        }
        if bounds.is_empty() {
            return Err(missing("bounds"));
        }
        Ok(Split { name, up_to, after, bounds })
    }

    fn refuse_twins(self, ecosystems: &[Placed]) -> Result<(), ConfigError> {
        let mut lines = BTreeMap::new();
        for (at, ecosystem) in ecosystems {
            let name = ecosystem.name.as_str();
            if let Some(line) = lines.insert(name, at.line()) {
                let message =
                    format!("a second ecosystem `{}`, the first is in line {line}", plain(name));
                return Err(self.error_at(*at, message));
            }
        }
        Ok(())
    }

    /// The normal form of a name that must not be in this list before.
    fn name(
        self,
        spelled: &Spanned<String>,
        seen: &mut Seen,
        list: &str,
    ) -> Result<ProjectName, ConfigError> {
        let name = ProjectName::new(&spelled.value)
            .map_err(|bad| self.error_at(spelled.referenced, plain(&bad.to_string())))?;
        let Some((first, line)) = seen.0.get(&name) else {
            seen.0.insert(name.clone(), (spelled.value.clone(), spelled.referenced.line()));
            return Ok(name);
        };
        let first = if *first == spelled.value {
            format!("first in line {line}")
        } else {
            format!("first as `{}` in line {line}", plain(first))
        };
        let message = format!("`{}` is twice in {list}, {first}", plain(&spelled.value));
        Err(self.error_at(spelled.referenced, message))
    }
}

/// The names of a list so far, with their spelling and their line.
#[derive(Default)]
struct Seen(BTreeMap<ProjectName, (String, u64)>);
