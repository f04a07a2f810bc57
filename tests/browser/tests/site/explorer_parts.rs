//! A history that comes in parts: the newest first, the rest unasked, and some of it perhaps never.

use std::fs;

use anyhow::Context;
use browser_tests::{Page, Rewrite, Stage, pages::project_pages};

use crate::{assert_no_trouble, differences, is_visible, regions};

/// The path of the project whose history is in the most parts, and those of its older parts, newest first: at least two.
fn project_in_parts(stage: &Stage) -> anyhow::Result<(String, Vec<String>)> {
    let mut projects = Vec::new();
    for path in project_pages(stage.site())? {
        let html = fs::read_to_string(stage.site().join(&path).join("index.html"))?;
        let older = html.split_once(" data-older=\"").and_then(|(_, rest)| rest.split_once('"'));
        let older = older.map(|(older, _)| older).filter(|it| !it.is_empty()).unwrap_or_default();
        let parts = older.split(' ').step_by(2).map(|it| it.trim_start_matches("../").to_owned());
        projects.push((path, parts.collect::<Vec<_>>()));
    }
    let most = projects.into_iter().max_by_key(|(_, older)| older.len());
    most.filter(|(_, older)| older.len() > 1)
        .context("no project of the sample has a history in three parts")
}

fn line(page: &mut Page) -> anyhow::Result<String> {
    page.text("document.querySelector('[data-missing]').textContent")
}

fn all_time(page: &mut Page) -> anyhow::Result<String> {
    page.text("[...document.querySelectorAll('.tile')].at(-1).textContent")
}

/// Opens a page whose older parts are answered by `rewrite`.
fn open(stage: &Stage, path: &str, parts: &[String], rewrite: &Rewrite) -> anyhow::Result<Page> {
    let mut page = stage.tab()?;
    for part in parts {
        page.rewrite(&format!("*{part}"), rewrite.clone())?;
    }
    page.goto(&stage.url(path))?;
    page.wait_until_usable()?;
    Ok(page)
}

#[test]
fn the_newest_year_answers_before_the_others_are_there() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let mut page = open(&stage, &path, &parts, &Rewrite::Hold)?;
    assert_eq!(line(&mut page)?, "", "nobody asked for more");
    let sent = all_time(&mut page)?;

    page.click("a[data-view='range=90d']")?;
    page.wait_until("location.search === '?range=90d'")?;
    let waiting = all_time(&mut page)?;
    assert!(waiting.contains("Older days are not here yet."), "{waiting}");
    assert_eq!(line(&mut page)?, "");

    page.click("a[data-view='range=all']")?;
    page.wait_until("document.querySelector('[data-missing]').textContent !== ''")?;
    assert!(line(&mut page)?.starts_with("Loading the days before 1 "), "{}", line(&mut page)?);
    assert_eq!(page.text("location.search")?, "?range=90d", "the view is not there yet");
    assert_eq!(
        page.text("document.querySelector('[data-missing]').getAttribute('role')")?,
        "status"
    );

    page.let_go()?;
    page.wait_until("location.search === '?range=all'")?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    assert_eq!(line(&mut page)?, "");
    assert_eq!(all_time(&mut page)?, sent);
    let here = regions(&mut page)?;
    let mut other = stage.open(&format!("{path}?range=all"))?;
    assert_eq!(differences(&regions(&mut other)?, &here), [""; 0]);
    assert_no_trouble(&mut other)?;
    assert_no_trouble(&mut page)
}

#[test]
fn what_was_filtered_meanwhile_is_completed_and_keeps_what_one_is_at() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let mut page = open(&stage, &path, &parts, &Rewrite::Hold)?;
    page.click("[data-region=facets] a[data-view^='version=']")?;
    page.wait_until("location.search.startsWith('?version=')")?;
    page.focus("[data-find=country]")?;
    page.press("u")?;
    page.let_go()?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    assert!(!all_time(&mut page)?.contains("not here yet"));
    assert_eq!(page.text("document.activeElement.dataset.key ?? ''")?, "find-country");
    assert_eq!(page.text("document.activeElement.value")?, "u");
    let query = page.text("location.search")?;
    let here = regions(&mut page)?;
    page.press("Escape")?;
    let mut other = stage.open(&format!("{path}{query}"))?;
    let names = ["chips", "chart", "controls", "releases", "support", "tiles"];
    for name in names {
        assert_eq!(regions(&mut other)?.get(name), here.get(name), "{name}");
    }
    assert_no_trouble(&mut page)
}

