//! The table of figures of a chart that has too many of them to come with it.

use views::{Extent, View, regions};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::Explorer;

#[wasm_bindgen]
impl Explorer {
    /// The rows of the table of figures of a view, as HTML.
    pub fn figures(&self, query: &str) -> Result<String, JsError> {
        Ok(regions::figures(&self.cube, &View::parse(query), &self.context(Extent::Whole))?)
    }
}
