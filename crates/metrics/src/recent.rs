//! The figures that badges and JSON files publish: the last day, 7 days, 30 days and all, by who counts.

use cube::{Cube, Selection, Value};
use downloads::{Counted, Dimension, Mirrors};

use crate::{Tiles, tiles};

/// The selection that lets through what `counted` counts.
///
/// Of a cube whose installers were gathered, *other* installers count as known and as no mirrors.
/// `mirrors` must be those that the cube was built with.
pub fn selection(cube: &Cube, counted: Counted, mirrors: &Mirrors) -> Selection {
    let mut selection = Selection::default();
    match counted {
        Counted::Everything => {}
        Counted::WithoutMirrors => {
            let known = cube.values(Dimension::Installer).iter().filter(|value| match value {
                Value::Known(name) => !mirrors.contains(name),
                Value::Unknown => false,
                Value::Other => true,
            });
            let filter = selection.filter_mut(Dimension::Installer);
            filter.extend(known.cloned());
            if filter.is_empty() {
                // An empty filter lets everything through, and here nothing may pass.
                filter.insert(Value::Known(String::new()));
            }
        }
        Counted::Only(audience) => {
            selection.filter_mut(Dimension::Audience).insert(Value::Known(audience.key().into()));
        }
    }
    selection
}

/// The [`tiles`] of each [`Counted`], in the order of [`Counted::ALL`]. `None` if no day was collected.
pub fn recent(cube: &Cube, mirrors: &Mirrors) -> Option<[(Counted, Tiles); Counted::ALL.len()]> {
    let of = |counted| Some((counted, tiles(cube, &selection(cube, counted, mirrors))?));
    let all: Vec<_> = Counted::ALL.into_iter().map_while(of).collect();
    all.try_into().ok()
}
