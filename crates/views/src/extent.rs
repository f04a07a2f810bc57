//! How much of a view is rendered.

use crate::chart::Form;

/// How much of a view is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of it, for every screen: what is sent, and what is printed.
    #[default]
    Whole,
    /// What one looks at after a click, on one screen: of each chart the drawing that it shows, nothing of the long
    /// lists that are folded away, and no region that stands below all others. Less to make, and much less for the
    /// browser to take in.
    InSight(Screen),
}

/// What a page is seen on. The style sheet shows the drawing that is made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// From 760 CSS pixels.
    Wide,
    /// Narrower ones.
    Narrow,
}

impl Extent {
    /// The two drawings of a chart, for wide screens and for narrow ones; one that is not in sight is empty.
    pub(crate) fn draw<E>(
        self,
        draw: impl Fn(Form) -> Result<String, E>,
    ) -> Result<[String; 2], E> {
        let draw = |form, hidden| match self {
            Self::InSight(screen) if screen == hidden => Ok(String::new()),
            _ => draw(form),
        };
        Ok([draw(Form::Wide, Screen::Narrow)?, draw(Form::Narrow, Screen::Wide)?])
    }

    /// Whether long lists that are folded away come with the view, and regions below all others.
    pub(crate) fn is_whole(self) -> bool {
        self == Self::Whole
    }
}
