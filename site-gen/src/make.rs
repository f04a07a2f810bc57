//! From the store to all files of the site.

use std::{cmp::Reverse, fmt};

use config::{Config, Project};
use cube::{Cube, Selection};
use downloads::{Day, ProjectName};
use rayon::prelude::*;
use store::Snapshot;
use views::{
    Context, RenderError, Rendered, View,
    pages::{
        self, Collected, Frame, Freshness, IndexPage, Lateness, Link, NotFoundPage, ProjectPage,
        ProjectRow,
    },
};

use crate::{
    Asset, Module, Site,
    assets::Assets,
    publish::{CubeError, cube_of, published},
};

/// Newer days than the newest should be there if it is longer ago than this, in days. A day is
/// collected on the one after it, and a run may fail once without anybody having to know.
const LATE_AFTER_DAYS: i64 = 3;

/// The origin of days that `collector import` read from a file.
const IMPORTED: &str = "import";

/// Everything that the site is made from.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// Which projects, and what the site says of itself.
    pub config: &'a Config,
    /// The downloads.
    pub snapshot: &'a Snapshot,
    /// The day on which the site is made.
    pub today: Day,
    /// The module of the browser. `None` makes pages that cannot be explored.
    pub module: Option<Module>,
}

impl Inputs<'_> {
    /// The projects whose newest day is older than it should be.
    pub(crate) fn late(&self) -> impl Iterator<Item = &ProjectName> {
        let names = self.config.projects.iter().map(|project| &project.name);
        names.filter(|name| self.lateness(name) == Lateness::Late)
    }

    fn lateness(&self, project: &ProjectName) -> Lateness {
        match self.snapshot.coverage(project.as_str()).last() {
            Some(newest) if (self.today - newest.last).num_days() > LATE_AFTER_DAYS => {
                Lateness::Late
            }
            _ => Lateness::InTime,
        }
    }
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// All files.
    pub site: Site,
    /// The projects that have no page in it, because their rows cannot be had.
    pub failed: Vec<(ProjectName, CubeError)>,
    /// The published cubes, in the order of the configuration.
    pub cubes: Vec<CubeSize>,
}

/// How large the published cube of a project is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CubeSize {
    /// Whose cube it is.
    pub project: ProjectName,
    /// Number of rows.
    pub rows: usize,
    /// Size of the file.
    pub bytes: usize,
}

impl fmt::Display for CubeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, rows, bytes } = self;
        let per_row = *bytes as f64 / (*rows).max(1) as f64;
        write!(f, "{project}: {rows} rows in {bytes} bytes, {per_row:.2} bytes a row")
    }
}

/// Makes the site. The same inputs give the same bytes, with any number of threads.
///
/// # Errors
///
/// Only if the program is wrong: what cannot be read is in [`Made::failed`].
pub fn make(inputs: &Inputs<'_>) -> Result<Made, RenderError> {
    let assets = Assets::new(inputs.module.clone());
    // Only what goes into the site is kept of a project, so there are never more cubes than threads.
    let projects: Vec<_> = inputs
        .config
        .projects
        .par_iter()
        .with_max_len(1)
        .map(|project| (project, make_project(inputs, &assets, project)))
        .collect();

    let (mut site, mut failed, mut rows) = (Site::default(), Vec::new(), Vec::new());
    let mut cubes = Vec::new();
    for (project, made) in projects {
        match made? {
            Ok(made) => {
                site.add(format!("projects/{}/index.html", project.name), made.page);
                if let Some((rows, file)) = made.cube {
                    cubes.push(CubeSize {
                        project: project.name.clone(),
                        rows,
                        bytes: file.size(),
                    });
                    file.add_to(&mut site);
                }
                rows.push((Reverse(made.month), made.row));
            }
            Err(error) => failed.push((project.name.clone(), error)),
        }
    }
    // Most downloads first; the sort is stable, so equal ones stay as the configuration has them.
    rows.sort_by_key(|(month, _)| *month);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let frame = frame(inputs, &assets, "");
    let description = inputs.config.site.description.as_deref();
    site.add("index.html", IndexPage { frame, description, projects: &rows }.html()?);
    let not_found = NotFoundPage { frame: Frame { root: &base_path(inputs.config), ..frame } };
    site.add("404.html", not_found.html()?);
    // Says to GitHub Pages that there is nothing left to be rendered.
    site.add(".nojekyll", "");
    assets.add_to(&mut site);
    Ok(Made { site, failed, cubes })
}

