//! What a page does by itself with the data it has: stale data, addresses, searching, badges as they are drawn.

use std::collections::BTreeSet;

use badges::width;
use browser_tests::{Stage, pages::project_pages};

use crate::{assert_no_trouble, is_visible};

/// The last day of the sample data is 21 Nov 2026.
#[test]
fn data_of_more_than_two_days_ago_is_told_by_the_page_itself() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let project = project_pages(stage.site())?.remove(0);
    for path in ["", "quality/", &project] {
        for (today, days) in
            [("2026-11-23", None), ("2026-11-24", Some(3)), ("2027-01-01", Some(41))]
        {
            let mut page = stage.tab()?;
            page.set_clock(today)?;
            page.goto(&stage.url(path))?;
            page.wait_until_ready()?;
            assert_eq!(is_visible(&mut page, "[data-stale]")?, days.is_some(), "{path} on {today}");
            if let Some(days) = days {
                let text = page.text("document.querySelector('[data-stale]').textContent")?;
                assert_eq!(text, format!("The newest data is from 21 Nov 2026, {days} days ago."));
            }
            assert_no_trouble(&mut page)?;
        }
    }
    Ok(())
}

#[test]
fn another_spelling_of_a_name_leads_to_its_page() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    for spelled in ["projects/Foo_Bar/", "projects/foo--.bar/", "projects/FOO-BAR"] {
        let mut page = stage.tab()?;
        page.goto(&stage.url(spelled))?;
        page.wait_until("location.pathname === '/a/b/projects/foo-bar/'")?;
        page.wait_until_ready()?;
    }
    Ok(())
}

#[test]
fn the_table_of_projects_is_searched_and_sorted() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut page = stage.open("")?;
    let shown = "[...document.querySelectorAll('#projects tbody tr')].filter((it) => !it.hidden)
        .map((it) => it.cells[0].textContent)";
    let names = |page: &mut browser_tests::Page| -> anyhow::Result<Vec<String>> {
        Ok(serde_json::from_value(page.eval(shown)?)?)
    };
    let all = names(&mut page)?;
    assert!(all.len() > 3, "{all:?}");

    page.focus("#search")?;
    for letter in all[1].chars() {
        page.press(&letter.to_string())?;
    }
    let found = names(&mut page)?;
    assert!(found.contains(&all[1]) && found.len() < all.len(), "{found:?}");
    page.press("Escape")?;
    assert_eq!(names(&mut page)?, all);

    page.click("#projects thead th:first-child button")?;
    let mut sorted = all.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    let once = names(&mut page)?;
    page.click("#projects thead th:first-child button")?;
    let twice: Vec<String> = names(&mut page)?.into_iter().rev().collect();
    assert_eq!((&once, &twice), (&sorted, &sorted));
    assert_no_trouble(&mut page)
}

#[test]
fn what_is_copied_has_the_address_of_the_site() -> anyhow::Result<()> {
    let stage = Stage::sample_below("/some/repository/")?;
    let mut page = stage.open(&project_pages(stage.site())?[0])?;
    let copied = page.eval(
        "[...document.querySelectorAll('button[data-copy]')]
            .map((it) => document.getElementById(it.dataset.copy).textContent)",
    )?;
    let copied: Vec<String> = serde_json::from_value(copied)?;
    assert!(copied.len() > 8, "{copied:?}");
    assert!(!copied.iter().any(|it| it.contains("YOUR-SITE")), "{copied:?}");
    let badge = format!("{}badges/", stage.url(""));
    assert!(copied.iter().any(|it| it.starts_with("[![") && it.contains(&badge)), "{copied:?}");
    assert_no_trouble(&mut page)
}

/// Beside a picture that is opened by itself the browser asks the host for an icon, and that is all that may be
/// wrong.
fn assert_only_the_icon_is_missing(page: &mut browser_tests::Page) -> anyhow::Result<()> {
    let mut troubles = page.take_troubles()?;
    troubles.retain(|it| !it.contains("/favicon.ico"));
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
    Ok(())
}

