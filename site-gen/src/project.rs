//! All files of one project.

use badges::{Badge, Choice, Period, Snippets, Style};
use config::{Config, Project};
use cube::Cube;
use downloads::{Audience, Counted, Day};
use metrics::Tiles;
use views::{
    Context, Extent, RenderError, Rendered, View,
    pages::{
        self, BadgeSnippet, Collected, DataFile, DataFiles, EmbedPage, Frame, Freshness, Lateness,
        Link, ProjectPage, QualityFigures, RowFigures, Sections,
    },
    take::{self, Colors},
};

use crate::{
    Cards, CubeSize, Inputs,
    assets::Assets,
    card,
    frame::{as_asset, frame},
    publish::{CubeError, Part, Read, published, read},
    summary::{Excerpt, Listed, Summary},
};

/// The place of a project among all by the downloads of its last 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    /// 1 for the one with the most.
    pub(crate) place: usize,
    /// How many there are.
    pub(crate) of: usize,
}

/// What the site gets of one project.
pub(crate) struct MadeProject {
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) summary: Summary,
    /// `None` if nothing was collected.
    pub(crate) cube: Option<CubeSize>,
}

/// The origin of days that `collector import` read from a file.
const IMPORTED: &str = "import";

/// Makes all files of a project. `newest` is the newest collected day of all projects.
pub(crate) fn make_project(
    inputs: &Inputs<'_>,
    assets: &Assets,
    project: &Project,
    rank: Option<Rank>,
    newest: Option<Day>,
) -> Result<Result<MadeProject, CubeError>, RenderError> {
    let Config { mirrors, lookback, site, .. } = inputs.config;
    let name = &project.name;
    let Read { whole, first, pypistats, tally } =
        match read(inputs.snapshot, name, mirrors, *lookback) {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
    let mut files: Vec<(String, Vec<u8>)> = Vec::with_capacity(200);
    let recent = metrics::recent(&whole, mirrors);
    badges::files(name, recent.as_ref().map(|it| it.as_slice()), &mut |path, bytes| {
        files.push((path, bytes));
    });
    let events = newest.map(|newest| metrics::events(&whole, newest, feeds::PROJECT_ENTRIES));
    let news = feeds::entries(name, &events.unwrap_or_default());
    let feed = feeds::Feed {
        title: &site.title,
        base_url: site.base_url.as_deref(),
        project: Some(name),
        entries: &news,
        data_to: whole.days().last_collected(),
    };
    files.push((format!("projects/{name}/feed.xml"), feed.atom()));
    files.push((format!("projects/{name}/feed.json"), feed.json()));

    let row = RowFigures::of(&whole);
    let newest_interval = inputs.snapshot.coverage(name.as_str()).last();
    let collected = newest_interval.map(|it| it.fetched_at);
    let quality = QualityFigures::of(
        first,
        whole.days().states().iter().copied(),
        u32::try_from(inputs.snapshot.last_revisions(name.as_str()).count()).unwrap_or(u32::MAX),
        newest_interval.filter(|it| it.origin != IMPORTED).map(|it| it.fetched_at),
    );
    if inputs.cards == Cards::Made {
        files.push((
            format!("og/{name}.png"),
            card::of_project(project, site, &whole, row.as_ref()),
        ));
    }

    let is_empty = whole.days().is_empty();
    let (cube, parts) = match is_empty {
        true => (whole.clone(), Vec::new()),
        false => published(&whole, name, inputs.config.largest_year),
    };
    let exported = exports::project_files(
        &exports::Source {
            project: name,
            spelled: &project.spelled,
            description: project.description.as_deref(),
            collected,
            whole: &whole,
            published: &cube,
            recent: recent.as_ref(),
            mirrors,
            base_url: site.base_url.as_deref(),
        },
        pypistats,
    );
    let mut listed: Vec<(String, Vec<u8>)> =
        exported.files.into_iter().map(|file| (file.path, file.bytes)).collect();
    listed.extend(parts.iter().map(|part| part.file.file()));
    let listed_parts = parts.iter().map(|Part { first, file }| exports::CubePart {
        path: &file.path,
        integrity: &file.integrity,
        bytes: file.size(),
        first: *first,
    });
    let cubes =
        exports::cubes(name, &project.spelled, cube.days(), &listed_parts.collect::<Vec<_>>());
    files.push((cubes.path, cubes.bytes));

    let libraries = workbooks::libraries(&inputs.config.ecosystems, name, &tally);
    if !is_empty {
        let about = workbooks::About::of(inputs.snapshot, project, *lookback);
        match workbooks::project(&about, &tally) {
            Ok(workbook) => listed.push((format!("data/{name}.xlsx"), workbook)),
            Err(error) => return Ok(Err(error.into())),
        }
    }
    drop(tally);

    let context =
        Context { project: &project.spelled, mirrors, extent: Extent::Whole, releases: None };
    let rendered = match is_empty {
        false => Some(views::render(&cube, &View::default(), &context)?),
        true => None,
    };
    for (colors, word) in [(Colors::Light, "light"), (Colors::Dark, "dark")] {
        let svg = take::chart_file(&cube, &View::default(), &context, colors)?;
        files.push((format!("charts/{name}-{word}.svg"), svg.into()));
    }
    let path = format!("embed/{name}/");
    let embed = EmbedPage {
        frame: Frame { card: None, ..frame(inputs, assets, &path, whole.days().last_collected()) },
        name,
        project: &project.spelled,
        rendered: rendered.as_ref(),
    };
    files.push((format!("{path}index.html"), embed.html()?.into()));
    let page = Page {
        inputs,
        assets,
        project,
        rank,
        cube: &cube,
        recent: recent.as_ref().map(|it| it.as_slice()),
        view: rendered.as_ref(),
        parts: &parts,
        listed: &listed,
    };
    files.push((format!("projects/{name}/index.html"), page.html()?.into()));

    let summary = Summary {
        row,
        quality,
        exported: exported.summary,
        files: listed.iter().map(|(path, bytes)| Listed::of(path, bytes)).collect(),
        excerpts: Excerpt::of_project(name, &listed),
        news,
        libraries: libraries.iter().map(|(address, it)| (address.clone(), it.to_rows())).collect(),
    };
    let size = (!is_empty).then(|| CubeSize {
        project: name.clone(),
        rows: cube.rows(),
        bytes: parts.iter().map(|part| part.file.size()).sum(),
    });
    files.append(&mut listed);
    Ok(Ok(MadeProject { files, summary, cube: size }))
}

/// What the page of a project is made from.
struct Page<'a> {
    inputs: &'a Inputs<'a>,
    assets: &'a Assets,
    project: &'a Project,
    rank: Option<Rank>,
    /// The published cube.
    cube: &'a Cube,
    /// `None` if nothing was collected, as in `view`.
    recent: Option<&'a [(Counted, Tiles)]>,
    view: Option<&'a Rendered>,
    /// The files of the published cube, the newest first. Empty if nothing was collected.
    parts: &'a [Part],
    /// The files with its figures.
    listed: &'a [(String, Vec<u8>)],
}

