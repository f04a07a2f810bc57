//! Views that follow one another: what is on the page is what the module says, however the page got there.

use std::collections::BTreeMap;

use anyhow::Context;
use browser_tests::{Page, Stage, pages::project_pages};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};
use scraper::{ElementRef, Html, Node};

use crate::{assert_no_trouble, is_visible, random_views::seed, regions, settle};

/// How many links of a page are followed.
const STEPS: usize = 40;

/// A text with one space where it has white space.
fn spaced(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if text.starts_with(char::is_whitespace) {
        words.insert(0, "");
    }
    if text.ends_with(char::is_whitespace) {
        words.push("");
    }
    words.join(" ")
}

/// The same for all HTML that means the same elements, attributes and texts.
fn canonical(html: &str) -> String {
    fn write(element: ElementRef<'_>, text: &mut String) {
        // Whether a list that is folded away has come does not matter.
        let attributes = element.value().attrs().filter(|it| it.0 != "data-folded");
        let mut attributes: Vec<_> = attributes.collect();
        attributes.sort_unstable();
        *text += &format!("\n<{} {attributes:?}>", element.value().name());
        for child in element.children() {
            match child.value() {
                // Lines end between elements where it does not matter.
                Node::Text(it) if !(it.contains('\n') && it.trim().is_empty()) => {
                    *text += &format!("\n{:?}", spaced(it));
                }
                _ => {}
            }
            if let Some(it) = ElementRef::wrap(child) {
                write(it, text);
            }
        }
        *text += "\n</>";
    }
    let mut text = String::new();
    write(Html::parse_fragment(html).root_element(), &mut text);
    text
}

/// What the module shows for the page's address on a screen of this width, by the names of the regions.
fn shown(page: &mut Page) -> anyhow::Result<BTreeMap<String, String>> {
    let shown = page.eval(
        "(() => {
            const [query, isWide] = [location.search.slice(1), innerWidth >= 760];
            const module = document.explorer ?? document.comparison;
            const all = [module.render_in_sight(query, isWide), module.render_below?.(query, isWide)];
            const names = [...document.querySelectorAll('[data-region]')].map((it) => it.dataset.region);
            return Object.fromEntries(names.map((it) => [it, all[0].html(it) ?? all[1].html(it)]));
        })()",
    )?;
    Ok(serde_json::from_value(shown)?)
}

/// Follows links of a page, one after the other, and compares what is there with what the module shows, as a parser
/// of HTML understands it.
fn walk(page: &mut Page, random: &mut StdRng) -> anyhow::Result<()> {
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    let mut walk = vec![page.text("location.pathname + location.search")?];
    let is_comparison = page.eval("document.comparison !== undefined")? == true;
    for _ in 0..STEPS {
        // Not the figures: a long table of them comes when it is opened.
        page.eval(
            "document.querySelectorAll('details:not(.figures)').forEach((it) => { it.open = true; })",
        )?;
        settle(page)?;
        let links = page.eval(
            "[...document.querySelectorAll('[data-region] a[data-view]')].map((it) => it.dataset.view)",
        )?;
        let mut links: Vec<String> = serde_json::from_value(links)?;
        // A comparison of no projects is no comparison.
        links.retain(|it| !is_comparison || it.contains("p="));
        let link = links.choose(random).context("no links")?.clone();
        page.eval(&format!(
            "[...document.querySelectorAll('[data-region] a[data-view]')]
                .find((it) => it.dataset.view === {}).click()",
            serde_json::to_string(&link)?
        ))?;
        walk.push(link);
        let found = regions(page)?;
        for (name, wanted) in shown(page)? {
            let found = found.get(&name).context("a region is gone")?;
            assert_eq!(canonical(found), canonical(&wanted), "{name}: {walk:?}");
        }
        let not_drawn = page.eval(
            "[...document.querySelectorAll('svg, svg *')].filter((it) => !(it instanceof SVGElement)).length",
        )?;
        assert_eq!(not_drawn, 0, "{walk:?}");
        let moved = page.eval(
            "[...document.querySelectorAll('[data-region] input[value]')]
                .filter((it) => it.value !== it.getAttribute('value')).length",
        )?;
        assert_eq!(moved, 0, "{walk:?}");
        let query = page.text("location.search.slice(1)")?;
        let stale = page.eval(
            "[...document.querySelectorAll('a[data-view]')].filter((it) => {
                const [, query] = it.getAttribute('href').split('?');
                return (query ?? '') !== it.dataset.view;
            }).length",
        )?;
        assert_eq!(stale, 0, "addresses of {query}: {walk:?}");
    }
    assert_no_trouble(page)
}

