//! "May we drop it?" and the adoption of releases: chosen by click and key, copied, and followed by the view.

use browser_tests::{Page, Stage, pages::project_pages};

use crate::{assert_no_trouble, differences, regions, settle};

/// The text of an element.
fn text(page: &mut Page, selector: &str) -> anyhow::Result<String> {
    page.text(&format!("document.querySelector(\"{selector}\")?.textContent ?? ''"))
}

#[test]
fn what_may_be_dropped_is_chosen_by_click_and_by_key() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let before = regions(&mut page)?;
    let head = "[data-region=support] thead th";
    assert_eq!(text(&mut page, head)?, "Python");

    page.click("a[data-key=drop-system]")?;
    page.wait_until("location.search === '?drop=system'")?;
    let after = regions(&mut page)?;
    // All links lead to views that keep the choice, so the other regions differ in their links only.
    assert!(differences(&before, &after).contains(&"support"));
    assert_eq!(text(&mut page, head)?, "Operating system");
    let chart = "[data-region=chart] .chart-head";
    let figures = text(&mut page, chart)?;
    assert_eq!(page.text("document.activeElement.dataset.key ?? 'nothing'")?, "drop-system");

    page.eval("document.querySelector('a[data-key=over-30d]').focus()")?;
    page.press("Enter")?;
    page.wait_until("location.search === '?drop=system&over=30d'")?;
    assert_eq!(page.text("document.activeElement.dataset.key ?? 'nothing'")?, "over-30d");
    assert_eq!(text(&mut page, chart)?, figures, "the chart has its own days");

    page.eval("history.back()")?;
    page.wait_until("location.search === '?drop=system'")?;
    page.eval("history.back()")?;
    page.wait_until("location.search === ''")?;
    assert_eq!(differences(&before, &regions(&mut page)?), [""; 0]);
    assert_no_trouble(&mut page)
}

#[test]
fn a_value_of_either_table_filters_everything_else_and_is_marked() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    for table in ["support", "releases"] {
        let link = format!("[data-region={table}] tbody a[data-view]");
        let before = text(&mut page, &format!("[data-region={table}] tbody"))?;
        let key = page.text(&format!("document.querySelector('{link}').dataset.key"))?;
        page.click(&link)?;
        page.wait_until("location.search !== ''")?;
        settle(&mut page)?;
        let marked = format!("[data-region={table}] tbody a[aria-current]");
        let marked = page.text(&format!("document.querySelector('{marked}').dataset.key"))?;
        assert_eq!(marked, key);
        let after = text(&mut page, &format!("[data-region={table}] tbody"))?;
        assert_eq!(after, before, "{table} compares what it tells apart, whatever is filtered");
        assert!(page.eval("document.querySelectorAll('.chips a').length")? != 0);
        page.click("a[data-key=chip-none]")?;
        page.wait_until("location.search === ''")?;
    }
    assert_no_trouble(&mut page)
}
