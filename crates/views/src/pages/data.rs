//! The page of the data files: which there are, and what each column means.

use askama::Template;
use downloads::{Dimension, ProjectName};

use super::Frame;
use crate::regions::RenderError;

/// The data files and their columns.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "pages/data.html")]
pub struct DataPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// The project in the addresses of the page. `None` if there is none with data.
    pub project: Option<&'a ProjectName>,
    /// Whether there is a workbook of all ecosystems.
    pub has_summary: bool,
}

/// One column of the tables.
struct Column {
    name: &'static str,
    meaning: &'static str,
    /// What an empty field means.
    empty: &'static str,
}

/// The columns of `data/NAME.csv` and `data/NAME.parquet`, in order.
fn columns() -> impl Iterator<Item = Column> {
    let never = "never empty";
    let date = Column {
        name: "date",
        meaning: "UTC day, from midnight up to the next midnight",
        empty: never,
    };
    let last = [
        Column { name: "downloads", meaning: "how many, at least 1", empty: never },
        Column { name: "state", meaning: "final, or provisional: may still change", empty: never },
        Column {
            name: "counting",
            meaning: "in which way the source counted: 1 is the first, one more after each break",
            empty: never,
        },
        Column {
            name: "gathered",
            meaning: "the columns of this row whose “other” stands for several values",
            empty: "none",
        },
    ];
    let dimensions = Dimension::ALL.into_iter().map(|dimension| Column {
        name: dimension.key(),
        meaning: meaning(dimension),
        empty: match dimension {
            Dimension::Audience => never,
            Dimension::Installer => "no installer was recognized",
            _ => "not known",
        },
    });
    std::iter::once(date).chain(dimensions).chain(last)
}

fn meaning(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Version => "version of the project, as published",
        Dimension::Python => "Python up to the last dot: 3.12 for 3.12.4",
        Dimension::Country => "two letters, from the address that asked",
        Dimension::Installer => "pip, uv, poetry, ..., as it named itself",
        Dimension::System => "Linux, Darwin, Windows, ...",
        Dimension::FileType => "bdist_wheel, sdist, ...",
        Dimension::Audience => "interactive, ci, mirror or unknown",
        Dimension::Cpu => "x86_64, arm64, ...",
    }
}

impl DataPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> String {
        format!("Data files · {}", self.frame.site)
    }

    #[expect(clippy::unused_self, reason = "what the frame asks of every page")]
    fn summary(&self) -> &'static str {
        "The downloads of each project as CSV and Parquet at addresses that stay, what each column means, and how to ask them with DuckDB."
    }

    /// Where Datasette Lite opens the table of the project.
    fn datasette(&self) -> String {
        let table = format!("{}data/{}.parquet", self.frame.somewhere(), self.name());
        let encoded: String = form_urlencoded::byte_serialize(table.as_bytes()).collect();
        format!("https://lite.datasette.io/?parquet={encoded}")
    }

    /// The project of the examples, or what stands for one.
    fn name(&self) -> &str {
        self.project.map_or("NAME", ProjectName::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_of_the_files() {
        let names: Vec<_> = columns().map(|column| column.name).collect();
        assert_eq!(
            names.join(","),
            "date,version,python,country,installer,system,type,audience,cpu,downloads,state,counting,gathered"
        );
    }
}
