//! What the regions and pages of the site show.
//!
//! Pure: the same view of the same cube gives the same bytes, in the program that writes the site and in
//! the browser.

mod axis;
mod chart;
pub mod compare;
mod extent;
#[cfg(test)]
mod fixture;
mod markdown;
pub mod pages;
pub mod regions;
mod svg;
pub mod text;
mod view;

pub use extent::{Extent, Screen};
pub use regions::{Context, REGIONS, RenderError, Rendered, render, take};
pub use view::{Draw, Heights, Over, Platform, Range, View};