#[test]
fn any_walk_ends_at_what_the_module_shows() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    for width in [360, 1280] {
        let path = project_pages(stage.site())?.choose(&mut random).context("no pages")?.clone();
        let mut page = stage.open(&path)?;
        page.set_width(width)?;
        walk(&mut page, &mut random)?;
    }
    Ok(())
}

#[test]
fn any_walk_among_awkward_values_ends_at_what_the_module_shows() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    for path in project_pages(stage.site())? {
        let mut page = stage.open(&path)?;
        if page.eval("document.querySelector('script[data-cube]') !== null")? == true {
            walk(&mut page, &mut random)?;
        }
    }
    Ok(())
}

#[test]
fn any_walk_among_comparisons_ends_at_what_the_module_shows() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    let mut page = stage.open("compare/?p=sample-atlas&p=sample-beacon&range=90d")?;
    walk(&mut page, &mut random)
}

/// What stands after something new is not made anew: it may be scrolled, or have the focus.
#[test]
fn what_stays_is_the_same_element() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    page.click("a[data-key=drop-system]")?;
    settle(&mut page)?;
    let kept = "[...document.querySelectorAll(
        '[data-region=support] .scroll, [data-region=support] table, .facet, .facet table, #chart svg.wide, .strip-of-days, details')]";
    page.eval(&format!("{kept}.forEach((it) => {{ it.mark = true; }})"))?;
    // As if the view had one sentence fewer, and a line of text more.
    page.eval(
        "document.querySelectorAll('[data-region=support] [data-says]').forEach((it) => it.remove());
         document.querySelector('[data-region=support] .controls').insertAdjacentElement('afterend', document.createElement('ul'))",
    )?;
    page.click("a[data-key=drop-python]")?;
    settle(&mut page)?;
    assert!(
        page.eval("document.querySelectorAll('[data-region=support] [data-says]').length")? != 0
    );
    assert_eq!(page.eval("document.querySelectorAll('[data-region=support] ul + p').length")?, 0);
    let marks = page
        .eval(&format!("{kept}.filter((it) => !it.mark).map((it) => it.outerHTML.slice(0, 80))"))?;
    assert_eq!(marks, serde_json::json!([]), "made anew");
    assert_no_trouble(&mut page)
}

#[test]
fn the_figures_of_a_long_chart_stay_open_with_their_rows() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    page.eval("document.querySelector('[data-region=chart] details.figures').open = true")?;
    for view in ["range=all", "range=all&interval=day", "range=all&interval=day&split=version"] {
        page.click(&format!("[data-region=controls] a[data-view='{view}']"))?;
        page.wait_until(&format!("location.search === '?{view}'"))?;
        settle(&mut page)?;
        let rows =
            page.eval("document.querySelectorAll('[data-region=chart] .figures tbody tr').length")?;
        let last = page.eval("Number(document.querySelector('[data-pointer]').max)")?;
        assert_eq!(rows.as_u64(), last.as_u64().map(|it| it + 1), "{view}");
    }
    let scrolled = "document.querySelector('[data-region=chart] .figures .scroll').scrollTop";
    page.eval(&format!("{scrolled} = 200"))?;
    page.click("[data-region=facets] [data-key^=country-], [data-region=facets] a[data-view]")?;
    page.wait_until("document.querySelector('.chips a') !== null")?;
    settle(&mut page)?;
    assert_eq!(page.eval(scrolled)?, 200);
    assert_no_trouble(&mut page)
}

