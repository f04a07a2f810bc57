//! Which days a view shows, and what is not known of them.

use cube::{Days, Selection};
use downloads::days_between;

use crate::text;

/// The days of a view, in words.
pub(super) struct Shown {
    /// Which days, and how many of them were not collected. Empty if nothing ever was.
    pub(super) days: String,
    /// Why there is nothing to show, in a sentence or two. `None` if any of the days was collected.
    pub(super) nothing: Option<String>,
}

impl Shown {
    pub(super) fn of(days: &Days, selection: &Selection) -> Self {
        let nothing = |days: String, why: String| Self { days, nothing: Some(why) };
        let Some(((first, last), (start, end))) =
            selection.days.zip(days.first().zip(days.last_collected()))
        else {
            return nothing(String::new(), "Nothing has been collected yet.".into());
        };
        let range = text::days(first, last);
        if last < start || end < first {
            let data = text::days(start, end);
            return nothing(
                format!("{range}, no data"),
                format!("There is no data for {range}. The data is of {data}."),
            );
        }
        let states = &days.states()[days.range(first, last)];
        let collected = states.iter().filter(|state| state.is_collected()).count() as u64;
        let length = u64::from(days_between(first, last));
        match length.saturating_sub(collected) {
            0 => Self { days: range, nothing: None },
            _ if collected == 0 => nothing(
                format!("{range}, nothing collected"),
                format!(
                    "Nothing was collected in these days ({range}). What is not collected is unknown, not zero."
                ),
            ),
            missing => {
                let of = text::counted(length, "day", "days");
                Self {
                    days: format!("{range}, {} of {of} not collected", text::thousands(missing)),
                    nothing: None,
                }
            }
        }
    }
}
