//! What all pages have in common.

use config::Config;
use downloads::Day;
use views::pages::{self, Frame};

use crate::{Asset, Cards, Inputs, assets::Assets};

/// The frame of a page: `path` is where it is from the root of the site.
pub(crate) fn frame<'a>(
    inputs: &'a Inputs<'_>,
    assets: &'a Assets,
    path: &'a str,
    data_to: Option<Day>,
) -> Frame<'a> {
    Frame {
        root: root_of(path),
        site: &inputs.config.site.title,
        notice: inputs.config.site.notice.as_deref(),
        style: as_asset(&assets.style),
        script: as_asset(&assets.script),
        icon: &assets.icon.path,
        base_url: inputs.config.site.base_url.as_deref(),
        path: Some(path),
        card: (inputs.cards == Cards::Made).then_some(SITE_CARD),
        feeds: "",
        data_to,
        ecosystems: !inputs.config.ecosystems.is_empty(),
    }
}

/// The social card of the site.
pub(crate) const SITE_CARD: &str = "og.png";

/// What leads from a page at this path to the root of the site. No page is deeper than two folders.
fn root_of(path: &str) -> &'static str {
    match path.matches('/').count() {
        0 => "",
        1 => "../",
        _ => "../../",
    }
}

pub(crate) fn as_asset(asset: &Asset) -> pages::Asset<'_> {
    pages::Asset { path: &asset.path, integrity: &asset.integrity }
}

/// The path below which the site is found, with `/` at both ends: the page for addresses that do not
/// exist is shown at any depth. The root of the host if the configuration does not tell.
pub(crate) fn base_path(config: &Config) -> &str {
    let Some(url) = &config.site.base_url else { return "/" };
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    behind_scheme.find('/').map_or("/", |at| &behind_scheme[at..])
}