#[test]
fn a_part_that_is_lost_leaves_the_others_usable_and_says_so() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let file = stage.site().join(&parts[0]);
    let mut flipped = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for rewrite in [Rewrite::NotFound, Rewrite::Fail, Rewrite::Body(flipped)] {
        let mut page = open(&stage, &path, &parts[..1], &rewrite)?;
        page.wait_until("document.documentElement.dataset.days === 'some'")?;
        let told = line(&mut page)?;
        assert!(told.starts_with("The days before 1 "), "{rewrite:?}: {told}");
        assert!(told.contains("could not be loaded"), "{told}");
        assert!(is_visible(&mut page, "[data-missing]")?);
        assert_eq!(page.text("document.documentElement.dataset.explorer")?, "ready");

        page.click("a[data-view='range=90d']")?;
        page.wait_until("location.search === '?range=90d'")?;
        let before = regions(&mut page)?;
        page.click("a[data-view='range=all']")?;
        page.click("a[data-view='range=30d']")?;
        page.wait_until("location.search === '?range=30d'")?;
        page.eval("history.back()")?;
        page.wait_until("location.search === '?range=90d'")?;
        assert_eq!(differences(&before, &regions(&mut page)?), [""; 0]);
        assert_eq!(line(&mut page)?, told);
    }
    Ok(())
}

#[test]
fn an_address_that_needs_a_lost_part_leaves_the_page_as_it_was_sent() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let mut page = open(&stage, &format!("{path}?range=all"), &parts[..1], &Rewrite::NotFound)?;
    page.wait_until("document.documentElement.dataset.days === 'some'")?;
    assert!(line(&mut page)?.contains("cannot be shown"));
    let mut own = stage.open(&path)?;
    assert_eq!(differences(&regions(&mut own)?, &regions(&mut page)?), [""; 0]);
    Ok(())
}

#[test]
fn on_a_slow_network_the_page_is_read_before_it_can_be_explored() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let mut page = stage.tab()?;
    page.slow_down(50_000)?;
    for part in &parts {
        page.rewrite(&format!("*{part}"), Rewrite::Hold)?;
    }
    page.rewrite("*.wasm", Rewrite::Hold)?;
    page.goto(&stage.url(&path))?;
    assert!(is_visible(&mut page, "[data-region=chart] svg")?);
    assert!(is_visible(&mut page, "[data-region=facets] table")?);
    for control in ["[data-region=controls] a", "[data-strip]", "[data-find]", "[data-take]"] {
        assert!(!is_visible(&mut page, control)?, "{control} is offered and does not work");
    }
    let layout = "JSON.stringify([...document.querySelectorAll('main *')]
        .map((it) => it.getBoundingClientRect()).map((it) => [it.x, it.y, it.width, it.height]))";
    let before = page.text(layout)?;
    page.let_go()?;
    page.wait_until_ready()?;
    assert_eq!(page.text(layout)?, before, "something moved when the explorer came");
    for control in ["[data-region=controls] a", "[data-strip]", "[data-find]", "[data-take]"] {
        assert!(is_visible(&mut page, control)?, "{control} does not come");
    }
    assert_no_trouble(&mut page)
}

#[test]
fn what_is_chosen_while_another_choice_waits_is_added_to_it() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, parts) = project_in_parts(&stage)?;
    let mut page = open(&stage, &path, &parts, &Rewrite::Hold)?;
    page.click("a[data-view='range=all']")?;
    page.click("[data-region=controls] a[data-view='audience=ci']")?;
    page.eval("location.hash = 'share'")?;
    assert_eq!(page.text("location.search")?, "", "its days are not there");
    page.let_go()?;
    page.wait_until("location.search === '?range=all&audience=ci'")?;
    assert_no_trouble(&mut page)
}

#[test]
fn a_view_that_an_address_asks_for_is_told_to_be_on_its_way() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let (path, _) = project_in_parts(&stage)?;
    let mut page = stage.tab()?;
    page.rewrite("*.wasm", Rewrite::Hold)?;
    page.goto(&stage.url(&format!("{path}?python=3.11")))?;
    page.wait_until(
        "document.querySelector('[data-missing]').textContent.includes('all downloads')",
    )?;
    page.let_go()?;
    page.wait_until_ready()?;
    assert_eq!(line(&mut page)?, "");
    assert_no_trouble(&mut page)
}
