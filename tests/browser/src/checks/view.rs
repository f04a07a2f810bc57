//! What the reader sees: nothing too wide, nothing that moves, nothing that is missing without scripts.

use super::WIDTHS;
use crate::{Colors, Page, Stage};

/// The most that a page may shift while it loads (Cumulative Layout Shift); a tenth of what is called good.
const MOST_SHIFT: f64 = 0.01;

/// What a page without scripts says at least, in characters.
const LEAST_TEXT: u64 = 40;

/// Nothing goes wrong and nothing scrolls sideways, at any width, light and dark.
pub(super) fn quiet_and_fits(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for width in WIDTHS {
        for colors in [Colors::Light, Colors::Dark] {
            let mut page = stage.tab()?;
            page.set_width(width)?;
            page.set_colors(colors)?;
            page.goto(&stage.url(path))?;
            page.wait_until_ready()?;
            let troubles = page.take_troubles()?.into_iter().chain(too_wide(&mut page, width)?);
            findings.extend(troubles.map(|it| format!("{width} px, {colors:?}: {it}")));
        }
    }
    Ok(findings)
}

fn too_wide(page: &mut Page, width: u32) -> anyhow::Result<Option<String>> {
    let needs = page.eval("document.documentElement.scrollWidth")?;
    if needs.as_u64().is_some_and(|needs| needs <= u64::from(width)) {
        return Ok(None);
    }
    let widest = page.text(
        "(() => {
            const right = (it) => it.getBoundingClientRect().right;
            const all = [...document.body.querySelectorAll('*')];
            const it = all.reduce((a, b) => (right(b) > right(a) ? b : a), document.body);
            return `${it.outerHTML.slice(0, 120)} ends at ${right(it)}`;
        })()",
    )?;
    Ok(Some(format!("{needs} px wide: {widest}")))
}

/// Nothing moves while the page loads and its explorer starts.
pub(super) fn nothing_moves(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for width in [WIDTHS[0], 1280] {
        let mut page = stage.tab()?;
        page.set_width(width)?;
        page.goto(&stage.url(path))?;
        page.wait_until_ready()?;
        // What moved is told only after the picture was made.
        let shifts = page.eval(
            "new Promise((resolve) => {
                const shifts = [];
                const name = (it) => it.node?.outerHTML?.slice(0, 80) ?? it.node?.nodeName;
                const note = (list) => {
                    for (const it of list.getEntries()) {
                        shifts.push([it.value, it.sources.map(name).join(', ')]);
                    }
                };
                new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
                requestAnimationFrame(() => setTimeout(() => resolve(shifts), 100));
            })",
        )?;
        let shifts: Vec<(f64, String)> = serde_json::from_value(shifts)?;
        let sum: f64 = shifts.iter().map(|it| it.0).sum();
        if sum > MOST_SHIFT {
            let moved: Vec<_> = shifts.into_iter().map(|it| it.1).collect();
            findings.push(format!("{width} px: shifts by {sum:.3}: {}", moved.join("; ")));
        }
    }
    Ok(findings)
}

/// A page is whole without scripts, and offers nothing that needs them.
pub(super) fn without_scripts(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut page = stage.tab()?;
    page.switch_scripts_off()?;
    page.set_width(WIDTHS[0])?;
    page.goto(&stage.url(path))?;
    // Without scripts Chromium refuses to fetch the module early, as if the policy forbade it.
    let mut findings = page.take_troubles()?;
    findings.retain(|it| it != "request failed: csp");
    findings.extend(too_wide(&mut page, WIDTHS[0])?);
    let text = page.eval("document.querySelector('main, body').innerText.length")?;
    if text.as_u64() < Some(LEAST_TEXT) {
        findings.push(format!("says nothing: {text} characters"));
    }
    let useless = page.eval(
        "[...document.querySelectorAll('button, input, select, textarea, a[data-view], [aria-busy=true]')]
            .filter((it) => it.checkVisibility({ visibilityProperty: true }))
            .filter((it) => it.localName !== 'a' || it.hasAttribute('href'))
            .map((it) => `is of no use: ${it.outerHTML.slice(0, 80)}`)",
    )?;
    findings.extend(serde_json::from_value::<Vec<String>>(useless)?);
    Ok(findings)
}
