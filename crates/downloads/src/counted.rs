//! Which downloads a published figure counts.

use crate::Audience;

/// Which downloads a figure counts: all, those that another site shows, or those of one [`Audience`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// Every row of the log: what pepy.tech shows.
    Everything,
    /// Downloads by known installers that are no mirrors, CI or not: what pypistats.org calls
    /// "without mirrors".
    WithoutMirrors,
    /// Downloads of one audience.
    Only(Audience),
}

impl Counted {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Everything,
        Self::WithoutMirrors,
        Self::Only(Audience::Interactive),
        Self::Only(Audience::Ci),
        Self::Only(Audience::Mirror),
        Self::Only(Audience::Unknown),
    ];

    /// The word for it in addresses and files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::WithoutMirrors => "without-mirrors",
            Self::Only(audience) => audience.key(),
        }
    }

    /// The words for it on a page, without a capital unless it is a name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::WithoutMirrors => "known installers without mirrors",
            Self::Only(Audience::Interactive) => "interactive",
            Self::Only(Audience::Ci) => "CI",
            Self::Only(Audience::Mirror) => "mirrors",
            Self::Only(Audience::Unknown) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_key_and_a_label_of_its_own() {
        let keys: BTreeSet<_> = Counted::ALL.map(Counted::key).into();
        let labels: BTreeSet<_> = Counted::ALL.map(Counted::label).into();
        assert_eq!((keys.len(), labels.len()), (6, 6));
        for audience in Audience::ALL {
            assert!(Counted::ALL.contains(&Counted::Only(audience)), "{audience:?}");
        }
    }
}
