//! Views at random: what the module makes in the browser is what the same code makes here, letter by letter, with
//! the whole history and with its newest part alone.
//!
//! `VIEWS_SEED=7` tries other views.

use std::{env, fs, io::Read, path::Path};

use anyhow::{Context as _, bail};
use browser_tests::{Page, Stage, pages::project_pages};
use cube::{Cube, Value};
use downloads::{Day, Dimension, Mirrors};
use flate2::read::GzDecoder;
use form_urlencoded::byte_serialize;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use sha2::{Digest, Sha256};
use views::{
    Extent, REGIONS, View,
    regions::Context,
    take::{self, Colors},
};

/// How many views the browser is asked at a time.
const BATCH: usize = 100;

/// How a view can be taken along.
const KINDS: [&str; 4] = ["csv", "markdown", "svg", "svg-dark"];

/// The address that a view taken along says it comes from.
const ADDRESS: &str = "https://example.org/projects/x/?range=30d";

/// A project as the site publishes it, opened here and in the browser.
struct Project {
    name: String,
    /// As people read it.
    spelled: String,
    mirrors: Mirrors,
    /// Without the parts that were not added yet.
    cube: Cube,
    /// The inflated files of the older parts.
    older: Vec<Vec<u8>>,
}

impl Project {
    /// Opens the project of a page, with its newest part only.
    fn open(stage: &Stage, path: &str) -> anyhow::Result<(Self, Page)> {
        let name = path.trim_start_matches("projects/").trim_matches('/').to_owned();
        let files = cube_files(stage.site(), &name)?;
        let mut page = stage.open(path)?;
        let data = page.eval("({ ...document.querySelector('script[data-cube]').dataset })")?;
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        let mirrors = Mirrors::new(text("mirrors").lines().map(String::from));

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
                const {{ project, mirrors }} = document.querySelector('script[data-cube]').dataset;
                const Explorer = document.explorer.constructor;
                document.random = {{ explorer: new Explorer(newest, project, mirrors), older }};
            }})()",
            addresses = json!(addresses),
        ))?;

        let mut files = files.iter().map(|it| inflated(&stage.site().join("data").join(it)));
        let newest = files.next().context("a page without a cube")??;
        let cube = Cube::decode(&newest)?;
        let older = files.collect::<anyhow::Result<_>>()?;
        Ok((Self { name, spelled: text("project"), mirrors, cube, older }, page))
    }

    /// Adds the older parts, here and in the browser.
    fn complete(&mut self, page: &mut Page) -> anyhow::Result<()> {
        for part in self.older.drain(..) {
            self.cube.add(&part)?;
        }
        page.eval("document.random.older.forEach((part) => document.random.explorer.add(part))")?;
        Ok(())
    }

    /// What the page should get for a view.
    fn texts(&self, asked: &Asked) -> anyhow::Result<Vec<String>> {
        let view = View::parse(&asked.query);
        let context = Context {
            project: &self.spelled,
            mirrors: &self.mirrors,
            extent: Extent::Whole,
            releases: None,
        };
        let rendered = views::render(&self.cube, &view, &context)?;
        let mut texts = vec![view.query(), rendered.title, rendered.status];
        texts.extend(rendered.regions.into_iter().map(|(_, html)| html));
        match asked.kind {
            Some("csv") => texts.push(take::csv(&self.cube, &view, &context)),
            Some("markdown") => texts.push(take::markdown(&self.cube, &view, &context, ADDRESS)),
            Some(kind) => {
                let colors = if kind == "svg" { Colors::Light } else { Colors::Dark };
                texts.push(take::chart_file(&self.cube, &view, &context, colors)?);
            }
            None => {}
        }
        Ok(texts)
    }

    /// Compares so many views.
    fn compare(&self, page: &mut Page, random: &mut StdRng, views: usize) -> anyhow::Result<()> {
        let asked: Vec<Asked> = (0..views).map(|_| Asked::at_random(random, &self.cube)).collect();
        for batch in asked.chunks(BATCH) {
            let digests = page.eval(&format!(
                "Promise.all({}.map(async (asked) => {{
                    const text = ({TEXTS})(asked).join('\\0');
                    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
                    return [...new Uint8Array(digest)];
                }}))",
                batch_json(batch),
            ))?;
            let digests: Vec<[u8; 32]> = serde_json::from_value(digests)?;
            for (asked, digest) in batch.iter().zip(digests) {
                let texts = self.texts(asked)?;
                if Sha256::digest(texts.join("\0"))[..] != digest {
                    bail!("{} at {asked:?}: {}", self.name, self.difference(page, asked, &texts)?);
                }
            }
        }
        Ok(())
    }

    /// The first text that differs, around the place.
    fn difference(
        &self,
        page: &mut Page,
        asked: &Asked,
        texts: &[String],
    ) -> anyhow::Result<String> {
        let shown =
            page.eval(&format!("({TEXTS})({}[0])", batch_json(std::slice::from_ref(asked))))?;
        let shown: Vec<String> = serde_json::from_value(shown)?;
        let names = ["query", "title", "announcement"].into_iter().chain(REGIONS).chain(asked.kind);
        for ((name, here), there) in names.zip(texts).zip(&shown) {
            if here != there {
                let [here, there] = around_difference(here, there);
                return Ok(format!("{name} differs\nhere:    …{here}…\nbrowser: …{there}…"));
            }
        }
        Ok(format!("{} texts here, {} in the browser", texts.len(), shown.len()))
    }
}