/// What the site gets of one project.
struct MadeProject {
    page: String,
    /// How many rows the cube has, and its file. `None` if nothing was collected.
    cube: Option<(usize, Asset)>,
    row: ProjectRow,
    /// Downloads in the last 30 days.
    month: u64,
}

fn make_project(
    inputs: &Inputs<'_>,
    assets: &Assets,
    project: &Project,
) -> Result<Result<MadeProject, CubeError>, RenderError> {
    let Config { mirrors, lookback, .. } = inputs.config;
    let whole = match cube_of(inputs.snapshot, &project.name, mirrors, *lookback) {
        Ok(cube) => cube,
        Err(error) => return Ok(Err(error)),
    };
    let month = metrics::tiles(&whole, &Selection::default()).map_or(0, |it| it.month.downloads);
    let row = ProjectRow::of(&project.name, &project.spelled, Some(&whole))?;
    if whole.days().is_empty() {
        let page = page_of(inputs, assets, project, &whole, None)?;
        return Ok(Ok(MadeProject { page, cube: None, row, month }));
    }
    let (cube, file) = published(&whole, &project.name);
    drop(whole);
    let context = Context { project: &project.spelled };
    let rendered = views::render(&cube, &View::default(), &context)?;
    let page = page_of(inputs, assets, project, &cube, Some((&rendered, &file)))?;
    Ok(Ok(MadeProject { page, cube: Some((cube.rows(), file)), row, month }))
}

/// The page of a project: with the default view and the file of its cube, if anything was collected.
fn page_of(
    inputs: &Inputs<'_>,
    assets: &Assets,
    project: &Project,
    cube: &Cube,
    view: Option<(&Rendered, &Asset)>,
) -> Result<String, RenderError> {
    let newest = inputs.snapshot.coverage(project.name.as_str()).last();
    let repository = project.repository.as_deref();
    let links: Vec<_> =
        repository.and_then(|it| Link::new("Source code", it)).into_iter().collect();
    let explorer =
        assets.explorer.as_ref().zip(view).map(|(explorer, (_, file))| pages::Explorer {
            start: as_asset(&explorer.start),
            module: as_asset(&explorer.script),
            wasm: as_asset(&explorer.wasm),
            cube: as_asset(file),
            cube_size: file.size(),
        });
    let page = ProjectPage {
        frame: frame(inputs, assets, "../../"),
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
            inputs.lateness(&project.name),
        ),
        rendered: view.map(|(rendered, _)| rendered),
        mirrors: &inputs.config.mirrors,
        explorer,
    };
    page.html()
}

fn frame<'a>(inputs: &'a Inputs<'_>, assets: &'a Assets, root: &'a str) -> Frame<'a> {
    Frame {
        root,
        site: &inputs.config.site.title,
        notice: inputs.config.site.notice.as_deref(),
        style: as_asset(&assets.style),
        script: as_asset(&assets.script),
        base_url: inputs.config.site.base_url.as_deref(),
        path: None,
        card: None,
        feeds: "",
        data_to: None,
        icon: &assets.icon.path,
    }
}

fn as_asset(asset: &Asset) -> pages::Asset<'_> {
    pages::Asset { path: &asset.path, integrity: &asset.integrity }
}

/// The path below which the site is found, with `/` at both ends: the page for addresses that do not
/// exist is shown at any depth. The root of the host if the configuration does not tell.
fn base_path(config: &Config) -> String {
    let Some(url) = &config.site.base_url else { return "/".into() };
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    behind_scheme.find('/').map_or_else(|| "/".into(), |at| behind_scheme[at..].into())
}
