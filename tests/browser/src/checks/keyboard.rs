//! A reader with nothing but a keyboard reaches every control, sees where the focus is, and gets out again.

use super::WIDTHS;
use crate::{Page, Stage};

/// Finds all controls and remembers which had the focus.
const START: &str = "(() => {
    const groups = new Set();
    const isReached = (it) => {
        if (it.tabIndex < 0 || it.disabled || it.closest('[inert]')) return false;
        if (!it.checkVisibility({ visibilityProperty: true }) || !it.getClientRects().length) return false;
        if (it.type !== 'radio') return true;
        // Of the buttons of a group only one is reached by Tab, the others by arrows.
        const group = document.querySelector(`input[name=\"${it.name}\"]:checked`) ?? it;
        const isFirst = group === it && !groups.has(it.name);
        groups.add(it.name);
        return isFirst;
    };
    const controls = 'a[href], button, input, select, textarea, summary, [tabindex]';
    window.controls = [...document.querySelectorAll(controls)].filter(isReached);
    return window.controls.length;
})()";

/// Tells of the control with the focus: its place in the list, what it is, what is wrong with it, and whether Tab
/// did not leave it.
const LOOK: &str = "(() => {
    const it = document.activeElement;
    if (!it || it === document.body || it === document.documentElement) return [null, '', [], false];
    window.stayed = it === window.before ? window.stayed + 1 : 1;
    window.before = it;
    const wrong = [];
    // In a date, Tab goes from part to part, and the browser marks the part.
    const isDate = ['date', 'time', 'month', 'week', 'datetime-local'].includes(it.type);
    const marked = (it) => {
        if (!it) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    };
    const around = [it, it.parentElement, it.closest('label'), it.nextElementSibling];
    if (!isDate && !around.some(marked)) wrong.push('the focus cannot be seen');
    const box = it.getClientRects()[0] ?? it.getBoundingClientRect();
    const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
    const x = middle(box.left, box.right, innerWidth);
    const y = middle(box.top, box.bottom, innerHeight);
    const top = document.elementFromPoint(x, y);
    const isThere = top && (it.contains(top) || top.contains(it) || it.labels?.length);
    if (!isThere) wrong.push(`it is outside of the window or covered by ${top?.outerHTML.slice(0, 60)}`);
    const stops = isDate ? 6 : 1;
    const name = it.outerHTML.slice(0, 100);
    return [window.controls.indexOf(it), name, wrong, window.stayed > stops];
})()";

/// How many controls that are not reached are named.
const MOST_NAMED: usize = 3;

pub(super) fn check(stage: &Stage, path: &str) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for width in [WIDTHS[0], 1280] {
        let mut page = stage.tab()?;
        page.set_width(width)?;
        page.goto(&stage.url(path))?;
        page.wait_until_ready()?;
        findings.extend(walk(&mut page)?.into_iter().map(|it| format!("{width} px: {it}")));
    }
    Ok(findings)
}

/// Presses Tab until the focus leaves the page.
fn walk(page: &mut Page) -> anyhow::Result<Vec<String>> {
    let count = page.eval(START)?.as_u64().unwrap_or(0) as usize;
    let mut reached = vec![false; count];
    let mut findings = Vec::new();
    // Boxes that scroll get the focus too, without being in the list.
    for step in 0..3 * count + 20 {
        page.press("Tab")?;
        let (place, name, wrong, stayed): (Option<i64>, String, Vec<String>, bool) =
            serde_json::from_value(page.eval(LOOK)?)?;
        let Some(place) = place else {
            if step > 0 || count == 0 {
                break;
            }
            continue;
        };
        if stayed {
            findings.push(format!("the focus does not leave {name}"));
            break;
        }
        findings.extend(wrong.into_iter().map(|what| format!("{name}: {what}")));
        if let Some(reached) = usize::try_from(place).ok().and_then(|at| reached.get_mut(at)) {
            *reached = true;
        }
    }
    let missed: Vec<usize> = (0..count).filter(|&place| !reached[place]).collect();
    for place in missed.iter().take(MOST_NAMED) {
        let name = page.text(&format!("window.controls[{place}].outerHTML.slice(0, 100)"))?;
        findings.push(format!("Tab does not reach {name}"));
    }
    if missed.len() > MOST_NAMED {
        findings.push(format!("nor {} more", missed.len() - MOST_NAMED));
    }
    Ok(findings)
}
