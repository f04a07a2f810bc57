//! The pages in a real browser, as `site-gen` wrote them.
//!
//! One program, so that it is linked once. `cargo xtask test` says where the sites are.

mod checks;
mod compare;
mod explorer;
mod explorer_changes;
mod explorer_find;
mod explorer_parts;
mod explorer_pointing;
mod explorer_strip;
mod explorer_support;
mod explorer_take;
mod failures;
mod hostile;
mod pages;
mod random_comparisons;
mod random_views;
mod sharing;

use std::collections::BTreeMap;

use browser_tests::Page;

/// Fails with everything that went wrong on a page.
fn assert_no_trouble(page: &mut Page) -> anyhow::Result<()> {
    let troubles = page.take_troubles()?;
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    Ok(())
}

/// Waits until what follows a change when it has been painted is done, where anything changes at all.
fn settle(page: &mut Page) -> anyhow::Result<()> {
    page.eval(
        "(async () => {
            if (!document.explorer && !document.comparison) return;
            for (let frame = 0; frame < 2; frame++) {
                await new Promise(requestAnimationFrame);
                await new Promise((resolve) => setTimeout(resolve));
            }
        })()",
    )?;
    Ok(())
}

/// The HTML of all regions by their names, but for what the reader folds, for drawings that are not in sight, for the
/// addresses that the script gives to links, and for what stands beside the chart for the one who points at it.
fn regions(page: &mut Page) -> anyhow::Result<BTreeMap<String, String>> {
    settle(page)?;
    let regions = page.eval(
        "Object.fromEntries([...document.querySelectorAll('[data-region]')].map((region) => {
            const copy = region.cloneNode(true);
            const seen = region.querySelectorAll('svg.chart');
            copy.querySelectorAll('svg.chart').forEach((it, at) => {
                if (!seen[at].getClientRects().length && !seen[at].closest('details')) it.remove();
            });
            for (const it of copy.querySelectorAll('details[data-key^=more-]')) {
                it.removeAttribute('data-folded');
                it.replaceChildren(it.querySelector('summary'));
            }
            for (const it of copy.querySelectorAll('details')) it.removeAttribute('open');
            for (const it of copy.querySelectorAll('a[data-view]')) it.removeAttribute('href');
            for (const it of copy.querySelectorAll('[data-readout]')) it.textContent = '';
            for (const it of copy.querySelectorAll('[data-figure]')) it.textContent = it.dataset.figure;
            for (const it of copy.querySelectorAll('[data-pointer]')) {
                it.removeAttribute('aria-valuetext');
                it.removeAttribute('style');
            }
            return [region.dataset.region, copy.innerHTML.replace(/>\\n+</g, '>\\n<')];
        }))",
    )?;
    Ok(serde_json::from_value(regions)?)
}

/// Names the regions that differ: all of their HTML would fill the screen.
fn differences<'a>(
    one: &'a BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Vec<&'a str> {
    let differs = |name: &&'a String| one.get(*name) != other.get(*name);
    one.keys().filter(differs).map(String::as_str).collect()
}

/// Whether the first element that `selector` finds can be seen.
fn is_visible(page: &mut Page, selector: &str) -> anyhow::Result<bool> {
    let selector = serde_json::to_string(selector)?;
    let visible = page.eval(&format!(
        "(() => {{
            const it = document.querySelector({selector});
            const box = it?.getBoundingClientRect();
            return Boolean(
                it?.checkVisibility({{ visibilityProperty: true }}) && box.width > 0 && box.height > 0
            );
        }})()"
    ))?;
    Ok(visible == true)
}

/// Opens everything that is folded, so that a click reaches it.
fn unfold(page: &mut Page) -> anyhow::Result<()> {
    page.eval("document.querySelectorAll('details').forEach((it) => { it.open = true; })")?;
    Ok(())
}
