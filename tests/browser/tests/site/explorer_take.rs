//! Taking a view along: as a file and by way of the clipboard.

use std::{fs, path::Path};

use browser_tests::{Page, Stage, pages::project_pages};

use crate::{assert_no_trouble, is_visible};

/// Clicks a button and returns the file that it saves.
fn save(page: &mut Page, kind: &str, folder: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    page.click(&format!("[data-take='{kind}']"))?;
    let said = "document.querySelector('[data-announce]').textContent";
    page.wait_until(&format!("{said}.startsWith('Saved as {name}.')"))?;
    // The browser writes beside the page.
    let path = folder.join(name);
    for _ in 0..1000 {
        if let Ok(bytes) = fs::read(&path)
            && !bytes.is_empty()
        {
            return Ok(bytes);
        }
        page.eval("new Promise((done) => requestAnimationFrame(done))")?;
    }
    panic!("`{name}` is not saved");
}

#[test]
fn a_view_is_saved_as_csv_svg_and_png() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let folder = tempfile::tempdir()?;
    let project = project_pages(stage.site())?.remove(0);
    let name = project.trim_end_matches('/').trim_start_matches("projects/").to_owned();
    let mut page = stage.open(&format!("{project}?range=30d&split=python"))?;
    page.save_into(folder.path())?;
    let file = |ending: &str| format!("{name}-range-30d-split-python.{ending}");

    let csv = String::from_utf8(save(&mut page, "csv", folder.path(), &file("csv"))?)?;
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("from,to,3."), "{}", lines[0]);
    assert_eq!(lines.len(), 31);

    let svg = String::from_utf8(save(&mut page, "svg", folder.path(), &file("svg"))?)?;
    assert!(svg.starts_with("<svg") && svg.contains("Downloads per day, by Python"), "{svg}");
    let png = save(&mut page, "png", folder.path(), &file("png"))?;
    assert!(png.starts_with(b"\x89PNG"));
    let side = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    assert_eq!(side(16), 1600, "twice the width of the SVG");
    assert!(side(20) > 680, "with the names of the lines below");
    assert!(png.len() > 10_000, "only {} bytes: nothing is drawn", png.len());
    assert_no_trouble(&mut page)
}

#[test]
fn markdown_and_address_are_copied() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let project = project_pages(stage.site())?.remove(0);
    let mut page = stage.open(&format!("{project}?range=30d"))?;
    for kind in ["markdown", "address"] {
        page.click(&format!("[data-take-text='{kind}']"))?;
        page.wait_until("document.querySelector('[data-said]').textContent !== ''")?;
        let said = page.text("document.querySelector('[data-said]').textContent")?;
        assert!(["Copied", "Press Ctrl+C"].contains(&&*said), "{said}");
    }
    let address = stage.url(&format!("{project}?range=30d"));
    assert_eq!(page.text("document.querySelector('#take-address').textContent")?, address);
    let markdown = page.text("document.querySelector('#take-markdown').textContent")?;
    assert!(markdown.starts_with("| When | Downloads per day | Note |\n| --- | ---: | --- |\n| "));
    assert!(markdown.contains(&format!("counted by <{address}>, data to ")), "{markdown}");
    assert_no_trouble(&mut page)
}

#[test]
fn without_the_module_nothing_can_be_taken() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.rewrite("*.wasm", browser_tests::Rewrite::NotFound)?;
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    page.wait_until_failed()?;
    for selector in ["[data-take]", "[data-take-text]", "[data-find]", "[data-strip]"] {
        assert!(!is_visible(&mut page, selector)?, "{selector}");
    }
    let mut page = stage.tab()?;
    page.switch_scripts_off()?;
    page.goto(&stage.url(&project_pages(stage.site())?[0]))?;
    assert!(!is_visible(&mut page, "[data-take]")?);
    Ok(())
}
