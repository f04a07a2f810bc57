//! Strings from user agents are data, on the page as it is sent and after every click.

use browser_tests::{Page, Stage, pages::all_pages, pages::project_pages};

use crate::{assert_no_trouble, settle, unfold};

/// Everything on a page that only we may put there, and that we did not: none of it may be found.
const INTRUDERS: &str = "[...document.querySelectorAll('*')].filter((it) =>
    [...it.attributes].some((attribute) => /^on|^style$|^srcdoc$/i.test(attribute.name))
    || /^(javascript|data):/i.test(it.getAttribute('href') ?? '')
    || ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'MARQUEE', 'STYLE'].includes(it.tagName)
    || (it.tagName === 'SCRIPT' && !it.src)
    || (it.tagName === 'IMG' && !it.src.startsWith(location.origin))
).map((it) => it.outerHTML.slice(0, 200))";

fn assert_no_intruder(page: &mut Page, place: &str) -> anyhow::Result<()> {
    assert_eq!(page.eval(INTRUDERS)?, serde_json::json!([]), "{place}");
    Ok(())
}

#[test]
fn hostile_strings_are_text_on_every_page() -> anyhow::Result<()> {
    for stage in [Stage::mini()?, Stage::sample()?] {
        for path in all_pages(stage.site())? {
            let mut page = stage.open(&path)?;
            assert_no_intruder(&mut page, &path)?;
            assert_no_trouble(&mut page)?;
        }
    }
    Ok(())
}

#[test]
fn the_fixture_has_hostile_strings_that_are_shown() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let mut shown = String::new();
    for path in project_pages(stage.site())? {
        shown.push_str(&stage.open(&path)?.text("document.body.textContent")?);
    }
    assert!(shown.contains("<script>"), "nothing hostile is on the pages: they prove nothing");
    assert!(!shown.contains('\u{202e}'), "a right-to-left mark turns the text around");
    Ok(())
}

#[test]
fn filtering_and_splitting_by_every_value_does_nothing_else() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let mut without_data = Vec::new();
    for path in project_pages(stage.site())? {
        let mut page = stage.open(&path)?;
        if page.eval("document.querySelector('script[data-cube]') === null")? == true {
            without_data.push(path);
            continue;
        }
        let views = page.eval(
            "[...new Set([...document.querySelectorAll('a[data-view]')].map((it) => it.dataset.view))]",
        )?;
        let views: Vec<_> =
            views.as_array().into_iter().flatten().filter_map(|it| it.as_str()).collect();
        assert!(views.len() > 10, "{path}: {} views", views.len());
        for view in views {
            let link = serde_json::to_string(view)?;
            // Each from the page's own view: a click on the link that leads there, then back. Long lists are folded.
            unfold(&mut page)?;
            settle(&mut page)?;
            page.eval(&format!(
                "[...document.querySelectorAll('a[data-view]')]
                    .find((it) => it.dataset.view === {link}).click()"
            ))?;
            page.wait_until(&format!("location.search.slice(1) === {link}"))?;
            assert_no_intruder(&mut page, &format!("{path}?{view}"))?;
            if !view.is_empty() {
                page.eval("history.back()")?;
                page.wait_until("location.search === ''")?;
            }
        }
        assert_no_trouble(&mut page)?;
    }
    assert_eq!(without_data, ["projects/not-collected-yet/"], "all others can be explored");
    Ok(())
}

#[test]
fn hostile_addresses_do_nothing() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let path = project_pages(stage.site())?.remove(0);
    for query in [
        "version=%3Cscript%3Ealert(1)%3C/script%3E",
        "version=%22%20onmouseover=alert(1)%20x=%22&split=version",
        "installer=javascript:alert(1)",
        "range=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "country=%00%ff%e2%80%ae",
        &format!("version={}", "a".repeat(20_000)),
        &"version=1&".repeat(2_000),
    ] {
        let mut page = stage.open(&format!("{path}?{query}"))?;
        assert_no_intruder(&mut page, query)?;
        assert_no_trouble(&mut page)?;
    }
    Ok(())
}

/// What a page's script looks for in a tag may be written in a value.
#[test]
fn a_value_that_looks_like_an_attribute_keeps_its_name() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let path = project_pages(stage.site())?.remove(0);
    let value = format!("{}+data-readout+data-key+class=x", "a".repeat(64));
    let mut page = stage.open(&format!("{path}?installer={value}"))?;
    let link = "document.querySelector('[data-region=facets] tr.chosen a[title*=data-readout]')";
    page.wait_until(&format!("{link} !== null"))?;
    let name = page.text(&format!("{link}.textContent"))?;
    assert!(name.starts_with("aaaa"), "{name:?}");
    assert_no_intruder(&mut page, &value)?;
    assert_no_trouble(&mut page)
}
