//! What readers and search engines follow: Atom and JSON feeds of events, the map of the site.
//!
//! Pure: events in, bytes out. No clock gets in either: what an entry says of time is the end of the
//! day whose downloads made the event.

mod atom;
mod entry;
mod json;
mod sitemap;
mod xml;

use downloads::{Day, ProjectName};

pub use entry::{Entry, entries, newest};
pub use sitemap::{SitemapPage, robots, sitemap};

/// How many events the feed of one project has at most.
pub const PROJECT_ENTRIES: usize = 50;

/// How many events the feed of the site has at most.
pub const SITE_ENTRIES: usize = 100;

/// What every feed says of its figures.
const MEANING: &str =
    "All downloads count, those by CI, mirrors and unknown installers too. Days are UTC days.";

/// A feed, to be written as Atom or as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// The title of the site.
    pub title: &'a str,
    /// Where the site is, with a slash at its end. `None` if nobody knows: then links are relative, and
    /// what has to be absolute is left out.
    pub base_url: Option<&'a str>,
    /// The project whose feed it is. `None` for the feed of the site.
    pub project: Option<&'a ProjectName>,
    /// What happened, the newest first.
    pub entries: &'a [Entry],
    /// The last collected day: a feed without entries was last changed then. `None` if there is none.
    pub data_to: Option<Day>,
}

impl Feed<'_> {
    /// The bytes of `feed.xml`: Atom, RFC 4287.
    pub fn atom(&self) -> Vec<u8> {
        atom::bytes(self)
    }

    /// The bytes of `feed.json`: JSON Feed 1.1.
    pub fn json(&self) -> Vec<u8> {
        json::bytes(self)
    }

    /// The folder of the feed below the address of the site: empty, or with a slash at its end.
    fn folder(&self) -> String {
        self.project.map(|project| format!("projects/{project}/")).unwrap_or_default()
    }

    fn heading(&self) -> String {
        let title = views::text::spelled_out(self.title);
        match self.project {
            Some(project) => format!("{project}: downloads – {title}"),
            None => title,
        }
    }

    /// The last day that an entry speaks of.
    fn updated(&self) -> Day {
        let last = self.entries.iter().map(|entry| entry.updated).max();
        last.or(self.data_to).unwrap_or(downloads::EARLIEST_DAY)
    }
}

/// The first moment after a day, as RFC 3339 has it: by then all its downloads have happened.
fn end_of(day: Day) -> String {
    format!("{}T00:00:00Z", day.succ_opt().unwrap_or(day))
}

#[cfg(test)]
mod tests;
