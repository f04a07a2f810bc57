//! Choosing days on the strip: by dragging, by the sliders, by a click.

use browser_tests::{Page, Stage, pages::project_pages};

use crate::assert_no_trouble;

const STRIP: &str = "[data-strip] svg";

/// The places of the two sliders, and the most they can have.
fn ends(page: &mut Page) -> anyhow::Result<[i64; 3]> {
    let ends = page.eval(
        "[...document.querySelectorAll('[data-strip] input')].map((it) => Number(it.value))
            .concat(Number(document.querySelector('[data-strip] input').max))",
    )?;
    Ok(serde_json::from_value(ends)?)
}

/// Where on the strip a part of all days is.
fn at(page: &mut Page, part: f64) -> anyhow::Result<(f64, f64)> {
    let [x, y, width, height] = page.place(STRIP)?;
    Ok((x + part * width, y + height / 2.0))
}

/// Drags from one part of all days to another and waits for the view of other days.
fn drag(page: &mut Page, from: f64, to: f64) -> anyhow::Result<[i64; 3]> {
    let before = page.text("location.search")?;
    let (from, to) = (at(page, from)?, at(page, to)?);
    page.drag(from, to)?;
    page.wait_until(&format!("location.search !== '{before}'"))?;
    ends(page)
}

fn is_near(one: i64, other: i64) -> bool {
    (one - other).abs() <= 2
}

#[test]
fn dragging_chooses_days_moves_them_and_changes_their_ends() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{}?range=all", project_pages(stage.site())?[0]))?;
    let [_, _, last] = ends(&mut page)?;
    let day = |part: f64| (part * (last + 1) as f64) as i64;

    let [from, to, _] = drag(&mut page, 0.3, 0.5)?;
    assert!(is_near(from, day(0.3)) && is_near(to, day(0.5)), "new days: {from} to {to} of {last}");
    let query = page.text("location.search")?;
    assert!(query.starts_with("?from=20") && query.contains("&to=20"), "{query}");
    let announced = page.text("document.querySelector('[data-announce]').textContent")?;
    assert!(announced.contains("downloads, "), "{announced}");

    let length = to - from;
    let [from, to, _] = drag(&mut page, 0.4, 0.6)?;
    assert!(is_near(from, day(0.5)) && to - from == length, "moved: {from} to {to}");

    let [from, to, _] = drag(&mut page, 0.5, 0.55)?;
    assert!(is_near(from, day(0.55)) && is_near(to, day(0.7)), "beginning: {from} to {to}");
    let [from, to, _] = drag(&mut page, 0.7, 0.9)?;
    assert!(is_near(from, day(0.55)) && is_near(to, day(0.9)), "end: {from} to {to}");

    let [from, to, _] = drag(&mut page, 0.7, 3.0)?;
    assert!(to == last && is_near(to - from, day(0.35)), "to the edge: {from} to {to}");
    let [from, to, _] = drag(&mut page, 0.2, -1.0)?;
    assert!(from == 0 && is_near(to, day(0.2)), "new ones, out of the strip: {from} to {to}");
    assert_no_trouble(&mut page)
}

#[test]
fn while_one_drags_only_the_strip_follows_and_escape_brings_it_back() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{}?range=all", project_pages(stage.site())?[0]))?;
    let before = ends(&mut page)?;
    let (from, to) = (at(&mut page, 0.3)?, at(&mut page, 0.5)?);
    page.mouse("mousePressed", from, true)?;
    page.mouse("mouseMoved", to, true)?;
    let during = ends(&mut page)?;
    assert_ne!(during, before, "the strip does not follow");
    let label = page.text("document.querySelector('[data-strip] [data-from]').textContent")?;
    let told =
        page.text("document.querySelector('[data-strip] input').getAttribute('aria-valuetext')")?;
    assert_eq!(label, format!("from {told}"));
    assert_eq!(page.text("location.search")?, "?range=all");

    page.press("Escape")?;
    assert_eq!(ends(&mut page)?, before);
    page.mouse("mouseMoved", from, true)?;
    page.mouse("mouseReleased", from, false)?;
    assert_eq!(ends(&mut page)?, before);
    assert_eq!(page.text("location.search")?, "?range=all");
    assert_no_trouble(&mut page)
}

