//! The pages in a real browser, as `site-gen` wrote them.
//!
//! One program, so that it is linked once. `cargo xtask test` says where the sites are.

mod explorer;
mod failures;
mod hostile;
mod pages;

use browser_tests::Page;

/// Fails with everything that went wrong on a page.
fn assert_no_trouble(page: &mut Page) -> anyhow::Result<()> {
    let troubles = page.take_troubles()?;
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    Ok(())
}

/// The HTML of all regions of a page, by the names of the regions.
const REGIONS: &str = "Object.fromEntries(
    [...document.querySelectorAll('[data-region]')].map((it) => [it.dataset.region, it.innerHTML])
)";

/// Whether the first element that `selector` finds takes room on the page.
fn is_visible(page: &mut Page, selector: &str) -> anyhow::Result<bool> {
    let selector = serde_json::to_string(selector)?;
    let visible = page.eval(&format!(
        "(() => {{
            const box = document.querySelector({selector})?.getBoundingClientRect();
            return Boolean(box && box.width > 0 && box.height > 0);
        }})()"
    ))?;
    Ok(visible == true)
}

/// Opens everything that is folded, so that a click reaches it.
fn unfold(page: &mut Page) -> anyhow::Result<()> {
    page.eval("document.querySelectorAll('details').forEach((it) => { it.open = true; })")?;
    Ok(())
}