impl Page<'_> {
    fn html(&self) -> Result<String, RenderError> {
        let Self { inputs, assets, project, rank, cube, recent, view, parts, listed } = *self;
        let (name, config) = (&project.name, inputs.config);
        let newest = inputs.snapshot.coverage(name.as_str()).last();
        let repository = project.repository.as_deref();
        let links: Vec<_> =
            repository.and_then(|it| Link::new("Source code", it)).into_iter().collect();
        let parts: Vec<_> = parts
            .iter()
            .map(|Part { first, file }| pages::Part {
                file: as_asset(file),
                size: file.size(),
                first: *first,
            })
            .collect();
        let explorer =
            assets.explorer.as_ref().zip(parts.split_first()).map(|(explorer, (newest, older))| {
                pages::Explorer {
                    start: as_asset(&explorer.start),
                    module: as_asset(&explorer.script),
                    wasm: as_asset(&explorer.wasm),
                    newest: *newest,
                    older,
                }
            });
        let lateness = if inputs.is_late(name) { Lateness::Late } else { Lateness::InTime };
        let sections = recent.map(Sections::of);
        let badges = self.badges();
        let file = |extension: &str| {
            let path = format!("data/{name}.{extension}");
            let (path, bytes) = listed.iter().find(|(it, _)| *it == path)?;
            Some(DataFile { path, size: bytes.len() })
        };
        let files = file("csv").zip(file("parquet"));
        let workbook = file("xlsx");
        let (path, feeds) = (format!("projects/{name}/"), format!("projects/{name}/"));
        let card = format!("og/{name}.png");
        let page = ProjectPage {
            frame: Frame {
                card: (inputs.cards == Cards::Made).then_some(&card),
                feeds: &feeds,
                ..frame(inputs, assets, &path, cube.days().last_collected())
            },
            name,
            project: &project.spelled,
            description: project.description.as_deref(),
            links: &links,
            freshness: &Freshness::of(
                cube,
                newest.map(|it| match &*it.origin {
                    // The time of the newest row: nobody knows when the file was made.
                    IMPORTED => Collected::RowsUpTo(it.fetched_at),
                    _ => Collected::At(it.fetched_at),
                }),
                lateness,
            ),
            rank: rank.map(|Rank { place, of }| (place as u64, of as u64)),
            rendered: view,
            sections: sections.as_ref(),
            badges: &badges.iter().map(PreparedBadge::snippet).collect::<Vec<_>>(),
            files: files.map(|(csv, parquet)| DataFiles { csv, parquet, workbook }),
            mirrors: &config.mirrors,
            explorer,
        };
        page.html()
    }

    /// The badges that the page offers.
    fn badges(&self) -> Vec<PreparedBadge> {
        let Some(recent) = self.recent else { return Vec::new() };
        let base = self.inputs.config.site.base_url.as_deref().unwrap_or(pages::SOMEWHERE);
        let name = &self.project.name;
        BADGES
            .into_iter()
            .filter_map(|(label, period, counted, style)| {
                let choice = Choice { period, counted };
                let (_, tiles) = recent.iter().find(|(of, _)| *of == counted)?;
                let badge = Badge::new(choice, Some(tiles));
                let (width, height) = badge.size(style.unwrap_or(Style::Flat));
                Some(PreparedBadge {
                    label,
                    path: choice.svg_path(name, style),
                    alt: badge.text(),
                    size: (width, height),
                    snippets: badges::snippets(base, name, choice, style),
                })
            })
            .collect()
    }
}