/// What the browser makes of a view: a function of what is asked.
const TEXTS: &str = "({ query, kind, regions, address }) => {
    const { explorer } = document.random;
    const rendered = explorer.render(query);
    const texts = [rendered.query, rendered.title, rendered.announcement];
    texts.push(...regions.map((region) => rendered.html(region)));
    rendered.free();
    if (kind) {
        const taken = explorer.take(query, kind, address);
        texts.push(taken.text);
        taken.free();
    }
    return texts;
}";

/// One view that both are asked for.
#[derive(Debug)]
struct Asked {
    query: String,
    /// As what it is taken along, if it is.
    kind: Option<&'static str>,
}

fn batch_json(batch: &[Asked]) -> serde_json::Value {
    let one = |it: &Asked| json!({ "query": it.query, "kind": it.kind, "regions": REGIONS, "address": ADDRESS });
    batch.iter().map(one).collect()
}

impl Asked {
    /// A view as readers and others write it: mostly of keys and values that there are.
    fn at_random(random: &mut StdRng, cube: &Cube) -> Self {
        let pairs: Vec<String> =
            (0..random.random_range(0..8)).map(|_| pair(random, cube)).collect();
        let kind = random.random_ratio(1, 8).then(|| one_of(random, &KINDS));
        Self { query: pairs.join("&"), kind }
    }
}

pub(crate) fn one_of<T: Copy>(random: &mut StdRng, all: &[T]) -> T {
    *all.choose(random).expect("something to choose from")
}

/// A key with its value.
pub(crate) fn pair(random: &mut StdRng, cube: &Cube) -> String {
    let key = match random.random_range(0..20) {
        0..8 => one_of(random, &Dimension::ALL).key(),
        8 => one_of(random, &["x", "", "Version", "__proto__", "range[]", "%00"]),
        9 => {
            return one_of(
                random,
                &["", "=", "&&=", "%ff=%00", "range", "?split=cpu", "from=2026-99-99"],
            )
            .into();
        }
        _ => {
            let keys = [
                "range", "interval", "split", "group", "draw", "share", "sum", "scale", "average",
                "minor", "major", "drop", "over", "from",
            ];
            one_of(random, &keys)
        }
    };
    let dimensions = Dimension::ALL.map(Dimension::key);
    let value = match key {
        _ if random.random_ratio(1, 20) => junk(random),
        "range" => one_of(random, &["30d", "90d", "1y", "all"]).into(),
        "interval" => one_of(random, &["day", "week", "month"]).into(),
        "split" | "drop" => one_of(random, &dimensions).into(),
        "group" => one_of(random, &["minor", "major"]).into(),
        "draw" => one_of(random, &["lines", "stacked"]).into(),
        "share" | "sum" => "1".into(),
        "scale" => "log".into(),
        "average" => one_of(random, &["7", "28"]).into(),
        "over" => one_of(random, &["30d", "90d", "view"]).into(),
        "from" => {
            let days = [day(random, cube), day(random, cube)];
            return format!("from={}&to={}", days[0].min(days[1]), days[0].max(days[1]));
        }
        "minor" | "major" => {
            let version = value(random, cube, Dimension::Version);
            let parts = if key == "minor" { 2 } else { 1 };
            version.split('.').take(parts).collect::<Vec<_>>().join(".")
        }
        _ => match Dimension::ALL.into_iter().find(|it| it.key() == key) {
            Some(dimension) => value(random, cube, dimension),
            None => junk(random),
        },
    };
    format!("{key}={}", byte_serialize(value.as_bytes()).collect::<String>())
}

