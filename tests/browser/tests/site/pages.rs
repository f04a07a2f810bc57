//! Every page, as it is sent: quiet, not too wide, whole without scripts, below any path.

use std::path::Path;

use browser_tests::{
    Colors, Page, Stage,
    pages::{all_pages, one_of_each, project_pages},
};

use crate::{assert_no_trouble, is_visible};

/// Problems of all pages at all widths in light and dark.
fn look_at(stage: &Stage, pages: &[String], widths: &[u32]) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut page = stage.tab()?;
    for path in pages {
        for &width in widths {
            for colors in [Colors::Light, Colors::Dark] {
                page.set_width(width)?;
                page.set_colors(colors)?;
                page.goto(&stage.url(path))?;
                page.wait_until_ready()?;
                let place = format!("{path:?} at {width} px, {colors:?}");
                problems.extend(
                    page.take_troubles()?.into_iter().map(|trouble| format!("{place}: {trouble}")),
                );
                let needs = page.eval("document.documentElement.scrollWidth")?;
                if needs.as_u64().is_none_or(|needs| needs > u64::from(width)) {
                    problems.push(format!("{place}: is {needs} px wide: {}", widest(&mut page)?));
                }
            }
        }
    }
    Ok(problems)
}

/// What sticks out of the page most, for the message.
fn widest(page: &mut Page) -> anyhow::Result<String> {
    page.text(
        "(() => {
            const right = (it) => it.getBoundingClientRect().right;
            const all = [...document.body.querySelectorAll('*')];
            const it = all.reduce((a, b) => (right(b) > right(a) ? b : a));
            return `${it.outerHTML.slice(0, 120)} ends at ${right(it)}`;
        })()",
    )
}

#[test]
fn every_page_of_the_sample_is_quiet_and_fits() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let problems = look_at(&stage, &all_pages(stage.site())?, &[360, 1280])?;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

#[test]
fn every_page_of_the_awkward_fixture_is_quiet_and_fits_the_smallest_phone() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let problems = look_at(&stage, &all_pages(stage.site())?, &[320])?;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

#[test]
fn without_scripts_the_page_is_whole_and_promises_nothing() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.switch_scripts_off()?;
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    for needed in [
        "h1",
        "[data-region=tiles]",
        "[data-region=chart] svg",
        "[data-region=chart] details",
        "[data-region=facets]",
    ] {
        assert!(is_visible(&mut page, needed)?, "{needed} is not there");
    }
    let cells = page.eval("document.querySelectorAll('[data-region=chart] table td').length")?;
    assert!(cells.as_u64() > Some(10), "the chart has no table of its figures: {cells} cells");
    for useless in ["[data-region=controls] a", "[data-explorer-failed]", "[data-theme-toggle]"] {
        assert!(!is_visible(&mut page, useless)?, "{useless} is of no use without scripts");
    }
    let room = page.eval("document.querySelector('[data-region=controls]').offsetHeight")?;
    assert_eq!(room, 0, "room is kept for controls that never come");
    let dead_links = page.eval("document.querySelectorAll('a[data-view][href]').length")?;
    assert_eq!(dead_links, 0, "filters look like links");
    let wide = page.eval("document.documentElement.scrollWidth")?;
    assert!(wide.as_u64() <= Some(1280), "{wide} px wide");
    // Without scripts Chromium refuses to fetch the module early, as if the policy forbade it.
    let mut troubles = page.take_troubles()?;
    troubles.retain(|it| it != "request failed: csp");
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    Ok(())
}

#[test]
fn a_table_that_is_cut_shows_that_more_follows() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.set_width(360)?;
    page.goto(&stage.url(""))?;
    let shade = page.eval(
        "(() => {
            const table = document.querySelector('.scroll');
            const { backgroundImage, backgroundAttachment } = getComputedStyle(table);
            return table.scrollWidth > table.clientWidth
                && backgroundImage.includes('gradient')
                && backgroundAttachment.includes('local');
        })()",
    )?;
    assert_eq!(shade, true, "nothing shows that the table goes on");
    assert_no_trouble(&mut page)
}

#[test]
fn the_site_works_below_any_path() -> anyhow::Result<()> {
    let stage = Stage::sample_below("/some/repository/")?;
    let mut page = stage.open("")?;
    let first_project = "main a[href*=\"projects/\"]";
    page.click(first_project)?;
    page.wait_until("location.pathname.startsWith('/some/repository/projects/')")?;
    page.wait_until("document.documentElement.dataset.explorer === 'ready'")?;
    page.click("a[data-view*='range=30d']")?;
    page.wait_until("location.search === '?range=30d'")?;
    page.wait_until("location.pathname.startsWith('/some/repository/projects/')")?;
    page.click("header a")?;
    page.wait_until("location.pathname === '/some/repository/'")?;
    assert_no_trouble(&mut page)
}

#[test]
fn a_page_that_is_not_there_is_still_a_page() -> anyhow::Result<()> {
    for (stage, root) in [(Stage::sample()?, "/"), (Stage::mini()?, "/a/b/")] {
        for path in ["404.html", "nosuch", "projects/nosuch/"] {
            let mut page = stage.tab()?;
            let url = stage.url(path);
            page.goto(&url)?;
            assert!(is_visible(&mut page, "h1")?);
            page.click("main a")?;
            page.wait_until(&format!("location.pathname === '{root}'"))?;
            // The host says that there is nothing at the address, and that is all that is wrong.
            let mut troubles = page.take_troubles()?;
            troubles.retain(|it| !it.contains("404") || !it.trim_end_matches(')').ends_with(&url));
            assert!(troubles.is_empty(), "{path}: {}", troubles.join("\n"));
        }
    }
    Ok(())
}

#[test]
fn the_choice_of_light_or_dark_is_remembered() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("")?;
    let background = "getComputedStyle(document.documentElement).backgroundColor";
    let light = page.text(background)?;
    page.set_colors(Colors::Dark)?;
    let dark = page.text(background)?;
    assert_ne!(light, dark, "the system's choice makes no difference");

    page.click("[data-theme-toggle]")?;
    page.wait_until("document.documentElement.dataset.theme === 'light'")?;
    assert_eq!(page.text(background)?, light);
    page.reload()?;
    assert_eq!(page.text(background)?, light, "forgotten after a reload");
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    assert_eq!(page.text(background)?, light, "forgotten on another page");
    page.wait_until_ready()?;
    assert_no_trouble(&mut page)
}

#[test]
fn pages_name_their_files_by_content() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    for path in one_of_each(stage.site())? {
        let mut page = stage.open(&path)?;
        let named = page.eval(
            "[...document.querySelectorAll('link[rel=stylesheet], script[src]')]
                .map((it) => it.href ?? it.src)",
        )?;
        for url in named.as_array().into_iter().flatten().filter_map(|url| url.as_str()) {
            let name =
                Path::new(url).file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let hashed = name
                .split('.')
                .any(|part| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(hashed, "{url} may be cached for ever and yet change");
        }
        assert_no_trouble(&mut page)?;
    }
    Ok(())
}
