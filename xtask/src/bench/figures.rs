//! The table of figures and bounds.

use std::fmt;

/// A figure, and what was promised of it.
struct Figure {
    name: String,
    value: String,
    /// The bound in words and whether it holds. `None`: nothing was promised.
    bound: Option<(String, bool)>,
}

/// All figures of a run.
#[derive(Default)]
pub(super) struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a figure of which nothing was promised.
    pub(super) fn note(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push(Figure { name: name.into(), value: value.into(), bound: None });
    }

    /// Adds a figure with its bound.
    pub(super) fn bound(
        &mut self,
        name: impl Into<String>,
        value: impl Into<String>,
        bound: impl Into<String>,
        holds: bool,
    ) {
        let bound = Some((bound.into(), holds));
        self.0.push(Figure { name: name.into(), value: value.into(), bound });
    }

    /// Whether no bound is missed.
    pub(super) fn all_hold(&self) -> bool {
        self.0.iter().all(|figure| figure.bound.as_ref().is_none_or(|(_, holds)| *holds))
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |text: fn(&Figure) -> &str| {
            self.0.iter().map(|figure| text(figure).chars().count()).max().unwrap_or(0)
        };
        let name_width = longest(|figure| &figure.name);
        let value_width = longest(|figure| &figure.value);
        for Figure { name, value, bound } in &self.0 {
            write!(f, "{name:name_width$}  {value:>value_width$}")?;
            if let Some((bound, holds)) = bound {
                write!(f, "  {}  {bound}", if *holds { "holds " } else { "MISSED" })?;
            }
            writeln!(f)?;
        }
        let missed = self.0.iter().filter(|it| matches!(it.bound, Some((_, false)))).count();
        match missed {
            0 => write!(f, "\nall bounds hold"),
            1 => write!(f, "\n1 bound is missed"),
            _ => write!(f, "\n{missed} bounds are missed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_holds() {
        let mut figures = Figures::default();
        figures.note("time of polars", "6.71 s");
        figures.bound("time of import", "4.00 s", "less than both", true);
        assert!(figures.all_hold());
        figures.bound("memory", "210 MB", "at most 200 MB", false);
        assert!(!figures.all_hold());
        insta::assert_snapshot!(figures, @r"
        time of polars  6.71 s
        time of import  4.00 s  holds   less than both
        memory          210 MB  MISSED  at most 200 MB

        1 bound is missed
        ");
    }
}