/// A value of a dimension, as it stands in an address.
fn value(random: &mut StdRng, cube: &Cube, dimension: Dimension) -> String {
    match cube.values(dimension).choose(random) {
        Some(Value::Known(text)) if text.starts_with('*') => format!("*{text}"),
        Some(Value::Known(text)) => text.clone(),
        Some(Value::Other) => "*".into(),
        Some(Value::Unknown) | None => String::new(),
    }
}

/// A value that means nothing, or not what it looks like.
fn junk(random: &mut StdRng) -> String {
    let texts = [
        "",
        "*",
        "**",
        "0",
        "-1",
        "nowhere",
        "constructor",
        "__proto__",
        "<script>alert(1)</script>",
        "\u{202e}x",
        "'\"`",
        "Ünïcödé",
        "a\0b",
        "1.0.0.0.0",
        "9".repeat(40).leak(),
    ];
    one_of(random, &texts).into()
}

/// A day of the history, or not long before or after it.
fn day(random: &mut StdRng, cube: &Cube) -> Day {
    let around = chrono::Days::new(40);
    let (first, last) = cube.days().first().zip(cube.days().last()).unwrap_or_default();
    let first = first - around;
    first
        + chrono::Days::new(
            random.random_range(0..=downloads::days_between(first, last + around)).into(),
        )
}

/// The names of the files of a project's history, the newest part first.
pub(crate) fn cube_files(site: &Path, project: &str) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(site.join("data"))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.starts_with(&format!("{project}.")) && file.ends_with(".cube") {
            files.push(file);
        }
    }
    // Only the older ones have their first day in the name.
    files.sort_by_key(|file| file.split('.').count());
    Ok(files)
}

pub(crate) fn inflated(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(&*fs::read(file)?).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Two texts, from a little before where they differ to a little after.
pub(crate) fn around_difference<'a>(one: &'a str, other: &'a str) -> [&'a str; 2] {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    [one, other].map(|text| {
        let start = text.floor_char_boundary(same.saturating_sub(80).min(text.len()));
        &text[start..text.ceil_char_boundary((same + 80).min(text.len()))]
    })
}

/// The seed of this run, which a failure shows.
#[expect(clippy::print_stdout, reason = "a failure is found again by its seed")]
pub(crate) fn seed() -> anyhow::Result<u64> {
    let seed = env::var("VIEWS_SEED").map_or(Ok(1), |seed| seed.parse())?;
    println!("VIEWS_SEED={seed}");
    Ok(seed)
}

#[test]
fn thousands_of_views_are_the_same_in_the_browser_and_here() -> anyhow::Result<()> {
    let stage = Stage::sample()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    // Parts of large histories are the reason for a second thought, small ones are quick.
    for (name, views) in [("sample-ember", 600), ("sample-glade", 1_200), ("sample-kestrel", 1_200)]
    {
        let (mut project, mut page) = Project::open(&stage, &format!("projects/{name}/"))?;
        if !project.older.is_empty() {
            project.compare(&mut page, &mut random, views / 2)?;
            project.complete(&mut page)?;
        }
        assert!(project.cube.is_whole(), "{name}");
        project.compare(&mut page, &mut random, views)?;
    }
    Ok(())
}

#[test]
fn views_of_awkward_projects_are_the_same_in_the_browser_and_here() -> anyhow::Result<()> {
    let stage = Stage::mini()?;
    let mut random = StdRng::seed_from_u64(seed()?);
    for path in project_pages(stage.site())? {
        let name = path.trim_start_matches("projects/").trim_matches('/');
        if !cube_files(stage.site(), name)?.is_empty() {
            let (project, mut page) = Project::open(&stage, &path)?;
            project.compare(&mut page, &mut random, 100)?;
        }
    }
    Ok(())
}