/// A text of a badge as the browser draws it. Lengths in tenths of a pixel.
#[derive(Debug, serde::Deserialize)]
struct Drawn {
    text: String,
    is_bold: bool,
    /// Between letters, and after the last.
    spacing: f64,
    /// What the badge wants.
    wanted: f64,
    /// How wide it is by itself, neither squeezed nor stretched.
    natural: f64,
    /// How wide each letter is by itself.
    letters: Vec<f64>,
}

/// The letters of a badge are as wide as the font has them, so that they are neither squeezed nor stretched. Where
/// Verdana is not installed another font stands in. Texts that have the same letters in both are compared with it;
/// of the others it is known that letters are put beside each other, and how wide Verdana's are.
#[test]
fn text_in_badges_has_its_natural_width() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let project = project_pages(stage.site())?.remove(0).replace("projects/", "badges/");
    let is_near = |one: f64, other: f64| (one / other - 1.0).abs() < 0.02;
    let mut compared = BTreeSet::new();
    for (badge, regular, bold) in [
        ("month", &width::VERDANA_11, None),
        ("total-ci", &width::VERDANA_11, None),
        ("week-without-mirrors-flat-square", &width::VERDANA_11, None),
        ("day-plastic", &width::VERDANA_11, None),
        ("total-social", &width::HELVETICA_BOLD_11, Some(&width::HELVETICA_BOLD_11)),
        ("month-for-the-badge", &width::VERDANA_10, Some(&width::VERDANA_BOLD_10)),
    ] {
        let mut page = stage.tab()?;
        page.goto(&stage.url(&format!("{project}{badge}.svg")))?;
        let drawn = page.eval(
            "[...document.querySelectorAll('text')].map((it) => {
                const text = it.textContent;
                const style = getComputedStyle(it);
                const wanted = Number(it.getAttribute('textLength'));
                it.removeAttribute('textLength');
                const natural = it.getComputedTextLength();
                const letters = [...text].map((letter) => {
                    // A space by itself would have no width.
                    it.textContent = letter === ' ' ? '\\u00a0' : letter;
                    return it.getComputedTextLength();
                });
                const spacing = parseFloat(style.letterSpacing) || 0;
                return { text, is_bold: style.fontWeight === '700', spacing, wanted, natural, letters };
            })",
        )?;
        let drawn: Vec<Drawn> = serde_json::from_value(drawn)?;
        assert!(drawn.len() >= 2, "{badge}: {drawn:?}");
        for it in drawn {
            let font = bold.filter(|_| it.is_bold).unwrap_or(regular);
            let of_font = |text: &str| f64::from(font.width(text)) / 10.0;
            let wanted = of_font(&it.text) + it.spacing * it.text.chars().count() as f64;
            assert!((it.wanted - wanted).abs() <= 0.5, "{badge}: {it:?} is not {wanted} wide");
            assert!(is_near(it.natural, it.letters.iter().sum()), "{badge}: {it:?}");
            let letters = it.text.chars().zip(&it.letters);
            let is_same = |(letter, length): (char, &f64)| {
                is_near(length - it.spacing, of_font(&letter.to_string()))
            };
            if letters.into_iter().all(is_same) {
                assert!(is_near(it.natural, it.wanted), "{badge}: {it:?}");
                compared.insert(it.text);
            }
        }
        assert_only_the_icon_is_missing(&mut page)?;
    }
    assert!(compared.contains("downloads"), "only {compared:?} can be compared");
    Ok(())
}

/// An SVG file that is opened by itself may run scripts, and no policy forbids it.
#[test]
fn pictures_do_nothing_when_they_are_opened() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    for picture in [
        "badges/hostile-strings/month.svg",
        "charts/hostile-strings-light.svg",
        "charts/foo-bar-dark.svg",
    ] {
        let mut page = stage.tab()?;
        page.goto(&stage.url(picture))?;
        let kinds = page
            .eval("[...new Set([...document.querySelectorAll('*')].map((it) => it.localName))]")?;
        let kinds: Vec<String> = serde_json::from_value(kinds)?;
        let allowed = [
            "svg",
            "title",
            "desc",
            "g",
            "path",
            "rect",
            "circle",
            "text",
            "linearGradient",
            "stop",
        ];
        assert!(kinds.iter().all(|kind| allowed.contains(&kind.as_str())), "{picture}: {kinds:?}");
        assert_only_the_icon_is_missing(&mut page)?;
    }
    Ok(())
}
