//! The page of all projects.

mod figures;

use askama::Template;
use downloads::{Audience, BREAKS, Break, Day, Dimension, ProjectName};

use super::Frame;
use crate::{regions::RenderError, text};
pub use figures::{Before, RowFigures, Spark};

/// All projects in a table, and their sums.
#[derive(Debug, Template)]
#[template(path = "pages/index.html")]
pub struct IndexPage<'a> {
    /// What all pages have.
    pub frame: Frame<'a>,
    /// One line on what the site is, if there is one.
    pub description: Option<&'a str>,
    /// The projects in the order in which they are shown: those with most downloads in the last 30 days first.
    pub rows: &'a [ProjectRow<'a>],
}

/// One project in the table.
#[derive(Clone, Copy, Debug)]
pub struct ProjectRow<'a> {
    /// Its name, normalized.
    pub name: &'a ProjectName,
    /// Its name as people read it.
    pub label: &'a str,
    /// `None` if nothing was collected.
    pub figures: Option<&'a RowFigures>,
}

/// How the last 30 days differ from those before, in words.
struct Change {
    /// As a fraction, to sort by; empty if it is not known.
    sort: String,
    /// `up`, `down` or empty.
    class: &'static str,
    /// The change, or that it is not known.
    figure: String,
    /// Why it is not known; empty if it is.
    why: &'static str,
    /// Whether a break in the way of counting lies between.
    across: bool,
}

/// One audience of all projects.
struct AudienceShare {
    label: String,
    downloads: String,
    share: String,
    /// Where its part of the bar begins, and how long it is, in thousandths.
    from: u64,
    width: u64,
    /// Its color: that of the series of this place.
    class: &'static str,
}

impl IndexPage<'_> {
    /// The page as HTML.
    ///
    /// # Errors
    ///
    /// Only if the program is wrong.
    pub fn html(&self) -> Result<String, RenderError> {
        Ok(self.render()?)
    }

    fn title(&self) -> &str {
        self.frame.site
    }

    fn summary(&self) -> String {
        let projects = text::counted(self.count(), "project", "projects");
        format!("{} of {projects} in the last 30 days.", text::downloads(self.month()))
    }

    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn figures(&self) -> impl Iterator<Item = &RowFigures> {
        self.rows.iter().filter_map(|row| row.figures)
    }

    /// The downloads of the last 30 days of each project together.
    fn month(&self) -> u64 {
        self.figures().map(|figures| figures.month).sum()
    }

    fn all(&self) -> u64 {
        self.figures().map(|figures| figures.all).sum()
    }

    /// The newest collected day, its downloads, and how many projects have it.
    fn last_day(&self) -> Option<(Day, u64, u64)> {
        let newest = self.figures().map(|figures| figures.last).max()?;
        let of_day = self.figures().filter(|figures| figures.last == newest);
        let (downloads, projects) =
            of_day.fold((0, 0), |(sum, count), figures| (sum + figures.last_day, count + 1));
        Some((newest, downloads, projects))
    }

    /// How the sum of the last 30 days changed, and of how many projects that can be told. `None` if of none.
    fn month_change(&self) -> Option<(Change, u64)> {
        let known = self.figures().filter_map(|figures| match figures.before {
            Before::Downloads(before) => Some((before, figures)),
            Before::Gap | Before::NoHistory => None,
        });
        let (mut before, mut after, mut across, mut projects) = (0, 0, None, 0);
        for (downloads, figures) in known {
            before += downloads;
            after += figures.month;
            across = across.or(figures.across);
            projects += 1;
        }
        (before > 0).then(|| (Change::of(Before::Downloads(before), after, across), projects))
    }

    /// How many days of all projects were not collected, since the first day of each.
    fn missing(&self) -> u64 {
        self.figures().map(|figures| u64::from(figures.missing)).sum()
    }

    /// Who downloaded in the last 30 days, all projects together. Empty if nobody did.
    fn audiences(&self) -> Vec<AudienceShare> {
        let mut sums = [0; Audience::ALL.len()];
        for figures in self.figures() {
            sums.iter_mut().zip(figures.audiences).for_each(|(sum, count)| *sum += count);
        }
        let all: u64 = sums.iter().sum();
        if all == 0 {
            return Vec::new();
        }
        let thousandths = |count: u64| ((count as f64 / all as f64) * 1000.0).round() as u64;
        let mut before = 0;
        let shares = Audience::ALL.into_iter().zip(sums).zip(["s1", "s2", "s3", "s4"]);
        let share = |((audience, count), class): ((Audience, u64), _)| {
            let from = thousandths(before);
            before += count;
            AudienceShare {
                label: text::value(Dimension::Audience, &cube::Value::Known(audience.key().into())),
                downloads: text::downloads(count),
                share: text::share(count, all).unwrap_or_default(),
                from,
                width: thousandths(before) - from,
                class,
            }
        };
        shares.map(share).collect()
    }

    /// The breaks in the way of counting that any sum spans, oldest first.
    fn breaks(&self) -> Vec<Break> {
        let spans = |it: &Break| {
            self.figures().any(|figures| figures.first < it.day && it.day <= figures.last)
        };
        BREAKS.into_iter().filter(spans).collect()
    }

    /// Whether a figure or a small chart has the mark of a break.
    fn has_marks(&self) -> bool {
        self.figures().any(|figures| figures.across.is_some() || figures.break_at().is_some())
    }

    /// Whether any sparkline has a hatched band.
    fn has_gaps(&self) -> bool {
        self.figures().any(|figures| !figures.spark.gaps.is_empty())
    }
}

impl RowFigures {
    fn change(&self) -> Change {
        Change::of(self.before, self.month, self.across)
    }

    /// How many of the last 30 days were collected, if not all were; empty if they were.
    fn month_note(&self) -> String {
        match self.month_missing {
            0 => String::new(),
            missing => format!("{} of 30 days", 30_u32.saturating_sub(missing)),
        }
    }
}

impl Change {
    fn of(before: Before, after: u64, across: Option<Day>) -> Self {
        let unknown = |why| Self {
            sort: String::new(),
            class: "muted",
            figure: "not known".into(),
            why,
            across: false,
        };
        let before = match before {
            Before::Downloads(before) => before,
            Before::Gap => return unknown("Not all of the 60 days were collected"),
            Before::NoHistory => return unknown("There is no data that far back"),
        };
        let Some(fraction) = metrics::growth(before, after) else {
            return unknown("There were no downloads in the 30 days before");
        };
        let figure = text::change(fraction);
        let class = match figure.chars().next() {
            Some('+') => "up",
            Some('\u{2212}') => "down",
            _ => "",
        };
        let sort = format!("{fraction:.4}");
        Self { sort, class, figure, why: "", across: across.is_some() }
    }
}
