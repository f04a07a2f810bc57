//! Exploring: click, type, go back, share the address.

use std::{collections::BTreeMap, fs};

use browser_tests::{Page, Stage, pages::project_pages};

use crate::{assert_no_trouble, differences, is_visible, regions, unfold};

/// One version of many, so that filtering by it changes the figures.
const VERSION: &str = "[data-region=facets] a[data-view^='version=']";

fn assert_same(
    page: &mut Page,
    expected: &BTreeMap<String, String>,
    when: &str,
) -> anyhow::Result<()> {
    let found = regions(page)?;
    assert_eq!(differences(expected, &found), [""; 0], "{when}");
    Ok(())
}

/// Follows a link of the explorer and waits until the address has `query`.
fn follow(page: &mut Page, query: &str) -> anyhow::Result<()> {
    unfold(page)?;
    page.click(&format!("a[data-view='{query}']"))?;
    page.wait_until(&format!("location.search === '?{query}'"))
}

#[test]
fn the_browser_renders_what_site_gen_wrote() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    for path in project_pages(stage.site())? {
        let mut page = stage.open(&path)?;
        let written = fs::read_to_string(stage.site().join(&path).join("index.html"))?;
        let rendered = page.eval(
            "(() => {
                const rendered = document.explorer.render('');
                const regions = [...document.querySelectorAll('[data-region]')];
                const names = regions.map((it) => it.dataset.region);
                return { query: rendered.query, html: names.map((it) => [it, rendered.html(it)]) };
            })()",
        )?;
        assert_eq!(rendered["query"], "", "{path}: the page's own view has an address");
        let html = rendered["html"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(html.len() >= 4, "{path}: {} regions", html.len());
        for region in html {
            let text = region[1].as_str().unwrap_or_default();
            let same = !text.is_empty() || region[0] == "chips";
            assert!(same && written.contains(text), "{path}: region {} differs", region[0]);
        }
        assert_no_trouble(&mut page)?;
    }
    Ok(())
}

#[test]
fn a_click_on_a_value_filters_everything_and_a_click_on_its_chip_undoes_it() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let before = regions(&mut page)?;
    let key = page.text(&format!("document.querySelector(\"{VERSION}\").dataset.key"))?;

    page.click(VERSION)?;
    page.wait_until("location.search.startsWith('?version=')")?;
    let filtered = regions(&mut page)?;
    assert_eq!(
        differences(&before, &filtered),
        ["chart", "chips", "controls", "facets", "releases", "support", "tiles"]
    );
    assert!(
        page.eval("document.querySelectorAll('[data-region=chips] a[data-view]').length")? != 0
    );
    let focus = page.text("document.activeElement.dataset.key ?? 'nothing'")?;
    assert_eq!(focus, key, "the focus is lost");
    let announced = page.text("document.querySelector('[data-announce]').textContent")?;
    let sentence = announced.strip_suffix('.').unwrap_or_default();
    assert!(sentence.contains(" downloads, ") && sentence.contains("; version "), "{announced}");
    assert!(!sentence.contains(". ") && sentence.len() < 160, "one short sentence: {announced}");

    page.click("[data-region=chips] a[data-view]")?;
    page.wait_until("location.search === ''")?;
    assert_same(&mut page, &before, "without the filter")?;
    assert_no_trouble(&mut page)
}

#[test]
fn what_was_clicked_stays_where_it_is() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    for width in [360, 1280] {
        page.set_width(width)?;
        page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
        page.wait_until_ready()?;
        unfold(&mut page)?;
        // The last one: as a filter it comes first.
        let low = page.text(
            "[...document.querySelectorAll(\"[data-region=facets] a[data-view^='country=']\")].at(-1)
                .dataset.key",
        )?;
        page.focus(&format!("[data-key='{low}']"))?;
        let top = "document.activeElement.getBoundingClientRect().top";
        let before = page.eval(top)?.as_f64();
        for done in ["location.search.startsWith('?country=')", "location.search === ''"] {
            page.press("Enter")?;
            page.wait_until(done)?;
            // The browser may move the page until the frame after the next.
            page.eval("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")?;
            let after = page.eval(top)?.as_f64();
            let moved = before.zip(after).map(|(before, after)| (after - before).abs());
            assert!(moved.is_some_and(|it| it < 2.0), "{width} px, {done}: moved by {moved:?} px");
        }
    }
    assert_no_trouble(&mut page)
}

