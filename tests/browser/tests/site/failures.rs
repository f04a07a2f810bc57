//! When the explorer cannot be had: a line says so, and the page stays as it was sent.

use std::fs;

use browser_tests::{Page, Rewrite, Stage, pages::project_pages};

use crate::{assert_no_trouble, differences, is_visible, regions};

/// Opens a project page with `rewrite` in place of what `pattern` matches, and checks that it is whole.
fn page_stays_whole(stage: &Stage, pattern: &str, rewrite: Rewrite) -> anyhow::Result<Page> {
    let path = &project_pages(stage.site())?[0];
    let mut page = stage.tab()?;
    page.switch_scripts_off()?;
    page.goto(&stage.url(path))?;
    let sent = regions(&mut page)?;

    let mut page = stage.tab()?;
    page.rewrite(pattern, rewrite)?;
    page.goto(&stage.url(&format!("{path}?range=30d")))?;
    page.wait_until_failed()?;
    assert!(is_visible(&mut page, "[data-explorer-failed]")?, "{pattern}: nothing is said");
    let line = page.text("document.querySelector('[data-explorer-failed]').innerText")?;
    assert!(line.len() > 20, "{pattern}: {line:?} says too little");
    assert!(!is_visible(&mut page, "[data-region=controls] a")?, "{pattern}: controls of no use");
    let shown = regions(&mut page)?;
    assert_eq!(differences(&sent, &shown), [""; 0], "{pattern}: the page is not as it was sent");
    Ok(page)
}

/// No exception and no dialog: that a request failed may stand on the console.
fn only_requests_failed(page: &mut Page) -> anyhow::Result<()> {
    for trouble in page.take_troubles()? {
        let harmless = ["network: ", "request failed: ", "status 404: ", "security: ", "other: "];
        let expected = harmless.iter().any(|start| trouble.starts_with(start))
            || trouble.contains("integrity");
        assert!(expected, "{trouble}");
    }
    Ok(())
}

#[test]
fn without_a_cube_the_page_stays_whole() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    for rewrite in [Rewrite::NotFound, Rewrite::Fail] {
        only_requests_failed(&mut page_stays_whole(&stage, "*.cube", rewrite)?)?;
    }
    Ok(())
}

#[test]
fn with_a_damaged_cube_the_page_stays_whole() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let cube = sent_cube(&stage)?;
    let mut flipped = cube.clone();
    flipped[cube.len() / 2] ^= 1;
    let cut = cube[..cube.len() / 2].to_vec();
    let page = b"<!DOCTYPE html><title>Log in</title>".to_vec();
    for body in [flipped, cut, page, Vec::new()] {
        only_requests_failed(&mut page_stays_whole(&stage, "*.cube", Rewrite::Body(body))?)?;
    }
    Ok(())
}

#[test]
fn without_the_module_the_page_stays_whole() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let garbage = Rewrite::Body(b"\0asm but not really".to_vec());
    for (pattern, rewrite) in [
        ("*.wasm", Rewrite::NotFound),
        ("*.wasm", Rewrite::Fail),
        ("*.wasm", garbage),
        ("*/web.*.js", Rewrite::NotFound),
    ] {
        only_requests_failed(&mut page_stays_whole(&stage, pattern, rewrite)?)?;
    }
    Ok(())
}

#[test]
fn one_altered_bit_of_the_module_is_enough_not_to_run_it() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    for (kind, pattern) in [("wasm", "*.wasm"), ("js", "*/web.*.js")] {
        let module = module_file(&stage, kind)?;
        for at in [0, module.len() / 2, module.len() - 1] {
            let mut altered = module.clone();
            altered[at] ^= 1;
            only_requests_failed(&mut page_stays_whole(&stage, pattern, Rewrite::Body(altered))?)?;
        }
    }
    Ok(())
}

#[test]
fn a_module_that_is_not_the_one_that_was_published_is_not_run() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let other = b"document.takenOver = true; export default () => {}; export class Explorer {}";
    let rewrite = Rewrite::Body(other.to_vec());
    let mut page = page_stays_whole(&stage, "*/web.*.js", rewrite)?;
    assert_eq!(page.eval("document.takenOver === undefined")?, true);
    only_requests_failed(&mut page)
}

#[test]
fn after_a_failure_the_page_shows_its_own_figures_as_it_says() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let (sent, title) = (regions(&mut page)?, page.text("document.title")?);
    page.click("a[data-view='range=30d']")?;
    page.wait_until("location.search === '?range=30d'")?;
    assert_ne!(differences(&sent, &regions(&mut page)?), [""; 0], "the range changes nothing");

    page.eval("document.explorer.render_in_sight = () => { throw new Error('out of memory'); }")?;
    page.click("a[data-view='range=90d']")?;
    page.wait_until_failed()?;
    assert_eq!(differences(&sent, &regions(&mut page)?), [""; 0]);
    assert_eq!(page.text("document.title")?, title);
    let line = page.text("document.querySelector('[data-explorer-failed]').innerText")?;
    assert!(line.contains("its own figures") && line.contains("out of memory"), "{line}");
    assert!(!is_visible(&mut page, "[data-region=controls] a")?, "controls of no use");

    // What was clicked before is no link any more, and does nothing.
    page.eval("delete document.explorer.render_in_sight")?;
    page.eval("document.querySelector('[data-region=facets] a[data-view]').click()")?;
    assert_eq!(differences(&sent, &regions(&mut page)?), [""; 0]);
    assert_no_trouble(&mut page)
}

#[test]
fn without_any_of_our_scripts_the_page_is_as_without_scripts() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*.js", Rewrite::NotFound)?;
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    assert!(is_visible(&mut page, "[data-region=chart] svg")?);
    assert!(!is_visible(&mut page, "[data-region=controls] a")?);
    only_requests_failed(&mut page)
}

#[test]
fn a_script_that_does_not_come_is_told() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*/assets/explore.*.js", Rewrite::NotFound)?;
    page.goto(&stage.url(&format!("{}?split=python", project_pages(stage.site())?[0])))?;
    page.wait_until("document.documentElement.dataset.explorer === 'failed'")?;
    assert!(is_visible(&mut page, "[data-explorer-failed]")?);
    page.rewrite("*/assets/compare.*.js", Rewrite::NotFound)?;
    page.goto(&stage.url("compare/?p=sample-atlas"))?;
    page.wait_until("document.documentElement.dataset.explorer === 'failed'")?;
    assert!(is_visible(&mut page, ".choose")?, "the list of projects is there");
    assert!(!is_visible(&mut page, "#ask")?, "nothing can be added");
    only_requests_failed(&mut page)
}

/// A file of the module by the end of its name.
fn module_file(stage: &Stage, extension: &str) -> anyhow::Result<Vec<u8>> {
    for file in fs::read_dir(stage.site().join("assets"))? {
        let (name, path) = file.map(|it| (it.file_name(), it.path()))?;
        let is_module = ["web.", "web_bg."].iter().any(|it| name.to_string_lossy().starts_with(it));
        if is_module && path.extension().is_some_and(|it| it == extension) {
            return Ok(fs::read(path)?);
        }
    }
    anyhow::bail!("the site has no module")
}

/// The cube of the first project, as it is sent.
fn sent_cube(stage: &Stage) -> anyhow::Result<Vec<u8>> {
    let path = project_pages(stage.site())?.remove(0);
    let mut page = stage.open(&path)?;
    let address = "document.querySelector('script[data-cube]').dataset.cube";
    let address = page.text(&format!("new URL({address}, document.baseURI).pathname"))?;
    Ok(fs::read(stage.site().join(address.trim_start_matches('/')))?)
}