/// The badges that a page offers: what each is, its period, what it counts, and its style.
const BADGES: [(&str, Period, Counted, Option<Style>); 10] = [
    ("Last 30 days", Period::Month, Counted::Everything, None),
    ("Last 7 days", Period::Week, Counted::Everything, None),
    ("Last day", Period::Day, Counted::Everything, None),
    ("All time", Period::Total, Counted::Everything, None),
    ("Without mirrors", Period::Month, Counted::WithoutMirrors, None),
    ("Interactive", Period::Month, Counted::Only(Audience::Interactive), None),
    ("Style flat-square", Period::Month, Counted::Everything, Some(Style::FlatSquare)),
    ("Style plastic", Period::Month, Counted::Everything, Some(Style::Plastic)),
    ("Style for-the-badge", Period::Month, Counted::Everything, Some(Style::ForTheBadge)),
    ("Style social", Period::Month, Counted::Everything, Some(Style::Social)),
];

/// A badge with what the page says of it.
struct PreparedBadge {
    label: &'static str,
    path: String,
    alt: String,
    /// Width and height in CSS pixels.
    size: (u32, u32),
    snippets: Snippets,
}

impl PreparedBadge {
    fn snippet(&self) -> BadgeSnippet<'_> {
        let Self { label, path, alt, size: (width, height), snippets } = self;
        let Snippets { markdown, html, rst } = snippets;
        BadgeSnippet { label, path, alt, width: *width, height: *height, markdown, html, rst }
    }
}
