//! Searching in a list of many values.

use browser_tests::{Page, Stage, pages::project_pages};

use crate::{assert_no_trouble, is_visible};

const FIELD: &str = "[data-find=country]";

fn found(page: &mut Page) -> anyhow::Result<Vec<String>> {
    let labels = page.eval(
        "[...document.querySelector('[data-find=country]').closest('section')
            .querySelectorAll('[data-found] a')].map((it) => it.textContent)",
    )?;
    Ok(serde_json::from_value(labels)?)
}

fn said(page: &mut Page) -> anyhow::Result<String> {
    page.text("document.querySelector('[data-announce]').textContent")
}

/// A country that is not in sight, as it stands in its list.
fn hidden_country(page: &mut Page) -> anyhow::Result<String> {
    page.text("[...document.querySelectorAll('[data-key=more-country] a')].at(-1).textContent")
}

#[test]
fn a_value_out_of_sight_is_found_chosen_and_stays_found() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let country = hidden_country(&mut page)?;
    page.focus(FIELD)?;
    for letter in country.to_lowercase().chars() {
        page.press(&letter.to_string())?;
    }
    let rows = found(&mut page)?;
    assert_eq!(rows.first(), Some(&country), "{rows:?}");
    assert!(rows.len() <= 20);
    assert!(said(&mut page)?.contains("in it") || said(&mut page)?.contains("in them"));
    let list = "[aria-labelledby=facet-country] > table";
    assert!(!is_visible(&mut page, list)?, "what is found stands in place of the list");

    page.press("Tab")?;
    let key = page.text("document.activeElement.dataset.key ?? ''")?;
    assert!(key.starts_with("found-"), "{key}");
    page.press("Enter")?;
    page.wait_until("location.search.startsWith('?country=')")?;
    assert_eq!(page.text("document.activeElement.dataset.key ?? ''")?, key, "the focus is lost");
    let typed = page.text(&format!("document.querySelector('{FIELD}').value"))?;
    assert_eq!(typed, country.to_lowercase(), "what was typed is lost");
    assert_eq!(found(&mut page)?.first(), Some(&country));
    let current = format!("[data-found] a[data-key='{key}'][aria-current]");
    assert!(is_visible(&mut page, &current)?, "it is not marked as chosen");

    page.press("Enter")?;
    page.wait_until("location.search === ''")?;
    page.focus(FIELD)?;
    page.press("Escape")?;
    assert!(found(&mut page)?.is_empty());
    assert_eq!(page.text(&format!("document.querySelector('{FIELD}').value"))?, "");
    assert!(is_visible(&mut page, list)?);
    assert_no_trouble(&mut page)
}

#[test]
fn what_is_not_there_is_said_and_is_no_markup() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    page.focus(FIELD)?;
    for letter in "<img src=x>".chars() {
        page.press(&letter.to_string())?;
    }
    assert_eq!(said(&mut page)?.trim_end(), "No value has “<img src=x>” in it.");
    assert_eq!(page.eval("document.querySelectorAll('[data-found] img').length")?, 0);
    let told = page.text("document.querySelector('[data-found] p').textContent")?;
    assert_eq!(told, "No value has “<img src=x>” in it.");
    assert_no_trouble(&mut page)
}

#[test]
fn a_list_that_is_all_in_sight_has_no_search() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    assert_eq!(page.eval("document.querySelectorAll('[data-find=audience]').length")?, 0);
    let fields = "document.querySelectorAll('[data-find]').length";
    let lists = "document.querySelectorAll('.facet > details').length";
    assert_eq!(page.eval(fields)?, page.eval(lists)?);
    Ok(())
}
