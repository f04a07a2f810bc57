//! Comparing: projects of an address side by side, more of them, fewer, and what cannot be had.

use browser_tests::{Page, Rewrite, Stage};

use crate::{assert_no_trouble, is_visible};

const TWO: &str = "compare/?p=sample-atlas&p=sample-beacon";

fn rows(page: &mut Page) -> anyhow::Result<u64> {
    let rows = page.eval("document.querySelectorAll('.growth tbody tr').length")?;
    rows.as_u64().ok_or_else(|| anyhow::anyhow!("{rows} rows"))
}

#[test]
fn an_address_compares_projects_and_the_figures_are_those_of_their_pages() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{TWO}&range=30d&country=DE"))?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    assert_eq!(rows(&mut page)?, 2);
    for (at, project) in ["sample-atlas", "sample-beacon"].into_iter().enumerate() {
        let here = page.text(&format!(
            "document.querySelectorAll('.growth tbody tr')[{at}].cells[1].textContent"
        ))?;
        let mut own = stage.open(&format!("projects/{project}/?range=30d&country=DE"))?;
        let there = own.text(
            "document.querySelector('[data-region=chart] .chart-head p').textContent.split(' ')[0]",
        )?;
        assert_eq!(here, there, "{project}");
    }
    assert!(!is_visible(&mut page, ".choose")?, "the list of projects is in the way");
    assert_no_trouble(&mut page)
}

#[test]
fn names_in_any_spelling_and_lists_lead_to_one_address() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("compare/?packages=Sample_Atlas,sample.beacon&range=90d")?;
    page.wait_until("location.search === '?p=sample-atlas&p=sample-beacon&range=90d'")?;
    assert_eq!(rows(&mut page)?, 2);
    assert_no_trouble(&mut page)
}

#[test]
fn without_projects_the_page_offers_them_and_one_can_choose() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("compare/")?;
    assert!(is_visible(&mut page, ".choose")?);
    assert!(!is_visible(&mut page, ".take-view")?);
    for project in ["sample-ember", "sample-fjord"] {
        page.focus(&format!(".choose input[value={project}]"))?;
        page.press(" ")?;
    }
    page.focus("form:has(.choose) button")?;
    page.press("Enter")?;
    page.wait_until("location.search === '?p=sample-ember&p=sample-fjord'")?;
    assert_eq!(rows(&mut page)?, 2);

    page.eval("document.querySelector('#ask').value = 'Sample_Glade'")?;
    page.focus("#ask")?;
    page.press("Enter")?;
    page.wait_until("location.search.endsWith('&p=sample-glade')")?;
    assert_eq!(rows(&mut page)?, 3);
    let announced = page.text("document.querySelector('[data-announce]').textContent")?;
    assert!(announced.contains("sample-glade"), "{announced}");

    page.eval("history.back()")?;
    page.wait_until("location.search === '?p=sample-ember&p=sample-fjord'")?;
    assert_eq!(rows(&mut page)?, 2);
    page.eval("history.back()")?;
    page.wait_until("location.search === ''")?;
    assert!(is_visible(&mut page, ".choose")?, "back at the list");
    assert_no_trouble(&mut page)
}

#[test]
fn a_chip_takes_a_project_off_and_the_focus_stays_in_the_page() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(TWO)?;
    page.focus("[data-key='project-sample-atlas']")?;
    page.press("Enter")?;
    page.wait_until("location.search === '?p=sample-beacon'")?;
    assert_eq!(rows(&mut page)?, 1);
    let focus = page.text("document.activeElement.dataset.key ?? 'nothing'")?;
    assert_ne!(focus, "nothing", "the focus is lost");
    assert_no_trouble(&mut page)
}

#[test]
fn every_control_works_by_keyboard_and_keeps_the_focus_on_comparisons() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(TWO)?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    for query in ["range=30d", "interval=month", "scale=log", "sum=1", "average=7", "audience=ci"] {
        press(&mut page, &format!("p=sample-atlas&p=sample-beacon&{query}"))?;
    }
    for key in ["index=100", "align=release"] {
        press(&mut page, &format!("p=sample-atlas&p=sample-beacon&{key}"))?;
    }
    assert_no_trouble(&mut page)
}

/// Presses the control that leads to a query, and goes back.
fn press(page: &mut Page, query: &str) -> anyhow::Result<()> {
    let html = "document.querySelector('[data-region]').innerHTML";
    let before = page.text(html)?;
    page.focus(&format!(".controls a[data-view='{query}']"))?;
    let key = page.text("document.activeElement.dataset.key")?;
    page.press("Enter")?;
    page.wait_until(&format!("location.search === '?{query}'"))?;
    assert_ne!(page.text(html)?, before, "{query} changes nothing");
    assert_eq!(page.text("document.activeElement.dataset.key")?, key, "{query}");
    page.eval("history.back()")?;
    page.wait_until("location.search === '?p=sample-atlas&p=sample-beacon'")
}