#[test]
fn a_click_beside_the_days_brings_them_there() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{}?range=90d", project_pages(stage.site())?[0]))?;
    let [from, to, last] = ends(&mut page)?;
    let length = to - from;
    let place = at(&mut page, 0.4)?;
    page.drag(place, place)?;
    page.wait_until("location.search.startsWith('?from=')")?;
    let [from, to, _] = ends(&mut page)?;
    assert_eq!(to - from, length);
    assert!(is_near((from + to) / 2, last * 2 / 5), "{from} to {to} of {last}");
    assert_no_trouble(&mut page)
}

#[test]
fn a_finger_that_goes_up_scrolls_the_page_and_one_that_goes_sideways_chooses() -> anyhow::Result<()>
{
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.set_width(360)?;
    page.goto(&stage.url(&format!("{}?range=all", project_pages(stage.site())?[0])))?;
    page.wait_until_ready()?;
    let (x, y) = at(&mut page, 0.4)?;
    let top = page.eval("scrollY")?.as_f64();
    let up: Vec<_> = (0..12).map(|step| (x, y - 20.0 * f64::from(step))).collect();
    page.swipe(&up)?;
    page.wait_until(&format!("scrollY > {} + 50", top.unwrap_or_default()))?;
    assert_eq!(page.text("location.search")?, "?range=all");
    // A finger that touches the page while it still moves only stops it.
    page.eval(
        "new Promise((done) => {
            const look = (before) => scrollY === before ? done() : setTimeout(look, 200, scrollY);
            look();
        })",
    )?;

    let (x, y) = at(&mut page, 0.4)?;
    let aside: Vec<_> = (0..8).map(|step| (x + 10.0 * f64::from(step), y)).collect();
    page.swipe(&aside)?;
    page.wait_until("location.search.startsWith('?from=')")?;
    assert_no_trouble(&mut page)
}

#[test]
fn the_sliders_choose_days_by_keyboard_and_keep_the_focus() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let [from, to, _] = ends(&mut page)?;
    page.focus("[data-key=strip-from]")?;
    page.press("ArrowRight")?;
    page.wait_until("location.search.startsWith('?from=')")?;
    assert_eq!(ends(&mut page)?[..2], [from + 1, to]);
    page.press("ArrowRight")?;
    page.wait_until(&format!(
        "Number(document.querySelector('[data-key=strip-from]').value) === {}",
        from + 2
    ))?;
    assert_eq!(page.text("document.activeElement.dataset.key")?, "strip-from");
    assert_no_trouble(&mut page)
}

#[test]
fn steps_of_a_slider_are_one_place_in_the_history_and_a_full_one_stops_nobody() -> anyhow::Result<()>
{
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{}?range=all", project_pages(stage.site())?[0]))?;
    let places = page.eval("history.length")?.as_u64().unwrap_or_default();
    page.focus("[data-strip] input")?;
    for _ in 0..4 {
        page.press("ArrowRight")?;
    }
    page.wait_until("location.search.startsWith('?from=')")?;
    let [from, ..] = ends(&mut page)?;
    assert_eq!(from, 4);
    // A slow machine may take more than a second for a step.
    let added = page.eval("history.length")?.as_u64().unwrap_or_default() - places;
    assert!((1..4).contains(&added), "{added} places in the history");

    page.eval(
        "history.replaceState = history.pushState = () => { throw new Error('too many') }; 0",
    )?;
    page.press("ArrowRight")?;
    assert_eq!(ends(&mut page)?[0], 5);
    assert_eq!(page.text("document.documentElement.dataset.explorer")?, "ready");
    assert_no_trouble(&mut page)
}
