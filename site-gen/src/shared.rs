//! The files that speak of all projects.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::Datelike;
use config::Project;
use downloads::{Day, ProjectName};
use feeds::{Feed, SitemapPage};
use store::Spending;
use views::{
    RenderError,
    pages::{
        AboutPage, ApiPage, BilledRow, ComparePage, Comparer, DataPage, Example, Frame, IndexPage,
        NotFoundPage, ProjectRow, QualityPage, QualityRow, RevisionRow,
    },
};

use crate::{
    Cards, Inputs, MakeError,
    assets::Assets,
    card,
    ecosystem::{MadeEcosystems, make_ecosystems},
    frame::{SITE_CARD, as_asset, base_path, frame},
    summary::{Excerpt, Listed, Summary},
};

/// The most changes of days that the page about the data lists.
const REVISIONS: usize = 100;

/// Makes them. `projects` are those with files, `summaries` what is known of each.
pub(crate) fn make_shared(
    inputs: &Inputs<'_>,
    assets: &Assets,
    projects: &[&Project],
    summaries: &[Summary],
) -> Result<Vec<(String, Vec<u8>)>, MakeError> {
    // Most downloads first; the sort is stable, so equal ones stay as the configuration has them.
    let mut sorted: Vec<(&Project, &Summary)> = projects.iter().copied().zip(summaries).collect();
    sorted.sort_by_key(|(_, summary)| Reverse(summary.month()));

    let by_name = projects.iter().map(|it| &it.name).zip(summaries).collect();
    let ecosystems = make_ecosystems(inputs, assets, &by_name)?;
    let mut files = pages(inputs, assets, &sorted, ecosystems.has_summary)?;
    files.extend(lists(inputs, &sorted, &ecosystems));
    files.extend(feeds_and_maps(inputs, summaries, &ecosystems));
    files.extend(ecosystems.files);
    if inputs.cards == Cards::Made {
        files.push((SITE_CARD.into(), card::of_site(inputs.config, summaries)));
    }
    // Says to GitHub Pages that there is nothing left to be rendered.
    files.push((".nojekyll".into(), Vec::new()));
    Ok(files)
}

/// The newest collected day of all. `None` if nothing was collected.
fn data_to(summaries: &[(&Project, &Summary)]) -> Option<Day> {
    summaries.iter().filter_map(|(_, summary)| Some(summary.row.as_ref()?.last)).max()
}

fn pages(
    inputs: &Inputs<'_>,
    assets: &Assets,
    projects: &[(&Project, &Summary)],
    has_summary: bool,
) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let config = inputs.config;
    let data_to = data_to(projects);
    let framed = |path| frame(inputs, assets, path, data_to);

    let rows: Vec<ProjectRow<'_>> = projects
        .iter()
        .map(|(project, summary)| ProjectRow {
            name: &project.name,
            label: &project.spelled,
            figures: summary.row.as_ref(),
        })
        .collect();
    let description = config.site.description.as_deref();
    let index = IndexPage { frame: framed(""), description, rows: &rows }.html()?;
    let comparer = assets.explorer.as_ref().map(|it| Comparer {
        start: as_asset(&it.compare),
        module: as_asset(&it.compare_script),
        wasm: as_asset(&it.compare_wasm),
    });
    let compare = ComparePage { frame: framed("compare/"), rows: &rows, comparer }.html()?;

    let rows: Vec<QualityRow<'_>> = projects
        .iter()
        .map(|(project, summary)| QualityRow {
            name: &project.name,
            label: &project.spelled,
            figures: summary.quality.as_ref(),
        })
        .collect();
    let labels: BTreeMap<&ProjectName, &str> =
        projects.iter().map(|(project, _)| (&project.name, &*project.spelled)).collect();
    let all = inputs.snapshot.revisions();
    let revisions: Vec<RevisionRow<'_>> = all
        .iter()
        .rev()
        .filter_map(|it| {
            Some(RevisionRow {
                seen_at: it.seen_at,
                name: &it.project,
                label: labels.get(&it.project)?,
                day: it.day,
                before: it.before,
                after: it.after,
                kind: it.kind.as_str(),
            })
        })
        .collect();
    let quality = QualityPage {
        frame: framed("quality/"),
        rows: &rows,
        lookback: config.lookback,
        revisions: &revisions[..revisions.len().min(REVISIONS)],
        revisions_in_all: revisions.len(),
        billed: &billed(inputs),
        budget: config.budget.month,
    }
    .html()?;

    let not_found = NotFoundPage {
        frame: Frame { root: base_path(config), path: None, data_to: None, ..framed("") },
    };
    let about =
        AboutPage { frame: framed("about/"), mirrors: &config.mirrors, lookback: config.lookback };
    let shown = projects.iter().find(|(_, summary)| summary.row.is_some());
    let name = shown.map(|(project, _)| &project.name);
    let excerpts = shown.map_or(&[][..], |(_, summary)| summary.excerpts.as_slice());
    let examples: Vec<Example<'_>> = excerpts
        .iter()
        .map(|Excerpt { title, path, text }| Example { title, address: path, excerpt: text })
        .collect();
    let schemas = exports::schemas().map(|(path, _)| path);
    let api =
        ApiPage { frame: framed("api/"), project: name, examples: &examples, schemas: &schemas };
    let data = DataPage { frame: framed("data/"), project: name, has_summary };
    Ok(vec![
        ("index.html".into(), index.into()),
        ("compare/index.html".into(), compare.into()),
        ("quality/index.html".into(), quality.into()),
        ("about/index.html".into(), about.html()?.into()),
        ("api/index.html".into(), api.html()?.into()),
        ("data/index.html".into(), data.html()?.into()),
        ("404.html".into(), not_found.html()?.into()),
    ])
}

