//! What a view counts of a cube: asked for once, shown in every region.

use cube::{Answer, Cube, Selection};

use super::shown::Shown;
use crate::View;

/// A view of a cube with its counts.
pub(super) struct Counted<'a> {
    pub(super) cube: &'a Cube,
    pub(super) view: &'a View,
    pub(super) selection: Selection,
    pub(super) answer: Answer,
    pub(super) shown: Shown,
}

impl<'a> Counted<'a> {
    pub(super) fn of(cube: &'a Cube, view: &'a View) -> Self {
        let selection = view.selection(cube);
        let answer = cube.answer(&selection);
        let shown = Shown::of(cube.days(), &selection);
        Self { cube, view, selection, answer, shown }
    }
}