#[test]
fn a_click_for_another_tab_is_left_to_the_browser() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let path = &project_pages(stage.site())?[0];
    let mut page = stage.open(path)?;
    for key in ["ctrlKey", "metaKey", "shiftKey"] {
        let found: [String; 3] = serde_json::from_value(page.eval(&format!(
            "(() => {{
                let prevented;
                const look = (event) => {{
                    prevented = String(event.defaultPrevented);
                    event.preventDefault();
                }};
                addEventListener('click', look, {{ once: true }});
                const a = document.querySelector(\"[data-region=controls] a[data-view='range=30d']\");
                a.dispatchEvent(new MouseEvent('click', {{ {key}: true, bubbles: true, cancelable: true }}));
                return [prevented, a.href, location.search];
            }})()"
        ))?)?;
        let expected = ["false".to_owned(), stage.url(&format!("{path}?range=30d")), String::new()];
        assert_eq!(found, expected, "{key}");
    }
    assert_no_trouble(&mut page)
}

#[test]
fn several_values_add_up() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let downloads = |page: &mut Page, query: &str| -> anyhow::Result<u64> {
        let text = page.text(&format!("document.explorer.render('{query}').html('tiles')"))?;
        // The exact figures have separators; that of all time is the largest one.
        let numbers = text.split(|c: char| !c.is_ascii_digit() && c != ',');
        let largest = numbers.filter_map(|number| number.replace(',', "").parse().ok()).max();
        largest.ok_or_else(|| anyhow::anyhow!("no figure in {text}"))
    };
    let all = downloads(&mut page, "")?;
    let parts = ["audience=interactive", "audience=ci", "audience=mirror", "audience=unknown"]
        .map(|query| downloads(&mut page, query))
        .into_iter()
        .sum::<anyhow::Result<u64>>()?;
    assert_eq!(parts, all, "the audiences are not the whole");
    let two = downloads(&mut page, "audience=ci&audience=mirror")?;
    let sum = downloads(&mut page, "audience=ci")? + downloads(&mut page, "audience=mirror")?;
    assert_eq!(two, sum);
    assert_no_trouble(&mut page)
}

#[test]
fn back_forward_reload_and_a_link_bring_the_view_again() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let path = &project_pages(stage.site())?[0];
    let mut page = stage.open(path)?;
    let first = regions(&mut page)?;
    follow(&mut page, "range=90d")?;
    let second = regions(&mut page)?;
    follow(&mut page, "range=90d&split=python")?;
    let third = regions(&mut page)?;
    assert!(first != second && second != third);

    page.eval("history.back()")?;
    page.wait_until("location.search === '?range=90d'")?;
    assert_same(&mut page, &second, "one step back")?;
    page.eval("history.back()")?;
    page.wait_until("location.search === ''")?;
    assert_same(&mut page, &first, "two steps back")?;
    page.eval("history.go(2)")?;
    page.wait_until("location.search === '?range=90d&split=python'")?;
    assert_same(&mut page, &third, "forward again")?;

    page.reload()?;
    page.wait_until_ready()?;
    assert_same(&mut page, &third, "after a reload")?;
    let mut other = stage.open(&format!("{path}?range=90d&split=python"))?;
    assert_same(&mut other, &third, "by a link")?;
    let title = other.text("document.title")?;
    assert_eq!(title, page.text("document.title")?);
    assert_no_trouble(&mut page)?;
    assert_no_trouble(&mut other)
}

