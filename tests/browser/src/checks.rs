//! What must hold on every page, as `cargo xtask audit` checks it: each check names what it finds.
//!
//! What needs node (axe-core, html-validate, Lighthouse) is in `tests/audit`.

mod budget;
mod keyboard;
mod links;
mod view;

use crate::Stage;

/// Something that must hold on a page.
pub struct Check {
    /// Two or three words for it.
    pub name: &'static str,
    /// Looks at the page with this path. No finding: it passed.
    pub run: fn(&Stage, &str) -> anyhow::Result<Vec<String>>,
}

/// All checks, the quick ones first.
pub const CHECKS: [Check; 6] = [
    Check { name: "links", run: links::check },
    Check { name: "transfer", run: budget::check },
    Check { name: "nothing moves", run: view::nothing_moves },
    Check { name: "without scripts", run: view::without_scripts },
    Check { name: "quiet and fits", run: view::quiet_and_fits },
    Check { name: "keyboard", run: keyboard::check },
];

/// The widths that pages are looked at, in CSS pixels; the smallest is also 1280 at a zoom of 400 %.
const WIDTHS: [u32; 4] = [320, 768, 1280, 1920];