#[test]
fn what_is_left_out_is_said_and_the_others_are_shown() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("compare/?p=sample-atlas,no-such-project,%3Cimg%20src%3Dx%3E")?;
    assert_eq!(rows(&mut page)?, 1);
    let chips = page.text("document.querySelector('.chips').textContent")?;
    assert!(chips.contains("no-such-project is not on this site"), "{chips}");
    let said = page.text("document.querySelector('[data-missing]').textContent")?;
    assert!(said.contains("Not the name of a project: <img and src=x>."), "{said}");
    assert_eq!(page.eval("document.querySelectorAll('main img').length")?, 0);
    // A project that is not there is a file that is not there, which the browser reports.
    let troubles = page.take_troubles()?;
    assert!(troubles.iter().all(|it| it.contains("404")), "{troubles:?}");

    let nine = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].join(",");
    let mut page = stage.open(&format!("compare/?p={nine}"))?;
    let said = page.text("document.querySelector('[data-missing]').textContent")?;
    assert!(said.contains("the first 8 are shown, 1 left out"), "{said}");
    Ok(())
}

#[test]
fn a_project_whose_data_is_not_what_it_should_be_stops_nobody() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*/data/sample-atlas.*.cube", Rewrite::Body(b"no cube".to_vec()))?;
    page.goto(&stage.url(TWO))?;
    page.wait_until_ready()?;
    assert_eq!(rows(&mut page)?, 1);
    let chips = page.text("document.querySelector('.chips').textContent")?;
    assert!(chips.contains("sample-atlas could not be loaded"), "{chips}");
    Ok(())
}

#[test]
fn the_page_tells_without_the_module_that_nothing_is_compared() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*.wasm", Rewrite::NotFound)?;
    page.goto(&stage.url(TWO))?;
    page.wait_until_failed()?;
    assert!(is_visible(&mut page, "[data-explorer-failed]")?);
    assert!(is_visible(&mut page, ".choose")?, "the list of projects is there");
    Ok(())
}

#[test]
fn what_is_added_before_the_module_is_there_is_compared_when_it_comes() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*.wasm", Rewrite::Hold)?;
    page.goto(&stage.url("compare/"))?;
    page.wait_until("document.documentElement.dataset.explorer === 'loading'")?;
    for name in ["sample-atlas", "sample-beacon"] {
        page.eval(&format!("document.querySelector('#ask').value = '{name}'"))?;
        page.focus("#ask")?;
        page.press("Enter")?;
    }
    let said = "document.querySelector('[data-missing]').textContent";
    assert!(page.text(said)?.starts_with("Loading"), "nobody knows that it was heard");
    page.let_go()?;
    page.wait_until("location.search === '?p=sample-atlas&p=sample-beacon'")?;
    assert_eq!(rows(&mut page)?, 2);
    assert_no_trouble(&mut page)
}

#[test]
fn a_project_that_is_none_is_told_and_leaves_the_list() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("compare/?p=nonsense-project")?;
    let said = page.text("document.querySelector('[data-missing]').textContent")?;
    assert!(said.contains("nonsense-project is not on this site."), "{said}");
    assert!(is_visible(&mut page, ".choose")?, "there is nothing else to see");
    assert!(!is_visible(&mut page, ".take-view")?, "nothing can be taken");
    Ok(())
}

#[test]
fn totals_of_which_days_are_missing_say_so_and_have_no_share() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    // Older parts have their first day in the name.
    page.rewrite("*/data/sample-beacon.20*.cube", Rewrite::NotFound)?;
    page.goto(&stage.url(&format!("{TWO}&range=all")))?;
    page.wait_until("document.documentElement.dataset.days === 'some'")?;
    let said = page.text("document.querySelector('[data-missing]').textContent")?;
    assert!(said.contains("Older days of sample-beacon could not be loaded"), "{said}");
    let notes = page.text("document.querySelector('figcaption').textContent")?;
    assert!(notes.contains("sample-beacon: the days before"), "{notes}");
    let share =
        page.text("document.querySelectorAll('.growth tbody tr')[1].cells[2].textContent")?;
    assert_eq!(share, "–");
    Ok(())
}

#[test]
fn the_focus_goes_to_what_a_form_led_to() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("compare/")?;
    page.focus(".choose input[value=sample-ember]")?;
    page.press(" ")?;
    page.focus("form:has(.choose) button")?;
    page.press("Enter")?;
    page.wait_until("location.search === '?p=sample-ember'")?;
    assert_eq!(page.text("String(document.activeElement === document.body)")?, "false");
    page.focus("[data-key='project-sample-ember']")?;
    page.press("Enter")?;
    page.wait_until("location.search === ''")?;
    assert_eq!(page.text("document.activeElement.id")?, "ask");
    assert_no_trouble(&mut page)
}
