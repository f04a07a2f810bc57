//! One value of a dimension.

/// What stands in one dimension of a row.
///
/// The order is the order of a cube's dictionary: known values by their bytes, then the two others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// The value as it was logged; never empty. Anybody can put anything there: it is data, never markup.
    Known(String),
    /// The log does not say.
    Unknown,
    /// One of many small values that were gathered to bound the size of the cube.
    Other,
}

impl Value {
    /// The value that a text in the store stands for: the empty text is [`Value::Unknown`].
    pub fn of(text: &str) -> Self {
        if text.is_empty() { Self::Unknown } else { Self::Known(text.into()) }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(text) => write!(f, "{text:?}"),
            Self::Unknown => f.write_str("unknown"),
            Self::Other => f.write_str("other"),
        }
    }
}
