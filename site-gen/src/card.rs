//! Social cards: what other sites show for a link.

use config::{Config, Project, Site};
use cube::Cube;
use views::pages::RowFigures;

use crate::summary::Summary;

pub(crate) fn of_project(_: &Project, _: &Site, _: &Cube, _: Option<&RowFigures>) -> Vec<u8> {
    Vec::new()
}

pub(crate) fn of_site(_: &Config, _: &[Summary]) -> Vec<u8> {
    Vec::new()
}