#[test]
fn leaving_the_site_and_coming_back_keeps_the_view() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    follow(&mut page, "interval=month")?;
    let view = regions(&mut page)?;
    page.goto(&stage.url(""))?;
    page.eval("history.back()")?;
    page.wait_until("location.search === '?interval=month'")?;
    page.wait_until_ready()?;
    assert_same(&mut page, &view, "back on the page")?;
    assert_no_trouble(&mut page)
}

/// Presses Enter on every kind of control, and goes back each time.
fn press_every_control(page: &mut Page) -> anyhow::Result<()> {
    for query in ["range=30d", "interval=month", "split=country", "audience=ci"] {
        let start = regions(page)?;
        page.focus(&format!("[data-region=controls] a[data-view='{query}']"))?;
        let key = page.text("document.activeElement.dataset.key")?;
        page.press("Enter")?;
        page.wait_until(&format!("location.search === '?{query}'"))?;
        let changed = regions(page)?;
        assert!(differences(&start, &changed).contains(&"chart"), "{query} changes nothing");
        assert_eq!(page.text("document.activeElement.dataset.key")?, key, "{query}");
        let outline = page.text("getComputedStyle(document.activeElement).outlineStyle")?;
        assert_ne!(outline, "none", "{query}: the focus cannot be seen");
        page.eval("history.back()")?;
        page.wait_until("location.search === ''")?;
    }
    assert_no_trouble(page)
}

#[test]
fn every_control_works_by_keyboard_and_keeps_the_focus() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    press_every_control(&mut page)
}

#[test]
fn on_a_phone_the_controls_are_unfolded_by_keyboard() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.set_width(360)?;
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    page.wait_until_ready()?;
    let folded = "[data-region=controls] a[data-view='split=country']";
    assert!(!is_visible(&mut page, folded)?);
    page.focus("[data-region=controls] summary")?;
    page.press("Enter")?;
    page.wait_until("document.querySelector('[data-region=controls] details').open")?;
    assert!(is_visible(&mut page, folded)?);
    press_every_control(&mut page)
}

#[test]
fn the_tabulator_reaches_the_controls_the_facets_and_the_theme() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let mut wanted =
        vec!["[data-theme-toggle]", "[data-region=controls] a", "[data-region=facets] a"];
    for _ in 0..200 {
        page.press("Tab")?;
        let mut missing = Vec::new();
        for selector in wanted {
            if page.eval(&format!("document.activeElement.matches('{selector}')"))? != true {
                missing.push(selector);
            }
        }
        wanted = missing;
        if wanted.is_empty() {
            return assert_no_trouble(&mut page);
        }
    }
    panic!("200 times Tab, and never at {wanted:?}");
}

#[test]
fn days_of_ones_own_are_taken_from_the_form() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    page.eval(
        "{
            const form = document.querySelector('form[data-range]');
            form.elements.from.value = '2026-02-01';
            form.elements.to.value = '2026-02-28';
        }",
    )?;
    unfold(&mut page)?;
    page.focus("form[data-range] button")?;
    page.press("Enter")?;
    page.wait_until(
        "location.search.includes('from=2026-02-01') && location.search.includes('to=2026-02-28')",
    )?;
    assert_no_trouble(&mut page)
}

#[test]
fn an_address_that_means_nothing_shows_the_page_s_own_view() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let path = &project_pages(stage.site())?[0];
    let own = regions(&mut stage.open(path)?)?;
    for query in ["?x=y", "?range=9999d", "?split=__proto__&from=2026-99-99", "?%ff=%00", "?&&=&"] {
        let mut page = stage.open(&format!("{path}{query}"))?;
        page.wait_until("location.search === ''")?;
        assert_same(&mut page, &own, query)?;
        assert_no_trouble(&mut page)?;
    }
    Ok(())
}
