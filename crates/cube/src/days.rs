//! The days of a cube.

use downloads::{Day, DayState};

/// Consecutive days, each with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    first: Day,
    states: Vec<DayState>,
}

impl Days {
    /// The most days there can be, 179 years: places of days are 16 bits wide.
    pub const MAX: usize = u16::MAX as usize;

    /// The days from `first` on, one for each of `states`, of which those beyond [`MAX`](Self::MAX) are
    /// dropped.
    pub fn new(first: Day, mut states: Vec<DayState>) -> Self {
        states.truncate(Self::MAX);
        Self { first, states }
    }

    /// How many days there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The first day; `None` if there are none.
    pub fn first(&self) -> Option<Day> {
        (!self.is_empty()).then_some(self.first)
    }

    /// The last day; `None` if there are none.
    pub fn last(&self) -> Option<Day> {
        self.len().checked_sub(1).map(|at| self.day(at))
    }

    /// The last day that was collected; `None` if none was.
    pub fn last_collected(&self) -> Option<Day> {
        self.states.iter().rposition(|state| state.is_collected()).map(|at| self.day(at))
    }

    /// What is known of a day; of a day outside, that it was not collected.
    pub fn state(&self, day: Day) -> DayState {
        self.index(day).map_or(DayState::NotCollected, |at| self.states[at])
    }

    /// The days in order.
    pub fn iter(&self) -> impl Iterator<Item = Day> {
        self.first.iter_days().take(self.len())
    }

    /// What is known of each day, in order.
    pub fn states(&self) -> &[DayState] {
        &self.states
    }

    /// Where a day stands, counted from the first; `None` if it is outside.
    pub fn index(&self, day: Day) -> Option<usize> {
        usize::try_from((day - self.first).num_days()).ok().filter(|&at| at < self.len())
    }

    /// Where the days from `first` to `last`, both included, stand, as far as they are inside.
    pub fn range(&self, first: Day, last: Day) -> std::ops::Range<usize> {
        let clamp = |days: i64| usize::try_from(days.max(0)).unwrap_or(usize::MAX).min(self.len());
        let end = clamp((last - self.first).num_days().saturating_add(1));
        clamp((first - self.first).num_days()).min(end)..end
    }

    pub(crate) fn day(&self, at: usize) -> Day {
        self.first + chrono::Days::new(at as u64)
    }
}
