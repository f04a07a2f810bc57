//! Comparisons at random: what the module makes in the browser is what the same code makes here, letter by letter, with
//! all days, and with the newest parts alone where the older ones will not come.
//!
//! `VIEWS_SEED=7` tries other comparisons.

use anyhow::bail;
use browser_tests::{Page, Stage};
use cube::Cube;
use downloads::ProjectName;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use views::{
    Extent,
    compare::{self, CompareView, Project, State},
    take::Colors,
};

use crate::random_views::{around_difference, cube_files, inflated, one_of, pair, seed};

/// One of these has several parts, and one is spelled in another way than its name.
const PROJECTS: [&str; 3] = ["sample-ember", "sample-glade", "sample-kestrel"];

/// How many comparisons the browser is asked at a time.
const BATCH: usize = 50;

const ADDRESS: &str = "https://example.org/compare/?p=x";

/// A project, opened here and in the browser.
struct Opened {
    name: ProjectName,
    /// Without the parts that were not added yet.
    cube: Cube,
    older: Vec<Vec<u8>>,
}

/// Opens all projects with their newest part only.
fn open(stage: &Stage) -> anyhow::Result<(Vec<Opened>, Page)> {
    let mut page = stage.open("compare/")?;
    let mut opened = Vec::new();
    page.eval("document.random = { it: new document.comparison.constructor(), older: [] }; 0")?;
    for name in PROJECTS {
        let files = cube_files(stage.site(), name)?;
        let addresses: Vec<String> =
            files.iter().map(|it| stage.url(&format!("data/{it}"))).collect();
        page.eval(&format!(
            "(async () => {{
                const inflated = async (address) => {{
                    const {{ body }} = await fetch(address);
                    const stream = body.pipeThrough(new DecompressionStream('gzip'));
                    return new Uint8Array(await new Response(stream).arrayBuffer());
                }};
                const [newest, ...older] = await Promise.all({addresses}.map(inflated));
                document.random.it.open('{name}', 'The {name}', newest);
                document.random.older.push(['{name}', older]);
            }})()",
            addresses = json!(addresses),
        ))?;
        let mut parts = Vec::new();
        for file in files {
            parts.push(inflated(&stage.site().join("data").join(file))?);
        }
        let cube = Cube::decode(&parts.remove(0))?;
        opened.push(Opened { name: ProjectName::new(name)?, cube, older: parts });
    }
    Ok((opened, page))
}

/// A comparison as readers and others write it.
fn query(random: &mut StdRng, projects: &[Opened]) -> String {
    let mut pairs: Vec<String> = Vec::new();
    for project in projects {
        if random.random_ratio(2, 3) {
            pairs.push(format!("p={}", project.name));
        }
    }
    let cube = &projects[random.random_range(0..projects.len())].cube;
    pairs.extend((0..random.random_range(0..6)).map(|_| pair(random, cube)));
    for more in ["align=release", "index=100", "sum=1", "average=7"] {
        if random.random_ratio(1, 4) {
            pairs.push(more.into());
        }
    }
    pairs.join("&")
}

/// What the page should get, without what is taken along if `kind` is none.
fn texts(projects: &[Opened], query: &str, kind: &str) -> anyhow::Result<Vec<String>> {
    let view = CompareView::parse(query);
    let labels: Vec<String> = projects.iter().map(|it| format!("The {}", it.name)).collect();
    let find = |name: &ProjectName| projects.iter().position(|it| it.name == *name);
    let shown: Vec<Project<'_>> = view
        .projects()
        .iter()
        .map(|name| Project {
            name,
            state: match find(name) {
                Some(at) => State::Here(&labels[at], &projects[at].cube),
                None => State::Absent("is being loaded"),
            },
        })
        .collect();
    let rendered = compare::render(&shown, &view, Extent::Whole)?;
    let taken = match kind {
        "csv" => compare::csv(&shown, &view),
        "markdown" => compare::markdown(&shown, &view, ADDRESS),
        _ => compare::chart_file(&shown, &view, Colors::Light)?,
    };
    Ok(vec![view.query(), rendered.title, rendered.announcement, rendered.html, taken])
}

/// The same in the browser: a function of what is asked.
const TEXTS: &str = "([query, kind, address]) => {
    const { it } = document.random;
    const rendered = it.render(query);
    const texts = [rendered.query, rendered.title, rendered.announcement, rendered.html('comparison')];
    rendered.free();
    const taken = it.take(query, kind, address);
    texts.push(taken.text);
    taken.free();
    return texts;
}";

fn same(
    page: &mut Page,
    projects: &[Opened],
    random: &mut StdRng,
    count: usize,
) -> anyhow::Result<()> {
    let asked: Vec<(String, &str)> = (0..count)
        .map(|_| (query(random, projects), one_of(random, &["csv", "markdown", "svg"])))
        .collect();
    for batch in asked.chunks(BATCH) {
        let given: Vec<_> =
            batch.iter().map(|(query, kind)| json!([query, kind, ADDRESS])).collect();
        let shown = page.eval(&format!("{}.map({TEXTS})", json!(given)))?;
        let shown: Vec<Vec<String>> = serde_json::from_value(shown)?;
        for ((query, kind), shown) in batch.iter().zip(shown) {
            let here = texts(projects, query, kind)?;
            for (here, there) in here.iter().zip(&shown) {
                if here != there {
                    let [here, there] = around_difference(here, there);
                    bail!("{query} as {kind}\nhere:    …{here}…\nbrowser: …{there}…");
                }
            }
            assert_eq!(here.len(), shown.len());
        }
    }
    Ok(())
}

#[test]
fn hundreds_of_comparisons_are_the_same_in_the_browser_and_here() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    let (mut projects, mut page) = open(&stage)?;
    assert!(projects.iter().any(|it| !it.older.is_empty()), "no history in parts");
    same(&mut page, &projects, &mut random, 200)?;
    for project in &mut projects {
        for part in project.older.drain(..) {
            project.cube.add(&part)?;
        }
    }
    page.eval(
        "document.random.older.forEach(([name, parts]) => parts.forEach((it) => document.random.it.add(name, it)))",
    )?;
    assert!(projects.iter().all(|it| it.cube.is_whole()));
    same(&mut page, &projects, &mut random, 400)
}
