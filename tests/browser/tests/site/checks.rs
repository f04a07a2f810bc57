//! The checks of the audit find what is wrong: each on a page made for it.

use std::{fs, path::Path};

use browser_tests::{Stage, checks::CHECKS};
use tempfile::TempDir;
use xtask::server::BasePath;

const GOOD: &str =
    "<!doctype html><html lang=en><title>x</title><meta name=viewport content='width=device-width'>
    <link rel=icon href='data:,'><main><h1>A page that says enough for a test</h1>
    <a href='./'>here</a> <a href='#there'>there</a> <p id=\"there\">there</p></main>";

/// A site with the good page at its root and one page below `0/`, `1/` and so on with each of `more` at its end.
struct Faults {
    stage: Stage,
    _folder: TempDir,
}

impl Faults {
    fn new(more: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        write(folder.path(), "index.html", GOOD)?;
        write(folder.path(), "large.css", &random_text(20_000))?;
        write(folder.path(), "moves.js", MOVES)?;
        write(folder.path(), "traps.js", TRAPS)?;
        for (number, more) in more.iter().enumerate() {
            let page = folder.path().join(number.to_string());
            fs::create_dir(&page)?;
            write(&page, "index.html", &format!("{GOOD}{more}"))?;
        }
        let stage = Stage::folder(folder.path().into(), BasePath::default())?;
        Ok(Self { stage, _folder: folder })
    }

    /// What a check says of a page.
    fn found(&self, check: &str, page: &str) -> anyhow::Result<String> {
        let check = CHECKS.iter().find(|it| it.name == check).expect("there is such a check");
        Ok((check.run)(&self.stage, page)?.join("\n"))
    }
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    Ok(fs::write(folder.join(name), text)?)
}

/// Text that does not get smaller than about half.
fn random_text(bytes: u32) -> String {
    let hash = |it: u32| it.wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(2_246_822_519);
    (0..bytes / 4).map(|it| format!("{:08x}", hash(it))).collect()
}

const MOVES: &str = "const more = document.createElement('div');
    more.style.height = '300px';
    requestAnimationFrame(() => setTimeout(() => document.body.prepend(more), 30));
    const start = performance.now();
    while (performance.now() - start < 1) {}";

const TRAPS: &str = "document.querySelector('#trap').addEventListener('keydown', (event) => {
    if (event.key === 'Tab') event.preventDefault();
});";

#[test]
fn a_good_page_has_no_findings() -> anyhow::Result<()> {
    let site = Faults::new(&[])?;
    for check in &CHECKS {
        assert_eq!(site.found(check.name, "")?, "", "{}", check.name);
    }
    Ok(())
}

#[test]
fn each_check_finds_what_is_wrong() -> anyhow::Result<()> {
    let faults = [
        ("links", "<a href='nowhere/'>x</a>", "/nowhere/`"),
        ("links", "<a href='./#nowhere'>x</a>", "has no `id=\"nowhere\"`"),
        ("links", "<img alt='' src='none.png'>", "/none.png`"),
        ("transfer", "<link rel=stylesheet href=../large.css>", "styles: "),
        ("quiet and fits", "<div style='width: 1000px'>x</div>", "320 px, Light: 1"),
        ("quiet and fits", "<script>console.error('oh')</script>", "console.error: oh"),
        ("quiet and fits", "<img alt='' src='http://localhost:1/x.png'>", "another host"),
        ("nothing moves", "<script src=../moves.js></script>", "shifts by"),
        ("without scripts", "<button>x</button>", "is of no use: <button>"),
        ("keyboard", "<a href='./' style='outline: none'>x</a>", "the focus cannot be seen"),
        (
            "keyboard",
            "<a href='./' tabindex=0 id=trap>x</a><a href='./'>y</a><script src=../traps.js></script>",
            "does not leave",
        ),
        (
            "keyboard",
            "<div style='position: fixed; inset: 0; background: white'></div>",
            "covered by <div",
        ),
    ];
    let site = Faults::new(&faults.map(|(_, more, _)| more))?;
    for (number, (check, more, expected)) in faults.into_iter().enumerate() {
        let found = site.found(check, &format!("{number}/"))?;
        assert!(found.contains(expected), "{check}, {more}: {found:?}");
    }
    Ok(())
}
