//! What the files of a project say.

mod docs;
mod fixture;
mod properties;
mod schemas;
mod shapes;
mod tables;
