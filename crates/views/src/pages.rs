//! The pages of the site. The regions of a project's page are in [`regions`](crate::regions).

mod about;
mod api;
mod compare;
mod data;
mod ecosystem;
mod embed;
mod index;
mod not_found;
mod project;
mod quality;

use downloads::Day;

pub use about::AboutPage;
pub use api::{ApiPage, Example};
pub use compare::{ComparePage, Comparer};
pub use data::DataPage;
pub use ecosystem::{EcosystemFigures, EcosystemPage, EcosystemSides, EcosystemsPage};
pub use embed::EmbedPage;
pub use index::{Before, IndexPage, ProjectRow, RowFigures, Spark};
pub use not_found::NotFoundPage;
pub use project::{
    BadgeSnippet, Collected, DataFile, DataFiles, Explorer, Freshness, Lateness, Link, Part,
    ProjectPage, Sections,
};
pub use quality::{BilledRow, QualityFigures, QualityPage, QualityRow, RevisionRow};

/// What stands for the address of the site where nobody knows it yet. The script of all pages puts the
/// address there from which the page came, in elements with `data-address`.
pub const SOMEWHERE: &str = "https://YOUR-SITE/";

/// What all pages have in common.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// What leads from the page to the root of the site: empty, or ends in `/`.
    pub root: &'a str,
    /// The name of the site.
    pub site: &'a str,
    /// A line on top of every page, if there is one.
    pub notice: Option<&'a str>,
    /// The style sheet.
    pub style: Asset<'a>,
    /// The script of all pages: light and dark, stale data, copying.
    pub script: Asset<'a>,
    /// The picture in the tab of the browser: its path from the root of the site.
    pub icon: &'a str,
    /// Where the site will be found, with `/` at the end; `None` if nobody knows yet.
    pub base_url: Option<&'a str>,
    /// Where the page is, from the root of the site, such as `projects/x/`; `None` if it may be shown at any
    /// address.
    pub path: Option<&'a str>,
    /// The picture that other sites show for a link to the page: its path from the root of the site. `None` if
    /// there is none.
    pub card: Option<&'a str>,
    /// The folder from the root of the site that has the page's `feed.xml` and `feed.json`: empty, or ends in `/`.
    pub feeds: &'a str,
    /// The last collected day of what the page shows. `None` if nothing was collected.
    pub data_to: Option<Day>,
    /// Whether the site has pages of ecosystems.
    pub ecosystems: bool,
}

/// Where the page of all ecosystems is, if there are any.
const ECOSYSTEMS: &str = "ecosystems/";

/// The pages that every page leads to: path from the root of the site, and name.
const NAVIGATION: [(&str, &str); 7] = [
    ("", "Projects"),
    (ECOSYSTEMS, "Ecosystems"),
    ("compare/", "Compare"),
    ("quality/", "Data quality"),
    ("about/", "About"),
    ("api/", "JSON"),
    ("data/", "Data"),
];

impl Frame<'_> {
    /// What leads to the page of all projects.
    pub(crate) fn home(&self) -> &str {
        if self.root.is_empty() { "./" } else { self.root }
    }

    /// Links to the main pages: address, name, and whether it is this page.
    fn navigation(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        let is_there = |(path, _): &(&str, &str)| *path != ECOSYSTEMS || self.ecosystems;
        NAVIGATION.into_iter().filter(is_there).map(|(path, name)| {
            let address = match path {
                "" => self.home().to_owned(),
                _ => format!("{}{path}", self.root),
            };
            (address, name, self.path == Some(path))
        })
    }

    /// The one address of the page. `None` if nobody knows it.
    fn canonical(&self) -> Option<String> {
        Some(format!("{}{}", self.base_url?, self.path?))
    }

    /// The address of the page's card. `None` if it has none, or nobody knows.
    fn card_address(&self) -> Option<String> {
        Some(format!("{}{}", self.base_url?, self.card?))
    }

    /// The address of the site, or what stands for it.
    pub(crate) fn somewhere(&self) -> &str {
        self.base_url.unwrap_or(SOMEWHERE)
    }
}

/// A file that pages load.
#[derive(Clone, Copy, Debug)]
pub struct Asset<'a> {
    /// Where it is, from the root of the site.
    pub path: &'a str,
    /// What its `integrity` attribute says.
    pub integrity: &'a str,
}

/// A sentence of the lists of what is known of the source, which have none of its beginning and end.
fn sentence(what: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!("{}{}.", String::from_iter(first), letters.as_str())
}

#[cfg(test)]
mod tests;