/// What BigQuery billed by month, the newest first.
fn billed(inputs: &Inputs<'_>) -> Vec<BilledRow> {
    let mut months: BTreeMap<Day, BilledRow> = BTreeMap::new();
    for Spending { started_at, upper_bound, billed, .. } in inputs.snapshot.spending() {
        let day = started_at.date_naive();
        let month = day.with_day(1).unwrap_or(day);
        let row = months.entry(month).or_insert(BilledRow {
            month,
            queries: 0,
            bytes: 0,
            unknown: 0,
            micro_dollars: 0,
        });
        row.queries += 1;
        row.bytes += billed.unwrap_or(*upper_bound);
        row.unknown += u64::from(billed.is_none());
    }
    let price = inputs.config.budget.price_per_tib;
    let priced = |row: BilledRow| BilledRow { micro_dollars: price.of(row.bytes).0, ..row };
    months.into_values().rev().map(priced).collect()
}

/// The lists for programs.
fn lists(
    inputs: &Inputs<'_>,
    projects: &[(&Project, &Summary)],
    ecosystems: &MadeEcosystems,
) -> Vec<(String, Vec<u8>)> {
    let base_url = inputs.config.site.base_url.as_deref();
    let summaries: Vec<exports::Summary> =
        projects.iter().map(|(_, summary)| summary.exported.clone()).collect();
    let of_all = ecosystems.files.iter().filter(|(path, _)| ecosystems.data.contains(path));
    let of_all: Vec<Listed> = of_all.map(|(path, bytes)| Listed::of(path, bytes)).collect();
    let of_projects = projects.iter().flat_map(|(project, summary)| {
        summary.files.iter().map(|file| file.entry(Some(project.name.as_str())))
    });
    let entries: Vec<exports::IndexEntry<'_>> =
        of_projects.chain(of_all.iter().map(|file| file.entry(None))).collect();
    let mut files = vec![
        (exports::PROJECTS_PATH.into(), exports::projects(&summaries, base_url)),
        (exports::STATUS_PATH.into(), exports::status(&summaries, base_url)),
        (exports::INDEX_PATH.into(), exports::index(&entries, &summaries, base_url)),
        (exports::INCIDENTS_PATH.into(), exports::incidents()),
    ];
    files.extend(exports::schemas().map(|(path, bytes)| (path.into(), bytes.to_vec())));
    files
}

fn feeds_and_maps(
    inputs: &Inputs<'_>,
    summaries: &[Summary],
    ecosystems: &MadeEcosystems,
) -> Vec<(String, Vec<u8>)> {
    let site = &inputs.config.site;
    let base_url = site.base_url.as_deref();
    let data_to = summaries.iter().filter_map(|it| Some(it.row.as_ref()?.last)).max();
    let news = feeds::newest(summaries.iter().flat_map(|summary| summary.news.iter().cloned()));
    let feed = Feed { title: &site.title, base_url, project: None, entries: &news, data_to };
    let mut files = vec![
        ("feed.xml".into(), feed.atom()),
        ("feed.json".into(), feed.json()),
        ("robots.txt".into(), feeds::robots(base_url).into()),
    ];
    if let Some(base_url) = base_url {
        let shared = ["", "compare/", "quality/", "about/", "api/", "data/"];
        let shared = shared.map(|path| SitemapPage { path: path.into(), last: data_to });
        let of_project = |summary: &Summary| SitemapPage {
            path: format!("projects/{}/", summary.exported.project),
            last: summary.row.as_ref().map(|row| row.last),
        };
        let of_ecosystem =
            |(path, last): &(String, Option<Day>)| SitemapPage { path: path.clone(), last: *last };
        let pages: Vec<_> = shared
            .into_iter()
            .chain(ecosystems.pages.iter().map(of_ecosystem))
            .chain(summaries.iter().map(of_project))
            .collect();
        files.extend(feeds::sitemap(base_url, &pages));
    }
    files
}
