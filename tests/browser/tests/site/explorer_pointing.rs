//! Pointing at the chart: by mouse, finger and keyboard.

use browser_tests::{Page, Stage, pages::project_pages};

use crate::assert_no_trouble;

const READOUT: &str = "document.querySelector('[data-readout]').textContent";

/// Points with the mouse at a part of the chart, from left to right.
fn point(page: &mut Page, part: f64) -> anyhow::Result<()> {
    let [x, y, width, height] = page.place("[data-plots]")?;
    page.mouse("mouseMoved", (x + part * width, y + height / 2.0), false)
}

/// Where the middle of the crosshair is, and that of the handle of the slider.
fn crosshair_and_handle(page: &mut Page) -> anyhow::Result<[f64; 2]> {
    let places = page.eval(
        "(() => {
            const line = document.querySelector('.crosshair').getBoundingClientRect();
            const slider = document.querySelector('[data-pointer]');
            const box = slider.getBoundingClientRect();
            const part = slider.max > 0 ? slider.value / slider.max : 0.5;
            return [line.x + line.width / 2, box.x + 12 + part * (box.width - 24)];
        })()",
    )?;
    Ok(serde_json::from_value(places)?)
}

#[test]
fn mouse_finger_and_arrow_keys_move_one_crosshair() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open(&format!("{}?range=90d", project_pages(stage.site())?[0]))?;
    let hint = page.text(READOUT)?;
    assert!(hint.starts_with("Point at the chart"), "{hint}");

    point(&mut page, 0.5)?;
    let pointed = page.text(READOUT)?;
    assert!(pointed.contains(" 2026: ") && pointed != hint, "{pointed}");
    page.focus("[data-pointer]")?;
    page.press("ArrowLeft")?;
    let before = page.text(READOUT)?;
    assert_ne!(before, pointed);
    let told =
        page.text("document.querySelector('[data-pointer]').getAttribute('aria-valuetext')")?;
    assert_eq!(told, before);
    page.press("ArrowRight")?;
    assert_eq!(page.text(READOUT)?, pointed, "the keys begin where the mouse was");
    assert_eq!(page.eval("document.querySelectorAll('.crosshair').length")?, 1);

    let [x, y, width, height] = page.place("[data-plots]")?;
    page.swipe(&[(x + 0.3 * width, y + height / 2.0)])?;
    let touched = page.text(READOUT)?;
    assert!(touched != pointed && touched.contains(" 2026: "), "{touched}");

    page.press("Escape")?;
    assert_eq!(page.text(READOUT)?, hint);
    assert_eq!(page.eval("document.querySelectorAll('.crosshair').length")?, 0);
    assert_no_trouble(&mut page)
}

#[test]
fn the_handle_of_the_slider_is_below_the_crosshair() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    for width in [360, 800, 1280] {
        page.set_width(width)?;
        for query in ["range=30d", "range=all&interval=week", "split=python"] {
            page.goto(&stage.url(&format!("{}?{query}", project_pages(stage.site())?[0])))?;
            page.wait_until_ready()?;
            page.focus("[data-pointer]")?;
            for key in ["Home", "ArrowRight", "End"] {
                page.press(key)?;
                let [line, handle] = crosshair_and_handle(&mut page)?;
                let apart = (line - handle).abs();
                assert!(apart < 1.5, "{width} px, {query}, {key}: {line} and {handle}");
            }
        }
    }
    assert_no_trouble(&mut page)
}

#[test]
fn with_many_lines_the_figures_stand_in_the_legend_and_nothing_moves() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.tab()?;
    page.set_width(360)?;
    page.goto(&stage.url(&format!("{}?split=country&range=30d", project_pages(stage.site())?[0])))?;
    page.wait_until_ready()?;
    let layout = "JSON.stringify(
        [...document.querySelectorAll('#chart *')].filter((it) => !it.matches('.crosshair'))
            .map((it) => it.getBoundingClientRect()).map((it) => [it.y + scrollY, it.height]))";
    let place = page.place("[data-plots]")?;
    let before = page.text(layout)?;
    page.swipe(&[(place[0] + 0.6 * place[2], place[1] + 0.5 * place[3])])?;
    assert!(page.text(READOUT)?.ends_with("2026"), "{}", page.text(READOUT)?);
    let figures =
        page.eval("[...document.querySelectorAll('[data-figure]')].map((it) => it.textContent)")?;
    let figures: Vec<String> = serde_json::from_value(figures)?;
    let table = page.eval(
        "(() => {
            const rows = document.querySelectorAll('#chart .figures tbody tr');
            const at = Number(document.querySelector('[data-pointer]').value);
            const cells = [...rows[rows.length - 1 - at].cells].map((it) => it.textContent);
            return cells.slice(1, -1);
        })()",
    )?;
    assert_eq!(figures, serde_json::from_value::<Vec<String>>(table)?);
    assert!(figures.len() > 4, "{figures:?}");
    assert_eq!(page.text(layout)?, before, "something moved");
    let wide = page.eval("document.documentElement.scrollWidth")?;
    assert_eq!(wide, 360);

    page.press("Escape")?;
    let shares = page.text("document.querySelector('[data-figure]').textContent")?;
    assert!(shares.ends_with('%'), "{shares}");
    assert_no_trouble(&mut page)
}