#[test]
fn a_list_that_was_unfolded_stays_so_with_the_figures_of_the_view() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let list = "[data-key=more-country]";
    let rows = format!("document.querySelectorAll('{list} tbody tr').length");
    page.click("[data-region=controls] a[data-view='range=30d']")?;
    page.wait_until("location.search === '?range=30d'")?;
    assert_eq!(page.eval(&rows)?, 0, "what is folded away comes when it is asked for");

    page.click(&format!("{list} summary"))?;
    page.wait_until(&format!("{rows} > 0"))?;
    page.wait_until(&format!("document.querySelector('{list} a').hasAttribute('href')"))?;
    let count =
        |page: &mut Page| page.text(&format!("document.querySelector('{list} td').textContent"));
    let before = count(&mut page)?;
    page.click(
        "[data-region=controls] a[data-view='range=1y'], [data-region=controls] a[data-view='']",
    )?;
    page.wait_until("location.search !== '?range=30d'")?;
    assert!(is_visible(&mut page, &format!("{list} tbody a"))?, "it is still open");
    assert_ne!(count(&mut page)?, before, "figures of another year");
    assert_no_trouble(&mut page)
}

#[test]
fn the_drawing_in_sight_is_there_after_the_window_changes() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let drawings = "[...document.querySelectorAll('#chart svg.chart')].map((it) => it.getAttribute('class')).join()";
    assert_eq!(page.text(drawings)?, "chart wide,chart narrow", "as the page is sent");
    page.click("[data-region=controls] a[data-view='range=30d']")?;
    page.wait_until("location.search === '?range=30d'")?;
    assert_eq!(page.text(drawings)?, "chart wide");
    page.set_width(360)?;
    page.wait_until(&format!("{drawings} === 'chart narrow'"))?;
    assert!(is_visible(&mut page, "#chart svg.narrow")?);
    page.eval("dispatchEvent(new Event('beforeprint'))")?;
    assert_eq!(page.text(drawings)?, "chart wide,chart narrow", "paper is wide");
    assert_no_trouble(&mut page)
}

/// Clicks what leads to these parts of an address, in these regions, before the page is painted again.
fn click_both(page: &mut Page, regions: [&str; 2], parts: [&str; 2]) -> anyhow::Result<()> {
    let click = |at: usize| {
        let (region, part) = (regions[at], parts[at]);
        format!("document.querySelector('[data-region={region}] a[data-view*=\"{part}\"]').click()")
    };
    page.eval(&format!("(() => {{ {}; {}; }})()", click(0), click(1)))?;
    Ok(())
}

/// The controls and the history follow when the page has been painted, or when the next click comes before that.
#[test]
fn clicks_without_a_picture_between_them_add_up() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    page.wait_until("document.documentElement.dataset.days === 'all'")?;
    page.eval("globalThis.entries = history.length")?;
    click_both(&mut page, ["facets", "controls"], ["country=", "interval=month"])?;
    page.wait_until("location.search.includes('interval=month')")?;
    let both = page.text("location.search")?;
    assert!(both.contains("country="), "{both}");
    assert_eq!(page.eval("history.length - entries")?, 2);
    assert!(is_visible(&mut page, ".chips a")?);
    page.eval("history.back()")?;
    page.wait_until("!location.search.includes('interval=month')")?;
    settle(&mut page)?;
    let one = page.text("location.search")?;
    assert!(one.contains("country="), "{one}");
    page.eval("history.back()")?;
    page.wait_until("location.search === ''")?;
    settle(&mut page)?;
    assert!(!is_visible(&mut page, ".chips a")?);
    let said = "document.querySelector('[data-announce]').textContent";
    assert!(!page.text(said)?.is_empty());
    // What was clicked may stand elsewhere when the controls have followed.
    click_both(&mut page, ["controls"; 2], ["split=version", "average=7"])?;
    page.wait_until("location.search.includes('average=7')")?;
    let all = page.text("location.search")?;
    assert!(all.contains("split=version"), "{all}");
    page.eval("history.back()")?;
    page.wait_until("location.search === '?split=version'")?;
    assert_no_trouble(&mut page)
}
