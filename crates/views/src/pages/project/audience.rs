//! Who downloads: the four audiences of the last 30 days, and the two sums that other sites show.

use downloads::Counted;
use metrics::Tiles;

use crate::text;

/// The audiences of the last 30 days.
#[derive(Debug)]
pub(super) struct Audiences {
    /// Which days, and how many of them were not collected.
    pub(super) days: String,
    /// The four, in order.
    pub(super) parts: Vec<Part>,
    /// What adds them up, and which site shows the sum.
    pub(super) sums: Vec<Sum>,
    /// What changed inside of these days, if anything did.
    pub(super) note: Option<String>,
}

/// One audience.
#[derive(Debug)]
pub(super) struct Part {
    /// Where it stands, from 1: its color.
    pub(super) place: usize,
    pub(super) label: String,
    pub(super) count: String,
    pub(super) share: String,
    /// Left edge and width in the bar, in thousandths.
    pub(super) from: u64,
    pub(super) width: u64,
}

/// A sum that another site shows.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) label: &'static str,
    pub(super) site: &'static str,
    pub(super) count: String,
    pub(super) share: String,
}

impl Audiences {
    pub(super) fn of(recent: &[(Counted, Tiles)]) -> Self {
        let figure = |counted| recent.iter().find(|it| it.0 == counted).map(|it| &it.1.month);
        let count = |counted| figure(counted).map_or(0, |it| it.downloads);
        let total = count(Counted::Everything);
        let share = |part| text::share(part, total).unwrap_or_default();
        let mut from = 0;
        let mut sum = 0;
        let parts = downloads::Audience::ALL
            .into_iter()
            .enumerate()
            .map(|(at, audience)| {
                let own = count(Counted::Only(audience));
                sum += own;
                // Rounded sums, so that the bar has no hole and ends at its end.
                let to = (1000 * u128::from(sum)).checked_div(total.into()).unwrap_or(0) as u64;
                let part = Part {
                    place: at + 1,
                    label: text::value(
                        downloads::Dimension::Audience,
                        &cube::Value::Known(audience.key().into()),
                    ),
                    count: text::thousands(own),
                    share: share(own),
                    from,
                    width: to - from,
                };
                from = to;
                part
            })
            .collect();
        let sum = |counted, label, site| Sum {
            label,
            site,
            count: text::thousands(count(counted)),
            share: share(count(counted)),
        };
        let everything = figure(Counted::Everything);
        let days = everything.map_or(String::new(), |it| {
            let missing = match it.missing {
                0 => String::new(),
                missing => format!(", {missing} of 30 days not collected"),
            };
            format!("{}{missing}", text::days(it.first, it.last))
        });
        Self {
            days,
            parts,
            sums: vec![
                sum(Counted::Everything, "Everything", "as pepy.tech"),
                sum(
                    Counted::WithoutMirrors,
                    "Known installers without mirrors",
                    "as pypistats.org",
                ),
            ],
            note: everything
                .and_then(|it| downloads::break_between(it.first, it.last))
                .map(|it| format!("{} on {}", it.short, text::day(it.day))),
        }
    }
}
