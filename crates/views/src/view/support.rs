//! What “May we drop it?” tells apart, and over which days.

use cube::Days;
use downloads::{Day, Dimension};

use super::{Range, View};

/// What downloads run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// By Python.
    #[default]
    Python,
    /// By operating system.
    System,
    /// By CPU.
    Cpu,
}

/// The days that are told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// The last 30.
    Days30,
    /// The last 90.
    #[default]
    Days90,
    /// Those of the view.
    View,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Python, Self::System, Self::Cpu];

    /// The dimension that is told apart.
    pub fn dimension(self) -> Dimension {
        match self {
            Self::Python => Dimension::Python,
            Self::System => Dimension::System,
            Self::Cpu => Dimension::Cpu,
        }
    }

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        self.dimension().key()
    }
}

impl Over {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Days30, Self::Days90, Self::View];

    /// The word for it in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Days30 => "30d",
            Self::Days90 => "90d",
            Self::View => "view",
        }
    }
}

impl View {
    /// What “May we drop it?” tells apart.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The days that “May we drop it?” tells of.
    pub fn over(&self) -> Over {
        self.over
    }

    /// The same view with something else told apart.
    #[must_use]
    pub fn with_platform(&self, platform: Platform) -> Self {
        Self { platform, ..self.clone() }
    }

    /// The same view with other days told of.
    #[must_use]
    pub fn with_over(&self, over: Over) -> Self {
        Self { over, ..self.clone() }
    }

    /// First and last of the days that “May we drop it?” tells of, as [`asked`](Self::asked).
    pub(crate) fn over_days(&self, days: &Days) -> Option<(Day, Day)> {
        match self.over {
            Over::Days30 => self.with_range(Range::Days30).asked(days),
            Over::Days90 => self.with_range(Range::Days90).asked(days),
            Over::View => self.asked(days),
        }
    }
}
