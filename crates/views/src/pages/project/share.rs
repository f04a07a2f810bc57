//! What one takes along from a page: badges, charts, files.

use downloads::ProjectName;

use super::ProjectPage;

/// A badge, and what one copies to show it elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct BadgeSnippet<'a> {
    /// What it counts, such as `Last 30 days`.
    pub label: &'a str,
    /// The picture: its path from the root of the site.
    pub path: &'a str,
    /// What it says, in words.
    pub alt: &'a str,
    /// Width of the picture in CSS pixels.
    pub width: u32,
    /// Height of the picture in CSS pixels.
    pub height: u32,
    /// For Markdown. This and those below begin their addresses with the address of the site, or with
    /// [`SOMEWHERE`](crate::pages::SOMEWHERE) if nobody knows it.
    pub markdown: &'a str,
    /// For HTML.
    pub html: &'a str,
    /// For reStructuredText.
    pub rst: &'a str,
}

/// The files with the figures of a project.
#[derive(Clone, Copy, Debug)]
pub struct DataFiles<'a> {
    /// Comma-separated values.
    pub csv: DataFile<'a>,
    /// Apache Parquet.
    pub parquet: DataFile<'a>,
    /// The workbook, if there is one.
    pub workbook: Option<DataFile<'a>>,
}

/// One file.
#[derive(Clone, Copy, Debug)]
pub struct DataFile<'a> {
    /// Its path from the root of the site.
    pub path: &'a str,
    /// Its size in bytes.
    pub size: usize,
}

/// Something to copy.
pub(super) struct Snippet {
    /// The id of its element, the same on every page.
    pub(super) id: String,
    /// What it is for.
    pub(super) label: &'static str,
    pub(super) text: String,
}

impl ProjectPage<'_> {
    /// A badge's snippets; `at` is its place among the badges.
    pub(super) fn badge_snippets(&self, at: usize, badge: &BadgeSnippet<'_>) -> [Snippet; 3] {
        let snippet = |label, key, text: &str| Snippet {
            id: format!("badge-{at}-{key}"),
            label,
            text: text.into(),
        };
        [
            snippet("Markdown", "markdown", badge.markdown),
            snippet("HTML", "html", badge.html),
            snippet("reStructuredText", "rst", badge.rst),
        ]
    }

    /// The address of the page, the chart for a README and the frame, to copy. Names in addresses consist of
    /// letters, digits and hyphens, so nothing here needs escaping.
    pub(super) fn snippets(&self) -> [Snippet; 3] {
        let (base, name): (_, &ProjectName) = (self.base(), self.name);
        let snippet = |id: &str, label, text| Snippet { id: id.into(), label, text };
        [
            snippet("share-address", "Address of this page", format!("{base}projects/{name}/")),
            snippet(
                "share-chart",
                "Chart for a README, light and dark",
                format!(
                    "<a href=\"{base}projects/{name}/\"><picture>\n  \
                     <source media=\"(prefers-color-scheme: dark)\" srcset=\"{base}charts/{name}-dark.svg\">\n  \
                     <img src=\"{base}charts/{name}-light.svg\" alt=\"Downloads of {name} over time\" \
                     width=\"800\" height=\"340\">\n</picture></a>"
                ),
            ),
            snippet(
                "share-frame",
                "Chart in a page of yours",
                format!(
                    "<iframe src=\"{base}embed/{name}/\" title=\"Downloads of {name} over time\" \
                     width=\"100%\" height=\"440\" loading=\"lazy\"></iframe>"
                ),
            ),
        ]
    }

    /// The command that asks `DuckDB` for the downloads by month.
    pub(super) fn duckdb(&self, files: &DataFiles<'_>) -> String {
        format!(
            "duckdb -c \"SELECT date_trunc('month', date) AS month, sum(downloads) AS downloads \
             FROM '{}{}' GROUP BY ALL ORDER BY ALL\"",
            self.base(),
            files.parquet.path
        )
    }

    /// The address that opens the Parquet file in Datasette Lite.
    pub(super) fn datasette(&self, files: &DataFiles<'_>) -> String {
        let table = format!("{}{}", self.base(), files.parquet.path);
        let encoded: String = form_urlencoded::byte_serialize(table.as_bytes()).collect();
        format!("https://lite.datasette.io/?parquet={encoded}")
    }
}
